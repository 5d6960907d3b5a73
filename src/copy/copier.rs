//! Copies from one descriptor to another, of any two kinds.

use core::fmt;

use super::CopyError;
use super::memory::{is_nonblocking, through_memory, wait};
use super::strategy::{Method, StepError, Strategy};
use crate::error::{Errno, Error, Result};
use crate::fd::{AsFd, AsRawFd, BorrowedFd};
use crate::fs::{self, FileType};
use crate::poll::PollFlags;

/// What the kernel moves with one call at the most; of twice as much it says that it is no length.
const AT_ONCE: usize = 0x7fff_f000;

/// Copies all bytes of one descriptor to another; returns how many.
///
/// As [`Copier::run`] does it.
///
/// # Errors
///
/// A [`CopyError`], which says how many had arrived before.
#[inline]
pub fn copy(from: impl AsFd, to: impl AsFd) -> Result<u64, CopyError> {
    Copier::new(&from, &to).run()
}

/// A copy from one descriptor to another: from where they stand, to the end of the source or a [limit](Self::limit).
///
/// The way is chosen by what the two descriptors are, and every way copes with calls that move less than they were
/// asked for, with signals, and with descriptors that are non-blocking, for which it waits as long as it takes. A
/// timeout of a blocking source (`SO_RCVTIMEO`) ends the copy with `EAGAIN`, unless the target is non-blocking: which
/// of the two was late, the kernel does not say. One of a blocking target (`SO_SNDTIMEO`) does, unless the source is
/// non-blocking and the bytes go straight from one to the other. A target that nobody reads raises `SIGPIPE` before it
/// fails with `EPIPE`, unless that is [ignored](crate::signal::ignore), as `std` does it.
///
/// A copy that has failed may go on with another [`step`](Self::step); what was lost stays lost.
///
/// ```
/// use butter::copy::Copier;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = temp_dir::TempDir::new()?;
/// # let target = folder.path().join("copy");
/// let (from, to) = (std::fs::File::open("/proc/self/status")?, std::fs::File::create(&target)?);
/// let copied = Copier::new(&from, &to).run_with_progress(|copied| println!("{copied} bytes until now"))?;
/// assert_eq!(std::fs::metadata(&target)?.len(), copied);
/// # Ok(())
/// # }
/// ```
pub struct Copier<'fd> {
    from: BorrowedFd<'fd>,
    to: BorrowedFd<'fd>,
    strategy: Strategy,
    method: Method,
    chunk_size: usize,
    left: u64,
    copied: u64,
}

impl<'fd> Copier<'fd> {
    /// What one step takes at the most, unless [`chunk_size`](Self::chunk_size) says otherwise: 16 MiB.
    pub const DEFAULT_CHUNK_SIZE: usize = 16 * 1024 * 1024;

    /// A copy from one descriptor to another.
    #[must_use]
    pub fn new<F: AsFd + ?Sized, T: AsFd + ?Sized>(from: &'fd F, to: &'fd T) -> Self {
        let (from, to, method) = (from.as_fd(), to.as_fd(), Method::Auto);
        Self {
            from,
            to,
            strategy: Strategy::first(method),
            method,
            chunk_size: Self::DEFAULT_CHUNK_SIZE,
            left: u64::MAX,
            copied: 0,
        }
    }

    /// The same, of at most so many bytes.
    #[must_use]
    pub const fn limit(mut self, bytes: u64) -> Self {
        self.left = bytes;
        self
    }

    /// The same, in this way and no other: where the two descriptors do not allow it, the copy fails. (What stands
    /// behind urgent data of TCP is read and written all the same, a little of it.)
    ///
    /// An end that the kernel finds by a file's size is method_used as it is: with [`Method::CopyFileRange`] and
    /// [`Method::Sendfile`], nothing is copied of a file of size 0 that has bytes all the same.
    #[must_use]
    pub fn method(mut self, method: Method) -> Self {
        self.method = method;
        self.strategy = Strategy::first(method);
        self
    }

    /// The same, with at most so many bytes a step: at least 1, and no more than the kernel moves at once, 2 GiB less a
    /// page.
    #[must_use]
    pub const fn chunk_size(mut self, bytes: usize) -> Self {
        self.chunk_size = match bytes {
            0 => 1,
            1..AT_ONCE => bytes,
            AT_ONCE.. => AT_ONCE,
        };
        self
    }

    /// How many bytes have arrived.
    #[must_use]
    pub const fn copied(&self) -> u64 {
        self.copied
    }

    /// The way that the copy takes now: where it was left open, the one that has been found.
    #[must_use]
    pub const fn method_used(&self) -> Method {
        self.strategy.method()
    }

    /// Copies up to the end of the source, or the limit; returns how many bytes have arrived.
    ///
    /// # Errors
    ///
    /// A [`CopyError`], which says how many had arrived before.
    #[inline]
    pub fn run(self) -> Result<u64, CopyError> {
        self.run_with_progress(|_| {})
    }

    /// As [`run`](Self::run), and says after each step how many bytes have arrived.
    ///
    /// # Errors
    ///
    /// A [`CopyError`], which says how many had arrived before.
    pub fn run_with_progress(mut self, mut progress: impl FnMut(u64)) -> Result<u64, CopyError> {
        while self.step()? > 0 {
            progress(self.copied);
        }
        Ok(self.copied)
    }

    /// Copies one chunk_size: some bytes, as many as go at once. Returns how many; 0 at the end of the source, or the limit.
    ///
    /// # Errors
    ///
    /// A [`CopyError`], which says how many had arrived before.
    pub fn step(&mut self) -> Result<usize, CopyError> {
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(self.chunk_size);
        if most == 0 {
            return Ok(0);
        }
        let mut waited = false;
        loop {
            let mut step = self.strategy.step(self.from, self.to, most);
            let nothing = match &step {
                Ok(count) => *count == 0,
                // Both were ready, and still it is not: as before urgent data.
                Err(stopped) => waited && stopped.lost == 0 && stopped.error.is(Errno::AGAIN),
            };
            if nothing && self.strategy.may_miss(self.from, self.method) {
                step = self.read_on(most);
            }
            let stopped = match step {
                Ok(count) => {
                    self.arrived(count);
                    return Ok(count);
                }
                Err(stopped) => stopped,
            };
            let StepError { error, arrived, lost } = stopped;
            self.arrived(arrived);
            match error.errno() {
                Errno::AGAIN if lost == 0 => {
                    waited = true;
                    self.wait(error)
                }
                _ => self.strategy.change(self.method, self.from, self.to, &stopped),
            }
            .map_err(|error| self.failed(error, lost))?;
        }
    }

    /// Reads and writes what comes next. What stands behind urgent data may go as before again; the rest of a file does
    /// not, and no other way finds bytes that are lost.
    fn read_on(&mut self, most: usize) -> Result<usize, StepError> {
        let step = through_memory(self.from, self.to, most);
        let goes_on = match &step {
            Ok(count) => *count == 0 || fs::file_type(self.from) == FileType::Socket,
            Err(stopped) => stopped.lost == 0 && stopped.error.is(Errno::AGAIN),
        };
        if !goes_on {
            self.strategy = Strategy::ReadWrite;
        }
        step
    }

    /// Waits until both descriptors are ready: which of them was not, a call that moves bytes itself does not say.
    ///
    /// Where both block, a socket's own timeout was over: that is for the caller.
    fn wait(&self, error: Error) -> Result<()> {
        if !is_nonblocking(self.from) && !is_nonblocking(self.to) {
            return Err(error);
        }
        wait(self.from, PollFlags::IN)?;
        wait(self.to, PollFlags::OUT)
    }

    fn arrived(&mut self, count: usize) {
        let count = count as u64;
        self.copied += count;
        self.left = self.left.saturating_sub(count);
    }

    #[cold]
    fn failed(&mut self, error: Error, lost: usize) -> CopyError {
        self.strategy.give_up();
        CopyError { error, copied: self.copied, lost: lost as u64 }
    }
}

impl fmt::Debug for Copier<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Copier")
            .field("from", &self.from.as_raw_fd())
            .field("to", &self.to.as_raw_fd())
            .field("method_used", &self.method_used())
            .field("copied", &self.copied)
            .finish_non_exhaustive()
    }
}
