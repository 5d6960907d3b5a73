//! Tests that each flag that a constructor or a method passes takes effect in the kernel. The tests
//! read the flags with `fcntl`, from `/proc/self/fdinfo` or from `/proc/self/maps`, or check how
//! the object behaves.

use std::fs;
use std::time::Duration;

use butter::epoll::{self, Epoll, Interest, Token};
use butter::eventfd::{self, EventFd};
use butter::fd::{AsFd, AsRawFd, OwnedFd};
use butter::fs::{CWD, Mode, OFlags, ResolveFlags, openat, openat2};
use butter::inotify::{self, Inotify, WatchFlags};
use butter::io::{self, DescriptorFlags, StatusFlags};
use butter::memfd::{self, MemFd, Seals};
use butter::mm::AnonymousMapping;
use butter::namespace::{Kind, Namespace};
use butter::process::PidFd;
use butter::signal::{SigSet, Signal};
use butter::signalfd::{self, SignalFd};
use butter::timerfd::{self, Clock, SetFlags, Timer, TimerFd};
use butter::{Errno, Result, pipe, process, time};
use common::test::in_row;
use common::time_from_now;

const HOUR: Duration = Duration::from_secs(3600);

/// A constructor: its name, whether its descriptor is close-on-exec and non-blocking, and a
/// function that calls the constructor.
type Constructor = (&'static str, bool, bool, fn() -> Result<OwnedFd>);

const CONSTRUCTORS: &[Constructor] = &[
    ("EventFd::new", true, false, || EventFd::new(0).map(OwnedFd::from)),
    ("EventFd::nonblocking", true, true, || EventFd::nonblocking(0).map(OwnedFd::from)),
    ("EventFd::semaphore", true, false, || EventFd::semaphore(0).map(OwnedFd::from)),
    ("EventFd::with_flags()", false, false, || {
        EventFd::with_flags(0, eventfd::CreateFlags::empty()).map(OwnedFd::from)
    }),
    ("EventFd::with_flags(CLOEXEC)", true, false, || {
        EventFd::with_flags(0, eventfd::CreateFlags::CLOEXEC).map(OwnedFd::from)
    }),
    ("EventFd::with_flags(NONBLOCK)", false, true, || {
        EventFd::with_flags(0, eventfd::CreateFlags::NONBLOCK).map(OwnedFd::from)
    }),
    ("TimerFd::new", true, false, || TimerFd::new(Clock::Monotonic).map(OwnedFd::from)),
    ("TimerFd::nonblocking", true, true, || {
        TimerFd::nonblocking(Clock::Monotonic).map(OwnedFd::from)
    }),
    ("TimerFd::with_flags()", false, false, || {
        TimerFd::with_flags(Clock::Monotonic, timerfd::CreateFlags::empty()).map(OwnedFd::from)
    }),
    ("TimerFd::with_flags(CLOEXEC)", true, false, || {
        TimerFd::with_flags(Clock::Monotonic, timerfd::CreateFlags::CLOEXEC).map(OwnedFd::from)
    }),
    ("TimerFd::with_flags(NONBLOCK)", false, true, || {
        TimerFd::with_flags(Clock::Monotonic, timerfd::CreateFlags::NONBLOCK).map(OwnedFd::from)
    }),
    ("SignalFd::new", true, false, || SignalFd::new(Signal::USR1).map(OwnedFd::from)),
    ("SignalFd::nonblocking", true, true, || {
        SignalFd::nonblocking(Signal::USR1).map(OwnedFd::from)
    }),
    ("SignalFd::with_flags()", false, false, || {
        SignalFd::with_flags(Signal::USR1, signalfd::CreateFlags::empty()).map(OwnedFd::from)
    }),
    ("SignalFd::with_flags(CLOEXEC)", true, false, || {
        SignalFd::with_flags(Signal::USR1, signalfd::CreateFlags::CLOEXEC).map(OwnedFd::from)
    }),
    ("SignalFd::with_flags(NONBLOCK)", false, true, || {
        SignalFd::with_flags(Signal::USR1, signalfd::CreateFlags::NONBLOCK).map(OwnedFd::from)
    }),
    ("SignalFd::set_mask", true, true, || {
        let signals = SignalFd::nonblocking(Signal::USR1)?;
        signals.set_mask(Signal::USR2)?;
        Ok(signals.into())
    }),
    ("Inotify::new", true, false, || Inotify::new().map(OwnedFd::from)),
    ("Inotify::nonblocking", true, true, || Inotify::nonblocking().map(OwnedFd::from)),
    ("Inotify::with_flags()", false, false, || {
        Inotify::with_flags(inotify::InitFlags::empty()).map(OwnedFd::from)
    }),
    ("Inotify::with_flags(CLOEXEC)", true, false, || {
        Inotify::with_flags(inotify::InitFlags::CLOEXEC).map(OwnedFd::from)
    }),
    ("Inotify::with_flags(NONBLOCK)", false, true, || {
        Inotify::with_flags(inotify::InitFlags::NONBLOCK).map(OwnedFd::from)
    }),
    ("Epoll::new", true, false, || Epoll::new().map(OwnedFd::from)),
    ("Epoll::with_flags()", false, false, || {
        Epoll::with_flags(epoll::CreateFlags::empty()).map(OwnedFd::from)
    }),
    ("Epoll::with_flags(CLOEXEC)", true, false, || {
        Epoll::with_flags(epoll::CreateFlags::CLOEXEC).map(OwnedFd::from)
    }),
    ("MemFd::new", true, false, || MemFd::new("test").map(OwnedFd::from)),
    ("MemFd::sealable", true, false, || MemFd::sealable("test").map(OwnedFd::from)),
    ("MemFd::with_flags()", false, false, || {
        MemFd::with_flags("test", memfd::CreateFlags::empty()).map(OwnedFd::from)
    }),
    ("MemFd::with_flags(CLOEXEC)", true, false, || {
        MemFd::with_flags("test", memfd::CreateFlags::CLOEXEC).map(OwnedFd::from)
    }),
    ("pipe::pipe, read end", true, false, || pipe::pipe().map(|(reader, _)| reader)),
    ("pipe::pipe, write end", true, false, || pipe::pipe().map(|(_, writer)| writer)),
    ("pipe::nonblocking, read end", true, true, || pipe::nonblocking().map(|(reader, _)| reader)),
    ("pipe::nonblocking, write end", true, true, || pipe::nonblocking().map(|(_, writer)| writer)),
    ("fs::openat", true, false, || openat(CWD, "/", OFlags::RDONLY, Mode::empty())),
    ("fs::openat(NONBLOCK)", true, true, || openat(CWD, "/", OFlags::NONBLOCK, Mode::empty())),
    ("fs::openat2", true, false, || {
        openat2(CWD, "/", OFlags::RDONLY, Mode::empty(), ResolveFlags::empty())
    }),
    ("fs::openat2(NONBLOCK)", true, true, || {
        openat2(CWD, "/", OFlags::NONBLOCK, Mode::empty(), ResolveFlags::empty())
    }),
    ("Namespace::own", true, true, || Namespace::own(Kind::Uts).map(OwnedFd::from)),
    ("Namespace::open", true, true, || {
        Namespace::open(process::getpid(), Kind::Uts).map(OwnedFd::from)
    }),
    ("Namespace::user_namespace", true, false, || {
        Namespace::own(Kind::Uts)?.user_namespace().map(OwnedFd::from)
    }),
    ("PidFd::open", true, false, || PidFd::open(process::getpid()).map(OwnedFd::from)),
    ("PidFd::with_flags(NONBLOCK)", true, true, || {
        PidFd::with_flags(process::getpid(), process::OpenFlags::NONBLOCK).map(OwnedFd::from)
    }),
    ("fcntl_dupfd_cloexec", true, true, || io::fcntl_dupfd_cloexec(EventFd::nonblocking(0)?, 0)),
];

#[test]
fn constructor_creates_descriptor_with_the_expected_cloexec_and_nonblock_flags() {
    for &(name, is_cloexec, is_nonblocking, create) in CONSTRUCTORS {
        in_row(name, || {
            let fd = match create() {
                // `NS_GET_USERNS` fails with `EPERM` if the owning user namespace is an ancestor of
                // the caller's user namespace.
                Err(error) if name == "Namespace::user_namespace" && error.is(Errno::PERM) => {
                    return common::this_test!().skip(name, format_args!("{error}"));
                }
                created => created.unwrap(),
            };
            let flags = io::fcntl_getfd(&fd).unwrap();
            assert_eq!(flags.contains(DescriptorFlags::CLOEXEC), is_cloexec, "{flags:?}");
            let flags = io::fcntl_getfl(&fd).unwrap();
            assert_eq!(flags.contains(StatusFlags::NONBLOCK), is_nonblocking, "{flags:?}");
        });
    }
}

/// Returns the text that follows `word` in each line of `/proc/self/fdinfo/<fd>` that starts with
/// `word`.
fn fdinfo(fd: &impl AsFd, word: &str) -> Vec<String> {
    let path = format!("/proc/self/fdinfo/{}", fd.as_fd().as_raw_fd());
    let text = fs::read_to_string(path).unwrap();
    let values: Vec<_> = text.lines().filter_map(|line| line.strip_prefix(word)).collect();
    assert!(!values.is_empty(), "no `{word}` in:\n{text}");
    values.into_iter().map(|value| value.trim().to_owned()).collect()
}

#[test]
fn timer_set_methods_pass_the_expected_flags_to_timerfd_settime() {
    let at = || Timer::once_at(time_from_now(time::Clock::Realtime, HOUR));
    let from = || Timer::every_from(time_from_now(time::Clock::Realtime, HOUR), HOUR);
    type Set = fn(&TimerFd, Timer) -> Result<()>;
    let set: Set = |timer, setting| timer.set(setting);
    let replace: Set = |timer, setting| timer.replace(setting).map(drop);
    let cancel: Set = |timer, setting| timer.set_cancel_on_set(setting).map(drop);
    let (none, absolute) = (SetFlags::empty(), SetFlags::ABSTIME);
    for (name, method, added) in [
        ("set", set, none),
        ("replace", replace, none),
        ("set_cancel_on_set", cancel, SetFlags::CANCEL_ON_SET),
    ] {
        for (setting, flags) in [
            (Timer::once(HOUR), none),
            (Timer::every(HOUR), none),
            (Timer::every_after(HOUR, HOUR), none),
            (at(), absolute),
            (from(), absolute),
        ] {
            in_row(format_args!("{name}({setting:?})"), || {
                let timer = TimerFd::new(Clock::Realtime).unwrap();
                method(&timer, setting).unwrap();
                let lines = fdinfo(&timer, "settime flags:");
                let flags_of_kernel = u32::from_str_radix(&lines[0], 8).unwrap();
                assert_eq!((lines.len(), flags_of_kernel), (1, (flags | added).bits()));
            });
        }
    }
}

#[test]
fn timerfd_uses_the_clock_passed_to_its_constructor() {
    for (clock, number) in [
        (Clock::Realtime, libc::CLOCK_REALTIME),
        (Clock::Monotonic, libc::CLOCK_MONOTONIC),
        (Clock::Boottime, libc::CLOCK_BOOTTIME),
    ] {
        let flags = timerfd::CreateFlags::empty();
        for timer in
            [TimerFd::new(clock), TimerFd::nonblocking(clock), TimerFd::with_flags(clock, flags)]
        {
            assert_eq!(fdinfo(&timer.unwrap(), "clockid:"), [number.to_string()]);
        }
    }
}

#[test]
fn eventfd_read_returns_1_only_if_created_as_semaphore() {
    let flags = eventfd::CreateFlags::NONBLOCK;
    let semaphore = flags | eventfd::CreateFlags::SEMAPHORE;
    for (counter, expected) in [
        (EventFd::new(3), 3),
        (EventFd::nonblocking(3), 3),
        (EventFd::with_flags(3, flags), 3),
        (EventFd::semaphore(3), 1),
        (EventFd::with_flags(3, semaphore), 1),
    ] {
        assert_eq!(counter.unwrap().read(), Ok(expected));
    }
}

#[test]
fn signalfd_has_the_mask_passed_to_its_constructor_or_to_set_mask() {
    let set = SigSet::from([Signal::USR1, Signal::RTMAX]);
    let flags = signalfd::CreateFlags::empty();
    let sigmask = |set: SigSet| [format!("{:016x}", set.bits())];
    for signals in
        [SignalFd::new(set), SignalFd::nonblocking(set), SignalFd::with_flags(set, flags)]
    {
        let signals = signals.unwrap();
        assert_eq!(fdinfo(&signals, "sigmask:"), sigmask(set));
        signals.set_mask(Signal::CHLD).unwrap();
        assert_eq!(fdinfo(&signals, "sigmask:"), sigmask(Signal::CHLD.into()));
    }
}

#[test]
fn inotify_watch_has_the_mask_passed_to_add_watch() {
    let inotify = Inotify::new().unwrap();
    let masks = [WatchFlags::CREATE, WatchFlags::MODIFY | WatchFlags::DELETE_SELF];
    for (path, mask) in ["/", "/proc"].into_iter().zip(masks) {
        inotify.add_watch(path, mask).unwrap();
    }
    let lines = fdinfo(&inotify, "inotify ");
    for mask in masks {
        let mask = format!(" mask:{:x} ", mask.bits());
        assert!(lines.iter().any(|line| line.contains(&mask)), "no `{mask}` in {lines:?}");
    }
    assert_eq!(lines.len(), 2);
}

#[test]
fn epoll_entry_has_the_requested_events_and_token() {
    let (epoll, counter) = (Epoll::new().unwrap(), EventFd::new(0).unwrap());
    let assert_entry = |interest: Interest, token: u64| {
        // The kernel adds `EPOLLERR` and `EPOLLHUP` to the events of every epoll entry.
        let events = (interest | Interest::ERR | Interest::HUP).bits();
        let line = fdinfo(&epoll, "tfd:").remove(0);
        let words: Vec<_> = line.split_whitespace().collect();
        let expected = [&counter.as_raw_fd().to_string(), "events:", &format!("{events:x}")];
        assert_eq!(words[..3], expected, "{line}");
        assert_eq!(words[3..5], ["data:", &format!("{token:x}")], "{line}");
    };
    let interest = Interest::IN | Interest::ET;
    epoll.add(&counter, Token(0xABCD), interest).unwrap();
    assert_entry(interest, 0xABCD);
    let interest = Interest::OUT | Interest::ONESHOT | Interest::RDHUP;
    epoll.modify(&counter, Token(0x1234_5678_9ABC), interest).unwrap();
    assert_entry(interest, 0x1234_5678_9ABC);
}

#[test]
fn memfd_accepts_seals_only_if_created_as_sealable() {
    // The kernel adds `F_SEAL_EXEC` if `vm.memfd_noexec` is set, so the comparison ignores this
    // seal.
    let seals = |file: Result<MemFd>| file.unwrap().seals().unwrap() - Seals::EXEC;
    let (none, sealing) = (memfd::CreateFlags::empty(), memfd::CreateFlags::ALLOW_SEALING);
    let policy = fs::read_to_string("/proc/sys/vm/memfd_noexec").unwrap_or_default();
    if matches!(policy.trim(), "" | "0") {
        assert_eq!(seals(MemFd::new("test")), Seals::SEAL);
        assert_eq!(seals(MemFd::with_flags("test", none)), Seals::SEAL);
    } else {
        common::this_test!().skip("MemFd::new", format_args!("vm.memfd_noexec is {policy}"));
    }
    assert_eq!(seals(MemFd::sealable("test")), Seals::empty());
    assert_eq!(seals(MemFd::with_flags("test", sealing)), Seals::empty());
}

/// Returns the permissions of the mapping that contains `address`, from `/proc/self/maps`.
fn permissions(address: *const u8) -> String {
    let maps = fs::read_to_string("/proc/self/maps").unwrap();
    let line = maps.lines().find(|line| {
        let (start, end) = line.split(' ').next().unwrap().split_once('-').unwrap();
        let [start, end] = [start, end].map(|text| usize::from_str_radix(text, 16).unwrap());
        (start..end).contains(&address.addr())
    });
    line.unwrap().split_whitespace().nth(1).unwrap().to_owned()
}

#[test]
fn mapping_has_the_expected_permissions_in_proc_self_maps() {
    let file = MemFd::sealable("test").unwrap();
    file.set_len(4096).unwrap();
    let (shared, read) = (file.map().unwrap(), file.map_read().unwrap());
    assert_eq!(permissions(shared.as_ptr()), "rw-s");
    assert_eq!(permissions(read.as_ptr()), "r--s");
    drop((shared, read));
    file.write_at(&[1; 4096], 0).unwrap();
    file.add_seals(Seals::SHRINK | Seals::GROW | Seals::WRITE).unwrap();
    let sealed = file.map_sealed().unwrap().unwrap();
    assert_eq!(permissions(sealed.as_ptr()), "r--p");
    assert_eq!(permissions(AnonymousMapping::new(4096).unwrap().as_ptr()), "rw-p");
}
