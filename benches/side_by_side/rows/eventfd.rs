//! An event counter: one addition and one read.

use std::hint::black_box;

use butter::eventfd::EventFd;
use nix::sys::eventfd as nix_eventfd;
use rustix::event::{EventfdFlags, eventfd};

use crate::failure::{Failure, failed, when};
use crate::row::{BUTTER, CALL, NOT_SLOWER, Row};
use crate::{plain, stub};

pub(crate) fn add_and_read() -> Result<Row, Failure> {
    let raw = || when("eventfd2", eventfd(0, EventfdFlags::CLOEXEC));
    let (bare, again, plain, rustix) = (raw()?, raw()?, raw()?, raw()?);
    let butter = when("eventfd2", EventFd::new(0))?;
    let nix =
        when("eventfd2", nix_eventfd::EventFd::from_flags(nix_eventfd::EfdFlags::EFD_CLOEXEC))?;
    Ok(Row::new("one addition and one read", 1)
        .with("stub", move || {
            black_box(stub::add(&bare, 1));
            black_box(stub::take(&bare));
        })
        .with("stub again", move || {
            black_box(stub::add(&again, 1));
            black_box(stub::take(&again));
        })
        .with(BUTTER, move || {
            if let Err(error) = butter.write(1) {
                failed(BUTTER, error);
            }
            match butter.read() {
                Ok(value) => black_box(value),
                Err(error) => failed(BUTTER, error),
            };
        })
        .with("libc", move || {
            plain::add(&plain, 1);
            black_box(plain::take(&plain));
        })
        .with("rustix", move || {
            if let Err(error) = rustix::io::write(&rustix, &1_u64.to_ne_bytes()) {
                failed("rustix", error);
            }
            let mut value = [0; 8];
            if let Err(error) = rustix::io::read(&rustix, &mut value) {
                failed("rustix", error);
            }
            black_box(u64::from_ne_bytes(value));
        })
        .with("nix", move || {
            if let Err(error) = nix.write(1) {
                failed("nix", error);
            }
            match nix.read() {
                Ok(value) => black_box(value),
                Err(error) => failed("nix", error),
            };
        })
        .aim("stub", CALL)
        .aim("libc", NOT_SLOWER))
}
