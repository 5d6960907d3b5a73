//! The half file: it becomes the target, or it goes.
//!
//! Two threads know of it: the one that copies, and the one that waits for signals. Whichever comes first decides.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use butter::path::Escape;

struct Partial {
    path: PathBuf,
    /// Where it is to stay when it is abandoned.
    kept: Option<PathBuf>,
}

static PARTIAL: Mutex<Option<Partial>> = Mutex::new(None);

fn partial() -> MutexGuard<'static, Option<Partial>> {
    PARTIAL.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Makes one in this directory, with these permissions less the umask.
pub(crate) fn create(
    directory: &Path,
    permissions: u32,
    kept: Option<PathBuf>,
) -> io::Result<File> {
    let mut partial = partial();
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
                    *partial = Some(Partial { path, kept });
                }
                return file;
            }
        }
    }
}

/// It is whole: gives it its name.
pub(crate) fn finish(target: &Path) -> io::Result<()> {
    let mut partial = partial();
    if let Some(Partial { path, .. }) = &*partial {
        fs::rename(path, target)?;
    }
    *partial = None;
    Ok(())
}

/// What became of the half file, as the end of a line for the user.
pub(crate) struct Abandoned {
    kept: Option<PathBuf>,
    /// Held for as long as this is, so that nothing becomes of it in the meantime.
    _partial: MutexGuard<'static, Option<Partial>>,
}

/// It will not be whole: removes it, or keeps it under a name that says so. Where there is none, nothing is done.
pub(crate) fn abandon() -> Abandoned {
    let mut partial = partial();
    let kept = partial.take().and_then(|Partial { path, kept }| match kept {
        Some(kept) if fs::rename(&path, &kept).is_ok() => Some(kept),
        // One that cannot be removed is told as one that is kept.
        _ => fs::remove_file(&path).err().map(|_| path),
    });
    Abandoned { kept, _partial: partial }
}

impl fmt::Display for Abandoned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kept {
            Some(kept) => write!(f, "; what had arrived is {}", Escape::new(kept)),
            None => Ok(()),
        }
    }
}
