//! Every number and every layout that the crate takes from the kernel, against what others say they
//! are.
//!
//! The sources themselves are scanned, for either processor, so that nothing can be added to them
//! unnoticed: what the scan finds must be in the tables here, and the other way round. The tables
//! are compared with `libc` and `linux-raw-sys` in the tests, and with the kernel's own headers by
//! `.ci/uapi-check`, which compiles the source that `uapi` writes.

mod compiled;
mod expression;
mod names;
mod numbers;
mod oracles;
mod scan;
mod sources;
mod structs;
mod uapi;

/// The processors, as the folders of `arch/` and Rust name them.
const PROCESSORS: [&str; 2] = ["x86_64", "aarch64"];

/// The processor that the tests run on.
const NATIVE: &str = std::env::consts::ARCH;
