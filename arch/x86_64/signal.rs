//! The way back from a signal's handler: a handler returns to an address that the program gives with it, where
//! `rt_sigreturn` has to be called on the stack as it is then.

use core::arch::naked_asm;

/// The address. Without one the process dies when the handler should run.
#[inline(always)]
pub(crate) fn restorer() -> Option<*const ()> {
    Some(rt_sigreturn as *const ())
}

/// `mov $15, %rax; syscall`, in just these bytes and with no word about its frame: debuggers and unwinders know the frame
/// of a signal by them.
#[unsafe(naked)]
unsafe extern "C" fn rt_sigreturn() {
    naked_asm!(".byte 0x48, 0xC7, 0xC0, 0x0F, 0x00, 0x00, 0x00, 0x0F, 0x05")
}
