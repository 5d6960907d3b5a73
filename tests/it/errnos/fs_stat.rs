//! Errors of calls that return the status of files and file systems.

use butter::Errno;
use butter::error::{Call, ErrorKind};
use butter::fd::AsFd;
use butter::fs::{self, ABS, AtFlags, CWD, StatxFlags};
use butter::path::Arg;

use super::process::{in_unsearchable_directory, with_link_loop};
use super::{Outcome, Row, Table, failed, null};
use common::inject::inject;

pub const TABLE: Table = Table {
    source: include_str!("../../../src/fs/stat/raw.rs"),
    rows: ROWS,
    at_descriptor_limit: &[],
    others: &[],
};

const ROWS: &[Row] = &[
    Row(Call::FSTAT, Errno::NOTCONN, ErrorKind::NotConnected, || fstat_fails_with(Errno::NOTCONN)),
    Row(Call::FSTAT, Errno::STALE, ErrorKind::StaleHandle, || fstat_fails_with(Errno::STALE)),
    Row(Call::FSTAT, Errno::ACCES, ErrorKind::PermissionDenied, || fstat_fails_with(Errno::ACCES)),
    Row(Call::FSTAT, Errno::IO, ErrorKind::Other, || fstat_fails_with(Errno::IO)),
    Row(Call::FSTAT, Errno::NOMEM, ErrorKind::OutOfMemory, || fstat_fails_with(Errno::NOMEM)),
    Row(Call::FSTAT, Errno::INTR, ErrorKind::Interrupted, || {
        inject(libc::SYS_fstat, Errno::INTR, || failed(fs::raw::fstat(null().as_fd())))
    }),
    Row(Call::STATX, Errno::NOENT, ErrorKind::NotFound, || statx("/nowhere")),
    Row(Call::STATX, Errno::NOENT, ErrorKind::NotFound, || statx("")),
    Row(Call::STATX, Errno::NOENT, ErrorKind::NotFound, || statx("/proc/self/nowhere/")),
    Row(Call::STATX, Errno::NOTDIR, ErrorKind::InvalidArgument, || statx("/proc/version/x")),
    Row(Call::STATX, Errno::NOTDIR, ErrorKind::InvalidArgument, || {
        failed(fs::statx(null(), "x", AtFlags::empty(), StatxFlags::TYPE))
    }),
    Row(Call::STATX, Errno::ACCES, ErrorKind::PermissionDenied, || {
        in_unsearchable_directory(|path| statx(path))
    }),
    Row(Call::STATX, Errno::LOOP, ErrorKind::InvalidArgument, || {
        with_link_loop(|path| statx(path))
    }),
    Row(Call::STATX, Errno::NAMETOOLONG, ErrorKind::InvalidArgument, || statx([b'a'; 256])),
    Row(Call::STATX, Errno::NAMETOOLONG, ErrorKind::InvalidArgument, || statx([b'/'; 4096])),
    Row(Call::STATX, Errno::BADF, ErrorKind::BadDescriptor, || {
        failed(fs::statx(ABS, "x", AtFlags::empty(), StatxFlags::TYPE))
    }),
    Row(Call::STATX, Errno::BADF, ErrorKind::BadDescriptor, || {
        failed(fs::statx(ABS, "", AtFlags::EMPTY_PATH, StatxFlags::TYPE))
    }),
    Row(Call::STATX, Errno::INVAL, ErrorKind::InvalidArgument, || statx("/\0")),
    Row(Call::STATX, Errno::INVAL, ErrorKind::InvalidArgument, || with_flags(AtFlags::EACCESS)),
    Row(Call::STATX, Errno::INVAL, ErrorKind::InvalidArgument, || {
        with_flags(AtFlags::SYMLINK_FOLLOW)
    }),
    Row(Call::STATX, Errno::INVAL, ErrorKind::InvalidArgument, || {
        with_flags(AtFlags::from_bits_retain(1 << 30))
    }),
    Row(Call::STATX, Errno::INVAL, ErrorKind::InvalidArgument, || {
        with_flags(AtFlags::STATX_FORCE_SYNC | AtFlags::STATX_DONT_SYNC)
    }),
    Row(Call::STATX, Errno::INVAL, ErrorKind::InvalidArgument, || {
        let reserved = StatxFlags::from_bits_retain(libc::STATX__RESERVED.cast_unsigned());
        failed(fs::statx(CWD, "/", AtFlags::empty(), reserved))
    }),
    Row(Call::STATX, Errno::NOTCONN, ErrorKind::NotConnected, || statx_fails_with(Errno::NOTCONN)),
    Row(Call::STATX, Errno::STALE, ErrorKind::StaleHandle, || statx_fails_with(Errno::STALE)),
    Row(Call::STATX, Errno::IO, ErrorKind::Other, || statx_fails_with(Errno::IO)),
    Row(Call::STATX, Errno::NOMEM, ErrorKind::OutOfMemory, || statx_fails_with(Errno::NOMEM)),
    Row(Call::STATX, Errno::INTR, ErrorKind::Interrupted, || {
        inject(libc::SYS_statx, Errno::INTR, || {
            failed(fs::raw::statx(CWD, "/", AtFlags::empty(), StatxFlags::TYPE))
        })
    }),
    Row(Call::STATFS, Errno::NOENT, ErrorKind::NotFound, || failed(fs::statfs("/nowhere"))),
    Row(Call::STATFS, Errno::NOENT, ErrorKind::NotFound, || failed(fs::statfs(""))),
    Row(Call::STATFS, Errno::NOTDIR, ErrorKind::InvalidArgument, || {
        failed(fs::statfs("/proc/version/x"))
    }),
    Row(Call::STATFS, Errno::ACCES, ErrorKind::PermissionDenied, || {
        in_unsearchable_directory(|path| failed(fs::statfs(path)))
    }),
    Row(Call::STATFS, Errno::LOOP, ErrorKind::InvalidArgument, || {
        with_link_loop(|path| failed(fs::statfs(path)))
    }),
    Row(Call::STATFS, Errno::NAMETOOLONG, ErrorKind::InvalidArgument, || {
        failed(fs::statfs([b'a'; 256]))
    }),
    Row(Call::STATFS, Errno::NAMETOOLONG, ErrorKind::InvalidArgument, || {
        failed(fs::statfs([b'/'; 4096]))
    }),
    Row(Call::STATFS, Errno::INVAL, ErrorKind::InvalidArgument, || failed(fs::statfs("/\0"))),
    Row(Call::STATFS, Errno::NOTCONN, ErrorKind::NotConnected, || {
        statfs_fails_with(Errno::NOTCONN)
    }),
    Row(Call::STATFS, Errno::STALE, ErrorKind::StaleHandle, || statfs_fails_with(Errno::STALE)),
    Row(Call::FSTATFS, Errno::ACCES, ErrorKind::PermissionDenied, || {
        fstatfs_fails_with(Errno::ACCES)
    }),
    Row(Call::FSTATFS, Errno::NOTCONN, ErrorKind::NotConnected, || {
        fstatfs_fails_with(Errno::NOTCONN)
    }),
    Row(Call::FSTATFS, Errno::STALE, ErrorKind::StaleHandle, || fstatfs_fails_with(Errno::STALE)),
    Row(Call::FSTATFS, Errno::NOSYS, ErrorKind::Unsupported, || fstatfs_fails_with(Errno::NOSYS)),
    Row(Call::FSTATFS, Errno::IO, ErrorKind::Other, || fstatfs_fails_with(Errno::IO)),
    Row(Call::FSTATFS, Errno::NOMEM, ErrorKind::OutOfMemory, || fstatfs_fails_with(Errno::NOMEM)),
    Row(Call::FSTATFS, Errno::INTR, ErrorKind::Interrupted, || {
        inject(libc::SYS_fstatfs, Errno::INTR, || failed(fs::raw::fstatfs(null().as_fd())))
    }),
];

fn statx(path: impl Arg) -> Outcome {
    failed(fs::statx(CWD, path, AtFlags::empty(), StatxFlags::TYPE))
}

fn with_flags(flags: AtFlags) -> Outcome {
    failed(fs::statx(CWD, "/", flags, StatxFlags::TYPE))
}

fn fstat_fails_with(errno: Errno) -> Outcome {
    inject(libc::SYS_fstat, errno, || failed(fs::fstat(null())))
}

fn statx_fails_with(errno: Errno) -> Outcome {
    inject(libc::SYS_statx, errno, || statx("/"))
}

fn statfs_fails_with(errno: Errno) -> Outcome {
    inject(libc::SYS_statfs, errno, || failed(fs::statfs("/")))
}

fn fstatfs_fails_with(errno: Errno) -> Outcome {
    inject(libc::SYS_fstatfs, errno, || failed(fs::fstatfs(null())))
}
