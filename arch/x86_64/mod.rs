//! The x86_64 architecture, with 64-bit pointers.

pub(crate) mod abi;
pub(crate) mod call;
pub(crate) mod clone;
pub(crate) mod signal;
