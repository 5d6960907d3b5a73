//! The temporary file, which is renamed to the target if the copy succeeds, and removed otherwise.
//!
//! Two threads access the temporary file: one thread copies, and the other thread waits for
//! signals. The thread that locks `TEMPORARY` first renames or removes the file.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use butter::path::Escape;
use butter::process::getpid;
use butter::signal::{self, Signal};
use butter::time::Timeout;

use crate::at;
use crate::common::signals;
use crate::lookup::Entry;
use crate::message;

/// The maximum number of names that are tried for the temporary file and for the incomplete copy.
const MAX_NAMES: u32 = 1000;

struct Temporary {
    name: OsString,
    target: Entry,
    /// Whether an incomplete file is renamed to `TARGET.partial`, not removed.
    keep_partial: bool,
}

static TEMPORARY: Mutex<Option<Temporary>> = Mutex::new(None);

fn lock() -> MutexGuard<'static, Option<Temporary>> {
    TEMPORARY.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Creates the temporary file in the directory of the target. The umask restricts the permissions.
pub(crate) fn create(target: Entry, permissions: u32, keep_partial: bool) -> io::Result<File> {
    let mut temporary = lock();
    let process = std::process::id();
    let mut number = 0;
    loop {
        let name = OsString::from(format!(".copy-{process}-{number}"));
        let flags = libc::O_WRONLY | libc::O_CREAT | libc::O_EXCL;
        match at::openat(Some(&target.directory), &name, flags, permissions) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && number < MAX_NAMES => {
                number += 1
            }
            file => {
                if file.is_ok() {
                    *temporary = Some(Temporary { name, target, keep_partial });
                }
                return file;
            }
        }
    }
}

/// Renames the complete temporary file to the target.
pub(crate) fn finish() -> io::Result<()> {
    let mut temporary = lock();
    if let Some(Temporary { name, target, .. }) = &*temporary {
        at::renameat(&target.directory, name, &target.name)?;
    }
    *temporary = None;
    Ok(())
}

impl Temporary {
    /// Renames the incomplete file to the first of `TARGET.partial`, `TARGET.partial.1` and so on
    /// that does not exist, or removes it. Returns its path if it was not removed.
    fn abandon(self) -> Option<PathBuf> {
        let Self { name, target: Entry { directory, name: target, path }, keep_partial } = self;
        if !keep_partial {
            // If the temporary file cannot be removed, the message says that the incomplete copy
            // was kept.
            let result = at::unlinkat(&directory, &name);
            return result.err().map(|_| path.with_file_name(name));
        }
        let with_suffix = |suffix: &dyn AsRef<OsStr>| {
            let mut name = target.clone();
            name.push(suffix);
            name
        };
        let numbered = (1..MAX_NAMES).map(|number| with_suffix(&format!(".partial.{number}")));
        for partial in std::iter::once(with_suffix(&".partial")).chain(numbered) {
            match at::rename_without_replacing(&directory, &name, &partial) {
                Ok(()) => return Some(path.with_file_name(partial)),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => (),
                Err(_) => break,
            }
        }
        Some(path.with_file_name(name))
    }
}

/// The result of abandoning the temporary file, which is displayed at the end of an error message.
pub(crate) struct Abandoned {
    kept: Option<PathBuf>,
    /// Prevents the other thread from creating or renaming the temporary file until the guard is
    /// dropped.
    _lock: MutexGuard<'static, Option<Temporary>>,
}

/// Removes the temporary file, or keeps it under another name. Does nothing if no temporary file
/// exists.
pub(crate) fn abandon() -> Abandoned {
    let mut temporary = lock();
    let kept = temporary.take().and_then(Temporary::abandon);
    Abandoned { kept, _lock: temporary }
}

impl fmt::Display for Abandoned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kept {
            Some(kept) => write!(f, "; incomplete copy kept as '{}'", Escape::new(kept)),
            None => Ok(()),
        }
    }
}

/// Starts a thread that abandons the temporary file if a termination signal arrives.
///
/// The termination signals are blocked in every thread and do not interrupt the copy. `SIGXFSZ` is
/// ignored, so that a write beyond the file size limit fails with `EFBIG`.
pub(crate) fn abandon_on_signals() -> butter::Result<()> {
    signal::ignore(Signal::XFSZ)?;
    let blocked = signals::block()?;
    std::thread::spawn(move || {
        if let Ok(Some(info)) = signal::wait(blocked, Timeout::Infinite) {
            terminate(info.signal());
        }
    });
    Ok(())
}

/// Terminates the process with a signal, so that the wait status of the process contains this
/// signal.
fn terminate(signal: Signal) {
    let abandoned = abandon();
    message(format_args!("terminated by SIG{signal}{abandoned}"));
    let _ = signal::set_default(signal);
    let _ = signal::unblock(signal);
    let _ = signal::kill(getpid(), signal);
    // The lock prevents the other thread from renaming the temporary file before the signal
    // terminates the process.
    drop(abandoned);
}
