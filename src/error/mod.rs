//! Errors: [`Error`] contains the [`Call`] that failed and its [`Errno`].
//!
//! An error is one 32-bit word, so a `Result<(), Error>` is 4 bytes. [`Error::kind`] returns the small
//! set of values that programs match on. `Display` prints the call, the errno and, with the feature
//! `explain`, the reason.
//!
//! ```
//! use butter::error::ErrorKind;
//! use butter::inotify::{Inotify, WatchFlags};
//!
//! # fn main() -> butter::Result<()> {
//! let error = Inotify::new()?.add_watch("/nowhere", WatchFlags::CREATE).unwrap_err();
//! assert_eq!(error.kind(), ErrorKind::NotFound);
//! println!("{}", error.with_path("/nowhere"));
//! // inotify_add_watch /nowhere: ENOENT: a part of the path does not exist
//! # Ok(())
//! # }
//! ```

mod call;
mod errno;
mod errno_reason;
mod kind;
#[cfg_attr(not(feature = "explain"), path = "reason_off.rs")]
mod reason;
mod repr;

pub use crate::explain::WithPath;
pub use call::Call;
pub use errno::{ERRNO_MAX, Errno, ParseNameError};
pub(crate) use errno_reason::{ErrnoReason, errno_reasons};
pub use kind::ErrorKind;
pub(crate) use reason::Reason;
pub use repr::{Error, Result};
