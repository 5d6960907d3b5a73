//! Signals sent, waited for and handled.

mod common;

use std::ffi::c_void;
use std::sync::atomic::{AtomicI32, AtomicU32, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use butter::error::ErrorKind;
use butter::process::{Pid, getpid};
use butter::signal::{self, Action, ActionFlags, Cause, SigInfo, SigSet, Signal, Target, Value};
use butter::thread::{self, SignalStack, StackFlags, gettid, getuid, sigaltstack};
use butter::time::Timeout;
use butter::{Errno, io, pipe};
use common::child::{as_nobody, in_child, in_child_that_holds_back, nobody, of_another_user};
use common::inject::pretend;
use common::signals::interrupted;

#[test]
fn a_signal_to_a_process_is_told_with_its_sender() {
    in_child_that_holds_back(SigSet::all(), "a_signal_to_a_process_is_told_with_its_sender", || {
        assert_eq!(signal::kill(getpid(), Signal::USR1), Ok(()));
        assert_eq!(signal::pending(), Ok([Signal::USR1].into()));
        let info = signal::wait(Signal::USR1, Timeout::Zero).unwrap().unwrap();
        assert_eq!(info.signal(), Signal::USR1);
        assert_eq!(info.cause(), Cause::Kill { pid: Some(getpid()), uid: getuid() });
        assert_eq!(signal::pending(), Ok(SigSet::EMPTY), "it was taken");
        assert_eq!(signal::kill(getpid(), None), Ok(()), "there is somebody");
        assert_eq!(signal::pending(), Ok(SigSet::EMPTY), "and nothing was sent");
    });
}

#[test]
fn groups_are_sent_to_and_the_first_one_is_not_everyone() {
    in_child_that_holds_back(SigSet::all(), "groups_are_sent_to_and_the_first_one_is_not_everyone", || {
        // SAFETY: puts this process in a group of its own.
        assert_eq!(unsafe { libc::setpgid(0, 0) }, 0);
        for target in [Target::OwnGroup, Target::Group(getpid())] {
            signal::kill(target, Signal::USR2).unwrap();
            let info = signal::wait(Signal::USR2, Timeout::Zero).unwrap();
            assert!(info.is_some(), "{target:?}");
        }
        let first = Target::Group(Pid::new(1).unwrap());
        assert_eq!(signal::kill(first, None).unwrap_err().kind(), ErrorKind::InvalidArgument);
    });
}

#[test]
fn everyone_is_all_others_of_the_pid_namespace() {
    const TEST: &str = "everyone_is_all_others_of_the_pid_namespace";
    in_child(TEST, || {
        let (reader, writer) = pipe::pipe().unwrap();
        // The system call both times: libc's fork waits for locks that another thread may have held when the first was made.
        let fork = |namespaces: libc::c_int| {
            let flags = libc::c_long::from(namespaces | libc::SIGCHLD);
            // SAFETY: as fork: the child has a copy of the memory, makes system calls and ends.
            unsafe { libc::syscall(libc::SYS_clone, flags, 0, 0, 0, 0) }
        };
        let first = fork(libc::CLONE_NEWUSER | libc::CLONE_NEWPID);
        if first < 0 {
            return common::skip(TEST, "no new PID namespace is allowed here");
        }
        if first == 0 {
            thread::set_mask(SigSet::all()).unwrap();
            if fork(0) == 0 {
                let came = signal::wait(Signal::USR1, Duration::from_secs(60)).unwrap();
                butter::process::exit_group(if came.is_some() { 7 } else { 1 });
            }
            // Only where it reaches nobody else: the first process of a namespace, and no parent in it.
            let alone = getpid().get() == 1 && butter::process::getppid().is_none();
            let sent = if alone { signal::kill(Target::Everyone, Signal::USR1) } else { Ok(()) };
            let own = signal::wait(Signal::USR1, Timeout::Zero).unwrap();
            let mut status = 0;
            // SAFETY: waits for a child; writes one number.
            unsafe { libc::wait(&raw mut status) };
            let report = [alone, sent.is_ok(), own.is_none(), libc::WEXITSTATUS(status) == 7];
            io::write(&writer, &report.map(u8::from)).unwrap();
            butter::process::exit_group(0);
        }
        drop(writer);
        let mut report = [0; 4];
        assert_eq!(io::read(&reader, &mut report), Ok(4));
        assert_eq!(report, [1; 4], "it was alone, it could be sent, not to the sender, but to the other");
        // SAFETY: waits for a child.
        unsafe { libc::waitpid(first as i32, std::ptr::null_mut(), 0) };
    });
}

#[test]
fn queued_values_come_in_order_and_the_lowest_signal_first() {
    in_child_that_holds_back(SigSet::all(), "queued_values_come_in_order_and_the_lowest_signal_first", || {
        let (low, high) = (Signal::RTMIN, Signal::real_time(3).unwrap());
        for number in 0..5_i32 {
            signal::queue(getpid(), high, -number).unwrap();
            signal::queue(getpid(), low, u64::MAX - number as u64).unwrap();
        }
        let take = || signal::wait([low, high], Timeout::Zero).unwrap().unwrap();
        for (signal, value) in (0..5_u64)
            .map(|number| (low, Value::new(u64::MAX - number)))
            .chain((0..5).map(|number: i32| (high, Value::from(-number))))
        {
            let info = take();
            assert_eq!(info.signal(), signal);
            assert_eq!(info.cause(), Cause::Queue { pid: Some(getpid()), uid: getuid(), value });
        }
        assert_eq!(Value::from(-3).int(), -3);
        assert!(signal::wait([low, high], Timeout::Zero).unwrap().is_none());
    });
}

#[test]
fn the_threads_own_come_before_the_process_s() {
    in_child_that_holds_back(SigSet::all(), "the_threads_own_come_before_the_process_s", || {
        let (low, high) = (Signal::RTMIN, Signal::RTMAX);
        signal::queue(getpid(), low, 1).unwrap();
        thread::queue(getpid(), gettid(), high, 2).unwrap();
        let taken = [(); 2].map(|()| signal::wait([low, high], Timeout::Zero).unwrap().unwrap().signal());
        assert_eq!(taken, [high, low]);
    });
}

#[test]
fn without_room_a_standard_signal_comes_without_what_is_known_of_it() {
    in_child_that_holds_back(SigSet::all(), "without_room_a_standard_signal_comes_without_what_is_known_of_it", || {
        let none = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
        // SAFETY: reads one struct.
        assert_eq!(unsafe { libc::setrlimit(libc::RLIMIT_SIGPENDING, &raw const none) }, 0);
        signal::queue(getpid(), Signal::USR1, 42).unwrap();
        let info = signal::wait(Signal::USR1, Timeout::Zero).unwrap().unwrap();
        assert_eq!(info.cause(), Cause::Kill { pid: None, uid: 0 });
    });
}

#[test]
fn a_wait_that_somebody_else_answers_is_no_signal() {
    let error = pretend(libc::SYS_rt_sigtimedwait, || signal::wait(SigSet::all(), Timeout::Zero).unwrap_err());
    assert_eq!(error.errno(), Errno::INVAL);
}

#[test]
fn of_a_standard_signal_one_is_held_back() {
    in_child_that_holds_back(SigSet::all(), "of_a_standard_signal_one_is_held_back", || {
        for number in 0..3 {
            signal::queue(getpid(), Signal::USR1, number).unwrap();
        }
        let first = signal::wait(SigSet::all(), Timeout::Zero).unwrap().unwrap();
        assert!(matches!(first.cause(), Cause::Queue { value, .. } if value.int() == 0));
        assert!(signal::wait(SigSet::all(), Timeout::Zero).unwrap().is_none());
    });
}

#[test]
fn a_signal_to_a_thread_is_that_threads() {
    std::thread::scope(|scope| {
        let _blocked = thread::block(Signal::USR2).unwrap();
        thread::kill(getpid(), gettid(), Signal::USR2).unwrap();
        let of_another = scope.spawn(|| signal::wait(Signal::USR2, Timeout::Zero).unwrap()).join().unwrap();
        assert!(of_another.is_none());
        let info = signal::wait(Signal::USR2, Timeout::Zero).unwrap().unwrap();
        assert_eq!(info.cause(), Cause::ThreadKill { pid: Some(getpid()), uid: getuid() });
    });
    assert_eq!(thread::kill(getpid(), gettid(), None), Ok(()));
    assert_eq!(getuid(), std::fs::metadata("/proc/self").map(|of| std::os::unix::fs::MetadataExt::uid(&of)).unwrap());
}

#[test]
fn a_c_librarys_signals_are_not_sent_to_threads() {
    for number in [32, 33, 34] {
        let signal = Signal::new(number).unwrap();
        let error = thread::kill(getpid(), gettid(), signal).unwrap_err();
        assert_eq!((error.errno(), error.kind()), (Errno::INVAL, ErrorKind::InvalidArgument));
    }
}

#[test]
fn who_is_not_there_and_who_may_not_be_sent_to_are_told() {
    let gone = nobody();
    assert_eq!(signal::kill(gone, None).unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(signal::queue(gone, Signal::USR1, 1).unwrap_err().kind(), ErrorKind::NotFound);
    as_nobody(|| {
        if let Some(other) = of_another_user("who_is_not_there_and_who_may_not_be_sent_to_are_told") {
            assert_eq!(signal::kill(other, None).unwrap_err().kind(), ErrorKind::PermissionDenied);
        }
    });
}

#[test]
fn a_wait_ends_with_the_signal_or_the_time() {
    let _blocked = thread::block(Signal::USR2).unwrap();
    let began = Instant::now();
    assert!(signal::wait(Signal::USR2, Duration::from_millis(30)).unwrap().is_none());
    assert!(began.elapsed() >= Duration::from_millis(30));
    let me = gettid();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            std::thread::sleep(Duration::from_millis(20));
            thread::kill(getpid(), me, Signal::USR2).unwrap();
        });
        assert!(signal::wait(Signal::USR2, Timeout::Never).unwrap().is_some());
    });
}

#[test]
fn other_signals_end_only_the_wait_that_asks_for_it() {
    let wanted = SigSet::from([Signal::USR2]);
    let error = interrupted(|| signal::wait_interruptible(wanted, Timeout::Never).unwrap_err());
    assert_eq!(error.errno(), Errno::INTR);
    let (time, began) = (Duration::from_millis(50), Instant::now());
    assert!(interrupted(|| signal::wait(wanted, time).unwrap()).is_none());
    assert!(began.elapsed() >= time);
    assert_eq!(interrupted(|| signal::suspend(thread::mask().unwrap())), Ok(()));
}

static CAME: AtomicU32 = AtomicU32::new(0);

extern "C" fn count(signal: Signal) {
    CAME.fetch_add(u32::from(signal.get()), Ordering::Relaxed);
}

#[test]
fn a_handler_runs_and_returns() {
    in_child("a_handler_runs_and_returns", || {
        assert!(signal::action(Signal::USR1).unwrap().is_default());
        let action = Action::handler(count).with_mask([Signal::USR2].into()).with_flags(ActionFlags::RESTART);
        // SAFETY: the handler only counts.
        let old = unsafe { signal::set_action(Signal::USR1, &action) }.unwrap();
        assert!(old.is_default() && !old.is_ignored());
        let told = signal::action(Signal::USR1).unwrap();
        assert_eq!((told.mask(), told.is_default()), ([Signal::USR2].into(), false));
        assert!(told.flags().contains(ActionFlags::RESTART));
        for _ in 0..1000 {
            thread::kill(getpid(), gettid(), Signal::USR1).unwrap();
        }
        assert_eq!(CAME.load(Ordering::Relaxed), 1000 * 10);

        assert!(!signal::reset(Signal::USR1).unwrap().is_default());
        assert!(signal::ignore(Signal::USR1).unwrap().is_default());
        thread::kill(getpid(), gettid(), Signal::USR1).unwrap();
        assert!(signal::reset(Signal::USR1).unwrap().is_ignored());
        assert_eq!(CAME.load(Ordering::Relaxed), 1000 * 10);
    });
}

#[test]
fn kill_and_stop_cannot_be_handled() {
    for signal in [Signal::KILL, Signal::STOP] {
        assert_eq!(signal::ignore(signal).unwrap_err().kind(), ErrorKind::InvalidArgument);
        assert!(signal::action(signal).unwrap().is_default());
    }
}

static VALUE: AtomicI32 = AtomicI32::new(0);
static HELD_BACK: AtomicU64 = AtomicU64::new(0);
static REFUSED: AtomicU32 = AtomicU32::new(0);
static STACK: AtomicU64 = AtomicU64::new(0);

extern "C" fn look(signal: Signal, info: &SigInfo, context: *mut c_void) {
    let here = 0_u8;
    // SAFETY: on that stack it is refused, and elsewhere handlers go on on the thread's own.
    if let Err(error) = unsafe { sigaltstack(Some(&SignalStack::NONE)) } {
        REFUSED.store(error.errno().get().into(), Ordering::Relaxed);
    }
    STACK.store((&raw const here).addr() as u64, Ordering::Relaxed);
    HELD_BACK.store(thread::mask().map_or(0, SigSet::bits), Ordering::Relaxed);
    if let Cause::Queue { value, .. } = info.cause()
        && info.signal() == signal
        && !context.is_null()
    {
        VALUE.store(value.int(), Ordering::Relaxed);
    }
}

#[test]
fn a_handler_is_told_why_and_holds_back_what_it_asks_for() {
    in_child("a_handler_is_told_why_and_holds_back_what_it_asks_for", || {
        let action = Action::info_handler(look).with_mask([Signal::HUP].into());
        // SAFETY: the handler makes a system call and stores numbers.
        unsafe { signal::set_action(Signal::RTMIN, &action) }.unwrap();
        thread::queue(getpid(), gettid(), Signal::RTMIN, -42).unwrap();
        assert_eq!(VALUE.load(Ordering::Relaxed), -42);
        let held_back = SigSet::from_bits(HELD_BACK.load(Ordering::Relaxed));
        assert!(held_back.contains(Signal::HUP) && held_back.contains(Signal::RTMIN), "{held_back:?}");
        assert!(!thread::mask().unwrap().contains(Signal::HUP), "only while it runs");

        let action = Action::info_handler(look).with_flags(ActionFlags::NODEFER | ActionFlags::RESETHAND);
        // SAFETY: as above.
        unsafe { signal::set_action(Signal::RTMIN, &action) }.unwrap();
        thread::queue(getpid(), gettid(), Signal::RTMIN, 43).unwrap();
        assert_eq!(VALUE.load(Ordering::Relaxed), 43);
        assert!(!SigSet::from_bits(HELD_BACK.load(Ordering::Relaxed)).contains(Signal::RTMIN));
        assert!(signal::action(Signal::RTMIN).unwrap().is_default(), "it ran once");
    });
}

#[test]
fn a_handler_may_have_a_stack_of_its_own() {
    in_child("a_handler_may_have_a_stack_of_its_own", || {
        let mut memory = vec![0_u8; 256 * 1024];
        let stack = SignalStack::new(memory.as_mut_ptr(), memory.len(), StackFlags::empty());
        // SAFETY: the memory lives until the thread has no such stack any more.
        let old = unsafe { sigaltstack(Some(&stack)) }.unwrap();
        let action = Action::info_handler(look).with_flags(ActionFlags::ONSTACK);
        // SAFETY: the handler makes a system call and stores numbers.
        unsafe { signal::set_action(Signal::USR1, &action) }.unwrap();
        thread::kill(getpid(), gettid(), Signal::USR1).unwrap();
        let range = memory.as_ptr_range();
        let used = STACK.load(Ordering::Relaxed) as usize;
        assert!((range.start.addr()..range.end.addr()).contains(&used));
        assert_eq!(REFUSED.load(Ordering::Relaxed), u32::from(Errno::PERM.get()), "it cannot be changed from there");
        // SAFETY: the one from before.
        let mine = unsafe { sigaltstack(Some(&old)) }.unwrap();
        assert_eq!((mine.base(), mine.size(), mine.flags()), (stack.base(), stack.size(), StackFlags::empty()));
        // SAFETY: changes nothing.
        assert_eq!(unsafe { sigaltstack(None) }.unwrap().base(), old.base());
    });
}

extern "C" fn compute(_: Signal) {
    let sum: f64 = (1..=100_u32).map(|number| f64::from(number).sqrt()).sum();
    CAME.store(sum as u32, Ordering::Relaxed);
}

/// Sends the thread a signal and holds a number in a vector register meanwhile; returns what is there afterwards.
fn keep_in_a_vector(number: u64) -> u64 {
    let (pid, tid, signal) = (getpid().get(), gettid().get(), i32::from(Signal::USR1.get()));
    let kept;
    #[cfg(target_arch = "x86_64")]
    // SAFETY: one system call, which the signal's handler follows; the registers that change are named.
    unsafe {
        std::arch::asm!(
            "movq xmm7, {number}", "syscall", "movq {number}, xmm7",
            number = inout(reg) number => kept, inout("rax") libc::SYS_tgkill => _, in("rdi") pid, in("rsi") tid,
            in("rdx") signal, out("rcx") _, out("r11") _, out("xmm7") _,
        );
    }
    #[cfg(target_arch = "aarch64")]
    // SAFETY: as above.
    unsafe {
        std::arch::asm!(
            "fmov d7, {number}", "svc 0", "fmov {number}, d7",
            number = inout(reg) number => kept, in("x8") libc::SYS_tgkill, inout("x0") i64::from(pid) => _, in("x1") tid,
            in("x2") signal, out("v7") _,
        );
    }
    kept
}

#[test]
fn vectors_survive_a_handler() {
    in_child("vectors_survive_a_handler", || {
        // SAFETY: the handler computes and stores a number.
        unsafe { signal::set_action(Signal::USR1, &Action::handler(compute)) }.unwrap();
        assert_eq!(keep_in_a_vector(0x0123_4567_89AB_CDEF), 0x0123_4567_89AB_CDEF);
        assert_eq!(CAME.load(Ordering::Relaxed), 671);
    });
}

/// Unwinders look at the byte before the address to which a handler returns: it must be no other function's.
#[cfg(target_arch = "x86_64")]
#[test]
fn a_handler_returns_behind_a_nop() {
    in_child("a_handler_returns_behind_a_nop", || {
        // SAFETY: the handler computes and stores a number.
        unsafe { signal::set_action(Signal::USR1, &Action::handler(compute)) }.unwrap();
        let mut action = [0_usize; 4];
        let (no_new, old) = (std::ptr::null::<u8>(), action.as_mut_ptr());
        // SAFETY: the kernel writes one action, of 32 bytes.
        assert_eq!(unsafe { libc::syscall(libc::SYS_rt_sigaction, libc::SIGUSR1, no_new, old, 8) }, 0);
        let code = std::ptr::with_exposed_provenance::<[u8; 10]>(action[2] - 1);
        // SAFETY: the program's own code.
        assert_eq!(unsafe { *code }, [0x90, 0x48, 0xC7, 0xC0, 0x0F, 0, 0, 0, 0x0F, 0x05]);
    });
}

static SEEN_BELOW: AtomicU32 = AtomicU32::new(0);

/// The frame of a signal is known to the unwinder: what was interrupted is seen below it.
#[test]
fn an_unwinder_sees_what_was_interrupted() {
    in_child("an_unwinder_sees_what_was_interrupted", || {
        extern "C" fn unwind(_: Signal) {
            // The signal comes within a system call of this thread, which holds no lock then.
            let trace = std::backtrace::Backtrace::force_capture().to_string();
            SEEN_BELOW.store(1 + u32::from(trace.contains("the_interrupted_one")), Ordering::Relaxed);
        }
        #[inline(never)]
        fn the_interrupted_one() {
            thread::kill(getpid(), gettid(), Signal::USR1).unwrap();
        }
        // SAFETY: the handler runs where this thread sends the signal to itself, and nowhere else.
        unsafe { signal::set_action(Signal::USR1, &Action::handler(unwind)) }.unwrap();
        the_interrupted_one();
        assert_eq!(SEEN_BELOW.load(Ordering::Relaxed), 2);
    });
}

#[test]
fn what_is_ignored_stays_so_over_exec_and_what_is_handled_does_not() {
    in_child("what_is_ignored_stays_so_over_exec_and_what_is_handled_does_not", || {
        signal::ignore(Signal::USR1).unwrap();
        // SAFETY: the handler only counts.
        unsafe { signal::set_action(Signal::USR2, &Action::handler(count)) }.unwrap();
        let status = std::process::Command::new("/proc/self/exe")
            .args(["says_what_it_ignores", "--exact", "--nocapture", "--test-threads=1"])
            .env("BUTTER_SAYS", "1")
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&status.stdout);
        assert!(text.contains("ignored: USR1 true, USR2 false"), "{text}");
    });
}

/// Not a test of its own: what the one above starts.
#[test]
fn says_what_it_ignores() {
    if std::env::var_os("BUTTER_SAYS").is_some() {
        let ignored = |signal| signal::action(signal).unwrap().is_ignored();
        println!("ignored: USR1 {}, USR2 {}", ignored(Signal::USR1), ignored(Signal::USR2));
    }
}
