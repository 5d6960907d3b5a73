//! The identification of the kernel, the host name and the NIS domain name.
//!
//! `uname` cannot fail in practice.
//!
//! ```
//! use butter::uts;
//!
//! # fn main() -> butter::Result<()> {
//! let uname = uts::uname()?;
//! assert_eq!(uname.sysname(), "Linux");
//! let hostname = uts::hostname()?;
//! println!("{} runs Linux {}", hostname.as_name().escape(), uname.release().escape());
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
//! # Notes
//!
//! - The host name and the domain name belong to the UTS namespace of the thread. A container needs
//!   a separate UTS namespace: otherwise, setting its host name renames the host.
//! - A host name or domain name has at most 64 bytes ([`HOST_NAME_MAX`]), excluding the terminating
//!   NUL byte. The encoding of a name is not guaranteed: the kernel accepts any bytes, including
//!   spaces and slashes, but other programs expect a host name that is a DNS label.
//! - No system call returns only the host name: [`hostname`] calls `uname`.
//! - Only the version numbers at the start of the release have the same meaning for every kernel.
//!   The release does not determine which system calls are available: a distribution can add newer
//!   system calls to its kernel, and a seccomp filter can reject older system calls. To find out
//!   whether a system call is available, make the system call. A process can set its personality so
//!   that `uname` reports a 2.6 release (`UNAME26`) or another `machine` ([personality(2)]).
//!
//! [personality(2)]: https://man7.org/linux/man-pages/man2/personality.2.html

mod name;
mod ops;
pub mod raw;
mod types;

pub use name::NameBuf;
#[doc(alias = "getdomainname")]
pub use ops::domainname;
#[doc(alias = "gethostname")]
pub use ops::hostname;
#[doc(alias = "setdomainname")]
pub use ops::set_domainname;
#[doc(alias = "sethostname")]
pub use ops::set_hostname;
pub use ops::uname;
#[doc(alias = "new_utsname")]
#[doc(alias = "utsname")]
pub use types::{HOST_NAME_MAX, Uname};
