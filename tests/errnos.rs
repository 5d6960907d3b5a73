//! Every errno that has a kind or a reason of its own in some call: brought about in the kernel where it can be, else
//! put in its place by a filter, and then looked at as a user sees it.

mod common;

use std::ffi::CString;
use std::fs::{self, File};
use std::path::PathBuf;
use std::time::Duration;

use butter::epoll::{self, Epoll, EpollFlags, Interest, Ready, Token};
use butter::error::{Call, ErrorKind};
use butter::eventfd::{self, EventFd, EventFdFlags};
use butter::fd::AsFd;
use butter::inotify::{self, InitFlags, Inotify, Watch, WatchFlags};
use butter::io::{self, StatusFlags};
use butter::pipe::{self, PipeFlags};
use butter::poll::{self, PollFd, PollFlags};
use butter::process::{self, Pid};
use butter::signal::{self, SigSet, Signal, Target};
use butter::signalfd::{self, SignalFd, SignalFdFlags};
use butter::thread::{self, Stack, StackFlags, Tid};
use butter::time::{Clock, Timeout, Timespec};
use butter::timerfd::{self, Timer, TimerFd};
use butter::{Errno, Error};
use common::child::{as_nobody, in_child, in_child_that_holds_back, in_user_namespace, nobody, open_no_more};
use common::inject::inject;
use common::signals::interrupted;

/// How a test comes by a failure.
type Provoke = fn() -> Option<Error>;

/// One row: the call, the errno, its kind, and how a test comes by it.
struct Row(Call, Errno, ErrorKind, Provoke);

fn failed<T>(result: butter::Result<T>) -> Option<Error> {
    Some(result.err().expect("the call should have failed"))
}

const ROWS: &[Row] = &[
    Row(Call::READ, Errno::INVAL, ErrorKind::InvalidArgument, || {
        failed(io::read(EventFd::new(1).unwrap(), &mut [0; 4]))
    }),
    Row(Call::READ, Errno::BADF, ErrorKind::BadDescriptor, || failed(io::read(pipe::pipe().unwrap().1, &mut [0; 4]))),
    Row(Call::READ, Errno::AGAIN, ErrorKind::WouldBlock, || {
        let (reader, _writer) = pipe::nonblocking().unwrap();
        failed(io::read(&reader, &mut [0; 4]))
    }),
    Row(Call::READV, Errno::INVAL, ErrorKind::InvalidArgument, || {
        let mut slices: Vec<_> = (0..1025).map(|_| io::IoSliceMut::new(&mut [])).collect();
        failed(io::readv(pipe::pipe().unwrap().0, &mut slices))
    }),
    Row(Call::READV, Errno::BADF, ErrorKind::BadDescriptor, || {
        failed(io::readv(pipe::pipe().unwrap().1, &mut [io::IoSliceMut::new(&mut [0; 4])]))
    }),
    Row(Call::READV, Errno::AGAIN, ErrorKind::WouldBlock, || {
        let (reader, _writer) = pipe::nonblocking().unwrap();
        failed(io::readv(&reader, &mut [io::IoSliceMut::new(&mut [0; 4])]))
    }),
    Row(Call::WRITE, Errno::INVAL, ErrorKind::InvalidArgument, || failed(io::write(EventFd::new(1).unwrap(), &[0; 4]))),
    Row(Call::WRITE, Errno::BADF, ErrorKind::BadDescriptor, || failed(io::write(pipe::pipe().unwrap().0, b"!"))),
    Row(Call::WRITE, Errno::AGAIN, ErrorKind::WouldBlock, || {
        let (_reader, writer) = pipe::nonblocking().unwrap();
        (0..1024).find_map(|_| io::write(&writer, &[0; 4096]).err())
    }),
    Row(Call::WRITEV, Errno::INVAL, ErrorKind::InvalidArgument, || {
        let (_reader, writer) = pipe::pipe().unwrap();
        failed(io::writev(&writer, &[io::IoSlice::new(b""); 1025]))
    }),
    Row(Call::WRITEV, Errno::BADF, ErrorKind::BadDescriptor, || {
        failed(io::writev(pipe::pipe().unwrap().0, &[io::IoSlice::new(b"!")]))
    }),
    Row(Call::WRITEV, Errno::AGAIN, ErrorKind::WouldBlock, || {
        let (_reader, writer) = pipe::nonblocking().unwrap();
        (0..1024).find_map(|_| io::writev(&writer, &[io::IoSlice::new(&[0; 4096])]).err())
    }),
    Row(Call::FCNTL_DUPFD_CLOEXEC, Errno::INVAL, ErrorKind::InvalidArgument, || {
        failed(io::fcntl_dupfd_cloexec(null(), -1))
    }),
    Row(Call::FCNTL_SETFL, Errno::PERM, ErrorKind::PermissionDenied, || {
        as_nobody(|| {
            let of_root = common::fd(File::open("/proc/version").unwrap());
            failed(io::fcntl_setfl(&of_root, StatusFlags::NOATIME))
        })
    }),
    Row(Call::FCNTL_SETFL, Errno::INVAL, ErrorKind::InvalidArgument, || {
        failed(io::fcntl_setfl(common::fd(File::open("/proc/version").unwrap()), StatusFlags::DIRECT))
    }),
    Row(Call::IOCTL_FIONREAD, Errno::NOTTY, ErrorKind::InvalidArgument, || {
        failed(io::bytes_available(EventFd::new(1).unwrap()))
    }),
    Row(Call::IOCTL_FIONREAD, Errno::INVAL, ErrorKind::InvalidArgument, || {
        if !common::kernel_is_at_least(6, 9) {
            common::skip("errnos: ioctl(FIONREAD) EINVAL", "an epoll says ENOTTY before Linux 6.9");
            return None;
        }
        failed(io::bytes_available(epoll()))
    }),
    Row(Call::FCNTL_SETFL, Errno::BADF, ErrorKind::BadDescriptor, || {
        // libc's own `open`: with musl, std takes the flag for an access mode and leaves it out.
        // SAFETY: reads the path; a success is a new descriptor.
        let place = unsafe { libc::open(c"/".as_ptr(), libc::O_PATH | libc::O_CLOEXEC) };
        // SAFETY: just opened, and ours alone.
        let place: butter::fd::OwnedFd = unsafe { butter::fd::FromRawFd::from_raw_fd(place) };
        failed(io::fcntl_setfl(&place, StatusFlags::NONBLOCK))
    }),
    Row(Call::PIPE2, Errno::INVAL, ErrorKind::InvalidArgument, || {
        failed(pipe::raw::pipe2(PipeFlags::from_bits_retain(1)))
    }),
    Row(Call::PIPE2, Errno::NFILE, ErrorKind::LimitReached, || {
        inject(libc::SYS_pipe2, Errno::NFILE, || failed(pipe::pipe()))
    }),
    Row(Call::PIPE2, Errno::NOPKG, ErrorKind::Unsupported, || {
        inject(libc::SYS_pipe2, Errno::NOPKG, || failed(pipe::raw::pipe2(PipeFlags::NOTIFICATION)))
    }),
    Row(Call::EVENTFD2, Errno::INVAL, ErrorKind::InvalidArgument, || {
        failed(eventfd::raw::eventfd2(0, EventFdFlags::from_bits_retain(0x10)))
    }),
    Row(Call::EVENTFD2, Errno::NFILE, ErrorKind::LimitReached, || {
        inject(libc::SYS_eventfd2, Errno::NFILE, || failed(EventFd::new(0)))
    }),
    Row(Call::EVENTFD2, Errno::NODEV, ErrorKind::Other, || {
        inject(libc::SYS_eventfd2, Errno::NODEV, || failed(EventFd::new(0)))
    }),
    Row(Call::EVENTFD_READ, Errno::AGAIN, ErrorKind::WouldBlock, || failed(EventFd::nonblocking(0).unwrap().read())),
    Row(Call::EVENTFD_READ, Errno::INVAL, ErrorKind::InvalidArgument, || failed(EventFd::from(null()).read())),
    Row(Call::EVENTFD_WRITE, Errno::AGAIN, ErrorKind::WouldBlock, || {
        failed(EventFd::nonblocking(1).unwrap().add(eventfd::MAX))
    }),
    Row(Call::EVENTFD_WRITE, Errno::INVAL, ErrorKind::InvalidArgument, || {
        failed(EventFd::nonblocking(1).unwrap().add(u64::MAX))
    }),
    Row(Call::INOTIFY_INIT1, Errno::INVAL, ErrorKind::InvalidArgument, || {
        failed(inotify::raw::inotify_init1(InitFlags::from_bits_retain(1)))
    }),
    Row(Call::INOTIFY_INIT1, Errno::NFILE, ErrorKind::LimitReached, || {
        inject(libc::SYS_inotify_init1, Errno::NFILE, || failed(Inotify::init()))
    }),
    Row(Call::INOTIFY_ADD_WATCH, Errno::NOENT, ErrorKind::NotFound, || watch("/nowhere/at/all", WatchFlags::CREATE)),
    Row(Call::INOTIFY_ADD_WATCH, Errno::NOTDIR, ErrorKind::InvalidArgument, || {
        watch("/proc/version", WatchFlags::ONLYDIR | WatchFlags::OPEN)
    }),
    Row(Call::INOTIFY_ADD_WATCH, Errno::ACCES, ErrorKind::PermissionDenied, || {
        let directory = tempfile::tempdir().unwrap();
        fs::set_permissions(directory.path(), std::os::unix::fs::PermissionsExt::from_mode(0o000)).unwrap();
        as_nobody(|| watch(common::bytes(directory.path()), WatchFlags::CREATE))
    }),
    Row(Call::INOTIFY_ADD_WATCH, Errno::EXIST, ErrorKind::AlreadyExists, || {
        let inotify = Inotify::init().unwrap();
        inotify.add_watch("/", WatchFlags::CREATE).unwrap();
        failed(inotify.add_watch("/", WatchFlags::CREATE | WatchFlags::MASK_CREATE))
    }),
    Row(Call::INOTIFY_ADD_WATCH, Errno::INVAL, ErrorKind::InvalidArgument, || watch("/", WatchFlags::empty())),
    Row(Call::INOTIFY_ADD_WATCH, Errno::LOOP, ErrorKind::InvalidArgument, || {
        let (_directory, link) = symbolic_link_to_itself();
        watch(common::bytes(&link), WatchFlags::CREATE)
    }),
    Row(Call::INOTIFY_ADD_WATCH, Errno::NAMETOOLONG, ErrorKind::InvalidArgument, || {
        watch([b'a'; 256], WatchFlags::CREATE)
    }),
    Row(Call::INOTIFY_RM_WATCH, Errno::INVAL, ErrorKind::InvalidArgument, || {
        failed(Inotify::init().unwrap().remove_watch(Watch::from_raw(77)))
    }),
    Row(Call::INOTIFY_READ, Errno::AGAIN, ErrorKind::WouldBlock, || {
        failed(Inotify::nonblocking().unwrap().read_events_interruptible(&mut [0; 272]))
    }),
    Row(Call::INOTIFY_READ, Errno::INVAL, ErrorKind::InvalidArgument, || {
        let directory = tempfile::tempdir().unwrap();
        let inotify = Inotify::nonblocking().unwrap();
        inotify.add_watch(common::bytes(directory.path()), WatchFlags::CREATE).unwrap();
        fs::create_dir(directory.path().join("sub")).unwrap();
        failed(inotify.read_events(&mut [0; 16]))
    }),
    Row(Call::IOCTL_INOTIFY_SETNEXTWD, Errno::INVAL, ErrorKind::InvalidArgument, || {
        let inotify = Inotify::init().unwrap();
        match inotify::raw::ioctl_setnextwd(inotify.as_fd(), Watch::from_raw(0)) {
            Err(error) if error.is(Errno::NOTTY) => {
                common::skip("errnos: ioctl(INOTIFY_IOC_SETNEXTWD) EINVAL", "no CONFIG_CHECKPOINT_RESTORE");
                None
            }
            result => failed(result),
        }
    }),
    Row(Call::IOCTL_INOTIFY_SETNEXTWD, Errno::NOTTY, ErrorKind::Unsupported, || {
        failed(inotify::raw::ioctl_setnextwd(EventFd::new(0).unwrap().as_fd(), Watch::from_raw(1)))
    }),
    Row(Call::EPOLL_CREATE1, Errno::INVAL, ErrorKind::InvalidArgument, || {
        failed(epoll::raw::epoll_create1(EpollFlags::from_bits_retain(1)))
    }),
    Row(Call::EPOLL_CREATE1, Errno::NFILE, ErrorKind::LimitReached, || {
        inject(libc::SYS_epoll_create1, Errno::NFILE, || failed(Epoll::create()))
    }),
    Row(Call::EPOLL_CTL_ADD, Errno::EXIST, ErrorKind::AlreadyExists, || {
        let (epoll, counter) = epoll_of_one();
        failed(epoll.add(&counter, Token(2), Interest::READ))
    }),
    Row(Call::EPOLL_CTL_ADD, Errno::PERM, ErrorKind::InvalidArgument, || {
        failed(epoll().add(&a_regular_file(), Token(1), Interest::READ))
    }),
    Row(Call::EPOLL_CTL_ADD, Errno::INVAL, ErrorKind::InvalidArgument, || {
        let epoll = epoll();
        failed(epoll.add(&epoll, Token(1), Interest::READ))
    }),
    Row(Call::EPOLL_CTL_ADD, Errno::LOOP, ErrorKind::InvalidArgument, || {
        let (one, other) = (epoll(), epoll());
        one.add(&other, Token(1), Interest::READ).unwrap();
        failed(other.add(&one, Token(1), Interest::READ))
    }),
    Row(Call::EPOLL_CTL_ADD, Errno::NOSPC, ErrorKind::LimitReached, || {
        inject(libc::SYS_epoll_ctl, Errno::NOSPC, || failed(epoll().add(&null(), Token(1), Interest::READ)))
    }),
    Row(Call::EPOLL_CTL_MOD, Errno::NOENT, ErrorKind::NotFound, || {
        failed(epoll().modify(&EventFd::new(0).unwrap(), Token(1), Interest::READ))
    }),
    Row(Call::EPOLL_CTL_MOD, Errno::PERM, ErrorKind::InvalidArgument, || {
        failed(epoll().modify(&a_regular_file(), Token(1), Interest::READ))
    }),
    Row(Call::EPOLL_CTL_MOD, Errno::INVAL, ErrorKind::InvalidArgument, || {
        let (epoll, counter) = epoll_of_one();
        failed(epoll.modify(&counter, Token(1), Interest::READ | Interest::EXCLUSIVE))
    }),
    Row(Call::EPOLL_CTL_DEL, Errno::NOENT, ErrorKind::NotFound, || failed(epoll().delete(&EventFd::new(0).unwrap()))),
    Row(Call::EPOLL_CTL_DEL, Errno::PERM, ErrorKind::InvalidArgument, || failed(epoll().delete(&a_regular_file()))),
    Row(Call::EPOLL_CTL_DEL, Errno::INVAL, ErrorKind::InvalidArgument, || {
        let epoll = epoll();
        failed(epoll.delete(&epoll))
    }),
    Row(Call::EPOLL_PWAIT, Errno::INTR, ErrorKind::Interrupted, || {
        let epoll = epoll();
        interrupted(|| failed(epoll::raw::epoll_pwait(epoll.as_fd(), &mut [Ready::EMPTY], -1, None)))
    }),
    Row(Call::EPOLL_PWAIT, Errno::INVAL, ErrorKind::InvalidArgument, || {
        failed(epoll::raw::epoll_pwait(epoll().as_fd(), &mut [], 0, None))
    }),
    Row(Call::EPOLL_PWAIT2, Errno::INTR, ErrorKind::Interrupted, || {
        let epoll = epoll();
        unless_missing(
            "EINTR",
            interrupted(|| epoll::raw::epoll_pwait2(epoll.as_fd(), &mut [Ready::EMPTY], None, None)),
        )
    }),
    Row(Call::EPOLL_PWAIT2, Errno::INVAL, ErrorKind::InvalidArgument, || {
        unless_missing("EINVAL", epoll::raw::epoll_pwait2(epoll().as_fd(), &mut [], None, None))
    }),
    Row(Call::EPOLL_PWAIT2, Errno::NOSYS, ErrorKind::Unsupported, || {
        inject(libc::SYS_epoll_pwait2, Errno::NOSYS, || {
            failed(epoll::raw::epoll_pwait2(epoll().as_fd(), &mut [Ready::EMPTY], None, None))
        })
    }),
    Row(Call::IOCTL_EPOLL_GET_PARAMS, Errno::NOTTY, ErrorKind::Unsupported, || {
        failed(epoll::raw::ioctl_epiocgparams(null().as_fd()))
    }),
    Row(Call::IOCTL_EPOLL_GET_PARAMS, Errno::OPNOTSUPP, ErrorKind::Unsupported, || {
        inject(libc::SYS_ioctl, Errno::OPNOTSUPP, || failed(epoll().busy_poll()))
    }),
    Row(Call::IOCTL_EPOLL_SET_PARAMS, Errno::OPNOTSUPP, ErrorKind::Unsupported, || {
        inject(libc::SYS_ioctl, Errno::OPNOTSUPP, || failed(epoll().set_busy_poll(&epoll::BusyPoll::default())))
    }),
    Row(Call::IOCTL_EPOLL_SET_PARAMS, Errno::NOTTY, ErrorKind::Unsupported, || {
        failed(epoll::raw::ioctl_epiocsparams(null().as_fd(), &epoll::BusyPoll::default()))
    }),
    Row(Call::IOCTL_EPOLL_SET_PARAMS, Errno::PERM, ErrorKind::PermissionDenied, || {
        as_nobody(|| {
            let mut params = epoll::BusyPoll::default();
            params.budget = 65;
            unless_missing("EPERM", epoll().set_busy_poll(&params))
        })
    }),
    Row(Call::IOCTL_EPOLL_SET_PARAMS, Errno::INVAL, ErrorKind::InvalidArgument, || {
        let mut params = epoll::BusyPoll::default();
        params.prefer = 2;
        unless_missing("EINVAL", epoll().set_busy_poll(&params))
    }),
    Row(Call::TIMERFD_CREATE, Errno::INVAL, ErrorKind::InvalidArgument, || failed(TimerFd::create(Clock::Tai))),
    Row(Call::TIMERFD_CREATE, Errno::PERM, ErrorKind::PermissionDenied, || {
        as_nobody(|| failed(TimerFd::create(Clock::BoottimeAlarm)))
    }),
    Row(Call::TIMERFD_CREATE, Errno::NFILE, ErrorKind::LimitReached, || {
        inject(libc::SYS_timerfd_create, Errno::NFILE, || failed(timer()))
    }),
    Row(Call::TIMERFD_CREATE, Errno::NODEV, ErrorKind::Other, || {
        inject(libc::SYS_timerfd_create, Errno::NODEV, || failed(timer()))
    }),
    Row(Call::TIMERFD_SETTIME, Errno::INVAL, ErrorKind::InvalidArgument, || {
        failed(timer().unwrap().set(Timer::every(Duration::ZERO)))
    }),
    Row(Call::TIMERFD_SETTIME, Errno::PERM, ErrorKind::PermissionDenied, || {
        match TimerFd::create(Clock::BoottimeAlarm) {
            Ok(alarm) => as_nobody(|| failed(alarm.set(Timer::once(Duration::from_secs(1))))),
            Err(error) => {
                common::skip("errnos: timerfd_settime EPERM", &error.to_string());
                None
            }
        }
    }),
    Row(Call::TIMERFD_SETTIME, Errno::CANCELED, ErrorKind::Other, || {
        let timer = timer().unwrap();
        inject(libc::SYS_timerfd_settime, Errno::CANCELED, || failed(timer.set(Timer::Disarmed)))
    }),
    Row(Call::TIMERFD_GETTIME, Errno::INVAL, ErrorKind::InvalidArgument, || failed(TimerFd::from(null()).get())),
    Row(Call::TIMERFD_READ, Errno::AGAIN, ErrorKind::WouldBlock, || failed(timer().unwrap().read())),
    Row(Call::TIMERFD_READ, Errno::INVAL, ErrorKind::InvalidArgument, || failed(TimerFd::from(null()).read())),
    Row(Call::TIMERFD_READ, Errno::CANCELED, ErrorKind::Other, || {
        let timer = timer().unwrap();
        inject(libc::SYS_read, Errno::CANCELED, || failed(timerfd::raw::read(timer.as_fd())))
    }),
    Row(Call::IOCTL_TIMERFD_SET_TICKS, Errno::INVAL, ErrorKind::InvalidArgument, || {
        let timer = timer().unwrap();
        unless_missing("EINVAL", timerfd::raw::ioctl_set_ticks(timer.as_fd(), 0))
    }),
    Row(Call::IOCTL_TIMERFD_SET_TICKS, Errno::NOTTY, ErrorKind::Unsupported, || {
        failed(timerfd::raw::ioctl_set_ticks(null().as_fd(), 1))
    }),
    Row(Call::KILL, Errno::SRCH, ErrorKind::NotFound, || failed(signal::kill(nobody(), None))),
    Row(Call::KILL, Errno::PERM, ErrorKind::PermissionDenied, || {
        as_nobody(|| failed(signal::kill(Pid::new(1).unwrap(), None)))
    }),
    Row(Call::KILL, Errno::INVAL, ErrorKind::InvalidArgument, || {
        failed(signal::kill(Target::Group(Pid::new(1).unwrap()), None))
    }),
    Row(Call::RT_SIGQUEUEINFO, Errno::SRCH, ErrorKind::NotFound, || failed(signal::queue(nobody(), Signal::USR1, 1))),
    Row(Call::RT_SIGQUEUEINFO, Errno::PERM, ErrorKind::PermissionDenied, || {
        as_nobody(|| failed(signal::queue(Pid::new(1).unwrap(), Signal::URG, 1)))
    }),
    Row(Call::RT_SIGTIMEDWAIT, Errno::AGAIN, ErrorKind::WouldBlock, || {
        failed(signal::raw::rt_sigtimedwait(SigSet::EMPTY, Some(&Timespec::default())))
    }),
    Row(Call::RT_SIGTIMEDWAIT, Errno::INTR, ErrorKind::Interrupted, || {
        interrupted(|| failed(signal::raw::rt_sigtimedwait(SigSet::EMPTY, None)))
    }),
    Row(Call::RT_SIGTIMEDWAIT, Errno::INVAL, ErrorKind::InvalidArgument, || {
        let never = Timespec { seconds: 0, nanoseconds: 1_000_000_000 };
        failed(signal::raw::rt_sigtimedwait(SigSet::EMPTY, Some(&never)))
    }),
    Row(Call::RT_SIGSUSPEND, Errno::INTR, ErrorKind::Interrupted, || {
        interrupted(|| failed(signal::raw::rt_sigsuspend(SigSet::EMPTY)))
    }),
    Row(Call::RT_SIGACTION, Errno::INVAL, ErrorKind::InvalidArgument, || failed(signal::ignore(Signal::STOP))),
    Row(Call::TGKILL, Errno::SRCH, ErrorKind::NotFound, || {
        failed(thread::kill(process::getpid(), Tid::new(i32::MAX).unwrap(), None))
    }),
    Row(Call::TGKILL, Errno::PERM, ErrorKind::PermissionDenied, || {
        as_nobody(|| failed(thread::kill(Pid::new(1).unwrap(), Tid::new(1).unwrap(), None)))
    }),
    Row(Call::TGKILL, Errno::INVAL, ErrorKind::InvalidArgument, || {
        failed(thread::kill(process::getpid(), thread::gettid(), Signal::new(33)))
    }),
    Row(Call::RT_TGSIGQUEUEINFO, Errno::SRCH, ErrorKind::NotFound, || {
        failed(thread::queue(process::getpid(), Tid::new(i32::MAX).unwrap(), Signal::URG, 1))
    }),
    Row(Call::RT_TGSIGQUEUEINFO, Errno::PERM, ErrorKind::PermissionDenied, || {
        as_nobody(|| failed(thread::queue(Pid::new(1).unwrap(), Tid::new(1).unwrap(), Signal::URG, 1)))
    }),
    Row(Call::RT_TGSIGQUEUEINFO, Errno::INVAL, ErrorKind::InvalidArgument, || {
        inject(libc::SYS_getpid, Errno::NOSYS, || {
            // What a filter answers in the kernel's place is no process.
            failed(thread::queue(process::getpid(), thread::gettid(), Signal::URG, 1))
        })
    }),
    Row(Call::SIGALTSTACK, Errno::NOMEM, ErrorKind::InvalidArgument, || {
        let small = Stack::new(std::ptr::dangling_mut(), 64, StackFlags::empty());
        // SAFETY: it is refused.
        failed(unsafe { thread::sigaltstack(Some(&small)) })
    }),
    Row(Call::SIGALTSTACK, Errno::INVAL, ErrorKind::InvalidArgument, || {
        let odd = Stack::new(std::ptr::dangling_mut(), 1 << 20, StackFlags::from_bits_retain(4));
        // SAFETY: it is refused.
        failed(unsafe { thread::sigaltstack(Some(&odd)) })
    }),
    Row(Call::SIGALTSTACK, Errno::PERM, ErrorKind::Busy, || {
        inject(libc::SYS_sigaltstack, Errno::PERM, || {
            // SAFETY: it is refused.
            failed(unsafe { thread::sigaltstack(Some(&Stack::NONE)) })
        })
    }),
    Row(Call::SIGNALFD4, Errno::INVAL, ErrorKind::InvalidArgument, || {
        failed(signalfd::raw::signalfd4(SigSet::EMPTY, SignalFdFlags::from_bits_retain(1)))
    }),
    Row(Call::SIGNALFD4, Errno::NFILE, ErrorKind::LimitReached, || {
        inject(libc::SYS_signalfd4, Errno::NFILE, || failed(SignalFd::new(SigSet::EMPTY)))
    }),
    Row(Call::SIGNALFD4, Errno::NODEV, ErrorKind::Other, || {
        inject(libc::SYS_signalfd4, Errno::NODEV, || failed(SignalFd::new(SigSet::EMPTY)))
    }),
    Row(Call::SIGNALFD4_SET_MASK, Errno::INVAL, ErrorKind::InvalidArgument, || {
        failed(SignalFd::from(null()).set_mask(SigSet::EMPTY))
    }),
    Row(Call::SIGNALFD_READ, Errno::AGAIN, ErrorKind::WouldBlock, || {
        failed(SignalFd::nonblocking(SigSet::EMPTY).unwrap().read())
    }),
    Row(Call::SIGNALFD_READ, Errno::INVAL, ErrorKind::InvalidArgument, || {
        failed(SignalFd::nonblocking(SigSet::EMPTY).unwrap().read_events(&mut [0; 127]))
    }),
    Row(Call::PPOLL, Errno::INVAL, ErrorKind::InvalidArgument, || {
        let mut never = Timespec { seconds: -1, nanoseconds: 0 };
        failed(poll::raw::ppoll(&mut [], Some(&mut never), None))
    }),
    Row(Call::PPOLL, Errno::INTR, ErrorKind::Interrupted, || {
        let (reader, _writer) = pipe::pipe().unwrap();
        interrupted(|| failed(poll::raw::ppoll(&mut [PollFd::new(&reader, PollFlags::READ)], None, None)))
    }),
];

/// What fails in a process that may open no further descriptor.
const WITHOUT_DESCRIPTORS: &[Row] = &[
    Row(Call::PIPE2, Errno::MFILE, ErrorKind::LimitReached, || failed(pipe::pipe())),
    Row(Call::EVENTFD2, Errno::MFILE, ErrorKind::LimitReached, || failed(EventFd::new(0))),
    Row(Call::INOTIFY_INIT1, Errno::MFILE, ErrorKind::LimitReached, || failed(Inotify::init())),
    Row(Call::EPOLL_CREATE1, Errno::MFILE, ErrorKind::LimitReached, || failed(Epoll::create())),
    Row(Call::TIMERFD_CREATE, Errno::MFILE, ErrorKind::LimitReached, || failed(timer())),
    Row(Call::SIGNALFD4, Errno::MFILE, ErrorKind::LimitReached, || failed(SignalFd::new(SigSet::EMPTY))),
    Row(Call::FCNTL_DUPFD_CLOEXEC, Errno::MFILE, ErrorKind::LimitReached, || {
        // SAFETY: descriptor 0 stays open for the life of the process.
        let stdin = unsafe { butter::fd::BorrowedFd::borrow_raw(0) };
        failed(io::fcntl_dupfd_cloexec(stdin, 0))
    }),
];

/// What fails in a process that may have no further signal queued.
const WITHOUT_SIGNALS: &[Row] = &[
    Row(Call::RT_SIGQUEUEINFO, Errno::AGAIN, ErrorKind::LimitReached, || {
        failed(signal::queue(process::getpid(), Signal::RTMIN, 1))
    }),
    Row(Call::RT_TGSIGQUEUEINFO, Errno::AGAIN, ErrorKind::LimitReached, || {
        failed(thread::queue(process::getpid(), thread::gettid(), Signal::RTMIN, 1))
    }),
    Row(Call::TGKILL, Errno::AGAIN, ErrorKind::LimitReached, || {
        failed(thread::kill(process::getpid(), thread::gettid(), Signal::RTMIN))
    }),
];

/// What fails for a user whose limits on watches, then on instances, are lowered to what they have: the limit first.
const WITHOUT_WATCHES: &[(&str, Row)] = &[
    (
        "max_inotify_watches",
        Row(Call::INOTIFY_ADD_WATCH, Errno::NOSPC, ErrorKind::LimitReached, || watch("/", WatchFlags::CREATE)),
    ),
    (
        "max_inotify_instances",
        Row(Call::INOTIFY_INIT1, Errno::MFILE, ErrorKind::LimitReached, || failed(Inotify::init())),
    ),
];

/// Calls that a filter fails: the call, its system call, and how it is made.
const FILTERED: &[(Call, libc::c_long, Provoke)] = &[
    (Call::RT_SIGPROCMASK, libc::SYS_rt_sigprocmask, || failed(thread::block([Signal::USR1].into()))),
    (Call::PPOLL, libc::SYS_ppoll, || failed(poll::wait(&mut [], Timeout::Zero))),
    (Call::EVENTFD2, libc::SYS_eventfd2, || failed(EventFd::new(0))),
    (Call::EVENTFD_READ, libc::SYS_read, || failed(EventFd::new(1).unwrap().read())),
    (Call::EVENTFD_WRITE, libc::SYS_write, || failed(EventFd::new(1).unwrap().add(1))),
    (Call::INOTIFY_INIT1, libc::SYS_inotify_init1, || failed(Inotify::init())),
    (Call::INOTIFY_ADD_WATCH, libc::SYS_inotify_add_watch, || watch("/", WatchFlags::CREATE)),
    (Call::INOTIFY_RM_WATCH, libc::SYS_inotify_rm_watch, || {
        failed(Inotify::init().unwrap().remove_watch(Watch::from_raw(1)))
    }),
    (Call::INOTIFY_READ, libc::SYS_read, || failed(Inotify::nonblocking().unwrap().read_events(&mut [0; 272]))),
    (Call::TIMERFD_CREATE, libc::SYS_timerfd_create, || failed(timer())),
    (Call::TIMERFD_SETTIME, libc::SYS_timerfd_settime, || failed(timer().unwrap().set(Timer::Disarmed))),
    (Call::TIMERFD_GETTIME, libc::SYS_timerfd_gettime, || failed(timer().unwrap().get())),
    (Call::TIMERFD_READ, libc::SYS_read, || failed(timer().unwrap().read())),
];

fn null() -> butter::fd::OwnedFd {
    common::fd(File::open("/dev/null").unwrap())
}

fn a_regular_file() -> butter::fd::OwnedFd {
    common::fd(tempfile::tempfile().unwrap())
}

fn timer() -> butter::Result<TimerFd> {
    TimerFd::nonblocking(Clock::Monotonic)
}

fn epoll() -> Epoll {
    Epoll::create().unwrap()
}

fn epoll_of_one() -> (Epoll, EventFd) {
    let (epoll, counter) = (epoll(), EventFd::new(0).unwrap());
    epoll.add(&counter, Token(1), Interest::READ).unwrap();
    (epoll, counter)
}

fn watch(path: impl butter::path::Arg, mask: WatchFlags) -> Option<Error> {
    failed(Inotify::init().unwrap().add_watch(path, mask))
}

fn symbolic_link_to_itself() -> (tempfile::TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let link = directory.path().join("link");
    std::os::unix::fs::symlink(&link, &link).unwrap();
    (directory, link)
}

/// The failure, unless it is that the running kernel does not have the call.
fn unless_missing<T>(errno: &str, result: butter::Result<T>) -> Option<Error> {
    let error = failed(result)?;
    if error.kind() == ErrorKind::Unsupported {
        common::skip(&format!("errnos: {} {errno}", error.call()), &error.to_string());
        return None;
    }
    Some(error)
}

/// What a user sees of a failure is what the row says.
fn check(row: &Row, error: Error) {
    let Row(call, errno, kind, _) = *row;
    assert_eq!((error.call(), error.errno(), error.kind()), (call, errno, kind), "{error}");
    let text = error.to_string();
    assert!(text.starts_with(&format!("{call}: {errno}")), "{text}");
    #[cfg(feature = "explain")]
    {
        assert!(error.reason().is_some_and(|reason| !reason.is_empty()), "{text}");
        match kind {
            ErrorKind::Unsupported if errno == Errno::NOSYS => {
                assert!(
                    text.ends_with(&format!("unsupported by this kernel (Linux {} has it)", call.since())),
                    "{text}"
                );
            }
            _ => assert!(text.ends_with(error.reason().unwrap()), "{text}"),
        }
    }
}

#[test]
fn each_failure_is_told_as_it_is() {
    for row in ROWS {
        // One that this kernel cannot have has said so by itself.
        if let Some(error) = (row.3)() {
            check(row, error);
        }
    }
}

#[test]
fn a_process_without_descriptors_says_so() {
    in_child("a_process_without_descriptors_says_so", || {
        open_no_more();
        for row in WITHOUT_DESCRIPTORS {
            check(row, (row.3)().unwrap());
        }
    });
}

#[test]
fn a_process_without_room_for_signals_says_so() {
    in_child_that_holds_back(SigSet::all(), "a_process_without_room_for_signals_says_so", || {
        let none = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
        // SAFETY: reads one struct.
        assert_eq!(unsafe { libc::setrlimit(libc::RLIMIT_SIGPENDING, &raw const none) }, 0);
        for row in WITHOUT_SIGNALS {
            check(row, (row.3)().unwrap());
        }
    });
}

#[test]
fn a_user_without_watches_or_instances_says_so() {
    const TEST: &str = "a_user_without_watches_or_instances_says_so";
    let ran = in_user_namespace(TEST, || {
        for (limit, row) in WITHOUT_WATCHES {
            if let Err(error) = fs::write(format!("/proc/sys/user/{limit}"), "0") {
                return common::skip(TEST, &format!("user.{limit} cannot be lowered: {error}"));
            }
            check(row, (row.3)().unwrap());
        }
    });
    if !ran {
        common::skip(TEST, "no new user namespace is allowed here");
    }
}

/// The row of a call and an errno, in any of the tables.
fn row(call: Call, errno: Errno) -> Option<&'static Row> {
    let mut rows =
        ROWS.iter().chain(WITHOUT_DESCRIPTORS).chain(WITHOUT_SIGNALS).chain(WITHOUT_WATCHES.iter().map(|(_, row)| row));
    rows.find(|row| row.0 == call && row.1 == errno)
}

/// The number is never lost, whatever the call and whether or not it has a reason of its own.
#[test]
fn what_a_call_gives_no_meaning_has_that_of_its_errno() {
    let meanings = [
        (Errno::NOMEM, ErrorKind::OutOfMemory),
        (Errno::BADF, ErrorKind::BadDescriptor),
        (Errno::FAULT, ErrorKind::InvalidArgument),
        (Errno::HOSTDOWN, ErrorKind::Other),
    ];
    for &(call, number, provoke) in FILTERED {
        for (errno, kind) in meanings {
            check(&Row(call, errno, kind, provoke), inject(number, errno, provoke).unwrap());
        }
    }
}

/// One errno has one meaning in the table, but several ways to come by it.
#[test]
fn bad_paths_and_masks_are_refused_in_every_form() {
    let mask = WatchFlags::CREATE;
    let told = |errno| row(Call::INOTIFY_ADD_WATCH, errno).unwrap();
    let invalid = told(Errno::INVAL);
    check(invalid, watch("/tmp\0", mask).unwrap());
    check(invalid, watch(b"\0", mask).unwrap());
    check(invalid, watch("/", WatchFlags::MASK_ADD | WatchFlags::MASK_CREATE | mask).unwrap());
    check(invalid, failed(Inotify::from(null()).add_watch("/", mask)).unwrap());

    let too_long = told(Errno::NAMETOOLONG);
    let path = "/".repeat(4096);
    check(too_long, watch(path.as_str(), mask).unwrap());
    check(too_long, watch(CString::new(path.as_str()).unwrap().as_c_str(), mask).unwrap());
    assert!(Inotify::init().unwrap().add_watch(&path[..4095], mask).is_ok(), "4095 bytes are a path");

    check(told(Errno::NOENT), watch("", mask).unwrap());
    check(told(Errno::NOENT), watch(c"", mask).unwrap());
}

/// A cause that is in no row would never be looked at.
#[test]
fn every_cause_has_its_row() {
    const SOURCES: [&str; 10] = [
        include_str!("../src/signal/raw.rs"),
        include_str!("../src/signalfd/raw.rs"),
        include_str!("../src/thread/kill.rs"),
        include_str!("../src/io/call.rs"),
        include_str!("../src/pipe/raw.rs"),
        include_str!("../src/poll/raw.rs"),
        include_str!("../src/eventfd/raw.rs"),
        include_str!("../src/inotify/raw.rs"),
        include_str!("../src/epoll/raw.rs"),
        include_str!("../src/timerfd/raw.rs"),
    ];
    let gathered = include_str!("../src/explain.rs").matches("::CAUSES").count();
    assert_eq!(SOURCES.len(), gathered, "a table of causes is not in this test's list");

    let mut causes = 0;
    for source in SOURCES {
        let (_, table) = source.split_once("causes! {\n").expect("the file has a table of causes");
        let (table, _) = table.split_once("\n};").unwrap();
        let mut call = "";
        for line in table.lines().map(str::trim) {
            if let Some((errno, _)) = line.split_once(" => ") {
                let known = row(named(call), errno.parse().unwrap());
                assert!(known.is_some(), "{call} has a cause for {errno}, which no row brings about");
                causes += 1;
            } else if let Some(name) = line.strip_suffix(':') {
                call = name;
            }
        }
    }
    assert!(causes > 60, "only {causes} causes were found: the tables are not read right");
}

/// The call of a constant's name, from the table of calls.
fn named(constant: &str) -> Call {
    let table = include_str!("../src/error/call.rs");
    let row = format!("    {constant} = \"");
    let name = table.lines().find_map(|line| line.strip_prefix(&row)).and_then(|rest| rest.split('"').next());
    let name = name.unwrap_or_else(|| panic!("{constant} does not stand in the table of calls"));
    Call::ALL.iter().copied().find(|call| call.name() == name).unwrap()
}

#[test]
fn an_error_prints_call_errno_and_reason() {
    let error = watch("/nowhere", WatchFlags::CREATE).unwrap();
    let reason = if cfg!(feature = "explain") { ": a part of the path does not exist" } else { "" };
    assert_eq!(error.to_string(), format!("inotify_add_watch: ENOENT{reason}"));
    assert_eq!(error.at("/nowhere").to_string(), format!("inotify_add_watch /nowhere: ENOENT{reason}"));
    assert_eq!(error.at(c"/nowhere").to_string(), error.at(b"/nowhere").to_string());
    assert_eq!(format!("{error:?}"), format!("Error(inotify_add_watch: ENOENT{reason})"));
    assert_eq!(Error::from(error.at("/nowhere")), error);

    let unknown = Error::new(Call::EVENTFD2, Errno::new(999).unwrap());
    assert_eq!(unknown.to_string(), "eventfd2: errno 999");
    assert_eq!(unknown.kind(), ErrorKind::Other);

    let general = Error::new(Call::EVENTFD2, Errno::HOSTDOWN);
    let text = if cfg!(feature = "explain") { ": host is down" } else { "" };
    assert_eq!(general.to_string(), format!("eventfd2: EHOSTDOWN{text}"));

    let old = Error::new(Call::EPOLL_PWAIT2, Errno::NOSYS);
    let text = if cfg!(feature = "explain") { ": unsupported by this kernel (Linux 5.11 has it)" } else { "" };
    assert_eq!(old.to_string(), format!("epoll_pwait2: ENOSYS{text}"));

    let filtered = Error::new(Call::EVENTFD2, Errno::NOSYS);
    let text = if cfg!(feature = "explain") { ": not in this kernel, or refused by a filter" } else { "" };
    assert_eq!(filtered.to_string(), format!("eventfd2: ENOSYS{text}"));
    assert_eq!(filtered.kind(), ErrorKind::Unsupported);
}

#[cfg(feature = "std")]
#[test]
fn std_keeps_the_number() {
    let error = watch("/nowhere", WatchFlags::CREATE).unwrap();
    let of_std = std::io::Error::from(error);
    assert_eq!(of_std.raw_os_error(), Some(libc::ENOENT));
    assert_eq!(of_std.kind(), std::io::ErrorKind::NotFound);
    assert_eq!(Errno::from_io_error(&of_std), Some(Errno::NOENT));
    assert_eq!(Errno::from_io_error(&std::io::Error::other("of no call")), None);
    let boxed: Box<dyn std::error::Error> = error.into();
    assert_eq!(boxed.to_string(), error.to_string());
    assert_eq!(std::io::Error::from(error.at("/nowhere")).raw_os_error(), Some(libc::ENOENT));
}
