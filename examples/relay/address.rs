//! The addresses LISTEN and TARGET.

use std::ffi::OsStr;
use std::fmt;
use std::net::SocketAddr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use butter::net::{Address as Decoded, SocketAddrAny, SocketAddrUnix, UnixName};
use butter::path::{Escape, Name};

/// The forms of an address, for error messages.
const FORMS: &str = "HOST:PORT, IP:PORT, *:PORT, unix:PATH, @NAME or a PATH that contains a /";

#[derive(Clone, PartialEq)]
pub(crate) enum Address {
    Tcp(SocketAddr),
    /// A host name and a port. The name is resolved when the address is used.
    Host(String, u16),
    Unix(PathBuf),
    /// A Unix socket with a name in the abstract namespace, which is not in the file system.
    Abstract(Vec<u8>),
}

/// An address on which the relay can listen.
#[derive(Clone, PartialEq)]
pub(crate) enum Listen {
    /// A port on all IPv6 and IPv4 addresses of the host.
    All(u16),
    One(Address),
}

impl Listen {
    /// Parses an operand. Returns a message for the user if the operand is invalid.
    pub(crate) fn parse(operand: &OsStr) -> Result<Self, String> {
        let text = operand.to_str();
        match text.and_then(|text| text.strip_prefix("*:")?.parse().ok()) {
            Some(port) => Ok(Self::All(port)),
            None => Address::parse(operand).map(Self::One),
        }
    }

    /// Returns whether the kernel selects the port.
    pub(crate) fn selects_port(&self) -> bool {
        match self {
            Self::All(port) => *port == 0,
            Self::One(address) => address.port() == Some(0),
        }
    }
}

impl Address {
    fn parse(operand: &OsStr) -> Result<Self, String> {
        let bytes = operand.as_bytes();
        let path = bytes.strip_prefix(b"unix:");
        if let Some(name) = path.unwrap_or(bytes).strip_prefix(b"@") {
            return Self::abstract_name(name);
        }
        if let Some(path) = path.or_else(|| bytes.contains(&b'/').then_some(bytes)) {
            return Self::path(Path::new(OsStr::from_bytes(path)));
        }
        let text = operand.to_str();
        if let Some(address) = text.and_then(|text| text.parse().ok()) {
            return Ok(Self::Tcp(address));
        }
        let host = text.and_then(|text| text.rsplit_once(':')).filter(|(host, _)| is_host(host));
        let cause = match host.map(|(host, port)| (host, port.parse())) {
            Some((host, Ok(port))) => return Ok(Self::Host(host.to_owned(), port)),
            Some((_, Err(_))) => ": the port is not a number from 0 to 65535",
            None => "",
        };
        Err(format!("invalid address '{}'{cause} (expected {FORMS})", Escape::new(operand)))
    }

    fn path(path: &Path) -> Result<Self, String> {
        if path.as_os_str().is_empty() {
            return Err("empty path in address 'unix:'".to_owned());
        }
        if SocketAddrUnix::new(path).is_err() {
            return Err(format!("path too long for a socket: '{}'", Escape::new(path)));
        }
        Ok(Self::Unix(path.to_owned()))
    }

    fn abstract_name(name: &[u8]) -> Result<Self, String> {
        if name.is_empty() {
            return Err("empty name in address '@'".to_owned());
        }
        if SocketAddrUnix::new_abstract_name(name).is_err() {
            return Err(format!("name too long for a socket: '@{}'", Escape::new(name)));
        }
        Ok(Self::Abstract(name.to_owned()))
    }

    pub(crate) fn port(&self) -> Option<u16> {
        match self {
            Self::Tcp(address) => Some(address.port()),
            Self::Host(_, port) => Some(*port),
            Self::Unix(_) | Self::Abstract(_) => None,
        }
    }

    /// Returns the address of the socket, or `None` if the address contains a host name.
    pub(crate) fn socket_address(&self) -> Option<SocketAddrAny> {
        match self {
            Self::Tcp(address) => Some((*address).into()),
            Self::Host(..) => None,
            // `parse` has checked the lengths.
            Self::Unix(path) => SocketAddrUnix::new(path.as_path()).ok().map(Into::into),
            Self::Abstract(name) => SocketAddrUnix::new_abstract_name(name).ok().map(Into::into),
        }
    }
}

/// Returns whether a text can be a host name, and is not an incomplete IP address.
fn is_host(text: &str) -> bool {
    text.starts_with(char::is_alphanumeric)
        && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '.' | '_'))
        && !text.chars().all(|c| c.is_ascii_digit() || c == '.')
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(address) => address.fmt(f),
            Self::Host(host, port) => write!(f, "{host}:{port}"),
            Self::Unix(path) => write!(f, "unix:{}", Escape::new(path)),
            Self::Abstract(name) => write!(f, "unix:@{}", Escape::new(name)),
        }
    }
}

impl fmt::Display for Listen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All(port) => write!(f, "*:{port}"),
            Self::One(address) => address.fmt(f),
        }
    }
}

/// Displays the address of a socket as [`Address`] does. The address of an unnamed Unix socket is
/// displayed as `unix:`.
pub(crate) struct Shown<'a>(pub(crate) &'a SocketAddrAny);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.decode() {
            Decoded::Unix(UnixName::Unnamed) => f.write_str("unix:"),
            Decoded::Unix(UnixName::Path(path)) => write!(f, "unix:{}", path.escape()),
            Decoded::Unix(UnixName::Abstract(name)) => {
                write!(f, "unix:@{}", Name::from_bytes(name).escape())
            }
            other => match self.0.to_ip() {
                Some(ip) => canonical(ip).fmt(f),
                None => other.fmt(f),
            },
        }
    }
}

/// Converts the IPv6 form of an IPv4 address, which a socket for both families has, to IPv4.
pub(crate) fn canonical(address: SocketAddr) -> SocketAddr {
    match address.ip().to_canonical() {
        ip if ip == address.ip() => address,
        ip => SocketAddr::new(ip, address.port()),
    }
}
