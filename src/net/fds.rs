//! Sending and receiving descriptors.

use crate::error::{Call, Errno, Error, Result};
use crate::fd::{AsFd, BorrowedFd, OwnedFd};
use crate::io::{IoSlice, IoSliceMut};
use crate::net::ancillary::{RecvAncillaryMessage, SendAncillaryBuffer, SendAncillaryMessage};
use crate::net::receive::{RecvMessage, recvmsg};
use crate::net::send::{SendMessage, sendmsg};
use crate::net::types::{RecvFlags, ReturnFlags, SendFlags};

/// The capacity of a buffer for the control messages of `N` descriptors: their header, credentials
/// and a pidfd, and the numbers of the descriptors.
#[repr(C)]
pub(super) struct Control<const N: usize> {
    others: [u8; 80],
    numbers: [[u8; 4]; N],
}

impl<const N: usize> Control<N> {
    pub(super) const EMPTY: Self = Self { others: [0; 80], numbers: [[0; 4]; N] };

    #[inline]
    const fn as_mut_bytes(&mut self) -> &mut [u8] {
        // SAFETY: the arrays of bytes are adjacent and initialized, and are exclusively borrowed.
        unsafe {
            core::slice::from_raw_parts_mut(core::ptr::from_mut(self).cast(), size_of::<Self>())
        }
    }

    /// Stores a control message of descriptors.
    #[inline]
    pub(super) fn ancillary<'fd>(
        &mut self,
        fds: &[BorrowedFd<'fd>; N],
    ) -> SendAncillaryBuffer<'_, 'fd> {
        let mut ancillary = SendAncillaryBuffer::new(self.as_mut_bytes());
        // The buffer always has the capacity for the descriptors. The kernel ignores a message
        // without descriptors.
        let _fits = ancillary.push(SendAncillaryMessage::ScmRights(fds));
        ancillary
    }
}

/// Sends bytes and descriptors over a Unix socket. The receiver gets duplicates of the descriptors.
/// Returns the number of bytes sent. The call does not raise `SIGPIPE`.
///
/// A message contains at most 253 descriptors. There must be at least one byte, because a stream
/// socket does not send descriptors without bytes. If a stream socket sends only a part of the
/// bytes, it has sent all descriptors with them.
///
/// # Errors
///
/// - `EINVAL`: there are more than 253 descriptors, or no bytes.
///
/// The function also returns the errors of [`sendmsg`].
///
/// Since Linux 2.2; [unix(7)].
///
/// # Examples
///
/// ```
/// use butter::fd::AsFd;
/// use butter::net::{self, AddressFamily, SocketType};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let (socket, peer) = net::socketpair(AddressFamily::UNIX, SocketType::STREAM, None)?;
/// let file = std::fs::File::open("/proc/self/status")?;
/// net::send_fds(&socket, b"status", [file.as_fd()])?;
///
/// let mut buffer = [0; 16];
/// let (count, [received]) = net::recv_fds(&peer, &mut buffer)?;
/// assert_eq!(&buffer[..count], b"status");
/// assert!(received.is_some());
/// # Ok(())
/// # }
/// ```
///
/// [unix(7)]: https://man7.org/linux/man-pages/man7/unix.7.html
#[doc(alias("SCM_RIGHTS", "sendmsg"))]
pub fn send_fds<const N: usize>(
    socket: impl AsFd,
    bytes: &[u8],
    fds: [BorrowedFd<'_>; N],
) -> Result<usize> {
    if bytes.is_empty() {
        return Err(Error::new(Call::SENDMSG_RIGHTS, Errno::INVAL));
    }
    let mut control = Control::EMPTY;
    let ancillary = control.ancillary(&fds);
    let slices = [IoSlice::new(bytes)];
    let message = SendMessage::new(&slices).with_ancillary(&ancillary);
    sendmsg(socket, &message, SendFlags::NOSIGNAL)
}

/// Receives bytes and up to `N` descriptors over a Unix socket. The descriptors are close-on-exec.
/// Returns the number of bytes received, which is 0 at the end of a stream, and the descriptors, of
/// which the first ones are `Some`.
///
/// No descriptor is lost silently: if not all descriptors of the message were received, the
/// function closes those that were received, and fails. The bytes of the message are then lost, so
/// close the connection. The function closes a pidfd of the sender
/// ([`SO_PASSPIDFD`](crate::net::sockopt::set_socket_passpidfd)); use [`recvmsg`] for control
/// messages other than descriptors.
///
/// # Errors
///
/// - `EMSGSIZE`: the message contains more than `N` descriptors, or the kernel discarded
///   descriptors or other control messages, for example because the limit on open file descriptors
///   (`RLIMIT_NOFILE`) has been reached.
///
/// The function also returns the errors of [`recvmsg`].
///
/// Since Linux 2.2; [unix(7)].
///
/// [unix(7)]: https://man7.org/linux/man-pages/man7/unix.7.html
#[doc(alias("SCM_RIGHTS", "recvmsg"))]
pub fn recv_fds<const N: usize>(
    socket: impl AsFd,
    buffer: &mut [u8],
) -> Result<(usize, [Option<OwnedFd>; N])> {
    let (mut control, mut buffers) = (Control::<N>::EMPTY, [IoSliceMut::new(buffer)]);
    let mut message = RecvMessage::new(&mut buffers).with_ancillary(control.as_mut_bytes());
    let count = recvmsg(socket, &mut message, RecvFlags::empty())?;
    let mut fds = [const { None }; N];
    let mut targets = fds.iter_mut();
    let mut lost = message.flags().contains(ReturnFlags::CTRUNC);
    for message in message.ancillary() {
        if let RecvAncillaryMessage::ScmRights(rights) = message {
            for fd in rights {
                match targets.next() {
                    Some(target) => *target = Some(fd),
                    None => lost = true,
                }
            }
        }
    }
    if lost {
        return Err(Error::new(Call::RECVMSG_RIGHTS, Errno::MSGSIZE));
    }
    Ok((count, fds))
}
