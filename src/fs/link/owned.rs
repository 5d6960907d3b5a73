//! Reading symbolic links of any length into allocated memory.

use alloc::vec;
use alloc::vec::Vec;

use super::raw;
use crate::error::{Call, Errno, Error, Result};
use crate::fd::RawFd;
use crate::fs::types::DirectoryArg;
use crate::io::retry;
use crate::path::{self, PathBytes, with_c_str};

/// The size of the first buffer, which is large enough for most symbolic links.
const FIRST_SIZE: usize = 256;

/// The size of the largest buffer. The content of a symbolic link is not larger than a page, which
/// has at most 64 KiB.
const LAST_SIZE: usize = 256 << 10;

/// Returns the content of a symbolic link.
///
/// A relative path is resolved from `directory`. If the path is empty, the function reads the
/// symbolic link to which `directory` refers: a path-only (`O_PATH`) descriptor that was opened
/// with `O_NOFOLLOW`. The function does not rely on the size of the file, which is 0 for the links
/// of procfs, and reads again with a larger buffer if the content may be truncated.
///
/// # Errors
///
/// - `EINVAL`: the file is not a symbolic link, or the path contains a NUL byte.
/// - `ENOENT`, `ENOTDIR`, `EACCES`, `ELOOP`, `ENAMETOOLONG`: the path cannot be resolved.
/// - `EBADF`: the path is relative or empty, and `directory` is [`ABS`](crate::fs::ABS).
/// - `EIO`: an I/O error occurred.
///
/// [`raw::readlinkat`](crate::fs::raw::readlinkat) lists all errors and causes.
///
/// # Examples
///
/// ```
/// use butter::fs::{self, CWD};
///
/// # fn main() -> butter::Result<()> {
/// let executable = fs::read_link(CWD, "/proc/self/exe")?;
/// assert_eq!(executable[0], b'/');
/// # Ok(())
/// # }
/// ```
///
/// Since Linux 2.6.16; [readlinkat(2)].
///
/// [readlinkat(2)]: https://man7.org/linux/man-pages/man2/readlinkat.2.html
#[doc(alias = "readlink")]
#[doc(alias = "readlinkat")]
#[inline]
pub fn read_link(directory: impl DirectoryArg, path: impl path::Arg) -> Result<Vec<u8>> {
    read_link_path(directory.directory_number(), path.as_path_bytes())
}

fn read_link_path(directory: RawFd, path: PathBytes<'_>) -> Result<Vec<u8>> {
    with_c_str(Call::READLINKAT, path, |path| {
        let mut size = FIRST_SIZE;
        while size <= LAST_SIZE {
            let mut content = vec![0; size];
            let start = content.as_mut_ptr();
            // SAFETY: `start` is the start of the vector, which has `size` bytes.
            let count = retry(|| unsafe { raw::readlinkat_c(directory, path, start, size) })?;
            if count < size {
                content.truncate(count);
                return Ok(content);
            }
            size *= 4;
        }
        Err(Error::new(Call::READLINKAT_TRUNCATED, Errno::RANGE))
    })
}
