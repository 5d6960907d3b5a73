//! Comparison of every constant and struct of the kernel's ABI with other definitions.
//!
//! The tests scan the sources for both architectures, so that every constant and struct is
//! compared: the tables in this module must list exactly those that the scan finds. The tests
//! compare them with `libc` and `linux-raw-sys`; `.ci/uapi-check` compares them with the kernel's
//! headers, by compiling the C source that `uapi` writes.

mod compiled;
mod expression;
mod names;
mod numbers;
mod oracles;
mod scan;
mod sources;
mod structs;
mod uapi;

/// The architectures, by their names in `arch/` and in Rust.
const ARCHITECTURES: [&str; 2] = ["x86_64", "aarch64"];

/// The architecture on which the tests run.
const NATIVE: &str = std::env::consts::ARCH;
