//! The calls that can fail, each with its name.

use core::fmt;

use super::{Errno, Error, Result, StrTable};

/// The call that failed.
///
/// A call is more specific than the number of a system call. For example, a read of inotify events
/// and a read of an eventfd are two calls, because their errors have different causes.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[repr(transparent)]
pub struct Call(u16);

impl Call {
    /// Returns the name of the call, such as `"inotify_add_watch"`, `"inotify read"` or
    /// `"fcntl(F_SETFL)"`.
    #[must_use]
    pub fn name(self) -> &'static str {
        NAMES.get(self.0.into()).unwrap_or_default()
    }

    /// Converts the result of a completed asynchronous operation, such as the field `res` of an
    /// io_uring completion.
    ///
    /// Any result outside `-4095..=-1` is a success, and is returned unchanged. Only the result of
    /// a message from another ring (`IORING_OP_MSG_RING`) can be less than -4095.
    ///
    /// # Errors
    ///
    /// - The result is in `-4095..=-1`: the error of this call with the errno `-result`.
    ///
    /// # Examples
    ///
    /// ```
    /// use butter::error::{Call, Errno};
    ///
    /// assert_eq!(Call::READ.completion(5), Ok(5));
    /// let error = Call::READ.completion(-9).unwrap_err();
    /// assert_eq!((error.call(), error.errno()), (Call::READ, Errno::BADF));
    /// ```
    #[inline]
    pub const fn completion(self, result: i32) -> Result<u32> {
        match Errno::from_raw(result.wrapping_neg()) {
            Some(errno) => Err(Error::new(self, errno)),
            None => Ok(result.cast_unsigned()),
        }
    }

    pub(crate) const fn id(self) -> u16 {
        self.0
    }

    /// Creates a call from a number that [`Call::id`] returned.
    pub(super) const fn from_id(id: u16) -> Self {
        Self(id)
    }
}

/// Prints the name of the call.
impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Prints the name of the call.
impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Defines the constants of [`Call`]. A row contains a version only if the call is newer than Linux
/// 5.10.
macro_rules! calls {
    ($($constant:ident = $name:literal $(, since $since:literal)?;)*) => {
        /// The calls of this crate.
        impl Call {
            $(
                #[doc = concat!("`", $name, "`" $(, ", since Linux ", $since)?, ".")]
                pub const $constant: Self = Self(Id::$constant as u16);
            )*

            /// All calls.
            pub const ALL: &[Self] = &[$(Self::$constant),*];
        }

        /// The position of each call in the table of names.
        #[allow(
            non_camel_case_types,
            clippy::upper_case_acronyms,
            reason = "the variants have the names of the constants"
        )]
        #[repr(u16)]
        enum Id { $($constant),* }

        static NAMES: StrTable<{ Call::ALL.len() }> =
            StrTable::new(concat!($($name),*), &[$($name),*]);

        /// The versions of Linux that introduced the calls newer than 5.10.
        #[allow(dead_code, reason = "used only with the feature `explain`")]
        pub(super) const SINCE: &[(Call, &str)] = &[$($((Call::$constant, $since),)?)*];
    };
}

calls! {
    GETPID = "getpid";
    GETPPID = "getppid";
    EXIT_GROUP = "exit_group";
    CLONE = "clone";
    CLONE3 = "clone3";
    EXECVE = "execve";
    EXECVEAT = "execveat";
    SETSID = "setsid";
    SETPGID = "setpgid";
    IOCTL_TIOCSPGRP = "ioctl(TIOCSPGRP)";
    PRCTL_SET_PDEATHSIG = "prctl(PR_SET_PDEATHSIG)";
    PRCTL_SET_NO_NEW_PRIVS = "prctl(PR_SET_NO_NEW_PRIVS)";
    SETRESUID = "setresuid";
    SETRESGID = "setresgid";
    SETGROUPS = "setgroups";
    SETPRIORITY = "setpriority";
    SCHED_SETSCHEDULER = "sched_setscheduler";
    WAITID = "waitid";
    PIDFD_OPEN = "pidfd_open";
    PIDFD_SEND_SIGNAL = "pidfd_send_signal";
    PIDFD_GETFD = "pidfd_getfd";
    PROCESS_VM_READV = "process_vm_readv";
    IOCTL_PIDFD_GET_INFO = "ioctl(PIDFD_GET_INFO)", since "6.13";
    IOCTL_PIDFD_GET_NAMESPACE = "ioctl(PIDFD_GET_*_NAMESPACE)", since "6.11";
    CHDIR = "chdir";
    FCHDIR = "fchdir";
    CHROOT = "chroot";
    GETCWD = "getcwd";
    UMASK = "umask";
    PRLIMIT64 = "prlimit64";
    GETRUSAGE = "getrusage";
    GETTID = "gettid";
    GETUID = "getuid";
    GETEUID = "geteuid";
    GETGID = "getgid";
    GETEGID = "getegid";
    RT_SIGPROCMASK = "rt_sigprocmask";
    TGKILL = "tgkill";
    RT_TGSIGQUEUEINFO = "rt_tgsigqueueinfo";
    SIGALTSTACK = "sigaltstack";
    SCHED_GETAFFINITY = "sched_getaffinity";
    SCHED_SETAFFINITY = "sched_setaffinity";
    SCHED_YIELD = "sched_yield";
    CLOCK_GETTIME = "clock_gettime";
    CLOCK_GETRES = "clock_getres";
    CLOCK_SETTIME = "clock_settime";
    CLOCK_ADJTIME = "clock_adjtime";
    NANOSLEEP = "nanosleep";
    CLOCK_NANOSLEEP = "clock_nanosleep";

    KILL = "kill";
    RT_SIGQUEUEINFO = "rt_sigqueueinfo";
    RT_SIGPENDING = "rt_sigpending";
    RT_SIGTIMEDWAIT = "rt_sigtimedwait";
    RT_SIGSUSPEND = "rt_sigsuspend";
    RT_SIGACTION = "rt_sigaction";

    READ = "read";
    WRITE = "write";
    READV = "readv";
    WRITEV = "writev";
    CLOSE = "close";
    CLOSE_RANGE = "close_range";
    FCNTL_DUPFD_CLOEXEC = "fcntl(F_DUPFD_CLOEXEC)";
    DUP3 = "dup3";
    FCNTL_GETFD = "fcntl(F_GETFD)";
    FCNTL_SETFD = "fcntl(F_SETFD)";
    FCNTL_GETFL = "fcntl(F_GETFL)";
    FCNTL_SETFL = "fcntl(F_SETFL)";
    IOCTL_FIONREAD = "ioctl(FIONREAD)";

    SOCKET = "socket";
    SOCKETPAIR = "socketpair";
    BIND = "bind";
    LISTEN = "listen";
    ACCEPT4 = "accept4";
    CONNECT = "connect";
    GETSOCKNAME = "getsockname";
    GETPEERNAME = "getpeername";
    SHUTDOWN = "shutdown";
    SENDTO = "sendto";
    SENDMSG = "sendmsg";
    SENDMSG_RIGHTS = "sendmsg(SCM_RIGHTS)";
    SENDMMSG = "sendmmsg";
    RECVFROM = "recvfrom";
    RECVMSG = "recvmsg";
    RECVMSG_RIGHTS = "recvmsg(SCM_RIGHTS)";
    RECVMMSG = "recvmmsg";
    GETSOCKOPT = "getsockopt";
    SETSOCKOPT = "setsockopt";
    SOCKADDR_UN = "sockaddr_un";
    IOCTL_SIOCGIFFLAGS = "ioctl(SIOCGIFFLAGS)";
    IOCTL_SIOCSIFFLAGS = "ioctl(SIOCSIFFLAGS)";
    SD_NOTIFY = "sd_notify";
    SD_LISTEN_FDS = "sd_listen_fds";

    MMAP = "mmap";
    MUNMAP = "munmap";
    MPROTECT = "mprotect";
    MADVISE = "madvise";

    MEMFD_CREATE = "memfd_create";
    MEMFD_CREATE_EXEC = "memfd_create(MFD_EXEC)", since "6.3";
    FCNTL_ADD_SEALS = "fcntl(F_ADD_SEALS)";
    FCNTL_ADD_SEALS_EXEC = "fcntl(F_ADD_SEALS, F_SEAL_EXEC)", since "6.3";
    FCNTL_GET_SEALS = "fcntl(F_GET_SEALS)";
    FTRUNCATE = "ftruncate";
    FSTAT = "fstat";
    STATX = "statx";
    LSEEK = "lseek";
    GETDENTS64 = "getdents64";
    FALLOCATE = "fallocate";
    PREAD64 = "pread64";
    PWRITE64 = "pwrite64";
    PREADV2 = "preadv2";
    PWRITEV2 = "pwritev2";
    READ_TO_END = "read to end";
    FSYNC = "fsync";
    FDATASYNC = "fdatasync";
    SYNCFS = "syncfs";
    SYNC = "sync";
    SYNC_FILE_RANGE = "sync_file_range";
    FADVISE64 = "fadvise64";
    FLOCK = "flock";
    FCNTL_OFD_SETLK = "fcntl(F_OFD_SETLK)";
    FCNTL_OFD_SETLKW = "fcntl(F_OFD_SETLKW)";
    FCNTL_OFD_GETLK = "fcntl(F_OFD_GETLK)";
    OPENAT = "openat";
    OPENAT2 = "openat2";
    MKDIRAT = "mkdirat";
    MKNODAT = "mknodat";
    SYMLINKAT = "symlinkat";
    LINKAT = "linkat";
    READLINKAT = "readlinkat";
    READLINKAT_TRUNCATED = "readlinkat(truncated)";
    UNLINKAT = "unlinkat";
    RENAMEAT2 = "renameat2";
    FCHMODAT = "fchmodat";
    FCHMODAT2 = "fchmodat2", since "6.6";
    FCHMOD = "fchmod";
    FCHOWNAT = "fchownat";
    FCHOWN = "fchown";
    UTIMENSAT = "utimensat";
    UTIMENSAT_FD = "utimensat(fd)";
    FACCESSAT2 = "faccessat2";
    SETXATTR = "setxattr";
    LSETXATTR = "lsetxattr";
    FSETXATTR = "fsetxattr";
    GETXATTR = "getxattr";
    LGETXATTR = "lgetxattr";
    FGETXATTR = "fgetxattr";
    LISTXATTR = "listxattr";
    LLISTXATTR = "llistxattr";
    FLISTXATTR = "flistxattr";
    REMOVEXATTR = "removexattr";
    LREMOVEXATTR = "lremovexattr";
    FREMOVEXATTR = "fremovexattr";
    SETXATTRAT = "setxattrat", since "6.13";
    GETXATTRAT = "getxattrat", since "6.13";
    LISTXATTRAT = "listxattrat", since "6.13";
    REMOVEXATTRAT = "removexattrat", since "6.13";

    PIPE2 = "pipe2";
    SPLICE = "splice";
    TEE = "tee";
    VMSPLICE = "vmsplice";
    FCNTL_GETPIPE_SZ = "fcntl(F_GETPIPE_SZ)";
    FCNTL_SETPIPE_SZ = "fcntl(F_SETPIPE_SZ)";

    COPY_FILE_RANGE = "copy_file_range";
    COPY_FILE_RANGE_OVERLAP = "copy_file_range(overlap)";
    SENDFILE = "sendfile";
    GETSOCKOPT_SO_TYPE = "getsockopt(SO_TYPE)";
    RECVFROM_TRUNC = "recvfrom(MSG_TRUNC)";
    SPLICE_SAME_PIPE = "splice(same pipe)";
    WRITE_UNSUPPORTED = "write(unsupported)";

    EVENTFD2 = "eventfd2";
    EVENTFD_READ = "eventfd read";
    EVENTFD_WRITE = "eventfd write";

    INOTIFY_INIT1 = "inotify_init1";
    INOTIFY_ADD_WATCH = "inotify_add_watch";
    INOTIFY_RM_WATCH = "inotify_rm_watch";
    INOTIFY_READ = "inotify read";
    IOCTL_INOTIFY_SETNEXTWD = "ioctl(INOTIFY_IOC_SETNEXTWD)";

    FANOTIFY_INIT = "fanotify_init";
    FANOTIFY_MARK = "fanotify_mark";
    FANOTIFY_READ = "fanotify read";
    FANOTIFY_WRITE = "fanotify write";

    TIMERFD_CREATE = "timerfd_create";
    TIMERFD_SETTIME = "timerfd_settime";
    TIMERFD_GETTIME = "timerfd_gettime";
    TIMERFD_READ = "timerfd read";
    IOCTL_TIMERFD_SET_TICKS = "ioctl(TFD_IOC_SET_TICKS)";

    SIGNALFD4 = "signalfd4";
    SIGNALFD4_SET_MASK = "signalfd4(fd)";
    SIGNALFD_READ = "signalfd read";

    EPOLL_CREATE1 = "epoll_create1";
    EPOLL_CTL_ADD = "epoll_ctl(EPOLL_CTL_ADD)";
    EPOLL_CTL_MOD = "epoll_ctl(EPOLL_CTL_MOD)";
    EPOLL_CTL_DEL = "epoll_ctl(EPOLL_CTL_DEL)";
    EPOLL_PWAIT = "epoll_pwait";
    EPOLL_PWAIT2 = "epoll_pwait2", since "5.11";
    IOCTL_EPOLL_GET_PARAMS = "ioctl(EPIOCGPARAMS)", since "6.9";
    IOCTL_EPOLL_SET_PARAMS = "ioctl(EPIOCSPARAMS)", since "6.9";
    PPOLL = "ppoll";

    MOUNT = "mount";
    MOUNT_OPTIONS = "mount(options)";
    MOUNT_BIND = "mount(MS_BIND)";
    MOUNT_MOVE = "mount(MS_MOVE)";
    MOUNT_PROPAGATION = "mount(propagation)";
    MOUNT_REMOUNT = "mount(MS_REMOUNT)";
    MOUNT_REMOUNT_BIND = "mount(MS_REMOUNT | MS_BIND)";
    UMOUNT2 = "umount2";
    PIVOT_ROOT = "pivot_root";
    STATFS = "statfs";

    NAME_TO_HANDLE_AT = "name_to_handle_at";
    OPEN_BY_HANDLE_AT = "open_by_handle_at";

    SECCOMP_SET_MODE_STRICT = "seccomp(SECCOMP_SET_MODE_STRICT)";
    SECCOMP_SET_MODE_FILTER = "seccomp(SECCOMP_SET_MODE_FILTER)";
    SECCOMP_PROGRAM = "seccomp(program)";
    SECCOMP_TSYNC = "seccomp(SECCOMP_FILTER_FLAG_TSYNC)";
    SECCOMP_GET_ACTION_AVAIL = "seccomp(SECCOMP_GET_ACTION_AVAIL)";
    SECCOMP_GET_NOTIF_SIZES = "seccomp(SECCOMP_GET_NOTIF_SIZES)";
    SECCOMP_LISTENER = "seccomp listener";
    IOCTL_SECCOMP_NOTIF_RECV = "ioctl(SECCOMP_IOCTL_NOTIF_RECV)";
    IOCTL_SECCOMP_NOTIF_SEND = "ioctl(SECCOMP_IOCTL_NOTIF_SEND)";
    IOCTL_SECCOMP_NOTIF_ID_VALID = "ioctl(SECCOMP_IOCTL_NOTIF_ID_VALID)";
    IOCTL_SECCOMP_NOTIF_ADDFD = "ioctl(SECCOMP_IOCTL_NOTIF_ADDFD)";
    IOCTL_SECCOMP_NOTIF_SET_FLAGS = "ioctl(SECCOMP_IOCTL_NOTIF_SET_FLAGS)", since "6.6";

    LANDLOCK_CREATE_RULESET = "landlock_create_ruleset", since "5.13";
    LANDLOCK_VERSION = "landlock_create_ruleset(LANDLOCK_CREATE_RULESET_VERSION)", since "5.13";
    LANDLOCK_ERRATA = "landlock_create_ruleset(LANDLOCK_CREATE_RULESET_ERRATA)", since "6.15";
    LANDLOCK_ADD_RULE_PATH_BENEATH = "landlock_add_rule(LANDLOCK_RULE_PATH_BENEATH)", since "5.13";
    LANDLOCK_ADD_RULE_NET_PORT = "landlock_add_rule(LANDLOCK_RULE_NET_PORT)", since "6.7";
    LANDLOCK_RESTRICT_SELF = "landlock_restrict_self", since "5.13";

    GETRANDOM = "getrandom";

    SYSINFO = "sysinfo";
    REBOOT = "reboot";

    UNAME = "uname";
    SETHOSTNAME = "sethostname";
    SETDOMAINNAME = "setdomainname";
    UNSHARE = "unshare";
    SETNS = "setns";
    OPENAT_NS = "openat(ns)";
    FSTATFS = "fstatfs";
    IOCTL_NS_GET_USERNS = "ioctl(NS_GET_USERNS)";
    IOCTL_NS_GET_PARENT = "ioctl(NS_GET_PARENT)";
    IOCTL_NS_GET_NSTYPE = "ioctl(NS_GET_NSTYPE)";
    IOCTL_NS_GET_OWNER_UID = "ioctl(NS_GET_OWNER_UID)";

    OPENAT_UID_MAP = "openat(uid_map)";
    OPENAT_GID_MAP = "openat(gid_map)";
    OPENAT_SETGROUPS = "openat(setgroups)";
    WRITE_UID_MAP = "write(uid_map)";
    WRITE_GID_MAP = "write(gid_map)";
    WRITE_SETGROUPS = "write(setgroups)";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn call_names_are_distinct() {
        let mut names: Vec<_> = Call::ALL.iter().map(|call| call.name()).collect();
        assert_eq!((names[0], names[2]), ("getpid", "exit_group"));
        assert_eq!(names.last(), Some(&Call::WRITE_SETGROUPS.name()));
        assert!(names.iter().all(|name| !name.is_empty()));
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Call::ALL.len());
    }

    #[test]
    fn completion_returns_error_only_if_result_is_in_minus_4095_to_minus_1() {
        for success in [0, 1, i32::MAX, i32::MIN, -4096] {
            assert_eq!(Call::READ.completion(success), Ok(success.cast_unsigned()));
        }
        for number in [1, 9, 4095] {
            let errno = Errno::from_raw(number).unwrap();
            assert_eq!(Call::WRITE.completion(-number), Err(Error::new(Call::WRITE, errno)));
        }
    }
}
