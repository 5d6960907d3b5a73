//! Runs a test in a child process, if the test changes the process that all tests share, and runs
//! closures in threads with their own mount namespace, directories or credentials.

use std::io::{self, Write};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, Stdio};
use std::sync::{PoisonError, RwLock, RwLockReadGuard};

use butter::Error;
use butter::mount::{self, MountFlags};
use butter::namespace::{Namespaces, unshare, unshare_as_root, unshare_fs};
use butter::signal::SigSet;

use crate::host_state::HostState;
use crate::mountinfo::mounts;
use crate::test::Test;

pub(crate) const CHILD: &str = "BUTTER_CHILD_OF_TEST";

/// Prevents a thread from starting a process while another thread relies on no other process having
/// a copy of a descriptor.
static STARTS: RwLock<()> = RwLock::new(());

/// Prevents other tests from starting processes until the guard is dropped. Until `execve`, a new
/// process has copies of all descriptors of this process, so a descriptor that this process closes
/// remains open in the new process.
///
/// While a test has a guard, the test must neither acquire a second guard nor start a process.
pub fn prevent_spawns() -> RwLockReadGuard<'static, ()> {
    STARTS.read().unwrap_or_else(PoisonError::into_inner)
}

/// Starts a process as soon as all guards of [`prevent_spawns`] are dropped.
pub fn spawn(command: &mut Command) -> io::Result<Child> {
    let _alone = STARTS.write().unwrap_or_else(PoisonError::into_inner);
    command.spawn()
}

/// Runs the body of a test in a child process, which executes the test program again with only this
/// test. If the body fails, the test fails.
pub fn in_child(body: impl FnOnce()) {
    Test::of(&body).in_child(body);
}

/// Like [`in_child`], but the child process starts with `signals` blocked, in all its threads.
pub fn in_child_with_blocked(signals: SigSet, body: impl FnOnce()) {
    let prepare = move || butter::signal::set_mask(signals).map(drop).map_err(to_io_error);
    let test = Test::of(&body);
    assert!(
        in_prepared_child(test, prepare, body),
        "{}: the child process did not start",
        test.name()
    );
}

/// Like [`in_child`], but as root of a new user namespace, in which the process can lower its own
/// limits. Returns `false` if this host does not permit a new user namespace.
pub fn in_user_namespace(body: impl FnOnce()) -> bool {
    // Before `execve`, the child process has one thread, as `unshare_as_root` requires. As root of
    // the namespace, the child process keeps its capabilities across `execve`.
    let prepare =
        || unshare_as_root(Namespaces::empty()).map_err(|error| to_io_error(error.into()));
    std::path::Path::new("/proc/self/ns/user").exists()
        && in_prepared_child(Test::of(&body), prepare, || {
            HostState::assert_user_namespace_left();
            body();
        })
}

/// Calls [`Test::in_namespaces`] for the test whose function contains the closure.
pub fn in_namespaces(body: impl FnOnce()) -> bool {
    Test::of(&body).in_namespaces(body)
}

impl Test {
    /// Like the function [`in_child`], but for a closure that is not in the function of the test.
    pub fn in_child(self, body: impl FnOnce()) {
        assert!(
            in_prepared_child(self, || Ok(()), body),
            "{}: the child process did not start",
            self.name()
        );
    }

    /// Like [`in_child`](Self::in_child), but terminates the child process after two minutes, for a
    /// test that hangs if it fails.
    pub fn in_child_with_timeout(self, body: impl FnOnce()) {
        self.in_child(|| {
            // SAFETY: touches no memory; the signal terminates this process only.
            unsafe { libc::alarm(120) };
            body();
        });
    }

    /// Returns the test that this child process runs.
    pub fn from_environment() -> Self {
        Self(std::env::var(CHILD).expect("this process should be the child of a test").leak())
    }

    /// Like [`in_child`], but as root of new user, mount and UTS namespaces. If only the host's
    /// root may create namespaces, the child process has no new user namespace. Returns `false` if
    /// this host does not permit new namespaces.
    ///
    /// Asserts that the body does not change the mounts, the host name and the domain name of the
    /// host, and that no process of the test remains.
    pub fn in_namespaces(self, body: impl FnOnce()) -> bool {
        in_new_namespaces(self, true, body)
    }

    /// Like [`in_namespaces`](Self::in_namespaces), but without a new user namespace. Returns
    /// `false` unless the caller is the host's root.
    pub fn in_namespaces_as_host_root(self, body: impl FnOnce()) -> bool {
        in_new_namespaces(self, false, body)
    }

    /// Runs the body with [`in_namespaces`](Self::in_namespaces) and then with
    /// [`in_namespaces_as_host_root`](Self::in_namespaces_as_host_root). Returns `false` if this
    /// host permits neither of them.
    pub fn in_namespaces_as_each_root(self, body: impl Fn()) -> bool {
        if is_child_of(self) {
            return self.in_namespaces(body);
        }
        let ran = [self.in_namespaces(&body), self.in_namespaces_as_host_root(&body)];
        ran.contains(&true)
    }
}

/// Runs a closure in a thread that has its own mount namespace, root directory and working
/// directory.
pub fn with_own_mount_namespace<T: Send>(body: impl FnOnce() -> T + Send) -> T {
    in_thread(|| {
        unshare(Namespaces::MOUNT).expect("the caller should have CAP_SYS_ADMIN");
        body()
    })
}

/// Runs a closure in a thread that has its own root directory and working directory.
pub fn with_own_root_and_cwd<T: Send>(body: impl FnOnce() -> T + Send) -> T {
    in_thread(|| {
        unshare_fs().expect("unshare(CLONE_FS) should succeed without privileges");
        body()
    })
}

/// Runs the body in a child process with new mount and UTS namespaces. Asserts that the child
/// process is not in the namespaces of the host, and that the mounts and names of the host do not
/// change.
fn in_new_namespaces(test: Test, may_have_users: bool, body: impl FnOnce()) -> bool {
    let before = HostState::now();
    let departure = Departure::prepare(may_have_users);
    let ran = in_prepared_child(
        test,
        move || departure.execute(),
        || {
            HostState::assert_left();
            let shared = mounts()
                .into_iter()
                .find(|mount| mount.propagation.iter().any(|how| how.starts_with("shared:")));
            assert!(shared.is_none(), "new mounts would propagate to other namespaces: {shared:?}");
            body();
        },
    );
    if !is_child_of(test) {
        before.assert_unchanged_by(&format!("{CHILD}={}", test.name()));
    }
    ran
}

/// The steps with which a child process enters new namespaces. The steps use only libc, because a
/// defect of the tested library must not affect the host.
struct Departure {
    /// The mount namespace of the host.
    mounts: (u64, u64),
    /// The ID maps of a new user namespace in which the child process is root; `None` if the child
    /// process does not create a user namespace.
    maps: Option<[(&'static str, String); 3]>,
}

impl Departure {
    /// Prepares the steps before the child is forked, because the child must not allocate.
    fn prepare(may_have_users: bool) -> Self {
        // SAFETY: touches no memory.
        let user = unsafe { libc::geteuid() };
        // SAFETY: as above.
        let group = unsafe { libc::getegid() };
        let maps = [
            ("/proc/self/setgroups", "deny".to_owned()),
            ("/proc/self/uid_map", format!("0 {user} 1")),
            ("/proc/self/gid_map", format!("0 {group} 1")),
        ];
        Self { mounts: mount_namespace().unwrap(), maps: may_have_users.then_some(maps) }
    }

    /// Executes the steps in the child process. Returns an error if the namespaces cannot be
    /// created or the ID maps cannot be written. If a later step fails, the child process exits,
    /// and the test fails.
    fn execute(&self) -> io::Result<()> {
        const MOUNT_AND_UTS: libc::c_int = libc::CLONE_NEWNS | libc::CLONE_NEWUTS;
        match &self.maps {
            Some(maps) if unshare_by_libc(libc::CLONE_NEWUSER | MOUNT_AND_UTS).is_ok() => {
                maps.iter().try_for_each(|(file, map)| std::fs::write(file, map))?;
            }
            _ => unshare_by_libc(MOUNT_AND_UTS)?,
        }
        if mount_namespace().is_ok_and(|mounts| mounts != self.mounts) {
            let (none, private) = (std::ptr::null(), libc::MS_REC | libc::MS_PRIVATE);
            // SAFETY: reads the path only.
            if unsafe { libc::mount(none, c"/".as_ptr(), none, private, none.cast()) } == 0 {
                return Ok(());
            }
            exit_with("the mounts of the new namespace could not be set to private\n");
        }
        exit_with("the process is still in the host's mount namespace\n")
    }
}

fn unshare_by_libc(flags: libc::c_int) -> io::Result<()> {
    // SAFETY: the child has one thread, and its descriptors remain open.
    if unsafe { libc::unshare(flags) } == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// Returns the device and the inode number of this process's mount namespace.
fn mount_namespace() -> io::Result<(u64, u64)> {
    // SAFETY: all zeroes are a valid value.
    let mut file: libc::stat = unsafe { std::mem::zeroed() };
    // SAFETY: reads the path and writes one struct.
    match unsafe { libc::stat(c"/proc/self/ns/mnt".as_ptr(), &raw mut file) } {
        0 => Ok((file.st_dev, file.st_ino)),
        _ => Err(io::Error::last_os_error()),
    }
}

/// Writes a message and terminates a forked child before `execve`.
fn exit_with(message: &str) -> ! {
    // SAFETY: reads the message.
    unsafe { libc::write(2, message.as_ptr().cast(), message.len()) };
    // SAFETY: terminates the process, with a status that no other code uses.
    unsafe { libc::_exit(117) }
}

fn to_io_error(error: Error) -> io::Error {
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
    let mut command = Command::new(std::env::current_exe().expect("/proc is mounted"));
    command.args([test, "--exact", "--nocapture", "--test-threads=1"]).env(CHILD, test);
    command.envs(HostState::variables());
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
        Err(error) => panic!("{test}: the child process did not start: {error}"),
    };
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text);
    for line in text.lines().filter(|line| line.starts_with("skipped: ")) {
        // Write directly to the standard error, which libtest does not capture.
        let _ = io::stderr().write_all(format!("{line}\n").as_bytes());
    }
    assert!(
        output.status.success(),
        "{test}: the wait status of the child process is {:?}:\n{text}",
        output.status.into_raw()
    );
    assert!(text.contains("1 passed"), "{test}: the child process did not find the test:\n{text}");
    true
}

/// Lowers the limit on open file descriptors so that the process cannot open another descriptor.
pub fn exhaust_descriptors() {
    let next = std::fs::File::open("/dev/null")
        .map(|file| std::os::fd::AsRawFd::as_raw_fd(&file))
        .unwrap();
    let limit = libc::rlimit { rlim_cur: next as u64, rlim_max: next as u64 };
    // SAFETY: reads one struct.
    assert_eq!(unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &raw const limit) }, 0);
}

/// Runs a closure in a new thread without capabilities. Programs that the thread executes have no
/// capabilities either. If the calling thread is root and may change its IDs, the user ID and the
/// group ID of the new thread are 65534. Root of a user namespace that maps a single ID may not.
pub fn as_nobody<T: Send>(body: impl FnOnce() -> T + Send) -> T {
    in_thread(|| {
        // The wrapper functions of libc would change the IDs of all threads.
        // SAFETY: changes the IDs of this thread only, which ends with the closure.
        if unsafe { libc::geteuid() } == 0 {
            for (number, arguments) in [
                (libc::SYS_setgroups, [0; 3]),
                (libc::SYS_setresgid, [65534; 3]),
                (libc::SYS_setresuid, [65534; 3]),
            ] {
                let [first, second, third] = arguments;
                // SAFETY: as above; `setgroups` reads no group IDs.
                if unsafe { libc::syscall(number, first, second, third) } != 0 {
                    let error = io::Error::last_os_error();
                    let expected = [libc::EPERM, libc::EINVAL].map(Some);
                    assert!(expected.contains(&error.raw_os_error()), "{error}");
                    break;
                }
            }
        }
        drop_capabilities();
        body()
    })
}

/// Removes all capabilities of the calling thread. Programs that the thread executes have no
/// capabilities either. This function does not allocate memory.
pub fn drop_capabilities() {
    // SAFETY: touches no memory; affects this thread only.
    assert_eq!(unsafe { libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) }, 0);
    // Users other than root can have capabilities as well. The header contains version 3 of the
    // structs and the ID 0, which means the calling thread. The three capability sets, each of
    // two words, are empty.
    let (header, none) = ([0x2008_0522_u32, 0], [0_u32; 6]);
    // SAFETY: reads the two structs; affects this thread only.
    assert_eq!(unsafe { libc::syscall(libc::SYS_capset, header.as_ptr(), none.as_ptr()) }, 0);
}

fn in_thread<T: Send>(body: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        scope.spawn(body).join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

/// Mounts a new tmpfs of `size` bytes in a new mount namespace of the calling thread. The process
/// must be root of a user namespace.
pub fn mount_tmpfs(target: &std::path::Path, size: u64) -> io::Result<()> {
    let target = super::bytes(target);
    unshare(Namespaces::MOUNT)
        .and_then(|()| mount::make_private_recursive("/"))
        .and_then(|()| {
            let flags = MountFlags::NOSUID | MountFlags::NODEV;
            mount::mount("tmpfs", target, "tmpfs", flags, format!("size={size}").as_bytes())
        })
        .map_err(to_io_error)
}
