//! The access that `faccessat2` checks.

flags! {
    /// The access to a file that [`accessat`](crate::fs::accessat) checks.
    pub struct Access: u32 {
        "F_OK" EXISTS = 0, "the file exists.";
        "X_OK" EXEC_OK = 1, "the caller may execute the file, or search the directory.";
        "W_OK" WRITE_OK = 2, "the caller may write to the file.";
        "R_OK" READ_OK = 4, "the caller may read the file.";
    }
}
