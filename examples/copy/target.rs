//! The target of a copy.

use std::ffi::CString;
use std::fs::{self, File, Metadata, OpenOptions, Permissions};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use butter::path::Escape;

use crate::error::{Error, context};
use crate::options::Options;
use crate::temporary;

pub(crate) struct Target {
    file: File,
    /// The path to which the temporary file is renamed; `None` if the target is not a regular file.
    name: Option<PathBuf>,
}

impl Target {
    pub(crate) fn open(options: &Options, source: &Metadata) -> Result<Self, Error> {
        let mut path = options.target.clone();
        if path.is_dir() {
            let name = options.source.file_name();
            path.push(name.ok_or_else(|| {
                Error::Message(format!(
                    "cannot determine a file name from '{}'",
                    Escape::new(&options.source)
                ))
            })?);
        }
        match fs::metadata(&path) {
            Ok(old) if (old.dev(), old.ino()) == (source.dev(), source.ino()) => {
                let (source, target) = (Escape::new(&options.source), Escape::new(&path));
                Err(Error::Message(format!("'{source}' and '{target}' are the same file")))
            }
            Ok(old) if old.is_dir() => {
                Err(Error::Message(format!("'{}' is a directory", Escape::new(&path))))
            }
            Ok(old) if old.is_file() => {
                // Replace the file to which a symbolic link refers, not the link.
                let path = context("resolve", &path, fs::canonicalize(&path))?;
                // rename(2) requires write permission for the directory only, and would replace a
                // write-protected file.
                context("replace", &path, check_writable(&path))?;
                let target = Self::create(path, 0o600, options)?;
                let permissions = Permissions::from_mode(old.mode() & 0o777);
                context(
                    "set permissions of",
                    &options.target,
                    target.file.set_permissions(permissions),
                )?;
                Ok(target)
            }
            Ok(_) => {
                let file = context("open", &path, OpenOptions::new().write(true).open(&path))?;
                Ok(Self { file, name: None })
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound && !path.is_symlink() => {
                Self::create(path, source.mode() & 0o777, options)
            }
            Err(error) => context("stat", &path, Err(error)),
        }
    }

    /// Creates the temporary file in the directory of the target.
    fn create(path: PathBuf, permissions: u32, options: &Options) -> Result<Self, Error> {
        let directory = path.parent().filter(|directory| !directory.as_os_str().is_empty());
        let mut partial = path.clone().into_os_string();
        partial.push(".partial");
        let partial = options.keep_partial.then(|| partial.into());
        let directory = directory.unwrap_or(Path::new("."));
        let file = context("create", &path, temporary::create(directory, permissions, partial))?;
        Ok(Self { file, name: Some(path) })
    }

    pub(crate) fn file(&self) -> &File {
        &self.file
    }

    /// Closes the complete file. Renames a temporary file to the target.
    pub(crate) fn finish(self) -> Result<(), Error> {
        // Some file systems report write errors only when the file is closed.
        butter::io::close(self.file.into())?;
        match &self.name {
            Some(name) => context("rename the temporary file to", name, temporary::finish(name)),
            None => Ok(()),
        }
    }
}

/// Returns an error if the effective user may not write to a file.
fn check_writable(path: &Path) -> io::Result<()> {
    let path = CString::new(path.as_os_str().as_bytes())?;
    // SAFETY: the call reads the path up to its NUL byte.
    let result =
        unsafe { libc::faccessat(libc::AT_FDCWD, path.as_ptr(), libc::W_OK, libc::AT_EACCESS) };
    if result == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}
