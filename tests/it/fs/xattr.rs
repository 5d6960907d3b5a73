//! Extended attributes.

use std::fs::{self as std_fs, File};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use butter::error::ErrorKind;
use butter::fd::OwnedFd;
use butter::fs::{
    ABS, Access, AtFlags, XATTR_NAME_MAX, XATTR_SIZE_MAX, XattrFlags, XattrNames, accessat,
    fgetxattr, flistxattr, fremovexattr, fsetxattr, getxattr, lgetxattr, listxattr, llistxattr,
    lremovexattr, lsetxattr, raw, removexattr, setxattr,
};
use butter::mm::AnonymousMapping;
use butter::mount::{self, MountFlags};
use butter::{Errno, Result};
use common::child::{as_nobody, in_child, in_namespaces};
use common::inject::forge;
use common::test::in_row;
use common::{bytes, files, kernel_is_at_least, require};
use syscalls::Sysno;
use temp_dir::TempDir;

use super::create::with_tmpfs;

const NONE: XattrFlags = XattrFlags::empty();

/// The functions that access the attributes of a file, with its path or its descriptor.
struct Functions {
    name: &'static str,
    set: fn(&TestFile, &str, &[u8], XattrFlags) -> Result<()>,
    get: fn(&TestFile, &str, &mut [u8]) -> Result<usize>,
    list: fn(&TestFile, &mut [u8]) -> Result<usize>,
    remove: fn(&TestFile, &str) -> Result<()>,
}

const FUNCTIONS: &[Functions] = &[
    Functions {
        name: "path",
        set: |file, name, value, flags| setxattr(bytes(&file.path), name, value, flags),
        get: |file, name, buffer| getxattr(bytes(&file.path), name, buffer),
        list: |file, buffer| listxattr(bytes(&file.path), buffer),
        remove: |file, name| removexattr(bytes(&file.path), name),
    },
    Functions {
        name: "symbolic link",
        set: |file, name, value, flags| setxattr(bytes(&file.link), name, value, flags),
        get: |file, name, buffer| getxattr(bytes(&file.link), name, buffer),
        list: |file, buffer| listxattr(bytes(&file.link), buffer),
        remove: |file, name| removexattr(bytes(&file.link), name),
    },
    Functions {
        name: "l functions",
        set: |file, name, value, flags| lsetxattr(bytes(&file.path), name, value, flags),
        get: |file, name, buffer| lgetxattr(bytes(&file.path), name, buffer),
        list: |file, buffer| llistxattr(bytes(&file.path), buffer),
        remove: |file, name| lremovexattr(bytes(&file.path), name),
    },
    Functions {
        name: "descriptor",
        set: |file, name, value, flags| fsetxattr(&file.fd, name, value, flags),
        get: |file, name, buffer| fgetxattr(&file.fd, name, buffer),
        list: |file, buffer| flistxattr(&file.fd, buffer),
        remove: |file, name| fremovexattr(&file.fd, name),
    },
];

/// The raw functions with a directory argument, since Linux 6.13.
const AT_FUNCTIONS: &[Functions] = &[
    Functions {
        name: "path and directory",
        set: |file, name, value, flags| {
            raw::setxattrat(ABS, bytes(&file.path), NO_AT, name, value, flags)
        },
        get: |file, name, buffer| raw::getxattrat(ABS, bytes(&file.path), NO_AT, name, buffer),
        list: |file, buffer| raw::listxattrat(ABS, bytes(&file.link), NO_AT, buffer),
        remove: |file, name| raw::removexattrat(ABS, bytes(&file.link), NO_AT, name),
    },
    Functions {
        name: "AT_EMPTY_PATH",
        set: |file, name, value, flags| {
            raw::setxattrat(&file.fd, "", AtFlags::EMPTY_PATH, name, value, flags)
        },
        get: |file, name, buffer| raw::getxattrat(&file.fd, "", AtFlags::EMPTY_PATH, name, buffer),
        list: |file, buffer| raw::listxattrat(&file.fd, "", AtFlags::EMPTY_PATH, buffer),
        remove: |file, name| raw::removexattrat(&file.fd, "", AtFlags::EMPTY_PATH, name),
    },
];

const NO_AT: AtFlags = AtFlags::empty();

/// A file, open for reading, and a symbolic link to it.
struct TestFile {
    path: PathBuf,
    link: PathBuf,
    fd: OwnedFd,
    _directory: TempDir,
}

impl TestFile {
    /// Returns the error if no file system for temporary files supports attributes of users: tmpfs
    /// supports them since Linux 6.6.
    fn new() -> Result<Self> {
        let create = |parent: &Path| {
            let directory = files::directory_in(parent);
            let (path, link) = (directory.path().join("file"), directory.path().join("link"));
            std_fs::write(&path, "").unwrap();
            symlink("file", &link).unwrap();
            setxattr(bytes(&path), "user.supported", b"", NONE)?;
            removexattr(bytes(&path), "user.supported")?;
            let fd = common::fd(File::open(&path).unwrap());
            Ok(Self { path, link, fd, _directory: directory })
        };
        create(Path::new("")).or_else(|error| match Path::new("/var/tmp") {
            parent if parent.is_dir() && files_can_be_created_in(parent) => create(parent),
            _ => Err(error),
        })
    }

    fn names(&self) -> Vec<String> {
        let mut buffer = vec![0; XATTR_SIZE_MAX];
        let count = listxattr(bytes(&self.path), &mut buffer).unwrap();
        let names = XattrNames::new(&buffer[..count]).map(|name| name.to_string());
        let mut names: Vec<_> = names.filter(|name| name.starts_with("user.")).collect();
        names.sort();
        names
    }
}

fn files_can_be_created_in(directory: &Path) -> bool {
    accessat(ABS, bytes(directory), Access::WRITE_OK, AtFlags::EACCESS).is_ok()
}

/// Runs a closure with each set of functions and a new file.
fn with_each(body: impl Fn(&Functions, &TestFile)) {
    let at_functions = if kernel_is_at_least("6.13") { AT_FUNCTIONS } else { &[] };
    for functions in FUNCTIONS.iter().chain(at_functions) {
        let file = require!(
            common::test::Test::of(&body);
            TestFile::new(),
            "no file system for temporary files supports extended attributes"
        );
        in_row(functions.name, || body(functions, &file));
    }
}

#[test]
fn setxattr_and_getxattr_store_and_return_any_value() {
    with_each(|it, file| {
        for value in [&b"text"[..], b"", b"\0\xFF\n", &[b'x'; 900]] {
            (it.set)(file, "user.a", value, NONE).unwrap();
            assert_eq!((it.get)(file, "user.a", &mut []), Ok(value.len()));
            let mut buffer = vec![0xA5; value.len() + 1];
            assert_eq!((it.get)(file, "user.a", &mut buffer), Ok(value.len()));
            assert_eq!(&buffer[..value.len()], value);
            assert_eq!(buffer[value.len()], 0xA5);
            if value.len() > 1 {
                let exact = &mut vec![0; value.len()];
                assert_eq!((it.get)(file, "user.a", exact), Ok(value.len()));
                let error = (it.get)(file, "user.a", &mut vec![0; value.len() - 1]).unwrap_err();
                assert_eq!(error.errno(), Errno::RANGE);
            }
        }
        (it.remove)(file, "user.a").unwrap();
        let error = (it.get)(file, "user.a", &mut [0; 64]).unwrap_err();
        assert_eq!((error.errno(), error.kind()), (Errno::NODATA, ErrorKind::NotFound));
        assert_eq!((it.remove)(file, "user.a").unwrap_err().errno(), Errno::NODATA);
    });
}

#[test]
fn setxattr_create_and_replace_check_whether_the_attribute_exists() {
    with_each(|it, file| {
        let error = (it.set)(file, "user.a", b"1", XattrFlags::REPLACE).unwrap_err();
        assert_eq!(error.errno(), Errno::NODATA);
        (it.set)(file, "user.a", b"1", XattrFlags::CREATE).unwrap();
        let error = (it.set)(file, "user.a", b"2", XattrFlags::CREATE).unwrap_err();
        assert_eq!(error.errno(), Errno::EXIST);
        let mut buffer = [0; 8];
        assert_eq!((it.get)(file, "user.a", &mut buffer), Ok(1));
        assert_eq!(buffer[0], b'1');
        (it.set)(file, "user.a", b"22", XattrFlags::REPLACE).unwrap();
        assert_eq!((it.get)(file, "user.a", &mut buffer), Ok(2));
        assert_eq!(&buffer[..2], b"22");
    });
}

#[test]
fn listxattr_returns_the_names_of_all_attributes() {
    with_each(|it, file| {
        assert_eq!(file.names(), [""; 0]);
        for name in ["user.b", "user.a", "user.long name"] {
            (it.set)(file, name, b"value", NONE).unwrap();
        }
        assert_eq!(file.names(), ["user.a", "user.b", "user.long name"]);
        let size = (it.list)(file, &mut []).unwrap();
        let mut buffer = vec![0; size];
        assert_eq!((it.list)(file, &mut buffer), Ok(size));
        assert!(XattrNames::new(&buffer).any(|name| name == "user.long name"));
        let error = (it.list)(file, &mut buffer[1..]).unwrap_err();
        assert_eq!(error.errno(), Errno::RANGE);
        (it.remove)(file, "user.a").unwrap();
        assert_eq!(file.names(), ["user.b", "user.long name"]);
    });
}

#[test]
fn setxattr_accepts_names_of_up_to_255_bytes() {
    with_each(|it, file| {
        let name = |length: usize| format!("user.{}", "n".repeat(length - 5));
        let longest = name(XATTR_NAME_MAX);
        (it.set)(file, &longest, b"value", NONE).unwrap();
        assert_eq!(file.names(), [longest.as_str()]);
        (it.remove)(file, &longest).unwrap();
        // Names of 256 bytes do not fit the buffer of the library, and longer names are not paths.
        for length in [XATTR_NAME_MAX + 1, 4095, 4096, 10_000] {
            let name = name(length);
            for errno in [
                (it.set)(file, &name, b"value", NONE).unwrap_err().errno(),
                (it.get)(file, &name, &mut [0; 64]).unwrap_err().errno(),
                (it.remove)(file, &name).unwrap_err().errno(),
            ] {
                assert_eq!(errno, Errno::RANGE, "{length}");
            }
        }
        // The kernel checks a name that is already terminated.
        let name = std::ffi::CString::new(name(XATTR_NAME_MAX + 1)).unwrap();
        let error = setxattr(bytes(&file.path), name.as_c_str(), b"", NONE).unwrap_err();
        assert_eq!(error.errno(), Errno::RANGE);
        let error = (it.set)(file, "user.", b"", NONE).unwrap_err();
        assert_eq!(error.errno(), Errno::INVAL);
    });
}

#[test]
fn lsetxattr_does_not_follow_a_symbolic_link() {
    let file = require!(TestFile::new(), "extended attributes");
    let link = bytes(&file.link);
    setxattr(link, "user.a", b"value", NONE).unwrap();
    // The kernel does not permit attributes of users on symbolic links.
    assert_eq!(lsetxattr(link, "user.a", b"", NONE).unwrap_err().errno(), Errno::PERM);
    assert_eq!(lgetxattr(link, "user.a", &mut [0; 64]).unwrap_err().errno(), Errno::NODATA);
    assert_eq!(lremovexattr(link, "user.a").unwrap_err().errno(), Errno::PERM);
    if kernel_is_at_least("6.13") {
        let flags = AtFlags::SYMLINK_NOFOLLOW;
        let errno = |result: Result<()>| result.unwrap_err().errno();
        assert_eq!(errno(raw::setxattrat(ABS, link, flags, "user.a", b"", NONE)), Errno::PERM);
        assert_eq!(errno(raw::removexattrat(ABS, link, flags, "user.a")), Errno::PERM);
        let error = raw::getxattrat(ABS, link, flags, "user.a", &mut [0; 64]).unwrap_err();
        assert_eq!(error.errno(), Errno::NODATA);
        assert_eq!(raw::listxattrat(ABS, link, flags, &mut []), llistxattr(link, &mut []));
    }
    let mut buffer = [0; 1024];
    let count = llistxattr(link, &mut buffer).unwrap();
    assert!(!XattrNames::new(&buffer[..count]).any(|name| name == "user.a"));
    assert_eq!(file.names(), ["user.a"]);
}

#[test]
fn setxattr_without_write_permission_or_capability_fails() {
    use std::os::unix::fs::PermissionsExt;
    let file = require!(TestFile::new(), "extended attributes");
    setxattr(bytes(&file.path), "user.a", b"value", NONE).unwrap();
    let parent = file.path.parent().unwrap();
    std_fs::set_permissions(parent, std_fs::Permissions::from_mode(0o755)).unwrap();
    std_fs::set_permissions(&file.path, std_fs::Permissions::from_mode(0o444)).unwrap();
    as_nobody(|| {
        let path = bytes(&file.path);
        assert_eq!(getxattr(path, "user.a", &mut [0; 64]), Ok(5));
        assert_eq!(setxattr(path, "user.a", b"", NONE).unwrap_err().errno(), Errno::ACCES);
        assert_eq!(removexattr(path, "user.a").unwrap_err().errno(), Errno::ACCES);
        let error = setxattr(path, "trusted.a", b"", NONE).unwrap_err();
        assert_eq!(error.errno(), Errno::PERM);
        let error = getxattr(path, "trusted.a", &mut [0; 64]).unwrap_err();
        assert_eq!(error.errno(), Errno::NODATA);
    });
    std_fs::set_permissions(&file.path, std_fs::Permissions::from_mode(0o222)).unwrap();
    as_nobody(|| {
        let error = getxattr(bytes(&file.path), "user.a", &mut [0; 64]).unwrap_err();
        assert_eq!(error.errno(), Errno::ACCES);
    });
}

#[test]
fn setxattr_of_a_special_file_fails_with_eperm() {
    let file = require!(TestFile::new(), "extended attributes");
    let fifo = file.path.with_file_name("fifo");
    let dev = butter::fs::Dev::default();
    let (fifo_type, mode) = (butter::fs::FileType::Fifo, butter::fs::Mode::RWXU);
    butter::fs::mknodat(butter::fs::ABS, bytes(&fifo), fifo_type, mode, dev).unwrap();
    let error = setxattr(bytes(&fifo), "user.a", b"", NONE).unwrap_err();
    assert_eq!(error.errno(), Errno::PERM);
}

#[test]
fn setxattr_and_removexattr_fail_with_erofs_on_a_read_only_mount() {
    let ran = in_namespaces(|| {
        with_tmpfs(MountFlags::empty(), |path| {
            let file = path.join("file");
            std_fs::write(&file, "").unwrap();
            let fd = common::fd(File::open(&file).unwrap());
            mount::remount_bind(bytes(path), MountFlags::RDONLY).unwrap();
            let path = bytes(&file);
            for result in [
                setxattr(path, "user.a", b"", NONE),
                lsetxattr(path, "user.a", b"", NONE),
                fsetxattr(&fd, "user.a", b"", NONE),
                removexattr(path, "user.a"),
                lremovexattr(path, "user.a"),
                fremovexattr(&fd, "user.a"),
            ] {
                assert_eq!(result.unwrap_err().errno(), Errno::ROFS);
            }
        });
    });
    require!(ran, "this host does not permit new namespaces");
}

/// The kernel never returns such a size, but a tracer or a seccomp filter can.
#[test]
fn getxattr_and_listxattr_fail_with_eio_if_the_returned_size_exceeds_the_buffer() {
    in_child(|| {
        type Call = fn(&OwnedFd, &mut [u8]) -> Result<usize>;
        let file = common::fd(files::anonymous());
        for (number, call) in [
            (Sysno::getxattr, (|_, buffer| getxattr("/", "user.a", buffer)) as Call),
            (Sysno::lgetxattr, |_, buffer| lgetxattr("/", "user.a", buffer)),
            (Sysno::fgetxattr, |file, buffer| fgetxattr(file, "user.a", buffer)),
            (Sysno::listxattr, |_, buffer| listxattr("/", buffer)),
            (Sysno::llistxattr, |_, buffer| llistxattr("/", buffer)),
            (Sysno::flistxattr, |file, buffer| flistxattr(file, buffer)),
            (Sysno::getxattrat, |_, buffer| raw::getxattrat(ABS, "/", NO_AT, "user.a", buffer)),
            (Sysno::listxattrat, |_, buffer| raw::listxattrat(ABS, "/", NO_AT, buffer)),
        ] {
            in_row(number, || {
                forge(
                    number as libc::c_long,
                    |_| 8,
                    || {
                        let error = call(&file, &mut [0; 7]).unwrap_err();
                        assert_eq!(error.errno(), Errno::IO);
                        assert_eq!(call(&file, &mut [0; 8]), Ok(8));
                        assert_eq!(
                            call(&file, &mut []),
                            Ok(8),
                            "an empty buffer requests the size"
                        );
                    },
                );
            });
        }
    });
}

#[test]
fn setxattrat_does_not_truncate_the_size_of_a_value_to_32_bits() {
    require!(kernel >= 6.13, "setxattrat");
    let value = require!(AnonymousMapping::new(1 << 32), "the host has too little memory");
    let error = raw::setxattrat(ABS, "/nowhere", NO_AT, "user.a", &value[..], NONE).unwrap_err();
    // The kernel checks the size before it looks up the path.
    assert_eq!(error.errno(), Errno::TOOBIG);
}
