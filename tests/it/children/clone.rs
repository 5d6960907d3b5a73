//! Tests of `clone` and `clone3` on the running kernel.

use butter::error::Call;
use butter::fd::AsFd;
use butter::process::{self, CloneArgs, CloneFlags, clone_with, getpid, raw};
use butter::{Errno, pipe};
use common::child::in_child;
use common::inject::inject;
use common::require;

use super::{child, code};

#[test]
fn clone_with_runs_the_closure_in_a_child_with_a_copy_of_the_memory() {
    in_child(|| {
        let (parent, mut value) = (getpid(), 1);
        let cloned = child(CloneFlags::empty(), || {
            value += 1;
            i32::from(process::getppid() != Some(parent)) + value
        });
        assert_eq!(code(cloned.unwrap().pid), Some(2));
        assert_eq!(value, 1);
    });
}

#[test]
fn clone_with_vm_and_vfork_runs_on_the_stack_of_the_suspended_caller() {
    in_child(|| {
        let (mut value, mut address) = (1, 0);
        let local = 0_u8;
        let cloned = child(CloneFlags::VM | CloneFlags::VFORK, || {
            let below = 0_u8;
            (value, address) = (2, (&raw const below).addr());
            3
        });
        let pid = cloned.unwrap().pid;
        // The caller continues only after the child has released the memory.
        assert_eq!(value, 2);
        assert_eq!(code(pid), Some(3));
        let distance = (&raw const local).addr() - address;
        assert!(distance < 0x10000, "the stack of the child is {distance} bytes below");
    });
}

#[test]
fn clone_with_falls_back_to_clone_if_clone3_fails() {
    in_child(|| {
        for errno in [Errno::NOSYS, Errno::PERM, Errno::INVAL] {
            inject(libc::SYS_clone3, errno, || {
                let cloned = child(CloneFlags::PIDFD, || 4).unwrap();
                assert!(cloned.pidfd.is_some());
                assert_eq!(code(cloned.pid), Some(4));
                // The flag requires `clone3`.
                let error = child(CloneFlags::CLEAR_SIGHAND, || 4).unwrap_err();
                assert_eq!((error.call(), error.errno()), (Call::CLONE3, errno));
            });
        }
        let error = child(CloneFlags::THREAD, || 4).unwrap_err();
        assert_eq!((error.call(), error.errno()), (Call::CLONE3, Errno::INVAL));
    });
}

/// The child runs concurrently on a separate stack, in the memory of the parent.
#[test]
fn clone_with_vm_and_a_stack_runs_concurrently_and_stores_its_id() {
    in_child(|| {
        let mut stack = vec![0_u128; 4096];
        for misalignment in [0, 1, 9] {
            let (reader, writer) = pipe::pipe().unwrap();
            let (mut parent_tid, mut child_tid) = (0, 0);
            let flags = CloneFlags::VM
                | CloneFlags::FILES
                | CloneFlags::CLEAR_SIGHAND
                | CloneFlags::PARENT_SETTID
                | CloneFlags::CHILD_SETTID;
            let mut args = CloneArgs::new(flags);
            args.stack = stack.as_mut_ptr().cast::<u8>();
            args.stack_size = size_of_val(&stack[..]) - misalignment;
            (args.parent_tid, args.child_tid) = (&raw mut parent_tid, &raw mut child_tid);
            // The child waits for a byte, so the parent must run.
            let mut closure = || {
                let mut byte = [0];
                let read = butter::io::read(&reader, &mut byte);
                i32::from(read != Ok(1) || byte != [7])
            };
            // SAFETY: the stack and the closure exist until the child has terminated.
            let cloned = unsafe { clone_with(&args, &mut closure) }.unwrap();
            butter::io::write(&writer, &[7]).unwrap();
            assert_eq!(code(cloned.pid), Some(0));
            // SAFETY: initialized; volatile, because the kernel has written it.
            let ids = unsafe { ((&raw const parent_tid).read_volatile(), child_tid) };
            assert_eq!(ids, (cloned.pid.as_raw(), cloned.pid.as_raw()));
        }
    });
}

unsafe extern "C-unwind" fn thread(data: *mut ()) -> ! {
    // SAFETY: the parent passes this type, which exists until the thread has stored its ID.
    let id = unsafe { &*data.cast::<std::sync::atomic::AtomicI32>() };
    let thread = butter::thread::gettid().as_raw();
    id.store(
        if getpid().as_raw() == thread { -1 } else { thread },
        std::sync::atomic::Ordering::SeqCst,
    );
    exit_thread()
}

/// Terminates the calling thread. A function of libc would use thread-local variables.
fn exit_thread() -> ! {
    // SAFETY: terminates the thread, which owns nothing.
    unsafe {
        #[cfg(target_arch = "x86_64")]
        std::arch::asm!("syscall", in("rax") libc::SYS_exit, in("rdi") 0, options(noreturn));
        #[cfg(target_arch = "aarch64")]
        std::arch::asm!("svc 0", in("x8") libc::SYS_exit, in("x0") 0, options(noreturn));
    }
}

#[test]
fn clone3_with_thread_creates_a_thread_of_the_process() {
    in_child(|| {
        let mut stack = vec![0_u128; 4096];
        let id = std::sync::atomic::AtomicI32::new(0);
        let mut args = CloneArgs::new(
            CloneFlags::VM
                | CloneFlags::FS
                | CloneFlags::FILES
                | CloneFlags::SIGHAND
                | CloneFlags::THREAD
                | CloneFlags::SYSVSEM,
        );
        args.exit_signal = None;
        args.stack = stack.as_mut_ptr().cast();
        args.stack_size = size_of_val(&stack[..]);
        let data = (&raw const id).cast_mut().cast();
        // SAFETY: the stack and the number exist until the thread has terminated.
        let cloned = unsafe { raw::clone3(&args, thread, data) }.unwrap();
        let path = format!("/proc/self/task/{}", cloned.pid);
        while std::path::Path::new(&path).exists() {
            std::thread::yield_now();
        }
        assert_eq!(id.load(std::sync::atomic::Ordering::SeqCst), cloned.pid.as_raw());
    });
}

/// The environment variable that is set if the library that caches process IDs is preloaded.
const CACHED_GETPID: &str = "BUTTER_TEST_CACHED_GETPID";

/// The oldest claim of this crate: IDs are not cached. A C library can cache the ID of the process,
/// and a raw `clone` does not update its cache.
#[test]
fn getpid_is_correct_after_clone_in_spite_of_a_preloaded_library_that_caches_it() {
    const LIBRARY: &str = "
        static int cached;
        long syscall(long number, ...);
        int getpid(void) { if (!cached) cached = syscall(39); return cached; }";
    let directory = common::files::directory();
    let (source, library) = (directory.path().join("cache.c"), directory.path().join("cache.so"));
    std::fs::write(&source, LIBRARY.replace("39", &libc::SYS_getpid.to_string())).unwrap();
    let mut compiler = std::process::Command::new("cc");
    compiler.args(["-shared", "-fPIC", "-nostdlib", "-o"]).arg(&library).arg(&source);
    let is_dynamic = cfg!(not(target_feature = "crt-static"));
    require!(is_dynamic, "the test program is statically linked, so no library can be preloaded");
    let built = common::child::spawn(&mut compiler).and_then(|mut child| child.wait());
    require!(built.is_ok_and(|status| status.success()), "a C compiler is not installed");
    let mut program = std::process::Command::new("/proc/self/exe");
    program
        .args(["children::clone::getpid_of_libc_is_cached_after_clone", "--exact", "--nocapture"])
        .env("LD_PRELOAD", &library)
        .env(CACHED_GETPID, "1");
    let status = common::child::spawn(&mut program).unwrap().wait().unwrap();
    assert!(status.success());
}

/// Runs as a test that does nothing, and with the preloaded library of the test above.
#[test]
fn getpid_of_libc_is_cached_after_clone() {
    if std::env::var_os(CACHED_GETPID).is_none() {
        return;
    }
    // SAFETY: touches no memory. The library stores the ID in its cache.
    let parent = unsafe { libc::getpid() };
    let cloned = child(CloneFlags::empty(), || {
        // SAFETY: touches no memory.
        let cached = unsafe { libc::getpid() };
        let own = getpid().as_raw();
        i32::from(cached != parent) | i32::from(own == parent) << 1
    });
    assert_eq!(code(cloned.unwrap().pid), Some(0));
}

#[test]
fn clone_creates_children_in_a_cgroup_and_with_a_chosen_pid_if_permitted() {
    in_child(|| {
        // The kernel checks the descriptor before the permission.
        let root = std::fs::File::open("/sys/fs/cgroup");
        let root = common::fd(require!(root, "cgroups are not mounted"));
        let mut args = CloneArgs::new(CloneFlags::INTO_CGROUP);
        args.cgroup = Some(root.as_fd());
        // SAFETY: the closure returns a number.
        match unsafe { clone_with(&args, &mut || 8) } {
            Ok(cloned) => assert_eq!(code(cloned.pid), Some(8)),
            Err(error) => {
                let expected = [Errno::ACCES, Errno::BADF, Errno::BUSY, Errno::OPNOTSUPP];
                assert!(expected.contains(&error.errno()), "{error}");
            }
        }
    });
    let ended = common::processes::ended_process();
    let ids = [ended];
    let mut args = CloneArgs::new(CloneFlags::empty());
    args.set_tid = &ids;
    // SAFETY: the closure returns a number.
    match unsafe { clone_with(&args, &mut || 9) } {
        Ok(cloned) => {
            assert_eq!(cloned.pid, ended);
            assert_eq!(code(ended), Some(9));
        }
        Err(error) => assert!([Errno::PERM, Errno::EXIST].contains(&error.errno()), "{error}"),
    }
}
