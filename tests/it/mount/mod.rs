//! Mounts, in namespaces of their own.

mod changes;
mod flags;
mod options;
mod places;
mod propagation;
mod root;
mod unmounting;

use std::fs;

use butter::Errno;
use butter::mount::{self, MountFlags};
use common::child::with_own_mounts;
use common::files;
use common::mountinfo::mounted_at;
use common::require;
use common::test::Test;

const NONE: Option<&str> = None;

/// Runs the body with the path of a directory on which a file system of its own is mounted, in a thread that has a copy
/// of all mounts.
fn with_mounts(body: impl Fn(&str) + Sync) {
    let test = Test::of(&body);
    let ran = test.in_namespaces_of_any_root(|| {
        let directory = files::directory();
        let path = directory.path().to_str().unwrap();
        with_own_mounts(|| {
            tmpfs(path);
            body(path);
        });
        assert_eq!(fs::read_dir(path).unwrap().count(), 0, "what was mounted was nowhere else");
    });
    require!(test; ran, "no new namespaces are allowed here");
}

/// The first user namespace has all users.
fn is_first_user_namespace() -> bool {
    fs::read_to_string("/proc/self/uid_map").unwrap().ends_with(" 4294967295\n")
}

fn tmpfs(path: &str) {
    mount::mount("of the test", path, "tmpfs", MountFlags::empty(), "").unwrap();
}

/// A new directory.
fn folder(path: String) -> String {
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
fn a_file_system_covers_a_place_until_it_is_unmounted() {
    with_mounts(|path| {
        let at = folder(format!("{path}/at"));
        fs::write(format!("{at}/below"), "below").unwrap();
        let flags = MountFlags::NOSUID | MountFlags::NODEV;
        mount::mount("a source", &*at, "tmpfs", flags, "size=64k,mode=710").unwrap();
        let one = mounted_at(&at).unwrap();
        assert_eq!((&*one.fstype, &*one.source, &*one.root), ("tmpfs", "a\\040source", "/"));
        assert_eq!(one.parent, mounted_at(path).unwrap().id);
        assert!(
            has(&one.options, "rw") && has(&one.options, "nosuid") && has(&one.options, "nodev"),
            "{one:?}"
        );
        assert!(!has(&one.options, "noexec"), "{one:?}");
        assert!(
            has(&one.of_file_system, "size=64k") && has(&one.of_file_system, "mode=710"),
            "{one:?}"
        );
        assert_eq!(fs::read_dir(&at).unwrap().count(), 0);
        fs::write(format!("{at}/one"), "one").unwrap();

        tmpfs(&at);
        assert_eq!(mounted_at(&at).unwrap().parent, one.id, "on the one before");
        assert_eq!(fs::read_dir(&at).unwrap().count(), 0);
        mount::unmount(&*at).unwrap();
        assert_eq!(fs::read_to_string(format!("{at}/one")).unwrap(), "one");
        mount::unmount(&*at).unwrap();
        assert_eq!(fs::read_to_string(format!("{at}/below")).unwrap(), "below");
        assert_eq!(mount::unmount(&*at).unwrap_err().errno(), Errno::INVAL);
    });
}
