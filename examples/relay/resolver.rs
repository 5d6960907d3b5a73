//! Resolves host names, in a separate thread while connections are open, because the functions of
//! the C library block.

use std::io;
use std::net::ToSocketAddrs;
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;

use butter::eventfd::EventFd;
use butter::net::SocketAddrAny;

/// Resolves a host name. Returns at least one address.
pub(crate) fn resolve(host: &str, port: u16) -> io::Result<Vec<SocketAddrAny>> {
    let addresses: Vec<_> = (host, port).to_socket_addrs()?.map(SocketAddrAny::from).collect();
    match addresses.is_empty() {
        true => Err(io::Error::new(io::ErrorKind::NotFound, "the name has no address")),
        false => Ok(addresses),
    }
}

struct Request {
    target: usize,
    host: String,
    port: u16,
}

/// The result of a request.
pub(crate) struct Answer {
    /// The index of the target to which the name belongs.
    pub(crate) target: usize,
    pub(crate) addresses: io::Result<Vec<SocketAddrAny>>,
}

/// A thread that resolves names. Its descriptor is readable while answers are available.
pub(crate) struct Resolver {
    requests: Sender<Request>,
    answers: Receiver<Answer>,
    available: Arc<EventFd>,
}

impl Resolver {
    /// Starts the thread, which inherits the blocked signals.
    pub(crate) fn start() -> io::Result<Self> {
        let (requests, received) = mpsc::channel::<Request>();
        let (sender, answers) = mpsc::channel();
        let available = Arc::new(EventFd::nonblocking(0)?);
        let notify = Arc::clone(&available);
        let body = move || {
            for Request { target, host, port } in received {
                let answer = Answer { target, addresses: resolve(&host, port) };
                if sender.send(answer).is_err() || notify.try_write(1).is_err() {
                    return;
                }
            }
        };
        thread::Builder::new().name("resolver".to_owned()).spawn(body)?;
        Ok(Self { requests, answers, available })
    }

    /// Requests the addresses of the host of a target.
    pub(crate) fn request(&self, target: usize, host: &str, port: u16) {
        // The thread ends only after this object is dropped.
        let _ = self.requests.send(Request { target, host: host.to_owned(), port });
    }

    /// Returns the next answer that is available.
    pub(crate) fn answer(&self) -> Option<Answer> {
        self.answers.try_recv().ok()
    }

    /// Resets the readiness of the descriptor. Answers that arrive later set it again.
    pub(crate) fn acknowledge(&self) -> butter::Result<()> {
        self.available.try_read().map(drop)
    }
}

impl AsFd for Resolver {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.available.as_fd()
    }
}
