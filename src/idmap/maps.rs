//! Setting the user and group ID maps of a user namespace.

use super::map_error::{self, MapError, MapErrorKind};
use super::{IdRange, raw};
use crate::error::{Call, Errno, Error, Result};
use crate::fd::{AsFd, BorrowedFd, OwnedFd};
use crate::io::{self, AccessMode};
use crate::procfs::{Task, TaskDir};

/// The ID maps of a user namespace, which map its user and group IDs to IDs of the parent
/// namespace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct IdMaps<'r> {
    users: &'r [IdRange],
    groups: &'r [IdRange],
    deny_setgroups: bool,
}

impl<'r> IdMaps<'r> {
    /// Creates a user ID map with the ranges `users`, and a group ID map with the ranges `groups`.
    /// [`write`](Self::write) does not set a map without ranges.
    #[must_use]
    pub const fn new(users: &'r [IdRange], groups: &'r [IdRange]) -> Self {
        Self { users, groups, deny_setgroups: false }
    }

    /// Requests that [`write`](Self::write) denies `setgroups` permanently to all processes in the
    /// namespace and in its descendants, before it sets the maps.
    ///
    /// If the caller may map only its own group, the kernel requires that `setgroups` is denied.
    /// Otherwise, a process in the namespace could drop a supplementary group that restricts its
    /// access to a file.
    #[must_use]
    pub const fn deny_setgroups(self) -> Self {
        Self { deny_setgroups: true, ..self }
    }

    /// Sets the maps of the user namespace of a process ([`Pid`](crate::process::Pid)), of a thread
    /// ([`Tid`](crate::thread::Tid)) or of the caller ([`Task::Own`]). If requested with
    /// [`deny_setgroups`](Self::deny_setgroups), denies `setgroups` first. Then sets the user ID
    /// map and the group ID map, each with one `write` call.
    ///
    /// The caller must be in the user namespace whose maps are set, or in its parent. A caller that
    /// has the capabilities `CAP_SETUID` and `CAP_SETGID` in the parent namespace can map all IDs
    /// that are mapped in the parent namespace. Any other caller must have the effective user ID of
    /// the creator of the namespace, and can map only its own effective user ID and group ID.
    ///
    /// # Errors
    ///
    /// The error contains the reason why the kernel rejected a map, if the reason is known.
    /// Settings that were written before the failure remain in effect.
    ///
    /// - `ENOENT`: the process or thread does not exist; or the kernel does not support user
    ///   namespaces; or `/proc` is not mounted.
    /// - `EACCES`: the process belongs to another user, or is not dumpable; or, with
    ///   [`deny_setgroups`](Self::deny_setgroups), the caller does not have the capability
    ///   `CAP_SYS_ADMIN` in the namespace.
    /// - `EINVAL`: a map has too many ranges; or a range is empty, goes beyond ID 4294967294, or
    ///   overlaps another range.
    /// - `EPERM`: a map is already set; or the caller does not have the required capabilities; or a
    ///   range is not mapped in the parent namespace; or `setgroups` must be denied before the
    ///   group ID map is set; or `setgroups` cannot be denied, because the group ID map is already
    ///   set.
    /// - `EMFILE`, `ENFILE`: the per-process limit on open file descriptors (`RLIMIT_NOFILE`), or
    ///   the system-wide limit on open files (`fs.file-max`), has been reached.
    /// - `ENOMEM`: the kernel is out of memory.
    ///
    /// Since Linux 3.5; [user_namespaces(7)].
    ///
    /// [user_namespaces(7)]: https://man7.org/linux/man-pages/man7/user_namespaces.7.html
    pub fn write(&self, task: impl Into<Task>) -> Result<(), MapError> {
        let first = match self {
            Self { deny_setgroups: true, .. } => Call::OPENAT_SETGROUPS,
            Self { users: [_, ..], .. } => Call::OPENAT_UID_MAP,
            Self { groups: [_, ..], .. } => Call::OPENAT_GID_MAP,
            _ => return Ok(()),
        };
        let task = TaskDir::open(first, task.into())?;
        if self.deny_setgroups {
            let file = open_setgroups(&task, AccessMode::WriteOnly)?;
            raw::write_setgroups_deny(file.as_fd())?;
        }
        Map::Users.write(&task, self.users)?;
        Map::Groups.write(&task, self.groups)
    }
}

#[derive(Clone, Copy)]
enum Map {
    Users,
    Groups,
}

impl Map {
    fn open(self, task: &TaskDir, access: AccessMode) -> Result<OwnedFd> {
        match self {
            Self::Users => task.open_file(Call::OPENAT_UID_MAP, c"uid_map", access),
            Self::Groups => task.open_file(Call::OPENAT_GID_MAP, c"gid_map", access),
        }
    }

    /// Opens the map of the calling thread's user namespace for reading.
    fn open_own(self) -> Result<OwnedFd> {
        match self {
            Self::Users => raw::openat_uid_map(Task::Own, AccessMode::ReadOnly),
            Self::Groups => raw::openat_gid_map(Task::Own, AccessMode::ReadOnly),
        }
    }

    fn write(self, task: &TaskDir, ranges: &[IdRange]) -> Result<(), MapError> {
        if ranges.is_empty() {
            return Ok(());
        }
        // The file is also opened for reading, to determine the cause if the write fails.
        let map = self.open(task, AccessMode::ReadWrite)?;
        let written = match self {
            Self::Users => raw::write_uid_map(map.as_fd(), ranges),
            Self::Groups => raw::write_gid_map(map.as_fd(), ranges),
        };
        written
            .map_err(|error| MapError { error, kind: self.kind(error, task, map.as_fd(), ranges) })
    }

    #[cold]
    fn kind(
        self,
        error: Error,
        task: &TaskDir,
        map: BorrowedFd<'_>,
        ranges: &[IdRange],
    ) -> Option<MapErrorKind> {
        if error.is(Errno::INVAL) {
            return map_error::in_ranges(ranges);
        }
        if !error.is(Errno::PERM) {
            return None;
        }
        if map_error::is_set(map) {
            return Some(MapErrorKind::SetAlready);
        }
        let own = self.open_own().ok();
        own.and_then(|own| map_error::not_mapped(ranges, own.as_fd())).or_else(|| {
            match (self, ranges) {
                (Self::Groups, [IdRange { length: 1, .. }]) if is_setgroups_allowed(task) => {
                    Some(MapErrorKind::SetgroupsAllowed)
                }
                _ => None,
            }
        })
    }
}

fn open_setgroups(task: &TaskDir, access: AccessMode) -> Result<OwnedFd> {
    task.open_file(Call::OPENAT_SETGROUPS, c"setgroups", access)
}

fn is_setgroups_allowed(task: &TaskDir) -> bool {
    let mut text = [0; 8];
    let file = open_setgroups(task, AccessMode::ReadOnly);
    let read = file.and_then(|file| io::read(file, &mut text));
    read.is_ok() && text.starts_with(b"allow")
}
