//! Tests of each option of a socket.

use std::time::{Duration, Instant};

use butter::Errno;
use butter::fd::{AsFd, OwnedFd};
use butter::net::sockopt::*;
use butter::net::{
    self, AddressFamily, RecvFlags, SendFlags, bind, connect, listen, raw, recv, socket,
};
use butter::process::{PidFd, getegid, geteuid, getpid};
use common::child::as_nobody;
use common::inject::pretend;
use common::require;
use common::test::{in_row, supported};

use super::{DGRAM, LOOPBACK, STREAM, bound, pair, tcp, udp, unix, unix_listener};

type Get<T> = fn(&OwnedFd) -> butter::Result<T>;
type Set<T> = fn(&OwnedFd, T) -> butter::Result<()>;

/// The name of a Boolean option, the level and number of the option, and its functions.
type Boolean = (&'static str, u32, u32, Get<bool>, Set<bool>);

/// Reads the number of an option with the raw call.
fn number(socket: &OwnedFd, level: u32, name: u32) -> u32 {
    let mut value = [0; 4];
    // SAFETY: the value of each tested option is a number.
    let length = unsafe { raw::getsockopt(socket.as_fd(), level, name, &mut value) };
    assert_eq!(length, Ok(4));
    u32::from_ne_bytes(value)
}

#[test]
fn sockopt_booleans_of_sockets_return_the_value_that_was_set() {
    let rows: &[(&str, u32, Get<bool>, Set<bool>)] = &[
        ("reuseaddr", SO_REUSEADDR, |s| socket_reuseaddr(s), |s, on| set_socket_reuseaddr(s, on)),
        ("keepalive", SO_KEEPALIVE, |s| socket_keepalive(s), |s, on| set_socket_keepalive(s, on)),
        ("broadcast", SO_BROADCAST, |s| socket_broadcast(s), |s, on| set_socket_broadcast(s, on)),
        ("oobinline", SO_OOBINLINE, |s| socket_oobinline(s), |s, on| set_socket_oobinline(s, on)),
        ("passcred", SO_PASSCRED, |s| socket_passcred(s), |s, on| set_socket_passcred(s, on)),
        ("passpidfd", SO_PASSPIDFD, |s| socket_passpidfd(s), |s, on| set_socket_passpidfd(s, on)),
        (
            "passrights",
            SO_PASSRIGHTS,
            |s| socket_passrights(s),
            |s, on| set_socket_passrights(s, on),
        ),
    ];
    let test = common::this_test!();
    for (name, option, get, set) in rows {
        in_row(name, || {
            let socket = unix(STREAM);
            match supported(get(&socket)) {
                Err(error) => return test.skip(name, format_args!("{error}")),
                Ok(enabled) => assert_eq!(enabled, *name == "passrights"),
            }
            for enabled in [true, false, true] {
                set(&socket, enabled).unwrap();
                assert_eq!(get(&socket), Ok(enabled));
                assert_eq!(number(&socket, SOL_SOCKET, *option), u32::from(enabled));
            }
        });
    }
}

#[test]
fn sockopt_booleans_of_tcp_and_ipv6_return_the_value_that_was_set() {
    let socket = require!(socket(AddressFamily::INET, STREAM, None));
    let rows: &[Boolean] = &[
        (
            "reuseport",
            SOL_SOCKET,
            SO_REUSEPORT,
            |s| socket_reuseport(s),
            |s, on| set_socket_reuseport(s, on),
        ),
        ("nodelay", IPPROTO_TCP, TCP_NODELAY, |s| tcp_nodelay(s), |s, on| set_tcp_nodelay(s, on)),
        ("cork", IPPROTO_TCP, TCP_CORK, |s| tcp_cork(s), |s, on| set_tcp_cork(s, on)),
        (
            "quickack",
            IPPROTO_TCP,
            TCP_QUICKACK,
            |s| tcp_quickack(s),
            |s, on| set_tcp_quickack(s, on),
        ),
    ];
    for (name, level, option, get, set) in rows {
        in_row(name, || {
            for enabled in [true, false, true] {
                set(&socket, enabled).unwrap();
                assert_eq!(get(&socket), Ok(enabled));
                assert_eq!(number(&socket, *level, *option), u32::from(enabled));
            }
        });
    }
    let socket = require!(net::socket(AddressFamily::INET6, DGRAM, None));
    for enabled in [true, false] {
        set_ipv6_v6only(&socket, enabled).unwrap();
        assert_eq!(ipv6_v6only(&socket), Ok(enabled));
    }
}

#[test]
fn sockopt_numbers_return_the_value_that_was_set() {
    let socket = require!(socket(AddressFamily::INET, STREAM, None));
    for (name, value, expected, get, set) in [
        // The kernel doubles the sizes of buffers.
        (
            "sndbuf",
            8192,
            16384,
            (|s| socket_sndbuf(s)) as Get<u32>,
            (|s, n| set_socket_sndbuf(s, n)) as Set<u32>,
        ),
        ("rcvbuf", 8192, 16384, |s| socket_rcvbuf(s), |s, n| set_socket_rcvbuf(s, n)),
        ("rcvlowat", 7, 7, |s| socket_rcvlowat(s), |s, n| set_socket_rcvlowat(s, n)),
        ("priority", 5, 5, |s| socket_priority(s), |s, n| set_socket_priority(s, n)),
        ("keepcnt", 5, 5, |s| tcp_keepcnt(s), |s, n| set_tcp_keepcnt(s, n)),
    ] {
        in_row(name, || {
            set(&socket, value).unwrap();
            assert_eq!(get(&socket), Ok(expected));
        });
    }
    assert_eq!(set_tcp_keepcnt(&socket, 0).unwrap_err().errno(), Errno::INVAL);
    set_socket_incoming_cpu(&socket, 0).unwrap();
    assert_eq!(socket_incoming_cpu(&socket), Ok(Some(0)));
}

#[test]
fn sockopt_functions_that_require_cap_net_admin_fail_with_eperm_or_have_the_value() {
    let socket = require!(socket(AddressFamily::INET, DGRAM, None));
    let checked = |result: butter::Result<()>, get: &dyn Fn() -> u32, expected: u32| match result {
        Err(error) if error.is(Errno::PERM) => {}
        // The kernel can be built without busy polling.
        Err(error) if error.is(Errno::NOPROTOOPT) => {}
        result => {
            result.unwrap();
            assert_eq!(get(), expected);
        }
    };
    let sndbuf = || socket_sndbuf(&socket).unwrap();
    checked(set_socket_sndbufforce(&socket, 8192), &sndbuf, 16384);
    let rcvbuf = || socket_rcvbuf(&socket).unwrap();
    checked(set_socket_rcvbufforce(&socket, 8192), &rcvbuf, 16384);
    checked(set_socket_mark(&socket, 0x1234), &|| socket_mark(&socket).unwrap(), 0x1234);
    checked(set_socket_busy_poll(&socket, 50), &|| socket_busy_poll(&socket).unwrap(), 50);
    // The kernel does not return the number of packets.
    checked(set_socket_busy_poll_budget(&socket, 16), &|| 16, 16);
    set_socket_busy_poll_budget(&socket, 65_536).unwrap_err();
    let prefer = || u32::from(socket_prefer_busy_poll(&socket).unwrap());
    checked(set_socket_prefer_busy_poll(&socket, true), &prefer, 1);
    as_nobody(|| {
        for result in [
            set_socket_sndbufforce(&socket, 4096),
            set_socket_rcvbufforce(&socket, 4096),
            set_socket_mark(&socket, 1),
            set_socket_priority(&socket, 7),
        ] {
            assert_eq!(result.unwrap_err().errno(), Errno::PERM);
        }
    });
}

#[test]
fn sockopt_durations_are_rounded_up_to_the_unit_of_the_option() {
    let socket = require!(socket(AddressFamily::INET, STREAM, None));
    let [second, milli] = [Duration::from_secs(1), Duration::from_millis(1)];
    let tiny = Duration::from_nanos(1);
    let rows: [(&str, Duration, Get<Duration>, Set<Duration>); 3] = [
        ("keepidle", second, |s| tcp_keepidle(s), |s, time| set_tcp_keepidle(s, time)),
        ("keepintvl", second, |s| tcp_keepintvl(s), |s, time| set_tcp_keepintvl(s, time)),
        ("user_timeout", milli, |s| tcp_user_timeout(s), |s, time| set_tcp_user_timeout(s, time)),
    ];
    for (name, unit, get, set) in rows {
        in_row(name, || {
            for (set_to, expected) in [(tiny, 1), (7 * unit, 7), (7 * unit + tiny, 8)] {
                set(&socket, set_to).unwrap();
                assert_eq!(get(&socket), Ok(expected * unit));
            }
        });
    }
    for duration in [Duration::ZERO, Duration::MAX] {
        assert_eq!(set_tcp_keepidle(&socket, duration).unwrap_err().errno(), Errno::INVAL);
    }

    assert_eq!(socket_linger(&socket), Ok(None));
    for (linger, expected) in [
        (Some(Duration::ZERO), Some(Duration::ZERO)),
        (Some(tiny), Some(second)),
        (Some(5 * second), Some(5 * second)),
        (None, None),
    ] {
        set_socket_linger(&socket, linger).unwrap();
        assert_eq!(socket_linger(&socket), Ok(expected));
    }
}

#[test]
fn set_socket_linger_of_zero_resets_the_connection_on_close() {
    let (client, server) = require!(tcp(), "IPv4 is not available");
    set_socket_linger(&client, Some(Duration::ZERO)).unwrap();
    drop(client);
    let error = recv(&server, &mut [0], RecvFlags::empty()).unwrap_err();
    assert_eq!(error.errno(), Errno::CONNRESET);
}

#[test]
fn socket_recv_timeout_ends_a_wait_with_eagain() {
    let (one, other) = pair(DGRAM);
    assert_eq!([socket_recv_timeout(&one), socket_send_timeout(&one)], [Ok(None); 2]);
    let timeout = Duration::from_millis(20);
    for socket in [&one, &other] {
        set_socket_recv_timeout(socket, Some(timeout)).unwrap();
        set_socket_send_timeout(socket, Some(timeout)).unwrap();
        // The kernel rounds the timeout up to a multiple of its tick.
        let rounded = socket_recv_timeout(socket).unwrap().unwrap();
        assert!(rounded >= timeout && rounded <= 2 * timeout, "{rounded:?}");
        assert_eq!(socket_send_timeout(socket), Ok(Some(rounded)));
    }
    let start = Instant::now();
    let error = recv(&one, &mut [0], RecvFlags::empty()).unwrap_err();
    assert_eq!(error.errno(), Errno::AGAIN);
    // The wait can end up to one tick early: up to 10 milliseconds.
    assert!(start.elapsed() >= timeout / 2);
    let send = || net::send(&one, b"!", SendFlags::empty());
    let error = std::iter::repeat_with(send).find_map(Result::err).unwrap();
    assert_eq!(error.errno(), Errno::AGAIN);

    set_socket_recv_timeout(&one, Some(Duration::ZERO)).unwrap();
    assert!(socket_recv_timeout(&one).unwrap().is_some(), "zero is a timeout");
    set_socket_recv_timeout(&one, None).unwrap();
    assert_eq!(socket_recv_timeout(&one), Ok(None));
}

#[test]
fn socket_error_returns_and_clears_the_pending_error() {
    let (one, other) = require!(udp(), "IPv4 is not available");
    assert_eq!(socket_error(&one), Ok(None));
    drop(other);
    net::send(&one, b"!", SendFlags::empty()).unwrap();
    let end = Instant::now() + Duration::from_secs(10);
    while socket_error(&one) != Ok(Some(Errno::CONNREFUSED)) {
        assert!(Instant::now() < end, "the port should be reported as unreachable");
    }
    assert_eq!(socket_error(&one), Ok(None));
}

#[test]
fn socket_acceptconn_returns_whether_the_socket_is_listening() {
    let (listener, _) = unix_listener();
    assert_eq!(socket_acceptconn(&listener), Ok(true));
    assert_eq!(socket_acceptconn(unix(STREAM)), Ok(false));
}

#[test]
fn socket_cookie_differs_between_sockets() {
    let (one, other) = pair(STREAM);
    let cookie = socket_cookie(&one).unwrap();
    assert_eq!(socket_cookie(&one), Ok(cookie));
    assert_ne!(socket_cookie(&other), Ok(cookie));
}

#[test]
fn socket_peercred_and_peerpidfd_identify_the_peer() {
    let (listener, name) = unix_listener();
    let client = unix(STREAM);
    connect(&client, &name).unwrap();
    let accepted = net::accept(&listener).unwrap();
    let own = (Some(getpid()), geteuid(), getegid());
    for socket in [&client, &accepted, &pair(STREAM).0] {
        let ucred = socket_peercred(socket).unwrap();
        assert_eq!((ucred.pid(), ucred.uid(), ucred.gid()), own);
    }
    assert_eq!(socket_peercred(unix(STREAM)).unwrap().pid(), None);
    require!(kernel >= 6.5, "SO_PEERPIDFD");
    let pidfd = socket_peerpidfd(&client).unwrap();
    let flags = butter::io::fcntl_getfd(&pidfd).unwrap();
    assert!(flags.contains(butter::io::DescriptorFlags::CLOEXEC));
    PidFd::try_from(pidfd).unwrap().send_signal(None).unwrap();
    assert_eq!(socket_peerpidfd(unix(STREAM)).unwrap_err().errno(), Errno::NODATA);
}

#[test]
fn socket_bindtodevice_returns_the_interface_that_was_set() {
    let (socket, _) = require!(bound(DGRAM), "IPv4 is not available");
    let mut buffer = [0xFF; 16];
    assert!(socket_bindtodevice(&socket, &mut buffer).unwrap().is_empty());
    // Before Linux 5.7, the option requires CAP_NET_RAW.
    set_socket_bindtodevice(&socket, b"lo").unwrap();
    assert_eq!(socket_bindtodevice(&socket, &mut buffer).unwrap().as_bytes(), b"lo");
    let unbound = net::socket(AddressFamily::INET, DGRAM, None).unwrap();
    let set = |name| set_socket_bindtodevice(&unbound, name).map_err(|error| error.errno());
    for name in [&b"lo\0"[..], b"no-such-device0", b"no-such-device00"] {
        assert_eq!(set(name), Err(Errno::NODEV));
    }
    // The kernel would accept the name of an interface that is followed by further bytes.
    let long =
        pretend(libc::SYS_setsockopt, || [set(b"no-such-device0"), set(b"no-such-device00")]);
    assert_eq!(long, [Ok(()), Err(Errno::NODEV)]);
    assert!(socket_bindtodevice(&unbound, &mut buffer).unwrap().is_empty());
}

#[test]
fn set_socket_reuseport_permits_several_listening_sockets_with_one_address() {
    let first = require!(socket(AddressFamily::INET, STREAM, None));
    set_socket_reuseport(&first, true).unwrap();
    require!(bind(&first, &LOOPBACK), "IPv4 is not available");
    let address = net::getsockname(&first).unwrap();
    let second = socket(AddressFamily::INET, STREAM, None).unwrap();
    assert_eq!(bind(&second, &address).unwrap_err().errno(), Errno::ADDRINUSE);
    let third = socket(AddressFamily::INET, STREAM, None).unwrap();
    set_socket_reuseport(&third, true).unwrap();
    bind(&third, &address).unwrap();
    listen(&first, 1).unwrap();
    listen(&third, 1).unwrap();
}

/// Each program selects the socket with a constant index in the group.
#[test]
fn setsockopt_attach_reuseport_cbpf_selects_the_socket_that_receives() {
    let new = || socket(AddressFamily::INET, DGRAM, None);
    let sockets = [require!(new()), new().unwrap(), new().unwrap()];
    let mut address = net::SocketAddrAny::from(LOOPBACK);
    for socket in &sockets {
        set_socket_reuseport(socket, true).unwrap();
        require!(bind(socket, &address), "IPv4 is not available");
        address = net::getsockname(socket).unwrap();
    }
    for index in [1, 2, 0] {
        // BPF_RET | BPF_K
        let filter = libc::sock_filter { code: 6, jt: 0, jf: 0, k: index };
        // `struct sock_fprog`: the number of instructions, and their address.
        let mut value = [0; 16];
        value[..2].copy_from_slice(&1_u16.to_ne_bytes());
        value[8..].copy_from_slice(&(&raw const filter).expose_provenance().to_ne_bytes());
        let first = sockets[0].as_fd();
        // SAFETY: the value is a program of one instruction, which the kernel copies.
        unsafe { raw::setsockopt(first, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &value) }.unwrap();
        for _ in 0..8 {
            let client = new().unwrap();
            net::sendto(&client, b"!", SendFlags::empty(), &address).unwrap();
            for (at, socket) in (0..).zip(&sockets) {
                let received = recv(socket, &mut [0], RecvFlags::DONTWAIT);
                assert_eq!(received.is_ok(), at == index, "{at} instead of {index}");
            }
        }
    }
    let first = sockets[0].as_fd();
    let value = 0_i32.to_ne_bytes();
    // SAFETY: the value is a number.
    let detach = || unsafe { raw::setsockopt(first, SOL_SOCKET, SO_DETACH_REUSEPORT_BPF, &value) };
    assert_eq!(detach(), Ok(()));
    assert_eq!(detach().unwrap_err().errno(), Errno::NOENT, "the program should be detached");
}

#[test]
fn set_socket_passrights_rejects_messages_with_descriptors() {
    let (one, other) = pair(DGRAM);
    if let Err(error) = supported(set_socket_passrights(&other, false)) {
        return common::this_test!().skip("", format_args!("{error}"));
    }
    assert!(net::send_fds(&one, b"!", [one.as_fd()]).is_err());
    set_socket_passrights(&other, true).unwrap();
    net::send_fds(&one, b"!", [one.as_fd()]).unwrap();
}
