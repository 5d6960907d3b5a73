//! Reading a directory with 1,000 files.
//!
//! butter and rustix read into a buffer of 32 KiB. libc allocates its buffer once, and `std` opens
//! the directory in every round.

use std::ffi::CStr;
use std::fs::{self, File};
use std::mem::MaybeUninit;
use std::os::fd::{IntoRawFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use butter::fs::Dir;
use rustix::fs::{RawDir, SeekFrom, seek};
use tempfile::TempDir;

use crate::row::{BUTTER, NOT_SLOWER_LIMIT, Row};
use crate::{Failure, context, fail};

const FILES: u32 = 1000;
const BUFFER_SIZE: usize = 32 << 10;

/// The sum of the lengths of all names, including `.` and `..`.
const NAMES: usize = FILES as usize * 12 + 3;

#[repr(align(8))]
struct Buffer<T>([T; BUFFER_SIZE]);

fn open(path: &Path) -> Result<OwnedFd, Failure> {
    Ok(context("a temporary directory", File::open(path))?.into())
}

fn check(name: &'static str, length: usize) {
    if length != NAMES {
        fail(name, format!("read {length} of {NAMES} bytes of names"));
    }
}

pub(crate) fn read() -> Result<Row, Failure> {
    let directory = context("a temporary directory", TempDir::new())?;
    for number in 0..FILES {
        let path = directory.path().join(format!("file{number:08}"));
        context("a temporary file", File::create(path))?;
    }
    let path = directory.path();
    let (butter, rustix, libc) = (open(path)?, open(path)?, open(path)?);
    // SAFETY: `fdopendir` takes ownership of the descriptor.
    let stream = unsafe { libc::fdopendir(libc.into_raw_fd()) };
    if stream.is_null() {
        fail("fdopendir", std::io::Error::last_os_error());
    }
    let mut own = Buffer([0; BUFFER_SIZE]);
    let mut other = Buffer([MaybeUninit::uninit(); BUFFER_SIZE]);
    Ok(Row::new("read one of 1,000 entries", FILES)
        .with(BUTTER, move || {
            let mut entries = Dir::new(&butter, &mut own.0);
            entries.rewind().unwrap_or_else(|error| fail(BUTTER, error));
            let mut length = 0;
            while let Some(entry) = entries.next() {
                let entry = entry.unwrap_or_else(|error| fail(BUTTER, error));
                length += entry.name().as_bytes().len();
            }
            check(BUTTER, length);
        })
        .with("rustix", move || {
            seek(&rustix, SeekFrom::Start(0)).unwrap_or_else(|error| fail("rustix", error));
            let mut entries = RawDir::new(&rustix, &mut other.0);
            let mut length = 0;
            while let Some(entry) = entries.next() {
                let entry = entry.unwrap_or_else(|error| fail("rustix", error));
                length += entry.file_name().to_bytes().len();
            }
            check("rustix", length);
        })
        .with("libc readdir", move || {
            // SAFETY: the stream is open, and only this closure uses it.
            unsafe { libc::rewinddir(stream) };
            let mut length = 0;
            loop {
                // SAFETY: as above.
                let entry = unsafe { libc::readdir64(stream) };
                if entry.is_null() {
                    break;
                }
                // SAFETY: the entry is valid until the next call of `readdir64`.
                let name = unsafe { &raw const (*entry).d_name };
                // SAFETY: as above, and the name ends with a NUL byte.
                length += unsafe { CStr::from_ptr(name.cast()) }.count_bytes();
            }
            check("libc readdir", length);
        })
        .with("std", move || {
            let entries = fs::read_dir(directory.path());
            let entries = entries.unwrap_or_else(|error| fail("std", error));
            let names =
                entries.map(|entry| entry.unwrap_or_else(|error| fail("std", error)).file_name());
            // `std` does not return `.` and `..`.
            check("std", names.map(|name| name.as_bytes().len()).sum::<usize>() + 3);
        })
        .target("rustix", NOT_SLOWER_LIMIT))
}
