//! Signals and sets of them.

use core::fmt;

/// A signal's number, 1 to 64.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub struct Signal(u8);

macro_rules! signals {
    ($($constant:ident = $number:literal, $text:literal;)*) => {
        /// The signals that have a meaning of their own; the kernel's names without their SIG.
        impl Signal {
            $(
                #[doc = concat!("`SIG", stringify!($constant), "` - ", $text, ".")]
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
    HUP = 1, "the terminal went away";
    INT = 2, "interrupt from the keyboard";
    QUIT = 3, "quit from the keyboard";
    ILL = 4, "illegal instruction";
    TRAP = 5, "a trap of a debugger";
    ABRT = 6, "abort";
    BUS = 7, "a bad access to memory that is mapped";
    FPE = 8, "an arithmetic error";
    KILL = 9, "the end; cannot be blocked or handled";
    USR1 = 10, "the program's own, first";
    SEGV = 11, "an access to memory that is not mapped, or not so";
    USR2 = 12, "the program's own, second";
    PIPE = 13, "a write that nobody will read";
    ALRM = 14, "a timer in real time";
    TERM = 15, "a wish to end";
    STKFLT = 16, "a fault of a coprocessor's stack; unused";
    CHLD = 17, "a child ended, stopped or went on";
    CONT = 18, "go on if stopped";
    STOP = 19, "stop; cannot be blocked or handled";
    TSTP = 20, "stop, from the terminal";
    TTIN = 21, "a read from the terminal in the background";
    TTOU = 22, "a write to the terminal in the background";
    URG = 23, "urgent data on a socket";
    XCPU = 24, "the limit on processor time is reached";
    XFSZ = 25, "the limit on a file's size is reached";
    VTALRM = 26, "a timer in the process's own time";
    PROF = 27, "a timer in the process's and the system's time";
    WINCH = 28, "the terminal's window has another size";
    IO = 29, "a descriptor is ready";
    PWR = 30, "power fails";
    SYS = 31, "a bad system call, or one that a filter traps";
}

impl Signal {
    /// The signal of this number; `None` unless it is one of 1 to 64.
    #[must_use]
    pub const fn new(number: u8) -> Option<Self> {
        if 1 <= number && number <= 64 { Some(Self(number)) } else { None }
    }

    /// The number.
    #[inline]
    #[must_use]
    pub const fn get(self) -> u8 {
        self.0
    }
}

/// Prints the kernel's name, without SIG in front: `TERM`; or the number where there is none.
impl fmt::Display for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match NAMES.get(usize::from(self.0)) {
            Some(name) => f.pad(name),
            None => fmt::Display::fmt(&self.0, f),
        }
    }
}

impl fmt::Debug for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A set of signals: the kernel's `sigset_t`, 64 bits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
#[repr(transparent)]
pub struct SigSet(u64);

layout! { SigSet: size 8, align 8 }

impl SigSet {
    /// No signal.
    pub const EMPTY: Self = Self(0);

    /// The set of these bits; the lowest is signal 1.
    #[inline]
    #[must_use]
    pub const fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    /// The bits; the lowest is signal 1.
    #[inline]
    #[must_use]
    pub const fn bits(self) -> u64 {
        self.0
    }

    /// The set with this signal.
    #[inline]
    #[must_use]
    pub const fn with(self, signal: Signal) -> Self {
        Self(self.0 | 1 << (signal.0 - 1))
    }

    /// The set without this signal.
    #[inline]
    #[must_use]
    pub const fn without(self, signal: Signal) -> Self {
        Self(self.0 & !(1 << (signal.0 - 1)))
    }

    /// Whether the signal is one of the set.
    #[inline]
    #[must_use]
    pub const fn contains(self, signal: Signal) -> bool {
        self.0 & 1 << (signal.0 - 1) != 0
    }
}

impl<const N: usize> From<[Signal; N]> for SigSet {
    fn from(signals: [Signal; N]) -> Self {
        signals.into_iter().fold(Self::EMPTY, Self::with)
    }
}

impl fmt::Debug for SigSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries((1..=64).filter_map(Signal::new).filter(|&signal| self.contains(signal))).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_holds_what_was_put_in() {
        let set = SigSet::from([Signal::TERM, Signal::INT]);
        assert_eq!(set.bits(), 0x4002);
        assert!(set.contains(Signal::INT) && !set.contains(Signal::HUP));
        assert_eq!(set.without(Signal::INT).bits(), 0x4000);
        assert_eq!(SigSet::EMPTY.with(Signal::new(64).unwrap()).bits(), 1 << 63);
        assert_eq!(format!("{set:?}"), "{INT, TERM}");
        assert_eq!(format!("{:?}", SigSet::from_bits(1 << 63)), "{64}");
    }

    #[test]
    fn only_1_to_64_are_signals() {
        assert_eq!((Signal::new(0), Signal::new(65)), (None, None));
        assert_eq!(Signal::new(15), Some(Signal::TERM));
        assert_eq!(Signal::TERM.to_string(), "TERM");
    }
}
