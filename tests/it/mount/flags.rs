//! Tests of the effects of mount flags, and of the operations that mount flags select.

use std::fs::{self, File};

use butter::Errno;
use butter::error::Call;
use butter::mount::{self, MountFlags, raw};

use super::{NONE, create_dir, with_mounts};
use common::child::as_nobody;
use common::mountinfo::mounted_at;
use common::test::in_row;

#[test]
fn mount_applies_each_mount_flag() {
    use MountFlags as F;
    with_mounts(|path| {
        let at = create_dir(format!("{path}/at"));
        for (flags, of_mount, of_file_system) in [
            (F::empty(), "rw relatime", "rw"),
            (F::RDONLY, "ro relatime", "ro"),
            (F::NOSUID, "rw nosuid relatime", "rw"),
            (F::NODEV, "rw nodev relatime", "rw"),
            (F::NOEXEC, "rw noexec relatime", "rw"),
            (F::NOATIME, "rw noatime", "rw"),
            (F::NODIRATIME, "rw nodiratime relatime", "rw"),
            (F::RELATIME, "rw relatime", "rw"),
            (F::STRICTATIME, "rw", "rw"),
            (F::NOSYMFOLLOW, "rw relatime nosymfollow", "rw"),
            (F::SYNCHRONOUS, "rw relatime", "rw sync"),
            (F::DIRSYNC, "rw relatime", "rw dirsync"),
            (F::LAZYTIME, "rw relatime", "rw lazytime"),
            (F::SILENT | F::NODEV | F::NOEXEC | F::NOATIME, "rw nodev noexec noatime", "rw"),
        ] {
            in_row(flags, || {
                mount::mount("x", &*at, "tmpfs", flags, "").unwrap();
                let mut mounted = mounted_at(&at).unwrap();
                assert_eq!(mounted.options.join(" "), of_mount);
                mounted.super_options.retain(|option| {
                    ["rw", "ro", "sync", "dirsync", "lazytime"].contains(&&**option)
                });
                assert_eq!(mounted.super_options.join(" "), of_file_system);
                mount::unmount(&*at).unwrap();
            });
        }

        mount::mount("x", &*at, "tmpfs", F::RDONLY, "").unwrap();
        let error = File::create(format!("{at}/file")).unwrap_err();
        assert_eq!(error.raw_os_error(), Some(libc::EROFS));
        mount::mount("x", &*at, "tmpfs", F::NOSYMFOLLOW | F::NOEXEC, "").unwrap();
        std::os::unix::fs::symlink("/proc/self", format!("{at}/link")).unwrap();
        assert_eq!(
            fs::read_dir(format!("{at}/link")).unwrap_err().raw_os_error(),
            Some(libc::ELOOP)
        );
        fs::copy("/proc/self/exe", format!("{at}/program")).unwrap();
        let error = std::process::Command::new(format!("{at}/program")).spawn().unwrap_err();
        assert_eq!(error.raw_os_error(), Some(libc::EACCES));
    });
}

#[test]
fn mount_error_contains_the_operation_selected_by_flags() {
    use MountFlags as F;
    as_nobody(|| {
        for (flags, call) in [
            (F::empty(), Call::MOUNT),
            (F::RDONLY | F::REC | F::SILENT, Call::MOUNT),
            (F::MOVE, Call::MOUNT_MOVE),
            (F::PRIVATE | F::REC | F::MOVE, Call::MOUNT_PROPAGATION),
            (F::SHARED, Call::MOUNT_PROPAGATION),
            (F::SLAVE, Call::MOUNT_PROPAGATION),
            (F::UNBINDABLE, Call::MOUNT_PROPAGATION),
            (F::BIND | F::REC | F::PRIVATE | F::MOVE, Call::MOUNT_BIND),
            (F::REMOUNT | F::PRIVATE | F::MOVE, Call::MOUNT_REMOUNT),
            (F::REMOUNT | F::BIND | F::MOVE | F::RDONLY, Call::MOUNT_REMOUNT_BIND),
        ] {
            in_row(flags, || {
                for error in [
                    // SAFETY: passes no mount data.
                    unsafe { raw::mount(Some("x"), "/nowhere", Some("tmpfs"), flags, None) }
                        .unwrap_err(),
                    // SAFETY: passes no mount data.
                    unsafe {
                        raw::mount(
                            None::<&std::ffi::CStr>,
                            c"/nowhere",
                            None::<&std::ffi::CStr>,
                            flags,
                            None,
                        )
                    }
                    .unwrap_err(),
                ] {
                    assert_eq!((error.call(), error.errno()), (call, Errno::NOENT));
                }
                // SAFETY: passes no mount data.
                let error =
                    unsafe { raw::mount(Some("x\0"), "/nowhere", NONE, flags, None) }.unwrap_err();
                assert_eq!((error.call(), error.errno()), (call, Errno::INVAL));
            });
        }
    });
}

#[test]
fn mount_and_remount_fail_with_einval_if_flags_select_another_operation() {
    use MountFlags as F;
    // The crate rejects the flags before it calls `mount`, which would fail with `EPERM`.
    as_nobody(|| {
        for flag in
            [F::REMOUNT, F::BIND, F::MOVE, F::REC, F::SHARED, F::PRIVATE, F::SLAVE, F::UNBINDABLE]
        {
            let flags = flag | F::RDONLY;
            for (result, call) in [
                (mount::mount("x", "/", "tmpfs", flags, ""), Call::MOUNT),
                (mount::remount("/", flags, ""), Call::MOUNT_REMOUNT),
                (mount::remount_bind("/", flags), Call::MOUNT_REMOUNT_BIND),
            ] {
                let error = result.unwrap_err();
                assert_eq!((error.call(), error.errno()), (call, Errno::INVAL), "{flags}");
            }
        }
        let error = mount::mount("x", "/", "tmpfs", F::RDONLY, "").unwrap_err();
        assert_eq!(error.errno(), Errno::PERM);
        for (options, errno) in [(&b"size=64k\0"[..], Errno::INVAL), (&[b','; 4096], Errno::TOOBIG)]
        {
            assert_eq!(
                mount::mount("x", "/", "tmpfs", F::RDONLY, options).unwrap_err().errno(),
                errno
            );
            assert_eq!(mount::remount("/", F::RDONLY, options).unwrap_err().errno(), errno);
        }
    });
}
