//! Raw system calls that install filters and respond to notifications.

use super::action::SECCOMP_RET_ACTION_FULL;
use super::types::{AddFd, AddFdFlags, FilterFlags, ListenerFlags, NotifSizes, ProgramHeader};
use super::{Action, Instruction, NotificationId};
use crate::error::{Call, ErrnoReason, Result, errno_reasons};
use crate::fd::{AsRawFd, BorrowedFd, OwnedFd, RawFd};
use crate::syscall::syscall;

const SECCOMP_SET_MODE_STRICT: u32 = 0;
const SECCOMP_SET_MODE_FILTER: u32 = 1;
const SECCOMP_GET_ACTION_AVAIL: u32 = 2;
const SECCOMP_GET_NOTIF_SIZES: u32 = 3;

const SECCOMP_IOCTL_NOTIF_RECV: u32 = 0xC050_2100;
const SECCOMP_IOCTL_NOTIF_SEND: u32 = 0xC018_2101;
const SECCOMP_IOCTL_NOTIF_ID_VALID: u32 = 0x4008_2102;
const SECCOMP_IOCTL_NOTIF_ADDFD: u32 = 0x4018_2103;
const SECCOMP_IOCTL_NOTIF_SET_FLAGS: u32 = 0x4008_2104;

/// `seccomp(SECCOMP_SET_MODE_STRICT, 0, NULL)` - permits the calling thread only the system calls
/// `read`, `write`, `exit` and `rt_sigreturn`. Any other system call terminates the thread.
///
/// # Safety
///
/// When the thread makes another system call, it terminates without running destructors, and the
/// other threads continue. No other thread may use the stack of the thread afterwards, as a scoped
/// thread would that the thread has created.
///
/// # Errors
///
/// - `EINVAL`: the thread has a filter; or the kernel does not support the operation.
///
/// Since Linux 3.17; [seccomp(2)].
///
/// [seccomp(2)]: https://man7.org/linux/man-pages/man2/seccomp.2.html
#[doc(alias = "SECCOMP_SET_MODE_STRICT")]
#[inline]
pub unsafe fn seccomp_set_mode_strict() -> Result<()> {
    // SAFETY: touches no memory; the consequences of the mode are upheld by the caller.
    unsafe {
        syscall!(
            Call::SECCOMP_SET_MODE_STRICT,
            seccomp(SECCOMP_SET_MODE_STRICT, 0_u32, core::ptr::null::<u8>())
        )
    }
    .unit()
}

/// `seccomp(SECCOMP_SET_MODE_FILTER, flags, &prog)` - installs a filter for the calling thread, and
/// for the threads and processes that it creates. A filter cannot be removed.
///
/// Returns 0. With `SECCOMP_FILTER_FLAG_TSYNC`, returns the ID of a thread if the thread cannot be
/// synchronized, in which case no filter is installed. With `SECCOMP_FILTER_FLAG_NEW_LISTENER`, the
/// result is a descriptor: call [`seccomp_set_mode_filter_listener`] instead.
///
/// # Safety
///
/// The results of system calls that the program forges, and the termination of a single thread
/// (`SECCOMP_RET_KILL_THREAD`), must not violate the memory safety or the I/O safety of the
/// process: for example, if `mmap` returns 0 without being executed, a program uses memory that is
/// not mapped.
///
/// # Errors
///
/// - `EINVAL`: the kernel rejects the program, which has no instructions, too many instructions or
///   an invalid instruction; or the kernel does not support a flag; or flags are combined in a way
///   that is not permitted; or the thread is in strict mode.
/// - `EACCES`: the thread does not have `no_new_privs` set, and does not have the capability
///   `CAP_SYS_ADMIN` in its user namespace.
/// - `EBUSY`: with `SECCOMP_FILTER_FLAG_NEW_LISTENER`, another filter of the thread has a listener.
/// - `ESRCH`: with `SECCOMP_FILTER_FLAG_TSYNC_ESRCH`, a thread cannot be synchronized, because it
///   is in strict mode or has a filter that the calling thread does not have.
/// - `EMFILE`: the per-process limit on open file descriptors (`RLIMIT_NOFILE`) has been reached.
/// - `ENFILE`: the system-wide limit on open files (`fs.file-max`) has been reached.
/// - `ENOMEM`: the kernel is out of memory; or all filters of the thread together would have more
///   than 32,768 instructions after the kernel has converted them, where each filter that is
///   already installed counts 4 additional instructions.
///
/// Since Linux 3.17; [seccomp(2)].
///
/// [seccomp(2)]: https://man7.org/linux/man-pages/man2/seccomp.2.html
#[doc(alias = "SECCOMP_SET_MODE_FILTER")]
#[inline]
pub unsafe fn seccomp_set_mode_filter(program: &[Instruction], flags: FilterFlags) -> Result<u32> {
    let header = header(program);
    // SAFETY: the kernel reads one struct and at most `program.len()` instructions, and keeps a
    // copy. The effects of the filter are upheld by the caller.
    unsafe {
        syscall!(
            Call::SECCOMP_SET_MODE_FILTER,
            seccomp(SECCOMP_SET_MODE_FILTER, flags.bits(), &raw const header)
        )
    }
    .int()
    .map(i32::cast_unsigned)
}

/// `seccomp(SECCOMP_SET_MODE_FILTER, flags | SECCOMP_FILTER_FLAG_NEW_LISTENER, &prog)` - installs a
/// filter like [`seccomp_set_mode_filter`], and returns a descriptor from which a supervisor
/// receives notifications. The kernel makes the descriptor close-on-exec.
///
/// # Safety
///
/// The requirements of [`seccomp_set_mode_filter`]. `flags` must not contain
/// `SECCOMP_FILTER_FLAG_TSYNC` without `SECCOMP_FILTER_FLAG_TSYNC_ESRCH`: the kernel could return
/// the ID of a thread instead of a descriptor.
///
/// # Errors
///
/// The errors of [`seccomp_set_mode_filter`].
///
/// Since Linux 5.0; [seccomp_unotify(2)].
///
/// [seccomp_unotify(2)]: https://man7.org/linux/man-pages/man2/seccomp_unotify.2.html
#[doc(alias = "SECCOMP_FILTER_FLAG_NEW_LISTENER")]
#[inline]
pub unsafe fn seccomp_set_mode_filter_listener(
    program: &[Instruction],
    flags: FilterFlags,
) -> Result<OwnedFd> {
    let (header, flags) = (header(program), flags.union(FilterFlags::NEW_LISTENER));
    // SAFETY: as in `seccomp_set_mode_filter`.
    let returned = unsafe {
        syscall!(
            Call::SECCOMP_SET_MODE_FILTER,
            seccomp(SECCOMP_SET_MODE_FILTER, flags.bits(), &raw const header)
        )
    };
    // SAFETY: a success is a new descriptor, because the flags do not permit another result.
    unsafe { returned.descriptor() }
}

/// Describes a program to the kernel, which rejects more than 4,096 instructions.
fn header(program: &[Instruction]) -> ProgramHeader {
    let len = u16::try_from(program.len()).unwrap_or(u16::MAX);
    ProgramHeader { len, filter: program.as_ptr() }
}

/// `seccomp(SECCOMP_GET_ACTION_AVAIL, 0, &action)` - checks that the kernel supports an action. The
/// data of the action is ignored.
///
/// # Errors
///
/// - `EOPNOTSUPP`: the kernel does not support the action.
/// - `EINVAL`: the kernel does not support the operation, which Linux 4.14 introduced.
///
/// Since Linux 4.14; [seccomp(2)].
///
/// [seccomp(2)]: https://man7.org/linux/man-pages/man2/seccomp.2.html
#[doc(alias = "SECCOMP_GET_ACTION_AVAIL")]
#[inline]
pub fn seccomp_get_action_avail(action: Action) -> Result<()> {
    let action = action.as_raw() & SECCOMP_RET_ACTION_FULL;
    // SAFETY: the kernel reads one number and keeps nothing.
    unsafe {
        syscall!(
            Call::SECCOMP_GET_ACTION_AVAIL,
            seccomp(SECCOMP_GET_ACTION_AVAIL, 0_u32, &raw const action)
        )
    }
    .unit()
}

/// `seccomp(SECCOMP_GET_NOTIF_SIZES, 0, &sizes)` - returns the sizes of the structs of
/// notifications in the running kernel.
///
/// # Errors
///
/// - `EINVAL`: the kernel does not support the operation, which Linux 5.0 introduced.
///
/// Since Linux 5.0; [seccomp(2)].
///
/// [seccomp(2)]: https://man7.org/linux/man-pages/man2/seccomp.2.html
#[doc(alias = "SECCOMP_GET_NOTIF_SIZES")]
#[inline]
pub fn seccomp_get_notif_sizes() -> Result<NotifSizes> {
    // The sizes remain 0 if a filter of the process forges a success.
    let mut sizes = NotifSizes { notif: 0, resp: 0, data: 0 };
    // SAFETY: the kernel writes one struct and keeps nothing.
    unsafe {
        syscall!(
            Call::SECCOMP_GET_NOTIF_SIZES,
            seccomp(SECCOMP_GET_NOTIF_SIZES, 0_u32, &raw mut sizes)
        )
    }
    .unit()?;
    Ok(sizes)
}

/// `ioctl(fd, SECCOMP_IOCTL_NOTIF_RECV, &notif)` - receives a notification into a buffer, which
/// must contain only zeroes. Waits until a notification is available.
///
/// When the last target has terminated, the call waits indefinitely, or fails with `ENOENT`,
/// depending on the version of the kernel: wait with [`poll`](crate::poll) until the descriptor is
/// readable.
///
/// # Safety
///
/// The descriptor must be the listener of a filter: for other files, a driver can interpret the
/// request number as another request. The buffer must not be smaller than
/// [`NotifSizes::notif`].
///
/// # Errors
///
/// - `ENOENT`: the system call was interrupted or its thread terminated before the notification was
///   received; or, with newer kernels, all targets have terminated.
/// - `EINVAL`: the buffer contains a byte that is not 0.
/// - `EINTR`: interrupted by a signal handler.
///
/// Since Linux 5.0; [seccomp_unotify(2)].
///
/// [seccomp_unotify(2)]: https://man7.org/linux/man-pages/man2/seccomp_unotify.2.html
#[doc(alias = "SECCOMP_IOCTL_NOTIF_RECV")]
#[inline]
pub unsafe fn ioctl_seccomp_notif_recv(listener: BorrowedFd<'_>, buffer: &mut [u64]) -> Result<()> {
    // SAFETY: for a listener, the kernel reads and writes one notification, which fits the buffer,
    // upheld by the caller.
    unsafe {
        syscall!(
            Call::IOCTL_SECCOMP_NOTIF_RECV,
            ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, buffer.as_mut_ptr())
        )
    }
    .unit()
}

/// `ioctl(fd, SECCOMP_IOCTL_NOTIF_SEND, &resp)` - responds to a notification. The buffer begins
/// with a [`Response`](super::Response).
///
/// # Safety
///
/// The descriptor must be the listener of a filter, as for [`ioctl_seccomp_notif_recv`]. The buffer
/// must not be smaller than [`NotifSizes::resp`]. The forged result must not violate the memory
/// safety or the I/O safety of the target, which can be a thread of this process.
///
/// # Errors
///
/// - `ENOENT`: the notification is no longer valid, because the system call was interrupted or its
///   thread terminated.
/// - `EINPROGRESS`: the notification already has a response, or was not received.
/// - `EINVAL`: the kernel does not support a flag; or `SECCOMP_USER_NOTIF_FLAG_CONTINUE` is set,
///   and the value or the error is not 0.
/// - `EINTR`: interrupted by a signal handler.
///
/// Since Linux 5.0; [seccomp_unotify(2)].
///
/// [seccomp_unotify(2)]: https://man7.org/linux/man-pages/man2/seccomp_unotify.2.html
#[doc(alias = "SECCOMP_IOCTL_NOTIF_SEND")]
#[inline]
pub unsafe fn ioctl_seccomp_notif_send(
    listener: BorrowedFd<'_>,
    response: &mut [u64],
) -> Result<()> {
    // SAFETY: for a listener, the kernel reads one response, which fits the buffer, upheld by the
    // caller, as are the effects of the response.
    unsafe {
        syscall!(
            Call::IOCTL_SECCOMP_NOTIF_SEND,
            ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, response.as_mut_ptr())
        )
    }
    .unit()
}

/// `ioctl(fd, SECCOMP_IOCTL_NOTIF_ID_VALID, &id)` - checks that the target still waits for the
/// response to a notification.
///
/// # Safety
///
/// The descriptor must be the listener of a filter, as for [`ioctl_seccomp_notif_recv`].
///
/// # Errors
///
/// - `ENOENT`: the notification is no longer valid, because the system call was interrupted or its
///   thread terminated; or the notification already has a response.
/// - `EINTR`: interrupted by a signal handler.
///
/// Since Linux 5.0; [seccomp_unotify(2)].
///
/// [seccomp_unotify(2)]: https://man7.org/linux/man-pages/man2/seccomp_unotify.2.html
#[doc(alias = "SECCOMP_IOCTL_NOTIF_ID_VALID")]
#[inline]
pub unsafe fn ioctl_seccomp_notif_id_valid(
    listener: BorrowedFd<'_>,
    id: NotificationId,
) -> Result<()> {
    let id = id.as_raw();
    // SAFETY: for a listener, the kernel reads one number and keeps nothing.
    unsafe {
        syscall!(
            Call::IOCTL_SECCOMP_NOTIF_ID_VALID,
            ioctl(listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &raw const id)
        )
    }
    .unit()
}

/// `ioctl(fd, SECCOMP_IOCTL_NOTIF_ADDFD, &addfd)` - adds a descriptor to the target of a
/// notification, and returns its number in the target.
///
/// The new descriptor refers to the same open file description as `fd`. Without
/// `SECCOMP_ADDFD_FLAG_SETFD`, `number` must be 0, and the kernel chooses the number. The flag of
/// the new descriptor is `O_CLOEXEC` if `cloexec` is `true`.
///
/// # Safety
///
/// The descriptor must be the listener of a filter, as for [`ioctl_seccomp_notif_recv`]. With
/// `SECCOMP_ADDFD_FLAG_SETFD`, the replacement of a descriptor must not violate the I/O safety of
/// the target; with `SECCOMP_ADDFD_FLAG_SEND`, the same applies to the result of the system call.
///
/// # Errors
///
/// - `ENOENT`: the notification is no longer valid, because the system call was interrupted or its
///   thread terminated.
/// - `ESRCH`: the system call was interrupted or its thread terminated before the descriptor was
///   added.
/// - `EINPROGRESS`: the notification already has a response, or was not received.
/// - `EBUSY`: `SECCOMP_ADDFD_FLAG_SEND` is set, and another descriptor is being added.
/// - `EBADF`: the descriptor to add is not open, or is a path-only (`O_PATH`) descriptor; or
///   `number` is at least the limit on open file descriptors (`RLIMIT_NOFILE`) of the target.
/// - `EMFILE`: the limit on open file descriptors (`RLIMIT_NOFILE`) of the target has been reached.
/// - `EINVAL`: the kernel does not support a flag (`SECCOMP_ADDFD_FLAG_SEND` requires Linux 5.14);
///   or `number` is not 0, and `SECCOMP_ADDFD_FLAG_SETFD` is not set.
/// - `EINTR`: interrupted by a signal handler.
///
/// Since Linux 5.9; [seccomp_unotify(2)].
///
/// [seccomp_unotify(2)]: https://man7.org/linux/man-pages/man2/seccomp_unotify.2.html
#[doc(alias = "SECCOMP_IOCTL_NOTIF_ADDFD")]
#[doc(alias = "seccomp_notif_addfd")]
#[inline]
pub unsafe fn ioctl_seccomp_notif_addfd(
    listener: BorrowedFd<'_>,
    id: NotificationId,
    flags: AddFdFlags,
    fd: BorrowedFd<'_>,
    number: RawFd,
    cloexec: bool,
) -> Result<RawFd> {
    const O_CLOEXEC: u32 = 0x8_0000;
    let add = AddFd {
        id,
        flags,
        srcfd: fd.as_raw_fd().cast_unsigned(),
        newfd: number.cast_unsigned(),
        newfd_flags: if cloexec { O_CLOEXEC } else { 0 },
    };
    // SAFETY: for a listener, the kernel reads one struct and keeps nothing. The effects on the
    // target are upheld by the caller.
    unsafe {
        syscall!(
            Call::IOCTL_SECCOMP_NOTIF_ADDFD,
            ioctl(listener, SECCOMP_IOCTL_NOTIF_ADDFD, &raw const add)
        )
    }
    .int()
}

/// `ioctl(fd, SECCOMP_IOCTL_NOTIF_SET_FLAGS, flags)` - sets the flags of a listener. The argument
/// is the value, not a pointer.
///
/// # Safety
///
/// The descriptor must be the listener of a filter, as for [`ioctl_seccomp_notif_recv`].
///
/// # Errors
///
/// - `EINVAL`: the kernel does not support a flag, or does not support the request, which Linux 6.6
///   introduced.
/// - `EINTR`: interrupted by a signal handler.
///
/// Since Linux 6.6.
#[doc(alias = "SECCOMP_IOCTL_NOTIF_SET_FLAGS")]
#[inline]
pub unsafe fn ioctl_seccomp_notif_set_flags(
    listener: BorrowedFd<'_>,
    flags: ListenerFlags,
) -> Result<()> {
    // SAFETY: for a listener, touches no memory.
    unsafe {
        syscall!(
            Call::IOCTL_SECCOMP_NOTIF_SET_FLAGS,
            ioctl(listener, SECCOMP_IOCTL_NOTIF_SET_FLAGS, flags.bits())
        )
    }
    .unit()
}

pub(crate) const REASONS: &[ErrnoReason] = errno_reasons! {
    SECCOMP_PROGRAM:
        INVAL => "the filter is installed without a listener, and can return \
            SECCOMP_RET_USER_NOTIF; or the filter can return SECCOMP_RET_KILL_THREAD, \
            SECCOMP_RET_ERRNO with the errno 0, or a computed value, or divides by X, which is not \
            safe; or the filter does not allow brk, exit or rt_sigreturn, whose failure the C \
            library does not expect";
    SECCOMP_TSYNC:
        SRCH => Busy "a thread cannot be synchronized, because it is in strict mode or has a filter \
            that the calling thread does not have";
    SECCOMP_LISTENER:
        INVAL => "the descriptor is not the listener of a seccomp filter; or the system call of the \
            notification does not return a new descriptor",
        OVERFLOW => "the kernel's structs of notifications have sizes that this crate does not support";
    SECCOMP_SET_MODE_STRICT:
        INVAL => "the thread has a filter; or the kernel does not support the operation";
    SECCOMP_SET_MODE_FILTER:
        INVAL => "the kernel rejects the program, which has no instructions, too many instructions \
            or an invalid instruction; or the kernel does not support a flag; or flags are combined \
            in a way that is not permitted; or the thread is in strict mode",
        ACCES => "the thread does not have no_new_privs set, and does not have the capability \
            CAP_SYS_ADMIN in its user namespace",
        BUSY => "with SECCOMP_FILTER_FLAG_NEW_LISTENER, another filter of the thread has a listener",
        SRCH => Busy "with SECCOMP_FILTER_FLAG_TSYNC_ESRCH, a thread cannot be synchronized, because \
            it is in strict mode or has a filter that the calling thread does not have",
        MFILE => "the per-process limit on open file descriptors (RLIMIT_NOFILE) has been reached",
        NFILE => "the system-wide limit on open files (fs.file-max) has been reached",
        NOMEM => "the kernel is out of memory; or all filters of the thread together would have \
            more than 32,768 instructions after the kernel has converted them, where each filter \
            that is already installed counts 4 additional instructions";
    SECCOMP_GET_ACTION_AVAIL:
        OPNOTSUPP => "the kernel does not support the action",
        INVAL => Unsupported "the kernel does not support the operation, which Linux 4.14 introduced";
    SECCOMP_GET_NOTIF_SIZES:
        INVAL => Unsupported "the kernel does not support the operation, which Linux 5.0 introduced";
    IOCTL_SECCOMP_NOTIF_RECV:
        NOENT => "the system call was interrupted or its thread terminated before the notification \
            was received; or, with newer kernels, all targets have terminated",
        INVAL => "the buffer contains a byte that is not 0";
    IOCTL_SECCOMP_NOTIF_SEND:
        NOENT => "the notification is no longer valid, because the system call was interrupted or \
            its thread terminated",
        INPROGRESS => Other "the notification already has a response, or was not received",
        INVAL => "the kernel does not support a flag; or SECCOMP_USER_NOTIF_FLAG_CONTINUE is set, \
            and the value or the error is not 0";
    IOCTL_SECCOMP_NOTIF_ID_VALID:
        NOENT => "the notification is no longer valid, because the system call was interrupted or \
            its thread terminated; or the notification already has a response";
    IOCTL_SECCOMP_NOTIF_ADDFD:
        NOENT => "the notification is no longer valid, because the system call was interrupted or \
            its thread terminated",
        SRCH => "the system call was interrupted or its thread terminated before the descriptor was \
            added",
        INPROGRESS => Other "the notification already has a response, or was not received",
        BUSY => "SECCOMP_ADDFD_FLAG_SEND is set, and another descriptor is being added",
        BADF => "the descriptor to add is not open, or is a path-only (O_PATH) descriptor; or \
            number is at least the limit on open file descriptors (RLIMIT_NOFILE) of the target",
        MFILE => "the limit on open file descriptors (RLIMIT_NOFILE) of the target has been reached",
        INVAL => "the kernel does not support a flag (SECCOMP_ADDFD_FLAG_SEND requires Linux 5.14); \
            or number is not 0, and SECCOMP_ADDFD_FLAG_SETFD is not set";
    IOCTL_SECCOMP_NOTIF_SET_FLAGS:
        INVAL => "the kernel does not support a flag, or does not support the request, which Linux \
            6.6 introduced";
};
