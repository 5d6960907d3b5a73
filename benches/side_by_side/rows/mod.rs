//! What is measured.
//!
//! What a call returns goes through `black_box`, in every contender alike: a call itself is never optimised away, but
//! what is made of its result could be. Descriptors and buffers are made before; where a contender has no way of its
//! own to make one, rustix makes it, or butter what rustix does not have.

mod copy;
pub(crate) mod copy_process;
mod decode;
mod drain;
mod epoll;
mod eventfd;
mod ping_pong;
mod process;
mod signals;
mod ticks;
mod timerfd;
mod watch;

use crate::failure::Failure;
use crate::row::Row;

/// What makes a row.
type Make = fn() -> Result<Row, Failure>;

/// Every row by its name, made only when it is its turn.
pub(crate) const ALL: &[(&str, Make)] = &[
    ("getpid", process::getpid),
    ("getppid", process::getppid),
    ("eventfd", eventfd::add_and_read),
    ("eventfd pingpong", ping_pong::ping_pong),
    ("timerfd set", timerfd::set),
    ("timerfd set and get", timerfd::set_and_get),
    ("timerfd read", ticks::read),
    ("signalfd read", signals::read),
    ("signalfd drain", signals::drain),
    ("inotify add_watch CStr", watch::terminated),
    ("inotify add_watch str", watch::text),
    ("inotify drain", drain::drain),
    ("inotify decode padded", decode::padded),
    ("inotify decode trimmed", decode::trimmed),
    ("epoll", epoll::ping_pong),
    ("copy files", copy::files),
    ("copy relay", copy::sockets),
    ("copy process", copy_process::whole),
];
