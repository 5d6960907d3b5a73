//! The kernel's calls on inotify.

use core::ffi::CStr;

use super::{InitFlags, Watch, WatchFlags};
use crate::error::{Call, ErrnoReason, Result, errno_reasons};
use crate::fd::{BorrowedFd, OwnedFd};
use crate::io::{self, Buffer};
use crate::path::{self, PathBytes, with_c_str};
use crate::syscall::syscall;

const INOTIFY_IOC_SETNEXTWD: u32 = 0x4004_4900;

/// `inotify_init1(flags)` - makes an instance: a queue of events, and the watches that fill it.
///
/// # Errors
///
/// `EINVAL` - an unknown flag. `EMFILE` - the user has as many instances as they may, or the process as many
/// descriptors. `ENFILE` - the system has as many open files as it may. `ENOMEM` - no memory for it.
///
/// Since Linux 2.6.27; inotify_init(2).
#[inline]
pub fn inotify_init1(flags: InitFlags) -> Result<OwnedFd> {
    // SAFETY: touches no memory.
    let returned = unsafe { syscall!(Call::INOTIFY_INIT1, inotify_init1(flags.bits())) };
    // SAFETY: a success is a new descriptor.
    unsafe { returned.descriptor() }
}

/// `inotify_add_watch(fd, path, mask)` - watches a file, or changes what is told of one that is watched.
///
/// # Errors
///
/// `ENOENT`, `ENOTDIR`, `EACCES`, `ELOOP`, `ENAMETOOLONG` - the path leads nowhere, through something that is not a
/// directory, is forbidden, has too many symbolic links, is too long. `EACCES` - the file may not be read. `EEXIST` -
/// `MASK_CREATE`, and the file is watched. `EINVAL` - the mask is empty, has a bit that the kernel does not know, or
/// `MASK_ADD` and `MASK_CREATE`; the descriptor is no inotify instance; the path has a NUL byte in it. `ENOSPC` - the
/// user has as many watches as they may. `ENOMEM` - no memory for it.
///
/// Since Linux 2.6.13; inotify_add_watch(2).
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
    with_c_str(Call::INOTIFY_ADD_WATCH, path, |path| inotify_add_watch_c(fd, path, mask))
}

#[inline]
fn inotify_add_watch_c(fd: BorrowedFd<'_>, path: &CStr, mask: WatchFlags) -> Result<Watch> {
    // SAFETY: the kernel reads the path up to its NUL byte, and keeps nothing of it.
    let returned = unsafe {
        syscall!(Call::INOTIFY_ADD_WATCH, inotify_add_watch(fd, path.as_ptr(), mask.bits()))
    };
    returned.int().map(Watch::from_raw)
}

/// `inotify_rm_watch(fd, wd)` - ends a watch; its last event follows.
///
/// # Errors
///
/// `EINVAL` - no such watch, or the descriptor is no inotify instance.
///
/// Since Linux 2.6.13; inotify_rm_watch(2).
#[inline]
pub fn inotify_rm_watch(fd: BorrowedFd<'_>, watch: Watch) -> Result<()> {
    // SAFETY: touches no memory.
    unsafe { syscall!(Call::INOTIFY_RM_WATCH, inotify_rm_watch(fd, watch.as_raw())) }.unit()
}

/// `read(fd, buf, count)` - takes events from the queue, as many whole ones as there is room for; returns their bytes.
///
/// # Errors
///
/// `EAGAIN` - none is there, and the instance is non-blocking. `EINVAL` - the buffer is too small for the next event,
/// which stays in the queue. `EINTR` - a signal came first.
///
/// Since Linux 2.6.13; inotify(7).
#[inline]
pub fn read<'b>(fd: BorrowedFd<'_>, buffer: &'b mut (impl Buffer + ?Sized)) -> Result<&'b [u8]> {
    io::read_bytes(Call::INOTIFY_READ, fd, buffer)
}

/// `ioctl(fd, INOTIFY_IOC_SETNEXTWD, wd)` - sets the number of the next watch: to restore a program as it was.
///
/// # Errors
///
/// `EINVAL` - the number is not positive. `ENOTTY` - the kernel is built without checkpoints, or the descriptor is no
/// inotify instance.
///
/// Since Linux 4.18.
#[inline]
pub fn ioctl_setnextwd(fd: BorrowedFd<'_>, watch: Watch) -> Result<()> {
    // SAFETY: the argument is the number itself, no address; a file that is not inotify's does not know the request.
    unsafe {
        syscall!(Call::IOCTL_INOTIFY_SETNEXTWD, ioctl(fd, INOTIFY_IOC_SETNEXTWD, watch.as_raw()))
    }
    .unit()
}

pub(crate) const REASONS: &[ErrnoReason] = errno_reasons! {
    INOTIFY_INIT1:
        INVAL => "a flag that this kernel does not know",
        MFILE => "the user has as many instances as they may (fs.inotify.max_user_instances), or the process as many \
            descriptors (RLIMIT_NOFILE)",
        NFILE => "the system has as many open files as it may (fs.file-max)";
    INOTIFY_ADD_WATCH:
        NOENT => "a part of the path does not exist",
        NOTDIR => "a part of the path that should be a directory is not one",
        ACCES => "the file may not be read, or a directory on the way not searched",
        EXIST => "the file is watched already (MASK_CREATE)",
        INVAL => "the mask is empty, has an unknown bit, or both MASK_ADD and MASK_CREATE; or the descriptor is not \
            inotify's; or the path has a NUL byte in it",
        NOSPC => "the user's limit on watches is reached (fs.inotify.max_user_watches)",
        LOOP => "the path has too many symbolic links",
        NAMETOOLONG => "the path has more than 4095 bytes, or a part of it more than 255";
    INOTIFY_RM_WATCH:
        INVAL => "the watch has ended already or was never this instance's, or the descriptor is not inotify's";
    INOTIFY_READ:
        AGAIN => "no event is there now",
        INVAL => "the buffer is too small for the next event, which is not lost: 272 bytes take any";
    IOCTL_INOTIFY_SETNEXTWD:
        INVAL => "the number of a watch is positive",
        NOTTY => Unsupported "the kernel is built without CONFIG_CHECKPOINT_RESTORE, or the descriptor is not inotify's";
};
