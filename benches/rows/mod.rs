//! The measured operations.
//!
//! Every contender passes the result of each call through `black_box`: the compiler never removes a
//! system call, but could remove the conversion of the result. Descriptors and buffers are created
//! before the measurement. If a contender cannot create an object itself, rustix creates the
//! object, or butter creates the object if rustix cannot create it.

mod copy;
pub(crate) mod copy_process;
mod epoll;
mod eventfd;
mod fanotify;
mod fs_dir;
mod fstat;
mod inotify_add_watch;
mod inotify_decode;
mod inotify_read;
mod net;
mod openat;
mod pread;
mod process;
mod read_write;
mod seccomp;
mod signalfd;
mod spawn;
mod statx;
mod timerfd_read;
mod timerfd_set;

use crate::Failure;
use crate::row::Row;

/// Creates the contenders of a row.
type BuildRow = fn() -> Result<Row, Failure>;

/// All rows with their names. Each row is created just before it is measured.
pub(crate) const ALL: &[(&str, BuildRow)] = &[
    ("getpid", process::getpid),
    ("getppid", process::getppid),
    ("eventfd", eventfd::write_and_read),
    ("eventfd two threads", eventfd::ping_pong),
    ("timerfd set", timerfd_set::set),
    ("timerfd set and get", timerfd_set::set_and_get),
    ("timerfd read", timerfd_read::read),
    ("signalfd read", signalfd::read),
    ("signalfd read many", signalfd::read_many),
    ("fs dir", fs_dir::read),
    ("inotify add_watch CStr", inotify_add_watch::with_cstr),
    ("inotify add_watch str", inotify_add_watch::with_str),
    ("fstat", fstat::size),
    ("statx", statx::size),
    ("inotify read", inotify_read::read),
    ("openat CStr", openat::with_cstr),
    ("openat str", openat::with_str),
    ("read", read_write::read),
    ("write", read_write::write),
    ("pread", pread::small),
    ("net send and recv", net::send_and_recv),
    ("inotify decode padded", inotify_decode::padded),
    ("inotify decode trimmed", inotify_decode::trimmed),
    ("epoll", epoll::write_wait_read),
    ("seccomp compile", seccomp::rules),
    ("seccomp filter", seccomp::filtered),
    ("seccomp notification", seccomp::round_trip),
    ("spawn", spawn::tiny),
    ("spawn large parent", spawn::large_parent),
    ("copy files", copy::files),
    ("copy relay", copy::sockets),
    ("copy process", copy_process::row),
    ("fanotify read names", fanotify::read_names),
    // The following rows are the last ones, because they mount a tmpfs for temporary files.
    ("fanotify read descriptors", fanotify::read_descriptors),
    ("fanotify read paths", fanotify::read_paths),
    ("fanotify permission", fanotify::round_trip),
];
