//! Structs and constants of the kernel that are specific to x86_64.

/// `struct epoll_event`, which is packed on x86_64, so that 32-bit and 64-bit programs use the same
/// layout.
#[derive(Clone, Copy)]
#[repr(C, packed)]
pub(crate) struct EpollEvent {
    pub(crate) events: u32,
    pub(crate) data: u64,
}

layout! { EpollEvent: size 12, align 1, events at 0, data at 4 }

/// `struct stat`: the status of a file.
#[derive(Clone, Copy)]
#[repr(C)]
pub(crate) struct Stat {
    pub(crate) dev: u64,
    pub(crate) ino: u64,
    nlink: u64,
    pub(crate) mode: u32,
    pub(crate) uid: u32,
    pub(crate) gid: u32,
    padding: u32,
    pub(crate) rdev: u64,
    pub(crate) size: i64,
    block_size: i64,
    /// The number of 512-byte blocks that are allocated to the file.
    pub(crate) blocks: i64,
    pub(crate) atime: i64,
    pub(crate) atime_nsec: i64,
    pub(crate) mtime: i64,
    pub(crate) mtime_nsec: i64,
    pub(crate) ctime: i64,
    pub(crate) ctime_nsec: i64,
    unused: [i64; 3],
}

layout! {
    Stat: size 144, align 8, dev at 0, ino at 8, nlink at 16, mode at 24, uid at 28, gid at 32,
    rdev at 40, size at 48, block_size at 56, blocks at 64, atime at 72, atime_nsec at 80,
    mtime at 88, mtime_nsec at 96, ctime at 104, ctime_nsec at 112
}

impl Stat {
    /// Returns the number of hard links, whose type differs between architectures.
    pub(crate) const fn nlink(&self) -> u64 {
        self.nlink
    }

    /// Returns the block size in bytes, whose type differs between architectures.
    pub(crate) const fn block_size(&self) -> i64 {
        self.block_size
    }
}

/// The page size in bytes of every kernel for x86_64.
pub(crate) const PAGE_SIZES: [usize; 1] = [4096];

// Flags of `mmap` and `mprotect` that exist on only one architecture. The constant of a flag is 0
// on an architecture without the flag.
pub(crate) const MAP_32BIT: u32 = 0x40;
pub(crate) const MAP_ABOVE4G: u32 = 0x80;
pub(crate) const PROT_BTI: u32 = 0;
pub(crate) const PROT_MTE: u32 = 0;

// The flags of `open` whose values differ between architectures.
pub(crate) const O_DIRECT: u32 = 0x4000;
pub(crate) const O_LARGEFILE: u32 = 0x8000;
pub(crate) const O_DIRECTORY: u32 = 0x1_0000;
pub(crate) const O_NOFOLLOW: u32 = 0x2_0000;

/// `AUDIT_ARCH_X86_64`: the number of the architecture in `seccomp_data.arch` and in the `si_arch`
/// field of `SIGSYS`.
pub(crate) const AUDIT_ARCH: u32 = 0xC000_003E;

/// The column of the architecture in the table of system call numbers (`seccomp::Syscall`).
pub(crate) const SYSCALL_COLUMN: usize = 0;
