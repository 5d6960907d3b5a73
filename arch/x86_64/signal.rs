//! Entering a signal handler, and returning from it: a handler returns to an address that the
//! program provides, and the code there must call `rt_sigreturn` with the stack pointer unchanged.

use core::arch::{asm, naked_asm};

/// Returns the address to which a handler returns. Without one, the kernel kills the process
/// instead of running the handler.
#[inline(always)]
pub(crate) fn restorer() -> Option<*const ()> {
    // After the `nop`, which has one byte.
    Some((nop_and_rt_sigreturn as *const ()).wrapping_byte_add(1))
}

/// `nop`, followed by `mov $15, %rax; syscall` in exactly these bytes, by which debuggers and some
/// unwinders recognize the frame of a signal. Other unwinders use the unwind table, which locates
/// the saved registers in the `ucontext_t` to which the stack pointer points. These unwinders look
/// up the byte preceding a return address, which is the `nop`.
#[unsafe(naked)]
unsafe extern "C" fn nop_and_rt_sigreturn() {
    /// DW_CFA_expression: the number of a register, and the offset of its value from the stack
    /// pointer (DW_OP_breg7), in two bytes of 7 bits each.
    macro_rules! at {
        ($($register:literal: $low:literal $high:literal;)*) => {
            concat!($(".cfi_escape 0x10, ", $register, ", 3, 0x77, ", $low, ", ", $high, "\n"),*)
        };
    }
    naked_asm!(
        ".cfi_startproc",
        ".cfi_signal_frame",
        // DW_CFA_def_cfa_expression: the interrupted stack pointer, at 160 from the stack pointer.
        ".cfi_escape 0x0F, 4, 0x77, 0xA0, 1, 0x06",
        at! {
            8: 0xA8 0; // r8 at 40
            9: 0xB0 0; // r9 at 48
            10: 0xB8 0; // r10 at 56
            11: 0xC0 0; // r11 at 64
            12: 0xC8 0; // r12 at 72
            13: 0xD0 0; // r13 at 80
            14: 0xD8 0; // r14 at 88
            15: 0xE0 0; // r15 at 96
            5: 0xE8 0; // rdi at 104
            4: 0xF0 0; // rsi at 112
            6: 0xF8 0; // rbp at 120
            3: 0x80 1; // rbx at 128
            1: 0x88 1; // rdx at 136
            0: 0x90 1; // rax at 144
            2: 0x98 1; // rcx at 152
            7: 0xA0 1; // rsp at 160
            16: 0xA8 1; // rip at 168
        },
        ".byte 0x90",
        ".byte 0x48, 0xC7, 0xC0, 0x0F, 0x00, 0x00, 0x00, 0x0F, 0x05",
        ".cfi_endproc",
    )
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
            "call {handler}",
            handler = in(reg) handler,
            in("rdi") signal,
            in("rsi") info,
            in("rdx") context,
            clobber_abi("C"),
        );
    }
}
