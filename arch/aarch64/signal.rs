//! Calling a signal handler, and returning from a signal handler. On aarch64, the crate does not
//! provide a return address: the kernel uses the address of code in the vDSO, which debuggers and
//! unwinders recognize.

use core::arch::asm;

/// Returns `None`, because the kernel provides the address to which a signal handler returns.
#[inline(always)]
pub(crate) fn restorer() -> Option<*const ()> {
    None
}

/// Calls a signal handler with the arguments that the kernel passes: the signal number, the
/// `siginfo_t` and the `ucontext_t`. The signal handler may have fewer than three parameters.
///
/// # Safety
///
/// `handler` must be the address of a signal handler, and calling the handler with `signal`, `info`
/// and `context` must be sound.
pub(crate) unsafe fn call(handler: *const (), signal: usize, info: *const (), context: *mut ()) {
    // SAFETY: the stack is aligned, because the assembly does not have the option `nostack`. A
    // function with the C calling convention preserves all registers that `clobber_abi("C")` does
    // not declare as clobbered. The other effects of the handler are safe, upheld by the caller.
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
