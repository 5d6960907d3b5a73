//! The text of errors, and their conversion to errors of `std`.

use butter::error::{Call, ErrorKind};
use butter::inotify::WatchFlags;
use butter::{Errno, Error};

use super::inotify::watch;

#[test]
fn error_display_contains_call_errno_and_reason() {
    let error = watch("/nowhere", WatchFlags::CREATE).unwrap();
    let reason = if cfg!(feature = "explain") {
        ": a component of the path does not exist or is a dangling symbolic link, or the path is \
         empty"
    } else {
        ""
    };
    assert_eq!(error.to_string(), format!("inotify_add_watch: ENOENT{reason}"));
    assert_eq!(
        error.with_path("/nowhere").to_string(),
        format!("inotify_add_watch /nowhere: ENOENT{reason}")
    );
    assert_eq!(error.with_path(c"/nowhere").to_string(), error.with_path(b"/nowhere").to_string());
    assert_eq!(format!("{error:?}"), format!("Error(inotify_add_watch: ENOENT{reason})"));
    assert_eq!(Error::from(error.with_path("/nowhere")), error);

    let unknown = Error::new(Call::EVENTFD2, Errno::from_raw(999).unwrap());
    assert_eq!(unknown.to_string(), "eventfd2: errno 999");
    assert_eq!(unknown.kind(), ErrorKind::Other);

    let general = Error::new(Call::EVENTFD2, Errno::HOSTDOWN);
    let text = if cfg!(feature = "explain") { ": host is down" } else { "" };
    assert_eq!(general.to_string(), format!("eventfd2: EHOSTDOWN{text}"));

    let old = Error::new(Call::EPOLL_PWAIT2, Errno::NOSYS);
    let text = if cfg!(feature = "explain") {
        ": not supported by this kernel (available since Linux 5.11)"
    } else {
        ""
    };
    assert_eq!(old.to_string(), format!("epoll_pwait2: ENOSYS{text}"));

    let filtered = Error::new(Call::EVENTFD2, Errno::NOSYS);
    let text = if cfg!(feature = "explain") {
        ": not implemented by the kernel, or denied by a seccomp filter"
    } else {
        ""
    };
    assert_eq!(filtered.to_string(), format!("eventfd2: ENOSYS{text}"));
    assert_eq!(filtered.kind(), ErrorKind::Unsupported);
}

#[cfg(feature = "std")]
#[test]
fn error_conversion_to_std_keeps_the_errno() {
    let error = watch("/nowhere", WatchFlags::CREATE).unwrap();
    let io_error = std::io::Error::from(error);
    assert_eq!(io_error.raw_os_error(), Some(libc::ENOENT));
    assert_eq!(io_error.kind(), std::io::ErrorKind::NotFound);
    assert_eq!(Errno::from_io_error(&io_error), Some(Errno::NOENT));
    assert_eq!(Errno::from_io_error(&std::io::Error::other("without an errno")), None);
    let boxed: Box<dyn std::error::Error> = error.into();
    assert_eq!(boxed.to_string(), error.to_string());
    assert_eq!(
        std::io::Error::from(error.with_path("/nowhere")).raw_os_error(),
        Some(libc::ENOENT)
    );
}
