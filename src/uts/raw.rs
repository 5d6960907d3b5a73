//! Raw system calls on the host name and the domain name.

use core::mem::MaybeUninit;

use super::Uname;
use crate::error::{Call, ErrnoReason, Result, errno_reasons};
use crate::syscall::syscall;

/// `uname(&buf)` - returns the identification of the kernel, the host name and the domain name.
///
/// This call cannot fail.
///
/// Since Linux 1.0; [uname(2)].
///
/// [uname(2)]: https://man7.org/linux/man-pages/man2/uname.2.html
#[inline]
pub fn uname() -> Result<Uname> {
    let mut uname = MaybeUninit::<Uname>::uninit();
    // SAFETY: the kernel writes all bytes of one `Uname` and keeps nothing.
    unsafe { syscall!(Call::UNAME, uname(uname.as_mut_ptr())) }.unit()?;
    // SAFETY: after success, the kernel has written all bytes of the `Uname`.
    Ok(unsafe { uname.assume_init() })
}

/// `sethostname(name, len)` - sets the host name of the UTS namespace of the thread.
///
/// The bytes of `name` are passed to the kernel unchanged, but [`uname`] returns only the bytes
/// before the first NUL byte.
///
/// # Errors
///
/// - `EINVAL`: the name has more than 64 bytes, or `set_hostname` was called with a name that
///   contains a NUL byte.
/// - `EPERM`: the caller does not have the capability `CAP_SYS_ADMIN` in the user namespace that
///   owns the UTS namespace.
///
/// Since Linux 1.0; [sethostname(2)].
///
/// [sethostname(2)]: https://man7.org/linux/man-pages/man2/sethostname.2.html
#[inline]
pub fn sethostname(name: &[u8]) -> Result<()> {
    // SAFETY: the kernel reads at most `name.len()` bytes and keeps a copy.
    unsafe { syscall!(Call::SETHOSTNAME, sethostname(name.as_ptr(), length(name))) }.unit()
}

/// `setdomainname(name, len)` - sets the NIS domain name of the UTS namespace of the thread.
///
/// The bytes of `name` are passed to the kernel unchanged, but [`uname`] returns only the bytes
/// before the first NUL byte.
///
/// # Errors
///
/// - `EINVAL`: the name has more than 64 bytes, or `set_domainname` was called with a name that
///   contains a NUL byte.
/// - `EPERM`: the caller does not have the capability `CAP_SYS_ADMIN` in the user namespace that
///   owns the UTS namespace.
///
/// Since Linux 1.0; [setdomainname(2)].
///
/// [setdomainname(2)]: https://man7.org/linux/man-pages/man2/setdomainname.2.html
#[inline]
pub fn setdomainname(name: &[u8]) -> Result<()> {
    // SAFETY: the kernel reads at most `name.len()` bytes and keeps a copy.
    unsafe { syscall!(Call::SETDOMAINNAME, setdomainname(name.as_ptr(), length(name))) }.unit()
}

/// Returns the length of `name` as an `int`. If the length does not fit an `int`, returns -1, which
/// the kernel rejects.
#[inline]
fn length(name: &[u8]) -> i32 {
    i32::try_from(name.len()).unwrap_or(-1)
}

pub(crate) const REASONS: &[ErrnoReason] = errno_reasons! {
    SETHOSTNAME:
        INVAL => "the name has more than 64 bytes, or set_hostname was called with a name that \
            contains a NUL byte",
        PERM => "the caller does not have the capability CAP_SYS_ADMIN in the user namespace that \
            owns the UTS namespace";
    SETDOMAINNAME:
        INVAL => "the name has more than 64 bytes, or set_domainname was called with a name that \
            contains a NUL byte",
        PERM => "the caller does not have the capability CAP_SYS_ADMIN in the user namespace that \
            owns the UTS namespace";
};
