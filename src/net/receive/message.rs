//! Buffers for messages to receive.

use core::marker::PhantomData;

use crate::io::IoSliceMut;
use crate::net::addr::SocketAddrAny;
use crate::net::ancillary::RecvAncillary;
use crate::net::numbers::STORAGE_SIZE;
use crate::net::send::{Mmsghdr, Msghdr};
use crate::net::types::ReturnFlags;

/// The buffers into which [`recvmsg`](super::recvmsg) or [`recvmmsg`](super::recvmmsg) receives a
/// message, and the properties of the received message.
///
/// The value owns the received descriptors until [`ancillary`](Self::ancillary) returns them, and
/// closes the remaining ones when it is dropped or used again.
///
/// ```
/// use std::io::{IoSlice, IoSliceMut};
///
/// use butter::fd::{AsFd, OwnedFd};
/// use butter::net::{self, AddressFamily, RecvAncillaryMessage, RecvFlags, RecvMessage};
/// use butter::net::{ReturnFlags, SocketType, ancillary_space};
///
/// # fn main() -> butter::Result<()> {
/// let (socket, peer) = net::socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, None)?;
/// net::send_fds(&socket, b"itself", [socket.as_fd()])?;
///
/// let (mut bytes, mut control) = ([0; 16], [0; ancillary_space(4)]);
/// let mut buffers = [IoSliceMut::new(&mut bytes)];
/// let mut message = RecvMessage::new(&mut buffers).with_ancillary(&mut control);
/// assert_eq!(net::recvmsg(&peer, &mut message, RecvFlags::empty())?, 6);
///
/// // Without this check, a program cannot detect that the kernel discarded descriptors.
/// assert!(!message.flags().contains(ReturnFlags::CTRUNC));
/// let mut received: Option<OwnedFd> = None;
/// for message in message.ancillary() {
///     if let RecvAncillaryMessage::ScmRights(mut fds) = message {
///         received = fds.next();
///     }
/// }
/// assert!(received.is_some());
/// # Ok(())
/// # }
/// ```
#[doc(alias("msghdr", "mmsghdr"))]
#[repr(transparent)]
pub struct RecvMessage<'a>(Mmsghdr, PhantomData<&'a mut [u8]>);

// SAFETY: the pointers are exclusive borrows of bytes, of an address and of ancillary data.
unsafe impl Send for RecvMessage<'_> {}
// SAFETY: as above; a shared reference changes nothing.
unsafe impl Sync for RecvMessage<'_> {}

impl<'a> RecvMessage<'a> {
    /// Creates a message that is received into up to 1,024 buffers, each filled before the next.
    #[doc(alias = "msg_iov")]
    #[inline]
    #[must_use]
    pub const fn new(buffers: &'a mut [IoSliceMut<'_>]) -> Self {
        let header = Msghdr::new(buffers.as_mut_ptr().cast(), buffers.len());
        Self(Mmsghdr { header, length: 0 }, PhantomData)
    }

    /// Requests the address of the sender.
    #[doc(alias = "msg_name")]
    #[inline]
    #[must_use]
    pub const fn with_address(mut self, address: &'a mut SocketAddrAny) -> Self {
        self.0.header.name = core::ptr::from_mut(address).cast();
        self
    }

    /// Requests ancillary data, and sets the buffer for it. [`ancillary_space`] returns the
    /// required capacity. More than 4 GiB are not used.
    ///
    /// [`ancillary_space`]: crate::net::ancillary_space
    #[doc(alias = "msg_control")]
    #[inline]
    #[must_use]
    pub fn with_ancillary(mut self, buffer: &'a mut [u8]) -> Self {
        self.close_remaining();
        let capacity = buffer.len().min(u32::MAX as usize);
        let header = &mut self.0.header;
        header.control = buffer.as_mut_ptr();
        header.control_capacity = capacity as u32;
        (header.control_length, header.control_read) = (capacity, capacity as u32);
        self
    }

    /// Returns the number of received bytes. With [`RecvFlags::TRUNC`], this is the length of the
    /// message, which can exceed the size of the buffers.
    ///
    /// [`RecvFlags::TRUNC`]: crate::net::RecvFlags::TRUNC
    #[doc(alias = "msg_len")]
    #[inline]
    #[must_use]
    pub const fn length(&self) -> usize {
        self.0.length as usize
    }

    /// Returns the flags of the received message.
    #[doc(alias = "msg_flags")]
    #[inline]
    #[must_use]
    pub const fn flags(&self) -> ReturnFlags {
        ReturnFlags::from_bits_retain(self.0.header.flags)
    }

    /// Returns the address of the sender, or `None` if it was not requested. A connected socket
    /// may return an address without a family.
    #[doc(alias = "msg_name")]
    #[inline]
    #[must_use]
    pub fn address(&self) -> Option<&SocketAddrAny> {
        // SAFETY: null, or an address that is exclusively borrowed for at least `self`.
        unsafe { self.0.header.name.cast::<SocketAddrAny>().as_ref() }
    }

    /// Returns the control messages that have not been returned before.
    ///
    /// If the [flags](Self::flags) contain [`ReturnFlags::CTRUNC`], control messages or descriptors
    /// are missing.
    #[doc(alias("CMSG_FIRSTHDR", "CMSG_NXTHDR"))]
    #[inline]
    pub fn ancillary(&mut self) -> RecvAncillary<'_> {
        let header = &mut self.0.header;
        let control = if header.control.is_null() {
            &[]
        } else {
            // SAFETY: the buffer has at least this length, which `received` has checked, and is
            // exclusively borrowed for at least `self`.
            unsafe { core::slice::from_raw_parts(header.control, header.control_length) }
        };
        // SAFETY: the kernel has written the control messages, unless `control_read` is their
        // length; `control_read` advances past each message that is returned.
        unsafe { RecvAncillary::new(control, &mut header.control_read) }
    }

    /// Closes the descriptors that were not returned to the caller.
    #[inline]
    fn close_remaining(&mut self) {
        if (self.0.header.control_read as usize) < self.0.header.control_length {
            self.close_all();
        }
    }

    #[cold]
    #[inline(never)]
    fn close_all(&mut self) {
        self.ancillary().for_each(drop);
    }

    /// Prepares a call. Returns a pointer to the message, for the kernel.
    #[inline]
    pub(super) fn prepare(&mut self) -> *mut u8 {
        self.close_remaining();
        let header = &mut self.0.header;
        header.name_length = if header.name.is_null() { 0 } else { STORAGE_SIZE as u32 };
        header.control_length = header.control_capacity as usize;
        (header.control_read, header.flags) = (header.control_capacity, 0);
        if header.control_capacity >= size_of::<u64>() as u32 {
            // If a seccomp filter or a tracer forges a success, the length of the first header is
            // invalid, so that no number is taken for a descriptor.
            // SAFETY: the buffer has at least this size, and is exclusively borrowed.
            unsafe { header.control.cast::<[u8; 8]>().write([0; 8]) };
        }
        core::ptr::from_mut(self).cast()
    }

    /// Accepts the message that the kernel has received.
    #[inline]
    pub(super) fn received(&mut self, length: Option<usize>) {
        let header = &mut self.0.header;
        // SAFETY: null, or an address that is exclusively borrowed for at least `self`.
        if let Some(address) = unsafe { header.name.cast::<SocketAddrAny>().as_mut() } {
            address.set_length(header.name_length);
        }
        // Without a message, a header that the kernel has not written is not a control message.
        header.control_length = header.control_length.min(header.control_capacity as usize);
        header.control_read = 0;
        if let Some(length) = length {
            self.0.length = length as u32;
        }
    }
}

impl Drop for RecvMessage<'_> {
    #[inline]
    fn drop(&mut self) {
        self.close_remaining();
    }
}

/// Prints the length and the flags.
impl core::fmt::Debug for RecvMessage<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("RecvMessage")
            .field("length", &self.0.length)
            .field("flags", &self.flags())
            .finish()
    }
}
