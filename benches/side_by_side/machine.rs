//! The machine: which it is, and one processor of it for all contenders.

use std::{env, fs, io, mem};

/// Kernel, processor and C library, in one line.
pub(crate) fn describe() -> String {
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let libc = if cfg!(target_env = "musl") { "musl" } else { "glibc" };
    format!("Linux {} on {}, {libc}", kernel.trim(), env::consts::ARCH)
}

/// Binds the process to the last processor that it may use; says how that went. The last, because the first is where
/// interrupts usually go.
pub(crate) fn pin() -> String {
    match last_allowed().and_then(bind) {
        Ok(cpu) => format!("pinned to processor {cpu}"),
        Err(error) => {
            format!("not pinned to a processor, a wider spread is to be expected: {error}")
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
        // SAFETY: a number below the size of the set; nothing but the set is read.
        unsafe { libc::CPU_ISSET(*cpu, &set) }
    };
    (0..libc::CPU_SETSIZE as usize)
        .rev()
        .find(allowed)
        .ok_or_else(|| io::Error::other("no processor is allowed"))
}

fn bind(cpu: usize) -> io::Result<usize> {
    let mut set = empty();
    // SAFETY: a number below the size of the set; nothing but the set is written.
    unsafe { libc::CPU_SET(cpu, &mut set) };
    // SAFETY: the kernel reads the set.
    if unsafe { libc::sched_setaffinity(0, size_of::<libc::cpu_set_t>(), &set) } != 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(cpu)
}

fn empty() -> libc::cpu_set_t {
    // SAFETY: an array of integers; all zero is the empty set.
    unsafe { mem::zeroed() }
}
