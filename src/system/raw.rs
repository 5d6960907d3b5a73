//! Raw system calls that return information about the system and reboot it.

use core::mem::MaybeUninit;
use core::ptr;

use super::{RebootCommand, Sysinfo};
use crate::error::{Call, ErrnoReason, Result, errno_reasons};
use crate::syscall::syscall;

const LINUX_REBOOT_MAGIC1: u32 = 0xFEE1_DEAD;
const LINUX_REBOOT_MAGIC2: u32 = 0x2812_1969;

/// `sysinfo(&info)` - returns memory, load and uptime of the system. This call cannot fail.
///
/// Since Linux 1.0; [sysinfo(2)].
///
/// [sysinfo(2)]: https://man7.org/linux/man-pages/man2/sysinfo.2.html
#[inline]
pub fn sysinfo() -> Result<Sysinfo> {
    let mut info = MaybeUninit::<Sysinfo>::uninit();
    // SAFETY: the kernel writes one struct and keeps nothing.
    unsafe { syscall!(Call::SYSINFO, sysinfo(info.as_mut_ptr())) }.unit()?;
    // SAFETY: after success, the kernel has written the struct.
    Ok(unsafe { info.assume_init() })
}

/// `reboot(magic1, magic2, cmd, arg)` - restarts, halts, switches off or hibernates the host, or
/// sets the effect of Ctrl-Alt-Delete.
///
/// **The call does not write cached data to the disks first.** See [`system::reboot`] for the
/// effect in a PID namespace. `magic1` and `magic2` are constants. The kernel accepts three further
/// values of `magic2`, which have the same effect.
///
/// [`system::reboot`]: super::reboot()
///
/// # Errors
///
/// - `EPERM`: the caller does not have `CAP_SYS_BOOT` in the user namespace that owns its PID
///   namespace, or hibernation is forbidden.
/// - `EINVAL`: the kernel does not support the command, or no kernel is loaded for `KEXEC`, or the
///   PID namespace of the caller is not the initial one and does not support the command.
/// - `EBUSY`: another thread hibernates the host or executes a loaded kernel.
///
/// Since Linux 1.0; [reboot(2)].
///
/// [reboot(2)]: https://man7.org/linux/man-pages/man2/reboot.2.html
#[inline]
pub fn reboot(command: RebootCommand<'_>) -> Result<()> {
    let (command, argument) = command.parts();
    let argument = argument.map_or(ptr::null(), |argument| argument.as_ptr());
    let (magic1, magic2) = (LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2);
    // SAFETY: the kernel reads the string up to its NUL byte unless it is null, and keeps a copy.
    unsafe { syscall!(Call::REBOOT, reboot(magic1, magic2, command, argument)) }.unit()
}

pub(crate) const REASONS: &[ErrnoReason] = errno_reasons! {
    REBOOT:
        PERM => "the caller does not have CAP_SYS_BOOT in the user namespace that owns its PID \
            namespace, or hibernation is forbidden",
        INVAL => "the kernel does not support the command, or no kernel is loaded for KEXEC, or \
            the PID namespace of the caller is not the initial one and does not support the \
            command",
        BUSY => "another thread hibernates the host or executes a loaded kernel";
};
