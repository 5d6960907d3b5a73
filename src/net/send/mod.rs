//! Sending messages.

mod message;
mod ops;
pub(crate) mod raw;

pub use message::SendMessage;
pub(super) use message::{Mmsghdr, Msghdr};
pub use ops::{send, sendmmsg, sendmsg, sendto};
