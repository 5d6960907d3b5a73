//! Periodic signals that interrupt the system calls of a thread.

use std::cell::Cell;
use std::sync::Once;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// The number of signals that the signal handler has counted in all threads.
pub static HANDLED: AtomicU64 = AtomicU64::new(0);

thread_local! {
    /// The counter of the signals that the current thread handles.
    static COUNTER: Cell<Option<&'static AtomicU64>> = const { Cell::new(None) };
}

extern "C" fn count(_: libc::c_int) {
    HANDLED.fetch_add(1, Ordering::Relaxed);
    if let Some(counter) = COUNTER.get() {
        counter.fetch_add(1, Ordering::Relaxed);
    }
}

/// Runs a closure while a timer sends signals to the calling thread.
pub fn interrupted<T>(body: impl FnOnce() -> T) -> T {
    PeriodicSignals::new().run(body)
}

/// Periodic signals to one thread, and a counter of the handled signals, which every thread can
/// read.
#[derive(Clone, Copy)]
pub struct PeriodicSignals(&'static AtomicU64);

impl PeriodicSignals {
    /// Creates the counter. [`run`](Self::run) starts the signals.
    #[expect(clippy::new_without_default, reason = "each call leaks a counter")]
    pub fn new() -> Self {
        // The counter is never freed, because the signal handler can run at any time.
        Self(Box::leak(Box::default()))
    }

    /// Runs a closure while a timer sends a signal to the calling thread every 100 microseconds.
    /// The signal handler counts the signals, and is installed without `SA_RESTART`.
    pub fn run<T>(self, body: impl FnOnce() -> T) -> T {
        static HANDLER: Once = Once::new();
        HANDLER.call_once(|| install_handler(libc::SIGUSR1, count));
        COUNTER.set(Some(self.0));
        let _timer = KernelTimer::every(Duration::from_micros(100));
        body()
    }

    /// Returns the number of signals that have been handled.
    pub fn count(self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Installs a signal handler without `SA_RESTART`.
pub fn install_handler(signal: libc::c_int, handler: extern "C" fn(libc::c_int)) {
    // SAFETY: all zeroes is a valid action: the default, with no flags.
    let mut action: libc::sigaction = unsafe { std::mem::zeroed() };
    action.sa_sigaction = handler as *const () as usize;
    // SAFETY: the kernel reads the action; the handler is async-signal-safe.
    assert_eq!(unsafe { libc::sigaction(signal, &raw const action, std::ptr::null_mut()) }, 0);
}

/// A POSIX timer that sends `SIGUSR1` to the thread that created the timer, until the timer is
/// dropped. While a signal of the timer is pending, the kernel does not send another signal.
struct KernelTimer(libc::c_int);

impl KernelTimer {
    fn every(period: Duration) -> Self {
        // SAFETY: all zeroes is a valid event.
        let mut event: libc::sigevent = unsafe { std::mem::zeroed() };
        event.sigev_notify = libc::SIGEV_THREAD_ID;
        event.sigev_signo = libc::SIGUSR1;
        event.sigev_notify_thread_id = butter::thread::gettid().as_raw();
        let mut id = 0;
        let monotonic = libc::CLOCK_MONOTONIC;
        // SAFETY: the kernel reads the event and writes the timer's ID, an `int`.
        let created = unsafe {
            libc::syscall(libc::SYS_timer_create, monotonic, &raw const event, &raw mut id)
        };
        assert_eq!(created, 0, "timer_create: {}", std::io::Error::last_os_error());
        let timer = Self(id);
        let period = libc::timespec { tv_sec: 0, tv_nsec: period.subsec_nanos().into() };
        let times = libc::itimerspec { it_interval: period, it_value: period };
        let none = std::ptr::null_mut::<libc::itimerspec>();
        // SAFETY: the kernel reads the times.
        let set = unsafe { libc::syscall(libc::SYS_timer_settime, id, 0, &raw const times, none) };
        assert_eq!(set, 0, "timer_settime: {}", std::io::Error::last_os_error());
        timer
    }
}

impl Drop for KernelTimer {
    fn drop(&mut self) {
        // SAFETY: touches no memory.
        unsafe { libc::syscall(libc::SYS_timer_delete, self.0) };
    }
}

/// Sends a signal to a thread of this process. Returns `false` if the thread has terminated.
pub fn send(thread: i32, signal: libc::c_int) -> bool {
    let process = butter::process::getpid().as_raw();
    // SAFETY: touches no memory; the caller has installed a handler.
    unsafe { libc::syscall(libc::SYS_tgkill, process, thread, signal) == 0 }
}
