//! The positions of `lseek`, and the modes of `fallocate`.

const SEEK_SET: u32 = 0;
const SEEK_CUR: u32 = 1;
const SEEK_END: u32 = 2;
const SEEK_DATA: u32 = 3;
const SEEK_HOLE: u32 = 4;

/// A position in a file, to which [`seek`](super::seek) sets the file offset.
///
/// With `std`, `std::io::SeekFrom` can be converted to this type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[doc(alias = "whence")]
#[non_exhaustive]
pub enum SeekFrom {
    /// `SEEK_SET`: an offset from the start of the file.
    #[doc(alias = "SEEK_SET")]
    Start(u64),
    /// `SEEK_CUR`: an offset from the file offset.
    #[doc(alias = "SEEK_CUR")]
    Current(i64),
    /// `SEEK_END`: an offset from the end of the file.
    #[doc(alias = "SEEK_END")]
    End(i64),
    /// `SEEK_DATA`: the first byte at or after an offset from the start of the file that is not in
    /// a hole.
    #[doc(alias = "SEEK_DATA")]
    Data(u64),
    /// `SEEK_HOLE`: the first byte at or after an offset from the start of the file that is in a
    /// hole. The end of the file counts as a hole.
    #[doc(alias = "SEEK_HOLE")]
    Hole(u64),
}

impl SeekFrom {
    /// Returns the arguments `offset` and `whence` of `lseek`.
    #[inline]
    pub(super) const fn parts(self) -> (i64, u32) {
        match self {
            Self::Start(offset) => (offset.cast_signed(), SEEK_SET),
            Self::Current(offset) => (offset, SEEK_CUR),
            Self::End(offset) => (offset, SEEK_END),
            Self::Data(offset) => (offset.cast_signed(), SEEK_DATA),
            Self::Hole(offset) => (offset.cast_signed(), SEEK_HOLE),
        }
    }
}

flags! {
    /// The mode of [`fallocate`](super::fallocate): one operation, and `KEEP_SIZE` if the operation
    /// does not change the size of the file. Without an operation, the range is allocated.
    ///
    /// `KEEP_SIZE` is required with `PUNCH_HOLE`, and not permitted with `COLLAPSE_RANGE`,
    /// `INSERT_RANGE` and `WRITE_ZEROES`. The kernel rejects `FALLOC_FL_NO_HIDE_STALE`, which has
    /// no constant here.
    pub struct FallocateFlags: u32 {
        "FALLOC_FL_ALLOCATE_RANGE" ALLOCATE_RANGE = 0, "allocate the range. Bytes that were in \
            holes read as zeros.";
        "FALLOC_FL_KEEP_SIZE" KEEP_SIZE = 1, "do not change the size of the file, even if the \
            range ends after the end of the file.";
        "FALLOC_FL_PUNCH_HOLE" PUNCH_HOLE = 2, "replace the range by a hole. Requires `KEEP_SIZE`.";
        "FALLOC_FL_COLLAPSE_RANGE" COLLAPSE_RANGE = 8, "remove the range: the bytes after the \
            range move to the start of the range. The range must consist of whole blocks.";
        "FALLOC_FL_ZERO_RANGE" ZERO_RANGE = 0x10, "set the range to zeros, and allocate it without \
            writing to the device if possible.";
        "FALLOC_FL_INSERT_RANGE" INSERT_RANGE = 0x20, "insert a hole: the bytes after the offset \
            move to the end of the range. The range must consist of whole blocks.";
        "FALLOC_FL_UNSHARE_RANGE" UNSHARE_RANGE = 0x40, "copy the blocks of the range that the \
            file shares with other files, so that later writes cannot fail with `ENOSPC`.";
        "FALLOC_FL_WRITE_ZEROES" WRITE_ZEROES = 0x80, "allocate the range, and write zeros to the \
            device, so that later writes change no metadata. Since Linux 6.17.";
    }
}
