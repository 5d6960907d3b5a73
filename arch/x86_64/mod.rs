//! x86_64, with 64-bit pointers.

pub(crate) mod abi;
pub(crate) mod call;
pub(crate) mod signal;
