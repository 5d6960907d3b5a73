//! Additions to the process builder of `std`.

use crate::signal::SigSet;

/// Additional settings of [`std::process::Command`](https://doc.rust-lang.org/std/process/struct.Command.html).
pub trait CommandExt {
    /// Sets the signal mask with which the child executes its program. Without this setting, the
    /// child inherits the mask of the thread that spawns it, and few programs unblock signals at
    /// their start.
    ///
    /// The C call is [sigprocmask(2)], between `fork` and `execve`. If it fails, the command fails
    /// with its error. The last of several settings applies.
    ///
    /// ```
    /// use std::process::Command;
    ///
    /// use butter::process::CommandExt;
    /// use butter::signal::{self, SigSet, Signal};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let _mask = signal::block([Signal::INT, Signal::TERM])?;
    /// let status = Command::new("true").signal_mask(SigSet::empty()).status()?;
    /// assert!(status.success());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// [sigprocmask(2)]: https://man7.org/linux/man-pages/man2/sigprocmask.2.html
    #[doc(alias = "sigprocmask")]
    fn signal_mask(&mut self, mask: impl Into<SigSet>) -> &mut Self;
}
