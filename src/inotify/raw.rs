//! Raw system calls of inotify.

use core::ffi::CStr;

use super::{InitFlags, Watch, WatchFlags};
use crate::error::{Call, ErrnoReason, Result, errno_reasons};
use crate::fd::{BorrowedFd, OwnedFd};
use crate::io::{self, Buffer};
use crate::path::{self, PathBytes, with_c_str};
use crate::syscall::syscall;

const INOTIFY_IOC_SETNEXTWD: u32 = 0x4004_4900;

/// `inotify_init1(flags)` - creates an inotify instance.
///
/// # Errors
///
/// - `EINVAL`: a flag is unknown to the kernel.
/// - `EMFILE`: the per-user limit on inotify instances of the user namespace, or of an ancestor of
///   it, has been reached (`user.max_inotify_instances`, which is `fs.inotify.max_user_instances`
///   in the initial user namespace); or the per-process limit on open file descriptors
///   (`RLIMIT_NOFILE`) has been reached.
/// - `ENFILE`: the system-wide limit on open files (`fs.file-max`) has been reached.
/// - `ENOMEM`: the kernel is out of memory.
///
/// Since Linux 2.6.27; [inotify_init1(2)].
///
/// [inotify_init1(2)]: https://man7.org/linux/man-pages/man2/inotify_init1.2.html
#[inline]
pub fn inotify_init1(flags: InitFlags) -> Result<OwnedFd> {
    // SAFETY: touches no memory.
    let returned = unsafe { syscall!(Call::INOTIFY_INIT1, inotify_init1(flags.bits())) };
    // SAFETY: a success is a new descriptor.
    unsafe { returned.descriptor() }
}

/// `inotify_add_watch(fd, path, mask)` - watches a file or directory, or changes the events of an
/// existing watch.
///
/// # Errors
///
/// - `EBADF`: the inotify descriptor is a path-only (`O_PATH`) descriptor.
/// - `ENOENT`: a component of the path does not exist or is a dangling symbolic link, or the path
///   is empty.
/// - `ENOTDIR`: a component of the path that is used as a directory is not a directory, or the file
///   is not a directory and `IN_ONLYDIR` is set.
/// - `EACCES`: a directory in the path cannot be searched; or the file cannot be read; or a
///   symbolic link may not be followed (`fs.protected_symlinks`); or a security module denies the
///   watch.
/// - `ELOOP`: the path contains more than 40 symbolic links, or a symbolic link on a mount with
///   `MS_NOSYMFOLLOW`.
/// - `ENAMETOOLONG`: the path has more than 4,095 bytes, or a component of it is too long for its
///   file system.
/// - `EEXIST`: the file is already watched, and `IN_MASK_CREATE` is set.
/// - `EINVAL`: the mask is empty, contains an unknown flag, or contains both `IN_MASK_ADD` and
///   `IN_MASK_CREATE`; or the descriptor is not an inotify instance; or the path contains a NUL
///   byte.
/// - `ENOSPC`: the per-user limit on watches of the user namespace in which the instance was
///   created, or of an ancestor of it, has been reached (`user.max_inotify_watches`, which is
///   `fs.inotify.max_user_watches` in the initial user namespace); or the instance has no free
///   watch descriptor.
/// - `ENOMEM`: the kernel is out of memory.
///
/// Since Linux 2.6.13; [inotify_add_watch(2)].
///
/// [inotify_add_watch(2)]: https://man7.org/linux/man-pages/man2/inotify_add_watch.2.html
#[inline]
pub fn inotify_add_watch(
    fd: BorrowedFd<'_>,
    path: impl path::Arg,
    mask: WatchFlags,
) -> Result<Watch> {
    add_watch_path(fd, path.as_path_bytes(), mask)
}

#[inline]
fn add_watch_path(fd: BorrowedFd<'_>, path: PathBytes<'_>, mask: WatchFlags) -> Result<Watch> {
    with_c_str(Call::INOTIFY_ADD_WATCH, path, move |path| inotify_add_watch_c(fd, path, mask))
}

#[inline]
fn inotify_add_watch_c(fd: BorrowedFd<'_>, path: &CStr, mask: WatchFlags) -> Result<Watch> {
    // SAFETY: the kernel reads the path up to its NUL byte, and keeps nothing of it.
    let returned = unsafe {
        syscall!(Call::INOTIFY_ADD_WATCH, inotify_add_watch(fd, path.as_ptr(), mask.bits()))
    };
    returned.int().map(Watch::from_raw)
}

/// `inotify_rm_watch(fd, wd)` - removes a watch. The last event of the watch has the flag
/// `IN_IGNORED`.
///
/// # Errors
///
/// - `EBADF`: the inotify descriptor is a path-only (`O_PATH`) descriptor.
/// - `EINVAL`: the instance does not have the watch, or it has already been removed; or the
///   descriptor is not an inotify instance.
///
/// Since Linux 2.6.13; [inotify_rm_watch(2)].
///
/// [inotify_rm_watch(2)]: https://man7.org/linux/man-pages/man2/inotify_rm_watch.2.html
#[inline]
pub fn inotify_rm_watch(fd: BorrowedFd<'_>, watch: Watch) -> Result<()> {
    // SAFETY: touches no memory.
    unsafe { syscall!(Call::INOTIFY_RM_WATCH, inotify_rm_watch(fd, watch.as_raw())) }.unit()
}

/// `read(fd, buf, count)` - reads as many events as are available and fit the buffer. Returns the
/// bytes of the events.
///
/// # Errors
///
/// - `EAGAIN`: no event is available, and the instance is non-blocking.
/// - `EINTR`: interrupted by a signal handler.
/// - `EINVAL`: the buffer is too small for the next event, which remains in the queue (4,112 bytes
///   are enough for any event); or the descriptor is not an inotify instance.
/// - `EBADF`: the descriptor is a path-only (`O_PATH`) descriptor, or is not open for reading.
///
/// Since Linux 2.6.13; [inotify(7)].
///
/// [inotify(7)]: https://man7.org/linux/man-pages/man7/inotify.7.html
#[inline]
pub fn read<'b>(fd: BorrowedFd<'_>, buffer: &'b mut (impl Buffer + ?Sized)) -> Result<&'b [u8]> {
    io::read_bytes(Call::INOTIFY_READ, fd, buffer)
}

/// `ioctl(fd, INOTIFY_IOC_SETNEXTWD, wd)` - sets the number of the next watch. This request is
/// intended for restoring a process from a checkpoint.
///
/// # Safety
///
/// The descriptor must be an inotify instance: inotify uses the argument `wd` as a number, although
/// the request number declares the argument as the address of 4 bytes. If the descriptor is a file
/// on a FUSE file system, the kernel reads 4 bytes at the address `wd` and sends them to the FUSE
/// server.
///
/// # Errors
///
/// - `EINVAL`: the watch descriptor is not positive.
/// - `ENOTTY`: the kernel was built without `CONFIG_CHECKPOINT_RESTORE`, or the descriptor is not
///   an inotify instance.
/// - `EBADF`: the descriptor is a path-only (`O_PATH`) descriptor.
///
/// Since Linux 4.18; [inotify(7)].
///
/// [inotify(7)]: https://man7.org/linux/man-pages/man7/inotify.7.html
#[doc(alias = "INOTIFY_IOC_SETNEXTWD")]
#[inline]
pub unsafe fn ioctl_setnextwd(fd: BorrowedFd<'_>, watch: Watch) -> Result<()> {
    // SAFETY: the descriptor is an inotify instance, upheld by the caller, and inotify uses the
    // argument as a number, not as an address.
    unsafe {
        syscall!(Call::IOCTL_INOTIFY_SETNEXTWD, ioctl(fd, INOTIFY_IOC_SETNEXTWD, watch.as_raw()))
    }
    .unit()
}

pub(crate) const REASONS: &[ErrnoReason] = errno_reasons! {
    INOTIFY_INIT1:
        INVAL => "a flag is unknown to the kernel",
        MFILE => "the per-user limit on inotify instances of the user namespace, or of an ancestor \
            of it, has been reached (user.max_inotify_instances, which is \
            fs.inotify.max_user_instances in the initial user namespace); or the per-process limit \
            on open file descriptors (RLIMIT_NOFILE) has been reached",
        NFILE => "the system-wide limit on open files (fs.file-max) has been reached";
    INOTIFY_ADD_WATCH:
        BADF => "the inotify descriptor is a path-only (O_PATH) descriptor",
        NOENT => "a component of the path does not exist or is a dangling symbolic link, or the \
            path is empty",
        NOTDIR => "a component of the path that is used as a directory is not a directory, or the \
            file is not a directory and IN_ONLYDIR is set",
        ACCES => "a directory in the path cannot be searched; or the file cannot be read; or a \
            symbolic link may not be followed (fs.protected_symlinks); or a security module denies \
            the watch",
        LOOP => "the path contains more than 40 symbolic links, or a symbolic link on a mount with \
            MS_NOSYMFOLLOW",
        NAMETOOLONG => "the path has more than 4,095 bytes, or a component of it is too long for \
            its file system",
        EXIST => "the file is already watched, and IN_MASK_CREATE is set",
        INVAL => "the mask is empty, contains an unknown flag, or contains both IN_MASK_ADD and \
            IN_MASK_CREATE; or the descriptor is not an inotify instance; or the path contains a \
            NUL byte",
        NOSPC => "the per-user limit on watches of the user namespace in which the instance was \
            created, or of an ancestor of it, has been reached (user.max_inotify_watches, which is \
            fs.inotify.max_user_watches in the initial user namespace); or the instance has no \
            free watch descriptor";
    INOTIFY_RM_WATCH:
        BADF => "the inotify descriptor is a path-only (O_PATH) descriptor",
        INVAL => "the instance does not have the watch, or it has already been removed; or the \
            descriptor is not an inotify instance";
    INOTIFY_READ:
        AGAIN => "no event is available, and the instance is non-blocking",
        INVAL => "the buffer is too small for the next event, which remains in the queue (4,112 \
            bytes are enough for any event); or the descriptor is not an inotify instance",
        BADF => "the descriptor is a path-only (O_PATH) descriptor, or is not open for reading";
    IOCTL_INOTIFY_SETNEXTWD:
        INVAL => "the watch descriptor is not positive",
        NOTTY => Unsupported "the kernel was built without CONFIG_CHECKPOINT_RESTORE, or the \
            descriptor is not an inotify instance",
        BADF => "the descriptor is a path-only (O_PATH) descriptor";
};
