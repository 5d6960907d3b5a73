//! A program without `std` that prints the text that is appended to a log file: `tail PATH`.
//!
//! The program follows the name of the file, like `tail -F`: it starts at the end of the file,
//! continues at the beginning if the file is truncated, and opens the new file if the file is
//! renamed or removed, and created again. It ends when the standard input reaches its end.

#![no_std]
#![no_main]

mod start;

use core::ffi::CStr;

use butter::error::{ErrorKind, Result};
use butter::fd::OwnedFd;
use butter::fs::{self, CWD, Dev, Mode, OFlags};
use butter::inotify::{Inotify, WatchFlags};
use butter::io;
use butter::poll::{self, PollFd, PollFlags};
use butter::time::Timeout;

use start::{Arguments, standard};

fn main(arguments: Arguments) -> i32 {
    let Some([path]) = arguments.get() else {
        let _ = io::write_all(standard(2), b"usage: tail PATH\n");
        return 2;
    };
    if let Err(error) = follow(path) {
        let _ = error.with_path(path).println(standard(2));
        return 1;
    }
    0
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
