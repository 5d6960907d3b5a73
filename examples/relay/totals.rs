//! What is counted, and how it is told.

use std::fmt;

/// All since the program began.
#[derive(Default)]
pub(crate) struct Totals {
    pub(crate) accepted: u64,
    /// Those that are through, in whatever way.
    pub(crate) ended: u64,
    /// Those of them that an error ended, or bytes of which could not be passed on.
    pub(crate) broken: u64,
    /// Those of them for which the target could not be reached.
    pub(crate) unreached: u64,
    /// Bytes that the kernel has taken for the target.
    pub(crate) there: u64,
    /// Bytes that the kernel has taken for those who connected.
    pub(crate) back: u64,
}

impl Totals {
    pub(crate) fn open(&self) -> u64 {
        self.accepted - self.ended
    }
}

impl fmt::Display for Totals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { accepted, broken, unreached, there, back, .. } = self;
        let open = self.open();
        write!(f, "{accepted} connection{}", if *accepted == 1 { "" } else { "s" })?;
        write!(f, " ({broken} broken, {unreached} without the target, {open} cut off)")?;
        write!(f, "; {there} bytes there, {back} bytes back")
    }
}
