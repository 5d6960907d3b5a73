//! The cheapest calls there are: nearly all of it is the way into the kernel and back.

use std::hint::black_box;

use crate::failure::Failure;
use crate::row::{BUTTER, CALL, NOT_SLOWER, Row};
use crate::{plain, stub};

fn black(value: impl Sized) {
    black_box(value);
}

pub(crate) fn getpid() -> Result<Row, Failure> {
    Ok(Row::new("one call", 1)
        .with("stub", || black(stub::getpid()))
        .with("stub again", || black(stub::getpid()))
        .with(BUTTER, || black(butter::process::getpid()))
        .with("libc", || black(plain::getpid()))
        .with("libc syscall", || black(plain::by_number(libc::SYS_getpid)))
        .with("rustix", || black(rustix::process::getpid()))
        .with("nix", || black(nix::unistd::getpid()))
        .aim("stub", CALL)
        .aim("libc", NOT_SLOWER))
}

pub(crate) fn getppid() -> Result<Row, Failure> {
    Ok(Row::new("one call", 1)
        .with("stub", || black(stub::getppid()))
        .with("stub again", || black(stub::getppid()))
        .with(BUTTER, || black(butter::process::getppid()))
        .with("libc", || black(plain::getppid()))
        .with("libc syscall", || black(plain::by_number(libc::SYS_getppid)))
        .with("rustix", || black(rustix::process::getppid()))
        .with("nix", || black(nix::unistd::getppid()))
        .aim("stub", CALL)
        .aim("libc", NOT_SLOWER))
}
