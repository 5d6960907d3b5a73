//! Connecting sockets, and their addresses.

mod ops;
pub(crate) mod raw;

pub use ops::{connect, getpeername, getsockname, shutdown};
