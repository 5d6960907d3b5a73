//! Functions that read and set the flags of network interfaces.

use core::mem::ManuallyDrop;

use super::raw;
use super::types::InterfaceFlags;
use crate::error::Result;
use crate::fd::{AsFd, BorrowedFd};
use crate::net::socket::socket;
use crate::net::types::{AddressFamily, SocketType};

/// Passes a socket in the network namespace of the caller to a function. Every kernel supports Unix
/// sockets.
fn with_socket<T>(call: impl FnOnce(BorrowedFd<'_>) -> Result<T>) -> Result<T> {
    // The compiler assumes that functions of other modules can unwind. `ManuallyDrop` prevents that
    // the drop of the socket requires an unwinder, which a program without `std` lacks.
    let socket = ManuallyDrop::new(socket(AddressFamily::UNIX, SocketType::DGRAM, None)?);
    let result = call(socket.as_fd());
    drop(ManuallyDrop::into_inner(socket));
    result
}

/// Returns the flags of a network interface, such as `lo`, in the network namespace of the caller.
///
/// # Errors
///
/// - `ENODEV`: the network interface does not exist.
/// - `EMFILE`, `ENFILE`: the per-process limit on open file descriptors (`RLIMIT_NOFILE`), or the
///   system-wide limit on open files (`fs.file-max`), has been reached.
///
/// Since Linux 1.0; [netdevice(7)].
///
/// # Examples
///
/// ```no_run
/// use butter::net::{self, InterfaceFlags};
///
/// # fn main() -> butter::Result<()> {
/// assert!(net::interface_flags(b"lo")?.contains(InterfaceFlags::LOOPBACK));
/// # Ok(())
/// # }
/// ```
///
/// [netdevice(7)]: https://man7.org/linux/man-pages/man7/netdevice.7.html
#[doc(alias = "SIOCGIFFLAGS")]
pub fn interface_flags(name: &[u8]) -> Result<InterfaceFlags> {
    with_socket(|socket| raw::ioctl_siocgifflags(socket, name))
}

/// Sets the flags of a network interface, such as `lo`, in the network namespace of the caller.
///
/// # Errors
///
/// - `EPERM`: the caller lacks the capability `CAP_NET_ADMIN`.
///
/// The function also returns the errors of [`interface_flags`].
///
/// Since Linux 1.0; [netdevice(7)].
///
/// [netdevice(7)]: https://man7.org/linux/man-pages/man7/netdevice.7.html
#[doc(alias = "SIOCSIFFLAGS")]
pub fn set_interface_flags(name: &[u8], flags: InterfaceFlags) -> Result<()> {
    with_socket(|socket| raw::ioctl_siocsifflags(socket, name, flags))
}

/// Enables the loopback interface, which is disabled in a new network namespace. The kernel assigns
/// the addresses 127.0.0.1 and `::1` to it.
///
/// # Errors
///
/// - `EPERM`: the caller lacks the capability `CAP_NET_ADMIN`, and the interface is not enabled.
///
/// The function also returns the errors of [`interface_flags`].
///
/// # Examples
///
/// ```no_run
/// use butter::namespace::{self, Namespaces};
///
/// # fn main() -> butter::Result<()> {
/// namespace::unshare(Namespaces::NET)?;
/// butter::net::set_loopback_up()?;
/// # Ok(())
/// # }
/// ```
#[doc(alias("IFF_UP", "SIOCSIFFLAGS", "lo"))]
pub fn set_loopback_up() -> Result<()> {
    with_socket(|socket| {
        let flags = raw::ioctl_siocgifflags(socket, b"lo")?;
        if flags.contains(InterfaceFlags::UP) {
            return Ok(());
        }
        raw::ioctl_siocsifflags(socket, b"lo", flags.union(InterfaceFlags::UP))
    })
}
