//! The thread's signal mask.

use butter::process::{self, Gid, Uid};
use butter::signal::{How, SigSet, Signal, block, mask, rt_sigprocmask, set_mask, unblock};
use butter::thread;

/// Runs a test in a thread of its own, whose mask is empty.
fn in_thread(body: impl FnOnce() + Send + 'static) {
    let clean = || {
        set_mask(SigSet::empty()).unwrap();
        body();
    };
    std::thread::spawn(clean).join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
}

/// The mask as /proc tells it.
fn told() -> SigSet {
    let status = std::fs::read_to_string("/proc/thread-self/status").unwrap();
    let bits = status.lines().find_map(|line| line.strip_prefix("SigBlk:")).unwrap();
    SigSet::from_bits(u64::from_str_radix(bits.trim(), 16).unwrap())
}

#[test]
fn the_mask_is_what_proc_says() {
    in_thread(|| {
        let wanted = SigSet::from([Signal::USR2, Signal::RTMIN, Signal::RTMAX]);
        assert_eq!(
            rt_sigprocmask(How::Set, Some(wanted)),
            Ok(SigSet::empty()),
            "it returns the old one"
        );
        assert_eq!((mask().unwrap(), told()), (wanted, wanted));
        assert_eq!(unblock(Signal::RTMIN), Ok(wanted));
        assert_eq!(told(), wanted.without(Signal::RTMIN));
        assert_eq!(
            rt_sigprocmask(How::Block, Some([Signal::HUP].into())),
            Ok(wanted.without(Signal::RTMIN))
        );
        assert_eq!(told(), wanted.without(Signal::RTMIN).with(Signal::HUP));
    });
}

#[test]
fn kill_and_stop_are_left_out() {
    in_thread(|| {
        set_mask(SigSet::all_including_reserved()).unwrap();
        let kept = SigSet::from([Signal::KILL, Signal::STOP]);
        assert_eq!(mask(), Ok(SigSet::all_including_reserved() - kept));
        assert_eq!(told(), SigSet::all_including_reserved() - kept);
        set_mask(SigSet::all()).unwrap();
        assert_eq!(mask(), Ok(SigSet::all() - kept));
    });
}

#[test]
fn a_guard_undoes_only_what_it_did() {
    in_thread(|| {
        let before = SigSet::from([Signal::USR1]);
        set_mask(before).unwrap();
        let outer = block([Signal::USR1, Signal::USR2]).unwrap();
        assert_eq!(outer.signals(), [Signal::USR2].into());
        let inner = block([Signal::USR2, Signal::HUP]).unwrap();
        assert_eq!(mask(), Ok(before.with(Signal::USR2).with(Signal::HUP)));
        drop(inner);
        assert_eq!(mask(), Ok(before.with(Signal::USR2)), "the outer one still holds it back");
        set_mask(mask().unwrap().with(Signal::TERM)).unwrap();
        drop(outer);
        assert_eq!(mask(), Ok(before.with(Signal::TERM)), "what others did stays");
        block(Signal::HUP).unwrap().forget();
        assert_eq!(mask(), Ok(before.with(Signal::TERM).with(Signal::HUP)));
    });
}

#[test]
fn the_mask_is_the_threads_own() {
    in_thread(|| {
        let _blocked = block(Signal::USR2).unwrap();
        let (child, tid) =
            std::thread::spawn(|| (mask().unwrap(), thread::gettid())).join().unwrap();
        assert_eq!(child, [Signal::USR2].into(), "a new thread has its maker's");
        assert_ne!(tid, thread::gettid());
        std::thread::spawn(|| set_mask(SigSet::all())).join().unwrap().unwrap();
        assert_eq!(mask(), Ok([Signal::USR2].into()), "another's change is not this one's");
    });
}

#[test]
fn users_and_groups_are_the_threads_own() {
    let users = || {
        // SAFETY: asks for a number.
        let real = unsafe { libc::getuid() };
        // SAFETY: as above.
        [real, unsafe { libc::geteuid() }]
    };
    let groups = || {
        // SAFETY: as above.
        let real = unsafe { libc::getgid() };
        // SAFETY: as above.
        [real, unsafe { libc::getegid() }]
    };
    let same = move || {
        assert_eq!([process::getuid(), process::geteuid()].map(Uid::as_raw), users());
        assert_eq!([process::getgid(), process::getegid()].map(Gid::as_raw), groups());
        (users(), groups())
    };
    let before = same();
    let told = std::thread::spawn(move || {
        // Root becomes another one, in effect; an ordinary user may not.
        // SAFETY: changes the group of this thread alone, which ends here.
        unsafe { libc::syscall(libc::SYS_setresgid, -1, 65534, -1) };
        // SAFETY: as above, its user.
        unsafe { libc::syscall(libc::SYS_setresuid, -1, 65534, -1) };
        same()
    });
    let [real, effective] = told.join().unwrap().0;
    assert_eq!(real, before.0[0]);
    assert!(effective == 65534 || effective == before.0[1], "{effective}");
    assert_eq!(same(), before, "another's change is not this one's");
}

#[test]
fn what_is_held_back_comes_later() {
    common::child::in_child(|| {
        use std::sync::atomic::{AtomicBool, Ordering};
        static CAME: AtomicBool = AtomicBool::new(false);
        extern "C" fn came(_: libc::c_int) {
            CAME.store(true, Ordering::Relaxed);
        }
        // SAFETY: the handler only stores a flag.
        unsafe { libc::signal(libc::SIGUSR2, came as *const () as usize) };
        let blocked = block(Signal::USR2).unwrap();
        // SAFETY: sends this thread a signal that has a handler.
        unsafe { libc::raise(libc::SIGUSR2) };
        assert!(!CAME.load(Ordering::Relaxed));
        drop(blocked);
        assert!(CAME.load(Ordering::Relaxed));
    });
}
