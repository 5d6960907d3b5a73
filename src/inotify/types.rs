//! What the calls take, and the layout of what they give.

flags! {
    /// How an instance is made.
    pub struct InitFlags: u32 {
        "IN_NONBLOCK" NONBLOCK = 0x800, "a read that would have to wait fails with `EAGAIN`.";
        "IN_CLOEXEC" CLOEXEC = 0x8_0000, "`execve` closes the descriptor.";
    }
}

flags! {
    /// What to tell of a file, and how to watch it: what one asks for. What one gets is [`EventFlags`].
    ///
    /// In a watched directory an event is told of the files in it as well, unless its text says otherwise.
    pub struct WatchFlags: u32 {
        "IN_ACCESS" ACCESS = 0x1, "it was read, or executed.";
        "IN_MODIFY" MODIFY = 0x2, "it was written to, or its length was changed.";
        "IN_ATTRIB" ATTRIB = 0x4, "its mode, times, owner, links or extended attributes changed.";
        "IN_CLOSE_WRITE" CLOSE_WRITE = 0x8, "it was closed after it was open for writing.";
        "IN_CLOSE_NOWRITE" CLOSE_NOWRITE = 0x10, "it was closed after it was open for reading only.";
        "IN_OPEN" OPEN = 0x20, "it was opened.";
        "IN_MOVED_FROM" MOVED_FROM = 0x40, "a file in the directory was renamed: its old name.";
        "IN_MOVED_TO" MOVED_TO = 0x80, "a file in the directory was renamed: its new name.";
        "IN_CREATE" CREATE = 0x100, "a file in the directory was made.";
        "IN_DELETE" DELETE = 0x200, "a file in the directory was deleted.";
        "IN_DELETE_SELF" DELETE_SELF = 0x400, "the watched file itself was deleted.";
        "IN_MOVE_SELF" MOVE_SELF = 0x800, "the watched file itself was renamed.";
        "IN_CLOSE" CLOSE = 0x18, "either of the two closes.";
        "IN_MOVE" MOVE = 0xC0, "either half of a rename.";
        "IN_ALL_EVENTS" ALL_EVENTS = 0xFFF, "every event.";
        "IN_ONLYDIR" ONLYDIR = 0x0100_0000, "a directory, or `ENOTDIR`. Since Linux 2.6.15.";
        "IN_DONT_FOLLOW" DONT_FOLLOW = 0x0200_0000, "a symbolic link itself, not its target. Since Linux 2.6.15.";
        "IN_EXCL_UNLINK" EXCL_UNLINK = 0x0400_0000, "nothing of a file that was unlinked. Since Linux 2.6.36.";
        "IN_MASK_CREATE" MASK_CREATE = 0x1000_0000, "a new watch, or `EEXIST`. Since Linux 4.18.";
        "IN_MASK_ADD" MASK_ADD = 0x2000_0000, "add to the events of a watch that exists, not replace them.";
        "IN_ONESHOT" ONESHOT = 0x8000_0000, "one event, then the watch ends.";
    }
}

flags! {
    /// What happened to a file: what one gets. What one asks for is [`WatchFlags`].
    pub struct EventFlags: u32 {
        "IN_ACCESS" ACCESS = 0x1, "it was read, or executed.";
        "IN_MODIFY" MODIFY = 0x2, "it was written to, or its length was changed.";
        "IN_ATTRIB" ATTRIB = 0x4, "its mode, times, owner, links or extended attributes changed.";
        "IN_CLOSE_WRITE" CLOSE_WRITE = 0x8, "it was closed after it was open for writing.";
        "IN_CLOSE_NOWRITE" CLOSE_NOWRITE = 0x10, "it was closed after it was open for reading only.";
        "IN_OPEN" OPEN = 0x20, "it was opened.";
        "IN_MOVED_FROM" MOVED_FROM = 0x40, "it was renamed: its old name.";
        "IN_MOVED_TO" MOVED_TO = 0x80, "it was renamed: its new name.";
        "IN_CREATE" CREATE = 0x100, "it was made.";
        "IN_DELETE" DELETE = 0x200, "it was deleted.";
        "IN_DELETE_SELF" DELETE_SELF = 0x400, "the watched file itself was deleted.";
        "IN_MOVE_SELF" MOVE_SELF = 0x800, "the watched file itself was renamed.";
        "IN_UNMOUNT" UNMOUNT = 0x2000, "the file system of the watched file was unmounted; the watch has ended.";
        "IN_Q_OVERFLOW" Q_OVERFLOW = 0x4000, "the queue was full, events were lost; of no watch.";
        "IN_IGNORED" IGNORED = 0x8000, "the watch has ended: its last event.";
        "IN_ISDIR" ISDIR = 0x4000_0000, "it is a directory.";
        "IN_CLOSE" CLOSE = 0x18, "either of the two closes.";
        "IN_MOVE" MOVE = 0xC0, "either half of a rename.";
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
