//! Tests of changes of the flags and options of existing mounts.

use std::fs::File;

use butter::Errno;
use butter::error::{Call, ErrorKind};
use butter::mount::{self, MountFlags};

use super::{create_dir, has, is_initial_user_namespace, mount_tmpfs, options, with_mounts};
use common::child::{in_namespaces, with_own_mount_namespace};
use common::files;
use common::mountinfo::mounted_at;
use common::require;

#[test]
fn remount_bind_changes_only_one_mount() {
    use MountFlags as F;
    with_mounts(|path| {
        let (from, to) = (create_dir(format!("{path}/from")), create_dir(format!("{path}/to")));
        mount_tmpfs(&create_dir(format!("{from}/below")));
        mount::bind_mount_recursive(&*from, &*to).unwrap();
        mount::remount_bind(&*to, F::RDONLY | F::NOSUID | F::NODEV | F::NOATIME).unwrap();
        assert_eq!(options(&to), ["ro", "nosuid", "nodev", "noatime"]);
        let error = File::create(format!("{to}/file")).unwrap_err();
        assert_eq!(error.raw_os_error(), Some(libc::EROFS));
        File::create(format!("{from}/file")).unwrap();
        File::create(format!("{to}/below/file")).unwrap();
        assert_eq!(
            options(path),
            ["rw", "relatime"],
            "remount_bind should not change the source of the bind mount"
        );
        assert_eq!(
            options(&format!("{to}/below")),
            ["rw", "relatime"],
            "remount_bind should not change the submount"
        );

        mount::remount_bind(&*to, F::RDONLY | F::NOEXEC).unwrap();
        assert_eq!(
            options(&to),
            ["ro", "noexec", "noatime"],
            "remount_bind should clear all omitted flags except the access time flags"
        );
        mount::remount_bind(&*to, F::NODIRATIME).unwrap();
        assert_eq!(options(&to), ["rw", "nodiratime", "relatime"]);
        mount::remount_bind(&*to, F::STRICTATIME).unwrap();
        assert_eq!(options(&to), ["rw"]);
        mount::remount_bind(&*to, F::empty()).unwrap();
        assert_eq!(options(&to), ["rw"]);

        let open = File::create(format!("{to}/open")).unwrap();
        assert_eq!(mount::remount_bind(&*to, F::RDONLY).unwrap_err().kind(), ErrorKind::Busy);
        drop(open);
        mount::remount_bind(&*to, F::RDONLY).unwrap();
        let error = mount::remount_bind(format!("{from}/file").as_bytes(), F::RDONLY).unwrap_err();
        assert_eq!((error.call(), error.errno()), (Call::MOUNT_REMOUNT_BIND, Errno::INVAL));
    });
}

#[test]
fn remount_changes_file_system_in_all_its_mounts() {
    use MountFlags as F;
    with_mounts(|path| {
        let (at, other) = (create_dir(format!("{path}/at")), create_dir(format!("{path}/other")));
        let flags = F::NOSUID | F::NOEXEC | F::SYNCHRONOUS | F::DIRSYNC;
        mount::mount("x", &*at, "tmpfs", flags, "size=64k,nr_inodes=50").unwrap();
        mount::bind_mount(&*at, &*other).unwrap();
        mount::remount(&*at, F::RDONLY | F::NOSUID, "size=128k").unwrap();

        let (remounted, bound) = (mounted_at(&at).unwrap(), mounted_at(&other).unwrap());
        assert_eq!(
            remounted.options,
            ["ro", "nosuid", "relatime"],
            "remount should clear the omitted flags of the mount"
        );
        assert_eq!(
            bound.options,
            ["rw", "nosuid", "noexec", "relatime"],
            "remount should not change the flags of another mount"
        );
        for mounted in [remounted, bound] {
            let super_options = mounted.super_options;
            for (option, expected) in [
                ("ro", true),
                ("sync", false),
                ("dirsync", true),
                ("size=128k", true),
                ("nr_inodes=50", true),
            ] {
                let actual = has(&super_options, option);
                assert_eq!(actual, expected, "{option} in {super_options:?}");
            }
        }
        for mount_point in [&at, &other] {
            let error = File::create(format!("{mount_point}/file")).unwrap_err();
            assert_eq!(error.raw_os_error(), Some(libc::EROFS));
        }
        mount::remount(&*at, F::empty(), "").unwrap();
        let open = File::create(format!("{at}/file")).unwrap();
        let busy = mount::remount(&*at, F::RDONLY, "").unwrap_err();
        assert_eq!((busy.call(), busy.kind()), (Call::MOUNT_REMOUNT, ErrorKind::Busy));
        drop(open);
        let bad = mount::remount(&*at, F::empty(), "size=many").unwrap_err();
        assert_eq!((bad.call(), bad.errno()), (Call::MOUNT_REMOUNT, Errno::INVAL));
    });
}

#[test]
fn mount_inherited_from_another_user_namespace_cannot_be_unmounted_or_moved() {
    use MountFlags as F;
    require!(
        in_namespaces(|| {
            require!(
                !is_initial_user_namespace(),
                "the host does not permit user namespaces (sysctl, security module or seccomp)"
            );
            let directory = files::directory();
            let path = directory.path().to_str().unwrap();
            with_own_mount_namespace(|| {
                let before = options("/proc");
                for (result, errno) in [
                    (mount::unmount("/proc"), Errno::INVAL),
                    (mount::detach("/proc"), Errno::INVAL),
                    (mount::move_to("/proc", path), Errno::INVAL),
                    (mount::bind_mount("/", path), Errno::INVAL),
                    (mount::remount("/proc", F::empty(), ""), Errno::PERM),
                    (mount::remount_bind("/proc", F::NOATIME), Errno::PERM),
                    (mount::remount_bind("/proc", F::STRICTATIME), Errno::PERM),
                ] {
                    assert_eq!(result.unwrap_err().errno(), errno);
                }
                assert_eq!(options("/proc"), before);
                mount::bind_mount_recursive("/", path).unwrap();
                assert!(mounted_at(&format!("{path}/proc")).is_some());
                // A remount that only adds restrictions is permitted.
                mount::remount_bind("/proc", F::RDONLY | F::NOSUID | F::NODEV | F::NOEXEC).unwrap();
                assert_eq!(options("/proc")[..4], ["ro", "nosuid", "nodev", "noexec"]);
            });
        }),
        "new namespaces require CAP_SYS_ADMIN or a host that permits user namespaces"
    );
}
