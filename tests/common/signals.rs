//! Calls that signals interrupt.

use std::sync::Once;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicU64, Ordering};
use std::time::Duration;

/// How many signals the handler has seen, in all threads.
pub static SEEN: AtomicU64 = AtomicU64::new(0);

extern "C" fn count(_: libc::c_int) {
    SEEN.fetch_add(1, Ordering::Relaxed);
}

/// Runs a closure in a thread that gets a signal about every 100 microseconds; its handler counts, and asks for no restart.
pub fn interrupted<T: Send>(body: impl FnOnce() -> T + Send) -> T {
    static HANDLER: Once = Once::new();
    HANDLER.call_once(|| {
        // SAFETY: all zeroes is a valid action: the default, with no flags.
        let mut action: libc::sigaction = unsafe { std::mem::zeroed() };
        action.sa_sigaction = count as *const () as usize;
        // SAFETY: the handler only counts, which is safe at any moment.
        assert_eq!(unsafe { libc::sigaction(libc::SIGUSR1, &raw const action, std::ptr::null_mut()) }, 0);
    });
    let thread = AtomicI32::new(0);
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let worker = scope.spawn(|| {
            thread.store(butter::thread::gettid().get(), Ordering::Release);
            let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(body));
            done.store(true, Ordering::Release);
            // Stay until no signal can come any more: one to a thread that has ended would fail.
            while thread.load(Ordering::Acquire) != 0 {
                std::thread::yield_now();
            }
            result
        });
        while !done.load(Ordering::Acquire) {
            let tid = thread.load(Ordering::Acquire);
            if tid != 0 {
                let pid = butter::process::getpid().get();
                // SAFETY: sends a signal that has a handler to a thread of this process.
                assert_eq!(unsafe { libc::syscall(libc::SYS_tgkill, pid, tid, libc::SIGUSR1) }, 0);
            }
            std::thread::sleep(Duration::from_micros(100));
        }
        thread.store(0, Ordering::Release);
        worker.join().expect("the panic is caught").unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}
