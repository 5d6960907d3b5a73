//! Every call that can fail and has no descriptor parameter. The tests inject errors into these
//! calls.

use butter::epoll;
use butter::error::Call;
use butter::eventfd;
use butter::fanotify;
use butter::fs::{
    self, Access, AtFlags, Dev, FileType, Mode, OFlags, RenameFlags, ResolveFlags, XattrFlags,
};
use butter::handle::{self, EncodeFlags, FileHandle};
use butter::idmap::Task::Own;
use butter::idmap::raw as idmap;
use butter::inotify::{self, InitFlags};
use butter::io::{self, AccessMode};
use butter::landlock;
use butter::memfd;
use butter::mm::{AnonymousMapping, ProtFlags, raw as memory};
use butter::mount::{self, MountFlags};
use butter::namespace::{Kind, Namespaces, raw as namespace, unshare};
use butter::net::{self, AddressFamily, SocketType};
use butter::pipe;
use butter::process::{
    CStrArray, CloneArgs, CloneFlags, Gid, PidFd, PriorityOf, SchedulingPolicy, Uid, UsageOf,
    WaitFlags, WaitId, getpid,
};
use butter::rand::{self, GetRandomFlags};
use butter::seccomp::{self, FilterFlags};
use butter::signal::{self, SigSet, Signal};
use butter::signalfd;
use butter::thread::{CpuSet, gettid};
use butter::time::{
    Clock, Timespec, Timex, clock_adjtime, clock_getres, clock_gettime, clock_nanosleep_absolute,
    clock_settime, nanosleep,
};
use butter::timerfd;
use butter::{poll, process, system, thread, uts};

use super::clone::{try_clone, try_clone3};
use super::descriptors::DESCRIPTOR_CALLS;
use super::fs_attributes::{NOW, SYS_FCHMODAT2};
use super::fs_xattr;
use super::{Trigger, failed, null};

/// The call, the number of the system call, and a function that makes the system call once. A
/// function that retries on `EINTR` would not return if a filter injects `EINTR`.
pub const OTHER_CALLS: &[(Call, libc::c_long, Trigger)] = &[
    (Call::CHDIR, libc::SYS_chdir, || failed(process::chdir("/"))),
    (Call::CHROOT, libc::SYS_chroot, || failed(process::chroot("/"))),
    (Call::GETCWD, libc::SYS_getcwd, || failed(process::getcwd(&mut [0; 1]).map(drop))),
    (Call::PRLIMIT64, libc::SYS_prlimit64, || {
        failed(process::getrlimit(process::Resource::Nofile))
    }),
    (Call::GETRUSAGE, libc::SYS_getrusage, || failed(process::getrusage(UsageOf::Thread))),
    (Call::SCHED_GETAFFINITY, libc::SYS_sched_getaffinity, || {
        failed(thread::sched_getaffinity(None))
    }),
    (Call::SCHED_SETAFFINITY, libc::SYS_sched_setaffinity, || {
        failed(thread::sched_setaffinity(None, &CpuSet::empty()))
    }),
    (Call::RT_SIGPROCMASK, libc::SYS_rt_sigprocmask, || failed(signal::block(Signal::USR1))),
    (Call::TGKILL, libc::SYS_tgkill, || failed(thread::kill(getpid(), gettid(), None))),
    (Call::RT_TGSIGQUEUEINFO, libc::SYS_rt_tgsigqueueinfo, || {
        failed(thread::queue(getpid(), gettid(), Signal::URG, 1))
    }),
    (Call::SIGALTSTACK, libc::SYS_sigaltstack, || {
        // SAFETY: changes nothing.
        failed(unsafe { signal::raw::sigaltstack(None) })
    }),
    (Call::CLOCK_GETTIME, libc::SYS_clock_gettime, || failed(clock_gettime(Clock::Monotonic))),
    (Call::CLOCK_GETRES, libc::SYS_clock_getres, || failed(clock_getres(Clock::Monotonic))),
    (Call::CLOCK_SETTIME, libc::SYS_clock_settime, || {
        failed(clock_settime(Clock::Monotonic, Timespec::default()))
    }),
    (Call::CLOCK_ADJTIME, libc::SYS_clock_adjtime, || {
        failed(clock_adjtime(Clock::Realtime, &mut Timex::default()))
    }),
    (Call::NANOSLEEP, libc::SYS_nanosleep, || failed(nanosleep(Timespec::default(), None))),
    (Call::CLOCK_NANOSLEEP, libc::SYS_clock_nanosleep, || {
        failed(clock_nanosleep_absolute(Clock::Monotonic, Timespec::default()))
    }),
    (Call::KILL, libc::SYS_kill, || failed(signal::kill(getpid(), None))),
    (Call::RT_SIGQUEUEINFO, libc::SYS_rt_sigqueueinfo, || {
        failed(signal::queue(getpid(), Signal::URG, 1))
    }),
    (Call::RT_SIGPENDING, libc::SYS_rt_sigpending, || failed(signal::raw::rt_sigpending())),
    (Call::RT_SIGTIMEDWAIT, libc::SYS_rt_sigtimedwait, || {
        failed(signal::raw::rt_sigtimedwait(SigSet::empty(), Some(&Timespec::default())))
    }),
    (Call::RT_SIGSUSPEND, libc::SYS_rt_sigsuspend, || {
        failed(signal::raw::rt_sigsuspend(SigSet::empty()))
    }),
    (Call::RT_SIGACTION, libc::SYS_rt_sigaction, || failed(signal::action(Signal::URG))),
    (Call::CLONE, libc::SYS_clone, || failed(try_clone(&CloneArgs::new(CloneFlags::empty())))),
    (Call::CLONE3, libc::SYS_clone3, || failed(try_clone3(&CloneArgs::new(CloneFlags::empty())))),
    (Call::EXECVE, libc::SYS_execve, || {
        failed(process::raw::execve("/nowhere", CStrArray::empty(), CStrArray::empty()))
    }),
    (Call::EXECVEAT, libc::SYS_execveat, || {
        let (none, flags) = (CStrArray::empty(), AtFlags::empty());
        failed(process::raw::execveat(fs::ABS, "relative", none, none, flags))
    }),
    (Call::SETSID, libc::SYS_setsid, || failed(process::raw::setsid())),
    (Call::SETPGID, libc::SYS_setpgid, || failed(process::raw::setpgid(None, None))),
    (Call::PRCTL_SET_PDEATHSIG, libc::SYS_prctl, || {
        failed(process::raw::prctl_set_pdeathsig(None))
    }),
    (Call::PRCTL_SET_NO_NEW_PRIVS, libc::SYS_prctl, || {
        failed(process::raw::prctl_set_no_new_privs())
    }),
    (Call::SETRESUID, libc::SYS_setresuid, || {
        failed(process::raw::setresuid(Some(Uid::ROOT), None, None))
    }),
    (Call::SETRESGID, libc::SYS_setresgid, || {
        failed(process::raw::setresgid(Some(Gid::ROOT), None, None))
    }),
    (Call::SETGROUPS, libc::SYS_setgroups, || failed(process::raw::setgroups(&[]))),
    (Call::SETPRIORITY, libc::SYS_setpriority, || {
        failed(process::raw::setpriority(PriorityOf::Process(None), -20))
    }),
    (Call::SCHED_SETSCHEDULER, libc::SYS_sched_setscheduler, || {
        failed(process::raw::sched_setscheduler(None, SchedulingPolicy::Fifo(1)))
    }),
    (Call::SOCKET, libc::SYS_socket, || {
        failed(net::socket(AddressFamily::UNIX, SocketType::STREAM, None))
    }),
    (Call::SOCKETPAIR, libc::SYS_socketpair, || {
        failed(net::socketpair(AddressFamily::UNIX, SocketType::STREAM, None))
    }),
    (Call::WAITID, libc::SYS_waitid, || {
        failed(process::raw::waitid(WaitId::Any, WaitFlags::empty(), None))
    }),
    (Call::PIDFD_OPEN, libc::SYS_pidfd_open, || failed(PidFd::open(getpid()))),
    (Call::CLOSE, libc::SYS_close, || failed(io::close(null()))),
    (Call::CLOSE_RANGE, libc::SYS_close_range, || failed(io::close_range_cloexec(1, 0))),
    (Call::MMAP, libc::SYS_mmap, || failed(AnonymousMapping::new(1))),
    (Call::MUNMAP, libc::SYS_munmap, || {
        // SAFETY: the address is not page-aligned, so the call fails.
        failed(unsafe { memory::munmap(std::ptr::without_provenance_mut(1), 1) })
    }),
    (Call::MPROTECT, libc::SYS_mprotect, || {
        // SAFETY: the address is not page-aligned, so the call fails.
        failed(unsafe { memory::mprotect(std::ptr::without_provenance_mut(1), 1, ProtFlags::NONE) })
    }),
    (Call::MEMFD_CREATE, libc::SYS_memfd_create, || {
        failed(memfd::raw::memfd_create(c"", memfd::CreateFlags::CLOEXEC))
    }),
    (Call::PIPE2, libc::SYS_pipe2, || failed(pipe::raw::pipe2(pipe::CreateFlags::CLOEXEC))),
    (Call::EVENTFD2, libc::SYS_eventfd2, || {
        failed(eventfd::raw::eventfd2(0, eventfd::CreateFlags::CLOEXEC))
    }),
    (Call::INOTIFY_INIT1, libc::SYS_inotify_init1, || {
        failed(inotify::raw::inotify_init1(InitFlags::CLOEXEC))
    }),
    (Call::FANOTIFY_INIT, libc::SYS_fanotify_init, || {
        let (class, flags) = (fanotify::Class::Notification, fanotify::InitFlags::REPORT_FID);
        let files = fanotify::EventFileFlags::RDONLY;
        failed(fanotify::raw::fanotify_init(class, flags, files))
    }),
    (Call::TIMERFD_CREATE, libc::SYS_timerfd_create, || {
        failed(timerfd::raw::timerfd_create(Clock::Monotonic, timerfd::CreateFlags::CLOEXEC))
    }),
    (Call::SIGNALFD4, libc::SYS_signalfd4, || {
        failed(signalfd::raw::signalfd4(SigSet::empty(), signalfd::CreateFlags::CLOEXEC))
    }),
    (Call::EPOLL_CREATE1, libc::SYS_epoll_create1, || {
        failed(epoll::raw::epoll_create1(epoll::CreateFlags::CLOEXEC))
    }),
    (Call::PPOLL, libc::SYS_ppoll, || failed(poll::raw::ppoll(&mut [], None, None))),
    (Call::MOUNT, libc::SYS_mount, || {
        failed(mount::mount("x", "/", "tmpfs", MountFlags::empty(), ""))
    }),
    (Call::MOUNT_BIND, libc::SYS_mount, || failed(mount::bind_mount("/", "/"))),
    (Call::MOUNT_MOVE, libc::SYS_mount, || failed(mount::move_to("/", "/"))),
    (Call::MOUNT_PROPAGATION, libc::SYS_mount, || failed(mount::make_slave("/"))),
    (Call::MOUNT_REMOUNT, libc::SYS_mount, || failed(mount::remount("/", MountFlags::empty(), ""))),
    (Call::MOUNT_REMOUNT_BIND, libc::SYS_mount, || {
        failed(mount::remount_bind("/", MountFlags::empty()))
    }),
    (Call::UMOUNT2, libc::SYS_umount2, || failed(mount::unmount("/"))),
    (Call::PIVOT_ROOT, libc::SYS_pivot_root, || failed(mount::pivot_root("/", "/"))),
    (Call::STATFS, libc::SYS_statfs, || failed(mount::raw::statfs_flags("/"))),
    (Call::NAME_TO_HANDLE_AT, libc::SYS_name_to_handle_at, || {
        let mut handle = FileHandle::zeroed(128).expect("128 bytes are permitted");
        failed(handle::raw::name_to_handle_at(fs::CWD, "/", &mut handle, EncodeFlags::empty()))
    }),
    (Call::OPEN_BY_HANDLE_AT, libc::SYS_open_by_handle_at, || {
        let handle = FileHandle::zeroed(0).expect("0 bytes are permitted");
        failed(handle::raw::open_by_handle_at(fs::ABS, &handle, OFlags::PATH))
    }),
    (Call::PROCESS_VM_READV, libc::SYS_process_vm_readv, || {
        failed(process::raw::process_vm_readv(gettid(), &mut [], 0))
    }),
    (Call::SECCOMP_SET_MODE_STRICT, libc::SYS_seccomp, || {
        // SAFETY: the filter fails the call.
        failed(unsafe { seccomp::raw::seccomp_set_mode_strict() })
    }),
    (Call::SECCOMP_SET_MODE_FILTER, libc::SYS_seccomp, || {
        // SAFETY: the filter or the kernel fails the call, because the program is empty.
        failed(unsafe { seccomp::raw::seccomp_set_mode_filter(&[], FilterFlags::empty()) })
    }),
    (Call::SECCOMP_GET_ACTION_AVAIL, libc::SYS_seccomp, || {
        failed(seccomp::raw::seccomp_get_action_avail(seccomp::Action::Log))
    }),
    (Call::SECCOMP_GET_NOTIF_SIZES, libc::SYS_seccomp, || {
        failed(seccomp::raw::seccomp_get_notif_sizes())
    }),
    (Call::LANDLOCK_CREATE_RULESET, libc::SYS_landlock_create_ruleset, || {
        failed(landlock::raw::landlock_create_ruleset(&landlock::RulesetAttr::new()))
    }),
    (Call::LANDLOCK_VERSION, libc::SYS_landlock_create_ruleset, || {
        failed(landlock::raw::landlock_create_ruleset_version())
    }),
    (Call::LANDLOCK_ERRATA, libc::SYS_landlock_create_ruleset, || {
        failed(landlock::raw::landlock_create_ruleset_errata())
    }),
    (Call::GETRANDOM, libc::SYS_getrandom, || {
        failed(rand::raw::getrandom(&mut [0; 4], GetRandomFlags::empty()).map(drop))
    }),
    (Call::SYSINFO, libc::SYS_sysinfo, || failed(system::sysinfo())),
    (Call::UNAME, libc::SYS_uname, || failed(uts::hostname())),
    (Call::SETHOSTNAME, libc::SYS_sethostname, || failed(uts::set_hostname("butter"))),
    (Call::SETDOMAINNAME, libc::SYS_setdomainname, || failed(uts::set_domainname("butter"))),
    (Call::UNSHARE, libc::SYS_unshare, || failed(unshare(Namespaces::UTS))),
    (Call::OPENAT, libc::SYS_openat, || {
        failed(fs::raw::openat(fs::ABS, "relative", OFlags::RDONLY, Mode::empty()))
    }),
    (Call::OPENAT2, libc::SYS_openat2, || {
        let (mode, resolve) = (Mode::empty(), ResolveFlags::empty());
        failed(fs::raw::openat2(fs::ABS, "relative", OFlags::RDONLY, mode, resolve))
    }),
    (Call::MKDIRAT, libc::SYS_mkdirat, || {
        failed(fs::raw::mkdirat(fs::ABS, "relative", Mode::empty()))
    }),
    (Call::MKNODAT, libc::SYS_mknodat, || {
        let (fifo, dev) = (FileType::Fifo, Dev::default());
        failed(fs::raw::mknodat(fs::ABS, "relative", fifo, Mode::empty(), dev))
    }),
    (Call::SYMLINKAT, libc::SYS_symlinkat, || {
        failed(fs::raw::symlinkat("content", fs::ABS, "relative"))
    }),
    (Call::LINKAT, libc::SYS_linkat, || {
        failed(fs::raw::linkat(fs::ABS, "old", fs::ABS, "new", AtFlags::empty()))
    }),
    (Call::READLINKAT, libc::SYS_readlinkat, || {
        failed(fs::raw::readlinkat(fs::ABS, "relative", &mut [0; 64]).map(drop))
    }),
    (Call::UNLINKAT, libc::SYS_unlinkat, || {
        failed(fs::raw::unlinkat(fs::ABS, "relative", AtFlags::empty()))
    }),
    (Call::RENAMEAT2, libc::SYS_renameat2, || {
        failed(fs::raw::renameat2(fs::ABS, "old", fs::ABS, "new", RenameFlags::empty()))
    }),
    (Call::FCHMODAT, libc::SYS_fchmodat, || {
        failed(fs::raw::fchmodat(fs::ABS, "relative", Mode::empty()))
    }),
    (Call::FCHMODAT2, SYS_FCHMODAT2, || {
        failed(fs::raw::fchmodat2(fs::ABS, "relative", Mode::empty(), AtFlags::empty()))
    }),
    (Call::FCHOWNAT, libc::SYS_fchownat, || {
        failed(fs::raw::fchownat(fs::ABS, "relative", None, None, AtFlags::empty()))
    }),
    (Call::UTIMENSAT, libc::SYS_utimensat, || {
        failed(fs::raw::utimensat(fs::ABS, "relative", &NOW, AtFlags::empty()))
    }),
    (Call::FACCESSAT2, libc::SYS_faccessat2, || {
        failed(fs::raw::faccessat2(fs::ABS, "relative", Access::EXISTS, AtFlags::empty()))
    }),
    (Call::SETXATTR, libc::SYS_setxattr, || {
        failed(fs::raw::setxattr("/nowhere", "user.x", b"", XattrFlags::empty()))
    }),
    (Call::GETXATTR, libc::SYS_getxattr, || {
        failed(fs::raw::getxattr("/nowhere", "user.x", &mut [0; 64]))
    }),
    (Call::LISTXATTR, libc::SYS_listxattr, || failed(fs::raw::listxattr("/nowhere", &mut [0; 64]))),
    (Call::REMOVEXATTR, libc::SYS_removexattr, || {
        failed(fs::raw::removexattr("/nowhere", "user.x"))
    }),
    (Call::LSETXATTR, libc::SYS_lsetxattr, || {
        failed(fs::raw::lsetxattr("/nowhere", "user.x", b"", XattrFlags::empty()))
    }),
    (Call::LGETXATTR, libc::SYS_lgetxattr, || {
        failed(fs::raw::lgetxattr("/nowhere", "user.x", &mut [0; 64]))
    }),
    (Call::LLISTXATTR, libc::SYS_llistxattr, || {
        failed(fs::raw::llistxattr("/nowhere", &mut [0; 64]))
    }),
    (Call::LREMOVEXATTR, libc::SYS_lremovexattr, || {
        failed(fs::raw::lremovexattr("/nowhere", "user.x"))
    }),
    (Call::SETXATTRAT, fs_xattr::SYS_SETXATTRAT, || {
        let (at_flags, flags) = (AtFlags::empty(), XattrFlags::empty());
        failed(fs::raw::setxattrat(fs::ABS, "relative", at_flags, "user.x", b"", flags))
    }),
    (Call::GETXATTRAT, fs_xattr::SYS_GETXATTRAT, || {
        let flags = AtFlags::empty();
        failed(fs::raw::getxattrat(fs::ABS, "relative", flags, "user.x", &mut [0; 64]))
    }),
    (Call::LISTXATTRAT, fs_xattr::SYS_LISTXATTRAT, || {
        failed(fs::raw::listxattrat(fs::ABS, "relative", AtFlags::empty(), &mut [0; 64]))
    }),
    (Call::REMOVEXATTRAT, fs_xattr::SYS_REMOVEXATTRAT, || {
        failed(fs::raw::removexattrat(fs::ABS, "relative", AtFlags::empty(), "user.x"))
    }),
    (Call::OPENAT_NS, libc::SYS_openat, || failed(namespace::openat_ns(Own, Kind::Uts))),
    (Call::OPENAT_UID_MAP, libc::SYS_openat, || {
        failed(idmap::openat_uid_map(Own, AccessMode::ReadOnly))
    }),
    (Call::OPENAT_GID_MAP, libc::SYS_openat, || {
        failed(idmap::openat_gid_map(Own, AccessMode::ReadOnly))
    }),
    (Call::OPENAT_SETGROUPS, libc::SYS_openat, || {
        failed(idmap::openat_setgroups(Own, AccessMode::ReadOnly))
    }),
];

/// Calls that have no trigger. Unless a comment gives another reason, the call cannot fail.
const WITHOUT_TRIGGER: &[Call] = &[
    Call::GETPID,
    Call::GETPPID,
    Call::EXIT_GROUP,
    Call::UMASK,
    Call::SCHED_YIELD,
    Call::SYNC,
    Call::GETTID,
    Call::GETUID,
    Call::GETEUID,
    Call::GETGID,
    Call::GETEGID,
    // The tests call `reboot` only in the first process of a new PID namespace.
    Call::REBOOT,
    // `madvise` only probes the page size, and its errors are not returned.
    Call::MADVISE,
    // An error contains one of the next two calls only if `EINVAL` means that the kernel does not
    // support the flag.
    Call::MEMFD_CREATE_EXEC,
    Call::FCNTL_ADD_SEALS_EXEC,
    // The library rejects invalid mount options before it makes a system call.
    Call::MOUNT_OPTIONS,
    // The library detects that the content of a symbolic link may be truncated.
    Call::READLINKAT_TRUNCATED,
    // A copy rejects unsuitable descriptors before it moves bytes.
    Call::COPY_FILE_RANGE_OVERLAP,
    Call::SPLICE_SAME_PIPE,
    Call::WRITE_UNSUPPORTED,
    // The error of a function that makes other calls.
    Call::READ_TO_END,
    // Filters are rejected before a system call, or for the result of a successful system call.
    Call::SECCOMP_PROGRAM,
    Call::SECCOMP_TSYNC,
    Call::SECCOMP_LISTENER,
    // If `getsockopt` or `recvfrom` fails, a copy continues without the call.
    Call::GETSOCKOPT_SO_TYPE,
    Call::RECVFROM_TRUNC,
    // The library detects these errors before or after a system call.
    Call::SOCKADDR_UN,
    Call::SENDMSG_RIGHTS,
    Call::RECVMSG_RIGHTS,
    Call::SD_NOTIFY,
    Call::SD_LISTEN_FDS,
];

#[test]
fn calls_that_can_fail_have_exactly_one_trigger() {
    for call in Call::ALL {
        let calls =
            OTHER_CALLS.iter().map(|row| row.0).chain(DESCRIPTOR_CALLS.iter().map(|row| row.0));
        let matching = calls.filter(|matching| matching == call).count();
        assert_eq!(matching, usize::from(!WITHOUT_TRIGGER.contains(call)), "{call}");
    }
}
