//! Kinds of namespaces, and the flags of `unshare`.

flags! {
    /// A set of kinds of namespaces.
    ///
    /// Each thread is in one namespace of each kind, and its children start in the same namespaces.
    pub struct Namespaces: u32 {
        "CLONE_NEWNS" MOUNT = 0x2_0000, "mount namespaces: the list of mounts. A thread that \
            shares its working directory cannot enter a mount namespace. Since Linux 2.4.19.";
        "CLONE_NEWCGROUP" CGROUP = 0x200_0000, "cgroup namespaces: the roots of the cgroup \
            hierarchies. Since Linux 4.6.";
        "CLONE_NEWUTS" UTS = 0x400_0000, "UTS namespaces: the host name and the NIS domain name. \
            Since Linux 2.6.19.";
        "CLONE_NEWIPC" IPC = 0x800_0000, "IPC namespaces: POSIX message queues, and System V \
            message queues, semaphores and shared memory. Since Linux 2.6.19.";
        "CLONE_NEWUSER" USER = 0x1000_0000, "user namespaces: user and group IDs and capabilities. \
            Only a process with a single thread can create or enter a user namespace. Since Linux \
            3.8.";
        "CLONE_NEWPID" PID = 0x2000_0000, "PID namespaces: the IDs of processes and threads. \
            Creating or entering a PID namespace affects only children that are created later. \
            Since Linux 2.6.24; with `unshare` since Linux 3.8.";
        "CLONE_NEWNET" NET = 0x4000_0000, "network namespaces: devices, addresses, routes and \
            ports. Since Linux 2.6.24.";
        "CLONE_NEWTIME" TIME = 0x80, "time namespaces: the offsets of the monotonic clock and the \
            boot-time clock. A new time namespace applies to children that are created later, and \
            to the thread itself when it calls `execve`. A process with several threads cannot \
            enter a time namespace. Since Linux 5.6.";
    }
}

flags! {
    /// Flags of [`raw::unshare`](super::raw::unshare): the namespaces to create, and the shared
    /// resources of which the thread gets its own copy.
    pub struct UnshareFlags: u32 {
        "CLONE_FS" FS = 0x200, "the working directory, the root directory and the umask. Since \
            Linux 2.6.16.";
        "CLONE_FILES" FILES = 0x400, "the table of file descriptors. Since Linux 2.6.16.";
        "CLONE_SYSVSEM" SYSVSEM = 0x4_0000, "the System V semaphore undo list. Since Linux 2.6.26.";
        "CLONE_NEWNS" NEWNS = 0x2_0000, "like [`Namespaces::MOUNT`]; implies `FS`. Since Linux \
            2.6.16.";
        "CLONE_NEWCGROUP" NEWCGROUP = 0x200_0000, "like [`Namespaces::CGROUP`]. Since Linux 4.6.";
        "CLONE_NEWUTS" NEWUTS = 0x400_0000, "like [`Namespaces::UTS`]. Since Linux 2.6.19.";
        "CLONE_NEWIPC" NEWIPC = 0x800_0000, "like [`Namespaces::IPC`]; implies `SYSVSEM`. Since \
            Linux 2.6.19.";
        "CLONE_NEWUSER" NEWUSER = 0x1000_0000, "like [`Namespaces::USER`]; implies `FS`. Requires \
            a process with a single thread. Since Linux 3.8.";
        "CLONE_NEWPID" NEWPID = 0x2000_0000, "like [`Namespaces::PID`]: affects only children \
            that are created later. Since Linux 3.8.";
        "CLONE_NEWNET" NEWNET = 0x4000_0000, "like [`Namespaces::NET`]. Since Linux 2.6.24.";
        "CLONE_NEWTIME" NEWTIME = 0x80, "like [`Namespaces::TIME`]: applies to children that are \
            created later, and to the thread itself when it calls `execve`. Since Linux 5.6.";
    }
}

impl From<Namespaces> for UnshareFlags {
    #[inline]
    fn from(namespaces: Namespaces) -> Self {
        Self::from_bits_retain(namespaces.bits())
    }
}

/// A namespace of a process or thread, named after its file in `/proc/<pid>/ns`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// `mnt` - the mount namespace. Since Linux 3.8.
    Mount,
    /// `cgroup` - the cgroup namespace. Since Linux 4.6.
    Cgroup,
    /// `uts` - the UTS namespace: host name and NIS domain name. Since Linux 3.0.
    Uts,
    /// `ipc` - the IPC namespace. Since Linux 3.0.
    Ipc,
    /// `user` - the user namespace. Since Linux 3.8.
    User,
    /// `pid` - the PID namespace. Since Linux 3.8.
    Pid,
    /// `pid_for_children` - the PID namespace of children that the process or thread creates later.
    /// With older kernels, a new PID namespace can be opened only after the first child was created
    /// in it. Since Linux 4.12.
    PidForChildren,
    /// `net` - the network namespace. Since Linux 3.0.
    Net,
    /// `time` - the time namespace. Since Linux 5.6.
    Time,
    /// `time_for_children` - the time namespace of children that the process or thread creates
    /// later. Since Linux 5.6.
    TimeForChildren,
}

impl Kind {
    /// Returns the path of the file of the namespace, relative to `/proc/<pid>`.
    pub(super) const fn file(self) -> &'static str {
        match self {
            Self::Mount => "ns/mnt",
            Self::Cgroup => "ns/cgroup",
            Self::Uts => "ns/uts",
            Self::Ipc => "ns/ipc",
            Self::User => "ns/user",
            Self::Pid => "ns/pid",
            Self::PidForChildren => "ns/pid_for_children",
            Self::Net => "ns/net",
            Self::Time => "ns/time",
            Self::TimeForChildren => "ns/time_for_children",
        }
    }
}

impl From<Kind> for Namespaces {
    #[inline]
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Mount => Self::MOUNT,
            Kind::Cgroup => Self::CGROUP,
            Kind::Uts => Self::UTS,
            Kind::Ipc => Self::IPC,
            Kind::User => Self::USER,
            Kind::Pid | Kind::PidForChildren => Self::PID,
            Kind::Net => Self::NET,
            Kind::Time | Kind::TimeForChildren => Self::TIME,
        }
    }
}
