//! Errors of `getrandom`.

use std::sync::atomic::{AtomicU32, Ordering};

use butter::Errno;
use butter::error::{Call, ErrorKind};
use butter::rand::{self, GetRandomFlags, getrandom};

use super::{Row, Table, failed};
use common::inject::{forge, inject};

pub const TABLE: Table = Table {
    source: include_str!("../../../src/rand/raw.rs"),
    rows: ROWS,
    at_descriptor_limit: &[],
    others: &[],
};

const ROWS: &[Row] = &[
    Row(Call::GETRANDOM, Errno::AGAIN, ErrorKind::WouldBlock, || {
        // The generator is seeded soon after system boot.
        inject(libc::SYS_getrandom, Errno::AGAIN, || {
            failed(getrandom(&mut [0; 4], GetRandomFlags::NONBLOCK).map(drop))
        })
    }),
    Row(Call::GETRANDOM, Errno::INTR, ErrorKind::Interrupted, || {
        inject(libc::SYS_getrandom, Errno::INTR, || {
            failed(rand::raw::getrandom(&mut [0; 4], GetRandomFlags::empty()).map(drop))
        })
    }),
    Row(Call::GETRANDOM, Errno::INVAL, ErrorKind::InvalidArgument, || {
        failed(getrandom(&mut [0; 4], GetRandomFlags::from_bits_retain(0x8000_0000)).map(drop))
    }),
    Row(Call::GETRANDOM, Errno::INVAL, ErrorKind::InvalidArgument, || {
        let both = GetRandomFlags::RANDOM | GetRandomFlags::INSECURE;
        failed(getrandom(&mut [0; 4], both).map(drop))
    }),
    Row(Call::GETRANDOM, Errno::IO, ErrorKind::Other, || {
        // If `fill` repeated such calls, a later call would succeed.
        static CALLS: AtomicU32 = AtomicU32::new(0);
        let result = |[_, size, ..]: [usize; 6]| match CALLS.fetch_add(1, Ordering::Relaxed) {
            0..1000 => 0,
            _ => size as isize,
        };
        forge(libc::SYS_getrandom, result, || failed(rand::fill(&mut [0; 4])))
    }),
];
