//! System call numbers.

use core::fmt;
use core::str::FromStr;

use super::syscall_table::syscall_table;
use crate::arch::abi::SYSCALL_COLUMN;
use crate::error::{ParseNameError, StrTable};

/// A system call, identified by its number on the architecture of the program.
///
/// There is one constant per system call of Linux 7.2 on x86_64 and aarch64, so that the same rules
/// compile on both architectures. A system call that the architecture does not have, such as
/// `open` on aarch64, has a constant, but no number: a rule for it has no effect.
///
/// ```
/// use butter::seccomp::Syscall;
///
/// assert_eq!(Syscall::OPENAT.name(), Some("openat"));
/// assert_eq!("openat".parse(), Ok(Syscall::OPENAT));
/// assert_eq!(Syscall::from_raw(Syscall::OPENAT.as_raw().unwrap()), Some(Syscall::OPENAT));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub struct Syscall(u32);

/// The number in the table of a system call that an architecture does not have.
const NONE: u32 = u32::MAX;

/// The first of the numbers that represent system calls that the architecture does not have. The
/// difference between such a number and `ABSENT` is the index of the row in the table.
const ABSENT: u32 = 0x8000_0000;

/// `__X32_SYSCALL_BIT`: on x86_64, this bit of the number means that a program uses the x32 ABI.
pub(super) const X32_BIT: u32 = 0x4000_0000;

macro_rules! number {
    (-) => {
        NONE
    };
    ($number:literal) => {
        $number
    };
}

macro_rules! define_syscalls {
    ($($constant:ident = $name:literal, $x86_64:tt, $aarch64:tt;)*) => {
        /// The system calls of Linux 7.2.
        impl Syscall {
            $(
                #[doc = concat!("`", $name, "`.")]
                pub const $constant: Self =
                    Self::new(Row::$constant, [number!($x86_64), number!($aarch64)]);
            )*

            /// All system calls that have a constant.
            pub const ALL: &[Self] = &[$(Self::$constant),*];
        }

        /// The index of each system call in the table of names.
        #[allow(
            non_camel_case_types,
            clippy::upper_case_acronyms,
            reason = "the variants have the names of the constants"
        )]
        #[repr(u32)]
        enum Row { $($constant),* }

        static NAMES: StrTable<{ Syscall::ALL.len() }> =
            StrTable::new(concat!($($name),*), &[$($name),*]);
    };
}

syscall_table! { define_syscalls }

impl Syscall {
    /// The largest number of the constants. A newer kernel can have system calls with larger
    /// numbers, which this version of the crate does not know.
    pub const NUMBER_MAX: u32 = {
        let (mut max, mut row) = (0, 0);
        while row < Self::ALL.len() {
            let number = Self::ALL[row].0;
            if number < ABSENT && number > max {
                max = number;
            }
            row += 1;
        }
        max
    };

    const fn new(row: Row, numbers: [u32; 2]) -> Self {
        match numbers[SYSCALL_COLUMN] {
            NONE => Self(ABSENT + row as u32),
            number => Self(number),
        }
    }

    /// Creates a system call from its number, which can be the number of a system call that this
    /// version of the crate does not know. Returns `None` if the number is 0x4000_0000 or more: no
    /// system call of a 64-bit program has such a number.
    #[inline]
    #[must_use]
    pub const fn from_raw(number: u32) -> Option<Self> {
        if number < X32_BIT { Some(Self(number)) } else { None }
    }

    /// Returns the number of the system call. Returns `None` if the architecture does not have the
    /// system call.
    #[inline]
    #[must_use]
    pub const fn as_raw(self) -> Option<u32> {
        if self.0 < X32_BIT { Some(self.0) } else { None }
    }

    /// Returns the name of the system call, such as `"openat"`. Returns `None` if the number is not
    /// that of a constant.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        NAMES.get(Self::ALL.iter().position(|call| *call == self)?)
    }

    /// Returns the number that rules contain: the number of the system call, or a number that no
    /// system call has.
    pub(super) const fn rule_number(self) -> u32 {
        self.0
    }
}

/// Prints the name of the system call, or a text such as `syscall 999` if the number has no name.
impl fmt::Display for Syscall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.pad(name),
            None => write!(f, "syscall {}", self.0),
        }
    }
}

/// Prints the text that `Display` prints.
impl fmt::Debug for Syscall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Parses the name of a system call, such as `openat`.
impl FromStr for Syscall {
    type Err = ParseNameError;

    fn from_str(text: &str) -> Result<Self, ParseNameError> {
        let row = (0..Self::ALL.len()).find(|row| NAMES.get(*row) == Some(text));
        row.and_then(|row| Self::ALL.get(row)).copied().ok_or(ParseNameError)
    }
}

#[cfg(test)]
mod tests {
    use syscalls::Sysno;

    use super::*;

    /// The name of a system call in the crate `syscalls`, if the kernel's name differs.
    fn kernel_name(call: Sysno) -> &'static str {
        match call.name() {
            "fstatat" => "newfstatat",
            name => name,
        }
    }

    #[test]
    fn syscall_constants_have_the_numbers_of_the_syscalls_crate() {
        for call in Sysno::iter() {
            // The numbers from 403 to 423 belong to calls of 32-bit programs with 64-bit times.
            if !(403..=423).contains(&call.id()) {
                let ours: Syscall = kernel_name(call).parse().unwrap();
                assert_eq!(ours.as_raw(), Some(call.id() as u32), "{call}");
            }
        }
        let newest = Sysno::last().id() as u32;
        for call in Syscall::ALL {
            if let Some(number) = call.as_raw().filter(|number| *number <= newest) {
                let theirs = Sysno::new(number as usize).unwrap();
                assert_eq!(call.name(), Some(kernel_name(theirs)));
            }
        }
    }

    #[test]
    fn syscall_names_and_numbers_are_unique() {
        let mut numbers: Vec<_> = Syscall::ALL.iter().map(|call| call.0).collect();
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers.len(), Syscall::ALL.len());
        for call in Syscall::ALL.iter().step_by(if cfg!(miri) { 50 } else { 1 }) {
            assert_eq!(call.to_string().parse(), Ok(*call));
        }
        assert_eq!("nosuchcall".parse::<Syscall>(), Err(ParseNameError));
    }

    #[test]
    fn syscall_from_raw_accepts_unknown_numbers_but_not_the_x32_bit() {
        let unknown = Syscall::from_raw(999).unwrap();
        assert_eq!((unknown.as_raw(), unknown.name()), (Some(999), None));
        assert_eq!(format!("{unknown} {unknown:?}"), "syscall 999 syscall 999");
        assert!(Syscall::from_raw(X32_BIT - 1).is_some());
        for number in [X32_BIT, ABSENT, u32::MAX] {
            assert_eq!(Syscall::from_raw(number), None);
        }
        assert_eq!(Syscall::NUMBER_MAX, Syscall::RSEQ_SLICE_YIELD.as_raw().unwrap());
    }
}
