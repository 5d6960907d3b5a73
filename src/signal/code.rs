//! The code of a signal, which classifies its cause.

use core::fmt;

use super::Signal;

/// `si_code`: the code of a signal, which classifies its cause.
///
/// Negative codes, 0 and [`SI_KERNEL`](Self::SI_KERNEL) have the same meaning for every signal. The
/// meaning of all other codes depends on the signal. Codes that have no constant in this crate are
/// preserved.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub struct Code(i32);

impl Code {
    /// Creates a code from its number.
    #[inline]
    #[must_use]
    pub const fn from_raw(number: i32) -> Self {
        Self(number)
    }

    /// Returns the number of the code.
    #[inline]
    #[must_use]
    pub const fn as_raw(self) -> i32 {
        self.0
    }

    /// Returns the kernel's name of the code for this signal, such as `SEGV_MAPERR`. Returns `None`
    /// for a code that is not known to this version of the crate.
    #[must_use]
    pub fn name(self, signal: Signal) -> Option<&'static str> {
        let wanted = match signal {
            _ if self.0 <= 0 || self == Self::SI_KERNEL => Scope::Any,
            _ if NAMES.iter().any(|(scope, _)| *scope == Scope::One(signal)) => Scope::One(signal),
            _ => Scope::Selected,
        };
        let (_, names) = NAMES.iter().find(|(scope, _)| *scope == wanted)?;
        names.iter().find(|(code, _)| *code == self).map(|(_, name)| *name)
    }
}

/// Prints the number, whose meaning depends on the signal: see [`name`](Code::name).
impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Code({})", self.0)
    }
}

/// A code and its signal. `Debug` prints the name of the code, or the number if the code has no
/// name.
pub(crate) struct Named(pub(crate) Code, pub(crate) Signal);

impl fmt::Debug for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.name(self.1) {
            Some(name) => f.write_str(name),
            None => self.0.fmt(f),
        }
    }
}

/// The signals that a group of codes applies to.
#[derive(PartialEq)]
enum Scope {
    Any,
    One(Signal),
    /// All signals that define no codes. If `fcntl(F_SETSIG)` selected such a signal, its codes are
    /// `POLL_*`.
    Selected,
}

macro_rules! codes {
    ($($scope:expr, $doc:literal => { $($name:ident = $number:literal, $text:literal;)* })*) => {
        $(
            #[doc = concat!($doc, ".")]
            impl Code {
                $(
                    #[doc = concat!("`", stringify!($name), "` - ", $text, ".")]
                    pub const $name: Self = Self($number);
                )*
            }
        )*

        const NAMES: &[(Scope, &[(Code, &str)])] =
            &[$(($scope, &[$((Code::$name, stringify!($name))),*])),*];
    };
}

codes! {
    Scope::Any, "Codes that have the same meaning for every signal" => {
        SI_USER = 0, "a process sent the signal with `kill`";
        SI_KERNEL = 0x80, "the kernel sent the signal";
        SI_QUEUE = -1, "a process sent the signal and a value with `sigqueue` or `pthread_sigqueue`";
        SI_TIMER = -2, "a POSIX timer (`timer_create`) expired";
        SI_MESGQ = -3, "a message arrived in an empty message queue (`mq_notify`)";
        SI_ASYNCIO = -4, "an asynchronous I/O operation completed";
        SI_SIGIO = -5, "a descriptor is ready, and `fcntl(F_SETSIG)` selected a signal that defines codes";
        SI_TKILL = -6, "a process sent the signal to one thread with `tgkill` or `tkill`";
        SI_DETHREAD = -7, "another thread called `execve`";
        SI_ASYNCNL = -60, "an asynchronous name lookup completed: `getaddrinfo_a`";
    }

    Scope::One(Signal::CHLD), "Codes of `CHLD`" => {
        CLD_EXITED = 1, "the child exited";
        CLD_KILLED = 2, "a signal terminated the child";
        CLD_DUMPED = 3, "a signal terminated the child, which dumped core";
        CLD_TRAPPED = 4, "the traced child stopped for its tracer";
        CLD_STOPPED = 5, "a signal stopped the child";
        CLD_CONTINUED = 6, "the child continued";
    }

    Scope::One(Signal::SEGV), "Codes of `SEGV`" => {
        SEGV_MAPERR = 1, "the address is not mapped";
        SEGV_ACCERR = 2, "the mapping does not permit the access";
        SEGV_BNDERR = 3, "the access failed a bounds check";
        SEGV_PKUERR = 4, "the memory protection key denied the access. Since Linux 4.6";
        SEGV_ACCADI = 5, "application data integrity is not enabled for the mapping (SPARC)";
        SEGV_ADIDERR = 6, "application data integrity: tag mismatch, disrupting (SPARC)";
        SEGV_ADIPERR = 7, "application data integrity: tag mismatch, precise (SPARC)";
        SEGV_MTEAERR = 8, "asynchronous memory tag mismatch (arm64). Since Linux 5.10";
        SEGV_MTESERR = 9, "synchronous memory tag mismatch (arm64). Since Linux 5.10";
        SEGV_CPERR = 10, "control protection fault: mismatched return. Since Linux 6.6";
    }

    Scope::One(Signal::BUS), "Codes of `BUS`" => {
        BUS_ADRALN = 1, "invalid address alignment";
        BUS_ADRERR = 2, "nonexistent physical address, such as past the end of a mapped file";
        BUS_OBJERR = 3, "object-specific hardware error";
        BUS_MCEERR_AR = 4, "hardware memory error that was consumed: action required";
        BUS_MCEERR_AO = 5, "hardware memory error that was not consumed: action optional";
    }

    Scope::One(Signal::ILL), "Codes of `ILL`" => {
        ILL_ILLOPC = 1, "illegal opcode";
        ILL_ILLOPN = 2, "illegal operand";
        ILL_ILLADR = 3, "illegal addressing mode";
        ILL_ILLTRP = 4, "illegal trap";
        ILL_PRVOPC = 5, "privileged opcode";
        ILL_PRVREG = 6, "privileged register";
        ILL_COPROC = 7, "coprocessor error";
        ILL_BADSTK = 8, "internal stack error";
        ILL_BADIADDR = 9, "unimplemented instruction address";
    }

    Scope::One(Signal::FPE), "Codes of `FPE`" => {
        FPE_INTDIV = 1, "integer division by zero";
        FPE_INTOVF = 2, "integer overflow";
        FPE_FLTDIV = 3, "floating-point division by zero";
        FPE_FLTOVF = 4, "floating-point overflow";
        FPE_FLTUND = 5, "floating-point underflow";
        FPE_FLTRES = 6, "inexact floating-point result";
        FPE_FLTINV = 7, "invalid floating-point operation";
        FPE_FLTSUB = 8, "subscript out of range";
        FPE_FLTUNK = 14, "undiagnosed floating-point exception";
        FPE_CONDTRAP = 15, "trap on condition";
    }

    Scope::One(Signal::TRAP), "Codes of `TRAP`" => {
        TRAP_BRKPT = 1, "breakpoint";
        TRAP_TRACE = 2, "trace trap: a single step";
        TRAP_BRANCH = 3, "branch trap";
        TRAP_HWBKPT = 4, "hardware breakpoint or watchpoint";
        TRAP_UNK = 5, "undiagnosed trap";
        TRAP_PERF = 6, "a `perf_event_open` event occurred. Since Linux 5.13";
    }

    Scope::Selected, "Codes of a signal that was selected with `fcntl(F_SETSIG)`" => {
        POLL_IN = 1, "data can be read";
        POLL_OUT = 2, "data can be written";
        POLL_MSG = 3, "a message is available";
        POLL_ERR = 4, "an I/O error occurred";
        POLL_PRI = 5, "high-priority data can be read";
        POLL_HUP = 6, "the peer closed its end of the channel";
    }

    Scope::One(Signal::SYS), "Codes of `SYS`" => {
        SYS_SECCOMP = 1, "a seccomp filter trapped the system call";
        SYS_USER_DISPATCH = 2, "`prctl(PR_SET_SYSCALL_USER_DISPATCH)` intercepted the system call. Since Linux 5.11";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_name_depends_on_signal() {
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
