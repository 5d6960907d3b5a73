//! Determines why the kernel rejected an ID map: the kernel returns `EINVAL` or `EPERM` for all
//! causes.

use core::fmt;

use super::MAX_RANGES;
use super::types::{IdRange, MapParser, format_map};
use crate::error::{Error, Reason};
use crate::fd::BorrowedFd;
use crate::io;

/// An error of [`IdMaps::write`](super::IdMaps::write): the system call that failed and, if known,
/// the reason why the kernel rejected the map.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct MapError {
    pub(super) error: Error,
    pub(super) kind: Option<MapErrorKind>,
}

/// The reason why the kernel rejected an ID map. A range is identified by its index in the slice of
/// ranges that was passed to [`IdMaps::new`](super::IdMaps::new).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MapErrorKind {
    /// The map has more than [`MAX_RANGES`] ranges.
    TooManyRanges,
    /// The text of the map has more than 4,095 bytes.
    TooLong,
    /// A range is empty.
    Empty {
        /// The index of the empty range.
        range: usize,
    },
    /// A range goes beyond ID 4294967294, inside or outside the namespace. The largest 32-bit
    /// number, 4294967295, is not a valid ID.
    BeyondLast {
        /// The index of the range that goes beyond ID 4294967294.
        range: usize,
    },
    /// Two ranges have an ID in common, inside or outside the namespace.
    Overlap {
        /// The index of the later range in the slice.
        range: usize,
        /// The index of the first range that the later range overlaps.
        earlier: usize,
    },
    /// The map is already set; a map can be set only once.
    SetAlready,
    /// The IDs of a range outside the namespace are not all mapped by one range of the user
    /// namespace of the caller.
    NotMapped {
        /// The index of the range that is not mapped.
        range: usize,
    },
    /// `setgroups` is permitted, but a caller that may map only its own group must first
    /// [deny](super::IdMaps::deny_setgroups) `setgroups`.
    SetgroupsAllowed,
}

impl MapError {
    /// Returns the system call that failed, and its errno.
    #[must_use]
    pub const fn error(self) -> Error {
        self.error
    }

    /// Returns the reason why the kernel rejected the map; `None` if the reason is not known.
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

/// Returns the error of the system call, and discards the [`MapErrorKind`].
impl From<MapError> for Error {
    fn from(error: MapError) -> Self {
        error.error
    }
}

impl MapErrorKind {
    const fn reason(self) -> Reason {
        Reason::new(match self {
            Self::TooManyRanges => "a map has at most 340 ranges",
            Self::TooLong => "the text of the map has more than 4,095 bytes",
            Self::Empty { .. } => "a range is empty",
            Self::BeyondLast { .. } => "a range goes beyond ID 4294967294",
            Self::Overlap { .. } => "two ranges overlap",
            Self::SetAlready => "the map is already set, and a map can be set only once",
            Self::NotMapped { .. } => "a range is not mapped in the user namespace of the caller",
            Self::SetgroupsAllowed => {
                "setgroups is permitted, and must be denied before the group ID map is set"
            }
        })
    }

    /// Returns the indices of the ranges that caused the error, in ascending order.
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

/// Prints the error like [`Error`]. If the [`MapErrorKind`] is known, prints it as the reason.
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

/// Prints the text that `Display` prints.
impl fmt::Debug for MapError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl core::error::Error for MapError {}

/// Returns the error that the kernel detects first in `ranges`.
#[inline]
pub(super) fn in_ranges(ranges: &[IdRange]) -> Option<MapErrorKind> {
    if format_map(ranges).is_none() {
        return Some(MapErrorKind::TooLong);
    }
    for (range, ids) in ranges.iter().enumerate() {
        if range == MAX_RANGES {
            return Some(MapErrorKind::TooManyRanges);
        }
        if ids.length == 0 {
            return Some(MapErrorKind::Empty { range });
        }
        // The kernel requires that the sum of the first ID and the length fits 32 bits.
        if ids.inside.checked_add(ids.length).is_none()
            || ids.outside.checked_add(ids.length).is_none()
        {
            return Some(MapErrorKind::BeyondLast { range });
        }
        let earlier = ranges.iter().take(range).position(|earlier| {
            overlap((ids.inside, ids.length), (earlier.inside, earlier.length))
                || overlap((ids.outside, ids.length), (earlier.outside, earlier.length))
        });
        if let Some(earlier) = earlier {
            return Some(MapErrorKind::Overlap { range, earlier });
        }
    }
    None
}

/// Returns whether two ranges have an ID in common. Each range is a tuple of the first ID and the
/// length.
fn overlap(one: (u32, u32), other: (u32, u32)) -> bool {
    one.0 < other.0.saturating_add(other.1) && other.0 < one.0.saturating_add(one.1)
}

/// Returns whether an ID map is set: the file of a map that is not set is empty. The file offset of
/// `map` must be 0.
#[inline]
pub(super) fn is_set(map: BorrowedFd<'_>) -> bool {
    matches!(io::read(map, &mut [0]), Ok(1))
}

/// Returns the first range that is not mapped in the user namespace of the caller, whose ID map is
/// `map`. The kernel requires that one range of `map` contains all IDs of the range. Returns `None`
/// if `map` cannot be read or is empty: if `map` is empty, the caller is in the new namespace, and
/// `map` is the map to be set.
#[inline]
pub(super) fn not_mapped(ranges: &[IdRange], map: BorrowedFd<'_>) -> Option<MapErrorKind> {
    let mut known = [IdRange::new(0, 0, 0); MAX_RANGES];
    let (mut parser, mut buffer, mut found) = (MapParser::default(), [0; 512], 0);
    // The maximum size of an ID map in bytes. Another file of procfs, which can be larger, can be
    // mounted over the map.
    let mut left = MAX_RANGES * "4294967295 4294967295 4294967295\n".len();
    loop {
        let count = io::read(map, &mut buffer).ok()?;
        if count == 0 {
            break;
        }
        left = left.checked_sub(count)?;
        for range in buffer.iter().take(count).filter_map(|&byte| parser.push(byte)) {
            *known.get_mut(found)? = range;
            found += 1;
        }
    }
    let known = known.get(..found).filter(|known| !known.is_empty())?;
    let is_known = |range: &IdRange| {
        let first = range.outside;
        known.iter().any(|ids| {
            first >= ids.inside
                && ids.length >= range.length
                && first - ids.inside <= ids.length - range.length
        })
    };
    ranges.iter().position(|range| !is_known(range)).map(|range| MapErrorKind::NotMapped { range })
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn range(inside: u32, outside: u32, length: u32) -> IdRange {
        IdRange::new(inside, outside, length)
    }

    #[test]
    fn in_ranges_returns_first_error() {
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
    fn in_ranges_returns_error_if_map_has_too_many_ranges_or_bytes() {
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
