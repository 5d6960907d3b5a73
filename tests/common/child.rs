//! A test in a process of its own, for what would change the process that all tests share.

use std::io::{self, Write};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, Stdio};
use std::sync::{PoisonError, RwLock, RwLockReadGuard};

use butter::Error;
use butter::mount::{self, MountFlags};
use butter::namespace::{Namespaces, unshare, unshare_as_root, unshare_fs};
use butter::process::Pid;
use butter::signal::SigSet;

use crate::host_state::HostState;
use crate::mountinfo::mounts;
use crate::test::Test;

const CHILD: &str = "BUTTER_CHILD_OF_TEST";

/// Excludes the threads that start processes from those that rely on being the only holder of a
/// descriptor.
static STARTS: RwLock<()> = RwLock::new(());

/// Prevents other tests from starting processes until the guard is dropped. Until it runs its
/// program, a new process has copies of all descriptors of this one, so that a descriptor that is
/// closed here remains open there.
///
/// A test must not take a second guard, nor start a process, while it has one.
pub fn prevent_spawns() -> RwLockReadGuard<'static, ()> {
    STARTS.read().unwrap_or_else(PoisonError::into_inner)
}

/// Starts a process, not before the guards of [`prevent_spawns`] are dropped.
pub fn spawn(command: &mut Command) -> io::Result<Child> {
    let _alone = STARTS.write().unwrap_or_else(PoisonError::into_inner);
    command.spawn()
}

/// Runs the body of a test in a process of its own, which runs just that test again. The body's
/// failure is the test's.
pub fn in_child(body: impl FnOnce()) {
    Test::of(&body).in_child(body);
}

/// As [`in_child`], in a process all of whose threads hold back these signals from the first.
pub fn in_child_with_blocked(signals: SigSet, body: impl FnOnce()) {
    let prepare = move || butter::signal::set_mask(signals).map(drop).map_err(of_std);
    let test = Test::of(&body);
    assert!(in_prepared_child(test, prepare, body), "{}: its process did not start", test.name());
}

/// As [`in_child`], in a new user namespace whose root the process is, and where it may lower its
/// own limits; `false` if this machine does not let it have one.
pub fn in_user_namespace(body: impl FnOnce()) -> bool {
    // Before it runs the program the process has one thread; as the namespace's root it then keeps
    // its capabilities.
    let prepare = || unshare_as_root(Namespaces::empty()).map_err(|error| of_std(error.into()));
    std::path::Path::new("/proc/self/ns/user").exists()
        && in_prepared_child(Test::of(&body), prepare, || {
            HostState::users_are_left_behind();
            body();
        })
}

/// As [`Test::in_namespaces`].
pub fn in_namespaces(body: impl FnOnce()) -> bool {
    Test::of(&body).in_namespaces(body)
}

impl Test {
    /// As the function [`in_child`], for a body that is written in another function than the
    /// test's.
    pub fn in_child(self, body: impl FnOnce()) {
        assert!(
            in_prepared_child(self, || Ok(()), body),
            "{}: its process did not start",
            self.name()
        );
    }

    /// As [`in_child`](Self::in_child), for a test that hangs if it fails: after two minutes the
    /// process is ended.
    pub fn in_child_with_timeout(self, body: impl FnOnce()) {
        self.in_child(|| {
            // SAFETY: touches no memory; the signal ends this process alone.
            unsafe { libc::alarm(120) };
            body();
        });
    }

    /// The test that this process, a child, runs.
    pub fn from_environment() -> Self {
        Self(std::env::var(CHILD).expect("this is the process of a test").leak())
    }

    /// As [`in_child`], in user, mount and UTS namespaces of its own, whose root the process is;
    /// without one for users where only the machine's root may have the others. `false` if this
    /// machine does not let it have them.
    ///
    /// What is mounted or named in there is not seen outside, and nothing of it stays: that is
    /// looked at, too.
    pub fn in_namespaces(self, body: impl FnOnce()) -> bool {
        apart(self, true, body)
    }

    /// As [`in_namespaces`](Self::in_namespaces), but as the machine's root: `false` for anybody
    /// else.
    pub fn in_namespaces_as_host_root(self, body: impl FnOnce()) -> bool {
        apart(self, false, body)
    }

    /// As [`in_namespaces`](Self::in_namespaces) and as
    /// [`in_namespaces_as_host_root`](Self::in_namespaces_as_host_root), one after the other; `false` if this
    /// machine lets it have neither.
    pub fn in_namespaces_as_each_root(self, body: impl Fn()) -> bool {
        if is_child_of(self) {
            return self.in_namespaces(body);
        }
        let ran = [self.in_namespaces(&body), self.in_namespaces_as_host_root(&body)];
        ran.contains(&true)
    }
}

/// Runs a closure in a thread that has a copy of all mounts, a root and a working directory of its
/// own.
pub fn with_own_mount_namespace<T: Send>(body: impl FnOnce() -> T + Send) -> T {
    in_thread(|| {
        unshare(Namespaces::MOUNT).expect("who has mount namespaces may have more");
        body()
    })
}

/// Runs a closure in a thread that has a root and a working directory of its own.
pub fn with_own_root_and_cwd<T: Send>(body: impl FnOnce() -> T + Send) -> T {
    in_thread(|| {
        unshare_fs().expect("anybody may have directories of their own");
        body()
    })
}

/// A child whose mounts and names are not the machine's: neither is the other's, before and after.
fn apart(test: Test, may_have_users: bool, body: impl FnOnce()) -> bool {
    let before = HostState::now();
    let departure = Departure::planned(may_have_users);
    let ran = in_prepared_child(
        test,
        move || departure.take(),
        || {
            HostState::is_left_behind();
            let shared = mounts()
                .into_iter()
                .find(|mount| mount.propagation.iter().any(|how| how.starts_with("shared:")));
            assert!(shared.is_none(), "others would see what is mounted there: {shared:?}");
            body();
        },
    );
    if !is_child_of(test) {
        before.is_untouched_by(&format!("{CHILD}={}", test.name()));
    }
    ran
}

/// How a child leaves the machine's mounts and names behind: by libc alone, as what is tested may
/// do too little.
struct Departure {
    /// What it leaves.
    mounts: (u64, u64),
    /// The maps of a user namespace whose root it is; none where it has no new one.
    maps: Option<[(&'static str, String); 3]>,
}

impl Departure {
    /// Before the child is forked, which must not allocate.
    fn planned(may_have_users: bool) -> Self {
        // SAFETY: asks for a number.
        let user = unsafe { libc::geteuid() };
        // SAFETY: as above.
        let group = unsafe { libc::getegid() };
        let maps = [
            ("/proc/self/setgroups", "deny".to_owned()),
            ("/proc/self/uid_map", format!("0 {user} 1")),
            ("/proc/self/gid_map", format!("0 {group} 1")),
        ];
        Self { mounts: namespace_of_mounts().unwrap(), maps: may_have_users.then_some(maps) }
    }

    /// In the child. An error is of what the machine may forbid; with any other the process ends,
    /// and the test fails.
    fn take(&self) -> io::Result<()> {
        const APART: libc::c_int = libc::CLONE_NEWNS | libc::CLONE_NEWUTS;
        match &self.maps {
            Some(maps) if unshare_by_libc(libc::CLONE_NEWUSER | APART).is_ok() => {
                maps.iter().try_for_each(|(file, map)| std::fs::write(file, map))?;
            }
            _ => unshare_by_libc(APART)?,
        }
        if namespace_of_mounts().is_ok_and(|mounts| mounts != self.mounts) {
            let (none, private) = (std::ptr::null(), libc::MS_REC | libc::MS_PRIVATE);
            // SAFETY: the place is a string, and nothing else is read.
            if unsafe { libc::mount(none, c"/".as_ptr(), none, private, none.cast()) } == 0 {
                return Ok(());
            }
            end("the mounts of a new namespace were not made private\n");
        }
        end("the mounts are still the machine's\n")
    }
}

fn unshare_by_libc(what: libc::c_int) -> io::Result<()> {
    // SAFETY: the child has one thread, and its descriptors stay.
    if unsafe { libc::unshare(what) } == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// The namespace's device and inode.
fn namespace_of_mounts() -> io::Result<(u64, u64)> {
    // SAFETY: all zeroes are a record.
    let mut file: libc::stat = unsafe { std::mem::zeroed() };
    // SAFETY: reads the path and writes one record.
    match unsafe { libc::stat(c"/proc/self/ns/mnt".as_ptr(), &raw mut file) } {
        0 => Ok((file.st_dev, file.st_ino)),
        _ => Err(io::Error::last_os_error()),
    }
}

/// Ends a child that runs no program yet.
fn end(why: &str) -> ! {
    // SAFETY: reads the text.
    unsafe { libc::write(2, why.as_ptr().cast(), why.len()) };
    // SAFETY: ends the process, with a status of its own.
    unsafe { libc::_exit(117) }
}

fn of_std(error: Error) -> io::Error {
    io::Error::from_raw_os_error(error.errno().as_raw())
}

fn is_child_of(test: Test) -> bool {
    std::env::var_os(CHILD).is_some_and(|name| name == test.name())
}

fn in_prepared_child(
    test: Test,
    prepare: impl FnMut() -> io::Result<()> + Send + Sync + 'static,
    body: impl FnOnce(),
) -> bool {
    if is_child_of(test) {
        body();
        return true;
    }
    let test = test.name();
    let mut command =
        Command::new(std::env::current_exe().expect("the test knows its own program"));
    command.args([test, "--exact", "--nocapture", "--test-threads=1"]).env(CHILD, test);
    command.envs(HostState::marks());
    // SAFETY: between fork and exec it makes system calls and does not allocate.
    unsafe { command.pre_exec(prepare) };
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let output = match spawn(&mut command) {
        Ok(child) => child.wait_with_output().unwrap(),
        Err(error)
            if [libc::EPERM, libc::EACCES, libc::ENOSPC]
                .map(Some)
                .contains(&error.raw_os_error()) =>
        {
            return false;
        }
        Err(error) => panic!("{test}: its process did not start: {error}"),
    };
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text);
    for line in text.lines().filter(|line| line.starts_with("skipped: ")) {
        // Past libtest's capture, as the child did.
        let _ = io::stderr().write_all(format!("{line}\n").as_bytes());
    }
    assert!(
        output.status.success(),
        "{test}: its process ended with {:?}:\n{text}",
        output.status.into_raw()
    );
    assert!(text.contains("1 passed"), "{test}: its process ran no such test:\n{text}");
    true
}

/// A process that has ended.
pub fn ended_process() -> Pid {
    let mut program = Command::new("/proc/self/exe");
    let mut child = spawn(program.arg("--help").stdout(Stdio::null())).unwrap();
    child.wait().unwrap();
    Pid::from_raw(child.id().cast_signed()).unwrap()
}

/// A process of another user than the calling thread's, whom it may not send signals; `None` where
/// there is none.
pub fn process_of_another_user() -> Option<Pid> {
    let owner = std::fs::metadata("/proc/1").ok()?;
    let owner = std::os::unix::fs::MetadataExt::uid(&owner);
    // SAFETY: asks for a number.
    if owner == unsafe { libc::geteuid() } { None } else { Pid::from_raw(1) }
}

/// Lets the process open no further descriptor.
pub fn exhaust_descriptors() {
    let next = std::fs::File::open("/dev/null")
        .map(|file| std::os::fd::AsRawFd::as_raw_fd(&file))
        .unwrap();
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
        // Whoever it was may have had some: version 3 and this thread, then three times two words
        // of none.
        let (header, none) = ([0x2008_0522_u32, 0], [0_u32; 6]);
        // SAFETY: reads the two, and takes from this thread alone.
        assert_eq!(unsafe { libc::syscall(libc::SYS_capset, header.as_ptr(), none.as_ptr()) }, 0);
        body()
    })
}

fn in_thread<T: Send>(body: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        scope.spawn(body).join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

/// Mounts an empty file system of so many bytes, which this thread and those that it starts see,
/// and no others: the process must be the root of a user namespace.
pub fn mount_tmpfs(place: &std::path::Path, size: u64) -> io::Result<()> {
    let place = super::bytes(place);
    unshare(Namespaces::MOUNT)
        .and_then(|()| mount::make_private_recursive("/"))
        .and_then(|()| {
            let flags = MountFlags::NOSUID | MountFlags::NODEV;
            mount::mount("tmpfs", place, "tmpfs", flags, format!("size={size}").as_bytes())
        })
        .map_err(of_std)
}
