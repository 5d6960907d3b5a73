//! The cause of a signal: the contents of `siginfo_t` and `signalfd_siginfo`.

use core::time::Duration;

use super::{Code, Signal};
use crate::ids::{Pid, Uid};

/// The cause of a signal, and the data that accompanies it.
///
/// The field `pid` is `None` if the sender is the kernel, or a process that is not visible in the
/// receiver's PID namespace.
///
/// If the limit on queued signals (`RLIMIT_SIGPENDING`) is reached, the kernel sends some signals
/// without their cause. A signal without a cause is reported as [`Kill`](Self::Kill) with a `pid`
/// of `None` and user ID 0, whichever process sent the signal. Do not rely on the field `uid` if
/// `pid` is `None`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Cause {
    /// `SI_USER` - a process sent the signal to a process with `kill`.
    #[doc(alias = "SI_USER")]
    Kill {
        /// The process ID of the sender.
        pid: Option<Pid>,
        /// The sender's real user ID.
        uid: Uid,
    },
    /// `SI_TKILL` - a process sent the signal to one thread with `tgkill`.
    #[doc(alias = "SI_TKILL")]
    ThreadKill {
        /// The process ID of the sender.
        pid: Option<Pid>,
        /// The sender's real user ID.
        uid: Uid,
    },
    /// `SI_QUEUE` - a process sent the signal and a value with `rt_sigqueueinfo` (`sigqueue`) or
    /// `rt_tgsigqueueinfo` (`pthread_sigqueue`). The sender provides all fields of this variant,
    /// and the kernel does not check the fields.
    #[doc(alias = "SI_QUEUE")]
    Queue {
        /// The process ID that the sender provided.
        pid: Option<Pid>,
        /// The real user ID that the sender provided.
        uid: Uid,
        /// The value that the sender provided.
        value: Value,
    },
    /// `SI_MESGQ` - a message arrived in an empty message queue for which `mq_notify` was called.
    #[doc(alias = "SI_MESGQ")]
    MessageQueue {
        /// The process ID of the sender of the message.
        pid: Option<Pid>,
        /// The sender's real user ID.
        uid: Uid,
        /// The value that was passed to `mq_notify`.
        value: Value,
    },
    /// `SI_TIMER` - a POSIX timer (`timer_create`) expired.
    #[doc(alias = "SI_TIMER")]
    Timer {
        /// The kernel's timer ID.
        #[doc(alias = "si_timerid")]
        id: i32,
        /// The overrun count: the number of further expirations before the signal was delivered.
        #[doc(alias = "si_overrun")]
        overrun: i32,
        /// The value that was passed to `timer_create`.
        value: Value,
    },
    /// `POLL_*`, `SI_SIGIO` - a descriptor is ready, and `fcntl(F_SETSIG)` selected the signal.
    /// Without `F_SETSIG`, the cause is [`Kernel`](Self::Kernel).
    #[doc(alias = "SI_SIGIO")]
    Poll {
        /// The code, one of `Code::POLL_*` or [`Code::SI_SIGIO`].
        code: Code,
        /// The events, as the bits of [`PollFlags`](crate::poll::PollFlags).
        #[doc(alias = "si_band")]
        band: u16,
        /// The number of the descriptor. The descriptor may have been closed since the signal was
        /// sent.
        #[doc(alias = "si_fd")]
        fd: i32,
    },
    /// `CLD_*` - a child terminated, stopped or continued.
    #[doc(alias = "SIGCHLD")]
    Child {
        /// The process ID of the child.
        pid: Option<Pid>,
        /// The child's real user ID.
        uid: Uid,
        /// The change of the child's state.
        #[doc(alias = "si_status")]
        event: ChildEvent,
        /// The user CPU time of the child.
        #[doc(alias = "si_utime")]
        user_time: Duration,
        /// The system CPU time of the child.
        #[doc(alias = "si_stime")]
        system_time: Duration,
    },
    /// `SEGV_MAPERR`, `BUS_ADRALN`, `ILL_ILLOPC`, `FPE_INTDIV`, `TRAP_BRKPT` and the like - an
    /// instruction faulted or hit a breakpoint; or the hardware detected a memory error.
    Fault {
        /// The code.
        code: Code,
        /// The address of the memory access for `SEGV` and `BUS`, or of the instruction for `ILL`
        /// and `FPE`. For `TRAP`, the address of an instruction or of a memory access.
        #[doc(alias = "si_addr")]
        address: u64,
        /// Additional details, which only some codes have.
        detail: FaultDetail,
    },
    /// `SYS_SECCOMP`, `SYS_USER_DISPATCH` - a system call was intercepted.
    #[doc(alias = "SIGSYS")]
    Syscall {
        /// The code.
        code: Code,
        /// The system call number.
        #[doc(alias = "si_syscall")]
        number: i32,
        /// The architecture of the system call: an `AUDIT_ARCH_*` number.
        #[doc(alias = "si_arch")]
        arch: u32,
        /// The address of the instruction after the system call.
        #[doc(alias = "si_call_addr")]
        call_address: u64,
        /// The data of the seccomp filter's return value (`SECCOMP_RET_DATA`).
        data: i32,
    },
    /// `SI_KERNEL` - the kernel sent the signal without further information, for example because
    /// the terminal's interrupt key was pressed.
    #[doc(alias = "SI_KERNEL")]
    Kernel,
    /// Any other cause. The signal and the code determine which fields are meaningful.
    Other {
        /// The code.
        code: Code,
        /// The process ID of the sender.
        pid: Option<Pid>,
        /// The sender's real user ID.
        uid: Uid,
        /// The value that was sent with the signal.
        value: Value,
    },
}

impl Cause {
    /// Returns the process ID of the sender, or of the child for [`Child`](Self::Child).
    ///
    /// Returns `None` if the sender is the kernel or not visible in the receiver's PID namespace,
    /// or if the cause does not include a process ID. For [`Queue`](Self::Queue), the sender
    /// chooses the process ID.
    #[doc(alias = "si_pid")]
    #[inline]
    #[must_use]
    pub const fn pid(&self) -> Option<Pid> {
        match *self {
            Self::Kill { pid, .. }
            | Self::ThreadKill { pid, .. }
            | Self::Queue { pid, .. }
            | Self::MessageQueue { pid, .. }
            | Self::Child { pid, .. }
            | Self::Other { pid, .. } => pid,
            _ => None,
        }
    }

    /// Returns the real user ID of the sender, or of the child for [`Child`](Self::Child).
    ///
    /// Returns `None` if [`pid`](Self::pid) is `None`: the kernel reports process ID 0 and user ID
    /// 0 for a signal whose cause it discarded. For [`Queue`](Self::Queue), the sender chooses the
    /// user ID.
    #[doc(alias = "si_uid")]
    #[inline]
    #[must_use]
    pub const fn uid(&self) -> Option<Uid> {
        match *self {
            Self::Kill { pid: Some(_), uid }
            | Self::ThreadKill { pid: Some(_), uid }
            | Self::Queue { pid: Some(_), uid, .. }
            | Self::MessageQueue { pid: Some(_), uid, .. }
            | Self::Child { pid: Some(_), uid, .. }
            | Self::Other { pid: Some(_), uid, .. } => Some(uid),
            _ => None,
        }
    }
}

/// A change of a child's state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ChildEvent {
    /// `CLD_EXITED` - the child exited with this status, 0 to 255.
    #[doc(alias = "CLD_EXITED")]
    Exited(i32),
    /// `CLD_KILLED`, `CLD_DUMPED` - a signal terminated the child.
    #[doc(alias = "CLD_KILLED")]
    #[doc(alias = "CLD_DUMPED")]
    Killed {
        /// The signal.
        signal: Signal,
        /// Whether the child dumped core.
        core_dumped: bool,
    },
    /// `CLD_TRAPPED` - the traced child stopped with this signal; `None` if its tracer set a number
    /// that is not a signal.
    #[doc(alias = "CLD_TRAPPED")]
    Trapped(Option<Signal>),
    /// `CLD_STOPPED` - this signal stopped the child; `None` if the tracer of the child reported no
    /// signal.
    #[doc(alias = "CLD_STOPPED")]
    Stopped(Option<Signal>),
    /// `CLD_CONTINUED` - the child continued.
    #[doc(alias = "CLD_CONTINUED")]
    Continued,
}

/// Additional details of a fault, which only some codes have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FaultDetail {
    /// The code has no details.
    None,
    /// `BUS_MCEERR_AR`, `BUS_MCEERR_AO` - the number of the least significant valid bit of the
    /// reported address: if the number is `n`, the memory error affects 2^n bytes.
    #[doc(alias = "si_addr_lsb")]
    AddressLsb(u16),
    /// `SEGV_BNDERR` - the bounds that the access violated. A signalfd does not report the bounds.
    Bounds {
        /// The lower bound.
        #[doc(alias = "si_lower")]
        lower: u64,
        /// The upper bound.
        #[doc(alias = "si_upper")]
        upper: u64,
    },
    /// `SEGV_PKUERR` - the protection key of the memory. A signalfd does not report the protection
    /// key.
    #[doc(alias = "si_pkey")]
    ProtectionKey(u32),
    /// `TRAP_PERF` - the data, type and flags of a `perf_event_open` event. A signalfd does not
    /// report the data, type and flags.
    Perf {
        /// The `sig_data` that was passed to `perf_event_open`.
        #[doc(alias = "si_perf_data")]
        data: u64,
        /// The type of the event.
        #[doc(alias = "si_perf_type")]
        kind: u32,
        /// The flags: bit 0 (`TRAP_PERF_FLAG_ASYNC`) is set if the signal was delivered
        /// asynchronously, some time after the event.
        #[doc(alias = "si_perf_flags")]
        flags: u32,
    },
}

/// `union sigval`: the value sent with a signal, an integer or the bits of a pointer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
#[repr(transparent)]
pub struct Value(u64);

impl Value {
    /// Creates a value from its 64 bits.
    #[inline]
    #[must_use]
    pub const fn new(bits: u64) -> Self {
        Self(bits)
    }

    /// Returns the 64 bits of the value.
    #[doc(alias = "sival_ptr")]
    #[inline]
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }

    /// Returns the low 32 bits: the integer, if the sender sent an `int`.
    #[doc(alias = "sival_int")]
    #[inline]
    #[must_use]
    pub const fn int(self) -> i32 {
        self.0 as i32
    }
}

impl From<i32> for Value {
    #[inline]
    fn from(number: i32) -> Self {
        Self(u64::from(number.cast_unsigned()))
    }
}

impl From<u64> for Value {
    #[inline]
    fn from(bits: u64) -> Self {
        Self(bits)
    }
}
