//! The clients and servers that the relay connects, and the data that they send.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::time::Duration;

use common::files;
use common::sockets;
use temp_dir::TempDir;

/// The timeout of reads and writes, which prevents a failing test from blocking indefinitely.
const TIMEOUT: Option<Duration> = Some(Duration::from_secs(120));

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    Tcp,
    Unix,
}

pub const KINDS: [Kind; 2] = [Kind::Tcp, Kind::Unix];

pub enum Stream {
    Tcp(TcpStream),
    Unix(UnixStream),
}

impl Stream {
    /// Connects to an address in the form that `relay` prints.
    pub fn connect(address: &str) -> Self {
        let stream = match address.strip_prefix("unix:") {
            Some(path) => Self::Unix(match path.strip_prefix('@') {
                Some(name) => UnixStream::connect_addr(&abstract_address(name)).unwrap(),
                None => UnixStream::connect(path).unwrap(),
            }),
            None => Self::Tcp(TcpStream::connect(address).unwrap()),
        };
        stream.with_timeouts()
    }

    fn with_timeouts(self) -> Self {
        self.set_timeouts(TIMEOUT);
        self
    }

    pub fn set_timeouts(&self, timeout: Option<Duration>) {
        match self {
            Self::Tcp(stream) => {
                stream.set_read_timeout(timeout).and(stream.set_write_timeout(timeout)).unwrap()
            }
            Self::Unix(stream) => {
                stream.set_read_timeout(timeout).and(stream.set_write_timeout(timeout)).unwrap()
            }
        }
    }

    /// Shuts down the direction from this socket to its peer.
    pub fn finish(&self) {
        match self {
            Self::Tcp(stream) => stream.shutdown(Shutdown::Write).unwrap(),
            Self::Unix(stream) => stream.shutdown(Shutdown::Write).unwrap(),
        }
    }

    /// Closes the socket, with a reset if it is a TCP socket and `gracefully` is `false`.
    pub fn close(self, gracefully: bool) {
        if let (Self::Tcp(stream), false) = (&self, gracefully) {
            sockets::reset_on_close(stream);
        }
    }

    pub fn send(&self, bytes: &[u8]) {
        (&*self).write_all(bytes).unwrap();
    }

    /// Sends a byte of urgent data.
    pub fn send_urgent(&self, byte: u8) {
        sockets::send_urgent(self, byte);
    }

    /// Receives as many bytes as `bytes` has, and asserts that they are equal.
    pub fn expect(&self, bytes: &[u8]) {
        let mut received = vec![0; bytes.len()];
        (&mut &*self).read_exact(&mut received).unwrap();
        assert_eq!(received, bytes);
    }

    /// Returns the local and the remote address of a TCP socket.
    pub fn addresses(&self) -> (std::net::SocketAddr, std::net::SocketAddr) {
        match self {
            Self::Tcp(stream) => (stream.local_addr().unwrap(), stream.peer_addr().unwrap()),
            Self::Unix(_) => panic!("a Unix socket has no IP address"),
        }
    }

    pub fn receive_all(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        (&*self).read_to_end(&mut bytes).unwrap();
        bytes
    }

    /// Reads until end of file or an error. Returns the number of bytes that were read.
    pub fn count_all(&self) -> u64 {
        let (mut count, mut buffer) = (0, [0; 64 * 1024]);
        while let Ok(read @ 1..) = (&*self).read(&mut buffer) {
            count += read as u64;
        }
        count
    }
}

impl AsFd for Stream {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match self {
            Self::Tcp(stream) => stream.as_fd(),
            Self::Unix(stream) => stream.as_fd(),
        }
    }
}

impl Read for &Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        retry(|| match self {
            Stream::Tcp(stream) => (&*stream).read(buffer),
            Stream::Unix(stream) => (&*stream).read(buffer),
        })
    }
}

impl Write for &Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        retry(|| match self {
            Stream::Tcp(stream) => (&*stream).write(bytes),
            Stream::Unix(stream) => (&*stream).write(bytes),
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Retries a call if a signal interrupts the call: the kernel does not restart calls on sockets
/// that have a timeout, not even with `SA_RESTART`.
fn retry<T>(mut call: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    loop {
        match call() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

enum Listener {
    Tcp(TcpListener),
    Unix(UnixListener),
}

/// A server, which is the target of a relay.
pub struct Server {
    listener: Listener,
    pub address: String,
    _directory: Option<TempDir>,
}

impl Server {
    pub fn new(kind: Kind) -> Self {
        match kind {
            Kind::Tcp => Self::at_address("127.0.0.1:0").unwrap(),
            Kind::Unix => {
                let (directory, path) = directory();
                Self { _directory: Some(directory), ..Self::at(&path.join("server")) }
            }
        }
    }

    /// Creates a server with a TCP socket.
    pub fn at_address(address: &str) -> io::Result<Self> {
        let listener = TcpListener::bind(address)?;
        let address = listener.local_addr()?.to_string();
        Ok(Self { listener: Listener::Tcp(listener), address, _directory: None })
    }

    /// Creates a server with a Unix domain socket at `path`.
    pub fn at(path: &Path) -> Self {
        let listener = Listener::Unix(UnixListener::bind(path).unwrap());
        Self { listener, address: format!("unix:{}", path.display()), _directory: None }
    }

    /// Creates a server with a Unix domain socket in the abstract namespace.
    pub fn at_abstract_name(name: &str) -> Self {
        let listener = UnixListener::bind_addr(&abstract_address(name)).unwrap();
        Self {
            listener: Listener::Unix(listener),
            address: format!("unix:@{name}"),
            _directory: None,
        }
    }

    pub fn accept(&self) -> Stream {
        let stream = match &self.listener {
            Listener::Tcp(listener) => Stream::Tcp(listener.accept().unwrap().0),
            Listener::Unix(listener) => Stream::Unix(listener.accept().unwrap().0),
        };
        stream.with_timeouts()
    }
}

impl AsFd for Server {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match &self.listener {
            Listener::Tcp(listener) => listener.as_fd(),
            Listener::Unix(listener) => listener.as_fd(),
        }
    }
}

fn abstract_address(name: &str) -> SocketAddr {
    SocketAddr::from_abstract_name(name).unwrap()
}

pub fn directory() -> (TempDir, PathBuf) {
    let directory = files::directory();
    let path = directory.path().to_owned();
    (directory, path)
}

/// Returns the amount of work: `emulated` in an emulated virtual machine, otherwise `native`.
pub fn scaled(native: usize, emulated: usize) -> usize {
    if std::env::var_os("BUTTER_DEDICATED_VM").is_some() { emulated } else { native }
}

/// A stream of pseudo-random blocks. All blocks of a stream differ, and streams with different
/// seeds differ.
pub struct Blocks {
    block: Vec<u8>,
    number: u64,
}

const BLOCK: usize = 64 * 1024;

impl Blocks {
    pub fn new(seed: u8) -> Self {
        let mut state = u64::from(seed) + 1;
        let mut next = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 56) as u8
        };
        Self { block: (0..BLOCK).map(|_| next()).collect(), number: 0 }
    }

    fn next(&mut self) -> &[u8] {
        self.number += 1;
        self.block[BLOCK / 2..][..8].copy_from_slice(&self.number.to_le_bytes());
        &self.block
    }

    /// Sends `bytes` bytes, a multiple of the block size, and shuts down the sending direction.
    pub fn send(mut self, bytes: usize, stream: &Stream) {
        for _ in 0..bytes / BLOCK {
            stream.send(self.next());
        }
        stream.finish();
    }

    /// Receives `bytes` bytes and end of file, and asserts that the bytes are the blocks of this
    /// stream.
    pub fn receive(mut self, bytes: usize, mut stream: &Stream) {
        let mut buffer = vec![0; BLOCK];
        for number in 0..bytes / BLOCK {
            stream.read_exact(&mut buffer).unwrap();
            assert!(buffer == self.next(), "block {number} has the wrong content");
        }
        assert_eq!(stream.read(&mut buffer).unwrap(), 0);
    }
}
