//! Errors of clocks.

use butter::Errno;
use butter::error::{Call, ErrorKind};
use butter::time::{Clock, clock_gettime};

use super::{Row, Table, failed};
use common::inject::inject;

pub const TABLE: Table = Table {
    source: include_str!("../../../src/time.rs"),
    rows: ROWS,
    at_descriptor_limit: &[],
    others: &[],
};

const ROWS: &[Row] = &[Row(Call::CLOCK_GETTIME, Errno::INVAL, ErrorKind::Unsupported, || {
    // A host without a real-time clock (RTC) does not support `CLOCK_BOOTTIME_ALARM`.
    match clock_gettime(Clock::BoottimeAlarm) {
        Ok(_) => inject(libc::SYS_clock_gettime, Errno::INVAL, || {
            failed(clock_gettime(Clock::BoottimeAlarm))
        }),
        refused => failed(refused),
    }
})];
