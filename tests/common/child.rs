//! A test in a process of its own, for what would change the process that all tests share.

use std::io::{self, Write};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::Command;

use butter::process::Pid;
use butter::signal::SigSet;

const CHILD: &str = "BUTTER_CHILD_OF_TEST";

/// Runs the body of a test in a process of its own: the test calls this with its own name, and the process runs just
/// that test again. The body's failure is the test's.
pub fn in_child(test: &str, body: impl FnOnce()) {
    assert!(in_prepared_child(test, || Ok(()), body), "{test}: its process did not start");
}

/// As [`in_child`], in a process all of whose threads hold back these signals from the first.
pub fn in_child_that_holds_back(signals: SigSet, test: &str, body: impl FnOnce()) {
    let prepare = move || match butter::thread::set_mask(signals) {
        Ok(_) => Ok(()),
        Err(error) => Err(io::Error::from_raw_os_error(error.errno().get().into())),
    };
    assert!(in_prepared_child(test, prepare, body), "{test}: its process did not start");
}

/// As [`in_child`], for a test that hangs if it fails: after two minutes the process is ended.
pub fn in_limited_child(test: &str, body: impl FnOnce()) {
    in_child(test, || {
        // SAFETY: touches no memory; the signal ends this process alone.
        unsafe { libc::alarm(120) };
        body();
    });
}

/// As [`in_child`], in a new user namespace whose root the process is, and where it may lower its own limits; `false` if
/// this machine does not let it have one.
pub fn in_user_namespace(test: &str, body: impl FnOnce()) -> bool {
    // SAFETY: asks for a number.
    let user = unsafe { libc::geteuid() };
    // SAFETY: as above.
    let group = unsafe { libc::getegid() };
    let maps = [
        (c"/proc/self/setgroups", "deny".to_owned()),
        (c"/proc/self/uid_map", format!("0 {user} 1")),
        (c"/proc/self/gid_map", format!("0 {group} 1")),
    ];
    let prepare = move || {
        // SAFETY: moves the process, which has one thread, into a new namespace; touches no memory.
        if unsafe { libc::unshare(libc::CLONE_NEWUSER) } != 0 {
            return Err(io::Error::last_os_error());
        }
        // As the namespace's root it keeps its capabilities when it runs the program.
        for (path, map) in &maps {
            // SAFETY: reads the path.
            let file = unsafe { libc::open(path.as_ptr(), libc::O_WRONLY | libc::O_CLOEXEC) };
            // SAFETY: reads the bytes.
            if unsafe { libc::write(file, map.as_ptr().cast(), map.len()) } < 0 {
                return Err(io::Error::last_os_error());
            }
        }
        Ok(())
    };
    in_prepared_child(test, prepare, body)
}

fn in_prepared_child(
    test: &str,
    prepare: impl FnMut() -> io::Result<()> + Send + Sync + 'static,
    body: impl FnOnce(),
) -> bool {
    if std::env::var_os(CHILD).is_some_and(|name| name == test) {
        body();
        return true;
    }
    let mut command = Command::new(std::env::current_exe().expect("the test knows its own program"));
    command.args([test, "--exact", "--nocapture", "--test-threads=1"]).env(CHILD, test);
    // SAFETY: between fork and exec it makes one system call and does not allocate.
    unsafe { command.pre_exec(prepare) };
    let output = match command.output() {
        Ok(output) => output,
        Err(error) if error.raw_os_error().is_some() => return false,
        Err(error) => panic!("{test}: its process did not start: {error}"),
    };
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text);
    for line in text.lines().filter(|line| line.starts_with("skipped: ")) {
        // Past libtest's capture, as the child did.
        let _ = io::stderr().write_all(format!("{line}\n").as_bytes());
    }
    assert!(output.status.success(), "{test}: its process ended with {:?}:\n{text}", output.status.into_raw());
    assert!(text.contains("1 passed"), "{test}: its process ran no such test:\n{text}");
    true
}

/// A process that has ended.
pub fn nobody() -> Pid {
    let mut program = Command::new("/proc/self/exe");
    let mut child = program.arg("--help").stdout(std::process::Stdio::null()).spawn().unwrap();
    child.wait().unwrap();
    Pid::new(child.id().cast_signed()).unwrap()
}

/// A process of another user than the calling thread's, whom it may not send signals; `None` where there is none.
pub fn of_another_user(test: &str) -> Option<Pid> {
    let owner = std::fs::metadata("/proc/1").map(|first| std::os::unix::fs::MetadataExt::uid(&first));
    // SAFETY: asks for a number.
    if owner.is_ok_and(|owner| owner != unsafe { libc::geteuid() }) {
        return Pid::new(1);
    }
    super::skip(test, "the first process is this user's own");
    None
}

/// Lets the process open no further descriptor.
pub fn open_no_more() {
    let next = std::fs::File::open("/dev/null").map(|file| std::os::fd::AsRawFd::as_raw_fd(&file)).unwrap();
    let limit = libc::rlimit { rlim_cur: next as u64, rlim_max: next as u64 };
    // SAFETY: reads one struct.
    assert_eq!(unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &raw const limit) }, 0);
}

/// Runs a closure in a thread that has no user and no capabilities: as nobody.
pub fn as_nobody<T: Send>(body: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        scope
            .spawn(|| {
                // The system calls, not libc's functions: those change every thread of the process.
                // SAFETY: changes the ids of this thread alone, which ends with the closure.
                if unsafe { libc::geteuid() } == 0 {
                    // SAFETY: as above.
                    assert_eq!(unsafe { libc::syscall(libc::SYS_setgroups, 0, 0) }, 0);
                    // SAFETY: as above.
                    assert_eq!(unsafe { libc::syscall(libc::SYS_setresgid, 65534, 65534, 65534) }, 0);
                    // SAFETY: as above.
                    assert_eq!(unsafe { libc::syscall(libc::SYS_setresuid, 65534, 65534, 65534) }, 0);
                }
                body()
            })
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}
