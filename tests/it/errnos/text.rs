//! The text of errors, and their conversion to errors of `std`.

#[cfg(feature = "alloc")]
use butter::error::PathError;
use butter::error::{Call, ErrorKind, Operand};
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
    assert_eq!(format!("{error:?}"), error.to_string());
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
}

#[cfg(feature = "alloc")]
#[test]
fn path_error_keeps_call_errno_reason_and_path_in_a_boxed_error() {
    fn fail() -> Result<(), Box<dyn core::error::Error>> {
        let error = watch("/nowhere\n", WatchFlags::CREATE).unwrap();
        Err(error.with_path("/nowhere\n").into_owned())?
    }
    let error = fail().unwrap_err();
    let path_error = error.downcast_ref::<PathError>().unwrap();
    let expected = watch("/nowhere\n", WatchFlags::CREATE).unwrap();
    assert_eq!(path_error.error(), expected);
    assert_eq!(path_error.path(), "/nowhere\n");
    assert_eq!(path_error.second_path(), None);
    assert_eq!(error.to_string(), expected.with_path("/nowhere\n").to_string());
    assert!(error.to_string().starts_with(r"inotify_add_watch /nowhere\n: ENOENT"), "{error}");
    assert_eq!(format!("{error:?}"), error.to_string());
    assert_eq!(Error::from(path_error.clone()), expected);
    assert_eq!(PathError::from(expected.with_path("/nowhere\n")), *path_error);
}

#[cfg(feature = "std")]
#[test]
fn path_error_keeps_call_errno_reason_and_path_in_an_io_error() {
    fn fail() -> std::io::Result<()> {
        let error = watch("/nowhere", WatchFlags::CREATE).unwrap();
        Err(error.with_path("/nowhere"))?
    }
    let error = fail().unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::NotFound);
    assert_eq!(Errno::from_io_error(&error), Some(Errno::NOENT));
    let expected = watch("/nowhere", WatchFlags::CREATE).unwrap();
    assert_eq!(error.to_string(), expected.with_path("/nowhere").to_string());
    // An errno whose kind is `Other` has a more precise kind in `std`.
    let error = Error::new(Call::CHDIR, Errno::NOTDIR).with_path("/dev/null");
    assert_eq!(std::io::Error::from(error).kind(), std::io::ErrorKind::NotADirectory);
}

#[test]
fn error_with_paths_prints_only_the_path_that_the_errno_identifies() {
    let text = |call, errno| {
        let error = Error::new(call, errno).with_paths("/a", c"/b");
        let text = error.to_string();
        assert_eq!(error.write_to(&mut [0; 1000]), text.as_bytes());
        assert_eq!(format!("{error:?}"), text);
        text.split(':').next().unwrap().to_owned()
    };
    assert_eq!(text(Call::MOUNT, Errno::NOTBLK), "mount /a");
    assert_eq!(text(Call::MOUNT_BIND, Errno::NOENT), "mount(MS_BIND) /a /b");
    assert_eq!(text(Call::READ, Errno::IO), "read /a");
    assert_eq!(text(Call::WRITE, Errno::NOSPC), "write /b");
    assert_eq!(text(Call::WRITE_UNSUPPORTED, Errno::INVAL), "write(unsupported) /b");
    assert_eq!(text(Call::SPLICE, Errno::INVAL), "splice /a /b");
    assert_eq!(Error::new(Call::READ, Errno::IO).operand(), Some(Operand::Source));
    assert_eq!(Error::new(Call::SENDFILE, Errno::PIPE).operand(), Some(Operand::Target));
    assert_eq!(Error::new(Call::SENDFILE, Errno::INVAL).operand(), None);
}

#[cfg(feature = "alloc")]
#[test]
fn path_error_keeps_both_paths() {
    let error = Error::new(Call::MOUNT_BIND, Errno::NOENT).with_paths("/a", "/b");
    let owned = error.into_owned();
    assert_eq!(owned.path(), "/a");
    assert_eq!(owned.second_path().unwrap(), "/b");
    assert_eq!(owned.to_string(), error.to_string());
}
