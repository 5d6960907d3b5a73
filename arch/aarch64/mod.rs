//! The aarch64 architecture: little-endian, with 64-bit pointers.

pub(crate) mod abi;
pub(crate) mod call;
pub(crate) mod clone;
pub(crate) mod signal;
