//! `Read`, `Write` and `Seek`, for use with `std`.

use std::io::{Read, Result, Seek, SeekFrom, Write};

use super::MemFd;
use crate::fd::AsFd;
use crate::fs::{self, SEEK_CUR, SEEK_END, SEEK_SET};
use crate::io::{read, retry, write};

/// Reads at the file offset, which all descriptors of the same open file share, and advances it.
/// Signals do not interrupt the call.
impl Read for &MemFd {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        Ok(retry(|| read(*self, buffer))?)
    }
}

/// Writes at the file offset, which all descriptors of the same open file share, and advances it.
/// Signals do not interrupt the call.
impl Write for &MemFd {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        Ok(retry(|| write(*self, bytes))?)
    }

    /// Does nothing: nothing is buffered.
    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}

/// Sets the file offset, which all descriptors of the same open file share.
impl Seek for &MemFd {
    fn seek(&mut self, position: SeekFrom) -> Result<u64> {
        let (offset, whence) = match position {
            SeekFrom::Start(offset) => (offset.cast_signed(), SEEK_SET),
            SeekFrom::Current(offset) => (offset, SEEK_CUR),
            SeekFrom::End(offset) => (offset, SEEK_END),
        };
        Ok(fs::lseek(self.as_fd(), offset, whence)?)
    }
}

/// Like that of `&MemFd`.
impl Read for MemFd {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        Read::read(&mut &*self, buffer)
    }
}

/// Like that of `&MemFd`.
impl Write for MemFd {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        Write::write(&mut &*self, bytes)
    }

    fn flush(&mut self) -> Result<()> {
        Write::flush(&mut &*self)
    }
}

/// Like that of `&MemFd`.
impl Seek for MemFd {
    fn seek(&mut self, position: SeekFrom) -> Result<u64> {
        Seek::seek(&mut &*self, position)
    }
}
