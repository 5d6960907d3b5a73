//! What the calls take.

flags! {
    /// What [`raw::mount`](super::raw::mount) does, and how the mount and its file system are to be.
    ///
    /// Some are the file system's, and hold wherever it is mounted; some are the one mount's; some say what the call
    /// does. The functions of this module set these last by themselves, and take none of them. Bits that the kernel
    /// sets for its own use have no names.
    pub struct MountFlags: u64 {
        "MS_RDONLY" RDONLY = 0x1, "nothing can be written: of a new mount, the file system as a whole.";
        "MS_NOSUID" NOSUID = 0x2, "of the mount: programs do not get other users, groups or capabilities when they are run.";
        "MS_NODEV" NODEV = 0x4, "of the mount: devices cannot be opened.";
        "MS_NOEXEC" NOEXEC = 0x8, "of the mount: programs cannot be run.";
        "MS_SYNCHRONOUS" SYNCHRONOUS = 0x10, "of the file system: a write returns when its data is stored.";
        "MS_REMOUNT" REMOUNT = 0x20, "change a mount that is there.";
        "MS_MANDLOCK" MANDLOCK = 0x40, "of the file system: mandatory locks. Without effect since Linux 5.15.";
        "MS_DIRSYNC" DIRSYNC = 0x80, "of the file system: changes of directories return when they are stored.";
        "MS_NOSYMFOLLOW" NOSYMFOLLOW = 0x100, "of the mount: symbolic links are not followed, only read. Since Linux 5.10.";
        "MS_NOATIME" NOATIME = 0x400, "of the mount: a read does not move the access time.";
        "MS_NODIRATIME" NODIRATIME = 0x800, "of the mount: a read does not move the access time of a directory.";
        "MS_BIND" BIND = 0x1000, "make what is there already visible at another place. Since Linux 2.4.";
        "MS_MOVE" MOVE = 0x2000, "move a mount to another place. Since Linux 2.4.18.";
        "MS_REC" REC = 0x4000, "with `BIND` or a propagation: and all mounts below. Since Linux 2.4.11.";
        "MS_SILENT" SILENT = 0x8000, "fewer messages in the kernel's log. Since Linux 2.6.17.";
        "MS_POSIXACL" POSIXACL = 0x1_0000, "of the file system: access control lists; of few file systems.";
        "MS_UNBINDABLE" UNBINDABLE = 0x2_0000, "make the mount private, and such that none can be bound from it. Since \
            Linux 2.6.15.";
        "MS_PRIVATE" PRIVATE = 0x4_0000, "let no mount below go to or come from elsewhere. Since Linux 2.6.15.";
        "MS_SLAVE" SLAVE = 0x8_0000, "let mounts below come from its former peers, and go to none. Since Linux 2.6.15.";
        "MS_SHARED" SHARED = 0x10_0000, "let mounts below go to and come from its peers. Since Linux 2.6.15.";
        "MS_RELATIME" RELATIME = 0x20_0000, "of the mount: a read moves the access time once after each change, and once \
            a day; so it is unless something else is asked for. Since Linux 2.6.20.";
        "MS_I_VERSION" I_VERSION = 0x80_0000, "of the file system: each change of a file counts. Since Linux 2.6.25.";
        "MS_STRICTATIME" STRICTATIME = 0x100_0000, "of the mount: each read moves the access time. Since Linux 2.6.30.";
        "MS_LAZYTIME" LAZYTIME = 0x200_0000, "of the file system: times are stored late, with something else. Since Linux \
            4.0.";
    }
}

flags! {
    /// How [`raw::umount2`](super::raw::umount2) unmounts.
    pub struct UnmountFlags: u32 {
        "MNT_FORCE" FORCE = 1, "give up requests that are under way, where the file system can: data may be lost. Since \
            Linux 2.1.116.";
        "MNT_DETACH" DETACH = 2, "take it away from its place now, and unmount it when nobody uses it any more. Since \
            Linux 2.4.11.";
        "MNT_EXPIRE" EXPIRE = 4, "unmount it if nobody has used it since it was last asked for so; the first time, mark \
            it and fail with `EAGAIN`. Not with `FORCE` or `DETACH`. Since Linux 2.6.8.";
        "UMOUNT_NOFOLLOW" NOFOLLOW = 8, "do not follow a symbolic link as the last part of the path. Since Linux 2.6.34.";
    }
}
