//! What a call gives no meaning of its own.

use butter::error::{Call, ErrorKind};
use butter::eventfd::EventFd;
use butter::inotify::{Inotify, Watch, WatchFlags};
use butter::mount::{self, MountFlags};
use butter::signal::Signal;
use butter::time::Timeout;
use butter::timerfd::Timer;
use butter::{Errno, poll, process, thread, uts};

use crate::common::inject::inject;
use crate::inotify::watch;
use crate::timerfd::timer;
use crate::{Provoke, Row, check, failed, null};

/// Calls that a filter fails: the call, its system call, and how it is made.
const FILTERED: &[(Call, libc::c_long, Provoke)] = &[
    (Call::RT_SIGPROCMASK, libc::SYS_rt_sigprocmask, || failed(thread::block(Signal::USR1))),
    (Call::PPOLL, libc::SYS_ppoll, || failed(poll::wait(&mut [], Timeout::Zero))),
    (Call::EVENTFD2, libc::SYS_eventfd2, || failed(EventFd::new(0))),
    (Call::EVENTFD_READ, libc::SYS_read, || failed(EventFd::new(1).unwrap().read())),
    (Call::EVENTFD_WRITE, libc::SYS_write, || failed(EventFd::new(1).unwrap().add(1))),
    (Call::INOTIFY_INIT1, libc::SYS_inotify_init1, || failed(Inotify::init())),
    (Call::INOTIFY_ADD_WATCH, libc::SYS_inotify_add_watch, || watch("/", WatchFlags::CREATE)),
    (Call::INOTIFY_RM_WATCH, libc::SYS_inotify_rm_watch, || {
        failed(Inotify::init().unwrap().remove_watch(Watch::from_raw(1)))
    }),
    (Call::INOTIFY_READ, libc::SYS_read, || failed(Inotify::nonblocking().unwrap().read_events(&mut [0; 272]))),
    (Call::TIMERFD_CREATE, libc::SYS_timerfd_create, || failed(timer())),
    (Call::TIMERFD_SETTIME, libc::SYS_timerfd_settime, || failed(timer().unwrap().set(Timer::Disarmed))),
    (Call::TIMERFD_GETTIME, libc::SYS_timerfd_gettime, || failed(timer().unwrap().get())),
    (Call::TIMERFD_READ, libc::SYS_read, || failed(timer().unwrap().read())),
    (Call::CHDIR, libc::SYS_chdir, || failed(process::chdir("/"))),
    (Call::FCHDIR, libc::SYS_fchdir, || failed(process::fchdir(null()))),
    (Call::CHROOT, libc::SYS_chroot, || failed(process::chroot("/"))),
    (Call::MOUNT, libc::SYS_mount, || failed(mount::mount("x", "/", "tmpfs", MountFlags::empty(), ""))),
    (Call::MOUNT_BIND, libc::SYS_mount, || failed(mount::bind_mount("/", "/"))),
    (Call::MOUNT_MOVE, libc::SYS_mount, || failed(mount::move_to("/", "/"))),
    (Call::MOUNT_PROPAGATION, libc::SYS_mount, || failed(mount::make_slave("/"))),
    (Call::MOUNT_REMOUNT, libc::SYS_mount, || failed(mount::remount("/", MountFlags::empty(), ""))),
    (Call::MOUNT_REMOUNT_BIND, libc::SYS_mount, || failed(mount::remount_bind("/", MountFlags::empty()))),
    (Call::UMOUNT2, libc::SYS_umount2, || failed(mount::unmount("/"))),
    (Call::PIVOT_ROOT, libc::SYS_pivot_root, || failed(mount::pivot_root("/", "/"))),
    (Call::UNAME, libc::SYS_uname, || failed(uts::hostname())),
    (Call::SETHOSTNAME, libc::SYS_sethostname, || failed(uts::set_hostname("butter"))),
    (Call::SETDOMAINNAME, libc::SYS_setdomainname, || failed(uts::set_domainname("butter"))),
];

/// The number is never lost, whatever the call and whether or not it has a reason of its own.
#[test]
fn what_a_call_gives_no_meaning_has_that_of_its_errno() {
    let meanings = [
        (Errno::NOMEM, ErrorKind::OutOfMemory),
        (Errno::BADF, ErrorKind::BadDescriptor),
        (Errno::FAULT, ErrorKind::InvalidArgument),
        (Errno::HOSTDOWN, ErrorKind::Other),
    ];
    for &(call, number, provoke) in FILTERED {
        for (errno, kind) in meanings {
            check(&Row(call, errno, kind, provoke), inject(number, errno, provoke).unwrap());
        }
    }
}
