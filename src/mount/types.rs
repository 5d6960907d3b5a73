//! The flags of the calls.

/// The two flags whose bits in the result of `statfs` differ from those of `mount`.
const ST_RELATIME: u64 = 0x1000;
const ST_NOSYMFOLLOW: u64 = 0x2000;

flags! {
    /// Flags of [`raw::mount`](super::raw::mount): the operation, and the properties of the mount
    /// and its file system.
    ///
    /// Properties of the file system apply wherever it is mounted; properties of the mount apply to
    /// one mount. The functions of this module set the flags that select the operation, and do not
    /// accept them. Bits that the kernel uses internally have no names.
    pub struct MountFlags: u64 {
        "MS_RDONLY" RDONLY = 0x1, "the mount is read-only; for a new mount, the file system is \
            read-only as well.";
        "MS_NOSUID" NOSUID = 0x2, "mount: set-user-ID and set-group-ID bits and file capabilities \
            are ignored.";
        "MS_NODEV" NODEV = 0x4, "mount: devices cannot be opened.";
        "MS_NOEXEC" NOEXEC = 0x8, "mount: programs cannot be executed.";
        "MS_SYNCHRONOUS" SYNCHRONOUS = 0x10, "file system: writes return when the data is stored.";
        "MS_REMOUNT" REMOUNT = 0x20, "operation: change an existing mount.";
        "MS_MANDLOCK" MANDLOCK = 0x40, "file system: mandatory locks. Without effect since Linux \
            5.15.";
        "MS_DIRSYNC" DIRSYNC = 0x80, "file system: changes of directories return when they are \
            stored.";
        "MS_NOSYMFOLLOW" NOSYMFOLLOW = 0x100, "mount: symbolic links are not followed, but can be \
            read. Since Linux 5.10.";
        "MS_NOATIME" NOATIME = 0x400, "mount: reads do not update access times.";
        "MS_NODIRATIME" NODIRATIME = 0x800, "mount: reads do not update the access times of \
            directories.";
        "MS_BIND" BIND = 0x1000, "operation: create a bind mount. Since Linux 2.4.";
        "MS_MOVE" MOVE = 0x2000, "operation: move a mount. Since Linux 2.4.18.";
        "MS_REC" REC = 0x4000, "with `BIND` or a propagation type: include all mounts below. Since \
            Linux 2.4.11.";
        "MS_SILENT" SILENT = 0x8000, "fewer messages in the kernel's log. Since Linux 2.6.17.";
        "MS_POSIXACL" POSIXACL = 0x1_0000, "file system: access control lists; used by few file \
            systems.";
        "MS_UNBINDABLE" UNBINDABLE = 0x2_0000, "operation: make the mount private and unbindable. \
            Since Linux 2.6.15.";
        "MS_PRIVATE" PRIVATE = 0x4_0000, "operation: make the mount private: mounts are not \
            propagated. Since Linux 2.6.15.";
        "MS_SLAVE" SLAVE = 0x8_0000, "operation: make the mount a slave: mounts are propagated to \
            it, but not from it. Since Linux 2.6.15.";
        "MS_SHARED" SHARED = 0x10_0000, "operation: make the mount shared: mounts are propagated \
            to and from its peers. Since Linux 2.6.15.";
        "MS_RELATIME" RELATIME = 0x20_0000, "mount: reads update the access time once after each \
            modification, and once a day. The default. Since Linux 2.6.20.";
        "MS_I_VERSION" I_VERSION = 0x80_0000, "file system: changes of a file increment its \
            version counter. Since Linux 2.6.25.";
        "MS_STRICTATIME" STRICTATIME = 0x100_0000, "mount: every read updates the access time. \
            Since Linux 2.6.30.";
        "MS_LAZYTIME" LAZYTIME = 0x200_0000, "file system: updates of times are stored later, \
            together with other changes. Since Linux 4.0.";
    }
}

impl MountFlags {
    /// Converts the field `f_flags` of `struct statfs`.
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
        "MNT_FORCE" FORCE = 1, "abort pending requests, if the file system supports it. Data can \
            be lost. Since Linux 2.1.116.";
        "MNT_DETACH" DETACH = 2, "detach the mount from its path immediately, and unmount it when \
            it is no longer in use. Since Linux 2.4.11.";
        "MNT_EXPIRE" EXPIRE = 4, "unmount the mount if it has not been used since it was marked as \
            expired; otherwise mark it and fail with `EAGAIN`. Not with `FORCE` or `DETACH`. Since \
            Linux 2.6.8.";
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
