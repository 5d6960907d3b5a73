#![doc = include_str!("../README.md")]
#![cfg_attr(not(any(test, feature = "std")), no_std)]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![deny(missing_docs)]
#![warn(unreachable_pub)]

#[cfg(not(all(
    any(target_os = "linux", target_os = "none"),
    any(target_arch = "x86_64", target_arch = "aarch64"),
    target_pointer_width = "64",
    target_endian = "little",
)))]
compile_error!(
    "butter supports Linux on x86_64 and aarch64 (64-bit, little-endian): \
    the targets *-linux-gnu, *-linux-musl and *-none of both architectures"
);

#[cfg(feature = "alloc")]
extern crate alloc;

// A module imports from its own layer and from lower layers, never from a higher one:
// `tests/it/layering.rs` checks it.

// Macros that every layer uses.
#[macro_use]
mod macros;

// Layer 0: the architecture.
#[path = "../arch/mod.rs"]
pub(crate) mod arch;

// Layer 1: errors.
pub mod error;

// Layer 2: system calls.
pub(crate) mod syscall;

// Layer 3: types and calls that all features share.
pub mod fd;
mod fs;
mod ids;
pub mod io;
#[macro_use]
pub mod path;
pub mod poll;
mod procfs;
pub mod signal;
pub mod thread;
pub mod time;

// Layers 4 and 5: features. Each module contains the raw calls (layer 4) and the objects and
// functions over them (layer 5).
pub mod copy;
pub mod epoll;
pub mod eventfd;
pub mod idmap;
pub mod inotify;
pub mod memfd;
pub mod mm;
pub mod mount;
pub mod namespace;
pub mod pipe;
pub mod process;
pub mod signalfd;
pub mod timerfd;
pub mod uts;

// Layer 6: what depends on every feature.
#[cfg(feature = "alloc")]
mod alloc_impls;
mod explain;
#[cfg(feature = "std")]
mod std_impls;

pub use error::{Errno, Error, Result};
