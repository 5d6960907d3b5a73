//! Arguments of the call that reads directory entries.

use butter::fd::AsFd;
use butter::fs::raw::getdents64;
use butter::mm::AnonymousMapping;

use super::recorder::*;
use super::{Row, open, pattern};

pub const ROWS: &[Row] = &[Row("fs::raw::getdents64", &[libc::SYS_getdents64], |it| {
    let (file, bytes) = (open(500), pattern::<256>());
    let arguments = [("fd", fd(&file)), ("dirp", output(bytes)), ("count", size(300))];
    let mut buffer = [0; 300];
    let result =
        it.call(libc::SYS_getdents64, arguments, 256, || getdents64(file.as_fd(), &mut buffer));
    it.output("bytes", result, Ok(&bytes[..]));
    // The kernel rejects a size that exceeds the maximum of an `int`. The host may have too little
    // memory for such a buffer.
    if let Ok(mut large) = AnonymousMapping::new(5 << 30) {
        let count = int(i32::MAX);
        let arguments = [("fd", fd(&file)), ("dirp", output(bytes)), ("count", count)];
        let result = it.call(libc::SYS_getdents64, arguments, 256, || {
            getdents64(file.as_fd(), &mut large[..])
        });
        it.output("bytes", result, Ok(&bytes[..]));
    }
})];
