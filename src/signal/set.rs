//! Sets of signals.

use core::fmt;
use core::iter::FusedIterator;
use core::ops::{BitAnd, BitOr, Sub};

use super::Signal;

/// `sigset_t`: a set of signals, in the kernel's layout of 64 bits.
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

    /// Returns the set of all signals except 32 to 34, which C libraries reserve: glibc reserves 32
    /// and 33, and musl 32 to 34. Blocking the reserved signals can break a program that uses a C
    /// library.
    #[doc(alias = "sigfillset")]
    #[must_use]
    pub const fn all() -> Self {
        Self(!(0b111 << 31))
    }

    /// Returns the set of all signals, 1 to 64.
    #[doc(alias = "sigfillset")]
    #[must_use]
    pub const fn all_including_reserved() -> Self {
        Self(u64::MAX)
    }

    /// Creates a set from its bits. Bit 0 is signal 1.
    #[inline]
    #[must_use]
    pub const fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    /// Returns the bits of the set. Bit 0 is signal 1.
    #[inline]
    #[must_use]
    pub const fn bits(self) -> u64 {
        self.0
    }

    /// Returns the set with `signal` added.
    #[doc(alias = "sigaddset")]
    #[inline]
    #[must_use]
    pub const fn with(self, signal: Signal) -> Self {
        Self(self.0 | 1 << (signal.as_raw() - 1))
    }

    /// Returns the set with `signal` removed.
    #[doc(alias = "sigdelset")]
    #[inline]
    #[must_use]
    pub const fn without(self, signal: Signal) -> Self {
        Self(self.0 & !(1 << (signal.as_raw() - 1)))
    }

    /// Returns the signals that are in either set.
    #[doc(alias = "sigorset")]
    #[inline]
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Returns the signals that are in this set and not in `other`.
    #[inline]
    #[must_use]
    pub const fn difference(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Returns the signals that are in both sets.
    #[doc(alias = "sigandset")]
    #[inline]
    #[must_use]
    pub const fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Returns whether the set contains the signal.
    #[doc(alias = "sigismember")]
    #[inline]
    #[must_use]
    pub const fn contains(self, signal: Signal) -> bool {
        self.0 & 1 << (signal.as_raw() - 1) != 0
    }

    /// Returns whether the set is empty.
    #[doc(alias = "sigisemptyset")]
    #[inline]
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Returns an iterator over the signals, in ascending order.
    #[inline]
    #[must_use]
    pub const fn iter(self) -> SigSetIter {
        SigSetIter(self)
    }
}

/// An iterator over the signals in a [`SigSet`], in ascending order.
#[derive(Clone, Debug)]
pub struct SigSetIter(SigSet);

impl Iterator for SigSetIter {
    type Item = Signal;

    #[inline]
    fn next(&mut self) -> Option<Signal> {
        let signal = Signal::from_raw(self.0.bits().trailing_zeros().cast_signed() + 1)?;
        self.0 = self.0.without(signal);
        Some(signal)
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        let count = self.0.bits().count_ones() as usize;
        (count, Some(count))
    }
}

impl ExactSizeIterator for SigSetIter {}
impl FusedIterator for SigSetIter {}

impl IntoIterator for SigSet {
    type Item = Signal;
    type IntoIter = SigSetIter;

    #[inline]
    fn into_iter(self) -> SigSetIter {
        self.iter()
    }
}

impl IntoIterator for &SigSet {
    type Item = Signal;
    type IntoIter = SigSetIter;

    #[inline]
    fn into_iter(self) -> SigSetIter {
        self.iter()
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

impl From<&[Signal]> for SigSet {
    fn from(signals: &[Signal]) -> Self {
        signals.iter().collect()
    }
}

impl FromIterator<Signal> for SigSet {
    fn from_iter<I: IntoIterator<Item = Signal>>(signals: I) -> Self {
        signals.into_iter().fold(Self::empty(), Self::with)
    }
}

impl<'s> FromIterator<&'s Signal> for SigSet {
    fn from_iter<I: IntoIterator<Item = &'s Signal>>(signals: I) -> Self {
        signals.into_iter().copied().collect()
    }
}

impl Extend<Signal> for SigSet {
    fn extend<I: IntoIterator<Item = Signal>>(&mut self, signals: I) {
        *self = self.union(signals.into_iter().collect());
    }
}

impl<'s> Extend<&'s Signal> for SigSet {
    fn extend<I: IntoIterator<Item = &'s Signal>>(&mut self, signals: I) {
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
    fn with_and_without_change_the_bit_of_the_signal() {
        let set = SigSet::from([Signal::TERM, Signal::INT]);
        assert_eq!(set.bits(), 0x4002);
        assert!(set.contains(Signal::INT) && !set.contains(Signal::HUP));
        assert_eq!(set.without(Signal::INT).bits(), 0x4000);
        assert_eq!(SigSet::empty().with(Signal::from_raw(64).unwrap()).bits(), 1 << 63);
        assert_eq!(format!("{set:?}"), "{INT, TERM}");
        assert_eq!(format!("{:?}", SigSet::from_bits(1 << 63)), "{RTMIN+30}");
    }

    #[test]
    fn all_excludes_signals_reserved_by_c_libraries() {
        let reserved = SigSet::all_including_reserved() - SigSet::all();
        assert_eq!(reserved.iter().map(Signal::as_raw).collect::<Vec<_>>(), [32, 33, 34]);
        let mut set = SigSet::from([Signal::INT]) | [Signal::TERM].into();
        set.extend([Signal::HUP]);
        assert_eq!(set, [Signal::HUP, Signal::INT, Signal::TERM].into_iter().collect());
        assert!(!set.is_empty() && (set - set).is_empty());
        assert_eq!(set & SigSet::from([Signal::INT, Signal::USR1]), Signal::INT.into());
        assert_eq!(SigSet::from(&set), set);
    }

    #[test]
    fn iter_yields_signals_in_ascending_order() {
        let signals = [Signal::RTMAX, Signal::INT, Signal::HUP];
        let set = SigSet::from(&signals[..]);
        assert_eq!(set, signals.iter().collect());
        assert_eq!(set.iter().len(), 3);
        let mut seen = Vec::new();
        for signal in set {
            seen.push(signal);
        }
        assert_eq!(seen, [Signal::HUP, Signal::INT, Signal::RTMAX]);
        let mut iter = (&set).into_iter().skip(3);
        assert_eq!((iter.next(), iter.next()), (None, None));
        assert_eq!(SigSet::all_including_reserved().iter().count(), 64);
        let mut extended = SigSet::empty();
        extended.extend(&signals);
        assert_eq!(extended, set);
    }
}
