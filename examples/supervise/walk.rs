//! Looking up paths, one component at a time.
//!
//! The kernel would look up a path in the context of the supervisor: `/proc/self` would be the
//! supervisor itself. The walk therefore reads each symbolic link, replaces the links in `/proc`
//! that refer to the calling process, and applies redirects. Each component is opened only once, so
//! the descriptor that a walk returns is that of the file whose path the rules are applied to.

use std::fmt::Display;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};

use butter::Errno;
use butter::fs::{
    self, AtFlags, CWD, FileType, Mode, OFlags, ResolveFlags, StatxFlags, fstatfs, read_link, statx,
};

use crate::rules::{Redirect, join};
use crate::target::{Failure, Target};

/// The maximum number of symbolic links in a path, as in the kernel.
const LINKS_MAX: u32 = 40;

/// The inode number of the root directory of procfs.
const PROC_ROOT_INO: u64 = 1;

const PROC_SUPER_MAGIC: i64 = 0x9FA0;

/// The result of a walk.
pub(crate) enum Found {
    /// A path-only descriptor for the file, which can be a symbolic link.
    File { file: OwnedFd, file_type: FileType, is_redirected: bool },
    /// The last component does not exist.
    Missing { parent: OwnedFd, name: Vec<u8>, is_directory: bool },
}

/// A walk in the context of a thread.
pub(crate) struct Walk<'w> {
    target: &'w Target<'w>,
    redirects: &'w [Redirect],
    resolve: ResolveFlags,
    start: OwnedFd,
    directory: OwnedFd,
    /// The remaining components, the last one first.
    components: Vec<Vec<u8>>,
    /// Whether a slash follows the last component.
    is_directory: bool,
    is_redirected: bool,
    links: u32,
}

/// The properties that identify a file, and its mount.
#[derive(PartialEq, Eq)]
struct Identity {
    device: butter::fs::Dev,
    inode: Option<u64>,
    mount: Option<u64>,
}

impl<'w> Walk<'w> {
    /// Prepares to look up a path, which is not empty.
    pub(crate) fn new(
        target: &'w Target<'w>,
        redirects: &'w [Redirect],
        resolve: ResolveFlags,
        directory: i32,
        path: &[u8],
    ) -> Result<Self, Failure> {
        let is_scoped = resolve.intersects(ResolveFlags::BENEATH | ResolveFlags::IN_ROOT);
        let is_absolute = path.starts_with(b"/");
        if is_absolute && resolve.contains(ResolveFlags::BENEATH) {
            return Err(Errno::XDEV.into());
        }
        let start =
            if is_absolute && !is_scoped { root()? } else { target.directory(directory)? };
        let directory = start.try_clone().map_err(|_| Errno::MFILE)?;
        let mut walk = Self {
            target,
            redirects,
            resolve,
            start,
            directory,
            components: Vec::new(),
            is_directory: false,
            is_redirected: false,
            links: 0,
        };
        walk.push(path);
        Ok(walk)
    }

    /// Adds the components of a path before the remaining components.
    fn push(&mut self, path: &[u8]) {
        self.is_directory |= self.components.is_empty() && path.ends_with(b"/");
        let components = path.split(|byte| *byte == b'/').filter(|name| !name.is_empty());
        self.components.extend(components.rev().map(<[u8]>::to_vec));
    }

    /// Looks up the path. With `follow`, the last component is followed if it is a symbolic link.
    /// With a slash after the last component, it is followed and must be a directory.
    pub(crate) fn run(mut self, follow: bool) -> Result<Found, Failure> {
        while let Some(name) = self.components.pop() {
            let is_last = self.components.is_empty();
            match &*name {
                b"." => self.enter(b".")?,
                b".." => self.enter_parent()?,
                _ => {
                    if let Some(to) = self.redirect(&name)? {
                        self.is_redirected = true;
                        self.follow(&to)?;
                        continue;
                    }
                    let child = match self.open(&name, OFlags::PATH | OFlags::NOFOLLOW) {
                        Err(Failure::Errno(Errno::NOENT)) if is_last => {
                            let Self { directory: parent, is_directory, .. } = self;
                            return Ok(Found::Missing { parent, name, is_directory });
                        }
                        child => child?,
                    };
                    if file_type(&child)? != FileType::Symlink {
                        self.check_mount(&child)?;
                        self.directory = child;
                    } else if is_last && !follow && !self.is_directory {
                        let file_type = FileType::Symlink;
                        let is_redirected = self.is_redirected;
                        return Ok(Found::File { file: child, file_type, is_redirected });
                    } else {
                        self.follow_link(&name, child)?;
                    }
                }
            }
        }
        let file_type = file_type(&self.directory)?;
        if self.is_directory && file_type != FileType::Directory {
            return Err(Errno::NOTDIR.into());
        }
        let Self { directory: file, is_redirected, .. } = self;
        Ok(Found::File { file, file_type, is_redirected })
    }

    fn open(&self, name: &[u8], flags: OFlags) -> Result<OwnedFd, Failure> {
        Ok(fs::openat(&self.directory, name, flags, Mode::empty())?)
    }

    /// Continues in the directory itself or in its parent.
    fn enter(&mut self, name: &[u8]) -> Result<(), Failure> {
        let directory = self.open(name, OFlags::PATH | OFlags::DIRECTORY)?;
        self.check_mount(&directory)?;
        self.directory = directory;
        Ok(())
    }

    fn enter_parent(&mut self) -> Result<(), Failure> {
        if self.is_scoped() && identity(&self.directory)? == identity(&self.start)? {
            if self.resolve.contains(ResolveFlags::BENEATH) {
                return Err(Errno::XDEV.into());
            }
            return self.enter(b".");
        }
        self.enter(b"..")
    }

    fn is_scoped(&self) -> bool {
        self.resolve.intersects(ResolveFlags::BENEATH | ResolveFlags::IN_ROOT)
    }

    /// Fails if a file is on another mount than the directory, and the caller does not permit this.
    fn check_mount(&self, file: &OwnedFd) -> Result<(), Failure> {
        if self.resolve.contains(ResolveFlags::NO_XDEV)
            && identity(file)?.mount != identity(&self.directory)?.mount
        {
            return Err(Errno::XDEV.into());
        }
        Ok(())
    }

    /// Returns the path that replaces a name in the directory.
    fn redirect(&self, name: &[u8]) -> Result<Option<Vec<u8>>, Failure> {
        if self.redirects.is_empty() {
            return Ok(None);
        }
        let path = join(&real_path(&self.directory)?, name);
        let redirect = self.redirects.iter().rev().find(|redirect| redirect.from == path);
        if redirect.is_some() && self.is_scoped() {
            return Err(Errno::XDEV.into());
        }
        Ok(redirect.map(|redirect| redirect.to.clone()))
    }

    fn follow_link(&mut self, name: &[u8], link: OwnedFd) -> Result<(), Failure> {
        if self.resolve.contains(ResolveFlags::NO_SYMLINKS) {
            return Err(Errno::LOOP.into());
        }
        if is_in_procfs(&link)? {
            if identity(&self.directory)?.inode == Some(PROC_ROOT_INO) {
                let Target { thread, status, .. } = self.target;
                match name {
                    b"self" => return self.follow(status.process.to_string().as_bytes()),
                    b"thread-self" => {
                        let path = format!("{}/task/{thread}", status.process);
                        return self.follow(path.as_bytes());
                    }
                    _ => {}
                }
            } else if has_component(&real_path(&self.directory)?, self.target.status.process) {
                return self.follow_magic_link(name);
            } else if real_path(&self.directory)?.starts_with(b"/proc/") {
                return Err(Errno::ACCES.into());
            }
        }
        let path = read_link(&link, "")?;
        self.follow(&path)
    }

    /// Continues with the content of a symbolic link.
    fn follow(&mut self, path: &[u8]) -> Result<(), Failure> {
        self.links += 1;
        if self.links > LINKS_MAX {
            return Err(Errno::LOOP.into());
        }
        if path.starts_with(b"/") {
            if self.resolve.contains(ResolveFlags::BENEATH) {
                return Err(Errno::XDEV.into());
            }
            let start = if self.resolve.contains(ResolveFlags::IN_ROOT) {
                self.start.try_clone().map_err(|_| Errno::MFILE)?
            } else {
                root()?
            };
            self.check_mount(&start)?;
            self.directory = start;
        }
        self.push(path);
        Ok(())
    }

    /// Continues with the file to which a link such as `/proc/1234/fd/0` refers.
    fn follow_magic_link(&mut self, name: &[u8]) -> Result<(), Failure> {
        if self.resolve.contains(ResolveFlags::NO_MAGICLINKS) {
            return Err(Errno::LOOP.into());
        }
        if self.is_scoped() {
            return Err(Errno::XDEV.into());
        }
        let file = self.open(name, OFlags::PATH)?;
        self.target.validate()?;
        self.check_mount(&file)?;
        self.directory = file;
        Ok(())
    }
}

fn root() -> Result<OwnedFd, Failure> {
    Ok(fs::openat(CWD, "/", OFlags::PATH | OFlags::DIRECTORY, Mode::empty())?)
}

/// Returns the current path of a file. The path of a file without a name, such as a pipe, does not
/// begin with a slash.
pub(crate) fn real_path(file: &OwnedFd) -> butter::Result<Vec<u8>> {
    read_link(CWD, own_link(file))
}

/// Returns the link in `/proc` through which the supervisor opens a file again.
pub(crate) fn own_link(file: impl AsFd) -> String {
    format!("/proc/self/fd/{}", file.as_fd().as_raw_fd())
}

fn file_type(file: &OwnedFd) -> butter::Result<FileType> {
    Ok(fs::fstat(file)?.file_type())
}

fn identity(file: &OwnedFd) -> butter::Result<Identity> {
    let fields = StatxFlags::INO | StatxFlags::MNT_ID;
    let status = statx(file, "", AtFlags::EMPTY_PATH, fields)?;
    Ok(Identity { device: status.dev(), inode: status.ino(), mount: status.mnt_id() })
}

fn is_in_procfs(file: &OwnedFd) -> butter::Result<bool> {
    Ok(fstatfs(file)?.fs_type == PROC_SUPER_MAGIC)
}

/// Returns whether a component of a path is a number.
fn has_component(path: &[u8], number: impl Display) -> bool {
    let number = number.to_string();
    path.split(|byte| *byte == b'/').any(|name| name == number.as_bytes())
}

/// Returns whether a file is the memory of another process in `/proc`. The kernel checks whether
/// the opener of this file may trace the process, and the supervisor may trace more processes than
/// the command: the Yama security module permits a process to trace only its descendants.
pub(crate) fn is_memory_of_other(
    file: &OwnedFd,
    path: &[u8],
    process: i32,
) -> butter::Result<bool> {
    let mut names = path.rsplit(|byte| *byte == b'/');
    if names.next() != Some(b"mem") || !is_in_procfs(file)? {
        return Ok(false);
    }
    let process = process.to_string();
    let process = Some(process.as_bytes());
    // `/proc/PROCESS/mem` or `/proc/PROCESS/task/THREAD/mem`.
    let is_own =
        names.next() == process || (names.next() == Some(b"task") && names.next() == process);
    Ok(!is_own)
}

/// Returns whether a file belongs to the directory of the supervisor in `/proc`, such as its
/// memory.
pub(crate) fn belongs_to_supervisor(file: &OwnedFd, path: &[u8]) -> butter::Result<bool> {
    let is_own = |name: &[u8]| {
        let is_number = !name.is_empty() && name.iter().all(u8::is_ascii_digit);
        let task = [b"/proc/self/task/", name].concat();
        is_number && statx(CWD, &*task, AtFlags::empty(), StatxFlags::empty()).is_ok()
    };
    Ok(is_in_procfs(file)? && path.split(|byte| *byte == b'/').any(is_own))
}
