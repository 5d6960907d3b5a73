//! Flags of `renameat2`.

flags! {
    /// Flags of [`renameat2`](crate::fs::renameat2).
    pub struct RenameFlags: u32 {
        "RENAME_NOREPLACE" NOREPLACE = 1, "fail with `EEXIST` if the new path exists.";
        "RENAME_EXCHANGE" EXCHANGE = 2, "exchange the two files atomically. Both paths must exist, \
            and the files can have different types. Not permitted with other flags.";
        "RENAME_WHITEOUT" WHITEOUT = 4, "create a whiteout with the old path: a character device \
            with the number 0:0, with which an overlay file system hides a file of a lower layer. \
            Only file systems that support overlays accept this flag.";
    }
}
