//! Maps of users and groups, set together.

use super::map_error::{self, MapError, MapErrorKind};
use super::{IdRange, raw};
use crate::error::{Errno, Error, Result};
use crate::fd::{AsFd, BorrowedFd, OwnedFd};
use crate::io::{self, AccessMode};
use crate::procfs::Task;

/// The maps of a user namespace: which of the parent namespace's users and groups its own are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct IdMaps<'r> {
    users: &'r [IdRange],
    groups: &'r [IdRange],
    deny_setgroups: bool,
}

impl<'r> IdMaps<'r> {
    /// These ranges of users, and these of groups. A map without ranges is left as it is.
    #[must_use]
    pub const fn new(users: &'r [IdRange], groups: &'r [IdRange]) -> Self {
        Self { users, groups, deny_setgroups: false }
    }

    /// Denies `setgroups` before: to all in the namespace and those below it, for good. Who may map only their own
    /// group has to, or they could drop a group that keeps them from something.
    #[must_use]
    pub const fn deny_setgroups(self) -> Self {
        Self { deny_setgroups: true, ..self }
    }

    /// Sets the maps of the user namespace that a process or thread is in: by its [`Pid`](crate::process::Pid), its
    /// [`Tid`](crate::thread::Tid), or [`Task::Own`]. First `setgroups`, then users, then groups; each in one write.
    ///
    /// The writer is in that namespace or in its parent. In the parent with the capabilities `CAP_SETUID` and
    /// `CAP_SETGID` it maps whatever is mapped there; else only the effective user and group who made the namespace, in
    /// one range each.
    ///
    /// # Errors
    ///
    /// As [`raw::openat_uid_map`], [`raw::write_uid_map`], [`raw::write_gid_map`] and [`raw::write_setgroups_deny`],
    /// with what is wrong. What was set before the failure stays.
    pub fn write(&self, task: impl Into<Task>) -> Result<(), MapError> {
        let task = task.into();
        if self.deny_setgroups {
            raw::write_setgroups_deny(raw::openat_setgroups(task, AccessMode::WriteOnly)?.as_fd())?;
        }
        Map::Users.write(task, self.users)?;
        Map::Groups.write(task, self.groups)
    }
}

#[derive(Clone, Copy)]
enum Map {
    Users,
    Groups,
}

impl Map {
    fn open(self, task: Task, access: AccessMode) -> Result<OwnedFd> {
        match self {
            Self::Users => raw::openat_uid_map(task, access),
            Self::Groups => raw::openat_gid_map(task, access),
        }
    }

    fn write(self, task: Task, ranges: &[IdRange]) -> Result<(), MapError> {
        if ranges.is_empty() {
            return Ok(());
        }
        // To be read where the write fails.
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
        task: Task,
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
        let own = self.open(Task::Own, AccessMode::ReadOnly).ok();
        own.and_then(|own| map_error::not_mapped(ranges, own.as_fd())).or_else(|| {
            match (self, ranges) {
                (Self::Groups, [IdRange { count: 1, .. }]) if setgroups_is_allowed(task) => {
                    Some(MapErrorKind::SetgroupsAllowed)
                }
                _ => None,
            }
        })
    }
}

fn setgroups_is_allowed(task: Task) -> bool {
    let mut word = [0; 8];
    let file = raw::openat_setgroups(task, AccessMode::ReadOnly);
    let read = file.and_then(|file| io::read(file, &mut word));
    read.is_ok() && word.starts_with(b"allow")
}
