//! Functions that each make one system call. The tests compile these functions to assembly and
//! count the instructions, but never run the functions.

#![no_std]

use core::ffi::CStr;
use core::time::Duration;

use butter::Error;
use butter::epoll::{Epoll, Event};
use butter::eventfd::EventFd;
use butter::fanotify;
use butter::fd::{BorrowedFd, OwnedFd};
use butter::fs::{
    self, Access, AtFlags, CWD, Mode, OFlags, ReadWriteFlags, ResolveFlags, SeekFrom, StatxFlags,
};
use butter::inotify::{Inotify, Watch, WatchFlags};
use butter::io::IoSlice;
use butter::net::{self, RecvFlags, SendFlags, SocketFlags};
use butter::pipe::{self, SpliceFlags};
use butter::poll::{self, PollFd};
use butter::process::Pid;
use butter::rand::{self, GetRandomFlags};
use butter::seccomp;
use butter::signal::{self, SigSet, Signal};
use butter::signalfd::SignalFd;
use butter::thread::{self, Tid};
use butter::time::{self, Timeout, Timespec};
use butter::timerfd::{self, Clock, Event as TimerEvent, Itimerspec, Timer, TimerFd};

unsafe extern "C" {
    /// Called if a system call fails.
    safe fn cold(error: Error);
}

/// Returns the value of a successful result. Passes an error to [`cold`], and returns `None`.
#[inline(always)]
fn or_cold<T>(result: butter::Result<T>) -> Option<T> {
    match result {
        Ok(value) => Some(value),
        Err(error) => {
            cold(error);
            None
        }
    }
}

#[unsafe(no_mangle)]
fn getpid() -> Pid {
    butter::process::getpid()
}

#[unsafe(no_mangle)]
fn eventfd2() -> Option<EventFd> {
    or_cold(EventFd::new(0))
}

#[unsafe(no_mangle)]
fn read(fd: BorrowedFd<'_>, buffer: &mut [u8]) -> usize {
    or_cold(butter::io::read(fd, buffer)).unwrap_or(0)
}

#[unsafe(no_mangle)]
fn write(fd: BorrowedFd<'_>, bytes: &[u8]) -> usize {
    or_cold(butter::io::write(fd, bytes)).unwrap_or(0)
}

#[unsafe(no_mangle)]
fn eventfd_write(counter: &EventFd) {
    or_cold(counter.write(1));
}

#[unsafe(no_mangle)]
fn eventfd_read(counter: &EventFd) -> u64 {
    or_cold(counter.read()).unwrap_or(0)
}

#[unsafe(no_mangle)]
fn fanotify_write(group: BorrowedFd<'_>, file: BorrowedFd<'_>) {
    or_cold(fanotify::raw::write(group, Some(file), fanotify::Response::Allow, None));
}

#[unsafe(no_mangle)]
fn timerfd_set(timer: &TimerFd) {
    or_cold(timer.set(Timer::every(Duration::from_secs(1))));
}

#[unsafe(no_mangle)]
fn timerfd_create() -> Option<TimerFd> {
    or_cold(TimerFd::new(Clock::Monotonic))
}

#[unsafe(no_mangle)]
fn timerfd_read(timer: &TimerFd) -> Option<TimerEvent> {
    or_cold(timer.read())
}

#[unsafe(no_mangle)]
fn timerfd_get(timer: BorrowedFd<'_>) -> Option<Itimerspec> {
    or_cold(timerfd::raw::timerfd_gettime(timer))
}

#[unsafe(no_mangle)]
fn kill(process: Pid) {
    or_cold(signal::kill(process, Signal::TERM));
}

#[unsafe(no_mangle)]
fn pending() -> SigSet {
    or_cold(signal::pending()).unwrap_or(SigSet::empty())
}

#[unsafe(no_mangle)]
fn tgkill(process: Pid, thread: Tid) {
    or_cold(thread::kill(process, thread, Signal::RTMAX));
}

#[unsafe(no_mangle)]
fn rt_sigprocmask(set: SigSet) -> SigSet {
    or_cold(signal::set_mask(set)).unwrap_or(SigSet::empty())
}

#[unsafe(no_mangle)]
fn signalfd(set: SigSet) -> Option<SignalFd> {
    or_cold(SignalFd::new(set))
}

#[unsafe(no_mangle)]
fn signalfd_set_mask(signals: &SignalFd, set: SigSet) {
    or_cold(signals.set_mask(set));
}

#[unsafe(no_mangle)]
fn ppoll(fds: &mut [PollFd<'_>; 2]) -> usize {
    or_cold(poll::wait_interruptible(fds, Timeout::Zero, None)).unwrap_or(0)
}

#[unsafe(no_mangle)]
fn signalfd_read(signals: &SignalFd) -> Option<Signal> {
    match signals.read() {
        Ok(event) => Some(event.signal()),
        Err(error) => {
            cold(error);
            None
        }
    }
}

#[unsafe(no_mangle)]
fn inotify_add_watch(inotify: &Inotify, path: &CStr) -> Option<Watch> {
    or_cold(inotify.add_watch(path, WatchFlags::CREATE))
}

#[unsafe(no_mangle)]
fn inotify_rm_watch(inotify: &Inotify, watch: Watch) {
    or_cold(inotify.remove_watch(watch));
}

#[unsafe(no_mangle)]
fn openat(directory: BorrowedFd<'_>, path: &CStr) -> Option<OwnedFd> {
    or_cold(fs::raw::openat(directory, path, OFlags::CLOEXEC, Mode::empty()))
}

#[unsafe(no_mangle)]
fn openat2(path: &CStr, resolve: ResolveFlags) -> Option<OwnedFd> {
    or_cold(fs::raw::openat2(CWD, path, OFlags::CLOEXEC, Mode::empty(), resolve))
}

#[unsafe(no_mangle)]
fn fstat(fd: BorrowedFd<'_>) -> Option<u64> {
    or_cold(fs::raw::fstat(fd)).map(|stat| stat.size())
}

#[unsafe(no_mangle)]
fn statx(directory: BorrowedFd<'_>, path: &CStr) -> Option<u64> {
    or_cold(fs::raw::statx(directory, path, AtFlags::empty(), StatxFlags::SIZE))?.size()
}

#[unsafe(no_mangle)]
fn pread64(fd: BorrowedFd<'_>, buffer: &mut [u8], offset: u64) -> usize {
    or_cold(fs::raw::pread64(fd, buffer, offset)).unwrap_or(0)
}

#[unsafe(no_mangle)]
fn pwrite64(fd: BorrowedFd<'_>, bytes: &[u8], offset: u64) -> usize {
    or_cold(fs::raw::pwrite64(fd, bytes, offset)).unwrap_or(0)
}

#[unsafe(no_mangle)]
fn pwritev2(fd: BorrowedFd<'_>, buffers: &[IoSlice<'_>], offset: u64) -> usize {
    or_cold(fs::raw::pwritev2(fd, buffers, Some(offset), ReadWriteFlags::empty())).unwrap_or(0)
}

#[unsafe(no_mangle)]
fn lseek(fd: BorrowedFd<'_>, offset: u64) -> u64 {
    or_cold(fs::raw::lseek(fd, SeekFrom::Start(offset))).unwrap_or(0)
}

#[unsafe(no_mangle)]
fn getdents64(fd: BorrowedFd<'_>, buffer: &mut [u8; 4096]) -> usize {
    or_cold(fs::raw::getdents64(fd, buffer)).unwrap_or_default().len()
}

#[unsafe(no_mangle)]
fn faccessat2(directory: BorrowedFd<'_>, path: &CStr) {
    or_cold(fs::raw::faccessat2(directory, path, Access::READ_OK, AtFlags::empty()));
}

#[unsafe(no_mangle)]
fn unlinkat(directory: BorrowedFd<'_>, path: &CStr) {
    or_cold(fs::raw::unlinkat(directory, path, AtFlags::empty()));
}

#[unsafe(no_mangle)]
fn sendto(socket: BorrowedFd<'_>, bytes: &[u8]) -> usize {
    or_cold(net::raw::sendto_peer(socket, bytes, SendFlags::NOSIGNAL)).unwrap_or(0)
}

#[unsafe(no_mangle)]
fn recvfrom(socket: BorrowedFd<'_>, buffer: &mut [u8]) -> usize {
    or_cold(net::raw::recvfrom_peer(socket, buffer, RecvFlags::empty())).unwrap_or(0)
}

#[unsafe(no_mangle)]
fn accept4(socket: BorrowedFd<'_>) -> Option<OwnedFd> {
    or_cold(net::raw::accept4(socket, SocketFlags::CLOEXEC))
}

#[unsafe(no_mangle)]
fn seccomp_notif_send(listener: BorrowedFd<'_>, response: &mut [u64; 3]) {
    // SAFETY: the functions are compiled, but not called.
    or_cold(unsafe { seccomp::raw::ioctl_seccomp_notif_send(listener, response) });
}

#[unsafe(no_mangle)]
fn splice(from: BorrowedFd<'_>, offset: &mut u64, to: BorrowedFd<'_>, length: usize) -> usize {
    or_cold(pipe::splice(from, Some(offset), to, None, length, SpliceFlags::MORE)).unwrap_or(0)
}

#[unsafe(no_mangle)]
fn tee(from: BorrowedFd<'_>, to: BorrowedFd<'_>, length: usize) -> usize {
    or_cold(pipe::tee(from, to, length, SpliceFlags::empty())).unwrap_or(0)
}

#[unsafe(no_mangle)]
fn epoll_pwait<'r>(epoll: &Epoll, ready: &'r mut [Event; 16]) -> &'r [Event] {
    or_cold(epoll.wait_interruptible(ready, Timeout::Zero, None)).unwrap_or_default()
}

#[unsafe(no_mangle)]
fn clock_gettime() -> Timespec {
    or_cold(time::clock_gettime(time::Clock::Monotonic)).unwrap_or_default()
}

#[unsafe(no_mangle)]
fn getrandom(buffer: &mut [u8; 16]) -> usize {
    or_cold(rand::raw::getrandom(buffer, GetRandomFlags::empty())).unwrap_or_default().len()
}
