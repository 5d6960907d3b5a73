//! Access to the memory of another process.

pub(crate) mod raw;
