//! Memory, load and uptime of the system, and rebooting.
//!
//! `sysinfo` cannot fail in practice.
//!
//! ```
//! use butter::system;
//!
//! # fn main() -> butter::Result<()> {
//! let info = system::sysinfo()?;
//! let [load, ..] = info.loads();
//! println!("up {:?}, load {load}, {} bytes of memory free", info.uptime(), info.free_ram());
//! # Ok(())
//! # }
//! ```
//!
//! | kernel call | raw | function | since |
//! |---|---|---|---|
//! | `sysinfo` | [`raw::sysinfo`] | [`sysinfo`] | 1.0 |
//! | `reboot` | [`raw::reboot`] | [`reboot`] | 1.0 |
//!
//! # Notes
//!
//! - **[`reboot`] does not write cached data to the disks, does not unmount file systems and does
//!   not terminate processes first.** An init program terminates all processes, unmounts all file
//!   systems or makes them read-only, and calls [`fs::sync`](crate::fs::sync()) before it calls
//!   [`reboot`].
//! - In a PID namespace other than the initial one, [`reboot`] does not affect the host: see
//!   [`reboot`].
//! - In a container, [`sysinfo`] returns the values of the host, not the limits of the control
//!   group.

mod ops;
pub mod raw;
mod types;

#[doc(alias = "LINUX_REBOOT_CMD_RESTART", alias = "LINUX_REBOOT_CMD_POWER_OFF")]
pub use ops::reboot;
pub use ops::sysinfo;
#[doc(alias = "getloadavg")]
pub use types::Load;
#[doc(alias = "RB_AUTOBOOT", alias = "RB_POWER_OFF")]
pub use types::RebootCommand;
#[doc(alias = "sysinfo")]
pub use types::Sysinfo;
