//! Errors of calls that create directories, special files, symbolic links and hard links.

use std::os::unix::fs::symlink;

use butter::Errno;
use butter::error::{Call, ErrorKind};
use butter::fs::raw::{linkat, mkdirat, mknodat, symlinkat};
use butter::fs::{ABS, AtFlags, Dev, FileType, Mode};

use super::fs_paths::{PathCall, child, in_directory, path_call_rows};
use super::{Outcome, Row, Table, failed, regular_file};
use common::files;

use ErrorKind::*;

pub const TABLE: Table = Table {
    source: include_str!("../../../src/fs/create/raw.rs"),
    rows: ROWS,
    at_descriptor_limit: &[],
    others: &[],
};

const MKDIRAT: PathCall =
    PathCall { number: libc::SYS_mkdirat, call: |path| mkdirat(ABS, path, Mode::RWXU) };

const MKNODAT: PathCall = PathCall {
    number: libc::SYS_mknodat,
    call: |path| mknodat(ABS, path, FileType::Fifo, Mode::RWXU, Dev::default()),
};

const SYMLINKAT: PathCall =
    PathCall { number: libc::SYS_symlinkat, call: |path| symlinkat("content", ABS, path) };

const LINKAT: PathCall = PathCall {
    number: libc::SYS_linkat,
    call: |path| linkat(ABS, path, ABS, path, AtFlags::empty()),
};

path_call_rows! { ROWS:
    MKDIRAT MKDIRAT {
        PERM PermissionDenied, ROFS PermissionDenied, MLINK LimitReached, NOSPC LimitReached,
        DQUOT LimitReached, OVERFLOW Other
    } {
        NOENT NotFound || MKDIRAT.fails("");
        NOTDIR InvalidArgument || failed(mkdirat(regular_file(), "x", Mode::RWXU));
        BADF BadDescriptor || MKDIRAT.fails("relative");
        EXIST AlreadyExists || MKDIRAT.fails("/proc/.");
        EXIST AlreadyExists || MKDIRAT.fails("//");
        EXIST AlreadyExists || exists(MKDIRAT);
    }
    MKNODAT MKNODAT {
        ROFS PermissionDenied, NOSPC LimitReached, DQUOT LimitReached, OVERFLOW Other
    } {
        NOENT NotFound || MKNODAT.fails("");
        NOENT NotFound || in_directory(|path| MKNODAT.fails(&*child(path, "new/")));
        NOTDIR InvalidArgument || {
            failed(mknodat(regular_file(), "x", FileType::Fifo, Mode::RWXU, Dev::default()))
        };
        BADF BadDescriptor || MKNODAT.fails("relative");
        EXIST AlreadyExists || MKNODAT.fails("/proc/..");
        EXIST AlreadyExists || exists(MKNODAT);
        PERM PermissionDenied || with_type(FileType::Directory, Dev::default());
        INVAL InvalidArgument || with_type(FileType::Symlink, Dev::default());
        INVAL InvalidArgument || with_type(FileType::BlockDevice, Dev::new(0x1000, 0));
        INVAL InvalidArgument || with_type(FileType::BlockDevice, Dev::new(0, 0x10_0000));
    }
    SYMLINKAT SYMLINKAT {
        PERM PermissionDenied, ROFS PermissionDenied, NOSPC LimitReached, DQUOT LimitReached,
        OVERFLOW Other
    } {
        NOENT NotFound || SYMLINKAT.fails("");
        NOENT NotFound || in_directory(|path| failed(symlinkat("", ABS, &*child(path, "new"))));
        NOENT NotFound || in_directory(|path| SYMLINKAT.fails(&*child(path, "new/")));
        NOTDIR InvalidArgument || failed(symlinkat("x", regular_file(), "x"));
        BADF BadDescriptor || SYMLINKAT.fails("relative");
        EXIST AlreadyExists || SYMLINKAT.fails("/");
        EXIST AlreadyExists || exists(SYMLINKAT);
        NAMETOOLONG InvalidArgument || {
            in_directory(|path| failed(symlinkat([b'a'; 4096], ABS, &*child(path, "new"))))
        };
        INVAL InvalidArgument || in_directory(|path| failed(symlinkat("\0", ABS, &*child(path, "new"))));
    }
    LINKAT LINKAT {
        ROFS PermissionDenied, MLINK LimitReached, NOSPC LimitReached, DQUOT LimitReached,
        OVERFLOW Other
    } {
        NOENT NotFound || LINKAT.fails("");
        NOENT NotFound || link("file", "");
        NOENT NotFound || link("file", "new/");
        NOENT NotFound || link("missing", "new");
        NOTDIR InvalidArgument || failed(linkat(regular_file(), "x", ABS, "/x", AtFlags::empty()));
        NOTDIR InvalidArgument || link("file/", "new");
        BADF BadDescriptor || LINKAT.fails("relative");
        EXIST AlreadyExists || link("file", "file");
        EXIST AlreadyExists || link("file", "dangling");
        EXIST AlreadyExists || link("file", ".");
        XDEV Other || {
            in_directory(|path| {
                failed(linkat(ABS, "/proc/version", ABS, &*child(path, "new"), AtFlags::empty()))
            })
        };
        PERM PermissionDenied || link("directory", "new");
        INVAL InvalidArgument || {
            failed(linkat(ABS, "/x", ABS, "/x", AtFlags::SYMLINK_NOFOLLOW))
        };
    }
}

/// Calls a function with the path of an existing file, which is a dangling symbolic link.
fn exists(it: PathCall) -> Outcome {
    in_directory(|path| {
        symlink("missing", path.join("dangling")).unwrap();
        it.fails(&*child(path, "dangling"))
    })
}

fn with_type(file_type: FileType, dev: Dev) -> Outcome {
    in_directory(|path| failed(mknodat(ABS, &*child(path, "new"), file_type, Mode::RUSR, dev)))
}

/// Creates a hard link in a directory that contains `file`, `directory` and `dangling`.
fn link(old: &str, new: &str) -> Outcome {
    let directory = files::directory();
    let path = directory.path();
    std::fs::write(path.join("file"), "").unwrap();
    std::fs::create_dir(path.join("directory")).unwrap();
    symlink("missing", path.join("dangling")).unwrap();
    let directory = common::fd(std::fs::File::open(path).unwrap());
    failed(linkat(&directory, old, &directory, new, AtFlags::empty()))
}
