//! The input of a filter.

use super::Syscall;
use crate::arch::abi::AUDIT_ARCH;

/// `struct seccomp_data`: the system call that a filter examines.
#[doc(alias = "seccomp_data")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[repr(C)]
pub struct SyscallData {
    /// The number of the system call; -1 if a tracer has skipped the system call.
    pub nr: i32,
    /// The ABI of the system call: an `AUDIT_ARCH_*` number. A 64-bit program can use the 32-bit
    /// ABI of its architecture.
    #[doc(alias = "AUDIT_ARCH_X86_64")]
    #[doc(alias = "AUDIT_ARCH_AARCH64")]
    pub arch: u32,
    /// The address of the instruction after the system call.
    pub instruction_pointer: u64,
    /// The arguments. The upper half of a 32-bit argument can contain any value.
    pub args: [u64; 6],
}

layout! {
    SyscallData: size 64, align 8, nr at 0, arch at 4, instruction_pointer at 8, args at 16
}

impl SyscallData {
    /// The ABI of this program: `AUDIT_ARCH_X86_64` or `AUDIT_ARCH_AARCH64`.
    pub const NATIVE_ARCH: u32 = AUDIT_ARCH;

    /// Describes a system call of this program.
    #[must_use]
    pub const fn new(nr: i32, args: [u64; 6]) -> Self {
        Self { nr, arch: AUDIT_ARCH, instruction_pointer: 0, args }
    }

    /// Returns the system call. Returns `None` if the system call does not use the ABI of this
    /// program, or if the number is negative or has the x32 bit.
    #[must_use]
    pub const fn syscall(&self) -> Option<Syscall> {
        if self.arch == AUDIT_ARCH { Syscall::from_raw(self.nr.cast_unsigned()) } else { None }
    }

    /// Returns the 32-bit word at an offset in bytes. Returns 0 after the end of the struct.
    pub(super) const fn word(&self, offset: u32) -> u32 {
        let double = match offset / 8 {
            0 => self.nr.cast_unsigned() as u64 | (self.arch as u64) << 32,
            1 => self.instruction_pointer,
            index @ 2..8 => self.args[index as usize - 2],
            _ => 0,
        };
        (if offset % 8 == 4 { double >> 32 } else { double }) as u32
    }
}
