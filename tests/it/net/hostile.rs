//! Tests with control messages of unknown types, and with results that a seccomp filter forges.

use butter::fd::{AsFd, AsRawFd};
use butter::io::IoSliceMut;
use butter::net::sockopt::SOL_SOCKET;
use butter::net::{
    self, RecvAncillaryMessage, RecvFlags, RecvMessage, ReturnFlags, SendFlags, ancillary_space,
    decode_ancillary, raw, recv_fds, recvmmsg, recvmsg, send, sockopt,
};
use common::child::in_child;
use common::inject::pretend;

use super::{DGRAM, open_descriptors, pair, unix};

/// `SO_TIMESTAMP_OLD` and `SCM_TIMESTAMP`.
const TIMESTAMP: u32 = 29;

const RECV: RecvFlags = RecvFlags::empty();

#[test]
fn ancillary_returns_unknown_control_messages_as_bytes() {
    let (one, other) = pair(DGRAM);
    let enabled = 1_i32.to_ne_bytes();
    // SAFETY: the value is a number.
    unsafe { raw::setsockopt(other.as_fd(), SOL_SOCKET, TIMESTAMP, &enabled) }.unwrap();
    for (size, length) in [(32, 16), (20, 4), (16, 0)] {
        send(&one, b"!", SendFlags::empty()).unwrap();
        let (mut byte, mut control) = ([0], vec![0; size]);
        let mut buffers = [IoSliceMut::new(&mut byte)];
        let mut message = RecvMessage::new(&mut buffers).with_ancillary(&mut control);
        recvmsg(&other, &mut message, RECV).unwrap();
        let mut messages = message.ancillary();
        let Some(RecvAncillaryMessage::Other(control)) = messages.next() else {
            panic!("the message should contain a timestamp")
        };
        assert_eq!((control.level, control.kind), (SOL_SOCKET, TIMESTAMP));
        assert_eq!(control.data.len(), length);
        assert!(messages.next().is_none());
    }
}

/// Returns a control message of the descriptor `number`.
fn rights(number: i32) -> [u8; 24] {
    let mut bytes = [0; 24];
    bytes[..8].copy_from_slice(&20_u64.to_ne_bytes());
    bytes[8..12].copy_from_slice(&1_u32.to_ne_bytes());
    bytes[12..16].copy_from_slice(&1_u32.to_ne_bytes());
    bytes[16..20].copy_from_slice(&number.to_ne_bytes());
    bytes
}

/// A success that a seccomp filter forges does not write the buffer, which contains a number of an
/// open descriptor.
#[test]
fn recvmsg_takes_no_descriptor_from_its_buffer_if_success_is_forged() {
    in_child(|| {
        let socket = unix(DGRAM);
        let before = open_descriptors();
        let control = rights(socket.as_raw_fd());
        assert_eq!(decode_ancillary(&control).count(), 1);
        let (mut first, mut second) = (control, control);
        pretend(libc::SYS_recvmsg, || {
            let mut message = RecvMessage::new(&mut []).with_ancillary(&mut first);
            assert_eq!(recvmsg(&socket, &mut message, RECV), Ok(0));
            assert_eq!(message.ancillary().count(), 0);
            drop(message);
            let (_, [fd]) = recv_fds(&socket, &mut []).unwrap();
            assert!(fd.is_none());
        });
        pretend(libc::SYS_recvmmsg, || {
            let mut messages = [RecvMessage::new(&mut []).with_ancillary(&mut second)];
            assert_eq!(recvmmsg(&socket, &mut messages, RECV), Ok(0));
            assert_eq!(messages[0].ancillary().count(), 0);
        });
        assert_eq!(open_descriptors(), before);
    });
}

/// Each message contains credentials, three descriptors and, since Linux 6.5, a pidfd.
#[test]
fn recvmsg_leaks_no_descriptor_for_any_size_of_the_buffer() {
    in_child(|| {
        let (one, other) = pair(DGRAM);
        sockopt::set_socket_passcred(&other, true).unwrap();
        let pidfds = usize::from(sockopt::set_socket_passpidfd(&other, true).is_ok());
        let before = open_descriptors();
        let mut greatest = 0;
        for size in 0..=ancillary_space(12) + ancillary_space(4) + ancillary_space(12) {
            for take in [false, true] {
                net::send_fds(&one, b"!", [one.as_fd(); 3]).unwrap();
                let mut control = vec![0; size];
                let mut message = RecvMessage::new(&mut []).with_ancillary(&mut control);
                recvmsg(&other, &mut message, RECV).unwrap();
                let received = open_descriptors() - before;
                assert_eq!(message.flags().contains(ReturnFlags::CTRUNC), received < 3 + pidfds);
                greatest = greatest.max(received);
                if take {
                    let mut fds = Vec::new();
                    for message in message.ancillary() {
                        match message {
                            RecvAncillaryMessage::ScmRights(rights) => fds.extend(rights),
                            RecvAncillaryMessage::ScmPidfd(pidfd) => fds.extend(pidfd),
                            _ => {}
                        }
                    }
                    assert_eq!(fds.len(), received, "{size}");
                    drop(fds);
                    assert_eq!(open_descriptors(), before, "{size}");
                }
                drop(message);
                assert_eq!(open_descriptors(), before, "{size}");
            }
        }
        assert_eq!(greatest, 3 + pidfds);
    });
}

#[test]
fn socket_peerpidfd_fails_with_eio_if_success_is_forged() {
    let (one, _other) = pair(DGRAM);
    pretend(libc::SYS_getsockopt, || {
        let error = sockopt::socket_peerpidfd(&one).unwrap_err();
        assert_eq!(error.errno(), butter::Errno::IO);
        assert_eq!(sockopt::socket_peercred(&one).unwrap().pid(), None);
        assert_eq!(sockopt::socket_incoming_cpu(&one), Ok(None));
    });
    let forged = pretend(libc::SYS_getsockname, || net::getsockname(&one));
    assert_eq!(forged.unwrap().as_bytes(), [0; 128]);
}
