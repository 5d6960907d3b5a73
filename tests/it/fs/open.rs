//! Opening files: the effect of each flag, mode bit and directory argument.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::os::unix::fs::{MetadataExt, symlink};
use std::path::Path;

use butter::fd::{AsFd, AsRawFd, OwnedFd};
use butter::fs::{
    ABS, CWD, DirectoryArg, Mode, OFlags, OpenHowFlags, ResolveFlags, openat, openat2, raw,
};
use butter::io::{AccessMode, StatusFlags, fcntl_getfd, fcntl_getfl};
use butter::memfd::MemFd;
use butter::{Errno, Result};
use temp_dir::TempDir;

use common::child::with_own_root_and_cwd;
use common::files::{self, NamedFile};
use common::forked::in_forked_child;
use common::test::in_row;
use common::{bytes, fd, file, kernel_is_at_least, require, this_test};

type Open = fn(&Path, OFlags, Mode) -> Result<OwnedFd>;

/// Functions that open a file with an absolute path: the name, and whether the function sets
/// `CLOEXEC`.
const FUNCTIONS: &[(&str, bool, Open)] = &[
    ("openat", true, |path, flags, mode| openat(ABS, bytes(path), flags, mode)),
    ("raw::openat", false, |path, flags, mode| raw::openat(ABS, bytes(path), flags, mode)),
    ("openat2", true, |path, flags, mode| {
        openat2(ABS, bytes(path), flags, mode, ResolveFlags::empty())
    }),
    ("raw::openat2", false, |path, flags, mode| {
        raw::openat2(ABS, bytes(path), flags, mode, ResolveFlags::empty())
    }),
];

/// Runs a closure with each function that opens a file, and a new directory.
fn with_each(test: impl Fn(Open, &TempDir)) {
    for (name, _, open) in FUNCTIONS {
        in_row(name, || test(*open, &files::directory()));
    }
}

fn read(fd: OwnedFd) -> Vec<u8> {
    let mut bytes = Vec::new();
    file(fd).read_to_end(&mut bytes).unwrap();
    bytes
}

/// Creates a file that contains `old`.
fn old_file(directory: &TempDir) -> std::path::PathBuf {
    let path = directory.path().join("file");
    fs::write(&path, "old").unwrap();
    path
}

#[test]
fn openat_and_openat2_open_files_in_each_access_mode() {
    with_each(|open, directory| {
        let path = old_file(directory);
        for (flags, access) in [
            (OFlags::RDONLY, AccessMode::ReadOnly),
            (OFlags::WRONLY, AccessMode::WriteOnly),
            (OFlags::RDWR, AccessMode::ReadWrite),
        ] {
            let fd = open(&path, flags, Mode::empty()).unwrap();
            assert_eq!(fcntl_getfl(&fd).unwrap().access(), access);
        }
        assert_eq!(read(open(&path, OFlags::RDONLY, Mode::empty()).unwrap()), b"old");
        let mut writer = file(open(&path, OFlags::WRONLY, Mode::empty()).unwrap());
        writer.write_all(b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert!(writer.read(&mut [0; 3]).is_err());
    });
}

#[test]
fn openat_and_openat2_set_cloexec_and_raw_functions_do_not() {
    for (name, is_cloexec, open) in FUNCTIONS {
        in_row(name, || {
            let cloexec = |flags| {
                let fd = open(Path::new("/"), flags, Mode::empty()).unwrap();
                !fcntl_getfd(&fd).unwrap().is_empty()
            };
            assert_eq!(cloexec(OFlags::RDONLY), *is_cloexec);
            assert!(cloexec(OFlags::CLOEXEC));
        });
    }
}

#[test]
fn open_create_and_excl_create_a_file_that_does_not_exist() {
    with_each(|open, directory| {
        let path = directory.path().join("file");
        let flags = OFlags::CREATE | OFlags::WRONLY;
        file(open(&path, flags | OFlags::EXCL, Mode::RUSR).unwrap()).write_all(b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        // Without `EXCL`, an existing file is opened, and its contents and its mode do not change.
        drop(open(&path, OFlags::CREATE, Mode::RWXU).unwrap());
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o7777, 0o400);
        assert_eq!(fs::read(&path).unwrap(), b"new");
        let error = open(&path, OFlags::CREATE | OFlags::EXCL, Mode::RUSR).unwrap_err();
        assert_eq!(error.errno(), Errno::EXIST);
    });
}

#[test]
fn open_trunc_removes_the_contents_and_append_writes_at_the_end() {
    with_each(|open, directory| {
        let path = old_file(directory);
        let flags = OFlags::WRONLY | OFlags::APPEND;
        file(open(&path, flags, Mode::empty()).unwrap()).write_all(b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"oldnew");
        drop(open(&path, OFlags::WRONLY | OFlags::TRUNC, Mode::empty()).unwrap());
        assert_eq!(fs::read(&path).unwrap(), b"");
    });
}

#[test]
fn open_creates_a_file_with_each_mode_bit_except_the_bits_of_the_umask() {
    with_each(|open, directory| {
        // The umask belongs to the root and working directories of a thread.
        with_own_root_and_cwd(|| {
            let create = |mode: Mode, umask| {
                let path = directory.path().join("file");
                // SAFETY: touches no memory.
                unsafe { libc::umask(umask) };
                drop(open(&path, OFlags::CREATE | OFlags::EXCL, mode).unwrap());
                let mode = fs::metadata(&path).unwrap().mode() & 0o7777;
                fs::remove_file(&path).unwrap();
                mode
            };
            for mode in Mode::KNOWN.iter() {
                assert_eq!(create(mode, 0), mode.bits(), "{mode}");
            }
            assert_eq!(create(Mode::RWXU | Mode::RWXG | Mode::RWXO, 0o027), 0o750);
        });
    });
}

#[test]
fn open_sets_the_status_flags_of_the_description() {
    with_each(|open, directory| {
        let path = old_file(directory);
        for (flag, expected) in [
            (OFlags::APPEND, StatusFlags::APPEND),
            (OFlags::NONBLOCK, StatusFlags::NONBLOCK),
            (OFlags::DSYNC, StatusFlags::DSYNC),
            (OFlags::SYNC, StatusFlags::SYNC),
            (OFlags::ASYNC, StatusFlags::ASYNC),
            (OFlags::NOATIME, StatusFlags::NOATIME),
            (OFlags::DIRECT, StatusFlags::DIRECT),
            (OFlags::LARGEFILE, StatusFlags::LARGEFILE),
            // The kernel sets `LARGEFILE` itself.
            (OFlags::RDONLY, StatusFlags::LARGEFILE),
            // These flags affect only the open, and are not stored.
            (OFlags::NOCTTY, StatusFlags::LARGEFILE),
            (OFlags::CREATE, StatusFlags::LARGEFILE),
            (OFlags::NOFOLLOW, StatusFlags::LARGEFILE | StatusFlags::NOFOLLOW),
        ] {
            let fd = match open(&path, flag, Mode::empty()) {
                Err(error) if flag == OFlags::DIRECT && error.is(Errno::INVAL) => {
                    this_test!().skip("DIRECT", format_args!("the file system: {error}"));
                    continue;
                }
                result => result.unwrap(),
            };
            let flags = fcntl_getfl(&fd).unwrap();
            assert_eq!(flags, expected | StatusFlags::LARGEFILE, "{flag}");
        }
    });
}

#[test]
fn open_directory_opens_directories_only() {
    with_each(|open, directory| {
        let path = old_file(directory);
        let fd = open(directory.path(), OFlags::DIRECTORY, Mode::empty()).unwrap();
        assert!(file(fd).metadata().unwrap().is_dir());
        let error = open(&path, OFlags::DIRECTORY, Mode::empty()).unwrap_err();
        assert_eq!(error.errno(), Errno::NOTDIR);
    });
}

#[test]
fn open_path_and_nofollow_open_the_symbolic_link_itself() {
    with_each(|open, directory| {
        let (path, link) = (old_file(directory), directory.path().join("link"));
        symlink(&path, &link).unwrap();
        let metadata = |flags| file(open(&link, flags, Mode::empty()).unwrap()).metadata().unwrap();
        assert!(metadata(OFlags::PATH).is_file());
        assert!(metadata(OFlags::PATH | OFlags::NOFOLLOW).is_symlink());
        let error = open(&link, OFlags::NOFOLLOW, Mode::empty()).unwrap_err();
        assert_eq!(error.errno(), Errno::LOOP);
        // A path-only descriptor cannot be read.
        let fd = open(&path, OFlags::PATH, Mode::empty()).unwrap();
        assert_eq!(butter::io::read(&fd, &mut [0; 3]).unwrap_err().errno(), Errno::BADF);
    });
}

#[test]
fn open_tmpfile_creates_a_file_without_a_name() {
    with_each(|open, directory| {
        let flags = OFlags::TMPFILE | OFlags::RDWR;
        let fd = match open(directory.path(), flags, Mode::RUSR | Mode::WUSR) {
            Err(error) if error.is(Errno::OPNOTSUPP) => {
                this_test!().skip("TMPFILE", format_args!("the file system: {error}"));
                return;
            }
            result => result.unwrap(),
        };
        let mut file = file(fd);
        file.write_all(b"text").unwrap();
        let metadata = file.metadata().unwrap();
        assert_eq!((metadata.nlink(), metadata.len(), metadata.mode() & 0o777), (0, 4, 0o600));
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
    });
}

#[test]
fn open_noctty_does_not_change_the_controlling_terminal() {
    for (name, _, open) in FUNCTIONS {
        for (flags, has_terminal) in [(OFlags::RDWR, true), (OFlags::NOCTTY, false)] {
            let ptmx = openat(ABS, "/dev/ptmx", OFlags::RDWR | OFlags::NOCTTY, Mode::empty());
            let ptmx = require!(ptmx, "this host has no pseudoterminals");
            let (mut number, unlock) = (0_u32, 0);
            // SAFETY: reads one number.
            unsafe { libc::ioctl(ptmx.as_raw_fd(), libc::TIOCSPTLCK, &raw const unlock) };
            // SAFETY: writes one number.
            unsafe { libc::ioctl(ptmx.as_raw_fd(), libc::TIOCGPTN, &raw mut number) };
            let path = format!("/dev/pts/{number}");
            let result = in_forked_child(|| {
                // SAFETY: touches no memory; the child is not a process group leader.
                unsafe { libc::setsid() };
                let _terminal = open(Path::new(&path), flags, Mode::empty()).unwrap();
                // `/dev/tty` is the controlling terminal.
                open(Path::new("/dev/tty"), OFlags::RDWR, Mode::empty()).is_ok()
            });
            assert_eq!(result, has_terminal, "{name}: {flags}");
        }
    }
}

#[test]
fn open_resolves_a_relative_path_from_the_directory_argument() {
    fn check(name: &str, open: impl Fn(&str) -> Result<OwnedFd>) {
        in_row(name, || {
            assert_eq!(read(open("file").unwrap()), b"old");
            // An absolute path does not depend on the directory.
            open("/proc/self").unwrap();
            assert_eq!(open("nowhere").unwrap_err().errno(), Errno::NOENT);
        });
    }
    fn check_each<D: DirectoryArg>(name: &str, directory: impl Fn() -> D) {
        let (flags, mode, resolve) = (OFlags::RDONLY, Mode::empty(), ResolveFlags::empty());
        check(name, |path| openat(directory(), path, flags, mode));
        check(name, |path| raw::openat(directory(), path, flags, mode));
        check(name, |path| openat2(directory(), path, flags, mode, resolve));
        check(name, |path| raw::openat2(directory(), path, flags, mode, resolve));
    }
    let directory = files::directory();
    old_file(&directory);
    let path = bytes(directory.path());
    let open = |flags| openat(CWD, path, flags, Mode::empty()).unwrap();
    let (readable, path_only) = (open(OFlags::RDONLY), open(OFlags::PATH));
    check_each("&OwnedFd", || &readable);
    check_each("BorrowedFd", || readable.as_fd());
    check_each("OwnedFd", || fd(File::open(directory.path()).unwrap()));
    check_each("path-only", || &path_only);
    #[cfg(feature = "std")]
    {
        let file = File::open(directory.path()).unwrap();
        check_each("&std::fs::File", || &file);
        check_each("std::fs::File", || file.try_clone().unwrap());
    }
    with_own_root_and_cwd(|| {
        butter::process::chdir(path).unwrap();
        check_each("CWD", || CWD);
    });
}

#[test]
fn open_with_abs_or_a_descriptor_of_another_type_fails_if_the_path_is_relative() {
    let memfd = MemFd::new("test").unwrap();
    let (flags, mode, resolve) = (OFlags::PATH, Mode::empty(), ResolveFlags::empty());
    let errno = |result: Result<OwnedFd>| result.unwrap_err().errno();
    assert_eq!(errno(openat(ABS, ".", flags, mode)), Errno::BADF);
    assert_eq!(errno(openat2(ABS, ".", flags, mode, resolve)), Errno::BADF);
    assert_eq!(errno(openat(&memfd, "file", flags, mode)), Errno::NOTDIR);
    assert_eq!(errno(openat2(&memfd, "file", flags, mode, resolve)), Errno::NOTDIR);
    openat(&memfd, "/", flags, mode).unwrap();
    openat2(ABS, "/", flags, mode, resolve).unwrap();
}

#[test]
fn open_accepts_each_type_of_path_argument() {
    let long = format!("{}{}", "./".repeat(300), "file");
    let (flags, mode) = (OFlags::RDONLY, Mode::empty());
    let directory = files::directory();
    old_file(&directory);
    let open = fd(File::open(directory.path()).unwrap());
    for opened in [
        openat(&open, c"file", flags, mode),
        openat(&open, "file", flags, mode),
        openat(&open, b"file", flags, mode),
        openat(&open, long.as_str(), flags, mode),
        openat2(&open, c"file", flags, mode, ResolveFlags::empty()),
        openat2(&open, "file", flags, mode, ResolveFlags::empty()),
        openat2(&open, long.as_str(), flags, mode, ResolveFlags::empty()),
    ] {
        assert_eq!(read(opened.unwrap()), b"old");
    }
}

/// A directory `root` that contains the file `file`, the directory `inner`, and symbolic links. The
/// file `file` also exists outside `root`.
fn tree() -> (TempDir, OwnedFd) {
    let directory = files::directory();
    let root = directory.path().join("root");
    fs::create_dir_all(root.join("inner")).unwrap();
    fs::write(directory.path().join("file"), "outside").unwrap();
    fs::write(root.join("file"), "inside").unwrap();
    for (target, link) in [("file", "link"), ("/file", "absolute"), ("../file", "parent")] {
        symlink(target, root.join(link)).unwrap();
    }
    symlink("/proc/self/root", root.join("magic")).unwrap();
    let open = fd(File::open(&root).unwrap());
    (directory, open)
}

#[test]
fn openat2_resolve_flags_restrict_the_resolution_of_the_path() {
    let (_directory, root) = tree();
    let open = |path: &str, resolve| {
        let opened = openat2(&root, path, OFlags::RDONLY, Mode::empty(), resolve);
        opened.map(|fd| String::from_utf8(read(fd)).unwrap()).map_err(|error| error.errno())
    };
    let (inside, outside) = (Ok("inside".to_owned()), Ok("outside".to_owned()));
    let none = ResolveFlags::empty();
    for (path, resolve, expected) in [
        ("file", none, &inside),
        ("link", none, &inside),
        ("inner/../file", none, &inside),
        ("../file", none, &outside),
        ("parent", none, &outside),
        ("absolute", none, &Err(Errno::NOENT)),
        ("file", ResolveFlags::BENEATH, &inside),
        ("link", ResolveFlags::BENEATH, &inside),
        ("inner/../file", ResolveFlags::BENEATH, &inside),
        ("../file", ResolveFlags::BENEATH, &Err(Errno::XDEV)),
        ("parent", ResolveFlags::BENEATH, &Err(Errno::XDEV)),
        ("absolute", ResolveFlags::BENEATH, &Err(Errno::XDEV)),
        ("/file", ResolveFlags::BENEATH, &Err(Errno::XDEV)),
        ("file", ResolveFlags::IN_ROOT, &inside),
        ("../file", ResolveFlags::IN_ROOT, &inside),
        ("parent", ResolveFlags::IN_ROOT, &inside),
        ("absolute", ResolveFlags::IN_ROOT, &inside),
        ("/file", ResolveFlags::IN_ROOT, &inside),
        ("/proc/version", ResolveFlags::IN_ROOT, &Err(Errno::NOENT)),
        ("file", ResolveFlags::NO_SYMLINKS, &inside),
        ("../file", ResolveFlags::NO_SYMLINKS, &outside),
        ("link", ResolveFlags::NO_SYMLINKS, &Err(Errno::LOOP)),
        ("link", ResolveFlags::NO_MAGICLINKS, &inside),
        ("magic", ResolveFlags::NO_MAGICLINKS, &Err(Errno::LOOP)),
        ("file", ResolveFlags::NO_XDEV, &inside),
        ("../file", ResolveFlags::NO_XDEV, &outside),
        ("/proc/version", ResolveFlags::NO_XDEV, &Err(Errno::XDEV)),
        ("magic", ResolveFlags::NO_XDEV, &Err(Errno::XDEV)),
    ] {
        assert_eq!(open(path, resolve), *expected, "{path}: {resolve}");
    }
}

#[test]
fn openat2_with_no_symlinks_opens_the_last_symbolic_link_with_path_and_nofollow() {
    let (_directory, root) = tree();
    let flags = OFlags::PATH | OFlags::NOFOLLOW;
    let fd = openat2(&root, "link", flags, Mode::empty(), ResolveFlags::NO_SYMLINKS).unwrap();
    assert!(file(fd).metadata().unwrap().is_symlink());
}

#[test]
fn openat2_cached_opens_a_cached_path_only() {
    require!(kernel_is_at_least("5.12"), "the kernel is older than 5.12");
    let file = NamedFile::new();
    let open = |path: &[u8], flags| {
        openat2(CWD, path, flags, Mode::empty(), ResolveFlags::CACHED).map(drop)
    };
    // The path has just been looked up.
    assert_eq!(open(bytes(file.path()), OFlags::RDONLY), Ok(()));
    std::thread::spawn(move || {
        // The kernel has not cached the directory of the new thread in procfs.
        let path = format!("/proc/self/task/{}/status", butter::thread::gettid());
        let error = open(path.as_bytes(), OFlags::RDONLY).unwrap_err();
        assert_eq!(error.errno(), Errno::AGAIN);
    })
    .join()
    .unwrap();
}

#[test]
fn openat2_regular_opens_regular_files_only_or_is_an_unknown_flag() {
    let file = NamedFile::new();
    let open = |path: &[u8]| {
        let flags = OpenHowFlags::from(OFlags::RDONLY) | OpenHowFlags::REGULAR;
        openat2(ABS, path, flags, Mode::empty(), ResolveFlags::empty()).map(drop)
    };
    let errno = |path| open(path).unwrap_err().errno();
    if kernel_is_at_least("7.2") {
        assert_eq!(open(bytes(file.path())), Ok(()));
        assert_eq!(errno(b"/"), "EFTYPE".parse().unwrap());
    } else {
        assert_eq!((errno(bytes(file.path())), errno(b"/")), (Errno::INVAL, Errno::INVAL));
    }
}

#[test]
fn open_how_flags_convert_from_open_flags_without_a_change_of_bits() {
    for bits in [0, 1, u32::MAX, OFlags::TMPFILE.bits()] {
        let flags = OpenHowFlags::from(OFlags::from_bits_retain(bits));
        assert_eq!(flags.bits(), u64::from(bits));
    }
}
