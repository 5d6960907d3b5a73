//! Flags and enums of `fanotify_init` and `fanotify_mark`.

use crate::arch::abi;

const FAN_CLASS_NOTIF: u32 = 0;
const FAN_CLASS_CONTENT: u32 = 0x4;
const FAN_CLASS_PRE_CONTENT: u32 = 0x8;

const FAN_MARK_ADD: u32 = 0x1;
const FAN_MARK_REMOVE: u32 = 0x2;
const FAN_MARK_FLUSH: u32 = 0x80;

const FAN_MARK_INODE: u32 = 0;
const FAN_MARK_MOUNT: u32 = 0x10;
const FAN_MARK_FILESYSTEM: u32 = 0x100;
const FAN_MARK_MNTNS: u32 = 0x110;

/// The class of a group, which determines the events that the group can receive, and the order in
/// which the groups that have marked a file receive an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Class {
    /// `FAN_CLASS_NOTIF` - notifications only. The only class of a group that reports file handles.
    #[doc(alias = "FAN_CLASS_NOTIF")]
    Notification,
    /// `FAN_CLASS_CONTENT` - notifications and permission events, for listeners that examine the
    /// final content of files.
    #[doc(alias = "FAN_CLASS_CONTENT")]
    Content,
    /// `FAN_CLASS_PRE_CONTENT` - notifications, permission events and
    /// [`MarkMask::PRE_ACCESS`](super::MarkMask::PRE_ACCESS), for listeners that provide the
    /// content of files. These groups receive an event before the groups of the other classes.
    #[doc(alias = "FAN_CLASS_PRE_CONTENT")]
    PreContent,
}

impl Class {
    /// Returns the bits of the class in the flags of `fanotify_init`.
    #[inline]
    pub(super) const fn bits(self) -> u32 {
        match self {
            Self::Notification => FAN_CLASS_NOTIF,
            Self::Content => FAN_CLASS_CONTENT,
            Self::PreContent => FAN_CLASS_PRE_CONTENT,
        }
    }
}

/// The operation of `fanotify_mark`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MarkOperation {
    /// `FAN_MARK_ADD` - adds events to a mark, and creates the mark if it does not exist.
    #[doc(alias = "FAN_MARK_ADD")]
    Add,
    /// `FAN_MARK_REMOVE` - removes events from a mark. The mark is removed with its last event.
    #[doc(alias = "FAN_MARK_REMOVE")]
    Remove,
    /// `FAN_MARK_FLUSH` - removes all marks of one kind.
    #[doc(alias = "FAN_MARK_FLUSH")]
    Flush,
}

impl MarkOperation {
    #[inline]
    pub(super) const fn bits(self) -> u32 {
        match self {
            Self::Add => FAN_MARK_ADD,
            Self::Remove => FAN_MARK_REMOVE,
            Self::Flush => FAN_MARK_FLUSH,
        }
    }
}

/// The kind of a mark: the object for whose files events are reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Mark {
    /// `FAN_MARK_INODE` - a file or directory; with
    /// [`EVENT_ON_CHILD`](super::MarkMask::EVENT_ON_CHILD), also the files in the directory. The
    /// only kind that requires no capability.
    #[doc(alias = "FAN_MARK_INODE")]
    Inode,
    /// `FAN_MARK_MOUNT` - all files of the mount that contains the path, if they are accessed
    /// through this mount.
    #[doc(alias = "FAN_MARK_MOUNT")]
    Mount,
    /// `FAN_MARK_FILESYSTEM` - all files of the file system that contains the path, through any of
    /// its mounts.
    #[doc(alias = "FAN_MARK_FILESYSTEM")]
    Filesystem,
    /// `FAN_MARK_MNTNS` - the mount namespace to which the path refers, such as
    /// `/proc/self/ns/mnt`. Since Linux 6.15.
    #[doc(alias = "FAN_MARK_MNTNS")]
    MountNamespace,
}

impl Mark {
    #[inline]
    pub(super) const fn bits(self) -> u32 {
        match self {
            Self::Inode => FAN_MARK_INODE,
            Self::Mount => FAN_MARK_MOUNT,
            Self::Filesystem => FAN_MARK_FILESYSTEM,
            Self::MountNamespace => FAN_MARK_MNTNS,
        }
    }
}

flags! {
    /// The flags of `fanotify_init`, without the [`Class`].
    ///
    /// A kernel rejects a flag that it does not know with `EINVAL`. The stated versions are those
    /// of the releases that introduced the flags; stable releases of older versions support some of
    /// the flags, too.
    pub struct InitFlags: u32 {
        "FAN_CLOEXEC" CLOEXEC = 0x1, "`execve` closes the descriptor of the group (close-on-exec).";
        "FAN_NONBLOCK" NONBLOCK = 0x2, "reads that would block fail with `EAGAIN`.";
        "FAN_UNLIMITED_QUEUE" UNLIMITED_QUEUE = 0x10, "the number of queued events is not limited. \
            Requires `CAP_SYS_ADMIN`.";
        "FAN_UNLIMITED_MARKS" UNLIMITED_MARKS = 0x20, "the number of marks is not limited. \
            Requires `CAP_SYS_ADMIN`.";
        "FAN_ENABLE_AUDIT" ENABLE_AUDIT = 0x40, "responses can be recorded in the audit log. \
            Requires `CAP_AUDIT_WRITE`.";
        "FAN_REPORT_PIDFD" REPORT_PIDFD = 0x80, "events contain a pidfd of the process. Since \
            Linux 5.15. Requires `CAP_SYS_ADMIN`. Older kernels reject `REPORT_PIDFD` with \
            `REPORT_TID`; kernels that accept both report a pidfd of the thread.";
        "FAN_REPORT_TID" REPORT_TID = 0x100, "events contain the ID of the thread instead of the \
            ID of the process. Requires `CAP_SYS_ADMIN`.";
        "FAN_REPORT_FID" REPORT_FID = 0x200, "events contain the file handle of the file instead \
            of a descriptor.";
        "FAN_REPORT_DIR_FID" REPORT_DIR_FID = 0x400, "events contain the file handle of the \
            directory instead of a descriptor.";
        "FAN_REPORT_NAME" REPORT_NAME = 0x800, "events contain the name of the file in its \
            directory. Requires `REPORT_DIR_FID`.";
        "FAN_REPORT_TARGET_FID" REPORT_TARGET_FID = 0x1000, "events that report a change of a \
            directory also contain the file handle of the created, deleted or moved file. Since \
            Linux 5.17. Requires `REPORT_FID`, `REPORT_DIR_FID` and `REPORT_NAME`.";
        "FAN_REPORT_FD_ERROR" REPORT_FD_ERROR = 0x2000, "an event whose file or pidfd cannot be \
            opened contains the error. Without the flag, the read fails and the event is lost. \
            Since Linux 6.13. Requires `CAP_SYS_ADMIN`.";
        "FAN_REPORT_MNT" REPORT_MNT = 0x4000, "events contain the ID of the mount that was \
            attached or detached. Since Linux 6.15. Excludes the flags for file handles.";
        "FAN_REPORT_DFID_NAME" REPORT_DFID_NAME = 0xC00, "`REPORT_DIR_FID` and `REPORT_NAME`.";
        "FAN_REPORT_DFID_NAME_TARGET" REPORT_DFID_NAME_TARGET = 0x1E00, "`REPORT_DFID_NAME`, \
            `REPORT_FID` and `REPORT_TARGET_FID`.";
    }
}

flags! {
    /// The flags with which the kernel opens the file of an event: the access mode, and status
    /// flags. Groups that report file handles ignore these flags.
    ///
    /// The access mode is one of `RDONLY`, `WRONLY` and `RDWR`, which are values of the two lowest
    /// bits, not single bits. The kernel rejects any flag that is not listed here with `EINVAL`.
    pub struct EventFileFlags: u32 {
        "O_RDONLY" RDONLY = 0, "open for reading.";
        "O_WRONLY" WRONLY = 1, "open for writing.";
        "O_RDWR" RDWR = 2, "open for reading and writing.";
        "O_APPEND" APPEND = 0x400, "writes append to the end of the file.";
        "O_NONBLOCK" NONBLOCK = 0x800, "do not wait, neither for the open nor for later reads \
            and writes.";
        "O_DSYNC" DSYNC = 0x1000, "a write returns when its data is on the device.";
        "O_LARGEFILE" LARGEFILE = abi::O_LARGEFILE, "file offsets have 64 bits. The kernel sets \
            this flag.";
        "O_NOATIME" NOATIME = 0x4_0000, "reads do not update the access time of the file.";
        "O_CLOEXEC" CLOEXEC = 0x8_0000, "`execve` closes the descriptor (close-on-exec).";
        "O_SYNC" SYNC = 0x10_1000, "a write returns when its data and the metadata of the file \
            are on the device.";
    }
}

flags! {
    /// The flags of `fanotify_mark`, without the [`MarkOperation`] and the kind of the [`Mark`].
    ///
    /// An ignore mark, which is added with `IGNORE` or `IGNORED_MASK`, suppresses events that other
    /// marks of the group request.
    pub struct MarkFlags: u32 {
        "FAN_MARK_DONT_FOLLOW" DONT_FOLLOW = 0x4, "mark a symbolic link itself, not its target.";
        "FAN_MARK_ONLYDIR" ONLYDIR = 0x8, "fail with `ENOTDIR` if the file is not a directory.";
        "FAN_MARK_IGNORED_MASK" IGNORED_MASK = 0x20, "the mask contains the events to ignore. The \
            modifiers `ONDIR` and `EVENT_ON_CHILD` have no effect. Replaced by `IGNORE`.";
        "FAN_MARK_IGNORED_SURV_MODIFY" IGNORED_SURV_MODIFY = 0x40, "the ignore mark remains when \
            the file is modified. Without the flag, a modification of the file removes its ignored \
            events, and a call for a file that is open for writing succeeds without effect.";
        "FAN_MARK_EVICTABLE" EVICTABLE = 0x200, "the inode mark does not keep the inode in \
            memory, and disappears when the kernel evicts the inode. Since Linux 5.19.";
        "FAN_MARK_IGNORE" IGNORE = 0x400, "the mask contains the events to ignore; with `ONDIR` \
            also for directories, with `EVENT_ON_CHILD` also for the files in a directory. Mounts, \
            file systems and directories require `IGNORED_SURV_MODIFY`. Since Linux 6.0.";
        "FAN_MARK_IGNORE_SURV" IGNORE_SURV = 0x440, "`IGNORE` and `IGNORED_SURV_MODIFY`. Since \
            Linux 6.0.";
    }
}
