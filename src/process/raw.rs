//! Raw system calls that create processes, wait for processes and refer to processes, and for
//! process IDs, the working directory, the root directory, the umask, limits, usage and
//! termination.

use core::ffi::CStr;
use core::mem::MaybeUninit;
use core::ptr;

pub use super::attributes::raw::{
    ioctl_tiocspgrp, prctl_set_no_new_privs, prctl_set_pdeathsig, sched_setscheduler, setgroups,
    setpgid, setpriority, setresgid, setresuid, setsid,
};
pub use super::clone::raw::{clone, clone3};
pub use super::exec::raw::{execve, execveat};
pub use super::pidfd::raw::{
    ioctl_pidfd_get_info, ioctl_pidfd_get_namespace, pidfd_getfd, pidfd_open, pidfd_send_signal,
    pidfd_send_signal_info,
};
pub use super::vm::raw::process_vm_readv;
pub use super::wait::raw::waitid;
use super::{Resource, Rlimit64, Rusage, UsageOf};
use crate::error::{Call, Errno, ErrnoReason, Error, Result, errno_reasons};
use crate::fd::BorrowedFd;
use crate::fs::Mode;
use crate::ids::Pid;
use crate::io::Buffer;
use crate::path::{self, with_c_str};
use crate::syscall::syscall;

/// `getpid()` - returns the process ID of the calling process.
///
/// The kernel never returns an error for `getpid`, but a seccomp filter or a tracer can cause the
/// call to fail with any error.
///
/// # Errors
///
/// - `ESRCH`: a seccomp filter or a tracer forged a result that is not a process ID.
///
/// Since Linux 1.0; [getpid(2)].
///
/// [getpid(2)]: https://man7.org/linux/man-pages/man2/getpid.2.html
#[inline]
pub fn getpid() -> Result<Pid> {
    // SAFETY: touches no memory.
    let number = unsafe { syscall!(Call::GETPID, getpid()) }.int()?;
    Pid::from_raw(number).ok_or(Error::new(Call::GETPID, Errno::SRCH))
}

/// `getppid()` - returns the process ID of the parent process; `None` if the parent is in another
/// PID namespace.
///
/// The kernel never returns an error for `getppid`, but a seccomp filter or a tracer can cause the
/// call to fail with any error.
///
/// Since Linux 1.0; [getppid(2)].
///
/// [getppid(2)]: https://man7.org/linux/man-pages/man2/getpid.2.html
#[inline]
pub fn getppid() -> Result<Option<Pid>> {
    // SAFETY: touches no memory.
    unsafe { syscall!(Call::GETPPID, getppid()) }.int().map(Pid::from_raw)
}

/// `chdir(path)` - changes the working directory.
///
/// # Errors
///
/// - `ENOENT`: a component of the path does not exist, or the path is empty, or a symbolic link in
///   it is dangling.
/// - `ENOTDIR`: a component of the path, or the path itself, does not refer to a directory.
/// - `EACCES`: search permission is denied for a component of the path, or `fs.protected_symlinks`
///   forbids following a symbolic link in it, or a security module denies the access.
/// - `EINVAL`: the path contains a NUL byte.
/// - `ELOOP`: the path contains more than 40 symbolic links, or a symbolic link on a mount with
///   `MS_NOSYMFOLLOW`.
/// - `ENAMETOOLONG`: the path has more than 4,095 bytes, or a component of it is too long for its
///   file system.
/// - `EIO`: an I/O error occurred.
/// - `ENOMEM`: the kernel is out of memory.
///
/// Since Linux 1.0; [chdir(2)].
///
/// [chdir(2)]: https://man7.org/linux/man-pages/man2/chdir.2.html
#[inline]
pub fn chdir(path: impl path::Arg) -> Result<()> {
    with_c_str(Call::CHDIR, path.as_path_bytes(), chdir_c)
}

#[inline]
fn chdir_c(path: &CStr) -> Result<()> {
    // SAFETY: the kernel reads the path up to its NUL byte, and keeps no pointer to it.
    unsafe { syscall!(Call::CHDIR, chdir(path.as_ptr())) }.unit()
}

/// `fchdir(fd)` - changes the working directory to an open directory.
///
/// # Errors
///
/// - `ENOTDIR`: the descriptor does not refer to a directory.
/// - `EACCES`: search permission is denied for the directory, or a security module denies the
///   access.
///
/// Since Linux 1.0, for `O_PATH` descriptors since 3.5; [chdir(2)].
///
/// [chdir(2)]: https://man7.org/linux/man-pages/man2/chdir.2.html
#[inline]
pub fn fchdir(fd: BorrowedFd<'_>) -> Result<()> {
    // SAFETY: touches no memory.
    unsafe { syscall!(Call::FCHDIR, fchdir(fd)) }.unit()
}

/// `chroot(path)` - changes the root directory.
///
/// # Errors
///
/// - `EPERM`: the caller does not have `CAP_SYS_CHROOT` in its user namespace, or a security module
///   denies the change.
/// - `ENOENT`: a component of the path does not exist, or the path is empty, or a symbolic link in
///   it is dangling.
/// - `ENOTDIR`: a component of the path, or the path itself, does not refer to a directory.
/// - `EACCES`: search permission is denied for a component of the path, or `fs.protected_symlinks`
///   forbids following a symbolic link in it, or a security module denies the access.
/// - `EINVAL`: the path contains a NUL byte.
/// - `ELOOP`: the path contains more than 40 symbolic links, or a symbolic link on a mount with
///   `MS_NOSYMFOLLOW`.
/// - `ENAMETOOLONG`: the path has more than 4,095 bytes, or a component of it is too long for its
///   file system.
/// - `EIO`: an I/O error occurred.
/// - `ENOMEM`: the kernel is out of memory.
///
/// Since Linux 1.0; [chroot(2)].
///
/// [chroot(2)]: https://man7.org/linux/man-pages/man2/chroot.2.html
#[inline]
pub fn chroot(path: impl path::Arg) -> Result<()> {
    with_c_str(Call::CHROOT, path.as_path_bytes(), chroot_c)
}

#[inline]
fn chroot_c(path: &CStr) -> Result<()> {
    // SAFETY: the kernel reads the path up to its NUL byte, and keeps no pointer to it.
    unsafe { syscall!(Call::CHROOT, chroot(path.as_ptr())) }.unit()
}

/// `getcwd(buf, size)` - returns the path of the working directory, in the buffer.
///
/// The path begins with `(unreachable)` if the working directory is not below the root directory of
/// the process. A buffer of [`PATH_MAX`](crate::path::PATH_MAX) bytes is large enough for any path.
///
/// # Errors
///
/// - `ENOENT`: the working directory has been removed.
/// - `ERANGE`: the buffer is too small for the path and its terminating NUL byte.
/// - `ENAMETOOLONG`: the path is longer than 4,095 bytes.
/// - `ENOMEM`: the kernel is out of memory.
/// - `EIO`: a seccomp filter or a tracer forged the result.
///
/// Since Linux 2.1.92; [getcwd(2)].
///
/// [getcwd(2)]: https://man7.org/linux/man-pages/man2/getcwd.2.html
#[inline]
pub fn getcwd(buffer: &mut (impl Buffer + ?Sized)) -> Result<&CStr> {
    let (start, size) = buffer.parts_mut();
    // SAFETY: the kernel writes at most `size` bytes to the buffer, which is exclusively borrowed,
    // and keeps nothing.
    let count = unsafe { syscall!(Call::GETCWD, getcwd(start, size)) }.at_most(size)?;
    // SAFETY: the kernel has written the first `count` bytes (at most `size`) of the buffer, which
    // remains borrowed.
    let path = unsafe { core::slice::from_raw_parts(start, count) };
    CStr::from_bytes_with_nul(path).map_err(|_| Error::new(Call::GETCWD, Errno::IO))
}

/// `umask(mask)` - sets the file mode creation mask, and returns the previous mask.
///
/// The kernel ignores all bits of `mask` except the permissions (`0o777`). The call cannot fail.
///
/// Since Linux 1.0; [umask(2)].
///
/// [umask(2)]: https://man7.org/linux/man-pages/man2/umask.2.html
#[inline]
pub fn umask(mask: Mode) -> Mode {
    // SAFETY: touches no memory.
    let previous = unsafe { syscall!(Call::UMASK, umask(mask.bits())) }.infallible();
    Mode::from_bits_retain(previous as u32 & 0o777)
}

/// `prlimit64(pid, resource, new, old)` - sets the limits of a process on a resource unless `new`
/// is `None`, and returns the previous limits in `old`. `None` as the process means the calling
/// process.
///
/// # Errors
///
/// - `EINVAL`: the current limit exceeds the maximum, or the resource is unknown to the kernel.
/// - `EPERM`: the new maximum exceeds the old maximum, and the caller does not have
///   `CAP_SYS_RESOURCE` in the initial user namespace; or the maximum of `RLIMIT_NOFILE` exceeds
///   `fs.nr_open`; or the process has other user or group IDs, and the caller does not have
///   `CAP_SYS_RESOURCE` in the user namespace of the process; or a security module denies the
///   access.
/// - `ESRCH`: the process does not exist.
///
/// Since Linux 2.6.36; [prlimit(2)].
///
/// [prlimit(2)]: https://man7.org/linux/man-pages/man2/getrlimit.2.html
#[inline]
pub fn prlimit64(
    process: Option<Pid>,
    resource: Resource,
    new: Option<&Rlimit64>,
    old: Option<&mut Rlimit64>,
) -> Result<()> {
    let process = process.map_or(0, Pid::as_raw);
    let new = new.map_or(ptr::null(), ptr::from_ref);
    let old = old.map_or(ptr::null_mut(), ptr::from_mut);
    // SAFETY: the kernel reads the new limits and writes the old limits, each unless null, and
    // keeps nothing.
    unsafe { syscall!(Call::PRLIMIT64, prlimit64(process, resource as u32, new, old)) }.unit()
}

/// `getrusage(who, &usage)` - returns the resource usage of the calling process, of its terminated
/// children, or of the calling thread. This call cannot fail.
///
/// Since Linux 1.0; [getrusage(2)].
///
/// [getrusage(2)]: https://man7.org/linux/man-pages/man2/getrusage.2.html
#[inline]
pub fn getrusage(of: UsageOf) -> Result<Rusage> {
    let mut usage = MaybeUninit::<Rusage>::uninit();
    // SAFETY: the kernel writes one struct and keeps nothing.
    unsafe { syscall!(Call::GETRUSAGE, getrusage(of as i32, usage.as_mut_ptr())) }.unit()?;
    // SAFETY: after success, the kernel has written the struct.
    Ok(unsafe { usage.assume_init() })
}

/// `exit_group(status)` - terminates all threads of the process.
///
/// Since Linux 2.5.35; [exit_group(2)].
///
/// [exit_group(2)]: https://man7.org/linux/man-pages/man2/exit_group.2.html
#[inline]
pub fn exit_group(status: i32) -> ! {
    loop {
        // SAFETY: every thread of the process terminates, so nothing uses its memory or descriptors
        // afterwards.
        let _ = unsafe { syscall!(Call::EXIT_GROUP, exit_group(status)) };
    }
}

pub(crate) const REASONS: &[ErrnoReason] = errno_reasons! {
    GETPID:
        SRCH => "a seccomp filter or a tracer forged a result that is not a process ID";
    CHDIR:
        NOENT => "a component of the path does not exist, or the path is empty, or a symbolic link \
            in it is dangling",
        NOTDIR => "a component of the path, or the path itself, does not refer to a directory",
        ACCES => "search permission is denied for a component of the path, or \
            fs.protected_symlinks forbids following a symbolic link in it, or a security module \
            denies the access",
        INVAL => "the path contains a NUL byte",
        LOOP => "the path contains more than 40 symbolic links, or a symbolic link on a mount with \
            MS_NOSYMFOLLOW",
        NAMETOOLONG => "the path has more than 4,095 bytes, or a component of it is too long for \
            its file system";
    FCHDIR:
        NOTDIR => "the descriptor does not refer to a directory",
        ACCES => "search permission is denied for the directory, or a security module denies the \
            access";
    CHROOT:
        PERM => "the caller does not have CAP_SYS_CHROOT in its user namespace, or a security \
            module denies the change",
        NOENT => "a component of the path does not exist, or the path is empty, or a symbolic link \
            in it is dangling",
        NOTDIR => "a component of the path, or the path itself, does not refer to a directory",
        ACCES => "search permission is denied for a component of the path, or \
            fs.protected_symlinks forbids following a symbolic link in it, or a security module \
            denies the access",
        INVAL => "the path contains a NUL byte",
        LOOP => "the path contains more than 40 symbolic links, or a symbolic link on a mount with \
            MS_NOSYMFOLLOW",
        NAMETOOLONG => "the path has more than 4,095 bytes, or a component of it is too long for \
            its file system";
    GETCWD:
        NOENT => "the working directory has been removed",
        RANGE => "the buffer is too small for the path and its terminating NUL byte",
        NAMETOOLONG => "the path is longer than 4,095 bytes",
        IO => "a seccomp filter or a tracer forged the result";
    PRLIMIT64:
        INVAL => "the current limit exceeds the maximum, or the resource is unknown to the kernel",
        PERM => "the new maximum exceeds the old maximum, and the caller does not have \
            CAP_SYS_RESOURCE in the initial user namespace; or the maximum of RLIMIT_NOFILE \
            exceeds fs.nr_open; or the process has other user or group IDs, and the caller does \
            not have CAP_SYS_RESOURCE in the user namespace of the process; or a security module \
            denies the access",
        SRCH => "the process does not exist";
};
