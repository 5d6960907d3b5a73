//! Tests of ancillary data: descriptors, credentials and pidfds.

use butter::Errno;
use butter::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use butter::io::{DescriptorFlags, IoSlice, IoSliceMut, fcntl_getfd};
use butter::net::{
    self, RecvAncillaryMessage, RecvFlags, RecvMessage, ReturnFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags, SendMessage, Ucred, ancillary_space, raw, recv_fds, recvmmsg,
    recvmsg, send, send_fds, sendmsg, sockopt,
};
use butter::process::{PidFd, getegid, geteuid, getpid};
use common::child::{as_nobody, in_child};
use common::require;

use super::{DGRAM, SEQPACKET, STREAM, open_descriptors, pair};

const SEND: SendFlags = SendFlags::NOSIGNAL;
const RECV: RecvFlags = RecvFlags::empty();

/// Returns the device and inode number of the file to which a descriptor refers.
fn file_of(fd: &impl AsFd) -> (u64, u64) {
    let stat = butter::fs::fstat(fd).unwrap();
    (stat.dev().as_raw(), stat.ino())
}

/// Runs `body` in a child process, and checks that the number of open descriptors does not change.
fn counts_descriptors(body: impl Fn()) {
    let before = open_descriptors();
    body();
    assert_eq!(open_descriptors(), before);
}

/// Receives one message with a buffer of `size` bytes for ancillary data.
fn with_message<T>(
    socket: &OwnedFd,
    size: usize,
    body: impl FnOnce(&mut RecvMessage<'_>) -> T,
) -> T {
    let (mut byte, mut control) = ([0; 8], vec![0; size]);
    let mut buffers = [IoSliceMut::new(&mut byte)];
    let mut message = RecvMessage::new(&mut buffers).with_ancillary(&mut control);
    recvmsg(socket, &mut message, RECV).unwrap();
    body(&mut message)
}

#[test]
fn recv_fds_returns_descriptors_of_the_same_files() {
    in_child(|| {
        counts_descriptors(|| {
            for socket_type in [STREAM, DGRAM, SEQPACKET] {
                let (one, other) = pair(socket_type);
                let ends = butter::pipe::pipe().unwrap();
                assert_eq!(send_fds(&one, b"two", [ends.0.as_fd(), ends.1.as_fd()]), Ok(3));
                let mut buffer = [0; 8];
                let (count, fds) = recv_fds::<3>(&other, &mut buffer).unwrap();
                assert_eq!(&buffer[..count], b"two");
                let [Some(reader), Some(writer), None] = fds else { panic!("{fds:?}") };
                assert_eq!(file_of(&reader), file_of(&ends.0));
                assert_ne!(reader.as_raw_fd(), ends.0.as_raw_fd());
                butter::io::write(&writer, b"!").unwrap();
                assert_eq!(butter::io::read(&ends.0, &mut [0; 2]), Ok(1));
                for fd in [&reader, &writer] {
                    assert!(fcntl_getfd(fd).unwrap().contains(DescriptorFlags::CLOEXEC));
                }

                send(&one, b"none", SEND).unwrap();
                let (count, fds) = recv_fds::<1>(&other, &mut buffer).unwrap();
                assert_eq!((count, fds[0].is_none()), (4, true));
                assert_eq!(send_fds(&one, b"zero", []), Ok(4));
                assert_eq!(recv_fds::<0>(&other, &mut buffer).unwrap().0, 4);
            }
        });
    });
}

#[test]
fn recv_fds_fails_with_emsgsize_and_closes_all_if_there_are_too_many() {
    in_child(|| {
        counts_descriptors(|| {
            let (one, other) = pair(STREAM);
            for _ in 0..2 {
                send_fds(&one, b"!", [one.as_fd(); 3]).unwrap();
                let error = recv_fds::<2>(&other, &mut [0]).unwrap_err();
                assert_eq!(error.errno(), Errno::MSGSIZE);
            }
            // More descriptors than the buffer for ancillary data can contain.
            send_fds(&one, b"!", [one.as_fd(); 253]).unwrap();
            assert_eq!(recv_fds::<2>(&other, &mut [0]).unwrap_err().errno(), Errno::MSGSIZE);
        });
    });
}

#[test]
fn send_fds_accepts_up_to_253_descriptors() {
    in_child(|| {
        counts_descriptors(|| {
            let (one, other) = pair(DGRAM);
            let fds = [one.as_fd(); 253];
            send_fds(&one, b"!", fds).unwrap();
            let (_, received) = recv_fds::<253>(&other, &mut [0]).unwrap();
            assert!(received.iter().all(Option::is_some));
            let numbers = received.iter().flatten().map(AsRawFd::as_raw_fd);
            assert_eq!(numbers.collect::<std::collections::BTreeSet<_>>().len(), 253);
            let error = send_fds(&one, b"!", [one.as_fd(); 254]).unwrap_err();
            assert_eq!(error.errno(), Errno::INVAL);
        });
    });
}

#[test]
fn ancillary_closes_descriptors_that_the_caller_does_not_take() {
    in_child(|| {
        let (one, other) = pair(DGRAM);
        let send = |count: usize| {
            let fds: Vec<_> = vec![one.as_fd(); count];
            let mut buffer = vec![0; ancillary_space(4 * count)];
            let mut ancillary = SendAncillaryBuffer::new(&mut buffer);
            assert!(ancillary.push(SendAncillaryMessage::ScmRights(&fds)));
            let slices = [IoSlice::new(b"!")];
            let message = SendMessage::new(&slices).with_ancillary(&ancillary);
            assert_eq!(sendmsg(&one, &message, SEND), Ok(1));
        };
        let before = open_descriptors();
        send(3);
        with_message(&other, 64, |_| assert_eq!(open_descriptors(), before + 3));
        assert_eq!(open_descriptors(), before, "a message that is dropped");

        send(3);
        with_message(&other, 64, |message| _ = message.ancillary());
        assert_eq!(open_descriptors(), before, "an iterator that is dropped");

        send(3);
        with_message(&other, 64, |message| {
            let mut messages = message.ancillary();
            assert!(format!("{messages:?}").starts_with("RecvAncillary"));
            let Some(RecvAncillaryMessage::ScmRights(mut fds)) = messages.next() else {
                panic!("the message should contain descriptors")
            };
            assert_eq!((fds.len(), format!("{fds:?}").as_str()), (3, "Rights { count: 3 }"));
            let first = fds.next().unwrap();
            assert_eq!(open_descriptors(), before + 3);
            drop(fds);
            assert_eq!(open_descriptors(), before + 1, "descriptors of a part of a message");
            assert!(messages.next().is_none());
            drop(first);
            assert_eq!(message.ancillary().count(), 0, "a message that was returned");
        });
        assert_eq!(open_descriptors(), before);

        let (mut byte, mut control) = ([0], [0; 64]);
        let mut buffers = [IoSliceMut::new(&mut byte)];
        let mut message = RecvMessage::new(&mut buffers).with_ancillary(&mut control);
        for count in [3, 1, 3] {
            send(count);
            recvmsg(&other, &mut message, RECV).unwrap();
            assert!(!message.flags().contains(ReturnFlags::CTRUNC));
            assert_eq!(open_descriptors(), before + count, "a message that is used again");
        }
        // A call that fails closes them too, and returns no message again.
        recvmsg(&other, &mut message, RecvFlags::DONTWAIT).unwrap_err();
        assert_eq!((open_descriptors(), message.ancillary().count()), (before, 0));

        send(2);
        recvmsg(&other, &mut message, RECV).unwrap();
        let mut other_control = [0; 64];
        let message = message.with_ancillary(&mut other_control);
        assert_eq!(open_descriptors(), before, "a buffer that is replaced");
        drop(message);
    });
}

#[test]
fn recvmsg_peek_returns_further_descriptors() {
    in_child(|| {
        counts_descriptors(|| {
            let (one, other) = pair(DGRAM);
            send_fds(&one, b"!", [one.as_fd(), other.as_fd()]).unwrap();
            let before = open_descriptors();
            for flags in [RecvFlags::PEEK, RecvFlags::PEEK, RECV] {
                let (mut byte, mut control) = ([0], [0; 64]);
                let mut buffers = [IoSliceMut::new(&mut byte)];
                let mut message = RecvMessage::new(&mut buffers).with_ancillary(&mut control);
                recvmsg(&other, &mut message, flags).unwrap();
                assert_eq!(open_descriptors(), before + 2);
            }
            assert_eq!(open_descriptors(), before);
        });
    });
}

#[test]
fn recvmmsg_closes_descriptors_of_each_message() {
    in_child(|| {
        counts_descriptors(|| {
            let (one, other) = pair(DGRAM);
            let before = open_descriptors();
            let (mut bytes, mut controls) = ([[0; 1]; 3], [[0; 32]; 3]);
            let mut slices: Vec<_> = bytes.iter_mut().map(|byte| [IoSliceMut::new(byte)]).collect();
            let buffers = slices.iter_mut().zip(&mut controls);
            let mut messages: Vec<_> = buffers
                .map(|(slices, control)| RecvMessage::new(slices).with_ancillary(control))
                .collect();
            for _ in 0..2 {
                send_fds(&one, b"!", [one.as_fd()]).unwrap();
                send_fds(&one, b"!", [one.as_fd(), other.as_fd()]).unwrap();
                assert_eq!(recvmmsg(&other, &mut messages, RecvFlags::WAITFORONE), Ok(2));
                assert_eq!(open_descriptors(), before + 3);
                let counts: Vec<_> =
                    messages.iter_mut().map(|message| message.ancillary().count()).collect();
                assert_eq!((counts, open_descriptors()), (vec![1, 1, 0], before));
            }
            send_fds(&one, b"!", [one.as_fd()]).unwrap();
            assert_eq!(recvmmsg(&other, &mut messages, RecvFlags::WAITFORONE), Ok(1));
            assert_eq!(open_descriptors(), before + 1);
        });
    });
}

#[test]
fn recv_fds_fails_with_emsgsize_at_the_descriptor_limit() {
    in_child(|| {
        let (one, other) = pair(DGRAM);
        send_fds(&one, b"!", [one.as_fd(), other.as_fd()]).unwrap();
        send_fds(&one, b"!", [one.as_fd(), other.as_fd()]).unwrap();
        let null = std::fs::File::open("/dev/null").unwrap();
        let next = std::os::fd::AsRawFd::as_raw_fd(&null) as u64;
        drop(null);
        // One more descriptor can be opened.
        let limit = libc::rlimit { rlim_cur: next + 1, rlim_max: next + 1 };
        // SAFETY: reads one struct.
        assert_eq!(unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &raw const limit) }, 0);
        let (mut byte, mut control) = ([0], [0; 64]);
        let mut buffers = [IoSliceMut::new(&mut byte)];
        let mut message = RecvMessage::new(&mut buffers).with_ancillary(&mut control);
        recvmsg(&other, &mut message, RECV).unwrap();
        assert!(message.flags().contains(ReturnFlags::CTRUNC));
        let Some(RecvAncillaryMessage::ScmRights(fds)) = message.ancillary().next() else {
            panic!("one descriptor should have been received")
        };
        assert_eq!(fds.len(), 1);
        drop(fds);
        drop(message);
        let error = recv_fds::<2>(&other, &mut [0]).unwrap_err();
        assert_eq!(error.errno(), Errno::MSGSIZE);
        // The descriptor that was received is closed, so that it can be opened again.
        std::fs::File::open("/dev/null").unwrap();
    });
}

#[test]
fn recvmsg_returns_close_on_exec_descriptors_unless_called_raw() {
    in_child(|| {
        let (one, other) = pair(DGRAM);
        for (flags, cloexec) in [(RECV, false), (RecvFlags::CMSG_CLOEXEC, true)] {
            send_fds(&one, b"!", [one.as_fd()]).unwrap();
            let (mut byte, mut control) = ([0], [0; 64]);
            let mut buffers = [IoSliceMut::new(&mut byte)];
            let mut message = RecvMessage::new(&mut buffers).with_ancillary(&mut control);
            raw::recvmsg(other.as_fd(), &mut message, flags).unwrap();
            assert_eq!(message.flags().contains(ReturnFlags::CMSG_CLOEXEC), cloexec);
            let Some(RecvAncillaryMessage::ScmRights(mut fds)) = message.ancillary().next() else {
                panic!("the message should contain a descriptor")
            };
            let flags = fcntl_getfd(fds.next().unwrap()).unwrap();
            assert_eq!(flags.contains(DescriptorFlags::CLOEXEC), cloexec);
        }
        for several in [false, true] {
            send_fds(&one, b"!", [one.as_fd()]).unwrap();
            let mut control = [0; 64];
            let mut message = RecvMessage::new(&mut []).with_ancillary(&mut control);
            if several {
                recvmmsg(&other, std::slice::from_mut(&mut message), RECV).unwrap();
            } else {
                recvmsg(&other, &mut message, RECV).unwrap();
            }
            let Some(RecvAncillaryMessage::ScmRights(mut fds)) = message.ancillary().next() else {
                panic!("the message should contain a descriptor")
            };
            let flags = fcntl_getfd(fds.next().unwrap()).unwrap();
            assert!(flags.contains(DescriptorFlags::CLOEXEC));
        }
    });
}

/// Returns the credentials in the message, which are its only control message.
fn credentials(message: &mut RecvMessage<'_>) -> Ucred {
    let mut messages = message.ancillary();
    let Some(RecvAncillaryMessage::ScmCredentials(ucred)) = messages.next() else {
        panic!("the message should contain credentials")
    };
    assert!(messages.next().is_none());
    ucred
}

#[test]
fn credentials_of_the_sender_are_received_with_passcred() {
    let (one, other) = pair(DGRAM);
    assert_eq!(sockopt::socket_passcred(&other), Ok(false));
    sockopt::set_socket_passcred(&other, true).unwrap();
    assert_eq!(sockopt::socket_passcred(&other), Ok(true));
    send(&one, b"!", SEND).unwrap();
    let ucred = with_message(&other, ancillary_space(12), credentials);
    assert_eq!((ucred.pid(), ucred.uid(), ucred.gid()), (Some(getpid()), geteuid(), getegid()));

    let explicit = Ucred::new(getpid(), butter::process::getuid(), butter::process::getgid());
    assert_eq!(send_credentials(&one, explicit), Ok(1));
    assert_eq!(with_message(&other, ancillary_space(12), credentials), explicit);
    // A truncated message is not interpreted as credentials.
    send(&one, b"!", SEND).unwrap();
    with_message(&other, 16 + 4, |message| {
        assert!(message.flags().contains(ReturnFlags::CTRUNC));
        let Some(RecvAncillaryMessage::Other(control)) = message.ancillary().next() else {
            panic!("the control message should be truncated")
        };
        assert_eq!((control.level, control.kind, control.data.len()), (1, 2, 4));
    });

    let init = butter::process::Pid::from_raw(1).unwrap();
    let forged = Ucred::new(init, geteuid(), getegid());
    let result = as_nobody(|| send_credentials(&one, forged));
    if getpid() != init {
        assert_eq!(result.unwrap_err().errno(), Errno::PERM);
    }
}

fn send_credentials(socket: &OwnedFd, ucred: Ucred) -> butter::Result<usize> {
    let mut buffer = [0; ancillary_space(12)];
    let mut ancillary = SendAncillaryBuffer::new(&mut buffer);
    assert!(ancillary.push(SendAncillaryMessage::ScmCredentials(ucred)));
    let slices = [IoSlice::new(b"!")];
    sendmsg(socket, &SendMessage::new(&slices).with_ancillary(&ancillary), SEND)
}

#[test]
fn pidfd_of_the_sender_is_received_with_passpidfd() {
    in_child(|| {
        let (one, other) = pair(DGRAM);
        require!(kernel >= 6.5, "SO_PASSPIDFD");
        sockopt::set_socket_passpidfd(&other, true).unwrap();
        assert_eq!(sockopt::socket_passpidfd(&other), Ok(true));
        let before = open_descriptors();
        for take in [true, false] {
            send(&one, b"!", SEND).unwrap();
            with_message(&other, ancillary_space(4), |message| {
                assert_eq!(open_descriptors(), before + 1);
                if take {
                    let Some(RecvAncillaryMessage::ScmPidfd(Ok(pidfd))) =
                        message.ancillary().next()
                    else {
                        panic!("the message should contain a pidfd")
                    };
                    PidFd::try_from(pidfd).unwrap().send_signal(None).unwrap();
                }
            });
            assert_eq!(open_descriptors(), before);
        }
        // The pidfd follows the credentials and the descriptors.
        sockopt::set_socket_passcred(&other, true).unwrap();
        send_fds(&one, b"!", [one.as_fd()]).unwrap();
        let size = ancillary_space(12) + 2 * ancillary_space(4);
        with_message(&other, size, |message| {
            let kinds: Vec<_> = message
                .ancillary()
                .map(|message| match message {
                    RecvAncillaryMessage::ScmRights(fds) => format!("{} rights", fds.len()),
                    RecvAncillaryMessage::ScmCredentials(_) => "credentials".into(),
                    RecvAncillaryMessage::ScmPidfd(pidfd) => format!("pidfd {}", pidfd.is_ok()),
                    message => format!("{message:?}"),
                })
                .collect();
            assert_eq!(kinds, ["credentials", "1 rights", "pidfd true"]);
        });
        // `recv_fds` has the capacity for all of them.
        send_fds(&one, b"!", [one.as_fd()]).unwrap();
        assert!(recv_fds::<1>(&other, &mut [0]).unwrap().1[0].is_some());
        assert_eq!(open_descriptors(), before);
    });
}

#[test]
fn send_ancillary_message_with_several_types_is_received() {
    in_child(|| {
        let (one, other) = pair(DGRAM);
        sockopt::set_socket_passcred(&other, true).unwrap();
        let ucred = Ucred::new(getpid(), geteuid(), getegid());
        let mut buffer = [0; 64];
        let mut ancillary = SendAncillaryBuffer::new(&mut buffer);
        let fds: [BorrowedFd<'_>; 1] = [one.as_fd()];
        assert!(ancillary.push(SendAncillaryMessage::ScmRights(&fds)));
        assert!(ancillary.push(SendAncillaryMessage::ScmCredentials(ucred)));
        let slices = [IoSlice::new(b"!")];
        let message = SendMessage::new(&slices).with_ancillary(&ancillary);
        net::sendmsg(&one, &message, SEND).unwrap();
        with_message(&other, 64, |message| {
            let mut messages = message.ancillary();
            assert!(matches!(
                messages.next(),
                Some(RecvAncillaryMessage::ScmCredentials(received)) if received == ucred
            ));
            assert!(matches!(
                messages.next(),
                Some(RecvAncillaryMessage::ScmRights(fds)) if fds.len() == 1
            ));
            assert!(messages.next().is_none());
        });
    });
}
