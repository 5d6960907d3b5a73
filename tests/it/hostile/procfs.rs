//! Tests with unexpected files at the paths below `/proc` that the library opens. No function of
//! the library blocks on an unexpected file or uses its contents.

use std::ffi::CString;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use butter::error::Call;
use butter::idmap::{self, IdMaps, IdRange, Task};
use butter::io::AccessMode;
use butter::mount;
use butter::namespace::{self, Kind, Namespace, Namespaces, unshare};
use butter::process::getpid;
use butter::{Errno, Error, Result};
use common::child::{in_child, with_own_mount_namespace};
use common::files;
use common::forked::ForkedChild;
use common::fuse::Server;
use common::inject::forge;
use common::require;
use common::test::{Test, in_row};
use common::this_test;

use super::{end_after_a_minute, in_namespaces};

const KINDS: [(&str, Kind); 10] = [
    ("mnt", Kind::Mount),
    ("cgroup", Kind::Cgroup),
    ("uts", Kind::Uts),
    ("ipc", Kind::Ipc),
    ("user", Kind::User),
    ("pid", Kind::Pid),
    ("pid_for_children", Kind::PidForChildren),
    ("net", Kind::Net),
    ("time", Kind::Time),
    ("time_for_children", Kind::TimeForChildren),
];

const MAPS: [&str; 3] = ["uid_map", "gid_map", "setgroups"];

const RANGE: &[IdRange] = &[IdRange::one(0, 0)];

/// Runs `body` in a thread whose `/proc` is a temporary directory. `create` creates the files of
/// the calling thread and of its process in this directory.
fn with_foreign_proc(create: impl Fn(&Path), body: impl FnOnce() + Send) {
    let directory = files::directory();
    for task in ["thread-self".to_owned(), getpid().to_string()] {
        let task = directory.path().join(task);
        fs::create_dir_all(task.join("ns")).unwrap();
        KINDS.iter().for_each(|(name, _)| create(&task.join("ns").join(name)));
        MAPS.iter().for_each(|name| create(&task.join(name)));
    }
    let directory = common::bytes(directory.path());
    with_own_mount_namespace(|| {
        mount::bind_mount(directory, "/proc").unwrap();
        body();
    });
}

fn create_fifo(path: &Path) {
    let path = CString::new(common::bytes(path)).unwrap();
    // SAFETY: the kernel reads the path.
    let created = unsafe { libc::mkfifo(path.as_ptr(), 0o666) };
    assert_eq!(created, 0, "mkfifo: {}", std::io::Error::last_os_error());
}

/// Calls every function that opens files below `/proc`. All functions except `openat_ns` must fail,
/// and no function may block.
fn open_fails(task: Task) {
    for (name, kind) in KINDS {
        in_row(name, || {
            let error = at_once(|| Namespace::open(task, kind)).unwrap_err();
            assert_eq!((error.call(), error.errno()), (Call::FSTATFS, Errno::INVAL));
            // `openat_ns` does not check the type of the file, so the call can succeed.
            let _ = at_once(|| namespace::raw::openat_ns(task, kind));
        });
    }
    if task == Task::Own {
        let error = at_once(|| Namespace::own(Kind::Uts)).unwrap_err();
        assert_eq!((error.call(), error.errno()), (Call::FSTATFS, Errno::INVAL));
    }

    for (call, maps) in [
        (Call::OPENAT_UID_MAP, IdMaps::new(RANGE, &[])),
        (Call::OPENAT_GID_MAP, IdMaps::new(&[], RANGE)),
        (Call::OPENAT_SETGROUPS, IdMaps::new(&[], &[]).deny_setgroups()),
        (Call::OPENAT_SETGROUPS, IdMaps::new(RANGE, RANGE).deny_setgroups()),
    ] {
        in_row(call, || {
            let error = at_once(|| maps.write(task).map_err(Error::from)).unwrap_err();
            assert_eq!((error.call(), error.errno()), (call, Errno::NOENT));
        });
    }

    for access in [AccessMode::ReadOnly, AccessMode::WriteOnly, AccessMode::ReadWrite] {
        for (call, open) in [
            (Call::OPENAT_UID_MAP, idmap::raw::openat_uid_map as fn(_, _) -> Result<_>),
            (Call::OPENAT_GID_MAP, idmap::raw::openat_gid_map),
            (Call::OPENAT_SETGROUPS, idmap::raw::openat_setgroups),
        ] {
            in_row(call, || {
                let error = at_once(|| open(task, access)).unwrap_err();
                // A non-blocking open of a FIFO for writing only fails with `ENXIO` if the FIFO has
                // no reader.
                let errnos = [Errno::NOENT, Errno::NXIO];
                assert!(error.call() == call && errnos.contains(&error.errno()), "{error}");
            });
        }
    }
}

fn at_once<T>(call: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let value = call();
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    value
}

#[test]
fn open_fails_without_blocking_if_files_below_proc_are_fifos() {
    let body = || {
        with_foreign_proc(create_fifo, || {
            open_fails(Task::Own);
            open_fails(getpid().into());
        });
    };
    in_namespaces(Test::of(&body), body);
}

#[test]
fn open_fails_without_blocking_if_proc_is_a_fuse_file_system() {
    let body = || {
        with_own_mount_namespace(|| {
            // The files of the FUSE server are endless, and thus longer than any ID map.
            let _server = require!(this_test!(); Server::mount(Path::new("/proc")));
            open_fails(Task::Own);
            open_fails(getpid().into());
        });
    };
    in_namespaces(Test::of(&body), body);
}

#[test]
fn open_does_not_acquire_a_controlling_terminal_if_files_below_proc_are_terminals() {
    let body = || {
        // SAFETY: returns a descriptor, or a negative number.
        let terminal = unsafe { libc::posix_openpt(libc::O_RDWR | libc::O_NOCTTY) };
        require!(this_test!(); terminal >= 0, "/dev/ptmx cannot be opened: {}", std::io::Error::last_os_error());
        // SAFETY: `terminal` is a descriptor of this process.
        assert_eq!(unsafe { libc::unlockpt(terminal) }, 0);
        let mut number = 0;
        // SAFETY: writes one number.
        assert_eq!(unsafe { libc::ioctl(terminal, libc::TIOCGPTN, &raw mut number) }, 0);
        let path = format!("/dev/pts/{number}");
        // SAFETY: the process is not the leader of its process group.
        let session = unsafe { libc::setsid() };
        assert!(session >= 0, "setsid: {}", std::io::Error::last_os_error());
        let has_terminal = || fs::File::open("/dev/tty").is_ok();
        assert!(!has_terminal());
        with_foreign_proc(
            |file| symlink(&path, file).unwrap(),
            || {
                open_fails(Task::Own);
                assert!(!has_terminal());
                // An `open` without `O_NOCTTY` acquires the terminal as the controlling terminal.
                fs::File::open("/proc/thread-self/uid_map").unwrap();
                assert!(has_terminal());
            },
        );
    };
    in_namespaces(Test::of(&body), body);
}

/// The test mounts `pagemap`, a practically endless file of procfs, over the `uid_map` of the
/// calling thread.
#[test]
fn id_maps_write_returns_if_uid_map_of_caller_is_endless() {
    let body = || {
        end_after_a_minute();
        let child = ForkedChild::start(|| unshare(Namespaces::USER));
        require!(this_test!(); child.result());
        let process = child.pid();
        with_own_mount_namespace(|| {
            // User 5 is not mapped in the user namespace of this process.
            let users = [IdRange::one(0, 5)];
            let maps = IdMaps::new(&users, &[]);
            let error = maps.write(process).unwrap_err();
            assert_eq!(error.kind(), Some(idmap::MapErrorKind::NotMapped { range: 0 }));
            mount::bind_mount("/proc/thread-self/pagemap", "/proc/thread-self/uid_map").unwrap();
            let error = at_once(|| maps.write(process)).unwrap_err();
            assert_eq!((error.error().errno(), error.kind()), (Errno::PERM, None));
        });
    };
    // The test requires an unmapped user. Root of the host has no unmapped users, so the test does
    // not use `in_namespaces_as_each_root`.
    let ran = Test::of(&body).in_namespaces(body);
    require!(Test::of(&body); ran, "new namespaces require CAP_SYS_ADMIN or a host that permits user namespaces");
}

/// The directory, the path and the flags of each `openat` call in
/// [`id_maps_write_opens_all_files_relative_to_one_directory_descriptor`].
static OPENED: Mutex<Vec<(i32, String, i32)>> = Mutex::new(Vec::new());

/// If each file were opened by its full path, a new process could reuse the process ID between two
/// opens, and the files would belong to two processes.
#[test]
fn id_maps_write_opens_all_files_relative_to_one_directory_descriptor() {
    in_child(|| {
        let open = |[directory, path, flags, ..]: [usize; 6]| {
            // SAFETY: the second argument of `openat` is a terminated path.
            let path = unsafe { std::ffi::CStr::from_ptr(path as *const _) };
            let (directory, flags) = (directory as i32, flags as i32);
            let name = path.to_str().unwrap().to_owned();
            OPENED.lock().unwrap().push((directory, name, flags));
            let how = [flags as u64, 0, 0];
            // The handler opens the file with `openat2`, which the filter does not trap.
            // SAFETY: the kernel reads the path and the struct.
            let fd = unsafe {
                libc::syscall(libc::SYS_openat2, directory, path.as_ptr(), how.as_ptr(), 24)
            };
            if fd < 0 {
                -std::io::Error::last_os_error().raw_os_error().unwrap() as isize
            } else {
                fd as isize
            }
        };
        let child = ForkedChild::start(|| unshare(Namespaces::USER));
        require!(this_test!(); child.result());
        let process = child.pid();
        let (user, group) = (butter::process::geteuid(), butter::process::getegid());
        let (users, groups) = ([IdRange::one(0, user.as_raw())], [IdRange::one(0, group.as_raw())]);
        let maps = IdMaps::new(&users, &groups).deny_setgroups();
        forge(libc::SYS_openat, open, || maps.write(process)).unwrap();
        let opened = OPENED.lock().unwrap();
        let plain = libc::O_CLOEXEC | libc::O_NOCTTY | libc::O_NONBLOCK;
        let (directory, rest) = opened.split_first().unwrap();
        let path = format!("/proc/{}/", process);
        assert_eq!(*directory, (libc::AT_FDCWD, path, libc::O_CLOEXEC | libc::O_PATH));
        let first = rest[0].0;
        let expected = [
            (first, "setgroups".into(), plain | libc::O_WRONLY),
            (first, "uid_map".into(), plain | libc::O_RDWR),
            (first, "gid_map".into(), plain | libc::O_RDWR),
        ];
        assert!(first >= 0);
        assert_eq!(rest, expected);
    });
}
