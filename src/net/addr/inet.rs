//! The structs of IPv4 and IPv6 addresses.

use core::net::{SocketAddrV4, SocketAddrV6};

use crate::net::plain::Plain;
use crate::net::types::AddressFamily;

/// `struct sockaddr_in`: an IPv4 address and a port, which are big-endian.
#[derive(Clone, Copy)]
#[repr(C, align(4))]
pub(super) struct SockaddrIn {
    family: u16,
    port: [u8; 2],
    addr: [u8; 4],
    zero: [u8; 8],
}

layout! { SockaddrIn: size 16, align 4, family at 0, port at 2, addr at 4, zero at 8 }

// SAFETY: the fields are numbers, and leave no padding.
unsafe impl Plain for SockaddrIn {}

impl From<&SocketAddrV4> for SockaddrIn {
    #[inline]
    fn from(address: &SocketAddrV4) -> Self {
        Self {
            family: AddressFamily::INET.as_raw(),
            port: address.port().to_be_bytes(),
            addr: address.ip().octets(),
            zero: [0; 8],
        }
    }
}

impl From<SockaddrIn> for SocketAddrV4 {
    #[inline]
    fn from(address: SockaddrIn) -> Self {
        Self::new(address.addr.into(), u16::from_be_bytes(address.port))
    }
}

/// `struct sockaddr_in6`: an IPv6 address and a port, which are big-endian. As in `std`, the flow
/// information has the byte order of the kernel's field.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct SockaddrIn6 {
    family: u16,
    port: [u8; 2],
    flowinfo: u32,
    addr: [u8; 16],
    scope_id: u32,
}

layout! {
    SockaddrIn6: size 28, align 4, family at 0, port at 2, flowinfo at 4, addr at 8,
    scope_id at 24
}

// SAFETY: the fields are numbers, and leave no padding.
unsafe impl Plain for SockaddrIn6 {}

impl From<&SocketAddrV6> for SockaddrIn6 {
    #[inline]
    fn from(address: &SocketAddrV6) -> Self {
        Self {
            family: AddressFamily::INET6.as_raw(),
            port: address.port().to_be_bytes(),
            flowinfo: address.flowinfo(),
            addr: address.ip().octets(),
            scope_id: address.scope_id(),
        }
    }
}

impl From<SockaddrIn6> for SocketAddrV6 {
    #[inline]
    fn from(address: SockaddrIn6) -> Self {
        let port = u16::from_be_bytes(address.port);
        Self::new(address.addr.into(), port, address.flowinfo, address.scope_id)
    }
}
