//! Tests of each flag of the calls that send and receive messages.

use std::time::{Duration, Instant};

use butter::Errno;
use butter::fd::OwnedFd;
use butter::io::{IoSlice, IoSliceMut};
use butter::net::{
    self, AddressFamily, RecvFlags, RecvMessage, ReturnFlags, SendFlags, SocketType,
    ancillary_space, listen, recv, recvmmsg, recvmsg, send, socket, sockopt,
};
use butter::signal::{self, Signal};
use common::child::in_child;
use common::require;

use super::{DGRAM, SEQPACKET, STREAM, bound, pair, tcp, udp};

const SEND: SendFlags = SendFlags::NOSIGNAL;
const RECV: RecvFlags = RecvFlags::empty();
const NOW: RecvFlags = RecvFlags::DONTWAIT;

/// Receives one message into a buffer of 4 bytes. Returns its length and its flags.
fn receive(socket: &OwnedFd, flags: RecvFlags) -> butter::Result<(usize, ReturnFlags)> {
    let mut bytes = [0; 4];
    let mut buffers = [IoSliceMut::new(&mut bytes)];
    let mut message = RecvMessage::new(&mut buffers);
    let count = recvmsg(socket, &mut message, flags)?;
    // The safe function adds the flag, which the kernel returns.
    assert!(message.flags().contains(ReturnFlags::CMSG_CLOEXEC));
    Ok((count, message.flags() - ReturnFlags::CMSG_CLOEXEC))
}

fn errno<T: std::fmt::Debug>(result: butter::Result<T>) -> Errno {
    result.unwrap_err().errno()
}

#[test]
fn send_oob_is_received_only_with_oob_or_inline() {
    let (client, server) = require!(tcp(), "IPv4 is not available");
    send(&client, b"ab", SEND | SendFlags::OOB).unwrap();
    let mut buffer = [0; 4];
    assert_eq!(recv(&server, &mut buffer, RECV), Ok(1));
    assert_eq!(receive(&server, RecvFlags::OOB), Ok((1, ReturnFlags::OOB)));
    assert_eq!(errno(recv(&server, &mut buffer, RecvFlags::OOB)), Errno::INVAL);
    let (client, server) = tcp().unwrap();
    sockopt::set_socket_oobinline(&server, true).unwrap();
    send(&client, b"c", SEND | SendFlags::OOB).unwrap();
    assert_eq!(recv(&server, &mut buffer, RECV), Ok(1));
    assert_eq!(buffer[0], b'c');
}

#[test]
fn send_dontwait_fails_with_eagain_if_queue_is_full() {
    let (one, _other) = pair(DGRAM);
    let flags = SEND | SendFlags::DONTWAIT;
    let error = std::iter::repeat_with(|| send(&one, b"!", flags)).find_map(Result::err);
    assert_eq!(error.unwrap().errno(), Errno::AGAIN);
}

#[test]
fn send_eor_is_accepted_and_recv_returns_eor_only_for_records() {
    let (one, other) = pair(SEQPACKET);
    send(&one, b"abc", SEND | SendFlags::EOR).unwrap();
    let (count, flags) = receive(&other, RECV).unwrap();
    // The kernel may or may not report the end of the record for a Unix socket.
    assert_eq!((count, flags - ReturnFlags::EOR), (3, ReturnFlags::empty()));
}

/// The tests in a network namespace observe the effects.
#[test]
fn send_dontroute_and_confirm_are_accepted() {
    let (one, other) = require!(udp(), "IPv4 is not available");
    for flags in [SendFlags::DONTROUTE, SendFlags::CONFIRM] {
        assert_eq!(send(&one, b"!", flags), Ok(1));
        assert_eq!(recv(&other, &mut [0], RECV), Ok(1));
    }
}

#[test]
fn send_nosignal_fails_with_epipe_without_sigpipe() {
    in_child(|| {
        signal::set_default(Signal::PIPE).unwrap();
        signal::block(Signal::PIPE).unwrap().forget();
        let (one, other) = pair(STREAM);
        drop(other);
        assert_eq!(errno(send(&one, b"!", SendFlags::NOSIGNAL)), Errno::PIPE);
        assert!(!signal::pending().unwrap().contains(Signal::PIPE));
        assert_eq!(errno(net::send_fds(&one, b"!", [])), Errno::PIPE);
        assert!(!signal::pending().unwrap().contains(Signal::PIPE));
        assert_eq!(errno(send(&one, b"!", SendFlags::empty())), Errno::PIPE);
        assert!(signal::pending().unwrap().contains(Signal::PIPE));
    });
}

#[test]
fn send_more_delays_a_datagram_until_it_is_complete() {
    let (one, other) = require!(udp(), "IPv4 is not available");
    send(&one, b"ab", SEND | SendFlags::MORE).unwrap();
    assert_eq!(errno(recv(&other, &mut [0], NOW)), Errno::AGAIN);
    send(&one, b"cd", SEND).unwrap();
    let mut buffer = [0; 8];
    assert_eq!(recv(&other, &mut buffer, RECV), Ok(4));
    assert_eq!(&buffer[..4], b"abcd");
}

#[test]
fn send_zerocopy_reports_completion_in_the_queue_of_errors() {
    let (client, server) = require!(tcp(), "IPv4 is not available");
    // Without the option, the flag has no effect.
    assert_eq!(send(&client, b"copied", SEND | SendFlags::ZEROCOPY), Ok(6));
    assert_eq!(errno(receive(&client, RecvFlags::ERRQUEUE)), Errno::AGAIN);
    assert_eq!(sockopt::socket_zerocopy(&client), Ok(false));
    // SAFETY: the bytes that are sent are constants.
    unsafe { sockopt::set_socket_zerocopy(&client, true) }.unwrap();
    assert_eq!(sockopt::socket_zerocopy(&client), Ok(true));
    static BYTES: [u8; 16384] = [7; 16384];
    let sent = match send(&client, &BYTES, SEND | SendFlags::ZEROCOPY) {
        Err(error) if error.is(Errno::NOBUFS) => {
            // The limit on locked memory (RLIMIT_MEMLOCK) has been reached.
            return common::this_test!().skip("", format_args!("{error}"));
        }
        sent => sent.unwrap(),
    };
    let mut buffer = vec![0; 6 + sent];
    assert_eq!(recv(&server, &mut buffer, RecvFlags::WAITALL), Ok(6 + sent));
    let end = Instant::now() + Duration::from_secs(10);
    loop {
        let (mut byte, mut control) = ([0], [0; 128]);
        let mut buffers = [IoSliceMut::new(&mut byte)];
        let mut message = RecvMessage::new(&mut buffers).with_ancillary(&mut control);
        if recvmsg(&client, &mut message, RecvFlags::ERRQUEUE).is_ok() {
            assert!(message.flags().contains(ReturnFlags::ERRQUEUE));
            assert_eq!(message.ancillary().count(), 1);
            break;
        }
        assert!(Instant::now() < end, "the kernel should report the completion");
        std::thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn send_fastopen_connects_the_socket() {
    let (listener, address) = require!(bound(STREAM), "IPv4 is not available");
    sockopt::set_tcp_fastopen(&listener, 4).unwrap();
    assert_eq!(sockopt::tcp_fastopen(&listener), Ok(4));
    listen(&listener, 1).unwrap();
    let client = socket(AddressFamily::INET, STREAM, None).unwrap();
    let flags = SEND | SendFlags::FASTOPEN;
    match net::sendto(&client, b"fast", flags, &address) {
        // net.ipv4.tcp_fastopen does not permit the flag.
        Err(error) if error.is(Errno::OPNOTSUPP) => {
            return common::this_test!().skip("", format_args!("{error}"));
        }
        sent => assert_eq!(sent, Ok(4)),
    }
    let accepted = net::accept(&listener).unwrap();
    let mut buffer = [0; 4];
    assert_eq!(recv(&accepted, &mut buffer, RecvFlags::WAITALL), Ok(4));
    assert_eq!(&buffer, b"fast");
}

#[test]
fn recv_peek_leaves_the_message_in_the_queue() {
    let (one, other) = pair(DGRAM);
    send(&one, b"abc", SEND).unwrap();
    for flags in [RecvFlags::PEEK, RecvFlags::PEEK, RECV] {
        let mut buffer = [0; 4];
        assert_eq!(recv(&other, &mut buffer, flags), Ok(3));
        assert_eq!(&buffer[..3], b"abc");
    }
    assert_eq!(errno(recv(&other, &mut [0], NOW)), Errno::AGAIN);
}

#[test]
fn recv_trunc_returns_the_length_of_the_message() {
    let (one, other) = pair(DGRAM);
    for (flags, count) in [(RECV, 4), (RecvFlags::TRUNC, 6)] {
        send(&one, b"abcdef", SEND).unwrap();
        assert_eq!(receive(&other, flags), Ok((count, ReturnFlags::TRUNC)));
        send(&one, b"abcdef", SEND).unwrap();
        assert_eq!(recv(&other, &mut [0; 4], flags), Ok(count));
    }
    send(&one, b"abcd", SEND).unwrap();
    assert_eq!(receive(&other, RecvFlags::TRUNC), Ok((4, ReturnFlags::empty())));
}

#[test]
fn recv_waitall_waits_until_the_buffer_is_full() {
    let (one, other) = pair(STREAM);
    std::thread::scope(|scope| {
        let receiver = scope.spawn(|| recv(&other, &mut [0; 4], RecvFlags::WAITALL));
        send(&one, b"ab", SEND).unwrap();
        std::thread::sleep(Duration::from_millis(20));
        send(&one, b"cd", SEND).unwrap();
        assert_eq!(receiver.join().unwrap(), Ok(4));
    });
}

#[test]
fn recv_errqueue_fails_with_eagain_without_error() {
    let (_client, server) = require!(udp(), "IPv4 is not available");
    assert_eq!(errno(receive(&server, RecvFlags::ERRQUEUE)), Errno::AGAIN);
}

#[test]
fn recvmmsg_waits_for_all_messages_unless_waitforone_is_set() {
    let (one, other) = pair(DGRAM);
    let receive = |flags| {
        let mut buffers = [[0; 4]; 2];
        let [first, second] = &mut buffers;
        let (mut first, mut second) = ([IoSliceMut::new(first)], [IoSliceMut::new(second)]);
        recvmmsg(&other, &mut [RecvMessage::new(&mut first), RecvMessage::new(&mut second)], flags)
    };
    send(&one, b"a", SEND).unwrap();
    assert_eq!(receive(RecvFlags::WAITFORONE), Ok(1));
    std::thread::scope(|scope| {
        let receiver = scope.spawn(|| receive(RECV));
        send(&one, b"b", SEND).unwrap();
        std::thread::sleep(Duration::from_millis(20));
        assert!(!receiver.is_finished());
        send(&one, b"c", SEND).unwrap();
        assert_eq!(receiver.join().unwrap(), Ok(2));
    });
}

#[test]
fn recvmsg_returns_ctrunc_if_the_buffer_for_ancillary_data_is_too_small() {
    use butter::fd::AsFd;

    let (one, other) = pair(SocketType::DGRAM);
    for (size, count, truncated) in [
        (0, 0, true),
        (15, 0, true),
        (19, 0, true),
        (20, 1, true),
        (24, 2, false),
        (ancillary_space(8), 2, false),
    ] {
        net::send_fds(&one, b"!", [one.as_fd(), other.as_fd()]).unwrap();
        let (mut byte, mut control) = ([0], vec![0; size]);
        let mut buffers = [IoSliceMut::new(&mut byte)];
        let mut message = RecvMessage::new(&mut buffers).with_ancillary(&mut control);
        assert_eq!(recvmsg(&other, &mut message, RECV), Ok(1));
        assert_eq!(message.flags().contains(ReturnFlags::CTRUNC), truncated, "{size}");
        let received: usize = message
            .ancillary()
            .map(|message| match message {
                net::RecvAncillaryMessage::ScmRights(fds) => fds.len(),
                message => panic!("{message:?}"),
            })
            .sum();
        assert_eq!(received, count, "{size}");
    }
    let slices = [IoSlice::new(b"!")];
    net::sendmsg(&one, &net::SendMessage::new(&slices), SEND).unwrap();
    assert_eq!(receive(&other, RECV), Ok((1, ReturnFlags::empty())));
}
