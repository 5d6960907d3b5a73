//! Creating and binding sockets, and accepting connections.

mod ops;
pub(crate) mod raw;

pub use ops::{accept, accept_with, acceptfrom, acceptfrom_with, bind, listen};
pub use ops::{socket, socket_with, socketpair, socketpair_with};
