//! The marks of a group.

use super::{Fanotify, Mark, MarkFlags, MarkMask, MarkOperation, raw};
use crate::error::Result;
use crate::fd::AsFd;
use crate::fs::{CWD, DirectoryArg};
use crate::path;

/// An absent path of [`raw::fanotify_mark`].
const NONE: Option<&core::ffi::CStr> = None;

impl Fanotify {
    /// Adds events to the mark of a file, a mount, a file system or a mount namespace. Creates the
    /// mark if it does not exist.
    ///
    /// A relative path is resolved from the working directory.
    ///
    /// # Errors
    ///
    /// - `EINVAL`: the group cannot report an event, or not with this kind of mark; or the kernel
    ///   does not support an event or the kind of the mark; or the mask is empty; or the path
    ///   contains a NUL byte.
    /// - `EPERM`: the mark is not an inode mark, and the caller does not have the capability
    ///   `CAP_SYS_ADMIN` in both the user namespace in which the group was created and the user
    ///   namespace that owns the file system or the mount namespace (before Linux 6.16, in the
    ///   initial user namespace).
    /// - `EACCES`: the file cannot be read, or a directory in the path cannot be searched.
    /// - `ENOENT`, `ENOTDIR`, `ELOOP`, `ENAMETOOLONG`: the path cannot be resolved.
    /// - `ENODEV`, `EXDEV`, `EOPNOTSUPP`: the group reports file handles, which the file system
    ///   does not support; or (only `EOPNOTSUPP`) the file system does not support
    ///   [`PRE_ACCESS`](MarkMask::PRE_ACCESS).
    /// - `ENOSPC`: the per-user limit on marks (`fs.fanotify.max_user_marks`,
    ///   `user.max_fanotify_marks`) has been reached.
    /// - `ENOMEM`: the kernel is out of memory.
    ///
    /// [`raw::fanotify_mark`] lists all errors and causes.
    ///
    /// Since Linux 2.6.37; [fanotify_mark(2)].
    ///
    /// [fanotify_mark(2)]: https://man7.org/linux/man-pages/man2/fanotify_mark.2.html
    #[doc(alias = "fanotify_mark")]
    #[doc(alias = "FAN_MARK_ADD")]
    #[inline]
    pub fn add(&self, mark: Mark, mask: MarkMask, path: impl path::Arg) -> Result<()> {
        self.add_at(mark, MarkFlags::empty(), mask, CWD, path)
    }

    /// Adds events to a mark like [`add`](Self::add), with flags. A relative path is resolved from
    /// `directory`: a descriptor of a directory, or [`CWD`].
    ///
    /// # Errors
    ///
    /// - `EINVAL`: the kernel does not support a flag, or flags exclude each other.
    /// - `ENOTDIR`: the file is not a directory, and [`MarkFlags::ONLYDIR`] is set.
    /// - `EISDIR`: the file is a directory, and is to be ignored with [`MarkFlags::IGNORE`] and
    ///   without [`MarkFlags::IGNORED_SURV_MODIFY`].
    /// - `EEXIST`: the mark exists, and its flags exclude the new flags.
    /// - `EBADF`: the path is relative, and the directory argument is [`ABS`](crate::fs::ABS).
    /// - The errors of [`add`](Self::add).
    ///
    /// [`raw::fanotify_mark`] lists all errors and causes.
    #[doc(alias = "fanotify_mark")]
    #[doc(alias = "FAN_MARK_ADD")]
    #[inline]
    pub fn add_at(
        &self,
        mark: Mark,
        flags: MarkFlags,
        mask: MarkMask,
        directory: impl DirectoryArg,
        path: impl path::Arg,
    ) -> Result<()> {
        let add = MarkOperation::Add;
        raw::fanotify_mark(self.as_fd(), add, mark, flags, mask, directory, Some(path))
    }

    /// Adds events to a mark like [`add_at`](Self::add_at). The file is that of a descriptor.
    ///
    /// # Errors
    ///
    /// - `EBADF`: `file` is a path-only (`O_PATH`) descriptor.
    /// - The errors of [`add_at`](Self::add_at), except those of paths.
    #[doc(alias = "fanotify_mark")]
    #[doc(alias = "FAN_MARK_ADD")]
    #[inline]
    pub fn add_fd(
        &self,
        mark: Mark,
        flags: MarkFlags,
        mask: MarkMask,
        file: impl AsFd,
    ) -> Result<()> {
        let add = MarkOperation::Add;
        raw::fanotify_mark(self.as_fd(), add, mark, flags, mask, file.as_fd(), NONE)
    }

    /// Ignores events, although other marks of the group request them. The ignore mark remains when
    /// the file is modified.
    ///
    /// A listener can ignore its own files, so that it does not wait for its own response when it
    /// opens them. With [`MarkMask::EVENT_ON_CHILD`], the events of all files in a directory are
    /// ignored, and with [`MarkMask::ONDIR`] also the events of directories.
    ///
    /// For older kernels, use [`add_at`](Self::add_at) with [`MarkFlags::IGNORED_MASK`].
    ///
    /// # Errors
    ///
    /// - `EINVAL`: the kernel is older than Linux 6.0.
    /// - `EEXIST`: the mark exists, and ignores events with [`MarkFlags::IGNORED_MASK`].
    /// - The errors of [`add`](Self::add).
    ///
    /// Since Linux 6.0; [fanotify_mark(2)].
    ///
    /// [fanotify_mark(2)]: https://man7.org/linux/man-pages/man2/fanotify_mark.2.html
    #[doc(alias = "fanotify_mark")]
    #[doc(alias = "FAN_MARK_IGNORE_SURV")]
    #[inline]
    pub fn ignore(&self, mark: Mark, mask: MarkMask, path: impl path::Arg) -> Result<()> {
        self.add_at(mark, MarkFlags::IGNORE_SURV, mask, CWD, path)
    }

    /// Removes events from a mark. The mark is removed with its last event. Events in the queue
    /// remain.
    ///
    /// # Errors
    ///
    /// - `ENOENT`: the group has no such mark, or the path does not exist.
    /// - `EINVAL`, `EPERM`, `EACCES`, `ENOTDIR`, `ELOOP`, `ENAMETOOLONG`: as for
    ///   [`add`](Self::add).
    ///
    /// Since Linux 2.6.37; [fanotify_mark(2)].
    ///
    /// [fanotify_mark(2)]: https://man7.org/linux/man-pages/man2/fanotify_mark.2.html
    #[doc(alias = "fanotify_mark")]
    #[doc(alias = "FAN_MARK_REMOVE")]
    #[inline]
    pub fn remove(&self, mark: Mark, mask: MarkMask, path: impl path::Arg) -> Result<()> {
        self.remove_at(mark, MarkFlags::empty(), mask, CWD, path)
    }

    /// Removes events from a mark like [`remove`](Self::remove), with flags. With
    /// [`MarkFlags::IGNORE`] or [`MarkFlags::IGNORED_MASK`], the events are no longer ignored. A
    /// relative path is resolved from `directory`: a descriptor of a directory, or [`CWD`].
    ///
    /// # Errors
    ///
    /// - `EBADF`: the path is relative, and the directory argument is [`ABS`](crate::fs::ABS).
    /// - The errors of [`remove`](Self::remove).
    #[doc(alias = "fanotify_mark")]
    #[doc(alias = "FAN_MARK_REMOVE")]
    #[inline]
    pub fn remove_at(
        &self,
        mark: Mark,
        flags: MarkFlags,
        mask: MarkMask,
        directory: impl DirectoryArg,
        path: impl path::Arg,
    ) -> Result<()> {
        let remove = MarkOperation::Remove;
        raw::fanotify_mark(self.as_fd(), remove, mark, flags, mask, directory, Some(path))
    }

    /// Removes events from a mark like [`remove_at`](Self::remove_at). The file is that of a
    /// descriptor.
    ///
    /// # Errors
    ///
    /// - `EBADF`: `file` is a path-only (`O_PATH`) descriptor.
    /// - `ENOENT`: the group has no such mark.
    /// - `EINVAL`, `EPERM`, `EACCES`: as for [`add`](Self::add).
    #[doc(alias = "fanotify_mark")]
    #[doc(alias = "FAN_MARK_REMOVE")]
    #[inline]
    pub fn remove_fd(
        &self,
        mark: Mark,
        flags: MarkFlags,
        mask: MarkMask,
        file: impl AsFd,
    ) -> Result<()> {
        let remove = MarkOperation::Remove;
        raw::fanotify_mark(self.as_fd(), remove, mark, flags, mask, file.as_fd(), NONE)
    }

    /// Removes all marks of one kind: all inode marks, for example.
    ///
    /// # Errors
    ///
    /// - `EINVAL`: the kernel does not support the kind of the mark, or the group cannot have such
    ///   marks.
    /// - `EPERM`: the kind is not [`Mark::Inode`], and the group is unprivileged.
    ///
    /// Since Linux 2.6.37; [fanotify_mark(2)].
    ///
    /// [fanotify_mark(2)]: https://man7.org/linux/man-pages/man2/fanotify_mark.2.html
    #[doc(alias = "fanotify_mark")]
    #[doc(alias = "FAN_MARK_FLUSH")]
    #[inline]
    pub fn flush(&self, mark: Mark) -> Result<()> {
        let (flush, none) = (MarkOperation::Flush, MarkMask::empty());
        raw::fanotify_mark(self.as_fd(), flush, mark, MarkFlags::empty(), none, CWD, NONE)
    }
}
