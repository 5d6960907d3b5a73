//! Arguments of calls that read and write files at an offset, and that set the file offset, the
//! length and the allocated ranges.

use std::mem::MaybeUninit;

use butter::fd::AsFd;
use butter::fs::raw::*;
use butter::fs::{FallocateFlags, ReadWriteFlags, SeekFrom};
use butter::io::{IoSlice, IoSliceMut};

use super::recorder::*;
use super::{Row, each, iovecs, open, pattern};

pub const ROWS: &[Row] = &[
    Row("fs::raw::pread64", &[libc::SYS_pread64], |it| {
        let (file, bytes) = (open(500), pattern::<256>());
        for offset in OFFSETS {
            let mut buffer = [0; 300];
            let buf = ("buf", output(bytes));
            let arguments =
                [("fd", fd(&file)), buf, ("count", size(300)), ("offset", long(offset))];
            let result = it.call(libc::SYS_pread64, arguments, 256, || {
                pread64(file.as_fd(), &mut buffer, offset)
            });
            it.output("count", result, Ok(256));
            it.output("bytes", &buffer[..256], &bytes[..]);
        }
    }),
    Row("fs::raw::pread64_uninit", &[libc::SYS_pread64], |it| {
        let (file, bytes) = (open(500), pattern::<256>());
        let mut buffer = [MaybeUninit::uninit(); 300];
        let (buf, offset) = (("buf", output(bytes)), ("offset", long(OFFSET)));
        let arguments = [("fd", fd(&file)), buf, ("count", size(300)), offset];
        let result = it.call(libc::SYS_pread64, arguments, 256, || {
            pread64_uninit(file.as_fd(), &mut buffer, OFFSET)
        });
        it.output("bytes", result.map(|bytes| &*bytes), Ok(&bytes[..]));
    }),
    Row("fs::raw::pwrite64", &[libc::SYS_pwrite64], |it| {
        let (file, bytes) = (open(500), pattern::<300>());
        for offset in OFFSETS {
            let buf = ("buf", input(bytes));
            let arguments =
                [("fd", fd(&file)), buf, ("count", size(300)), ("offset", long(offset))];
            let result = it.call(libc::SYS_pwrite64, arguments, 256, || {
                pwrite64(file.as_fd(), &bytes, offset)
            });
            it.output("count", result, Ok(256));
        }
    }),
    Row("fs::raw::preadv2", &[libc::SYS_preadv2], |it| {
        let (file, mut first, mut second) = (open(500), [0; 5], [0; 9]);
        let iovec = iovecs([&first[..], &second[..]]);
        let mut slices = [IoSliceMut::new(&mut first), IoSliceMut::new(&mut second)];
        let mut call = |offset: Option<u64>, flags: ReadWriteFlags, expected: u64| {
            let arguments = transfer(fd(&file), iovec.clone(), 2, expected, flags);
            let result = it.call(libc::SYS_preadv2, arguments, 7, || {
                preadv2(file.as_fd(), &mut slices, offset, flags)
            });
            it.output("count", result, Ok(7));
        };
        for flags in each() {
            call(Some(OFFSET), flags, OFFSET);
        }
        for (offset, expected) in VECTORED_OFFSETS {
            call(offset, ReadWriteFlags::DSYNC | ReadWriteFlags::NOWAIT, expected);
        }
    }),
    Row("fs::raw::pwritev2", &[libc::SYS_pwritev2], |it| {
        let (file, pieces) = (open(500), [&b"first"[..], b"", b"the third"]);
        let slices = pieces.map(IoSlice::new);
        let call = |offset: Option<u64>, flags: ReadWriteFlags, expected: u64| {
            let arguments = transfer(fd(&file), iovecs(pieces), 3, expected, flags);
            let result = it.call(libc::SYS_pwritev2, arguments, 11, || {
                pwritev2(file.as_fd(), &slices, offset, flags)
            });
            it.output("count", result, Ok(11));
        };
        for flags in each() {
            call(Some(OFFSET), flags, OFFSET);
        }
        for (offset, expected) in VECTORED_OFFSETS {
            call(offset, ReadWriteFlags::SYNC | ReadWriteFlags::APPEND, expected);
        }
    }),
    Row("fs::raw::lseek", &[libc::SYS_lseek], |it| {
        let file = open(500);
        for (position, offset, whence) in [
            (SeekFrom::Start(OFFSET), OFFSET, libc::SEEK_SET),
            (SeekFrom::Start(u64::MAX), u64::MAX, libc::SEEK_SET),
            (SeekFrom::Current(-5), -5_i64 as u64, libc::SEEK_CUR),
            (SeekFrom::End(7), 7, libc::SEEK_END),
            (SeekFrom::Data(OFFSET), OFFSET, libc::SEEK_DATA),
            (SeekFrom::Hole(OFFSET), OFFSET, libc::SEEK_HOLE),
        ] {
            let arguments = [("fd", fd(&file)), ("offset", long(offset)), ("whence", int(whence))];
            let returned = 0x7234_5678_9ABC_DEF0_i64;
            let result =
                it.call(libc::SYS_lseek, arguments, returned, || lseek(file.as_fd(), position));
            it.output("offset", result, Ok(returned.cast_unsigned()));
        }
    }),
    Row("fs::raw::ftruncate", &[libc::SYS_ftruncate], |it| {
        let file = open(500);
        for length in [0, OFFSET, u64::MAX] {
            let arguments = [("fd", fd(&file)), ("length", long(length))];
            let result =
                it.call(libc::SYS_ftruncate, arguments, 0, || ftruncate(file.as_fd(), length));
            it.output("success", result, Ok(()));
        }
    }),
    Row("fs::raw::fallocate", &[libc::SYS_fallocate], |it| {
        let file = open(500);
        let call = |mode: FallocateFlags, offset: u64, length: u64| {
            let (offset_, length_) = (("offset", long(offset)), ("len", long(length)));
            let arguments = [("fd", fd(&file)), ("mode", int(mode.bits())), offset_, length_];
            let result = it.call(libc::SYS_fallocate, arguments, 0, || {
                fallocate(file.as_fd(), mode, offset, length)
            });
            it.output("success", result, Ok(()));
        };
        for mode in each() {
            call(mode, OFFSET, 0x2_3456_789A);
        }
        call(FallocateFlags::KEEP_SIZE | FallocateFlags::PUNCH_HOLE, 0, u64::MAX);
        call(FallocateFlags::KEEP_SIZE | FallocateFlags::ZERO_RANGE, u64::MAX, 0);
    }),
];

const OFFSET: u64 = 0x1234_5678_9ABC_DEF0;
const OFFSETS: [u64; 3] = [0, OFFSET, u64::MAX];

/// Offsets, each with the expected argument. The kernel interprets -1 as the file offset.
const VECTORED_OFFSETS: [(Option<u64>, u64); 4] =
    [(None, u64::MAX), (Some(0), 0), (Some(u64::MAX - 1), u64::MAX - 1), (Some(u64::MAX), !1)];

/// The arguments of `preadv2` and `pwritev2`.
fn transfer(
    fd: Argument,
    iovec: Argument,
    count: usize,
    offset: u64,
    flags: ReadWriteFlags,
) -> [(&'static str, Argument); 6] {
    [
        ("fd", fd),
        ("iov", iovec),
        ("iovcnt", size(count)),
        ("pos_l", long(offset)),
        ("pos_h", long(0)),
        ("flags", int(flags.bits())),
    ]
}
