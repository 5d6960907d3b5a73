//! The properties of the two descriptors of a copy, and the errors that follow from them.

use super::raw;
use crate::error::{Call, Errno, Error, Result};
use crate::fd::{AsFd, BorrowedFd};
use crate::fs::{self, Dev, FileType, SeekFrom};
use crate::io::{self, AccessMode, StatusFlags};
use crate::pipe;

/// The kinds of descriptors that a copy distinguishes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Regular,
    Block,
    Directory,
    Pipe,
    /// A socket of type `SOCK_STREAM`.
    Stream,
    /// A socket that preserves the boundaries of messages.
    Messages,
    /// Any other kind, or a descriptor whose kind the kernel does not report.
    Other,
}

/// The properties of one descriptor.
#[derive(Clone, Copy)]
pub(super) struct End {
    pub(super) kind: Kind,
    flags: StatusFlags,
    /// The device and inode numbers of a file; for a block device, the device number `st_rdev` and
    /// 0.
    identity: (Dev, u64),
}

impl End {
    /// Queries the properties of a descriptor. A property that cannot be queried is assumed to
    /// permit the copy; if the copy is not possible, a system call of the copy returns the error.
    fn new(fd: BorrowedFd<'_>) -> Self {
        let flags = io::fcntl_getfl(fd)
            .unwrap_or(StatusFlags::from_bits_retain(AccessMode::ReadWrite.bits()));
        let Ok(stat) = fs::raw::fstat(fd) else {
            return Self { kind: Kind::Other, flags, identity: (Dev::default(), 0) };
        };
        let kind = match stat.file_type() {
            FileType::RegularFile => Kind::Regular,
            FileType::BlockDevice => Kind::Block,
            FileType::Directory => Kind::Directory,
            FileType::Fifo => Kind::Pipe,
            FileType::Socket => match raw::getsockopt_is_stream(fd) {
                Ok(true) => Kind::Stream,
                Ok(false) => Kind::Messages,
                Err(_) => Kind::Other,
            },
            FileType::Symlink | FileType::CharacterDevice | FileType::Unknown => Kind::Other,
        };
        let identity =
            if kind == Kind::Block { (stat.rdev(), 0) } else { (stat.dev(), stat.ino()) };
        Self { kind, flags, identity }
    }

    /// Returns whether the descriptor refers to a regular file or a block device.
    pub(super) const fn is_file(&self) -> bool {
        matches!(self.kind, Kind::Regular | Kind::Block)
    }

    /// Returns whether the descriptor refers to a file that is open for direct I/O. The flag
    /// `O_DIRECT` of a pipe has another meaning: packet mode.
    pub(super) const fn is_direct(&self) -> bool {
        self.is_file() && self.flags.contains(StatusFlags::DIRECT)
    }

    pub(super) const fn is_appending(&self) -> bool {
        self.flags.contains(StatusFlags::APPEND)
    }

    const fn is_open_for(&self, access: AccessMode) -> bool {
        let mode = self.flags.access().bits();
        !self.flags.contains(StatusFlags::PATH)
            && (mode == access.bits() || mode == AccessMode::ReadWrite.bits())
    }
}

/// The properties of the source and of the target.
#[derive(Clone, Copy)]
pub(super) struct Ends {
    pub(super) source: End,
    pub(super) target: End,
}

impl Ends {
    pub(super) fn new(source: BorrowedFd<'_>, target: BorrowedFd<'_>) -> Self {
        Self { source: End::new(source), target: End::new(target) }
    }

    /// Returns the properties of a copy from a pipe to the same target.
    pub(super) const fn with_pipe_source(mut self) -> Self {
        self.source.kind = Kind::Pipe;
        self
    }

    pub(super) fn has(&self, kind: Kind) -> bool {
        self.source.kind == kind || self.target.kind == kind
    }

    pub(super) const fn are_files(&self) -> bool {
        self.source.is_file() && self.target.is_file()
    }

    pub(super) const fn is_direct(&self) -> bool {
        self.source.is_direct() || self.target.is_direct()
    }

    /// Returns whether the copy can create the holes of the source in the target. A target that is
    /// open for appending is excluded, because another process could append to the target while the
    /// copy sets its size.
    pub(super) fn can_keep_holes(&self) -> bool {
        (self.source.kind, self.target.kind) == (Kind::Regular, Kind::Regular)
            && !self.target.is_appending()
    }

    /// Fails if the copy is impossible or would destroy its own source, before anything is read
    /// from the source.
    pub(super) fn check(
        &self,
        source: BorrowedFd<'_>,
        target: BorrowedFd<'_>,
        limit: u64,
    ) -> Result<()> {
        let error = |call, errno| Err(Error::new(call, errno));
        if !self.source.is_open_for(AccessMode::ReadOnly) {
            return error(Call::READ, Errno::BADF);
        }
        if !self.target.is_open_for(AccessMode::WriteOnly) {
            return error(Call::WRITE, Errno::BADF);
        }
        if self.source.kind == Kind::Directory {
            return error(Call::READ, Errno::ISDIR);
        }
        if self.target.kind == Kind::Other && does_not_write(target) {
            return error(Call::WRITE_UNSUPPORTED, Errno::INVAL);
        }
        let same =
            self.source.kind == self.target.kind && self.source.identity == self.target.identity;
        if same && self.source.kind == Kind::Pipe {
            return error(Call::SPLICE_SAME_PIPE, Errno::INVAL);
        }
        if same && self.source.is_file() && self.overlap(source, target, limit).unwrap_or(false) {
            return error(Call::COPY_FILE_RANGE_OVERLAP, Errno::INVAL);
        }
        Ok(())
    }

    /// Returns whether the copy would read bytes of the file that it has written, or overwrite
    /// bytes that it has not yet read.
    fn overlap(&self, source: BorrowedFd<'_>, target: BorrowedFd<'_>, limit: u64) -> Result<bool> {
        let from = fs::raw::lseek(source, SeekFrom::Current(0))?;
        let to = fs::raw::lseek(target, SeekFrom::Current(0))?;
        let end = fs::raw::lseek(source, SeekFrom::End(0))?;
        fs::raw::lseek(source, SeekFrom::Start(from))?;
        let to = if self.target.is_appending() { end } else { to };
        let length = end.saturating_sub(from).min(limit);
        Ok(length > 0
            // If the position of the target is after that of the source, the bytes that are written
            // become part of the range that is read.
            && if to > from { limit > to - from } else { from - to < length })
    }
}

/// Returns whether the file system or driver of the target does not implement writes. If writes are
/// not implemented, `writev` without buffers fails with `EINVAL`. Otherwise, `writev` without
/// buffers succeeds without calling the implementation.
fn does_not_write(target: BorrowedFd<'_>) -> bool {
    let is_refused =
        |fd: BorrowedFd<'_>| io::writev(fd, &[]).is_err_and(|error| error.is(Errno::INVAL));
    // A seccomp filter that rejects `writev` also rejects the call for a pipe.
    is_refused(target) && pipe::pipe().is_ok_and(|(_reader, writer)| !is_refused(writer.as_fd()))
}
