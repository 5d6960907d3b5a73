//! The memfd type, and the flags and seals of a memfd.

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
        "MFD_ALLOW_SEALING" ALLOW_SEALING = 2, "seals can be added to the file. Supported together \
            with `HUGETLB` since Linux 4.16.";
        "MFD_HUGETLB" HUGETLB = 4, "the file has reserved huge pages, of the default size or of \
            the size of a `HUGE_*` flag. Since Linux 4.14.";
        "MFD_NOEXEC_SEAL" NOEXEC_SEAL = 8, "the file is not executable and is sealed against \
            becoming executable; seals can be added, as with `ALLOW_SEALING`. Since Linux 6.3.";
        "MFD_EXEC" EXEC = 0x10, "the file is executable. A file that is created with neither \
            `EXEC` nor `NOEXEC_SEAL` is also executable, unless `vm.memfd_noexec` is greater than \
            0. Since Linux 6.3.";
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
    /// The seals of a file: each seal makes an operation on the file impossible. A seal cannot be
    /// removed.
    pub struct Seals: u32 {
        "F_SEAL_SEAL" SEAL = 1, "no further seals can be added.";
        "F_SEAL_SHRINK" SHRINK = 2, "the length of the file cannot be reduced.";
        "F_SEAL_GROW" GROW = 4, "the length of the file cannot be increased.";
        "F_SEAL_WRITE" WRITE = 8, "the content of the file cannot be changed.";
        "F_SEAL_FUTURE_WRITE" FUTURE_WRITE = 0x10, "the content of the file can be changed only \
            through writable shared mappings that already exist. Since Linux 5.1.";
        "F_SEAL_EXEC" EXEC = 0x20, "the executable mode bits cannot be changed. If the file is \
            executable, adding `EXEC` also adds all other seals except `SEAL`. Since Linux 6.3.";
    }
}

/// An anonymous file in memory, which only processes with a descriptor of the file can use.
///
/// Another process inherits the descriptor or receives it over a Unix domain socket, and converts
/// it to a `MemFd` with [`From<OwnedFd>`](OwnedFd).
///
/// With `std`, `MemFd` and `&MemFd` also implement `Read`, `Write` and `Seek`.
pub struct MemFd(OwnedFd);

fd_wrapper! { MemFd }

#[allow(clippy::len_without_is_empty, reason = "`len` makes a system call, which can fail")]
impl MemFd {
    /// Creates an empty file to which no seals can be added. The descriptor is close-on-exec.
    ///
    /// The name of the file appears in `/proc`, need not be unique, and has at most 249 bytes.
    ///
    /// If `vm.memfd_noexec` is not 0 (since Linux 6.3), the file is created as with
    /// [`CreateFlags::NOEXEC_SEAL`]: every process with a descriptor of the file can add seals. To
    /// prevent other processes from adding seals, add [`Seals::SEAL`] before passing the descriptor
    /// to them.
    ///
    /// # Errors
    ///
    /// - `EINVAL`: the name has more than 249 bytes or contains a NUL byte.
    /// - `EMFILE`, `ENFILE`: the per-process limit on open file descriptors (`RLIMIT_NOFILE`), or
    ///   the system-wide limit on open files (`fs.file-max`), has been reached.
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
    /// The errors are those of [`new`](Self::new).
    #[doc(alias = "MFD_ALLOW_SEALING")]
    #[inline]
    pub fn sealable(name: impl path::Arg) -> Result<Self> {
        raw::memfd_create(name, CreateFlags::CLOEXEC.union(CreateFlags::ALLOW_SEALING)).map(Self)
    }

    /// Creates an empty file with exactly the given flags: the descriptor is close-on-exec only if
    /// the flags contain [`CreateFlags::CLOEXEC`].
    ///
    /// # Errors
    ///
    /// - `EINVAL`: the name has more than 249 bytes or contains a NUL byte; or a flag is unknown to
    ///   the kernel, or the flags exclude each other. If the only cause is that the kernel is older
    ///   than Linux 6.3 and does not support `EXEC` and `NOEXEC_SEAL`, the kind of the error is
    ///   `Unsupported`.
    /// - `EMFILE`, `ENFILE`: the per-process limit on open file descriptors (`RLIMIT_NOFILE`), or
    ///   the system-wide limit on open files (`fs.file-max`), has been reached.
    /// - `ENODEV`: the host has no huge pages of this size.
    /// - `ENOSYS`: the kernel was built without support for huge pages.
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
    /// `len` cannot fail for a memfd.
    #[doc(alias = "fstat")]
    #[inline]
    pub fn len(&self) -> Result<u64> {
        fs::raw::fstat(self.as_fd()).map(|stat| stat.size())
    }

    /// Sets the length of the file in bytes. Bytes beyond the new length are discarded, and new
    /// bytes are zero.
    ///
    /// # Errors
    ///
    /// - `EPERM`: the file is sealed against this change of its length ([`Seals::SHRINK`],
    ///   [`Seals::GROW`]).
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
        retry(|| fs::raw::ftruncate(self.as_fd(), length))
    }

    /// Reads bytes at an offset. Returns the number of bytes read: 0 at the end of the file.
    ///
    /// The kernel copies the bytes, so `read_at` is sound even if another process changes the file
    /// at the same time.
    ///
    /// # Errors
    ///
    /// - `EINVAL`: the offset is greater than [`i64::MAX`].
    /// - `EBADF`: the descriptor is not open for reading.
    /// - `ESPIPE`: the `MemFd` was converted from a descriptor whose file is not seekable.
    ///
    /// Since Linux 2.1.60; [pread(2)].
    ///
    /// [pread(2)]: https://man7.org/linux/man-pages/man2/pread.2.html
    #[doc(alias = "pread")]
    #[doc(alias = "pread64")]
    #[inline]
    pub fn read_at(&self, buffer: &mut [u8], offset: u64) -> Result<usize> {
        retry(|| fs::raw::pread64(self.as_fd(), buffer, offset))
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
    /// - `ESPIPE`: the `MemFd` was converted from a descriptor whose file is not seekable.
    ///
    /// Since Linux 2.1.60; [pwrite(2)].
    ///
    /// [pwrite(2)]: https://man7.org/linux/man-pages/man2/pwrite.2.html
    #[doc(alias = "pwrite")]
    #[doc(alias = "pwrite64")]
    #[inline]
    pub fn write_at(&self, bytes: &[u8], offset: u64) -> Result<usize> {
        retry(|| fs::raw::pwrite64(self.as_fd(), bytes, offset))
    }

    /// Returns the seals of the file.
    ///
    /// # Errors
    ///
    /// - `EINVAL`: the `MemFd` was converted from a descriptor whose file is not a memfd.
    ///
    /// Since Linux 3.17; [F_GET_SEALS(2const)].
    ///
    /// [F_GET_SEALS(2const)]: https://man7.org/linux/man-pages/man2/F_GET_SEALS.2const.html
    #[doc(alias = "F_GET_SEALS")]
    #[inline]
    pub fn seals(&self) -> Result<Seals> {
        raw::fcntl_get_seals(self.as_fd())
    }

    /// Adds seals, which apply to every process that has a descriptor of the file, and cannot be
    /// removed.
    ///
    /// # Errors
    ///
    /// - `EPERM`: the file is sealed against further seals, for example because it was created
    ///   without `ALLOW_SEALING`; or the descriptor is not open for writing.
    /// - `EBUSY`: `WRITE` cannot be added while there is a writable shared mapping of the file, or
    ///   I/O on its pages is in progress.
    /// - `EINVAL`: a seal is unknown to the kernel, or the `MemFd` was converted from a descriptor
    ///   whose file is not a memfd. If the only cause is that the kernel is older than Linux 6.3
    ///   and does not support [`Seals::EXEC`], the kind of the error is `Unsupported`.
    ///
    /// Since Linux 3.17; [F_ADD_SEALS(2const)].
    ///
    /// [F_ADD_SEALS(2const)]: https://man7.org/linux/man-pages/man2/F_ADD_SEALS.2const.html
    #[doc(alias = "F_ADD_SEALS")]
    pub fn add_seals(&self, seals: Seals) -> Result<()> {
        match raw::fcntl_add_seals(self.as_fd(), seals) {
            // If the file is a memfd and every seal has a name in this crate, the kernel does not
            // support `EXEC`, because every supported kernel (Linux 5.10 and newer) supports the
            // other seals.
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

    /// Maps the entire file, with its current length, for reading and writing. The memory is shared
    /// with every process that has a descriptor of the file.
    ///
    /// # Errors
    ///
    /// - `EPERM`: the file is sealed against writing.
    /// - `EACCES`: the descriptor is not open for reading and writing.
    /// - `ENOMEM`: a limit on memory or mappings has been reached, or there are not enough huge
    ///   pages.
    /// - `EAGAIN`: the process locks all its memory (`mlockall`), and its limit (`RLIMIT_MEMLOCK`)
    ///   has been reached.
    /// - `EINVAL`, `ENODEV`: the `MemFd` was converted from a descriptor whose file is not a memfd.
    ///
    /// Since Linux 1.0; [mmap(2)].
    ///
    /// [mmap(2)]: https://man7.org/linux/man-pages/man2/mmap.2.html
    #[doc(alias = "mmap")]
    #[inline]
    pub fn map(&self) -> Result<Mapping> {
        mapping::map_shared(self)
    }

    /// Maps the entire file like [`map`](Self::map), but only for reading. `map_read` also maps
    /// files with [`Seals::FUTURE_WRITE`], and files whose descriptor is open only for reading.
    ///
    /// # Errors
    ///
    /// - `EPERM`: the file is sealed by [`Seals::WRITE`], and the kernel is older than Linux 6.7.
    /// - `EACCES`: the descriptor is not open for reading.
    /// - `ENOMEM`: a limit on memory or mappings has been reached, or there are not enough huge
    ///   pages.
    /// - `EAGAIN`: the process locks all its memory (`mlockall`), and its limit (`RLIMIT_MEMLOCK`)
    ///   has been reached.
    /// - `ENODEV`: the `MemFd` was converted from a descriptor whose file does not support
    ///   mappings.
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
    /// has no holes. Returns `None` if one of the seals is missing or the file has holes.
    ///
    /// No process can change or truncate the file, so the slice is safe to use even if another
    /// process created the file.
    ///
    /// For three kinds of sealed files, `map_sealed` returns `None`. To read a file of these kinds,
    /// use [`read_at`](Self::read_at), which copies the bytes without allocating pages of the file.
    ///
    /// - The file has holes: pages that were never written to, or were deallocated
    ///   (`FALLOC_FL_PUNCH_HOLE`). An access to a hole through a mapping allocates a page, and the
    ///   memory is charged to the process that accesses the page. By reading a file that cost its
    ///   creator no memory, a process could thus exceed its memory limit and be killed. A creator
    ///   avoids holes by writing to every page, or with `fallocate`. Holes are detected by the
    ///   number of allocated blocks (`st_blocks`). A creator can conceal holes by allocating memory
    ///   after the end of the file, but is charged for the same amount of memory.
    /// - The file has both [`Seals::EXEC`] and [`Seals::FUTURE_WRITE`]. When `EXEC` is added to an
    ///   executable file, the kernel adds the other seals as well. From Linux 6.3 until a later
    ///   fix, the kernel added `WRITE` together with `EXEC` even if another process could still
    ///   write to the file.
    /// - The file has huge pages, and its length is not a multiple of the huge page size.
    ///
    /// # Errors
    ///
    /// - `EACCES`: the descriptor is not open for reading.
    /// - `ENOMEM`: a limit on memory or mappings has been reached, or there are not enough huge
    ///   pages.
    /// - `EAGAIN`: the process locks all its memory (`mlockall`), and its limit (`RLIMIT_MEMLOCK`)
    ///   has been reached.
    /// - `EINVAL`: the `MemFd` was converted from a descriptor whose file is not a memfd.
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

/// Returns whether the name and the flags are valid since Linux 6.3, but not on older kernels,
/// which do not support `EXEC` and `NOEXEC_SEAL`.
#[cold]
fn requires_linux_6_3(name: &[u8], flags: CreateFlags) -> bool {
    const NEW: CreateFlags = CreateFlags::EXEC.union(CreateFlags::NOEXEC_SEAL);
    const OLD: CreateFlags =
        CreateFlags::CLOEXEC.union(CreateFlags::ALLOW_SEALING).union(CreateFlags::HUGETLB);
    // With `HUGETLB`, an unsupported size of huge pages fails with `ENODEV`, and not with `EINVAL`.
    let valid =
        if flags.contains(CreateFlags::HUGETLB) { CreateFlags::KNOWN } else { OLD.union(NEW) };
    let has_one = flags.intersects(NEW) && !flags.contains(NEW);
    has_one && valid.contains(flags) && name.len() < 250 && !name.contains(&0)
}
