//! Arguments of the calls that set attributes.

use crate::ids::{Pgid, Pid, Uid};

/// The processes whose nice value [`setpriority`](crate::process::raw::setpriority) sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PriorityOf {
    /// `PRIO_PROCESS` - a thread; `None` for the calling thread. The ID of a process means its
    /// first thread.
    #[doc(alias = "PRIO_PROCESS")]
    Process(Option<Pid>),
    /// `PRIO_PGRP` - all threads of a process group; `None` for the process group of the caller.
    #[doc(alias = "PRIO_PGRP")]
    Group(Option<Pgid>),
    /// `PRIO_USER` - all threads of a real user ID.
    #[doc(alias = "PRIO_USER")]
    User(Uid),
}

const PRIO_PROCESS: u32 = 0;
const PRIO_PGRP: u32 = 1;
const PRIO_USER: u32 = 2;

impl PriorityOf {
    /// Returns the first two arguments of `setpriority`.
    #[inline]
    pub(super) fn which_and_who(self) -> (u32, u32) {
        match self {
            Self::Process(pid) => (PRIO_PROCESS, pid.map_or(0, Pid::as_raw).cast_unsigned()),
            Self::Group(group) => (PRIO_PGRP, group.map_or(0, Pgid::as_raw).cast_unsigned()),
            Self::User(user) => (PRIO_USER, user.as_raw()),
        }
    }
}

/// A scheduling policy; [sched(7)].
///
/// [sched(7)]: https://man7.org/linux/man-pages/man7/sched.7.html
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SchedulingPolicy {
    /// `SCHED_OTHER` (`SCHED_NORMAL`) - the default policy, with nice values.
    #[doc(alias("SCHED_OTHER", "SCHED_NORMAL"))]
    Other,
    /// `SCHED_BATCH` - like `Other`, for threads that use the CPU without interaction.
    #[doc(alias = "SCHED_BATCH")]
    Batch,
    /// `SCHED_IDLE` - the lowest priority.
    #[doc(alias = "SCHED_IDLE")]
    Idle,
    /// `SCHED_FIFO` - real-time, without time slices, with a priority in `1..=99`.
    #[doc(alias = "SCHED_FIFO")]
    Fifo(u8),
    /// `SCHED_RR` - real-time, with time slices, with a priority in `1..=99`.
    #[doc(alias = "SCHED_RR")]
    RoundRobin(u8),
}

const SCHED_NORMAL: u32 = 0;
const SCHED_FIFO: u32 = 1;
const SCHED_RR: u32 = 2;
const SCHED_BATCH: u32 = 3;
const SCHED_IDLE: u32 = 5;

impl SchedulingPolicy {
    /// Returns the policy with the numbers that [`numbers`](Self::numbers) returns.
    pub(in crate::process) const fn from_numbers((policy, priority): (u32, u32)) -> Self {
        match policy {
            SCHED_BATCH => Self::Batch,
            SCHED_IDLE => Self::Idle,
            SCHED_FIFO => Self::Fifo(priority as u8),
            SCHED_RR => Self::RoundRobin(priority as u8),
            _ => Self::Other,
        }
    }

    /// Returns the policy and the priority as numbers.
    #[inline]
    pub(in crate::process) const fn numbers(self) -> (u32, u32) {
        match self {
            Self::Other => (SCHED_NORMAL, 0),
            Self::Batch => (SCHED_BATCH, 0),
            Self::Idle => (SCHED_IDLE, 0),
            Self::Fifo(priority) => (SCHED_FIFO, priority as u32),
            Self::RoundRobin(priority) => (SCHED_RR, priority as u32),
        }
    }
}
