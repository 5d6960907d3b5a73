//! Messages to send.

use core::marker::PhantomData;

use crate::io::IoSlice;
use crate::net::addr::SocketAddrAny;
use crate::net::ancillary::SendAncillaryBuffer;

/// `struct msghdr`: the buffers of a message. The kernel does not use the fields
/// `control_capacity` and `control_read`, which are padding in C.
#[repr(C)]
pub(in crate::net) struct Msghdr {
    pub(in crate::net) name: *mut u8,
    pub(in crate::net) name_length: u32,
    /// The size of the buffer for ancillary data.
    pub(in crate::net) control_capacity: u32,
    pub(in crate::net) slices: *mut u8,
    pub(in crate::net) slice_count: usize,
    pub(in crate::net) control: *mut u8,
    pub(in crate::net) control_length: usize,
    pub(in crate::net) flags: u32,
    /// The number of bytes of received ancillary data that belong to the caller.
    pub(in crate::net) control_read: u32,
}

layout! {
    Msghdr: size 56, align 8, name at 0, name_length at 8, slices at 16, slice_count at 24,
    control at 32, control_length at 40, flags at 48
}

impl Msghdr {
    pub(in crate::net) const fn new(slices: *mut u8, slice_count: usize) -> Self {
        Self {
            name: core::ptr::null_mut(),
            name_length: 0,
            control_capacity: 0,
            slices,
            slice_count,
            control: core::ptr::null_mut(),
            control_length: 0,
            flags: 0,
            control_read: 0,
        }
    }
}

/// `struct mmsghdr`: a message, and the number of bytes that were sent or received.
#[repr(C)]
pub(in crate::net) struct Mmsghdr {
    pub(in crate::net) header: Msghdr,
    pub(in crate::net) length: u32,
}

layout! { Mmsghdr: size 64, align 8, header at 0, length at 56 }

/// A message to send with [`sendmsg`](super::sendmsg) or [`sendmmsg`](super::sendmmsg): the bytes,
/// the address of the receiver, and ancillary data.
///
/// ```
/// use std::io::IoSlice;
///
/// use butter::net::{self, AddressFamily, SendFlags, SendMessage, SocketType};
///
/// # fn main() -> butter::Result<()> {
/// let (socket, peer) = net::socketpair(AddressFamily::UNIX, SocketType::DGRAM, None)?;
/// let slices = [IoSlice::new(b"Hello, "), IoSlice::new(b"world")];
/// assert_eq!(net::sendmsg(&socket, &SendMessage::new(&slices), SendFlags::empty())?, 12);
///
/// let mut messages = [SendMessage::new(&slices[..1]), SendMessage::new(&slices[1..])];
/// assert_eq!(net::sendmmsg(&socket, &mut messages, SendFlags::empty())?, 2);
/// assert_eq!(messages.each_ref().map(SendMessage::length), [7, 5]);
/// # drop(peer);
/// # Ok(())
/// # }
/// ```
#[doc(alias("msghdr", "mmsghdr"))]
#[repr(transparent)]
pub struct SendMessage<'a>(pub(super) Mmsghdr, PhantomData<&'a [u8]>);

// SAFETY: the pointers are shared borrows of bytes, of an address and of ancillary data.
unsafe impl Send for SendMessage<'_> {}
// SAFETY: as above; a shared reference changes nothing.
unsafe impl Sync for SendMessage<'_> {}

impl<'a> SendMessage<'a> {
    /// Creates a message from its bytes, which consist of up to 1,024 slices.
    #[doc(alias = "msg_iov")]
    #[inline]
    #[must_use]
    pub const fn new(slices: &'a [IoSlice<'_>]) -> Self {
        // The kernel does not write to the slices of a message to send.
        let header = Msghdr::new(slices.as_ptr().cast_mut().cast(), slices.len());
        Self(Mmsghdr { header, length: 0 }, PhantomData)
    }

    /// Sets the address of the receiver.
    #[doc(alias = "msg_name")]
    #[inline]
    #[must_use]
    pub fn with_address(mut self, address: &'a SocketAddrAny) -> Self {
        let bytes = address.as_bytes();
        self.0.header.name = bytes.as_ptr().cast_mut();
        self.0.header.name_length = bytes.len() as u32;
        self
    }

    /// Sets the ancillary data.
    #[doc(alias = "msg_control")]
    #[inline]
    #[must_use]
    pub fn with_ancillary(self, ancillary: &'a SendAncillaryBuffer<'_, '_>) -> Self {
        // SAFETY: `SendAncillaryBuffer` borrows the descriptors in its bytes for at least `'a`.
        unsafe { self.with_control(ancillary.as_bytes()) }
    }

    /// Sets the bytes of the ancillary data.
    ///
    /// # Safety
    ///
    /// Descriptors in the bytes must stay open for `'a`.
    #[inline]
    pub(super) const unsafe fn with_control(mut self, control: &'a [u8]) -> Self {
        self.0.header.control = control.as_ptr().cast_mut();
        self.0.header.control_length = control.len();
        self
    }

    /// Returns the number of bytes that [`sendmmsg`](super::sendmmsg) has sent of this message.
    #[doc(alias = "msg_len")]
    #[inline]
    #[must_use]
    pub const fn length(&self) -> usize {
        self.0.length as usize
    }
}

/// Prints the number of slices.
impl core::fmt::Debug for SendMessage<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("SendMessage")
            .field("slices", &self.0.header.slice_count)
            .field("length", &self.0.length)
            .finish()
    }
}
