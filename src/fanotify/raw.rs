//! Raw system calls of fanotify.

use core::ffi::CStr;

use super::response::{encode, encode_rule};
use super::{
    Audit, Class, EventFileFlags, InitFlags, Mark, MarkFlags, MarkMask, MarkOperation, Response,
};
use crate::error::{Call, ErrnoReason, Result, errno_reasons};
use crate::fd::{AsRawFd, BorrowedFd, OwnedFd, RawFd};
use crate::fs::DirectoryArg;
use crate::io::{self, Buffer};
use crate::path::{self, PathBytes, with_c_str};
use crate::syscall::syscall;

/// The number of no descriptor, in a response.
const FAN_NOFD: i32 = -1;

/// `fanotify_init(flags, event_f_flags)` - creates a fanotify group.
///
/// The call passes the class and the flags as one argument. `event_file_flags` are the flags with
/// which the kernel opens the files of events.
///
/// # Errors
///
/// - `EPERM`: the caller does not have the capability `CAP_SYS_ADMIN` in the initial user
///   namespace, and the group reports neither file handles nor mount IDs (`FAN_REPORT_FID`,
///   `FAN_REPORT_DIR_FID`, `FAN_REPORT_MNT`), or has the class `FAN_CLASS_CONTENT` or
///   `FAN_CLASS_PRE_CONTENT`, or has one of the flags `FAN_UNLIMITED_QUEUE`, `FAN_UNLIMITED_MARKS`,
///   `FAN_REPORT_TID`, `FAN_REPORT_PIDFD` and `FAN_REPORT_FD_ERROR`, or the kernel is older than
///   Linux 5.13; or `FAN_ENABLE_AUDIT` is set, and the caller does not have the capability
///   `CAP_AUDIT_WRITE` in the initial user namespace.
/// - `EINVAL`: a flag or the class is not supported by the kernel; or an event file flag is not
///   permitted, or the access mode is 3; or file handles are requested for a class other than
///   `FAN_CLASS_NOTIF`; or `FAN_REPORT_NAME` is set without `FAN_REPORT_DIR_FID`, or
///   `FAN_REPORT_TARGET_FID` without `FAN_REPORT_FID` and `FAN_REPORT_NAME`; or `FAN_REPORT_PIDFD`
///   and `FAN_REPORT_TID` are both set, and the kernel does not support pidfds of threads in
///   events; or `FAN_REPORT_MNT` is set with file handles, with `FAN_REPORT_FD_ERROR` or with a
///   class other than `FAN_CLASS_NOTIF`.
/// - `EMFILE`: the per-user limit on fanotify groups of the user namespace, or of an ancestor of
///   it, has been reached (`user.max_fanotify_groups`, which is `fs.fanotify.max_user_groups` in
///   the initial user namespace); or the per-process limit on open file descriptors
///   (`RLIMIT_NOFILE`) has been reached.
/// - `ENFILE`: the system-wide limit on open files (`fs.file-max`) has been reached.
/// - `ENOMEM`: the kernel is out of memory.
/// - `ENOSYS`: the kernel was built without `CONFIG_FANOTIFY`.
///
/// Since Linux 2.6.37; [fanotify_init(2)].
///
/// [fanotify_init(2)]: https://man7.org/linux/man-pages/man2/fanotify_init.2.html
#[inline]
pub fn fanotify_init(
    class: Class,
    flags: InitFlags,
    event_file_flags: EventFileFlags,
) -> Result<OwnedFd> {
    let flags = class.bits() | flags.bits();
    // SAFETY: touches no memory.
    let returned =
        unsafe { syscall!(Call::FANOTIFY_INIT, fanotify_init(flags, event_file_flags.bits())) };
    // SAFETY: a success is a new descriptor.
    unsafe { returned.descriptor() }
}

/// `fanotify_mark(fd, flags, mask, dirfd, path)` - adds, changes or removes a mark of a group, or
/// removes all marks of one kind.
///
/// The call passes the operation, the kind of the mark and the flags as one argument. If `path` is
/// `None`, the directory argument itself is marked, which can then be a descriptor of any file. The
/// path and the mask are not used by [`MarkOperation::Flush`].
///
/// # Errors
///
/// - `EBADF`: the fanotify descriptor is a path-only (`O_PATH`) descriptor; or the path is absent,
///   and the directory argument is a path-only descriptor; or the directory argument is
///   [`ABS`](crate::fs::ABS), and the path is relative or absent.
/// - `EINVAL`: the descriptor is not a fanotify group; or a flag, the kind of the mark or an event
///   is not supported by the kernel; or the mask is empty; or flags are set that the operation or
///   each other exclude (`FAN_MARK_FLUSH` permits no flags, `FAN_MARK_EVICTABLE` requires an inode
///   mark, `FAN_MARK_IGNORE` excludes `FAN_MARK_IGNORED_MASK`); or an event requires file handles,
///   names, another class or another kind of mark; or `FAN_PRE_ACCESS` is requested for
///   directories; or a mount or a file system is to be ignored with `FAN_MARK_IGNORE` and without
///   `FAN_MARK_IGNORED_SURV_MODIFY`; or the path does not refer to a mount namespace, and a mount
///   namespace is to be marked; or the group reports mount IDs and the mark is not that of a mount
///   namespace, or conversely; or permission events are requested for a pseudo-file system such as
///   `/proc`; or a mount or a file system is to be marked that is internal to the kernel, such as
///   that of pipes; or the path contains a NUL byte.
/// - `ENOENT`: a component of the path does not exist or is a dangling symbolic link, or the path
///   is empty; or a mark is to be removed that the group does not have.
/// - `ENOTDIR`: a component of the path that is used as a directory is not a directory; or the
///   directory argument is not a directory, and the path is relative; or the file is not a
///   directory, and `FAN_MARK_ONLYDIR` is set; or the file is not a directory, an event on the
///   entries of a directory, `FAN_ONDIR` or `FAN_EVENT_ON_CHILD` is set, and `FAN_RENAME` or
///   `FAN_MARK_IGNORE` is set or the group has the flag `FAN_REPORT_TARGET_FID`.
/// - `EACCES`: a directory in the path cannot be searched; or the file cannot be read; or a
///   symbolic link may not be followed (`fs.protected_symlinks`); or a security module denies the
///   mark.
/// - `EPERM`: a mount, a file system or a mount namespace is to be marked, and the caller does not
///   have the capability `CAP_SYS_ADMIN` in both the user namespace in which the group was created
///   and the user namespace that owns the file system or the mount namespace (before Linux 6.16, in
///   the initial user namespace).
/// - `EISDIR`: the file is a directory, and is to be ignored with `FAN_MARK_IGNORE` and without
///   `FAN_MARK_IGNORED_SURV_MODIFY`.
/// - `EEXIST`: the mark exists, and the call would make it evictable, would replace
///   `FAN_MARK_IGNORE` by `FAN_MARK_IGNORED_MASK`, would remove `FAN_MARK_IGNORED_SURV_MODIFY`, or
///   would combine `FAN_PRE_ACCESS` with `FAN_ONDIR`.
/// - `ENODEV`: the group reports file handles, and the file system has no ID (`f_fsid`).
/// - `EXDEV`: the group reports file handles, and the file is in a part of the file system with
///   another ID (`f_fsid`), such as a btrfs subvolume.
/// - `EOPNOTSUPP`: the group reports file handles, and the file system does not support them, or
///   cannot open files by them, which marks of mounts and file systems require; or `FAN_PRE_ACCESS`
///   is requested, and the file system does not support it.
/// - `ENOSPC`: the per-user limit on marks of the user namespace in which the group was created, or
///   of an ancestor of it, has been reached (`user.max_fanotify_marks`, which is
///   `fs.fanotify.max_user_marks` in the initial user namespace).
/// - `ELOOP`: the path contains more than 40 symbolic links, or a symbolic link on a mount with
///   `MS_NOSYMFOLLOW`.
/// - `ENAMETOOLONG`: the path has more than 4,095 bytes, or a component of it is too long for its
///   file system.
/// - `ENOMEM`: the kernel is out of memory.
/// - `ENOSYS`: the kernel was built without `CONFIG_FANOTIFY`.
///
/// Since Linux 2.6.37; [fanotify_mark(2)].
///
/// [fanotify_mark(2)]: https://man7.org/linux/man-pages/man2/fanotify_mark.2.html
#[inline]
pub fn fanotify_mark(
    fd: BorrowedFd<'_>,
    operation: MarkOperation,
    mark: Mark,
    flags: MarkFlags,
    mask: MarkMask,
    directory: impl DirectoryArg,
    path: Option<impl path::Arg>,
) -> Result<()> {
    let flags = operation.bits() | mark.bits() | flags.bits();
    let path = path.as_ref().map(path::AsPathBytes::as_path_bytes);
    fanotify_mark_path(fd, flags, mask, directory.directory_number(), path)
}

#[inline]
fn fanotify_mark_path(
    fd: BorrowedFd<'_>,
    flags: u32,
    mask: MarkMask,
    directory: RawFd,
    path: Option<PathBytes<'_>>,
) -> Result<()> {
    match path {
        Some(path) => with_c_str(Call::FANOTIFY_MARK, path, move |path| {
            fanotify_mark_c(fd, flags, mask, directory, Some(path))
        }),
        None => fanotify_mark_c(fd, flags, mask, directory, None),
    }
}

#[inline]
fn fanotify_mark_c(
    fd: BorrowedFd<'_>,
    flags: u32,
    mask: MarkMask,
    directory: RawFd,
    path: Option<&CStr>,
) -> Result<()> {
    let path = path.map_or(core::ptr::null(), CStr::as_ptr);
    // SAFETY: the kernel reads the path, if there is one, up to its NUL byte, and keeps nothing of
    // it.
    unsafe { syscall!(Call::FANOTIFY_MARK, fanotify_mark(fd, flags, mask.bits(), directory, path)) }
        .unit()
}

/// `read(fd, buf, count)` - reads as many events as are available and fit the buffer. Returns the
/// bytes of the events.
///
/// The call opens the file and the pidfd of each event. The caller owns the descriptors, whose
/// numbers are in the bytes, and closes them.
///
/// # Errors
///
/// - `EAGAIN`: no event is available, and the group is non-blocking.
/// - `EINTR`: interrupted by a signal handler.
/// - `EINVAL`: the buffer is too small for the next event, which remains in the queue (1,040 bytes
///   are enough for any event of Linux 7.3 and older); or the descriptor is not a fanotify group.
/// - `EBADF`: the descriptor is a path-only (`O_PATH`) descriptor, or is not open for reading.
///
/// If the kernel cannot open the file of the first event, the call fails with the errno of the
/// open, and the event is lost; the kernel has denied a permission event. A group with
/// `FAN_REPORT_FD_ERROR` reports the errno in the event instead. The following are frequent:
///
/// - `EMFILE`: the per-process limit on open file descriptors (`RLIMIT_NOFILE`) has been reached.
/// - `ENFILE`: the system-wide limit on open files (`fs.file-max`) has been reached.
/// - `ETXTBSY`: the file is being executed, and the group opens files for writing.
/// - `EROFS`: the file system or the mount is read-only, and the group opens files for writing.
/// - `ENXIO`: the file is a FIFO without a reader, and the group opens files only for writing with
///   `O_NONBLOCK`; or the file is a device file without a device.
///
/// Since Linux 2.6.37; [fanotify(7)].
///
/// [fanotify(7)]: https://man7.org/linux/man-pages/man7/fanotify.7.html
#[inline]
pub fn read<'b>(fd: BorrowedFd<'_>, buffer: &'b mut (impl Buffer + ?Sized)) -> Result<&'b [u8]> {
    io::read_bytes(Call::FANOTIFY_READ, fd, buffer)
}

/// `write(fd, buf, count)` - sends the response to a permission event.
///
/// `file` is the descriptor of the event, which the caller closes after the call. With
/// [`Audit::Rule`] and without `file`, the call only checks whether the kernel supports audit
/// rules.
///
/// # Errors
///
/// - `ENOENT`: no permission event with this descriptor waits for a response.
/// - `EINVAL`: the response contains an errno, and the group does not have the class
///   `FAN_CLASS_PRE_CONTENT` or the kernel does not support it; or the response is to be recorded,
///   and the group does not have the flag `FAN_ENABLE_AUDIT`; or the kernel does not support audit
///   rules; or the response has neither a descriptor nor an audit rule; or the descriptor is not a
///   fanotify group.
/// - `EBADF`: the descriptor of the group is a path-only (`O_PATH`) descriptor, or is not open for
///   writing.
///
/// Since Linux 2.6.37; [fanotify(7)].
///
/// [fanotify(7)]: https://man7.org/linux/man-pages/man7/fanotify.7.html
#[inline]
pub fn write(
    fd: BorrowedFd<'_>,
    file: Option<BorrowedFd<'_>>,
    response: Response,
    audit: Option<Audit>,
) -> Result<()> {
    let file = file.map_or(FAN_NOFD, |file| file.as_raw_fd());
    let header = encode(file, response, audit);
    let call = Call::FANOTIFY_WRITE;
    match audit {
        Some(Audit::Rule(rule)) => write_struct(call, fd, &encode_rule(header, rule)),
        _ => write_struct(call, fd, &header),
    }
}

/// Writes a `struct fanotify_response`, with the struct that follows it if `T` contains one.
#[inline(always)]
fn write_struct<T>(call: Call, fd: BorrowedFd<'_>, response: &T) -> Result<()> {
    let size = size_of::<T>();
    // SAFETY: the kernel reads the struct, and keeps nothing.
    unsafe { syscall!(call, write(fd, core::ptr::from_ref(response), size)) }.exactly(size)
}

pub(crate) const REASONS: &[ErrnoReason] = errno_reasons! {
    FANOTIFY_INIT:
        PERM => "the caller does not have the capability CAP_SYS_ADMIN in the initial user \
            namespace, and the group reports neither file handles nor mount IDs \
            (FAN_REPORT_FID, FAN_REPORT_DIR_FID, FAN_REPORT_MNT), or has the class \
            FAN_CLASS_CONTENT or FAN_CLASS_PRE_CONTENT, or has one of the flags \
            FAN_UNLIMITED_QUEUE, FAN_UNLIMITED_MARKS, FAN_REPORT_TID, FAN_REPORT_PIDFD and \
            FAN_REPORT_FD_ERROR, or the kernel is older than Linux 5.13; or FAN_ENABLE_AUDIT is \
            set, and the caller does not have the capability CAP_AUDIT_WRITE in the initial user \
            namespace",
        INVAL => "a flag or the class is not supported by the kernel; or an event file flag is not \
            permitted, or the access mode is 3; or file handles are requested for a class other \
            than FAN_CLASS_NOTIF; or FAN_REPORT_NAME is set without FAN_REPORT_DIR_FID, or \
            FAN_REPORT_TARGET_FID without FAN_REPORT_FID and FAN_REPORT_NAME; or \
            FAN_REPORT_PIDFD and FAN_REPORT_TID are both set, and the kernel does not support \
            pidfds of threads in events; or FAN_REPORT_MNT is set with file handles, with \
            FAN_REPORT_FD_ERROR or with a class other than FAN_CLASS_NOTIF",
        MFILE => "the per-user limit on fanotify groups of the user namespace, or of an ancestor \
            of it, has been reached (user.max_fanotify_groups, which is \
            fs.fanotify.max_user_groups in the initial user namespace); or the per-process limit \
            on open file descriptors (RLIMIT_NOFILE) has been reached",
        NFILE => "the system-wide limit on open files (fs.file-max) has been reached",
        NOSYS => "the kernel was built without CONFIG_FANOTIFY";
    FANOTIFY_MARK:
        BADF => "the fanotify descriptor is a path-only (O_PATH) descriptor; or the path is \
            absent, and the directory argument is a path-only descriptor; or the directory \
            argument is ABS, and the path is relative or absent",
        INVAL => "the descriptor is not a fanotify group; or a flag, the kind of the mark or an \
            event is not supported by the kernel; or the mask is empty; or flags are set that the \
            operation or each other exclude (FAN_MARK_FLUSH permits no flags, FAN_MARK_EVICTABLE \
            requires an inode mark, FAN_MARK_IGNORE excludes FAN_MARK_IGNORED_MASK); or an event \
            requires file handles, names, another class or another kind of mark; or \
            FAN_PRE_ACCESS is requested for directories; or a mount or a file system is to be \
            ignored with FAN_MARK_IGNORE and without FAN_MARK_IGNORED_SURV_MODIFY; or the path \
            does not refer to a mount namespace, and a mount namespace is to be marked; or the \
            group reports mount IDs and the mark is not that of a mount namespace, or \
            conversely; or permission events are requested for a pseudo-file system such as \
            /proc; or a mount or a file system is to be marked that is internal to the kernel, \
            such as that of pipes; or the path contains a NUL byte",
        NOENT => "a component of the path does not exist or is a dangling symbolic link, or the \
            path is empty; or a mark is to be removed that the group does not have",
        NOTDIR => "a component of the path that is used as a directory is not a directory; or the \
            directory argument is not a directory, and the path is relative; or the file is not a \
            directory, and FAN_MARK_ONLYDIR is set; or the file is not a directory, an event on \
            the entries of a directory, FAN_ONDIR or FAN_EVENT_ON_CHILD is set, and FAN_RENAME or \
            FAN_MARK_IGNORE is set or the group has the flag FAN_REPORT_TARGET_FID",
        ACCES => "a directory in the path cannot be searched; or the file cannot be read; or a \
            symbolic link may not be followed (fs.protected_symlinks); or a security module denies \
            the mark",
        PERM => "a mount, a file system or a mount namespace is to be marked, and the caller does \
            not have the capability CAP_SYS_ADMIN in both the user namespace in which the group \
            was created and the user namespace that owns the file system or the mount namespace \
            (before Linux 6.16, in the initial user namespace)",
        ISDIR => "the file is a directory, and is to be ignored with FAN_MARK_IGNORE and without \
            FAN_MARK_IGNORED_SURV_MODIFY",
        EXIST => "the mark exists, and the call would make it evictable, would replace \
            FAN_MARK_IGNORE by FAN_MARK_IGNORED_MASK, would remove FAN_MARK_IGNORED_SURV_MODIFY, \
            or would combine FAN_PRE_ACCESS with FAN_ONDIR",
        NODEV => Unsupported "the group reports file handles, and the file system has no ID \
            (f_fsid)",
        XDEV => Unsupported "the group reports file handles, and the file is in a part of the file \
            system with another ID (f_fsid), such as a btrfs subvolume",
        OPNOTSUPP => "the group reports file handles, and the file system does not support them, \
            or cannot open files by them, which marks of mounts and file systems require; or \
            FAN_PRE_ACCESS is requested, and the file system does not support it",
        NOSPC => "the per-user limit on marks of the user namespace in which the group was \
            created, or of an ancestor of it, has been reached (user.max_fanotify_marks, which is \
            fs.fanotify.max_user_marks in the initial user namespace)",
        LOOP => "the path contains more than 40 symbolic links, or a symbolic link on a mount \
            with MS_NOSYMFOLLOW",
        NAMETOOLONG => "the path has more than 4,095 bytes, or a component of it is too long for \
            its file system",
        NOSYS => "the kernel was built without CONFIG_FANOTIFY";
    FANOTIFY_READ:
        AGAIN => "no event is available, and the group is non-blocking",
        INVAL => "the buffer is too small for the next event, which remains in the queue (1,040 \
            bytes are enough for any event of Linux 7.3 and older); or the descriptor is not a \
            fanotify group",
        BADF => "the descriptor is a path-only (O_PATH) descriptor, or is not open for reading",
        MFILE => "the per-process limit on open file descriptors (RLIMIT_NOFILE) has been reached",
        NFILE => "the system-wide limit on open files (fs.file-max) has been reached",
        TXTBSY => "the file is being executed, and the group opens files for writing",
        ROFS => "the file system or the mount is read-only, and the group opens files for writing",
        NXIO => "the file is a FIFO without a reader, and the group opens files only for writing \
            with O_NONBLOCK; or the file is a device file without a device";
    FANOTIFY_WRITE:
        NOENT => "no permission event with this descriptor waits for a response",
        INVAL => "the response contains an errno, and the group does not have the class \
            FAN_CLASS_PRE_CONTENT or the kernel does not support it; or the response is to be \
            recorded, and the group does not have the flag FAN_ENABLE_AUDIT; or the kernel does \
            not support audit rules; or the response has neither a descriptor nor an audit rule; \
            or the descriptor is not a fanotify group",
        BADF => "the descriptor of the group is a path-only (O_PATH) descriptor, or is not open \
            for writing";
};
