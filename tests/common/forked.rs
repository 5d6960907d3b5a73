//! Forked child processes that do not call `execve`, and have a single thread, as some system calls
//! require.

use std::cell::UnsafeCell;
use std::mem::MaybeUninit;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use butter::process::{Pid, exit_group, getpid, getppid};

/// A forked child, which is killed and reaped on drop.
pub struct ForkedChild<T: Copy + 'static> {
    pid: Pid,
    shared: &'static Shared<T>,
}

/// Memory that the parent and the child share.
struct Shared<T> {
    result: UnsafeCell<MaybeUninit<T>>,
    done: AtomicBool,
}

impl<T: Copy + 'static> ForkedChild<T> {
    /// Forks a child that runs a closure, reports its result, and remains alive. The closure must
    /// neither allocate memory nor acquire locks: other threads may have held the locks at the time
    /// of the fork.
    pub fn start(body: impl FnOnce() -> T) -> Self {
        // SAFETY: the child only runs `child`, and never returns.
        Self::start_with(|| unsafe { libc::fork() }, body).expect("fork should succeed")
    }

    /// Like [`start`](Self::start), but the child is the first process of a new PID namespace, and
    /// has all capabilities in the user namespace that owns the PID namespace. Returns `None` if
    /// this host does not permit a new PID namespace.
    pub fn start_in_pid_namespace(body: impl FnOnce() -> T) -> Option<Self> {
        let clone = |namespaces: libc::c_int| {
            let flags = libc::c_long::from(namespaces | libc::SIGCHLD);
            // SAFETY: as fork: the child only runs `child`, and never returns.
            unsafe { libc::syscall(libc::SYS_clone, flags, 0, 0, 0, 0) as libc::pid_t }
        };
        let fork = || match clone(libc::CLONE_NEWUSER | libc::CLONE_NEWPID) {
            -1 => clone(libc::CLONE_NEWPID),
            pid => pid,
        };
        Self::start_with(fork, || {
            let is_first = getpid().as_raw() == 1 && getppid().is_none();
            assert!(is_first, "the child is not the first process of a PID namespace");
            body()
        })
    }

    /// Creates a child with `fork`. Returns `None` if `fork` returns -1.
    fn start_with(fork: impl FnOnce() -> libc::pid_t, body: impl FnOnce() -> T) -> Option<Self> {
        let (protection, shared) =
            (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_SHARED | libc::MAP_ANONYMOUS);
        // SAFETY: new memory, of zeroes: a valid `Shared` without a result.
        let memory = unsafe {
            libc::mmap(std::ptr::null_mut(), size_of::<Shared<T>>(), protection, shared, -1, 0)
        };
        assert_ne!(memory, libc::MAP_FAILED);
        // SAFETY: as above; never unmapped, and written to only by the child, through its cells.
        let shared = unsafe { &*memory.cast::<Shared<T>>() };
        match fork() {
            0 => child(shared, body),
            pid => Some(Self { pid: Pid::from_raw(pid)?, shared }),
        }
    }

    pub fn pid(&self) -> Pid {
        self.pid
    }

    /// Waits until the child terminates, and returns its wait status. Kills the child after one
    /// minute: the signal of [`limit_lifetime`] has no effect on the first process of a PID
    /// namespace.
    pub fn wait(self) -> libc::c_int {
        let (mut status, mut reaped) = (0, 0);
        let deadline = Instant::now() + Duration::from_secs(60);
        while reaped == 0 {
            if Instant::now() > deadline {
                // SAFETY: the child is not reaped yet.
                unsafe { libc::kill(self.pid.as_raw(), libc::SIGKILL) };
            }
            std::thread::sleep(Duration::from_micros(200));
            // SAFETY: reaps the child if it has terminated; writes one number.
            reaped = unsafe { libc::waitpid(self.pid.as_raw(), &raw mut status, libc::WNOHANG) };
        }
        assert_eq!(reaped, self.pid.as_raw());
        // `drop` would kill a process that reuses the ID of the child.
        std::mem::forget(self);
        status
    }

    /// Waits for the result of the closure.
    pub fn result(&self) -> T {
        while !self.shared.done.load(Ordering::Acquire) {
            // SAFETY: all zeroes are a valid value.
            let mut ended: libc::siginfo_t = unsafe { std::mem::zeroed() };
            let options = libc::WEXITED | libc::WNOHANG | libc::WNOWAIT;
            // SAFETY: writes one struct.
            let waited = unsafe {
                libc::waitid(libc::P_PID, self.pid.as_raw() as u32, &raw mut ended, options)
            };
            assert_eq!(
                (waited, ended.si_signo),
                (0, 0),
                "the child terminated before it reported a result"
            );
            std::thread::sleep(Duration::from_micros(200));
        }
        // SAFETY: the child has written it, and does not write again.
        let result = unsafe { self.shared.result.get().read() };
        // SAFETY: written, by the same program.
        unsafe { result.assume_init() }
    }
}

/// Limits the lifetime of a forked child to one minute, and to the lifetime of the thread that
/// created the child.
pub fn limit_lifetime() {
    // SAFETY: touches no memory; the kernel sends this signal when that thread ends.
    unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) };
    // SAFETY: touches no memory; the signal terminates this process only.
    unsafe { libc::alarm(60) };
}

fn child<T>(shared: &Shared<T>, body: impl FnOnce() -> T) -> ! {
    limit_lifetime();
    let Ok(result) = catch_unwind(AssertUnwindSafe(body)) else { exit_group(101) };
    // SAFETY: the parent reads it after `done` is set.
    unsafe { shared.result.get().write(MaybeUninit::new(result)) };
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

/// Runs a closure in a forked child and returns its result.
pub fn in_forked_child<T: Copy + 'static>(body: impl FnOnce() -> T) -> T {
    ForkedChild::start(body).result()
}
