//! Addresses of sockets.

mod any;
mod inet;
mod netlink;
mod unix;
mod vsock;

pub(super) use any::SocketAddrBytes;
pub use any::{Address, SocketAddrAny, SocketAddrArg};
pub use netlink::SocketAddrNetlink;
pub use unix::{SocketAddrUnix, UnixName};
pub use vsock::SocketAddrVsock;
