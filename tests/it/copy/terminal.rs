//! Copies from a terminal. The tests open pseudoterminals through `/dev/ptmx` and `TIOCGPTPEER`,
//! without the path of the slave.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::fd::{AsRawFd, FromRawFd};
use std::os::unix::fs::OpenOptionsExt;

use butter::copy::{Copier, copy};
use common::files;
use common::require;

/// Opens a pseudoterminal, and returns the master and the slave. Returns `None` if the host has no
/// `devpts`.
pub fn pair() -> Option<(File, File)> {
    let master = OpenOptions::new()
        .read(true)
        .write(true)
        .custom_flags(libc::O_NOCTTY)
        .open("/dev/ptmx")
        .ok()?;
    let unlocked = 0;
    // SAFETY: the kernel reads an int.
    if unsafe { libc::ioctl(master.as_raw_fd(), libc::TIOCSPTLCK, &raw const unlocked) } != 0 {
        return None;
    }
    let flags = libc::O_RDWR | libc::O_NOCTTY | libc::O_CLOEXEC;
    // SAFETY: touches no memory.
    let terminal = unsafe { libc::ioctl(master.as_raw_fd(), libc::TIOCGPTPEER, flags) };
    // SAFETY: a success is a new descriptor.
    (terminal >= 0).then(|| (master, unsafe { File::from_raw_fd(terminal) }))
}

/// Like [`pair`], with the slave in raw mode, in which the terminal neither changes nor echoes
/// bytes.
pub fn raw() -> Option<(File, File)> {
    let pair = pair()?;
    set(&pair.1, |modes| {
        // SAFETY: changes only this struct.
        unsafe { libc::cfmakeraw(modes) };
    });
    Some(pair)
}

fn set(terminal: &File, change: impl FnOnce(&mut libc::termios)) {
    // SAFETY: all zeroes are valid modes.
    let mut modes: libc::termios = unsafe { std::mem::zeroed() };
    // SAFETY: the modes are written to.
    let done = unsafe { libc::tcgetattr(terminal.as_raw_fd(), &raw mut modes) };
    assert_eq!(done, 0, "{}", io::Error::last_os_error());
    change(&mut modes);
    // SAFETY: the modes are read.
    let done = unsafe { libc::tcsetattr(terminal.as_raw_fd(), libc::TCSANOW, &raw const modes) };
    assert_eq!(done, 0, "{}", io::Error::last_os_error());
}

#[test]
fn copy_from_terminal_ends_at_a_single_end_of_file_character() {
    let (mut master, terminal) =
        require!(pair(), "a pseudoterminal requires /dev/ptmx and a mounted devpts");
    set(&terminal, |modes| modes.c_lflag &= !libc::ECHO);
    let (typed, end) = (b"one line\nanother\n", b"\x04");
    master.write_all(typed).unwrap();
    master.write_all(end).unwrap();
    let source = common::fd(terminal.try_clone().unwrap());

    let (mut reader, writer) = io::pipe().unwrap();
    assert_eq!(copy(&source, common::fd(writer)), Ok(typed.len() as u64));
    let mut received = Vec::new();
    reader.read_to_end(&mut received).unwrap();
    assert_eq!(received, typed);

    // The end-of-file character precedes the line, so the first step returns 0, and the second step
    // copies the line.
    let (_reader, writer) = io::pipe().unwrap();
    for target in [common::fd(files::anonymous()), common::fd(writer)] {
        master.write_all(end).unwrap();
        master.write_all(b"later\n").unwrap();
        let mut copier = Copier::new(&source, &target);
        assert_eq!(copier.step(), Ok(0));
        assert_eq!(copier.step(), Ok(6));
    }
}
