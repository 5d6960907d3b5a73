//! Flags of network interfaces.

mod ops;
pub(crate) mod raw;
mod types;

pub use ops::{interface_flags, set_interface_flags, set_loopback_up};
pub use types::{IFNAMSIZ, InterfaceFlags};
