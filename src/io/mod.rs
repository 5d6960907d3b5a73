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
mod event_source;
mod fcntl;
#[cfg(not(feature = "std"))]
mod slices;

pub use buffer::Buffer;
pub(crate) use buffer::{read_bytes, read_events};
pub(crate) use call::REASONS;
pub use call::{
    bytes_available, close, read, read_uninit, readv, retry, would_block_as_none, write, writev,
};
pub use event_source::EventSource;
pub use fcntl::{
    AccessMode, DescriptorFlags, StatusFlags, fcntl_dupfd_cloexec, fcntl_getfd, fcntl_getfl,
    fcntl_setfd, fcntl_setfl,
};
#[cfg(not(feature = "std"))]
pub use slices::{IoSlice, IoSliceMut};
#[cfg(feature = "std")]
pub use std::io::{IoSlice, IoSliceMut};
