//! Memory mappings of a memfd.

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

/// A mapping that is unmapped on drop.
struct Region {
    start: NonNull<u8>,
    length: usize,
    /// The length to unmap: at least `length`, and within the last page of the mapping.
    mapped: usize,
}

// SAFETY: the memory is not tied to a thread.
unsafe impl Send for Region {}
// SAFETY: a shared reference only yields the address and the length.
unsafe impl Sync for Region {}

impl Region {
    fn map(memfd: &MemFd, length: Length, protection: ProtFlags, flags: MapFlags) -> Result<Self> {
        let Length { bytes: length, mapped, .. } = length;
        if length == 0 {
            // The kernel rejects empty mappings. No byte is accessed through the dangling pointer.
            return Ok(Self { start: NonNull::dangling(), length, mapped });
        }
        // SAFETY: new memory, at an address chosen by the kernel.
        let start = unsafe {
            mmap(core::ptr::null_mut(), mapped, protection, flags, Some(memfd.as_fd()), 0)
        }?;
        // SAFETY: unless it is requested, the kernel does not map anything at address 0.
        Ok(Self { start: unsafe { NonNull::new_unchecked(start) }, length, mapped })
    }
}

impl Drop for Region {
    fn drop(&mut self) {
        if self.mapped > 0 {
            // SAFETY: mapped by us with this length; every borrow of it has ended.
            let _ = unsafe { munmap(self.start.as_ptr(), self.mapped) };
        }
    }
}

/// The length of a memfd.
struct Length {
    bytes: usize,
    /// `bytes`, rounded up to a whole huge page: the kernel does not unmap a part of one.
    mapped: usize,
    has_huge_pages: bool,
    has_holes: bool,
}

const HUGETLBFS_MAGIC: i64 = 0x9584_58F6;

impl Length {
    fn of(memfd: &MemFd) -> Result<Self> {
        let stat = fs::fstat(memfd.as_fd())?;
        let bytes = stat.size as usize;
        // A file in memory is allocated in whole pages: if a page is missing, the size of all
        // allocated blocks is less than the length.
        let has_holes = stat.blocks.cast_unsigned().saturating_mul(512) < bytes as u64;
        let statfs = fs::fstatfs(memfd.as_fd())?;
        if statfs.kind != HUGETLBFS_MAGIC {
            return Ok(Self { bytes, mapped: bytes, has_huge_pages: false, has_holes });
        }
        let mask = (statfs.block_size as usize).wrapping_sub(1);
        let mapped = bytes.wrapping_add(mask) & !mask;
        Ok(Self { bytes, mapped, has_huge_pages: true, has_holes })
    }
}

/// A memfd mapped as shared memory, for reading and writing. Every process that has the file can
/// write to it at any time. Unmapped on drop.
pub struct Mapping {
    region: Region,
    cannot_shrink: bool,
}

/// A memfd mapped as shared memory, for reading. Other processes may write to it at any time.
/// Unmapped on drop.
pub struct SharedReadMapping(Region);

/// The bytes of a memfd that nothing can change or remove, because it is sealed against shrinking,
/// growing and writing, and has no holes. Unmapped on drop; the descriptor may be closed before.
pub struct SealedMapping(Region);

/// Maps an entire memfd as shared memory.
pub(super) fn map_shared(memfd: &MemFd) -> Result<Mapping> {
    // The seals must be read before the length: only a memfd that is already sealed against
    // shrinking keeps at least the length that is read.
    let cannot_shrink = memfd.seals()?.contains(Seals::SHRINK);
    let length = Length::of(memfd)?;
    // The seal does not prevent holes from being punched. The next access to a hole allocates a
    // page, and no huge page may be available.
    let cannot_shrink = cannot_shrink && !length.has_huge_pages;
    let region = Region::map(memfd, length, ProtFlags::READ | ProtFlags::WRITE, MapFlags::SHARED)?;
    Ok(Mapping { region, cannot_shrink })
}

/// Maps an entire memfd as shared memory, for reading.
pub(super) fn map_read(memfd: &MemFd) -> Result<SharedReadMapping> {
    Region::map(memfd, Length::of(memfd)?, ProtFlags::READ, MapFlags::SHARED).map(SharedReadMapping)
}

/// Maps an entire memfd, if nothing can change it.
pub(super) fn map_sealed(memfd: &MemFd) -> Result<Option<SealedMapping>> {
    // Seals cannot be removed, so the result of a check before the mapping holds as long as the
    // file exists. The kernel adds `WRITE` only when nothing can write to the file any more:
    // neither through a mapping nor by I/O that is in progress. `FUTURE_WRITE` leaves existing
    // mappings writable and is not sufficient.
    let seals = memfd.seals()?;
    // From Linux 6.3 until a later fix, there was an exception: adding `EXEC` to an executable
    // memfd also added the other seals, without a check for writable mappings. `WRITE` may have
    // been added in this way to a memfd that has both `EXEC` and `FUTURE_WRITE`.
    let uncertain = seals.contains(Seals::EXEC | Seals::FUTURE_WRITE);
    if uncertain || !seals.contains(Seals::SHRINK | Seals::GROW | Seals::WRITE) {
        return Ok(None);
    }
    let length = Length::of(memfd)?;
    if length.has_holes {
        // An access to a hole would allocate memory, for which this process is charged.
        return Ok(None);
    }
    if length.bytes != length.mapped {
        // `fallocate` can create such a length. The bytes after the last whole huge page may or may
        // not exist.
        return Ok(None);
    }
    // Private, because kernels before 6.7 reject shared mappings of files that are sealed against
    // writing, even if they are read-only.
    Region::map(memfd, length, ProtFlags::READ, MapFlags::PRIVATE)
        .map(|region| Some(SealedMapping(region)))
}

impl Mapping {
    /// Returns the address of the memory, which is a multiple of the page size.
    #[inline]
    #[must_use]
    pub const fn as_ptr(&self) -> *mut u8 {
        self.region.start.as_ptr()
    }

    /// Returns the length in bytes: that of the file when it was mapped.
    #[inline]
    #[must_use]
    pub const fn len(&self) -> usize {
        self.region.length
    }

    /// Returns whether the length is 0.
    #[inline]
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.region.length == 0
    }

    /// Returns the bytes as atomics, if the file was sealed against shrinking when it was mapped:
    /// every byte then remains part of the file. A write by another process is not atomic: some of
    /// its bytes can be visible before others.
    ///
    /// Every process that has the file can write zeroes to it by punching holes
    /// (`FALLOC_FL_PUNCH_HOLE`), which frees their memory. [`Seals::SHRINK`] does not prevent this.
    /// The next access to a hole, even by a load, allocates memory, for which this process is
    /// charged. If there is none, the access raises `SIGBUS`, or the process is killed, as with any
    /// page that was never written to.
    ///
    /// Returns `None` if the file was not sealed against shrinking, or has huge pages: their number
    /// is limited, so an access to a hole would raise `SIGBUS` if other processes use all of them.
    #[inline]
    #[must_use]
    pub const fn as_atomics(&self) -> Option<&[AtomicU8]> {
        if !self.cannot_shrink {
            return None;
        }
        // SAFETY: `length` bytes are mapped for reading and writing as long as we live, and the
        // file does not become shorter. A hole reads as zeroes. No plain reference to any of them
        // exists: nothing creates one for shared memory.
        Some(unsafe {
            core::slice::from_raw_parts(self.region.start.as_ptr().cast(), self.region.length)
        })
    }
}

impl SharedReadMapping {
    /// Returns the address of the memory, which is a multiple of the page size.
    #[inline]
    #[must_use]
    pub const fn as_ptr(&self) -> *const u8 {
        self.0.start.as_ptr()
    }

    /// Returns the length in bytes: that of the file when it was mapped.
    #[inline]
    #[must_use]
    pub const fn len(&self) -> usize {
        self.0.length
    }

    /// Returns whether the length is 0.
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
        // SAFETY: `length` bytes are mapped as long as we live; because of the seals, nothing can
        // change them, and the file cannot lose them.
        unsafe { core::slice::from_raw_parts(self.0.start.as_ptr(), self.0.length) }
    }
}

/// Prints the length, not the bytes.
impl fmt::Debug for Mapping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mapping").field("length", &self.region.length).finish()
    }
}

/// Prints the length, not the bytes.
impl fmt::Debug for SharedReadMapping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedReadMapping").field("length", &self.0.length).finish()
    }
}

/// Prints the length, not the bytes.
impl fmt::Debug for SealedMapping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SealedMapping").field("length", &self.0.length).finish()
    }
}
