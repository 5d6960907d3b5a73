//! Signal numbers and names.

use core::fmt;
use core::str::FromStr;

use crate::error::ParseNameError;

/// A signal number, 1 to 64.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub struct Signal(u8);

macro_rules! signals {
    ($($constant:ident = $number:literal, $name:literal, $text:literal;)*) => {
        /// The standard signals. The constants have the names of the kernel's signals without
        /// `SIG`: `TERM` is `SIGTERM`.
        impl Signal {
            $(
                #[doc = concat!("`", $name, "` - ", $text, ".")]
                #[doc(alias = $name)]
                pub const $constant: Self = Self($number);
            )*
        }

        const NAMES: [&str; 32] = {
            let mut names = [""; 32];
            $(names[$number] = stringify!($constant);)*
            names
        };
    };
}

signals! {
    HUP = 1, "SIGHUP", "the terminal was closed, or its controlling process terminated";
    INT = 2, "SIGINT", "interrupt from the keyboard";
    QUIT = 3, "SIGQUIT", "quit from the keyboard";
    ILL = 4, "SIGILL", "illegal instruction";
    TRAP = 5, "SIGTRAP", "a breakpoint or trace trap";
    ABRT = 6, "SIGABRT", "abort, sent by `abort`";
    BUS = 7, "SIGBUS", "an invalid access to mapped memory, such as past the end of a mapped file";
    FPE = 8, "SIGFPE", "an arithmetic error, such as an integer division by zero";
    KILL = 9, "SIGKILL", "kill; this signal cannot be blocked, ignored or handled";
    USR1 = 10, "SIGUSR1", "user-defined signal 1";
    SEGV = 11, "SIGSEGV", "an access to memory that is not mapped, or whose protection denies the access";
    USR2 = 12, "SIGUSR2", "user-defined signal 2";
    PIPE = 13, "SIGPIPE", "a write to a pipe or socket without a reader";
    ALRM = 14, "SIGALRM", "a real-time timer of `alarm` or `setitimer` expired";
    TERM = 15, "SIGTERM", "termination request";
    STKFLT = 16, "SIGSTKFLT", "a coprocessor stack fault; unused";
    CHLD = 17, "SIGCHLD", "a child terminated, stopped or continued";
    CONT = 18, "SIGCONT", "continue, if the process is stopped";
    STOP = 19, "SIGSTOP", "stop; this signal cannot be blocked, ignored or handled";
    TSTP = 20, "SIGTSTP", "stop from the keyboard";
    TTIN = 21, "SIGTTIN", "a background process read from the terminal";
    TTOU = 22, "SIGTTOU", "a background process wrote to the terminal";
    URG = 23, "SIGURG", "urgent data on a socket";
    XCPU = 24, "SIGXCPU", "the limit on CPU time (`RLIMIT_CPU`) has been reached";
    XFSZ = 25, "SIGXFSZ", "the limit on file size (`RLIMIT_FSIZE`) has been exceeded";
    VTALRM = 26, "SIGVTALRM", "a timer that measures user CPU time of the process expired (`ITIMER_VIRTUAL`)";
    PROF = 27, "SIGPROF", "a timer that measures user and system CPU time of the process expired (`ITIMER_PROF`)";
    WINCH = 28, "SIGWINCH", "the size of the terminal changed";
    IO = 29, "SIGIO", "a descriptor is ready";
    PWR = 30, "SIGPWR", "power failure";
    SYS = 31, "SIGSYS", "an invalid system call, or a system call that a seccomp filter trapped";
}

impl Signal {
    /// `SIGRTMIN` - the first real-time signal that a program can use: 34, as in glibc, systemd and
    /// container engines. musl reserves 34 for itself, so [`SigSet::all`](super::SigSet::all) does
    /// not contain `RTMIN`, and [`thread::kill`](crate::thread::kill()) rejects `RTMIN`.
    #[doc(alias = "SIGRTMIN")]
    pub const RTMIN: Self = Self(34);

    /// `SIGRTMAX` - the last signal: 64.
    #[doc(alias = "SIGRTMAX")]
    pub const RTMAX: Self = Self(64);

    /// Creates a signal from its number. Returns `None` unless the number is in `1..=64`.
    #[inline]
    #[must_use]
    pub const fn from_raw(number: i32) -> Option<Self> {
        if 1 <= number && number <= 64 { Some(Self(number as u8)) } else { None }
    }

    /// Returns the real-time signal `SIGRTMIN+n`, counted from 34. Returns `None` unless `n` is in
    /// `0..=30`.
    #[doc(alias = "SIGRTMIN")]
    #[must_use]
    pub const fn rt(n: u8) -> Option<Self> {
        if n <= Self::RTMAX.0 - Self::RTMIN.0 { Some(Self(Self::RTMIN.0 + n)) } else { None }
    }

    /// Returns the number of the signal.
    #[inline]
    #[must_use]
    pub const fn as_raw(self) -> i32 {
        self.0 as i32
    }

    /// Returns the name of the signal without `SIG`, such as `"TERM"`. The names of real-time
    /// signals are counted from `"RTMIN"`, which is 34: for example, `"RTMIN+3"` is the name of
    /// signal 37. Returns `None` for signals 32 and 33, which C libraries reserve.
    #[doc(alias = "sigabbrev_np")]
    #[doc(alias = "strsignal")]
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        let number = usize::from(self.0);
        let first = usize::from(Self::RTMIN.0);
        NAMES.get(number).or_else(|| REAL_TIME.get(number.checked_sub(first)?)).copied()
    }
}

/// Prints the [name](Signal::name), or the number if the signal has no name.
impl fmt::Display for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.pad(name),
            None => fmt::Display::fmt(&self.0, f),
        }
    }
}

/// The names of the real-time signals, from [`RTMIN`](Signal::RTMIN).
#[rustfmt::skip]
const REAL_TIME: [&str; 31] = [
    "RTMIN", "RTMIN+1", "RTMIN+2", "RTMIN+3", "RTMIN+4", "RTMIN+5", "RTMIN+6", "RTMIN+7",
    "RTMIN+8", "RTMIN+9", "RTMIN+10", "RTMIN+11", "RTMIN+12", "RTMIN+13", "RTMIN+14", "RTMIN+15",
    "RTMIN+16", "RTMIN+17", "RTMIN+18", "RTMIN+19", "RTMIN+20", "RTMIN+21", "RTMIN+22", "RTMIN+23",
    "RTMIN+24", "RTMIN+25", "RTMIN+26", "RTMIN+27", "RTMIN+28", "RTMIN+29", "RTMIN+30",
];

impl fmt::Debug for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Parses a signal name, with or without `SIG` (`SIGTERM`, `TERM`), or a signal number.
///
/// The names of real-time signals are relative to `RTMIN` (34) or `RTMAX` (64), such as `RTMIN+3`
/// and `RTMAX-2`. The alternative names `IOT`, `CLD` and `POLL` are also accepted.
impl FromStr for Signal {
    type Err = ParseNameError;

    fn from_str(text: &str) -> Result<Self, ParseNameError> {
        let name = text.strip_prefix("SIG").unwrap_or(text);
        let alternative = match name {
            "" => return Err(ParseNameError),
            "IOT" => Some(Self::ABRT),
            "CLD" => Some(Self::CHLD),
            "POLL" => Some(Self::IO),
            "RTMIN" => Some(Self::RTMIN),
            "RTMAX" => Some(Self::RTMAX),
            _ => None,
        };
        let by_name = || {
            let number = NAMES.iter().position(|known| *known == name)?;
            Self::from_raw(number as i32)
        };
        let from_first = || name.strip_prefix("RTMIN+").and_then(digits).and_then(Self::rt);
        let from_last = || {
            let n = name.strip_prefix("RTMAX-").and_then(digits)?;
            (Self::RTMAX.0 - Self::RTMIN.0).checked_sub(n).and_then(Self::rt)
        };
        let by_number = || digits(text).and_then(|number| Self::from_raw(number.into()));
        alternative
            .or_else(by_name)
            .or_else(from_first)
            .or_else(from_last)
            .or_else(by_number)
            .ok_or(ParseNameError)
    }
}

/// Parses a number. Unlike `u8::from_str`, this function rejects a leading `+`.
fn digits(text: &str) -> Option<u8> {
    if text.starts_with('+') { None } else { text.parse().ok() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signal_from_raw_accepts_only_1_to_64() {
        assert_eq!(
            (Signal::from_raw(15), Signal::from_raw(15)),
            (Some(Signal::TERM), Some(Signal::TERM))
        );
        assert_eq!([0, -1, -15, 65, 256 + 15].map(Signal::from_raw), [None; 5]);
        assert_eq!(Signal::rt(0), Some(Signal::RTMIN));
        assert_eq!((Signal::rt(30), Signal::rt(31)), (Some(Signal::RTMAX), None));
    }

    #[test]
    fn signal_from_str_accepts_names_and_numbers_and_rejects_other_text() {
        for signal in (1..=64).filter_map(Signal::from_raw) {
            let name = signal.to_string();
            assert_eq!(name.parse(), Ok(signal), "{name}");
            assert_eq!(signal.as_raw().to_string().parse(), Ok(signal));
            if !name.starts_with(|c: char| c.is_ascii_digit()) {
                assert_eq!(format!("SIG{name}").parse(), Ok(signal));
            }
        }
        assert_eq!(Signal::TERM.to_string(), "TERM");
        assert_eq!(Signal::rt(3).unwrap().to_string(), "RTMIN+3");
        assert_eq!(Signal::from_raw(33).unwrap().to_string(), "33");
        assert_eq!(format!("{:9}|{:>4}|", Signal::rt(3).unwrap(), Signal::INT), "RTMIN+3  | INT|");
        let others = [
            ("SIGIOT", Signal::ABRT),
            ("CLD", Signal::CHLD),
            ("POLL", Signal::IO),
            ("RTMAX-30", Signal::RTMIN),
        ];
        for (name, signal) in others {
            assert_eq!(name.parse(), Ok(signal), "{name}");
        }
        for wrong in [
            "", "SIG", "NOSUCH", "0", "65", "9999", "+5", "RTMIN+31", "RTMAX-31", "RTMIN+-1",
            "RTMIN-1",
        ] {
            assert_eq!(wrong.parse::<Signal>(), Err(ParseNameError), "{wrong}");
        }
    }
}
