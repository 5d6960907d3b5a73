//! What failed and why: [`Error`] holds the [`Call`] and its [`Errno`].
//!
//! An error is one word of 32 bits, made by one subtraction; a `Result<(), Error>` is 4 bytes. What it means is asked
//! for when it is needed: [`Error::kind`] is the small set that a program matches on, printing it says which call
//! failed, with what, and why.
//!
//! ```
//! use butter::error::ErrorKind;
//! use butter::inotify::{Inotify, WatchFlags};
//!
//! # fn main() -> butter::Result<()> {
//! let error = Inotify::init()?.add_watch("/nowhere", WatchFlags::CREATE).unwrap_err();
//! assert_eq!(error.kind(), ErrorKind::NotFound);
//! println!("{}", error.at("/nowhere"));
//! // inotify_add_watch /nowhere: ENOENT: a part of the path does not exist
//! # Ok(())
//! # }
//! ```

mod call;
mod cause;
mod errno;
mod kind;
mod name;
#[cfg_attr(not(feature = "explain"), path = "no_reason.rs")]
mod reason;
mod word;

pub use call::Call;
pub(crate) use cause::{Cause, causes};
pub use errno::Errno;
pub use kind::ErrorKind;
pub use name::UnknownName;
pub(crate) use reason::Reason;
pub use word::{Error, Result};
