//! The signal mask and the signal actions with which a program starts.

use butter::process::{Command, Step};
use butter::signal::{self, SigSet, Signal};
use common::child::{in_child, in_child_with_blocked};

use super::{restore_default_actions, signals_of};

fn bit(signal: Signal) -> u64 {
    1 << (signal.as_raw() - 1)
}

#[test]
fn command_empties_the_mask_or_sets_the_requested_one() {
    let blocked = SigSet::from([Signal::TERM, Signal::USR1]);
    in_child_with_blocked(blocked, || {
        assert_eq!(signals_of(|_| {})[0], 0);
        let mask = SigSet::from([Signal::USR2, Signal::RTMIN]);
        let [set, ..] = signals_of(|command| {
            command.signal_mask(mask);
        });
        assert_eq!(set, mask.bits());
        assert_eq!(signal::mask(), Ok(blocked), "the mask of the parent has changed");
    });
}

extern "C" fn ignore(_: libc::c_int) {}

#[test]
fn command_resets_handled_signals_and_pipe_but_keeps_other_ignored_signals() {
    in_child(|| {
        restore_default_actions();
        common::signals::install_handler(libc::SIGUSR1, ignore);
        signal::ignore(Signal::HUP).unwrap();
        signal::ignore(Signal::PIPE).unwrap();
        assert_eq!(signals_of(|_| {}), [0, bit(Signal::HUP), 0]);
        let all = Step::default_signals(SigSet::all());
        let reset = signals_of(|command| {
            command.step(all);
        });
        assert_eq!(reset, [0; 3]);

        let ignored = |change: fn(&mut Command<'_>)| signals_of(change)[1];
        assert_eq!(ignored(|_| {}), bit(Signal::HUP));
        let both = bit(Signal::HUP) | bit(Signal::PIPE);
        assert_eq!(
            ignored(|command| {
                command.keep_ignored_signals();
            }),
            both
        );
        assert_eq!(
            ignored(|command| {
                command.step(Step::default_signals(Signal::HUP));
            }),
            0
        );
        // The actions of the parent have not changed.
        assert!(signal::action(Signal::PIPE).unwrap().is_ignored());
        assert!(signal::action(Signal::USR1).unwrap().handler_address().is_some());
    });
}
