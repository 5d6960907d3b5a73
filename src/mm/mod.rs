//! Memory mappings: anonymous memory that a program owns, and the calls that map memory.
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
//! # Notes
//!
//! - A page is allocated when it is first written to. Unless `vm.overcommit_memory` is 2, the
//!   kernel grants more memory than is available. If no memory is available when a page is first
//!   written to, the kernel can kill the process (OOM killer).
//! - By default, a process can have at most 65530 mappings (`vm.max_map_count`); adjacent mappings
//!   with the same properties count as one mapping.
//! - A child process that is created by `fork` has its own copy of the memory: a page is copied
//!   when one of the two processes writes to it.
//! - A mapping of a file that other processes can write to or truncate must not be used as a Rust
//!   slice. A mapping of a sealed [`memfd`](crate::memfd) can be used as a Rust slice.

mod anonymous;
pub mod raw;
mod types;

#[doc(alias = "mmap")]
#[doc(alias = "munmap")]
pub use anonymous::AnonymousMapping;
#[doc(alias = "sysconf")]
#[doc(alias = "_SC_PAGESIZE")]
#[doc(alias = "getpagesize")]
#[doc(alias = "AT_PAGESZ")]
pub use anonymous::page_size;
pub use types::{MapFlags, ProtFlags};
