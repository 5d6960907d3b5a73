//! What raised a signal, as a number.

use core::fmt;

/// What raised a signal: the kernel's `si_code`.
///
/// Numbers below 1 and [`SI_KERNEL`](Self::SI_KERNEL) mean the same for every signal; what the others mean depends on
/// it, and their names say for which. A number that has no name here is kept.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub struct Code(i32);

impl Code {
    /// The code of this number.
    #[inline]
    #[must_use]
    pub const fn from_raw(number: i32) -> Self {
        Self(number)
    }

    /// The number.
    #[inline]
    #[must_use]
    pub const fn as_raw(self) -> i32 {
        self.0
    }
}

/// Prints the number: what it means depends on the signal.
impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Code({})", self.0)
    }
}

/// Of any signal.
impl Code {
    /// `kill`.
    pub const SI_USER: Self = Self(0);
    /// The kernel itself.
    pub const SI_KERNEL: Self = Self(0x80);
    /// `sigqueue`: it carries a value.
    pub const SI_QUEUE: Self = Self(-1);
    /// A timer of `timer_create`.
    pub const SI_TIMER: Self = Self(-2);
    /// A message in a queue that was empty: `mq_notify`.
    pub const SI_MESGQ: Self = Self(-3);
    /// Asynchronous input or output that is done.
    pub const SI_ASYNCIO: Self = Self(-4);
    /// A descriptor that is ready, told by a signal whose own codes mean something else.
    pub const SI_SIGIO: Self = Self(-5);
    /// `tgkill` and `tkill`: to one thread.
    pub const SI_TKILL: Self = Self(-6);
    /// The end of the other threads, when one of them calls `execve`.
    pub const SI_DETHREAD: Self = Self(-7);
    /// A name that was looked up: `getaddrinfo_a`.
    pub const SI_ASYNCNL: Self = Self(-60);
}

/// Of `CHLD`.
impl Code {
    /// It ended by itself.
    pub const CLD_EXITED: Self = Self(1);
    /// A signal ended it.
    pub const CLD_KILLED: Self = Self(2);
    /// A signal ended it, and its memory was written to a file.
    pub const CLD_DUMPED: Self = Self(3);
    /// It is traced, and stopped for its tracer.
    pub const CLD_TRAPPED: Self = Self(4);
    /// A signal stopped it.
    pub const CLD_STOPPED: Self = Self(5);
    /// It goes on.
    pub const CLD_CONTINUED: Self = Self(6);
}

/// Of `SEGV`.
impl Code {
    /// No memory is there.
    pub const SEGV_MAPERR: Self = Self(1);
    /// The memory is not for this.
    pub const SEGV_ACCERR: Self = Self(2);
    /// Beyond the bounds of a pointer.
    pub const SEGV_BNDERR: Self = Self(3);
    /// The memory's protection key forbids it. Since Linux 4.6.
    pub const SEGV_PKUERR: Self = Self(4);
    /// Application data integrity is off for this memory: SPARC.
    pub const SEGV_ACCADI: Self = Self(5);
    /// Application data integrity: a tag does not fit, told late: SPARC.
    pub const SEGV_ADIDERR: Self = Self(6);
    /// Application data integrity: a tag does not fit, told at once: SPARC.
    pub const SEGV_ADIPERR: Self = Self(7);
    /// A tag of memory does not fit, told late: arm64. Since Linux 5.10.
    pub const SEGV_MTEAERR: Self = Self(8);
    /// A tag of memory does not fit, told at once: arm64. Since Linux 5.10.
    pub const SEGV_MTESERR: Self = Self(9);
    /// A return that was not called: control protection. Since Linux 6.6.
    pub const SEGV_CPERR: Self = Self(10);
}

/// Of `BUS`.
impl Code {
    /// The address is not aligned.
    pub const BUS_ADRALN: Self = Self(1);
    /// Nothing is at the address: behind the end of a mapped file.
    pub const BUS_ADRERR: Self = Self(2);
    /// The hardware behind the address has failed.
    pub const BUS_OBJERR: Self = Self(3);
    /// Memory is damaged, and was used.
    pub const BUS_MCEERR_AR: Self = Self(4);
    /// Memory is damaged, and was not used yet.
    pub const BUS_MCEERR_AO: Self = Self(5);
}

/// Of `ILL`.
impl Code {
    /// The instruction.
    pub const ILL_ILLOPC: Self = Self(1);
    /// Its operand.
    pub const ILL_ILLOPN: Self = Self(2);
    /// Its way of addressing.
    pub const ILL_ILLADR: Self = Self(3);
    /// A trap.
    pub const ILL_ILLTRP: Self = Self(4);
    /// An instruction that only the kernel may use.
    pub const ILL_PRVOPC: Self = Self(5);
    /// A register that only the kernel may use.
    pub const ILL_PRVREG: Self = Self(6);
    /// A coprocessor.
    pub const ILL_COPROC: Self = Self(7);
    /// The stack.
    pub const ILL_BADSTK: Self = Self(8);
    /// An address that is not implemented.
    pub const ILL_BADIADDR: Self = Self(9);
}

/// Of `FPE`.
impl Code {
    /// An integer divided by zero.
    pub const FPE_INTDIV: Self = Self(1);
    /// An integer overflow.
    pub const FPE_INTOVF: Self = Self(2);
    /// A floating-point division by zero.
    pub const FPE_FLTDIV: Self = Self(3);
    /// A floating-point overflow.
    pub const FPE_FLTOVF: Self = Self(4);
    /// A floating-point underflow.
    pub const FPE_FLTUND: Self = Self(5);
    /// A result that is not exact.
    pub const FPE_FLTRES: Self = Self(6);
    /// An operation that has no result.
    pub const FPE_FLTINV: Self = Self(7);
    /// A subscript out of range.
    pub const FPE_FLTSUB: Self = Self(8);
    /// One of these; the processor does not say which.
    pub const FPE_FLTUNK: Self = Self(14);
    /// A trap on a condition.
    pub const FPE_CONDTRAP: Self = Self(15);
}

/// Of `TRAP`.
impl Code {
    /// A breakpoint.
    pub const TRAP_BRKPT: Self = Self(1);
    /// A single step.
    pub const TRAP_TRACE: Self = Self(2);
    /// A branch.
    pub const TRAP_BRANCH: Self = Self(3);
    /// A breakpoint or watchpoint of the hardware.
    pub const TRAP_HWBKPT: Self = Self(4);
    /// One that the kernel does not know.
    pub const TRAP_UNK: Self = Self(5);
    /// An event of `perf_event_open`. Since Linux 5.13.
    pub const TRAP_PERF: Self = Self(6);
}

/// Of the signal that `fcntl(F_SETSIG)` has chosen to tell that a descriptor is ready.
impl Code {
    /// There is something to read.
    pub const POLL_IN: Self = Self(1);
    /// A write would not wait.
    pub const POLL_OUT: Self = Self(2);
    /// A message is there.
    pub const POLL_MSG: Self = Self(3);
    /// An error.
    pub const POLL_ERR: Self = Self(4);
    /// There is something out of the ordinary.
    pub const POLL_PRI: Self = Self(5);
    /// The other end hung up.
    pub const POLL_HUP: Self = Self(6);
}

/// Of `SYS`.
impl Code {
    /// A seccomp filter.
    pub const SYS_SECCOMP: Self = Self(1);
    /// `prctl(PR_SET_SYSCALL_USER_DISPATCH)`. Since Linux 5.11.
    pub const SYS_USER_DISPATCH: Self = Self(2);
}
