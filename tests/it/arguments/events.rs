//! Arguments of calls on eventfd, timerfd, signalfd and inotify descriptors.

use butter::fd::AsFd;
use butter::signal::SigSet;
use butter::time::{Clock as TimerClock, Timespec};
use butter::timerfd::{Itimerspec, SetFlags};
use butter::{eventfd, inotify, signalfd, timerfd};

use super::recorder::*;
use super::{Row, creates, each, input, long_path, mask_size, open, pattern, sets, words};

const WATCHED: &str = "/nonexistent/watched";

pub const ROWS: &[Row] = &[
    Row("eventfd::raw::eventfd2", &[libc::SYS_eventfd2], |it| {
        for initial in [0, 0x1234_5678, u32::MAX] {
            for flags in each::<eventfd::CreateFlags>() {
                let arguments = [("initval", int(initial)), ("flags", int(flags.bits()))];
                creates(it, |fd| {
                    it.call(libc::SYS_eventfd2, arguments, fd, || {
                        eventfd::raw::eventfd2(initial, flags)
                    })
                });
            }
        }
    }),
    Row("eventfd::raw::read", &[libc::SYS_read], |it| {
        reads_u64(it, |fd| eventfd::raw::read(fd.as_fd()));
    }),
    Row("eventfd::raw::write", &[libc::SYS_write], |it| {
        for value in [0, 0x1234_5678_9ABC_DEF0, u64::MAX] {
            let counter = open(500);
            let value_bytes = input(value.to_ne_bytes());
            let arguments = [("fd", fd(&counter)), ("buf", value_bytes), ("count", size(8))];
            let result = it.call(libc::SYS_write, arguments, 8, || {
                eventfd::raw::write(counter.as_fd(), value)
            });
            it.output("success", result, Ok(()));
        }
    }),
    Row("timerfd::raw::timerfd_create", &[libc::SYS_timerfd_create], |it| {
        for (clock, number) in [
            (TimerClock::Realtime, libc::CLOCK_REALTIME),
            (TimerClock::Monotonic, libc::CLOCK_MONOTONIC),
            (TimerClock::Boottime, libc::CLOCK_BOOTTIME),
            (TimerClock::RealtimeAlarm, libc::CLOCK_REALTIME_ALARM),
            (TimerClock::BoottimeAlarm, libc::CLOCK_BOOTTIME_ALARM),
        ] {
            for flags in each::<timerfd::CreateFlags>() {
                let arguments = [("clockid", int(number)), ("flags", int(flags.bits()))];
                creates(it, |fd| {
                    it.call(libc::SYS_timerfd_create, arguments, fd, || {
                        timerfd::raw::timerfd_create(clock, flags)
                    })
                });
            }
        }
    }),
    Row("timerfd::raw::timerfd_settime", &[libc::SYS_timerfd_settime], |it| {
        let timer = open(500);
        for flags in each::<SetFlags>() {
            for with_old in [false, true] {
                let mut old = with_old.then(Itimerspec::default);
                let old_argument = if with_old { output(words(OLD)) } else { NULL };
                let arguments = [
                    ("fd", fd(&timer)),
                    ("flags", int(flags.bits())),
                    ("new_value", input(words(NEW))),
                    ("old_value", old_argument),
                ];
                let result = it.call(libc::SYS_timerfd_settime, arguments, 0, || {
                    timerfd::raw::timerfd_settime(
                        timer.as_fd(),
                        flags,
                        &itimerspec(NEW),
                        old.as_mut(),
                    )
                });
                it.output("success", result, Ok(()));
                it.output("old_value", old, with_old.then_some(itimerspec(OLD)));
            }
        }
    }),
    Row("timerfd::raw::timerfd_gettime", &[libc::SYS_timerfd_gettime], |it| {
        let timer = open(500);
        let arguments = [("fd", fd(&timer)), ("curr_value", output(words(OLD)))];
        let result = it.call(libc::SYS_timerfd_gettime, arguments, 0, || {
            timerfd::raw::timerfd_gettime(timer.as_fd())
        });
        it.output("value", result, Ok(itimerspec(OLD)));
    }),
    Row("timerfd::raw::read", &[libc::SYS_read], |it| {
        reads_u64(it, |fd| timerfd::raw::read(fd.as_fd()).map(Option::unwrap_or_default));
    }),
    Row("timerfd::raw::ioctl_set_ticks", &[libc::SYS_ioctl], |it| {
        let timer = open(500);
        for count in [1_u64, 0x1234_5678_9ABC_DEF0, u64::MAX] {
            let request = int(linux_raw_sys::ioctl::TFD_IOC_SET_TICKS);
            let count_bytes = input(count.to_ne_bytes());
            let arguments = [("fd", fd(&timer)), ("op", request), ("argp", count_bytes)];
            let result = it.call(libc::SYS_ioctl, arguments, 0, || {
                timerfd::raw::ioctl_set_ticks(timer.as_fd(), count)
            });
            it.output("success", result, Ok(()));
        }
    }),
    Row("signalfd::raw::signalfd4", &[libc::SYS_signalfd4], |it| {
        for mask in sets() {
            for flags in each::<signalfd::CreateFlags>() {
                let arguments = signalfd4(int(-1), mask, flags.bits());
                creates(it, |fd| {
                    it.call(libc::SYS_signalfd4, arguments, fd, || {
                        signalfd::raw::signalfd4(mask, flags)
                    })
                });
            }
        }
    }),
    Row("signalfd::raw::signalfd4_set_mask", &[libc::SYS_signalfd4], |it| {
        let signals = open(500);
        for mask in sets() {
            // If `signalfd4` changes the mask of a signalfd, the call returns the number of the
            // same descriptor.
            let arguments = signalfd4(fd(&signals), mask, 0);
            let result = it.call(libc::SYS_signalfd4, arguments, 500, || {
                signalfd::raw::signalfd4_set_mask(signals.as_fd(), mask)
            });
            it.output("success", result, Ok(()));
        }
    }),
    Row("signalfd::raw::read", &[libc::SYS_read], |it| {
        reads_bytes(it, |fd, buffer| signalfd::raw::read(fd.as_fd(), buffer));
    }),
    Row("inotify::raw::inotify_init1", &[libc::SYS_inotify_init1], |it| {
        for flags in each::<inotify::InitFlags>() {
            let arguments = [("flags", int(flags.bits()))];
            creates(it, |fd| {
                it.call(libc::SYS_inotify_init1, arguments, fd, || {
                    inotify::raw::inotify_init1(flags)
                })
            });
        }
    }),
    Row("inotify::raw::inotify_add_watch", &[libc::SYS_inotify_add_watch], |it| {
        let inotify = open(500);
        let result = |path: &str,
                      flags: inotify::WatchFlags,
                      call: &dyn Fn() -> butter::Result<_>| {
            let path = input([path.as_bytes(), b"\0"].concat());
            let arguments = [("fd", fd(&inotify)), ("pathname", path), ("mask", int(flags.bits()))];
            let result = it.call(libc::SYS_inotify_add_watch, arguments, 0x1234_5678, call);
            it.output("watch", result, Ok(inotify::Watch::from_raw(0x1234_5678)));
        };
        let add = |path: &str, flags| inotify::raw::inotify_add_watch(inotify.as_fd(), path, flags);
        for flags in each() {
            result(WATCHED, flags, &|| add(WATCHED, flags));
        }
        let (flags, path) = (inotify::WatchFlags::CREATE, long_path());
        result(&path, flags, &|| add(&path, flags));
        let path = c"/nonexistent/terminated";
        result(path.to_str().unwrap(), flags, &|| {
            inotify::raw::inotify_add_watch(inotify.as_fd(), path, flags)
        });
    }),
    Row("inotify::raw::inotify_rm_watch", &[libc::SYS_inotify_rm_watch], |it| {
        let inotify = open(500);
        for watch in [1, 0x1234_5678, -7] {
            let arguments = [("fd", fd(&inotify)), ("wd", int(watch))];
            let result = it.call(libc::SYS_inotify_rm_watch, arguments, 0, || {
                inotify::raw::inotify_rm_watch(inotify.as_fd(), inotify::Watch::from_raw(watch))
            });
            it.output("success", result, Ok(()));
        }
    }),
    Row("inotify::raw::read", &[libc::SYS_read], |it| {
        reads_bytes(it, |fd, buffer| inotify::raw::read(fd.as_fd(), buffer));
    }),
    Row("inotify::raw::ioctl_setnextwd", &[libc::SYS_ioctl], |it| {
        let inotify = open(500);
        for watch in [1, 0x1234_5678] {
            let request = int(linux_raw_sys::ioctl::INOTIFY_IOC_SETNEXTWD);
            let arguments = [("fd", fd(&inotify)), ("op", request), ("wd", int(watch))];
            let result = it.call(libc::SYS_ioctl, arguments, 0, || {
                let watch = inotify::Watch::from_raw(watch);
                // SAFETY: the recorder answers the call, which does not reach the kernel.
                unsafe { inotify::raw::ioctl_setnextwd(inotify.as_fd(), watch) }
            });
            it.output("success", result, Ok(()));
        }
    }),
];

/// The words of a `struct itimerspec`: the seconds and nanoseconds of the interval, then the
/// seconds and nanoseconds of the value.
const NEW: [u64; 4] = [0x1_0000_0001, 2, 0x3_0000_0003, 4];
const OLD: [u64; 4] = [0x5_0000_0005, 6, 0x7_0000_0007, 8];

fn itimerspec(words: [u64; 4]) -> Itimerspec {
    let [first, second, third, fourth] = words.map(u64::cast_signed);
    Itimerspec {
        interval: Timespec { seconds: first, nanoseconds: second },
        value: Timespec { seconds: third, nanoseconds: fourth },
    }
}

fn signalfd4(descriptor: Argument, mask: SigSet, flags: u32) -> [(&'static str, Argument); 4] {
    let mask = input(mask.bits().to_ne_bytes());
    [("fd", descriptor), ("mask", mask), ("sizemask", mask_size()), ("flags", int(flags))]
}

/// Records a `read` call that returns a 64-bit number.
fn reads_u64(it: &Recorder, read: fn(&butter::fd::OwnedFd) -> butter::Result<u64>) {
    let counter = open(500);
    for value in [0x1234_5678_9ABC_DEF0, u64::MAX] {
        let written = output(value.to_ne_bytes());
        let arguments = [("fd", fd(&counter)), ("buf", written), ("count", size(8))];
        let result = it.call(libc::SYS_read, arguments, 8, || read(&counter));
        it.output("value", result, Ok(value));
    }
}

type Read = for<'b> fn(&butter::fd::OwnedFd, &'b mut [u8; 300]) -> butter::Result<&'b [u8]>;

/// Records a `read` call that returns fewer bytes than the length of the buffer.
fn reads_bytes(it: &Recorder, read: Read) {
    let (events, mut buffer, written) = (open(500), [0; 300], pattern::<256>());
    let arguments = [("fd", fd(&events)), ("buf", output(written)), ("count", size(300))];
    let result = it.call(libc::SYS_read, arguments, 256, || read(&events, &mut buffer));
    it.output("bytes", result, Ok(&written[..]));
}
