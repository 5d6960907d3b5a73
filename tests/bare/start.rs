//! The start of a program without `std` that has arguments.

use core::ffi::{CStr, c_char};

use butter::fd::BorrowedFd;
use butter::process;

// The stack contains the number of arguments, and then the addresses of the arguments.
#[cfg(target_arch = "x86_64")]
core::arch::global_asm!(
    ".globl _start",
    "_start:",
    "xor ebp, ebp",
    "mov rdi, rsp",
    "and rsp, -16",
    "call {start}",
    start = sym start,
);
#[cfg(target_arch = "aarch64")]
core::arch::global_asm!(
    ".globl _start",
    "_start:",
    "mov x29, #0",
    "mov x30, #0",
    "mov x0, sp",
    "bl {start}",
    start = sym start,
);

/// # Safety
///
/// `stack` must be the stack pointer with which the kernel started the process.
unsafe extern "C" fn start(stack: *const usize) -> ! {
    // SAFETY: the kernel stores the number of arguments, and then their addresses.
    let (count, first) = unsafe { (*stack, stack.add(1)) };
    // SAFETY: the kernel stores as many addresses, which are valid until the process exits.
    let arguments = unsafe { core::slice::from_raw_parts(first.cast::<*const c_char>(), count) };
    process::exit_group(crate::main(Arguments(arguments)))
}

/// The arguments of the program, of which the first one is its name.
#[derive(Clone, Copy)]
pub struct Arguments(&'static [*const c_char]);

impl Arguments {
    /// Returns the arguments after the name of the program, if their number is `N`.
    pub fn get<const N: usize>(self) -> Option<[&'static CStr; N]> {
        let arguments: &[_; N] = self.0.get(1..)?.try_into().ok()?;
        // SAFETY: an argument ends with a NUL byte, and is valid until the process exits.
        Some(arguments.map(|argument| unsafe { CStr::from_ptr(argument) }))
    }
}

/// Returns a standard stream, from 0 (input) to 2 (error).
pub fn standard(number: i32) -> BorrowedFd<'static> {
    // SAFETY: the program does not close the standard streams.
    unsafe { BorrowedFd::borrow_raw(number) }
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    process::exit_group(101)
}
