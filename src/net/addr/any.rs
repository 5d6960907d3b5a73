//! Addresses of any family.

use core::fmt;
use core::net::{SocketAddr, SocketAddrV4, SocketAddrV6};

use super::inet::{SockaddrIn, SockaddrIn6};
use super::netlink::SocketAddrNetlink;
use super::unix::UnixName;
use super::vsock::SocketAddrVsock;
use crate::net::numbers::STORAGE_SIZE;
use crate::net::plain;
use crate::net::types::AddressFamily;

/// An address of a socket, of any family: `struct sockaddr_storage` and its length.
///
/// The kernel returns addresses of this type; [`decode`](Self::decode) converts them. To create an
/// address, use [`core::net::SocketAddr`] for IPv4 and IPv6, [`SocketAddrUnix`],
/// [`SocketAddrVsock`] or [`SocketAddrNetlink`]; for other families, use
/// [`from_bytes`](Self::from_bytes).
///
/// ```
/// use std::net::SocketAddr;
///
/// use butter::net::{Address, AddressFamily, SocketAddrAny};
///
/// let address: SocketAddr = "127.0.0.1:80".parse().unwrap();
/// let any = SocketAddrAny::from(address);
/// assert_eq!(any.family(), AddressFamily::INET);
/// assert!(matches!(any.decode(), Address::V4(v4) if SocketAddr::from(v4) == address));
/// assert_eq!(any.to_string(), "127.0.0.1:80");
/// ```
///
/// [`SocketAddrUnix`]: super::SocketAddrUnix
#[derive(Clone, Copy)]
#[doc(alias("sockaddr", "sockaddr_storage"))]
#[repr(C, align(8))]
pub struct SocketAddrAny {
    bytes: [u8; STORAGE_SIZE],
    length: u32,
}

impl SocketAddrAny {
    /// An address without a family, such as that of a sender without a name.
    pub const EMPTY: Self = Self { bytes: [0; STORAGE_SIZE], length: 0 };

    /// The address of the family `AF_UNSPEC`. [`connect`](crate::net::connect) with this address
    /// removes the peer of a datagram socket.
    #[doc(alias = "AF_UNSPEC")]
    pub const UNSPEC: Self = Self { bytes: [0; STORAGE_SIZE], length: 16 };

    /// Creates an address from its bytes, which begin with the address family. Returns `None` if
    /// there are more than 128 bytes.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut address = Self::EMPTY;
        address.bytes.get_mut(..bytes.len())?.copy_from_slice(bytes);
        address.length = bytes.len() as u32;
        Some(address)
    }

    /// Returns the bytes of the address, which begin with the address family. An address without a
    /// family has no bytes.
    #[inline]
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        // The length never exceeds the size of the array.
        self.bytes.get(..self.length as usize).unwrap_or(&self.bytes)
    }

    /// Returns the address family, which is [`UNSPEC`](AddressFamily::UNSPEC) for an address
    /// without a family.
    #[doc(alias("sa_family", "ss_family"))]
    #[inline]
    #[must_use]
    pub fn family(&self) -> AddressFamily {
        // The bytes after the length are not part of the address.
        let [first, second, ..] = self.bytes;
        let family = if self.length < 2 { 0 } else { u16::from_ne_bytes([first, second]) };
        AddressFamily::from_raw(family)
    }

    /// Decodes the address. An address that is too short for its family is
    /// [`Other`](Address::Other).
    #[must_use]
    pub fn decode(&self) -> Address<'_> {
        let bytes = self.as_bytes();
        let decoded = match self.family() {
            AddressFamily::UNSPEC => Some(Address::Unspecified),
            AddressFamily::INET => {
                plain::read::<SockaddrIn>(bytes).map(|v4| Address::V4(v4.into()))
            }
            AddressFamily::INET6 => {
                plain::read::<SockaddrIn6>(bytes).map(|v6| Address::V6(v6.into()))
            }
            AddressFamily::UNIX => bytes.get(2..).map(|path| Address::Unix(UnixName::decode(path))),
            AddressFamily::VSOCK => SocketAddrVsock::decode(bytes).map(Address::Vsock),
            AddressFamily::NETLINK => SocketAddrNetlink::decode(bytes).map(Address::Netlink),
            _ => None,
        };
        decoded.unwrap_or(Address::Other(bytes))
    }

    /// Returns the address and port if the family is IPv4 or IPv6.
    #[must_use]
    pub fn to_ip(&self) -> Option<SocketAddr> {
        match self.decode() {
            Address::V4(address) => Some(address.into()),
            Address::V6(address) => Some(address.into()),
            _ => None,
        }
    }

    /// Returns the buffer into which the kernel writes an address.
    #[inline]
    pub(in crate::net) const fn as_mut_ptr(&mut self) -> *mut u8 {
        self.bytes.as_mut_ptr()
    }

    /// Sets the length that the kernel has returned. The bytes after the length remain initialized.
    #[inline]
    pub(in crate::net) const fn set_length(&mut self, length: u32) {
        self.length = if length > STORAGE_SIZE as u32 { STORAGE_SIZE as u32 } else { length };
    }
}

impl PartialEq for SocketAddrAny {
    fn eq(&self, other: &Self) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl Eq for SocketAddrAny {}

impl core::hash::Hash for SocketAddrAny {
    fn hash<H: core::hash::Hasher>(&self, state: &mut H) {
        self.as_bytes().hash(state);
    }
}

/// The address without a family.
impl Default for SocketAddrAny {
    fn default() -> Self {
        Self::EMPTY
    }
}

/// Prints the decoded address.
impl fmt::Display for SocketAddrAny {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.decode().fmt(f)
    }
}

/// Prints the decoded address.
impl fmt::Debug for SocketAddrAny {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.decode(), f)
    }
}

/// An address, as [`SocketAddrAny::decode`] returns it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Address<'a> {
    /// An address without a family, or of the family `AF_UNSPEC`.
    Unspecified,
    /// An IPv4 address and a port.
    #[doc(alias = "sockaddr_in")]
    V4(SocketAddrV4),
    /// An IPv6 address and a port.
    #[doc(alias = "sockaddr_in6")]
    V6(SocketAddrV6),
    /// The name of a Unix socket.
    #[doc(alias = "sockaddr_un")]
    Unix(UnixName<'a>),
    /// The context ID and port of a vsock socket.
    #[doc(alias = "sockaddr_vm")]
    Vsock(SocketAddrVsock),
    /// The port ID and the groups of a netlink socket.
    #[doc(alias = "sockaddr_nl")]
    Netlink(SocketAddrNetlink),
    /// The bytes of any other address, which begin with the address family.
    Other(&'a [u8]),
}

/// Prints the address as text: `127.0.0.1:80`, `[::1]:80`, the path of a Unix socket, `@` and the
/// abstract name of a Unix socket, `vsock:` with the context ID and port, or `netlink:` with the
/// port ID and the groups. Special characters in the names of Unix sockets are escaped.
impl fmt::Display for Address<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unspecified => f.write_str("unspecified"),
            Self::V4(address) => address.fmt(f),
            Self::V6(address) => address.fmt(f),
            Self::Unix(name) => name.fmt(f),
            Self::Vsock(address) => address.fmt(f),
            Self::Netlink(address) => address.fmt(f),
            Self::Other(bytes) => {
                let family = bytes.first_chunk().map_or(0, |family| u16::from_ne_bytes(*family));
                write!(f, "family {family}: {bytes:02x?}")
            }
        }
    }
}

/// An address that can be passed to a call: [`SocketAddr`], [`SocketAddrV4`], [`SocketAddrV6`],
/// [`SocketAddrUnix`](super::SocketAddrUnix), [`SocketAddrVsock`], [`SocketAddrNetlink`],
/// [`SocketAddrAny`], or a reference to one of these types. The trait is sealed.
pub trait SocketAddrArg: SocketAddrBytes {}

pub(in crate::net) use sealed::SocketAddrBytes;

mod sealed {
    pub trait SocketAddrBytes {
        /// Calls a function with the bytes of the address.
        fn with_bytes<T>(&self, call: impl FnOnce(&[u8]) -> T) -> T;
    }
}

/// Implements `SocketAddrArg` for a type, and the conversion to `SocketAddrAny`.
macro_rules! impl_address {
    ($($address:ty, |$this:ident, $call:ident| $body:expr;)*) => {$(
        impl $crate::net::SocketAddrArg for $address {}
        impl $crate::net::addr::SocketAddrBytes for $address {
            #[inline]
            fn with_bytes<T>(&self, $call: impl FnOnce(&[u8]) -> T) -> T {
                let $this = self;
                $body
            }
        }

        impl From<$address> for $crate::net::SocketAddrAny {
            fn from(address: $address) -> Self {
                use $crate::net::addr::SocketAddrBytes;

                // No address exceeds the size of `struct sockaddr_storage`.
                address.with_bytes(Self::from_bytes).unwrap_or_default()
            }
        }
    )*};
}
pub(super) use impl_address;

impl_address! {
    SocketAddrV4, |address, call| call(plain::bytes_of(&SockaddrIn::from(address)));
    SocketAddrV6, |address, call| call(plain::bytes_of(&SockaddrIn6::from(address)));
    SocketAddr, |address, call| match address {
        SocketAddr::V4(address) => address.with_bytes(call),
        SocketAddr::V6(address) => address.with_bytes(call),
    };
}

impl SocketAddrArg for SocketAddrAny {}
impl SocketAddrBytes for SocketAddrAny {
    #[inline]
    fn with_bytes<T>(&self, call: impl FnOnce(&[u8]) -> T) -> T {
        call(self.as_bytes())
    }
}

impl<A: SocketAddrArg + ?Sized> SocketAddrArg for &A {}
impl<A: SocketAddrArg + ?Sized> SocketAddrBytes for &A {
    #[inline]
    fn with_bytes<T>(&self, call: impl FnOnce(&[u8]) -> T) -> T {
        (**self).with_bytes(call)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decode_returns_the_ip_address_that_was_encoded() {
        for text in ["127.0.0.1:80", "0.0.0.0:0", "255.255.255.255:65535", "[::1]:80", "[::]:0"] {
            let address: SocketAddr = text.parse().unwrap();
            let any = SocketAddrAny::from(address);
            assert_eq!((any.to_ip(), any.to_string().as_str()), (Some(address), text));
        }
        let scoped = SocketAddrV6::new("fe80::1".parse().unwrap(), 7, 0x0102_0304, 5);
        let any = SocketAddrAny::from(scoped);
        assert_eq!(any.decode(), Address::V6(scoped));
        assert_eq!(any.as_bytes().len(), 28);
        let bytes = [[2, 0, 0, 80], [127, 0, 0, 1], [0; 4], [0; 4]].concat();
        let v4 = SocketAddrV4::new("127.0.0.1".parse().unwrap(), 80);
        assert_eq!(SocketAddrAny::from(v4).as_bytes(), bytes);
    }

    #[test]
    fn decode_returns_other_if_the_address_is_too_short_or_its_family_unknown() {
        for family in [2_u16, 10, 16, 40, 17, 0xFFFF] {
            let bytes = family.to_ne_bytes();
            let any = SocketAddrAny::from_bytes(&bytes).unwrap();
            assert_eq!(any.family().as_raw(), family);
            assert_eq!(any.decode(), Address::Other(&bytes));
            assert_eq!(any.to_ip(), None);
        }
        let packet = SocketAddrAny::from_bytes(&[17, 0, 1]).unwrap();
        assert_eq!(packet.to_string(), "family 17: [11, 00, 01]");
        assert_eq!(format!("{packet:?}"), "Other([17, 0, 1])");
    }

    #[test]
    fn from_bytes_returns_none_if_there_are_more_than_128_bytes() {
        assert_eq!(SocketAddrAny::from_bytes(&[1; 128]).unwrap().as_bytes(), [1; 128]);
        assert_eq!(SocketAddrAny::from_bytes(&[1; 129]), None);
        for bytes in [&[][..], &[2]] {
            let short = SocketAddrAny::from_bytes(bytes).unwrap();
            assert_eq!(short.family(), AddressFamily::UNSPEC);
            assert_eq!(short.decode(), Address::Unspecified);
        }
        assert_eq!(SocketAddrAny::UNSPEC.as_bytes(), [0; 16]);
        assert_eq!(SocketAddrAny::default().to_string(), "unspecified");
    }

    #[test]
    fn socket_addr_any_set_length_accepts_any_length() {
        let mut any = SocketAddrAny::EMPTY;
        any.set_length(u32::MAX);
        assert_eq!(any.as_bytes(), [0; 128]);
        any.set_length(3);
        assert_eq!(any, SocketAddrAny::from_bytes(&[0; 3]).unwrap());
        assert_ne!(any, SocketAddrAny::EMPTY);
    }
}
