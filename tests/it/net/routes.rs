//! Tests of the flags that affect routes and neighbours, in a new network namespace.

use std::net::{Ipv4Addr, SocketAddrV4};

use butter::Errno;
use butter::namespace::{Namespaces, unshare};
use butter::net::{self, AddressFamily, SendFlags, SendMessage, set_loopback_up, socket};
use common::child::in_namespaces;
use common::{require, routes};

use super::{DGRAM, udp};

const SEND: SendFlags = SendFlags::NOSIGNAL;

/// 192.0.2.0/24 and 198.51.100.0/24 are reserved for documentation.
const DISTANT: SocketAddrV4 = SocketAddrV4::new(Ipv4Addr::new(192, 0, 2, 1), 9);
const GATEWAY: SocketAddrV4 = SocketAddrV4::new(Ipv4Addr::new(198, 51, 100, 1), 9);

/// Packets that are sent to the addresses return through the loopback interface, and the kernel
/// discards them.
#[test]
fn send_dontroute_fails_with_enetunreach_if_the_route_has_a_gateway() {
    let ran = in_namespaces(|| {
        require!(unshare(Namespaces::NET), "a new network namespace is not permitted");
        set_loopback_up().unwrap();
        let socket = require!(socket(AddressFamily::INET, DGRAM, None));
        let sendto = |flags, to| net::sendto(&socket, b"!", SEND | flags, &to);
        let sendmsg = |flags, to| {
            let slices = [butter::io::IoSlice::new(b"!")];
            net::sendmsg(&socket, &SendMessage::new(&slices).with_address(&to), SEND | flags)
        };
        let dontroute = SendFlags::DONTROUTE;
        let unreachable = sendto(SendFlags::empty(), DISTANT).unwrap_err();
        assert_eq!(unreachable.errno(), Errno::NETUNREACH);
        require!(routes::add_route(*GATEWAY.ip(), None), "a route cannot be added");
        routes::add_route(*DISTANT.ip(), Some(*GATEWAY.ip())).unwrap();
        for (to, flags) in
            [(DISTANT, SendFlags::empty()), (GATEWAY, SendFlags::empty()), (GATEWAY, dontroute)]
        {
            assert_eq!((sendto(flags, to), sendmsg(flags, to.into())), (Ok(1), Ok(1)), "{to}");
        }
        for sent in [sendto(dontroute, DISTANT), sendmsg(dontroute, DISTANT.into())] {
            assert_eq!(sent.unwrap_err().errno(), Errno::NETUNREACH);
        }
    });
    require!(ran, "new namespaces require CAP_SYS_ADMIN or a host that permits user namespaces");
}

#[test]
fn send_confirm_confirms_that_the_neighbour_is_reachable() {
    let ran = in_namespaces(|| {
        require!(unshare(Namespaces::NET), "a new network namespace is not permitted");
        set_loopback_up().unwrap();
        let (one, other) = require!(udp(), "IPv4 is not available");
        let ticks_after = |flags| {
            assert_eq!(net::send(&one, b"!", SEND | flags), Ok(1));
            assert_eq!(net::recv(&other, &mut [0], net::RecvFlags::empty()), Ok(1));
            let ticks = routes::ticks_since_confirmations().unwrap();
            assert_eq!(ticks.len(), 1, "{ticks:?}");
            ticks[0]
        };
        // The kernel creates the neighbour when the first packet is sent. The time of confirmation
        // of a new neighbour is a minute ago by default.
        let unconfirmed = [ticks_after(SendFlags::empty()), ticks_after(SendFlags::empty())];
        require!(unconfirmed[0] > 2000, "the neighbour was confirmed less than 20 seconds ago");
        assert!(unconfirmed[1] >= unconfirmed[0], "{unconfirmed:?}");
        let confirmed = ticks_after(SendFlags::CONFIRM);
        assert!(confirmed < 1500, "{confirmed} ticks since the confirmation");
    });
    require!(ran, "new namespaces require CAP_SYS_ADMIN or a host that permits user namespaces");
}
