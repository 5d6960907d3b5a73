//! A test in a process of its own, for what would change the process that all tests share.

use std::ffi::CStr;
use std::io::{self, Write};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::Command;

use butter::process::Pid;
use butter::signal::SigSet;

use super::machine::Machine;

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
    let maps = maps();
    in_prepared_child(test, move || new_user_namespace(0, &maps), body)
}

/// As [`in_child`], in user, mount and UTS namespaces of its own, whose root the process is; without one for users where
/// only the machine's root may have the others. `false` if this machine does not let it have them.
///
/// What is mounted or named in there is not seen outside, and nothing of it stays: that is looked at, too.
pub fn in_namespaces(test: &str, body: impl FnOnce()) -> bool {
    let maps = maps();
    let prepare = move || {
        let others = libc::CLONE_NEWNS | libc::CLONE_NEWUTS;
        new_user_namespace(others, &maps).or_else(|_| unshare(others))?;
        all_mounts_private()
    };
    apart(test, prepare, body)
}

/// As [`in_namespaces`], but as the machine's root: `false` for anybody else.
pub fn in_namespaces_of_root(test: &str, body: impl FnOnce()) -> bool {
    let prepare = || {
        unshare(libc::CLONE_NEWNS | libc::CLONE_NEWUTS)?;
        all_mounts_private()
    };
    apart(test, prepare, body)
}

/// As [`in_namespaces`] and as [`in_namespaces_of_root`], one after the other; `false` if this machine lets it have neither.
pub fn in_namespaces_of_any_root(test: &str, body: impl Fn()) -> bool {
    if is_child_of(test) {
        return in_namespaces(test, body);
    }
    let ran = [in_namespaces(test, &body), in_namespaces_of_root(test, &body)];
    ran.contains(&true)
}

/// Runs a closure in a thread that has a copy of all mounts, a root and a working directory of its own.
pub fn with_own_mounts<T: Send>(body: impl FnOnce() -> T + Send) -> T {
    in_thread(|| {
        unshare(libc::CLONE_NEWNS).expect("who has mount namespaces may have more");
        body()
    })
}

/// Runs a closure in a thread that has a root and a working directory of its own.
pub fn with_own_directories<T: Send>(body: impl FnOnce() -> T + Send) -> T {
    in_thread(|| {
        unshare(libc::CLONE_FS).expect("anybody may have directories of their own");
        body()
    })
}

/// A child whose mounts and names are not the machine's: neither is the other's, before and after.
fn apart(test: &str, prepare: impl FnMut() -> io::Result<()> + Send + Sync + 'static, body: impl FnOnce()) -> bool {
    let before = Machine::now();
    let ran = in_prepared_child(test, prepare, || {
        Machine::is_left_behind();
        body();
    });
    if !is_child_of(test) {
        before.is_untouched_by(&format!("{CHILD}={test}"));
    }
    ran
}

type Maps = [(&'static CStr, String); 3];

/// What makes the user the root of a new user namespace.
fn maps() -> Maps {
    // SAFETY: asks for a number.
    let user = unsafe { libc::geteuid() };
    // SAFETY: as above.
    let group = unsafe { libc::getegid() };
    [
        (c"/proc/self/setgroups", "deny".to_owned()),
        (c"/proc/self/uid_map", format!("0 {user} 1")),
        (c"/proc/self/gid_map", format!("0 {group} 1")),
    ]
}

/// Moves the process into a new user namespace and others that belong to it. As their root it keeps its capabilities when
/// it runs a program.
fn new_user_namespace(others: libc::c_int, maps: &Maps) -> io::Result<()> {
    unshare(libc::CLONE_NEWUSER | others)?;
    for (path, map) in maps {
        // SAFETY: reads the path.
        let file = unsafe { libc::open(path.as_ptr(), libc::O_WRONLY | libc::O_CLOEXEC) };
        // SAFETY: reads the bytes.
        if unsafe { libc::write(file, map.as_ptr().cast(), map.len()) } < 0 {
            return Err(io::Error::last_os_error());
        }
    }
    Ok(())
}

fn unshare(flags: libc::c_int) -> io::Result<()> {
    // SAFETY: what the thread had together with others it has alone; touches no memory.
    if unsafe { libc::unshare(flags) } == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

fn all_mounts_private() -> io::Result<()> {
    let (none, flags) = (std::ptr::null(), libc::MS_REC | libc::MS_PRIVATE);
    // SAFETY: reads the path; changes this namespace alone.
    let done = unsafe { libc::mount(none, c"/".as_ptr(), none, flags, none.cast()) };
    if done == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

fn is_child_of(test: &str) -> bool {
    std::env::var_os(CHILD).is_some_and(|name| name == test)
}

fn in_prepared_child(
    test: &str,
    prepare: impl FnMut() -> io::Result<()> + Send + Sync + 'static,
    body: impl FnOnce(),
) -> bool {
    if is_child_of(test) {
        body();
        return true;
    }
    let mut command = Command::new(std::env::current_exe().expect("the test knows its own program"));
    command.args([test, "--exact", "--nocapture", "--test-threads=1"]).env(CHILD, test);
    command.envs(Machine::marks());
    // SAFETY: between fork and exec it makes system calls and does not allocate.
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
    in_thread(|| {
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
}

fn in_thread<T: Send>(body: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| scope.spawn(body).join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
}
