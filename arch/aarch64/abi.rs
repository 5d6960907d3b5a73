//! The kernel's structs and numbers that are aarch64's own.

/// `struct epoll_event`: laid out as C lays it out.
#[derive(Clone, Copy)]
#[repr(C)]
pub(crate) struct EpollEvent {
    pub(crate) events: u32,
    pub(crate) data: u64,
}

layout! { EpollEvent: size 16, align 8, events at 0, data at 8 }

// The flags of `open` whose bits are not the same everywhere.
pub(crate) const O_DIRECT: u32 = 0x1_0000;
pub(crate) const O_LARGEFILE: u32 = 0x2_0000;
pub(crate) const O_DIRECTORY: u32 = 0x4000;
pub(crate) const O_NOFOLLOW: u32 = 0x8000;
