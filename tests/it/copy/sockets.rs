//! Copies from and to sockets, with urgent data or with socket timeouts.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use butter::Errno;
use butter::copy::{Copier, Method};

use super::fd;
use common::files;
use common::pattern;
use common::sockets;

const METHODS: [Method; 3] = [Method::Auto, Method::Splice, Method::ReadWrite];

fn tcp() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let one = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    (one, listener.accept().unwrap().0)
}

#[test]
fn copier_skips_urgent_data_and_copies_following_data() {
    for method in METHODS {
        for nonblocking in [false, true] {
            let (mut sender, receiver) = tcp();
            receiver.set_nonblocking(nonblocking).unwrap();
            sender.write_all(b"prefix").unwrap();
            sockets::send_urgent(&sender, b'!');
            sender.write_all(b"suffix").unwrap();
            let (source, mut file) = (common::fd(receiver), files::anonymous());
            let target = fd(&file);
            // `sender` is still open, so a copy without a limit would wait for more data.
            assert_eq!(
                Copier::new(&source, &target).method(method).limit(12).run(),
                Ok(12),
                "{method:?}"
            );
            sender.write_all(b"end").unwrap();
            sockets::send_urgent(&sender, b'!');
            drop(sender);
            assert_eq!(Copier::new(&source, &target).method(method).run(), Ok(3), "{method:?}");
            std::io::Seek::rewind(&mut file).unwrap();
            assert_eq!(std::io::read_to_string(file).unwrap(), "prefixsuffixend", "{method:?}");
        }
    }
}

#[test]
fn copier_copies_data_that_follows_already_received_urgent_data() {
    for nonblocking in [false, true] {
        let (mut sender, receiver) = tcp();
        receiver.set_nonblocking(nonblocking).unwrap();
        sockets::send_urgent(&sender, b'!');
        let urgent =
            std::iter::repeat_with(|| sockets::receive_urgent(&receiver)).find_map(Result::ok);
        sender.write_all(b"suffix").unwrap();
        let (source, target) = (common::fd(receiver), fd(&files::anonymous()));
        assert_eq!((Copier::new(&source, &target).limit(6).run(), urgent), (Ok(6), Some(b'!')));
    }
}

#[test]
fn copier_loses_data_after_urgent_data_if_target_is_not_writable() {
    for method in METHODS {
        let (mut sender, receiver) = tcp();
        sockets::send_urgent(&sender, b'!');
        sender.write_all(b"rest").unwrap();
        drop(sender);
        // The peer of the target is already closed, so every write fails with `EPIPE`.
        let (source, target) = (common::fd(receiver), common::fd(UnixStream::pair().unwrap().0));
        let mut copier = Copier::new(&source, &target).method(method);
        let error = copier.step().unwrap_err();
        assert_eq!(
            (error.error().errno(), error.copied(), error.lost()),
            (Errno::PIPE, 0, 4),
            "{method:?}: {error}"
        );
        assert_eq!(copier.step(), Ok(0), "{method:?}");
    }
}

#[test]
fn copier_fails_with_eagain_if_receive_timeout_of_source_expires() {
    for method in METHODS {
        let (mut sender, receiver) = UnixStream::pair().unwrap();
        receiver.set_read_timeout(Some(Duration::from_millis(10))).unwrap();
        sender.write_all(b"all the data").unwrap();
        let (source, target) = (common::fd(receiver), fd(&files::anonymous()));
        let error = Copier::new(&source, &target).method(method).run().unwrap_err();
        assert_eq!(
            (error.error().errno(), error.copied(), error.lost()),
            (Errno::AGAIN, 12, 0),
            "{method:?}: {error}"
        );
    }
}

#[test]
fn copier_fails_with_eagain_if_send_timeout_of_target_expires() {
    for method in METHODS {
        let (sender, mut receiver) = UnixStream::pair().unwrap();
        sender.set_write_timeout(Some(Duration::from_millis(10))).unwrap();
        let mut file = pattern::pattern_file(8 << 20);
        let source = fd(&file);
        let error = {
            let target = common::fd(sender);
            Copier::new(&source, &target).method(method).run().unwrap_err()
        };
        assert_eq!(error.error().errno(), Errno::AGAIN, "{method:?}: {error}");
        let mut received = Vec::new();
        receiver.read_to_end(&mut received).unwrap();
        assert_eq!(received.len() as u64, error.copied(), "{method:?}: {error}");
        let position = std::io::Seek::stream_position(&mut file).unwrap();
        assert_eq!(position, error.copied() + error.lost(), "{method:?}: {error}");
    }
}
