//! Predicates that test the flags of an inotify event: one predicate for each flag.

/// Implements the predicates for an event type that has a method `flags`.
macro_rules! impl_predicates {
    ($event:ty) => {
        impl_predicates! { $event:
            "IN_ACCESS" is_access ACCESS, "the file was read or executed";
            "IN_MODIFY" is_modify MODIFY, "the file was written to or truncated";
            "IN_ATTRIB" is_attrib ATTRIB, "the metadata of the file changed";
            "IN_CLOSE_WRITE" is_close_write CLOSE_WRITE,
                "the file was closed after it had been opened for writing";
            "IN_CLOSE_NOWRITE" is_close_nowrite CLOSE_NOWRITE,
                "the file or directory was closed after it had been opened only for reading";
            "IN_OPEN" is_open OPEN, "the file or directory was opened";
            "IN_MOVED_FROM" is_moved_from MOVED_FROM,
                "the file was renamed, and the event has its old name";
            "IN_MOVED_TO" is_moved_to MOVED_TO,
                "the file was renamed, and the event has its new name";
            "IN_CREATE" is_create CREATE,
                "the file or directory was created in the watched directory";
            "IN_DELETE" is_delete DELETE,
                "the file or directory was deleted from the watched directory";
            "IN_DELETE_SELF" is_delete_self DELETE_SELF,
                "the watched file or directory was deleted";
            "IN_MOVE_SELF" is_move_self MOVE_SELF, "the watched file or directory was renamed";
            "IN_UNMOUNT" is_unmount UNMOUNT,
                "the file system of the watched file was unmounted";
            "IN_Q_OVERFLOW" is_overflow Q_OVERFLOW,
                "the event queue was full and events were lost, so that the watched files must be \
                examined again";
            "IN_IGNORED" is_ignored IGNORED,
                "the watch was removed, and the event is the last event of the watch";
            "IN_ISDIR" is_dir ISDIR, "the event is for a directory";
        }
    };
    ($event:ty: $($c:literal $name:ident $flag:ident, $text:literal;)*) => {
        impl $event {
            $(
                #[doc = concat!("Returns whether ", $text, " (`", $c, "`).")]
                #[doc(alias = $c)]
                #[inline]
                #[must_use]
                pub const fn $name(&self) -> bool {
                    self.flags().contains($crate::inotify::EventFlags::$flag)
                }
            )*
        }
    };
}
pub(super) use impl_predicates;
