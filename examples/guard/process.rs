//! Preparing the process, so that the guard does not wait for itself.

use std::io::Write;
use std::panic;

use butter::signal::{self, Signal};

/// Prevents that the program is stopped by the terminal, and that it opens a file when it panics or
/// is terminated by a signal.
pub(crate) fn prepare() -> butter::Result<()> {
    for signal in [Signal::TSTP, Signal::TTIN, Signal::TTOU] {
        signal::ignore(signal)?;
    }
    // Even a core dump that is written to a pipe delays the end of the process.
    // SAFETY: accesses no memory.
    unsafe { libc::prctl(libc::PR_SET_DUMPABLE, 0, 0, 0, 0) };
    // The default hook can print a backtrace, for which it opens the file of the program.
    panic::set_hook(Box::new(|panic| {
        let _ = writeln!(std::io::stderr(), "guard: internal error: {panic}");
    }));
    Ok(())
}
