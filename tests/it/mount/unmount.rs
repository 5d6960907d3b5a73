//! Tests of expiring, detaching and forcibly unmounting mounts.

use std::fs::{self, File};
use std::io::Write;

use butter::error::ErrorKind;
use butter::mount::{self, ExpireOutcome, UnmountFlags, raw};
use butter::{Errno, process};

use super::{create_dir, is_initial_user_namespace, mount_tmpfs, with_mounts};
use common::mountinfo::mounted_at;

#[test]
fn expire_unmounts_mount_if_unused_since_the_previous_call() {
    with_mounts(|path| {
        let at = create_dir(format!("{path}/at"));
        mount_tmpfs(&at);
        assert_eq!(mount::expire(&*at), Ok(ExpireOutcome::Marked));
        fs::metadata(format!("{at}/.")).unwrap();
        assert_eq!(
            mount::expire(&*at),
            Ok(ExpireOutcome::Marked),
            "expire should not unmount a mount that was used since the previous call"
        );
        let open = File::create(format!("{at}/file")).unwrap();
        assert_eq!(mount::expire(&*at).unwrap_err().kind(), ErrorKind::Busy);
        drop(open);
        assert_eq!(mount::expire(&*at), Ok(ExpireOutcome::Marked));
        assert_eq!(mount::expire(&*at), Ok(ExpireOutcome::Unmounted));
        assert!(mounted_at(&at).is_none());
        assert_eq!(mount::expire(&*at).unwrap_err().errno(), Errno::INVAL);
    });
}

#[test]
fn detach_unmounts_busy_mount_with_submounts() {
    with_mounts(|path| {
        let at = create_dir(format!("{path}/at"));
        mount_tmpfs(&at);
        mount_tmpfs(&create_dir(format!("{at}/below")));
        let mut open = File::create(format!("{at}/file")).unwrap();
        assert_eq!(mount::unmount(&*at).unwrap_err().kind(), ErrorKind::Busy);
        mount::detach(&*at).unwrap();
        assert!(mounted_at(&at).is_none() && mounted_at(&format!("{at}/below")).is_none());
        assert_eq!(fs::read_dir(&at).unwrap().count(), 0);
        open.write_all(b"still").unwrap();

        mount_tmpfs(&at);
        process::chdir(&*at).unwrap();
        assert_eq!(mount::unmount(".").unwrap_err().kind(), ErrorKind::Busy);
        mount::detach(".").unwrap();
        assert!(mounted_at(&at).is_none());
        process::chdir("/").unwrap();

        mount_tmpfs(&at);
        match raw::umount2(&*at, UnmountFlags::FORCE) {
            // For `MNT_FORCE`, older kernels require `CAP_SYS_ADMIN` in the initial user namespace.
            Err(error) if error.is(Errno::PERM) => {
                assert!(!is_initial_user_namespace(), "{error}");
            }
            done => {
                done.unwrap();
                assert!(mounted_at(&at).is_none());
            }
        }
    });
}
