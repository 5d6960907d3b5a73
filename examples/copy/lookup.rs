//! Finds the file to which a path refers.
//!
//! Every directory and every file is looked up once, and is then accessed through its descriptor.
//! A process that replaces a file or a directory by a symbolic link can therefore not redirect the
//! copy to another file.

use std::ffi::{OsStr, OsString};
use std::fs::{File, Metadata};
use std::io;
use std::os::fd::{BorrowedFd, RawFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use butter::io::{AccessMode, DescriptorFlags, fcntl_getfd, fcntl_getfl};
use butter::process::geteuid;

use crate::at;
use crate::error::{Error, context};

/// The maximum number of symbolic links that are followed, as in the kernel.
const MAX_LINKS: u32 = 40;

const DIRECTORY: libc::c_int = libc::O_PATH | libc::O_DIRECTORY;

/// An entry of a directory, which need not exist.
pub(crate) struct Entry {
    pub(crate) directory: File,
    pub(crate) name: OsString,
    /// The path of the entry, for messages.
    pub(crate) path: PathBuf,
}

/// The result of a lookup.
pub(crate) enum Found {
    /// A duplicate of the inherited descriptor to which a link in `/proc/self/fd` refers.
    Inherited(File),
    /// A path-only descriptor of the file, and the properties of the file. The entry is `None` if
    /// the file was found without its name.
    Existing(File, Metadata, Option<Entry>),
    Missing(Entry),
}

/// Finds the file to which a path refers. Follows symbolic links.
pub(crate) fn find(path: &Path) -> Result<Found, Error> {
    find_at(None, path.as_os_str(), path.to_owned(), 0)
}

/// Finds the file to which an entry of a directory refers. Follows symbolic links.
pub(crate) fn find_entry(entry: Entry) -> Result<Found, Error> {
    find_entry_after_links(entry, 0)
}

/// Finds the file to which `text` refers, relative to `base`. `path` is the path for messages, and
/// `links` the number of links that were followed.
fn find_at(base: Option<&File>, text: &OsStr, path: PathBuf, links: u32) -> Result<Found, Error> {
    let bytes = text.as_bytes();
    let start = bytes.iter().rposition(|byte| *byte == b'/').map_or(0, |slash| slash + 1);
    let (parent, name) = bytes.split_at(start);
    if let b"" | b"." | b".." = name {
        let file = context("open directory", &path, at::openat(base, text, DIRECTORY, 0))?;
        let metadata = context("stat", &path, file.metadata())?;
        return Ok(Found::Existing(file, metadata, None));
    }
    let parent = OsStr::from_bytes(if parent.is_empty() { b"." } else { parent });
    let directory = at::openat(base, parent, DIRECTORY, 0);
    let shown = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    let directory = context("open directory", shown.unwrap_or(Path::new(".")), directory)?;
    let name = OsStr::from_bytes(name).to_owned();
    find_entry_after_links(Entry { directory, name, path }, links)
}

fn find_entry_after_links(entry: Entry, links: u32) -> Result<Found, Error> {
    let flags = libc::O_PATH | libc::O_NOFOLLOW;
    let file = match at::openat(Some(&entry.directory), &entry.name, flags, 0) {
        // A dangling symbolic link is an error, as with `cp`.
        Err(error) if error.kind() == io::ErrorKind::NotFound && links == 0 => {
            return Ok(Found::Missing(entry));
        }
        file => context("open", &entry.path, file)?,
    };
    let metadata = context("stat", &entry.path, file.metadata())?;
    if metadata.is_symlink() {
        follow(entry, &file, &metadata, links)
    } else {
        Ok(Found::Existing(file, metadata, Some(entry)))
    }
}

/// Finds the file to which a symbolic link refers.
fn follow(entry: Entry, link: &File, metadata: &Metadata, links: u32) -> Result<Found, Error> {
    let Entry { directory, name, path } = &entry;
    if context("stat", path, at::is_on_procfs(link))? {
        // The text of a link in `/proc/PID/fd` need not be the path of the file, so only the kernel
        // can follow such a link.
        if let Some(inherited) = context("open", path, inherited(&entry))? {
            return Ok(Found::Inherited(inherited));
        }
        let file = context("open", path, at::openat(Some(directory), name, libc::O_PATH, 0))?;
        let metadata = context("stat", path, file.metadata())?;
        return Ok(Found::Existing(file, metadata, None));
    }
    if links == MAX_LINKS {
        let error = io::Error::from_raw_os_error(libc::ELOOP);
        return context("follow", path, Err(error));
    }
    context("follow", path, check_may_follow(directory, metadata))?;
    let text = context("follow", path, at::readlinkat(link))?;
    let target = path.with_file_name(&text);
    find_at(Some(directory), &text, target, links + 1)
}

/// Returns an error if another user could have created the link in a directory that every user may
/// write to. The kernel has the same rule (`fs.protected_symlinks`), but does not apply it to links
/// that the program reads.
fn check_may_follow(directory: &File, link: &Metadata) -> io::Result<()> {
    const SHARED: u32 = libc::S_ISVTX | libc::S_IWOTH;
    let directory = directory.metadata()?;
    let may_follow = directory.mode() & SHARED != SHARED
        || link.uid() == directory.uid()
        || link.uid() == geteuid().as_raw();
    if may_follow { Ok(()) } else { Err(io::Error::from_raw_os_error(libc::EACCES)) }
}

/// If the entry is a link in `/proc/self/fd`, and its descriptor was inherited and is open for
/// writing, returns a duplicate of the descriptor. Unlike a file that is opened again, a duplicate
/// shares the file offset and `O_APPEND`, so it does not overwrite output that is already in the
/// file.
fn inherited(entry: &Entry) -> io::Result<Option<File>> {
    let own = at::openat(None, OsStr::new("/proc/self/fd"), DIRECTORY, 0)?;
    let is_own = is_same(&own.metadata()?, &entry.directory.metadata()?);
    let number = entry.name.to_str().and_then(|name| name.parse::<RawFd>().ok());
    let Some(number) = number.filter(|_| is_own) else { return Ok(None) };
    // SAFETY: the descriptor was open when its link was found, and this thread, the only one that
    // opens and closes descriptors, has not closed it since.
    let fd = unsafe { BorrowedFd::borrow_raw(number) };
    if fcntl_getfd(fd)?.contains(DescriptorFlags::CLOEXEC) {
        // The program itself has opened the descriptor.
        return Err(io::Error::from_raw_os_error(libc::ENOENT));
    }
    match fcntl_getfl(fd)?.access() {
        AccessMode::WriteOnly | AccessMode::ReadWrite => Ok(Some(fd.try_clone_to_owned()?.into())),
        _ => Ok(None),
    }
}

/// Returns whether two files are the same file.
pub(crate) fn is_same(one: &Metadata, other: &Metadata) -> bool {
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}
