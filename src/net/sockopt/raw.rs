//! Raw system calls on the options of sockets.

use crate::error::{Call, ErrnoReason, Result, errno_reasons};
use crate::fd::BorrowedFd;
use crate::syscall::syscall;

/// `getsockopt(sockfd, level, optname, optval, &optlen)` - reads an option of a socket.
///
/// Writes the value to the first bytes of `value`, and returns their number. If `value` is too
/// small, the kernel truncates the value of most options.
///
/// # Errors
///
/// - `ENOPROTOOPT`: the kernel or the socket does not support the option.
/// - `EOPNOTSUPP`: the socket does not support options of this level.
/// - `EINVAL`: the buffer has a wrong size for the option; or the option does not apply to the type
///   or the state of the socket.
/// - `ERANGE`: the buffer is too small for the option.
/// - `ENODATA`: the socket has no peer process of which a pidfd could be created (`SO_PEERPIDFD`).
/// - `ESRCH`: the peer process has terminated (`SO_PEERPIDFD`).
/// - `ENOTCONN`: the option requires a connection.
/// - `EMFILE`: the option creates a descriptor, and the per-process limit on open file descriptors
///   (`RLIMIT_NOFILE`) has been reached.
/// - `ENFILE`: the option creates a descriptor, and the system-wide limit on open files
///   (`fs.file-max`) has been reached.
/// - `EPERM`: the caller lacks a capability that the option requires.
/// - `ENOTSOCK`: the descriptor is not a socket.
/// - `EBADF`: the descriptor is path-only (`O_PATH`).
/// - `ENOMEM`: the kernel is out of memory.
///
/// Options return further errors.
///
/// Since Linux 1.0; [getsockopt(2)].
///
/// [getsockopt(2)]: https://man7.org/linux/man-pages/man2/getsockopt.2.html
///
/// # Safety
///
/// The kernel must write only to `value` for this option: the value of some options, such as
/// `TCP_ZEROCOPY_RECEIVE`, contains addresses of memory that the kernel changes or maps.
#[inline]
pub unsafe fn getsockopt(
    socket: BorrowedFd<'_>,
    level: u32,
    name: u32,
    value: &mut [u8],
) -> Result<usize> {
    let (start, mut length) = (value.as_mut_ptr(), value.len().min(i32::MAX as usize) as u32);
    let capacity = length;
    let length_pointer = &raw mut length;
    // SAFETY: the kernel reads the length, writes at most as many bytes to the buffer, writes the
    // length of the value, and keeps nothing. That it accesses no other memory is upheld by the
    // caller.
    unsafe { syscall!(Call::GETSOCKOPT, getsockopt(socket, level, name, start, length_pointer)) }
        .unit()?;
    Ok(length.min(capacity) as usize)
}

/// `setsockopt(sockfd, level, optname, optval, optlen)` - sets an option of a socket.
///
/// # Errors
///
/// - `ENOPROTOOPT`: the kernel or the socket does not support the option.
/// - `EOPNOTSUPP`: the socket does not support options of this level.
/// - `EINVAL`: the value has a wrong size or is out of range; or the option does not apply to the
///   type or the state of the socket.
/// - `EDOM`: the microseconds of a timeout are not in 0..=999,999.
/// - `EPERM`: the caller lacks a capability that the option or its value requires.
/// - `ENODEV`: the network interface does not exist (`SO_BINDTODEVICE`).
/// - `EADDRINUSE`: the option conflicts with another socket that has the same address.
/// - `EISCONN`: the option cannot be set after the socket was connected.
/// - `ENOTCONN`: the option requires a connection.
/// - `ENOENT`: an object to which the value refers does not exist.
/// - `ENOBUFS`: the limit on the memory of options (`net.core.optmem_max`) has been reached.
/// - `EFAULT`: the value contains an address that is not valid.
/// - `ENOTSOCK`: the descriptor is not a socket.
/// - `EBADF`: the descriptor is path-only (`O_PATH`).
/// - `ENOMEM`: the kernel is out of memory.
///
/// Options return further errors.
///
/// Since Linux 1.0; [setsockopt(2)].
///
/// [setsockopt(2)]: https://man7.org/linux/man-pages/man2/setsockopt.2.html
///
/// # Safety
///
/// The kernel must read only `value` for this option, and the option must not make other calls
/// unsafe. The value of some options contains addresses, such as `SO_ATTACH_FILTER` and
/// `SO_ATTACH_REUSEPORT_CBPF`; with [`SO_ZEROCOPY`](super::set_socket_zerocopy), the kernel reads
/// bytes after the call that sends them has returned.
#[inline]
pub unsafe fn setsockopt(
    socket: BorrowedFd<'_>,
    level: u32,
    name: u32,
    value: &[u8],
) -> Result<()> {
    let (start, length) = (value.as_ptr(), value.len().min(i32::MAX as usize));
    // SAFETY: the kernel reads the value, and keeps nothing. That it accesses no other memory is
    // upheld by the caller.
    unsafe { syscall!(Call::SETSOCKOPT, setsockopt(socket, level, name, start, length)) }.unit()
}

pub(crate) const REASONS: &[ErrnoReason] = errno_reasons! {
    GETSOCKOPT:
        NOPROTOOPT => "the kernel or the socket does not support the option",
        OPNOTSUPP => "the socket does not support options of this level",
        INVAL => "the buffer has a wrong size for the option; or the option does not apply to the \
            type or the state of the socket",
        RANGE => "the buffer is too small for the option",
        NODATA => "the socket has no peer process of which a pidfd could be created (SO_PEERPIDFD)",
        SRCH => "the peer process has terminated (SO_PEERPIDFD)",
        NOTCONN => "the option requires a connection",
        MFILE => "the option creates a descriptor, and the per-process limit on open file \
            descriptors (RLIMIT_NOFILE) has been reached",
        NFILE => "the option creates a descriptor, and the system-wide limit on open files \
            (fs.file-max) has been reached",
        PERM => "the caller lacks a capability that the option requires",
        NOTSOCK => "the descriptor is not a socket",
        BADF => "the descriptor is path-only (O_PATH)";
    SETSOCKOPT:
        NOPROTOOPT => "the kernel or the socket does not support the option",
        OPNOTSUPP => "the socket does not support options of this level",
        INVAL => "the value has a wrong size or is out of range; or the option does not apply to \
            the type or the state of the socket",
        DOM => "the microseconds of a timeout are not in 0..=999,999",
        PERM => "the caller lacks a capability that the option or its value requires",
        NODEV => "the network interface does not exist (SO_BINDTODEVICE)",
        ADDRINUSE => "the option conflicts with another socket that has the same address",
        ISCONN => "the option cannot be set after the socket was connected",
        NOTCONN => "the option requires a connection",
        NOENT => "an object to which the value refers does not exist",
        NOBUFS => "the limit on the memory of options (net.core.optmem_max) has been reached",
        NOTSOCK => "the descriptor is not a socket",
        BADF => "the descriptor is path-only (O_PATH)";
};
