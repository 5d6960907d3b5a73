//! The temporary file, which is renamed to the target if the copy succeeds, and removed otherwise.
//!
//! Two threads access the temporary file: one thread copies, and the other thread waits for
//! signals. The thread that locks `TEMPORARY` first renames or removes the file.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use butter::path::Escape;
use butter::process::getpid;
use butter::signal::{self, Signal};
use butter::time::Timeout;

use crate::common::signals;
use crate::message;

struct Temporary {
    path: PathBuf,
    /// The path to which an incomplete file is renamed; `None` if an incomplete file is removed.
    partial: Option<PathBuf>,
}

static TEMPORARY: Mutex<Option<Temporary>> = Mutex::new(None);

fn lock() -> MutexGuard<'static, Option<Temporary>> {
    TEMPORARY.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Creates the temporary file in `directory`. The umask restricts the permissions.
pub(crate) fn create(
    directory: &Path,
    permissions: u32,
    partial: Option<PathBuf>,
) -> io::Result<File> {
    let mut temporary = lock();
    let process = std::process::id();
    let mut number = 0_u32;
    loop {
        let path = directory.join(format!(".copy-{process}-{number}"));
        match OpenOptions::new().write(true).create_new(true).mode(permissions).open(&path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && number < 1000 => {
                number += 1
            }
            file => {
                if file.is_ok() {
                    *temporary = Some(Temporary { path, partial });
                }
                return file;
            }
        }
    }
}

/// Renames the complete temporary file to the target.
pub(crate) fn finish(target: &Path) -> io::Result<()> {
    let mut temporary = lock();
    if let Some(Temporary { path, .. }) = &*temporary {
        fs::rename(path, target)?;
    }
    *temporary = None;
    Ok(())
}

/// The result of abandoning the temporary file, which is displayed at the end of an error message.
pub(crate) struct Abandoned {
    kept: Option<PathBuf>,
    /// Prevents the other thread from creating or renaming the temporary file until the guard is
    /// dropped.
    _lock: MutexGuard<'static, Option<Temporary>>,
}

/// Removes the temporary file, or renames it to its `partial` path. Does nothing if no temporary
/// file exists.
pub(crate) fn abandon() -> Abandoned {
    let mut temporary = lock();
    let kept = temporary.take().and_then(|Temporary { path, partial }| match partial {
        Some(partial) if fs::rename(&path, &partial).is_ok() => Some(partial),
        // If the temporary file cannot be removed, the message says that the incomplete copy was
        // kept.
        _ => fs::remove_file(&path).err().map(|_| path),
    });
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
