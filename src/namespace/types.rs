//! The kinds of namespaces, and what else a thread can have of its own.

flags! {
    /// Kinds of namespaces: a set of them, or one.
    ///
    /// Each thread has one of each, and its children begin with the same.
    pub struct Namespaces: u32 {
        "CLONE_NEWNS" MOUNT = 0x2_0000, "what is mounted where; entered by a thread that does not share its \
            working directory. Since Linux 2.4.19.";
        "CLONE_NEWCGROUP" CGROUP = 0x200_0000, "where the trees of control groups have their roots. Since Linux 4.6.";
        "CLONE_NEWUTS" UTS = 0x400_0000, "the names of the host and its domain. Since Linux 2.6.19.";
        "CLONE_NEWIPC" IPC = 0x800_0000, "message queues, and System V's semaphores and shared memory. Since Linux \
            2.6.19.";
        "CLONE_NEWUSER" USER = 0x1000_0000, "users, groups and capabilities. For a process with one thread. Since \
            Linux 3.8.";
        "CLONE_NEWPID" PID = 0x2000_0000, "the numbers of processes and threads. Another one is for children that are \
            made later. Since Linux 2.6.24; by `unshare` 3.8.";
        "CLONE_NEWNET" NET = 0x4000_0000, "network devices, addresses, routes and ports. Since Linux 2.6.24.";
        "CLONE_NEWTIME" TIME = 0x80, "where the clocks since the start of the machine begin. A new one is for children that \
            are made later, and for the thread itself once it calls `execve`; entered by a process with one thread. Since \
            Linux 5.6.";
    }
}

flags! {
    /// What a thread can be given of its own: namespaces, and what the threads of a process share.
    pub struct UnshareFlags: u32 {
        "CLONE_FS" FS = 0x200, "the working directory, the root directory and the umask. Since Linux 2.6.16.";
        "CLONE_FILES" FILES = 0x400, "the table of descriptors. Since Linux 2.6.16.";
        "CLONE_SYSVSEM" SYSVSEM = 0x4_0000, "what System V's semaphores undo. Since Linux 2.6.26.";
        "CLONE_NEWNS" NEWNS = 0x2_0000, "as [`Namespaces::MOUNT`], and `FS` with it. Since Linux 2.6.16.";
        "CLONE_NEWCGROUP" NEWCGROUP = 0x200_0000, "as [`Namespaces::CGROUP`]. Since Linux 4.6.";
        "CLONE_NEWUTS" NEWUTS = 0x400_0000, "as [`Namespaces::UTS`]. Since Linux 2.6.19.";
        "CLONE_NEWIPC" NEWIPC = 0x800_0000, "as [`Namespaces::IPC`], and `SYSVSEM` with it. Since Linux 2.6.19.";
        "CLONE_NEWUSER" NEWUSER = 0x1000_0000, "as [`Namespaces::USER`], and `FS` with it; only for a process with one \
            thread. Since Linux 3.8.";
        "CLONE_NEWPID" NEWPID = 0x2000_0000, "as [`Namespaces::PID`], for the children that are made later. Since \
            Linux 3.8.";
        "CLONE_NEWNET" NEWNET = 0x4000_0000, "as [`Namespaces::NET`]. Since Linux 2.6.24.";
        "CLONE_NEWTIME" NEWTIME = 0x80, "as [`Namespaces::TIME`], for what comes later. Since Linux 5.6.";
    }
}

impl From<Namespaces> for UnshareFlags {
    #[inline]
    fn from(namespaces: Namespaces) -> Self {
        Self::from_bits_retain(namespaces.bits())
    }
}

/// One of the namespaces of a process or thread, as `/proc/<pid>/ns` has them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// `mnt` - what is mounted where. Since Linux 3.8.
    Mount,
    /// `cgroup` - where the trees of control groups have their roots. Since Linux 4.6.
    Cgroup,
    /// `uts` - the names of the host and its domain. Since Linux 3.0.
    Uts,
    /// `ipc` - message queues, and System V's semaphores and shared memory. Since Linux 3.0.
    Ipc,
    /// `user` - users, groups and capabilities. Since Linux 3.8.
    User,
    /// `pid` - the numbers of processes and threads. Since Linux 3.8.
    Pid,
    /// `pid_for_children` - the same for the children that are made from now on; to older kernels, a new one is there
    /// once the first child is. Since Linux 4.12.
    PidForChildren,
    /// `net` - network devices, addresses, routes and ports. Since Linux 3.0.
    Net,
    /// `time` - where the clocks since the start of the machine begin. Since Linux 5.6.
    Time,
    /// `time_for_children` - the same for the children that are made from now on. Since Linux 5.6.
    TimeForChildren,
}

impl Kind {
    /// The file, from the task's directory.
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
