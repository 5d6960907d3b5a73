//! The way into a signal's handler, and back: where the program gives no address for it, the kernel takes its own,
//! which debuggers and unwinders know.

use core::arch::asm;

/// No address.
#[inline(always)]
pub(crate) fn restorer() -> Option<*const ()> {
    None
}

/// Calls a signal's handler with what the kernel gives one: the signal, the record and the context. It may take fewer.
///
/// # Safety
///
/// The address of a handler, which can run here with these.
pub(crate) unsafe fn call(handler: *const (), signal: usize, info: *const (), context: *mut ()) {
    // SAFETY: a function of C's convention finds the stack aligned, as the block may use it, and keeps what
    // `clobber_abi` does not name; what else it does is the caller's promise.
    unsafe {
        asm!(
            "blr {handler}", handler = in(reg) handler, in("x0") signal, in("x1") info, in("x2") context,
            clobber_abi("C"),
        );
    }
}
