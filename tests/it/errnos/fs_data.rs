//! Errors of reading and writing files, and of the calls that set the file offset, the length and
//! the allocated ranges. Further rows are in the table of memfd errors.

use std::fs::File;

use butter::error::{Call, ErrorKind};
use butter::fd::{AsFd, OwnedFd};
use butter::fs::{self, FallocateFlags, ReadWriteFlags, SeekFrom};
use butter::io::{IoSlice, IoSliceMut};
use butter::memfd::{MemFd, Seals};
use butter::{Errno, pipe};

use super::memfd::sealed;
use super::{
    Outcome, Row, Table, check, check_all, failed, null, path_only_descriptor, regular_file, row,
    unless_unsupported, until_failed,
};
use common::child::{in_child, in_user_namespace, mount_tmpfs};
use common::inject::inject;
use common::{files, require, this_test};

pub const TABLE: Table = Table {
    source: include_str!("../../../src/fs/data/raw.rs"),
    rows: ROWS,
    at_descriptor_limit: &[],
    others: IN_CHILD,
};

pub const RANGE_TABLE: Table = Table {
    source: include_str!("../../../src/fs/range/raw.rs"),
    rows: RANGE_ROWS,
    at_descriptor_limit: &[],
    others: &[],
};

const NONE: ReadWriteFlags = ReadWriteFlags::empty();

const ROWS: &[Row] = &[
    Row(Call::PREAD64, Errno::INVAL, ErrorKind::InvalidArgument, || {
        // The end of the range is greater than `i64::MAX`.
        failed(fs::pread(regular_file(), &mut [0; 2], i64::MAX as u64))
    }),
    Row(Call::PREAD64, Errno::BADF, ErrorKind::BadDescriptor, || {
        failed(fs::pread_uninit(write_only(), &mut [], 0))
    }),
    Row(Call::PREAD64, Errno::INTR, ErrorKind::Interrupted, || {
        let call = || failed(fs::raw::pread64(null().as_fd(), &mut [0], 0));
        inject(libc::SYS_pread64, Errno::INTR, call)
    }),
    Row(Call::PWRITE64, Errno::INVAL, ErrorKind::InvalidArgument, || {
        failed(fs::pwrite(regular_file(), b"!", u64::MAX))
    }),
    Row(Call::PWRITE64, Errno::DQUOT, ErrorKind::LimitReached, || pwrite_fails(Errno::DQUOT)),
    Row(Call::PWRITE64, Errno::TXTBSY, ErrorKind::Busy, || pwrite_fails(Errno::TXTBSY)),
    Row(Call::PREADV2, Errno::AGAIN, ErrorKind::WouldBlock, || {
        let (reader, _writer) = pipe::pipe().unwrap();
        // Pipes support the flag since Linux 6.4.
        unless_unsupported(preadv2_one(&reader, None, ReadWriteFlags::NOWAIT))
    }),
    Row(Call::PREADV2, Errno::AGAIN, ErrorKind::WouldBlock, || {
        let (reader, _writer) = pipe::nonblocking().unwrap();
        read(&reader, None, NONE)
    }),
    Row(Call::PREADV2, Errno::OPNOTSUPP, ErrorKind::Unsupported, || {
        read(&regular_file(), None, ReadWriteFlags::from_bits_retain(1 << 30))
    }),
    Row(Call::PREADV2, Errno::OPNOTSUPP, ErrorKind::Unsupported, || {
        read(&regular_file(), None, ReadWriteFlags::ATOMIC)
    }),
    Row(Call::PREADV2, Errno::INVAL, ErrorKind::InvalidArgument, || {
        read(&regular_file(), Some(u64::MAX), NONE)
    }),
    Row(Call::PREADV2, Errno::INVAL, ErrorKind::InvalidArgument, || {
        read(&regular_file(), Some(1 << 63), NONE)
    }),
    Row(Call::PREADV2, Errno::INVAL, ErrorKind::InvalidArgument, || {
        let mut slices: Vec<_> = (0..1025).map(|_| IoSliceMut::new(&mut [])).collect();
        failed(fs::preadv2(regular_file(), &mut slices, None, NONE))
    }),
    Row(Call::PREADV2, Errno::INVAL, ErrorKind::InvalidArgument, || {
        let flags = ReadWriteFlags::APPEND | ReadWriteFlags::NOAPPEND;
        unless_unsupported(preadv2_one(&regular_file(), None, flags))
    }),
    Row(Call::PREADV2, Errno::BADF, ErrorKind::BadDescriptor, || read(&write_only(), None, NONE)),
    Row(Call::PREADV2, Errno::BADF, ErrorKind::BadDescriptor, || {
        read(&path_only_descriptor(), Some(0), NONE)
    }),
    Row(Call::PREADV2, Errno::SPIPE, ErrorKind::InvalidArgument, || {
        read(&pipe::pipe().unwrap().0, Some(0), NONE)
    }),
    Row(Call::PREADV2, Errno::ISDIR, ErrorKind::InvalidArgument, || {
        let directory = common::fd(File::open("/").unwrap());
        match preadv2_one(&directory, None, NONE) {
            // Some file systems do not implement reads of directories.
            Err(error) if error.is(Errno::INVAL) => Err(error.to_string()),
            result => failed(result),
        }
    }),
    Row(Call::PWRITEV2, Errno::AGAIN, ErrorKind::WouldBlock, || {
        let (_reader, writer) = pipe::nonblocking().unwrap();
        until_failed(|| pwritev2(&writer, &[0; 4096], None, NONE))
    }),
    Row(Call::PWRITEV2, Errno::AGAIN, ErrorKind::WouldBlock, || {
        let (_reader, writer) = pipe::pipe().unwrap();
        let error = until_failed(|| pwritev2(&writer, &[0; 4096], None, ReadWriteFlags::NOWAIT))?;
        unless_unsupported::<()>(Err(error))
    }),
    Row(Call::PWRITEV2, Errno::OPNOTSUPP, ErrorKind::Unsupported, || {
        write(&regular_file(), None, ReadWriteFlags::from_bits_retain(1 << 30))
    }),
    Row(Call::PWRITEV2, Errno::OPNOTSUPP, ErrorKind::Unsupported, || {
        write(&regular_file(), None, ReadWriteFlags::ATOMIC)
    }),
    Row(Call::PWRITEV2, Errno::INVAL, ErrorKind::InvalidArgument, || {
        write(&regular_file(), Some(u64::MAX), NONE)
    }),
    Row(Call::PWRITEV2, Errno::INVAL, ErrorKind::InvalidArgument, || {
        let slices = vec![IoSlice::new(b""); 1025];
        failed(fs::pwritev2(regular_file(), &slices, None, NONE))
    }),
    Row(Call::PWRITEV2, Errno::INVAL, ErrorKind::InvalidArgument, || {
        let flags = ReadWriteFlags::APPEND | ReadWriteFlags::NOAPPEND;
        unless_unsupported(pwritev2(&regular_file(), b"!", None, flags))
    }),
    Row(Call::PWRITEV2, Errno::BADF, ErrorKind::BadDescriptor, || {
        write(&common::fd(File::open("/dev/null").unwrap()), None, NONE)
    }),
    Row(Call::PWRITEV2, Errno::BADF, ErrorKind::BadDescriptor, || {
        write(&path_only_descriptor(), Some(0), NONE)
    }),
    Row(Call::PWRITEV2, Errno::SPIPE, ErrorKind::InvalidArgument, || {
        write(&pipe::pipe().unwrap().1, Some(0), NONE)
    }),
    Row(Call::PWRITEV2, Errno::PIPE, ErrorKind::BrokenPipe, || {
        let (reader, writer) = pipe::pipe().unwrap();
        drop(reader);
        common::wait_until_reader_is_closed(&writer);
        write(&writer, None, NONE)
    }),
    Row(Call::PWRITEV2, Errno::PERM, ErrorKind::PermissionDenied, || {
        failed(pwritev2(&sealed(Seals::WRITE), b"!", None, NONE))
    }),
    Row(Call::PWRITEV2, Errno::NOSPC, ErrorKind::LimitReached, || pwritev2_fails(Errno::NOSPC)),
    Row(Call::PWRITEV2, Errno::DQUOT, ErrorKind::LimitReached, || pwritev2_fails(Errno::DQUOT)),
    Row(Call::PWRITEV2, Errno::TXTBSY, ErrorKind::Busy, || pwritev2_fails(Errno::TXTBSY)),
    Row(Call::READ_TO_END, Errno::RANGE, ErrorKind::InvalidArgument, || {
        failed(fs::read_to_end(common::fd(File::open("/dev/zero").unwrap()), &mut [0; 100]))
    }),
];

const RANGE_ROWS: &[Row] = &[
    Row(Call::LSEEK, Errno::INVAL, ErrorKind::InvalidArgument, || {
        failed(fs::seek(regular_file(), SeekFrom::Start(1 << 63)))
    }),
    Row(Call::LSEEK, Errno::INVAL, ErrorKind::InvalidArgument, || {
        failed(fs::seek(regular_file(), SeekFrom::Current(-1)))
    }),
    Row(Call::LSEEK, Errno::INVAL, ErrorKind::InvalidArgument, || {
        failed(fs::seek(common::fd(File::open("/proc/self/maps").unwrap()), SeekFrom::End(0)))
    }),
    Row(Call::LSEEK, Errno::SPIPE, ErrorKind::InvalidArgument, || {
        failed(fs::tell(pipe::pipe().unwrap().0))
    }),
    Row(Call::LSEEK, Errno::NXIO, ErrorKind::NotFound, || {
        failed(fs::seek(MemFd::new("").unwrap(), SeekFrom::Hole(0)))
    }),
    Row(Call::LSEEK, Errno::NXIO, ErrorKind::NotFound, || {
        let memfd = MemFd::new("").unwrap();
        memfd.set_len(1 << 20).unwrap();
        failed(fs::seek(&memfd, SeekFrom::Data(0)))
    }),
    Row(Call::FTRUNCATE, Errno::TXTBSY, ErrorKind::Busy, || {
        inject(libc::SYS_ftruncate, Errno::TXTBSY, || failed(fs::ftruncate(null(), 0)))
    }),
    Row(Call::FTRUNCATE, Errno::INVAL, ErrorKind::InvalidArgument, || {
        failed(fs::ftruncate(pipe::pipe().unwrap().1, 0))
    }),
    Row(Call::FALLOCATE, Errno::OPNOTSUPP, ErrorKind::Unsupported, || {
        // tmpfs does not support the operation.
        allocate(&MemFd::new("").unwrap(), FallocateFlags::INSERT_RANGE, 1 << 16)
    }),
    Row(Call::FALLOCATE, Errno::OPNOTSUPP, ErrorKind::Unsupported, || {
        allocate(&regular_file(), FallocateFlags::PUNCH_HOLE, 1 << 16)
    }),
    Row(Call::FALLOCATE, Errno::OPNOTSUPP, ErrorKind::Unsupported, || {
        let mode = FallocateFlags::ZERO_RANGE | FallocateFlags::PUNCH_HOLE;
        allocate(&regular_file(), mode, 1 << 16)
    }),
    Row(Call::FALLOCATE, Errno::OPNOTSUPP, ErrorKind::Unsupported, || {
        rejected_mode(true, FallocateFlags::COLLAPSE_RANGE | FallocateFlags::KEEP_SIZE)
    }),
    Row(Call::FALLOCATE, Errno::INVAL, ErrorKind::InvalidArgument, || {
        rejected_mode(false, FallocateFlags::COLLAPSE_RANGE | FallocateFlags::KEEP_SIZE)
    }),
    Row(Call::FALLOCATE, Errno::OPNOTSUPP, ErrorKind::Unsupported, || {
        rejected_mode(true, FallocateFlags::ZERO_RANGE | FallocateFlags::UNSHARE_RANGE)
    }),
    Row(Call::FALLOCATE, Errno::INVAL, ErrorKind::InvalidArgument, || {
        rejected_mode(false, FallocateFlags::ZERO_RANGE | FallocateFlags::UNSHARE_RANGE)
    }),
    Row(Call::FALLOCATE, Errno::OPNOTSUPP, ErrorKind::Unsupported, || {
        allocate(&regular_file(), FallocateFlags::from_bits_retain(4), 1 << 16)
    }),
    Row(Call::FALLOCATE, Errno::INVAL, ErrorKind::InvalidArgument, || {
        allocate(&regular_file(), FallocateFlags::empty(), 0)
    }),
    Row(Call::FALLOCATE, Errno::INVAL, ErrorKind::InvalidArgument, || {
        allocate(&regular_file(), FallocateFlags::empty(), u64::MAX)
    }),
    Row(Call::FALLOCATE, Errno::INVAL, ErrorKind::InvalidArgument, || {
        failed(fs::fallocate(regular_file(), FallocateFlags::empty(), u64::MAX, 1))
    }),
    Row(Call::FALLOCATE, Errno::INVAL, ErrorKind::InvalidArgument, || {
        let file = files::anonymous();
        file.set_len(1 << 20).unwrap();
        let mode = FallocateFlags::COLLAPSE_RANGE;
        unless_unsupported(fs::fallocate(common::fd(file), mode, 0, 1))
    }),
    Row(Call::FALLOCATE, Errno::BADF, ErrorKind::BadDescriptor, || {
        allocate(&common::fd(File::open("/proc/self/exe").unwrap()), FallocateFlags::empty(), 1)
    }),
    Row(Call::FALLOCATE, Errno::NOSPC, ErrorKind::LimitReached, || fallocate_fails(Errno::NOSPC)),
    Row(Call::FALLOCATE, Errno::DQUOT, ErrorKind::LimitReached, || fallocate_fails(Errno::DQUOT)),
    Row(Call::FALLOCATE, Errno::TXTBSY, ErrorKind::Busy, || fallocate_fails(Errno::TXTBSY)),
    Row(Call::FALLOCATE, Errno::PERM, ErrorKind::PermissionDenied, || {
        allocate(&sealed(Seals::GROW), FallocateFlags::empty(), 1 << 20)
    }),
    Row(Call::FALLOCATE, Errno::PERM, ErrorKind::PermissionDenied, || {
        let mode = FallocateFlags::PUNCH_HOLE | FallocateFlags::KEEP_SIZE;
        allocate(&sealed(Seals::WRITE), mode, 4096)
    }),
    Row(Call::FALLOCATE, Errno::SPIPE, ErrorKind::InvalidArgument, || {
        allocate(&pipe::pipe().unwrap().1, FallocateFlags::empty(), 1)
    }),
    Row(Call::FALLOCATE, Errno::NODEV, ErrorKind::NotFound, || {
        allocate(&write_only(), FallocateFlags::empty(), 1)
    }),
    Row(Call::FALLOCATE, Errno::INTR, ErrorKind::Interrupted, || {
        let mode = FallocateFlags::empty();
        let call = || failed(fs::raw::fallocate(null().as_fd(), mode, 0, 1));
        inject(libc::SYS_fallocate, Errno::INTR, call)
    }),
];

/// The errors in a process with a limit on file sizes.
const IN_CHILD: &[Row] = &[
    Row(Call::PWRITE64, Errno::FBIG, ErrorKind::LimitReached, || {
        failed(fs::pwrite(regular_file(), b"!", FILE_SIZE_LIMIT))
    }),
    Row(Call::PWRITEV2, Errno::FBIG, ErrorKind::LimitReached, || {
        write(&regular_file(), Some(FILE_SIZE_LIMIT), NONE)
    }),
    Row(Call::FTRUNCATE, Errno::FBIG, ErrorKind::LimitReached, || {
        failed(fs::ftruncate(regular_file(), FILE_SIZE_LIMIT + 1))
    }),
    Row(Call::FALLOCATE, Errno::FBIG, ErrorKind::LimitReached, || {
        // Some file systems do not support the call for regular files.
        allocate(&MemFd::new("").unwrap(), FallocateFlags::empty(), FILE_SIZE_LIMIT + 1)
    }),
];

/// The limit on the size of files (`RLIMIT_FSIZE`) in the child process.
const FILE_SIZE_LIMIT: u64 = 1 << 16;

fn write_only() -> OwnedFd {
    common::fd(File::options().write(true).open("/dev/null").unwrap())
}

fn preadv2_one(
    fd: &impl AsFd,
    offset: Option<u64>,
    flags: ReadWriteFlags,
) -> butter::Result<usize> {
    fs::preadv2(fd, &mut [IoSliceMut::new(&mut [0])], offset, flags)
}

fn read(fd: &impl AsFd, offset: Option<u64>, flags: ReadWriteFlags) -> Outcome {
    failed(preadv2_one(fd, offset, flags))
}

fn pwritev2(
    fd: &impl AsFd,
    bytes: &[u8],
    offset: Option<u64>,
    flags: ReadWriteFlags,
) -> butter::Result<usize> {
    fs::pwritev2(fd, &[IoSlice::new(bytes)], offset, flags)
}

fn write(fd: &impl AsFd, offset: Option<u64>, flags: ReadWriteFlags) -> Outcome {
    failed(pwritev2(fd, b"!", offset, flags))
}

fn allocate(fd: &impl AsFd, mode: FallocateFlags, length: u64) -> Outcome {
    failed(fs::fallocate(fd, mode, 0, length))
}

/// Requests a combination of operations. Kernels before Linux 6.12 report it as another errno if
/// one of the operations is COLLAPSE_RANGE, INSERT_RANGE or UNSHARE_RANGE.
fn rejected_mode(expected_of_newer_kernels: bool, mode: FallocateFlags) -> Outcome {
    match common::kernel_is_at_least("6.12") {
        newer if newer == expected_of_newer_kernels => allocate(&regular_file(), mode, 1 << 16),
        true => Err("since Linux 6.12, the errno is EOPNOTSUPP".into()),
        false => Err("before Linux 6.12, the errno is EINVAL".into()),
    }
}

/// Injects an errno: `EDQUOT` requires quotas, and `ETXTBSY` a swap file. A separate test also
/// triggers `ENOSPC` in the kernel.
fn pwrite_fails(errno: Errno) -> Outcome {
    inject(libc::SYS_pwrite64, errno, || failed(fs::pwrite(null(), b"!", 0)))
}

fn pwritev2_fails(errno: Errno) -> Outcome {
    inject(libc::SYS_pwritev2, errno, || write(&null(), Some(0), NONE))
}

fn fallocate_fails(errno: Errno) -> Outcome {
    inject(libc::SYS_fallocate, errno, || allocate(&null(), FallocateFlags::empty(), 1))
}

#[test]
fn pwrite_and_fallocate_fail_with_efbig_at_the_limit_on_file_sizes() {
    in_child(|| {
        let limit = libc::rlimit { rlim_cur: FILE_SIZE_LIMIT, rlim_max: FILE_SIZE_LIMIT };
        // SAFETY: reads one struct.
        assert_eq!(unsafe { libc::setrlimit(libc::RLIMIT_FSIZE, &raw const limit) }, 0);
        butter::signal::ignore(butter::signal::Signal::XFSZ).unwrap();
        check_all(this_test!(), IN_CHILD);
    });
}

#[test]
fn pwrite_and_fallocate_fail_with_enospc_if_the_file_system_is_full() {
    let ran = in_user_namespace(|| {
        let directory = files::directory();
        require!(mount_tmpfs(directory.path(), 1 << 16));
        let file = common::fd(File::create_new(directory.path().join("file")).unwrap());
        let expect =
            |call, outcome: Outcome| check(row(call, Errno::NOSPC).unwrap(), outcome.unwrap());
        expect(Call::FALLOCATE, allocate(&file, FallocateFlags::empty(), 1 << 20));
        fs::write_all_at(&file, &[1; 1 << 16], 0).unwrap();
        expect(Call::PWRITE64, failed(fs::pwrite(&file, b"!", 1 << 16)));
        expect(Call::PWRITEV2, write(&file, Some(1 << 16), NONE));
    });
    require!(ran, "new user namespaces are not permitted");
}
