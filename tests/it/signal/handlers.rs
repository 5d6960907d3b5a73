//! Tests of signal actions and handlers.

use std::ffi::c_void;
use std::sync::atomic::{AtomicI32, AtomicU32, AtomicU64, Ordering};

use butter::Errno;
use butter::process::getpid;
use butter::signal::raw::sigaltstack;
use butter::signal::{self, Action, ActionFlags, Cause, SigInfo, SigSet, Signal};
use butter::signal::{SignalStack, StackFlags};
use butter::thread::{self, gettid};

use common::child::in_child;
use common::test::Test;

static HANDLED: AtomicU32 = AtomicU32::new(0);

extern "C" fn count(signal: Signal) {
    HANDLED.fetch_add(signal.as_raw() as u32, Ordering::Relaxed);
}

#[test]
fn handler_runs_for_each_signal_and_returns() {
    in_child(|| {
        assert!(signal::action(Signal::USR1).unwrap().is_default());
        let action =
            Action::handler(count).with_mask(Signal::USR2).with_flags(ActionFlags::RESTART);
        // SAFETY: the handler only counts.
        let old = unsafe { signal::set_action(Signal::USR1, &action) }.unwrap();
        assert!(old.is_default() && !old.is_ignored());
        assert_eq!((old.handler_address(), Action::IGNORE.handler_address()), (None, None));
        let current = signal::action(Signal::USR1).unwrap();
        assert_eq!((current.mask(), current.is_default()), ([Signal::USR2].into(), false));
        assert_eq!(current.handler_address(), Some(count as *const ()));
        assert!(current.flags().contains(ActionFlags::RESTART));
        for _ in 0..1000 {
            thread::kill(getpid(), gettid(), Signal::USR1).unwrap();
        }
        assert_eq!(HANDLED.load(Ordering::Relaxed), 1000 * 10);

        assert!(!signal::set_default(Signal::USR1).unwrap().is_default());
        assert!(signal::ignore(Signal::USR1).unwrap().is_default());
        thread::kill(getpid(), gettid(), Signal::USR1).unwrap();
        assert!(signal::set_default(Signal::USR1).unwrap().is_ignored());
        assert_eq!(HANDLED.load(Ordering::Relaxed), 1000 * 10);
    });
}

/// The actions to which `pass_on` forwards a signal: the default action, and `foreign`.
static PREVIOUS: [std::sync::OnceLock<Action>; 2] = [const { std::sync::OnceLock::new() }; 2];
static PASSED_ON: AtomicU32 = AtomicU32::new(0);

extern "C" fn pass_on(signal: Signal, info: &SigInfo, context: *mut c_void) {
    let Cause::Queue { value, .. } = info.cause() else { return };
    // SAFETY: the arguments are those of this handler.
    if unsafe { PREVIOUS[value.int() as usize].get().unwrap().call(signal, info, context) } {
        PASSED_ON.fetch_add(1, Ordering::Relaxed);
    }
}

extern "C" fn foreign(signal: libc::c_int, info: *const libc::siginfo_t, context: *const c_void) {
    // SAFETY: the kernel passes a valid record.
    let info = unsafe { &*info };
    // SAFETY: the signal was queued with a value.
    let value = unsafe { info.si_value() }.sival_ptr.addr();
    if signal == Signal::RTMAX.as_raw() && value == 1 && !context.is_null() {
        HANDLED.fetch_add(1, Ordering::Relaxed);
    }
}

#[test]
fn action_call_forwards_a_signal_to_the_previous_handler() {
    in_child(|| {
        // SAFETY: the handlers count.
        let set = |action: Action| unsafe { signal::set_action(Signal::RTMAX, &action) }.unwrap();
        let send = |number| thread::queue(getpid(), gettid(), Signal::RTMAX, number).unwrap();
        PREVIOUS[0].get_or_init(|| set(Action::handler(count)));
        // SAFETY: all zeroes is a valid action; its fields are set below.
        let mut with_info: libc::sigaction = unsafe { std::mem::zeroed() };
        (with_info.sa_sigaction, with_info.sa_flags) =
            (foreign as *const () as usize, libc::SA_SIGINFO);
        // SAFETY: the handler counts.
        assert_eq!(unsafe { libc::sigaction(64, &raw const with_info, std::ptr::null_mut()) }, 0);
        let action = Action::info_handler(pass_on);
        PREVIOUS[1].get_or_init(|| set(action));
        assert_eq!(signal::action(Signal::RTMAX), Ok(action));
        send(0);
        assert_eq!(
            (PASSED_ON.load(Ordering::Relaxed), HANDLED.load(Ordering::Relaxed)),
            (0, 0),
            "the default action should not be called"
        );
        send(1);
        assert_eq!((PASSED_ON.load(Ordering::Relaxed), HANDLED.load(Ordering::Relaxed)), (1, 1));
        assert_ne!(PREVIOUS[0].get(), PREVIOUS[1].get());
    });
}

#[test]
fn ignore_fails_with_einval_for_kill_and_stop() {
    for signal in [Signal::KILL, Signal::STOP] {
        assert_eq!(signal::ignore(signal).unwrap_err().errno(), Errno::INVAL);
        assert!(signal::action(signal).unwrap().is_default());
    }
}

static VALUE: AtomicI32 = AtomicI32::new(0);
static BLOCKED: AtomicU64 = AtomicU64::new(0);
static STACK_ERRNO: AtomicU32 = AtomicU32::new(0);
static STACK: AtomicU64 = AtomicU64::new(0);

extern "C" fn record(signal: Signal, info: &SigInfo, context: *mut c_void) {
    let here = 0_u8;
    // SAFETY: fails on the alternate stack; elsewhere, handlers continue to use the thread's stack.
    if let Err(error) = unsafe { sigaltstack(Some(&SignalStack::DISABLED)) } {
        STACK_ERRNO.store(error.errno().as_raw() as u32, Ordering::Relaxed);
    }
    STACK.store((&raw const here).addr() as u64, Ordering::Relaxed);
    BLOCKED.store(signal::mask().map_or(0, SigSet::bits), Ordering::Relaxed);
    if let Cause::Queue { value, .. } = info.cause()
        && info.signal() == signal
        && !context.is_null()
    {
        VALUE.store(value.int(), Ordering::Relaxed);
    }
}

#[test]
fn handler_receives_its_cause_and_blocks_the_signals_in_its_mask() {
    in_child(|| {
        let action = Action::info_handler(record).with_mask(Signal::HUP);
        // SAFETY: the handler makes a system call and stores numbers.
        unsafe { signal::set_action(Signal::RTMIN, &action) }.unwrap();
        thread::queue(getpid(), gettid(), Signal::RTMIN, -42).unwrap();
        assert_eq!(VALUE.load(Ordering::Relaxed), -42);
        let blocked = SigSet::from_bits(BLOCKED.load(Ordering::Relaxed));
        assert!(blocked.contains(Signal::HUP) && blocked.contains(Signal::RTMIN), "{blocked:?}");
        assert!(
            !signal::mask().unwrap().contains(Signal::HUP),
            "SIGHUP should be blocked only while the handler runs"
        );

        let action =
            Action::info_handler(record).with_flags(ActionFlags::NODEFER | ActionFlags::RESETHAND);
        // SAFETY: the handler makes a system call and stores numbers.
        unsafe { signal::set_action(Signal::RTMIN, &action) }.unwrap();
        thread::queue(getpid(), gettid(), Signal::RTMIN, 43).unwrap();
        assert_eq!(VALUE.load(Ordering::Relaxed), 43);
        assert!(!SigSet::from_bits(BLOCKED.load(Ordering::Relaxed)).contains(Signal::RTMIN));
        assert!(
            signal::action(Signal::RTMIN).unwrap().is_default(),
            "RESETHAND should reset the action to the default"
        );
    });
}

#[test]
fn handler_runs_on_the_alternate_stack_if_onstack_is_set() {
    in_child(|| {
        let mut memory = vec![0_u8; 256 * 1024];
        let stack = SignalStack::new(memory.as_mut_ptr(), memory.len(), StackFlags::empty());
        // SAFETY: the memory outlives its use as the thread's alternate stack.
        let old = unsafe { sigaltstack(Some(&stack)) }.unwrap();
        let action = Action::info_handler(record).with_flags(ActionFlags::ONSTACK);
        // SAFETY: the handler makes a system call and stores numbers.
        unsafe { signal::set_action(Signal::USR1, &action) }.unwrap();
        thread::kill(getpid(), gettid(), Signal::USR1).unwrap();
        let range = memory.as_ptr_range();
        let used = STACK.load(Ordering::Relaxed) as usize;
        assert!((range.start.addr()..range.end.addr()).contains(&used));
        assert_eq!(
            STACK_ERRNO.load(Ordering::Relaxed),
            Errno::PERM.as_raw() as u32,
            "sigaltstack should fail while the alternate stack is in use"
        );
        // SAFETY: restores the previous stack.
        let replaced = unsafe { sigaltstack(Some(&old)) }.unwrap();
        assert_eq!(
            (replaced.base(), replaced.size(), replaced.flags()),
            (stack.base(), stack.size(), StackFlags::empty())
        );
        // SAFETY: changes nothing.
        assert_eq!(unsafe { sigaltstack(None) }.unwrap().base(), old.base());
    });
}

extern "C" fn compute(_: Signal) {
    let sum: f64 = (1..=100_u32).map(|number| f64::from(number).sqrt()).sum();
    HANDLED.store(sum as u32, Ordering::Relaxed);
}

/// Sends a signal to the calling thread while a vector register contains a number, and returns the
/// content of the register after the handler has returned.
fn vector_register_after_signal(number: u64) -> u64 {
    let (pid, tid, signal) = (getpid().as_raw(), gettid().as_raw(), Signal::USR1.as_raw());
    let kept;
    #[cfg(target_arch = "x86_64")]
    // SAFETY: one system call, followed by the signal's handler; all registers that change are
    // operands.
    unsafe {
        std::arch::asm!(
            "movq xmm7, {number}", "syscall", "movq {number}, xmm7",
            number = inout(reg) number => kept, inout("rax") libc::SYS_tgkill => _,
            in("rdi") pid, in("rsi") tid, in("rdx") signal,
            out("rcx") _, out("r11") _, out("xmm7") _,
        );
    }
    #[cfg(target_arch = "aarch64")]
    // SAFETY: one system call, followed by the signal's handler; all registers that change are
    // operands.
    unsafe {
        std::arch::asm!(
            "fmov d7, {number}", "svc 0", "fmov {number}, d7",
            number = inout(reg) number => kept, in("x8") libc::SYS_tgkill,
            inout("x0") i64::from(pid) => _, in("x1") tid, in("x2") signal, out("v7") _,
        );
    }
    kept
}

#[test]
fn handler_preserves_vector_registers() {
    in_child(|| {
        // SAFETY: the handler computes and stores a number.
        unsafe { signal::set_action(Signal::USR1, &Action::handler(compute)) }.unwrap();
        assert_eq!(vector_register_after_signal(0x0123_4567_89AB_CDEF), 0x0123_4567_89AB_CDEF);
        assert_eq!(HANDLED.load(Ordering::Relaxed), 671);
    });
}

/// Unwinders look up the function that contains the byte before the return address of a handler, so
/// this byte must not belong to another function.
#[cfg(target_arch = "x86_64")]
#[test]
fn handler_return_address_is_preceded_by_a_nop() {
    in_child(|| {
        // SAFETY: the handler computes and stores a number.
        unsafe { signal::set_action(Signal::USR1, &Action::handler(compute)) }.unwrap();
        let mut action = [0_usize; 4];
        let (no_new, old) = (std::ptr::null::<u8>(), action.as_mut_ptr());
        // SAFETY: the kernel writes one action, of 32 bytes.
        let result =
            unsafe { libc::syscall(libc::SYS_rt_sigaction, libc::SIGUSR1, no_new, old, 8) };
        assert_eq!(result, 0);
        let code = std::ptr::with_exposed_provenance::<[u8; 10]>(action[2] - 1);
        // SAFETY: reads the program's own code.
        assert_eq!(unsafe { *code }, [0x90, 0x48, 0xC7, 0xC0, 0x0F, 0, 0, 0, 0x0F, 0x05]);
    });
}

static BACKTRACE: AtomicU32 = AtomicU32::new(0);

/// The unwinder must recognize the signal frame, and continue with the interrupted function.
#[test]
fn handler_backtrace_contains_the_interrupted_function() {
    in_child(|| {
        extern "C" fn unwind(_: Signal) {
            // The thread sends the signal to itself, so the thread holds no lock that the backtrace
            // requires.
            let trace = std::backtrace::Backtrace::force_capture().to_string();
            BACKTRACE
                .store(1 + u32::from(trace.contains("send_signal_to_self")), Ordering::Relaxed);
        }
        #[inline(never)]
        fn send_signal_to_self() {
            thread::kill(getpid(), gettid(), Signal::USR1).unwrap();
        }
        // SAFETY: the handler runs only in the system call with which this thread sends the signal.
        unsafe { signal::set_action(Signal::USR1, &Action::handler(unwind)) }.unwrap();
        send_signal_to_self();
        assert_eq!(BACKTRACE.load(Ordering::Relaxed), 2);
    });
}

#[test]
fn action_after_exec_is_ignored_or_default() {
    in_child(|| {
        signal::ignore(Signal::USR1).unwrap();
        // SAFETY: the handler only counts.
        unsafe { signal::set_action(Signal::USR2, &Action::handler(count)) }.unwrap();
        let status = std::process::Command::new("/proc/self/exe")
            .args([
                Test::of(&action_after_exec_child_prints_which_signals_are_ignored).name(),
                "--exact",
                "--nocapture",
                "--test-threads=1",
            ])
            .env("BUTTER_PRINT_ACTIONS", "1")
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&status.stdout);
        assert!(text.contains("ignored: USR1 true, USR2 false"), "{text}");
    });
}

/// The test binary that `action_after_exec_is_ignored_or_default` executes runs only this function.
/// Without the environment variable, the function does nothing.
#[test]
fn action_after_exec_child_prints_which_signals_are_ignored() {
    if std::env::var_os("BUTTER_PRINT_ACTIONS").is_some() {
        let ignored = |signal| signal::action(signal).unwrap().is_ignored();
        println!("ignored: USR1 {}, USR2 {}", ignored(Signal::USR1), ignored(Signal::USR2));
    }
}
