//! Signals: forwarding them to the command, and reaping the processes of the command.

use std::sync::mpsc::{Receiver, channel};
use std::thread;

use butter::process::{ExitStatus, Pid, wait_any_nonblocking};
use butter::signal::{self, Cause, SigSet, Signal};
use butter::signalfd::SignalFd;

use crate::common::cli::SystemError;
use crate::message;

/// The signals that are forwarded.
const FORWARDED: [Signal; 6] =
    [Signal::HUP, Signal::INT, Signal::QUIT, Signal::TERM, Signal::USR1, Signal::USR2];

/// The signals that terminate the supervisor if the command has ended, and other processes remain.
const TERMINATION: [Signal; 4] = [Signal::HUP, Signal::INT, Signal::QUIT, Signal::TERM];

/// A descriptor for the forwarded signals that are not ignored, and for `CHLD`.
pub(crate) struct Signals {
    descriptor: SignalFd,
    /// The signal mask with which the supervisor was started.
    pub(crate) original: SigSet,
}

impl Signals {
    /// Blocks the signals.
    pub(crate) fn block() -> butter::Result<Self> {
        // If the signal is ignored, the kernel reaps children itself.
        signal::set_default(Signal::CHLD)?;
        let mut blocked = SigSet::from(Signal::CHLD);
        for signal in FORWARDED {
            if !signal::action(signal)?.is_ignored() {
                blocked = blocked.with(signal);
            }
        }
        let original = signal::mask()?;
        signal::block(blocked)?.forget();
        Ok(Self { descriptor: SignalFd::new(blocked)?, original })
    }

    /// Forwards signals and reaps processes in another thread. Returns a receiver for the status of
    /// the command.
    pub(crate) fn start(self, command: Pid) -> Receiver<ExitStatus> {
        let (sender, receiver) = channel();
        thread::spawn(move || {
            let mut is_running = true;
            loop {
                let event = match self.descriptor.read() {
                    Ok(event) => event,
                    Err(error) => {
                        message(format_args!("{}", SystemError::Call(error)));
                        return;
                    }
                };
                if event.signal() == Signal::CHLD {
                    // Other processes are orphans, of which this process is the subreaper.
                    while let Ok(Some(status)) = wait_any_nonblocking() {
                        if status.pid() == command {
                            is_running = false;
                            let _ = sender.send(status.exit_status());
                        }
                    }
                } else if !is_running && TERMINATION.contains(&event.signal()) {
                    std::process::exit(128 + event.signal().as_raw());
                } else if is_running && is_forwarded(event.signal(), event.cause()) {
                    let _ = signal::kill(command, event.signal());
                }
            }
        });
        receiver
    }
}

/// Returns whether a signal is forwarded. The kernel sends the signals of the keys of the terminal
/// to all processes of the process group, so the command has already received them. A hangup is
/// reported only to the session leader.
fn is_forwarded(signal: Signal, cause: Cause) -> bool {
    signal == Signal::HUP || !matches!(cause, Cause::Kernel)
}
