//! Flags of `openat2`, and the struct that contains them.

use crate::fs::types::{Mode, OFlags};

flags! {
    /// Flags of [`openat2`](crate::fs::openat2) that restrict the resolution of the path. The
    /// restrictions apply to all components of the path, and to the targets of symbolic links.
    pub struct ResolveFlags: u64 {
        "RESOLVE_NO_XDEV" NO_XDEV = 1, "fail with `EXDEV` if the path crosses a mount point, \
            including a bind mount.";
        "RESOLVE_NO_MAGICLINKS" NO_MAGICLINKS = 2, "fail with `ELOOP` if the path contains a magic \
            link, such as `/proc/self/exe` or `/proc/self/fd/1`.";
        "RESOLVE_NO_SYMLINKS" NO_SYMLINKS = 4, "fail with `ELOOP` if the path contains a symbolic \
            link or a magic link. With `PATH` and `NOFOLLOW`, the last component can be a symbolic \
            link.";
        "RESOLVE_BENEATH" BENEATH = 8, "fail with `EXDEV` if the path is absolute, leads out of \
            the directory, or contains a magic link.";
        "RESOLVE_IN_ROOT" IN_ROOT = 0x10, "resolve the path as if the directory were the root \
            directory: absolute paths, absolute symbolic links and `..` do not lead out of the \
            directory. Fail with `EXDEV` if the path contains a magic link.";
        "RESOLVE_CACHED" CACHED = 0x20, "fail with `EAGAIN` if the open cannot be completed with \
            cached data only. Since Linux 5.12.";
    }
}

flags! {
    /// The `flags` of [`openat2`](crate::fs::openat2): all flags of [`OFlags`], and flags that only
    /// `openat2` accepts.
    ///
    /// ```
    /// use butter::fs::{OFlags, OpenHowFlags};
    ///
    /// let flags = OpenHowFlags::from(OFlags::RDONLY | OFlags::NONBLOCK) | OpenHowFlags::REGULAR;
    /// assert_eq!(flags.bits(), 1 << 32 | 0x800);
    /// ```
    pub struct OpenHowFlags: u64 {
        "OPENAT2_REGULAR" REGULAR = 0x1_0000_0000, "fail with `EFTYPE` if the file is not a \
            regular file. Since Linux 7.2.";
    }
}

impl From<OFlags> for OpenHowFlags {
    #[inline]
    fn from(flags: OFlags) -> Self {
        Self::from_bits_retain(flags.bits().into())
    }
}

/// `struct open_how`: the flags and the mode of `openat2`.
#[repr(C)]
pub(super) struct OpenHow {
    flags: u64,
    mode: u64,
    resolve: u64,
}

layout! { OpenHow: size 24, align 8, flags at 0, mode at 8, resolve at 16 }

impl OpenHow {
    #[inline]
    pub(super) fn new(flags: OpenHowFlags, mode: Mode, resolve: ResolveFlags) -> Self {
        Self { flags: flags.bits(), mode: mode.bits().into(), resolve: resolve.bits() }
    }
}
