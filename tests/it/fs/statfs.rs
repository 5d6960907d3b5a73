//! Tests of the status of file systems: comparison with the results of libc.

use std::fs as std_fs;
use std::mem::MaybeUninit;
use std::path::Path;

use butter::fd::{AsFd, AsRawFd};
use butter::fs::{self, StatFs, StatFsFlags};
use butter::mount::{self, MountFlags};
use common::child::with_own_mount_namespace;
use common::files;
use common::test::in_row;
use common::{require, this_test};
use linux_raw_sys::general;

use super::stat::{open_files, open_path};

fn libc_fstatfs(fd: &impl AsFd) -> general::statfs {
    let mut statfs = MaybeUninit::<general::statfs>::uninit();
    // SAFETY: writes one struct.
    let returned =
        unsafe { libc::syscall(libc::SYS_fstatfs, fd.as_fd().as_raw_fd(), statfs.as_mut_ptr()) };
    assert_eq!(returned, 0, "{}", std::io::Error::last_os_error());
    // SAFETY: written by the successful call.
    unsafe { statfs.assume_init() }
}

/// Compares all fields of `statfs` except the numbers of free blocks and inodes, which other
/// processes change.
fn assert_statfs_equals_libc(statfs: &StatFs, other: &general::statfs) {
    assert_eq!(statfs.fs_type, other.f_type);
    // SAFETY: any bits are valid numbers.
    let fsid: [i32; 2] = unsafe { std::mem::transmute(other.f_fsid) };
    assert_eq!(statfs.fsid, fsid);
    for (name, number, other) in [
        ("block_size", statfs.block_size, other.f_bsize),
        ("blocks", statfs.blocks, other.f_blocks),
        ("name_max", statfs.name_max, other.f_namelen),
        ("fragment_size", statfs.fragment_size, other.f_frsize),
        ("flags", statfs.flags.bits(), other.f_flags),
    ] {
        assert_eq!(number, other.cast_unsigned(), "{name}");
    }
}

#[test]
fn fstatfs_and_statfs_return_the_fields_of_libc_fstatfs() {
    let directory = files::directory();
    for (name, fd, _) in open_files(directory.path()) {
        in_row(&name, || {
            assert_statfs_equals_libc(&fs::fstatfs(&fd).unwrap(), &libc_fstatfs(&fd));
        });
    }
    for path in ["/", "/proc/self/status", "/dev/null", "/sys"] {
        in_row(path, || {
            let fd = open_path(Path::new(path));
            assert_statfs_equals_libc(&fs::statfs(path).unwrap(), &libc_fstatfs(&fd));
        });
    }
    assert_eq!(fs::statfs("/proc").unwrap().fs_type, libc::PROC_SUPER_MAGIC);
}

#[test]
fn statfs_reports_sizes_and_flags_of_a_mount() {
    let test = this_test!();
    let ran = test.in_namespaces_as_each_root(|| {
        let directory = files::directory();
        let path = directory.path().to_str().unwrap();
        with_own_mount_namespace(|| {
            // The file system is 64 pages large on every architecture.
            let page = page_size();
            let options = format!("size={},nr_inodes=10,mode=700", 64 * page);
            mount::mount("x", path, "tmpfs", MountFlags::empty(), &*options).unwrap();
            std_fs::write(format!("{path}/file"), vec![1; 3 * page as usize]).unwrap();
            let statfs = fs::statfs(path).unwrap();
            assert_eq!(statfs.fs_type, 0x0102_1994);
            assert_eq!((statfs.block_size, statfs.fragment_size), (page, page));
            assert_eq!((statfs.blocks, statfs.blocks_free, statfs.blocks_available), (64, 61, 61));
            assert_eq!((statfs.files, statfs.files_free), (10, 8));
            assert_eq!(statfs.name_max, 255);
            for (flag, reported) in [
                (MountFlags::RDONLY, StatFsFlags::RDONLY),
                (MountFlags::NOSUID, StatFsFlags::NOSUID),
                (MountFlags::NODEV, StatFsFlags::NODEV),
                (MountFlags::NOEXEC, StatFsFlags::NOEXEC),
                (MountFlags::NOATIME, StatFsFlags::NOATIME),
                (MountFlags::NODIRATIME, StatFsFlags::NODIRATIME),
                (MountFlags::RELATIME, StatFsFlags::RELATIME),
                (MountFlags::NOSYMFOLLOW, StatFsFlags::NOSYMFOLLOW),
                (MountFlags::STRICTATIME, StatFsFlags::empty()),
            ] {
                in_row(flag, || {
                    mount::remount_bind(path, flag).unwrap();
                    let flags = fs::statfs(path).unwrap().flags;
                    let atime = StatFsFlags::NOATIME | StatFsFlags::RELATIME;
                    let default = if MountFlags::STRICTATIME == flag || reported.intersects(atime) {
                        StatFsFlags::empty()
                    } else {
                        StatFsFlags::RELATIME
                    };
                    assert_eq!(flags, StatFsFlags::VALID | reported | default);
                });
            }
            let synchronous = MountFlags::SYNCHRONOUS;
            mount::remount(path, synchronous, "").unwrap();
            assert!(fs::statfs(path).unwrap().flags.contains(StatFsFlags::SYNCHRONOUS));
        });
    });
    require!(ran, "new namespaces require CAP_SYS_ADMIN or a host that permits user namespaces");
}

fn page_size() -> u64 {
    // SAFETY: returns a number.
    unsafe { libc::sysconf(libc::_SC_PAGESIZE) }.cast_unsigned()
}
