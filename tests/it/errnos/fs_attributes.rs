//! Errors of calls that change the attributes of files, and check access.

use std::fs::File;
use std::os::unix::fs::symlink;

use butter::Errno;
use butter::error::{Call, ErrorKind};
use butter::fd::{AsFd, OwnedFd};
use butter::fs::raw::*;
use butter::fs::{
    ABS, Access, AtFlags, Dev, DirectoryArg, FileType, Mode, RenameFlags, SetTime, Timestamps,
    XattrFlags,
};
use butter::process::{Uid, geteuid};
use butter::time::Timespec;
use syscalls::Sysno;

use super::causes_open::{FS_APPEND_FL, FS_IMMUTABLE_FL, set_inode_flags};
use super::fs_paths::{PathCall, child, in_directory, path_call_rows};
use super::{
    Outcome, Row, Table, check_all, failed, null, path_only_descriptor, regular_file,
    with_file_of_root,
};
use common::child::as_nobody;
use common::files;
use common::inject::inject;
use common::test::in_row;
use common::{require, this_test};

use ErrorKind::*;

pub const TABLE: Table = Table {
    source: include_str!("../../../src/fs/attributes/raw.rs"),
    rows: ROWS,
    at_descriptor_limit: &[],
    others: OTHERS,
};

pub const TIMES_TABLE: Table = Table {
    source: include_str!("../../../src/fs/times/raw.rs"),
    rows: TIMES_ROWS,
    at_descriptor_limit: &[],
    others: &[],
};

pub const ACCESS_TABLE: Table = Table {
    source: include_str!("../../../src/fs/access/raw.rs"),
    rows: ACCESS_ROWS,
    at_descriptor_limit: &[],
    others: &[],
};

const FCHMODAT: PathCall =
    PathCall { number: libc::SYS_fchmodat, call: |path| fchmodat(ABS, path, Mode::RWXU) };

const FCHOWNAT: PathCall = PathCall {
    number: libc::SYS_fchownat,
    call: |path| fchownat(ABS, path, None, None, AtFlags::empty()),
};

pub const NOW: Timestamps =
    Timestamps { last_access: SetTime::Now, last_modification: SetTime::Now };

const UTIMENSAT: PathCall = PathCall {
    number: libc::SYS_utimensat,
    call: |path| utimensat(ABS, path, &NOW, AtFlags::empty()),
};

const FACCESSAT2: PathCall = PathCall {
    number: libc::SYS_faccessat2,
    call: |path| faccessat2(ABS, path, Access::EXISTS, AtFlags::empty()),
};

/// The number of `fchmodat2`, which `libc` does not define for all C libraries.
pub const SYS_FCHMODAT2: libc::c_long = Sysno::fchmodat2 as libc::c_long;

const FCHMODAT2: PathCall = PathCall {
    number: SYS_FCHMODAT2,
    call: |path| fchmodat2(ABS, path, Mode::RWXU, AtFlags::empty()),
};

path_call_rows! { ROWS {
        FCHMOD PERM PermissionDenied || with_file_of_root(|path| {
            failed(fchmod(open(path).as_fd(), Mode::RWXU))
        });
        FCHMOD BADF BadDescriptor || failed(fchmod(path_only_descriptor().as_fd(), Mode::RWXU));
        FCHMOD ROFS PermissionDenied || fchmod_fails_with(Errno::ROFS);
        FCHMOD ACCES PermissionDenied || fchmod_fails_with(Errno::ACCES);
        FCHMOD OVERFLOW Other || fchmod_fails_with(Errno::OVERFLOW);
        FCHOWN PERM PermissionDenied || with_file_of_root(|path| {
            failed(fchown(open(path).as_fd(), Some(geteuid()), None))
        });
        FCHOWN BADF BadDescriptor || failed(fchown(path_only_descriptor().as_fd(), None, None));
        FCHOWN INVAL InvalidArgument || fchown_fails_with(Errno::INVAL);
        FCHOWN ROFS PermissionDenied || fchown_fails_with(Errno::ROFS);
        FCHOWN ACCES PermissionDenied || fchown_fails_with(Errno::ACCES);
        FCHOWN DQUOT LimitReached || fchown_fails_with(Errno::DQUOT);
        FCHOWN OVERFLOW Other || fchown_fails_with(Errno::OVERFLOW);
    }:
    FCHMODAT FCHMODAT { ROFS PermissionDenied, OVERFLOW Other } {
        NOENT NotFound || FCHMODAT.fails("");
        NOTDIR InvalidArgument || failed(fchmodat(regular_file(), "x", Mode::RWXU));
        BADF BadDescriptor || FCHMODAT.fails("relative");
        PERM PermissionDenied || with_file_of_root(|path| FCHMODAT.fails(path));
    }
    FCHOWNAT FCHOWNAT { ROFS PermissionDenied, DQUOT LimitReached, OVERFLOW Other } {
        NOENT NotFound || FCHOWNAT.fails("");
        NOTDIR InvalidArgument || failed(fchownat(regular_file(), "x", None, None, AtFlags::empty()));
        BADF BadDescriptor || FCHOWNAT.fails("relative");
        BADF BadDescriptor || failed(fchownat(ABS, "", None, None, AtFlags::EMPTY_PATH));
        PERM PermissionDenied || with_file_of_root(|path| {
            failed(fchownat(ABS, path, Some(geteuid()), None, AtFlags::empty()))
        });
        INVAL InvalidArgument || failed(fchownat(ABS, "/x", None, None, AtFlags::SYMLINK_FOLLOW));
    }
}

path_call_rows! { OTHERS:
    FCHMODAT2 FCHMODAT2 { ROFS PermissionDenied, OVERFLOW Other } {
        NOENT NotFound || FCHMODAT2.fails("");
        NOTDIR InvalidArgument || {
            failed(fchmodat2(regular_file(), "x", Mode::RWXU, AtFlags::empty()))
        };
        BADF BadDescriptor || FCHMODAT2.fails("relative");
        BADF BadDescriptor || failed(fchmodat2(ABS, "", Mode::RWXU, AtFlags::EMPTY_PATH));
        PERM PermissionDenied || with_file_of_root(|path| FCHMODAT2.fails(path));
        OPNOTSUPP Unsupported || in_directory(|path| {
            symlink("x", path.join("link")).unwrap();
            failed(fchmodat2(ABS, &*child(path, "link"), Mode::RWXU, AtFlags::SYMLINK_NOFOLLOW))
        });
        INVAL InvalidArgument || failed(fchmodat2(ABS, "/x", Mode::RWXU, AtFlags::EACCESS));
    }
}

path_call_rows! { TIMES_ROWS {
        UTIMENSAT_FD ACCES PermissionDenied || with_file_of_root(|path| {
            failed(utimensat_fd(open(path).as_fd(), &NOW))
        });
        UTIMENSAT_FD PERM PermissionDenied || with_file_of_root(|path| {
            failed(utimensat_fd(open(path).as_fd(), &modification(0)))
        });
        UTIMENSAT_FD INVAL InvalidArgument || {
            failed(utimensat_fd(null().as_fd(), &modification(1_000_000_000)))
        };
        UTIMENSAT_FD BADF BadDescriptor || {
            failed(utimensat_fd(path_only_descriptor().as_fd(), &NOW))
        };
        UTIMENSAT_FD ROFS PermissionDenied || utimensat_fd_fails_with(Errno::ROFS);
        UTIMENSAT_FD OVERFLOW Other || utimensat_fd_fails_with(Errno::OVERFLOW);
    }:
    UTIMENSAT UTIMENSAT { ROFS PermissionDenied, OVERFLOW Other } {
        NOENT NotFound || UTIMENSAT.fails("");
        NOTDIR InvalidArgument || failed(utimensat(regular_file(), "x", &NOW, AtFlags::empty()));
        BADF BadDescriptor || UTIMENSAT.fails("relative");
        BADF BadDescriptor || failed(utimensat(ABS, "", &NOW, AtFlags::EMPTY_PATH));
        ACCES PermissionDenied || with_file_of_root(|path| UTIMENSAT.fails(path));
        PERM PermissionDenied || set_modification(0, AtFlags::empty());
        INVAL InvalidArgument || set_modification(1_000_000_000, AtFlags::empty());
        INVAL InvalidArgument || set_modification(-1, AtFlags::empty());
        INVAL InvalidArgument || set_modification(libc::UTIME_NOW, AtFlags::empty());
        INVAL InvalidArgument || set_modification(libc::UTIME_OMIT, AtFlags::empty());
        INVAL InvalidArgument || set_modification(0, AtFlags::SYMLINK_FOLLOW);
    }
}

path_call_rows! { ACCESS_ROWS:
    FACCESSAT2 FACCESSAT2 { ROFS PermissionDenied, PERM PermissionDenied } {
        NOENT NotFound || FACCESSAT2.fails("");
        NOTDIR InvalidArgument || access(regular_file(), "x", Access::EXISTS, AtFlags::empty());
        BADF BadDescriptor || FACCESSAT2.fails("relative");
        BADF BadDescriptor || access(ABS, "", Access::EXISTS, AtFlags::EMPTY_PATH);
        ACCES PermissionDenied || as_nobody(|| {
            access(ABS, "/proc/version", Access::WRITE_OK, AtFlags::empty())
        });
        ACCES PermissionDenied || access(ABS, "/proc/version", Access::EXEC_OK, AtFlags::EACCESS);
        INVAL InvalidArgument || {
            access(ABS, "/", Access::from_bits_retain(8), AtFlags::empty())
        };
        INVAL InvalidArgument || access(ABS, "/", Access::EXISTS, AtFlags::SYMLINK_FOLLOW);
    }
}

fn open(path: &str) -> OwnedFd {
    common::fd(File::open(path).unwrap())
}

fn modification(nanoseconds: i64) -> Timestamps {
    let time = Timespec { seconds: 0, nanoseconds };
    Timestamps { last_access: SetTime::Omit, last_modification: SetTime::At(time) }
}

fn set_modification(nanoseconds: i64, flags: AtFlags) -> Outcome {
    with_file_of_root(|path| failed(utimensat(ABS, path, &modification(nanoseconds), flags)))
}

fn access(directory: impl DirectoryArg, path: &str, access: Access, flags: AtFlags) -> Outcome {
    failed(faccessat2(directory, path, access, flags))
}

fn fchmod_fails_with(errno: Errno) -> Outcome {
    inject(libc::SYS_fchmod, errno, || failed(fchmod(regular_file().as_fd(), Mode::RWXU)))
}

fn fchown_fails_with(errno: Errno) -> Outcome {
    inject(libc::SYS_fchown, errno, || failed(fchown(regular_file().as_fd(), None, None)))
}

fn utimensat_fd_fails_with(errno: Errno) -> Outcome {
    inject(libc::SYS_utimensat, errno, || failed(utimensat_fd(regular_file().as_fd(), &NOW)))
}

/// Asserts that each call fails with `EPERM`.
fn assert_not_permitted<const N: usize>(calls: [(&str, butter::Result<()>); N]) {
    for (name, result) in calls {
        let error = in_row(name, || result.unwrap_err());
        assert_eq!((error.call().name(), error.errno()), (name, Errno::PERM), "{error}");
    }
}

#[test]
fn attributes_and_names_of_immutable_files_cannot_be_changed() {
    let directory = files::directory();
    let open = |name: &str| File::open(directory.path().join(name)).unwrap();
    std::fs::write(directory.path().join("file"), "").unwrap();
    let (file, parent) = (open("file"), open("."));
    let (fd, parent_fd) =
        (common::fd(file.try_clone().unwrap()), common::fd(parent.try_clone().unwrap()));
    let (fd, at) = (fd.as_fd(), parent_fd.as_fd());
    let (none, rename) = (AtFlags::empty(), RenameFlags::empty());
    let value = XattrFlags::empty();
    for flag in [FS_IMMUTABLE_FL, FS_APPEND_FL] {
        require!(set_inode_flags(&file, flag));
        let path = child(directory.path(), "file");
        assert_not_permitted([
            ("fchmodat", fchmodat(at, "file", Mode::RWXU)),
            ("fchmod", fchmod(fd, Mode::RWXU)),
            ("fchownat", fchownat(at, "file", Some(Uid::ROOT), None, none)),
            ("fchown", fchown(fd, Some(Uid::ROOT), None)),
            ("utimensat", utimensat(at, "file", &modification(0), none)),
            ("utimensat(fd)", utimensat_fd(fd, &modification(0))),
            ("setxattr", setxattr(&*path, "user.a", b"", value)),
            ("fremovexattr", fremovexattr(fd, "user.a")),
            ("linkat", linkat(at, "file", at, "new", none)),
            ("unlinkat", unlinkat(at, "file", none)),
            ("renameat2", renameat2(at, "file", at, "new", rename)),
        ]);
        let touched = utimensat(at, "file", &NOW, none);
        let writable = faccessat2(at, "file", Access::WRITE_OK, AtFlags::EACCESS);
        if flag == FS_IMMUTABLE_FL {
            assert_not_permitted([("utimensat", touched), ("faccessat2", writable)]);
        } else {
            assert_eq!((touched, writable), (Ok(()), Ok(())));
        }
        set_inode_flags(&file, 0).unwrap();
    }

    require!(set_inode_flags(&parent, FS_IMMUTABLE_FL));
    let fifo = FileType::Fifo;
    assert_not_permitted([
        ("mkdirat", mkdirat(at, "new", Mode::RWXU)),
        ("mknodat", mknodat(at, "new", fifo, Mode::RWXU, Dev::default())),
        ("symlinkat", symlinkat("x", at, "new")),
        ("linkat", linkat(at, "file", at, "new", none)),
        ("unlinkat", unlinkat(at, "file", none)),
        ("renameat2", renameat2(at, "file", at, "new", rename)),
    ]);
    set_inode_flags(&parent, 0).unwrap();
}

#[test]
fn linkat_fails_with_eperm_if_fs_protected_hardlinks_is_set() {
    use std::os::unix::fs::PermissionsExt;
    let protected = std::fs::read_to_string("/proc/sys/fs/protected_hardlinks");
    require!(protected.is_ok_and(|value| value.trim() == "1"), "fs.protected_hardlinks is 0");
    let directory = files::directory();
    std::fs::set_permissions(directory.path(), std::fs::Permissions::from_mode(0o777)).unwrap();
    let file = File::create(directory.path().join("file")).unwrap();
    // The owner of a file may create links.
    let is_root = geteuid() == Uid::ROOT;
    let map = std::fs::read_to_string("/proc/self/uid_map").unwrap();
    require!(is_root && map.trim_end().ends_with(" 4294967295"), "other users");
    file.set_permissions(std::fs::Permissions::from_mode(0o644)).unwrap();
    let parent = common::fd(File::open(directory.path()).unwrap());
    as_nobody(|| {
        assert_not_permitted([(
            "linkat",
            linkat(&parent, "file", &parent, "new", AtFlags::empty()),
        )]);
    });
}

#[test]
fn fchmodat2_errors_have_the_expected_kind_and_reason() {
    require!(kernel >= 6.6, "fchmodat2");
    check_all(this_test!(), OTHERS);
}
