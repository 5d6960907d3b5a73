//! Information about the system, and rebooting.

use super::{RebootCommand, Sysinfo, raw};
use crate::error::Result;

/// Returns memory, load and uptime of the system. This call cannot fail.
///
/// Since Linux 1.0; [sysinfo(2)].
///
/// [sysinfo(2)]: https://man7.org/linux/man-pages/man2/sysinfo.2.html
#[inline]
pub fn sysinfo() -> Result<Sysinfo> {
    raw::sysinfo()
}

/// Restarts, halts, switches off or hibernates the host, or sets the effect of Ctrl-Alt-Delete.
///
/// **This function does not write cached data to the disks, does not unmount file systems and does
/// not terminate processes first:** data that programs have written may be lost. Before this
/// function, call [`fs::sync`](crate::fs::sync()), and unmount the file systems or make them
/// read-only.
///
/// In a PID namespace other than the initial one, the host continues to run. Instead:
///
/// - `Restart` and `RestartWith` kill the init process of the namespace, and its parent receives
///   the wait status of a process that `SIGHUP` has killed;
/// - `Halt` and `PowerOff` kill the init process of the namespace, and its parent receives the wait
///   status of a process that `SIGINT` has killed;
/// - other commands fail with `EINVAL`.
///
/// This function returns only if it fails, or if the command is `CadOn`, `CadOff` or
/// `SoftwareSuspend`.
///
/// # Errors
///
/// - `EPERM`: the caller does not have `CAP_SYS_BOOT` in the user namespace that owns its PID
///   namespace, or hibernation is forbidden.
/// - `EINVAL`: the kernel does not support the command, or no kernel is loaded for `Kexec`, or the
///   PID namespace of the caller is not the initial one and does not support the command.
/// - `EBUSY`: another thread hibernates the host or executes a loaded kernel.
///
/// # Examples
///
/// ```no_run
/// use butter::system::{self, RebootCommand};
///
/// fn power_off() -> butter::Result<()> {
///     // ... terminate all processes, unmount the file systems, sync ...
///     system::reboot(RebootCommand::PowerOff)
/// }
/// ```
///
/// Since Linux 1.0, in PID namespaces since 3.4; [reboot(2)].
///
/// [reboot(2)]: https://man7.org/linux/man-pages/man2/reboot.2.html
#[doc(alias = "LINUX_REBOOT_CMD_RESTART")]
#[doc(alias = "LINUX_REBOOT_CMD_POWER_OFF")]
#[inline]
pub fn reboot(command: RebootCommand<'_>) -> Result<()> {
    raw::reboot(command)
}
