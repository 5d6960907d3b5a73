//! Memory that is the program's own, page by page.

use core::fmt;
use core::ops::{Deref, DerefMut};
use core::ptr::NonNull;

use super::page::whole_pages;
use super::{MapFlags, ProtFlags, raw};
use crate::error::Result;

/// Bytes in pages of their own: memory from the kernel, without an allocator. Unmapped when dropped.
///
/// It is zero at first, begins with a page, and shares no page with anything else: what is given to a pipe by
/// [`splice_pages`](crate::pipe::splice_pages).
pub struct AnonymousMapping {
    start: NonNull<u8>,
    length: usize,
    /// Where the mapping ends, or within its last page: not before `length`.
    mapped: usize,
}

// SAFETY: owns its memory, which no thread is tied to.
unsafe impl Send for AnonymousMapping {}
// SAFETY: shared, it only lends its bytes.
unsafe impl Sync for AnonymousMapping {}

impl AnonymousMapping {
    /// So many bytes, all zero. A page is there, and takes memory, when it is first written to.
    ///
    /// # Errors
    ///
    /// `ENOMEM` - no memory for it, no room among the addresses, or as many mappings as a process may have. `EINVAL` -
    /// a length of zero. `EAGAIN` - the process locks all its memory (`mlockall`), and may not lock so much.
    #[doc(alias = "mmap")]
    pub fn new(length: usize) -> Result<Self> {
        let (protection, flags) =
            (ProtFlags::READ | ProtFlags::WRITE, MapFlags::PRIVATE | MapFlags::ANONYMOUS);
        // SAFETY: new memory, at an address of the kernel's choice.
        let start =
            unsafe { raw::mmap(core::ptr::null_mut(), length, protection, flags, None, 0) }?;
        // SAFETY: without being asked to, the kernel maps nothing at address 0.
        let start = unsafe { NonNull::new_unchecked(start) };
        Ok(Self { start, length, mapped: length })
    }

    /// Shortens it to so many bytes; pages that have none of them are unmapped. If it is shorter already, nothing
    /// happens.
    pub fn truncate(&mut self, length: usize) {
        if length < self.length {
            let kept = whole_pages(length);
            let behind = self.start.as_ptr().wrapping_add(kept);
            // SAFETY: this memory, behind what is kept, is ours, and no longer part of us.
            unsafe { unmap(behind, self.mapped.saturating_sub(kept)) };
            self.mapped = self.mapped.min(kept);
            self.length = length;
        }
    }

    /// Without its first bytes: the pages that hold them are unmapped, and what is left begins with a page again. If
    /// one of the pages also holds bytes that stay, these are copied. Nothing is left of no bytes.
    pub(crate) fn without_first(mut self, bytes: usize) -> Result<Option<Self>> {
        if bytes >= self.length {
            return Ok(None);
        }
        if bytes != whole_pages(bytes) {
            let rest = Self::new(self.length - bytes)?;
            let left = self.start.as_ptr().wrapping_add(bytes);
            // SAFETY: so many bytes of ours are left, and the new ones are elsewhere.
            unsafe { rest.start.as_ptr().copy_from_nonoverlapping(left, rest.length) };
            return Ok(Some(rest));
        }
        // SAFETY: whole pages of ours, which are no longer part of us.
        unsafe { unmap(self.start.as_ptr(), bytes) };
        // SAFETY: within the mapping.
        self.start = unsafe { self.start.add(bytes) };
        self.length -= bytes;
        self.mapped -= bytes;
        Ok(Some(self))
    }
}

/// Unmaps pages that nobody will use again. What the kernel does not unmap, because too many mappings would be left,
/// nobody reaches any more.
///
/// # Safety
///
/// Nobody may use the memory again.
unsafe fn unmap(start: *mut u8, length: usize) {
    if length > 0 {
        // SAFETY: as the caller promises.
        let _ = unsafe { raw::munmap(start, length) };
    }
}

impl Drop for AnonymousMapping {
    fn drop(&mut self) {
        // SAFETY: all of it is ours, and its end has come.
        unsafe { unmap(self.start.as_ptr(), self.mapped) };
    }
}

impl Deref for AnonymousMapping {
    type Target = [u8];

    #[inline]
    fn deref(&self) -> &[u8] {
        // SAFETY: so many bytes are mapped there, and are ours.
        unsafe { core::slice::from_raw_parts(self.start.as_ptr(), self.length) }
    }
}

impl DerefMut for AnonymousMapping {
    #[inline]
    fn deref_mut(&mut self) -> &mut [u8] {
        // SAFETY: as above; the borrow is the only one.
        unsafe { core::slice::from_raw_parts_mut(self.start.as_ptr(), self.length) }
    }
}

impl AsRef<[u8]> for AnonymousMapping {
    #[inline]
    fn as_ref(&self) -> &[u8] {
        self
    }
}

/// Prints how many bytes, not which.
impl fmt::Debug for AnonymousMapping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AnonymousMapping").field("length", &self.length).finish()
    }
}
