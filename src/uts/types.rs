//! The layout of what `uname` gives.

use core::fmt;

use super::NameBuf;
use crate::path::Name;

/// The longest name of the machine or its domain, in bytes: `__NEW_UTS_LEN`.
pub const HOST_NAME_MAX: usize = 64;

/// `struct new_utsname`: what the kernel is, and what the machine is called.
///
/// Each field is bytes, usually ASCII, up to the first NUL.
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
    Uname: size 390, align 1, sysname at 0, nodename at 65, release at 130, version at 195, machine at 260,
        domainname at 325
}

impl Uname {
    /// The kernel's name: `Linux`.
    #[must_use]
    pub fn sysname(&self) -> Name<'_> {
        name(&self.sysname)
    }

    /// What the machine is called: the UTS namespace's host name, at most [`HOST_NAME_MAX`] bytes.
    #[must_use]
    pub fn nodename(&self) -> Name<'_> {
        name(&self.nodename)
    }

    /// The kernel's release: `6.12.57+deb13-arm64`.
    #[must_use]
    pub fn release(&self) -> Name<'_> {
        name(&self.release)
    }

    /// How and when the kernel was built: `#1 SMP PREEMPT_DYNAMIC ...`.
    #[must_use]
    pub fn version(&self) -> Name<'_> {
        name(&self.version)
    }

    /// The processor: `x86_64`, `aarch64`.
    #[must_use]
    pub fn machine(&self) -> Name<'_> {
        name(&self.machine)
    }

    /// The domain of NIS, not of DNS: `(none)` until somebody sets it. At most [`HOST_NAME_MAX`] bytes.
    #[must_use]
    pub fn domainname(&self) -> Name<'_> {
        name(&self.domainname)
    }

    /// What the machine is called, as a name of its own.
    pub(super) fn into_nodename(self) -> NameBuf {
        NameBuf::from_field(self.nodename)
    }

    /// The domain, as a name of its own.
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

/// The bytes before the first NUL; all, if there is none.
pub(super) fn name(field: &[u8; 65]) -> Name<'_> {
    Name::from_bytes(field.split(|&byte| byte == 0).next().unwrap_or_default())
}
