//! Reading, writing and the flags of any descriptor.
//!
//! Each function is one call and surfaces an interruption by a signal (EINTR); [`retry`] makes the call again.
//!
//! | kernel call | function |
//! |---|---|
//! | `read` | [`read`], [`read_uninit`] |
//! | `readv` | [`readv`] |
//! | `write` | [`write()`] |
//! | `writev` | [`writev`] |
//! | `close` | [`close`], which reports what a drop does not |
//! | `fcntl` | [`fcntl_getfd`], [`fcntl_setfd`], [`fcntl_getfl`], [`fcntl_setfl`], [`fcntl_dupfd_cloexec`] |
//! | `ioctl(FIONREAD)` | [`bytes_available`] |

pub(crate) mod buffer;
mod call;
mod events;
mod fcntl;
mod file_system;
mod open;
#[cfg(not(feature = "std"))]
mod slices;
mod stat;

pub use buffer::Buffer;
pub(crate) use call::{CAUSES, available};
pub use call::{bytes_available, close, read, read_uninit, readv, retry, write, writev};
pub(crate) use events::{read_bytes, read_events};
pub use fcntl::{
    AccessMode, DescriptorFlags, StatusFlags, fcntl_dupfd_cloexec, fcntl_getfd, fcntl_getfl,
    fcntl_setfd, fcntl_setfl,
};
pub(crate) use file_system::file_system;
pub(crate) use open::openat;
#[cfg(not(feature = "std"))]
pub use slices::{IoSlice, IoSliceMut};
pub(crate) use stat::{FileType, file_type, stat};
#[cfg(feature = "std")]
pub use std::io::{IoSlice, IoSliceMut};
