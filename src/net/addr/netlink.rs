//! Addresses of netlink sockets.

use core::fmt;

use super::any::impl_address;
use crate::net::plain::{self, Plain};
use crate::net::types::AddressFamily;

/// An address of a netlink socket: a port ID, and a set of multicast groups; [netlink(7)].
///
/// ```
/// use butter::net::{SocketAddrAny, SocketAddrNetlink};
///
/// let kernel = SocketAddrNetlink::new(0, 0);
/// assert_eq!(SocketAddrAny::from(kernel).to_string(), "netlink:0:0x0");
/// ```
///
/// [netlink(7)]: https://man7.org/linux/man-pages/man7/netlink.7.html
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[doc(alias = "sockaddr_nl")]
pub struct SocketAddrNetlink {
    port: u32,
    groups: u32,
}

impl SocketAddrNetlink {
    /// Creates an address from a port ID and a set of multicast groups. The port ID of the kernel
    /// is 0. If a socket is bound to the port ID 0, the kernel chooses the port ID.
    #[inline]
    #[must_use]
    pub const fn new(port: u32, groups: u32) -> Self {
        Self { port, groups }
    }

    /// Returns the port ID. It is usually, but not always, the ID of the process that owns the
    /// socket.
    #[doc(alias = "nl_pid")]
    #[inline]
    #[must_use]
    pub const fn port(self) -> u32 {
        self.port
    }

    /// Returns the set of multicast groups: bit `n` is the group `n + 1`.
    #[doc(alias = "nl_groups")]
    #[inline]
    #[must_use]
    pub const fn groups(self) -> u32 {
        self.groups
    }

    pub(super) fn decode(bytes: &[u8]) -> Option<Self> {
        let SockaddrNl { port, groups, .. } = plain::read(bytes)?;
        Some(Self { port, groups })
    }
}

/// Prints the address as `netlink:PORT:GROUPS`.
impl fmt::Display for SocketAddrNetlink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "netlink:{}:{:#x}", self.port, self.groups)
    }
}

impl_address! {
    SocketAddrNetlink, |address, call| call(plain::bytes_of(&SockaddrNl {
        family: AddressFamily::NETLINK.as_raw(),
        pad: 0,
        port: address.port,
        groups: address.groups,
    }));
}

/// `struct sockaddr_nl`.
#[derive(Clone, Copy)]
#[repr(C)]
struct SockaddrNl {
    family: u16,
    pad: u16,
    port: u32,
    groups: u32,
}

layout! { SockaddrNl: size 12, align 4, family at 0, pad at 2, port at 4, groups at 8 }

// SAFETY: the fields are numbers, and leave no padding.
unsafe impl Plain for SockaddrNl {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::{Address, SocketAddrAny};

    #[test]
    fn socket_addr_netlink_is_decoded_to_the_same_address() {
        let address = SocketAddrNetlink::new(0x0102_0304, 0x8000_0001);
        let any = SocketAddrAny::from(address);
        assert_eq!(any.as_bytes(), [16, 0, 0, 0, 4, 3, 2, 1, 1, 0, 0, 0x80]);
        assert_eq!(any.decode(), Address::Netlink(address));
        assert_eq!((address.port(), address.groups()), (0x0102_0304, 0x8000_0001));
        assert_eq!(any.to_string(), "netlink:16909060:0x80000001");
    }
}
