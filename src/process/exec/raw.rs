//! Raw system calls that execute programs.

use core::convert::Infallible;
use core::ffi::CStr;

use super::array::CStrArray;
use crate::error::{Call, ErrnoReason, Error, Result, errno_reasons};
use crate::fd::RawFd;
use crate::fs::{AtFlags, DirectoryArg};
use crate::path::{self, with_c_str};
use crate::syscall::syscall;

/// `execve(path, argv, envp)` - executes a program in place of the calling program. Returns only if
/// the call fails.
///
/// The arguments include the name of the program, `argv[0]`. The program inherits the descriptors
/// that are not close-on-exec, the signal mask and the ignored signals. All other threads of the
/// process terminate.
///
/// # Errors
///
/// - `ENOENT`: the program or the interpreter of the program does not exist, or the path is empty.
/// - `EACCES`: execute permission is denied for the program or its interpreter; or it is not a
///   regular file, or is on a mount with `MS_NOEXEC`; or search permission is denied for a
///   component of the path; or a security module denies the execution.
/// - `ENOTDIR`: a component of the path is not a directory.
/// - `ENOEXEC`: the format of the program is unknown: for example, a script without `#!`, or a
///   program for another architecture.
/// - `E2BIG`: the arguments and the environment are too large (a quarter of `RLIMIT_STACK`, at most
///   6 MiB), or one string is longer than 128 KiB.
/// - `ETXTBSY`: the program is open for writing.
/// - `ELOOP`: the path contains more than 40 symbolic links, or a symbolic link on a mount with
///   `MS_NOSYMFOLLOW`; or scripts are interpreters of each other in more than five levels.
/// - `ENAMETOOLONG`: the path has 4096 bytes or more, or a component is longer than the file system
///   permits (usually 255 bytes).
/// - `EINVAL`: the path contains a NUL byte.
/// - `ELIBBAD`: the format of the interpreter of the program is unknown.
/// - `EPERM`: the program has file capabilities that the process cannot obtain completely; or a
///   security module denies the execution.
/// - `EAGAIN`: the user has more processes and threads than `RLIMIT_NPROC` permits, and has changed
///   the user ID of the process.
/// - `ENFILE`: the system-wide limit on open files (`fs.file-max`) has been reached.
/// - `EIO`: an I/O error occurred, or a seccomp filter or a tracer forged a success.
/// - `ENOMEM`: the kernel is out of memory.
///
/// Since Linux 1.0; [execve(2)].
///
/// [execve(2)]: https://man7.org/linux/man-pages/man2/execve.2.html
#[inline]
pub fn execve(
    path: impl path::Arg,
    arguments: CStrArray<'_>,
    environment: CStrArray<'_>,
) -> Result<Infallible> {
    with_c_str(Call::EXECVE, path.as_path_bytes(), move |path| {
        Err(execve_c(path, arguments, environment))
    })
}

/// Executes a program, and returns the error.
#[inline]
pub(in crate::process) fn execve_c(
    path: &CStr,
    arguments: CStrArray<'_>,
    environment: CStrArray<'_>,
) -> Error {
    // SAFETY: the kernel reads the path, the arrays and their strings. A success replaces the
    // memory of the program.
    let returned = unsafe { syscall!(Call::EXECVE, execve(path.as_ptr(), arguments, environment)) };
    failed(Call::EXECVE, returned.unit())
}

/// `execveat(dirfd, path, argv, envp, flags)` - executes a program like [`execve`]. A relative path
/// is resolved from `directory`; with `EMPTY_PATH` and an empty path, the descriptor itself is the
/// program.
///
/// The flags are `EMPTY_PATH` and `SYMLINK_NOFOLLOW`. A script cannot be executed by a
/// close-on-exec descriptor, because the interpreter opens the script by its path `/dev/fd/N`.
///
/// # Errors
///
/// - `EBADF`: the path is relative, and the directory argument is [`ABS`](crate::fs::ABS).
/// - `ENOENT`: the program or the interpreter of the program does not exist; or the path is empty,
///   and `AT_EMPTY_PATH` is not set; or the program is a script, and its descriptor is
///   close-on-exec.
/// - `EACCES`: execute permission is denied for the program or its interpreter; or it is not a
///   regular file, or is on a mount with `MS_NOEXEC`; or search permission is denied for a
///   component of the path; or a security module denies the execution.
/// - `ENOTDIR`: a component of the path is not a directory, or the path is relative, and the
///   directory argument is not a directory.
/// - `ENOEXEC`: the format of the program is unknown: for example, a script without `#!`, or a
///   program for another architecture.
/// - `E2BIG`: the arguments and the environment are too large (a quarter of `RLIMIT_STACK`, at most
///   6 MiB), or one string is longer than 128 KiB.
/// - `ETXTBSY`: the program is open for writing.
/// - `ELOOP`: the path contains more than 40 symbolic links, or a symbolic link on a mount with
///   `MS_NOSYMFOLLOW`; or scripts are interpreters of each other in more than five levels; or
///   `AT_SYMLINK_NOFOLLOW` is set, and the program is a symbolic link.
/// - `ENAMETOOLONG`: the path has 4096 bytes or more, or a component is longer than the file system
///   permits (usually 255 bytes).
/// - `EINVAL`: the path contains a NUL byte, or the kernel does not support a flag.
/// - `ENOMEM`: the kernel is out of memory.
///
/// The call also fails with the errors `ELIBBAD`, `EPERM`, `EAGAIN`, `ENFILE` and `EIO` of
/// [`execve`].
///
/// Since Linux 3.19; [execveat(2)].
///
/// [execveat(2)]: https://man7.org/linux/man-pages/man2/execveat.2.html
#[inline]
pub fn execveat(
    directory: impl DirectoryArg,
    path: impl path::Arg,
    arguments: CStrArray<'_>,
    environment: CStrArray<'_>,
    flags: AtFlags,
) -> Result<Infallible> {
    let directory = directory.directory_number();
    with_c_str(Call::EXECVEAT, path.as_path_bytes(), move |path| {
        Err(execveat_c(directory, path, arguments, environment, flags))
    })
}

/// Executes a program, and returns the error.
#[inline]
pub(in crate::process) fn execveat_c(
    directory: RawFd,
    path: &CStr,
    arguments: CStrArray<'_>,
    environment: CStrArray<'_>,
    flags: AtFlags,
) -> Error {
    // SAFETY: the kernel reads the path, the arrays and their strings. A success replaces the
    // memory of the program.
    let returned = unsafe {
        syscall!(
            Call::EXECVEAT,
            execveat(directory, path.as_ptr(), arguments, environment, flags.bits())
        )
    };
    failed(Call::EXECVEAT, returned.unit())
}

/// Returns the error of a call that returns only if it fails. Only a seccomp filter or a tracer can
/// forge a success, which this function reports as `EIO`.
#[inline]
fn failed(call: Call, result: Result<()>) -> Error {
    match result {
        Ok(()) => Error::new(call, crate::error::Errno::IO),
        Err(error) => error,
    }
}

pub(crate) const REASONS: &[ErrnoReason] = errno_reasons! {
    EXECVE:
        NOENT => "the program or the interpreter of the program does not exist, or the path is \
            empty",
        ACCES => "execute permission is denied for the program or its interpreter; or it is not a \
            regular file, or is on a mount with MS_NOEXEC; or search permission is denied for a \
            component of the path; or a security module denies the execution",
        NOTDIR => "a component of the path is not a directory",
        NOEXEC => InvalidArgument "the format of the program is unknown: for example, a script \
            without #!, or a program for another architecture",
        TOOBIG => "the arguments and the environment are too large (a quarter of RLIMIT_STACK, at \
            most 6 MiB), or one string is longer than 128 KiB",
        TXTBSY => "the program is open for writing",
        LOOP => "the path contains more than 40 symbolic links, or a symbolic link on a mount with \
            MS_NOSYMFOLLOW; or scripts are interpreters of each other in more than five levels",
        NAMETOOLONG => "the path has 4096 bytes or more, or a component is longer than the file \
            system permits (usually 255 bytes)",
        INVAL => "the path contains a NUL byte",
        LIBBAD => "the format of the interpreter of the program is unknown",
        PERM => "the program has file capabilities that the process cannot obtain completely; or a \
            security module denies the execution",
        AGAIN => LimitReached "the user has more processes and threads than RLIMIT_NPROC permits, \
            and has changed the user ID of the process",
        NFILE => "the system-wide limit on open files (fs.file-max) has been reached";
    EXECVEAT:
        BADF => "the path is relative, and the directory argument is ABS",
        NOENT => "the program or the interpreter of the program does not exist; or the path is \
            empty, and AT_EMPTY_PATH is not set; or the program is a script, and its descriptor is \
            close-on-exec",
        ACCES => "execute permission is denied for the program or its interpreter; or it is not a \
            regular file, or is on a mount with MS_NOEXEC; or search permission is denied for a \
            component of the path; or a security module denies the execution",
        NOTDIR => "a component of the path is not a directory, or the path is relative, and the \
            directory argument is not a directory",
        NOEXEC => InvalidArgument "the format of the program is unknown: for example, a script \
            without #!, or a program for another architecture",
        TOOBIG => "the arguments and the environment are too large (a quarter of RLIMIT_STACK, at \
            most 6 MiB), or one string is longer than 128 KiB",
        TXTBSY => "the program is open for writing",
        LOOP => "the path contains more than 40 symbolic links, or a symbolic link on a mount with \
            MS_NOSYMFOLLOW; or scripts are interpreters of each other in more than five levels; or \
            AT_SYMLINK_NOFOLLOW is set, and the program is a symbolic link",
        NAMETOOLONG => "the path has 4096 bytes or more, or a component is longer than the file \
            system permits (usually 255 bytes)",
        INVAL => "the path contains a NUL byte, or the kernel does not support a flag";
};
