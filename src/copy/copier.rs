//! Copying between two descriptors of any kind.

use core::fmt;

use super::CopyError;
use super::ends::{Ends, Kind};
use super::holes::Holes;
use super::memory::{is_closed, is_nonblocking, through_memory, wait};
use super::strategy::{Method, StepError, Strategy, is_splice_refused};
use crate::error::{Errno, Error, Result};
use crate::fd::{AsFd, AsRawFd, BorrowedFd};
use crate::poll::PollFlags;

/// The maximum number of bytes that one system call moves (`MAX_RW_COUNT` in the kernel). Some
/// system calls reject larger lengths.
const MAX_LENGTH: usize = 0x7fff_f000;

/// Copies all bytes from one descriptor to another. Returns the number of bytes copied.
///
/// Equivalent to `Copier::new(&source, &target).run()`; see [`Copier`].
///
/// # Errors
///
/// A [`CopyError`], which contains the number of bytes copied before the failure.
#[inline]
pub fn copy(source: impl AsFd, target: impl AsFd) -> Result<u64, CopyError> {
    Copier::new(&source, &target).run()
}

/// A copy from one descriptor to another: from their positions to the end of the source, or to a
/// [limit](Self::limit).
///
/// The first step queries the properties of the two descriptors. Before this step reads from the
/// source, it fails with
///
/// - `EBADF`, if the source is not open for reading, or the target is not open for writing;
/// - `EISDIR`, if the source is a directory;
/// - `EINVAL`, if the target does not support writing ([`Call::WRITE_UNSUPPORTED`]);
/// - `EINVAL`, if both descriptors are the same pipe ([`Call::SPLICE_SAME_PIPE`]);
/// - `EINVAL`, if both descriptors are the same file or block device, and the range that is read
///   overlaps the range that is written ([`Call::COPY_FILE_RANGE_OVERLAP`]). For example, a copy
///   from a file to the end of the same file would read its own output, unless a
///   [limit](Self::limit) ends the copy at or before the old end of the file.
///
/// [`Method::Auto`] then chooses a method according to the kinds of the two descriptors. If the
/// method fails with any error before it has copied a byte, the copy uses the next method, and
/// returns only the error of the last method. An error after the first copied byte ends the copy.
///
/// With every method, the copy continues after short transfers, repeats calls that are interrupted
/// by a signal, and waits indefinitely for a non-blocking descriptor that is not ready. In an event
/// loop, use [`splice`](crate::pipe#relaying-between-non-blocking-descriptors) instead.
///
/// If the socket timeout of a blocking source (`SO_RCVTIMEO`) expires, the copy fails with `EAGAIN`
/// if the target is blocking as well. If the socket timeout of a blocking target (`SO_SNDTIMEO`)
/// expires, the copy fails with `EAGAIN` if the source is blocking as well, or if separate system
/// calls read from the source and write to the target. Otherwise, the copy continues to wait after
/// the timeout, because the kernel does not report which of the two descriptors was not ready.
///
/// Writing to a pipe or socket whose other end is closed fails with `EPIPE`. The write also raises
/// `SIGPIPE`, unless the signal is [ignored](crate::signal::ignore), as in programs with `std`.
///
/// After a failure, another [`step`](Self::step) can continue the copy, but does not copy the bytes
/// that were [lost](CopyError::lost).
///
/// ```
/// use butter::copy::Copier;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = temp_dir::TempDir::new()?;
/// # let path = folder.path().join("copy");
/// let source = std::fs::File::open("/proc/self/status")?;
/// let target = std::fs::File::create(&path)?;
/// let copied = Copier::new(&source, &target)
///     .run_with_progress(|copied| println!("{copied} bytes so far"))?;
/// assert_eq!(std::fs::metadata(&path)?.len(), copied);
/// # Ok(())
/// # }
/// ```
///
/// [`Call::WRITE_UNSUPPORTED`]: crate::error::Call::WRITE_UNSUPPORTED
/// [`Call::SPLICE_SAME_PIPE`]: crate::error::Call::SPLICE_SAME_PIPE
/// [`Call::COPY_FILE_RANGE_OVERLAP`]: crate::error::Call::COPY_FILE_RANGE_OVERLAP
pub struct Copier<'fd> {
    source: BorrowedFd<'fd>,
    target: BorrowedFd<'fd>,
    /// The properties of the two descriptors. `None` until the first step has queried the
    /// properties.
    ends: Option<Ends>,
    strategy: Strategy,
    /// Whether any strategy has copied bytes since the first strategy was chosen.
    strategy_copied: bool,
    method: Method,
    holes: Holes,
    keep_holes: bool,
    chunk_size: usize,
    remaining: u64,
    copied: u64,
}

impl<'fd> Copier<'fd> {
    /// The default [`chunk_size`](Self::chunk_size): 16 MiB.
    pub const DEFAULT_CHUNK_SIZE: usize = 16 * 1024 * 1024;

    /// Prepares a copy from one descriptor to another.
    #[must_use]
    pub fn new<S: AsFd + ?Sized, T: AsFd + ?Sized>(source: &'fd S, target: &'fd T) -> Self {
        let (source, target, method) = (source.as_fd(), target.as_fd(), Method::Auto);
        Self {
            source,
            target,
            ends: None,
            strategy: Strategy::new(method),
            strategy_copied: false,
            method,
            holes: Holes::Fill,
            keep_holes: true,
            chunk_size: Self::DEFAULT_CHUNK_SIZE,
            remaining: u64::MAX,
            copied: 0,
        }
    }

    /// Sets the maximum number of bytes to copy.
    #[must_use]
    pub const fn limit(mut self, bytes: u64) -> Self {
        self.remaining = bytes;
        self.ends = None;
        self
    }

    /// Sets the method of the copy: if the two descriptors do not support the method, the copy
    /// fails. In three cases, the copy uses `read` and `write` instead of the method, which would
    /// fail or have another result: after TCP urgent data, for sockets that preserve message
    /// boundaries, and for the parts of a file open for direct I/O (`O_DIRECT`) that are not whole
    /// blocks.
    ///
    /// With [`Method::CopyFileRange`] and [`Method::Sendfile`], the kernel can determine the end of
    /// a file by its size. Many pseudo-files have content but a size of 0: with these two methods,
    /// the copy of such a file ends without copying a byte.
    #[must_use]
    pub fn method(mut self, method: Method) -> Self {
        self.method = method;
        self.strategy = Strategy::new(method);
        self.ends = None;
        self
    }

    /// Sets whether the holes of a regular file are copied as zeros, for which the file system of
    /// the target allocates space. By default, if the target is a regular file as well, every
    /// method creates holes in the target instead.
    ///
    /// A hole after the end of the target is created by [ftruncate(2)], and a hole in the existing
    /// bytes of the target by [fallocate(2)]. If the file system does not support holes, or if the
    /// target is open for appending, the copy writes zeros.
    ///
    /// [ftruncate(2)]: https://man7.org/linux/man-pages/man2/ftruncate.2.html
    /// [fallocate(2)]: https://man7.org/linux/man-pages/man2/fallocate.2.html
    #[must_use]
    pub const fn fill_holes(mut self, fill: bool) -> Self {
        self.keep_holes = !fill;
        self.ends = None;
        self
    }

    /// Sets the maximum number of bytes that one step copies: at least 1, and at most 2 GiB minus 4
    /// KiB, the maximum of one system call with pages of 4 KiB. Values outside this range are
    /// clamped. A hole of a file is copied in one step, whatever its length.
    #[must_use]
    pub const fn chunk_size(mut self, bytes: usize) -> Self {
        self.chunk_size = match bytes {
            0 => 1,
            1..MAX_LENGTH => bytes,
            MAX_LENGTH.. => MAX_LENGTH,
        };
        self
    }

    /// Returns the number of bytes written to the target so far.
    #[must_use]
    pub const fn copied(&self) -> u64 {
        self.copied
    }

    /// Returns the method that the copy currently uses. The result is never [`Method::Auto`]: with
    /// this setting, the result is [`Method::ReadWrite`] until the first step has chosen a method.
    #[must_use]
    pub const fn method_used(&self) -> Method {
        self.strategy.method()
    }

    /// Copies up to the end of the source, or to the limit. Returns the number of bytes copied.
    ///
    /// # Errors
    ///
    /// A [`CopyError`], which contains the number of bytes copied before the failure.
    #[inline]
    pub fn run(self) -> Result<u64, CopyError> {
        self.run_with_progress(|_| {})
    }

    /// Copies like [`run`](Self::run), and calls a function after each step with the number of
    /// bytes copied so far.
    ///
    /// # Errors
    ///
    /// A [`CopyError`], which contains the number of bytes copied before the failure.
    pub fn run_with_progress(mut self, mut progress: impl FnMut(u64)) -> Result<u64, CopyError> {
        while self.step()? > 0 {
            progress(self.copied);
        }
        Ok(self.copied)
    }

    /// Copies as many bytes as one system call moves, at most the [chunk size](Self::chunk_size).
    /// Returns the number of bytes copied, which is 0 at the end of the source or at the limit. A
    /// hole is copied in one step, whatever its length.
    ///
    /// # Errors
    ///
    /// A [`CopyError`], which contains the number of bytes copied before the failure.
    pub fn step(&mut self) -> Result<usize, CopyError> {
        if self.remaining == 0 {
            return Ok(0);
        }
        let ends = match self.ends {
            Some(ends) => ends,
            None => self.start().map_err(|error| self.fail(error, 0))?,
        };
        let hole = self
            .holes
            .copy_hole(self.source, self.target, self.remaining)
            .map_err(|error| self.fail(error, 0))?;
        if hole > 0 {
            self.copied += hole;
            self.remaining -= hole;
            return Ok(hole as usize);
        }
        let max_length = self.remaining.min(self.holes.data()).min(self.chunk_size as u64) as usize;
        let from_stream = ends.source.kind == Kind::Stream;
        let (mut waited, mut refused) = (false, None);
        loop {
            let mut step = self.strategy.step(self.source, self.target, &ends, max_length);
            let read_instead = match &step {
                Ok(0) => self.strategy.may_miss_data(&ends, self.method),
                Ok(_) => false,
                // Before TCP urgent data, a call that copies within the kernel fails with `EAGAIN`
                // again after both descriptors have become ready.
                Err(failed) => {
                    waited
                        && failed.lost == 0
                        && failed.error.is(Errno::AGAIN)
                        && self.strategy.is_in_kernel()
                        && (self.method == Method::Auto || from_stream)
                }
            };
            if read_instead {
                step = self.read_instead(&ends, max_length);
            }
            let failed = match step {
                Ok(count) => {
                    // A socket returns its pending error only once. The next read returns 0, as at
                    // the end of the data.
                    if let Some(error) = refused.filter(|_| count == 0 && from_stream) {
                        return Err(self.fail(error, 0));
                    }
                    self.advance(count, 0);
                    return Ok(count);
                }
                Err(failed) => failed,
            };
            let StepError { error, copied, lost } = failed;
            self.advance(copied, lost);
            if self.is_not_ready(&ends, &failed) {
                waited = true;
                self.wait(error)
            } else {
                if self.strategy.method() == Method::Splice && !is_splice_refused(error) {
                    refused = Some(error);
                }
                let is_refusal = self.is_refusal(&ends, &failed, refused.is_some());
                match is_refusal && self.strategy.fall_back(ends.is_direct(), lost) {
                    true => Ok(()),
                    false => Err(error),
                }
            }
            .map_err(|error| self.fail(error, lost))?;
        }
    }

    /// Queries the properties of the two descriptors, and chooses the strategy.
    fn start(&mut self) -> Result<Ends> {
        let ends = Ends::new(self.source, self.target);
        ends.check(self.source, self.target, self.remaining)?;
        self.strategy = Strategy::start(self.method, &ends)?;
        let keep = self.keep_holes && ends.can_keep_holes();
        self.holes = if keep { Holes::Keep(0) } else { Holes::Fill };
        self.strategy_copied = false;
        self.ends = Some(ends);
        Ok(ends)
    }

    /// Reads and writes the next bytes through a buffer, instead of with the current strategy. The
    /// next step uses the current strategy again in three cases:
    ///
    /// - Bytes were copied from a stream socket: the strategy can copy the bytes after the urgent
    ///   data.
    /// - No bytes were copied, and no error occurred.
    /// - The error is `EAGAIN`, and no bytes were lost.
    ///
    /// Otherwise, all further steps use [`Strategy::ReadWrite`]. After an error, the caller then
    /// tries no other strategy.
    fn read_instead(&mut self, ends: &Ends, max_length: usize) -> Result<usize, StepError> {
        let step = through_memory(self.source, self.target, ends, max_length);
        let keep_strategy = match &step {
            Ok(count) => *count == 0 || ends.source.kind == Kind::Stream,
            Err(failed) => failed.lost == 0 && failed.error.is(Errno::AGAIN),
        };
        if !keep_strategy {
            self.strategy = Strategy::ReadWrite;
        }
        step
    }

    /// Returns whether a step failed because a descriptor was not ready. Calls on files and
    /// blocking pipes wait until the descriptor is ready: for these descriptors, `EAGAIN` means
    /// that the kernel refuses the strategy.
    fn is_not_ready(&self, ends: &Ends, failed: &StepError) -> bool {
        let never = ends.are_files()
            || !ends.has(Kind::Stream)
                && !is_nonblocking(self.source)
                && !is_nonblocking(self.target);
        failed.lost == 0
            && failed.error.is(Errno::AGAIN)
            && !(never && self.method == Method::Auto && self.strategy.is_in_kernel())
    }

    /// Returns whether an error can mean that the kernel refuses the strategy. Every error before
    /// the first copied byte can mean a refusal, unless the target is closed. With direct I/O, the
    /// strategy fails with `EINVAL` if a position or the number of bytes is not a multiple of the
    /// block size; `through_memory` supports all positions and numbers of bytes.
    fn is_refusal(&self, ends: &Ends, failed: &StepError, may_be_closed: bool) -> bool {
        self.method == Method::Auto
            && !self.strategy_copied
            && !(may_be_closed && is_closed(self.target))
            || failed.error.is(Errno::INVAL) && ends.is_direct() && self.supports(ends)
    }

    /// Returns whether the method supports the kinds of both descriptors, so that `EINVAL` with
    /// direct I/O means that a position or a length is not aligned.
    fn supports(&self, ends: &Ends) -> bool {
        let are_regular = ends.source.kind == Kind::Regular && ends.target.kind == Kind::Regular;
        !ends.target.is_appending() && (are_regular || self.method != Method::CopyFileRange)
    }

    /// Waits until both descriptors are ready, because a call that moves bytes between two
    /// descriptors does not report which of them is not ready.
    ///
    /// If both descriptors are blocking, a socket timeout has expired, and the error is returned to
    /// the caller.
    fn wait(&self, error: Error) -> Result<()> {
        if !is_nonblocking(self.source) && !is_nonblocking(self.target) {
            return Err(error);
        }
        wait(self.source, PollFlags::IN)?;
        wait(self.target, PollFlags::OUT)
    }

    /// Updates the counters after a step that copied and lost bytes.
    fn advance(&mut self, count: usize, lost: usize) {
        let (count, lost) = (count as u64, lost as u64);
        self.strategy_copied |= count > 0;
        self.copied += count;
        self.remaining = self.remaining.saturating_sub(count);
        self.holes.advance(count + lost);
    }

    #[cold]
    fn fail(&mut self, error: Error, lost: usize) -> CopyError {
        self.strategy.discard_pipe();
        CopyError { error, copied: self.copied, lost: lost as u64 }
    }
}

impl fmt::Debug for Copier<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Copier")
            .field("source", &self.source.as_raw_fd())
            .field("target", &self.target.as_raw_fd())
            .field("method_used", &self.method_used())
            .field("copied", &self.copied)
            .finish_non_exhaustive()
    }
}
