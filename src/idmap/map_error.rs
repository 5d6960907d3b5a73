//! What is wrong with a map that the kernel refuses: it has two numbers for all kinds.

use core::fmt;

use super::MAX_RANGES;
use super::types::{IdRange, Reader, text};
use crate::error::{Error, Reason};
use crate::fd::BorrowedFd;
use crate::io;

/// A map that was not set: the call that failed, and what is wrong, as far as it can be told afterwards.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct MapError {
    pub(super) error: Error,
    pub(super) kind: Option<MapErrorKind>,
}

/// What is wrong with a map. Ranges are counted from 0, as in the slice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MapErrorKind {
    /// There are more than [`MAX_RANGES`].
    TooManyRanges,
    /// The text has 4096 bytes or more.
    TooLong,
    /// The range is empty.
    Empty {
        /// Which one.
        range: usize,
    },
    /// The range goes beyond 4294967294, inside or outside: the last number is nobody's.
    BeyondLast {
        /// Which one.
        range: usize,
    },
    /// The range has a number, inside or outside, that an earlier one has.
    Overlap {
        /// Which one.
        range: usize,
        /// The first of those that it overlaps.
        earlier: usize,
    },
    /// The map is set already: that can be done once.
    SetAlready,
    /// The range is not mapped, or not as a whole, in the namespace that it is written from.
    NotMapped {
        /// Which one.
        range: usize,
    },
    /// `setgroups` is allowed, which who may map only their own group must [deny](super::IdMaps::deny_setgroups)
    /// before.
    SetgroupsAllowed,
}

impl MapError {
    /// Which call failed, with what.
    #[must_use]
    pub const fn error(self) -> Error {
        self.error
    }

    /// What is wrong with the map; `None` if the error says all that is known.
    #[must_use]
    pub const fn kind(self) -> Option<MapErrorKind> {
        self.kind
    }
}

impl From<Error> for MapError {
    fn from(error: Error) -> Self {
        Self { error, kind: None }
    }
}

/// The kind is lost.
impl From<MapError> for Error {
    fn from(error: MapError) -> Self {
        error.error
    }
}

impl MapErrorKind {
    const fn reason(self) -> Reason {
        Reason::new(match self {
            Self::TooManyRanges => "a map has at most 340 ranges",
            Self::TooLong => "the map's text has 4096 bytes or more",
            Self::Empty { .. } => "a range is empty",
            Self::BeyondLast { .. } => "a range goes beyond 4294967294",
            Self::Overlap { .. } => "two ranges overlap",
            Self::SetAlready => "the map is set already, which can be done once",
            Self::NotMapped { .. } => {
                "a range is not mapped in the namespace that it is written from"
            }
            Self::SetgroupsAllowed => "setgroups is still allowed, and must be denied before",
        })
    }

    /// The ranges that it is about.
    const fn ranges(self) -> (Option<usize>, Option<usize>) {
        match self {
            Self::Empty { range } | Self::BeyondLast { range } | Self::NotMapped { range } => {
                (Some(range), None)
            }
            Self::Overlap { range, earlier } => (Some(earlier), Some(range)),
            Self::TooManyRanges | Self::TooLong | Self::SetAlready | Self::SetgroupsAllowed => {
                (None, None)
            }
        }
    }
}

/// Prints as an [`Error`] does, with the kind as its reason.
impl fmt::Display for MapError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some((kind, reason)) = self.kind.and_then(|kind| Some((kind, kind.reason().text()?)))
        else {
            return self.error.fmt(f);
        };
        write!(f, "{}: {}: {reason}", self.error.call(), self.error.errno())?;
        match kind.ranges() {
            (Some(range), None) => write!(f, " (range {range}, counted from 0)"),
            (Some(earlier), Some(range)) => {
                write!(f, " (ranges {earlier} and {range}, counted from 0)")
            }
            _ => Ok(()),
        }
    }
}

impl fmt::Debug for MapError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MapError({self})")
    }
}

impl core::error::Error for MapError {}

/// The kind that the kernel finds in ranges, in the order in which it looks.
#[inline]
pub(super) fn in_ranges(ranges: &[IdRange]) -> Option<MapErrorKind> {
    if text(ranges).is_none() {
        return Some(MapErrorKind::TooLong);
    }
    for (range, of) in ranges.iter().enumerate() {
        if range == MAX_RANGES {
            return Some(MapErrorKind::TooManyRanges);
        }
        if of.count == 0 {
            return Some(MapErrorKind::Empty { range });
        }
        // The one behind the last must be a number, too.
        if of.inside.checked_add(of.count).is_none() || of.outside.checked_add(of.count).is_none() {
            return Some(MapErrorKind::BeyondLast { range });
        }
        let earlier = ranges.iter().take(range).position(|earlier| {
            overlap((of.inside, of.count), (earlier.inside, earlier.count))
                || overlap((of.outside, of.count), (earlier.outside, earlier.count))
        });
        if let Some(earlier) = earlier {
            return Some(MapErrorKind::Overlap { range, earlier });
        }
    }
    None
}

/// Whether two ranges, of a first number and a count, have a number in common. Neither goes beyond the last.
fn overlap(one: (u32, u32), other: (u32, u32)) -> bool {
    one.0 < other.0.saturating_add(other.1) && other.0 < one.0.saturating_add(one.1)
}

/// Whether a map is set; it is read from its beginning.
#[inline]
pub(super) fn is_set(map: BorrowedFd<'_>) -> bool {
    matches!(io::read(map, &mut [0]), Ok(1))
}

/// The first of some ranges that is not mapped as a whole by the map of the namespace that it is written from; none
/// where that map cannot be read, or is not set: then it is the one that is written.
#[inline]
pub(super) fn not_mapped(ranges: &[IdRange], map: BorrowedFd<'_>) -> Option<MapErrorKind> {
    let mut known = [IdRange::new(0, 0, 0); MAX_RANGES];
    let (mut reader, mut buffer, mut found) = (Reader::default(), [0; 512], 0);
    while let Ok(count @ 1..) = io::read(map, &mut buffer) {
        for range in buffer.iter().take(count).filter_map(|&byte| reader.take(byte)) {
            *known.get_mut(found)? = range;
            found += 1;
        }
    }
    let known = known.get(..found).filter(|known| !known.is_empty())?;
    let is_known = |range: &IdRange| {
        let first = range.outside;
        known.iter().any(|of| {
            first >= of.inside
                && of.count >= range.count
                && first - of.inside <= of.count - range.count
        })
    };
    ranges.iter().position(|range| !is_known(range)).map(|range| MapErrorKind::NotMapped { range })
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn range(inside: u32, outside: u32, count: u32) -> IdRange {
        IdRange::new(inside, outside, count)
    }

    #[test]
    fn ranges_are_looked_at_one_after_the_other() {
        for (ranges, kind) in [
            (&[][..], None),
            (&[range(0, 1000, 1)], None),
            (&[range(0, 0, u32::MAX)], None),
            (&[range(u32::MAX - 1, 0, 1)], None),
            (&[range(0, 0, 10), range(10, 10, 10)], None),
            (&[range(10, 0, 10), range(0, 10, 10)], None),
            (&[range(0, 0, 0)], Some(MapErrorKind::Empty { range: 0 })),
            (&[range(0, 0, 1), range(1, 1, 0)], Some(MapErrorKind::Empty { range: 1 })),
            (&[range(u32::MAX, 0, 1)], Some(MapErrorKind::BeyondLast { range: 0 })),
            (&[range(0, u32::MAX, 1)], Some(MapErrorKind::BeyondLast { range: 0 })),
            (&[range(1, 0, u32::MAX)], Some(MapErrorKind::BeyondLast { range: 0 })),
            (
                &[range(0, 0, 10), range(9, 10, 1)],
                Some(MapErrorKind::Overlap { range: 1, earlier: 0 }),
            ),
            (
                &[range(0, 0, 10), range(10, 9, 1)],
                Some(MapErrorKind::Overlap { range: 1, earlier: 0 }),
            ),
            (
                &[range(50, 50, 1), range(5, 5, 5), range(1, 1, 9)],
                Some(MapErrorKind::Overlap { range: 2, earlier: 1 }),
            ),
        ] {
            assert_eq!(in_ranges(ranges), kind, "{ranges:?}");
        }
    }

    #[test]
    fn there_are_at_most_340_ranges_and_less_than_a_page() {
        let ranges: Vec<_> = (0..500).map(|number| range(number, number, 1)).collect();
        assert_eq!(in_ranges(&ranges[..340]), None);
        assert_eq!(in_ranges(&ranges[..341]), Some(MapErrorKind::TooManyRanges));
        assert_eq!(in_ranges(&ranges), Some(MapErrorKind::TooLong));
        let long: Vec<_> = (0..200)
            .map(|number| range(1_000_000_000 + number, 2_000_000_000 + number, 1))
            .collect();
        assert_eq!(
            (in_ranges(&long[..170]), in_ranges(&long[..171])),
            (None, Some(MapErrorKind::TooLong))
        );
    }
}
