//! Errors: [`Error`] contains the [`Call`] that failed and its [`Errno`].
//!
//! An error is one 32-bit word, so a `Result<(), Error>` is 4 bytes. [`Error::kind`] returns an
//! [`ErrorKind`], on which programs can match. `Display` prints the call, the errno and, with the
//! feature `explain`, the reason.
//!
//! ```
//! use butter::error::ErrorKind;
//! use butter::inotify::{Inotify, WatchFlags};
//!
//! # fn main() -> butter::Result<()> {
//! let error = Inotify::new()?.add_watch("/nowhere", WatchFlags::CREATE).unwrap_err();
//! assert_eq!(error.kind(), ErrorKind::NotFound);
//! println!("{}", error.with_path("/nowhere"));
//! // inotify_add_watch /nowhere: ENOENT: a component of the path does not exist or is a
//! // dangling symbolic link, or the path is empty
//! # Ok(())
//! # }
//! ```
//!
//! [`Error::println`] writes the same text to a descriptor. The method does not use `core::fmt`, so
//! that a static program is smaller. A `no_std` program can print an error to standard error:
//!
//! ```
//! use butter::fd::BorrowedFd;
//!
//! # let error = butter::Error::new(butter::error::Call::INOTIFY_ADD_WATCH, butter::Errno::NOENT);
//! // SAFETY: descriptor 2 is standard error, and is not closed.
//! let stderr = unsafe { BorrowedFd::borrow_raw(2) };
//! let _ = error.println(stderr);
//! ```

mod call;
mod errno;
mod errno_reason;
mod kind;
mod operand;
#[cfg(feature = "alloc")]
mod path_error;
#[cfg_attr(not(feature = "explain"), path = "reason_off.rs")]
mod reason;
mod repr;
mod str_table;

pub use call::Call;
pub use errno::{ERRNO_MAX, Errno, ParseNameError};
pub(crate) use errno_reason::{ErrnoReason, KindTable, errno_reasons, kind_count};
pub use kind::ErrorKind;
pub use operand::Operand;
#[cfg(feature = "alloc")]
pub use path_error::PathError;
pub use reason::Reason;
pub(crate) use reason::{Packed, ReasonTable, pack};
pub use repr::{Error, Result, WithPath};
pub(crate) use str_table::StrTable;
