//! A program without `std` that fails to watch a path. With `--cfg print`, it prints the error;
//! with `--cfg kind`, it exits with status 2 if the kind of the error is `NotFound`.

#![no_std]
#![no_main]

use butter::error::ErrorKind;
use butter::fd::BorrowedFd;
use butter::inotify::{Inotify, WatchFlags};
use butter::process;

#[cfg(target_arch = "x86_64")]
core::arch::global_asm!(
    ".globl _start",
    "_start:",
    "xor ebp, ebp",
    "and rsp, -16",
    "call {main}",
    main = sym main,
);
#[cfg(target_arch = "aarch64")]
core::arch::global_asm!(
    ".globl _start",
    "_start:",
    "mov x29, #0",
    "mov x30, #0",
    "bl {main}",
    main = sym main,
);

extern "C" fn main() -> ! {
    let status = match run() {
        Ok(()) => 0,
        Err(error) if cfg!(kind) && error.kind() == ErrorKind::NotFound => 2,
        Err(error) => {
            if cfg!(print) {
                // SAFETY: descriptor 1 is the standard output, and is not closed.
                let output = unsafe { BorrowedFd::borrow_raw(1) };
                let _ = error.println(output);
            }
            1
        }
    };
    process::exit_group(status)
}

fn run() -> butter::Result<()> {
    Inotify::new()?.add_watch(c"/nowhere", WatchFlags::CREATE).map(drop)
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    process::exit_group(101)
}
