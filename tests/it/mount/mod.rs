//! Tests of `mount`. Each test runs in new namespaces.

mod bind_and_move;
mod flags;
mod new_root;
mod options;
mod pivot_root;
mod propagation;
mod remount;
mod unmount;

use std::fs;

use butter::Errno;
use butter::mount::{self, MountFlags};
use common::child::with_own_mount_namespace;
use common::files;
use common::mountinfo::mounted_at;
use common::require;
use common::test::Test;

const NONE: Option<&str> = None;

/// Runs `body` in a thread with a separate mount namespace. The argument of `body` is the path of a
/// directory on which a tmpfs is mounted.
fn with_mounts(body: impl Fn(&str) + Sync) {
    let test = Test::of(&body);
    let ran = test.in_namespaces_as_each_root(|| {
        let directory = files::directory();
        let path = directory.path().to_str().unwrap();
        with_own_mount_namespace(|| {
            mount_tmpfs(path);
            body(path);
        });
        assert_eq!(
            fs::read_dir(path).unwrap().count(),
            0,
            "the mounts should not be visible in the original mount namespace"
        );
    });
    require!(test; ran, "new namespaces require CAP_SYS_ADMIN or a host that permits user namespaces");
}

/// Returns whether the process is in the initial user namespace, which maps all users.
fn is_initial_user_namespace() -> bool {
    fs::read_to_string("/proc/self/uid_map").unwrap().ends_with(" 4294967295\n")
}

fn mount_tmpfs(path: &str) {
    mount::mount("test source", path, "tmpfs", MountFlags::empty(), "").unwrap();
}

/// Creates a directory and returns its path.
fn create_dir(path: String) -> String {
    fs::create_dir(&path).unwrap();
    path
}

fn has(options: &[String], option: &str) -> bool {
    options.iter().any(|has| has == option)
}

fn options(path: &str) -> Vec<String> {
    mounted_at(path).unwrap_or_else(|| panic!("nothing is mounted at {path}")).options
}

#[test]
fn mount_covers_directory_until_unmount() {
    with_mounts(|path| {
        let at = create_dir(format!("{path}/at"));
        fs::write(format!("{at}/covered"), "covered").unwrap();
        let flags = MountFlags::NOSUID | MountFlags::NODEV;
        mount::mount("a source", &*at, "tmpfs", flags, "size=64k,mode=710").unwrap();
        let first = mounted_at(&at).unwrap();
        assert_eq!((&*first.fstype, &*first.source, &*first.root), ("tmpfs", "a\\040source", "/"));
        assert_eq!(first.parent, mounted_at(path).unwrap().id);
        assert!(
            has(&first.options, "rw")
                && has(&first.options, "nosuid")
                && has(&first.options, "nodev"),
            "{first:?}"
        );
        assert!(!has(&first.options, "noexec"), "{first:?}");
        assert!(
            has(&first.super_options, "size=64k") && has(&first.super_options, "mode=710"),
            "{first:?}"
        );
        assert_eq!(fs::read_dir(&at).unwrap().count(), 0);
        fs::write(format!("{at}/first"), "first").unwrap();

        mount_tmpfs(&at);
        assert_eq!(
            mounted_at(&at).unwrap().parent,
            first.id,
            "the parent of the second mount should be the first mount"
        );
        assert_eq!(fs::read_dir(&at).unwrap().count(), 0);
        mount::unmount(&*at).unwrap();
        assert_eq!(fs::read_to_string(format!("{at}/first")).unwrap(), "first");
        mount::unmount(&*at).unwrap();
        assert_eq!(fs::read_to_string(format!("{at}/covered")).unwrap(), "covered");
        assert_eq!(mount::unmount(&*at).unwrap_err().errno(), Errno::INVAL);
    });
}
