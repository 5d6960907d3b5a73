//! The PROXY protocol of the example `relay`: the bytes of its headers.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};

use butter::signal::Signal;

use super::peers::{KINDS, Kind, Server, Stream};
use super::run::{Relay, program};
use common::require;

const SIGNATURE: [u8; 12] = [13, 10, 13, 10, 0, 13, 10, 81, 85, 73, 84, 10];

/// Returns the header of a connection from `source` to `destination`.
fn header(version: &str, source: SocketAddr, destination: SocketAddr) -> Vec<u8> {
    let (from, to) = (source.port(), destination.port());
    if version == "v1" {
        let family = if source.is_ipv4() { "TCP4" } else { "TCP6" };
        let (source, destination) = (source.ip(), destination.ip());
        return format!("PROXY {family} {source} {destination} {from} {to}\r\n").into_bytes();
    }
    let mut bytes = SIGNATURE.to_vec();
    match (source.ip(), destination.ip()) {
        (IpAddr::V4(source), IpAddr::V4(destination)) => {
            bytes.extend([0x21, 0x11, 0, 12]);
            bytes.extend([source.octets(), destination.octets()].concat());
        }
        (IpAddr::V6(source), IpAddr::V6(destination)) => {
            bytes.extend([0x21, 0x21, 0, 36]);
            bytes.extend([source.octets(), destination.octets()].concat());
        }
        _ => panic!("the addresses should have the same family"),
    }
    bytes.extend([from.to_be_bytes(), to.to_be_bytes()].concat());
    bytes
}

fn start(listen: &str, server: &Server, version: &str) -> Relay {
    let option = format!("--proxy-protocol={version}");
    let program = program().unwrap();
    Relay::listen_on_with_options(&program, listen, &server.address, &[&option])
}

/// Sends data in both directions, and asserts that the server receives `header` before the data.
fn assert_header(header: &[u8], client: &Stream, served: &Stream) {
    client.send(b"request");
    client.finish();
    assert_eq!(served.receive_all(), [header, b"request"].concat());
    served.send(b"response");
    served.finish();
    assert_eq!(client.receive_all(), b"response");
}

#[test]
fn relay_sends_header_with_ipv4_and_ipv6_addresses_of_client() {
    require!(program());
    for target in KINDS {
        let server = Server::new(target);
        for listen in ["127.0.0.1:0", "[::1]:0"] {
            if listen.starts_with('[') {
                require!(TcpListener::bind(listen), "this host has no IPv6");
            }
            for version in ["v1", "v2"] {
                let relay = start(listen, &server, version);
                let (client, served) = (relay.connect(), server.accept());
                let (local, peer) = client.addresses();
                assert_header(&header(version, local, peer), &client, &served);
                // The header is not counted.
                let totals = relay.end(Signal::TERM).totals();
                assert_eq!((totals.to_target, totals.to_client, totals.failed), (7, 8, 0));
            }
        }
    }
}

#[test]
fn relay_header_has_exactly_the_bytes_of_the_specification() {
    let ports = |ip: IpAddr| (SocketAddr::new(ip, 0x1234), SocketAddr::new(ip, 0xABCD));
    let (source, destination) = ports(Ipv4Addr::new(127, 0, 0, 1).into());
    assert_eq!(header("v1", source, destination), b"PROXY TCP4 127.0.0.1 127.0.0.1 4660 43981\r\n");
    assert_eq!(
        header("v2", source, destination),
        b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\x7f\0\0\x01\x7f\0\0\x01\x12\x34\xab\xcd"
    );
    let (source, destination) = ports(Ipv6Addr::LOCALHOST.into());
    assert_eq!(header("v1", source, destination), b"PROXY TCP6 ::1 ::1 4660 43981\r\n");
    assert_eq!(header("v2", source, destination).len(), 52);
}

#[test]
fn relay_header_contains_ipv4_address_if_listening_on_both_families() {
    require!(program());
    require!(TcpListener::bind("[::1]:0"), "this host has no IPv6");
    let server = Server::new(Kind::Tcp);
    for version in ["v1", "v2"] {
        let relay = start("*:0", &server, version);
        let port = relay.address.strip_prefix("*:").unwrap();
        for host in ["127.0.0.1", "127.0.0.7", "[::1]"] {
            let client = Stream::connect(&format!("{host}:{port}"));
            let served = server.accept();
            let (local, peer) = client.addresses();
            assert_header(&header(version, local, peer), &client, &served);
        }
    }
}

#[test]
fn relay_header_of_unix_client_is_unknown_or_local() {
    require!(program());
    for target in KINDS {
        let server = Server::new(target);
        for (version, expected) in
            [("v1", b"PROXY UNKNOWN\r\n" as &[u8]), ("v2", b"\r\n\r\n\0\r\nQUIT\n\x20\0\0\0")]
        {
            let (_guard, path) = super::peers::directory();
            let listen = format!("unix:{}", path.join("relay").display());
            let relay = start(&listen, &server, version);
            let (client, served) = (relay.connect(), server.accept());
            assert_header(expected, &client, &served);
        }
    }
}

#[test]
fn relay_sends_header_before_client_has_sent_data() {
    require!(program());
    let server = Server::new(Kind::Tcp);
    for version in ["v1", "v2"] {
        let relay = start("127.0.0.1:0", &server, version);
        let (client, served) = (relay.connect(), server.accept());
        let (local, peer) = client.addresses();
        served.expect(&header(version, local, peer));
        served.send(b"greeting");
        client.expect(b"greeting");
        client.send(b"response");
        served.expect(b"response");
        assert_eq!(relay.end(Signal::TERM).totals().to_target, 8);
    }
}
