//! A memfd as memory.

use core::fmt;
use core::ops::Deref;
use core::ptr::NonNull;
use core::sync::atomic::AtomicU8;

use super::{MemFd, Seals};
use crate::error::Result;
use crate::fd::AsFd;
use crate::fs;
use crate::mm::raw::{mmap, munmap};
use crate::mm::{MapFlags, ProtFlags};

/// Memory that is mapped for as long as this lives.
struct Region {
    start: NonNull<u8>,
    length: usize,
    /// Where the mapping ends, or within its last page.
    mapped: usize,
}

// SAFETY: no thread is tied to the memory.
unsafe impl Send for Region {}
// SAFETY: shared, it tells where the memory is, and no more.
unsafe impl Sync for Region {}

impl Region {
    fn map(memfd: &MemFd, length: Length, protection: ProtFlags, flags: MapFlags) -> Result<Self> {
        let Length { bytes: length, mapped, .. } = length;
        if length == 0 {
            // The kernel maps no memory of no bytes; nobody looks there.
            return Ok(Self { start: NonNull::dangling(), length, mapped });
        }
        // SAFETY: new memory, at an address of the kernel's choice.
        let start = unsafe {
            mmap(core::ptr::null_mut(), mapped, protection, flags, Some(memfd.as_fd()), 0)
        }?;
        // SAFETY: without being asked to, the kernel maps nothing at address 0.
        Ok(Self { start: unsafe { NonNull::new_unchecked(start) }, length, mapped })
    }
}

impl Drop for Region {
    fn drop(&mut self) {
        if self.mapped > 0 {
            // SAFETY: mapped so long by us; what was lent of it has ended.
            let _ = unsafe { munmap(self.start.as_ptr(), self.mapped) };
        }
    }
}

/// How long a memfd is.
struct Length {
    bytes: usize,
    /// The same, up to the end of the last huge page: the kernel unmaps no part of one.
    mapped: usize,
    has_huge_pages: bool,
}

const HUGETLBFS_MAGIC: i64 = 0x9584_58F6;

impl Length {
    fn of(memfd: &MemFd) -> Result<Self> {
        let bytes = memfd.len()? as usize;
        let of = fs::fstatfs(memfd.as_fd())?;
        if of.kind != HUGETLBFS_MAGIC {
            return Ok(Self { bytes, mapped: bytes, has_huge_pages: false });
        }
        let last = (of.block_size as usize).wrapping_sub(1);
        Ok(Self { bytes, mapped: bytes.wrapping_add(last) & !last, has_huge_pages: true })
    }
}

/// A memfd as memory that is shared: whoever has it, in any process, may write to it at any moment. Unmapped when
/// dropped; the descriptor is not needed for it.
///
/// So there is no slice of it. Who uses the pointer must know what the others do; and where the memfd has become
/// shorter, there is no memory any more, and a touch is the signal `SIGBUS`. To copy bytes in and out in any case, use
/// [`MemFd::read_at`] and [`MemFd::write_at`].
pub struct Mapping {
    region: Region,
    cannot_shrink: bool,
}

/// A memfd as memory that is shared, as [`Mapping`] is, and that can be read only. Others may write to it at any
/// moment.
pub struct SharedReadMapping(Region);

/// A memfd as bytes that nobody changes or takes away: sealed against shrinking, growing and writing. Unmapped when
/// dropped; the descriptor is not needed for it.
pub struct SealedMapping(Region);

/// The whole of a memfd, shared.
pub(super) fn shared(memfd: &MemFd) -> Result<Mapping> {
    // In this order: one that was sealed against shrinking has, from then on, what it is found to have.
    let cannot_shrink = memfd.seals()?.contains(Seals::SHRINK);
    let length = Length::of(memfd)?;
    // A huge page may be taken out of the middle all the same, and there may be no other for the next touch.
    let cannot_shrink = cannot_shrink && !length.has_huge_pages;
    let region = Region::map(memfd, length, ProtFlags::READ | ProtFlags::WRITE, MapFlags::SHARED)?;
    Ok(Mapping { region, cannot_shrink })
}

/// The whole of a memfd, shared, to be read.
pub(super) fn read(memfd: &MemFd) -> Result<SharedReadMapping> {
    Region::map(memfd, Length::of(memfd)?, ProtFlags::READ, MapFlags::SHARED).map(SharedReadMapping)
}

/// The whole of a memfd, if nobody changes it.
pub(super) fn sealed(memfd: &MemFd) -> Result<Option<SealedMapping>> {
    // A seal is never taken away, so that what is asked before the mapping holds for as long as the file lives. The
    // kernel lets one be sealed against writing only when nobody can write to it any more: neither by a mapping nor by
    // input or output that has begun. `FUTURE_WRITE` leaves mappings writable and does not suffice.
    let seals = memfd.seals()?;
    // There is one way round that: of a file that may be executed, kernels from 6.3 on, until it was mended, took
    // `EXEC` for all the others too, and did not look for mappings. Who has both of these may have come by `WRITE` so.
    let unsure = seals.contains(Seals::EXEC | Seals::FUTURE_WRITE);
    if unsure || !seals.contains(Seals::SHRINK | Seals::GROW | Seals::WRITE) {
        return Ok(None);
    }
    let length = Length::of(memfd)?;
    if length.bytes != length.mapped {
        // A length that `fallocate` can make. The bytes beyond the last whole huge page are there or not.
        return Ok(None);
    }
    // Private, as kernels before 6.7 share no mapping of what is sealed against writing, though it be only read.
    Region::map(memfd, length, ProtFlags::READ, MapFlags::PRIVATE)
        .map(|region| Some(SealedMapping(region)))
}

impl Mapping {
    /// Where the memory begins: a page.
    #[inline]
    #[must_use]
    pub const fn as_ptr(&self) -> *mut u8 {
        self.region.start.as_ptr()
    }

    /// How many bytes it has: what the memfd had when it was mapped.
    #[inline]
    #[must_use]
    pub const fn len(&self) -> usize {
        self.region.length
    }

    /// Whether it has no bytes.
    #[inline]
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.region.length == 0
    }

    /// Its bytes as atomic ones, if the memfd was sealed against shrinking when it was mapped: then they stay there,
    /// and what others write to them is seen byte by byte. Else, or if it has huge pages, `None`: others may take one
    /// out, whatever is sealed.
    #[inline]
    #[must_use]
    pub const fn as_atomics(&self) -> Option<&[AtomicU8]> {
        if !self.cannot_shrink {
            return None;
        }
        // SAFETY: so many bytes are mapped, to be read and written to, for as long as we live, and the file cannot lose
        // them. Nobody has a plain reference to one: there is none to be had of shared memory.
        Some(unsafe {
            core::slice::from_raw_parts(self.region.start.as_ptr().cast(), self.region.length)
        })
    }
}

impl SharedReadMapping {
    /// Where the memory begins: a page.
    #[inline]
    #[must_use]
    pub const fn as_ptr(&self) -> *const u8 {
        self.0.start.as_ptr()
    }

    /// How many bytes it has: what the memfd had when it was mapped.
    #[inline]
    #[must_use]
    pub const fn len(&self) -> usize {
        self.0.length
    }

    /// Whether it has no bytes.
    #[inline]
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.length == 0
    }
}

impl AsRef<[u8]> for SealedMapping {
    #[inline]
    fn as_ref(&self) -> &[u8] {
        self
    }
}

impl Deref for SealedMapping {
    type Target = [u8];

    #[inline]
    fn deref(&self) -> &[u8] {
        // SAFETY: so many bytes are mapped for as long as we live; the seals keep everybody from changing them, and the
        // file from losing them.
        unsafe { core::slice::from_raw_parts(self.0.start.as_ptr(), self.0.length) }
    }
}

/// Prints how many bytes, not which.
impl fmt::Debug for Mapping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mapping").field("length", &self.region.length).finish()
    }
}

/// Prints how many bytes, not which.
impl fmt::Debug for SharedReadMapping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedReadMapping").field("length", &self.0.length).finish()
    }
}

/// Prints how many bytes, not which.
impl fmt::Debug for SealedMapping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SealedMapping").field("length", &self.0.length).finish()
    }
}
