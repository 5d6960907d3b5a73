//! Raw system calls on network interfaces.

use super::types::{Ifreq, InterfaceFlags};
use crate::error::{Call, Errno, ErrnoReason, Error, Result, errno_reasons};
use crate::fd::BorrowedFd;
use crate::syscall::syscall;

const SIOCGIFFLAGS: u32 = 0x8913;
const SIOCSIFFLAGS: u32 = 0x8914;

/// `ioctl(sockfd, SIOCGIFFLAGS, &ifreq)` - returns the flags of a network interface, such as `lo`,
/// in the network namespace of the socket.
///
/// # Errors
///
/// - `ENODEV`: the network interface does not exist.
/// - `ENOTTY`: the descriptor is not a socket.
/// - `EBADF`: the descriptor is path-only (`O_PATH`).
///
/// Since Linux 1.0; [netdevice(7)].
///
/// [netdevice(7)]: https://man7.org/linux/man-pages/man7/netdevice.7.html
#[doc(alias = "SIOCGIFFLAGS")]
pub fn ioctl_siocgifflags(socket: BorrowedFd<'_>, name: &[u8]) -> Result<InterfaceFlags> {
    let Some(mut request) = Ifreq::new(name, InterfaceFlags::empty()) else {
        return Err(Error::new(Call::IOCTL_SIOCGIFFLAGS, Errno::NODEV));
    };
    let pointer = &raw mut request;
    // SAFETY: the kernel reads the struct, overwrites it with the flags, and keeps nothing.
    unsafe { syscall!(Call::IOCTL_SIOCGIFFLAGS, ioctl(socket, SIOCGIFFLAGS, pointer)) }.unit()?;
    Ok(InterfaceFlags::from_bits_retain(request.flags))
}

/// `ioctl(sockfd, SIOCSIFFLAGS, &ifreq)` - sets the flags of a network interface, such as `lo`, in
/// the network namespace of the socket.
///
/// # Errors
///
/// - `EPERM`: the caller lacks the capability `CAP_NET_ADMIN` in the user namespace of the network
///   namespace.
/// - `ENODEV`: the network interface does not exist.
/// - `ENOTTY`: the descriptor is not a socket.
/// - `EBADF`: the descriptor is path-only (`O_PATH`).
///
/// Drivers return further errors.
///
/// Since Linux 1.0; [netdevice(7)].
///
/// [netdevice(7)]: https://man7.org/linux/man-pages/man7/netdevice.7.html
#[doc(alias = "SIOCSIFFLAGS")]
pub fn ioctl_siocsifflags(
    socket: BorrowedFd<'_>,
    name: &[u8],
    flags: InterfaceFlags,
) -> Result<()> {
    let Some(mut request) = Ifreq::new(name, flags) else {
        return Err(Error::new(Call::IOCTL_SIOCSIFFLAGS, Errno::NODEV));
    };
    let pointer = &raw mut request;
    // SAFETY: the kernel reads the struct, and keeps nothing.
    unsafe { syscall!(Call::IOCTL_SIOCSIFFLAGS, ioctl(socket, SIOCSIFFLAGS, pointer)) }.unit()
}

pub(crate) const REASONS: &[ErrnoReason] = errno_reasons! {
    IOCTL_SIOCGIFFLAGS:
        NODEV => "the network interface does not exist",
        NOTTY => "the descriptor is not a socket",
        BADF => "the descriptor is path-only (O_PATH)";
    IOCTL_SIOCSIFFLAGS:
        PERM => "the caller lacks the capability CAP_NET_ADMIN in the user namespace of the \
            network namespace",
        NODEV => "the network interface does not exist",
        NOTTY => "the descriptor is not a socket",
        BADF => "the descriptor is path-only (O_PATH)";
};
