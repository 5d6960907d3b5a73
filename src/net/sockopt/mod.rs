//! Options of sockets.
//!
//! The functions have the names of `rustix::net::sockopt`. The constants are numbers for
//! [`raw::getsockopt`] and [`raw::setsockopt`], with which every option can be used.
//!
//! ```
//! use std::time::Duration;
//!
//! use butter::net::{self, AddressFamily, SocketType, sockopt};
//!
//! # fn main() -> butter::Result<()> {
//! let socket = net::socket(AddressFamily::UNIX, SocketType::DGRAM, None)?;
//! sockopt::set_socket_recv_timeout(&socket, Some(Duration::from_secs(5)))?;
//! assert_eq!(sockopt::socket_type(&socket)?, SocketType::DGRAM);
//! # Ok(())
//! # }
//! ```

mod flags;
mod limits;
mod names;
mod peer;
pub(crate) mod raw;
mod tcp;
mod timeouts;
mod value;

#[doc(alias = "SO_ACCEPTCONN")]
pub use flags::socket_acceptconn;
#[doc(alias = "SO_BROADCAST")]
pub use flags::{set_socket_broadcast, socket_broadcast};
#[doc(alias = "SO_KEEPALIVE")]
pub use flags::{set_socket_keepalive, socket_keepalive};
#[doc(alias = "SO_OOBINLINE")]
pub use flags::{set_socket_oobinline, socket_oobinline};
#[doc(alias = "SO_PASSCRED")]
pub use flags::{set_socket_passcred, socket_passcred};
#[doc(alias = "SO_PASSPIDFD")]
pub use flags::{set_socket_passpidfd, socket_passpidfd};
#[doc(alias = "SO_PASSRIGHTS")]
pub use flags::{set_socket_passrights, socket_passrights};
#[doc(alias = "SO_PREFER_BUSY_POLL")]
pub use flags::{set_socket_prefer_busy_poll, socket_prefer_busy_poll};
#[doc(alias = "SO_REUSEADDR")]
pub use flags::{set_socket_reuseaddr, socket_reuseaddr};
#[doc(alias = "SO_REUSEPORT")]
pub use flags::{set_socket_reuseport, socket_reuseport};
#[doc(alias = "SO_ZEROCOPY")]
pub use flags::{set_socket_zerocopy, socket_zerocopy};
#[doc(alias = "SO_BUSY_POLL_BUDGET")]
pub use limits::set_socket_busy_poll_budget;
#[doc(alias = "SO_RCVBUFFORCE")]
pub use limits::set_socket_rcvbufforce;
#[doc(alias = "SO_SNDBUFFORCE")]
pub use limits::set_socket_sndbufforce;
#[doc(alias = "SO_BUSY_POLL")]
pub use limits::{set_socket_busy_poll, socket_busy_poll};
#[doc(alias = "SO_INCOMING_CPU")]
pub use limits::{set_socket_incoming_cpu, socket_incoming_cpu};
#[doc(alias = "SO_MARK")]
pub use limits::{set_socket_mark, socket_mark};
#[doc(alias = "SO_PRIORITY")]
pub use limits::{set_socket_priority, socket_priority};
#[doc(alias = "SO_RCVBUF")]
pub use limits::{set_socket_rcvbuf, socket_rcvbuf};
#[doc(alias = "SO_RCVLOWAT")]
pub use limits::{set_socket_rcvlowat, socket_rcvlowat};
#[doc(alias = "SO_SNDBUF")]
pub use limits::{set_socket_sndbuf, socket_sndbuf};
#[doc(alias = "SO_ACCEPTCONN")]
pub use names::*;
#[doc(alias = "SO_COOKIE")]
pub use peer::socket_cookie;
#[doc(alias = "SO_DOMAIN")]
pub use peer::socket_domain;
#[doc(alias = "SO_ERROR")]
pub use peer::socket_error;
#[doc(alias = "SO_PEERCRED")]
pub use peer::socket_peercred;
#[doc(alias = "SO_PEERPIDFD")]
pub use peer::socket_peerpidfd;
#[doc(alias = "SO_PROTOCOL")]
pub use peer::socket_protocol;
#[doc(alias = "SO_TYPE")]
pub use peer::socket_type;
#[doc(alias = "SO_BINDTODEVICE")]
pub use peer::{set_socket_bindtodevice, socket_bindtodevice};
#[doc(alias = "IPV6_V6ONLY")]
pub use tcp::{ipv6_v6only, set_ipv6_v6only};
#[doc(alias = "TCP_CORK")]
pub use tcp::{set_tcp_cork, tcp_cork};
#[doc(alias = "TCP_FASTOPEN")]
pub use tcp::{set_tcp_fastopen, tcp_fastopen};
#[doc(alias = "TCP_KEEPCNT")]
pub use tcp::{set_tcp_keepcnt, tcp_keepcnt};
#[doc(alias = "TCP_KEEPIDLE")]
pub use tcp::{set_tcp_keepidle, tcp_keepidle};
#[doc(alias = "TCP_KEEPINTVL")]
pub use tcp::{set_tcp_keepintvl, tcp_keepintvl};
#[doc(alias = "TCP_NODELAY")]
pub use tcp::{set_tcp_nodelay, tcp_nodelay};
#[doc(alias = "TCP_QUICKACK")]
pub use tcp::{set_tcp_quickack, tcp_quickack};
#[doc(alias = "TCP_USER_TIMEOUT")]
pub use tcp::{set_tcp_user_timeout, tcp_user_timeout};
#[doc(alias = "SO_LINGER")]
pub use timeouts::{set_socket_linger, socket_linger};
#[doc(alias = "SO_RCVTIMEO")]
pub use timeouts::{set_socket_recv_timeout, socket_recv_timeout};
#[doc(alias = "SO_SNDTIMEO")]
pub use timeouts::{set_socket_send_timeout, socket_send_timeout};
