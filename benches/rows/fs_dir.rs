//! Reading a directory with 1,000 files, or with as many as `BUTTER_DIRECTORY_ENTRIES` specifies.
//!
//! butter and rustix read into a buffer of 32 KiB. libc allocates its buffer once, and `std` opens
//! the directory in every round.

use std::env;
use std::ffi::CStr;
use std::fs::{self, File};
use std::mem::MaybeUninit;
use std::os::fd::{IntoRawFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use butter::fs::Dir;
use rustix::fs::{RawDir, SeekFrom, seek};
use tempfile::TempDir;

use crate::row::{BUTTER, DECODE_LIMIT, NOT_SLOWER_LIMIT, Row};
use crate::{Failure, bare, context, fail};

const BUFFER_SIZE: usize = 32 << 10;

#[repr(align(8))]
struct Buffer<T>([T; BUFFER_SIZE]);

fn open(path: &Path) -> Result<OwnedFd, Failure> {
    Ok(context("a temporary directory", File::open(path))?.into())
}

/// Returns the number of files in the directory.
fn files() -> Result<u32, Failure> {
    match env::var("BUTTER_DIRECTORY_ENTRIES") {
        Ok(number) => context("BUTTER_DIRECTORY_ENTRIES", number.parse()),
        Err(_) => Ok(1000),
    }
}

pub(crate) fn read() -> Result<Row, Failure> {
    let directory = context("a temporary directory", TempDir::new())?;
    let files = files()?;
    // The sum of the lengths of all names, including `.` and `..`.
    let names = files as usize * 12 + 3;
    let check = move |name, length| {
        if length != names {
            fail(name, format!("read {length} of {names} bytes of names"));
        }
    };
    for number in 0..files {
        let path = directory.path().join(format!("file{number:08}"));
        context("a temporary file", File::create(path))?;
    }
    let path = directory.path();
    let (bare, again, butter) = (open(path)?, open(path)?, open(path)?);
    let (rustix, libc) = (open(path)?, open(path)?);
    // SAFETY: `fdopendir` takes ownership of the descriptor.
    let stream = unsafe { libc::fdopendir(libc.into_raw_fd()) };
    if stream.is_null() {
        fail("fdopendir", std::io::Error::last_os_error());
    }
    let mut own = Buffer([0; BUFFER_SIZE]);
    let (mut bare_buffer, mut again_buffer) = (Buffer([0; BUFFER_SIZE]), Buffer([0; BUFFER_SIZE]));
    let mut other = Buffer([MaybeUninit::uninit(); BUFFER_SIZE]);
    Ok(Row::new("read one entry", files)
        .with("bare loop", move || check("bare loop", bare_loop(&bare, &mut bare_buffer.0)))
        .with("bare loop again", move || check("bare loop", bare_loop(&again, &mut again_buffer.0)))
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
        .target("bare loop", DECODE_LIMIT)
        .target("rustix", NOT_SLOWER_LIMIT))
}

/// Reads all entries with bare system calls, and returns the sum of the lengths of their names.
fn bare_loop(directory: &OwnedFd, buffer: &mut [u8]) -> usize {
    bare::rewind(directory);
    let mut length = 0;
    loop {
        let count = usize::try_from(bare::getdents64(directory, buffer)).unwrap_or(0);
        if count == 0 {
            return length;
        }
        let mut entries = &buffer[..count];
        while !entries.is_empty() {
            let size = u16::from_ne_bytes([entries[16], entries[17]]);
            let (entry, rest) = entries.split_at(size.into());
            length += CStr::from_bytes_until_nul(&entry[19..]).map_or(0, CStr::count_bytes);
            entries = rest;
        }
    }
}
