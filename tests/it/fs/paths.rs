//! Errors of paths and names that a function rejects without a system call: each function reports
//! its own call, for each of its paths.

use butter::Errno;
use butter::Result;
use butter::error::Call;
use butter::fd::{AsFd, OwnedFd};
use butter::fs::*;
use common::files;
use common::test::in_row;

const NONE: AtFlags = AtFlags::empty();
const ANY: XattrFlags = XattrFlags::empty();
const OPEN: OFlags = OFlags::RDONLY;
const CLOSED: Mode = Mode::empty();
const BENEATH: ResolveFlags = ResolveFlags::BENEATH;
const MASK: StatxFlags = StatxFlags::TYPE;

/// A path and a name that contain a NUL byte.
const NUL: &str = "nowhere\0";
/// A path that is longer than `PATH_MAX`, and a name that is longer than `XATTR_NAME_MAX`.
const LONG: &[u8] = &[b'a'; 4096];

type PathFunction = fn(&[u8]) -> Result<()>;

/// A call with a path that the library rejects, and functions that make this call.
struct Row(Call, &'static [PathFunction]);

const PATHS: &[Row] = &[
    Row(
        Call::FACCESSAT2,
        &[
            |path| accessat(CWD, path, Access::EXISTS, NONE),
            |path| raw::faccessat2(CWD, path, Access::EXISTS, NONE),
        ],
    ),
    Row(
        Call::FCHMODAT,
        &[|path| chmodat(CWD, path, CLOSED, NONE), |path| raw::fchmodat(CWD, path, CLOSED)],
    ),
    Row(
        Call::FCHMODAT2,
        &[
            |path| chmodat(CWD, path, CLOSED, AtFlags::SYMLINK_NOFOLLOW),
            |path| raw::fchmodat2(CWD, path, CLOSED, NONE),
        ],
    ),
    Row(
        Call::FCHOWNAT,
        &[
            |path| chownat(CWD, path, None, None, NONE),
            |path| raw::fchownat(CWD, path, None, None, NONE),
        ],
    ),
    Row(
        Call::UTIMENSAT,
        &[|path| utimensat(CWD, path, &OMIT, NONE), |path| raw::utimensat(CWD, path, &OMIT, NONE)],
    ),
    Row(
        Call::MKDIRAT,
        &[|path| mkdirat(CWD, path, CLOSED), |path| raw::mkdirat(CWD, path, CLOSED)],
    ),
    Row(
        Call::MKNODAT,
        &[
            |path| mknodat(CWD, path, FileType::Fifo, CLOSED, Dev::default()),
            |path| raw::mknodat(CWD, path, FileType::Fifo, CLOSED, Dev::default()),
        ],
    ),
    Row(
        Call::SYMLINKAT,
        &[
            |path| symlinkat(path, CWD, "/proc/new"),
            |path| symlinkat("target", CWD, path),
            |path| raw::symlinkat(path, CWD, "/proc/new"),
            |path| raw::symlinkat("target", CWD, path),
        ],
    ),
    Row(
        Call::LINKAT,
        &[
            |path| linkat(CWD, path, CWD, "/proc/new", NONE),
            |path| linkat(CWD, "/proc/version", CWD, path, NONE),
            |path| raw::linkat(CWD, path, CWD, "/proc/new", NONE),
            |path| raw::linkat(CWD, "/proc/version", CWD, path, NONE),
        ],
    ),
    Row(
        Call::RENAMEAT2,
        &[
            |path| renameat(CWD, path, CWD, "/proc/new"),
            |path| renameat(CWD, "/proc/version", CWD, path),
            |path| renameat2(CWD, path, CWD, "/proc/new", RenameFlags::NOREPLACE),
            |path| renameat2(CWD, "/proc/version", CWD, path, RenameFlags::NOREPLACE),
            |path| raw::renameat2(CWD, path, CWD, "/proc/new", RenameFlags::NOREPLACE),
            |path| raw::renameat2(CWD, "/proc/version", CWD, path, RenameFlags::NOREPLACE),
        ],
    ),
    Row(Call::UNLINKAT, &[|path| unlinkat(CWD, path, NONE), |path| raw::unlinkat(CWD, path, NONE)]),
    Row(
        Call::READLINKAT,
        &[
            |path| readlinkat(CWD, path, &mut [0; 8]).map(drop),
            |path| raw::readlinkat(CWD, path, &mut [0; 8]).map(drop),
            #[cfg(feature = "alloc")]
            |path| read_link(CWD, path).map(drop),
        ],
    ),
    Row(
        Call::OPENAT,
        &[
            |path| openat(CWD, path, OPEN, CLOSED).map(drop),
            |path| raw::openat(CWD, path, OPEN, CLOSED).map(drop),
        ],
    ),
    Row(
        Call::OPENAT2,
        &[
            |path| openat2(CWD, path, OPEN, CLOSED, BENEATH).map(drop),
            |path| raw::openat2(CWD, path, OPEN, CLOSED, BENEATH).map(drop),
        ],
    ),
    Row(
        Call::STATX,
        &[
            |path| statx(CWD, path, NONE, MASK).map(drop),
            |path| raw::statx(CWD, path, NONE, MASK).map(drop),
        ],
    ),
    Row(Call::STATFS, &[|path| statfs(path).map(drop), |path| raw::statfs(path).map(drop)]),
    Row(
        Call::GETXATTR,
        &[
            |path| getxattr(path, "user.a", &mut []).map(drop),
            |path| raw::getxattr(path, "user.a", &mut []).map(drop),
        ],
    ),
    Row(
        Call::LGETXATTR,
        &[
            |path| lgetxattr(path, "user.a", &mut []).map(drop),
            |path| raw::lgetxattr(path, "user.a", &mut []).map(drop),
        ],
    ),
    Row(
        Call::LISTXATTR,
        &[
            |path| listxattr(path, &mut []).map(drop),
            |path| raw::listxattr(path, &mut []).map(drop),
        ],
    ),
    Row(
        Call::LLISTXATTR,
        &[
            |path| llistxattr(path, &mut []).map(drop),
            |path| raw::llistxattr(path, &mut []).map(drop),
        ],
    ),
    Row(
        Call::SETXATTR,
        &[
            |path| setxattr(path, "user.a", b"", ANY),
            |path| raw::setxattr(path, "user.a", b"", ANY),
        ],
    ),
    Row(
        Call::LSETXATTR,
        &[
            |path| lsetxattr(path, "user.a", b"", ANY),
            |path| raw::lsetxattr(path, "user.a", b"", ANY),
        ],
    ),
    Row(
        Call::REMOVEXATTR,
        &[|path| removexattr(path, "user.a"), |path| raw::removexattr(path, "user.a")],
    ),
    Row(
        Call::LREMOVEXATTR,
        &[|path| lremovexattr(path, "user.a"), |path| raw::lremovexattr(path, "user.a")],
    ),
    Row(Call::GETXATTRAT, &[|path| raw::getxattrat(CWD, path, NONE, "user.a", &mut []).map(drop)]),
    Row(Call::SETXATTRAT, &[|path| raw::setxattrat(CWD, path, NONE, "user.a", b"", ANY)]),
    Row(Call::LISTXATTRAT, &[|path| raw::listxattrat(CWD, path, NONE, &mut []).map(drop)]),
    Row(Call::REMOVEXATTRAT, &[|path| raw::removexattrat(CWD, path, NONE, "user.a")]),
];

type NameFunction = fn(&OwnedFd, &[u8]) -> Result<()>;

/// A call with the name of an extended attribute that the library rejects, and functions that make
/// this call. The functions receive an open file and the name.
struct NameRow(Call, &'static [NameFunction]);

const NAMES: &[NameRow] = &[
    NameRow(
        Call::GETXATTR,
        &[
            |_, name| getxattr("/", name, &mut []).map(drop),
            |_, name| raw::getxattr("/", name, &mut []).map(drop),
        ],
    ),
    NameRow(
        Call::LGETXATTR,
        &[
            |_, name| lgetxattr("/", name, &mut []).map(drop),
            |_, name| raw::lgetxattr("/", name, &mut []).map(drop),
        ],
    ),
    NameRow(
        Call::FGETXATTR,
        &[
            |file, name| fgetxattr(file, name, &mut []).map(drop),
            |file, name| raw::fgetxattr(file.as_fd(), name, &mut []).map(drop),
        ],
    ),
    NameRow(
        Call::SETXATTR,
        &[
            |_, name| setxattr("/nowhere", name, b"", ANY),
            |_, name| raw::setxattr("/nowhere", name, b"", ANY),
        ],
    ),
    NameRow(
        Call::LSETXATTR,
        &[
            |_, name| lsetxattr("/nowhere", name, b"", ANY),
            |_, name| raw::lsetxattr("/nowhere", name, b"", ANY),
        ],
    ),
    NameRow(
        Call::FSETXATTR,
        &[
            |file, name| fsetxattr(file, name, b"", ANY),
            |file, name| raw::fsetxattr(file.as_fd(), name, b"", ANY),
        ],
    ),
    NameRow(
        Call::REMOVEXATTR,
        &[|_, name| removexattr("/nowhere", name), |_, name| raw::removexattr("/nowhere", name)],
    ),
    NameRow(
        Call::LREMOVEXATTR,
        &[|_, name| lremovexattr("/nowhere", name), |_, name| raw::lremovexattr("/nowhere", name)],
    ),
    NameRow(
        Call::FREMOVEXATTR,
        &[
            |file, name| fremovexattr(file, name),
            |file, name| raw::fremovexattr(file.as_fd(), name),
        ],
    ),
    NameRow(
        Call::GETXATTRAT,
        &[|_, name| raw::getxattrat(CWD, "/", NONE, name, &mut []).map(drop)],
    ),
    NameRow(Call::SETXATTRAT, &[|_, name| raw::setxattrat(CWD, "/nowhere", NONE, name, b"", ANY)]),
    NameRow(Call::REMOVEXATTRAT, &[|_, name| raw::removexattrat(CWD, "/nowhere", NONE, name)]),
];

const OMIT: Timestamps =
    Timestamps { last_access: SetTime::Omit, last_modification: SetTime::Omit };

fn assert_rejected(call: Call, result: Result<()>, errno: Errno) {
    let error = result.expect_err("the call should have failed");
    assert_eq!((error.call(), error.errno()), (call, errno));
}

#[test]
fn functions_report_their_call_if_a_path_is_invalid() {
    for Row(call, functions) in PATHS {
        for (index, function) in functions.iter().enumerate() {
            in_row(format_args!("{} {index}", call.name()), || {
                assert_rejected(*call, function(NUL.as_bytes()), Errno::INVAL);
                assert_rejected(*call, function(LONG), Errno::NAMETOOLONG);
            });
        }
    }
}

#[test]
fn functions_report_their_call_if_the_name_of_an_attribute_is_invalid() {
    let file = common::fd(files::anonymous());
    for NameRow(call, functions) in NAMES {
        for (index, function) in functions.iter().enumerate() {
            in_row(format_args!("{} {index}", call.name()), || {
                assert_rejected(*call, function(&file, NUL.as_bytes()), Errno::INVAL);
                assert_rejected(*call, function(&file, LONG), Errno::RANGE);
            });
        }
    }
}
