//! Reading and writing at an offset, and reading to the end of a file.

use core::mem::MaybeUninit;

use super::{ReadWriteFlags, raw};
use crate::error::{Call, Errno, Error, Result};
use crate::fd::{AsFd, BorrowedFd};
use crate::io::{Buffer, IoSlice, IoSliceMut, read_uninit, retry};

/// Reads bytes at an offset. Returns the number of bytes read, which is 0 at the end of the file.
/// The file offset of the descriptor does not change.
///
/// A read that a signal interrupts is repeated.
///
/// # Errors
///
/// - `EINVAL`: the offset is greater than [`i64::MAX`]; or the buffer, its size or the offset is
///   misaligned for direct I/O (O_DIRECT); or the file does not support reading.
/// - `EBADF`: the descriptor is not open for reading, or is a path-only (`O_PATH`) descriptor.
/// - `ESPIPE`: the file is not seekable (for example, a pipe or a socket).
/// - `EISDIR`: the file is a directory.
/// - `EIO`: an I/O error.
///
/// # Examples
///
/// ```
/// use butter::fs;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let program = std::fs::File::open("/proc/self/exe")?;
/// let mut file_type = [0; 2];
/// let count = fs::pread(&program, &mut file_type, 16)?; // the field `e_type` of an ELF file
/// assert_eq!(count, 2);
/// # Ok(())
/// # }
/// ```
///
/// Since Linux 2.1.60; [pread(2)].
///
/// [pread(2)]: https://man7.org/linux/man-pages/man2/pread.2.html
#[doc(alias = "pread64")]
#[inline]
pub fn pread(fd: impl AsFd, buffer: &mut [u8], offset: u64) -> Result<usize> {
    retry(|| raw::pread64(fd.as_fd(), buffer, offset))
}

/// Reads bytes at an offset into an uninitialized buffer. Returns the initialized part of the
/// buffer.
///
/// A read that a signal interrupts is repeated.
///
/// # Errors
///
/// The errors are those of [`pread`].
///
/// Since Linux 2.1.60; [pread(2)].
///
/// [pread(2)]: https://man7.org/linux/man-pages/man2/pread.2.html
#[doc(alias = "pread64")]
#[inline]
pub fn pread_uninit(
    fd: impl AsFd,
    buffer: &mut [MaybeUninit<u8>],
    offset: u64,
) -> Result<&mut [u8]> {
    let count = retry(|| raw::pread64_uninit(fd.as_fd(), buffer, offset).map(|read| read.len()))?;
    // SAFETY: the kernel has written the first `count` bytes of the buffer, which remains borrowed.
    Ok(unsafe { core::slice::from_raw_parts_mut(buffer.as_mut_ptr().cast(), count) })
}

/// Writes bytes at an offset. Returns the number of bytes written, which can be smaller than the
/// number of bytes passed; [`write_all_at`](crate::io::write_all_at) writes all bytes. The file
/// offset of the descriptor does not change.
///
/// A write that a signal interrupts is repeated. If the file is open with `O_APPEND`, the kernel
/// ignores the offset, and appends the bytes.
///
/// # Errors
///
/// - `EBADF`: the descriptor is not open for writing, or is a path-only (`O_PATH`) descriptor.
/// - `ENOSPC`, `EDQUOT`, `EFBIG`: the file system is full, or a limit on disk space or file sizes
///   has been reached.
/// - `EPERM`: the file is sealed against writing or growing.
/// - `ESPIPE`: the file is not seekable (for example, a pipe or a socket).
/// - `EINVAL`: the offset is greater than [`i64::MAX`]; or the buffer, its size or the offset is
///   misaligned for direct I/O (O_DIRECT); or the file does not support writing.
/// - `ETXTBSY`: the file is a swap file.
/// - `EIO`: an I/O error.
///
/// Since Linux 2.1.60; [pwrite(2)].
///
/// [pwrite(2)]: https://man7.org/linux/man-pages/man2/pwrite.2.html
#[doc(alias = "pwrite64")]
#[inline]
pub fn pwrite(fd: impl AsFd, bytes: &[u8], offset: u64) -> Result<usize> {
    retry(|| raw::pwrite64(fd.as_fd(), bytes, offset))
}

/// Reads bytes into several buffers, each filled before the next, with flags. Returns the number of
/// bytes read, which is 0 at the end of the file.
///
/// With `None` as the offset, the call reads at the file offset, and advances it. With an offset,
/// the file offset does not change. A read that a signal interrupts is repeated.
///
/// # Errors
///
/// - `EAGAIN`: [`NOWAIT`](ReadWriteFlags::NOWAIT) is set, or the descriptor is non-blocking, and
///   the read would block.
/// - `EOPNOTSUPP`: the kernel or the file does not support a flag (`RWF_NOAPPEND` requires Linux
///   6.9, `RWF_ATOMIC` 6.11, `RWF_DONTCACHE` 6.14, `RWF_NOSIGNAL` 6.18), or a flag is not permitted
///   for reads.
/// - `EINVAL`: there are more than 1,024 buffers, or the offset is greater than [`i64::MAX`].
/// - `ESPIPE`: an offset is passed, and the file is not seekable.
/// - The other errors of [`pread`].
///
/// # Examples
///
/// ```
/// use butter::fs::{self, ReadWriteFlags};
/// use butter::io::{self, IoSliceMut};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let file = std::fs::File::open("/proc/self/exe")?;
/// let mut buffer = [0; 4096];
/// let slices = &mut [IoSliceMut::new(&mut buffer)];
/// let read = fs::preadv2(&file, slices, Some(0), ReadWriteFlags::NOWAIT);
/// match io::would_block_as_none(read)? {
///     Some(count) => println!("{count} bytes were in the page cache"),
///     None => println!("the read would have waited for the device"),
/// }
/// # Ok(())
/// # }
/// ```
///
/// Since Linux 4.6; [preadv2(2)].
///
/// [preadv2(2)]: https://man7.org/linux/man-pages/man2/preadv2.2.html
#[doc(alias = "preadv")]
#[inline]
pub fn preadv2(
    fd: impl AsFd,
    buffers: &mut [IoSliceMut<'_>],
    offset: Option<u64>,
    flags: ReadWriteFlags,
) -> Result<usize> {
    retry(|| raw::preadv2(fd.as_fd(), buffers, offset, flags))
}

/// Writes bytes from several buffers, one after the other, with flags. Returns the number of bytes
/// written, which can be smaller than the number of bytes passed.
///
/// With `None` as the offset, the call writes at the file offset, and advances it. With an offset,
/// the file offset does not change. A write that a signal interrupts is repeated.
///
/// # Errors
///
/// - `EAGAIN`: [`NOWAIT`](ReadWriteFlags::NOWAIT) is set, or the descriptor is non-blocking, and
///   the write would block.
/// - `EOPNOTSUPP`: the kernel or the file does not support a flag (`RWF_NOAPPEND` requires Linux
///   6.9, `RWF_ATOMIC` 6.11, `RWF_DONTCACHE` 6.14, `RWF_NOSIGNAL` 6.18).
/// - `EINVAL`: there are more than 1,024 buffers, or the offset is greater than [`i64::MAX`], or
///   the flags contradict each other.
/// - `EPIPE`: the pipe or socket has no reader. Unless [`NOSIGNAL`](ReadWriteFlags::NOSIGNAL) is
///   set, the kernel also sends `SIGPIPE` to the calling thread.
/// - `EPERM`: the file is sealed against writing or growing; or
///   [`NOAPPEND`](ReadWriteFlags::NOAPPEND) is set, and the file is append-only.
/// - `ESPIPE`: an offset is passed, and the file is not seekable.
/// - The other errors of [`pwrite`].
///
/// Since Linux 4.6; [pwritev2(2)].
///
/// [pwritev2(2)]: https://man7.org/linux/man-pages/man2/pwritev2.2.html
#[doc(alias = "pwritev")]
#[inline]
pub fn pwritev2(
    fd: impl AsFd,
    buffers: &[IoSlice<'_>],
    offset: Option<u64>,
    flags: ReadWriteFlags,
) -> Result<usize> {
    retry(|| raw::pwritev2(fd.as_fd(), buffers, offset, flags))
}

/// Reads from the file offset to the end of the file, into a buffer. Returns the bytes that were
/// read.
///
/// The file can be any descriptor that can be read, such as a pipe. The function does not use the
/// size of the file, which is 0 for most files of procfs. If the buffer is full, the function reads
/// one more byte to find out whether the file has ended. A read that a signal interrupts is
/// repeated.
///
/// # Errors
///
/// - `ERANGE`: the buffer is smaller than the rest of the file. The buffer contains the first
///   bytes, and the file offset is one byte after these bytes. The call of this error is
///   [`Call::READ_TO_END`].
/// - `EAGAIN`: the descriptor is non-blocking, and no data is available. The number of bytes that
///   were read before is unknown, so use [`read`](crate::io::read) for such descriptors.
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
/// let file = fs::openat(CWD, "/proc/self/comm", OFlags::RDONLY, Mode::empty())?;
/// let mut buffer = [0; 64];
/// let name = fs::read_to_end(&file, &mut buffer)?;
/// assert!(name.ends_with(b"\n"));
/// # Ok(())
/// # }
/// ```
#[doc(alias = "read")]
#[inline]
pub fn read_to_end(fd: impl AsFd, buffer: &mut (impl Buffer + ?Sized)) -> Result<&mut [u8]> {
    let (start, size) = buffer.parts_mut();
    // SAFETY: the buffer has `size` bytes, which may be uninitialized and are exclusively borrowed.
    let bytes = unsafe { core::slice::from_raw_parts_mut(start.cast(), size) };
    let count = fill(fd.as_fd(), bytes)?;
    // SAFETY: `fill` has initialized the first `count` bytes, which remain borrowed.
    Ok(unsafe { core::slice::from_raw_parts_mut(start, count) })
}

/// Reads to the end of the file. Returns the number of bytes at the start of the buffer that were
/// initialized.
fn fill(fd: BorrowedFd<'_>, buffer: &mut [MaybeUninit<u8>]) -> Result<usize> {
    let mut filled = 0;
    // `get_mut` has no panic path.
    while let Some(rest @ [_, ..]) = buffer.get_mut(filled..) {
        match retry(|| read_uninit(fd, rest).map(|read| read.len()))? {
            0 => return Ok(filled),
            count => filled += count,
        }
    }
    match retry(|| read_uninit(fd, &mut [MaybeUninit::uninit()]).map(|read| read.len()))? {
        0 => Ok(filled),
        _ => Err(Error::new(Call::READ_TO_END, Errno::RANGE)),
    }
}
