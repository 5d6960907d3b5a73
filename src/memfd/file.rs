//! A memfd and its flags.

use super::{Mapping, SealedMapping, SharedReadMapping, mapping, raw};
use crate::error::{Call, Errno, Error, Result};
use crate::fd::{AsFd, OwnedFd};
use crate::fs;
use crate::io::retry;
use crate::path;

flags! {
    /// Flags for the creation of a memfd: at most one of `EXEC` and `NOEXEC_SEAL`, and at most one
    /// size of huge pages.
    pub struct CreateFlags: u32 {
        "MFD_CLOEXEC" CLOEXEC = 1, "the descriptor is close-on-exec.";
        "MFD_ALLOW_SEALING" ALLOW_SEALING = 2, "seals can be added. With `HUGETLB` since Linux \
            4.16.";
        "MFD_HUGETLB" HUGETLB = 4, "use reserved huge pages, of the default size or of one of the \
            sizes below. Since Linux 4.14.";
        "MFD_NOEXEC_SEAL" NOEXEC_SEAL = 8, "the file is not executable and is sealed against \
            becoming executable; seals can be added, as with `ALLOW_SEALING`. Since Linux 6.3.";
        "MFD_EXEC" EXEC = 0x10, "the file is executable. A file created with neither `EXEC` nor \
            `NOEXEC_SEAL` is as well, unless `vm.memfd_noexec` is set. Since Linux 6.3.";
        "MFD_HUGE_16GB" HUGE_16GB = 34 << 26, "with `HUGETLB`, huge pages of 16 GiB.";
        "MFD_HUGE_2GB" HUGE_2GB = 31 << 26, "with `HUGETLB`, huge pages of 2 GiB.";
        "MFD_HUGE_1GB" HUGE_1GB = 30 << 26, "with `HUGETLB`, huge pages of 1 GiB.";
        "MFD_HUGE_512MB" HUGE_512MB = 29 << 26, "with `HUGETLB`, huge pages of 512 MiB.";
        "MFD_HUGE_256MB" HUGE_256MB = 28 << 26, "with `HUGETLB`, huge pages of 256 MiB.";
        "MFD_HUGE_32MB" HUGE_32MB = 25 << 26, "with `HUGETLB`, huge pages of 32 MiB.";
        "MFD_HUGE_16MB" HUGE_16MB = 24 << 26, "with `HUGETLB`, huge pages of 16 MiB.";
        "MFD_HUGE_8MB" HUGE_8MB = 23 << 26, "with `HUGETLB`, huge pages of 8 MiB.";
        "MFD_HUGE_2MB" HUGE_2MB = 21 << 26, "with `HUGETLB`, huge pages of 2 MiB.";
        "MFD_HUGE_1MB" HUGE_1MB = 20 << 26, "with `HUGETLB`, huge pages of 1 MiB.";
        "MFD_HUGE_512KB" HUGE_512KB = 19 << 26, "with `HUGETLB`, huge pages of 512 KiB.";
        "MFD_HUGE_64KB" HUGE_64KB = 16 << 26, "with `HUGETLB`, huge pages of 64 KiB.";
    }
}

flags! {
    /// Seals: operations that are no longer possible on a file. A seal cannot be removed.
    pub struct Seals: u32 {
        "F_SEAL_SEAL" SEAL = 1, "no further seals can be added.";
        "F_SEAL_SHRINK" SHRINK = 2, "the length cannot be reduced.";
        "F_SEAL_GROW" GROW = 4, "the length cannot be increased.";
        "F_SEAL_WRITE" WRITE = 8, "the content cannot be changed.";
        "F_SEAL_FUTURE_WRITE" FUTURE_WRITE = 0x10, "the content can only be changed through \
            writable shared mappings that already exist. Since Linux 5.1.";
        "F_SEAL_EXEC" EXEC = 0x20, "the executable mode bits cannot be changed. On a file that is \
            executable, this also adds all other seals except `SEAL`. Since Linux 6.3.";
    }
}

/// An anonymous file in memory: only processes that have a descriptor of it can use it.
///
/// Other processes inherit the descriptor or receive it over a socket, and convert it with
/// [`From<OwnedFd>`](OwnedFd).
///
/// With `std`, `MemFd` and `&MemFd` also implement `Read`, `Write` and `Seek`.
pub struct MemFd(OwnedFd);

fd_wrapper! { MemFd }

#[allow(clippy::len_without_is_empty, reason = "the length is the result of a system call")]
impl MemFd {
    /// Creates an empty file to which no seals can be added. The descriptor is close-on-exec.
    ///
    /// The name appears in `/proc`; it need not be unique and has at most 249 bytes.
    ///
    /// If `vm.memfd_noexec` is not 0 (since Linux 6.3), the file is created as with
    /// [`CreateFlags::NOEXEC_SEAL`]: every process with a descriptor of the file can add seals. To
    /// prevent this, add [`Seals::SEAL`] before passing the descriptor on.
    ///
    /// # Errors
    ///
    /// - `EINVAL`: the name has more than 249 bytes or contains a NUL byte.
    /// - `EMFILE`, `ENFILE`: the limit on open file descriptors of the process, or of the system,
    ///   has been reached.
    /// - `EACCES`: executable files are not permitted (`vm.memfd_noexec` is 2, before Linux 6.6).
    /// - `ENOMEM`: the kernel is out of memory.
    ///
    /// Since Linux 3.17; [memfd_create(2)].
    ///
    /// [memfd_create(2)]: https://man7.org/linux/man-pages/man2/memfd_create.2.html
    #[doc(alias = "memfd_create")]
    #[inline]
    pub fn new(name: impl path::Arg) -> Result<Self> {
        raw::memfd_create(name, CreateFlags::CLOEXEC).map(Self)
    }

    /// Creates an empty file like [`new`](Self::new), but seals can be added to it.
    ///
    /// # Errors
    ///
    /// Those of [`new`](Self::new).
    #[doc(alias = "MFD_ALLOW_SEALING")]
    #[inline]
    pub fn sealable(name: impl path::Arg) -> Result<Self> {
        raw::memfd_create(name, CreateFlags::CLOEXEC.union(CreateFlags::ALLOW_SEALING)).map(Self)
    }

    /// Creates an empty file with exactly these flags: the descriptor is close-on-exec only if they
    /// contain [`CreateFlags::CLOEXEC`].
    ///
    /// # Errors
    ///
    /// - `EINVAL`: the name has more than 249 bytes or contains a NUL byte; or a flag is unknown to
    ///   the kernel, or the flags exclude each other. If the only cause is that the kernel is older
    ///   than Linux 6.3 and does not support `EXEC` and `NOEXEC_SEAL`, the kind of the error is
    ///   `Unsupported`.
    /// - `EMFILE`, `ENFILE`: the limit on open file descriptors of the process, or of the system,
    ///   has been reached.
    /// - `ENODEV`: the host has no huge pages of this size.
    /// - `ENOSYS`: the kernel is built without huge pages.
    /// - `EACCES`: executable files are not permitted (`vm.memfd_noexec` is 2).
    /// - `ENOMEM`: the kernel is out of memory.
    ///
    /// Since Linux 3.17; [memfd_create(2)].
    ///
    /// [memfd_create(2)]: https://man7.org/linux/man-pages/man2/memfd_create.2.html
    #[doc(alias = "memfd_create")]
    pub fn with_flags(name: impl path::Arg, flags: CreateFlags) -> Result<Self> {
        match raw::memfd_create(&name, flags) {
            Ok(fd) => Ok(Self(fd)),
            Err(error)
                if error.is(Errno::INVAL)
                    && requires_linux_6_3(name.as_path_bytes().bytes(), flags) =>
            {
                Err(Error::new(Call::MEMFD_CREATE_EXEC, Errno::INVAL))
            }
            Err(error) => Err(error),
        }
    }

    /// Returns the length of the file in bytes.
    ///
    /// This call cannot fail for a memfd.
    #[doc(alias = "fstat")]
    #[inline]
    pub fn len(&self) -> Result<u64> {
        fs::fstat(self.as_fd()).map(|stat| stat.size.cast_unsigned())
    }

    /// Sets the length of the file in bytes. Bytes beyond the new length are discarded, and new
    /// bytes are zero.
    ///
    /// # Errors
    ///
    /// - `EPERM`: the file is sealed against it ([`Seals::SHRINK`], [`Seals::GROW`]).
    /// - `EINVAL`: the length is greater than [`i64::MAX`], or is not a multiple of the size of the
    ///   file's huge pages; or the descriptor is not open for writing.
    /// - `EFBIG`: the length exceeds the limit on file sizes (`RLIMIT_FSIZE`; `SIGXFSZ` is raised
    ///   as well).
    ///
    /// Since Linux 1.0; [ftruncate(2)].
    ///
    /// [ftruncate(2)]: https://man7.org/linux/man-pages/man2/ftruncate.2.html
    #[doc(alias = "ftruncate")]
    #[inline]
    pub fn set_len(&self, length: u64) -> Result<()> {
        retry(|| fs::ftruncate(self.as_fd(), length))
    }

    /// Reads bytes at an offset. Returns the number of bytes read: 0 at the end of the file.
    ///
    /// The kernel copies the bytes, so this is safe even if other processes change them meanwhile.
    ///
    /// # Errors
    ///
    /// - `EINVAL`: the offset is greater than [`i64::MAX`].
    /// - `EBADF`: the descriptor is not open for reading.
    /// - `ESPIPE`: the object was converted from a descriptor whose file is not seekable.
    ///
    /// Since Linux 2.1.60; [pread(2)].
    ///
    /// [pread(2)]: https://man7.org/linux/man-pages/man2/pread.2.html
    #[doc(alias = "pread")]
    #[doc(alias = "pread64")]
    #[inline]
    pub fn read_at(&self, buffer: &mut [u8], offset: u64) -> Result<usize> {
        retry(|| fs::pread64(self.as_fd(), buffer, offset))
    }

    /// Writes bytes at an offset, and extends the file if necessary. Returns the number of bytes
    /// written.
    ///
    /// # Errors
    ///
    /// - `EPERM`: the file is sealed against writing, or against growing.
    /// - `EINVAL`: the offset is greater than [`i64::MAX`]; or the file has huge pages, which can
    ///   only be written to through a mapping.
    /// - `EFBIG`: the offset exceeds the limit on file sizes (`RLIMIT_FSIZE`; `SIGXFSZ` is raised
    ///   as well).
    /// - `ENOSPC`, `ENOMEM`: the system does not permit the allocation of a page
    ///   (`vm.overcommit_memory`), or is out of memory.
    /// - `EBADF`: the descriptor is not open for writing.
    /// - `ESPIPE`: the object was converted from a descriptor whose file is not seekable.
    ///
    /// Since Linux 2.1.60; [pwrite(2)].
    ///
    /// [pwrite(2)]: https://man7.org/linux/man-pages/man2/pwrite.2.html
    #[doc(alias = "pwrite")]
    #[doc(alias = "pwrite64")]
    #[inline]
    pub fn write_at(&self, bytes: &[u8], offset: u64) -> Result<usize> {
        retry(|| fs::pwrite64(self.as_fd(), bytes, offset))
    }

    /// Returns the seals of the file.
    ///
    /// # Errors
    ///
    /// - `EINVAL`: the object was converted from a descriptor whose file is not a memfd.
    ///
    /// Since Linux 3.17; [F_GET_SEALS(2const)].
    ///
    /// [F_GET_SEALS(2const)]: https://man7.org/linux/man-pages/man2/F_GET_SEALS.2const.html
    #[doc(alias = "F_GET_SEALS")]
    #[inline]
    pub fn seals(&self) -> Result<Seals> {
        raw::fcntl_get_seals(self.as_fd())
    }

    /// Adds seals, which apply to every process that has the file and cannot be removed.
    ///
    /// # Errors
    ///
    /// - `EPERM`: the file is sealed against further seals, as it is if it was created without
    ///   `ALLOW_SEALING`; or the descriptor is not open for writing.
    /// - `EBUSY`: `WRITE` cannot be added while there is a writable shared mapping of the file, or
    ///   I/O on its pages is in progress.
    /// - `EINVAL`: a seal is unknown to the kernel, or the file, which was converted from a
    ///   descriptor, is not a memfd. If the only cause is that the kernel is older than Linux 6.3
    ///   and does not support [`Seals::EXEC`], the kind of the error is `Unsupported`.
    ///
    /// Since Linux 3.17; [F_ADD_SEALS(2const)].
    ///
    /// [F_ADD_SEALS(2const)]: https://man7.org/linux/man-pages/man2/F_ADD_SEALS.2const.html
    #[doc(alias = "F_ADD_SEALS")]
    pub fn add_seals(&self, seals: Seals) -> Result<()> {
        match raw::fcntl_add_seals(self.as_fd(), seals) {
            // If the file is a memfd and every seal has a name here, `EXEC` is the seal that the
            // kernel does not know, because all other seals were added before Linux 5.10.
            Err(error) if error.is(Errno::INVAL) && seals.contains(Seals::EXEC) => {
                let is_old_kernel = Seals::KNOWN.contains(seals) && self.seals().is_ok();
                Err(if is_old_kernel {
                    Error::new(Call::FCNTL_ADD_SEALS_EXEC, Errno::INVAL)
                } else {
                    error
                })
            }
            result => result,
        }
    }

    /// Maps the entire file, with its present length, for reading and writing. The memory is shared
    /// with every process that has the file.
    ///
    /// # Errors
    ///
    /// - `EPERM`: the file is sealed against writing.
    /// - `EACCES`: the descriptor is not open for reading and writing.
    /// - `ENOMEM`: a limit on memory or mappings has been reached, or there are not enough huge
    ///   pages.
    /// - `EAGAIN`: the process locks all its memory (`mlockall`), and its limit (`RLIMIT_MEMLOCK`)
    ///   has been reached.
    /// - `EINVAL`, `ENODEV`: the object was converted from a descriptor whose file is not a memfd.
    ///
    /// Since Linux 1.0; [mmap(2)].
    ///
    /// [mmap(2)]: https://man7.org/linux/man-pages/man2/mmap.2.html
    #[doc(alias = "mmap")]
    #[inline]
    pub fn map(&self) -> Result<Mapping> {
        mapping::map_shared(self)
    }

    /// Maps the entire file like [`map`](Self::map), but only for reading. This also works with
    /// [`Seals::FUTURE_WRITE`], and with a descriptor that is open only for reading.
    ///
    /// # Errors
    ///
    /// - `EPERM`: the file is sealed by [`Seals::WRITE`], and the kernel is older than Linux 6.7.
    /// - `EACCES`: the descriptor is not open for reading.
    /// - `ENOMEM`: a limit on memory or mappings has been reached, or there are not enough huge
    ///   pages.
    /// - `EAGAIN`: the process locks all its memory (`mlockall`), and its limit (`RLIMIT_MEMLOCK`)
    ///   has been reached.
    /// - `ENODEV`: the object was converted from a descriptor whose file does not support mappings.
    ///
    /// Since Linux 1.0; [mmap(2)].
    ///
    /// [mmap(2)]: https://man7.org/linux/man-pages/man2/mmap.2.html
    #[doc(alias = "mmap")]
    #[inline]
    pub fn map_read(&self) -> Result<SharedReadMapping> {
        mapping::map_read(self)
    }

    /// Maps the entire file as a slice, if it is sealed against shrinking, growing and writing, and
    /// has no holes. Returns `None` if it is not sealed or has holes.
    ///
    /// A slice of a file from another process is therefore safe to use for any length of time.
    ///
    /// Three kinds of file return `None` although they are sealed; [`read_at`](Self::read_at)
    /// copies their bytes, and allocates nothing.
    ///
    /// - The file has holes: pages that were never written to, or were punched. An access through a
    ///   mapping allocates the page, and the memory is charged to the process that accesses it. A
    ///   process can thus be killed because of its memory limit by reading a file that cost its
    ///   creator nothing. A creator avoids holes by writing to every page, or by `fallocate`. Holes
    ///   are detected by the number of allocated blocks (`st_blocks`): a creator can conceal holes
    ///   by allocating memory after the end of the file, but is charged for the same amount of
    ///   memory.
    /// - The file has both [`Seals::EXEC`] and [`Seals::FUTURE_WRITE`]. When `EXEC` is added to an
    ///   executable file, the kernel adds the other seals as well. From Linux 6.3 until a later
    ///   fix, it added `WRITE` in this case even if another process could still write to the file.
    /// - The file has huge pages, of which the last is not complete.
    ///
    /// # Errors
    ///
    /// - `EACCES`: the descriptor is not open for reading.
    /// - `ENOMEM`: a limit on memory or mappings has been reached, or there are not enough huge
    ///   pages.
    /// - `EAGAIN`: the process locks all its memory (`mlockall`), and its limit (`RLIMIT_MEMLOCK`)
    ///   has been reached.
    /// - `EINVAL`: the object was converted from a descriptor whose file is not a memfd.
    ///
    /// Since Linux 1.0; [mmap(2)].
    ///
    /// [mmap(2)]: https://man7.org/linux/man-pages/man2/mmap.2.html
    #[doc(alias = "mmap")]
    #[inline]
    pub fn map_sealed(&self) -> Result<Option<SealedMapping>> {
        mapping::map_sealed(self)
    }
}

/// Returns whether a name and flags are valid except on kernels that are older than Linux 6.3,
/// which added `EXEC` and `NOEXEC_SEAL`.
#[cold]
fn requires_linux_6_3(name: &[u8], flags: CreateFlags) -> bool {
    const NEW: CreateFlags = CreateFlags::EXEC.union(CreateFlags::NOEXEC_SEAL);
    const OLD: CreateFlags =
        CreateFlags::CLOEXEC.union(CreateFlags::ALLOW_SEALING).union(CreateFlags::HUGETLB);
    // With `HUGETLB`, no size of huge pages fails with `EINVAL`.
    let valid =
        if flags.contains(CreateFlags::HUGETLB) { CreateFlags::KNOWN } else { OLD.union(NEW) };
    let has_one = flags.intersects(NEW) && !flags.contains(NEW);
    has_one && valid.contains(flags) && name.len() < 250 && !name.contains(&0)
}
