//! The protocols of service managers such as systemd: notifications about the state of a service
//! ([sd_notify(3)]), and listening sockets that the service manager opens ([sd_listen_fds(3)]).
//!
//! The functions that end in `_env` read the environment, and require the feature `std`; the others
//! receive the values of the environment variables.
//!
//! ```no_run
//! use butter::net::{self, service};
//!
//! # fn main() -> butter::Result<()> {
//! // SAFETY: this is the start of the program, which has not opened descriptors yet.
//! let sockets = unsafe { service::listen_fds_env() }?;
//! service::notify_env(b"READY=1")?;
//! for (socket, _name) in &sockets {
//!     let connection = net::accept(socket)?;
//!     # drop(connection);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! [sd_notify(3)]: https://man7.org/linux/man-pages/man3/sd_notify.3.html
//! [sd_listen_fds(3)]: https://man7.org/linux/man-pages/man3/sd_listen_fds.3.html

#[cfg(feature = "std")]
mod env;
mod listen;
mod notify;

#[cfg(feature = "std")]
#[doc(alias("LISTEN_FDS", "LISTEN_FDNAMES", "LISTEN_PID", "sd_listen_fds_with_names"))]
pub use env::listen_fds_env;
#[cfg(feature = "std")]
#[doc(alias("NOTIFY_SOCKET", "sd_notify"))]
pub use env::notify_env;
#[doc(alias("LISTEN_FDS", "LISTEN_FDNAMES", "LISTEN_PID", "sd_listen_fds"))]
pub use listen::ListenFds;
pub(crate) use notify::REASONS;
#[doc(alias("NOTIFY_SOCKET", "sd_notify"))]
pub use notify::notify;
#[doc(alias("NOTIFY_SOCKET", "FDSTORE", "sd_pid_notify_with_fds"))]
pub use notify::notify_with_fds;
