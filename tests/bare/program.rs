//! A complete program without `std`, without a C library and without an allocator: it watches `/`,
//! wakes itself through an eventfd, and prints its process ID and an error.
//!
//! The program is built for the bare-metal targets, whose `compiler_builtins` define the functions
//! that the compiler calls by name (`memcpy` and others):
//! `rustc --target x86_64-unknown-none -C relocation-model=static`.

#![no_std]
#![no_main]

use core::fmt::{self, Write};

use butter::epoll::{Epoll, Event, Interest, Token};
use butter::eventfd::EventFd;
use butter::fd::BorrowedFd;
use butter::inotify::{Inotify, WatchFlags};
use butter::time::Timeout;
use butter::{io, process};

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
        Err(error) => {
            let _ = writeln!(Output, "{error}");
            1
        }
    };
    process::exit_group(status)
}

fn run() -> butter::Result<()> {
    let inotify = Inotify::nonblocking()?;
    inotify.add_watch("/", WatchFlags::CREATE)?;
    let counter = EventFd::nonblocking(0)?;
    let epoll = Epoll::new()?;
    epoll.add(&inotify, Token(1), Interest::IN)?;
    epoll.add(&counter, Token(2), Interest::IN)?;
    counter.write(42)?;
    let mut ready = [Event::default(); 4];
    let woken_by = epoll.wait(&mut ready, Timeout::Infinite)?.first().map(Event::token);
    if woken_by == Some(Token(2)) {
        let _ = writeln!(Output, "process {}: {}", process::getpid(), counter.read()?);
    }
    // `/nowhere` does not exist, so `main` prints an error.
    inotify.add_watch("/nowhere", WatchFlags::CREATE).map(drop)
}

/// The standard output.
struct Output;

impl Write for Output {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        // SAFETY: descriptor 1 is the standard output, and is not closed.
        let output = unsafe { BorrowedFd::borrow_raw(1) };
        match io::write(output, text.as_bytes()) {
            Ok(count) if count == text.len() => Ok(()),
            _ => Err(fmt::Error),
        }
    }
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    process::exit_group(101)
}
