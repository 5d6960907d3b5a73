//! The kernel's structs and numbers that are x86_64's own.

/// `struct epoll_event`: packed, so that 32-bit programs see the same layout.
#[derive(Clone, Copy)]
#[repr(C, packed)]
pub(crate) struct EpollEvent {
    pub(crate) events: u32,
    pub(crate) data: u64,
}

layout! { EpollEvent: size 12, align 1, events at 0, data at 4 }

/// `struct stat`: of it, what kind of file it is, and its length.
#[repr(C)]
pub(crate) struct Stat {
    before: [u64; 3],
    pub(crate) mode: u32,
    between: [u32; 5],
    pub(crate) size: i64,
    behind: [u64; 11],
}

layout! { Stat: size 144, align 8, before at 0, mode at 24, size at 48, behind at 56 }

/// The sizes that a page may have.
pub(crate) const PAGE_SIZES: [usize; 1] = [4096];

// Flags of mappings that one processor has, and are no bit on the other.
pub(crate) const MAP_32BIT: u32 = 0x40;
pub(crate) const MAP_ABOVE4G: u32 = 0x80;
pub(crate) const PROT_BTI: u32 = 0;
pub(crate) const PROT_MTE: u32 = 0;

// The flags of `open` whose bits are not the same everywhere.
pub(crate) const O_DIRECT: u32 = 0x4000;
pub(crate) const O_LARGEFILE: u32 = 0x8000;
pub(crate) const O_DIRECTORY: u32 = 0x1_0000;
pub(crate) const O_NOFOLLOW: u32 = 0x2_0000;
