//! The struct that `uname` fills in.

use core::fmt;

use super::NameBuf;
use crate::path::Name;

/// The maximum length of a host name or domain name in bytes: `__NEW_UTS_LEN`.
pub const HOST_NAME_MAX: usize = 64;

/// `struct new_utsname`: identification of the kernel, host name and domain name.
///
/// Each field is a string of bytes, usually ASCII, that ends at the first NUL byte.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct Uname {
    sysname: [u8; 65],
    nodename: [u8; 65],
    release: [u8; 65],
    version: [u8; 65],
    machine: [u8; 65],
    domainname: [u8; 65],
}

layout! {
    Uname: size 390, align 1, sysname at 0, nodename at 65, release at 130, version at 195,
        machine at 260, domainname at 325
}

impl Uname {
    /// Returns the name of the kernel: `Linux`.
    #[must_use]
    pub fn sysname(&self) -> Name<'_> {
        name(&self.sysname)
    }

    /// Returns the host name, which has at most [`HOST_NAME_MAX`] bytes.
    #[must_use]
    pub fn nodename(&self) -> Name<'_> {
        name(&self.nodename)
    }

    /// Returns the release of the kernel, such as `6.12.57+deb13-arm64`.
    #[must_use]
    pub fn release(&self) -> Name<'_> {
        name(&self.release)
    }

    /// Returns the version of the kernel, which describes its build, such as `#1 SMP
    /// PREEMPT_DYNAMIC ...`.
    #[must_use]
    pub fn version(&self) -> Name<'_> {
        name(&self.version)
    }

    /// Returns the architecture, such as `x86_64` or `aarch64`.
    #[must_use]
    pub fn machine(&self) -> Name<'_> {
        name(&self.machine)
    }

    /// Returns the NIS domain name, which is unrelated to DNS. The domain name is `(none)` until it
    /// is set, and has at most [`HOST_NAME_MAX`] bytes.
    #[must_use]
    pub fn domainname(&self) -> Name<'_> {
        name(&self.domainname)
    }

    /// Returns the host name as an owned name.
    pub(super) fn into_nodename(self) -> NameBuf {
        NameBuf::from_field(self.nodename)
    }

    /// Returns the domain name as an owned name.
    pub(super) fn into_domainname(self) -> NameBuf {
        NameBuf::from_field(self.domainname)
    }
}

impl fmt::Debug for Uname {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Uname")
            .field("sysname", &self.sysname())
            .field("nodename", &self.nodename())
            .field("release", &self.release())
            .field("version", &self.version())
            .field("machine", &self.machine())
            .field("domainname", &self.domainname())
            .finish()
    }
}

/// Returns the bytes of `field` before the first NUL byte, or all bytes if `field` contains no NUL
/// byte.
pub(super) fn name(field: &[u8; 65]) -> Name<'_> {
    Name::from_bytes(field.split(|&byte| byte == 0).next().unwrap_or_default())
}
