//! The signals that end the program: before they do, the half file goes.

use butter::process::getpid;
use butter::signal::{self, SigSet, Signal};
use butter::thread;
use butter::time::Timeout;

use crate::failure::Failure;
use crate::{partial, say};

/// The key of the terminal, a wish to end, and the terminal's own end.
const ENDING: [Signal; 3] = [Signal::INT, Signal::TERM, Signal::HUP];

/// Has a thread wait for them: they are held back in every thread, the copy is not interrupted, and may wait itself.
///
/// One that is ignored, as `nohup` does it, stays so. A file that gets too large is then an error like any other.
pub(crate) fn watch() -> Result<(), Failure> {
    signal::ignore(Signal::XFSZ)?;
    let mut ending = SigSet::empty();
    for signal in ENDING {
        if !signal::action(signal)?.is_ignored() {
            ending = ending.with(signal);
        }
    }
    signal::block(ending)?.forget();
    std::thread::spawn(move || {
        if let Ok(Some(info)) = signal::wait(ending, Timeout::Infinite) {
            end(info.signal());
        }
    });
    Ok(())
}

/// Ends the program by the signal, so that who has started it sees that.
fn end(signal: Signal) {
    let abandoned = partial::abandon();
    say(format_args!("{signal} ended it{abandoned}"));
    let _ = signal::set_default(signal);
    let _ = signal::unblock(signal);
    let _ = signal::kill(getpid(), signal);
    // What was abandoned is held until here, and the other thread does not go on.
    drop(abandoned);
}
