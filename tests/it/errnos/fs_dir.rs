//! Errors of reading directories, and of setting the file offset of a directory.

use std::fs::{self, File};

use butter::Errno;
use butter::error::{Call, ErrorKind};
use butter::fd::{AsFd, OwnedFd};
use butter::fs::{Dir, DirOffset, raw, read_entries};
use butter::pipe;
use common::files;
use common::inject::inject;

use super::{Outcome, Row, Table, failed, path_only_descriptor, regular_file};

pub const TABLE: Table = Table {
    source: include_str!("../../../src/fs/dir/raw.rs"),
    rows: ROWS,
    at_descriptor_limit: &[],
    others: &[],
};

const ROWS: &[Row] = &[
    Row(Call::GETDENTS64, Errno::BADF, ErrorKind::BadDescriptor, || read(&path_only_descriptor())),
    Row(Call::GETDENTS64, Errno::NOTDIR, ErrorKind::InvalidArgument, || read(&regular_file())),
    Row(Call::GETDENTS64, Errno::INVAL, ErrorKind::InvalidArgument, || {
        let directory = directory();
        failed(read_entries(&directory, &mut [0; 23]).map(drop))
    }),
    Row(Call::GETDENTS64, Errno::NOENT, ErrorKind::NotFound, || {
        let parent = files::directory();
        let path = parent.path().join("removed");
        fs::create_dir(&path).unwrap();
        let directory = common::fd(File::open(&path).unwrap());
        fs::remove_dir(&path).unwrap();
        read(&directory)
    }),
    Row(Call::GETDENTS64, Errno::ACCES, ErrorKind::PermissionDenied, || injected(Errno::ACCES)),
    Row(Call::GETDENTS64, Errno::PERM, ErrorKind::PermissionDenied, || injected(Errno::PERM)),
    Row(Call::GETDENTS64, Errno::IO, ErrorKind::Other, || injected(Errno::IO)),
    Row(Call::LSEEK, Errno::INVAL, ErrorKind::InvalidArgument, || {
        failed(Dir::new(directory(), &mut [0; 64]).seek(DirOffset::from_raw(-1)))
    }),
    Row(Call::LSEEK, Errno::SPIPE, ErrorKind::InvalidArgument, || {
        let (reader, _writer) = pipe::pipe().unwrap();
        failed(Dir::new(reader, &mut [0; 64]).rewind())
    }),
    Row(Call::LSEEK, Errno::BADF, ErrorKind::BadDescriptor, || {
        failed(Dir::new(path_only_descriptor(), &mut [0; 64]).rewind())
    }),
];

fn directory() -> OwnedFd {
    common::fd(File::open("/").unwrap())
}

fn read(fd: &OwnedFd) -> Outcome {
    failed(raw::getdents64(fd.as_fd(), &mut [0; 4120]).map(drop))
}

/// Injects an errno that the test cannot trigger: `EACCES` requires a security module, `EPERM` a
/// fanotify listener, and `EIO` a defective device or a FUSE server.
fn injected(errno: Errno) -> Outcome {
    let directory = directory();
    inject(libc::SYS_getdents64, errno, || read(&directory))
}
