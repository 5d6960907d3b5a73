//! Detects whether standard output is closed.
//!
//! The standard library opens `/dev/null` in place of a closed standard output before it calls
//! `main`, so a write to the closed standard output would succeed. `check` therefore examines the
//! descriptor before the standard library is initialized.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};

static CLOSED: AtomicBool = AtomicBool::new(false);

/// The C library calls the functions in this section before it calls the entry point of the
/// program.
#[used]
// SAFETY: the section consists of pointers to functions, and `check` ignores the arguments that
// some C libraries pass.
#[unsafe(link_section = ".init_array")]
static CHECK: extern "C" fn() = check;

extern "C" fn check() {
    // SAFETY: accesses no memory; the descriptor may be closed.
    let flags = unsafe { libc::fcntl(libc::STDOUT_FILENO, libc::F_GETFD) };
    CLOSED.store(flags == -1, Ordering::Relaxed);
}

/// Returns the error of a write to standard output if it was closed at the start of the program.
pub(crate) fn ensure_open() -> io::Result<()> {
    match CLOSED.load(Ordering::Relaxed) {
        true => Err(io::Error::from_raw_os_error(libc::EBADF)),
        false => Ok(()),
    }
}
