//! A static program of a few KiB without `std`, without a C library and without an allocator. It
//! prints a greeting and, on failure, the error.
//!
//! ```text
//! rustup target add x86_64-unknown-none
//! cargo run --release
//! ```
//!
//! On aarch64, use the target `aarch64-unknown-none`, and pass `--target aarch64-unknown-none` to
//! `cargo run`.
//!
//! A freestanding program needs the following, in addition to `no_std` and `no_main`:
//!
//! - A bare-metal target: its `compiler_builtins` define the functions that the compiler calls by
//!   name (`memcpy`, `memset` and others), and nothing else is linked.
//! - The static relocation model (`.cargo/config.toml` explains why).
//! - An entry point, `_start`. The kernel starts the program there, not by a call: there is no
//!   return address, and `_start` must not return.
//! - Stack alignment: at `_start`, the stack pointer is a multiple of 16. On x86_64, a function
//!   expects this before the `call` instruction, which pushes the return address. On aarch64, a
//!   function expects it at its entry. Code that saves vector registers on the stack crashes if
//!   the stack is not aligned.
//! - `panic = "abort"` in the profiles (`Cargo.toml`), and a panic handler that does not return.

#![no_std]
#![no_main]

use core::arch::naked_asm;

use butter::fd::BorrowedFd;
use butter::{io, process};

/// The entry point: sets the frame pointer to 0, which marks the outermost frame for debuggers,
/// aligns the stack, and calls [`main`].
#[cfg(target_arch = "x86_64")]
#[unsafe(naked)]
#[unsafe(no_mangle)]
unsafe extern "C" fn _start() -> ! {
    naked_asm!("xor ebp, ebp", "and rsp, -16", "call {main}", main = sym main)
}

/// The entry point: sets the frame pointer and the return address to 0, which marks the outermost
/// frame for debuggers, and calls [`main`]. The kernel has aligned the stack.
#[cfg(target_arch = "aarch64")]
#[unsafe(naked)]
#[unsafe(no_mangle)]
unsafe extern "C" fn _start() -> ! {
    naked_asm!("mov x29, #0", "mov x30, #0", "bl {main}", main = sym main)
}

extern "C" fn main() -> ! {
    // SAFETY: descriptors 1 and 2 are the standard output and the standard error, and are not
    // closed.
    let (stdout, stderr) = unsafe { (BorrowedFd::borrow_raw(1), BorrowedFd::borrow_raw(2)) };
    match io::write_all(stdout, b"Hello from a program without a C library\n") {
        Ok(()) => process::exit_group(0),
        Err(error) => {
            // An error while printing the error cannot be reported.
            let _ = error.error().println(stderr);
            process::exit_group(1)
        }
    }
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    process::exit_group(101)
}
