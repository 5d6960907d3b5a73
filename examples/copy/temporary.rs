//! The temporary file, which is renamed to the target when it is complete, or removed.
//!
//! Two threads access it: the one that copies, and the one that waits for signals. The first one to
//! lock it decides what happens to it.

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
    /// The name under which an incomplete file is kept.
    partial: Option<PathBuf>,
}

static TEMPORARY: Mutex<Option<Temporary>> = Mutex::new(None);

fn lock() -> MutexGuard<'static, Option<Temporary>> {
    TEMPORARY.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Creates the file in this directory. The umask restricts the permissions.
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

/// Renames the complete file to the target.
pub(crate) fn finish(target: &Path) -> io::Result<()> {
    let mut temporary = lock();
    if let Some(Temporary { path, .. }) = &*temporary {
        fs::rename(path, target)?;
    }
    *temporary = None;
    Ok(())
}

/// The result of abandoning the temporary file, printed as the end of a message.
pub(crate) struct Abandoned {
    kept: Option<PathBuf>,
    /// Prevents the other thread from creating or renaming a file until this is dropped.
    _lock: MutexGuard<'static, Option<Temporary>>,
}

/// Removes the incomplete file, or renames it to the name for partial files. Does nothing if no
/// temporary file exists.
pub(crate) fn abandon() -> Abandoned {
    let mut temporary = lock();
    let kept = temporary.take().and_then(|Temporary { path, partial }| match partial {
        Some(partial) if fs::rename(&path, &partial).is_ok() => Some(partial),
        // A file that cannot be removed is reported as one that is kept.
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
/// The signals are blocked in every thread and do not interrupt the copy. Ignores SIGXFSZ, so that
/// exceeding the file size limit is an error like any other.
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

/// Terminates the process by the signal, so that the parent process sees the cause.
fn terminate(signal: Signal) {
    let abandoned = abandon();
    message(format_args!("terminated by SIG{signal}{abandoned}"));
    let _ = signal::set_default(signal);
    let _ = signal::unblock(signal);
    let _ = signal::kill(getpid(), signal);
    // The lock is held until here, so that the other thread cannot continue.
    drop(abandoned);
}
