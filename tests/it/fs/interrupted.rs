//! Calls that a signal interrupts: the functions of `fs` repeat them. A seccomp filter makes the
//! calls fail with `EINTR`, because most of these calls block only on network file systems.

use std::collections::BTreeSet;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use butter::fd::OwnedFd;
use butter::fs::*;
use butter::{Errno, Result};
use common::inject::supervise;
use common::require;
use common::test::in_row;
use syscalls::Sysno;

const NONE: AtFlags = AtFlags::empty();

/// The name of a function, its system call, and a closure that calls the function. The closure
/// receives a directory that contains `file` and `link`, and an open file.
struct Row(&'static str, Sysno, fn(&OwnedFd, &OwnedFd) -> Result<()>);

const ROWS: &[Row] = &[
    Row("accessat", Sysno::faccessat2, |at, _| accessat(at, "file", Access::EXISTS, NONE)),
    Row("chmodat", Sysno::fchmodat, |at, _| chmodat(at, "file", Mode::RWXU, NONE)),
    Row("chmodat", Sysno::fchmodat2, |at, _| {
        // Before Linux 6.6, the call that the filter permits fails with `ENOSYS`.
        let result = chmodat(at, "file", Mode::RWXU, AtFlags::SYMLINK_NOFOLLOW);
        result.or_else(|error| if error.is(Errno::NOSYS) { Ok(()) } else { Err(error) })
    }),
    Row("fchmod", Sysno::fchmod, |_, file| fchmod(file, Mode::RWXU)),
    Row("chownat", Sysno::fchownat, |at, _| chownat(at, "file", None, None, NONE)),
    Row("fchown", Sysno::fchown, |_, file| fchown(file, None, None)),
    Row("utimensat", Sysno::utimensat, |at, _| utimensat(at, "file", &NOW, NONE)),
    Row("futimens", Sysno::utimensat, |_, file| futimens(file, &NOW)),
    Row("mkdirat", Sysno::mkdirat, |at, _| mkdirat(at, "directory", Mode::RWXU)),
    Row("mknodat", Sysno::mknodat, |at, _| {
        mknodat(at, "fifo", FileType::Fifo, Mode::RWXU, Dev::default())
    }),
    Row("symlinkat", Sysno::symlinkat, |at, _| symlinkat("file", at, "link 2")),
    Row("linkat", Sysno::linkat, |at, _| linkat(at, "file", at, "second", NONE)),
    Row("renameat", Sysno::renameat2, |at, _| renameat(at, "link 2", at, "link 3")),
    Row("renameat2", Sysno::renameat2, |at, _| {
        renameat2(at, "link 3", at, "link 4", RenameFlags::NOREPLACE)
    }),
    Row("unlinkat", Sysno::unlinkat, |at, _| unlinkat(at, "link 4", NONE)),
    Row("readlinkat", Sysno::readlinkat, |at, _| {
        assert_eq!(readlinkat(at, "link", &mut [0; 8])?, "file");
        Ok(())
    }),
    #[cfg(feature = "alloc")]
    Row("read_link", Sysno::readlinkat, |at, _| {
        assert_eq!(read_link(at, "link")?, b"file");
        Ok(())
    }),
    Row("openat", Sysno::openat, |at, _| {
        openat(at, "file", OFlags::RDONLY, Mode::empty()).map(drop)
    }),
    Row("openat2", Sysno::openat2, |at, _| {
        openat2(at, "file", OFlags::RDONLY, Mode::empty(), ResolveFlags::BENEATH).map(drop)
    }),
    Row("flock", Sysno::flock, |_, file| flock(file, FlockOperation::LockShared)),
    Row("ofd_lock", Sysno::fcntl, |_, file| ofd_lock(file, LockType::Write, ..)),
    // With an empty buffer, the list functions return a size, on every file system. The other
    // functions refer to a file or an attribute that does not exist.
    Row("listxattr", Sysno::listxattr, |_, _| listxattr("/", &mut []).map(drop)),
    Row("llistxattr", Sysno::llistxattr, |_, _| llistxattr("/", &mut []).map(drop)),
    Row("flistxattr", Sysno::flistxattr, |_, file| flistxattr(file, &mut []).map(drop)),
    Row("getxattr", Sysno::getxattr, |_, _| absent(getxattr(MISSING, NAME, &mut []))),
    Row("lgetxattr", Sysno::lgetxattr, |_, _| absent(lgetxattr(MISSING, NAME, &mut []))),
    Row("fgetxattr", Sysno::fgetxattr, |_, file| absent(fgetxattr(file, NAME, &mut []))),
    Row("setxattr", Sysno::setxattr, |_, _| absent(setxattr(MISSING, NAME, b"", REPLACE))),
    Row("lsetxattr", Sysno::lsetxattr, |_, _| absent(lsetxattr(MISSING, NAME, b"", REPLACE))),
    Row("fsetxattr", Sysno::fsetxattr, |_, file| absent(fsetxattr(file, NAME, b"", REPLACE))),
    Row("removexattr", Sysno::removexattr, |_, _| absent(removexattr(MISSING, NAME))),
    Row("lremovexattr", Sysno::lremovexattr, |_, _| absent(lremovexattr(MISSING, NAME))),
    Row("fremovexattr", Sysno::fremovexattr, |_, file| absent(fremovexattr(file, NAME))),
];

/// The functions that other tests in this directory interrupt.
const ELSEWHERE: &[&str] = &[
    "fallocate",
    "fdatasync",
    "fstat",
    "fstatfs",
    "fsync",
    "ftruncate",
    "pread",
    "pread_uninit",
    "preadv2",
    "pwrite",
    "pwritev2",
    "read_entries",
    "read_to_end",
    "read_to_vec",
    "statfs",
    "statx",
    "sync_file_range",
    "syncfs",
];

/// The functions whose calls do not fail with `EINTR`, or that return `EINTR`.
const NOT_REPEATED: &[&str] =
    &["fadvise", "ofd_query_lock", "ofd_try_lock", "seek", "sync", "tell"];

const NOW: Timestamps = Timestamps { last_access: SetTime::Now, last_modification: SetTime::Now };

/// A path and an extended attribute that do not exist.
const MISSING: &str = "/nowhere/at/all";
const NAME: &str = "user.absent";
const REPLACE: XattrFlags = XattrFlags::REPLACE;

/// Accepts the errors of a call that refers to a file or an attribute that does not exist.
fn absent<T>(result: Result<T>) -> Result<()> {
    let expected = [Errno::NOENT, Errno::NODATA, Errno::OPNOTSUPP];
    match result {
        Ok(_) => panic!("the file or the attribute should not exist"),
        Err(error) if expected.contains(&error.errno()) => Ok(()),
        Err(error) => Err(error),
    }
}

#[test]
fn functions_repeat_a_call_that_a_signal_interrupts() {
    let (directory, at) = super::create::directory();
    let file = common::fd(File::create(directory.path().join("file")).unwrap());
    symlinkat("file", &at, "link").unwrap();
    for Row(name, number, call) in ROWS {
        in_row(format_args!("{name}: {number}"), || {
            let calls = Arc::new(AtomicU32::new(0));
            let counter = calls.clone();
            let decide =
                move |_| (counter.fetch_add(1, Ordering::Relaxed) < 3).then_some(Errno::INTR);
            let result = supervise(*number as libc::c_long, decide, || call(&at, &file));
            let result = require!(result, "seccomp user notifications are unavailable");
            assert_eq!(result, Ok(()));
            assert_eq!(calls.load(Ordering::Relaxed), 4);
        });
    }
}

/// Adds the names of the public functions in the files `ops.rs`, `owned.rs` and `reader.rs`.
fn functions(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in folder.read_dir().unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            functions(&path, found);
        } else if ["ops.rs", "owned.rs", "reader.rs"].iter().any(|name| path.ends_with(name)) {
            let text = std::fs::read_to_string(&path).unwrap();
            let declarations = text.lines().filter_map(|line| line.strip_prefix("pub fn "));
            found.extend(declarations.map(|line| line.split(['(', '<']).next().unwrap().into()));
        }
    }
}

#[test]
fn functions_of_fs_are_in_the_tables_of_interrupted_calls() {
    let sources = common::root().join("src/fs");
    require!(sources.is_dir(), "the sources do not exist on this host");
    let mut found = BTreeSet::new();
    functions(&sources, &mut found);
    let rows =
        ROWS.iter().map(|row| row.0).chain((!cfg!(feature = "alloc")).then_some("read_link"));
    let listed = rows.chain(ELSEWHERE.iter().chain(NOT_REPEATED).copied());
    assert_eq!(found, listed.map(str::to_owned).collect());
}
