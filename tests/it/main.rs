//! The tests of the library against the running kernel: one module for each feature.

mod abi;
mod arguments;
mod copy;
mod epoll;
mod errnos;
mod event_source;
mod eventfd;
mod fd;
mod idmap;
mod inotify;
mod io;
mod layering;
mod memfd;
mod memfd_holes;
mod memory;
mod mount;
mod namespace;
mod pipe;
mod poll;
mod process;
mod signal;
mod signalfd;
mod thread;
mod timerfd;
mod uts;
