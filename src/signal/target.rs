//! Who gets a signal.

use crate::ids::Pid;

/// Whom [`kill`](super::kill) sends a signal to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Target {
    /// A process.
    Process(Pid),
    /// Every process of a process group, by its number.
    Group(Pid),
    /// Every process of the caller's own process group.
    OwnGroup,
    /// Every process that the caller may send it to, but itself and the first of its PID namespace.
    Everyone,
}

impl From<Pid> for Target {
    #[inline]
    fn from(pid: Pid) -> Self {
        Self::Process(pid)
    }
}

impl Target {
    /// The number that the kernel takes; `None` for the group of number 1, which it would take for everyone.
    #[inline]
    pub(super) fn number(self) -> Option<i32> {
        match self {
            Self::Process(pid) => Some(pid.as_raw()),
            Self::Group(group) if group.as_raw() == 1 => None,
            Self::Group(group) => Some(group.as_raw().wrapping_neg()),
            Self::OwnGroup => Some(0),
            Self::Everyone => Some(-1),
        }
    }
}
