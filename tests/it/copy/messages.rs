//! Copies from and to sockets that preserve message boundaries.

use std::os::fd::FromRawFd;
use std::os::unix::net::UnixDatagram;

use butter::copy::{Copier, Method};
use butter::error::Call;
use butter::fd::OwnedFd;
use butter::{Errno, io, pipe};

use super::fd;
use common::files;
use common::pattern::{check_file, pattern, pattern_file};

const METHODS: [Method; 4] = [Method::Auto, Method::Sendfile, Method::Splice, Method::ReadWrite];

/// Creates two connected sockets of this type.
fn pair(kind: i32) -> (OwnedFd, OwnedFd) {
    let mut fds = [0; 2];
    // SAFETY: the kernel writes two numbers.
    let done =
        unsafe { libc::socketpair(libc::AF_UNIX, kind | libc::SOCK_CLOEXEC, 0, fds.as_mut_ptr()) };
    assert_eq!(done, 0, "{}", std::io::Error::last_os_error());
    // SAFETY: two new descriptors.
    let [one, other] = fds.map(|fd| unsafe { std::os::fd::OwnedFd::from_raw_fd(fd) });
    (common::fd(one), common::fd(other))
}

const KINDS: [i32; 2] = [libc::SOCK_DGRAM, libc::SOCK_SEQPACKET];

#[test]
fn copy_from_datagrams_ends_at_an_empty_message() {
    for kind in KINDS {
        for method in METHODS {
            let (source, sender) = pair(kind);
            // The second message is longer than a page. The third message is longer than the buffer
            // that `copy` uses for streams.
            for (place, length) in [(0, 10), (10, 9000), (9010, 50_000), (59_010, 0), (0, 5)] {
                io::write(&sender, pattern(place, length)).unwrap();
            }
            let to = files::anonymous();
            let target = fd(&to);
            let mut steps = Vec::new();
            let copied = Copier::new(&source, &target)
                .method(method)
                .run_with_progress(|copied| steps.push(copied));
            assert_eq!(copied, Ok(59_010), "{method:?}");
            assert_eq!(steps, [10, 9010, 59_010], "{method:?}");
            assert_eq!(check_file(&to, 0), 59_010, "{method:?}");
            // The copy has not read the message that follows the empty message.
            assert_eq!(io::read(&source, &mut [0; 9]), Ok(5), "{method:?}");
        }
    }
}

#[test]
fn copy_from_datagram_to_seqpacket_socket_keeps_message_boundaries() {
    for method in METHODS {
        let ((source, sender), (target, receiver)) =
            (pair(libc::SOCK_DGRAM), pair(libc::SOCK_SEQPACKET));
        let lengths = [1, 5000, 20_000, 3];
        for length in lengths {
            io::write(&sender, pattern(length as u64, length)).unwrap();
        }
        io::write(&sender, b"").unwrap();
        assert_eq!(Copier::new(&source, &target).method(method).run(), Ok(25_004), "{method:?}");
        for length in lengths {
            let mut received = [0; 30_000];
            assert_eq!(io::read(&receiver, &mut received), Ok(length), "{method:?}");
            assert!(received[..length] == *pattern(length as u64, length), "{method:?}");
        }
    }
}

#[test]
fn copier_step_sends_one_message_if_target_is_a_seqpacket_socket() {
    for method in METHODS {
        let (target, receiver) = pair(libc::SOCK_SEQPACKET);
        let source = fd(&pattern_file(25_000));
        let copied = Copier::new(&source, &target).method(method).chunk_size(10_000).run();
        assert_eq!(copied, Ok(25_000), "{method:?}");
        for length in [10_000, 10_000, 5000] {
            assert_eq!(io::read(&receiver, &mut [0; 30_000]), Ok(length), "{method:?}");
        }
    }
}

#[test]
fn copy_of_message_longer_than_a_step_fails_with_emsgsize() {
    for method in METHODS {
        let (source, sender) = UnixDatagram::pair().unwrap();
        for length in [100, 70_000] {
            sender.send(&vec![b'm'; length]).unwrap();
        }
        let (source, (_reader, target)) = (common::fd(source), pipe::pipe().unwrap());
        pipe::set_size(&target, 1 << 17).unwrap();
        let error = Copier::new(&source, &target).method(method).limit(30).run().unwrap_err();
        assert_eq!(
            (error.error().call(), error.error().errno()),
            (Call::RECVFROM_TRUNC, Errno::MSGSIZE)
        );
        assert_eq!((error.copied(), error.lost()), (30, 70), "{method:?}");
        let error = Copier::new(&source, &target).method(method).run().unwrap_err();
        assert_eq!((error.copied(), error.lost()), (65_536, 70_000 - 65_536), "{method:?}");
    }
}
