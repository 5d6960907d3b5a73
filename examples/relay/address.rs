//! The addresses LISTEN and TARGET.

use std::ffi::OsStr;
use std::fmt;
use std::net::SocketAddr;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::SocketAddr as UnixAddr;
use std::path::{Path, PathBuf};

use butter::path::Escape;

#[derive(Clone, PartialEq)]
pub(crate) enum Address {
    Tcp(SocketAddr),
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
        matches!(self, Self::All(0))
            || matches!(self, Self::One(Address::Tcp(address)) if address.port() == 0)
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
        let cause = match text.is_some_and(has_host_name) {
            true => ": host names are not resolved",
            false => "",
        };
        Err(format!(
            "invalid address '{}'{cause} (expected IP:PORT, *:PORT, unix:PATH, @NAME or a PATH \
             that contains a /)",
            Escape::new(operand)
        ))
    }

    fn path(path: &Path) -> Result<Self, String> {
        if path.as_os_str().is_empty() {
            return Err("empty path in address 'unix:'".to_owned());
        }
        if UnixAddr::from_pathname(path).is_err() {
            return Err(format!("path too long for a socket: '{}'", Escape::new(path)));
        }
        Ok(Self::Unix(path.to_owned()))
    }

    fn abstract_name(name: &[u8]) -> Result<Self, String> {
        if name.is_empty() {
            return Err("empty name in address '@'".to_owned());
        }
        if UnixAddr::from_abstract_name(name).is_err() {
            return Err(format!("name too long for a socket: '@{}'", Escape::new(name)));
        }
        Ok(Self::Abstract(name.to_owned()))
    }
}

/// Returns whether an invalid address consists of a host name and a port.
fn has_host_name(text: &str) -> bool {
    text.split_once(':').is_some_and(|(host, _)| {
        host.starts_with(char::is_alphabetic)
            && host.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '.' | '_'))
    })
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(address) => address.fmt(f),
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
