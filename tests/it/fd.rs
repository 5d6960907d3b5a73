//! Tests of the descriptor types: the types of `std` with the feature `std`, and otherwise the
//! types of the crate.

use std::fmt;
use std::fs::File;

use butter::epoll::{Epoll, Event};
use butter::eventfd::{self, EventFd};
use butter::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, IntoRawFd, OwnedFd, RawFd};
use butter::inotify::{Inotify, WatchFlags};
use butter::memfd::{CreateFlags, MemFd};
use butter::namespace::{Kind, Namespace, Namespaces};
use butter::signal::SigSet;
use butter::signalfd::SignalFd;
use butter::time::Timeout;
use butter::timerfd::{Clock, Timer, TimerFd};
use butter::{Errno, io};
use common::child::in_child;

fn null() -> OwnedFd {
    common::fd(File::open("/dev/null").unwrap())
}

/// Returns whether a number is an open descriptor of this process.
fn is_open(fd: RawFd) -> bool {
    // SAFETY: touches no memory.
    let flags = unsafe { libc::fcntl(fd, libc::F_GETFD) };
    flags >= 0
}

#[test]
fn owned_fd_is_closed_once_on_drop() {
    in_child(|| {
        let fd = null();
        let number = fd.as_raw_fd();
        assert!(is_open(number));
        drop(fd);
        assert!(!is_open(number));

        let fd = null();
        assert_eq!(fd.as_raw_fd(), number, "open should return the lowest free descriptor number");
        let released = fd.into_raw_fd();
        assert!(is_open(released));
        // SAFETY: the descriptor is open, and its owner has released it.
        drop(unsafe { OwnedFd::from_raw_fd(released) });
        assert!(!is_open(number));

        assert_eq!(io::close(null()), Ok(()));
        assert!(!is_open(number));
    });
}

#[test]
fn with_flags_passes_flags_verbatim() {
    let flags = |fd: OwnedFd| {
        let nonblocking = io::fcntl_getfl(&fd).unwrap().contains(io::StatusFlags::NONBLOCK);
        (io::fcntl_getfd(&fd).unwrap() == io::DescriptorFlags::CLOEXEC, nonblocking)
    };
    use butter::{epoll, inotify, timerfd};
    let counter = eventfd::CreateFlags::NONBLOCK;
    assert_eq!(flags(EventFd::with_flags(0, counter).unwrap().into()), (false, true));
    let timer = timerfd::CreateFlags::NONBLOCK;
    let timer = TimerFd::with_flags(Clock::Monotonic, timer).unwrap();
    assert_eq!(flags(timer.into()), (false, true));
    let inotify = inotify::InitFlags::NONBLOCK;
    assert_eq!(flags(Inotify::with_flags(inotify).unwrap().into()), (false, true));
    let epoll = epoll::CreateFlags::empty();
    assert_eq!(flags(Epoll::with_flags(epoll).unwrap().into()), (false, false));
}

/// Returns the number of open descriptors of this process, including the descriptor that reads the
/// directory `/proc/self/fd`.
fn open_descriptors() -> usize {
    std::fs::read_dir("/proc/self/fd").unwrap().count()
}

/// Checks that an object has descriptor 0 and the expected `Debug` output, passes `test`, and
/// closes its descriptor on drop.
fn check_descriptor_zero<T: AsRawFd + fmt::Debug>(
    name: &str,
    object: butter::Result<T>,
    test: impl FnOnce(&T),
) {
    let object = object.unwrap();
    assert_eq!(object.as_raw_fd(), 0);
    assert_eq!(format!("{object:?}"), format!("{name} {{ fd: 0 }}"));
    test(&object);
    let open = open_descriptors();
    drop(object);
    assert_eq!(open_descriptors(), open - 1, "{name}");
    assert!(!is_open(0), "{name}");
}

#[test]
fn as_raw_fd_returns_0_for_each_type_if_descriptor_0_is_free() {
    in_child(|| {
        // SAFETY: no other code in this process uses descriptor 0.
        unsafe { libc::close(0) };
        check_descriptor_zero("EventFd", EventFd::new(7), |counter| {
            assert_eq!(counter.wait(Timeout::Zero), Ok(true));
            assert_eq!(counter.read(), Ok(7));
        });
        check_descriptor_zero("TimerFd", TimerFd::new(Clock::Monotonic), |timer| {
            assert_eq!(timer.get(), Ok(Timer::Disarmed));
        });
        check_descriptor_zero("Inotify", Inotify::nonblocking(), |inotify| {
            assert!(inotify.add_watch("/", WatchFlags::DELETE_SELF).is_ok());
            assert_eq!(inotify.read_events(&mut [0; 16]).unwrap().count(), 0);
        });
        check_descriptor_zero("SignalFd", SignalFd::nonblocking(SigSet::empty()), |signals| {
            assert_eq!(signals.try_read(), Ok(None));
        });
        check_descriptor_zero("MemFd", MemFd::new("zero"), |memfd| {
            assert_eq!((memfd.write_at(b"!", 4), memfd.len()), (Ok(1), Ok(5)));
        });
        check_descriptor_zero("Epoll", Epoll::new(), |epoll| {
            assert_eq!(epoll.wait(&mut [Event::default()], Timeout::Zero).unwrap().len(), 0);
        });
        check_descriptor_zero("Namespace", Namespace::own(Kind::Uts), |namespace| {
            assert_eq!(namespace.kind(), Ok(Namespaces::UTS));
        });
    });
}

#[test]
fn close_fails_with_ebadf_if_descriptor_is_already_closed() {
    in_child(|| {
        let fd = null();
        let number = fd.as_raw_fd();
        // SAFETY: no other code opens a descriptor before the owner's `close`, which fails.
        unsafe { libc::close(number) };
        let error = io::close(fd).unwrap_err();
        assert_eq!(error.errno(), Errno::BADF);
    });
}

#[test]
fn owned_fd_has_niches_for_none_and_for_errors() {
    assert_eq!(size_of::<OwnedFd>(), size_of::<RawFd>());
    assert_eq!(size_of::<Option<OwnedFd>>(), 4);
    assert_eq!(size_of::<Option<BorrowedFd<'_>>>(), 4);
    assert_eq!(size_of::<butter::Result<OwnedFd>>(), 8);
    assert_eq!(size_of::<butter::Result<EventFd>>(), 8);
    assert_eq!(size_of::<butter::Result<()>>(), 4);
    // The largest descriptor number is not the niche that represents `None`.
    // SAFETY: the descriptor is not used.
    let largest = Some(unsafe { BorrowedFd::borrow_raw(RawFd::MAX) });
    assert_eq!(largest.map(|fd| fd.as_raw_fd()), Some(RawFd::MAX));
}

#[test]
fn as_fd_and_conversions_keep_the_descriptor_number() {
    fn number(fd: impl AsFd) -> RawFd {
        fd.as_fd().as_raw_fd()
    }
    let mut counter = EventFd::new(0).unwrap();
    let expected = counter.as_raw_fd();
    assert_eq!(number(&counter), expected);
    assert_eq!(number(&mut counter), expected);
    assert_eq!(number(counter.as_fd()), expected);
    assert_eq!(format!("{counter:?}"), format!("EventFd {{ fd: {expected} }}"));
    let fd = OwnedFd::from(counter);
    assert_eq!(number(&fd), expected);
    assert_eq!(format!("{fd:?}"), format!("OwnedFd {{ fd: {expected} }}"));
    assert_eq!(format!("{:?}", fd.as_fd()), format!("BorrowedFd {{ fd: {expected} }}"));
    assert_eq!(EventFd::from(fd).as_raw_fd(), expected);
    assert_eq!(expected.as_raw_fd(), expected);
    assert_eq!(expected.into_raw_fd(), expected);
}

#[test]
fn owned_fd_of_every_constructor_is_close_on_exec() {
    use butter::io::{DescriptorFlags, fcntl_getfd};
    let ends = [butter::pipe::pipe(), butter::pipe::nonblocking()].map(Result::unwrap);
    let mut opened: Vec<OwnedFd> = vec![
        EventFd::new(0).unwrap().into(),
        EventFd::nonblocking(0).unwrap().into(),
        EventFd::semaphore(0).unwrap().into(),
        EventFd::with_flags(0, eventfd::CreateFlags::CLOEXEC).unwrap().into(),
        TimerFd::new(Clock::Monotonic).unwrap().into(),
        TimerFd::nonblocking(Clock::Monotonic).unwrap().into(),
        Inotify::new().unwrap().into(),
        Inotify::nonblocking().unwrap().into(),
        SignalFd::new(SigSet::empty()).unwrap().into(),
        SignalFd::nonblocking(SigSet::empty()).unwrap().into(),
        Epoll::new().unwrap().into(),
        Namespace::own(Kind::User).unwrap().into(),
        MemFd::new("").unwrap().into(),
        MemFd::sealable("").unwrap().into(),
        MemFd::with_flags("", CreateFlags::CLOEXEC).unwrap().into(),
    ];
    opened.extend(ends.into_iter().flat_map(<[OwnedFd; 2]>::from));
    for fd in &opened {
        assert_eq!(fcntl_getfd(fd), Ok(DescriptorFlags::CLOEXEC));
    }
    io::fcntl_setfd(&opened[0], DescriptorFlags::empty()).unwrap();
    assert_eq!(
        fcntl_getfd(&opened[0]),
        Ok(DescriptorFlags::empty()),
        "fcntl_setfd should clear FD_CLOEXEC"
    );
}
