//! Sets of signals.

use core::fmt;
use core::ops::{BitAnd, BitOr, Sub};

use super::Signal;

/// A set of signals: the kernel's `sigset_t`, 64 bits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
#[repr(transparent)]
pub struct SigSet(u64);

layout! { SigSet: size 8, align 8 }

impl SigSet {
    /// Returns the empty set.
    #[doc(alias = "sigemptyset")]
    #[inline]
    #[must_use]
    pub const fn empty() -> Self {
        Self(0)
    }

    /// Every signal but 32 to 34, which C libraries keep for themselves: to block those can break a program that has
    /// one.
    #[must_use]
    pub const fn all() -> Self {
        Self(!(0b111 << 31))
    }

    /// Every signal, 1 to 64.
    #[must_use]
    pub const fn all_including_reserved() -> Self {
        Self(u64::MAX)
    }

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
        Self(self.0 | 1 << (signal.as_raw() - 1))
    }

    /// The set without this signal.
    #[inline]
    #[must_use]
    pub const fn without(self, signal: Signal) -> Self {
        Self(self.0 & !(1 << (signal.as_raw() - 1)))
    }

    /// The signals of either set.
    #[inline]
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The signals of this set that the other does not have.
    #[inline]
    #[must_use]
    pub const fn difference(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// The signals of both sets.
    #[inline]
    #[must_use]
    pub const fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Whether the signal is one of the set.
    #[inline]
    #[must_use]
    pub const fn contains(self, signal: Signal) -> bool {
        self.0 & 1 << (signal.as_raw() - 1) != 0
    }

    /// Whether no signal is.
    #[inline]
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The signals, from the lowest.
    pub fn iter(self) -> impl Iterator<Item = Signal> {
        (1..=64).filter_map(Signal::from_raw).filter(move |&signal| self.contains(signal))
    }
}

impl From<Signal> for SigSet {
    fn from(signal: Signal) -> Self {
        Self::empty().with(signal)
    }
}

impl From<&Self> for SigSet {
    fn from(set: &Self) -> Self {
        *set
    }
}

impl<const N: usize> From<[Signal; N]> for SigSet {
    fn from(signals: [Signal; N]) -> Self {
        signals.into_iter().collect()
    }
}

impl FromIterator<Signal> for SigSet {
    fn from_iter<I: IntoIterator<Item = Signal>>(signals: I) -> Self {
        signals.into_iter().fold(Self::empty(), Self::with)
    }
}

impl Extend<Signal> for SigSet {
    fn extend<I: IntoIterator<Item = Signal>>(&mut self, signals: I) {
        *self = self.union(signals.into_iter().collect());
    }
}

impl BitAnd for SigSet {
    type Output = Self;

    fn bitand(self, other: Self) -> Self {
        self.intersection(other)
    }
}

impl BitOr for SigSet {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        self.union(other)
    }
}

impl Sub for SigSet {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        self.difference(other)
    }
}

impl fmt::Debug for SigSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
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
        assert_eq!(SigSet::empty().with(Signal::from_raw(64).unwrap()).bits(), 1 << 63);
        assert_eq!(format!("{set:?}"), "{INT, TERM}");
        assert_eq!(format!("{:?}", SigSet::from_bits(1 << 63)), "{RTMIN+30}");
    }

    #[test]
    fn all_leaves_out_what_c_libraries_keep() {
        let kept = SigSet::all_including_reserved() - SigSet::all();
        assert_eq!(kept.iter().map(Signal::as_raw).collect::<Vec<_>>(), [32, 33, 34]);
        let mut set = SigSet::from([Signal::INT]) | [Signal::TERM].into();
        set.extend([Signal::HUP]);
        assert_eq!(set, [Signal::HUP, Signal::INT, Signal::TERM].into_iter().collect());
        assert!(!set.is_empty() && (set - set).is_empty());
        assert_eq!(set & SigSet::from([Signal::INT, Signal::USR1]), Signal::INT.into());
        assert_eq!(SigSet::from(&set), set);
    }
}
