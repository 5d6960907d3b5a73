//! Addresses of Unix sockets.

use core::fmt;

use super::any::impl_address;
use crate::error::{Call, Errno, Error, Result};
use crate::net::plain::{self, Plain};
use crate::net::types::AddressFamily;
use crate::path::{self, Name};

/// The maximum length in bytes of the name of a Unix socket.
const UNIX_PATH_MAX: usize = 108;

/// An address of a Unix socket: a path, an abstract name, or no name; [unix(7)].
///
/// ```
/// use butter::net::{SocketAddrAny, SocketAddrUnix};
///
/// # fn main() -> butter::Result<()> {
/// let path = SocketAddrUnix::new("/run/example.sock")?;
/// assert_eq!(SocketAddrAny::from(path).to_string(), "/run/example.sock");
/// let name = SocketAddrUnix::new_abstract_name(b"example")?;
/// assert_eq!(SocketAddrAny::from(name).to_string(), "@example");
/// # Ok(())
/// # }
/// ```
///
/// [unix(7)]: https://man7.org/linux/man-pages/man7/unix.7.html
#[derive(Clone, Copy)]
#[doc(alias = "sockaddr_un")]
pub struct SocketAddrUnix {
    address: SockaddrUn,
    /// The number of bytes of `address.path` that belong to the address.
    length: u8,
}

impl SocketAddrUnix {
    /// Creates the address of a socket with a path, which has at most 108 bytes.
    ///
    /// A socket with a longer path can be addressed through a descriptor of its directory:
    /// `/proc/self/fd/N/name`.
    ///
    /// # Errors
    ///
    /// - `EINVAL`: the path is empty or contains a NUL byte.
    /// - `ENAMETOOLONG`: the path has more than 108 bytes.
    pub fn new<P: path::Arg + ?Sized>(path: &P) -> Result<Self> {
        let path = path.as_path_bytes().bytes();
        if path.is_empty() || path.contains(&0) {
            return Err(Error::new(Call::SOCKADDR_UN, Errno::INVAL));
        }
        let mut new = Self::with_parts(&[path])?;
        // The kernel accepts a path without a terminating NUL byte. If a NUL byte fits, it belongs
        // to the address, as in C.
        new.length += u8::from(path.len() < UNIX_PATH_MAX);
        Ok(new)
    }

    /// Creates the address of a socket with an abstract name, which has at most 107 bytes.
    ///
    /// The name belongs to the network namespace, and can contain any bytes, including NUL.
    ///
    /// # Errors
    ///
    /// - `ENAMETOOLONG`: the name has more than 107 bytes.
    pub fn new_abstract_name(name: &[u8]) -> Result<Self> {
        Self::with_parts(&[&[0], name])
    }

    /// Creates an address without a name. If a socket is bound to it, the kernel chooses an
    /// abstract name of 5 hexadecimal digits.
    #[must_use]
    pub const fn new_unnamed() -> Self {
        let family = AddressFamily::UNIX.as_raw();
        Self { address: SockaddrUn { family, path: [0; UNIX_PATH_MAX] }, length: 0 }
    }

    fn with_parts(parts: &[&[u8]]) -> Result<Self> {
        let mut new = Self::new_unnamed();
        for byte in parts.iter().copied().flatten() {
            let Some(target) = new.address.path.get_mut(usize::from(new.length)) else {
                return Err(Error::new(Call::SOCKADDR_UN, Errno::NAMETOOLONG));
            };
            *target = *byte;
            new.length += 1;
        }
        Ok(new)
    }

    /// Returns the name.
    #[must_use]
    pub fn name(&self) -> UnixName<'_> {
        UnixName::decode(self.address.path.get(..self.length.into()).unwrap_or_default())
    }

    #[inline]
    fn as_bytes(&self) -> &[u8] {
        let bytes = plain::bytes_of(&self.address);
        bytes.get(..2 + usize::from(self.length)).unwrap_or(bytes)
    }
}

impl PartialEq for SocketAddrUnix {
    fn eq(&self, other: &Self) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl Eq for SocketAddrUnix {}

/// Prints the name.
impl fmt::Display for SocketAddrUnix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.name().fmt(f)
    }
}

/// Prints the name.
impl fmt::Debug for SocketAddrUnix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.name(), f)
    }
}

impl_address! {
    SocketAddrUnix, |address, call| call(address.as_bytes());
}

/// The name of a Unix socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UnixName<'a> {
    /// The socket has no name: it is not bound, or was created by `socketpair`.
    Unnamed,
    /// The path of the socket.
    Path(Name<'a>),
    /// The abstract name, without the NUL byte that precedes it in the address.
    Abstract(&'a [u8]),
}

impl<'a> UnixName<'a> {
    /// Decodes `sun_path`. The kernel returns paths with a NUL byte at the end: a path of 108 bytes
    /// is followed by a further byte.
    pub(super) fn decode(path: &'a [u8]) -> Self {
        match path {
            [] => Self::Unnamed,
            [0, name @ ..] => Self::Abstract(name),
            path => {
                let path = path.split(|byte| *byte == 0).next().unwrap_or_default();
                Self::Path(Name::from_bytes(path))
            }
        }
    }
}

/// Prints the path, or `@` and the abstract name, with special characters escaped, or `unnamed`.
impl fmt::Display for UnixName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unnamed => f.write_str("unnamed"),
            Self::Path(path) => path.escape().fmt(f),
            Self::Abstract(name) => write!(f, "@{}", Name::from_bytes(name).escape()),
        }
    }
}

/// `struct sockaddr_un`.
#[derive(Clone, Copy)]
#[repr(C)]
struct SockaddrUn {
    family: u16,
    path: [u8; UNIX_PATH_MAX],
}

layout! { SockaddrUn: size 110, align 2, family at 0, path at 2 }

// SAFETY: the fields are numbers, and leave no padding.
unsafe impl Plain for SockaddrUn {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::{Address, SocketAddrAny};

    #[test]
    fn socket_addr_unix_new_accepts_up_to_108_bytes_without_nul() {
        for length in [1, 107, 108] {
            let path = vec![b'x'; length];
            let address = SocketAddrUnix::new(&path[..]).unwrap();
            assert_eq!(address.name(), UnixName::Path(Name::from_bytes(&path)));
            let any = SocketAddrAny::from(address);
            assert_eq!(any.decode(), Address::Unix(address.name()));
            assert_eq!(any.as_bytes().len(), 2 + (length + 1).min(108));
        }
        let errno = |path: &[u8]| SocketAddrUnix::new(path).unwrap_err().errno();
        assert_eq!(errno(&[b'x'; 109]), Errno::NAMETOOLONG);
        assert_eq!(errno(b""), Errno::INVAL);
        assert_eq!(errno(b"a\0"), Errno::INVAL);
        assert_eq!(SocketAddrUnix::new(c"/a").unwrap(), SocketAddrUnix::new("/a").unwrap());
        assert_ne!(SocketAddrUnix::new("/a").unwrap(), SocketAddrUnix::new("/b").unwrap());
    }

    #[test]
    fn socket_addr_unix_new_abstract_name_accepts_up_to_107_bytes() {
        for name in [&b""[..], b"name", b"a\0b\0", &[0xFF; 107]] {
            let address = SocketAddrUnix::new_abstract_name(name).unwrap();
            assert_eq!(address.name(), UnixName::Abstract(name));
            assert_eq!(SocketAddrAny::from(address).as_bytes().len(), 3 + name.len());
        }
        let error = SocketAddrUnix::new_abstract_name(&[1; 108]).unwrap_err();
        assert_eq!((error.call(), error.errno()), (Call::SOCKADDR_UN, Errno::NAMETOOLONG));
    }

    #[test]
    fn unix_name_decode_ends_a_path_at_its_nul_byte() {
        let mut bytes = vec![b'p'; 111];
        bytes[..2].copy_from_slice(&1_u16.to_ne_bytes());
        bytes[110] = 0;
        let any = SocketAddrAny::from_bytes(&bytes).unwrap();
        assert_eq!(any.decode(), Address::Unix(UnixName::Path(Name::from_bytes(&[b'p'; 108]))));
        let unnamed = SocketAddrUnix::new_unnamed();
        assert_eq!(SocketAddrAny::from(unnamed).as_bytes(), 1_u16.to_ne_bytes());
        assert_eq!((unnamed.name(), unnamed.to_string()), (UnixName::Unnamed, "unnamed".into()));
        let path = SocketAddrUnix::new("/a\n").unwrap();
        assert_eq!(path.to_string(), r"/a\n");
        assert_eq!(format!("{path:?}"), "Path(\"/a\\n\")");
        assert_eq!(SocketAddrUnix::new_abstract_name(b"\0x").unwrap().to_string(), r"@\0x");
    }
}
