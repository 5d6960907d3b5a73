//! The header of the PROXY protocol, with which the target receives the address of the client.
//!
//! The protocol is specified in `doc/proxy-protocol.txt` of HAProxy.

use std::fmt::Write;
use std::net::{IpAddr, SocketAddr};

use butter::net::SocketAddrAny;

use crate::address::canonical;

/// The version of the protocol.
#[derive(Clone, Copy)]
pub(crate) enum Version {
    /// A line of text.
    V1,
    /// Binary.
    V2,
}

const SIGNATURE: &[u8; 12] = b"\r\n\r\n\0\r\nQUIT\n";

/// The version, which is 2, and the command in the 13th byte: the connection is relayed for a
/// client, or belongs to the relay.
const PROXY: u8 = 0x21;
const LOCAL: u8 = 0x20;

/// The address family and the protocol in the 14th byte.
const TCP4: u8 = 0x11;
const TCP6: u8 = 0x21;

/// Returns the header for a connection from `source` to `destination`. The header of a connection
/// between Unix sockets contains no addresses: its protocol is `UNKNOWN` in version 1, and its
/// command is `LOCAL` in version 2, so that the target uses the addresses of its socket.
pub(crate) fn header(
    version: Version,
    source: &SocketAddrAny,
    destination: &SocketAddrAny,
) -> Vec<u8> {
    let ip = |address: &SocketAddrAny| address.to_ip().map(canonical);
    let addresses = ip(source).zip(ip(destination)).filter(|(a, b)| a.is_ipv4() == b.is_ipv4());
    match version {
        Version::V1 => text(addresses),
        Version::V2 => binary(addresses),
    }
}

fn text(addresses: Option<(SocketAddr, SocketAddr)>) -> Vec<u8> {
    let mut line = String::from("PROXY ");
    let _ = match addresses {
        Some((from, to)) => write!(
            line,
            "TCP{} {} {} {} {}\r\n",
            if from.is_ipv4() { 4 } else { 6 },
            from.ip(),
            to.ip(),
            from.port(),
            to.port()
        ),
        None => write!(line, "UNKNOWN\r\n"),
    };
    line.into_bytes()
}

fn binary(addresses: Option<(SocketAddr, SocketAddr)>) -> Vec<u8> {
    let mut bytes = SIGNATURE.to_vec();
    let Some((from, to)) = addresses else {
        bytes.extend([LOCAL, 0, 0, 0]);
        return bytes;
    };
    bytes.extend(if from.is_ipv4() { [PROXY, TCP4, 0, 12] } else { [PROXY, TCP6, 0, 36] });
    for address in [from.ip(), to.ip()] {
        match address {
            IpAddr::V4(ip) => bytes.extend(ip.octets()),
            IpAddr::V6(ip) => bytes.extend(ip.octets()),
        }
    }
    for port in [from.port(), to.port()] {
        bytes.extend(port.to_be_bytes());
    }
    bytes
}
