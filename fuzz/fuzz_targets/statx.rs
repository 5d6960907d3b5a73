//! Checks that `Statx` accepts any bytes, and returns each field that its mask contains unchanged.

#![no_main]

use butter::fs::{Statx, StatxFlags as Flags};
use butter::time::Timespec;

libfuzzer_sys::fuzz_target!(|bytes: [u8; 256]| {
    // SAFETY: the fields of the struct are numbers without padding, so that all bytes are valid.
    let statx: Statx = unsafe { std::mem::transmute(bytes) };
    let u32_at = |at: usize| u32::from_ne_bytes(bytes[at..at + 4].try_into().unwrap());
    let u64_at = |at: usize| u64::from_ne_bytes(bytes[at..at + 8].try_into().unwrap());
    let time_at =
        |at| Timespec { seconds: u64_at(at).cast_signed(), nanoseconds: i64::from(u32_at(at + 8)) };
    let mask = Flags::from_bits_retain(u32_at(0));
    assert_eq!(statx.mask(), mask);
    assert_eq!((statx.block_size(), statx.attributes().bits()), (u32_at(4), u64_at(8)));
    assert_eq!(statx.attributes_mask().bits(), u64_at(56));
    let has = |flag| mask.contains(flag);
    for (flag, value, at) in [
        (Flags::NLINK, statx.nlink(), 16),
        (Flags::UID, statx.uid().map(|uid| uid.as_raw()), 20),
        (Flags::GID, statx.gid().map(|gid| gid.as_raw()), 24),
        (Flags::DIOALIGN, statx.dio_mem_align(), 152),
        (Flags::DIOALIGN, statx.dio_offset_align(), 156),
        (Flags::WRITE_ATOMIC, statx.atomic_write_unit_min(), 168),
        (Flags::WRITE_ATOMIC, statx.atomic_write_unit_max(), 172),
        (Flags::WRITE_ATOMIC, statx.atomic_write_segments_max(), 176),
        (Flags::DIO_READ_ALIGN, statx.dio_read_offset_align(), 180),
    ] {
        assert_eq!(value, has(flag).then_some(u32_at(at)), "{flag:?}");
    }
    for (flag, value, at) in [
        (Flags::INO, statx.ino(), 32),
        (Flags::SIZE, statx.size(), 40),
        (Flags::BLOCKS, statx.blocks(), 48),
        (Flags::SUBVOL, statx.subvol(), 160),
    ] {
        assert_eq!(value, has(flag).then_some(u64_at(at)), "{flag:?}");
    }
    for (flag, value, at) in [
        (Flags::ATIME, statx.atime(), 64),
        (Flags::BTIME, statx.btime(), 80),
        (Flags::CTIME, statx.ctime(), 96),
        (Flags::MTIME, statx.mtime(), 112),
    ] {
        assert_eq!(value, has(flag).then(|| time_at(at)), "{flag:?}");
    }
    assert_eq!(statx.file_type().is_some(), has(Flags::TYPE));
    assert_eq!(statx.mode().is_some(), has(Flags::MODE));
    assert!(format!("{statx:?}").starts_with("Statx"));
});
