//! Reading and setting the host name and the domain name.

use super::{NameBuf, Uname, raw};
use crate::error::{Call, Errno, Error, Result};
use crate::path;

/// Returns the identification of the kernel, the host name and the domain name.
///
/// This call cannot fail.
///
/// Since Linux 1.0; [uname(2)].
///
/// [uname(2)]: https://man7.org/linux/man-pages/man2/uname.2.html
#[inline]
pub fn uname() -> Result<Uname> {
    raw::uname()
}

/// Returns the host name.
///
/// This call cannot fail.
///
/// Since Linux 1.0; [uname(2)].
///
/// [uname(2)]: https://man7.org/linux/man-pages/man2/uname.2.html
#[doc(alias = "gethostname")]
#[inline]
pub fn hostname() -> Result<NameBuf> {
    raw::uname().map(Uname::into_nodename)
}

/// Returns the NIS domain name, which is unrelated to DNS. The domain name is `(none)` until it is
/// set.
///
/// This call cannot fail.
///
/// Since Linux 1.0; [uname(2)].
///
/// [uname(2)]: https://man7.org/linux/man-pages/man2/uname.2.html
#[doc(alias = "getdomainname")]
#[inline]
pub fn domainname() -> Result<NameBuf> {
    raw::uname().map(Uname::into_domainname)
}

/// Sets the host name. The host name can be empty, has at most 64 bytes, and cannot contain NUL.
///
/// The host name applies to all processes in the UTS namespace of the thread. In the initial UTS
/// namespace, the host name applies to the entire host.
///
/// # Errors
///
/// - `EINVAL`: the name has more than 64 bytes or contains a NUL byte.
/// - `EPERM`: the caller does not have the capability `CAP_SYS_ADMIN` in the user namespace that
///   owns the UTS namespace.
///
/// Since Linux 1.0; [sethostname(2)].
///
/// [sethostname(2)]: https://man7.org/linux/man-pages/man2/sethostname.2.html
#[doc(alias = "sethostname")]
#[inline]
pub fn set_hostname(name: impl path::Arg) -> Result<()> {
    raw::sethostname(without_nul(Call::SETHOSTNAME, name.as_path_bytes().bytes())?)
}

/// Sets the NIS domain name. The domain name can be empty, has at most 64 bytes, and cannot contain
/// NUL.
///
/// The domain name applies to all processes in the UTS namespace of the thread.
///
/// # Errors
///
/// - `EINVAL`: the name has more than 64 bytes or contains a NUL byte.
/// - `EPERM`: the caller does not have the capability `CAP_SYS_ADMIN` in the user namespace that
///   owns the UTS namespace.
///
/// Since Linux 1.0; [setdomainname(2)].
///
/// [setdomainname(2)]: https://man7.org/linux/man-pages/man2/setdomainname.2.html
#[doc(alias = "setdomainname")]
#[inline]
pub fn set_domainname(name: impl path::Arg) -> Result<()> {
    raw::setdomainname(without_nul(Call::SETDOMAINNAME, name.as_path_bytes().bytes())?)
}

/// Returns `name`. Fails with `EINVAL` if `name` contains a NUL byte: programs that read the name
/// would stop at the NUL byte.
fn without_nul(call: Call, name: &[u8]) -> Result<&[u8]> {
    if name.contains(&0) { Err(Error::new(call, Errno::INVAL)) } else { Ok(name) }
}
