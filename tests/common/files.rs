//! Temporary files and directories, which are removed on drop.

use std::fs::{self, File};
use std::ops::{Deref, DerefMut};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use butter::fs::statfs;
use butter::mount::{self, MountFlags};
use temp_dir::TempDir;

/// The prefix of the names of temporary directories.
pub const PREFIX: &str = ".butter-test-";

/// Creates a temporary directory that only its owner may access.
pub fn directory() -> TempDir {
    directory_in(Path::new(""))
}

/// Like [`directory`], but in `parent` instead of the system's directory for temporary files.
pub fn directory_in(parent: &Path) -> TempDir {
    // An absolute prefix replaces the system's directory for temporary files.
    let directory = TempDir::with_prefix(parent.join(PREFIX).to_str().unwrap()).unwrap();
    fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o700)).unwrap();
    directory
}

/// Mounts an empty file system: a tmpfs or, before Linux 5.13, a directory of the file system of
/// temporary files, which is returned.
pub fn mount_filesystem(target: &Path) -> Option<TempDir> {
    let (path, source) = (crate::bytes(target), directory());
    if crate::kernel_is_at_least("5.13") {
        mount::mount("tmpfs", path, "tmpfs", MountFlags::empty(), "").unwrap();
        return None;
    }
    mount::bind_mount(crate::bytes(source.path()), path).unwrap();
    Some(source)
}

/// Returns whether the file systems of [`mount_filesystem`] have an ID (`f_fsid`): before Linux
/// 5.13, a tmpfs has none.
pub fn filesystems_have_ids() -> bool {
    let id = || statfs(crate::bytes(directory().path())).unwrap().fsid;
    crate::kernel_is_at_least("5.13") || id() != [0; 2]
}

/// Creates an unlinked file, open for reading and writing.
pub fn anonymous() -> File {
    NamedFile::new().file
}

/// A temporary file, open for reading and writing.
pub struct NamedFile {
    file: File,
    path: PathBuf,
    _directory: TempDir,
}

impl NamedFile {
    pub fn new() -> Self {
        let directory = directory();
        let path = directory.child("file");
        let file = File::options().read(true).write(true).create_new(true).open(&path).unwrap();
        Self { file, path, _directory: directory }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Default for NamedFile {
    fn default() -> Self {
        Self::new()
    }
}

impl Deref for NamedFile {
    type Target = File;

    fn deref(&self) -> &File {
        &self.file
    }
}

impl DerefMut for NamedFile {
    fn deref_mut(&mut self) -> &mut File {
        &mut self.file
    }
}
