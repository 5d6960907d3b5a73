//! The masks of events: requested events, and reported events.

flags! {
    /// The mask of `fanotify_mark`: the requested events, and modifiers. The mask of a reported
    /// event is an [`EventMask`].
    pub struct MarkMask: u64 {
        "FAN_ACCESS" ACCESS = 0x1, "a file was read.";
        "FAN_MODIFY" MODIFY = 0x2, "a file was written to or truncated.";
        "FAN_ATTRIB" ATTRIB = 0x4, "the metadata of a file changed. Requires file handles.";
        "FAN_CLOSE_WRITE" CLOSE_WRITE = 0x8, "a file was closed that had been opened for writing.";
        "FAN_CLOSE_NOWRITE" CLOSE_NOWRITE = 0x10, "a file or directory was closed that had been \
            opened only for reading.";
        "FAN_OPEN" OPEN = 0x20, "a file or directory was opened.";
        "FAN_MOVED_FROM" MOVED_FROM = 0x40, "a file was moved from the directory. Requires file \
            handles.";
        "FAN_MOVED_TO" MOVED_TO = 0x80, "a file was moved to the directory. Requires file handles.";
        "FAN_CREATE" CREATE = 0x100, "a file was created in the directory. Requires file handles.";
        "FAN_DELETE" DELETE = 0x200, "a file was deleted from the directory. Requires file \
            handles.";
        "FAN_DELETE_SELF" DELETE_SELF = 0x400, "the marked file was deleted. Requires file \
            handles.";
        "FAN_MOVE_SELF" MOVE_SELF = 0x800, "the marked file was moved. Requires file handles.";
        "FAN_OPEN_EXEC" OPEN_EXEC = 0x1000, "a file was opened in order to execute it.";
        "FAN_FS_ERROR" FS_ERROR = 0x8000, "the file system found an error. Requires file handles \
            and a file system mark. Since Linux 5.16.";
        "FAN_OPEN_PERM" OPEN_PERM = 0x1_0000, "permission to open a file. Requires a class for \
            permission events.";
        "FAN_ACCESS_PERM" ACCESS_PERM = 0x2_0000, "permission to read a file. Requires a class for \
            permission events.";
        "FAN_OPEN_EXEC_PERM" OPEN_EXEC_PERM = 0x4_0000, "permission to open a file in order to \
            execute it. Requires a class for permission events.";
        "FAN_PRE_ACCESS" PRE_ACCESS = 0x10_0000, "permission to access a range of a file, before \
            its content is read or written. Requires the class \
            [`PreContent`](crate::fanotify::Class::PreContent), and a file system that supports \
            the event. Since Linux 6.14.";
        "FAN_MNT_ATTACH" MNT_ATTACH = 0x100_0000, "a mount was attached. Requires `REPORT_MNT` \
            and a mark of a mount namespace. Since Linux 6.15.";
        "FAN_MNT_DETACH" MNT_DETACH = 0x200_0000, "a mount was detached. Requires `REPORT_MNT` \
            and a mark of a mount namespace. Since Linux 6.15.";
        "FAN_EVENT_ON_CHILD" EVENT_ON_CHILD = 0x800_0000, "a modifier: report the events also for \
            the files in the marked directory.";
        "FAN_RENAME" RENAME = 0x1000_0000, "a file was renamed; one event contains the old and the \
            new name. Requires `REPORT_NAME`. Since Linux 5.17.";
        "FAN_ONDIR" ONDIR = 0x4000_0000, "a modifier: report the events also for directories.";
        "FAN_CLOSE" CLOSE = 0x18, "`CLOSE_WRITE` and `CLOSE_NOWRITE`.";
        "FAN_MOVE" MOVE = 0xC0, "`MOVED_FROM` and `MOVED_TO`.";
    }
}

flags! {
    /// The mask of a reported event. Events are requested with a [`MarkMask`].
    ///
    /// The kernel merges similar events of a process, so that several events can be set.
    pub struct EventMask: u64 {
        "FAN_ACCESS" ACCESS = 0x1, "the file was read.";
        "FAN_MODIFY" MODIFY = 0x2, "the file was written to or truncated.";
        "FAN_ATTRIB" ATTRIB = 0x4, "the metadata of the file changed.";
        "FAN_CLOSE_WRITE" CLOSE_WRITE = 0x8, "the file was closed after it had been opened for \
            writing.";
        "FAN_CLOSE_NOWRITE" CLOSE_NOWRITE = 0x10, "the file or directory was closed after it had \
            been opened only for reading.";
        "FAN_OPEN" OPEN = 0x20, "the file or directory was opened.";
        "FAN_MOVED_FROM" MOVED_FROM = 0x40, "the file was moved from the directory.";
        "FAN_MOVED_TO" MOVED_TO = 0x80, "the file was moved to the directory.";
        "FAN_CREATE" CREATE = 0x100, "the file was created.";
        "FAN_DELETE" DELETE = 0x200, "the file was deleted.";
        "FAN_DELETE_SELF" DELETE_SELF = 0x400, "the marked file was deleted.";
        "FAN_MOVE_SELF" MOVE_SELF = 0x800, "the marked file was moved.";
        "FAN_OPEN_EXEC" OPEN_EXEC = 0x1000, "the file was opened in order to execute it.";
        "FAN_Q_OVERFLOW" Q_OVERFLOW = 0x4000, "the event queue was full, and events were lost. The \
            event belongs to no file.";
        "FAN_FS_ERROR" FS_ERROR = 0x8000, "the file system found an error.";
        "FAN_OPEN_PERM" OPEN_PERM = 0x1_0000, "a permission event: the file is to be opened.";
        "FAN_ACCESS_PERM" ACCESS_PERM = 0x2_0000, "a permission event: the file is to be read.";
        "FAN_OPEN_EXEC_PERM" OPEN_EXEC_PERM = 0x4_0000, "a permission event: the file is to be \
            opened in order to execute it.";
        "FAN_PRE_ACCESS" PRE_ACCESS = 0x10_0000, "a permission event: a range of the file is to be \
            accessed.";
        "FAN_MNT_ATTACH" MNT_ATTACH = 0x100_0000, "the mount was attached.";
        "FAN_MNT_DETACH" MNT_DETACH = 0x200_0000, "the mount was detached.";
        "FAN_RENAME" RENAME = 0x1000_0000, "the file was renamed.";
        "FAN_ONDIR" ONDIR = 0x4000_0000, "the event is for a directory. Set only by groups that \
            report file handles.";
        "FAN_CLOSE" CLOSE = 0x18, "`CLOSE_WRITE` and `CLOSE_NOWRITE`.";
        "FAN_MOVE" MOVE = 0xC0, "`MOVED_FROM` and `MOVED_TO`.";
    }
}

impl EventMask {
    /// The events to which the kernel expects a response.
    pub(super) const PERMISSION: Self = Self::OPEN_PERM
        .union(Self::ACCESS_PERM)
        .union(Self::OPEN_EXEC_PERM)
        .union(Self::PRE_ACCESS);
}
