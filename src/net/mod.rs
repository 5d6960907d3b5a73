//! Sockets: creating, connecting, sending and receiving, with descriptors and other ancillary data.
//!
//! The functions have the names of the system calls. They create close-on-exec sockets and receive
//! close-on-exec descriptors, and repeat calls that a signal interrupts. The sockets are
//! [`OwnedFd`](crate::fd::OwnedFd)s: with the feature `std`, they can be converted to the types of
//! `std::net` and `std::os::unix::net`, and back.
//!
//! ```
//! use std::net::{Ipv4Addr, SocketAddrV4};
//!
//! use butter::net::{self, AddressFamily, RecvFlags, SendFlags, SocketType};
//!
//! # fn main() -> butter::Result<()> {
//! let server = net::socket(AddressFamily::INET, SocketType::DGRAM, None)?;
//! net::bind(&server, &SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0))?;
//! let address = net::getsockname(&server)?;
//!
//! let client = net::socket(AddressFamily::INET, SocketType::DGRAM, None)?;
//! net::sendto(&client, b"ping", SendFlags::empty(), &address)?;
//!
//! let mut buffer = [0; 1500];
//! let (count, sender) = net::recvfrom(&server, &mut buffer, RecvFlags::empty())?;
//! assert_eq!(&buffer[..count], b"ping");
//! assert!(sender.to_ip().is_some_and(|sender| sender.ip().is_loopback()));
//! # Ok(())
//! # }
//! ```
//!
//! | system call | raw | function | since |
//! |---|---|---|---|
//! | `socket` | [`raw::socket`] | [`socket`](socket()), [`socket_with`] | 2.6.27 |
//! | `socketpair` | [`raw::socketpair`] | [`socketpair`](socketpair()), [`socketpair_with`] | 2.6.27 |
//! | `bind` | [`raw::bind`] | [`bind`] | 1.0 |
//! | `listen` | [`raw::listen`] | [`listen`] | 1.0 |
//! | `accept4` | [`raw::accept4`], [`raw::accept4_with_addr`] | [`accept`], [`acceptfrom`], ... | 2.6.28 |
//! | `connect` | [`raw::connect`] | [`connect`] | 1.0 |
//! | `getsockname` | [`raw::getsockname`] | [`getsockname`] | 1.0 |
//! | `getpeername` | [`raw::getpeername`] | [`getpeername`] | 1.0 |
//! | `shutdown` | [`raw::shutdown`] | [`shutdown`] | 1.0 |
//! | `sendto` | [`raw::sendto`], [`raw::sendto_peer`] | [`sendto`], [`send`](send()) | 1.0 |
//! | `sendmsg` | [`raw::sendmsg`] | [`sendmsg`], [`send_fds`] | 2.0 |
//! | `sendmmsg` | [`raw::sendmmsg`] | [`sendmmsg`] | 3.0 |
//! | `recvfrom` | [`raw::recvfrom`], [`raw::recvfrom_peer`], ... | [`recvfrom`], [`recv`], [`recv_uninit`] | 1.0 |
//! | `recvmsg` | [`raw::recvmsg`] | [`recvmsg`], [`recv_fds`] | 2.0 |
//! | `recvmmsg` | [`raw::recvmmsg`] | [`recvmmsg`] | 2.6.33 |
//! | `getsockopt` | [`raw::getsockopt`] | [`sockopt`] | 1.0 |
//! | `setsockopt` | [`raw::setsockopt`] | [`sockopt`] | 1.0 |
//! | `ioctl(SIOCGIFFLAGS)` | [`raw::ioctl_siocgifflags`] | [`interface_flags`] | 1.0 |
//! | `ioctl(SIOCSIFFLAGS)` | [`raw::ioctl_siocsifflags`] | [`set_interface_flags`], [`set_loopback_up`] | 1.0 |
//!
//! The module [`service`] contains the protocols of service managers: `sd_notify`, and listening
//! sockets that are passed to a service.
//!
//! # Addresses
//!
//! Functions that take an address accept [`core::net::SocketAddr`], [`SocketAddrUnix`],
//! [`SocketAddrVsock`], [`SocketAddrNetlink`] and [`SocketAddrAny`]. Functions that return an
//! address return a [`SocketAddrAny`], which contains an address of any family;
//! [`SocketAddrAny::decode`] converts it.
//!
//! # Descriptors in messages
//!
//! [`send_fds`] and [`recv_fds`] transfer descriptors. For other control messages, use
//! [`SendAncillaryBuffer`] and [`RecvMessage::ancillary`]. A received descriptor is owned by
//! exactly one value, and descriptors that the program does not use are closed. If the kernel
//! discards descriptors, [`recv_fds`] fails, and the flags of a [`RecvMessage`] contain
//! [`ReturnFlags::CTRUNC`].
//!
//! # Differences from C
//!
//! Null pointers and invalid pointers cannot be passed, so `EFAULT` is not documented.

mod addr;
mod ancillary;
pub(crate) mod connection;
mod fds;
pub(crate) mod interface;
mod numbers;
mod plain;
pub(crate) mod receive;
pub(crate) mod send;
pub mod service;
pub(crate) mod socket;
pub mod sockopt;
mod types;

#[doc(alias("sockaddr_in", "sockaddr_in6", "sockaddr_un"))]
pub use addr::Address;
#[doc(alias("sockaddr", "sockaddr_storage"))]
pub use addr::SocketAddrAny;
#[doc(alias = "sockaddr_nl")]
pub use addr::SocketAddrNetlink;
#[doc(alias = "sockaddr_un")]
pub use addr::SocketAddrUnix;
#[doc(alias = "sockaddr_vm")]
pub use addr::SocketAddrVsock;
pub use addr::{SocketAddrArg, UnixName};
#[doc(alias = "cmsghdr")]
pub use ancillary::ControlMessage;
#[doc(alias("SCM_RIGHTS", "SCM_CREDENTIALS", "SCM_PIDFD"))]
pub use ancillary::RecvAncillaryMessage;
#[doc(alias = "SCM_RIGHTS")]
pub use ancillary::Rights;
#[doc(alias("cmsghdr", "msg_control"))]
pub use ancillary::SendAncillaryBuffer;
#[doc(alias("SCM_RIGHTS", "SCM_CREDENTIALS"))]
pub use ancillary::SendAncillaryMessage;
#[doc(alias("ucred", "SO_PEERCRED"))]
pub use ancillary::Ucred;
#[doc(alias("CMSG_SPACE", "CMSG_LEN", "cmsg_space"))]
pub use ancillary::ancillary_space;
#[doc(alias("CMSG_FIRSTHDR", "CMSG_NXTHDR"))]
pub use ancillary::decode_ancillary;
pub use ancillary::{ControlMessages, RecvAncillary};
pub use connection::{connect, getpeername, getsockname, shutdown};
#[doc(alias("SCM_RIGHTS", "recvmsg"))]
pub use fds::recv_fds;
#[doc(alias("SCM_RIGHTS", "sendmsg"))]
pub use fds::send_fds;
pub use interface::IFNAMSIZ;
#[doc(alias = "ifr_flags")]
pub use interface::InterfaceFlags;
#[doc(alias = "SIOCGIFFLAGS")]
pub use interface::interface_flags;
#[doc(alias("SIOCSIFFLAGS", "IFF_UP"))]
pub use interface::{set_interface_flags, set_loopback_up};
#[doc(alias("msghdr", "mmsghdr"))]
pub use receive::RecvMessage;
#[doc(alias = "recv")]
pub use receive::recv_uninit;
pub use receive::{recv, recvfrom, recvmmsg, recvmsg};
#[doc(alias("msghdr", "mmsghdr"))]
pub use send::SendMessage;
pub use send::{send, sendmmsg, sendmsg, sendto};
#[doc(alias = "accept4")]
pub use socket::{accept, accept_with, acceptfrom, acceptfrom_with};
pub use socket::{bind, listen, socket, socketpair};
#[doc(alias("SOCK_NONBLOCK", "socket", "socketpair"))]
pub use socket::{socket_with, socketpair_with};
#[doc(alias("sa_family_t", "PF_INET"))]
pub use types::AddressFamily;
#[doc(alias("MSG_PEEK", "MSG_WAITALL"))]
pub use types::RecvFlags;
#[doc(alias = "msg_flags")]
pub use types::ReturnFlags;
#[doc(alias("MSG_NOSIGNAL", "MSG_MORE"))]
pub use types::SendFlags;
#[doc(alias("SHUT_RD", "SHUT_WR", "SHUT_RDWR"))]
pub use types::Shutdown;
pub use types::{Protocol, SocketFlags, SocketType};

/// Raw system calls on sockets.
pub mod raw {
    pub use super::connection::raw::{connect, getpeername, getsockname, shutdown};
    #[doc(alias = "SIOCGIFFLAGS")]
    pub use super::interface::raw::ioctl_siocgifflags;
    #[doc(alias = "SIOCSIFFLAGS")]
    pub use super::interface::raw::ioctl_siocsifflags;
    #[doc(alias = "recv")]
    pub use super::receive::raw::recvfrom_peer;
    #[doc(alias = "recv")]
    pub use super::receive::raw::recvfrom_uninit;
    pub use super::receive::raw::{recvfrom, recvmmsg, recvmsg};
    #[doc(alias = "send")]
    pub use super::send::raw::sendto_peer;
    pub use super::send::raw::{sendmmsg, sendmsg, sendto};
    #[doc(alias = "accept4")]
    pub use super::socket::raw::accept4_with_addr;
    pub use super::socket::raw::{accept4, bind, listen, socket, socketpair};
    pub use super::sockopt::raw::{getsockopt, setsockopt};
}
