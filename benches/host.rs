//! Describes the host, and pins the process to the CPU on which all contenders run.

use std::{env, fs, io, mem};

/// Returns the kernel, the architecture and the C library, in one line.
pub(crate) fn describe() -> String {
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let libc = if cfg!(target_env = "musl") { "musl" } else { "glibc" };
    format!("Linux {} on {}, {libc}", kernel.trim(), env::consts::ARCH)
}

/// Pins the process to the last CPU of its affinity mask, because the first CPU usually handles the
/// interrupts. Returns a message that contains the CPU or the error.
pub(crate) fn pin() -> String {
    match last_allowed().and_then(bind) {
        Ok(cpu) => format!("pinned to CPU {cpu}"),
        Err(error) => {
            format!("not pinned to a CPU, expect a wider spread: {error}")
        }
    }
}

fn last_allowed() -> io::Result<usize> {
    let mut set = empty();
    // SAFETY: the kernel writes at most the size of the set.
    if unsafe { libc::sched_getaffinity(0, size_of::<libc::cpu_set_t>(), &mut set) } != 0 {
        return Err(io::Error::last_os_error());
    }
    let allowed = |cpu: &usize| {
        // SAFETY: the index is less than the size of the set, and only the set is read.
        unsafe { libc::CPU_ISSET(*cpu, &set) }
    };
    (0..libc::CPU_SETSIZE as usize)
        .rev()
        .find(allowed)
        .ok_or_else(|| io::Error::other("the affinity mask is empty"))
}

fn bind(cpu: usize) -> io::Result<usize> {
    let mut set = empty();
    // SAFETY: the index is less than the size of the set, and only the set is written.
    unsafe { libc::CPU_SET(cpu, &mut set) };
    // SAFETY: the kernel reads the set.
    if unsafe { libc::sched_setaffinity(0, size_of::<libc::cpu_set_t>(), &set) } != 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(cpu)
}

fn empty() -> libc::cpu_set_t {
    // SAFETY: an array of integers, for which all zeros is valid: the empty set.
    unsafe { mem::zeroed() }
}
