//! The struct that `sysinfo` fills in, and the commands of `reboot`.

use core::ffi::CStr;
use core::fmt;
use core::time::Duration;

/// The number of fractional bits of a load average.
const SI_LOAD_SHIFT: u32 = 16;

/// A load average: the average number of runnable and uninterruptible threads in a period.
///
/// A load is a fixed-point number, because the library uses no floating-point numbers, for which
/// some targets without `std` need functions of the compiler.
///
/// `Display` prints the load like `/proc/loadavg`, with two decimals: `0.75`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Load(u64);

impl Load {
    /// Returns the load as a fixed-point number: 65,536 represents the load 1.
    #[doc(alias = "SI_LOAD_SHIFT")]
    #[inline]
    #[must_use]
    pub const fn as_fixed_point(self) -> u64 {
        self.0
    }
}

impl fmt::Display for Load {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (one, half) = (1 << SI_LOAD_SHIFT, 1 << (SI_LOAD_SHIFT - 1));
        // The integer part has at most 48 bits, so that the product does not overflow.
        let hundredths =
            (self.0 >> SI_LOAD_SHIFT) * 100 + (((self.0 % one) * 100 + half) >> SI_LOAD_SHIFT);
        write!(f, "{}.{:02}", hundredths / 100, hundredths % 100)
    }
}

/// Prints the load like `Display`.
impl fmt::Debug for Load {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// `struct sysinfo`: memory, load and uptime of the system.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct Sysinfo {
    uptime: i64,
    loads: [u64; 3],
    totalram: u64,
    freeram: u64,
    sharedram: u64,
    bufferram: u64,
    totalswap: u64,
    freeswap: u64,
    procs: u16,
    pad: u16,
    totalhigh: u64,
    freehigh: u64,
    mem_unit: u32,
}

layout! {
    Sysinfo: size 112, align 8, uptime at 0, loads at 8, totalram at 32, freeram at 40,
        sharedram at 48, bufferram at 56, totalswap at 64, freeswap at 72, procs at 80, pad at 82,
        totalhigh at 88, freehigh at 96, mem_unit at 104
}

impl Sysinfo {
    /// Returns the time since system boot, including the time during which the system was
    /// suspended, in whole seconds.
    #[must_use]
    pub fn uptime(&self) -> Duration {
        Duration::from_secs(u64::try_from(self.uptime).unwrap_or(0))
    }

    /// Returns the load averages of the last 1, 5 and 15 minutes.
    #[doc(alias = "getloadavg")]
    #[must_use]
    pub const fn loads(&self) -> [Load; 3] {
        let [one, five, fifteen] = self.loads;
        [Load(one), Load(five), Load(fifteen)]
    }

    /// Returns the size of the usable memory in bytes.
    #[doc(alias = "totalram")]
    #[must_use]
    pub const fn total_ram(&self) -> u64 {
        self.bytes(self.totalram)
    }

    /// Returns the size of the free memory in bytes, which does not include the page cache.
    #[doc(alias = "freeram")]
    #[must_use]
    pub const fn free_ram(&self) -> u64 {
        self.bytes(self.freeram)
    }

    /// Returns the size of the shared memory in bytes: tmpfs files, shared anonymous mappings and
    /// System V shared memory.
    #[doc(alias = "sharedram")]
    #[must_use]
    pub const fn shared_ram(&self) -> u64 {
        self.bytes(self.sharedram)
    }

    /// Returns the size in bytes of the memory that is used as buffers for block devices.
    #[doc(alias = "bufferram")]
    #[must_use]
    pub const fn buffer_ram(&self) -> u64 {
        self.bytes(self.bufferram)
    }

    /// Returns the size of the swap space in bytes.
    #[doc(alias = "totalswap")]
    #[must_use]
    pub const fn total_swap(&self) -> u64 {
        self.bytes(self.totalswap)
    }

    /// Returns the size of the free swap space in bytes.
    #[doc(alias = "freeswap")]
    #[must_use]
    pub const fn free_swap(&self) -> u64 {
        self.bytes(self.freeswap)
    }

    /// Returns the size of the high memory in bytes, which is 0 on x86_64 and aarch64.
    #[doc(alias = "totalhigh")]
    #[must_use]
    pub const fn total_high(&self) -> u64 {
        self.bytes(self.totalhigh)
    }

    /// Returns the size of the free high memory in bytes, which is 0 on x86_64 and aarch64.
    #[doc(alias = "freehigh")]
    #[must_use]
    pub const fn free_high(&self) -> u64 {
        self.bytes(self.freehigh)
    }

    /// Returns the number of threads of the host, modulo 65,536.
    #[doc(alias = "procs")]
    #[must_use]
    pub const fn threads(&self) -> u16 {
        self.procs
    }

    /// Converts a size in units of `mem_unit` bytes to bytes.
    const fn bytes(&self, size: u64) -> u64 {
        size.saturating_mul(self.mem_unit as u64)
    }
}

impl fmt::Debug for Sysinfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sysinfo")
            .field("uptime", &self.uptime())
            .field("loads", &self.loads())
            .field("total_ram", &self.total_ram())
            .field("free_ram", &self.free_ram())
            .field("shared_ram", &self.shared_ram())
            .field("buffer_ram", &self.buffer_ram())
            .field("total_swap", &self.total_swap())
            .field("free_swap", &self.free_swap())
            .field("total_high", &self.total_high())
            .field("free_high", &self.free_high())
            .field("threads", &self.threads())
            .finish()
    }
}

/// A command of [`reboot`](super::reboot()).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RebootCommand<'a> {
    /// `LINUX_REBOOT_CMD_RESTART` - restarts the host.
    #[doc(alias = "LINUX_REBOOT_CMD_RESTART")]
    #[doc(alias = "RB_AUTOBOOT")]
    Restart,
    /// `LINUX_REBOOT_CMD_RESTART2` - restarts the host, and passes a string to the firmware or the
    /// boot loader. The kernel uses at most the first 255 bytes of the string. Since Linux 2.1.30.
    #[doc(alias = "LINUX_REBOOT_CMD_RESTART2")]
    RestartWith(&'a CStr),
    /// `LINUX_REBOOT_CMD_HALT` - halts the host without switching off the power.
    #[doc(alias = "LINUX_REBOOT_CMD_HALT")]
    #[doc(alias = "RB_HALT_SYSTEM")]
    Halt,
    /// `LINUX_REBOOT_CMD_POWER_OFF` - halts the host and switches off the power. Since Linux
    /// 2.1.30.
    #[doc(alias = "LINUX_REBOOT_CMD_POWER_OFF")]
    #[doc(alias = "RB_POWER_OFF")]
    PowerOff,
    /// `LINUX_REBOOT_CMD_CAD_ON` - lets Ctrl-Alt-Delete restart the host immediately.
    #[doc(alias = "LINUX_REBOOT_CMD_CAD_ON")]
    #[doc(alias = "RB_ENABLE_CAD")]
    CadOn,
    /// `LINUX_REBOOT_CMD_CAD_OFF` - lets Ctrl-Alt-Delete send `SIGINT` to the init program.
    #[doc(alias = "LINUX_REBOOT_CMD_CAD_OFF")]
    #[doc(alias = "RB_DISABLE_CAD")]
    CadOff,
    /// `LINUX_REBOOT_CMD_KEXEC` - executes a kernel that was loaded with `kexec_load` or
    /// `kexec_file_load`. Since Linux 2.6.13.
    #[doc(alias = "LINUX_REBOOT_CMD_KEXEC")]
    #[doc(alias = "RB_KEXEC")]
    Kexec,
    /// `LINUX_REBOOT_CMD_SW_SUSPEND` - hibernates: saves the memory to disk and switches off the
    /// power. The call returns when the system resumes. Since Linux 2.5.18.
    #[doc(alias = "LINUX_REBOOT_CMD_SW_SUSPEND")]
    #[doc(alias = "RB_SW_SUSPEND")]
    SoftwareSuspend,
}

const LINUX_REBOOT_CMD_RESTART: u32 = 0x0123_4567;
const LINUX_REBOOT_CMD_HALT: u32 = 0xCDEF_0123;
const LINUX_REBOOT_CMD_CAD_ON: u32 = 0x89AB_CDEF;
const LINUX_REBOOT_CMD_CAD_OFF: u32 = 0;
const LINUX_REBOOT_CMD_POWER_OFF: u32 = 0x4321_FEDC;
const LINUX_REBOOT_CMD_RESTART2: u32 = 0xA1B2_C3D4;
const LINUX_REBOOT_CMD_SW_SUSPEND: u32 = 0xD000_FCE2;
const LINUX_REBOOT_CMD_KEXEC: u32 = 0x4558_4543;

impl<'a> RebootCommand<'a> {
    /// Returns the number of the command, and its string.
    pub(super) const fn parts(self) -> (u32, Option<&'a CStr>) {
        match self {
            Self::Restart => (LINUX_REBOOT_CMD_RESTART, None),
            Self::RestartWith(argument) => (LINUX_REBOOT_CMD_RESTART2, Some(argument)),
            Self::Halt => (LINUX_REBOOT_CMD_HALT, None),
            Self::PowerOff => (LINUX_REBOOT_CMD_POWER_OFF, None),
            Self::CadOn => (LINUX_REBOOT_CMD_CAD_ON, None),
            Self::CadOff => (LINUX_REBOOT_CMD_CAD_OFF, None),
            Self::Kexec => (LINUX_REBOOT_CMD_KEXEC, None),
            Self::SoftwareSuspend => (LINUX_REBOOT_CMD_SW_SUSPEND, None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn load_display_rounds_to_two_decimals_and_does_not_overflow() {
        for (load, text) in [
            (0, "0.00"),
            (327, "0.00"),
            (328, "0.01"),
            (0xC000, "0.75"),
            (0xFFFF, "1.00"),
            (0x2A_4000, "42.25"),
            (u64::MAX, "281474976710656.00"),
        ] {
            assert_eq!(Load(load).to_string(), text);
        }
    }
}
