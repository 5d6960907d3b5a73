//! Errors of `execve` and `execveat`.

use std::fs::{self, File, Permissions};
use std::os::unix::fs::PermissionsExt;

use butter::error::{Call, ErrorKind};
use butter::fs::{ABS, AtFlags, CWD};
use butter::path::Arg;
use butter::process::CStrArray;
use butter::process::raw::{execve, execveat};
use butter::{Errno, Result};

use super::process::with_link_loop;
use super::{Outcome, Row, Table, failed, null};
use common::files;
use common::inject::inject;

pub const TABLE: Table = Table {
    source: include_str!("../../../src/process/exec/raw.rs"),
    rows: ROWS,
    at_descriptor_limit: &[],
    others: &[],
};

const ROWS: &[Row] = &[
    Row(Call::EXECVE, Errno::NOENT, ErrorKind::NotFound, || exec("/nowhere")),
    Row(Call::EXECVE, Errno::NOENT, ErrorKind::NotFound, || exec("")),
    Row(Call::EXECVE, Errno::NOENT, ErrorKind::NotFound, || {
        with_program(b"#!/nowhere\n", |path| exec(path))
    }),
    Row(Call::EXECVE, Errno::ACCES, ErrorKind::PermissionDenied, || exec("/proc/version")),
    Row(Call::EXECVE, Errno::ACCES, ErrorKind::PermissionDenied, || exec("/")),
    Row(Call::EXECVE, Errno::NOTDIR, ErrorKind::InvalidArgument, || exec("/proc/version/x")),
    Row(Call::EXECVE, Errno::NOEXEC, ErrorKind::InvalidArgument, || {
        with_program(b"no program", |path| exec(path))
    }),
    Row(Call::EXECVE, Errno::TOOBIG, ErrorKind::InvalidArgument, || {
        with_long_argument(|array| failed(execve("/proc/self/exe", array, CStrArray::empty())))
    }),
    Row(Call::EXECVE, Errno::TXTBSY, ErrorKind::Busy, || open_for_writing(|path| exec(path))),
    Row(Call::EXECVE, Errno::LOOP, ErrorKind::InvalidArgument, || {
        with_link_loop(|path| exec(path))
    }),
    Row(Call::EXECVE, Errno::NAMETOOLONG, ErrorKind::InvalidArgument, || exec([b'a'; 256])),
    Row(Call::EXECVE, Errno::INVAL, ErrorKind::InvalidArgument, || exec("/\0")),
    Row(Call::EXECVE, Errno::LIBBAD, ErrorKind::Other, || injected(Errno::LIBBAD)),
    Row(Call::EXECVE, Errno::PERM, ErrorKind::PermissionDenied, || injected(Errno::PERM)),
    Row(Call::EXECVE, Errno::AGAIN, ErrorKind::LimitReached, || injected(Errno::AGAIN)),
    Row(Call::EXECVE, Errno::NFILE, ErrorKind::LimitReached, || injected(Errno::NFILE)),
    Row(Call::EXECVE, Errno::IO, ErrorKind::Other, || {
        common::inject::pretend(libc::SYS_execve, || exec("/nowhere"))
    }),
    Row(Call::EXECVEAT, Errno::BADF, ErrorKind::BadDescriptor, || {
        let (none, flags) = (CStrArray::empty(), AtFlags::empty());
        failed(execveat(ABS, "relative", none, none, flags))
    }),
    Row(Call::EXECVEAT, Errno::NOENT, ErrorKind::NotFound, || exec_at("")),
    Row(Call::EXECVEAT, Errno::NOENT, ErrorKind::NotFound, || {
        with_program(b"#!/proc/self/exe\n", |path| {
            let file = common::fd(File::open(std::str::from_utf8(path).unwrap()).unwrap());
            let none = CStrArray::empty();
            failed(execveat(&file, c"", none, none, AtFlags::EMPTY_PATH))
        })
    }),
    Row(Call::EXECVEAT, Errno::ACCES, ErrorKind::PermissionDenied, || exec_at("/proc/version")),
    Row(Call::EXECVEAT, Errno::NOTDIR, ErrorKind::InvalidArgument, || {
        let (none, flags) = (CStrArray::empty(), AtFlags::empty());
        failed(execveat(null(), "relative", none, none, flags))
    }),
    Row(Call::EXECVEAT, Errno::NOEXEC, ErrorKind::InvalidArgument, || {
        with_program(b"no program", |path| exec_at(path))
    }),
    Row(Call::EXECVEAT, Errno::TOOBIG, ErrorKind::InvalidArgument, || {
        with_long_argument(|array| {
            failed(execveat(CWD, "/proc/self/exe", array, array, AtFlags::empty()))
        })
    }),
    Row(Call::EXECVEAT, Errno::TXTBSY, ErrorKind::Busy, || open_for_writing(|path| exec_at(path))),
    Row(Call::EXECVEAT, Errno::LOOP, ErrorKind::InvalidArgument, || {
        let none = CStrArray::empty();
        failed(execveat(CWD, "/proc/self/exe", none, none, AtFlags::SYMLINK_NOFOLLOW))
    }),
    Row(Call::EXECVEAT, Errno::NAMETOOLONG, ErrorKind::InvalidArgument, || exec_at([b'a'; 256])),
    Row(Call::EXECVEAT, Errno::INVAL, ErrorKind::InvalidArgument, || {
        let (none, flags) = (CStrArray::empty(), AtFlags::from_bits_retain(1));
        failed(execveat(CWD, "/nowhere", none, none, flags))
    }),
];

fn exec(path: impl Arg) -> Outcome {
    failed(execve(path, CStrArray::empty(), CStrArray::empty()))
}

fn exec_at(path: impl Arg) -> Outcome {
    failed(execveat(CWD, path, CStrArray::empty(), CStrArray::empty(), AtFlags::empty()))
}

fn injected(errno: Errno) -> Outcome {
    inject(libc::SYS_execve, errno, || exec("/nowhere"))
}

/// Calls a function with the path of an executable file with these bytes.
fn with_program(bytes: &[u8], call: impl FnOnce(&[u8]) -> Outcome) -> Outcome {
    let directory = files::directory();
    let path = directory.path().join("program");
    // Without the guard, a process that another test starts could inherit the descriptor that is
    // open for writing, so that the call would fail with `ETXTBSY`.
    let guard = common::child::prevent_spawns();
    fs::write(&path, bytes).unwrap();
    fs::set_permissions(&path, Permissions::from_mode(0o755)).unwrap();
    drop(guard);
    call(common::bytes(&path))
}

/// Calls a function with the path of an executable file that is open for writing.
fn open_for_writing(call: impl FnOnce(&[u8]) -> Outcome) -> Outcome {
    with_program(b"no program", |path| {
        let _file = File::options().write(true).open(std::str::from_utf8(path).unwrap()).unwrap();
        let error = call(path)?;
        // Linux 6.11 and 6.12 execute programs that are open for writing.
        if error.is(Errno::NOEXEC) { Err(error.to_string()) } else { Ok(error) }
    })
}

/// Calls a function with an array that contains a string of more than 128 KiB.
fn with_long_argument(call: impl FnOnce(CStrArray<'_>) -> Outcome) -> Outcome {
    let string = std::ffi::CString::new(vec![b'a'; 128 << 10]).unwrap();
    let pointers = [string.as_ptr(), std::ptr::null()];
    // SAFETY: the array ends with a null pointer, and exists during the call.
    call(unsafe { CStrArray::from_ptr(pointers.as_ptr()) })
}

/// The results of the functions have no value in the success case.
const _: fn(Result<std::convert::Infallible>) -> Outcome = failed;
