//! Creating directories, special files, symbolic links and hard links.

use std::fs::{self as std_fs, File};
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt, symlink};
use std::path::Path;

use butter::Errno;
use butter::fd::{AsRawFd, OwnedFd};
use butter::fs::{
    self, ABS, AtFlags, CWD, Dev, FileType, Mode, OFlags, linkat, mkdirat, mknodat, symlinkat,
};
use butter::mount::{self, MountFlags};
use butter::process::umask;
use common::child::{as_nobody, in_namespaces, in_user_namespace, with_own_root_and_cwd};
use common::test::in_row;
use common::{bytes, files, kernel_is_at_least, require};
use temp_dir::TempDir;

/// Creates a directory, and opens it.
pub fn directory() -> (TempDir, OwnedFd) {
    let directory = files::directory();
    let fd = common::fd(File::open(directory.path()).unwrap());
    (directory, fd)
}

fn mode_of(path: &Path) -> u32 {
    std_fs::symlink_metadata(path).unwrap().mode() & 0o7777
}

fn ino(path: &Path) -> u64 {
    std_fs::symlink_metadata(path).unwrap().ino()
}

/// Mounts a tmpfs, passes its path to a closure, and unmounts it. The process must be in its own
/// mount namespace.
pub fn with_tmpfs(flags: MountFlags, body: impl Fn(&Path)) {
    let directory = files::directory();
    mount::mount("tmpfs", bytes(directory.path()), "tmpfs", flags, "").unwrap();
    body(directory.path());
    mount::unmount(bytes(directory.path())).unwrap();
}

#[test]
fn mkdirat_creates_directory_relative_to_each_directory_argument() {
    let (directory, fd) = directory();
    let path = directory.path();
    mkdirat(&fd, "descriptor", Mode::RWXU).unwrap();
    mkdirat(ABS, bytes(&path.join("absolute")), Mode::RWXU).unwrap();
    mkdirat(&fd, "slashes//", Mode::RWXU).unwrap();
    mkdirat(&fd, c"descriptor/below", Mode::RWXU).unwrap();
    with_own_root_and_cwd(|| {
        butter::process::fchdir(&fd).unwrap();
        mkdirat(CWD, "working", Mode::RWXU).unwrap();
    });
    for name in ["descriptor", "absolute", "slashes", "descriptor/below", "working"] {
        assert!(path.join(name).is_dir(), "{name}");
    }
}

#[test]
fn mkdirat_and_mknodat_apply_the_mode_and_the_umask() {
    let (directory, fd) = directory();
    with_own_root_and_cwd(|| {
        umask(Mode::empty());
        for (name, mode, of_directory) in [
            ("none", 0, 0),
            ("all", 0o777, 0o777),
            ("sticky", 0o1751, 0o1751),
            // The kernel ignores the set-user-ID and set-group-ID bits of a new directory.
            ("set IDs", 0o6710, 0o710),
        ] {
            mkdirat(&fd, name, Mode::from_bits_retain(mode)).unwrap();
            assert_eq!(mode_of(&directory.path().join(name)), of_directory, "{name}");
        }
        umask(Mode::from_bits_retain(0o027));
        mkdirat(&fd, "masked", Mode::from_bits_retain(0o777)).unwrap();
        let mode = Mode::from_bits_retain(0o4166);
        mknodat(&fd, "fifo", FileType::Fifo, mode, Dev::default()).unwrap();
    });
    assert_eq!(mode_of(&directory.path().join("masked")), 0o750);
    assert_eq!(mode_of(&directory.path().join("fifo")), 0o4140);
}

#[test]
fn mknodat_creates_file_of_each_type_that_needs_no_privileges() {
    let (directory, fd) = directory();
    for (file_type, expected) in [
        (FileType::RegularFile, FileType::RegularFile),
        (FileType::Unknown, FileType::RegularFile),
        (FileType::Fifo, FileType::Fifo),
        (FileType::Socket, FileType::Socket),
    ] {
        let name = format!("{file_type:?}");
        // The kernel ignores the number, because the file is not a device.
        mknodat(&fd, name.as_str(), file_type, Mode::RUSR | Mode::WUSR, Dev::new(1, 3)).unwrap();
        let metadata = std_fs::symlink_metadata(directory.path().join(&name)).unwrap();
        assert_eq!(FileType::from_raw_mode(metadata.mode()), expected, "{name}");
        assert_eq!((metadata.mode() & 0o600, metadata.rdev(), metadata.len()), (0o600, 0, 0));
    }
}

#[test]
fn mknodat_creates_devices_with_cap_mknod_in_the_initial_user_namespace_only() {
    let devices = [FileType::CharacterDevice, FileType::BlockDevice];
    let (directory, fd) = directory();
    std_fs::set_permissions(directory.path(), std_fs::Permissions::from_mode(0o777)).unwrap();
    for device in devices {
        let error =
            as_nobody(|| mknodat(&fd, "x", device, Mode::RUSR, Dev::new(1, 3)).unwrap_err());
        assert_eq!(error.errno(), Errno::PERM);
    }
    require!(
        in_user_namespace(|| {
            let directory = files::directory();
            for device in devices {
                let path = directory.path().join("device");
                let error = mknodat(ABS, bytes(&path), device, Mode::RUSR, Dev::new(1, 3));
                assert_eq!(error.unwrap_err().errno(), Errno::PERM);
            }
        }),
        "this host does not permit new user namespaces"
    );
}

#[test]
fn mknodat_creates_a_whiteout_without_privileges_since_linux_5_8() {
    let (directory, fd) = directory();
    std_fs::set_permissions(directory.path(), std_fs::Permissions::from_mode(0o777)).unwrap();
    require!(kernel_is_at_least("5.8"), "the kernel is older than 5.8");
    let created = as_nobody(|| {
        mknodat(&fd, "whiteout", FileType::CharacterDevice, Mode::RUSR, Dev::new(0, 0))
    });
    // An overlay file system does not show whiteouts, and does not permit their creation.
    require!(created, "the file system does not permit whiteouts");
    let metadata = std_fs::symlink_metadata(directory.path().join("whiteout")).unwrap();
    assert!(metadata.file_type().is_char_device());
    assert_eq!(metadata.rdev(), 0);
}

#[test]
fn symlinkat_stores_content_without_resolving_it() {
    let (directory, fd) = directory();
    let long = "x/".repeat(2047) + "x";
    for (name, content) in [
        ("relative", "some/file"),
        ("absolute", "/nowhere/at/all"),
        ("self", "self"),
        ("slash", "directory/"),
        ("short", "."),
        ("long", &long),
    ] {
        symlinkat(content, &fd, name).unwrap();
        let link = directory.path().join(name);
        assert_eq!(std_fs::read_link(&link).unwrap(), Path::new(content));
    }
    let path = directory.path().join("path");
    symlinkat(c"self", ABS, bytes(&path)).unwrap();
    assert_eq!(std_fs::read_link(&path).unwrap(), Path::new("self"));
    with_own_root_and_cwd(|| {
        butter::process::fchdir(&fd).unwrap();
        symlinkat("self", CWD, "working").unwrap();
    });
    assert!(directory.path().join("working").is_symlink());
}

#[test]
fn linkat_adds_a_name_relative_to_each_directory() {
    let (from, from_fd) = directory();
    let (to, to_fd) = directory();
    std_fs::write(from.path().join("file"), "text").unwrap();
    linkat(&from_fd, "file", &to_fd, "second", AtFlags::empty()).unwrap();
    let third = to.path().join("third");
    linkat(ABS, bytes(&to.path().join("second")), ABS, bytes(&third), AtFlags::empty()).unwrap();
    with_own_root_and_cwd(|| {
        butter::process::fchdir(&to_fd).unwrap();
        linkat(CWD, "third", CWD, "fourth", AtFlags::empty()).unwrap();
    });
    assert_eq!(std_fs::metadata(from.path().join("file")).unwrap().nlink(), 4);
    assert_eq!(std_fs::read(to.path().join("fourth")).unwrap(), b"text");
    assert_eq!(ino(&third), ino(&from.path().join("file")));
}

#[test]
fn linkat_links_symbolic_link_itself_unless_symlink_follow_is_set() {
    let (directory, fd) = directory();
    let path = directory.path();
    std_fs::write(path.join("file"), "text").unwrap();
    symlink("file", path.join("link")).unwrap();
    linkat(&fd, "link", &fd, "to link", AtFlags::empty()).unwrap();
    linkat(&fd, "link", &fd, "to file", AtFlags::SYMLINK_FOLLOW).unwrap();
    assert_eq!(ino(&path.join("to link")), ino(&path.join("link")));
    assert_eq!(ino(&path.join("to file")), ino(&path.join("file")));
}

#[test]
fn linkat_gives_a_name_to_a_file_without_a_name() {
    let (directory, fd) = directory();
    let unnamed = fs::openat(&fd, ".", OFlags::TMPFILE | OFlags::RDWR, Mode::RUSR | Mode::WUSR);
    let unnamed = require!(unnamed, "the file system does not support O_TMPFILE");
    let magic_link = format!("/proc/self/fd/{}", unnamed.as_raw_fd());
    linkat(CWD, magic_link.as_str(), &fd, "first", AtFlags::SYMLINK_FOLLOW).unwrap();
    let file = common::file(unnamed);
    assert_eq!(file.metadata().unwrap().ino(), ino(&directory.path().join("first")));

    let unnamed = common::fd(file);
    let linked = linkat(&unnamed, "", &fd, "second", AtFlags::EMPTY_PATH);
    // The error for a missing capability is `ENOENT`.
    if !kernel_is_at_least("6.10") && linked.is_err_and(|error| error.is(Errno::NOENT)) {
        return;
    }
    linked.unwrap();
    assert_eq!(ino(&directory.path().join("first")), ino(&directory.path().join("second")));
}

#[test]
fn linkat_of_a_removed_file_fails_with_enoent() {
    let (_directory, fd) = directory();
    let file = common::fd(files::anonymous());
    let magic_link = format!("/proc/self/fd/{}", file.as_raw_fd());
    let error = linkat(CWD, magic_link.as_str(), &fd, "x", AtFlags::SYMLINK_FOLLOW).unwrap_err();
    // The directories of the two temporary files are on the same file system.
    assert_eq!(error.errno(), Errno::NOENT);
}

#[test]
fn mkdirat_mknodat_symlinkat_and_linkat_fail_with_erofs_on_a_read_only_mount() {
    let ran = in_namespaces(|| {
        with_tmpfs(MountFlags::RDONLY, |path| {
            let fd = common::fd(File::open(path).unwrap());
            let fifo = FileType::Fifo;
            for (name, result) in [
                ("mkdirat", mkdirat(&fd, "x", Mode::RWXU)),
                ("mknodat", mknodat(&fd, "x", fifo, Mode::RWXU, Dev::default())),
                ("symlinkat", symlinkat("x", &fd, "x")),
                // The paths are on different mounts, but the kernel first returns `EROFS`.
                ("linkat", linkat(CWD, "/proc/version", &fd, "x", AtFlags::empty())),
                ("unlinkat", fs::unlinkat(&fd, "x", AtFlags::empty())),
                ("renameat", fs::renameat(&fd, "x", &fd, "y")),
            ] {
                let error = in_row(name, || result.unwrap_err());
                assert_eq!(
                    (error.call().name().starts_with(name), error.errno()),
                    (true, Errno::ROFS)
                );
            }
        });
    });
    require!(ran, "this host does not permit new namespaces");
}

#[test]
fn linkat_and_renameat_fail_with_exdev_between_two_mounts_of_a_file_system() {
    let ran = in_namespaces(|| {
        with_tmpfs(MountFlags::empty(), |path| {
            let other = path.join("mount");
            std_fs::create_dir(&other).unwrap();
            std_fs::write(path.join("file"), "").unwrap();
            mount::bind_mount(bytes(path), bytes(&other)).unwrap();
            let (old, new) = (path.join("file"), other.join("new"));
            let linked = linkat(ABS, bytes(&old), ABS, bytes(&new), AtFlags::empty());
            assert_eq!(linked.unwrap_err().errno(), Errno::XDEV);
            let renamed = fs::renameat(ABS, bytes(&old), ABS, bytes(&new));
            assert_eq!(renamed.unwrap_err().errno(), Errno::XDEV);
            mount::unmount(bytes(&other)).unwrap();
        });
    });
    require!(ran, "this host does not permit new namespaces");
}
