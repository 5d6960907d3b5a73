//! Tasks (processes and threads), and opening the files of a task in `/proc`.

use core::ffi::CStr;

use super::StackBuf;
use crate::error::{Call, Errno, Error, Result};
use crate::fd::{self, BorrowedFd, OwnedFd};
use crate::fs::{self, FileType};
use crate::ids::{Pid, Tid};
use crate::io::AccessMode;

/// A process or thread, whose files in `/proc` a function opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Task {
    /// The calling thread: `/proc/thread-self`.
    Own,
    /// A process, represented by its first thread: `/proc/<pid>`.
    Process(Pid),
    /// A thread of any process: `/proc/<tid>`.
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

const O_NOCTTY: u32 = 0x100;
const O_NONBLOCK: u32 = 0x800;
const O_PATH: u32 = 0x20_0000;

const PROC_SUPER_MAGIC: i64 = 0x9FA0;

/// Opens a file like [`open`]. Fails with `ENOENT` if the file is not a regular file of a procfs.
#[inline]
pub(crate) fn open_procfs(
    call: Call,
    task: Task,
    name: &str,
    access: AccessMode,
) -> Result<OwnedFd> {
    check(call, open(call, task, name, access)?)
}

/// The directory of a task in `/proc`. All files that are opened through a `TaskDir` belong to the
/// same task, even if the task exits and its ID is reused.
pub(crate) struct TaskDir(OwnedFd);

impl TaskDir {
    /// Opens the directory of a task. Fails with `ENOENT` if the directory is not in a procfs.
    pub(crate) fn open(call: Call, task: Task) -> Result<Self> {
        let mut path = StackBuf::<64>::new();
        let path = push_path(&mut path, task, "").ok_or(Error::new(call, Errno::NAMETOOLONG))?;
        let directory = fs::open_existing(call, None, path, O_PATH)?;
        if is_procfs(fd::borrow(&directory))? {
            Ok(Self(directory))
        } else {
            Err(Error::new(call, Errno::NOENT))
        }
    }

    /// Opens a file of the task by its name. Fails with `ENOENT` if the file is not a regular file
    /// of a procfs, because another file is mounted over it.
    pub(crate) fn open_file(&self, call: Call, name: &CStr, access: AccessMode) -> Result<OwnedFd> {
        check(call, fs::open_existing(call, Some(fd::borrow(&self.0)), name, flags(access))?)
    }
}

/// Returns the flags of `openat`: `O_NONBLOCK` avoids waiting if the file is a FIFO, and `O_NOCTTY`
/// prevents a terminal from becoming the controlling terminal of the process.
const fn flags(access: AccessMode) -> u32 {
    access.bits() | O_NONBLOCK | O_NOCTTY
}

/// Returns `file` if it is a regular file of a procfs; otherwise, fails with `ENOENT`.
fn check(call: Call, file: OwnedFd) -> Result<OwnedFd> {
    let borrowed = fd::borrow(&file);
    let is_regular = fs::raw::fstat(borrowed)?.file_type() == FileType::RegularFile;
    if is_regular && is_procfs(borrowed)? { Ok(file) } else { Err(Error::new(call, Errno::NOENT)) }
}

fn is_procfs(file: BorrowedFd<'_>) -> Result<bool> {
    Ok(fs::raw::fstatfs(file)?.fs_type == PROC_SUPER_MAGIC)
}

/// Opens a file of a task by its name, such as `ns/uts`. The path is built on the stack. The
/// function does not block, even if the file is a FIFO or a device.
#[inline]
pub(crate) fn open(call: Call, task: Task, name: &str, access: AccessMode) -> Result<OwnedFd> {
    let mut path = StackBuf::<64>::new();
    match push_path(&mut path, task, name) {
        Some(path) => fs::open_existing(call, None, path, flags(access)),
        None => Err(Error::new(call, Errno::NAMETOOLONG)),
    }
}

/// Builds the path of a file of a task in `buffer`. Returns `None` if the capacity of `buffer` is
/// too small.
#[inline]
fn push_path<'b, const N: usize>(
    buffer: &'b mut StackBuf<N>,
    task: Task,
    name: &str,
) -> Option<&'b CStr> {
    buffer.push(b"/proc/")?;
    match task {
        Task::Own => buffer.push(b"thread-self")?,
        Task::Process(process) => buffer.push_number(process.as_raw().cast_unsigned())?,
        Task::Thread(thread) => buffer.push_number(thread.as_raw().cast_unsigned())?,
    }
    buffer.push(b"/")?;
    buffer.push(name.as_bytes())?;
    buffer.push(b"\0")?;
    // SAFETY: only the last byte is NUL: `name` is a constant of this crate that contains no NUL
    // byte.
    Some(unsafe { CStr::from_bytes_with_nul_unchecked(buffer.as_bytes()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn push_path_builds_path_of_each_kind_of_task() {
        let path =
            |task, name| push_path(&mut StackBuf::<64>::new(), task, name).map(CStr::to_owned);
        assert_eq!(path(Task::Own, "ns/mnt").as_deref(), Some(c"/proc/thread-self/ns/mnt"));
        let first = Pid::from_raw(1).unwrap();
        assert_eq!(path(first.into(), "uid_map").as_deref(), Some(c"/proc/1/uid_map"));
        let last = Tid::from_raw(i32::MAX).unwrap();
        assert_eq!(
            path(last.into(), "ns/time_for_children").as_deref(),
            Some(c"/proc/2147483647/ns/time_for_children")
        );
        assert_eq!(path(Task::Own, &"n".repeat(60)), None);
    }
}
