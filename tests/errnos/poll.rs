//! `ppoll`.

use butter::error::{Call, ErrorKind};
use butter::poll::{self, PollFd, PollFlags};
use butter::time::Timespec;
use butter::{Errno, pipe};

use crate::common::signals::interrupted;
use crate::{Row, Table, failed};

pub const TABLE: Table =
    Table { source: include_str!("../../src/poll/raw.rs"), rows: ROWS, without_descriptors: &[], others: &[] };

const ROWS: &[Row] = &[
    Row(Call::PPOLL, Errno::INVAL, ErrorKind::InvalidArgument, || {
        let mut never = Timespec { seconds: -1, nanoseconds: 0 };
        failed(poll::raw::ppoll(&mut [], Some(&mut never), None))
    }),
    Row(Call::PPOLL, Errno::INTR, ErrorKind::Interrupted, || {
        let (reader, _writer) = pipe::pipe().unwrap();
        interrupted(|| failed(poll::raw::ppoll(&mut [PollFd::new(&reader, PollFlags::READ)], None, None)))
    }),
];
