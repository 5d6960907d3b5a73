//! Numbers of processes and threads, as the kernel gives them at each call.

mod common;

use butter::process::{getpid, getppid};
use butter::thread::gettid;

#[test]
fn they_are_what_proc_says() {
    let status = std::fs::read_to_string("/proc/thread-self/status").unwrap();
    let field = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        line.trim().parse::<i32>().unwrap()
    };
    assert_eq!(getpid().get(), field("Tgid:"));
    assert_eq!(gettid().get(), field("Pid:"));
    assert_eq!(getppid().map_or(0, |parent| parent.get()), field("PPid:"));
    assert_eq!(getpid().get(), std::process::id().cast_signed());
}

#[test]
fn each_thread_has_its_own_number() {
    let other = std::thread::spawn(|| (getpid(), gettid())).join().unwrap();
    assert_eq!(other.0, getpid());
    assert_ne!(other.1.get(), getpid().get());
    assert_ne!(other.1, gettid());
}

/// What the child of a raw `clone` sees: written through a pipe, since it must not allocate or unwind.
fn in_raw_clone(flags: i32, child: impl Fn() -> [i32; 3]) -> Option<([i32; 3], i32)> {
    let (reader, writer) = butter::pipe::pipe().unwrap();
    // SAFETY: as fork: the child has a copy of the memory, makes system calls and ends.
    let pid = unsafe { libc::syscall(libc::SYS_clone, libc::c_long::from(flags | libc::SIGCHLD), 0, 0, 0, 0) };
    if pid == 0 {
        let mut bytes = [0; 12];
        for (place, number) in bytes.chunks_exact_mut(4).zip(child()) {
            place.copy_from_slice(&number.to_ne_bytes());
        }
        let written = butter::io::write(&writer, &bytes);
        butter::process::exit_group(i32::from(written != Ok(12)));
    }
    if pid < 0 {
        return None;
    }
    drop(writer);
    let mut bytes = [0; 12];
    assert_eq!(butter::io::read(&reader, &mut bytes), Ok(12));
    let mut status = 0;
    // SAFETY: waits for the child; writes one number.
    assert_eq!(unsafe { libc::waitpid(pid as i32, &raw mut status, 0) }, pid as i32);
    assert_eq!(status, 0);
    let number = |at: usize| i32::from_ne_bytes(bytes[at..at + 4].try_into().unwrap());
    Some(([number(0), number(4), number(8)], pid as i32))
}

#[test]
fn they_are_right_in_the_child_of_a_raw_clone() {
    // SAFETY: asks libc, which may have cached the parent's.
    let child = || [getpid().get(), getppid().map_or(0, |parent| parent.get()), unsafe { libc::getpid() }];
    let ([pid, parent, of_libc], told) = in_raw_clone(0, child).unwrap();
    assert_eq!((pid, parent), (told, getpid().get()));
    if of_libc != pid {
        eprintln!("libc's cached getpid says {of_libc}, the kernel {pid}");
    }
}

#[test]
fn they_are_right_in_a_new_pid_namespace() {
    let child = || [getpid().get(), getppid().map_or(0, |parent| parent.get()), gettid().get()];
    match in_raw_clone(libc::CLONE_NEWUSER | libc::CLONE_NEWPID, child) {
        Some((seen, _)) => assert_eq!(seen, [1, 0, 1]),
        None => common::skip("they_are_right_in_a_new_pid_namespace", "no new PID namespace is allowed here"),
    }
}
