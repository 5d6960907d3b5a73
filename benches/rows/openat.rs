//! Opening an existing file, and closing the descriptor.

use std::ffi::CString;
use std::fs::File;
use std::hint::black_box;
use std::os::fd::OwnedFd;

use butter::fs::{Mode, OFlags, openat};
use nix::fcntl as nix;
use rustix::fs as rustix;

use crate::row::{BUTTER, CALL_LIMIT, NOT_SLOWER_LIMIT, Row};
use crate::{Failure, bare, context, fail, libc_calls};

fn directory() -> Result<OwnedFd, Failure> {
    Ok(context("open /dev", File::open("/dev"))?.into())
}

/// Creates a row with the bare system calls, which receive a NUL-terminated path in both rows.
fn row(about: &'static str) -> Result<Row, Failure> {
    let bare = || -> Result<_, Failure> {
        let directory = directory()?;
        Ok(move || bare::open_and_close(&directory, black_box(c"null")))
    };
    Ok(Row::new(about, 1).with("bare syscall", bare()?).with("bare syscall again", bare()?))
}

/// Adds the contenders whose `openat` accepts both `&CStr` and `&str` paths.
macro_rules! generic {
    ($row:expr, $path:expr) => {{
        let (butter, rustix_directory, nix_directory) = (directory()?, directory()?, directory()?);
        $row.with(BUTTER, move || {
            match openat(&butter, black_box($path), OFlags::RDONLY, Mode::empty()) {
                Ok(fd) => drop(black_box(fd)),
                Err(error) => fail(BUTTER, error),
            }
        })
        .with("rustix", move || {
            let (flags, mode) = (rustix::OFlags::CLOEXEC, rustix::Mode::empty());
            match rustix::openat(&rustix_directory, black_box($path), flags, mode) {
                Ok(fd) => drop(black_box(fd)),
                Err(error) => fail("rustix", error),
            }
        })
        .with("nix", move || {
            let (flags, mode) = (nix::OFlag::O_CLOEXEC, ::nix::sys::stat::Mode::empty());
            match nix::openat(&nix_directory, black_box($path), flags, mode) {
                Ok(fd) => drop(black_box(fd)),
                Err(error) => fail("nix", error),
            }
        })
        .target("bare syscall", CALL_LIMIT)
        .target("libc", NOT_SLOWER_LIMIT)
    }};
}

pub(crate) fn with_cstr() -> Result<Row, Failure> {
    let directory = directory()?;
    let row = row("one open and close with a NUL-terminated path")?
        .with("libc", move || libc_calls::open_and_close(&directory, black_box(c"null")));
    Ok(generic!(row, c"null"))
}

pub(crate) fn with_str() -> Result<Row, Failure> {
    let directory = directory()?;
    let row = row("one open and close with a path without a NUL, except for the bare syscall")?
        .with("libc", move || {
            let path = CString::new(black_box("null")).unwrap_or_else(|error| fail("libc", error));
            libc_calls::open_and_close(&directory, &path);
        });
    Ok(generic!(row, "null"))
}
