//! A program without `std` that prints the text that is appended to a log file: `tail PATH`.
//!
//! The program follows the name of the file, like `tail -F`: it starts at the end of the file,
//! continues at the beginning if the file is truncated, and opens the new file if the file is
//! renamed or removed, and created again. It ends when the standard input reaches its end.

#![no_std]
#![no_main]

use core::ffi::{CStr, c_char};

use butter::error::{ErrorKind, Result};
use butter::fd::{BorrowedFd, OwnedFd};
use butter::fs::{self, CWD, Dev, Mode, OFlags};
use butter::inotify::{Inotify, WatchFlags};
use butter::poll::{self, PollFd, PollFlags};
use butter::time::Timeout;
use butter::{io, process};

// The stack contains the number of arguments, and then the addresses of the arguments.
#[cfg(target_arch = "x86_64")]
core::arch::global_asm!(
    ".globl _start",
    "_start:",
    "xor ebp, ebp",
    "mov rdi, rsp",
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
    "mov x0, sp",
    "bl {main}",
    main = sym main,
);

/// # Safety
///
/// `stack` must be the stack pointer with which the kernel started the process.
unsafe extern "C" fn main(stack: *const usize) -> ! {
    // SAFETY: the kernel stores the number of arguments.
    if unsafe { *stack } != 2 {
        let _ = io::write_all(standard(2), b"usage: tail PATH\n");
        process::exit_group(2);
    }
    // SAFETY: there are two arguments, whose addresses follow the number of arguments.
    let argument = unsafe { *stack.add(2).cast::<*const c_char>() };
    // SAFETY: an argument ends with a NUL byte, and is valid until the process exits.
    let path = unsafe { CStr::from_ptr(argument) };
    if let Err(error) = follow(path) {
        let _ = error.with_path(path).println(standard(2));
        process::exit_group(1);
    }
    process::exit_group(0)
}

fn follow(path: &CStr) -> Result<()> {
    let inotify = Inotify::new()?;
    let wanted = WatchFlags::MODIFY | WatchFlags::CREATE | WatchFlags::MOVED_TO;
    inotify.add_watch(directory(path), wanted)?;
    let mut file = File::open(path)?;
    if let Some(file) = &mut file {
        file.position = fs::fstat(&file.fd)?.size();
    }
    let (input, mut events) = (standard(0), [0; 4096]);
    loop {
        let mut fds = [PollFd::new(&input, PollFlags::IN), PollFd::new(&inotify, PollFlags::IN)];
        poll::wait(&mut fds, Timeout::Infinite)?;
        let [input_ready, changed] = fds.map(|fd| !fd.ready().is_empty());
        if changed {
            // Any change in the directory can concern the file, also events that were lost.
            inotify.read_events(&mut events)?;
        }
        let new = File::open(path)?;
        // The old file can have been written to until the new file was created.
        if let Some(file) = &mut file {
            file.print()?;
        }
        if let Some(mut new) = new
            && file.as_ref().is_none_or(|file| (file.device, file.inode) != (new.device, new.inode))
        {
            new.print()?;
            file = Some(new);
        }
        if input_ready && io::read(input, &mut events)? == 0 {
            return Ok(());
        }
    }
}

/// The open log file, which can have another name by now.
struct File {
    fd: OwnedFd,
    device: Dev,
    inode: u64,
    /// The number of bytes that have been printed or skipped.
    position: u64,
}

impl File {
    /// Opens the file. Returns `None` if the file does not exist.
    fn open(path: &CStr) -> Result<Option<Self>> {
        match fs::openat(CWD, path, OFlags::RDONLY | OFlags::NONBLOCK, Mode::empty()) {
            Ok(fd) => {
                let stat = fs::fstat(&fd)?;
                Ok(Some(Self { fd, device: stat.dev(), inode: stat.ino(), position: 0 }))
            }
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Prints the bytes from the position to the end of the file.
    fn print(&mut self) -> Result<()> {
        if fs::fstat(&self.fd)?.size() < self.position {
            self.position = 0;
        }
        let mut buffer = [0; 4096];
        loop {
            let count = fs::pread(&self.fd, &mut buffer, self.position)?;
            if count == 0 {
                return Ok(());
            }
            io::write_all(standard(1), &buffer[..count])?;
            self.position += count as u64;
        }
    }
}

/// Returns the path of the directory that contains a file.
fn directory(path: &CStr) -> &[u8] {
    let path = path.to_bytes();
    match path.iter().rposition(|byte| *byte == b'/') {
        Some(0) => b"/",
        Some(slash) => &path[..slash],
        None => b".",
    }
}

/// Returns a standard stream, from 0 (input) to 2 (error).
fn standard(number: i32) -> BorrowedFd<'static> {
    // SAFETY: this program does not close the standard streams.
    unsafe { BorrowedFd::borrow_raw(number) }
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    process::exit_group(101)
}
