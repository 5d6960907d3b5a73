//! Errors of `ppoll`.

use butter::error::{Call, ErrorKind};
use butter::poll::{self, PollFd, PollFlags};
use butter::time::Timespec;
use butter::{Errno, pipe};

use super::{Row, Table, failed, null, set_descriptor_limit};
use common::{forked::in_forked_child, signals::interrupted};

pub const TABLE: Table = Table {
    source: include_str!("../../../src/poll/raw.rs"),
    rows: ROWS,
    at_descriptor_limit: &[],
    others: &[],
};

const ROWS: &[Row] = &[
    Row(Call::PPOLL, Errno::INVAL, ErrorKind::InvalidArgument, || {
        let mut invalid = Timespec { seconds: -1, nanoseconds: 0 };
        failed(poll::raw::ppoll(&mut [], Some(&mut invalid), None))
    }),
    Row(Call::PPOLL, Errno::INVAL, ErrorKind::InvalidArgument, || {
        let null = null();
        failed(in_forked_child(|| {
            set_descriptor_limit(1);
            let one = || PollFd::new(&null, PollFlags::IN);
            poll::raw::ppoll(&mut [one()], None, None).expect("ppoll should succeed at the limit");
            poll::raw::ppoll(&mut [one(), one()], None, None)
        }))
    }),
    Row(Call::PPOLL, Errno::INTR, ErrorKind::Interrupted, || {
        let (reader, _writer) = pipe::pipe().unwrap();
        interrupted(|| {
            failed(poll::raw::ppoll(&mut [PollFd::new(&reader, PollFlags::IN)], None, None))
        })
    }),
];
