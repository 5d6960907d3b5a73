//! The target of a copy: a temporary file that replaces the target, or the target itself.

use std::fs::{File, Metadata, OpenOptions, Permissions};
use std::io;
use std::os::fd::{AsFd, AsRawFd};
use std::os::unix::fs::{FileTypeExt, MetadataExt, OpenOptionsExt, PermissionsExt, fchown};
use std::path::{Path, PathBuf};

use butter::path::Escape;
use butter::process::geteuid;

use crate::at;
use crate::error::{Error, context};
use crate::lookup::{self, Entry, Found, is_same};
use crate::options::Options;
use crate::temporary;

pub(crate) struct Target {
    file: File,
    /// The path of the target, for messages.
    path: PathBuf,
    /// Whether `file` is a temporary file, which is renamed to the target.
    is_temporary: bool,
}

impl Target {
    pub(crate) fn open(options: &Options, source: &Metadata) -> Result<Self, Error> {
        if options.is_stdout() {
            let stdout = io::stdout().as_fd().try_clone_to_owned();
            let stdout = context("open", options.target_name(), stdout)?;
            return Self::inherited(options, source, stdout.into());
        }
        let found = match lookup::find(&options.target)? {
            Found::Existing(directory, metadata, _) if metadata.is_dir() => {
                let name = options.source.file_name().filter(|_| !options.is_stdin());
                let name = name.ok_or_else(|| {
                    let source = Escape::new(options.source_name());
                    Error::Message(format!("cannot determine a file name from '{source}'"))
                })?;
                let (name, path) = (name.to_owned(), options.target.join(name));
                lookup::find_entry(Entry { directory, name, path })?
            }
            found => found,
        };
        match found {
            Found::Inherited(file) => Self::inherited(options, source, file),
            Found::Missing(entry) => {
                let path = entry.path.clone();
                let file = temporary::create(entry, source.mode() & 0o777, options.keep_partial);
                let file = context("create", &path, file)?;
                Ok(Self { file, path, is_temporary: true })
            }
            Found::Existing(file, old, entry) => {
                let path = entry.as_ref().map_or(&options.target, |entry| &entry.path).clone();
                if old.is_dir() {
                    let path = Escape::new(&path);
                    return Err(Error::Message(format!("'{path}' is a directory")));
                }
                check_different(options, source, &old, &path)?;
                let replacement = match entry {
                    Some(entry) if old.is_file() => replace(entry, &file, &old, options)?,
                    _ => None,
                };
                let is_temporary = replacement.is_some();
                let file = match replacement {
                    Some(file) => file,
                    None => context("open", &path, open_in_place(&file, &old))?,
                };
                Ok(Self { file, path, is_temporary })
            }
        }
    }

    /// Returns a target that is an inherited descriptor.
    fn inherited(options: &Options, source: &Metadata, file: File) -> Result<Self, Error> {
        let path = options.target_name().to_owned();
        check_different(options, source, &context("stat", &path, file.metadata())?, &path)?;
        Ok(Self { file, path, is_temporary: false })
    }

    pub(crate) fn file(&self) -> &File {
        &self.file
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Closes the complete file. Renames a temporary file to the target.
    pub(crate) fn finish(self) -> Result<(), Error> {
        // Some file systems report write errors only when the file is closed.
        context("write", &self.path, butter::io::close(self.file.into()))?;
        if self.is_temporary {
            context("rename the temporary file to", &self.path, temporary::finish())?;
        }
        Ok(())
    }
}

/// Returns an error if the target is the file that is the source. The two ends of a terminal or a
/// socket, from which a program reads and to which it writes, are not the same data.
fn check_different(
    options: &Options,
    source: &Metadata,
    target: &Metadata,
    path: &Path,
) -> Result<(), Error> {
    let kind = target.file_type();
    if !is_same(source, target) || kind.is_char_device() || kind.is_socket() {
        return Ok(());
    }
    let (source, target) = (Escape::new(options.source_name()), Escape::new(path));
    Err(Error::Message(format!("'{source}' and '{target}' are the same file")))
}

/// Creates the temporary file that replaces a regular file. Returns `None` if the regular file
/// cannot be replaced and must be written in place.
fn replace(
    entry: Entry,
    file: &File,
    old: &Metadata,
    options: &Options,
) -> Result<Option<File>, Error> {
    let path = entry.path.clone();
    // rename(2) requires write permission for the directory only, and would replace a
    // write-protected file.
    context("write", &path, at::check_writable(file))?;
    // rename(2) fails if the new name is a mount point.
    if context("stat", &path, at::is_mount_root(file))?
        || context("stat", &path, is_protected(&entry.directory, old))?
    {
        return Ok(None);
    }
    let new = match temporary::create(entry, 0o600, options.keep_partial) {
        Err(error) if is_refusal(&error) => return Ok(None),
        new => context("create a temporary file for", &path, new)?,
    };
    context("set permissions of", &path, preserve_attributes(&new, file, old))?;
    Ok(Some(new))
}

/// Returns whether the sticky bit of the directory prevents the effective user from replacing a
/// file of another user.
fn is_protected(directory: &File, file: &Metadata) -> io::Result<bool> {
    let (directory, user) = (directory.metadata()?, geteuid().as_raw());
    Ok(directory.mode() & libc::S_ISVTX != 0 && ![0, file.uid(), directory.uid()].contains(&user))
}

/// Returns whether an error means that the user or the kernel may not create files in a directory.
/// File systems for pseudo-files, such as proc, sysfs and cgroup2, refuse new files with `EACCES`,
/// or with `ENOENT` or `EINVAL` if the name is not one that they provide.
fn is_refusal(error: &io::Error) -> bool {
    let refusals = [
        libc::EACCES,
        libc::EPERM,
        libc::EROFS,
        libc::ENOENT,
        libc::EINVAL,
        libc::ENOSYS,
        libc::EOPNOTSUPP,
    ];
    error.raw_os_error().is_some_and(|errno| refusals.contains(&errno))
}

/// Sets the group, the permissions and the owner of the temporary file `new` to those of the file
/// that it replaces. The owner remains the effective user unless the process may change it.
fn preserve_attributes(new: &File, file: &File, old: &Metadata) -> io::Result<()> {
    let initial = new.metadata()?;
    let keeps_group = initial.gid() == old.gid() || fchown(new, None, Some(old.gid())).is_ok();
    let mut mode = old.mode() & 0o777;
    // If the file has an ACL, the permissions of the group in its mode are the mask of the ACL,
    // which can include permissions that the group does not have.
    if !keeps_group || at::has_acl(file) {
        // The new group must not get the permissions of the old group. The members of the old group
        // can now be other users, and must not get permissions that the old group did not have.
        mode &= 0o700 | mode >> 3 & 0o007;
    }
    // Some file systems fail to set permissions, even those that the file already has.
    if initial.mode() & 0o7777 != mode {
        new.set_permissions(Permissions::from_mode(mode))?;
    }
    if initial.uid() != old.uid() {
        let _ = fchown(new, Some(old.uid()), None);
    }
    Ok(())
}

/// Opens a file for writing through its path-only descriptor. Truncates a regular file, as `cp`
/// does.
fn open_in_place(file: &File, metadata: &Metadata) -> io::Result<File> {
    OpenOptions::new()
        .write(true)
        .truncate(metadata.is_file())
        .custom_flags(libc::O_NOCTTY)
        .open(format!("/proc/self/fd/{}", file.as_raw_fd()))
}
