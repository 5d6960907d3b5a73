//! What runs when a signal comes.

use std::ffi::c_void;
use std::sync::atomic::{AtomicI32, AtomicU32, AtomicU64, Ordering};

use butter::Errno;
use butter::error::ErrorKind;
use butter::process::getpid;
use butter::signal::raw::sigaltstack;
use butter::signal::{self, Action, ActionFlags, Cause, SigInfo, SigSet, Signal};
use butter::signal::{SignalStack, StackFlags};
use butter::thread::{self, gettid};

use common::child::in_child;
use common::test::Test;

static CAME: AtomicU32 = AtomicU32::new(0);

extern "C" fn count(signal: Signal) {
    CAME.fetch_add(signal.as_raw() as u32, Ordering::Relaxed);
}

#[test]
fn a_handler_runs_and_returns() {
    in_child(|| {
        assert!(signal::action(Signal::USR1).unwrap().is_default());
        let action =
            Action::handler(count).with_mask(Signal::USR2).with_flags(ActionFlags::RESTART);
        // SAFETY: the handler only counts.
        let old = unsafe { signal::set_action(Signal::USR1, &action) }.unwrap();
        assert!(old.is_default() && !old.is_ignored());
        assert_eq!((old.handler_address(), Action::IGNORE.handler_address()), (None, None));
        let told = signal::action(Signal::USR1).unwrap();
        assert_eq!((told.mask(), told.is_default()), ([Signal::USR2].into(), false));
        assert_eq!(told.handler_address(), Some(count as *const ()));
        assert!(told.flags().contains(ActionFlags::RESTART));
        for _ in 0..1000 {
            thread::kill(getpid(), gettid(), Signal::USR1).unwrap();
        }
        assert_eq!(CAME.load(Ordering::Relaxed), 1000 * 10);

        assert!(!signal::set_default(Signal::USR1).unwrap().is_default());
        assert!(signal::ignore(Signal::USR1).unwrap().is_default());
        thread::kill(getpid(), gettid(), Signal::USR1).unwrap();
        assert!(signal::set_default(Signal::USR1).unwrap().is_ignored());
        assert_eq!(CAME.load(Ordering::Relaxed), 1000 * 10);
    });
}

/// The action that passes on, and what it passes on to.
static BEFORE: [std::sync::OnceLock<Action>; 2] = [const { std::sync::OnceLock::new() }; 2];
static PASSED_ON: AtomicU32 = AtomicU32::new(0);

extern "C" fn pass_on(signal: Signal, info: &SigInfo, context: *mut c_void) {
    let Cause::Queue { value, .. } = info.cause() else { return };
    // SAFETY: as this one was called.
    if unsafe { BEFORE[value.int() as usize].get().unwrap().call(signal, info, context) } {
        PASSED_ON.fetch_add(1, Ordering::Relaxed);
    }
}

extern "C" fn foreign(signal: libc::c_int, info: *const libc::siginfo_t, context: *const c_void) {
    // SAFETY: a handler is given a record that is there.
    let info = unsafe { &*info };
    // SAFETY: it was sent with a value.
    let value = unsafe { info.si_value() }.sival_ptr.addr();
    if signal == Signal::RTMAX.as_raw() && value == 1 && !context.is_null() {
        CAME.fetch_add(1, Ordering::Relaxed);
    }
}

#[test]
fn a_handler_passes_on_to_the_one_before_it() {
    in_child(|| {
        // SAFETY: the handlers count.
        let set = |action: Action| unsafe { signal::set_action(Signal::RTMAX, &action) }.unwrap();
        let send = |number| thread::queue(getpid(), gettid(), Signal::RTMAX, number).unwrap();
        BEFORE[0].get_or_init(|| set(Action::handler(count)));
        // SAFETY: a set without flags takes one argument.
        let mut with_info: libc::sigaction = unsafe { std::mem::zeroed() };
        (with_info.sa_sigaction, with_info.sa_flags) =
            (foreign as *const () as usize, libc::SA_SIGINFO);
        // SAFETY: the handler counts.
        assert_eq!(unsafe { libc::sigaction(64, &raw const with_info, std::ptr::null_mut()) }, 0);
        let action = Action::info_handler(pass_on);
        BEFORE[1].get_or_init(|| set(action));
        assert_eq!(signal::action(Signal::RTMAX), Ok(action));
        send(0);
        assert_eq!(
            (PASSED_ON.load(Ordering::Relaxed), CAME.load(Ordering::Relaxed)),
            (0, 0),
            "by default"
        );
        send(1);
        assert_eq!((PASSED_ON.load(Ordering::Relaxed), CAME.load(Ordering::Relaxed)), (1, 1));
        assert_ne!(BEFORE[0].get(), BEFORE[1].get());
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
    if let Err(error) = unsafe { sigaltstack(Some(&SignalStack::DISABLED)) } {
        REFUSED.store(error.errno().as_raw() as u32, Ordering::Relaxed);
    }
    STACK.store((&raw const here).addr() as u64, Ordering::Relaxed);
    HELD_BACK.store(signal::mask().map_or(0, SigSet::bits), Ordering::Relaxed);
    if let Cause::Queue { value, .. } = info.cause()
        && info.signal() == signal
        && !context.is_null()
    {
        VALUE.store(value.int(), Ordering::Relaxed);
    }
}

#[test]
fn a_handler_is_told_why_and_holds_back_what_it_asks_for() {
    in_child(|| {
        let action = Action::info_handler(look).with_mask(Signal::HUP);
        // SAFETY: the handler makes a system call and stores numbers.
        unsafe { signal::set_action(Signal::RTMIN, &action) }.unwrap();
        thread::queue(getpid(), gettid(), Signal::RTMIN, -42).unwrap();
        assert_eq!(VALUE.load(Ordering::Relaxed), -42);
        let held_back = SigSet::from_bits(HELD_BACK.load(Ordering::Relaxed));
        assert!(
            held_back.contains(Signal::HUP) && held_back.contains(Signal::RTMIN),
            "{held_back:?}"
        );
        assert!(!signal::mask().unwrap().contains(Signal::HUP), "only while it runs");

        let action =
            Action::info_handler(look).with_flags(ActionFlags::NODEFER | ActionFlags::RESETHAND);
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
    in_child(|| {
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
        assert_eq!(
            REFUSED.load(Ordering::Relaxed),
            Errno::PERM.as_raw() as u32,
            "it cannot be changed from there"
        );
        // SAFETY: the one from before.
        let mine = unsafe { sigaltstack(Some(&old)) }.unwrap();
        assert_eq!(
            (mine.base(), mine.size(), mine.flags()),
            (stack.base(), stack.size(), StackFlags::empty())
        );
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
    let (pid, tid, signal) = (getpid().as_raw(), gettid().as_raw(), Signal::USR1.as_raw());
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
    in_child(|| {
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
    in_child(|| {
        // SAFETY: the handler computes and stores a number.
        unsafe { signal::set_action(Signal::USR1, &Action::handler(compute)) }.unwrap();
        let mut action = [0_usize; 4];
        let (no_new, old) = (std::ptr::null::<u8>(), action.as_mut_ptr());
        // SAFETY: the kernel writes one action, of 32 bytes.
        let told = unsafe { libc::syscall(libc::SYS_rt_sigaction, libc::SIGUSR1, no_new, old, 8) };
        assert_eq!(told, 0);
        let code = std::ptr::with_exposed_provenance::<[u8; 10]>(action[2] - 1);
        // SAFETY: the program's own code.
        assert_eq!(unsafe { *code }, [0x90, 0x48, 0xC7, 0xC0, 0x0F, 0, 0, 0, 0x0F, 0x05]);
    });
}

static SEEN_BELOW: AtomicU32 = AtomicU32::new(0);

/// The frame of a signal is known to the unwinder: what was interrupted is seen below it.
#[test]
fn an_unwinder_sees_what_was_interrupted() {
    in_child(|| {
        extern "C" fn unwind(_: Signal) {
            // The signal comes within a system call of this thread, which holds no lock then.
            let trace = std::backtrace::Backtrace::force_capture().to_string();
            SEEN_BELOW
                .store(1 + u32::from(trace.contains("the_interrupted_one")), Ordering::Relaxed);
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
    in_child(|| {
        signal::ignore(Signal::USR1).unwrap();
        // SAFETY: the handler only counts.
        unsafe { signal::set_action(Signal::USR2, &Action::handler(count)) }.unwrap();
        let status = std::process::Command::new("/proc/self/exe")
            .args([
                Test::of(&says_what_it_ignores).name(),
                "--exact",
                "--nocapture",
                "--test-threads=1",
            ])
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
