//! Notifications about the state of a service.

use core::mem::ManuallyDrop;

use crate::error::{Call, Errno, ErrnoReason, Error, Result, errno_reasons};
use crate::fd::{AsFd, BorrowedFd};
use crate::io::IoSlice;
use crate::net::addr::{SocketAddrAny, SocketAddrUnix};
use crate::net::fds::Control;
use crate::net::send::{SendMessage, sendmsg};
use crate::net::socket::socket;
use crate::net::types::{AddressFamily, SendFlags, SocketType};
use crate::path;

/// Notifies the service manager of the state of the service; [sd_notify(3)].
///
/// `socket` is the value of the environment variable `NOTIFY_SOCKET`: an absolute path, or `@` and
/// an abstract name. The state consists of assignments that are separated by newlines, such as
/// `READY=1`, `STATUS=Accepting connections` and `WATCHDOG=1`. The function sends it as one
/// datagram, and does not wait until the service manager has received it.
///
/// # Errors
///
/// - `EAFNOSUPPORT`: the value of `NOTIFY_SOCKET` is neither an absolute path nor an abstract name.
///   Addresses of vsock sockets are not supported.
/// - `ENOENT`, `ECONNREFUSED`: the socket does not exist, or the service manager has closed it.
/// - `EINVAL`, `ENAMETOOLONG`: the address is invalid or too long.
///
/// The function also returns the errors of [`socket`](crate::net::socket()) and
/// [`sendto`](crate::net::sendto).
///
/// [sd_notify(3)]: https://man7.org/linux/man-pages/man3/sd_notify.3.html
///
/// # Examples
///
/// ```
/// use butter::net::{self, AddressFamily, RecvFlags, SocketAddrUnix, SocketType, service};
///
/// # fn main() -> butter::Result<()> {
/// // A service manager receives the states of its services.
/// let manager = net::socket(AddressFamily::UNIX, SocketType::DGRAM, None)?;
/// # let unique = format!("butter-notify-{}", std::process::id());
/// # let name = unique.as_bytes();
/// net::bind(&manager, &SocketAddrUnix::new_abstract_name(name)?)?;
///
/// let value = [b"@", name].concat(); // NOTIFY_SOCKET
/// service::notify(&value[..], b"READY=1")?;
///
/// let mut buffer = [0; 4096];
/// let count = net::recv(&manager, &mut buffer, RecvFlags::empty())?;
/// assert_eq!(&buffer[..count], b"READY=1");
/// # Ok(())
/// # }
/// ```
#[doc(alias("NOTIFY_SOCKET", "sd_notify"))]
pub fn notify<P: path::Arg + ?Sized>(socket: &P, state: &[u8]) -> Result<()> {
    notify_with_fds(socket, state, [])
}

/// Notifies the service manager like [`notify`], and passes descriptors, for example to store them
/// (`FDSTORE=1`) or to wait until it has processed earlier notifications (`BARRIER=1`).
///
/// # Errors
///
/// - `EINVAL`: there are more than 253 descriptors.
///
/// The function also returns the errors of [`notify`].
#[doc(alias("NOTIFY_SOCKET", "FDSTORE", "sd_pid_notify_with_fds"))]
pub fn notify_with_fds<P: path::Arg + ?Sized, const N: usize>(
    socket: &P,
    state: &[u8],
    fds: [BorrowedFd<'_>; N],
) -> Result<()> {
    let mut control = Control::EMPTY;
    let ancillary = control.ancillary(&fds);
    let slices = [IoSlice::new(state)];
    let message = SendMessage::new(&slices).with_ancillary(&ancillary);
    send_to_manager(socket.as_path_bytes().bytes(), message)
}

fn send_to_manager(value: &[u8], message: SendMessage<'_>) -> Result<()> {
    let address = match value {
        [b'/', ..] => SocketAddrUnix::new(value)?,
        [b'@', name @ ..] if !name.is_empty() => SocketAddrUnix::new_abstract_name(name)?,
        _ => return Err(Error::new(Call::SD_NOTIFY, Errno::AFNOSUPPORT)),
    };
    let address = SocketAddrAny::from(address);
    // The compiler assumes that functions of other modules can unwind. `ManuallyDrop` prevents that
    // the drop of the socket requires an unwinder, which a program without `std` lacks.
    let socket = ManuallyDrop::new(socket(AddressFamily::UNIX, SocketType::DGRAM, None)?);
    let sent = sendmsg(socket.as_fd(), &message.with_address(&address), SendFlags::NOSIGNAL);
    drop(ManuallyDrop::into_inner(socket));
    sent.map(drop)
}

/// The reasons of errors that the functions for service managers detect.
pub(crate) const REASONS: &[ErrnoReason] = errno_reasons! {
    SD_NOTIFY:
        AFNOSUPPORT => InvalidArgument "the value of NOTIFY_SOCKET is neither an absolute path nor an abstract name";
    SD_LISTEN_FDS:
        INVAL => "the value of LISTEN_PID or LISTEN_FDS is not a number in its range; or \
            LISTEN_FDNAMES contains a different number of names";
};
