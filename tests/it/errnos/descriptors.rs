//! Every call with a descriptor parameter, and the error of the call for a path-only (`O_PATH`)
//! descriptor.

use std::sync::LazyLock;

use butter::copy::raw as copy;
use butter::epoll::{self, BusyPoll, Event, Interest, Token};
use butter::error::{Call, ErrorKind};
use butter::fanotify::{self, Mark, MarkFlags, MarkMask, MarkOperation, Response};
use butter::fd::{AsFd, BorrowedFd, OwnedFd};
use butter::fs::{
    self, Advice, AtFlags, FallocateFlags, FlockOperation, LockType, Mode, ReadWriteFlags,
    SeekFrom, StatxFlags, SyncFileRangeFlags, XattrFlags,
};
use butter::idmap::raw as idmap;
use butter::inotify::{self, Watch, WatchFlags};
use butter::io::{self, DescriptorFlags, DupFlags, IoSlice, IoSliceMut, StatusFlags};
use butter::landlock::{self, AccessFs, AccessNet, AddRuleFlags, RestrictFlags};
use butter::memfd::{Seals, raw as memfd};
use butter::namespace::{Kind, Namespaces, raw as namespace};
use butter::net::{
    InterfaceFlags, RecvFlags, RecvMessage, SendFlags, SendMessage, Shutdown, SocketAddrAny,
    SocketFlags, raw as net,
};
use butter::pipe::{SpliceFlags, raw as pipe};
use butter::process::{InfoMask, Pgid, SignalFlags};
use butter::seccomp::{self, AddFdFlags, ListenerFlags, NotificationId};
use butter::signal::SigSet;
use butter::signalfd::raw as signalfd;
use butter::timerfd::{Itimerspec, SetFlags, raw as timerfd};
use butter::{Errno, eventfd, process};

use super::fs_attributes::NOW;
use super::{Outcome, Row, check, failed, name_of, null, path_only_descriptor};
use common::test::in_row;
use common::this_test;

const NOTIFICATION: NotificationId = NotificationId::from_raw(0);

/// The call, the number of the system call, and a function that makes the system call once. A
/// function that retries on `EINTR` would not return if a filter injects `EINTR`.
pub const DESCRIPTOR_CALLS: &[(Call, libc::c_long, DescriptorTrigger)] = &[
    (Call::FCHDIR, libc::SYS_fchdir, |fd| failed(process::fchdir(fd))),
    (Call::IOCTL_TIOCSPGRP, libc::SYS_ioctl, |fd| {
        failed(process::raw::ioctl_tiocspgrp(fd, Pgid::from_raw(1).unwrap()))
    }),
    (Call::PIDFD_SEND_SIGNAL, libc::SYS_pidfd_send_signal, |fd| {
        failed(process::raw::pidfd_send_signal(fd, None, SignalFlags::empty()))
    }),
    (Call::PIDFD_GETFD, libc::SYS_pidfd_getfd, |fd| failed(process::raw::pidfd_getfd(fd, 0))),
    (Call::IOCTL_PIDFD_GET_INFO, libc::SYS_ioctl, |fd| {
        // SAFETY: the filter fails the call, or the descriptor is a path-only one.
        failed(unsafe { process::raw::ioctl_pidfd_get_info(fd, InfoMask::PID) })
    }),
    (Call::IOCTL_PIDFD_GET_NAMESPACE, libc::SYS_ioctl, |fd| {
        // SAFETY: as above.
        failed(unsafe { process::raw::ioctl_pidfd_get_namespace(fd, Kind::Uts) })
    }),
    (Call::IOCTL_SECCOMP_NOTIF_RECV, libc::SYS_ioctl, |fd| {
        // SAFETY: as above.
        failed(unsafe { seccomp::raw::ioctl_seccomp_notif_recv(fd, &mut [0; 32]) })
    }),
    (Call::IOCTL_SECCOMP_NOTIF_SEND, libc::SYS_ioctl, |fd| {
        // SAFETY: as above.
        failed(unsafe { seccomp::raw::ioctl_seccomp_notif_send(fd, &mut [0; 32]) })
    }),
    (Call::IOCTL_SECCOMP_NOTIF_ID_VALID, libc::SYS_ioctl, |fd| {
        // SAFETY: as above.
        failed(unsafe { seccomp::raw::ioctl_seccomp_notif_id_valid(fd, NOTIFICATION) })
    }),
    (Call::IOCTL_SECCOMP_NOTIF_ADDFD, libc::SYS_ioctl, |fd| {
        let flags = AddFdFlags::empty();
        // SAFETY: as above.
        failed(unsafe {
            seccomp::raw::ioctl_seccomp_notif_addfd(fd, NOTIFICATION, flags, fd, 0, false)
        })
    }),
    (Call::IOCTL_SECCOMP_NOTIF_SET_FLAGS, libc::SYS_ioctl, |fd| {
        // SAFETY: as above.
        failed(unsafe { seccomp::raw::ioctl_seccomp_notif_set_flags(fd, ListenerFlags::empty()) })
    }),
    (Call::LANDLOCK_ADD_RULE_PATH_BENEATH, libc::SYS_landlock_add_rule, |fd| {
        let flags = AddRuleFlags::empty();
        failed(landlock::raw::landlock_add_rule_path_beneath(fd, AccessFs::EXECUTE, fd, flags))
    }),
    (Call::LANDLOCK_ADD_RULE_NET_PORT, libc::SYS_landlock_add_rule, |fd| {
        let flags = AddRuleFlags::empty();
        failed(landlock::raw::landlock_add_rule_net_port(fd, AccessNet::BIND_TCP, 1, flags))
    }),
    (Call::LANDLOCK_RESTRICT_SELF, libc::SYS_landlock_restrict_self, |fd| {
        // The kernel checks `no_new_privs`, which the new thread sets, before the descriptor.
        let restrict = || {
            process::raw::prctl_set_no_new_privs().unwrap();
            failed(landlock::raw::landlock_restrict_self(Some(fd), RestrictFlags::empty()))
        };
        std::thread::scope(|scope| scope.spawn(restrict).join()).unwrap()
    }),
    (Call::READ, libc::SYS_read, |fd| failed(io::read(fd, &mut [0]))),
    (Call::WRITE, libc::SYS_write, |fd| failed(io::write(fd, b"!"))),
    (Call::READV, libc::SYS_readv, |fd| failed(io::readv(fd, &mut [IoSliceMut::new(&mut [0])]))),
    (Call::WRITEV, libc::SYS_writev, |fd| failed(io::writev(fd, &[IoSlice::new(b"!")]))),
    (Call::FCNTL_DUPFD_CLOEXEC, libc::SYS_fcntl, |fd| failed(io::fcntl_dupfd_cloexec(fd, 0))),
    (Call::DUP3, libc::SYS_dup3, |fd| failed(io::dup3(fd, &mut null(), DupFlags::CLOEXEC))),
    (Call::FCNTL_GETFD, libc::SYS_fcntl, |fd| failed(io::fcntl_getfd(fd))),
    (Call::FCNTL_SETFD, libc::SYS_fcntl, |fd| {
        failed(io::fcntl_setfd(fd, DescriptorFlags::CLOEXEC))
    }),
    (Call::FCNTL_GETFL, libc::SYS_fcntl, |fd| failed(io::fcntl_getfl(fd))),
    (Call::FCNTL_SETFL, libc::SYS_fcntl, |fd| failed(io::fcntl_setfl(fd, StatusFlags::empty()))),
    (Call::IOCTL_FIONREAD, libc::SYS_ioctl, |fd| failed(io::bytes_available(fd))),
    (Call::FCNTL_ADD_SEALS, libc::SYS_fcntl, |fd| failed(memfd::fcntl_add_seals(fd, Seals::WRITE))),
    (Call::FCNTL_GET_SEALS, libc::SYS_fcntl, |fd| failed(memfd::fcntl_get_seals(fd))),
    (Call::FTRUNCATE, libc::SYS_ftruncate, |fd| failed(fs::raw::ftruncate(fd, 0))),
    (Call::FSTAT, libc::SYS_fstat, |fd| failed(fs::raw::fstat(fd))),
    (Call::STATX, libc::SYS_statx, |fd| {
        failed(fs::raw::statx(fd, c"", AtFlags::EMPTY_PATH, StatxFlags::SIZE))
    }),
    (Call::FCHMOD, libc::SYS_fchmod, |fd| failed(fs::raw::fchmod(fd, Mode::empty()))),
    (Call::FCHOWN, libc::SYS_fchown, |fd| failed(fs::raw::fchown(fd, None, None))),
    (Call::UTIMENSAT_FD, libc::SYS_utimensat, |fd| failed(fs::raw::utimensat_fd(fd, &NOW))),
    (Call::FSETXATTR, libc::SYS_fsetxattr, |fd| {
        failed(fs::raw::fsetxattr(fd, "user.x", b"", XattrFlags::empty()))
    }),
    (Call::FGETXATTR, libc::SYS_fgetxattr, |fd| {
        failed(fs::raw::fgetxattr(fd, "user.x", &mut [0; 64]))
    }),
    (Call::FLISTXATTR, libc::SYS_flistxattr, |fd| failed(fs::raw::flistxattr(fd, &mut [0; 64]))),
    (Call::FREMOVEXATTR, libc::SYS_fremovexattr, |fd| failed(fs::raw::fremovexattr(fd, "user.x"))),
    (Call::PREAD64, libc::SYS_pread64, |fd| failed(fs::raw::pread64(fd, &mut [0], 0))),
    (Call::PWRITE64, libc::SYS_pwrite64, |fd| failed(fs::raw::pwrite64(fd, b"!", 0))),
    (Call::PREADV2, libc::SYS_preadv2, |fd| {
        let mut buffer = [0];
        let buffers = &mut [IoSliceMut::new(&mut buffer)];
        failed(fs::raw::preadv2(fd, buffers, None, ReadWriteFlags::empty()))
    }),
    (Call::PWRITEV2, libc::SYS_pwritev2, |fd| {
        failed(fs::raw::pwritev2(fd, &[IoSlice::new(b"!")], None, ReadWriteFlags::empty()))
    }),
    (Call::LSEEK, libc::SYS_lseek, |fd| failed(fs::raw::lseek(fd, SeekFrom::Current(0)))),
    (Call::FSYNC, libc::SYS_fsync, |fd| failed(fs::raw::fsync(fd))),
    (Call::FDATASYNC, libc::SYS_fdatasync, |fd| failed(fs::raw::fdatasync(fd))),
    (Call::SYNCFS, libc::SYS_syncfs, |fd| failed(fs::raw::syncfs(fd))),
    (Call::SYNC_FILE_RANGE, libc::SYS_sync_file_range, |fd| {
        failed(fs::raw::sync_file_range(fd, 0, None, SyncFileRangeFlags::WRITE))
    }),
    (Call::FADVISE64, libc::SYS_fadvise64, |fd| {
        failed(fs::raw::fadvise64(fd, 0, None, Advice::Normal))
    }),
    (Call::FLOCK, libc::SYS_flock, |fd| failed(fs::raw::flock(fd, FlockOperation::LockShared))),
    (Call::FCNTL_OFD_SETLK, libc::SYS_fcntl, |fd| {
        failed(fs::raw::fcntl_ofd_setlk(fd, LockType::Read, (..).into()))
    }),
    (Call::FCNTL_OFD_SETLKW, libc::SYS_fcntl, |fd| {
        failed(fs::raw::fcntl_ofd_setlkw(fd, LockType::Read, (..).into()))
    }),
    (Call::FCNTL_OFD_GETLK, libc::SYS_fcntl, |fd| {
        failed(fs::raw::fcntl_ofd_getlk(fd, LockType::Read, (..).into()))
    }),
    (Call::FALLOCATE, libc::SYS_fallocate, |fd| {
        failed(fs::raw::fallocate(fd, FallocateFlags::empty(), 0, 1))
    }),
    (Call::GETDENTS64, libc::SYS_getdents64, |fd| {
        failed(fs::raw::getdents64(fd, &mut [0; 4120]).map(drop))
    }),
    (Call::SPLICE, libc::SYS_splice, |fd| {
        failed(pipe::splice(fd, None, fd, None, 1, SpliceFlags::empty()))
    }),
    (Call::TEE, libc::SYS_tee, |fd| failed(pipe::tee(fd, fd, 1, SpliceFlags::empty()))),
    (Call::VMSPLICE, libc::SYS_vmsplice, |fd| {
        // SAFETY: the call receives no bytes, and the descriptor is not a pipe.
        failed(unsafe { pipe::vmsplice(fd, &[], SpliceFlags::empty()) })
    }),
    (Call::FCNTL_GETPIPE_SZ, libc::SYS_fcntl, |fd| failed(pipe::fcntl_getpipe_sz(fd))),
    (Call::FCNTL_SETPIPE_SZ, libc::SYS_fcntl, |fd| failed(pipe::fcntl_setpipe_sz(fd, 4096))),
    (Call::COPY_FILE_RANGE, libc::SYS_copy_file_range, |fd| {
        failed(copy::copy_file_range(fd, None, fd, None, 1))
    }),
    (Call::SENDFILE, libc::SYS_sendfile, |fd| failed(copy::sendfile(fd, fd, None, 1))),
    (Call::EVENTFD_READ, libc::SYS_read, |fd| failed(eventfd::raw::read(fd))),
    (Call::EVENTFD_WRITE, libc::SYS_write, |fd| failed(eventfd::raw::write(fd, 1))),
    (Call::INOTIFY_ADD_WATCH, libc::SYS_inotify_add_watch, |fd| {
        failed(inotify::raw::inotify_add_watch(fd, "/", WatchFlags::CREATE))
    }),
    (Call::INOTIFY_RM_WATCH, libc::SYS_inotify_rm_watch, |fd| {
        failed(inotify::raw::inotify_rm_watch(fd, Watch::from_raw(1)))
    }),
    (Call::INOTIFY_READ, libc::SYS_read, |fd| {
        failed(inotify::raw::read(fd, &mut [0; 272]).map(drop))
    }),
    (Call::IOCTL_INOTIFY_SETNEXTWD, libc::SYS_ioctl, |fd| {
        // SAFETY: the filter fails the call, or the descriptor is a path-only one.
        failed(unsafe { inotify::raw::ioctl_setnextwd(fd, Watch::from_raw(1)) })
    }),
    (Call::FANOTIFY_MARK, libc::SYS_fanotify_mark, |fd| {
        let (add, mark, flags) = (MarkOperation::Add, Mark::Inode, MarkFlags::empty());
        let path = Some("/");
        failed(fanotify::raw::fanotify_mark(
            fd,
            add,
            mark,
            flags,
            MarkMask::OPEN,
            butter::fs::CWD,
            path,
        ))
    }),
    (Call::FANOTIFY_READ, libc::SYS_read, |fd| {
        failed(fanotify::raw::read(fd, &mut [0; 272]).map(drop))
    }),
    (Call::FANOTIFY_WRITE, libc::SYS_write, |fd| {
        failed(fanotify::raw::write(fd, None, Response::Allow, None))
    }),
    (Call::TIMERFD_SETTIME, libc::SYS_timerfd_settime, |fd| {
        failed(timerfd::timerfd_settime(fd, SetFlags::empty(), &Itimerspec::default(), None))
    }),
    (Call::TIMERFD_GETTIME, libc::SYS_timerfd_gettime, |fd| failed(timerfd::timerfd_gettime(fd))),
    (Call::TIMERFD_READ, libc::SYS_read, |fd| failed(timerfd::read(fd))),
    (Call::IOCTL_TIMERFD_SET_TICKS, libc::SYS_ioctl, |fd| failed(timerfd::ioctl_set_ticks(fd, 1))),
    (Call::SIGNALFD4_SET_MASK, libc::SYS_signalfd4, |fd| {
        failed(signalfd::signalfd4_set_mask(fd, SigSet::empty()))
    }),
    (Call::SIGNALFD_READ, libc::SYS_read, |fd| failed(signalfd::read(fd, &mut [0; 128]).map(drop))),
    (Call::EPOLL_CTL_ADD, libc::SYS_epoll_ctl, |fd| {
        failed(epoll::raw::epoll_ctl_add(fd, fd, Token(1), Interest::IN))
    }),
    (Call::EPOLL_CTL_MOD, libc::SYS_epoll_ctl, |fd| {
        failed(epoll::raw::epoll_ctl_mod(fd, fd, Token(1), Interest::IN))
    }),
    (Call::EPOLL_CTL_DEL, libc::SYS_epoll_ctl, |fd| failed(epoll::raw::epoll_ctl_del(fd, fd))),
    (Call::EPOLL_PWAIT, libc::SYS_epoll_pwait, |fd| {
        failed(epoll::raw::epoll_pwait(fd, &mut [Event::default()], 0, None))
    }),
    (Call::EPOLL_PWAIT2, libc::SYS_epoll_pwait2, |fd| {
        failed(epoll::raw::epoll_pwait2(fd, &mut [Event::default()], None, None))
    }),
    (Call::IOCTL_EPOLL_GET_PARAMS, libc::SYS_ioctl, |fd| {
        failed(epoll::raw::ioctl_epiocgparams(fd))
    }),
    (Call::IOCTL_EPOLL_SET_PARAMS, libc::SYS_ioctl, |fd| {
        failed(epoll::raw::ioctl_epiocsparams(fd, &BusyPoll::default()))
    }),
    (Call::SETNS, libc::SYS_setns, |fd| failed(namespace::setns(fd, Namespaces::UTS))),
    (Call::FSTATFS, libc::SYS_fstatfs, |fd| failed(namespace::fstatfs_is_nsfs(fd))),
    (Call::IOCTL_NS_GET_USERNS, libc::SYS_ioctl, |fd| {
        // SAFETY: a descriptor of the kernel's file system, which does not support the request.
        failed(unsafe { namespace::ioctl_ns_get_userns(fd) })
    }),
    (Call::IOCTL_NS_GET_PARENT, libc::SYS_ioctl, |fd| {
        // SAFETY: as above.
        failed(unsafe { namespace::ioctl_ns_get_parent(fd) })
    }),
    (Call::IOCTL_NS_GET_NSTYPE, libc::SYS_ioctl, |fd| failed(namespace::ioctl_ns_get_nstype(fd))),
    (Call::IOCTL_NS_GET_OWNER_UID, libc::SYS_ioctl, |fd| {
        // SAFETY: as above.
        failed(unsafe { namespace::ioctl_ns_get_owner_uid(fd) })
    }),
    (Call::BIND, libc::SYS_bind, |fd| failed(net::bind(fd, &SocketAddrAny::UNSPEC))),
    (Call::LISTEN, libc::SYS_listen, |fd| failed(net::listen(fd, 0))),
    (Call::ACCEPT4, libc::SYS_accept4, |fd| failed(net::accept4(fd, SocketFlags::CLOEXEC))),
    (Call::CONNECT, libc::SYS_connect, |fd| failed(net::connect(fd, &SocketAddrAny::UNSPEC))),
    (Call::GETSOCKNAME, libc::SYS_getsockname, |fd| failed(net::getsockname(fd))),
    (Call::GETPEERNAME, libc::SYS_getpeername, |fd| failed(net::getpeername(fd))),
    (Call::SHUTDOWN, libc::SYS_shutdown, |fd| failed(net::shutdown(fd, Shutdown::Both))),
    (Call::SENDTO, libc::SYS_sendto, |fd| failed(net::sendto_peer(fd, b"!", SendFlags::empty()))),
    (Call::SENDMSG, libc::SYS_sendmsg, |fd| {
        failed(net::sendmsg(fd, &SendMessage::new(&[]), SendFlags::empty()))
    }),
    (Call::SENDMMSG, libc::SYS_sendmmsg, |fd| {
        failed(net::sendmmsg(fd, &mut [SendMessage::new(&[])], SendFlags::empty()))
    }),
    (Call::RECVFROM, libc::SYS_recvfrom, |fd| {
        failed(net::recvfrom_peer(fd, &mut [0], RecvFlags::empty()))
    }),
    (Call::RECVMSG, libc::SYS_recvmsg, |fd| {
        failed(net::recvmsg(fd, &mut RecvMessage::new(&mut []), RecvFlags::empty()))
    }),
    (Call::RECVMMSG, libc::SYS_recvmmsg, |fd| {
        failed(net::recvmmsg(fd, &mut [RecvMessage::new(&mut [])], RecvFlags::empty(), None))
    }),
    (Call::GETSOCKOPT, libc::SYS_getsockopt, |fd| {
        // SAFETY: the value, `SO_TYPE`, is a number.
        failed(unsafe { net::getsockopt(fd, 1, 3, &mut [0; 4]) })
    }),
    (Call::SETSOCKOPT, libc::SYS_setsockopt, |fd| {
        // SAFETY: the value, of `SO_REUSEADDR`, is a number.
        failed(unsafe { net::setsockopt(fd, 1, 2, &[0; 4]) })
    }),
    (Call::IOCTL_SIOCGIFFLAGS, libc::SYS_ioctl, |fd| failed(net::ioctl_siocgifflags(fd, b"lo"))),
    (Call::IOCTL_SIOCSIFFLAGS, libc::SYS_ioctl, |fd| {
        failed(net::ioctl_siocsifflags(fd, b"nonexistent0", InterfaceFlags::UP))
    }),
    (Call::WRITE_UID_MAP, libc::SYS_write, |fd| failed(idmap::write_uid_map(fd, &[]))),
    (Call::WRITE_GID_MAP, libc::SYS_write, |fd| failed(idmap::write_gid_map(fd, &[]))),
    (Call::WRITE_SETGROUPS, libc::SYS_write, |fd| failed(idmap::write_setgroups_deny(fd))),
];

pub type DescriptorTrigger = fn(BorrowedFd<'_>) -> Outcome;

/// Calls that accept a path-only descriptor.
const ACCEPT_PATH_ONLY: &[Call] = &[
    Call::FCHDIR,
    Call::FCNTL_DUPFD_CLOEXEC,
    Call::DUP3,
    Call::FCNTL_GETFD,
    Call::FCNTL_SETFD,
    Call::FCNTL_GETFL,
    Call::FSTAT,
    Call::STATX,
    Call::FSTATFS,
];

/// A path-only descriptor, in a static that is never dropped: `std` aborts if `fcntl` fails with
/// `EBADF` when a descriptor is dropped, and a filter can inject `EBADF`.
pub static PATH_ONLY_DESCRIPTOR: LazyLock<OwnedFd> = LazyLock::new(path_only_descriptor);

#[test]
fn errno_is_ebadf_if_descriptor_is_path_only() {
    for (call, _, trigger) in
        DESCRIPTOR_CALLS.iter().filter(|row| !ACCEPT_PATH_ONLY.contains(&row.0))
    {
        let row = Row(*call, Errno::BADF, ErrorKind::BadDescriptor, || unreachable!());
        in_row(name_of(&row), || {
            let error = trigger(PATH_ONLY_DESCRIPTOR.as_fd()).unwrap();
            if error.is(Errno::NOSYS) {
                this_test!().skip(&name_of(&row), format_args!("{error}"));
            } else {
                check(&row, error);
            }
        });
    }
}
