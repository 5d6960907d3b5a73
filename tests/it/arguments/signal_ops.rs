//! Arguments of the system calls that the safe functions on signals and signal masks make.

use butter::process::{getpid, getuid};
use butter::signal::{
    Action, SigInfo, SigSet, Signal, action, block, ignore, kill, mask, pending, queue, set_action,
    set_default, set_mask, suspend, unblock, wait, wait_interruptible,
};

use super::poll::{bytes_of, rust_timeouts};
use super::recorder::*;
use super::signal::*;
use super::{Row, mask_argument, mask_size, sets};

pub const ROWS: &[Row] = &[
    Row("signal::kill", &[libc::SYS_kill], |it| {
        for (target, number) in targets() {
            let arguments = [("pid", int(number)), ("sig", int(0))];
            let result = it.call(libc::SYS_kill, arguments, 0, || kill(target, None));
            it.output("success", result, Ok(()));
        }
        for signal in signals() {
            let arguments = [("pid", int(PROCESS)), ("sig", signal_argument(signal))];
            let result = it.call(libc::SYS_kill, arguments, 0, || kill(process(), signal));
            it.output("success", result, Ok(()));
        }
    }),
    Row("signal::queue", &[libc::SYS_rt_sigqueueinfo], |it| {
        for signal in signals().into_iter().flatten() {
            let value = 0x1234_5678_9ABC_DEF0_u64;
            let arguments = [
                ("tgid", int(PROCESS)),
                ("sig", int(signal.as_raw())),
                ("info", queued(signal, value)),
            ];
            let result = it
                .call(libc::SYS_rt_sigqueueinfo, arguments, 0, || queue(process(), signal, value));
            it.output("success", result, Ok(()));
        }
    }),
    Row("signal::pending", &[libc::SYS_rt_sigpending], |it| {
        for set in sets() {
            let arguments =
                [("set", output(set.bits().to_ne_bytes())), ("sigsetsize", mask_size())];
            let result = it.call(libc::SYS_rt_sigpending, arguments, 0, pending);
            it.output("set", result, Ok(set));
        }
    }),
    Row("signal::wait", &[libc::SYS_rt_sigtimedwait], |it| {
        for (timeout, time) in rust_timeouts() {
            waits(it, time.map_or(NULL, |time| input(bytes_of(time))), |set| wait(set, timeout));
        }
    }),
    Row("signal::wait_interruptible", &[libc::SYS_rt_sigtimedwait], |it| {
        for (timeout, time) in rust_timeouts() {
            waits(it, time.map_or(NULL, |time| input(bytes_of(time))), |set| {
                wait_interruptible(set, timeout)
            });
        }
    }),
    Row("signal::suspend", &[libc::SYS_rt_sigsuspend], |it| {
        for set in sets() {
            let arguments = [("mask", mask_argument(Some(set))), ("sigsetsize", mask_size())];
            let interrupted = -i64::from(libc::EINTR);
            let result = it.call(libc::SYS_rt_sigsuspend, arguments, interrupted, || suspend(set));
            it.output("success", result, Ok(()));
        }
    }),
    Row("signal::action", &[libc::SYS_rt_sigaction], |it| {
        actions(it, libc::SIGUSR1, NULL, || action(Signal::USR1));
    }),
    Row("signal::set_action", &[libc::SYS_rt_sigaction], |it| {
        let mask = SigSet::from_bits(0xA123_4567_89AB_CDEF);
        let act = input_fields(&[(0, &1_u64.to_ne_bytes()), (24, &mask.bits().to_ne_bytes())]);
        actions(it, libc::SIGUSR1, act, || {
            // SAFETY: the recorder answers the call; nothing changes.
            unsafe { set_action(Signal::USR1, &Action::IGNORE.with_mask(mask)) }
        });
    }),
    Row("signal::ignore", &[libc::SYS_rt_sigaction], |it| {
        actions(it, libc::SIGUSR1, input(1_u64.to_ne_bytes()), || ignore(Signal::USR1));
    }),
    Row("signal::set_default", &[libc::SYS_rt_sigaction], |it| {
        actions(it, libc::SIGUSR1, input(0_u64.to_ne_bytes()), || set_default(Signal::USR1));
    }),
    Row("signal::mask", &[libc::SYS_rt_sigprocmask], |it| {
        for old in sets() {
            let arguments = sigprocmask(libc::SIG_BLOCK, None, old);
            let result = it.call(libc::SYS_rt_sigprocmask, arguments, 0, mask);
            it.output("mask", result, Ok(old));
        }
    }),
    Row("signal::block", &[libc::SYS_rt_sigprocmask], |it| {
        let unblockable = SigSet::from([Signal::KILL, Signal::STOP]);
        for set in sets() {
            for old in [SigSet::empty(), SigSet::from_bits(0xFF)] {
                let added = set - unblockable - old;
                let expected = [
                    Expected::new(
                        libc::SYS_rt_sigprocmask,
                        sigprocmask(libc::SIG_BLOCK, Some(set), old),
                        0,
                    ),
                    Expected::new(
                        libc::SYS_rt_sigprocmask,
                        sigprocmask(libc::SIG_UNBLOCK, Some(added), old),
                        0,
                    ),
                ];
                let result = it.calls(expected, || block(set).map(|guard| guard.signals()));
                it.output("signals", result, Ok(added));
            }
        }
    }),
    Row("signal::unblock", &[libc::SYS_rt_sigprocmask], |it| {
        for (set, old) in sets().into_iter().flat_map(|set| sets().map(|old| (set, old))) {
            let arguments = sigprocmask(libc::SIG_UNBLOCK, Some(set), old);
            let result = it.call(libc::SYS_rt_sigprocmask, arguments, 0, || unblock(set));
            it.output("old mask", result, Ok(old));
        }
    }),
    Row("signal::set_mask", &[libc::SYS_rt_sigprocmask], |it| {
        for (set, old) in sets().into_iter().flat_map(|set| sets().map(|old| (set, old))) {
            let arguments = sigprocmask(libc::SIG_SETMASK, Some(set), old);
            let result = it.call(libc::SYS_rt_sigprocmask, arguments, 0, || set_mask(set));
            it.output("old mask", result, Ok(old));
        }
    }),
    Row("thread::kill", &[libc::SYS_tgkill], |it| {
        // `SigSet::all` does not contain signals 32 to 34, which C libraries reserve.
        for signal in signals()
            .into_iter()
            .filter(|signal| signal.is_none_or(|signal| SigSet::all().contains(signal)))
        {
            let arguments =
                [("tgid", int(PROCESS)), ("tid", int(THREAD)), ("sig", signal_argument(signal))];
            let result = it.call(libc::SYS_tgkill, arguments, 0, || {
                butter::thread::kill(process(), thread(), signal)
            });
            it.output("success", result, Ok(()));
        }
    }),
    Row("thread::queue", &[libc::SYS_rt_tgsigqueueinfo], |it| {
        for signal in signals().into_iter().flatten() {
            let value = 0x1234_5678_9ABC_DEF0_u64;
            let arguments = [
                ("tgid", int(PROCESS)),
                ("tid", int(THREAD)),
                ("sig", int(signal.as_raw())),
                ("info", queued(signal, value)),
            ];
            let result = it.call(libc::SYS_rt_tgsigqueueinfo, arguments, 0, || {
                butter::thread::queue(process(), thread(), signal, value)
            });
            it.output("success", result, Ok(()));
        }
    }),
];

/// Returns the expected argument for the `siginfo_t` of a queued signal with this value.
fn queued(signal: Signal, value: u64) -> Argument {
    input_fields(&[
        (0, &signal.as_raw().to_ne_bytes()),
        (4, &0_i32.to_ne_bytes()),
        (8, &libc::SI_QUEUE.to_ne_bytes()),
        (16, &getpid().as_raw().to_ne_bytes()),
        (20, &getuid().as_raw().to_ne_bytes()),
        (24, &value.to_ne_bytes()),
        (32, &[0; 96]),
    ])
}

fn waits(
    it: &Recorder,
    timeout: Argument,
    wait: impl Fn(SigSet) -> butter::Result<Option<SigInfo>>,
) {
    for set in sets() {
        let arguments = [
            ("set", mask_argument(Some(set))),
            ("info", output(info(64).to_bytes())),
            ("timeout", timeout.clone()),
            ("sigsetsize", mask_size()),
        ];
        let result = it.call(libc::SYS_rt_sigtimedwait, arguments, 64, || wait(set));
        let bytes = result.map(|info| info.map(SigInfo::to_bytes));
        it.output("info", bytes, Ok(Some(info(64).to_bytes())));
    }
}
