//! Arguments and results of calls that return the status of files and file systems.

use std::mem::offset_of;

use butter::fd::AsFd;
use butter::fs::raw::*;
use butter::fs::{
    ABS, AtFlags, CWD, Dev, FileType, Mode, Stat, StatFs, StatFsFlags, Statx, StatxAttributes,
    StatxFlags,
};
use butter::process::{Gid, Uid};
use butter::time::Timespec;
use linux_raw_sys::general;

use super::recorder::*;
use super::{Row, each, long_path, open, pattern};

pub const ROWS: &[Row] = &[
    Row("fs::raw::fstat", &[libc::SYS_fstat], |it| {
        let file = open(500);
        let stat = pattern::<{ size_of::<libc::stat>() }>();
        let arguments = [("fd", fd(&file)), ("statbuf", output(stat))];
        let result = it.call(libc::SYS_fstat, arguments, 0, || fstat(file.as_fd()));
        it.output("struct stat", result.map(|stat| stat_fields(&stat)), Ok(expected_stat(&stat)));
    }),
    Row("fs::raw::statx", &[libc::SYS_statx], |it| {
        let (file, long) = (open(500), long_path());
        let call = |directory,
                    path: &str,
                    flags: AtFlags,
                    mask: StatxFlags,
                    reported,
                    call: &dyn Fn() -> butter::Result<Statx>| {
            let mut statx = pattern::<256>();
            statx[..4].copy_from_slice(&StatxFlags::bits(&reported).to_ne_bytes());
            let arguments = [
                ("dirfd", int(directory)),
                ("path", input([path.as_bytes(), b"\0"].concat())),
                ("flags", int(flags.bits())),
                ("mask", int(mask.bits())),
                ("statxbuf", output(statx)),
            ];
            let result = it.call(libc::SYS_statx, arguments, 0, call);
            let expected = expected_statx(&statx, reported);
            it.output("struct statx", result.map(|statx| statx_fields(&statx)), Ok(expected));
        };
        let number = butter::fd::AsRawFd::as_raw_fd(&file);
        let all = StatxFlags::from_bits_retain(!0);
        for flags in each::<AtFlags>() {
            let mask = StatxFlags::BTIME;
            call(number, "relative", flags, mask, all, &|| statx(&file, "relative", flags, mask));
            call(-100, "path", flags, mask, all, &|| statx(CWD, c"path", flags, mask));
            call(-9, &long, flags, mask, all, &|| statx(ABS, &*long, flags, mask));
        }
        for mask in each::<StatxFlags>() {
            let flags = AtFlags::EMPTY_PATH;
            // The kernel can report other fields than those requested.
            for reported in [mask, !mask] {
                call(number, "", flags, mask, reported, &|| statx(file.as_fd(), "", flags, mask));
            }
        }
    }),
    Row("fs::raw::statfs", &[libc::SYS_statfs], |it| {
        let long = long_path();
        for path in ["/nonexistent/path", &long] {
            let (bytes, expected) = statfs_pattern();
            for terminated in [false, true] {
                let path_argument = input([path.as_bytes(), b"\0"].concat());
                let arguments = [("path", path_argument), ("buf", output(bytes))];
                let c = std::ffi::CString::new(path).unwrap();
                let result = it.call(libc::SYS_statfs, arguments, 0, || {
                    if terminated { statfs(c.as_c_str()) } else { statfs(path) }
                });
                it.output(
                    "struct statfs",
                    result.map(|statfs| statfs_fields(&statfs)),
                    Ok(expected),
                );
            }
        }
    }),
    Row("fs::raw::fstatfs", &[libc::SYS_fstatfs], |it| {
        let file = open(500);
        let (bytes, expected) = statfs_pattern();
        let arguments = [("fd", fd(&file)), ("buf", output(bytes))];
        let result = it.call(libc::SYS_fstatfs, arguments, 0, || fstatfs(file.as_fd()));
        it.output("struct statfs", result.map(|statfs| statfs_fields(&statfs)), Ok(expected));
    }),
];

/// Returns the unsigned number of `N` bytes at an offset.
fn at<const N: usize>(bytes: &[u8], offset: usize) -> u64 {
    let mut number = [0; 8];
    number[..N].copy_from_slice(&bytes[offset..offset + N]);
    u64::from_le_bytes(number)
}

fn u32_at(bytes: &[u8], offset: usize) -> u32 {
    at::<4>(bytes, offset) as u32
}

fn timespec(seconds: u64, nanoseconds: u64) -> Timespec {
    Timespec { seconds: seconds.cast_signed(), nanoseconds: nanoseconds.cast_signed() }
}

type StatFields = (Dev, FileType, Mode, Uid, Gid, Dev, [u64; 5], [Timespec; 3]);

fn stat_fields(stat: &Stat) -> StatFields {
    (
        stat.dev(),
        stat.file_type(),
        stat.mode(),
        stat.uid(),
        stat.gid(),
        stat.rdev(),
        [stat.ino(), stat.nlink(), stat.size(), stat.block_size(), stat.blocks()],
        [stat.atime(), stat.mtime(), stat.ctime()],
    )
}

/// Returns the fields of a `struct stat` with these bytes, whose layout differs between
/// architectures.
fn expected_stat(bytes: &[u8]) -> StatFields {
    macro_rules! long {
        ($field:ident) => {
            at::<8>(bytes, offset_of!(libc::stat, $field))
        };
    }
    let mode = u32_at(bytes, offset_of!(libc::stat, st_mode));
    let (nlink, block_size) = if cfg!(target_arch = "aarch64") {
        let block_size = u32_at(bytes, offset_of!(libc::stat, st_blksize)).cast_signed();
        (
            u32_at(bytes, offset_of!(libc::stat, st_nlink)).into(),
            i64::from(block_size).cast_unsigned(),
        )
    } else {
        (long!(st_nlink), long!(st_blksize))
    };
    (
        Dev::from_raw(long!(st_dev)),
        FileType::from_raw_mode(mode),
        Mode::from_bits_retain(mode & 0o7777),
        Uid::from_raw(u32_at(bytes, offset_of!(libc::stat, st_uid))),
        Gid::from_raw(u32_at(bytes, offset_of!(libc::stat, st_gid))),
        Dev::from_raw(long!(st_rdev)),
        [long!(st_ino), nlink, long!(st_size), block_size, long!(st_blocks)],
        [
            timespec(long!(st_atime), long!(st_atime_nsec)),
            timespec(long!(st_mtime), long!(st_mtime_nsec)),
            timespec(long!(st_ctime), long!(st_ctime_nsec)),
        ],
    )
}

#[derive(Debug, PartialEq)]
struct StatxFields {
    always: (StatxFlags, StatxAttributes, StatxAttributes, Dev, Dev, u32),
    mode: (Option<FileType>, Option<Mode>, Option<u32>),
    owner: (Option<Uid>, Option<Gid>),
    times: [Option<Timespec>; 4],
    numbers: [Option<u64>; 6],
    limits: [Option<u32>; 7],
}

fn statx_fields(statx: &Statx) -> StatxFields {
    StatxFields {
        always: (
            statx.mask(),
            statx.attributes(),
            statx.attributes_mask(),
            statx.dev(),
            statx.rdev(),
            statx.block_size(),
        ),
        mode: (statx.file_type(), statx.mode(), statx.nlink()),
        owner: (statx.uid(), statx.gid()),
        times: [statx.atime(), statx.mtime(), statx.ctime(), statx.btime()],
        numbers: [
            statx.ino(),
            statx.size(),
            statx.blocks(),
            statx.mnt_id(),
            statx.mnt_id_unique(),
            statx.subvol(),
        ],
        limits: [
            statx.dio_mem_align(),
            statx.dio_offset_align(),
            statx.dio_read_offset_align(),
            statx.atomic_write_unit_min(),
            statx.atomic_write_unit_max(),
            statx.atomic_write_segments_max(),
            statx.atomic_write_unit_max_opt(),
        ],
    }
}

/// Returns the fields of a `struct statx` with these bytes, if the kernel reports that it filled
/// the fields `mask`.
fn expected_statx(bytes: &[u8], mask: StatxFlags) -> StatxFields {
    use StatxFlags as F;
    macro_rules! int {
        ($field:ident) => {
            u32_at(bytes, offset_of!(general::statx, $field))
        };
    }
    macro_rules! long {
        ($field:ident) => {
            at::<8>(bytes, offset_of!(general::statx, $field))
        };
    }
    macro_rules! time {
        ($field:ident) => {{
            let offset = offset_of!(general::statx, $field);
            timespec(at::<8>(bytes, offset), at::<4>(bytes, offset + 8))
        }};
    }
    let mode = at::<2>(bytes, offset_of!(general::statx, stx_mode)) as u32;
    let has = |flag| mask.contains(flag);
    let id = long!(stx_mnt_id);
    StatxFields {
        always: (
            mask,
            StatxAttributes::from_bits_retain(long!(stx_attributes)),
            StatxAttributes::from_bits_retain(long!(stx_attributes_mask)),
            Dev::new(int!(stx_dev_major), int!(stx_dev_minor)),
            Dev::new(int!(stx_rdev_major), int!(stx_rdev_minor)),
            int!(stx_blksize),
        ),
        mode: (
            has(F::TYPE).then(|| FileType::from_raw_mode(mode)),
            has(F::MODE).then(|| Mode::from_bits_retain(mode & 0o7777)),
            has(F::NLINK).then_some(int!(stx_nlink)),
        ),
        owner: (
            has(F::UID).then(|| Uid::from_raw(int!(stx_uid))),
            has(F::GID).then(|| Gid::from_raw(int!(stx_gid))),
        ),
        times: [
            has(F::ATIME).then_some(time!(stx_atime)),
            has(F::MTIME).then_some(time!(stx_mtime)),
            has(F::CTIME).then_some(time!(stx_ctime)),
            has(F::BTIME).then_some(time!(stx_btime)),
        ],
        numbers: [
            has(F::INO).then_some(long!(stx_ino)),
            has(F::SIZE).then_some(long!(stx_size)),
            has(F::BLOCKS).then_some(long!(stx_blocks)),
            (has(F::MNT_ID) && !has(F::MNT_ID_UNIQUE)).then_some(id),
            has(F::MNT_ID_UNIQUE).then_some(id),
            has(F::SUBVOL).then_some(long!(stx_subvol)),
        ],
        limits: [
            has(F::DIOALIGN).then_some(int!(stx_dio_mem_align)),
            has(F::DIOALIGN).then_some(int!(stx_dio_offset_align)),
            has(F::DIO_READ_ALIGN).then_some(int!(stx_dio_read_offset_align)),
            has(F::WRITE_ATOMIC).then_some(int!(stx_atomic_write_unit_min)),
            has(F::WRITE_ATOMIC).then_some(int!(stx_atomic_write_unit_max)),
            has(F::WRITE_ATOMIC).then_some(int!(stx_atomic_write_segments_max)),
            has(F::WRITE_ATOMIC).then_some(int!(stx_atomic_write_unit_max_opt)),
        ],
    }
}

type StatFsFields = (i64, [u64; 8], [i32; 2], StatFsFlags);

fn statfs_fields(statfs: &StatFs) -> StatFsFields {
    let numbers = [
        statfs.block_size,
        statfs.blocks,
        statfs.blocks_free,
        statfs.blocks_available,
        statfs.files,
        statfs.files_free,
        statfs.name_max,
        statfs.fragment_size,
    ];
    (statfs.fs_type, numbers, statfs.fsid, statfs.flags)
}

/// Returns the bytes of a `struct statfs` and its fields.
fn statfs_pattern() -> ([u8; 120], StatFsFields) {
    let bytes = pattern::<120>();
    let long = |index: usize| at::<8>(&bytes, 8 * index);
    let numbers = [1, 2, 3, 4, 5, 6, 8, 9].map(long);
    let fsid = [u32_at(&bytes, 56), u32_at(&bytes, 60)].map(u32::cast_signed);
    let flags = StatFsFlags::from_bits_retain(long(10));
    (bytes, (long(0).cast_signed(), numbers, fsid, flags))
}
