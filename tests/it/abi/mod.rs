//! Comparison of the crate's definitions of the kernel's ABI with the definitions in other crates
//! and in the kernel's headers.
//!
//! The tests scan the crate's sources for both architectures. The tables in this module must list
//! exactly the constants and structs that the scan finds, so that no constant or struct is left
//! out. The tests compare the constants and structs with `libc` and `linux-raw-sys`. The script
//! `.ci/uapi-check` compares the constants and structs with the kernel's headers, by compiling the
//! C source that `uapi` writes.

mod compiled;
mod expression;
mod names;
mod numbers;
mod oracles;
mod scan;
mod sources;
mod structs;
mod uapi;

/// The supported architectures, by their names in `arch/` and in `std::env::consts::ARCH`.
const ARCHITECTURES: [&str; 2] = ["x86_64", "aarch64"];

/// The architecture on which the tests run.
const NATIVE: &str = std::env::consts::ARCH;
