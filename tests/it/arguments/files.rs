//! Arguments of calls that read from or write to a descriptor of any kind, or that query or set its
//! flags.

use std::io::{Seek, SeekFrom};
use std::mem::{MaybeUninit, offset_of};

use butter::copy::Copier;
use butter::fd::{AsFd, AsRawFd};
use butter::io::*;
use butter::memfd::raw::*;
use butter::memfd::{CreateFlags, MemFd, Seals};

use common::files;

use super::recorder::*;
use super::{Row, creates, each, iovecs, open, pattern};

pub const ROWS: &[Row] = &[
    Row("io::read", &[libc::SYS_read], |it| {
        let (file, mut buffer, bytes) = (open(500), [0; 300], pattern::<256>());
        let arguments = [("fd", fd(&file)), ("buf", output(bytes)), ("count", size(300))];
        let result = it.call(libc::SYS_read, arguments, 256, || read(&file, &mut buffer));
        it.output("count", result, Ok(256));
        it.output("bytes", &buffer[..256], &bytes[..]);
    }),
    Row("io::read_uninit", &[libc::SYS_read], |it| {
        let (file, mut buffer) = (open(500), [MaybeUninit::uninit(); 300]);
        let bytes = pattern::<256>();
        let arguments = [("fd", fd(&file)), ("buf", output(bytes)), ("count", size(300))];
        let result = it.call(libc::SYS_read, arguments, 256, || read_uninit(&file, &mut buffer));
        it.output("bytes", result.map(|bytes| &*bytes), Ok(&bytes[..]));
    }),
    Row("io::readv", &[libc::SYS_readv], |it| {
        let (file, mut first, mut second) = (open(500), [0; 5], [0; 9]);
        let iovec = iovecs([&first[..], &second[..]]);
        let mut slices = [IoSliceMut::new(&mut first), IoSliceMut::new(&mut second)];
        let arguments = [("fd", fd(&file)), ("iov", iovec), ("iovcnt", size(2))];
        let result = it.call(libc::SYS_readv, arguments, 7, || readv(&file, &mut slices));
        it.output("count", result, Ok(7));
    }),
    Row("io::write", &[libc::SYS_write], |it| {
        let (file, bytes) = (open(500), pattern::<300>());
        let arguments = [("fd", fd(&file)), ("buf", input(bytes)), ("count", size(300))];
        let result = it.call(libc::SYS_write, arguments, 256, || write(&file, &bytes));
        it.output("count", result, Ok(256));
    }),
    Row("io::writev", &[libc::SYS_writev], |it| {
        let (file, pieces) = (open(500), [&b"first"[..], b"", b"the third"]);
        let arguments = [("fd", fd(&file)), ("iov", iovecs(pieces)), ("iovcnt", size(3))];
        let slices = pieces.map(IoSlice::new);
        let result = it.call(libc::SYS_writev, arguments, 11, || writev(&file, &slices));
        it.output("count", result, Ok(11));
    }),
    Row("io::close", &[libc::SYS_close], |it| {
        let file = open(500);
        let arguments = [("fd", fd(&file))];
        let number = file.as_raw_fd();
        let result = it.call(libc::SYS_close, arguments, 0, || close(file));
        it.output("success", result, Ok(()));
        really_close(number);
    }),
    Row("io::close_range", &[libc::SYS_close_range], |it| {
        for (first, last) in [(0x1234_5678, u32::MAX), (u32::MAX, 0)] {
            for flags in each::<CloseRangeFlags>() {
                let arguments =
                    [("first", int(first)), ("last", int(last)), ("flags", int(flags.bits()))];
                let result = it.call(libc::SYS_close_range, arguments, 0, || {
                    // SAFETY: the recorder answers the call; nothing is closed.
                    unsafe { close_range(first, last, flags) }
                });
                it.output("success", result, Ok(()));
            }
        }
    }),
    Row("io::close_range_cloexec", &[libc::SYS_close_range], |it| {
        let flags = ("flags", int(libc::CLOSE_RANGE_CLOEXEC));
        let arguments = [("first", int(0x1234_5678)), ("last", int(u32::MAX)), flags];
        let result = it.call(libc::SYS_close_range, arguments, 0, || {
            close_range_cloexec(0x1234_5678, u32::MAX)
        });
        it.output("success", result, Ok(()));
    }),
    // `OwnedFd` is the type of `std` if the feature `std` is enabled, otherwise a type of the
    // crate.
    Row("fd::drop", &[libc::SYS_close], |it| {
        let file = open(500);
        let (arguments, number) = ([("fd", fd(&file))], file.as_raw_fd());
        it.call(libc::SYS_close, arguments, 0, || drop(file));
        really_close(number);
    }),
    Row("io::bytes_available", &[libc::SYS_ioctl], |it| {
        let file = open(500);
        for (count, expected) in [(0_i32, 0), (0x1234_5678, 0x1234_5678), (-7, 0)] {
            let request = int(linux_raw_sys::ioctl::FIONREAD);
            let count = output(count.to_ne_bytes());
            let arguments = [("fd", fd(&file)), ("op", request), ("argp", count)];
            let result = it.call(libc::SYS_ioctl, arguments, 0, || bytes_available(&file));
            it.output("count", result, Ok(expected));
        }
    }),
    Row("io::fcntl_getfd", &[libc::SYS_fcntl], |it| {
        let file = open(500);
        for flags in each::<DescriptorFlags>() {
            let arguments = [("fd", fd(&file)), ("op", int(libc::F_GETFD))];
            let returned = positive(flags.bits());
            let result =
                it.call(libc::SYS_fcntl, arguments, returned.into(), || fcntl_getfd(&file));
            it.output("flags", result, Ok(DescriptorFlags::from_bits_retain(returned)));
        }
    }),
    Row("io::fcntl_setfd", &[libc::SYS_fcntl], |it| {
        let file = open(500);
        for flags in each::<DescriptorFlags>() {
            let arguments =
                [("fd", fd(&file)), ("op", int(libc::F_SETFD)), ("arg", int(flags.bits()))];
            let result = it.call(libc::SYS_fcntl, arguments, 0, || fcntl_setfd(&file, flags));
            it.output("success", result, Ok(()));
        }
    }),
    Row("io::fcntl_getfl", &[libc::SYS_fcntl], |it| {
        let file = open(500);
        for flags in each::<StatusFlags>() {
            let arguments = [("fd", fd(&file)), ("op", int(libc::F_GETFL))];
            let returned = positive(flags.bits());
            let result =
                it.call(libc::SYS_fcntl, arguments, returned.into(), || fcntl_getfl(&file));
            it.output("flags", result, Ok(StatusFlags::from_bits_retain(returned)));
        }
    }),
    Row("io::fcntl_setfl", &[libc::SYS_fcntl], |it| {
        let file = open(500);
        for flags in each::<StatusFlags>() {
            let arguments =
                [("fd", fd(&file)), ("op", int(libc::F_SETFL)), ("arg", int(flags.bits()))];
            let result = it.call(libc::SYS_fcntl, arguments, 0, || fcntl_setfl(&file, flags));
            it.output("success", result, Ok(()));
        }
    }),
    Row("io::dup3", &[libc::SYS_dup3], |it| {
        let (file, mut new) = (open(500), open(700));
        for flags in each::<DupFlags>() {
            let arguments =
                [("oldfd", fd(&file)), ("newfd", fd(&new)), ("flags", int(flags.bits()))];
            let returned = new.as_raw_fd().into();
            let result =
                it.call(libc::SYS_dup3, arguments, returned, || dup3(&file, &mut new, flags));
            it.output("success", result, Ok(()));
        }
    }),
    Row("io::fcntl_dupfd_cloexec", &[libc::SYS_fcntl], |it| {
        let file = open(500);
        for lowest in [0, 0x1234_5678, -7] {
            let arguments =
                [("fd", fd(&file)), ("op", int(libc::F_DUPFD_CLOEXEC)), ("arg", int(lowest))];
            creates(it, |fd| {
                it.call(libc::SYS_fcntl, arguments, fd, || fcntl_dupfd_cloexec(&file, lowest))
            });
        }
    }),
    Row("memfd::raw::memfd_create", &[libc::SYS_memfd_create], |it| {
        let call = |name: &str, flags: CreateFlags, call: &dyn Fn() -> butter::Result<_>| {
            let name = input([name.as_bytes(), b"\0"].concat());
            let arguments = [("name", name), ("flags", int(flags.bits()))];
            creates(it, |fd| it.call(libc::SYS_memfd_create, arguments, fd, call));
        };
        for flags in each() {
            call("a name", flags, &|| memfd_create("a name", flags));
            call("terminated", flags, &|| memfd_create(c"terminated", flags));
        }
        let longest = "long".repeat(62);
        call(&longest, CreateFlags::CLOEXEC, &|| {
            memfd_create(longest.as_str(), CreateFlags::CLOEXEC)
        });
    }),
    Row("memfd::raw::fcntl_add_seals", &[libc::SYS_fcntl], |it| {
        let file = open(500);
        for seals in each::<Seals>() {
            let arguments =
                [("fd", fd(&file)), ("op", int(libc::F_ADD_SEALS)), ("arg", int(seals.bits()))];
            let result =
                it.call(libc::SYS_fcntl, arguments, 0, || fcntl_add_seals(file.as_fd(), seals));
            it.output("success", result, Ok(()));
        }
    }),
    Row("memfd::raw::fcntl_get_seals", &[libc::SYS_fcntl], |it| {
        let file = open(500);
        for seals in each::<Seals>() {
            let arguments = [("fd", fd(&file)), ("op", int(libc::F_GET_SEALS))];
            let returned = positive(seals.bits());
            let result = it.call(libc::SYS_fcntl, arguments, returned.into(), || {
                fcntl_get_seals(file.as_fd())
            });
            it.output("seals", result, Ok(Seals::from_bits_retain(returned)));
        }
    }),
    Row("fs::fstat", &[libc::SYS_fstat], |it| {
        let file = memfd();
        let mut stat = pattern::<{ size_of::<libc::stat>() }>();
        let at = offset_of!(libc::stat, st_size);
        stat[at..at + 8].copy_from_slice(&0x1234_5678_9ABC_DEF0_u64.to_ne_bytes());
        let arguments = [("fd", fd(&file)), ("statbuf", output(stat))];
        let result = it.call(libc::SYS_fstat, arguments, 0, || file.len());
        it.output("size", result, Ok(0x1234_5678_9ABC_DEF0));
    }),
    Row("copy::Copier::step, fallocate", &[libc::SYS_fallocate], |it| {
        let (from, mut to) = (files::anonymous(), files::anonymous());
        from.set_len(0x2_3456_7000).unwrap();
        to.set_len(0x3_4567_8000).unwrap();
        to.seek(SeekFrom::Start(0x1_2345_6000)).unwrap();
        let (from, to) = (common::fd(from), common::fd(to));
        let arguments = [
            ("fd", fd(&to)),
            ("mode", int(libc::FALLOC_FL_PUNCH_HOLE | libc::FALLOC_FL_KEEP_SIZE)),
            ("offset", long(0x1_2345_6000)),
            ("len", long(0x2_2222_2000)),
        ];
        let mut copier = Copier::new(&from, &to);
        let step = it.call(libc::SYS_fallocate, arguments, 0, || copier.step());
        it.output("success", step, Ok(0x2_3456_7000));
    }),
    // With the feature `std`, the methods of `Seek` also call `lseek`.
    Row("copy::Copier::step, lseek", &[libc::SYS_lseek], |it| {
        let (from, to) = (common::fd(files::anonymous()), common::fd(files::anonymous()));
        let seek = |file, offset, whence: i32, returned| {
            let arguments = [("fd", fd(file)), ("offset", long(offset)), ("whence", int(whence))];
            Expected::new(libc::SYS_lseek, arguments, returned)
        };
        // The hole begins at the file offset of the source. The file offset of the target is 0.
        const HOLE: u64 = 0x1_2345_6789;
        const DATA: u64 = 0x1_3456_789A;
        let expected = [
            seek(&from, 0, libc::SEEK_CUR, HOLE.cast_signed()),
            seek(&from, HOLE, libc::SEEK_HOLE, HOLE.cast_signed()),
            seek(&from, HOLE, libc::SEEK_DATA, DATA.cast_signed()),
            seek(&to, 0, libc::SEEK_CUR, 0),
            seek(&to, DATA - HOLE, libc::SEEK_SET, 0),
            seek(&from, DATA, libc::SEEK_SET, 0),
        ];
        let mut copier = Copier::new(&from, &to);
        let step = it.calls(expected, || copier.step());
        it.output("length of the hole", step, Ok((DATA - HOLE) as usize));
        #[cfg(feature = "std")]
        for (position, offset, whence) in [
            (SeekFrom::Start(OFFSET), OFFSET, libc::SEEK_SET),
            (SeekFrom::Current(-5), -5_i64 as u64, libc::SEEK_CUR),
            (SeekFrom::End(7), 7, libc::SEEK_END),
        ] {
            let mut file = memfd();
            let whence = int(whence.cast_unsigned());
            let arguments = [("fd", fd(&file)), ("offset", long(offset)), ("whence", whence)];
            let returned = 0x1234_5678_9ABC_DEF0;
            let result = it.call(libc::SYS_lseek, arguments, returned, || file.seek(position).ok());
            it.output("position", result, Some(returned.cast_unsigned()));
        }
    }),
];

#[cfg(feature = "std")]
const OFFSET: u64 = 0x1234_5678_9ABC_DEF0;

/// Clears the sign bit, because a successful call returns a nonnegative `int`.
fn positive(bits: u32) -> u32 {
    bits & i32::MAX.cast_unsigned()
}

/// Returns a `MemFd` whose descriptor is not a memfd, to record the system calls of its methods.
fn memfd() -> MemFd {
    MemFd::from(open(500))
}

/// Closes a descriptor that is still open because the recorder intercepted the `close` call.
fn really_close(number: i32) {
    // SAFETY: the descriptor is still open, and has no owner.
    assert_eq!(unsafe { libc::close(number) }, 0);
}
