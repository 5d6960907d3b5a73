//! What is copied to.

use std::fs::{self, File, Metadata, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use butter::path::Escape;
use rustix::fs::{Access, AtFlags, CWD, accessat};

use crate::failure::{Failure, when};
use crate::options::Options;
use crate::partial;

pub(crate) struct Target {
    file: File,
    /// The name that the file gets when it is whole; `None` where it is no file, and has its name.
    name: Option<PathBuf>,
}

impl Target {
    pub(crate) fn open(options: &Options, source: &Metadata) -> Result<Self, Failure> {
        let mut path = options.target.clone();
        if path.is_dir() {
            let name = options.source.file_name();
            path.push(name.ok_or_else(|| {
                Failure::Said(format!("{} has no name", Escape::new(&options.source)))
            })?);
        }
        match fs::metadata(&path) {
            Ok(old) if (old.dev(), old.ino()) == (source.dev(), source.ino()) => {
                let (source, target) = (Escape::new(&options.source), Escape::new(&path));
                Err(Failure::Said(format!("{source} and {target} are the same file")))
            }
            Ok(old) if old.is_dir() => {
                Err(Failure::Said(format!("{} is a directory", Escape::new(&path))))
            }
            Ok(old) if old.is_file() => {
                // The file that a link names is replaced, not the link.
                let path = when("found", &path, fs::canonicalize(&path))?;
                // Its directory may allow that where the file itself is write-protected.
                let writable = accessat(CWD, &path, Access::WRITE_OK, AtFlags::EACCESS);
                when("replaced", &path, writable.map_err(io::Error::from))?;
                let target = Self::beside(path, 0o600, options)?;
                let permissions = Permissions::from_mode(old.mode() & 0o777);
                when(
                    "given permissions",
                    &options.target,
                    target.file.set_permissions(permissions),
                )?;
                Ok(target)
            }
            Ok(_) => {
                let file = when("opened", &path, OpenOptions::new().write(true).open(&path))?;
                Ok(Self { file, name: None })
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound && !path.is_symlink() => {
                Self::beside(path, source.mode() & 0o777, options)
            }
            Err(error) => when("looked at", &path, Err(error)),
        }
    }

    /// A file that is not there before it is whole.
    fn beside(path: PathBuf, permissions: u32, options: &Options) -> Result<Self, Failure> {
        let directory = path.parent().filter(|directory| !directory.as_os_str().is_empty());
        let mut kept = path.clone().into_os_string();
        kept.push(".partial");
        let kept = options.keep_partial.then(|| kept.into());
        let directory = directory.unwrap_or(Path::new("."));
        let file = when("written to", &path, partial::create(directory, permissions, kept))?;
        Ok(Self { file, name: Some(path) })
    }

    pub(crate) fn file(&self) -> &File {
        &self.file
    }

    /// All bytes have arrived.
    pub(crate) fn finish(self) -> Result<(), Failure> {
        // What some file systems could not store they say when the file is closed.
        butter::io::close(self.file.into())?;
        match &self.name {
            Some(name) => when("given its name", name, partial::finish(name)),
            None => Ok(()),
        }
    }
}
