//! Children that are forked and run no program: with one thread, which some calls ask for.

use std::cell::UnsafeCell;
use std::mem::MaybeUninit;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use butter::process::{Pid, exit_group};

/// A forked child; killed and reaped when dropped.
pub struct ForkedChild<T: Copy + 'static> {
    pid: Pid,
    shared: &'static Shared<T>,
}

/// Memory of both.
struct Shared<T> {
    told: UnsafeCell<MaybeUninit<T>>,
    done: AtomicBool,
}

impl<T: Copy + 'static> ForkedChild<T> {
    /// Forks a child that runs a closure, tells what it returns, and stays. The closure must
    /// neither allocate nor lock: other threads may have been at it when the child was made.
    pub fn start(body: impl FnOnce() -> T) -> Self {
        let (reach, shared) =
            (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_SHARED | libc::MAP_ANONYMOUS);
        // SAFETY: new memory, of zeroes: a valid `Shared`, in which nothing is told.
        let memory = unsafe {
            libc::mmap(std::ptr::null_mut(), size_of::<Shared<T>>(), reach, shared, -1, 0)
        };
        assert_ne!(memory, libc::MAP_FAILED);
        // SAFETY: as above; it is never given back, and written to only by the child, through its
        // cells.
        let shared = unsafe { &*memory.cast::<Shared<T>>() };
        // SAFETY: the child runs only what follows, and ends.
        match unsafe { libc::fork() } {
            0 => child(shared, body),
            pid => Self { pid: Pid::from_raw(pid).expect("a child can be made"), shared },
        }
    }

    pub fn pid(&self) -> Pid {
        self.pid
    }

    /// Waits for what its closure returns.
    pub fn result(&self) -> T {
        while !self.shared.done.load(Ordering::Acquire) {
            // SAFETY: all zeroes are a record.
            let mut ended: libc::siginfo_t = unsafe { std::mem::zeroed() };
            let look = libc::WEXITED | libc::WNOHANG | libc::WNOWAIT;
            // SAFETY: writes one record.
            let looked = unsafe {
                libc::waitid(libc::P_PID, self.pid.as_raw() as u32, &raw mut ended, look)
            };
            assert_eq!(
                (looked, ended.si_signo),
                (0, 0),
                "the child has ended before it told anything"
            );
            std::thread::sleep(Duration::from_micros(200));
        }
        // SAFETY: the child has written it, and does not write any more.
        let told = unsafe { self.shared.told.get().read() };
        // SAFETY: written, by the same program.
        unsafe { told.assume_init() }
    }
}

/// Has a forked child end with the thread that has made it, and in any case after a minute.
pub fn limit_lifetime() {
    // SAFETY: a number, which says what the kernel sends when that thread ends.
    unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) };
    // SAFETY: touches no memory; the signal ends this process alone.
    unsafe { libc::alarm(60) };
}

fn child<T>(shared: &Shared<T>, body: impl FnOnce() -> T) -> ! {
    limit_lifetime();
    let Ok(told) = catch_unwind(AssertUnwindSafe(body)) else { exit_group(101) };
    // SAFETY: the parent reads it when it is done.
    unsafe { shared.told.get().write(MaybeUninit::new(told)) };
    shared.done.store(true, Ordering::Release);
    loop {
        // SAFETY: waits for a signal.
        unsafe { libc::pause() };
    }
}

impl<T: Copy + 'static> Drop for ForkedChild<T> {
    fn drop(&mut self) {
        // SAFETY: the child is not reaped yet.
        unsafe { libc::kill(self.pid.as_raw(), libc::SIGKILL) };
        // SAFETY: reaps it.
        unsafe { libc::waitpid(self.pid.as_raw(), std::ptr::null_mut(), 0) };
    }
}

/// What a closure returns in a child that is forked for it.
pub fn in_forked_child<T: Copy + 'static>(body: impl FnOnce() -> T) -> T {
    ForkedChild::start(body).result()
}
