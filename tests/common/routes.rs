//! Addresses, routes and neighbours of the loopback interface of a network namespace, through
//! requests of the routing protocol of netlink. Of several routes to an address, the kernel uses
//! the one that was added last.

use std::io;
use std::net::Ipv4Addr;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};

/// The index of the loopback interface, which is the first one of each network namespace.
const LOOPBACK: u32 = 1;

/// Adds an address, without a route to other addresses.
pub fn add_address(address: Ipv4Addr) -> io::Result<()> {
    change_address(libc::RTM_NEWADDR, address)
}

/// Removes an address.
pub fn remove_address(address: Ipv4Addr) -> io::Result<()> {
    change_address(libc::RTM_DELADDR, address)
}

/// Adds a route to one address, which is directly connected or reached through a gateway.
pub fn add_route(to: Ipv4Addr, gateway: Option<Ipv4Addr>) -> io::Result<()> {
    let scope = if gateway.is_some() { libc::RT_SCOPE_UNIVERSE } else { libc::RT_SCOPE_LINK };
    let gateway = gateway.map(|gateway| attribute(libc::RTA_GATEWAY, &gateway.octets()));
    let interface = attribute(libc::RTA_OIF, &LOOPBACK.to_ne_bytes());
    let attributes = [gateway.unwrap_or_default(), interface].concat();
    new_route(to, scope, libc::RTN_UNICAST, &attributes)
}

/// Adds a route to one address that makes the address unreachable.
pub fn add_unreachable_route(to: Ipv4Addr) -> io::Result<()> {
    new_route(to, libc::RT_SCOPE_UNIVERSE, libc::RTN_UNREACHABLE, &[])
}

/// Returns the number of clock ticks (hundredths of a second) since the last confirmation that each
/// neighbour is reachable. The loopback interface has one neighbour for all addresses.
pub fn ticks_since_confirmations() -> io::Result<Vec<u32>> {
    const NDA_CACHEINFO: u16 = 3;
    // `struct ndmsg`: the address family, and zeroes.
    let body = [&[libc::AF_INET as u8][..], &[0; 11]].concat();
    let messages = request(libc::RTM_GETNEIGH, libc::NLM_F_DUMP, &body)?;
    let neighbours = messages.iter().filter_map(|message| message.get(body.len()..));
    let ticks = neighbours.filter_map(|attributes| {
        let info = find_attribute(attributes, NDA_CACHEINFO)?;
        // The first member of `struct nda_cacheinfo`.
        Some(u32::from_ne_bytes(info.get(..4)?.try_into().unwrap()))
    });
    Ok(ticks.collect())
}

fn change_address(kind: u16, address: Ipv4Addr) -> io::Result<()> {
    // `struct ifaddrmsg`: the family, the length of the prefix, the flags, the scope, and the index
    // of the interface.
    let mut body = vec![libc::AF_INET as u8, 32, 0, libc::RT_SCOPE_UNIVERSE];
    body.extend_from_slice(&LOOPBACK.to_ne_bytes());
    body.extend(attribute(libc::IFA_LOCAL, &address.octets()));
    request(kind, libc::NLM_F_ACK | libc::NLM_F_CREATE, &body).map(drop)
}

fn new_route(to: Ipv4Addr, scope: u8, kind: u8, attributes: &[u8]) -> io::Result<()> {
    // `struct rtmsg`: the family, the lengths of the prefixes of the destination and the source,
    // the type of service, the table, the origin, the scope, the type, and the flags.
    let (table, origin) = (libc::RT_TABLE_MAIN, libc::RTPROT_STATIC);
    let mut body = vec![libc::AF_INET as u8, 32, 0, 0, table, origin, scope, kind, 0, 0, 0, 0];
    body.extend(attribute(libc::RTA_DST, &to.octets()));
    body.extend_from_slice(attributes);
    request(libc::RTM_NEWROUTE, libc::NLM_F_ACK | libc::NLM_F_CREATE, &body).map(drop)
}

/// Returns an attribute, whose length must be a multiple of 4.
fn attribute(kind: u16, value: &[u8]) -> Vec<u8> {
    let length = value.len() as u16 + 4;
    [&length.to_ne_bytes()[..], &kind.to_ne_bytes(), value].concat()
}

fn find_attribute(mut attributes: &[u8], kind: u16) -> Option<&[u8]> {
    while let [l0, l1, k0, k1, ..] = *attributes {
        let length = usize::from(u16::from_ne_bytes([l0, l1]));
        if u16::from_ne_bytes([k0, k1]) == kind {
            return attributes.get(4..length);
        }
        attributes = attributes.get(length.next_multiple_of(4).max(4)..)?;
    }
    None
}

/// Sends a request, and returns the bodies of the messages of the response.
fn request(kind: u16, flags: libc::c_int, body: &[u8]) -> io::Result<Vec<Vec<u8>>> {
    // SAFETY: touches no memory.
    let fd = unsafe { libc::socket(libc::AF_NETLINK, libc::SOCK_RAW | libc::SOCK_CLOEXEC, 0) };
    if fd < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: a new descriptor, which has no other owner.
    let socket = unsafe { OwnedFd::from_raw_fd(fd) };
    // `struct nlmsghdr`: the length, the type, the flags, the sequence number, and the port.
    let (length, flags) = (body.len() as u32 + 16, (flags | libc::NLM_F_REQUEST) as u16);
    let mut message = length.to_ne_bytes().to_vec();
    message.extend(kind.to_ne_bytes().into_iter().chain(flags.to_ne_bytes()));
    message.extend([0; 8].iter().chain(body));
    // SAFETY: reads the message.
    let sent = unsafe { libc::send(socket.as_raw_fd(), message.as_ptr().cast(), message.len(), 0) };
    if sent < 0 {
        return Err(io::Error::last_os_error());
    }
    let mut messages = Vec::new();
    loop {
        let mut buffer = vec![0; 1 << 16];
        let (start, size) = (buffer.as_mut_ptr().cast(), buffer.len());
        // SAFETY: writes at most as many bytes as the buffer has.
        let received = unsafe { libc::recv(socket.as_raw_fd(), start, size, 0) };
        let received = usize::try_from(received).map_err(|_| io::Error::last_os_error())?;
        let mut rest = &buffer[..received];
        while let Some((header, _)) = rest.split_at_checked(16) {
            let length = u32::from_ne_bytes(header[..4].try_into().unwrap()) as usize;
            let (message, after) = rest.split_at(length.next_multiple_of(4).min(rest.len()));
            let body = &message[16..];
            match i32::from(u16::from_ne_bytes([header[4], header[5]])) {
                libc::NLMSG_DONE => return Ok(messages),
                libc::NLMSG_ERROR => {
                    // The negated errno, or 0 if the request has succeeded.
                    let errno = -i32::from_ne_bytes(body[..4].try_into().unwrap());
                    let error = io::Error::from_raw_os_error(errno);
                    return if errno == 0 { Ok(messages) } else { Err(error) };
                }
                _ => messages.push(body.to_vec()),
            }
            rest = after;
        }
    }
}
