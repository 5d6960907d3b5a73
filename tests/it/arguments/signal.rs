//! Arguments of the raw calls on signals, signal masks and handlers.

use std::ffi::c_void;

use butter::process::{Pgid, Pid};
use butter::signal::raw::*;
use butter::signal::{
    Action, ActionFlags, How, SigInfo, SigSet, Signal, SignalStack, StackFlags, Target,
};
use butter::thread::{Tid, rt_tgsigqueueinfo, tgkill};

use super::poll::{bytes_of, timeouts};
use super::recorder::*;
use super::{Row, each, mask_argument, mask_size, masks, pattern, sets, words};

pub const ROWS: &[Row] = &[
    Row("signal::raw::kill", &[libc::SYS_kill], |it| {
        for (target, number) in targets() {
            // If the target is a process group or all processes, the row uses only signal 0, so
            // that no signal is sent even if the recorder does not intercept `kill`.
            let signals = if number > 0 { signals() } else { vec![None] };
            for signal in signals {
                let arguments = [("pid", int(number)), ("sig", signal_argument(signal))];
                let result = it.call(libc::SYS_kill, arguments, 0, || kill(target, signal));
                it.output("success", result, Ok(()));
            }
        }
    }),
    Row("signal::raw::rt_sigqueueinfo", &[libc::SYS_rt_sigqueueinfo], |it| {
        for signal in signals() {
            let arguments = [
                ("tgid", int(PROCESS)),
                ("sig", signal_argument(signal)),
                ("info", input(info(7).to_bytes())),
            ];
            let result = it.call(libc::SYS_rt_sigqueueinfo, arguments, 0, || {
                // SAFETY: the recorder answers the call; nothing is sent.
                unsafe { rt_sigqueueinfo(process(), signal, &info(7)) }
            });
            it.output("success", result, Ok(()));
        }
    }),
    Row("signal::raw::rt_sigpending", &[libc::SYS_rt_sigpending], |it| {
        for set in sets() {
            let arguments =
                [("set", output(set.bits().to_ne_bytes())), ("sigsetsize", mask_size())];
            let result = it.call(libc::SYS_rt_sigpending, arguments, 0, rt_sigpending);
            it.output("set", result, Ok(set));
        }
    }),
    Row("signal::raw::rt_sigtimedwait", &[libc::SYS_rt_sigtimedwait], |it| {
        for set in sets() {
            for timeout in timeouts() {
                for number in 1..=64 {
                    let arguments = [
                        ("set", mask_argument(Some(set))),
                        ("info", output(info(number).to_bytes())),
                        ("timeout", timeout.map_or(NULL, |time| input(bytes_of(time)))),
                        ("sigsetsize", mask_size()),
                    ];
                    let number = number.into();
                    let result = it.call(libc::SYS_rt_sigtimedwait, arguments, number, || {
                        rt_sigtimedwait(set, timeout.as_ref())
                    });
                    let result = result.map(SigInfo::to_bytes);
                    it.output("info", result, Ok(info(number as u8).to_bytes()));
                }
            }
        }
    }),
    Row("signal::raw::rt_sigsuspend", &[libc::SYS_rt_sigsuspend], |it| {
        for mask in sets() {
            let arguments = [("mask", mask_argument(Some(mask))), ("sigsetsize", mask_size())];
            let interrupted = -i64::from(libc::EINTR);
            let result =
                it.call(libc::SYS_rt_sigsuspend, arguments, interrupted, || rt_sigsuspend(mask));
            it.output("failure", result.map_err(|error| error.errno()), Err(butter::Errno::INTR));
        }
    }),
    Row("signal::raw::rt_sigaction", &[libc::SYS_rt_sigaction], |it| {
        for number in 1..=64 {
            let signal = Signal::from_raw(number).unwrap();
            actions(it, number, NULL, || {
                // SAFETY: the recorder answers the call; nothing changes.
                unsafe { rt_sigaction(signal, None) }
            });
        }
        let set = |action: Action, handler: usize, flags: u64, mask: u64| {
            let act = input_fields(&[
                (0, &handler.to_ne_bytes()),
                (8, &flags.to_ne_bytes()),
                (24, &mask.to_ne_bytes()),
            ]);
            actions(it, libc::SIGUSR1, act, || {
                // SAFETY: the recorder answers the call; nothing changes.
                unsafe { rt_sigaction(Signal::USR1, Some(&action)) }
            });
        };
        set(Action::DEFAULT, libc::SIG_DFL, 0, 0);
        set(Action::IGNORE, libc::SIG_IGN, 0, 0);
        let restorer = Action::handler(on_signal).flags().bits() & ActionFlags::RESTORER.bits();
        let fixed = (ActionFlags::SIGINFO | ActionFlags::RESTORER).bits();
        for mask in sets() {
            for flags in each::<ActionFlags>() {
                let chosen = flags.bits() & !fixed | restorer;
                let action = Action::handler(on_signal).with_flags(flags).with_mask(mask);
                set(action, on_signal as *const () as usize, chosen, mask.bits());
                let action = Action::info_handler(on_info).with_flags(flags).with_mask(mask);
                let chosen = chosen | ActionFlags::SIGINFO.bits();
                set(action, on_info as *const () as usize, chosen, mask.bits());
            }
        }
    }),
    Row("signal::raw::rt_sigprocmask", &[libc::SYS_rt_sigprocmask], |it| {
        for (how, number) in [
            (How::Block, libc::SIG_BLOCK),
            (How::Unblock, libc::SIG_UNBLOCK),
            (How::Set, libc::SIG_SETMASK),
        ] {
            for set in masks() {
                for old in sets() {
                    let arguments = sigprocmask(number, set, old);
                    let result = it
                        .call(libc::SYS_rt_sigprocmask, arguments, 0, || rt_sigprocmask(how, set));
                    it.output("oldset", result, Ok(old));
                }
            }
        }
    }),
    Row("signal::raw::sigaltstack", &[libc::SYS_sigaltstack], |it| {
        stacks(it, NULL, None);
        let disabled = (libc::SS_DISABLE as u32).to_ne_bytes();
        stacks(it, input_fields(&[(0, &[0; 8]), (8, &disabled)]), Some(SignalStack::DISABLED));
        for flags in each::<StackFlags>() {
            let (base, bytes) = (0x1234_5678_9ABC_usize, 0x2_3456_7890_usize);
            let stack = input_fields(&[
                (0, &base.to_ne_bytes()),
                (8, &flags.bits().to_ne_bytes()),
                (16, &bytes.to_ne_bytes()),
            ]);
            let base = std::ptr::without_provenance_mut(base);
            stacks(it, stack, Some(SignalStack::new(base, bytes, flags)));
        }
    }),
    Row("thread::tgkill", &[libc::SYS_tgkill], |it| {
        for signal in signals() {
            let arguments =
                [("tgid", int(PROCESS)), ("tid", int(THREAD)), ("sig", signal_argument(signal))];
            let result = it.call(libc::SYS_tgkill, arguments, 0, || {
                // SAFETY: the recorder answers the call; nothing is sent.
                unsafe { tgkill(process(), thread(), signal) }
            });
            it.output("success", result, Ok(()));
        }
    }),
    Row("thread::rt_tgsigqueueinfo", &[libc::SYS_rt_tgsigqueueinfo], |it| {
        for signal in signals() {
            let arguments = [
                ("tgid", int(PROCESS)),
                ("tid", int(THREAD)),
                ("sig", signal_argument(signal)),
                ("info", input(info(7).to_bytes())),
            ];
            let result = it.call(libc::SYS_rt_tgsigqueueinfo, arguments, 0, || {
                // SAFETY: the recorder answers the call; nothing is sent.
                unsafe { rt_tgsigqueueinfo(process(), thread(), signal, &info(7)) }
            });
            it.output("success", result, Ok(()));
        }
    }),
];

/// Process and thread IDs that exceed 2^22, the maximum that the kernel assigns.
pub const PROCESS: i32 = 0x3456_789A;
pub const THREAD: i32 = 0x2345_6789;

pub fn process() -> Pid {
    Pid::from_raw(PROCESS).unwrap()
}

pub fn thread() -> Tid {
    Tid::from_raw(THREAD).unwrap()
}

/// Returns one signal target of each kind, and the corresponding `pid` argument of `kill`.
pub fn targets() -> [(Target, i32); 4] {
    let group = Pgid::from_raw(PROCESS + 1).unwrap();
    [
        (Target::Process(process()), PROCESS),
        (Target::Group(group), -(PROCESS + 1)),
        (Target::OwnGroup, 0),
        (Target::Everyone, -1),
    ]
}

/// Returns `None`, which is signal 0, and each signal from 1 to 64.
pub fn signals() -> Vec<Option<Signal>> {
    (0..=64).map(Signal::from_raw).collect()
}

pub fn signal_argument(signal: Option<Signal>) -> Argument {
    int(signal.map_or(0, Signal::as_raw))
}

/// Returns a `SigInfo` with this signal number, and with the test pattern in the other bytes.
pub fn info(number: u8) -> SigInfo {
    let mut bytes = pattern();
    bytes[..4].copy_from_slice(&[number, 0, 0, 0]);
    SigInfo::from_bytes(bytes).unwrap()
}

pub fn sigprocmask(how: i32, set: Option<SigSet>, old: SigSet) -> [(&'static str, Argument); 4] {
    [
        ("how", int(how)),
        ("set", mask_argument(set)),
        ("oldset", output(old.bits().to_ne_bytes())),
        ("sigsetsize", mask_size()),
    ]
}

extern "C" fn on_signal(_: Signal) {}

extern "C" fn on_info(_: Signal, _: &SigInfo, _: *mut c_void) {}

/// Records a call of `rt_sigaction` for each kind of previous action: default, ignored, and a
/// handler.
pub fn actions(
    it: &Recorder,
    number: i32,
    act: Argument,
    function: impl Fn() -> butter::Result<Action>,
) {
    for handler in [0, 1, 0x1234_5678_9ABC] {
        let (flags, mask) = (0x8765_4321_9C00_0007, 0xA123_4567_89AB_CDEF);
        let old = output(words([handler, flags, 0x2345_6789_ABCD, mask]));
        let arguments = [
            ("signum", int(number)),
            ("act", act.clone()),
            ("oldact", old),
            ("sigsetsize", mask_size()),
        ];
        let old = it.call(libc::SYS_rt_sigaction, arguments, 0, &function).unwrap();
        it.output("flags", old.flags().bits(), flags);
        it.output("mask", old.mask().bits(), mask);
        let kind = (old.is_default(), old.is_ignored());
        it.output("handler", kind, (handler == 0, handler == 1));
    }
}

fn stacks(it: &Recorder, argument: Argument, stack: Option<SignalStack>) {
    for flags in each::<StackFlags>() {
        let (base, bytes) = (0x3456_789A_BCDE_usize, 0x4_5678_9ABC_usize);
        let old = output_fields(&[
            (0, &base.to_ne_bytes()),
            (8, &flags.bits().to_ne_bytes()),
            (16, &bytes.to_ne_bytes()),
        ]);
        let arguments = [("ss", argument.clone()), ("old_ss", old)];
        let result = it.call(libc::SYS_sigaltstack, arguments, 0, || {
            // SAFETY: the recorder answers the call; nothing changes.
            unsafe { sigaltstack(stack.as_ref()) }
        });
        let old = result.map(|old| (old.base().addr(), old.flags(), old.size()));
        it.output("old_ss", old, Ok((base, flags, bytes)));
    }
}
