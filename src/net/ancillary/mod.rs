//! Ancillary data of messages.

mod decode;
mod receive;
mod send;
mod ucred;

pub use decode::{ControlMessage, ControlMessages, ancillary_space, decode_ancillary};
pub use receive::{RecvAncillary, RecvAncillaryMessage, Rights};
pub use send::{SendAncillaryBuffer, SendAncillaryMessage};
pub use ucred::Ucred;
