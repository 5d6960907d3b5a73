//! Why a signal came: each cause brought about in the kernel, as `rt_sigtimedwait`, a handler and a `signalfd` tell it.

use std::ffi::c_void;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use butter::fd::AsRawFd;
use butter::poll::PollFlags;
use butter::process::{Pid, Uid, getpid, getuid};
use butter::signal::{self, Action, Cause, ChildEvent, Code, FaultDetail, SigInfo, SigSet, Signal};
use butter::signalfd::SignalFd;
use butter::thread;
use butter::time::Timeout;
use butter::{io, pipe};
use common::child::{in_child, in_child_with_blocked};
use common::require;

const EVENT_SIZE: usize = 128;

/// A real-time signal that no C library reserves.
const RT: Signal = Signal::rt(1).unwrap();

/// Takes the next signal of this kind twice from what it brings about: once by a wait, once from a descriptor. Both
/// tell the same cause, which is returned for each.
fn told_by_both(signal: Signal, mut bring_about: impl FnMut()) -> [Cause; 2] {
    let wanted = SigSet::from([signal]);
    bring_about();
    let info = signal::wait(wanted, Duration::from_secs(60)).unwrap().expect("it comes");
    assert_eq!(info.signal(), signal);
    let signals = SignalFd::nonblocking(wanted).unwrap();
    bring_about();
    assert_eq!(signals.wait(Duration::from_secs(60)), Ok(true), "it comes");
    let event = signals.read().unwrap();
    assert_eq!((event.signal(), event.code(), event.errno()), (signal, info.code(), info.errno()));
    [info.cause(), event.cause()]
}

fn check(body: impl FnOnce()) {
    in_child_with_blocked(SigSet::all(), body);
}

#[test]
fn a_timer_says_which_and_how_often() {
    check(|| {
        let mut timers: Vec<i32> = Vec::new();
        let causes = told_by_both(RT, || {
            if let Some(last) = timers.last() {
                // SAFETY: touches no memory.
                assert_eq!(unsafe { libc::syscall(libc::SYS_timer_delete, *last) }, 0);
                // What it told before its end may still be there.
                while signal::wait(RT, Timeout::Zero).unwrap().is_some() {}
            }
            // SAFETY: all zeroes is a valid event; its fields are set below.
            let mut event: libc::sigevent = unsafe { std::mem::zeroed() };
            event.sigev_notify = libc::SIGEV_SIGNAL;
            event.sigev_signo = RT.as_raw().into();
            event.sigev_value.sival_ptr = std::ptr::without_provenance_mut(0x1234_5678_9ABC);
            let (event, mut timer) = (&raw const event, 0);
            // SAFETY: the kernel reads the event and writes the number of the timer.
            let made = unsafe {
                libc::syscall(libc::SYS_timer_create, libc::CLOCK_MONOTONIC, event, &raw mut timer)
            };
            assert_eq!(made, 0);
            timers.push(timer);
            let millisecond = libc::timespec { tv_sec: 0, tv_nsec: 1_000_000 };
            let often = libc::itimerspec { it_interval: millisecond, it_value: millisecond };
            // SAFETY: reads the setting.
            let set =
                unsafe { libc::syscall(libc::SYS_timer_settime, timer, 0, &raw const often, 0) };
            assert_eq!(set, 0);
            std::thread::sleep(Duration::from_millis(20));
        });
        for (cause, timer) in causes.into_iter().zip(timers) {
            let Cause::Timer { id, overrun, value } = cause else { panic!("{cause:?}") };
            assert_eq!((id, value.get()), (timer, 0x1234_5678_9ABC));
            assert!(overrun >= 10, "{overrun}");
        }
    });
}

#[test]
fn a_child_says_what_became_of_it() {
    check(|| {
        let ended = |by: fn()| {
            let mut pids = Vec::new();
            let causes = told_by_both(Signal::CHLD, || pids.push(child(by)));
            for (cause, pid) in causes.into_iter().zip(pids) {
                let Cause::Child { pid: told, uid, user_time, system_time, .. } = cause else {
                    panic!("{cause:?}")
                };
                assert_eq!((told, uid), (Pid::from_raw(pid), getuid()));
                assert!(
                    user_time < Duration::from_secs(60) && system_time < Duration::from_secs(60)
                );
                // SAFETY: waits for a child that has ended.
                assert_eq!(unsafe { libc::waitpid(pid, std::ptr::null_mut(), 0) }, pid);
            }
            causes.map(|cause| match cause {
                Cause::Child { event, .. } => event,
                _ => unreachable!(),
            })
        };
        assert_eq!(ended(|| butter::process::exit_group(42)), [ChildEvent::Exited(42); 2]);
        let killed = ended(|| {
            signal::kill(getpid(), Signal::KILL).unwrap();
        });
        assert_eq!(killed, [ChildEvent::Killed { signal: Signal::KILL, core_dumped: false }; 2]);

        let busy = |by: fn()| -> Duration {
            child(by);
            match signal::wait(Signal::CHLD, Duration::from_secs(60)).unwrap().unwrap().cause() {
                Cause::Child { user_time, .. } => user_time,
                other => panic!("{other:?}"),
            }
        };
        let time = busy(|| {
            let limit = libc::rlimit { rlim_cur: 1, rlim_max: 1 };
            signal::set_mask(SigSet::empty()).unwrap();
            // SAFETY: reads one struct: the kernel ends the process after a second of the processor's time.
            unsafe { libc::setrlimit(libc::RLIMIT_CPU, &raw const limit) };
            loop {
                std::hint::spin_loop();
            }
        });
        assert!(time >= Duration::from_millis(500), "{time:?}");
    });
}

#[test]
fn a_child_that_stops_and_goes_on_says_so() {
    check(|| {
        let sleeper = child(|| {
            signal::set_mask(SigSet::empty()).unwrap();
            let _ = signal::suspend(SigSet::empty());
        });
        let pid = Pid::from_raw(sleeper).unwrap();
        let told = |by| match signal::wait(Signal::CHLD, Duration::from_secs(60))
            .unwrap()
            .unwrap()
            .cause()
        {
            Cause::Child { pid: Some(told), event, .. } if told == pid => event,
            other => panic!("{by}: {other:?}"),
        };
        signal::kill(pid, Signal::STOP).unwrap();
        assert_eq!(told("STOP"), ChildEvent::Stopped(Some(Signal::STOP)));
        signal::kill(pid, Signal::CONT).unwrap();
        assert_eq!(told("CONT"), ChildEvent::Continued);
        signal::kill(pid, Signal::STOP).unwrap();
        assert_eq!(told("STOP"), ChildEvent::Stopped(Some(Signal::STOP)));
        signal::kill(pid, Signal::KILL).unwrap();
        assert_eq!(told("KILL"), ChildEvent::Killed { signal: Signal::KILL, core_dumped: false });
    });
}

/// A child that does this, and then ends.
fn child(does: fn()) -> i32 {
    // SAFETY: the child makes system calls and ends.
    match unsafe { libc::fork() } {
        0 => {
            // SAFETY: the kernel ends the child with the thread that made it.
            unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) };
            does();
            butter::process::exit_group(0)
        }
        pid => pid,
    }
}

/// Has a descriptor tell this process by a signal when it is ready.
fn asks_for_signals(fd: i32, signal: Signal) {
    const F_SETSIG: i32 = 10;
    for (command, argument) in [
        (libc::F_SETOWN, std::process::id().cast_signed()),
        (F_SETSIG, signal.as_raw().into()),
        (libc::F_SETFL, libc::O_ASYNC),
    ] {
        // SAFETY: touches no memory.
        assert_eq!(unsafe { libc::fcntl(fd, command, argument) }, 0);
    }
}

#[test]
fn a_descriptor_that_is_ready_says_for_what() {
    check(|| {
        let (reader, writer) = pipe::pipe().unwrap();
        let fd = reader.as_raw_fd();
        asks_for_signals(fd, Signal::RTMAX);
        for cause in told_by_both(Signal::RTMAX, || assert_eq!(io::write(&writer, b"!"), Ok(1))) {
            let Cause::Poll { code, band, fd: told } = cause else { panic!("{cause:?}") };
            assert_eq!((code, told), (Code::POLL_IN, fd));
            let band = PollFlags::from_bits_retain(band);
            assert!(band.contains(PollFlags::IN), "{band}");
        }
    });
}

#[test]
fn a_signal_with_codes_of_its_own_tells_no_reason_of_a_descriptor() {
    check(|| {
        let (reader, writer) = pipe::pipe().unwrap();
        let fd = reader.as_raw_fd();
        asks_for_signals(fd, Signal::CHLD);
        for cause in told_by_both(Signal::CHLD, || assert_eq!(io::write(&writer, b"!"), Ok(1))) {
            let Cause::Poll { code, fd: told, .. } = cause else { panic!("{cause:?}") };
            assert_eq!((code, told), (Code::SI_SIGIO, fd));
        }
    });
}

/// What takes hardware, a damaged page or a protection key: a thread may queue it to itself as the kernel would.
#[test]
fn every_fault_reads_as_it_was_sent() {
    check(|| {
        let at = 0x1234_5000_u64;
        let fault = |code, detail| Cause::Fault { code, address: at, detail };
        let bounds = FaultDetail::Bounds { lower: 3 | 4 << 32, upper: 5 | 6 << 32 };
        let perf = FaultDetail::Perf { data: 12, kind: 3, flags: 4 };
        for (signal, code, detail, detail_of_descriptor) in [
            (Signal::SEGV, Code::SEGV_MAPERR, FaultDetail::None, FaultDetail::None),
            (Signal::SEGV, Code::SEGV_BNDERR, bounds, FaultDetail::None),
            (Signal::SEGV, Code::SEGV_PKUERR, FaultDetail::ProtectionKey(3), FaultDetail::None),
            (Signal::SEGV, Code::SEGV_MTESERR, FaultDetail::None, FaultDetail::None),
            (Signal::BUS, Code::BUS_ADRALN, FaultDetail::None, FaultDetail::None),
            (Signal::BUS, Code::BUS_OBJERR, FaultDetail::None, FaultDetail::None),
            (
                Signal::BUS,
                Code::BUS_MCEERR_AR,
                FaultDetail::AddressLsb(12),
                FaultDetail::AddressLsb(12),
            ),
            (
                Signal::BUS,
                Code::BUS_MCEERR_AO,
                FaultDetail::AddressLsb(12),
                FaultDetail::AddressLsb(12),
            ),
            (Signal::ILL, Code::ILL_ILLOPC, FaultDetail::None, FaultDetail::None),
            (Signal::ILL, Code::ILL_BADIADDR, FaultDetail::None, FaultDetail::None),
            (Signal::FPE, Code::FPE_INTDIV, FaultDetail::None, FaultDetail::None),
            (Signal::FPE, Code::FPE_CONDTRAP, FaultDetail::None, FaultDetail::None),
            (Signal::TRAP, Code::TRAP_BRKPT, FaultDetail::None, FaultDetail::None),
            (Signal::TRAP, Code::TRAP_UNK, FaultDetail::None, FaultDetail::None),
            (Signal::TRAP, Code::TRAP_PERF, perf, FaultDetail::None),
        ] {
            if code == Code::TRAP_PERF && !common::kernel_is_at_least("5.13") {
                continue;
            }
            let numbers =
                [signal.as_raw().into(), 0, code.as_raw(), 0, at as i32, 0, 12, 0, 3, 4, 5, 6];
            let told = told_by_both(signal, || queue_to_itself(signal, numbers));
            let expected = [fault(code, detail), fault(code, detail_of_descriptor)];
            assert_eq!(told, expected, "{signal} {code:?}");
        }
        let call = [31, 42, 1, 0, 0x2000, 0, 39, 0xC000_003E_u32.cast_signed(), 0, 0, 0, 0];
        let (code, arch) = (Code::SYS_SECCOMP, 0xC000_003E);
        let expected = Cause::Syscall { code, number: 39, arch, call_address: 0x2000, data: 42 };
        assert_eq!(told_by_both(Signal::SYS, || queue_to_itself(Signal::SYS, call)), [expected; 2]);
    });
}

/// Queues a record of these numbers, of 32 bits each, to this thread.
fn queue_to_itself(signal: Signal, numbers: [i32; 12]) {
    let mut bytes = [0; 128];
    for (place, number) in bytes.chunks_exact_mut(4).zip(numbers) {
        place.copy_from_slice(&number.to_ne_bytes());
    }
    let info = SigInfo::from_bytes(bytes).unwrap();
    // SAFETY: the signal is held back, and no handler believes it.
    unsafe { thread::rt_tgsigqueueinfo(getpid(), thread::gettid(), Some(signal), &info) }.unwrap();
}

#[test]
fn a_traced_child_says_what_it_is_trapped_by() {
    check(|| {
        let [Cause::Child { event, .. }, _] = told_by_both(Signal::CHLD, || {
            child(|| {
                // SAFETY: lets the parent trace this process.
                unsafe { libc::ptrace(libc::PTRACE_TRACEME, 0, 0, 0) };
                let _ = signal::kill(getpid(), Signal::STOP);
            });
        }) else {
            panic!()
        };
        assert_eq!(event, ChildEvent::Trapped(Some(Signal::STOP)));
    });
}

#[test]
fn the_kernel_says_no_more_than_that_it_was_it() {
    check(|| {
        let causes = told_by_both(Signal::ALRM, || {
            let soon = libc::timeval { tv_sec: 0, tv_usec: 1000 };
            let timer = libc::itimerval {
                it_interval: libc::timeval { tv_sec: 0, tv_usec: 0 },
                it_value: soon,
            };
            // SAFETY: reads one struct.
            unsafe { libc::syscall(libc::SYS_setitimer, libc::ITIMER_REAL, &raw const timer, 0) };
        });
        assert_eq!(causes, [Cause::Kernel; 2]);
    });
}

#[test]
fn a_message_in_an_empty_queue_says_who_sent_it() {
    check(|| {
        let name = format!("butter-{}\0", std::process::id());
        let attributes = [0_i64, 4, 8, 0, 0, 0, 0, 0];
        let (flags, mode) = (libc::O_RDWR | libc::O_CREAT | libc::O_EXCL | libc::O_CLOEXEC, 0o600);
        // SAFETY: reads the name and the attributes.
        let queue = unsafe {
            libc::syscall(libc::SYS_mq_open, name.as_ptr(), flags, mode, attributes.as_ptr())
        };
        require!(queue >= 0, "mq_open: {}", std::io::Error::last_os_error());
        // SAFETY: reads the name: the queue lives as long as its descriptor.
        unsafe { libc::syscall(libc::SYS_mq_unlink, name.as_ptr()) };
        let causes = told_by_both(RT, || {
            // SAFETY: all zeroes is a valid event; its fields are set below.
            let mut event: libc::sigevent = unsafe { std::mem::zeroed() };
            event.sigev_notify = libc::SIGEV_SIGNAL;
            event.sigev_signo = RT.as_raw().into();
            event.sigev_value.sival_ptr = std::ptr::without_provenance_mut(77);
            // SAFETY: reads the event.
            assert_eq!(unsafe { libc::syscall(libc::SYS_mq_notify, queue, &raw const event) }, 0);
            // SAFETY: reads the message, of no bytes.
            let sent =
                unsafe { libc::syscall(libc::SYS_mq_timedsend, queue, c"".as_ptr(), 0, 0, 0) };
            assert_eq!(sent, 0);
            let mut room = [0_u8; 8];
            // SAFETY: writes at most as many bytes as there is room for.
            unsafe {
                libc::syscall(libc::SYS_mq_timedreceive, queue, room.as_mut_ptr(), room.len(), 0, 0)
            };
        });
        for cause in causes {
            let Cause::MessageQueue { pid, uid, value } = cause else { panic!("{cause:?}") };
            assert_eq!((pid, uid, value.get()), (Some(getpid()), getuid(), 77));
        }
    });
}

#[test]
fn a_sender_of_another_namespace_is_nobody() {
    in_child(|| {
        let (reader, writer) = pipe::pipe().unwrap();
        let (told, tell) = pipe::pipe().unwrap();
        let flags = libc::CLONE_NEWUSER | libc::CLONE_NEWPID | libc::SIGCHLD;
        // SAFETY: as fork: the child has a copy of the memory, makes system calls and ends.
        let first =
            unsafe { libc::syscall(libc::SYS_clone, libc::c_long::from(flags), 0, 0, 0, 0) };
        require!(first >= 0, "no new PID namespace is allowed here");
        if first == 0 {
            signal::set_mask(SigSet::all()).unwrap();
            io::write(&tell, b"!").unwrap();
            let info = signal::wait(Signal::USR1, Duration::from_secs(60)).unwrap();
            let nobody =
                info.is_some_and(|info| matches!(info.cause(), Cause::Kill { pid: None, .. }));
            io::write(&writer, &[u8::from(nobody)]).unwrap();
            butter::process::exit_group(0);
        }
        assert_eq!(io::read(&told, &mut [0]), Ok(1));
        signal::kill(Pid::from_raw(first as i32).unwrap(), Signal::USR1).unwrap();
        let mut report = [0];
        assert_eq!(io::read(&reader, &mut report), Ok(1));
        assert_eq!(report, [1]);
        // SAFETY: waits for a child.
        unsafe { libc::waitpid(first as i32, std::ptr::null_mut(), 0) };
    });
}

#[test]
fn what_a_sender_makes_up_is_kept() {
    check(|| {
        let mut bytes = [0; EVENT_SIZE];
        bytes[0] = RT.as_raw() as u8;
        bytes[8..12].copy_from_slice(&(-99_i32).to_ne_bytes());
        bytes[16..24].copy_from_slice(&[1, 0, 0, 0, 2, 0, 0, 0]);
        bytes[24..32].copy_from_slice(&3_u64.to_ne_bytes());
        let info = SigInfo::from_bytes(bytes).unwrap();
        let made_up = Cause::Other {
            code: Code::from_raw(-99),
            pid: Pid::from_raw(1),
            uid: Uid::from_raw(2),
            value: 3_u64.into(),
        };
        let causes = told_by_both(RT, || {
            // SAFETY: no handler gets it.
            unsafe { signal::raw::rt_sigqueueinfo(getpid(), Some(RT), &info) }.unwrap();
        });
        assert_eq!(causes, [made_up; 2]);
    });
}

static FAULTS: AtomicU32 = AtomicU32::new(0);
static PAGE: AtomicU64 = AtomicU64::new(0);

/// Lets the page be used when it was touched where nothing may be.
extern "C" fn mend(_: Signal, info: &SigInfo, _: *mut c_void) {
    let page = PAGE.load(Ordering::Relaxed);
    let right =
        Cause::Fault { code: Code::SEGV_ACCERR, address: page + 8, detail: FaultDetail::None };
    if info.cause() != right {
        butter::process::exit_group(9);
    }
    FAULTS.fetch_add(1, Ordering::Relaxed);
    let page = std::ptr::with_exposed_provenance_mut(page as usize);
    // SAFETY: the page is this test's own.
    unsafe { libc::mprotect(page, 4096, libc::PROT_READ | libc::PROT_WRITE) };
}

#[test]
fn a_fault_says_why_and_where() {
    in_child(|| {
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
        // SAFETY: new memory, at an address of the kernel's choice.
        let page = unsafe { libc::mmap(std::ptr::null_mut(), 4096, libc::PROT_NONE, flags, -1, 0) };
        PAGE.store(page.expose_provenance() as u64, Ordering::Relaxed);
        // SAFETY: the handler makes system calls and stores a number.
        unsafe { signal::set_action(Signal::SEGV, &Action::info_handler(mend)) }.unwrap();
        // SAFETY: the handler makes it accessible.
        let value = unsafe { page.cast::<u64>().wrapping_add(1).read_volatile() };
        assert_eq!((value, FAULTS.load(Ordering::Relaxed)), (0, 1));
    });
}

static TRAPPED: AtomicU32 = AtomicU32::new(0);

extern "C" fn trapped(_: Signal, info: &SigInfo, _: *mut c_void) {
    let arch = if cfg!(target_arch = "x86_64") { 0xC000_003E } else { 0xC000_00B7 };
    if let Cause::Syscall { code: Code::SYS_SECCOMP, number, arch: told, call_address, data: 42 } =
        info.cause()
        && i64::from(number) == libc::SYS_getpriority
        && told == arch
        && call_address != 0
    {
        TRAPPED.fetch_add(1, Ordering::Relaxed);
    }
}

#[test]
fn a_trapped_call_says_which_and_by_what() {
    in_child(|| {
        // SAFETY: the handler stores a number.
        unsafe { signal::set_action(Signal::SYS, &Action::info_handler(trapped)) }.unwrap();
        common::inject::trap(libc::SYS_getpriority, 42, || {
            // SAFETY: touches no memory.
            unsafe { libc::syscall(libc::SYS_getpriority, 0, 0) };
        });
        assert_eq!(TRAPPED.load(Ordering::Relaxed), 1);
    });
}
