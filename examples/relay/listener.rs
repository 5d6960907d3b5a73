//! The socket that connections come to.

use std::fs;
use std::io;
use std::net::TcpListener;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::fs::MetadataExt;
use std::os::unix::net::UnixListener;
use std::path::PathBuf;

use rustix::io::Errno;
use rustix::net::{SocketFlags, accept_with};

use crate::address::Address;
use crate::target::{is_shortage, send_at_once};

pub(crate) struct Listener {
    socket: OwnedFd,
    /// The address that it has: not the one asked for where that had the port 0.
    pub(crate) address: Address,
    path: Option<Path>,
}

/// What accepting came to.
pub(crate) enum Accepted {
    One(OwnedFd),
    None,
    /// There is one, and no descriptor or memory for it.
    NoRoom,
}

impl Listener {
    pub(crate) fn bind(address: &Address) -> io::Result<Self> {
        match address {
            Address::Tcp(address) => {
                let socket = TcpListener::bind(address)?;
                socket.set_nonblocking(true)?;
                let address = Address::Tcp(socket.local_addr()?);
                Ok(Self { socket: socket.into(), address, path: None })
            }
            Address::Unix(path) => {
                let socket = UnixListener::bind(path)?;
                let path = Some(Path::made(path)?);
                socket.set_nonblocking(true)?;
                Ok(Self { socket: socket.into(), address: address.clone(), path })
            }
        }
    }

    pub(crate) fn accept(&self) -> io::Result<Accepted> {
        loop {
            match accept_with(&self.socket, SocketFlags::NONBLOCK | SocketFlags::CLOEXEC) {
                Ok(socket) => {
                    if self.path.is_none() {
                        send_at_once(&socket);
                    }
                    return Ok(Accepted::One(socket));
                }
                Err(Errno::AGAIN) => return Ok(Accepted::None),
                Err(error) if is_shortage(error) => return Ok(Accepted::NoRoom),
                Err(error @ (Errno::BADF | Errno::INVAL | Errno::NOTSOCK | Errno::OPNOTSUPP)) => {
                    return Err(error.into());
                }
                // What is wrong with this one, as accept(2) has it; the next may be well.
                Err(_) => {}
            }
        }
    }
}

impl AsFd for Listener {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

/// The path of a unix socket that the program made: removed in the end, unless it is another file by then.
struct Path {
    path: PathBuf,
    file: (u64, u64),
}

impl Path {
    fn made(path: &std::path::Path) -> io::Result<Self> {
        Ok(Self { path: path.to_owned(), file: file(path)? })
    }
}

impl Drop for Path {
    fn drop(&mut self) {
        if file(&self.path).is_ok_and(|file| file == self.file) {
            let _ = fs::remove_file(&self.path);
        }
    }
}

fn file(path: &std::path::Path) -> io::Result<(u64, u64)> {
    fs::symlink_metadata(path).map(|file| (file.dev(), file.ino()))
}
