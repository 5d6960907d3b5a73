//! Tests of the library on the running kernel. Most modules test the module of the same name.

mod abi;
mod arguments;
mod children;
mod command;
mod constructors;
mod copy;
mod epoll;
mod errnos;
mod event_source;
mod eventfd;
mod fallbacks;
mod fanotify;
mod fd;
mod fs;
mod handle;
mod hostile;
mod idmap;
mod inotify;
mod io;
mod layering;
mod limits;
mod memfd;
mod memfd_holes;
mod mm;
mod mount;
mod namespace;
mod net;
mod pidfd;
mod pipe;
mod poll;
mod process;
mod rand;
mod resolver;
mod seccomp;
mod short_reads;
mod signal;
mod signalfd;
#[cfg(target_arch = "aarch64")]
mod sve;
mod system;
mod thread;
mod time;
mod timerfd;
mod uts;
mod watchdog;

common::watchdog!();
