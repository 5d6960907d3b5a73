//! Tests of the status of files: comparison with the results of libc.

use std::fs::{self as std_fs, File};
use std::mem::MaybeUninit;
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use bitflags::Flags;
use butter::Errno;
use butter::epoll::Epoll;
use butter::fd::{AsFd, AsRawFd, OwnedFd};
use butter::fs::{
    self, AtFlags, CWD, Dev, FileType, Mode, Stat, Statx, StatxAttributes, StatxFlags,
};
use butter::memfd::MemFd;
use butter::mount;
use butter::time::Timespec;
use common::files;
use common::fuse::Server;
use common::inject::supervise;
use common::test::in_row;
use common::{debug_text, require, this_test};
use linux_raw_sys::general;

fn open(path: impl AsRef<Path>) -> OwnedFd {
    common::fd(File::open(path).unwrap())
}

/// Opens a path-only descriptor, without following a symbolic link.
pub fn open_path(path: &Path) -> OwnedFd {
    let path = std::ffi::CString::new(common::bytes(path)).unwrap();
    let flags = libc::O_PATH | libc::O_NOFOLLOW | libc::O_CLOEXEC;
    // SAFETY: reads the path; a success is a new descriptor.
    let fd = unsafe { libc::open(path.as_ptr(), flags) };
    assert!(fd >= 0, "{path:?}: {}", std::io::Error::last_os_error());
    // SAFETY: a new descriptor, which has no other owner.
    unsafe { butter::fd::FromRawFd::from_raw_fd(fd) }
}

fn libc_fstat(fd: &impl AsFd) -> libc::stat {
    let mut stat = MaybeUninit::uninit();
    // SAFETY: writes one struct.
    assert_eq!(unsafe { libc::fstat(fd.as_fd().as_raw_fd(), stat.as_mut_ptr()) }, 0);
    // SAFETY: written by the successful call.
    unsafe { stat.assume_init() }
}

fn libc_statx(fd: &impl AsFd, mask: StatxFlags) -> general::statx {
    let mut statx = MaybeUninit::<general::statx>::uninit();
    // SAFETY: reads the empty path and writes one struct.
    let returned = unsafe {
        libc::syscall(
            libc::SYS_statx,
            fd.as_fd().as_raw_fd(),
            c"".as_ptr(),
            libc::AT_EMPTY_PATH,
            mask.bits(),
            statx.as_mut_ptr(),
        )
    };
    assert_eq!(returned, 0, "{}", std::io::Error::last_os_error());
    // SAFETY: written by the successful call.
    unsafe { statx.assume_init() }
}

/// Returns files of many types and file systems, each with a name and the expected type. The
/// directory contains some of the files.
pub fn open_files(directory: &Path) -> Vec<(String, OwnedFd, FileType)> {
    let child = |name: &str| directory.join(name);
    let mut found = Vec::new();
    let mut add = |name: &str, fd: OwnedFd, file_type| found.push((name.to_owned(), fd, file_type));

    std_fs::write(child("regular"), [b'x'; 5000]).unwrap();
    std_fs::set_permissions(child("regular"), PermissionsExt::from_mode(0o4751)).unwrap();
    std_fs::hard_link(child("regular"), child("hard link")).unwrap();
    let holes = File::create(child("holes")).unwrap();
    holes.set_len(1 << 30).unwrap();
    std_fs::create_dir(child("directory")).unwrap();
    std_fs::set_permissions(child("directory"), PermissionsExt::from_mode(0o1777)).unwrap();
    symlink("a target that does not exist", child("link")).unwrap();
    let fifo = std::ffi::CString::new(common::bytes(&child("fifo"))).unwrap();
    // SAFETY: reads the path.
    assert_eq!(unsafe { libc::mkfifo(fifo.as_ptr(), 0o640) }, 0);
    drop(UnixListener::bind(child("socket")).unwrap());

    for (name, file_type) in [
        ("regular", FileType::RegularFile),
        ("hard link", FileType::RegularFile),
        ("holes", FileType::RegularFile),
        ("directory", FileType::Directory),
        ("link", FileType::Symlink),
        ("fifo", FileType::Fifo),
        ("socket", FileType::Socket),
    ] {
        add(name, open_path(&child(name)), file_type);
    }
    for (path, file_type) in [
        ("/", FileType::Directory),
        ("/proc", FileType::Directory),
        ("/proc/self/status", FileType::RegularFile),
        ("/proc/self/exe", FileType::Symlink),
        ("/sys", FileType::Directory),
        ("/dev/null", FileType::CharacterDevice),
        ("/dev/full", FileType::CharacterDevice),
    ] {
        add(path, open_path(Path::new(path)), file_type);
    }
    let (reader, _) = butter::pipe::pipe().unwrap();
    add("pipe", reader, FileType::Fifo);
    add("socket pair", common::fd(UnixStream::pair().unwrap().0), FileType::Socket);
    add("memfd", MemFd::new("stat").unwrap().into(), FileType::RegularFile);
    add("epoll", Epoll::new().unwrap().into(), FileType::Unknown);
    found
}

/// Returns the path of a block device of the host, if there is one.
fn block_device() -> Option<PathBuf> {
    let mut entries = std_fs::read_dir("/dev").ok()?.flatten();
    let device = entries.find(|entry| {
        use std::os::unix::fs::FileTypeExt;
        entry.file_type().is_ok_and(|file_type| file_type.is_block_device())
    })?;
    Some(device.path())
}

fn dev(number: libc::dev_t) -> (u32, u32) {
    (libc::major(number), libc::minor(number))
}

fn numbers(dev: Dev) -> (u32, u32) {
    (dev.major(), dev.minor())
}

fn assert_stat_equals_libc(stat: &Stat, other: &libc::stat, file_type: FileType) {
    assert_eq!(stat.file_type(), file_type);
    assert_eq!(stat.file_type().as_raw_mode() | stat.mode().bits(), other.st_mode);
    assert_eq!(numbers(stat.dev()), dev(other.st_dev));
    assert_eq!(stat.dev().as_raw(), other.st_dev);
    assert_eq!(numbers(stat.rdev()), dev(other.st_rdev));
    assert_eq!(stat.ino(), other.st_ino);
    assert_eq!(i128::from(stat.nlink()), i128::from(other.st_nlink));
    assert_eq!((stat.uid().as_raw(), stat.gid().as_raw()), (other.st_uid, other.st_gid));
    assert_eq!(stat.size(), other.st_size.cast_unsigned());
    assert_eq!(i128::from(stat.block_size()), i128::from(other.st_blksize));
    assert_eq!(stat.blocks(), other.st_blocks.cast_unsigned());
    let time = |seconds, nanoseconds| Timespec { seconds, nanoseconds };
    assert_eq!(stat.atime(), time(other.st_atime, other.st_atime_nsec));
    assert_eq!(stat.mtime(), time(other.st_mtime, other.st_mtime_nsec));
    assert_eq!(stat.ctime(), time(other.st_ctime, other.st_ctime_nsec));
}

fn assert_statx_equals_libc(statx: &Statx, other: &general::statx) {
    use StatxFlags as F;
    assert_eq!(statx.mask().bits(), other.stx_mask);
    assert_eq!(statx.attributes().bits(), other.stx_attributes);
    assert_eq!(statx.attributes_mask().bits(), other.stx_attributes_mask);
    assert_eq!(numbers(statx.dev()), (other.stx_dev_major, other.stx_dev_minor));
    assert_eq!(numbers(statx.rdev()), (other.stx_rdev_major, other.stx_rdev_minor));
    assert_eq!(statx.block_size(), other.stx_blksize);
    let has = |field: F| other.stx_mask & field.bits() != 0;
    let file_type = statx.file_type().map(FileType::as_raw_mode);
    let mode = u32::from(other.stx_mode);
    assert_eq!(file_type, has(F::TYPE).then_some(mode & libc::S_IFMT));
    assert_eq!(statx.mode().map(|mode| mode.bits()), has(F::MODE).then_some(mode & 0o7777));
    assert_eq!(statx.nlink(), has(F::NLINK).then_some(other.stx_nlink));
    assert_eq!(statx.uid().map(|uid| uid.as_raw()), has(F::UID).then_some(other.stx_uid));
    assert_eq!(statx.gid().map(|gid| gid.as_raw()), has(F::GID).then_some(other.stx_gid));
    for (field, time, other) in [
        (F::ATIME, statx.atime(), other.stx_atime),
        (F::MTIME, statx.mtime(), other.stx_mtime),
        (F::CTIME, statx.ctime(), other.stx_ctime),
        (F::BTIME, statx.btime(), other.stx_btime),
    ] {
        let other = Timespec { seconds: other.tv_sec, nanoseconds: other.tv_nsec.into() };
        assert_eq!(time, has(field).then_some(other), "{field}");
    }
    let mnt_id = has(F::MNT_ID) && !has(F::MNT_ID_UNIQUE);
    for (name, number, is_filled, other) in [
        ("ino", statx.ino(), has(F::INO), other.stx_ino),
        ("size", statx.size(), has(F::SIZE), other.stx_size),
        ("blocks", statx.blocks(), has(F::BLOCKS), other.stx_blocks),
        ("mnt_id", statx.mnt_id(), mnt_id, other.stx_mnt_id),
        ("mnt_id_unique", statx.mnt_id_unique(), has(F::MNT_ID_UNIQUE), other.stx_mnt_id),
        ("subvol", statx.subvol(), has(F::SUBVOL), other.stx_subvol),
    ] {
        assert_eq!(number, is_filled.then_some(other), "{name}");
    }
    let opt = other.stx_atomic_write_unit_max_opt;
    for (name, number, is_filled, other) in [
        ("mem", statx.dio_mem_align(), has(F::DIOALIGN), other.stx_dio_mem_align),
        ("offset", statx.dio_offset_align(), has(F::DIOALIGN), other.stx_dio_offset_align),
        (
            "read",
            statx.dio_read_offset_align(),
            has(F::DIO_READ_ALIGN),
            other.stx_dio_read_offset_align,
        ),
        (
            "min",
            statx.atomic_write_unit_min(),
            has(F::WRITE_ATOMIC),
            other.stx_atomic_write_unit_min,
        ),
        (
            "max",
            statx.atomic_write_unit_max(),
            has(F::WRITE_ATOMIC),
            other.stx_atomic_write_unit_max,
        ),
        (
            "segments",
            statx.atomic_write_segments_max(),
            has(F::WRITE_ATOMIC),
            other.stx_atomic_write_segments_max,
        ),
        ("opt", statx.atomic_write_unit_max_opt(), has(F::WRITE_ATOMIC) && opt != 0, opt),
    ] {
        assert_eq!(number, is_filled.then_some(other), "{name}");
    }
}

#[test]
fn fstat_returns_the_fields_of_libc_fstat() {
    let directory = files::directory();
    for (name, fd, file_type) in open_files(directory.path()) {
        in_row(&name, || {
            let stat = fs::fstat(&fd).unwrap();
            assert_stat_equals_libc(&stat, &libc_fstat(&fd), file_type);
        });
    }
    let device = require!(block_device(), "the host has no block device");
    let device = open_path(&device);
    let stat = fs::fstat(&device).unwrap();
    assert_stat_equals_libc(&stat, &libc_fstat(&device), FileType::BlockDevice);
    assert_ne!(stat.rdev(), Dev::default());
}

#[test]
fn statx_returns_the_fields_of_libc_statx() {
    let directory = files::directory();
    for (name, fd, file_type) in open_files(directory.path()) {
        let named = StatxFlags::FLAGS.iter().filter(|flag| flag.is_named());
        let masks = named.map(|flag| *flag.value());
        for mask in masks.chain([StatxFlags::empty(), StatxFlags::KNOWN]) {
            in_row(format_args!("{name}: {mask}"), || {
                let statx = fs::statx(&fd, "", AtFlags::EMPTY_PATH, mask).unwrap();
                assert_statx_equals_libc(&statx, &libc_statx(&fd, mask));
                assert_eq!(statx.file_type(), Some(file_type));
                let stat = fs::fstat(&fd).unwrap();
                assert_eq!((statx.dev(), statx.rdev()), (stat.dev(), stat.rdev()));
                assert_eq!((statx.ino(), statx.size()), (Some(stat.ino()), Some(stat.size())));
            });
        }
    }
}

#[test]
fn fstat_reports_owner_links_permissions_and_times_that_were_set() {
    let directory = files::directory();
    let path = directory.path().join("file");
    let file = File::create_new(&path).unwrap();
    std_fs::hard_link(&path, directory.path().join("second")).unwrap();
    file.set_len(1 << 20).unwrap();
    std_fs::set_permissions(&path, PermissionsExt::from_mode(0o2714)).unwrap();
    let times = [(-1, 123_456_789), (1 << 31, 987_654_321)];
    let timespecs = times.map(|(tv_sec, tv_nsec)| libc::timespec { tv_sec, tv_nsec });
    let file = common::fd(file);
    // SAFETY: reads two structs.
    assert_eq!(unsafe { libc::futimens(file.as_raw_fd(), timespecs.as_ptr()) }, 0);

    let stat = fs::fstat(&file).unwrap();
    assert_eq!((stat.nlink(), stat.size(), stat.blocks()), (2, 1 << 20, 0));
    assert_eq!(stat.mode(), Mode::SGID | Mode::RWXU | Mode::XGRP | Mode::ROTH);
    let [atime, mtime] = times.map(|(seconds, nanoseconds)| Timespec { seconds, nanoseconds });
    assert_eq!((stat.atime(), stat.mtime()), (atime, mtime));
    let statx = fs::statx(CWD, common::bytes(&path), AtFlags::empty(), StatxFlags::KNOWN).unwrap();
    assert_eq!((statx.atime(), statx.mtime()), (Some(atime), Some(mtime)));
    assert_eq!((statx.nlink(), statx.blocks()), (Some(2), Some(0)));
    assert_eq!(statx.ctime(), Some(stat.ctime()));

    // SAFETY: returns a number.
    let is_root = unsafe { libc::geteuid() } == 0;
    require!(is_root && chown(&path, Some(12), Some(34)).is_ok(), "the caller may not call chown");
    let stat = fs::fstat(&file).unwrap();
    assert_eq!((stat.uid().as_raw(), stat.gid().as_raw()), (12, 34));
}

#[test]
fn fstat_reports_device_numbers_of_devices() {
    let null = fs::fstat(open("/dev/null")).unwrap();
    assert_eq!((null.rdev(), null.rdev().to_string()), (Dev::new(1, 3), "1:3".to_owned()));
    let devices = std_fs::read_to_string("/proc/self/mountinfo").unwrap();
    let proc = fs::fstat(open("/proc")).unwrap();
    assert!(
        devices.lines().any(|line| line.split(' ').nth(2) == Some(&*proc.dev().to_string())),
        "{}: {devices}",
        proc.dev()
    );
}

#[test]
fn statx_follows_symbolic_links_unless_nofollow_is_set() {
    let directory = files::directory();
    symlink("target", directory.path().join("link")).unwrap();
    std_fs::write(directory.path().join("target"), "1234567").unwrap();
    let open = open(directory.path());
    let statx = |flags| fs::statx(&open, "link", flags, StatxFlags::BASIC_STATS).unwrap();
    let target = statx(AtFlags::empty());
    assert_eq!((target.file_type(), target.size()), (Some(FileType::RegularFile), Some(7)));
    let link = statx(AtFlags::SYMLINK_NOFOLLOW);
    assert_eq!((link.file_type(), link.size()), (Some(FileType::Symlink), Some(6)));
    assert_ne!(link.ino(), target.ino());
    let itself = fs::statx(&open, "", AtFlags::EMPTY_PATH, StatxFlags::INO).unwrap();
    assert_eq!(itself.ino(), Some(fs::fstat(&open).unwrap().ino()));
    let unflagged = fs::statx(&open, "", AtFlags::empty(), StatxFlags::INO);
    assert_eq!(unflagged.unwrap_err().errno(), Errno::NOENT);
}

#[test]
fn statx_reports_creation_time_if_file_system_stores_it() {
    let before = butter::time::clock_gettime(butter::time::Clock::RealtimeCoarse).unwrap();
    let file = common::fd(files::anonymous());
    let statx = fs::statx(&file, "", AtFlags::EMPTY_PATH, StatxFlags::BTIME).unwrap();
    let btime = require!(statx.btime(), "the file system does not store the creation time");
    let after = butter::time::clock_gettime(butter::time::Clock::Realtime).unwrap();
    assert!(before <= btime && btime <= after, "{before:?} {btime:?} {after:?}");
    let proc = fs::statx(CWD, "/proc/version", AtFlags::empty(), StatxFlags::BTIME).unwrap();
    assert_eq!(proc.btime(), None);
}

#[test]
fn statx_reports_mount_id_of_fdinfo_and_of_mount_root() {
    let file = open("/proc");
    let info = std_fs::read_to_string(format!("/proc/self/fdinfo/{}", file.as_raw_fd())).unwrap();
    let line = info.lines().find_map(|line| line.strip_prefix("mnt_id:\t")).unwrap();
    let statx = fs::statx(&file, "", AtFlags::EMPTY_PATH, StatxFlags::MNT_ID).unwrap();
    assert_eq!(statx.mnt_id(), Some(line.parse().unwrap()));
    assert_eq!(statx.mnt_id_unique(), None);
    let root = StatxAttributes::MOUNT_ROOT;
    assert!(statx.attributes().contains(root) && statx.attributes_mask().contains(root));
    let below = fs::statx(CWD, "/proc/version", AtFlags::empty(), StatxFlags::TYPE).unwrap();
    assert!(!below.attributes().contains(root) && below.attributes_mask().contains(root));

    let both = StatxFlags::MNT_ID | StatxFlags::MNT_ID_UNIQUE;
    let statx = fs::statx(&file, "", AtFlags::EMPTY_PATH, both).unwrap();
    let unique = require!(statx.mnt_id_unique(), "unique mount IDs require Linux 6.8");
    // Unique IDs start at 2^31, so that they differ from the IDs that the kernel reuses.
    assert!(unique >= 1 << 31, "{unique}");
    assert_eq!(statx.mnt_id(), None);
}

#[test]
fn statx_reports_attributes_that_were_set() {
    let file = common::fd(files::anonymous());
    let statx = || fs::statx(&file, "", AtFlags::EMPTY_PATH, StatxFlags::TYPE).unwrap();
    for (attribute, bits) in [
        (StatxAttributes::NODUMP, 0x40_u32),
        (StatxAttributes::APPEND, 0x20),
        (StatxAttributes::IMMUTABLE, 0x10),
    ] {
        let set = |bits: u32| {
            // SAFETY: `FS_IOC_SETFLAGS` reads one number.
            unsafe { libc::ioctl(file.as_raw_fd(), libc::FS_IOC_SETFLAGS as _, &raw const bits) }
        };
        assert!(!statx().attributes().contains(attribute), "{attribute}");
        if set(bits) != 0 {
            let error = std::io::Error::last_os_error();
            this_test!().skip(&attribute.to_string(), format_args!("FS_IOC_SETFLAGS: {error}"));
            continue;
        }
        let attributes = statx();
        assert_eq!(set(0), 0);
        assert!(attributes.attributes().contains(attribute), "{attribute}");
        assert!(attributes.attributes_mask().contains(attribute), "{attribute}");
    }
}

#[test]
fn statx_with_dont_sync_does_not_query_the_server() {
    let test = this_test!();
    let ran = test.in_namespaces_as_each_root(|| {
        let directory = files::directory();
        let server = require!(test; Server::mount(directory.path()));
        let file = open(directory.path().join("file"));
        let requests = |flags| {
            let before = server.attribute_requests();
            let flags = AtFlags::EMPTY_PATH | flags;
            let statx = fs::statx(&file, "", flags, StatxFlags::BASIC_STATS).unwrap();
            assert_eq!(statx.size(), Some(common::fuse::FILE_SIZE));
            server.attribute_requests() - before
        };
        for (flags, expected) in [
            (AtFlags::STATX_SYNC_AS_STAT, 1),
            (AtFlags::STATX_FORCE_SYNC, 1),
            (AtFlags::STATX_DONT_SYNC, 0),
            (AtFlags::NO_AUTOMOUNT, 1),
        ] {
            in_row(flags, || assert_eq!(requests(flags), expected));
        }
        mount::detach(common::bytes(directory.path())).unwrap();
    });
    require!(ran, "new namespaces require CAP_SYS_ADMIN or a host that permits user namespaces");
}

#[test]
fn fstat_statx_statfs_and_fstatfs_retry_on_eintr() {
    type Call = fn(&OwnedFd) -> butter::Result<()>;
    let file = open("/dev/null");
    for (number, call) in [
        (libc::SYS_fstat, (|file| fs::fstat(file).map(drop)) as Call),
        (libc::SYS_statx, |file| {
            fs::statx(file, "", AtFlags::EMPTY_PATH, StatxFlags::TYPE).map(drop)
        }),
        (libc::SYS_statx, |_| fs::statx(CWD, c"/", AtFlags::empty(), StatxFlags::TYPE).map(drop)),
        (libc::SYS_statfs, |_| fs::statfs("/").map(drop)),
        (libc::SYS_fstatfs, |file| fs::fstatfs(file).map(drop)),
    ] {
        in_row(number, || {
            let calls = Arc::new(AtomicU32::new(0));
            let counter = calls.clone();
            let decide =
                move |_| (counter.fetch_add(1, Ordering::Relaxed) < 2).then_some(Errno::INTR);
            let result = supervise(number, decide, || call(&file));
            require!(result, "seccomp user notifications are unavailable").unwrap();
            assert_eq!(calls.load(Ordering::Relaxed), 3);
        });
    }
}

#[test]
fn stat_statx_and_statfs_print_their_fields() {
    let file = open("/dev/null");
    let stat = fs::fstat(&file).unwrap();
    #[rustfmt::skip]
    let expected = debug_text!(stat, Stat {
        dev, ino, file_type, mode, nlink, uid, gid, rdev, size, block_size, blocks, atime, mtime,
        ctime,
    });
    assert_eq!(format!("{stat:?}"), expected);
    assert!(expected.contains("file_type: CharacterDevice"), "{expected}");
    assert!(expected.contains("rdev: Dev(1:3)"), "{expected}");
    let statx = fs::statx(&file, "", AtFlags::EMPTY_PATH, StatxFlags::BASIC_STATS).unwrap();
    let statx = format!("{statx:?}");
    assert!(statx.contains("rdev: Dev(1:3)") && statx.contains("size: Some(0)"), "{statx}");
    let statfs = format!("{:?}", fs::statfs("/proc").unwrap());
    assert!(statfs.starts_with("StatFs { fs_type: 0x9fa0, block_size: 4096"), "{statfs}");
}
