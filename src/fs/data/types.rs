//! Flags of `preadv2` and `pwritev2`.

flags! {
    /// Flags of [`preadv2`](super::preadv2) and [`pwritev2`](super::pwritev2), which apply to one
    /// call; [readv(2)].
    ///
    /// A flag that the kernel or the file does not support fails with `EOPNOTSUPP`.
    ///
    /// [readv(2)]: https://man7.org/linux/man-pages/man2/readv.2.html
    pub struct ReadWriteFlags: u32 {
        "RWF_HIPRI" HIPRI = 1, "poll the device for the completion of direct I/O. Without \
            `O_DIRECT`, the flag has no effect.";
        "RWF_DSYNC" DSYNC = 2, "a write returns when its data is on the device, as with `O_DSYNC`.";
        "RWF_SYNC" SYNC = 4, "a write returns when its data and the metadata of the file are on \
            the device, as with `O_SYNC`.";
        "RWF_NOWAIT" NOWAIT = 8, "fail with `EAGAIN` instead of waiting, for example for data that \
            is not in the page cache.";
        "RWF_APPEND" APPEND = 0x10, "a write appends to the end of the file, as with `O_APPEND`. \
            With `None` as the offset, the write also moves the file offset to the end.";
        "RWF_NOAPPEND" NOAPPEND = 0x20, "a write uses the offset although the file is open with \
            `O_APPEND`. Since Linux 6.9.";
        "RWF_ATOMIC" ATOMIC = 0x40, "a direct write is completed entirely or not at all, even if \
            the power fails. `statx` returns the permitted sizes. Since Linux 6.11.";
        "RWF_DONTCACHE" DONTCACHE = 0x80, "remove the pages that the call added to the page cache \
            after the transfer. Since Linux 6.14.";
        "RWF_NOSIGNAL" NOSIGNAL = 0x100, "a write to a pipe or a socket that fails with `EPIPE` \
            sends no `SIGPIPE`. Since Linux 6.18.";
    }
}
