//! Calls that a signal interrupts: the functions of `handle` repeat them. A seccomp filter makes
//! the calls fail with `EINTR`.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use butter::fs::{CWD, OFlags};
use butter::handle::{FileHandle, name_to_handle_at, open_by_handle_at};
use butter::{Errno, Result};

use super::NONE;
use common::inject::supervise;
use common::require;

/// Calls a function whose system call fails with `EINTR` three times, and then with `ENOMEM`.
fn assert_repeated(number: libc::c_long, call: fn() -> Result<()>) {
    let calls = Arc::new(AtomicU32::new(0));
    let counter = calls.clone();
    let decide = move |_| match counter.fetch_add(1, Ordering::Relaxed) {
        0..3 => Some(Errno::INTR),
        _ => Some(Errno::NOMEM),
    };
    let result = supervise(number, decide, call);
    let result = require!(result, "seccomp user notifications are unavailable");
    assert_eq!(result.unwrap_err().errno(), Errno::NOMEM);
    assert_eq!(calls.load(Ordering::Relaxed), 4);
}

#[test]
fn name_to_handle_at_repeats_a_call_that_a_signal_interrupts() {
    let call = || name_to_handle_at(CWD, "/", NONE).map(drop);
    assert_repeated(libc::SYS_name_to_handle_at, call);
}

#[test]
fn open_by_handle_at_repeats_a_call_that_a_signal_interrupts() {
    let call = || {
        let handle = FileHandle::new(1, &[1; 8]).unwrap();
        open_by_handle_at(CWD, &handle, OFlags::PATH).map(drop)
    };
    assert_repeated(libc::SYS_open_by_handle_at, call);
}
