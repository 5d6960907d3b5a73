//! What can be changed of what is mounted already.

use std::fs::File;

use butter::Errno;
use butter::error::{Call, ErrorKind};
use butter::mount::{self, MountFlags};

use super::{folder, has, is_first_user_namespace, options, tmpfs, with_mounts};
use common::child::{in_namespaces, with_own_mount_namespace};
use common::files;
use common::mountinfo::mounted_at;
use common::require;

#[test]
fn a_mount_is_changed_alone() {
    use MountFlags as F;
    with_mounts(|path| {
        let (from, to) = (folder(format!("{path}/from")), folder(format!("{path}/to")));
        tmpfs(&folder(format!("{from}/below")));
        mount::bind_mount_recursive(&*from, &*to).unwrap();
        mount::remount_bind(&*to, F::RDONLY | F::NOSUID | F::NODEV | F::NOATIME).unwrap();
        assert_eq!(options(&to), ["ro", "nosuid", "nodev", "noatime"]);
        let refused = File::create(format!("{to}/file")).unwrap_err();
        assert_eq!(refused.raw_os_error(), Some(libc::EROFS));
        File::create(format!("{from}/file")).unwrap();
        File::create(format!("{to}/below/file")).unwrap();
        assert_eq!(options(path), ["rw", "relatime"], "where it was bound from stays as it is");
        assert_eq!(
            options(&format!("{to}/below")),
            ["rw", "relatime"],
            "and what is mounted below"
        );

        mount::remount_bind(&*to, F::RDONLY | F::NOEXEC).unwrap();
        assert_eq!(
            options(&to),
            ["ro", "noexec", "noatime"],
            "the others are dropped, but for the access times"
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
        let nothing =
            mount::remount_bind(format!("{from}/file").as_bytes(), F::RDONLY).unwrap_err();
        assert_eq!((nothing.call(), nothing.errno()), (Call::MOUNT_REMOUNT_BIND, Errno::INVAL));
    });
}

#[test]
fn a_file_system_is_changed_wherever_it_is_mounted() {
    use MountFlags as F;
    with_mounts(|path| {
        let (at, other) = (folder(format!("{path}/at")), folder(format!("{path}/other")));
        let flags = F::NOSUID | F::NOEXEC | F::SYNCHRONOUS | F::DIRSYNC;
        mount::mount("x", &*at, "tmpfs", flags, "size=64k,nr_inodes=50").unwrap();
        mount::bind_mount(&*at, &*other).unwrap();
        mount::remount(&*at, F::RDONLY | F::NOSUID, "size=128k").unwrap();

        let (one, bound) = (mounted_at(&at).unwrap(), mounted_at(&other).unwrap());
        assert_eq!(one.options, ["ro", "nosuid", "relatime"], "what is not said again is dropped");
        assert_eq!(
            bound.options,
            ["rw", "nosuid", "noexec", "relatime"],
            "of the mount, of this one alone"
        );
        for mounted in [one, bound] {
            let of_file_system = mounted.super_options;
            for (option, is) in [
                ("ro", true),
                ("sync", false),
                ("dirsync", true),
                ("size=128k", true),
                ("nr_inodes=50", true),
            ] {
                assert_eq!(has(&of_file_system, option), is, "{option} of {of_file_system:?}");
            }
        }
        for place in [&at, &other] {
            let refused = File::create(format!("{place}/file")).unwrap_err();
            assert_eq!(refused.raw_os_error(), Some(libc::EROFS));
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
fn a_mount_from_another_user_namespace_stays_as_it_is() {
    use MountFlags as F;
    require!(
        in_namespaces(|| {
            require!(!is_first_user_namespace(), "no new user namespace is allowed here");
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
                // What it allows already it may allow less.
                mount::remount_bind("/proc", F::RDONLY | F::NOSUID | F::NODEV | F::NOEXEC).unwrap();
                assert_eq!(options("/proc")[..4], ["ro", "nosuid", "nodev", "noexec"]);
            });
        }),
        "no new namespaces are allowed here"
    );
}
