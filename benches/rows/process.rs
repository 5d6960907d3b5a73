//! The cheapest system calls, whose cost consists almost entirely of entering and leaving the
//! kernel.

use std::hint::black_box;

use crate::row::{BUTTER, CALL_LIMIT, NOT_SLOWER_LIMIT, Row};
use crate::{Failure, bare, libc_calls};

fn consume(value: impl Sized) {
    black_box(value);
}

pub(crate) fn getpid() -> Result<Row, Failure> {
    Ok(Row::new("one call", 1)
        .with("bare syscall", || consume(bare::getpid()))
        .with("bare syscall again", || consume(bare::getpid()))
        .with(BUTTER, || consume(butter::process::getpid()))
        .with("libc", || consume(libc_calls::getpid()))
        .with("libc syscall", || consume(libc_calls::by_number(libc::SYS_getpid)))
        .with("rustix", || consume(rustix::process::getpid()))
        .with("nix", || consume(nix::unistd::getpid()))
        .target("bare syscall", CALL_LIMIT)
        .target("libc", NOT_SLOWER_LIMIT))
}

pub(crate) fn getppid() -> Result<Row, Failure> {
    Ok(Row::new("one call", 1)
        .with("bare syscall", || consume(bare::getppid()))
        .with("bare syscall again", || consume(bare::getppid()))
        .with(BUTTER, || consume(butter::process::getppid()))
        .with("libc", || consume(libc_calls::getppid()))
        .with("libc syscall", || consume(libc_calls::by_number(libc::SYS_getppid)))
        .with("rustix", || consume(rustix::process::getppid()))
        .with("nix", || consume(nix::unistd::getppid()))
        .target("bare syscall", CALL_LIMIT)
        .target("libc", NOT_SLOWER_LIMIT))
}
