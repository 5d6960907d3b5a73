//! Flags of `inotify_init1`, `inotify_add_watch` and events, and `struct inotify_event`.

flags! {
    /// The flags of `inotify_init1`.
    pub struct InitFlags: u32 {
        "IN_NONBLOCK" NONBLOCK = 0x800, "reads that would block fail with `EAGAIN`.";
        "IN_CLOEXEC" CLOEXEC = 0x8_0000, "`execve` closes the descriptor (close-on-exec).";
    }
}

flags! {
    /// The mask of `inotify_add_watch`: the requested events, and options of the watch. The flags
    /// of a reported event are [`EventFlags`].
    ///
    /// Unless their description says otherwise, events are reported for the watched file or
    /// directory itself, and for the files in a watched directory.
    pub struct WatchFlags: u32 {
        "IN_ACCESS" ACCESS = 0x1, "the file was read or executed.";
        "IN_MODIFY" MODIFY = 0x2, "the file was written to or truncated.";
        "IN_ATTRIB" ATTRIB = 0x4, "the metadata changed: mode, owner, timestamps, link count or \
            extended attributes.";
        "IN_CLOSE_WRITE" CLOSE_WRITE = 0x8, "the file was closed after it had been opened for \
            writing.";
        "IN_CLOSE_NOWRITE" CLOSE_NOWRITE = 0x10, "the file or directory was closed after it had \
            been opened only for reading.";
        "IN_OPEN" OPEN = 0x20, "the file or directory was opened.";
        "IN_MOVED_FROM" MOVED_FROM = 0x40, "a file was renamed, and its old name was in the \
            watched directory.";
        "IN_MOVED_TO" MOVED_TO = 0x80, "a file was renamed, and its new name is in the watched \
            directory.";
        "IN_CREATE" CREATE = 0x100, "a file or directory was created in the watched directory.";
        "IN_DELETE" DELETE = 0x200, "a file or directory was deleted from the watched directory.";
        "IN_DELETE_SELF" DELETE_SELF = 0x400, "the watched file or directory was deleted.";
        "IN_MOVE_SELF" MOVE_SELF = 0x800, "the watched file or directory was renamed.";
        "IN_CLOSE" CLOSE = 0x18, "`CLOSE_WRITE` and `CLOSE_NOWRITE`.";
        "IN_MOVE" MOVE = 0xC0, "`MOVED_FROM` and `MOVED_TO`.";
        "IN_ALL_EVENTS" ALL_EVENTS = 0xFFF, "all events.";
        "IN_ONLYDIR" ONLYDIR = 0x0100_0000, "`inotify_add_watch` fails with `ENOTDIR` if the \
            path is not a directory. Since Linux 2.6.15.";
        "IN_DONT_FOLLOW" DONT_FOLLOW = 0x0200_0000, "watch a symbolic link itself, not its target. \
            Since Linux 2.6.15.";
        "IN_EXCL_UNLINK" EXCL_UNLINK = 0x0400_0000, "report no events for a file after it was \
            unlinked from the watched directory. Since Linux 2.6.36.";
        "IN_MASK_CREATE" MASK_CREATE = 0x1000_0000, "`inotify_add_watch` fails with `EEXIST` if \
            the file is already watched. Since Linux 4.18.";
        "IN_MASK_ADD" MASK_ADD = 0x2000_0000, "add the requested events to an existing watch, \
            instead of replacing its events.";
        "IN_ONESHOT" ONESHOT = 0x8000_0000, "remove the watch after one event.";
    }
}

flags! {
    /// The flags of a reported event. Events are requested with [`WatchFlags`].
    pub struct EventFlags: u32 {
        "IN_ACCESS" ACCESS = 0x1, "the file was read or executed.";
        "IN_MODIFY" MODIFY = 0x2, "the file was written to or truncated.";
        "IN_ATTRIB" ATTRIB = 0x4, "the metadata changed: mode, owner, timestamps, link count or \
            extended attributes.";
        "IN_CLOSE_WRITE" CLOSE_WRITE = 0x8, "the file was closed after it had been opened for \
            writing.";
        "IN_CLOSE_NOWRITE" CLOSE_NOWRITE = 0x10, "the file or directory was closed after it had \
            been opened only for reading.";
        "IN_OPEN" OPEN = 0x20, "the file or directory was opened.";
        "IN_MOVED_FROM" MOVED_FROM = 0x40, "the file was renamed; the event has its old name.";
        "IN_MOVED_TO" MOVED_TO = 0x80, "the file was renamed; the event has its new name.";
        "IN_CREATE" CREATE = 0x100, "the file or directory was created.";
        "IN_DELETE" DELETE = 0x200, "the file or directory was deleted.";
        "IN_DELETE_SELF" DELETE_SELF = 0x400, "the watched file or directory was deleted.";
        "IN_MOVE_SELF" MOVE_SELF = 0x800, "the watched file or directory was renamed.";
        "IN_UNMOUNT" UNMOUNT = 0x2000, "the file system of the watched file was unmounted; the \
            watch is removed.";
        "IN_Q_OVERFLOW" Q_OVERFLOW = 0x4000, "the event queue was full, and events were lost. \
            The event has no watch.";
        "IN_IGNORED" IGNORED = 0x8000, "the watch was removed; the event is its last event.";
        "IN_ISDIR" ISDIR = 0x4000_0000, "the event is for a directory.";
        "IN_CLOSE" CLOSE = 0x18, "`CLOSE_WRITE` and `CLOSE_NOWRITE`.";
        "IN_MOVE" MOVE = 0xC0, "`MOVED_FROM` and `MOVED_TO`.";
    }
}

/// `struct inotify_event`, without the name that follows it.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct Header {
    pub(super) wd: i32,
    pub(super) mask: u32,
    pub(super) cookie: u32,
    pub(super) len: u32,
}

layout! { Header: size 16, align 4, wd at 0, mask at 4, cookie at 8, len at 12 }
