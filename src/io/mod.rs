//! Reading and writing with any descriptor, and the flags of descriptors.
//!
//! Each function in the table makes one system call, except for [`write_all`] and [`write_all_at`].
//! If a signal interrupts the call, the function returns `EINTR`; [`retry`] repeats such a call.
//!
//! | system call | function |
//! |---|---|
//! | `read` | [`read`], [`read_uninit`] |
//! | `readv` | [`readv`] |
//! | `write` | [`write()`] |
//! | `writev` | [`writev`] |
//! | `write`, repeated | [`write_all`] |
//! | `pwrite64`, repeated | [`write_all_at`] |
//! | `close` | [`close`], which returns errors that a drop ignores |
//! | `close_range` | [`close_range`], [`close_range_cloexec`] |
//! | `fcntl` | [`fcntl_getfd`], [`fcntl_setfd`], [`fcntl_getfl`], [`fcntl_setfl`], [`fcntl_dupfd_cloexec`] |
//! | `dup3` | [`dup3`] |
//! | `ioctl(FIONREAD)` | [`bytes_available`] |

pub(crate) mod buffer;
mod call;
mod close_range;
mod event_source;
mod fcntl;
#[cfg(not(feature = "std"))]
mod slices;
mod write_all;

pub use buffer::Buffer;
pub(crate) use buffer::{read_bytes, read_events};
pub(crate) use call::REASONS;
#[doc(alias("FIONREAD", "ioctl"))]
pub use call::bytes_available;
#[doc(alias = "read")]
pub use call::read_uninit;
pub use call::{close, read, readv, retry, would_block_as_none, write, writev};
pub use close_range::CloseRangeFlags;
#[doc(alias = "closefrom")]
pub use close_range::close_range;
#[doc(alias = "close_range", alias = "CLOSE_RANGE_CLOEXEC")]
pub use close_range::close_range_cloexec;
pub use event_source::EventSource;
#[doc(alias = "O_ACCMODE")]
pub use fcntl::AccessMode;
#[doc(alias = "dup2")]
pub use fcntl::dup3;
#[doc(alias = "F_DUPFD_CLOEXEC")]
pub use fcntl::fcntl_dupfd_cloexec;
#[doc(alias = "F_GETFD")]
pub use fcntl::fcntl_getfd;
#[doc(alias = "F_GETFL")]
pub use fcntl::fcntl_getfl;
#[doc(alias = "F_SETFD")]
pub use fcntl::fcntl_setfd;
#[doc(alias = "F_SETFL")]
pub use fcntl::fcntl_setfl;
pub use fcntl::{DescriptorFlags, DupFlags, StatusFlags};
#[cfg(not(feature = "std"))]
#[doc(alias = "iovec")]
pub use slices::{IoSlice, IoSliceMut};
#[cfg(feature = "std")]
pub use std::io::{IoSlice, IoSliceMut};
#[doc(alias = "pwrite64")]
pub use write_all::write_all_at;
pub use write_all::{WriteAllError, write_all};
