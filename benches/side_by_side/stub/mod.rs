//! The bare calls: the least that each of them costs. What comes back is not looked at.

use std::ffi::CStr;
use std::mem::MaybeUninit;
use std::os::fd::{AsRawFd, OwnedFd};

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
    // SAFETY: touches no memory.
    unsafe { call0(libc::SYS_getpid) }
}

#[inline(always)]
pub(crate) fn getppid() -> isize {
    // SAFETY: touches no memory.
    unsafe { call0(libc::SYS_getppid) }
}

#[inline(always)]
pub(crate) fn add(counter: &OwnedFd, value: u64) -> isize {
    // SAFETY: the kernel reads the 8 bytes of the value.
    unsafe {
        call3(
            libc::SYS_write,
            [number(counter), (&raw const value).expose_provenance(), size_of::<u64>()],
        )
    }
}

#[inline(always)]
pub(crate) fn take(counter: &OwnedFd) -> u64 {
    let mut value = 0_u64;
    // SAFETY: the kernel writes the 8 bytes of the value.
    unsafe {
        call3(
            libc::SYS_read,
            [number(counter), (&raw mut value).expose_provenance(), size_of::<u64>()],
        )
    };
    value
}

#[inline(always)]
pub(crate) fn add_watch(inotify: &OwnedFd, path: &CStr, mask: u32) -> isize {
    let path = path.as_ptr().expose_provenance();
    // SAFETY: the kernel reads the path up to its NUL byte.
    unsafe { call3(libc::SYS_inotify_add_watch, [number(inotify), path, mask as usize]) }
}

/// Takes as many signals as there is room for; returns how many bytes they have.
#[inline(always)]
pub(crate) fn signals(fd: &OwnedFd, records: &mut [libc::signalfd_siginfo]) -> isize {
    let arguments = [number(fd), records.as_mut_ptr().expose_provenance(), size_of_val(records)];
    // SAFETY: the kernel writes at most as many records as there are.
    unsafe { call3(libc::SYS_read, arguments) }
}

/// Waits without an end; returns how many are ready. `epoll_pwait`, because aarch64 has no `epoll_wait`.
#[inline(always)]
pub(crate) fn wait(epoll: &OwnedFd, ready: &mut [libc::epoll_event]) -> isize {
    let (for_ever, no_mask, mask_size) = (-1_isize as usize, 0, 8);
    let arguments = [
        number(epoll),
        ready.as_mut_ptr().expose_provenance(),
        ready.len(),
        for_ever,
        no_mask,
        mask_size,
    ];
    // SAFETY: the kernel writes at most as many entries as there are.
    unsafe { call6(libc::SYS_epoll_pwait, arguments) }
}

/// Sets a timer, to times from now; the old setting is not asked for.
#[inline(always)]
pub(crate) fn set(timer: &OwnedFd, new: &libc::itimerspec) -> isize {
    let (from_now, no_old) = (0, 0);
    let arguments = [number(timer), from_now, (&raw const *new).expose_provenance(), no_old];
    // SAFETY: the kernel reads the new setting.
    unsafe { call4(libc::SYS_timerfd_settime, arguments) }
}

/// What a timer will do.
#[inline(always)]
pub(crate) fn get(timer: &OwnedFd) -> MaybeUninit<libc::itimerspec> {
    let mut current = MaybeUninit::<libc::itimerspec>::uninit();
    // SAFETY: the kernel writes one setting.
    unsafe {
        call2(libc::SYS_timerfd_gettime, [number(timer), current.as_mut_ptr().expose_provenance()])
    };
    current
}

#[inline(always)]
fn number(fd: &OwnedFd) -> usize {
    fd.as_raw_fd() as usize
}
