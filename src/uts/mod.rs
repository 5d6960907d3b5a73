//! What the kernel is, and what the machine is called.
//!
//! ```
//! use butter::uts;
//!
//! # fn main() -> butter::Result<()> {
//! let uname = uts::uname()?;
//! assert_eq!(uname.sysname(), "Linux");
//! println!("{} runs Linux {} on {}", uts::hostname()?, uname.release(), uname.machine());
//! # Ok(())
//! # }
//! ```
//!
//! | kernel call | raw | function | since |
//! |---|---|---|---|
//! | `uname` | [`raw::uname`] | [`uname`], [`hostname`], [`domainname`] | 1.0 |
//! | `sethostname` | [`raw::sethostname`] | [`set_hostname`] | 1.0 |
//! | `setdomainname` | [`raw::setdomainname`] | [`set_domainname`] | 1.0 |
//!
//! # Worth knowing
//!
//! - The names belong to the thread's UTS namespace; a container has one of its own, or it renames the machine.
//! - A name is bytes, 64 at most ([`HOST_NAME_MAX`]), not ended by a NUL and in no promised encoding. To the kernel anything is a
//!   name, spaces and slashes too; to others it is a label of DNS.
//! - There is no call that reads only the host's name: [`hostname`] asks for all and keeps the one.
//! - Of the release only the first numbers mean the same everywhere, and a distribution's kernel may have later calls
//!   than they say, or a filter fewer. Whether a call is there is best found out by making it. A process can ask to be
//!   told 2.6 or another processor (`personality`).

mod name;
mod ops;
pub mod raw;
mod types;

pub use name::NameBuf;
pub use ops::{domainname, hostname, set_domainname, set_hostname, uname};
pub use types::{HOST_NAME_MAX, Uname};
