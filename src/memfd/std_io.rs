//! Implementations of the traits `Read`, `Write` and `Seek` of `std` for memfds.

use std::io::{Read, Result, Seek, SeekFrom, Write};

use super::MemFd;
use crate::fs;
use crate::io::{read, retry, write};

/// Reads at the file offset, and advances the offset, which all descriptors of the same open file
/// description share. Signals do not interrupt the read.
impl Read for &MemFd {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        Ok(retry(|| read(*self, buffer))?)
    }
}

/// Writes at the file offset, and advances the offset, which all descriptors of the same open file
/// description share. Signals do not interrupt the write.
impl Write for &MemFd {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        Ok(retry(|| write(*self, bytes))?)
    }

    /// Does nothing, because a `MemFd` does not buffer writes.
    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}

/// Sets the file offset, which all descriptors of the same open file description share.
impl Seek for &MemFd {
    fn seek(&mut self, position: SeekFrom) -> Result<u64> {
        Ok(fs::seek(*self, position.into())?)
    }
}

/// Reads like the implementation of `Read` for `&MemFd`.
impl Read for MemFd {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        Read::read(&mut &*self, buffer)
    }
}

/// Writes like the implementation of `Write` for `&MemFd`.
impl Write for MemFd {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        Write::write(&mut &*self, bytes)
    }

    fn flush(&mut self) -> Result<()> {
        Write::flush(&mut &*self)
    }
}

/// Sets the file offset like the implementation of `Seek` for `&MemFd`.
impl Seek for MemFd {
    fn seek(&mut self, position: SeekFrom) -> Result<u64> {
        Seek::seek(&mut &*self, position)
    }
}
