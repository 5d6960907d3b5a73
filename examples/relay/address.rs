//! The addresses LISTEN and TARGET.

use std::ffi::OsStr;
use std::fmt;
use std::net::SocketAddr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use butter::path::Escape;

#[derive(Clone, PartialEq)]
pub(crate) enum Address {
    Tcp(SocketAddr),
    Unix(PathBuf),
}

impl Address {
    /// Parses an operand. Returns a message for the user if the operand is invalid.
    pub(crate) fn parse(text: &OsStr) -> Result<Self, String> {
        let bytes = text.as_bytes();
        if let Some(path) = bytes.strip_prefix(b"unix:") {
            return Self::unix(Path::new(OsStr::from_bytes(path)));
        }
        if bytes.contains(&b'/') {
            return Self::unix(Path::new(text));
        }
        let address = text.to_str().and_then(|text| text.parse().ok()).map(Self::Tcp);
        address.ok_or_else(|| {
            format!(
                "invalid address '{}' (expected IP:PORT, unix:PATH or a PATH that contains a /)",
                Escape::new(text)
            )
        })
    }

    fn unix(path: &Path) -> Result<Self, String> {
        if path.as_os_str().is_empty() {
            return Err("empty path in address 'unix:'".to_owned());
        }
        if std::os::unix::net::SocketAddr::from_pathname(path).is_err() {
            return Err(format!("path too long for a socket: '{}'", Escape::new(path)));
        }
        Ok(Self::Unix(path.to_owned()))
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(address) => address.fmt(f),
            Self::Unix(path) => write!(f, "unix:{}", Escape::new(path)),
        }
    }
}
