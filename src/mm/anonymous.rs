//! Anonymous memory that the program owns, and the page size.

use core::fmt;
use core::ops::{Deref, DerefMut};
use core::ptr::NonNull;
use core::sync::atomic::{AtomicUsize, Ordering};

use super::{MapFlags, ProtFlags, raw};
use crate::arch::abi::PAGE_SIZES;
use crate::error::Result;

/// A buffer of anonymous memory, which the kernel maps without an allocator. The memory is unmapped
/// on drop.
///
/// The buffer is zeroed when it is mapped, starts at a page boundary, and shares no page with other
/// data, as required by [`splice_pages`](crate::pipe::splice_pages).
pub struct AnonymousMapping {
    start: NonNull<u8>,
    length: usize,
    /// The number of bytes to unmap: at least `length`, and at most the size of the mapped pages.
    mapped: usize,
}

// SAFETY: owns its memory, which is not tied to a thread.
unsafe impl Send for AnonymousMapping {}
// SAFETY: a shared reference only lends the bytes.
unsafe impl Sync for AnonymousMapping {}

impl AnonymousMapping {
    /// Maps `length` bytes of zeroed memory. A page is allocated when it is first written to.
    ///
    /// # Errors
    ///
    /// - `EINVAL`: the length is 0.
    /// - `ENOMEM`: a limit on memory or mappings has been reached, or the address space is
    ///   exhausted.
    /// - `EAGAIN`: the process locks all its memory (`mlockall`), and its limit (`RLIMIT_MEMLOCK`)
    ///   has been reached.
    ///
    /// Since Linux 1.0; [mmap(2)].
    ///
    /// [mmap(2)]: https://man7.org/linux/man-pages/man2/mmap.2.html
    #[doc(alias = "mmap")]
    pub fn new(length: usize) -> Result<Self> {
        let (protection, flags) =
            (ProtFlags::READ | ProtFlags::WRITE, MapFlags::PRIVATE | MapFlags::ANONYMOUS);
        // SAFETY: new memory, at an address chosen by the kernel.
        let start =
            unsafe { raw::mmap(core::ptr::null_mut(), length, protection, flags, None, 0) }?;
        // SAFETY: the kernel maps nothing at address 0, unless a program requests this address.
        let start = unsafe { NonNull::new_unchecked(start) };
        Ok(Self { start, length, mapped: length })
    }

    /// Shortens the buffer to `length` bytes and unmaps the pages that are no longer needed. Has no
    /// effect if the buffer is not longer than `length`.
    pub fn truncate(&mut self, length: usize) {
        if length < self.length {
            let kept = round_up_to_pages(length);
            let end = self.start.as_ptr().wrapping_add(kept);
            // SAFETY: the memory after the first `kept` bytes is part of this mapping and is no
            // longer used.
            unsafe { unmap(end, self.mapped.saturating_sub(kept)) };
            self.mapped = self.mapped.min(kept);
            self.length = length;
        }
    }

    /// Removes the first `bytes` bytes and unmaps their pages. The remaining bytes start at a page
    /// boundary again: if `bytes` is not a multiple of the page size, the remaining bytes are
    /// copied to new pages. Returns `None` if no bytes remain.
    pub(crate) fn without_first(mut self, bytes: usize) -> Result<Option<Self>> {
        if bytes >= self.length {
            return Ok(None);
        }
        if bytes != round_up_to_pages(bytes) {
            let rest = Self::new(self.length - bytes)?;
            let first = self.start.as_ptr().wrapping_add(bytes);
            // SAFETY: `first` is the address of `rest.length` bytes of this mapping, and the new
            // memory does not overlap these bytes.
            unsafe { rest.start.as_ptr().copy_from_nonoverlapping(first, rest.length) };
            return Ok(Some(rest));
        }
        // SAFETY: the first `bytes` bytes are whole pages of this mapping and are no longer used.
        unsafe { unmap(self.start.as_ptr(), bytes) };
        // SAFETY: the new start is within the mapping.
        self.start = unsafe { self.start.add(bytes) };
        self.length -= bytes;
        self.mapped -= bytes;
        Ok(Some(self))
    }
}

/// Unmaps pages. If `munmap` fails because the process would have too many mappings, the pages
/// remain mapped and unused.
///
/// # Safety
///
/// The memory must not be used afterwards.
unsafe fn unmap(start: *mut u8, length: usize) {
    if length > 0 {
        // SAFETY: upheld by the caller.
        let _ = unsafe { raw::munmap(start, length) };
    }
}

impl Drop for AnonymousMapping {
    fn drop(&mut self) {
        // SAFETY: the entire memory is owned by `self` and is no longer used.
        unsafe { unmap(self.start.as_ptr(), self.mapped) };
    }
}

impl Deref for AnonymousMapping {
    type Target = [u8];

    #[inline]
    fn deref(&self) -> &[u8] {
        // SAFETY: `length` bytes are mapped at `start`, and `self` owns the bytes.
        unsafe { core::slice::from_raw_parts(self.start.as_ptr(), self.length) }
    }
}

impl DerefMut for AnonymousMapping {
    #[inline]
    fn deref_mut(&mut self) -> &mut [u8] {
        // SAFETY: `length` bytes are mapped at `start`, and `self`, which owns the bytes, is
        // exclusively borrowed.
        unsafe { core::slice::from_raw_parts_mut(self.start.as_ptr(), self.length) }
    }
}

impl AsRef<[u8]> for AnonymousMapping {
    #[inline]
    fn as_ref(&self) -> &[u8] {
        self
    }
}

/// Prints the length of the buffer, and not the bytes.
impl fmt::Debug for AnonymousMapping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AnonymousMapping").field("length", &self.length).finish()
    }
}

/// Returns the system's page size in bytes: 4096 on x86_64; 4096, 16384 or 65536 on aarch64,
/// depending on how the kernel was built.
///
/// On aarch64, the page size is probed once with `madvise`. The auxiliary vector is not needed, so
/// this function also works in a program without a C library. If a seccomp filter rejects
/// `madvise`, the result is 65536, which is a multiple of every possible page size.
#[doc(alias = "sysconf")]
#[doc(alias = "_SC_PAGESIZE")]
#[doc(alias = "getpagesize")]
#[doc(alias = "AT_PAGESZ")]
#[inline]
#[must_use]
pub fn page_size() -> usize {
    static CACHED: AtomicUsize = AtomicUsize::new(0);
    if let [only] = PAGE_SIZES[..] {
        return only;
    }
    match CACHED.load(Ordering::Relaxed) {
        0 => {
            let size = probe_page_size();
            CACHED.store(size, Ordering::Relaxed);
            size
        }
        size => size,
    }
}

/// Rounds `bytes` up to a multiple of the page size.
#[inline]
fn round_up_to_pages(bytes: usize) -> usize {
    let mask = page_size() - 1;
    bytes.wrapping_add(mask) & !mask
}

/// Probes the page size. `madvise` accepts only multiples of the page size as an address, so the
/// page size is the smallest possible size that `madvise` accepts.
#[cold]
fn probe_page_size() -> usize {
    let [.., largest] = PAGE_SIZES;
    PAGE_SIZES.into_iter().find(|size| raw::madvise_nothing(*size).is_ok()).unwrap_or(largest)
}
