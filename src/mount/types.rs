//! Flags of `mount` and `umount2`.

// The bits of `ST_RELATIME` and `ST_NOSYMFOLLOW` in the result of `statfs` differ from those of
// `MS_RELATIME` and `MS_NOSYMFOLLOW`.
const ST_RELATIME: u64 = 0x1000;
const ST_NOSYMFOLLOW: u64 = 0x2000;

flags! {
    /// Flags of [`raw::mount`](super::raw::mount): the operation, and the properties of the mount
    /// and its file system.
    ///
    /// A property of a file system applies to all of its mounts, and a property of a mount applies
    /// only to that mount. The safe functions set the flags that select an operation, and reject
    /// these flags in their arguments. Bits that the kernel uses internally have no names.
    pub struct MountFlags: u64 {
        "MS_RDONLY" RDONLY = 0x1, "the mount is read-only; for a new mount, the file system is \
            read-only as well.";
        "MS_NOSUID" NOSUID = 0x2, "set-user-ID and set-group-ID bits and file capabilities on the \
            mount are ignored.";
        "MS_NODEV" NODEV = 0x4, "device files on the mount cannot be opened.";
        "MS_NOEXEC" NOEXEC = 0x8, "programs on the mount cannot be executed.";
        "MS_SYNCHRONOUS" SYNCHRONOUS = 0x10, "writes to the file system return only after the data \
            has been stored.";
        "MS_REMOUNT" REMOUNT = 0x20, "selects the operation: change an existing mount.";
        "MS_MANDLOCK" MANDLOCK = 0x40, "the file system permits mandatory locks. Without effect \
            since Linux 5.15.";
        "MS_DIRSYNC" DIRSYNC = 0x80, "calls that change a directory of the file system return only \
            after the change has been stored.";
        "MS_NOSYMFOLLOW" NOSYMFOLLOW = 0x100, "symbolic links on the mount are not followed, but \
            can be read. Since Linux 5.10.";
        "MS_NOATIME" NOATIME = 0x400, "reads on the mount do not update access times.";
        "MS_NODIRATIME" NODIRATIME = 0x800, "reads on the mount do not update the access times of \
            directories.";
        "MS_BIND" BIND = 0x1000, "selects the operation: create a bind mount. Since Linux 2.4.";
        "MS_MOVE" MOVE = 0x2000, "selects the operation: move a mount. Since Linux 2.4.18.";
        "MS_REC" REC = 0x4000, "with `BIND` or a propagation type, the operation includes all \
            mounts below the mount. Since Linux 2.4.11.";
        "MS_SILENT" SILENT = 0x8000, "the kernel writes fewer messages to its log. Since Linux \
            2.6.17.";
        "MS_POSIXACL" POSIXACL = 0x1_0000, "the file system supports access control lists. Few \
            file systems use this flag.";
        "MS_UNBINDABLE" UNBINDABLE = 0x2_0000, "selects the operation: make the mount private and \
            unbindable. Since Linux 2.6.15.";
        "MS_PRIVATE" PRIVATE = 0x4_0000, "selects the operation: make the mount private, without \
            propagation of mounts. Since Linux 2.6.15.";
        "MS_SLAVE" SLAVE = 0x8_0000, "selects the operation: make the mount a slave. Mounts \
            are propagated from its peers to the slave, but not from the slave to its peers. Since \
            Linux 2.6.15.";
        "MS_SHARED" SHARED = 0x10_0000, "selects the operation: make the mount shared, with \
            propagation of mounts to and from its peers. Since Linux 2.6.15.";
        "MS_RELATIME" RELATIME = 0x20_0000, "a read on the mount updates the access time only \
            after a modification, or if the access time is at least a day old. The kernel's \
            default. Since Linux 2.6.20.";
        "MS_I_VERSION" I_VERSION = 0x80_0000, "each change of a file in the file system increments \
            the file's version counter. Since Linux 2.6.25.";
        "MS_STRICTATIME" STRICTATIME = 0x100_0000, "every read on the mount updates the access \
            time. Since Linux 2.6.30.";
        "MS_LAZYTIME" LAZYTIME = 0x200_0000, "the file system stores updated times of files later, \
            together with other changes. Since Linux 4.0.";
    }
}

impl MountFlags {
    /// Converts the field `f_flags` of `struct statfs` to mount flags.
    pub(super) const fn from_statfs(bits: u64) -> Self {
        const EQUAL: MountFlags = MountFlags::RDONLY
            .union(MountFlags::NOSUID)
            .union(MountFlags::NODEV)
            .union(MountFlags::NOEXEC)
            .union(MountFlags::SYNCHRONOUS)
            .union(MountFlags::MANDLOCK)
            .union(MountFlags::NOATIME)
            .union(MountFlags::NODIRATIME);
        let mut flags = Self::from_bits_retain(bits).intersection(EQUAL);
        if bits & ST_RELATIME != 0 {
            flags = flags.union(Self::RELATIME);
        }
        if bits & ST_NOSYMFOLLOW != 0 {
            flags = flags.union(Self::NOSYMFOLLOW);
        }
        if !flags.intersects(Self::NOATIME.union(Self::RELATIME)) {
            flags = flags.union(Self::STRICTATIME);
        }
        flags
    }
}

flags! {
    /// Flags of [`raw::umount2`](super::raw::umount2).
    pub struct UnmountFlags: u32 {
        "MNT_FORCE" FORCE = 1, "abort pending requests, which only some file systems support. Data \
            can be lost. Since Linux 2.1.116.";
        "MNT_DETACH" DETACH = 2, "detach the mount from its path immediately, and unmount it when \
            it is no longer in use. Since Linux 2.4.11.";
        "MNT_EXPIRE" EXPIRE = 4, "unmount the mount if it has not been used since it was marked as \
            expired; otherwise mark the mount and fail with `EAGAIN`. Cannot be combined with \
            `FORCE` or `DETACH`. Since Linux 2.6.8.";
        "UMOUNT_NOFOLLOW" NOFOLLOW = 8, "do not follow a symbolic link in the last component of \
            the path. Since Linux 2.6.34.";
    }
}

#[cfg(test)]
mod tests {
    use super::MountFlags as F;

    #[test]
    fn mount_flags_from_statfs_converts_st_flags_to_ms_flags() {
        for (bits, flags) in [
            (0x20, F::STRICTATIME),
            (0x1020, F::RELATIME),
            (0x400, F::NOATIME),
            (0x1000 | 0x2000, F::RELATIME | F::NOSYMFOLLOW),
            (0x800, F::STRICTATIME | F::NODIRATIME),
            (
                0x1000 | 0x5F,
                F::RELATIME
                    | F::RDONLY
                    | F::NOSUID
                    | F::NODEV
                    | F::NOEXEC
                    | F::SYNCHRONOUS
                    | F::MANDLOCK,
            ),
            (!0x3C5F, F::STRICTATIME),
        ] {
            assert_eq!(F::from_statfs(bits), flags, "{bits:#x}");
        }
    }
}
