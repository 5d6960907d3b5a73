//! Memory from the kernel: pages that a program owns, and the calls that map them.
//!
//! ```
//! use butter::mm::AnonymousMapping;
//!
//! # fn main() -> butter::Result<()> {
//! let mut pages = AnonymousMapping::new(1 << 20)?; // no allocator is needed
//! assert_eq!(pages[1_000_000], 0);
//! pages[..5].copy_from_slice(b"bytes");
//! pages.truncate(5);
//! assert_eq!(&*pages, b"bytes");
//! # Ok(())
//! # }
//! ```
//!
//! | kernel call | raw | method | since |
//! |---|---|---|---|
//! | `mmap` | [`raw::mmap`] | [`AnonymousMapping::new`] | 1.0 |
//! | `munmap` | [`raw::munmap`] | on drop | 1.0 |
//! | `mprotect` | [`raw::mprotect`] | - | 1.0 |
//! | `madvise` | - | [`page_size`] | 2.4 |
//!
//! # Worth knowing
//!
//! - A page takes memory when it is first written to. Where the kernel has promised more than there is, which it does
//!   unless `vm.overcommit_memory` is 2, that write can end the process.
//! - A process has at most 65530 mappings (`vm.max_map_count`); neighbours of the same kind are one.
//! - A child process made by `fork` has a copy of its own, made page by page when one of the two writes.
//! - Memory of a file that others can write to or shorten is no Rust slice: [`memfd`](crate::memfd) has files of which
//!   one can be made.

mod anonymous;
mod page;
pub mod raw;
mod types;

pub use anonymous::AnonymousMapping;
pub use page::page_size;
pub use types::{MapFlags, ProtFlags};
