//! Entering a signal handler, and returning from it: if the program does not provide a return
//! address, the kernel uses the address of code in the vDSO, which debuggers and unwinders
//! recognize.

use core::arch::asm;

/// Returns `None`: the kernel provides the address.
#[inline(always)]
pub(crate) fn restorer() -> Option<*const ()> {
    None
}

/// Calls a signal handler with the arguments that the kernel passes: the signal, its `siginfo_t`
/// and the context. The handler may have fewer parameters.
///
/// # Safety
///
/// `handler` must be the address of a signal handler that can run with these arguments here.
pub(crate) unsafe fn call(handler: *const (), signal: usize, info: *const (), context: *mut ()) {
    // SAFETY: the stack is aligned, because the block may use it, and a function with the C calling
    // convention preserves the registers that `clobber_abi` does not name; its other effects are
    // safe, upheld by the caller.
    unsafe {
        asm!(
            "blr {handler}",
            handler = in(reg) handler,
            in("x0") signal,
            in("x1") info,
            in("x2") context,
            clobber_abi("C"),
        );
    }
}
