//! Pipes.

use butter::Errno;
use butter::error::{Call, ErrorKind};
use butter::pipe::{self, PipeFlags};

use crate::common::inject::inject;
use crate::{Row, Table, failed};

pub const TABLE: Table = Table {
    source: include_str!("../../src/pipe/raw.rs"),
    rows: ROWS,
    without_descriptors: WITHOUT_DESCRIPTORS,
    others: &[],
};

const ROWS: &[Row] = &[
    Row(Call::PIPE2, Errno::INVAL, ErrorKind::InvalidArgument, || {
        failed(pipe::raw::pipe2(PipeFlags::from_bits_retain(1)))
    }),
    Row(Call::PIPE2, Errno::NFILE, ErrorKind::LimitReached, || {
        inject(libc::SYS_pipe2, Errno::NFILE, || failed(pipe::pipe()))
    }),
    Row(Call::PIPE2, Errno::NOPKG, ErrorKind::Unsupported, || {
        inject(libc::SYS_pipe2, Errno::NOPKG, || failed(pipe::raw::pipe2(PipeFlags::NOTIFICATION)))
    }),
];

const WITHOUT_DESCRIPTORS: &[Row] = &[Row(Call::PIPE2, Errno::MFILE, ErrorKind::LimitReached, || failed(pipe::pipe()))];
