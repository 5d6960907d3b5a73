#![doc = include_str!("../README.md")]
#![cfg_attr(not(any(test, feature = "std")), no_std)]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![deny(missing_docs)]
#![warn(unreachable_pub)]

#[cfg(feature = "alloc")]
extern crate alloc;

// What stands on a floor uses the floors below, or its own; never one above. tests/floors.rs holds it so.
// The house is one module, so that on any other target it is left out whole, and one error says why.
#[cfg(all(
    any(target_os = "linux", target_os = "none"),
    any(target_arch = "x86_64", target_arch = "aarch64"),
    target_pointer_width = "64",
    target_endian = "little",
))]
#[path = "."]
mod house {
    // Macros that every floor writes with.
    #[macro_use]
    mod layout;
    #[macro_use]
    mod flags;
    #[macro_use]
    mod object;
    #[macro_use]
    mod id;

    // Floor 0: the processor.
    #[path = "../arch/mod.rs"]
    pub(crate) mod arch;

    // Floor 1: what fails, and why.
    pub mod error;

    // Floor 2: the way into the kernel.
    pub(crate) mod syscall;

    // Floor 3: the nouns that all features share.
    pub mod fd;
    pub mod io;
    #[macro_use]
    pub mod path;
    pub mod proc;
    pub mod process;
    pub mod signal;
    pub mod thread;
    pub mod time;

    // Floors 4 and 5: one module for each subject of the kernel; in it, the raw calls and the objects on them.
    pub mod copy;
    pub mod epoll;
    pub mod eventfd;
    pub mod idmap;
    pub mod inotify;
    pub mod memfd;
    pub mod memory;
    pub mod mount;
    pub mod namespace;
    pub mod pipe;
    pub mod poll;
    pub mod signalfd;
    pub mod timerfd;
    pub mod uts;

    // Floor 6: what looks down on everything.
    pub mod explain;
    #[cfg(feature = "alloc")]
    mod heap;
    #[cfg(feature = "std")]
    mod std;

    pub use error::{Errno, Error, Result};
}

#[cfg(not(all(
    any(target_os = "linux", target_os = "none"),
    any(target_arch = "x86_64", target_arch = "aarch64"),
    target_pointer_width = "64",
    target_endian = "little",
)))]
mod house {
    compile_error!(
        "butter is for Linux on x86_64 and aarch64, 64-bit and little-endian: \
        the targets *-linux-gnu, *-linux-musl and *-none of both processors"
    );
}

#[allow(unused_imports, reason = "on any other target the house is left out")]
pub use house::*;
