//! What is particular to sockets: urgent data, and timeouts of their own.

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
fn urgent_data_are_left_out_and_are_no_end() {
    for method in METHODS {
        for nonblocking in [false, true] {
            let (mut sender, receiver) = tcp();
            receiver.set_nonblocking(nonblocking).unwrap();
            sender.write_all(b"before").unwrap();
            sockets::send_urgent(&sender, b'!');
            sender.write_all(b"behind").unwrap();
            let (source, mut file) = (common::fd(receiver), files::anonymous());
            let target = fd(&file);
            // The sender is still there: that there is no more is no reason to go on.
            assert_eq!(
                Copier::new(&source, &target).method(method).limit(12).run(),
                Ok(12),
                "{method:?}"
            );
            sender.write_all(b"and").unwrap();
            sockets::send_urgent(&sender, b'!');
            drop(sender);
            assert_eq!(Copier::new(&source, &target).method(method).run(), Ok(3), "{method:?}");
            std::io::Seek::rewind(&mut file).unwrap();
            assert_eq!(std::io::read_to_string(file).unwrap(), "beforebehindand", "{method:?}");
        }
    }
}

#[test]
fn urgent_data_that_were_taken_are_no_end_either() {
    for nonblocking in [false, true] {
        let (mut sender, receiver) = tcp();
        receiver.set_nonblocking(nonblocking).unwrap();
        sockets::send_urgent(&sender, b'!');
        let urgent =
            std::iter::repeat_with(|| sockets::receive_urgent(&receiver)).find_map(Result::ok);
        sender.write_all(b"behind").unwrap();
        let (source, target) = (common::fd(receiver), fd(&files::anonymous()));
        assert_eq!((Copier::new(&source, &target).limit(6).run(), urgent), (Ok(6), Some(b'!')));
    }
}

#[test]
fn what_stood_behind_urgent_data_and_cannot_be_written_is_lost() {
    for method in METHODS {
        let (mut sender, receiver) = tcp();
        sockets::send_urgent(&sender, b'!');
        sender.write_all(b"rest").unwrap();
        drop(sender);
        // The peer of the target is closed.
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
fn a_timeout_of_the_source_ends_a_copy() {
    for method in METHODS {
        let (mut sender, receiver) = UnixStream::pair().unwrap();
        receiver.set_read_timeout(Some(Duration::from_millis(10))).unwrap();
        sender.write_all(b"all there is").unwrap();
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
fn a_timeout_of_the_target_ends_a_copy() {
    for method in METHODS {
        let (sender, mut receiver) = UnixStream::pair().unwrap();
        sender.set_write_timeout(Some(Duration::from_millis(10))).unwrap();
        let mut file = pattern::file_of(8 << 20);
        let source = fd(&file);
        let error = {
            let target = common::fd(sender);
            Copier::new(&source, &target).method(method).run().unwrap_err()
        };
        assert_eq!(error.error().errno(), Errno::AGAIN, "{method:?}: {error}");
        let mut came = Vec::new();
        receiver.read_to_end(&mut came).unwrap();
        assert_eq!(came.len() as u64, error.copied(), "{method:?}: {error}");
        let position = std::io::Seek::stream_position(&mut file).unwrap();
        assert_eq!(position, error.copied() + error.lost(), "{method:?}: {error}");
    }
}
