//! What raised a signal, as a number.

use core::fmt;

use super::Signal;

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

    /// The kernel's name of what it means for this signal: `SEGV_MAPERR`; `None` for what has none here.
    #[must_use]
    pub fn name(self, signal: Signal) -> Option<&'static str> {
        let wanted = match signal {
            _ if self.0 <= 0 || self == Self::SI_KERNEL => Of::Any,
            _ if NAMES.iter().any(|(of, _)| *of == Of::One(signal)) => Of::One(signal),
            _ => Of::Chosen,
        };
        let (_, names) = NAMES.iter().find(|(of, _)| *of == wanted)?;
        names.iter().find(|(code, _)| *code == self).map(|(_, name)| *name)
    }
}

/// Prints the number: what it means depends on the signal, for which [`name`](Code::name) tells it.
impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Code({})", self.0)
    }
}

/// A code and its signal, printed by name where there is one.
pub(crate) struct Named(pub(crate) Code, pub(crate) Signal);

impl fmt::Debug for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.name(self.1) {
            Some(name) => f.write_str(name),
            None => self.0.fmt(f),
        }
    }
}

/// Which signals a code is of.
#[derive(PartialEq)]
enum Of {
    Any,
    One(Signal),
    /// One that has no codes of its own.
    Chosen,
}

macro_rules! codes {
    ($($of:expr, $doc:literal => { $($name:ident = $number:literal, $text:literal;)* })*) => {
        $(
            #[doc = concat!($doc, ".")]
            impl Code {
                $(
                    #[doc = concat!("`", stringify!($name), "` - ", $text, ".")]
                    pub const $name: Self = Self($number);
                )*
            }
        )*

        const NAMES: &[(Of, &[(Code, &str)])] = &[$(($of, &[$((Code::$name, stringify!($name))),*])),*];
    };
}

codes! {
    Of::Any, "Of any signal" => {
        SI_USER = 0, "`kill`";
        SI_KERNEL = 0x80, "the kernel itself";
        SI_QUEUE = -1, "`sigqueue`: it carries a value";
        SI_TIMER = -2, "a timer of `timer_create`";
        SI_MESGQ = -3, "a message in a queue that was empty: `mq_notify`";
        SI_ASYNCIO = -4, "asynchronous input or output that is done";
        SI_SIGIO = -5, "a descriptor that is ready, told by a signal whose own codes mean something else";
        SI_TKILL = -6, "`tgkill` and `tkill`: to one thread";
        SI_DETHREAD = -7, "the end of the other threads, when one of them calls `execve`";
        SI_ASYNCNL = -60, "a name that was looked up: `getaddrinfo_a`";
    }

    Of::One(Signal::CHLD), "Of `CHLD`" => {
        CLD_EXITED = 1, "it ended by itself";
        CLD_KILLED = 2, "a signal ended it";
        CLD_DUMPED = 3, "a signal ended it, and its memory was written to a file";
        CLD_TRAPPED = 4, "it is traced, and stopped for its tracer";
        CLD_STOPPED = 5, "a signal stopped it";
        CLD_CONTINUED = 6, "it goes on";
    }

    Of::One(Signal::SEGV), "Of `SEGV`" => {
        SEGV_MAPERR = 1, "no memory is there";
        SEGV_ACCERR = 2, "the memory is not for this";
        SEGV_BNDERR = 3, "beyond the bounds of a pointer";
        SEGV_PKUERR = 4, "the memory's protection key forbids it. Since Linux 4.6";
        SEGV_ACCADI = 5, "application data integrity is off for this memory: SPARC";
        SEGV_ADIDERR = 6, "application data integrity: a tag does not fit, told late: SPARC";
        SEGV_ADIPERR = 7, "application data integrity: a tag does not fit, told at once: SPARC";
        SEGV_MTEAERR = 8, "a tag of memory does not fit, told late: arm64. Since Linux 5.10";
        SEGV_MTESERR = 9, "a tag of memory does not fit, told at once: arm64. Since Linux 5.10";
        SEGV_CPERR = 10, "a return that was not called: control protection. Since Linux 6.6";
    }

    Of::One(Signal::BUS), "Of `BUS`" => {
        BUS_ADRALN = 1, "the address is not aligned";
        BUS_ADRERR = 2, "nothing is at the address: behind the end of a mapped file";
        BUS_OBJERR = 3, "the hardware behind the address has failed";
        BUS_MCEERR_AR = 4, "memory is damaged, and was used";
        BUS_MCEERR_AO = 5, "memory is damaged, and was not used yet";
    }

    Of::One(Signal::ILL), "Of `ILL`" => {
        ILL_ILLOPC = 1, "the instruction";
        ILL_ILLOPN = 2, "its operand";
        ILL_ILLADR = 3, "its way of addressing";
        ILL_ILLTRP = 4, "a trap";
        ILL_PRVOPC = 5, "an instruction that only the kernel may use";
        ILL_PRVREG = 6, "a register that only the kernel may use";
        ILL_COPROC = 7, "a coprocessor";
        ILL_BADSTK = 8, "the stack";
        ILL_BADIADDR = 9, "an address that is not implemented";
    }

    Of::One(Signal::FPE), "Of `FPE`" => {
        FPE_INTDIV = 1, "an integer divided by zero";
        FPE_INTOVF = 2, "an integer overflow";
        FPE_FLTDIV = 3, "a floating-point division by zero";
        FPE_FLTOVF = 4, "a floating-point overflow";
        FPE_FLTUND = 5, "a floating-point underflow";
        FPE_FLTRES = 6, "a result that is not exact";
        FPE_FLTINV = 7, "an operation that has no result";
        FPE_FLTSUB = 8, "a subscript out of range";
        FPE_FLTUNK = 14, "one of these; the processor does not say which";
        FPE_CONDTRAP = 15, "a trap on a condition";
    }

    Of::One(Signal::TRAP), "Of `TRAP`" => {
        TRAP_BRKPT = 1, "a breakpoint";
        TRAP_TRACE = 2, "a single step";
        TRAP_BRANCH = 3, "a branch";
        TRAP_HWBKPT = 4, "a breakpoint or watchpoint of the hardware";
        TRAP_UNK = 5, "one that the kernel does not know";
        TRAP_PERF = 6, "an event of `perf_event_open`. Since Linux 5.13";
    }

    Of::Chosen, "Of the signal that `fcntl(F_SETSIG)` has chosen to tell that a descriptor is ready" => {
        POLL_IN = 1, "there is something to read";
        POLL_OUT = 2, "a write would not wait";
        POLL_MSG = 3, "a message is there";
        POLL_ERR = 4, "an error";
        POLL_PRI = 5, "there is something out of the ordinary";
        POLL_HUP = 6, "the other end hung up";
    }

    Of::One(Signal::SYS), "Of `SYS`" => {
        SYS_SECCOMP = 1, "a seccomp filter";
        SYS_USER_DISPATCH = 2, "`prctl(PR_SET_SYSCALL_USER_DISPATCH)`. Since Linux 5.11";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_of_a_signal() {
        let name = |signal, code| Code(code).name(signal);
        for (signal, code, expected) in [
            (Signal::SEGV, 1, "SEGV_MAPERR"),
            (Signal::CHLD, 1, "CLD_EXITED"),
            (Signal::SYS, 2, "SYS_USER_DISPATCH"),
            (Signal::IO, 1, "POLL_IN"),
            (Signal::RTMIN, 6, "POLL_HUP"),
            (Signal::SEGV, 0, "SI_USER"),
            (Signal::TERM, 0x80, "SI_KERNEL"),
            (Signal::RTMAX, -60, "SI_ASYNCNL"),
        ] {
            assert_eq!(name(signal, code), Some(expected));
        }
        for (signal, code) in
            [(Signal::SEGV, 11), (Signal::SYS, 3), (Signal::IO, 7), (Signal::IO, -8)]
        {
            assert_eq!(name(signal, code), None);
        }
        let named = |signal, code| format!("{:?}", Named(Code(code), signal));
        assert_eq!([named(Signal::BUS, 4), named(Signal::BUS, 99)], ["BUS_MCEERR_AR", "Code(99)"]);
    }
}
