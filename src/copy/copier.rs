//! Copying from one descriptor to another, of any two kinds.

use core::fmt;

use super::memory::{is_nonblocking, through_memory, wait};
use super::strategy::{Method, StepError, Strategy};
use crate::error::{Errno, Error, Result};
use crate::fd::{AsFd, AsRawFd, BorrowedFd};
use crate::fs::{self, FileType};
use crate::poll::PollFlags;

/// The most that the kernel moves with one call (`MAX_RW_COUNT`). Some calls reject larger lengths.
const MAX_LENGTH: usize = 0x7fff_f000;

/// Copies all bytes from one descriptor to another. Returns the number of bytes.
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
/// The method depends on the kinds of the two descriptors. With every method, short transfers are
/// continued, calls that a signal interrupts are repeated, and a copy waits indefinitely for
/// descriptors that are non-blocking.
///
/// If the socket timeout of a blocking source (`SO_RCVTIMEO`) expires, the copy fails with
/// `EAGAIN`, unless the target is non-blocking: the kernel does not report which of the two was not
/// ready. If that of a blocking target (`SO_SNDTIMEO`) expires, the copy fails with `EAGAIN`,
/// unless the source is non-blocking and the bytes are moved directly between the two.
///
/// Writing to a pipe or socket whose other end is closed raises `SIGPIPE`, unless the signal is
/// [ignored](crate::signal::ignore) (as it is in programs with `std`), and fails with `EPIPE`.
///
/// After a failure, another [`step`](Self::step) can continue the copy; bytes that were
/// [lost](CopyError::lost) are not copied.
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
pub struct Copier<'fd> {
    source: BorrowedFd<'fd>,
    target: BorrowedFd<'fd>,
    strategy: Strategy,
    method: Method,
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
            strategy: Strategy::new(method),
            method,
            chunk_size: Self::DEFAULT_CHUNK_SIZE,
            remaining: u64::MAX,
            copied: 0,
        }
    }

    /// Sets the maximum number of bytes to copy.
    #[must_use]
    pub const fn limit(mut self, bytes: u64) -> Self {
        self.remaining = bytes;
        self
    }

    /// Sets the only method to use: if the two descriptors do not support it, the copy fails.
    /// (After TCP urgent data, a few bytes are read and written all the same.)
    ///
    /// Where the kernel determines the end of a file by its size, the copy ends there: with
    /// [`Method::CopyFileRange`] and [`Method::Sendfile`], nothing is copied from a pseudo-file
    /// that has content although its size is 0.
    #[must_use]
    pub fn method(mut self, method: Method) -> Self {
        self.method = method;
        self.strategy = Strategy::new(method);
        self
    }

    /// Sets the maximum number of bytes that one step copies: at least 1, and at most what the
    /// kernel moves with one call, 2 GiB minus 4 KiB. Values outside this range are clamped.
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

    /// Returns the method that the copy uses at present. It is never [`Method::Auto`].
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

    /// Copies like [`run`](Self::run), and calls a function with the number of bytes copied after
    /// each step.
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

    /// Copies at most one chunk: as many bytes as one call moves. Returns the number of bytes; 0 at
    /// the end of the source, or at the limit.
    ///
    /// # Errors
    ///
    /// A [`CopyError`], which contains the number of bytes copied before the failure.
    pub fn step(&mut self) -> Result<usize, CopyError> {
        let max_length = usize::try_from(self.remaining).unwrap_or(usize::MAX).min(self.chunk_size);
        if max_length == 0 {
            return Ok(0);
        }
        let mut waited = false;
        loop {
            let mut step = self.strategy.step(self.source, self.target, max_length);
            let moved_nothing = match &step {
                Ok(count) => *count == 0,
                // Both descriptors were ready, and the call would block all the same: the kernel's
                // calls do so before urgent data.
                Err(failed) => waited && failed.lost == 0 && failed.error.is(Errno::AGAIN),
            };
            if moved_nothing && self.strategy.may_miss_data(self.source, self.method) {
                step = self.read_instead(max_length);
            }
            let failed = match step {
                Ok(count) => {
                    self.advance(count);
                    return Ok(count);
                }
                Err(failed) => failed,
            };
            let StepError { error, copied, lost } = failed;
            self.advance(copied);
            match error.errno() {
                Errno::AGAIN if lost == 0 => {
                    waited = true;
                    self.wait(error)
                }
                _ => self.strategy.fall_back(self.method, self.source, self.target, &failed),
            }
            .map_err(|error| self.fail(error, lost))?;
        }
    }

    /// Reads and writes the next bytes. The strategy is kept for a socket, because it works again
    /// after the urgent data; for a file, the rest is read as well. It is also kept if bytes were
    /// lost, which no other strategy would find.
    fn read_instead(&mut self, max_length: usize) -> Result<usize, StepError> {
        let step = through_memory(self.source, self.target, max_length);
        let keep_strategy = match &step {
            Ok(count) => *count == 0 || fs::file_type(self.source) == FileType::Socket,
            Err(failed) => failed.lost == 0 && failed.error.is(Errno::AGAIN),
        };
        if !keep_strategy {
            self.strategy = Strategy::ReadWrite;
        }
        step
    }

    /// Waits until both descriptors are ready: a call that moves bytes between two descriptors does
    /// not report which of them would block.
    ///
    /// If both are blocking, a socket timeout has expired, and the error is returned to the caller.
    fn wait(&self, error: Error) -> Result<()> {
        if !is_nonblocking(self.source) && !is_nonblocking(self.target) {
            return Err(error);
        }
        wait(self.source, PollFlags::IN)?;
        wait(self.target, PollFlags::OUT)
    }

    fn advance(&mut self, count: usize) {
        let count = count as u64;
        self.copied += count;
        self.remaining = self.remaining.saturating_sub(count);
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

/// The error of a copy: the call that failed, and how many bytes were copied before.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct CopyError {
    error: Error,
    copied: u64,
    lost: u64,
}

impl CopyError {
    /// Returns the call that failed and its errno.
    #[must_use]
    pub const fn error(self) -> Error {
        self.error
    }

    /// Returns the number of bytes written to the target before the failure.
    #[must_use]
    pub const fn copied(self) -> u64 {
        self.copied
    }

    /// Returns the number of further bytes that were read from the source and could not be written.
    /// The position of a seekable source has advanced past them.
    #[must_use]
    pub const fn lost(self) -> u64 {
        self.lost
    }
}

/// Prints the error, the number of bytes copied, and the number of bytes lost unless it is 0.
impl fmt::Display for CopyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { error, copied, lost } = self;
        let plural = if *copied == 1 { "" } else { "s" };
        write!(f, "{error}, after {copied} byte{plural}")?;
        if *lost > 0 { write!(f, ", with {lost} more read and lost") } else { Ok(()) }
    }
}

impl fmt::Debug for CopyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CopyError({self})")
    }
}

impl core::error::Error for CopyError {}

/// Keeps the error; the numbers of bytes are discarded.
impl From<CopyError> for Error {
    fn from(error: CopyError) -> Self {
        error.error
    }
}
