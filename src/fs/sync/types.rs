//! Flags of `sync_file_range`, and the advice of `fadvise64`.

flags! {
    /// The steps of [`sync_file_range`](super::sync_file_range), which are executed in the order of
    /// the constants.
    pub struct SyncFileRangeFlags: u32 {
        "SYNC_FILE_RANGE_WAIT_BEFORE" WAIT_BEFORE = 1, "wait for the pages of the range that are \
            being written.";
        "SYNC_FILE_RANGE_WRITE" WRITE = 2, "start to write the modified pages of the range.";
        "SYNC_FILE_RANGE_WAIT_AFTER" WAIT_AFTER = 4, "wait until the pages of the range are \
            written.";
        "SYNC_FILE_RANGE_WRITE_AND_WAIT" WRITE_AND_WAIT = 7, "all three steps. Since Linux 5.2, \
            data that other writers modify at the same time is also written.";
    }
}

/// The advice of [`fadvise`](super::fadvise): how a program intends to access a range of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[repr(u32)]
pub enum Advice {
    /// `POSIX_FADV_NORMAL`: no advice. Sets the default size of the read-ahead, for the entire
    /// file.
    #[doc(alias = "POSIX_FADV_NORMAL")]
    Normal = 0,
    /// `POSIX_FADV_RANDOM`: accesses are in random order. Disables the read-ahead, for the entire
    /// file.
    #[doc(alias = "POSIX_FADV_RANDOM")]
    Random = 1,
    /// `POSIX_FADV_SEQUENTIAL`: accesses are in ascending order. Doubles the size of the
    /// read-ahead, for the entire file.
    #[doc(alias = "POSIX_FADV_SEQUENTIAL")]
    Sequential = 2,
    /// `POSIX_FADV_WILLNEED`: the range is accessed soon. Starts to read the range into the page
    /// cache.
    #[doc(alias = "POSIX_FADV_WILLNEED")]
    WillNeed = 3,
    /// `POSIX_FADV_DONTNEED`: the range is not accessed soon. Removes the pages of the range from
    /// the page cache, except modified pages and parts of pages: call
    /// [`fdatasync`](super::fdatasync) first.
    #[doc(alias = "POSIX_FADV_DONTNEED")]
    DontNeed = 4,
    /// `POSIX_FADV_NOREUSE`: the range is accessed only once. Has had an effect since Linux 6.3:
    /// accesses do not mark the pages of the file as recently used.
    #[doc(alias = "POSIX_FADV_NOREUSE")]
    NoReuse = 5,
}
