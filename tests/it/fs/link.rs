//! Reading symbolic links, renaming and removing files.

use std::fs::{self as std_fs, File};
use std::io::Read;
use std::mem::MaybeUninit;
use std::os::unix::fs::{FileTypeExt, MetadataExt, symlink};
use std::path::Path;

use butter::Errno;
use butter::error::Operand;
use butter::fd::AsRawFd;
use butter::fs::{
    self, ABS, AtFlags, CWD, Mode, OFlags, RenameFlags, raw, readlinkat, renameat, renameat2,
    unlinkat,
};
use butter::mount::{self, MountFlags};
use butter::path::PATH_MAX;
use common::child::{in_namespaces, with_own_root_and_cwd};
use common::inject::inject;
use common::{bytes, require};

use super::create::{directory, with_tmpfs};

#[test]
fn readlinkat_returns_the_complete_content_if_the_buffer_is_larger() {
    let (directory, fd) = directory();
    for length in [1, 2, 63, 64, 65, 255, 256, 257, 1023, 1024, 4095] {
        let content = "x/".repeat(2048)[..length].to_owned();
        let link = directory.path().join(length.to_string());
        symlink(&content, &link).unwrap();
        let name = length.to_string();
        let mut buffer = [MaybeUninit::uninit(); PATH_MAX];
        assert_eq!(readlinkat(&fd, name.as_str(), &mut buffer).unwrap(), content.as_str());
        assert_eq!(readlinkat(ABS, bytes(&link), &mut vec![0; length + 1][..]).unwrap(), &*content);
        let error = readlinkat(&fd, name.as_str(), &mut vec![0; length][..]).unwrap_err();
        assert_eq!(error.errno(), Errno::RANGE);

        // The raw function returns what fits the buffer.
        for size in [1, length, length + 1] {
            let mut buffer = vec![0; size];
            let read = raw::readlinkat(&fd, name.as_str(), &mut buffer[..]).unwrap();
            assert_eq!(read, &content.as_bytes()[..size.min(length)]);
        }
        #[cfg(feature = "alloc")]
        assert_eq!(fs::read_link(&fd, name.as_str()).unwrap(), content.as_bytes());
    }
}

#[test]
fn readlinkat_reads_the_link_of_a_descriptor_if_the_path_is_empty() {
    let (_directory, fd) = directory();
    fs::symlinkat("content", &fd, "link").unwrap();
    let link = fs::openat(&fd, "link", OFlags::PATH | OFlags::NOFOLLOW, Mode::empty()).unwrap();
    assert_eq!(readlinkat(&link, "", &mut [0; 64]).unwrap(), "content");
    #[cfg(feature = "alloc")]
    assert_eq!(fs::read_link(&link, "").unwrap(), b"content");
    with_own_root_and_cwd(|| {
        butter::process::fchdir(&fd).unwrap();
        assert_eq!(readlinkat(CWD, "link", &mut [0; 64]).unwrap(), "content");
    });
}

#[test]
fn readlinkat_reads_magic_links() {
    let executable = std::env::current_exe().unwrap();
    let mut buffer = [0; PATH_MAX];
    let link = readlinkat(CWD, "/proc/self/exe", &mut buffer).unwrap();
    assert_eq!(link.as_bytes(), bytes(&executable));
    let (reader, _writer) = butter::pipe::pipe().unwrap();
    let path = format!("/proc/self/fd/{}", reader.as_raw_fd());
    let inode = fs::fstat(&reader).unwrap().ino();
    assert_eq!(readlinkat(CWD, &*path, &mut buffer).unwrap(), &*format!("pipe:[{inode}]"));
    #[cfg(feature = "alloc")]
    {
        assert_eq!(fs::read_link(CWD, "/proc/self/exe").unwrap(), bytes(&executable));
        // A path that is longer than the first buffer.
        let directory = common::files::directory();
        let long = directory.path().join("a".repeat(250)).join("b".repeat(250));
        std_fs::create_dir_all(&long).unwrap();
        let long = std_fs::canonicalize(long).unwrap();
        let open = File::open(&long).unwrap();
        let path = format!("/proc/self/fd/{}", std::os::fd::AsRawFd::as_raw_fd(&open));
        assert_eq!(fs::read_link(CWD, path).unwrap(), bytes(&long));
    }
}

/// No file system returns such a link, but a file system in user space can return links that are
/// longer than `PATH_MAX`.
#[cfg(feature = "alloc")]
#[test]
fn read_link_repeats_the_call_with_larger_buffers_up_to_256_kib() {
    use butter::error::Call;
    use common::child::in_child;
    use common::inject::forge;
    in_child(|| {
        let fail = || fs::read_link(CWD, "/link").unwrap_err();
        let error = forge(libc::SYS_readlinkat, |[_, _, _, size, ..]| size as isize, fail);
        assert_eq!((error.call(), error.errno()), (Call::READLINKAT_TRUNCATED, Errno::RANGE));
        // 256 KiB - 1 bytes fit the last buffer.
        let longest = |[_, _, _, size, ..]: [usize; 6]| size.min((256 << 10) - 1) as isize;
        let read = || fs::read_link(CWD, "/link").unwrap();
        let read = forge(libc::SYS_readlinkat, longest, read);
        assert_eq!(read, vec![0; (256 << 10) - 1]);
    });
}

#[test]
fn unlinkat_removes_files_symbolic_links_and_empty_directories() {
    let (directory, fd) = directory();
    let path = directory.path();
    std_fs::write(path.join("file"), "text").unwrap();
    std_fs::create_dir(path.join("directory")).unwrap();
    symlink("file", path.join("link")).unwrap();
    symlink("directory", path.join("directory link")).unwrap();

    unlinkat(&fd, "link", AtFlags::empty()).unwrap();
    unlinkat(&fd, "directory link", AtFlags::empty()).unwrap();
    assert!(path.join("file").exists() && path.join("directory").exists());
    let mut open = File::open(path.join("file")).unwrap();
    unlinkat(ABS, bytes(&path.join("file")), AtFlags::empty()).unwrap();
    assert!(!path.join("file").exists());
    let mut text = String::new();
    open.read_to_string(&mut text).unwrap();
    assert_eq!((text.as_str(), open.metadata().unwrap().nlink()), ("text", 0));

    unlinkat(&fd, "directory/", AtFlags::REMOVEDIR).unwrap();
    assert_eq!(std_fs::read_dir(path).unwrap().count(), 0);
    with_own_root_and_cwd(|| {
        std_fs::write(path.join("file"), "text").unwrap();
        butter::process::fchdir(&fd).unwrap();
        unlinkat(CWD, c"file", AtFlags::empty()).unwrap();
    });
    assert_eq!(std_fs::read_dir(path).unwrap().count(), 0);
}

#[test]
fn renameat_moves_a_file_and_replaces_an_existing_file() {
    let (from, from_fd) = directory();
    let (to, to_fd) = directory();
    std_fs::write(from.path().join("file"), "new").unwrap();
    std_fs::write(to.path().join("file"), "old").unwrap();
    renameat(&from_fd, "file", &to_fd, "file").unwrap();
    assert_eq!(std_fs::read(to.path().join("file")).unwrap(), b"new");
    assert_eq!(std_fs::read_dir(from.path()).unwrap().count(), 0);

    // A symbolic link is renamed itself, and replaces a file.
    symlink("missing", from.path().join("link")).unwrap();
    let (old, new) = (from.path().join("link"), to.path().join("file"));
    renameat(ABS, bytes(&old), ABS, bytes(&new)).unwrap();
    assert_eq!(std_fs::read_link(&new).unwrap(), Path::new("missing"));

    // A directory replaces an empty directory only.
    for name in ["directory", "empty"] {
        std_fs::create_dir(to.path().join(name)).unwrap();
    }
    std_fs::write(to.path().join("directory/file"), "").unwrap();
    renameat(&to_fd, "directory/", &to_fd, "empty/").unwrap();
    assert!(to.path().join("empty/file").exists());
    with_own_root_and_cwd(|| {
        butter::process::fchdir(&to_fd).unwrap();
        renameat(CWD, "empty", CWD, "renamed").unwrap();
    });
    assert!(to.path().join("renamed/file").exists());
}

#[test]
fn renameat_of_two_names_of_a_file_does_nothing() {
    let (directory, fd) = directory();
    std_fs::write(directory.path().join("first"), "text").unwrap();
    fs::linkat(&fd, "first", &fd, "second", AtFlags::empty()).unwrap();
    renameat(&fd, "first", &fd, "second").unwrap();
    renameat(&fd, "first", &fd, "first").unwrap();
    assert_eq!(std_fs::metadata(directory.path().join("first")).unwrap().nlink(), 2);
}

#[test]
fn renameat2_noreplace_renames_only_if_the_new_path_does_not_exist() {
    let (directory, fd) = directory();
    let path = directory.path();
    std_fs::write(path.join("file"), "text").unwrap();
    symlink("missing", path.join("dangling")).unwrap();
    let result = renameat2(&fd, "file", &fd, "new", RenameFlags::NOREPLACE);
    require!(result, "the file system does not support RENAME_NOREPLACE");
    assert!(path.join("new").exists() && !path.join("file").exists());
    let error = renameat2(&fd, "new", &fd, "dangling", RenameFlags::NOREPLACE).unwrap_err();
    assert_eq!(error.errno(), Errno::EXIST);
    assert_eq!(error.operand(), Some(Operand::Target));
    assert!(path.join("new").exists());
}

#[test]
fn renameat2_exchange_exchanges_files_of_any_types() {
    let (directory, fd) = directory();
    let path = directory.path();
    std_fs::write(path.join("file"), "text").unwrap();
    std_fs::create_dir(path.join("directory")).unwrap();
    std_fs::write(path.join("directory/inner"), "").unwrap();
    let result = renameat2(&fd, "file", &fd, "directory", RenameFlags::EXCHANGE);
    require!(result, "the file system does not support RENAME_EXCHANGE");
    assert!(path.join("file/inner").exists());
    assert_eq!(std_fs::read(path.join("directory")).unwrap(), b"text");
}

#[test]
fn renameat2_whiteout_leaves_a_whiteout_at_the_old_path() {
    let ran = in_namespaces(|| {
        with_tmpfs(MountFlags::empty(), |path| {
            std_fs::write(path.join("file"), "text").unwrap();
            let (old, new) = (path.join("file"), path.join("new"));
            let result = renameat2(ABS, bytes(&old), ABS, bytes(&new), RenameFlags::WHITEOUT);
            require!(result, "RENAME_WHITEOUT");
            let metadata = std_fs::symlink_metadata(&old).unwrap();
            assert!(metadata.file_type().is_char_device());
            assert_eq!(metadata.rdev(), 0);
            assert_eq!(std_fs::read(&new).unwrap(), b"text");
        });
    });
    require!(ran, "this host does not permit new namespaces");
}

#[test]
fn unlinkat_and_renameat_fail_with_ebusy_for_a_mount_point() {
    let ran = in_namespaces(|| {
        with_tmpfs(MountFlags::empty(), |path| {
            let fd = common::fd(File::open(path).unwrap());
            for name in ["source", "mount", "other"] {
                std_fs::create_dir(path.join(name)).unwrap();
            }
            let target = path.join("mount");
            mount::bind_mount(bytes(&path.join("source")), bytes(&target)).unwrap();
            let errno = |result: butter::Result<()>| result.unwrap_err().errno();
            assert_eq!(errno(unlinkat(&fd, "mount", AtFlags::REMOVEDIR)), Errno::BUSY);
            assert_eq!(errno(renameat(&fd, "mount", &fd, "new")), Errno::BUSY);
            assert_eq!(errno(renameat(&fd, "other", &fd, "mount")), Errno::BUSY);
            mount::unmount(bytes(&target)).unwrap();
            unlinkat(&fd, "mount", AtFlags::REMOVEDIR).unwrap();
        });
    });
    require!(ran, "this host does not permit new namespaces");
}

#[test]
fn error_operand_is_the_path_that_the_errno_identifies() {
    let (directory, fd) = directory();
    let (none, target) = (AtFlags::empty(), Some(Operand::Target));
    std_fs::write(directory.path().join("file"), "").unwrap();
    for name in ["empty", "full", "full/directory"] {
        std_fs::create_dir(directory.path().join(name)).unwrap();
    }
    symlink("loop", directory.path().join("loop")).unwrap();
    for (result, errno, operand) in [
        (fs::symlinkat("x", &fd, "file"), Errno::EXIST, target),
        (fs::symlinkat("x", &fd, "file/x"), Errno::NOTDIR, target),
        (fs::symlinkat("x", &fd, "loop/x"), Errno::LOOP, target),
        (fs::symlinkat("x", ABS, "relative"), Errno::BADF, target),
        (fs::symlinkat("", &fd, "x"), Errno::NOENT, None),
        (fs::linkat(&fd, "file", &fd, "full", none), Errno::EXIST, target),
        (fs::linkat(&fd, "file", &fd, "file/x", none), Errno::NOTDIR, None),
        (renameat(&fd, "empty", &fd, "full"), Errno::NOTEMPTY, target),
        (renameat(&fd, "file", &fd, "empty"), Errno::ISDIR, target),
        (renameat(&fd, "missing", &fd, "x"), Errno::NOENT, None),
    ] {
        let error = result.unwrap_err();
        assert_eq!((error.errno(), error.operand()), (errno, operand), "{error}");
    }
    let link = || fs::linkat(&fd, "file", &fd, "new", none).unwrap_err().operand();
    let symlink = || fs::symlinkat("x", &fd, "new").unwrap_err().operand();
    assert_eq!(inject(libc::SYS_linkat, Errno::MLINK, link), Some(Operand::Source));
    for errno in [Errno::ROFS, Errno::NOSPC, Errno::DQUOT] {
        assert_eq!(inject(libc::SYS_linkat, errno, link), target, "{errno}");
        assert_eq!(inject(libc::SYS_symlinkat, errno, symlink), target, "{errno}");
    }
    for errno in [Errno::ACCES, Errno::PERM] {
        assert_eq!(inject(libc::SYS_symlinkat, errno, symlink), target, "{errno}");
        assert_eq!(inject(libc::SYS_linkat, errno, link), None, "{errno}");
    }
}

#[test]
fn error_with_paths_prints_only_the_new_path_if_the_errno_identifies_it() {
    let (_directory, fd) = directory();
    let text = |result: butter::Result<()>| {
        let text = result.unwrap_err().with_paths("old", "new").to_string();
        text.split(':').next().unwrap().to_owned()
    };
    assert_eq!(text(renameat(&fd, "old", &fd, "new")), "renameat2 old new");
    fs::symlinkat("x", &fd, "new").unwrap();
    assert_eq!(text(fs::symlinkat("old", &fd, "new")), "symlinkat new");
    fs::mkdirat(&fd, "old", Mode::RWXU).unwrap();
    assert_eq!(text(fs::linkat(&fd, "old", &fd, "new", AtFlags::empty())), "linkat new");
    let noreplace = RenameFlags::NOREPLACE;
    assert_eq!(text(renameat2(&fd, "old", &fd, "new", noreplace)), "renameat2 new");
    assert_eq!(text(renameat2(&fd, "old", &fd, "other/x", noreplace)), "renameat2 old new");
}
