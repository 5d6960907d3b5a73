//! Receiving messages.

mod message;
mod ops;
pub(crate) mod raw;

pub use message::RecvMessage;
pub use ops::{recv, recv_uninit, recvfrom, recvmmsg, recvmsg};
