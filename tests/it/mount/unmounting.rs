//! ExpireOutcome, and what is taken away while it is in use.

use std::fs::{self, File};
use std::io::Write;

use butter::error::ErrorKind;
use butter::mount::{self, ExpireOutcome, UnmountFlags, raw};
use butter::{Errno, process};

use super::{folder, is_first_user_namespace, tmpfs, with_mounts};
use common::mountinfo::mounted_at;

#[test]
fn a_mount_expires_when_nobody_has_used_it_in_between() {
    with_mounts(|path| {
        let at = folder(format!("{path}/at"));
        tmpfs(&at);
        assert_eq!(mount::expire(&*at), Ok(ExpireOutcome::Marked));
        fs::metadata(format!("{at}/.")).unwrap();
        assert_eq!(mount::expire(&*at), Ok(ExpireOutcome::Marked), "it was used");
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
fn what_is_in_use_can_be_taken_away() {
    with_mounts(|path| {
        let at = folder(format!("{path}/at"));
        tmpfs(&at);
        tmpfs(&folder(format!("{at}/below")));
        let mut open = File::create(format!("{at}/file")).unwrap();
        assert_eq!(mount::unmount(&*at).unwrap_err().kind(), ErrorKind::Busy);
        mount::detach(&*at).unwrap();
        assert!(mounted_at(&at).is_none() && mounted_at(&format!("{at}/below")).is_none());
        assert_eq!(fs::read_dir(&at).unwrap().count(), 0);
        open.write_all(b"still").unwrap();

        tmpfs(&at);
        process::chdir(&*at).unwrap();
        assert_eq!(mount::unmount(".").unwrap_err().kind(), ErrorKind::Busy);
        mount::detach(".").unwrap();
        assert!(mounted_at(&at).is_none());
        process::chdir("/").unwrap();

        tmpfs(&at);
        match raw::umount2(&*at, UnmountFlags::FORCE) {
            // Older kernels let only the machine's root do it.
            Err(error) if error.is(Errno::PERM) => {
                assert!(!is_first_user_namespace(), "{error}");
            }
            done => {
                done.unwrap();
                assert!(mounted_at(&at).is_none());
            }
        }
    });
}
