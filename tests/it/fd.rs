//! Descriptors: the same tests over std's types and over the crate's own.

use std::fmt;
use std::fs::File;

use butter::epoll::{Epoll, Event};
use butter::eventfd::EventFd;
use butter::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, IntoRawFd, OwnedFd, RawFd};
use butter::inotify::{Inotify, WatchFlags};
use butter::memfd::{CreateFlags, MemFd};
use butter::namespace::{Kind, Namespace, Namespaces};
use butter::signal::SigSet;
use butter::signalfd::SignalFd;
use butter::time::{Clock, Timeout};
use butter::timerfd::{Timer, TimerFd};
use butter::{Errno, io};
use common::child::in_child;

fn null() -> OwnedFd {
    common::fd(File::open("/dev/null").unwrap())
}

/// Whether a number is an open descriptor of this process.
fn is_open(fd: RawFd) -> bool {
    // SAFETY: asks for the flags of a number; touches no memory.
    let flags = unsafe { libc::fcntl(fd, libc::F_GETFD) };
    flags >= 0
}

#[test]
fn an_owned_descriptor_is_closed_once_when_dropped() {
    in_child(|| {
        let fd = null();
        let number = fd.as_raw_fd();
        assert!(is_open(number));
        drop(fd);
        assert!(!is_open(number));

        let fd = null();
        assert_eq!(fd.as_raw_fd(), number, "the lowest free number is taken again");
        let given_up = fd.into_raw_fd();
        assert!(is_open(given_up));
        // SAFETY: just given up.
        drop(unsafe { OwnedFd::from_raw_fd(given_up) });
        assert!(!is_open(number));

        assert_eq!(io::close(null()), Ok(()));
        assert!(!is_open(number));
    });
}

/// How many descriptors this process has open, with the one that looks.
fn open_descriptors() -> usize {
    std::fs::read_dir("/proc/self/fd").unwrap().count()
}

/// An object with descriptor 0: it says what it is, works, and leaves nothing open.
fn as_descriptor_zero<T: AsRawFd + fmt::Debug>(
    name: &str,
    object: butter::Result<T>,
    works: impl FnOnce(&T),
) {
    let object = object.unwrap();
    assert_eq!(object.as_raw_fd(), 0);
    assert_eq!(format!("{object:?}"), format!("{name} {{ fd: 0 }}"));
    works(&object);
    let open = open_descriptors();
    drop(object);
    assert_eq!(open_descriptors(), open - 1, "{name}");
    assert!(!is_open(0), "{name}");
}

#[test]
fn descriptor_zero_is_one_like_any_other() {
    in_child(|| {
        // SAFETY: nobody in this process uses descriptor 0.
        unsafe { libc::close(0) };
        as_descriptor_zero("EventFd", EventFd::new(7), |counter| {
            assert_eq!(counter.wait(Timeout::Zero), Ok(true));
            assert_eq!(counter.read(), Ok(7));
        });
        as_descriptor_zero("TimerFd", TimerFd::new(Clock::Monotonic), |timer| {
            assert_eq!(timer.get(), Ok(Timer::Disarmed));
        });
        as_descriptor_zero("Inotify", Inotify::nonblocking(), |inotify| {
            assert!(inotify.add_watch("/", WatchFlags::DELETE_SELF).is_ok());
            assert_eq!(inotify.read_events(&mut [0; 16]).unwrap().count(), 0);
        });
        as_descriptor_zero("SignalFd", SignalFd::nonblocking(SigSet::empty()), |signals| {
            assert_eq!(signals.try_read(), Ok(None));
        });
        as_descriptor_zero("MemFd", MemFd::new("zero"), |memfd| {
            assert_eq!((memfd.write_at(b"!", 4), memfd.len()), (Ok(1), Ok(5)));
        });
        as_descriptor_zero("Epoll", Epoll::new(), |epoll| {
            assert_eq!(epoll.wait(&mut [Event::default()], Timeout::Zero).unwrap().len(), 0);
        });
        as_descriptor_zero("Namespace", Namespace::own(Kind::Uts), |namespace| {
            assert_eq!(namespace.kind(), Ok(Namespaces::UTS));
        });
    });
}

#[test]
fn a_failed_close_is_reported_and_not_made_again() {
    in_child(|| {
        let fd = null();
        let number = fd.as_raw_fd();
        // SAFETY: takes the number away under its owner, so that its close fails.
        unsafe { libc::close(number) };
        let error = io::close(fd).unwrap_err();
        assert_eq!(error.errno(), Errno::BADF);
    });
}

#[test]
fn there_is_room_for_none_and_for_an_error() {
    assert_eq!(size_of::<OwnedFd>(), size_of::<RawFd>());
    assert_eq!(size_of::<Option<OwnedFd>>(), 4);
    assert_eq!(size_of::<Option<BorrowedFd<'_>>>(), 4);
    assert_eq!(size_of::<butter::Result<OwnedFd>>(), 8);
    assert_eq!(size_of::<butter::Result<EventFd>>(), 8);
    assert_eq!(size_of::<butter::Result<()>>(), 4);
    // The largest number is a descriptor, not `None`.
    // SAFETY: the number is only looked at.
    let largest = Some(unsafe { BorrowedFd::borrow_raw(RawFd::MAX) });
    assert_eq!(largest.map(|fd| fd.as_raw_fd()), Some(RawFd::MAX));
}

#[test]
fn everything_over_a_descriptor_lends_it() {
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
fn what_the_crate_opens_is_closed_by_exec() {
    use butter::io::{DescriptorFlags, fcntl_getfd};
    let ends = [butter::pipe::pipe(), butter::pipe::nonblocking()].map(Result::unwrap);
    let mut opened: Vec<OwnedFd> = vec![
        EventFd::new(0).unwrap().into(),
        EventFd::nonblocking(0).unwrap().into(),
        EventFd::semaphore(0).unwrap().into(),
        EventFd::nonblocking_semaphore(0).unwrap().into(),
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
        MemFd::with_flags("", CreateFlags::empty()).unwrap().into(),
    ];
    opened.extend(ends.into_iter().flat_map(<[OwnedFd; 2]>::from));
    for fd in &opened {
        assert_eq!(fcntl_getfd(fd), Ok(DescriptorFlags::CLOEXEC));
    }
    io::fcntl_setfd(&opened[0], DescriptorFlags::empty()).unwrap();
    assert_eq!(
        fcntl_getfd(&opened[0]),
        Ok(DescriptorFlags::empty()),
        "who wants it inherited says so"
    );
}
