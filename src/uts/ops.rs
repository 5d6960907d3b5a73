//! The machine's names, told and set.

use super::{NameBuf, Uname, raw};
use crate::error::{Call, Errno, Error, Result};
use crate::path;

/// What the kernel is, and what the machine is called.
///
/// # Errors
///
/// None of its own.
#[inline]
pub fn uname() -> Result<Uname> {
    raw::uname()
}

/// What the machine is called.
///
/// # Errors
///
/// None of its own.
#[doc(alias = "gethostname")]
#[inline]
pub fn hostname() -> Result<NameBuf> {
    raw::uname().map(Uname::into_nodename)
}

/// The machine's domain of NIS, not of DNS: `(none)` until somebody sets it.
///
/// # Errors
///
/// None of its own.
#[doc(alias = "getdomainname")]
#[inline]
pub fn domainname() -> Result<NameBuf> {
    raw::uname().map(Uname::into_domainname)
}

/// Sets what the machine is called: 64 bytes at most, of any kind but NUL; none at all is a name, too.
///
/// Every process of the UTS namespace sees it, the whole machine if the thread has none of its own.
///
/// # Errors
///
/// As [`raw::sethostname`]; `EINVAL` - also a NUL byte, at which the name would end.
#[doc(alias = "sethostname")]
#[inline]
pub fn set_hostname(name: impl path::Arg) -> Result<()> {
    raw::sethostname(whole(Call::SETHOSTNAME, name.as_path_bytes().bytes())?)
}

/// Sets the machine's domain of NIS: 64 bytes at most, of any kind but NUL; none at all is a name, too.
///
/// # Errors
///
/// As [`raw::setdomainname`]; `EINVAL` - also a NUL byte, at which the name would end.
#[doc(alias = "setdomainname")]
#[inline]
pub fn set_domainname(name: impl path::Arg) -> Result<()> {
    raw::setdomainname(whole(Call::SETDOMAINNAME, name.as_path_bytes().bytes())?)
}

/// A name that is read as it was written.
fn whole(call: Call, name: &[u8]) -> Result<&[u8]> {
    if name.contains(&0) { Err(Error::new(call, Errno::INVAL)) } else { Ok(name) }
}
