//! The holes of regular files, which a copy keeps.

use crate::error::{Errno, Result};
use crate::fd::BorrowedFd;
use crate::fs::{self, FallocateFlags, SeekFrom};

/// The treatment of the holes of the source.
pub(super) enum Holes {
    /// Holes are kept. The field is the number of bytes from the position of the source to the next
    /// hole, or 0 if the position of the next hole must be queried.
    Keep(u64),
    /// Holes are read as zeros, which are written to the target.
    Fill,
}

impl Holes {
    /// If the source has a hole at its position, creates a hole of the same length in the target.
    /// Returns the length of the hole, or 0 if the source has data at its position.
    pub(super) fn copy_hole(
        &mut self,
        source: BorrowedFd<'_>,
        target: BorrowedFd<'_>,
        limit: u64,
    ) -> Result<u64> {
        if !matches!(self, Self::Keep(0)) {
            return Ok(0);
        }
        let Ok(position) = fs::raw::lseek(source, SeekFrom::Current(0)) else {
            *self = Self::Fill;
            return Ok(0);
        };
        let length = match hole_length(source, position, self) {
            // `hole_length` may have changed the file offset of the source, which is set below.
            Ok(length) => length.min(limit),
            Err(_) => {
                *self = Self::Fill;
                0
            }
        };
        let skipped = match length {
            0 => 0,
            length => match create_hole(target, length) {
                Ok(()) => length,
                Err(unsupported) => {
                    *self = Self::Keep(unsupported);
                    0
                }
            },
        };
        fs::raw::lseek(source, SeekFrom::Start(position + skipped))?;
        Ok(skipped)
    }

    /// Returns the number of bytes that can be copied before the next hole may start.
    pub(super) const fn data(&self) -> u64 {
        match self {
            Self::Keep(data @ 1..) => *data,
            // With `Keep(0)`, the position is at or after the end of the source.
            Self::Keep(0) | Self::Fill => u64::MAX,
        }
    }

    /// Updates the number of bytes before the next hole after bytes were read from the source.
    pub(super) const fn advance(&mut self, count: u64) {
        if let Self::Keep(data) = self {
            *data = data.saturating_sub(count);
        }
    }
}

/// Returns the length of the hole at the position of the source. If the source has data at this
/// position, returns 0 and stores the number of bytes before the next hole. The function may change
/// the file offset of the source.
fn hole_length(source: BorrowedFd<'_>, position: u64, holes: &mut Holes) -> Result<u64> {
    match fs::raw::lseek(source, SeekFrom::Hole(position)) {
        Ok(hole) if hole > position => {
            *holes = Holes::Keep(hole - position);
            Ok(0)
        }
        Ok(_) => match fs::raw::lseek(source, SeekFrom::Data(position)) {
            Ok(data) => Ok(data.saturating_sub(position)),
            // The hole extends to the end of the file.
            Err(error) if error.is(Errno::NXIO) => {
                Ok(fs::raw::fstat(source)?.size().saturating_sub(position))
            }
            Err(error) => Err(error),
        },
        // The position is at or after the end of the file.
        Err(error) if error.is(Errno::NXIO) => Ok(0),
        Err(error) => Err(error),
    }
}

/// Creates a hole at the position of the target and advances the position. Existing bytes of the
/// target in the range of the hole are discarded.
///
/// On failure, returns the number of bytes that must be copied as zeros instead.
fn create_hole(target: BorrowedFd<'_>, length: u64) -> Result<(), u64> {
    let position = fs::raw::lseek(target, SeekFrom::Current(0)).map_err(|_| length)?;
    let size = fs::raw::fstat(target).map_err(|_| length)?.size();
    let end = position.saturating_add(length);
    if position < size {
        let existing = end.min(size) - position;
        let mode = FallocateFlags::PUNCH_HOLE | FallocateFlags::KEEP_SIZE;
        fs::raw::fallocate(target, mode, position, existing).map_err(|_| existing)?;
    }
    if end > size {
        fs::raw::ftruncate(target, end).map_err(|_| length)?;
    }
    fs::raw::lseek(target, SeekFrom::Start(end)).map(drop).map_err(|_| length)
}
