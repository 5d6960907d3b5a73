//! Errors of `openat` and `openat2`.

use std::os::fd::AsRawFd;
use std::path::Path;

use butter::Errno;
use butter::error::{Call, ErrorKind};
use butter::fd::OwnedFd;
use butter::fs::{ABS, Mode, OFlags, ResolveFlags, raw};

use super::process::{in_unsearchable_directory, with_link_loop};
use super::{Outcome, Row, Table, check_all, failed, with_file_of_root};
use common::child::in_child;
use common::files;
use common::inject::inject;
use common::this_test;

use ErrorKind::*;

pub const TABLE: Table = Table {
    source: include_str!("../../../src/fs/open/raw.rs"),
    rows: ROWS,
    at_descriptor_limit: AT_DESCRIPTOR_LIMIT,
    others: OPENAT2_ROWS,
};

/// One of the two calls. The directory argument is `ABS`.
#[derive(Clone, Copy)]
pub struct Opener {
    number: libc::c_long,
    open: fn(&[u8], OFlags, Mode) -> butter::Result<OwnedFd>,
}

impl Opener {
    pub fn fails(self, path: impl AsRef<Path>, flags: OFlags) -> Outcome {
        // Without `CREATE` or `TMPFILE`, `openat2` requires an empty mode.
        let creates = flags.intersects(OFlags::CREATE | (OFlags::TMPFILE - OFlags::DIRECTORY));
        let mode = if creates { Mode::RWXU } else { Mode::empty() };
        failed((self.open)(common::bytes(path.as_ref()), flags, mode))
    }

    fn injected(self, errno: Errno) -> Outcome {
        inject(self.number, errno, || self.fails("/", OFlags::RDONLY))
    }

    /// Like [`fails`](Self::fails), but returns an error if the call succeeds.
    fn fails_or_opens(self, path: &str, flags: OFlags) -> Outcome {
        match (self.open)(path.as_bytes(), flags, Mode::empty()) {
            Ok(_) => Err(format!("the kernel permits the open of {path}")),
            Err(error) => Ok(error),
        }
    }
}

pub const OPENAT: Opener = Opener {
    number: libc::SYS_openat,
    open: |path, flags, mode| raw::openat(ABS, path, flags | OFlags::CLOEXEC, mode),
};

pub const OPENAT2: Opener = Opener {
    number: libc::SYS_openat2,
    open: |path, flags, mode| {
        raw::openat2(ABS, path, flags | OFlags::CLOEXEC, mode, ResolveFlags::empty())
    },
};

/// Defines the rows of errors that are common to both calls.
macro_rules! rows {
    ($name:ident: $($errno:ident $kind:ident $trigger:expr;)*) => {
        const $name: &[Row] = &[$(
            Row(Call::OPENAT, Errno::$errno, $kind, || {
                let trigger: fn(Opener) -> Outcome = $trigger;
                trigger(OPENAT)
            }),
            Row(Call::OPENAT2, Errno::$errno, $kind, || {
                let trigger: fn(Opener) -> Outcome = $trigger;
                trigger(OPENAT2)
            }),
        )*];
    };
}

rows! { ROWS:
    NOENT NotFound |it| it.fails("/nowhere/at/all", OFlags::RDONLY);
    NOTDIR InvalidArgument |it| it.fails("/proc/version/file", OFlags::RDONLY);
    ISDIR InvalidArgument |it| it.fails("/", OFlags::WRONLY);
    EXIST AlreadyExists |it| {
        let file = files::NamedFile::new();
        it.fails(file.path(), OFlags::CREATE | OFlags::EXCL)
    };
    BADF BadDescriptor |it| it.fails("relative", OFlags::RDONLY);
    ACCES PermissionDenied |it| {
        in_unsearchable_directory(|path| failed((it.open)(path, OFlags::PATH, Mode::empty())))
    };
    PERM PermissionDenied |it| with_file_of_root(|path| it.fails(path, OFlags::NOATIME));
    INVAL InvalidArgument |it| it.fails("/\0", OFlags::RDONLY);
    LOOP InvalidArgument |it| {
        with_link_loop(|path| failed((it.open)(path, OFlags::RDONLY, Mode::empty())))
    };
    AGAIN WouldBlock leased;
    ROFS PermissionDenied |it| it.injected(Errno::ROFS);
    TXTBSY Busy |it| only(Errno::TXTBSY, it.fails_or_opens("/proc/self/exe", OFlags::WRONLY));
    NAMETOOLONG InvalidArgument |it| it.fails(format!("/{}", "a".repeat(256)), OFlags::RDONLY);
    NXIO NotFound |it| {
        let directory = files::directory();
        let path = directory.path().join("fifo");
        make_fifo(&path);
        it.fails(path, OFlags::WRONLY | OFlags::NONBLOCK)
    };
    NODEV NotFound |it| it.injected(Errno::NODEV);
    BUSY Busy |it| it.injected(Errno::BUSY);
    NFILE LimitReached |it| it.injected(Errno::NFILE);
    NOSPC LimitReached |it| it.injected(Errno::NOSPC);
    DQUOT LimitReached |it| it.injected(Errno::DQUOT);
    OVERFLOW Other |it| it.injected(Errno::OVERFLOW);
    OPNOTSUPP Unsupported |it| {
        only(Errno::OPNOTSUPP, it.fails_or_opens("/proc", OFlags::TMPFILE | OFlags::WRONLY))
    };
    NOMEM OutOfMemory |it| it.injected(Errno::NOMEM);
    INTR Interrupted |it| it.injected(Errno::INTR);
    IO Other |it| it.injected(Errno::IO);
}

rows! { AT_DESCRIPTOR_LIMIT:
    MFILE LimitReached |it| it.fails("/", OFlags::RDONLY);
}

/// The errors that only `openat2` returns.
const OPENAT2_ROWS: &[Row] = &[
    Row(Call::OPENAT2, Errno::XDEV, Other, || resolve("/", ResolveFlags::BENEATH)),
    Row(Call::OPENAT2, Errno::FTYPE, InvalidArgument, || OPENAT2.injected(Errno::FTYPE)),
];

/// Returns the reason to skip a row if the error is not `errno`, for an error that the file systems
/// or the user of this host can prevent.
fn only(errno: Errno, outcome: Outcome) -> Outcome {
    let error = outcome?;
    if error.is(errno) { Ok(error) } else { Err(error.to_string()) }
}

/// Opens a file on which this process has a lease.
fn leased(it: Opener) -> Outcome {
    let file = files::NamedFile::new();
    let number = file.as_raw_fd();
    // The kernel sends a signal to the holder of a lease: `SIGURG` is ignored.
    for (operation, argument) in [(F_SETSIG, libc::SIGURG), (libc::F_SETLEASE, libc::F_WRLCK)] {
        // SAFETY: touches no memory.
        if unsafe { libc::fcntl(number, operation, argument) } != 0 {
            return Err(format!("no lease: {}", std::io::Error::last_os_error()));
        }
    }
    it.fails(file.path(), OFlags::RDONLY | OFlags::NONBLOCK)
}

pub const F_SETSIG: libc::c_int = 10;

pub fn make_fifo(path: &Path) {
    let path = std::ffi::CString::new(common::bytes(path)).unwrap();
    // SAFETY: reads the path.
    assert_eq!(unsafe { libc::mkfifo(path.as_ptr(), 0o600) }, 0);
}

/// Calls `openat2` with resolve flags.
pub fn resolve(path: &str, resolve: ResolveFlags) -> Outcome {
    failed(raw::openat2(ABS, path, OFlags::PATH, Mode::empty(), resolve))
}

#[test]
fn openat2_errors_have_the_expected_kind_and_reason() {
    in_child(|| check_all(this_test!(), OPENAT2_ROWS));
}
