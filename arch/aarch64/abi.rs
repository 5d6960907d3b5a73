//! Structs and constants of the kernel that are specific to aarch64.

/// `struct epoll_event`, which has the C layout on aarch64, and is packed on x86_64.
#[derive(Clone, Copy)]
#[repr(C)]
pub(crate) struct EpollEvent {
    pub(crate) events: u32,
    pub(crate) data: u64,
}

layout! { EpollEvent: size 16, align 8, events at 0, data at 8 }

/// `struct stat`: the status of a file.
#[derive(Clone, Copy)]
#[repr(C)]
pub(crate) struct Stat {
    pub(crate) dev: u64,
    pub(crate) ino: u64,
    pub(crate) mode: u32,
    nlink: u32,
    pub(crate) uid: u32,
    pub(crate) gid: u32,
    pub(crate) rdev: u64,
    padding: u64,
    pub(crate) size: i64,
    block_size: i32,
    second_padding: i32,
    /// The number of 512-byte blocks that are allocated to the file.
    pub(crate) blocks: i64,
    pub(crate) atime: i64,
    pub(crate) atime_nsec: i64,
    pub(crate) mtime: i64,
    pub(crate) mtime_nsec: i64,
    pub(crate) ctime: i64,
    pub(crate) ctime_nsec: i64,
    unused: [u32; 2],
}

layout! {
    Stat: size 128, align 8, dev at 0, ino at 8, nlink at 20, mode at 16, uid at 24, gid at 28,
    rdev at 32, size at 48, block_size at 56, blocks at 64, atime at 72, atime_nsec at 80,
    mtime at 88, mtime_nsec at 96, ctime at 104, ctime_nsec at 112
}

impl Stat {
    /// Returns the number of hard links, whose type differs between architectures.
    pub(crate) const fn nlink(&self) -> u64 {
        self.nlink as u64
    }

    /// Returns the block size in bytes, whose type differs between architectures.
    pub(crate) const fn block_size(&self) -> i64 {
        self.block_size as i64
    }
}

/// The page sizes in bytes that a kernel for aarch64 can use.
pub(crate) const PAGE_SIZES: [usize; 3] = [4096, 0x4000, 0x1_0000];

// Flags of `mmap` and `mprotect` that exist on only one architecture. The constant of a flag is 0
// on an architecture without the flag.
pub(crate) const MAP_32BIT: u32 = 0;
pub(crate) const MAP_ABOVE4G: u32 = 0;
pub(crate) const PROT_BTI: u32 = 0x10;
pub(crate) const PROT_MTE: u32 = 0x20;

// The flags of `open` whose values differ between architectures.
pub(crate) const O_DIRECT: u32 = 0x1_0000;
pub(crate) const O_LARGEFILE: u32 = 0x2_0000;
pub(crate) const O_DIRECTORY: u32 = 0x4000;
pub(crate) const O_NOFOLLOW: u32 = 0x8000;

/// `AUDIT_ARCH_AARCH64`: the number of the architecture in `seccomp_data.arch` and in the `si_arch`
/// field of `SIGSYS`.
pub(crate) const AUDIT_ARCH: u32 = 0xC000_00B7;

/// The column of the architecture in the table of system call numbers (`seccomp::Syscall`).
pub(crate) const SYSCALL_COLUMN: usize = 1;
