//! Calling a signal handler, and returning from a signal handler. On x86_64, a signal handler
//! returns to an address that the program provides. The code at this address must call
//! `rt_sigreturn` without changing the stack pointer.

use core::arch::{asm, naked_asm};

/// Returns the address to which a signal handler returns. If a program does not provide a return
/// address, the kernel kills the process instead of running the handler.
#[inline(always)]
pub(crate) fn restorer() -> Option<*const ()> {
    // Signal handlers return to the instruction after the `nop`, whose length is one byte.
    Some((nop_and_rt_sigreturn as *const ()).wrapping_byte_add(1))
}

/// A `nop`, followed by `mov $15, %rax; syscall` (`rt_sigreturn`). Debuggers and some unwinders
/// recognize a signal frame by the exact bytes of the last two instructions. Other unwinders use
/// the unwind table, which locates the saved registers in the `ucontext_t` to which the stack
/// pointer points. An unwinder looks up the byte preceding the return address in the unwind table,
/// and this byte is the `nop`.
#[unsafe(naked)]
unsafe extern "C" fn nop_and_rt_sigreturn() {
    /// DW_CFA_expression: the number of a register, and the offset of the saved register from the
    /// stack pointer (DW_OP_breg7). The offset is encoded in two bytes of 7 bits each (SLEB128).
    macro_rules! at {
        ($($register:literal: $low:literal $high:literal;)*) => {
            concat!($(".cfi_escape 0x10, ", $register, ", 3, 0x77, ", $low, ", ", $high, "\n"),*)
        };
    }
    naked_asm!(
        ".cfi_startproc",
        ".cfi_signal_frame",
        // DW_CFA_def_cfa_expression: the CFA is the interrupted stack pointer, which is saved at
        // offset 160 from the stack pointer.
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
            "call {handler}",
            handler = in(reg) handler,
            in("rdi") signal,
            in("rsi") info,
            in("rdx") context,
            clobber_abi("C"),
        );
    }
}
