//! Tests of `thread`: the signal mask, user IDs, group IDs and CPUs of a thread.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use butter::Errno;
use butter::process::{self, Gid, Uid};
use butter::signal::raw::rt_sigprocmask;
use butter::signal::{How, SigSet, Signal, block, mask, set_mask, unblock};
use butter::thread::{self, CpuSet, Tid, gettid, sched_getaffinity, sched_setaffinity};
use common::inject::supervise;
use common::require;

/// Runs a test in a new thread with an empty signal mask.
fn in_thread(body: impl FnOnce() + Send + 'static) {
    let with_empty_mask = || {
        set_mask(SigSet::empty()).unwrap();
        body();
    };
    std::thread::spawn(with_empty_mask)
        .join()
        .unwrap_or_else(|panic| std::panic::resume_unwind(panic));
}

/// Returns the signal mask of the calling thread, from `/proc/thread-self/status`.
fn proc_mask() -> SigSet {
    let status = std::fs::read_to_string("/proc/thread-self/status").unwrap();
    let bits = status.lines().find_map(|line| line.strip_prefix("SigBlk:")).unwrap();
    SigSet::from_bits(u64::from_str_radix(bits.trim(), 16).unwrap())
}

#[test]
fn rt_sigprocmask_sets_the_mask_and_returns_the_previous_mask() {
    in_thread(|| {
        let wanted = SigSet::from([Signal::USR2, Signal::RTMIN, Signal::RTMAX]);
        assert_eq!(
            rt_sigprocmask(How::Set, Some(wanted)),
            Ok(SigSet::empty()),
            "rt_sigprocmask should return the previous mask"
        );
        assert_eq!((mask().unwrap(), proc_mask()), (wanted, wanted));
        assert_eq!(unblock(Signal::RTMIN), Ok(wanted));
        assert_eq!(proc_mask(), wanted.without(Signal::RTMIN));
        assert_eq!(
            rt_sigprocmask(How::Block, Some([Signal::HUP].into())),
            Ok(wanted.without(Signal::RTMIN))
        );
        assert_eq!(proc_mask(), wanted.without(Signal::RTMIN).with(Signal::HUP));
    });
}

#[test]
fn set_mask_ignores_kill_and_stop() {
    in_thread(|| {
        set_mask(SigSet::all_including_reserved()).unwrap();
        let kept = SigSet::from([Signal::KILL, Signal::STOP]);
        assert_eq!(mask(), Ok(SigSet::all_including_reserved() - kept));
        assert_eq!(proc_mask(), SigSet::all_including_reserved() - kept);
        set_mask(SigSet::all()).unwrap();
        assert_eq!(mask(), Ok(SigSet::all() - kept));
    });
}

#[test]
fn mask_guard_drop_unblocks_only_the_signals_that_the_guard_blocked() {
    in_thread(|| {
        let before = SigSet::from([Signal::USR1]);
        set_mask(before).unwrap();
        let outer = block([Signal::USR1, Signal::USR2]).unwrap();
        assert_eq!(outer.signals(), [Signal::USR2].into());
        let inner = block([Signal::USR2, Signal::HUP]).unwrap();
        assert_eq!(mask(), Ok(before.with(Signal::USR2).with(Signal::HUP)));
        drop(inner);
        assert_eq!(
            mask(),
            Ok(before.with(Signal::USR2)),
            "USR2 should remain blocked by the outer guard"
        );
        set_mask(mask().unwrap().with(Signal::TERM)).unwrap();
        drop(outer);
        assert_eq!(
            mask(),
            Ok(before.with(Signal::TERM)),
            "dropping the guard should keep other changes of the mask"
        );
        block(Signal::HUP).unwrap().forget();
        assert_eq!(mask(), Ok(before.with(Signal::TERM).with(Signal::HUP)));
    });
}

#[test]
fn mask_is_per_thread_and_inherited_by_new_threads() {
    in_thread(|| {
        let _blocked = block(Signal::USR2).unwrap();
        let (child, tid) =
            std::thread::spawn(|| (mask().unwrap(), thread::gettid())).join().unwrap();
        assert_eq!(child, [Signal::USR2].into(), "a new thread should inherit the mask");
        assert_ne!(tid, thread::gettid());
        std::thread::spawn(|| set_mask(SigSet::all())).join().unwrap().unwrap();
        assert_eq!(
            mask(),
            Ok([Signal::USR2].into()),
            "set_mask in another thread should not change the mask of this thread"
        );
    });
}

#[test]
fn getuid_and_getgid_return_the_ids_of_the_calling_thread() {
    let users = || {
        // SAFETY: touches no memory.
        let real = unsafe { libc::getuid() };
        // SAFETY: touches no memory.
        [real, unsafe { libc::geteuid() }]
    };
    let groups = || {
        // SAFETY: touches no memory.
        let real = unsafe { libc::getgid() };
        // SAFETY: touches no memory.
        [real, unsafe { libc::getegid() }]
    };
    let ids = move || {
        assert_eq!([process::getuid(), process::geteuid()].map(Uid::as_raw), users());
        assert_eq!([process::getgid(), process::getegid()].map(Gid::as_raw), groups());
        (users(), groups())
    };
    let before = ids();
    let other = std::thread::spawn(move || {
        // As root, `setresgid` and `setresuid` change the effective IDs. Otherwise, the two calls
        // fail.
        // SAFETY: changes the group of this thread only, which ends here.
        unsafe { libc::syscall(libc::SYS_setresgid, -1, 65534, -1) };
        // SAFETY: changes the user of this thread only, which ends here.
        unsafe { libc::syscall(libc::SYS_setresuid, -1, 65534, -1) };
        ids()
    });
    let [real, effective] = other.join().unwrap().0;
    assert_eq!(real, before.0[0]);
    assert!(effective == 65534 || effective == before.0[1], "{effective}");
    assert_eq!(
        ids(),
        before,
        "setresuid in another thread should not change the IDs of this thread"
    );
}

#[test]
fn mask_guard_drop_delivers_pending_signals() {
    common::child::in_child(|| {
        use std::sync::atomic::{AtomicBool, Ordering};
        static HANDLED: AtomicBool = AtomicBool::new(false);
        extern "C" fn handler(_: libc::c_int) {
            HANDLED.store(true, Ordering::Relaxed);
        }
        // SAFETY: the handler only stores a flag.
        unsafe { libc::signal(libc::SIGUSR2, handler as *const () as usize) };
        let blocked = block(Signal::USR2).unwrap();
        // SAFETY: sends this thread a signal that has a handler.
        unsafe { libc::raise(libc::SIGUSR2) };
        assert!(!HANDLED.load(Ordering::Relaxed));
        drop(blocked);
        assert!(HANDLED.load(Ordering::Relaxed));
    });
}

/// Returns the CPUs on which a thread may run, from `/proc/PID/status`.
fn proc_cpus(thread: Tid) -> CpuSet {
    let status = std::fs::read_to_string(format!("/proc/{thread}/status")).unwrap();
    let list = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:")).unwrap();
    let ranges = list.trim().split(',').map(|range| {
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        first.parse().unwrap()..=last.parse().unwrap()
    });
    ranges.flatten().collect()
}

#[test]
fn sched_getaffinity_returns_the_cpus_in_proc_status() {
    let cpus = sched_getaffinity(None).unwrap();
    assert!(!cpus.is_empty());
    assert_eq!(cpus, proc_cpus(gettid()));
    assert_eq!(sched_getaffinity(Some(gettid())), Ok(cpus));
    // The kernel does not change the words after the last possible CPU.
    let mut words = [u64::MAX; 256];
    let count = thread::raw::sched_getaffinity(None, &mut words).unwrap();
    assert!((1..=128).contains(&count), "{count}");
    assert_eq!(words[..count], cpus.as_words()[..count]);
    assert!(words[count..].iter().all(|word| *word == u64::MAX));
}

#[test]
fn sched_setaffinity_binds_a_thread_to_each_of_its_cpus() {
    in_thread(|| {
        let cpus = sched_getaffinity(None).unwrap();
        for cpu in cpus.iter() {
            let one = CpuSet::from_iter([cpu]);
            sched_setaffinity(None, &one).unwrap();
            assert_eq!((sched_getaffinity(None), proc_cpus(gettid())), (Ok(one), one));
            // SAFETY: touches no memory.
            assert_eq!(unsafe { libc::sched_getcpu() }, cpu as i32);
            let inherited = std::thread::spawn(|| sched_getaffinity(None)).join().unwrap();
            assert_eq!(inherited, Ok(one));
            sched_setaffinity(Some(gettid()), &cpus).unwrap();
            assert_eq!(sched_getaffinity(None), Ok(cpus));
            // A mask with the word of the CPU only.
            let words = one.as_words();
            thread::raw::sched_setaffinity(None, &words[..=cpu / 64]).unwrap();
            assert_eq!(sched_getaffinity(None), Ok(one));
            sched_setaffinity(None, &cpus).unwrap();
        }
    });
}

#[test]
fn sched_setaffinity_sets_the_cpus_of_another_thread_and_ignores_missing_cpus() {
    let (sender, receiver) = std::sync::mpsc::channel();
    let (stop, stopped) = std::sync::mpsc::channel::<()>();
    let other = std::thread::spawn(move || {
        sender.send(gettid()).unwrap();
        stopped.recv().unwrap();
        sched_getaffinity(None).unwrap()
    });
    let (tid, own) = (receiver.recv().unwrap(), sched_getaffinity(None).unwrap());
    let first = CpuSet::from_iter(own.iter().take(1));
    let mut set = first;
    set.insert(CpuSet::CPUS - 1);
    sched_setaffinity(Some(tid), &set).unwrap();
    assert_eq!((sched_getaffinity(Some(tid)), proc_cpus(tid)), (Ok(first), first));
    assert_eq!(sched_getaffinity(None), Ok(own));
    stop.send(()).unwrap();
    assert_eq!(other.join().unwrap(), first);
}

#[test]
fn sched_yield_makes_a_system_call_and_ignores_a_forged_error() {
    (0..100).for_each(|_| thread::sched_yield());
    let calls = Arc::new(AtomicU32::new(0));
    let counter = calls.clone();
    let fail = move |_| {
        counter.fetch_add(1, Ordering::Relaxed);
        Some(Errno::PERM)
    };
    let supervised = supervise(libc::SYS_sched_yield, fail, thread::sched_yield);
    require!(supervised, "seccomp user notifications are unavailable");
    assert_eq!(calls.load(Ordering::Relaxed), 1);
}
