//! Errors of calls that read symbolic links, and rename and remove files.

use std::fs::{self, File};
use std::os::unix::fs::symlink;

use butter::Errno;
use butter::error::{Call, ErrorKind};
use butter::fd::OwnedFd;
use butter::fs::raw::{readlinkat, renameat2, unlinkat};
use butter::fs::{ABS, AtFlags, RenameFlags, readlinkat as readlinkat_complete};
use temp_dir::TempDir;

use super::fs_paths::{PathCall, child, in_directory, path_call_rows};
use super::{Outcome, Row, Table, failed, regular_file};
use common::child::as_nobody;
use common::files;
use common::inject::forge;
use common::this_test;

use ErrorKind::*;

pub const TABLE: Table = Table {
    source: include_str!("../../../src/fs/link/raw.rs"),
    rows: ROWS,
    at_descriptor_limit: &[],
    others: OTHERS,
};

const READLINKAT: PathCall = PathCall {
    number: libc::SYS_readlinkat,
    call: |path| readlinkat(ABS, path, &mut [0; 64]).map(drop),
};

const UNLINKAT: PathCall =
    PathCall { number: libc::SYS_unlinkat, call: |path| unlinkat(ABS, path, AtFlags::empty()) };

const RENAMEAT2: PathCall = PathCall {
    number: libc::SYS_renameat2,
    call: |path| renameat2(ABS, path, ABS, path, RenameFlags::empty()),
};

path_call_rows! { ROWS:
    READLINKAT READLINKAT {} {
        NOENT NotFound || failed(readlinkat(regular_file(), "", &mut [0; 64]).map(drop));
        NOTDIR InvalidArgument || failed(readlinkat(regular_file(), "x", &mut [0; 64]).map(drop));
        BADF BadDescriptor || READLINKAT.fails("relative");
        BADF BadDescriptor || READLINKAT.fails("");
        INVAL InvalidArgument || READLINKAT.fails("/");
        INVAL InvalidArgument || failed(readlinkat(ABS, "/proc/self", &mut [0; 0]).map(drop));
    }
    UNLINKAT UNLINKAT {
        BUSY Busy, PERM PermissionDenied, ROFS PermissionDenied, OVERFLOW Other
    } {
        NOENT NotFound || UNLINKAT.fails("");
        NOENT NotFound || unlink("missing", AtFlags::empty());
        NOENT NotFound || unlink("missing", AtFlags::REMOVEDIR);
        NOTDIR InvalidArgument || failed(unlinkat(regular_file(), "x", AtFlags::empty()));
        NOTDIR InvalidArgument || unlink("file", AtFlags::REMOVEDIR);
        NOTDIR InvalidArgument || unlink("file/", AtFlags::empty());
        NOTDIR InvalidArgument || unlink("link", AtFlags::REMOVEDIR);
        BADF BadDescriptor || UNLINKAT.fails("relative");
        ISDIR InvalidArgument || unlink("directory", AtFlags::empty());
        ISDIR InvalidArgument || unlink(".", AtFlags::empty());
        ISDIR InvalidArgument || unlink("directory/..", AtFlags::empty());
        NOTEMPTY Other || unlink("full", AtFlags::REMOVEDIR);
        NOTEMPTY Other || unlink("full/..", AtFlags::REMOVEDIR);
        INVAL InvalidArgument || unlink("directory/.", AtFlags::REMOVEDIR);
        INVAL InvalidArgument || unlink("missing", AtFlags::SYMLINK_NOFOLLOW);
        INVAL InvalidArgument || unlink("missing", AtFlags::EMPTY_PATH);
    }
    RENAMEAT2 RENAMEAT2 {
        PERM PermissionDenied, ROFS PermissionDenied, MLINK LimitReached, NOSPC LimitReached,
        DQUOT LimitReached, OVERFLOW Other
    } {
        NOENT NotFound || RENAMEAT2.fails("");
        NOENT NotFound || rename("file", "", RenameFlags::empty());
        NOENT NotFound || rename("missing", "file", RenameFlags::empty());
        NOENT NotFound || rename("file", "missing", RenameFlags::EXCHANGE);
        NOTDIR InvalidArgument || {
            failed(renameat2(regular_file(), "x", ABS, "/x", RenameFlags::empty()))
        };
        NOTDIR InvalidArgument || rename("directory", "file", RenameFlags::empty());
        NOTDIR InvalidArgument || rename("file/", "missing", RenameFlags::empty());
        NOTDIR InvalidArgument || rename("file", "missing/", RenameFlags::empty());
        BADF BadDescriptor || RENAMEAT2.fails("relative");
        EXIST AlreadyExists || rename("file", "link", RenameFlags::NOREPLACE);
        EXIST AlreadyExists || rename("file", "file", RenameFlags::NOREPLACE);
        ISDIR InvalidArgument || rename("file", "directory", RenameFlags::empty());
        XDEV Other || in_directory(|path| {
            failed(renameat2(ABS, "/proc/version", ABS, &*child(path, "x"), RenameFlags::empty()))
        });
        BUSY Busy || rename("file", ".", RenameFlags::empty());
        BUSY Busy || rename("directory/..", "missing", RenameFlags::empty());
        INVAL InvalidArgument || rename("directory", "directory/new", RenameFlags::empty());
        INVAL InvalidArgument || rename("full/file", "full", RenameFlags::EXCHANGE);
        INVAL InvalidArgument || {
            rename("file", "link", RenameFlags::EXCHANGE | RenameFlags::NOREPLACE)
        };
        INVAL InvalidArgument || {
            rename("file", "link", RenameFlags::EXCHANGE | RenameFlags::WHITEOUT)
        };
        INVAL InvalidArgument || rename("file", "link", RenameFlags::from_bits_retain(8));
    }
}

/// Errors that depend on the file system, which returns either `EEXIST` or `ENOTEMPTY` if a
/// directory to be replaced contains files, and errors that the library detects.
const OTHERS: &[Row] = &[
    Row(Call::RENAMEAT2, Errno::NOTEMPTY, Other, || {
        let error = rename("directory", "full", RenameFlags::empty())?;
        if error.is(Errno::EXIST) { Err(error.to_string()) } else { Ok(error) }
    }),
    Row(Call::READLINKAT_TRUNCATED, Errno::RANGE, InvalidArgument, || read_link_with_buffer(7)),
    Row(Call::READLINKAT_TRUNCATED, Errno::RANGE, InvalidArgument, || read_link_with_buffer(1)),
];

/// Reads a symbolic link whose content has 7 bytes.
fn read_link_with_buffer(size: usize) -> Outcome {
    in_directory(|path| {
        symlink("content", path.join("link")).unwrap();
        failed(readlinkat_complete(ABS, &*child(path, "link"), &mut vec![0; size][..]).map(drop))
    })
}

/// Creates a directory that contains the file `file`, the symbolic link `link` to it, the empty
/// directory `directory`, and the directory `full` with one file.
fn tree() -> (TempDir, OwnedFd) {
    let directory = files::directory();
    let path = directory.path();
    fs::write(path.join("file"), "").unwrap();
    symlink("file", path.join("link")).unwrap();
    fs::create_dir(path.join("directory")).unwrap();
    fs::create_dir(path.join("full")).unwrap();
    fs::write(path.join("full/file"), "").unwrap();
    let fd = common::fd(File::open(path).unwrap());
    (directory, fd)
}

fn unlink(path: &str, flags: AtFlags) -> Outcome {
    let (_directory, fd) = tree();
    failed(unlinkat(&fd, path, flags))
}

fn rename(old: &str, new: &str, flags: RenameFlags) -> Outcome {
    let (_directory, fd) = tree();
    failed(renameat2(&fd, old, &fd, new, flags))
}

#[test]
fn renameat2_and_readlinkat_errors_have_the_expected_kind_and_reason() {
    super::check_all(this_test!(), OTHERS);
}

#[test]
fn unlinkat_and_renameat2_fail_with_eperm_in_a_sticky_directory_of_another_user() {
    use std::os::unix::fs::PermissionsExt;
    let directory = files::directory();
    fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o1777)).unwrap();
    fs::write(directory.path().join("file"), "").unwrap();
    let fd = common::fd(File::open(directory.path()).unwrap());
    // An ordinary user remains the owner of the file and may remove it.
    let is_root = butter::process::geteuid() == butter::process::Uid::ROOT;
    let maps_other_users = fs::read_to_string("/proc/self/uid_map")
        .is_ok_and(|map| map.trim_end().ends_with("4294967295"));
    common::require!(is_root && maps_other_users, "the caller cannot become another user");
    as_nobody(|| {
        let error = unlinkat(&fd, "file", AtFlags::empty()).unwrap_err();
        assert_eq!((error.call(), error.errno()), (Call::UNLINKAT, Errno::PERM));
        let error = renameat2(&fd, "file", &fd, "new", RenameFlags::empty()).unwrap_err();
        assert_eq!((error.call(), error.errno()), (Call::RENAMEAT2, Errno::PERM));
    });
}

#[test]
fn readlinkat_fails_with_eio_if_the_result_is_larger_than_the_buffer() {
    common::child::in_child(|| {
        let error = forge(
            libc::SYS_readlinkat,
            |_| 65,
            || readlinkat(ABS, "/proc/self", &mut [0; 64]).map(drop).unwrap_err(),
        );
        assert_eq!((error.call(), error.errno()), (Call::READLINKAT, Errno::IO));
    });
}
