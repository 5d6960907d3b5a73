//! The way back from a signal's handler: a handler returns to an address that the program gives with it, where
//! `rt_sigreturn` has to be called on the stack as it is then.

use core::arch::naked_asm;

/// The address. Without one the process dies when the handler should run.
#[inline(always)]
pub(crate) fn restorer() -> Option<*const ()> {
    // Behind the `nop`, which has one byte.
    Some((nop_and_rt_sigreturn as *const ()).wrapping_byte_add(1))
}

/// `nop`, and behind it `mov $15, %rax; syscall`, in just these bytes and with no word about its frame: debuggers and
/// unwinders know the frame of a signal by them. They take the address for one behind a call, and look for whose code
/// stands before it: the `nop` sees to it that it is no other function's.
#[unsafe(naked)]
unsafe extern "C" fn nop_and_rt_sigreturn() {
    naked_asm!(".byte 0x90", ".byte 0x48, 0xC7, 0xC0, 0x0F, 0x00, 0x00, 0x00, 0x0F, 0x05")
}
