//! Reading a whole file into a vector.

use alloc::vec::Vec;

use crate::error::{Call, Errno, Error, Result};
use crate::fd::{AsFd, BorrowedFd};
use crate::io::{read_uninit, retry};

/// The capacity of the vector before the first read, which is sufficient for most files of procfs
/// and sysfs.
const FIRST_CAPACITY: usize = 4096;

/// Reads from the file offset to the end of the file, into a new vector.
///
/// The file can be any descriptor that can be read, such as a pipe. The function does not use the
/// size of the file, which is 0 for most files of procfs. The capacity of the vector doubles when
/// the vector is full. A read that a signal interrupts is repeated.
///
/// The size of the vector is not limited, and some files, such as `/dev/zero`, do not end. To limit
/// the size, use [`read_to_end`](super::read_to_end).
///
/// # Errors
///
/// - `ENOMEM`: the memory for the rest of the file could not be allocated. The call of this error
///   is [`Call::READ_TO_END`].
/// - `EAGAIN`: the descriptor is non-blocking, and no data is available. The bytes that were read
///   before are lost, so use [`read`](crate::io::read) for such descriptors.
/// - `EBADF`: the descriptor is not open for reading, or is a path-only (`O_PATH`) descriptor.
/// - `EISDIR`: the file is a directory.
/// - `EINVAL`: the file does not support reading.
/// - `EIO`: an I/O error.
///
/// # Examples
///
/// ```
/// use butter::fs::{self, CWD, Mode, OFlags};
///
/// # fn main() -> butter::Result<()> {
/// let file = fs::openat(CWD, "/proc/self/maps", OFlags::RDONLY, Mode::empty())?;
/// let maps = fs::read_to_vec(&file)?;
/// assert!(maps.split(|&byte| byte == b'\n').count() > 5);
/// # Ok(())
/// # }
/// ```
#[doc(alias = "read")]
#[inline]
pub fn read_to_vec(fd: impl AsFd) -> Result<Vec<u8>> {
    read_all(fd.as_fd())
}

fn read_all(fd: BorrowedFd<'_>) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    loop {
        if bytes.len() == bytes.capacity() {
            // The vector at least doubles its capacity.
            bytes
                .try_reserve(FIRST_CAPACITY)
                .map_err(|_| Error::new(Call::READ_TO_END, Errno::NOMEM))?;
        }
        let spare = bytes.spare_capacity_mut();
        let count = retry(|| read_uninit(fd, spare).map(|read| read.len()))?;
        if count == 0 {
            return Ok(bytes);
        }
        let length = bytes.len() + count;
        // SAFETY: `read_uninit` has initialized `count` bytes of the spare capacity.
        unsafe { bytes.set_len(length) };
    }
}
