//! Errors of calls on extended attributes.

use butter::Errno;
use butter::error::{Call, ErrorKind};
use butter::fd::AsFd;
use butter::fs::raw::*;
use butter::fs::{ABS, AtFlags, XattrFlags};
use syscalls::Sysno;

use super::fs_paths::{PathCall, path_call_rows};
use super::{Outcome, Row, Table, check_all, failed, path_only_descriptor, regular_file};
use common::inject::inject;
use common::{require, this_test};

use ErrorKind::*;

pub const READ_TABLE: Table = Table {
    source: include_str!("../../../src/fs/xattr/read/raw.rs"),
    rows: READ_ROWS,
    at_descriptor_limit: &[],
    others: &[],
};

pub const AT_TABLE: Table = Table {
    source: include_str!("../../../src/fs/xattr/at/raw.rs"),
    rows: &[],
    at_descriptor_limit: &[],
    others: AT_ROWS,
};

pub const WRITE_TABLE: Table = Table {
    source: include_str!("../../../src/fs/xattr/write/raw.rs"),
    rows: WRITE_ROWS,
    at_descriptor_limit: &[],
    others: &[],
};

/// A name of an attribute that no file of procfs has.
const NAME: &str = "user.butter";

/// A name without a namespace that a file system supports.
const UNSUPPORTED: &str = "butter";

const NONE: XattrFlags = XattrFlags::empty();

// `libc` does not define the numbers of these calls for all C libraries.
pub const SYS_SETXATTRAT: libc::c_long = Sysno::setxattrat as libc::c_long;
pub const SYS_GETXATTRAT: libc::c_long = Sysno::getxattrat as libc::c_long;
pub const SYS_LISTXATTRAT: libc::c_long = Sysno::listxattrat as libc::c_long;
pub const SYS_REMOVEXATTRAT: libc::c_long = Sysno::removexattrat as libc::c_long;

const SETXATTR: PathCall =
    PathCall { number: libc::SYS_setxattr, call: |path| setxattr(path, NAME, b"", NONE) };

const REMOVEXATTR: PathCall =
    PathCall { number: libc::SYS_removexattr, call: |path| removexattr(path, NAME) };

const GETXATTR: PathCall = PathCall {
    number: libc::SYS_getxattr,
    call: |path| getxattr(path, NAME, &mut [0; 64]).map(drop),
};

const LISTXATTR: PathCall =
    PathCall { number: libc::SYS_listxattr, call: |path| listxattr(path, &mut [0; 64]).map(drop) };

const LSETXATTR: PathCall =
    PathCall { number: libc::SYS_lsetxattr, call: |path| lsetxattr(path, NAME, b"", NONE) };

const LREMOVEXATTR: PathCall =
    PathCall { number: libc::SYS_lremovexattr, call: |path| lremovexattr(path, NAME) };

const LGETXATTR: PathCall = PathCall {
    number: libc::SYS_lgetxattr,
    call: |path| lgetxattr(path, NAME, &mut [0; 64]).map(drop),
};

const LLISTXATTR: PathCall = PathCall {
    number: libc::SYS_llistxattr,
    call: |path| llistxattr(path, &mut [0; 64]).map(drop),
};

path_call_rows! { READ_ROWS {
        FGETXATTR RANGE InvalidArgument || fgetxattr_fails("");
        FGETXATTR RANGE InvalidArgument || fgetxattr_fails(&"n".repeat(256));
        FGETXATTR OPNOTSUPP Unsupported || fgetxattr_fails(UNSUPPORTED);
        FGETXATTR INVAL InvalidArgument || fgetxattr_fails("user.\0");
        FGETXATTR BADF BadDescriptor || {
            failed(fgetxattr(path_only_descriptor().as_fd(), NAME, &mut [0; 64]))
        };
        FGETXATTR NODATA NotFound || fgetxattr_fails_with(Errno::NODATA);
        FGETXATTR TOOBIG InvalidArgument || fgetxattr_fails_with(Errno::TOOBIG);
        FGETXATTR ACCES PermissionDenied || fgetxattr_fails_with(Errno::ACCES);
        FLISTXATTR BADF BadDescriptor || {
            failed(flistxattr(path_only_descriptor().as_fd(), &mut [0; 64]))
        };
        FLISTXATTR RANGE InvalidArgument || flistxattr_fails_with(Errno::RANGE);
        FLISTXATTR TOOBIG InvalidArgument || flistxattr_fails_with(Errno::TOOBIG);
        FLISTXATTR OPNOTSUPP Unsupported || flistxattr_fails_with(Errno::OPNOTSUPP);
        FLISTXATTR ACCES PermissionDenied || flistxattr_fails_with(Errno::ACCES);
    }:
    GETXATTR GETXATTR { NODATA NotFound, TOOBIG InvalidArgument } {
        NOENT NotFound || GETXATTR.fails("");
        RANGE InvalidArgument || failed(getxattr("/", "", &mut [0; 64]));
        RANGE InvalidArgument || failed(getxattr("/", [b'n'; 256], &mut [0; 64]));
        RANGE InvalidArgument || failed(getxattr("/", [b'n'; 5000], &mut [0; 64]));
        OPNOTSUPP Unsupported || failed(getxattr("/", UNSUPPORTED, &mut [0; 64]));
        INVAL InvalidArgument || failed(getxattr("/", "user.\0", &mut [0; 64]));
    }
    LGETXATTR LGETXATTR { NODATA NotFound, TOOBIG InvalidArgument } {
        NOENT NotFound || LGETXATTR.fails("");
        RANGE InvalidArgument || failed(lgetxattr("/", "", &mut [0; 64]));
        RANGE InvalidArgument || failed(lgetxattr("/", [b'n'; 256], &mut [0; 64]));
        RANGE InvalidArgument || failed(lgetxattr("/", [b'n'; 5000], &mut [0; 64]));
        OPNOTSUPP Unsupported || failed(lgetxattr("/", UNSUPPORTED, &mut [0; 64]));
        INVAL InvalidArgument || failed(lgetxattr("/", "user.\0", &mut [0; 64]));
    }
    LISTXATTR LISTXATTR { RANGE InvalidArgument, TOOBIG InvalidArgument, OPNOTSUPP Unsupported } {
        NOENT NotFound || LISTXATTR.fails("");
    }
    LLISTXATTR LLISTXATTR { RANGE InvalidArgument, TOOBIG InvalidArgument, OPNOTSUPP Unsupported } {
        NOENT NotFound || LLISTXATTR.fails("");
    }
}

path_call_rows! { WRITE_ROWS {
        FSETXATTR RANGE InvalidArgument || fsetxattr_fails("", b"");
        FSETXATTR RANGE InvalidArgument || fsetxattr_fails(&"n".repeat(256), b"");
        FSETXATTR OPNOTSUPP Unsupported || fsetxattr_fails(UNSUPPORTED, b"");
        FSETXATTR INVAL InvalidArgument || fsetxattr_fails("user.\0", b"");
        FSETXATTR INVAL InvalidArgument || {
            let flags = XattrFlags::from_bits_retain(4);
            failed(fsetxattr(regular_file().as_fd(), NAME, b"", flags))
        };
        FSETXATTR TOOBIG InvalidArgument || fsetxattr_fails(NAME, &[0; 65_537]);
        FSETXATTR BADF BadDescriptor || {
            failed(fsetxattr(path_only_descriptor().as_fd(), NAME, b"", NONE))
        };
        FSETXATTR EXIST AlreadyExists || fsetxattr_fails_with(Errno::EXIST);
        FSETXATTR NODATA NotFound || fsetxattr_fails_with(Errno::NODATA);
        FSETXATTR PERM PermissionDenied || fsetxattr_fails_with(Errno::PERM);
        FSETXATTR ACCES PermissionDenied || fsetxattr_fails_with(Errno::ACCES);
        FSETXATTR ROFS PermissionDenied || fsetxattr_fails_with(Errno::ROFS);
        FSETXATTR NOSPC LimitReached || fsetxattr_fails_with(Errno::NOSPC);
        FSETXATTR DQUOT LimitReached || fsetxattr_fails_with(Errno::DQUOT);
        FREMOVEXATTR RANGE InvalidArgument || fremovexattr_fails("");
        FREMOVEXATTR RANGE InvalidArgument || fremovexattr_fails(&"n".repeat(256));
        FREMOVEXATTR OPNOTSUPP Unsupported || fremovexattr_fails(UNSUPPORTED);
        FREMOVEXATTR INVAL InvalidArgument || fremovexattr_fails("user.\0");
        FREMOVEXATTR BADF BadDescriptor || {
            failed(fremovexattr(path_only_descriptor().as_fd(), NAME))
        };
        FREMOVEXATTR NODATA NotFound || fremovexattr_fails_with(Errno::NODATA);
        FREMOVEXATTR PERM PermissionDenied || fremovexattr_fails_with(Errno::PERM);
        FREMOVEXATTR ACCES PermissionDenied || fremovexattr_fails_with(Errno::ACCES);
        FREMOVEXATTR ROFS PermissionDenied || fremovexattr_fails_with(Errno::ROFS);
    }:
    SETXATTR SETXATTR {
        EXIST AlreadyExists, NODATA NotFound, PERM PermissionDenied, ROFS PermissionDenied,
        NOSPC LimitReached, DQUOT LimitReached
    } {
        NOENT NotFound || SETXATTR.fails("");
        RANGE InvalidArgument || with_file(|path| setxattr(path, "", b"", NONE));
        RANGE InvalidArgument || with_file(|path| setxattr(path, [b'n'; 256], b"", NONE));
        OPNOTSUPP Unsupported || with_file(|path| setxattr(path, UNSUPPORTED, b"", NONE));
        INVAL InvalidArgument || with_file(|path| setxattr(path, "user.\0", b"", NONE));
        INVAL InvalidArgument || {
            with_file(|path| setxattr(path, NAME, b"", XattrFlags::from_bits_retain(4)))
        };
        TOOBIG InvalidArgument || with_file(|path| setxattr(path, NAME, &[0; 65_537], NONE));
    }
    LSETXATTR LSETXATTR {
        EXIST AlreadyExists, NODATA NotFound, PERM PermissionDenied, ROFS PermissionDenied,
        NOSPC LimitReached, DQUOT LimitReached
    } {
        NOENT NotFound || LSETXATTR.fails("");
        RANGE InvalidArgument || with_file(|path| lsetxattr(path, "", b"", NONE));
        RANGE InvalidArgument || with_file(|path| lsetxattr(path, [b'n'; 256], b"", NONE));
        OPNOTSUPP Unsupported || with_file(|path| lsetxattr(path, UNSUPPORTED, b"", NONE));
        INVAL InvalidArgument || with_file(|path| lsetxattr(path, "user.\0", b"", NONE));
        INVAL InvalidArgument || {
            with_file(|path| lsetxattr(path, NAME, b"", XattrFlags::from_bits_retain(4)))
        };
        TOOBIG InvalidArgument || with_file(|path| lsetxattr(path, NAME, &[0; 65_537], NONE));
    }
    REMOVEXATTR REMOVEXATTR { NODATA NotFound, PERM PermissionDenied, ROFS PermissionDenied } {
        NOENT NotFound || REMOVEXATTR.fails("");
        RANGE InvalidArgument || with_file(|path| removexattr(path, ""));
        RANGE InvalidArgument || with_file(|path| removexattr(path, [b'n'; 256]));
        OPNOTSUPP Unsupported || with_file(|path| removexattr(path, UNSUPPORTED));
        INVAL InvalidArgument || with_file(|path| removexattr(path, "user.\0"));
    }
    LREMOVEXATTR LREMOVEXATTR { NODATA NotFound, PERM PermissionDenied, ROFS PermissionDenied } {
        NOENT NotFound || LREMOVEXATTR.fails("");
        RANGE InvalidArgument || with_file(|path| lremovexattr(path, ""));
        RANGE InvalidArgument || with_file(|path| lremovexattr(path, [b'n'; 256]));
        OPNOTSUPP Unsupported || with_file(|path| lremovexattr(path, UNSUPPORTED));
        INVAL InvalidArgument || with_file(|path| lremovexattr(path, "user.\0"));
    }
}

const SETXATTRAT: PathCall =
    PathCall { number: SYS_SETXATTRAT, call: |path| setxattrat(ABS, path, NO_AT, NAME, b"", NONE) };

const GETXATTRAT: PathCall = PathCall {
    number: SYS_GETXATTRAT,
    call: |path| getxattrat(ABS, path, NO_AT, NAME, &mut [0; 64]).map(drop),
};

const LISTXATTRAT: PathCall = PathCall {
    number: SYS_LISTXATTRAT,
    call: |path| listxattrat(ABS, path, NO_AT, &mut [0; 64]).map(drop),
};

const REMOVEXATTRAT: PathCall =
    PathCall { number: SYS_REMOVEXATTRAT, call: |path| removexattrat(ABS, path, NO_AT, NAME) };

const NO_AT: AtFlags = AtFlags::empty();

path_call_rows! { AT_ROWS:
    SETXATTRAT SETXATTRAT {
        EXIST AlreadyExists, NODATA NotFound, PERM PermissionDenied, ROFS PermissionDenied,
        NOSPC LimitReached, DQUOT LimitReached
    } {
        NOENT NotFound || SETXATTRAT.fails("");
        NOTDIR InvalidArgument || {
            failed(setxattrat(regular_file(), "x", NO_AT, NAME, b"", NONE))
        };
        BADF BadDescriptor || SETXATTRAT.fails("relative");
        BADF BadDescriptor || failed(setxattrat(ABS, "", AtFlags::EMPTY_PATH, NAME, b"", NONE));
        BADF BadDescriptor || {
            let directory = path_only_descriptor();
            failed(setxattrat(directory, "", AtFlags::EMPTY_PATH, NAME, b"", NONE))
        };
        RANGE InvalidArgument || failed(setxattrat(ABS, "/x", NO_AT, "", b"", NONE));
        RANGE InvalidArgument || failed(setxattrat(ABS, "/x", NO_AT, [b'n'; 256], b"", NONE));
        OPNOTSUPP Unsupported || {
            with_file(|path| setxattrat(ABS, path, NO_AT, UNSUPPORTED, b"", NONE))
        };
        INVAL InvalidArgument || failed(setxattrat(ABS, "/x", NO_AT, "user.\0", b"", NONE));
        INVAL InvalidArgument || {
            failed(setxattrat(ABS, "/x", AtFlags::EACCESS, NAME, b"", NONE))
        };
        INVAL InvalidArgument || {
            let flags = XattrFlags::from_bits_retain(4);
            failed(setxattrat(ABS, "/x", NO_AT, NAME, b"", flags))
        };
        TOOBIG InvalidArgument || {
            failed(setxattrat(ABS, "/x", NO_AT, NAME, &[0; 65_537], NONE))
        };
    }
    GETXATTRAT GETXATTRAT { NODATA NotFound, TOOBIG InvalidArgument } {
        NOENT NotFound || GETXATTRAT.fails("");
        NOTDIR InvalidArgument || {
            failed(getxattrat(regular_file(), "x", NO_AT, NAME, &mut [0; 64]))
        };
        BADF BadDescriptor || GETXATTRAT.fails("relative");
        BADF BadDescriptor || {
            let directory = path_only_descriptor();
            failed(getxattrat(directory, "", AtFlags::EMPTY_PATH, NAME, &mut [0; 64]))
        };
        RANGE InvalidArgument || failed(getxattrat(ABS, "/", NO_AT, "", &mut [0; 64]));
        RANGE InvalidArgument || failed(getxattrat(ABS, "/", NO_AT, [b'n'; 256], &mut [0; 64]));
        OPNOTSUPP Unsupported || failed(getxattrat(ABS, "/", NO_AT, UNSUPPORTED, &mut [0; 64]));
        INVAL InvalidArgument || failed(getxattrat(ABS, "/", NO_AT, "user.\0", &mut [0; 64]));
        INVAL InvalidArgument || {
            failed(getxattrat(ABS, "/", AtFlags::EACCESS, NAME, &mut [0; 64]))
        };
    }
    LISTXATTRAT LISTXATTRAT {
        RANGE InvalidArgument, TOOBIG InvalidArgument, OPNOTSUPP Unsupported
    } {
        NOENT NotFound || LISTXATTRAT.fails("");
        NOTDIR InvalidArgument || failed(listxattrat(regular_file(), "x", NO_AT, &mut [0; 64]));
        BADF BadDescriptor || LISTXATTRAT.fails("relative");
        BADF BadDescriptor || {
            let directory = path_only_descriptor();
            failed(listxattrat(directory, "", AtFlags::EMPTY_PATH, &mut [0; 64]))
        };
        INVAL InvalidArgument || failed(listxattrat(ABS, "/", AtFlags::EACCESS, &mut [0; 64]));
    }
    REMOVEXATTRAT REMOVEXATTRAT {
        NODATA NotFound, PERM PermissionDenied, ROFS PermissionDenied
    } {
        NOENT NotFound || REMOVEXATTRAT.fails("");
        NOTDIR InvalidArgument || failed(removexattrat(regular_file(), "x", NO_AT, NAME));
        BADF BadDescriptor || REMOVEXATTRAT.fails("relative");
        BADF BadDescriptor || {
            failed(removexattrat(path_only_descriptor(), "", AtFlags::EMPTY_PATH, NAME))
        };
        RANGE InvalidArgument || failed(removexattrat(ABS, "/x", NO_AT, ""));
        RANGE InvalidArgument || failed(removexattrat(ABS, "/x", NO_AT, [b'n'; 256]));
        OPNOTSUPP Unsupported || with_file(|path| removexattrat(ABS, path, NO_AT, UNSUPPORTED));
        INVAL InvalidArgument || failed(removexattrat(ABS, "/x", NO_AT, "user.\0"));
        INVAL InvalidArgument || failed(removexattrat(ABS, "/x", AtFlags::EACCESS, NAME));
    }
}

/// Returns the error of a call with the path of a file that belongs to the caller.
fn with_file(call: impl FnOnce(&[u8]) -> butter::Result<()>) -> Outcome {
    failed(call(common::bytes(common::files::NamedFile::new().path())))
}

fn fgetxattr_fails(name: &str) -> Outcome {
    failed(fgetxattr(regular_file().as_fd(), name, &mut [0; 64]))
}

fn fsetxattr_fails(name: &str, value: &[u8]) -> Outcome {
    failed(fsetxattr(regular_file().as_fd(), name, value, NONE))
}

fn fremovexattr_fails(name: &str) -> Outcome {
    failed(fremovexattr(regular_file().as_fd(), name))
}

fn fgetxattr_fails_with(errno: Errno) -> Outcome {
    inject(libc::SYS_fgetxattr, errno, || fgetxattr_fails(NAME))
}

fn flistxattr_fails_with(errno: Errno) -> Outcome {
    inject(libc::SYS_flistxattr, errno, || failed(flistxattr(regular_file().as_fd(), &mut [0; 64])))
}

fn fsetxattr_fails_with(errno: Errno) -> Outcome {
    inject(libc::SYS_fsetxattr, errno, || fsetxattr_fails(NAME, b""))
}

fn fremovexattr_fails_with(errno: Errno) -> Outcome {
    inject(libc::SYS_fremovexattr, errno, || fremovexattr_fails(NAME))
}

#[test]
fn setxattrat_and_related_errors_have_the_expected_kind_and_reason() {
    require!(kernel >= 6.13, "setxattrat");
    check_all(this_test!(), AT_ROWS);
}
