//! The kernel's calls on mounts.

use core::ffi::{CStr, c_char};

use super::{MountFlags, UnmountFlags};
use crate::error::{Call, Errno, ErrnoReason, Error, Result, errno_reasons};
use crate::path::{self, Buffer, PathBytes, with_c_str};
use crate::syscall::syscall;

/// `mount(source, target, filesystemtype, mountflags, data)` - mounts a file system, or changes or moves what is
/// mounted: which of these, the flags say.
///
/// With `REMOUNT` it changes the file system of a mount, with `BIND` it shows a mount elsewhere, with both it changes a
/// mount alone; with `SHARED`, `PRIVATE`, `SLAVE` or `UNBINDABLE` it changes where mounts below it go to and come from;
/// with `MOVE` it moves a mount. Without any it makes a new mount. The kernel looks for `REMOUNT`, `BIND`, propagations
/// and `MOVE` in this order, and ignores what does not go with the first that it finds; but beside a propagation it
/// refuses all other than `REC` and `SILENT`.
///
/// Where there is no source, type or data the kernel is given NULL. The data are options as text, or what else the file
/// system takes: 4095 bytes at most, sent with a NUL byte behind them.
///
/// # Errors
///
/// Each is one of `mount`, `mount(MS_BIND)`, `mount(MS_MOVE)`, `mount(MS_REMOUNT)`, `mount(MS_REMOUNT | MS_BIND)` and
/// `mount(propagation)`.
///
/// `EPERM` - it takes the capability `CAP_SYS_ADMIN` in the user namespace that the mount namespace belongs to, for most
/// file systems in the first one; or the mount came from such a namespace, and what it must not do there cannot be
/// allowed. `ENODEV` - the kernel has no such type. `ENOTBLK`, `ENXIO` - the source has to be a block device, and is
/// none, or one that is not there. `EACCES` - that device is read-only, or stands on a mount with `NODEV`; or a
/// directory on the way may not be searched. `EROFS` - the file system is read-only. `EBUSY` - it is mounted there
/// already, its device is in use otherwise, or it is to be read-only while files are open for writing. `EINVAL` - the
/// file system does not take the options or what is on the device; what should be a mount is none, is not of this
/// namespace, or may not be moved or bound; more than one propagation. `ELOOP` - a mount cannot be moved to a place
/// below it; or the path has too many symbolic links. `ENOENT`, `ENOTDIR`, `ENAMETOOLONG` - the path leads nowhere, to
/// or through something that is not a directory, is too long; a file and a directory do not go on each other.
/// `EMFILE` - no number is left for a file system without a device. `ENOSPC` - the namespace has as many mounts as it
/// may. `ENOMEM`.
///
/// Since Linux 1.0; mount(2).
#[inline]
pub fn mount(
    source: Option<impl path::Arg>,
    target: impl path::Arg,
    fstype: Option<impl path::Arg>,
    flags: MountFlags,
    data: Option<&[u8]>,
) -> Result<()> {
    let source = source.as_ref().map(|path| path.as_path_bytes());
    let fstype = fstype.as_ref().map(|name| name.as_path_bytes());
    match (target.as_path_bytes(), data, ended(source), ended(fstype)) {
        (PathBytes::Terminated(target), None, Ok(source), Ok(fstype)) => {
            mount_c(source, target, fstype, flags, None)
        }
        (target, ..) => {
            let (source, fstype) = (source.map(PathBytes::bytes), fstype.map(PathBytes::bytes));
            mount_of_bytes::<{ path::SHORT }>(source, target.bytes(), fstype, flags, data)
        }
    }
}

/// What needs no room: no text, or one that ends in a NUL byte.
#[inline(always)]
fn ended(text: Option<PathBytes<'_>>) -> Result<Option<&CStr>, ()> {
    match text {
        None => Ok(None),
        Some(PathBytes::Terminated(text)) => Ok(Some(text)),
        Some(PathBytes::Bytes(_)) => Err(()),
    }
}

#[inline]
fn mount_c(
    source: Option<&CStr>,
    target: &CStr,
    fstype: Option<&CStr>,
    flags: MountFlags,
    data: Option<&[u8]>,
) -> Result<()> {
    let pointer = |text: Option<&CStr>| text.map_or(core::ptr::null(), CStr::as_ptr);
    let data: *const c_char = data.map_or(core::ptr::null(), |data| data.as_ptr().cast());
    let (source, target, fstype) = (pointer(source), target.as_ptr(), pointer(fstype));
    // SAFETY: the kernel reads the texts up to their NUL bytes, and of the data a page, or as much as can be read; it
    // keeps copies.
    unsafe { syscall!(call(flags), mount(source, target, fstype, flags.bits(), data)) }.unit()
}

#[inline(never)]
fn mount_of_bytes<const ROOM: usize>(
    source: Option<&[u8]>,
    target: &[u8],
    fstype: Option<&[u8]>,
    flags: MountFlags,
    data: Option<&[u8]>,
) -> Result<()> {
    let does_not_fit = |text: Option<&[u8]>| text.is_some_and(|text| text.len() >= ROOM);
    if ROOM < path::PATH_MAX
        && (does_not_fit(source) || does_not_fit(Some(target)) || does_not_fit(data))
    {
        return mount_of_bytes::<{ path::PATH_MAX }>(source, target, fstype, flags, data);
    }
    let (mut of_source, mut of_target) = (Buffer::<ROOM>::new(), Buffer::<ROOM>::new());
    let (mut of_fstype, mut of_data) = (Buffer::<{ path::SHORT }>::new(), Buffer::<ROOM>::new());
    let refused = |errno| Error::new(call(flags), errno);
    let source = source.map(|path| of_source.terminate(path)).transpose().map_err(refused)?;
    let target = of_target.terminate(target).map_err(refused)?;
    let fstype = fstype.map(|name| of_fstype.terminate(name)).transpose();
    // No type has a name that does not fit.
    let unknown = |errno| refused(if errno == Errno::NAMETOOLONG { Errno::NODEV } else { errno });
    let fstype = fstype.map_err(unknown)?;
    // Of data any bytes may be a part.
    let data = data.map(|data| of_data.push_nul(data).ok_or(refused(Errno::INVAL))).transpose()?;
    mount_c(source, target, fstype, flags, data)
}

/// Which of its calls a `mount` is, as the kernel decides it.
const fn call(flags: MountFlags) -> Call {
    const PROPAGATION: MountFlags = MountFlags::SHARED
        .union(MountFlags::PRIVATE)
        .union(MountFlags::SLAVE)
        .union(MountFlags::UNBINDABLE);
    if flags.contains(MountFlags::REMOUNT.union(MountFlags::BIND)) {
        Call::MOUNT_REMOUNT_BIND
    } else if flags.contains(MountFlags::REMOUNT) {
        Call::MOUNT_REMOUNT
    } else if flags.contains(MountFlags::BIND) {
        Call::MOUNT_BIND
    } else if flags.intersects(PROPAGATION) {
        Call::MOUNT_PROPAGATION
    } else if flags.contains(MountFlags::MOVE) {
        Call::MOUNT_MOVE
    } else {
        Call::MOUNT
    }
}

/// `umount2(target, flags)` - unmounts what is mounted last at a place.
///
/// Where that is the caller's root directory, and neither `DETACH` nor `EXPIRE` is asked for, nothing is unmounted: the
/// kernel makes its file system one that cannot be written to, and the call succeeds.
///
/// # Errors
///
/// `EPERM` - it takes the capability `CAP_SYS_ADMIN` in the user namespace that the mount namespace belongs to; `FORCE`
/// takes it in that of the file system, for older kernels in the first one. `EBUSY` - it is in use: by an open file, a
/// working directory, a mount below. `EINVAL` - nothing is mounted right there, in this namespace; or it came from
/// another user namespace together with what it covers; or `EXPIRE` with `FORCE` or `DETACH`, or for the root; or an
/// unknown flag. `EAGAIN` - `EXPIRE`, and it is marked now. `ENOENT`, `ENOTDIR`, `EACCES`, `ELOOP`, `ENAMETOOLONG` -
/// the path leads nowhere, through something that is not a directory, is forbidden, has too many symbolic links, is too
/// long. `ENOMEM`.
///
/// Since Linux 2.1.116; umount(2).
#[inline]
pub fn umount2(target: impl path::Arg, flags: UnmountFlags) -> Result<()> {
    umount2_path(target.as_path_bytes(), flags)
}

#[inline]
fn umount2_path(target: PathBytes<'_>, flags: UnmountFlags) -> Result<()> {
    with_c_str(Call::UMOUNT2, target, |target| umount2_c(target, flags))
}

#[inline]
fn umount2_c(target: &CStr, flags: UnmountFlags) -> Result<()> {
    // SAFETY: the kernel reads the path up to its NUL byte, and keeps nothing of it.
    unsafe { syscall!(Call::UMOUNT2, umount2(target.as_ptr(), flags.bits())) }.unit()
}

/// `pivot_root(new_root, put_old)` - makes a mount the root of the mount namespace, and mounts the old root at a place
/// below it.
///
/// Processes and threads of the namespace whose root or working directory is the old root get the new one; others stay
/// where they are.
///
/// # Errors
///
/// `EPERM` - it takes the capability `CAP_SYS_ADMIN` in the user namespace that the mount namespace belongs to.
/// `EBUSY` - the new root, or the place for the old one, is on the mount of the present root. `EINVAL` - the new root is
/// no mount point, or the present one is none; the place is not below the new root; the mount of the place, or what the
/// new root or the present one is mounted on, is shared; the new root came from another user namespace; the present
/// root is the one that the kernel started with, in most kernels. `ENOTDIR` - one of them is not a directory. `ENOENT`,
/// `EACCES`, `ELOOP`, `ENAMETOOLONG` - a path leads nowhere, is forbidden, has too many symbolic links, is too long.
/// `ENOMEM`.
///
/// Since Linux 2.3.41; `pivot_root`(2).
#[inline]
pub fn pivot_root(new_root: impl path::Arg, put_old: impl path::Arg) -> Result<()> {
    pivot_root_paths(new_root.as_path_bytes(), put_old.as_path_bytes())
}

#[inline]
fn pivot_root_paths(new_root: PathBytes<'_>, put_old: PathBytes<'_>) -> Result<()> {
    with_c_str(Call::PIVOT_ROOT, new_root, |new_root| {
        with_c_str(Call::PIVOT_ROOT, put_old, |put_old| pivot_root_c(new_root, put_old))
    })
}

#[inline]
fn pivot_root_c(new_root: &CStr, put_old: &CStr) -> Result<()> {
    // SAFETY: the kernel reads the paths up to their NUL bytes, and keeps nothing of them.
    unsafe { syscall!(Call::PIVOT_ROOT, pivot_root(new_root.as_ptr(), put_old.as_ptr())) }.unit()
}

pub(crate) const REASONS: &[ErrnoReason] = errno_reasons! {
    MOUNT:
        PERM => "it takes the capability CAP_SYS_ADMIN in the user namespace that the mount namespace belongs to, for most \
            file systems in the first one",
        NODEV => Unsupported "the kernel has no file system of this type",
        NOTBLK => "the file system is on a block device, and the source is none",
        NXIO => "the source is a block device that is not there",
        ACCES => "a directory on the way may not be searched; or the device is read-only (RDONLY), or stands where no device \
            can be opened (NODEV)",
        ROFS => "the file system is read-only (RDONLY)",
        BUSY => "the file system is mounted there already, or its device is in use otherwise",
        INVAL => "the file system does not take an option, or what is on the device (the kernel's log says more); or a flag \
            is for another operation; or a text has a NUL byte in it",
        MFILE => "no number is left for a file system without a device",
        NOSPC => "the namespace has as many mounts as it may (fs.mount-max)",
        NOENT => "a part of a path does not exist",
        NOTDIR => "the target, or a part of a path that should be a directory, is not one",
        NAMETOOLONG => "a path has more than 4095 bytes, or a part of it more than 255";
    MOUNT_BIND:
        PERM => "it takes the capability CAP_SYS_ADMIN in the user namespace that the mount namespace belongs to",
        INVAL => "the mount is not of this namespace, cannot be bound (UNBINDABLE), or has mounts on it that must go along \
            (REC); or a path has a NUL byte in it",
        NOSPC => "the namespace has as many mounts as it may (fs.mount-max)",
        NOENT => "a part of a path does not exist",
        NOTDIR => "a directory and a file do not go on each other, or a part of a path is not a directory";
    MOUNT_MOVE:
        PERM => "it takes the capability CAP_SYS_ADMIN in the user namespace that the mount namespace belongs to",
        INVAL => "nothing is mounted right there, in this namespace; or it is below a mount that is shared, or goes into \
            one with unbindable mounts, or came from another user namespace; or a directory and a file do not go on each \
            other; or a path has a NUL byte in it",
        LOOP => "a mount cannot be moved to a place below it, or the path has too many symbolic links",
        NOENT => "a part of a path does not exist";
    MOUNT_PROPAGATION:
        PERM => "it takes the capability CAP_SYS_ADMIN in the user namespace that the mount namespace belongs to",
        INVAL => "nothing is mounted right there, in this namespace; or more than one of SHARED, PRIVATE, SLAVE and \
            UNBINDABLE; or the path has a NUL byte in it";
    MOUNT_REMOUNT:
        PERM => "it takes the capability CAP_SYS_ADMIN in the user namespace in which the file system was mounted; or what is \
            not said again was set in another one",
        BUSY => "it is to be read-only, and files are open for writing",
        ROFS => "the file system cannot be written to (RDONLY)",
        INVAL => "nothing is mounted right there, in this namespace; or the file system does not take an option (the \
            kernel's log says more); or a flag is for another operation; or a text has a NUL byte in it";
    MOUNT_REMOUNT_BIND:
        PERM => "it takes the capability CAP_SYS_ADMIN in the user namespace that the mount namespace belongs to; or what is \
            not said again was set in another one",
        BUSY => "it is to be read-only, and files are open for writing",
        INVAL => "nothing is mounted right there, in this namespace; or a flag is for another operation; or the path has a \
            NUL byte in it";
    UMOUNT2:
        PERM => "it takes the capability CAP_SYS_ADMIN in the user namespace that the mount namespace belongs to, and FORCE \
            in that of the file system",
        BUSY => "it is in use: an open file, a working directory, or a mount below",
        AGAIN => "it is marked now, and unmounted by the next such call if nobody uses it before (EXPIRE)",
        INVAL => "nothing is mounted right there, in this namespace; or it came from another user namespace with what it \
            covers; or EXPIRE goes neither with FORCE or DETACH nor with the root; or an unknown flag; or the path has a \
            NUL byte in it",
        NOENT => "a part of the path does not exist",
        NOTDIR => "a part of the path that should be a directory is not one",
        ACCES => "a directory on the way may not be searched";
    PIVOT_ROOT:
        PERM => "it takes the capability CAP_SYS_ADMIN in the user namespace that the mount namespace belongs to",
        BUSY => "the new root, or the place for the old one, is on the mount of the present root",
        INVAL => "the new root or the present one is no mount point, or the new one came from another user namespace; or the \
            place for the old one is not below the new; or the mount of that place, or one that a root is mounted on, is \
            shared; or a path has a NUL byte in it",
        NOENT => "a part of a path does not exist",
        NOTDIR => "the new root, or the place for the old one, is not a directory",
        ACCES => "a directory on the way may not be searched";
};
