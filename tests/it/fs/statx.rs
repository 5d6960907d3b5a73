//! The fields of `Statx` and `StatFs` if each field has a different value, which a seccomp filter
//! stores: the file systems of a host fill only some fields, or fill all of them.

use std::sync::atomic::{AtomicU32, Ordering};

use bitflags::Flags;
use butter::fs::{self, AtFlags, CWD, Dev, FileType, Mode, Statx, StatxFlags};
use butter::time::Timespec;
use common::child::in_child;
use common::debug_text;
use common::inject::forge;
use common::test::in_row;
use linux_raw_sys::general;

/// The mask of the next `struct statx`.
static MASK: AtomicU32 = AtomicU32::new(0);

fn store_statx([.., to, _]: [usize; 6]) -> isize {
    // SAFETY: all zeroes is a valid value.
    let mut statx: general::statx = unsafe { std::mem::zeroed() };
    let time = |seconds, nanoseconds| general::statx_timestamp {
        tv_sec: seconds,
        tv_nsec: nanoseconds,
        __reserved: 0,
    };
    statx.stx_mask = MASK.load(Ordering::Relaxed);
    statx.stx_blksize = 1;
    statx.stx_attributes = 0x10;
    statx.stx_attributes_mask = 0x20;
    statx.stx_nlink = 2;
    (statx.stx_uid, statx.stx_gid) = (3, 4);
    statx.stx_mode = 0o12_5006;
    statx.stx_ino = 1 << 40;
    statx.stx_size = 1 << 41;
    statx.stx_blocks = 1 << 42;
    statx.stx_atime = time(5, 500);
    statx.stx_btime = time(6, 600);
    statx.stx_ctime = time(7, 700);
    statx.stx_mtime = time(-8, 999_999_999);
    (statx.stx_rdev_major, statx.stx_rdev_minor) = (9, 10);
    (statx.stx_dev_major, statx.stx_dev_minor) = (11, 12);
    statx.stx_mnt_id = 1 << 43;
    (statx.stx_dio_mem_align, statx.stx_dio_offset_align) = (13, 14);
    statx.stx_dio_read_offset_align = 15;
    statx.stx_subvol = 1 << 44;
    (statx.stx_atomic_write_unit_min, statx.stx_atomic_write_unit_max) = (16, 17);
    statx.stx_atomic_write_segments_max = 18;
    statx.stx_atomic_write_unit_max_opt = 19;
    // SAFETY: the caller passes a buffer for one struct.
    unsafe { (to as *mut general::statx).write(statx) };
    0
}

/// The name of a method, the flag that the method requires, the method, and the expected value.
type Field = (&'static str, StatxFlags, fn(&Statx) -> Option<u64>, u64);

const FIELDS: &[Field] = &[
    ("nlink", StatxFlags::NLINK, |it| it.nlink().map(u64::from), 2),
    ("uid", StatxFlags::UID, |it| it.uid().map(|uid| uid.as_raw().into()), 3),
    ("gid", StatxFlags::GID, |it| it.gid().map(|gid| gid.as_raw().into()), 4),
    ("ino", StatxFlags::INO, Statx::ino, 1 << 40),
    ("size", StatxFlags::SIZE, Statx::size, 1 << 41),
    ("blocks", StatxFlags::BLOCKS, Statx::blocks, 1 << 42),
    ("mnt_id_unique", StatxFlags::MNT_ID_UNIQUE, Statx::mnt_id_unique, 1 << 43),
    ("subvol", StatxFlags::SUBVOL, Statx::subvol, 1 << 44),
    ("mem", StatxFlags::DIOALIGN, |it| it.dio_mem_align().map(u64::from), 13),
    ("offset", StatxFlags::DIOALIGN, |it| it.dio_offset_align().map(u64::from), 14),
    ("read", StatxFlags::DIO_READ_ALIGN, |it| it.dio_read_offset_align().map(u64::from), 15),
    ("min", StatxFlags::WRITE_ATOMIC, |it| it.atomic_write_unit_min().map(u64::from), 16),
    ("max", StatxFlags::WRITE_ATOMIC, |it| it.atomic_write_unit_max().map(u64::from), 17),
    ("segments", StatxFlags::WRITE_ATOMIC, |it| it.atomic_write_segments_max().map(u64::from), 18),
    ("opt", StatxFlags::WRITE_ATOMIC, |it| it.atomic_write_unit_max_opt().map(u64::from), 19),
];

fn assert_fields(statx: &Statx, mask: StatxFlags) {
    use StatxFlags as F;
    assert_eq!(statx.mask(), mask);
    assert_eq!((statx.attributes().bits(), statx.attributes_mask().bits()), (0x10, 0x20));
    assert_eq!((statx.dev(), statx.rdev()), (Dev::new(11, 12), Dev::new(9, 10)));
    assert_eq!(statx.block_size(), 1);
    let has = |field| mask.contains(field);
    assert_eq!(statx.file_type(), has(F::TYPE).then_some(FileType::Symlink));
    let mode = Mode::from_bits_retain(0o5006);
    assert_eq!(statx.mode(), has(F::MODE).then_some(mode));
    for (flag, time, seconds, nanoseconds) in [
        (F::ATIME, statx.atime(), 5, 500),
        (F::BTIME, statx.btime(), 6, 600),
        (F::CTIME, statx.ctime(), 7, 700),
        (F::MTIME, statx.mtime(), -8, 999_999_999),
    ] {
        assert_eq!(time, has(flag).then_some(Timespec { seconds, nanoseconds }), "{flag}");
    }
    for (name, flag, method, value) in FIELDS {
        assert_eq!(method(statx), has(*flag).then_some(*value), "{name}");
    }
    let has_id = has(F::MNT_ID) && !has(F::MNT_ID_UNIQUE);
    assert_eq!(statx.mnt_id(), has_id.then_some(1 << 43));
    #[rustfmt::skip]
    let expected = debug_text!(statx, Statx {
        mask, attributes, attributes_mask, dev, rdev, block_size, file_type, mode, nlink, uid, gid,
        atime, mtime, ctime, btime, ino, size, blocks, mnt_id, mnt_id_unique, dio_mem_align,
        dio_offset_align, dio_read_offset_align, subvol, atomic_write_unit_min,
        atomic_write_unit_max, atomic_write_segments_max, atomic_write_unit_max_opt,
    });
    assert_eq!(format!("{statx:?}"), expected);
}

#[test]
fn statx_methods_return_fields_only_if_the_mask_contains_their_flags() {
    in_child(|| {
        let single = StatxFlags::FLAGS.iter().map(|flag| *flag.value());
        let masks = single.chain([StatxFlags::empty(), !StatxFlags::empty()]);
        for mask in masks.chain([StatxFlags::MNT_ID | StatxFlags::MNT_ID_UNIQUE]) {
            MASK.store(mask.bits(), Ordering::Relaxed);
            let call = || fs::statx(CWD, "/", AtFlags::empty(), StatxFlags::empty()).unwrap();
            let statx = forge(libc::SYS_statx, store_statx, call);
            in_row(mask, || assert_fields(&statx, mask));
        }
    });
}

fn store_statfs([_, to, ..]: [usize; 6]) -> isize {
    // SAFETY: all zeroes is a valid value.
    let mut statfs: general::statfs = unsafe { std::mem::zeroed() };
    (statfs.f_type, statfs.f_bsize) = (0xEF53, 2);
    (statfs.f_blocks, statfs.f_bfree, statfs.f_bavail) = (3, 4, 5);
    (statfs.f_files, statfs.f_ffree) = (6, 7);
    statfs.f_fsid.val = [8, 9];
    (statfs.f_namelen, statfs.f_frsize, statfs.f_flags) = (10, 11, 0x1001);
    // SAFETY: the caller passes a buffer for one struct.
    unsafe { (to as *mut general::statfs).write(statfs) };
    0
}

#[test]
fn statfs_prints_its_fields() {
    in_child(|| {
        let statfs = forge(libc::SYS_statfs, store_statfs, || fs::statfs("/").unwrap());
        assert_eq!(
            format!("{statfs:?}"),
            "StatFs { fs_type: 0xef53, block_size: 2, blocks: 3, blocks_free: 4, \
             blocks_available: 5, files: 6, files_free: 7, fsid: [8, 9], name_max: 10, \
             fragment_size: 11, flags: StatFsFlags(RDONLY | RELATIME) }"
        );
    });
}
