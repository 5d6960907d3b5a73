//! The files that `/proc` has for each process and thread, as far as the crate's calls use them.
//!
//! They are those of whatever is mounted at `/proc`: a program that has moved into a directory tree of somebody else's
//! looks at that tree's. Numbers are those of the PID namespace that it was mounted in, which can be another one than
//! the caller's.

use core::ffi::CStr;

use crate::error::{Call, Errno, Error, Result};
use crate::fd::OwnedFd;
use crate::io::{self, AccessMode};
use crate::process::Pid;
use crate::thread::Tid;

/// Whose files they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Task {
    /// The calling thread's: `/proc/thread-self`.
    Own,
    /// Those of a process, which are its first thread's.
    Process(Pid),
    /// Those of one thread, of any process.
    Thread(Tid),
}

impl From<Pid> for Task {
    #[inline]
    fn from(process: Pid) -> Self {
        Self::Process(process)
    }
}

impl From<Tid> for Task {
    #[inline]
    fn from(thread: Tid) -> Self {
        Self::Thread(thread)
    }
}

const PROC_SUPER_MAGIC: i64 = 0x9FA0;

/// As [`open`], a file that the kernel has there: `ENOENT` where what is mounted at `/proc` is something else.
#[inline]
pub(crate) fn open_kernels(
    call: Call,
    task: Task,
    name: &str,
    access: AccessMode,
) -> Result<OwnedFd> {
    let file = open(call, task, name, access)?;
    if io::file_system(&file)?.kind == PROC_SUPER_MAGIC {
        Ok(file)
    } else {
        Err(Error::new(call, Errno::NOENT))
    }
}

/// Opens a file of a task by its name there: `ns/uts`. The path is built on the stack.
#[inline]
pub(crate) fn open(call: Call, task: Task, name: &str, access: AccessMode) -> Result<OwnedFd> {
    let mut path = Text::<64>::new();
    let Some(path) = path.path(task, name) else {
        return Err(Error::new(call, Errno::NAMETOOLONG));
    };
    io::openat(call, path, access)
}

/// Text that is put together on the stack.
pub(crate) struct Text<const ROOM: usize> {
    bytes: [u8; ROOM],
    len: usize,
}

impl<const ROOM: usize> Text<ROOM> {
    #[inline]
    pub(crate) const fn new() -> Self {
        Self { bytes: [0; ROOM], len: 0 }
    }

    /// What it holds.
    #[inline]
    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }

    /// Adds bytes; `None` where there is no room for all of them.
    #[inline]
    pub(crate) fn push(&mut self, more: &[u8]) -> Option<()> {
        let rest = self.bytes.get_mut(self.len..)?;
        rest.get_mut(..more.len())?.copy_from_slice(more);
        self.len += more.len();
        Some(())
    }

    /// Adds a number in decimal; `None` where there is no room for it.
    #[inline]
    pub(crate) fn push_number(&mut self, mut number: u32) -> Option<()> {
        let mut digits = [0; 10];
        let mut length = 0;
        for digit in digits.iter_mut().rev() {
            *digit = b'0' + (number % 10) as u8;
            number /= 10;
            length += 1;
            if number == 0 {
                break;
            }
        }
        self.push(digits.get(digits.len() - length..)?)
    }

    #[inline]
    fn path(&mut self, task: Task, name: &str) -> Option<&CStr> {
        self.push(b"/proc/")?;
        match task {
            Task::Own => self.push(b"thread-self")?,
            Task::Process(process) => self.push_number(process.get().cast_unsigned())?,
            Task::Thread(thread) => self.push_number(thread.get().cast_unsigned())?,
        }
        self.push(b"/")?;
        self.push(name.as_bytes())?;
        self.push(b"\0")?;
        // SAFETY: the only NUL byte is the last one: the names are the crate's own, and have none.
        Some(unsafe { CStr::from_bytes_with_nul_unchecked(self.as_bytes()) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_put_together_on_the_stack() {
        let path = |task, name| Text::<64>::new().path(task, name).map(CStr::to_owned);
        assert_eq!(path(Task::Own, "ns/mnt").as_deref(), Some(c"/proc/thread-self/ns/mnt"));
        assert_eq!(
            path(Pid::new(1).unwrap().into(), "uid_map").as_deref(),
            Some(c"/proc/1/uid_map")
        );
        let last = Tid::new(i32::MAX).unwrap();
        assert_eq!(
            path(last.into(), "ns/time_for_children").as_deref(),
            Some(c"/proc/2147483647/ns/time_for_children")
        );
        assert_eq!(path(Task::Own, &"n".repeat(60)), None);
    }

    #[test]
    fn numbers_are_written_in_decimal_while_there_is_room() {
        for number in [0, 7, 10, 99, 1_000_000, u32::MAX] {
            let mut text = Text::<10>::new();
            assert_eq!(text.push_number(number), Some(()));
            assert_eq!(text.as_bytes(), number.to_string().as_bytes());
        }
        let mut text = Text::<4>::new();
        assert_eq!(text.push(b"ab"), Some(()));
        assert_eq!(text.push_number(123), None);
        assert_eq!(text.push_number(12), Some(()));
        assert_eq!(text.push(b"c"), None);
        assert_eq!(text.push(b""), Some(()));
        assert_eq!(text.as_bytes(), b"ab12");
    }
}
