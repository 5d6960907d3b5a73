//! Causes of the errors of `openat` and `openat2`. Each table has a row for every cause that the
//! tests can trigger. The row begins with the words of the error reason that name the cause.

use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};

use butter::Errno;
use butter::error::{Call, ErrorKind};
use butter::fd::{AsFd, AsRawFd};
use butter::fs::{ABS, Mode, OFlags, OpenHowFlags, ResolveFlags, raw};
use butter::memfd::{MemFd, Seals};
use butter::mount::{self, MountFlags};
use temp_dir::TempDir;

use super::fs_open::{OPENAT, OPENAT2, Opener, resolve};
use super::{Outcome, Row, check_causes, failed, regular_file};
use common::child::{as_nobody, in_child, in_namespaces};
use common::files;
use common::{kernel_is_at_least, require, this_test};

use ErrorKind::*;

/// Defines the rows of causes that are common to both calls. Each row begins with the words of the
/// error reason that name the cause.
macro_rules! causes {
    ($name:ident: $($phrase:literal $errno:ident $kind:ident $trigger:expr;)*) => {
        const $name: &[(&str, Row)] = &[$(
            ($phrase, Row(Call::OPENAT, Errno::$errno, $kind, || {
                let trigger: fn(Opener) -> Outcome = $trigger;
                trigger(OPENAT)
            })),
            ($phrase, Row(Call::OPENAT2, Errno::$errno, $kind, || {
                let trigger: fn(Opener) -> Outcome = $trigger;
                trigger(OPENAT2)
            })),
        )*];
    };
}

causes! { CAUSES:
    "O_CREAT is not set" NOENT NotFound |it| it.fails("/nowhere", OFlags::RDONLY);
    "has been removed" NOENT NotFound |it| {
        let directory = files::directory();
        let open = common::fd(File::open(directory.path()).unwrap());
        drop(directory);
        it.fails(format!("/proc/self/fd/{}/file", open.as_raw_fd()), OFlags::CREATE)
    };
    "dangling" NOENT NotFound |it| {
        let (_directory, link) = link_to("/nowhere");
        it.fails(link, OFlags::RDONLY)
    };
    "the path is empty" NOENT NotFound |it| it.fails("", OFlags::RDONLY);
    "O_DIRECTORY or O_TMPFILE is set" NOTDIR InvalidArgument |it| {
        it.fails("/proc/version", OFlags::DIRECTORY)
    };
    "O_DIRECTORY or O_TMPFILE is set" NOTDIR InvalidArgument |it| {
        it.fails("/proc/version", OFlags::TMPFILE | OFlags::WRONLY)
    };
    "opened for writing or with O_CREAT" ISDIR InvalidArgument |it| it.fails("/", OFlags::CREATE);
    "the path ends with a slash" ISDIR InvalidArgument |it| {
        let directory = files::directory();
        it.fails(directory.path().join("new/"), OFlags::CREATE)
    };
    "is a symbolic link" EXIST AlreadyExists |it| {
        let (_directory, link) = link_to("/nowhere");
        it.fails(link, OFlags::CREATE | OFlags::EXCL)
    };
    "O_NOFOLLOW is set without O_PATH" LOOP InvalidArgument |it| {
        let (_directory, link) = link_to("/");
        it.fails(link, OFlags::NOFOLLOW)
    };
    "do not permit the access mode" ACCES PermissionDenied |it| {
        // Root of a user namespace with a single ID remains the owner of the file.
        let (_directory, file) = file_for_others(0o000);
        as_nobody(|| it.fails(&file, OFlags::WRONLY))
    };
    "the directory is not writable" ACCES PermissionDenied |it| {
        let directory = directory_for_others(0o555);
        as_nobody(|| it.fails(directory.path().join("new"), OFlags::CREATE | OFlags::WRONLY))
    };
    "fs.protected_regular" ACCES PermissionDenied |it| {
        let protected = fs::read_to_string("/proc/sys/fs/protected_regular");
        if protected.is_ok_and(|value| value.trim() == "0") || !is_root() {
            return Err("fs.protected_regular is 0, or the caller is not root".into());
        }
        let (directory, file) = file_for_others(0o666);
        set_mode(directory.path(), 0o1777);
        as_nobody(|| match is_root() {
            true => Err("the user namespace maps a single user".into()),
            false => it.fails(&file, OFlags::CREATE | OFlags::WRONLY),
        })
    };
    "O_APPEND or with O_TRUNC" PERM PermissionDenied |it| {
        with_inode_flag(FS_APPEND_FL, |file| it.fails(file, OFlags::WRONLY))
    };
    "O_APPEND or with O_TRUNC" PERM PermissionDenied |it| {
        let flags = OFlags::WRONLY | OFlags::APPEND | OFlags::TRUNC;
        with_inode_flag(FS_APPEND_FL, |file| it.fails(file, flags))
    };
    "the file is immutable" PERM PermissionDenied |it| {
        with_inode_flag(FS_IMMUTABLE_FL, |file| it.fails(file, OFlags::WRONLY))
    };
    "F_SEAL_SHRINK" PERM PermissionDenied |it| {
        let memfd = MemFd::sealable("test").unwrap();
        memfd.set_len(1).unwrap();
        memfd.add_seals(Seals::SHRINK).unwrap();
        let path = format!("/proc/self/fd/{}", memfd.as_raw_fd());
        it.fails(path, OFlags::WRONLY | OFlags::TRUNC)
    };
    "O_TMPFILE is set, and the file is not opened for writing" INVAL InvalidArgument |it| {
        it.fails("/", OFlags::TMPFILE)
    };
    "O_CREAT and O_DIRECTORY are both set" INVAL InvalidArgument |it| {
        if !kernel_is_at_least("6.4") {
            return Err("the kernel is older than 6.4".into());
        }
        it.fails("/", OFlags::CREATE | OFlags::DIRECTORY)
    };
    "does not support O_DIRECT" INVAL InvalidArgument |it| {
        it.fails("/proc/version", OFlags::DIRECT)
    };
    "more than 4,095 bytes" NAMETOOLONG InvalidArgument |it| it.fails("/".repeat(4096), OFlags::RDONLY);
    "the file is a socket" NXIO NotFound |it| {
        let directory = files::directory();
        let path = directory.path().join("socket");
        let _listener = UnixListener::bind(&path).unwrap();
        it.fails(path, OFlags::RDONLY)
    };
}

/// Causes that only `openat2` has, and causes that require a descriptor of a file.
const OTHER_CAUSES: &[(&str, Row)] = &[
    (
        "the directory argument is not a directory",
        Row(Call::OPENAT, Errno::NOTDIR, InvalidArgument, || {
            failed(raw::openat(regular_file(), "file", OFlags::RDONLY, Mode::empty()))
        }),
    ),
    (
        "leads out of the directory",
        Row(Call::OPENAT2, Errno::XDEV, Other, || {
            let directory = files::directory();
            resolve_from(&directory, "..", OFlags::PATH, ResolveFlags::BENEATH)
        }),
    ),
    (
        "leads out of the directory",
        Row(Call::OPENAT2, Errno::XDEV, Other, || {
            let (directory, _link) = link_to("/");
            resolve_from(&directory, "link", OFlags::PATH, ResolveFlags::BENEATH)
        }),
    ),
    (
        "the path contains a magic link",
        Row(Call::OPENAT2, Errno::XDEV, Other, || magic_link(OFlags::PATH, ResolveFlags::BENEATH)),
    ),
    (
        "the path contains a magic link",
        Row(Call::OPENAT2, Errno::XDEV, Other, || magic_link(OFlags::PATH, ResolveFlags::IN_ROOT)),
    ),
    (
        "crosses a mount point",
        Row(Call::OPENAT2, Errno::XDEV, Other, || resolve("/proc/version", ResolveFlags::NO_XDEV)),
    ),
    (
        "RESOLVE_NO_SYMLINKS is set",
        Row(Call::OPENAT2, Errno::LOOP, InvalidArgument, || {
            let (_directory, link) = link_to("/");
            resolve(link.to_str().unwrap(), ResolveFlags::NO_SYMLINKS)
        }),
    ),
    (
        "RESOLVE_NO_MAGICLINKS or RESOLVE_NO_SYMLINKS is set",
        Row(Call::OPENAT2, Errno::LOOP, InvalidArgument, || {
            magic_link(OFlags::PATH, ResolveFlags::NO_MAGICLINKS)
        }),
    ),
    (
        "RESOLVE_NO_MAGICLINKS or RESOLVE_NO_SYMLINKS is set",
        Row(Call::OPENAT2, Errno::LOOP, InvalidArgument, || {
            magic_link(OFlags::PATH, ResolveFlags::NO_SYMLINKS)
        }),
    ),
    (
        "the kernel has not cached the path",
        Row(Call::OPENAT2, Errno::AGAIN, WouldBlock, || {
            // The kernel has not cached the directory of the new thread in procfs.
            std::thread::spawn(|| {
                let path = format!("/proc/self/task/{}/status", butter::thread::gettid());
                cached(&path, OFlags::RDONLY)
            })
            .join()
            .unwrap()
        }),
    ),
    (
        "O_CREAT, O_TRUNC or O_TMPFILE is set",
        Row(Call::OPENAT2, Errno::AGAIN, WouldBlock, || {
            cached(files::NamedFile::new().path().to_str().unwrap(), OFlags::WRONLY | OFlags::TRUNC)
        }),
    ),
    (
        "O_CREAT, O_TRUNC or O_TMPFILE is set",
        Row(Call::OPENAT2, Errno::AGAIN, WouldBlock, || {
            cached("/nowhere", OFlags::WRONLY | OFlags::CREATE)
        }),
    ),
    (
        "O_CREAT, O_TRUNC or O_TMPFILE is set",
        Row(Call::OPENAT2, Errno::AGAIN, WouldBlock, || {
            cached("/", OFlags::WRONLY | OFlags::TMPFILE)
        }),
    ),
    (
        "the kernel does not support a flag",
        Row(Call::OPENAT2, Errno::INVAL, InvalidArgument, || {
            how(OpenHowFlags::from_bits_retain(1 << 40), Mode::empty(), ResolveFlags::empty())
        }),
    ),
    (
        "the kernel does not support a flag",
        Row(Call::OPENAT2, Errno::INVAL, InvalidArgument, || {
            resolve("/", ResolveFlags::from_bits_retain(1 << 40))
        }),
    ),
    (
        "neither O_CREAT nor O_TMPFILE is set",
        Row(Call::OPENAT2, Errno::INVAL, InvalidArgument, || {
            how(OFlags::RDONLY, Mode::RUSR, ResolveFlags::empty())
        }),
    ),
    (
        "a bit that is not a permission",
        Row(Call::OPENAT2, Errno::INVAL, InvalidArgument, || {
            how(OFlags::CREATE, Mode::from_bits_retain(0o1_0000), ResolveFlags::empty())
        }),
    ),
    (
        "RESOLVE_BENEATH and RESOLVE_IN_ROOT are both set",
        Row(Call::OPENAT2, Errno::INVAL, InvalidArgument, || {
            resolve("/", ResolveFlags::BENEATH | ResolveFlags::IN_ROOT)
        }),
    ),
    (
        "O_PATH is set with a flag",
        Row(Call::OPENAT2, Errno::INVAL, InvalidArgument, || {
            how(OFlags::PATH | OFlags::APPEND, Mode::empty(), ResolveFlags::empty())
        }),
    ),
];

causes! { IN_NAMESPACES:
    "the mount is read-only" ROFS PermissionDenied |it| {
        with_tmpfs(MountFlags::RDONLY, "", |path| {
            it.fails(path.join("new"), OFlags::CREATE | OFlags::WRONLY)
        })
    };
    "no free inode" NOSPC LimitReached |it| {
        with_tmpfs(MountFlags::empty(), "nr_inodes=1", |path| {
            it.fails(path.join("new"), OFlags::CREATE | OFlags::WRONLY)
        })
    };
    "MS_NODEV" ACCES PermissionDenied |it| {
        with_tmpfs(MountFlags::empty(), "", |path| {
            let device = path.join("null");
            File::create(&device).unwrap();
            mount::bind_mount("/dev/null", common::bytes(&device)).unwrap();
            mount::remount_bind(common::bytes(&device), MountFlags::NODEV).unwrap();
            let outcome = it.fails(&device, OFlags::RDONLY);
            mount::unmount(common::bytes(&device)).unwrap();
            outcome
        })
    };
    "MS_NOSYMFOLLOW" LOOP InvalidArgument |it| {
        with_tmpfs(MountFlags::NOSYMFOLLOW, "", |path| {
            let link = path.join("link");
            symlink("/", &link).unwrap();
            it.fails(&link, OFlags::PATH)
        })
    };
}

pub const FS_IMMUTABLE_FL: libc::c_long = 0x10;
pub const FS_APPEND_FL: libc::c_long = 0x20;

fn is_root() -> bool {
    butter::process::geteuid() == butter::process::Uid::ROOT
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// Creates a symbolic link to `target` with the name `link` in a new directory.
fn link_to(target: &str) -> (TempDir, PathBuf) {
    let directory = files::directory();
    let link = directory.path().join("link");
    symlink(target, &link).unwrap();
    (directory, link)
}

/// Creates a directory that other users can enter.
fn directory_for_others(mode: u32) -> TempDir {
    let directory = files::directory();
    set_mode(directory.path(), mode);
    directory
}

/// Creates a file with a mode, in a directory that other users can enter.
fn file_for_others(mode: u32) -> (TempDir, PathBuf) {
    let directory = directory_for_others(0o755);
    let file = directory.path().join("file");
    File::create(&file).unwrap().write_all(b"text").unwrap();
    set_mode(&file, mode);
    (directory, file)
}

/// Sets a flag of a new file (`chattr`), and clears it after the call.
fn with_inode_flag(flag: libc::c_long, call: impl FnOnce(&Path) -> Outcome) -> Outcome {
    let file = files::NamedFile::new();
    set_inode_flags(&file, flag)?;
    let outcome = call(file.path());
    set_inode_flags(&file, 0)?;
    outcome
}

/// Sets the flags of a file or a directory (`chattr`).
pub fn set_inode_flags(file: &File, flags: libc::c_long) -> Result<(), String> {
    let number = std::os::fd::AsRawFd::as_raw_fd(file);
    // SAFETY: reads one number.
    match unsafe { libc::ioctl(number, libc::FS_IOC_SETFLAGS, &raw const flags) } {
        0 => Ok(()),
        _ => Err(format!("FS_IOC_SETFLAGS: {}", std::io::Error::last_os_error())),
    }
}

/// Mounts a tmpfs, and unmounts it after the call.
fn with_tmpfs(flags: MountFlags, options: &str, call: impl FnOnce(&Path) -> Outcome) -> Outcome {
    let directory = files::directory();
    let target = common::bytes(directory.path());
    mount::mount("tmpfs", target, "tmpfs", flags, options.as_bytes()).unwrap();
    let outcome = call(directory.path());
    mount::unmount(target).unwrap();
    outcome
}

fn how(flags: impl Into<OpenHowFlags>, mode: Mode, resolve: ResolveFlags) -> Outcome {
    failed(raw::openat2(ABS, "/", flags, mode, resolve))
}

fn resolve_from(directory: &TempDir, path: &str, flags: OFlags, resolve: ResolveFlags) -> Outcome {
    let directory = common::fd(File::open(directory.path()).unwrap());
    failed(raw::openat2(directory.as_fd(), path, flags, Mode::empty(), resolve))
}

/// Opens the magic link of the root directory.
fn magic_link(flags: OFlags, resolve: ResolveFlags) -> Outcome {
    let process = common::fd(File::open("/proc/self").unwrap());
    failed(raw::openat2(process.as_fd(), "root", flags, Mode::empty(), resolve))
}

/// Opens a file with `RESOLVE_CACHED`.
fn cached(path: &str, flags: OFlags) -> Outcome {
    if !kernel_is_at_least("5.12") {
        return Err("the kernel is older than 5.12".into());
    }
    let mode = if flags.contains(OFlags::CREATE) { Mode::RUSR } else { Mode::empty() };
    failed(raw::openat2(ABS, path, flags, mode, ResolveFlags::CACHED))
}

#[test]
fn openat_and_openat2_errors_have_a_reason_that_names_the_cause() {
    // The rows run in a child process, because a lease or a descriptor of another test would affect
    // them.
    in_child(|| check_causes(this_test!(), CAUSES.iter().chain(OTHER_CAUSES)));
}

#[test]
fn openat_and_openat2_errors_of_mounts_have_a_reason_that_names_the_cause() {
    require!(
        in_namespaces(|| check_causes(this_test!(), IN_NAMESPACES)),
        "this host does not permit new namespaces"
    );
}
