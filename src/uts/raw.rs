//! The kernel's calls on the machine's names.

use core::mem::MaybeUninit;

use super::Uname;
use crate::error::{Call, ErrnoReason, Result, errno_reasons};
use crate::syscall::syscall;

/// `uname(&buf)` - what the kernel is, and what the machine is called.
///
/// # Errors
///
/// None of its own.
///
/// Since Linux 1.0; uname(2).
#[inline]
pub fn uname() -> Result<Uname> {
    let mut uname = MaybeUninit::<Uname>::uninit();
    // SAFETY: the kernel writes one struct, all of its bytes, and keeps nothing.
    unsafe { syscall!(Call::UNAME, uname(uname.as_mut_ptr())) }.unit()?;
    // SAFETY: written, as the call has succeeded.
    Ok(unsafe { uname.assume_init() })
}

/// `sethostname(name, len)` - sets what the machine is called, in the UTS namespace of the thread.
///
/// The bytes are taken as they are: [`uname`] shows them up to the first NUL.
///
/// # Errors
///
/// `EINVAL` - more than 64 bytes. `EPERM` - it takes the capability `CAP_SYS_ADMIN` in the user namespace that the UTS
/// namespace belongs to.
///
/// Since Linux 1.0; sethostname(2).
#[inline]
pub fn sethostname(name: &[u8]) -> Result<()> {
    // SAFETY: the kernel reads the bytes, no more than they are, and keeps a copy.
    unsafe { syscall!(Call::SETHOSTNAME, sethostname(name.as_ptr(), length(name))) }.unit()
}

/// `setdomainname(name, len)` - sets the machine's domain of NIS, in the UTS namespace of the thread.
///
/// The bytes are taken as they are: [`uname`] shows them up to the first NUL.
///
/// # Errors
///
/// As [`sethostname`].
///
/// Since Linux 1.0; setdomainname(2).
#[inline]
pub fn setdomainname(name: &[u8]) -> Result<()> {
    // SAFETY: the kernel reads the bytes, no more than they are, and keeps a copy.
    unsafe { syscall!(Call::SETDOMAINNAME, setdomainname(name.as_ptr(), length(name))) }.unit()
}

/// The length as the kernel's `int`: a negative one, which it refuses, for what does not fit.
#[inline]
fn length(name: &[u8]) -> i32 {
    i32::try_from(name.len()).unwrap_or(-1)
}

pub(crate) const REASONS: &[ErrnoReason] = errno_reasons! {
    SETHOSTNAME:
        INVAL => "a name has at most 64 bytes, and no NUL byte among them",
        PERM => "it takes the capability CAP_SYS_ADMIN in the user namespace that the UTS namespace belongs to";
    SETDOMAINNAME:
        INVAL => "a name has at most 64 bytes, and no NUL byte among them",
        PERM => "it takes the capability CAP_SYS_ADMIN in the user namespace that the UTS namespace belongs to";
};
