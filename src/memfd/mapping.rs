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

/// A memory mapping of a memfd, which is unmapped on drop.
struct Region {
    start: NonNull<u8>,
    length: usize,
    /// The number of bytes to unmap: at least `length`, and at most the size of the mapped pages.
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
            // The kernel rejects mappings of length 0. No byte is accessed through the dangling
            // pointer.
            return Ok(Self { start: NonNull::dangling(), length, mapped });
        }
        // SAFETY: new memory, at an address chosen by the kernel.
        let start = unsafe {
            mmap(core::ptr::null_mut(), mapped, protection, flags, Some(memfd.as_fd()), 0)
        }?;
        // SAFETY: the kernel maps nothing at address 0, unless a program requests this address.
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

/// The length of a memfd, and properties of its pages.
struct Length {
    bytes: usize,
    /// `bytes`, rounded up to whole huge pages, because the kernel does not unmap a part of a huge
    /// page.
    mapped: usize,
    has_huge_pages: bool,
    has_holes: bool,
}

const HUGETLBFS_MAGIC: i64 = 0x9584_58F6;

impl Length {
    fn of(memfd: &MemFd) -> Result<Self> {
        let stat = fs::raw::fstat(memfd.as_fd())?;
        let bytes = stat.size() as usize;
        // A file in memory is allocated in whole pages. If a page is not allocated, the total size
        // of the allocated blocks is less than the length of the file.
        let has_holes = stat.blocks().saturating_mul(512) < bytes as u64;
        let statfs = fs::raw::fstatfs(memfd.as_fd())?;
        if statfs.fs_type != HUGETLBFS_MAGIC {
            return Ok(Self { bytes, mapped: bytes, has_huge_pages: false, has_holes });
        }
        let mask = (statfs.block_size as usize).wrapping_sub(1);
        let mapped = bytes.wrapping_add(mask) & !mask;
        Ok(Self { bytes, mapped, has_huge_pages: true, has_holes })
    }
}

/// A memfd mapped as shared memory, for reading and writing. Every process that has the file can
/// write to the memory at any time. The memory is unmapped on drop.
pub struct Mapping {
    region: Region,
    cannot_shrink: bool,
}

/// A memfd mapped as shared memory, for reading. Other processes may write to the memory at any
/// time. The memory is unmapped on drop.
pub struct SharedReadMapping(Region);

/// The mapped bytes of a memfd that no process can change or truncate, because the memfd is sealed
/// against shrinking, growing and writing, and has no holes. The memory is unmapped on drop; the
/// descriptor of the memfd may be closed earlier.
pub struct SealedMapping(Region);

/// Maps an entire memfd as shared memory, for reading and writing.
pub(super) fn map_shared(memfd: &MemFd) -> Result<Mapping> {
    // The seals must be read before the length: if the memfd is already sealed against shrinking,
    // its length cannot become less than the length that is read.
    let cannot_shrink = memfd.seals()?.contains(Seals::SHRINK);
    let length = Length::of(memfd)?;
    // `SHRINK` does not prevent other processes from punching holes. The next access to a hole
    // allocates a page, and raises `SIGBUS` if no huge page is available.
    let cannot_shrink = cannot_shrink && !length.has_huge_pages;
    let region = Region::map(memfd, length, ProtFlags::READ | ProtFlags::WRITE, MapFlags::SHARED)?;
    Ok(Mapping { region, cannot_shrink })
}

/// Maps an entire memfd as shared memory, for reading.
pub(super) fn map_read(memfd: &MemFd) -> Result<SharedReadMapping> {
    Region::map(memfd, Length::of(memfd)?, ProtFlags::READ, MapFlags::SHARED).map(SharedReadMapping)
}

/// Maps an entire memfd for reading, if no process can change the memfd.
pub(super) fn map_sealed(memfd: &MemFd) -> Result<Option<SealedMapping>> {
    // Seals cannot be removed, so the seals that are read before the mapping apply for as long as
    // the file exists. The kernel adds `WRITE` only if no process can still write to the file:
    // neither through a mapping nor by I/O that is in progress. `FUTURE_WRITE` is not sufficient,
    // because existing mappings remain writable.
    let seals = memfd.seals()?;
    // From Linux 6.3 until a later fix, adding `EXEC` to an executable memfd also added the other
    // seals, without a check for writable mappings. If a memfd has both `EXEC` and `FUTURE_WRITE`,
    // `WRITE` may have been added without this check.
    let uncertain = seals.contains(Seals::EXEC | Seals::FUTURE_WRITE);
    if uncertain || !seals.contains(Seals::SHRINK | Seals::GROW | Seals::WRITE) {
        return Ok(None);
    }
    let length = Length::of(memfd)?;
    if length.has_holes {
        // An access to a hole would allocate memory that is charged to this process.
        return Ok(None);
    }
    if length.bytes != length.mapped {
        // `fallocate` can set a length that is not a multiple of the huge page size. The last huge
        // page, of which only a part is within the length, may not be allocated.
        return Ok(None);
    }
    // The mapping is private, because kernels before Linux 6.7 reject shared mappings of a file
    // that is sealed against writing, even if the mapping is read-only.
    Region::map(memfd, length, ProtFlags::READ, MapFlags::PRIVATE)
        .map(|region| Some(SealedMapping(region)))
}

impl Mapping {
    /// Returns the address of the memory, which is a multiple of the page size unless the length is
    /// 0.
    #[inline]
    #[must_use]
    pub const fn as_ptr(&self) -> *mut u8 {
        self.region.start.as_ptr()
    }

    /// Returns the length of the mapping in bytes: the length that the file had when it was mapped.
    #[inline]
    #[must_use]
    pub const fn len(&self) -> usize {
        self.region.length
    }

    /// Returns whether the length of the mapping is 0.
    #[inline]
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.region.length == 0
    }

    /// Returns the bytes as atomics, if the file was sealed against shrinking when it was mapped,
    /// so that every byte remains part of the file. A write by another process is not atomic: some
    /// of the written bytes can be visible before the other bytes.
    ///
    /// Every process that has the file can replace bytes with zeroes by punching holes
    /// (`FALLOC_FL_PUNCH_HOLE`), which frees the memory of the holes. [`Seals::SHRINK`] does not
    /// prevent a process from punching holes. The next access to a hole, even by a load, allocates
    /// memory that is charged to this process. If no memory is available, the access raises
    /// `SIGBUS`, or the process is killed. An access to a page that was never written to has the
    /// same effects.
    ///
    /// Returns `None` if the file was not sealed against shrinking, or has huge pages. The number
    /// of huge pages is limited, so an access to a hole would raise `SIGBUS` if other processes use
    /// all huge pages.
    #[inline]
    #[must_use]
    pub const fn as_atomics(&self) -> Option<&[AtomicU8]> {
        if !self.cannot_shrink {
            return None;
        }
        // SAFETY: `length` bytes are mapped for reading and writing for the lifetime of `self`, and
        // the file does not become shorter. A hole reads as zeroes. No non-atomic reference to the
        // bytes exists, because no function creates a non-atomic reference to shared memory.
        Some(unsafe {
            core::slice::from_raw_parts(self.region.start.as_ptr().cast(), self.region.length)
        })
    }
}

impl SharedReadMapping {
    /// Returns the address of the memory, which is a multiple of the page size unless the length is
    /// 0.
    #[inline]
    #[must_use]
    pub const fn as_ptr(&self) -> *const u8 {
        self.0.start.as_ptr()
    }

    /// Returns the length of the mapping in bytes: the length that the file had when it was mapped.
    #[inline]
    #[must_use]
    pub const fn len(&self) -> usize {
        self.0.length
    }

    /// Returns whether the length of the mapping is 0.
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
        // SAFETY: `length` bytes are mapped for the lifetime of `self`. Because of the seals, no
        // process can change the bytes or truncate the file.
        unsafe { core::slice::from_raw_parts(self.0.start.as_ptr(), self.0.length) }
    }
}

/// Prints the length of the mapping, and not the bytes.
impl fmt::Debug for Mapping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mapping").field("length", &self.region.length).finish()
    }
}

/// Prints the length of the mapping, and not the bytes.
impl fmt::Debug for SharedReadMapping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedReadMapping").field("length", &self.0.length).finish()
    }
}

/// Prints the length of the mapping, and not the bytes.
impl fmt::Debug for SealedMapping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SealedMapping").field("length", &self.0.length).finish()
    }
}
