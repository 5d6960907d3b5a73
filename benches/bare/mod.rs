//! Functions that only execute a system call instruction, and do not check the result. Their cost
//! is the minimum cost of each system call.

use std::ffi::CStr;
use std::mem::MaybeUninit;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};

#[cfg(target_arch = "aarch64")]
mod aarch64;
#[cfg(target_arch = "aarch64")]
use aarch64::{call0, call2, call3, call4, call6};

#[cfg(target_arch = "x86_64")]
mod x86_64;
#[cfg(target_arch = "x86_64")]
use x86_64::{call0, call2, call3, call4, call6};

#[inline(always)]
pub(crate) fn getpid() -> isize {
    // SAFETY: accesses no memory.
    unsafe { call0(libc::SYS_getpid) }
}

#[inline(always)]
pub(crate) fn getppid() -> isize {
    // SAFETY: accesses no memory.
    unsafe { call0(libc::SYS_getppid) }
}

#[inline(always)]
pub(crate) fn write_u64(counter: &OwnedFd, value: u64) -> isize {
    // SAFETY: the kernel reads the 8 bytes of the value.
    unsafe {
        call3(
            libc::SYS_write,
            [raw_fd(counter), (&raw const value).expose_provenance(), size_of::<u64>()],
        )
    }
}

#[inline(always)]
pub(crate) fn read_u64(counter: &OwnedFd) -> u64 {
    let mut value = 0_u64;
    // SAFETY: the kernel writes the 8 bytes of the value.
    unsafe {
        call3(
            libc::SYS_read,
            [raw_fd(counter), (&raw mut value).expose_provenance(), size_of::<u64>()],
        )
    };
    value
}

/// Sends a message without `SIGPIPE`.
#[inline(always)]
pub(crate) fn send(socket: &OwnedFd, bytes: &[u8]) -> isize {
    let start = bytes.as_ptr().expose_provenance();
    let flags = libc::MSG_NOSIGNAL as usize;
    // SAFETY: the kernel reads `bytes.len()` bytes.
    unsafe { call6(libc::SYS_sendto, [raw_fd(socket), start, bytes.len(), flags, 0, 0]) }
}

#[inline(always)]
pub(crate) fn recv(socket: &OwnedFd, buffer: &mut [u8]) -> isize {
    let start = buffer.as_mut_ptr().expose_provenance();
    // SAFETY: the kernel writes at most `buffer.len()` bytes.
    unsafe { call6(libc::SYS_recvfrom, [raw_fd(socket), start, buffer.len(), 0, 0, 0]) }
}

#[inline(always)]
pub(crate) fn add_watch(inotify: &OwnedFd, path: &CStr, mask: u32) -> isize {
    let path = path.as_ptr().expose_provenance();
    // SAFETY: the kernel reads the path up to its NUL byte.
    unsafe { call3(libc::SYS_inotify_add_watch, [raw_fd(inotify), path, mask as usize]) }
}

/// Opens a file for reading, and closes the descriptor as an `OwnedFd` does. The kernel ignores the
/// mode.
#[inline(always)]
pub(crate) fn open_and_close(directory: &OwnedFd, path: &CStr) {
    let (path, flags) = (path.as_ptr().expose_provenance(), libc::O_CLOEXEC as usize);
    // SAFETY: the kernel reads the path up to its NUL byte.
    let fd = unsafe { call3(libc::SYS_openat, [raw_fd(directory), path, flags]) };
    // SAFETY: the descriptor is open, and has no other owner.
    drop(unsafe { OwnedFd::from_raw_fd(fd as i32) });
}

/// Returns the size of a file.
#[inline(always)]
pub(crate) fn fstat_size(fd: &OwnedFd) -> i64 {
    let mut stat = MaybeUninit::<libc::stat>::uninit();
    // SAFETY: the kernel writes the struct.
    unsafe { call2(libc::SYS_fstat, [raw_fd(fd), stat.as_mut_ptr().expose_provenance()]) };
    // SAFETY: the kernel has written the struct.
    unsafe { stat.assume_init() }.st_size
}

/// Returns the size of a path.
#[inline(always)]
pub(crate) fn statx_size(directory: &OwnedFd, path: &CStr) -> u64 {
    let mut statx = MaybeUninit::<libc::statx>::uninit();
    let path = path.as_ptr().expose_provenance();
    let address = statx.as_mut_ptr().expose_provenance();
    let arguments = [raw_fd(directory), path, 0, libc::STATX_SIZE as usize, address, 0];
    // SAFETY: the kernel reads the path up to its NUL byte, writes the struct, and ignores the last
    // argument.
    unsafe { call6(libc::SYS_statx, arguments) };
    // SAFETY: the kernel has written the struct.
    unsafe { statx.assume_init() }.stx_size
}

/// Sets the file offset to the beginning.
#[inline(always)]
pub(crate) fn rewind(fd: &OwnedFd) -> isize {
    // SAFETY: accesses no memory.
    unsafe { call3(libc::SYS_lseek, [raw_fd(fd), 0, libc::SEEK_SET as usize]) }
}

/// Reads directory entries, and returns the number of bytes.
#[inline(always)]
pub(crate) fn getdents64(fd: &OwnedFd, buffer: &mut [u8]) -> isize {
    let arguments = [raw_fd(fd), buffer.as_mut_ptr().expose_provenance(), buffer.len()];
    // SAFETY: the kernel writes at most `buffer.len()` bytes.
    unsafe { call3(libc::SYS_getdents64, arguments) }
}

/// Reads bytes, and returns the number of bytes.
#[inline(always)]
pub(crate) fn read(fd: &OwnedFd, buffer: &mut [u8]) -> isize {
    let arguments = [raw_fd(fd), buffer.as_mut_ptr().expose_provenance(), buffer.len()];
    // SAFETY: the kernel writes at most `buffer.len()` bytes.
    unsafe { call3(libc::SYS_read, arguments) }
}

/// Writes bytes, and returns the number of bytes.
#[inline(always)]
pub(crate) fn write(fd: &OwnedFd, bytes: &[u8]) -> isize {
    // SAFETY: the kernel reads `bytes.len()` bytes.
    unsafe { call3(libc::SYS_write, [raw_fd(fd), bytes.as_ptr().expose_provenance(), bytes.len()]) }
}

/// Reads bytes at an offset, and returns the number of bytes.
#[inline(always)]
pub(crate) fn pread(fd: &OwnedFd, buffer: &mut [u8], offset: u64) -> isize {
    let address = buffer.as_mut_ptr().expose_provenance();
    let arguments = [raw_fd(fd), address, buffer.len(), offset as usize];
    // SAFETY: the kernel writes at most `buffer.len()` bytes.
    unsafe { call4(libc::SYS_pread64, arguments) }
}

/// Reads at most `records.len()` signals, and returns the number of bytes.
#[inline(always)]
pub(crate) fn read_signals(fd: &OwnedFd, records: &mut [libc::signalfd_siginfo]) -> isize {
    let arguments = [raw_fd(fd), records.as_mut_ptr().expose_provenance(), size_of_val(records)];
    // SAFETY: the kernel writes at most `size_of_val(records)` bytes.
    unsafe { call3(libc::SYS_read, arguments) }
}

/// Waits for events without a timeout, and returns the number of events. Uses `epoll_pwait`,
/// because aarch64 has no `epoll_wait`.
#[inline(always)]
pub(crate) fn epoll_pwait(epoll: &OwnedFd, ready: &mut [libc::epoll_event]) -> isize {
    let (infinite, no_mask, mask_size) = (-1_isize as usize, 0, 8);
    let arguments = [
        raw_fd(epoll),
        ready.as_mut_ptr().expose_provenance(),
        ready.len(),
        infinite,
        no_mask,
        mask_size,
    ];
    // SAFETY: the kernel writes at most `ready.len()` entries.
    unsafe { call6(libc::SYS_epoll_pwait, arguments) }
}

/// Arms a timer with relative times, without requesting the old setting.
#[inline(always)]
pub(crate) fn timerfd_settime(timer: &OwnedFd, new: &libc::itimerspec) -> isize {
    let (from_now, no_old) = (0, 0);
    let arguments = [raw_fd(timer), from_now, (&raw const *new).expose_provenance(), no_old];
    // SAFETY: the kernel reads the new setting.
    unsafe { call4(libc::SYS_timerfd_settime, arguments) }
}

/// Returns the current setting of a timer.
#[inline(always)]
pub(crate) fn timerfd_gettime(timer: &OwnedFd) -> MaybeUninit<libc::itimerspec> {
    let mut current = MaybeUninit::<libc::itimerspec>::uninit();
    // SAFETY: the kernel writes one setting.
    unsafe {
        call2(libc::SYS_timerfd_gettime, [raw_fd(timer), current.as_mut_ptr().expose_provenance()])
    };
    current
}

#[inline(always)]
fn raw_fd(fd: &OwnedFd) -> usize {
    fd.as_raw_fd() as usize
}
