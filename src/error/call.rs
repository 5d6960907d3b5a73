//! The calls that can fail: a name each, finer than the kernel's table of system calls.

use core::fmt;

/// Which call failed.
///
/// Finer than a system call's number: a read of inotify events and a read of an event counter are two calls, because
/// their failures mean different things.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[repr(transparent)]
pub struct Call(u16);

impl Call {
    /// The call's short name: `"inotify_add_watch"`, `"inotify read"`, `"fcntl(F_SETFL)"`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        TABLE[self.0 as usize].0
    }

    /// The first Linux that has it: `"5.11"`.
    #[must_use]
    pub const fn since(self) -> &'static str {
        TABLE[self.0 as usize].1
    }

    pub(super) const fn id(self) -> u16 {
        self.0
    }

    /// The call of an id that [`Call::id`] gave.
    pub(super) const fn from_id(id: u32) -> Self {
        Self(id as u16)
    }
}

/// Prints the name.
impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

macro_rules! calls {
    ($($constant:ident = $name:literal, $since:literal;)*) => {
        /// The calls of this crate.
        impl Call {
            $(
                #[doc = concat!("`", $name, "`, since Linux ", $since, ".")]
                pub const $constant: Self = Self(Id::$constant as u16);
            )*

            /// Every call, in the order of the table.
            pub const ALL: &[Self] = &[$(Self::$constant),*];
        }

        /// The row of each call in the table.
        #[allow(non_camel_case_types, clippy::upper_case_acronyms, reason = "named as the constants are")]
        enum Id { $($constant),* }

        /// Name and first Linux of each call.
        const TABLE: &[(&str, &str)] = &[$(($name, $since)),*];
    };
}

calls! {
    GETPID = "getpid", "1.0";
    GETPPID = "getppid", "1.0";
    EXIT_GROUP = "exit_group", "2.5.35";
    CHDIR = "chdir", "1.0";
    FCHDIR = "fchdir", "1.0";
    CHROOT = "chroot", "1.0";
    GETTID = "gettid", "2.4.11";
    GETUID = "getuid", "1.0";
    GETEUID = "geteuid", "1.0";
    GETGID = "getgid", "1.0";
    GETEGID = "getegid", "1.0";
    RT_SIGPROCMASK = "rt_sigprocmask", "2.1.62";
    TGKILL = "tgkill", "2.5.75";
    RT_TGSIGQUEUEINFO = "rt_tgsigqueueinfo", "2.6.31";
    SIGALTSTACK = "sigaltstack", "2.1.67";
    CLOCK_GETTIME = "clock_gettime", "2.6.0";

    KILL = "kill", "1.0";
    RT_SIGQUEUEINFO = "rt_sigqueueinfo", "2.1.67";
    RT_SIGPENDING = "rt_sigpending", "2.1.67";
    RT_SIGTIMEDWAIT = "rt_sigtimedwait", "2.1.67";
    RT_SIGSUSPEND = "rt_sigsuspend", "2.1.67";
    RT_SIGACTION = "rt_sigaction", "2.1.67";

    READ = "read", "1.0";
    WRITE = "write", "1.0";
    READV = "readv", "2.0";
    WRITEV = "writev", "2.0";
    CLOSE = "close", "1.0";
    FCNTL_DUPFD_CLOEXEC = "fcntl(F_DUPFD_CLOEXEC)", "2.6.24";
    FCNTL_GETFD = "fcntl(F_GETFD)", "1.0";
    FCNTL_SETFD = "fcntl(F_SETFD)", "1.0";
    FCNTL_GETFL = "fcntl(F_GETFL)", "1.0";
    FCNTL_SETFL = "fcntl(F_SETFL)", "1.0";
    IOCTL_FIONREAD = "ioctl(FIONREAD)", "1.0";

    MMAP = "mmap", "1.0";
    MUNMAP = "munmap", "1.0";
    MPROTECT = "mprotect", "1.0";
    MADVISE = "madvise", "2.4";

    MEMFD_CREATE = "memfd_create", "3.17";
    MEMFD_CREATE_EXEC = "memfd_create(MFD_EXEC)", "6.3";
    FCNTL_ADD_SEALS = "fcntl(F_ADD_SEALS)", "3.17";
    FCNTL_ADD_SEALS_EXEC = "fcntl(F_ADD_SEALS, F_SEAL_EXEC)", "6.3";
    FCNTL_GET_SEALS = "fcntl(F_GET_SEALS)", "3.17";
    FTRUNCATE = "ftruncate", "1.0";
    FSTAT = "fstat", "1.0";
    LSEEK = "lseek", "1.0";
    PREAD64 = "pread64", "2.1.60";
    PWRITE64 = "pwrite64", "2.1.60";

    PIPE2 = "pipe2", "2.6.27";
    SPLICE = "splice", "2.6.17";
    TEE = "tee", "2.6.17";
    VMSPLICE = "vmsplice", "2.6.17";
    FCNTL_GETPIPE_SZ = "fcntl(F_GETPIPE_SZ)", "2.6.35";
    FCNTL_SETPIPE_SZ = "fcntl(F_SETPIPE_SZ)", "2.6.35";

    COPY_FILE_RANGE = "copy_file_range", "4.5";
    SENDFILE = "sendfile", "2.2";

    EVENTFD2 = "eventfd2", "2.6.27";
    EVENTFD_READ = "eventfd read", "2.6.22";
    EVENTFD_WRITE = "eventfd write", "2.6.22";

    INOTIFY_INIT1 = "inotify_init1", "2.6.27";
    INOTIFY_ADD_WATCH = "inotify_add_watch", "2.6.13";
    INOTIFY_RM_WATCH = "inotify_rm_watch", "2.6.13";
    INOTIFY_READ = "inotify read", "2.6.13";
    IOCTL_INOTIFY_SETNEXTWD = "ioctl(INOTIFY_IOC_SETNEXTWD)", "4.18";

    TIMERFD_CREATE = "timerfd_create", "2.6.25";
    TIMERFD_SETTIME = "timerfd_settime", "2.6.25";
    TIMERFD_GETTIME = "timerfd_gettime", "2.6.25";
    TIMERFD_READ = "timerfd read", "2.6.25";
    IOCTL_TIMERFD_SET_TICKS = "ioctl(TFD_IOC_SET_TICKS)", "3.17";

    SIGNALFD4 = "signalfd4", "2.6.27";
    SIGNALFD4_SET_MASK = "signalfd4(fd)", "2.6.27";
    SIGNALFD_READ = "signalfd read", "2.6.22";

    EPOLL_CREATE1 = "epoll_create1", "2.6.27";
    EPOLL_CTL_ADD = "epoll_ctl(EPOLL_CTL_ADD)", "2.5.45";
    EPOLL_CTL_MOD = "epoll_ctl(EPOLL_CTL_MOD)", "2.5.45";
    EPOLL_CTL_DEL = "epoll_ctl(EPOLL_CTL_DEL)", "2.5.45";
    EPOLL_PWAIT = "epoll_pwait", "2.6.19";
    EPOLL_PWAIT2 = "epoll_pwait2", "5.11";
    IOCTL_EPOLL_GET_PARAMS = "ioctl(EPIOCGPARAMS)", "6.9";
    IOCTL_EPOLL_SET_PARAMS = "ioctl(EPIOCSPARAMS)", "6.9";
    PPOLL = "ppoll", "2.6.16";

    MOUNT = "mount", "1.0";
    MOUNT_BIND = "mount(MS_BIND)", "2.4";
    MOUNT_MOVE = "mount(MS_MOVE)", "2.4.18";
    MOUNT_PROPAGATION = "mount(propagation)", "2.6.15";
    MOUNT_REMOUNT = "mount(MS_REMOUNT)", "1.0";
    MOUNT_REMOUNT_BIND = "mount(MS_REMOUNT | MS_BIND)", "2.6.26";
    UMOUNT2 = "umount2", "2.1.116";
    PIVOT_ROOT = "pivot_root", "2.3.41";

    UNAME = "uname", "1.0";
    SETHOSTNAME = "sethostname", "1.0";
    SETDOMAINNAME = "setdomainname", "1.0";
    UNSHARE = "unshare", "2.6.16";
    SETNS = "setns", "3.0";
    OPENAT_NS = "openat(ns)", "3.0";
    FSTATFS = "fstatfs", "1.0";
    IOCTL_NS_GET_USERNS = "ioctl(NS_GET_USERNS)", "4.9";
    IOCTL_NS_GET_PARENT = "ioctl(NS_GET_PARENT)", "4.9";
    IOCTL_NS_GET_NSTYPE = "ioctl(NS_GET_NSTYPE)", "4.11";
    IOCTL_NS_GET_OWNER_UID = "ioctl(NS_GET_OWNER_UID)", "4.11";

    OPENAT_UID_MAP = "openat(uid_map)", "3.5";
    OPENAT_GID_MAP = "openat(gid_map)", "3.5";
    OPENAT_SETGROUPS = "openat(setgroups)", "3.19";
    WRITE_UID_MAP = "write(uid_map)", "3.5";
    WRITE_GID_MAP = "write(gid_map)", "3.5";
    WRITE_SETGROUPS = "write(setgroups)", "3.19";
}
