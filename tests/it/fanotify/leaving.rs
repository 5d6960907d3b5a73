//! Tests of every way in which a listener can leave a permission event: the process that accesses
//! the file never hangs, and every descriptor is closed.

use std::mem::forget;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use butter::fanotify::{Audit, Class, DenyErrno, Fanotify, InitFlags, Reader, Response};
use common::forked::ForkedChild;
use common::{require, this_test};

use super::permission::{Access, CLASSES, guarded, next, opener};
use super::{descriptors, on_filesystem, with_default};

/// Default responses, with the result of an access for which the default response was sent.
const DEFAULTS: [(Response, Access); 3] = [
    (Response::Allow, Ok(())),
    (Response::Deny, Err(libc::EPERM)),
    (Response::DenyErrno(DenyErrno::Busy), Err(libc::EBUSY)),
];

/// A way to leave a permission event that is queued in the group.
type Way = fn(&Fanotify);

/// The ways in which the default response is sent.
const WAYS: &[(&str, Way)] = &[
    ("drop of the iterator", |group| {
        let mut buffer = [0; 200];
        drop(group.read_events(&mut buffer).unwrap());
    }),
    ("drop of the reader", |group| {
        let mut buffer = [0; 200];
        let mut reader = Reader::new(group, &mut buffer);
        drop(reader.next().unwrap());
        assert!(reader.try_next().unwrap().is_none());
    }),
    ("drop of the event", |group| {
        let mut buffer = [0; 200];
        assert_eq!(group.read_events(&mut buffer).unwrap().map(drop).count(), 1);
    }),
    ("drop of the permission event", |group| drop(next(group))),
    ("drop of a permission event of a shared group", |group| {
        drop(next(Arc::new(duplicate(group))));
    }),
    ("into_file", |group| {
        let mut buffer = [0; 200];
        let event = group.read_events(&mut buffer).unwrap().next().unwrap();
        drop(event.into_file().unwrap_err());
    }),
    ("panic in the loop before the event", |group| {
        let mut buffer = [0; 200];
        panics(|| {
            let _events = group.read_events(&mut buffer).unwrap();
            panic!("planted");
        });
    }),
    ("panic with the event", |group| {
        let mut buffer = [0; 200];
        panics(|| {
            let _event = group.read_events(&mut buffer).unwrap().next();
            panic!("planted");
        });
    }),
    ("panic with the permission event", |group| {
        panics(|| {
            let _event = next(group);
            panic!("planted");
        });
    }),
    ("panic in a thread with the permission event", |group| {
        let event = next(Arc::new(duplicate(group)));
        let thread = std::thread::spawn(move || {
            let _event = event;
            panic!("planted");
        });
        thread.join().unwrap_err();
    }),
    ("response that the kernel rejects", |group| {
        // The group has no audit flag.
        next(group).respond_with_audit(Response::Allow, Audit::Response).unwrap_err();
    }),
];

fn panics(body: impl FnOnce()) {
    catch_unwind(AssertUnwindSafe(body)).unwrap_err();
}

/// Duplicates the descriptor of a group.
fn duplicate(group: &Fanotify) -> Fanotify {
    let fd = butter::io::fcntl_dupfd_cloexec(group, 3).unwrap();
    Fanotify::from_fd(fd, group.default_response()).unwrap()
}

/// Returns each class with each default response that it supports.
fn groups() -> impl Iterator<Item = (Class, Response, Access)> {
    let supports_errno = common::kernel_is_at_least("6.14");
    CLASSES.into_iter().flat_map(move |class| {
        let defaults = DEFAULTS.into_iter().filter(move |(response, _)| match response {
            Response::DenyErrno(_) => class == Class::PreContent && supports_errno,
            _ => true,
        });
        defaults.map(move |(response, access)| (class, response, access))
    })
}

#[test]
fn permission_event_sends_the_default_response_if_it_is_left_without_response() {
    let ran = on_filesystem(this_test!(), || {
        for (class, default, expected) in groups() {
            let (group, path) = guarded(with_default(class, default));
            for (name, way) in WAYS {
                let before = descriptors();
                let access = opener(&path);
                assert!(group.wait(Duration::from_secs(60)).unwrap());
                way(&group);
                assert_eq!(access.join().unwrap(), expected, "{name}: {class:?}, {default:?}");
                assert_eq!(descriptors(), before, "{name}: {class:?}, {default:?}");
            }
        }
    });
    require!(ran, "the caller is not the host's root");
}

/// On a kernel that does not support errnos in responses, and if the group of a descriptor is of
/// another class than the program assumes.
#[test]
fn permission_event_denies_the_access_if_the_errno_of_the_default_response_is_rejected() {
    let ran = on_filesystem(this_test!(), || {
        let default = Response::DenyErrno(DenyErrno::Busy);
        let (group, path) = guarded(with_default(Class::PreContent, default));
        let access = opener(&path);
        assert!(group.wait(Duration::from_secs(60)).unwrap());
        let event = next(&group);
        // The first write of the thread fails, and all others reach the kernel.
        let mut rejected = false;
        let supervised = common::inject::supervise(
            libc::SYS_write,
            move |_| (!std::mem::replace(&mut rejected, true)).then_some(butter::Errno::INVAL),
            || drop(event),
        );
        require!(supervised, "seccomp user notifications are unavailable");
        assert_eq!(access.join().unwrap(), Err(libc::EPERM));
    });
    require!(ran, "the caller is not the host's root");
}

/// The kernel allows all accesses when the last descriptor of the group is closed, whatever the
/// default response is.
#[test]
fn close_of_group_allows_accesses_whatever_the_default_response_is() {
    let ran = on_filesystem(this_test!(), || {
        for (class, default, _) in groups() {
            // The event is in the queue.
            let (group, path) = guarded(with_default(class, default));
            let access = opener(&path);
            assert!(group.wait(Duration::from_secs(60)).unwrap());
            drop(group);
            assert_eq!(access.join().unwrap(), Ok(()), "{class:?}, {default:?}");

            // The event has been read.
            let (group, path) = guarded(with_default(class, default));
            let access = opener(&path);
            let copy = duplicate(&group);
            forget(next(&group));
            drop(group);
            std::thread::sleep(Duration::from_millis(5));
            assert!(!access.is_finished(), "a copy of the group is open");
            drop(copy);
            assert_eq!(access.join().unwrap(), Ok(()), "{class:?}, {default:?}");
        }
    });
    require!(ran, "the caller is not the host's root");
}

#[test]
fn kill_of_listener_allows_accesses_whatever_the_default_response_is() {
    let ran = on_filesystem(this_test!(), || {
        for (class, default, _) in groups() {
            for reads in [false, true] {
                let (group, path) = guarded(with_default(class, default));
                let listener = ForkedChild::start(|| {
                    if reads {
                        forget(next(&group));
                    }
                    reads
                });
                drop(group);
                let access = opener(&path);
                assert_eq!(listener.result(), reads);
                std::thread::sleep(Duration::from_millis(5));
                assert!(!access.is_finished(), "the listener exists");
                // Sends SIGKILL.
                drop(listener);
                assert_eq!(access.join().unwrap(), Ok(()), "{class:?}, {default:?}, {reads}");
            }
        }
    });
    require!(ran, "the caller is not the host's root");
}

/// An access that is interrupted by a fatal signal no longer waits, and the response has no effect.
#[test]
fn permission_event_of_a_killed_process_can_be_dropped() {
    let ran = on_filesystem(this_test!(), || {
        let (group, path) = guarded(with_default(Class::Content, Response::Deny));
        let path = std::ffi::CString::new(path).unwrap();
        // SAFETY: reads the path.
        let child = ForkedChild::start(|| unsafe { libc::open(path.as_ptr(), libc::O_RDONLY) });
        let before = descriptors();
        let event = next(&group);
        drop(child);
        drop(event);
        assert_eq!(descriptors(), before);
    });
    require!(ran, "the caller is not the host's root");
}

/// A notification in a group for permission events needs no response.
#[test]
fn event_without_permission_needs_no_response_in_content_group() {
    use butter::fanotify::{Kind, Mark, MarkMask};
    let ran = on_filesystem(this_test!(), || {
        let group = super::group(Class::Content, InitFlags::empty()).unwrap();
        let path = super::create("file");
        group.add(Mark::Inode, MarkMask::OPEN, path.as_str()).unwrap();
        assert_eq!(opener(&path).join().unwrap(), Ok(()));
        let before = descriptors();
        let mut buffer = [0; 200];
        let event = group.read_events(&mut buffer).unwrap().next().unwrap();
        assert_eq!(event.kind(), Kind::Notification);
        drop(event.into_permission().unwrap_err());
        assert_eq!(descriptors(), before);
    });
    require!(ran, "the caller is not the host's root");
}
