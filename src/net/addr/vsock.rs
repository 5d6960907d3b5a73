//! Addresses of vsock sockets.

use core::fmt;

use super::any::impl_address;
use crate::net::plain::{self, Plain};
use crate::net::types::AddressFamily;

/// An address of a vsock socket: the context ID of a virtual machine or of its host, and a port;
/// [vsock(7)].
///
/// ```
/// use butter::net::{SocketAddrAny, SocketAddrVsock};
///
/// let address = SocketAddrVsock::new(SocketAddrVsock::CID_HOST, 1024);
/// assert_eq!(SocketAddrAny::from(address).to_string(), "vsock:2:1024");
/// ```
///
/// [vsock(7)]: https://man7.org/linux/man-pages/man7/vsock.7.html
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[doc(alias = "sockaddr_vm")]
pub struct SocketAddrVsock {
    cid: u32,
    port: u32,
    flags: u8,
}

impl SocketAddrVsock {
    /// `VMADDR_CID_ANY` - any context ID, to bind a socket.
    #[doc(alias = "VMADDR_CID_ANY")]
    pub const CID_ANY: u32 = 0xFFFF_FFFF;
    /// `VMADDR_CID_LOCAL` - the context ID of the loopback transport.
    #[doc(alias = "VMADDR_CID_LOCAL")]
    pub const CID_LOCAL: u32 = 1;
    /// `VMADDR_CID_HOST` - the context ID of the host of a virtual machine.
    #[doc(alias = "VMADDR_CID_HOST")]
    pub const CID_HOST: u32 = 2;
    /// `VMADDR_PORT_ANY` - any free port, to bind a socket.
    #[doc(alias = "VMADDR_PORT_ANY")]
    pub const PORT_ANY: u32 = 0xFFFF_FFFF;

    /// Creates an address from a context ID and a port.
    #[inline]
    #[must_use]
    pub const fn new(cid: u32, port: u32) -> Self {
        Self { cid, port, flags: 0 }
    }

    /// Sets the flags, such as `VMADDR_FLAG_TO_HOST` (1): the host forwards the packets to a
    /// sibling of the virtual machine.
    #[doc(alias("svm_flags", "VMADDR_FLAG_TO_HOST"))]
    #[inline]
    #[must_use]
    pub const fn with_flags(mut self, flags: u8) -> Self {
        self.flags = flags;
        self
    }

    /// Returns the context ID.
    #[doc(alias = "svm_cid")]
    #[inline]
    #[must_use]
    pub const fn cid(self) -> u32 {
        self.cid
    }

    /// Returns the port.
    #[doc(alias = "svm_port")]
    #[inline]
    #[must_use]
    pub const fn port(self) -> u32 {
        self.port
    }

    /// Returns the flags.
    #[doc(alias = "svm_flags")]
    #[inline]
    #[must_use]
    pub const fn flags(self) -> u8 {
        self.flags
    }

    pub(super) fn decode(bytes: &[u8]) -> Option<Self> {
        let SockaddrVm { cid, port, flags, .. } = plain::read(bytes)?;
        Some(Self { cid, port, flags })
    }
}

/// Prints the address as `vsock:CID:PORT`.
impl fmt::Display for SocketAddrVsock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "vsock:{}:{}", self.cid, self.port)
    }
}

impl_address! {
    SocketAddrVsock, |address, call| call(plain::bytes_of(&SockaddrVm {
        family: AddressFamily::VSOCK.as_raw(),
        reserved: 0,
        port: address.port,
        cid: address.cid,
        flags: address.flags,
        zero: [0; 3],
    }));
}

/// `struct sockaddr_vm`.
#[derive(Clone, Copy)]
#[repr(C)]
struct SockaddrVm {
    family: u16,
    reserved: u16,
    port: u32,
    cid: u32,
    flags: u8,
    zero: [u8; 3],
}

layout! {
    SockaddrVm: size 16, align 4, family at 0, reserved at 2, port at 4, cid at 8, flags at 12,
    zero at 13
}

// SAFETY: the fields are numbers, and leave no padding.
unsafe impl Plain for SockaddrVm {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::{Address, SocketAddrAny};

    #[test]
    fn socket_addr_vsock_is_decoded_to_the_same_address() {
        let address = SocketAddrVsock::new(SocketAddrVsock::CID_LOCAL, 0x0102_0304).with_flags(1);
        let any = SocketAddrAny::from(address);
        assert_eq!(any.as_bytes(), [40, 0, 0, 0, 4, 3, 2, 1, 1, 0, 0, 0, 1, 0, 0, 0]);
        assert_eq!(any.decode(), Address::Vsock(address));
        assert_eq!((address.cid(), address.port(), address.flags()), (1, 0x0102_0304, 1));
        assert_eq!(any.to_string(), "vsock:1:16909060");
    }
}
