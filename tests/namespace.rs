//! Namespaces: made, entered, and what they tell of themselves.

mod common;

use std::fs::{self, File};
use std::os::unix::fs::MetadataExt;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use butter::fd::{AsFd, AsRawFd, OwnedFd};
use butter::io::{DescriptorFlags, fcntl_getfd};
use butter::namespace::{
    Kind, Namespace, Namespaces, UnshareFlags, enter, raw, unshare, unshare_files, unshare_fs, unshare_sysvsem,
};
use butter::proc::Task;
use butter::process::{Pid, getpid, getppid};
use butter::thread::{gettid, getuid};
use butter::{Errno, Result};
use common::child::{as_nobody, in_child, in_user_namespace, nobody};
use common::forked::{Forked, forked};

/// Every file of `/proc/<pid>/ns`, and what opens it.
const FILES: [(&str, Kind); 10] = [
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

/// Runs the body as the root of a user namespace of its own, where it may make others; or says that it cannot.
fn as_root_of_its_own(test: &str, body: impl FnOnce()) {
    if !in_user_namespace(test, body) {
        common::skip(test, "no new user namespace is allowed here");
    }
}

fn in_thread<T: Send>(body: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| scope.spawn(body).join()).unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// The inode of a namespace of a task: `thread-self`, or a number. 0 where the task has none.
fn inode_of(task: impl std::fmt::Display, file: &str) -> u64 {
    fs::metadata(format!("/proc/{task}/ns/{file}")).map_or(0, |file| file.ino())
}

fn inode(file: &str) -> u64 {
    inode_of("thread-self", file)
}

fn inodes() -> [u64; 10] {
    FILES.map(|(file, _)| inode(file))
}

/// The inode of what is open.
fn inode_behind(namespace: &Namespace) -> u64 {
    fs::metadata(format!("/proc/self/fd/{}", namespace.as_raw_fd())).unwrap().ino()
}

fn errno<T: std::fmt::Debug>(result: Result<T>) -> Errno {
    result.unwrap_err().errno()
}

fn pidfd(process: Pid) -> OwnedFd {
    // SAFETY: asks for a descriptor; touches no memory.
    let fd = unsafe { libc::syscall(libc::SYS_pidfd_open, process.get(), 0) };
    assert!(fd >= 0, "{}", std::io::Error::last_os_error());
    // SAFETY: new, and nobody else's.
    unsafe { butter::fd::FromRawFd::from_raw_fd(fd as i32) }
}

#[test]
fn each_kind_is_new_for_the_thread_and_for_no_other() {
    as_root_of_its_own("each_kind_is_new_for_the_thread_and_for_no_other", || {
        let before = inodes();
        let kinds = [Kind::Mount, Kind::Cgroup, Kind::Uts, Kind::Ipc, Kind::Net];
        let sets = kinds.iter().map(|kind| vec![*kind]).chain([kinds.to_vec()]);
        for set in sets {
            in_thread(|| {
                assert_eq!(unshare(set.iter().map(|&kind| Namespaces::from(kind)).collect()), Ok(()), "{set:?}");
                for ((file, kind), (now, before)) in FILES.into_iter().zip(inodes().into_iter().zip(before)) {
                    assert_eq!(now != before, set.contains(&kind), "{file} after {set:?}");
                }
            });
            assert_eq!(inodes(), before, "{set:?} of another thread's");
        }
        assert_eq!(unshare(Namespaces::empty()), Ok(()));
        assert_eq!(inodes(), before);
    });
}

#[test]
fn a_new_pid_namespace_is_for_the_children() {
    as_root_of_its_own("a_new_pid_namespace_is_for_the_children", || {
        in_thread(|| {
            let before = inodes();
            assert_eq!(unshare(Namespaces::PID), Ok(()));
            assert_eq!(inode("pid"), before[5]);
            if let Err(error) = Namespace::own(Kind::PidForChildren) {
                assert_eq!(error.errno(), Errno::NOENT, "nobody is in it yet, which newer kernels do not mind");
            }
            assert_eq!(errno(unshare(Namespaces::PID)), Errno::INVAL, "the thread is not in the last one");
            assert!(std::thread::Builder::new().spawn(|| ()).is_err(), "a thread is of its process's namespace");

            let first = Forked::staying(|| (getpid(), getppid()));
            assert_eq!(first.told(), (Pid::new(1).unwrap(), None));
            let of_child = inode_of(first.pid(), "pid");
            assert_ne!(of_child, before[5]);
            assert_eq!(inode("pid_for_children"), of_child);
            assert_eq!(inode_behind(&Namespace::own(Kind::PidForChildren).unwrap()), of_child);
            assert_eq!(forked(getpid), Pid::new(2).unwrap());
            let inside = Namespace::open(first.pid(), Kind::Pid).unwrap();
            assert_eq!(inode_behind(&inside.parent().unwrap()), before[5]);

            drop(first);
            // SAFETY: asks for a child.
            let child = unsafe { libc::fork() };
            if child == 0 {
                butter::process::exit_group(0);
            }
            assert_eq!((child, std::io::Error::last_os_error().raw_os_error()), (-1, Some(libc::ENOMEM)));
        });
    });
}

#[test]
fn a_new_time_namespace_is_for_the_children() {
    const TEST: &str = "a_new_time_namespace_is_for_the_children";
    as_root_of_its_own(TEST, || {
        if inode("time") == 0 {
            return common::skip(TEST, "the kernel has no time namespaces");
        }
        in_thread(|| {
            let before = inode("time");
            assert_eq!(unshare(Namespaces::TIME), Ok(()));
            assert_eq!(inode("time"), before);
            let made = inode("time_for_children");
            assert_ne!(made, before);
            let child = Forked::staying(|| ());
            assert_eq!(inode_of(child.pid(), "time"), made);
            let own = Namespace::own(Kind::Time).unwrap();
            assert_eq!(errno(own.enter()), Errno::USERS, "the process has other threads");
        });
    });
}

#[test]
fn a_new_user_namespace_is_for_a_process_with_one_thread() {
    const TEST: &str = "a_new_user_namespace_is_for_a_process_with_one_thread";
    in_thread(|| assert_eq!(errno(unshare(Namespaces::USER)), Errno::INVAL));
    let child = Forked::staying(|| (unshare(Namespaces::USER | Namespaces::UTS), getuid()));
    if let (Err(error), _) = child.told() {
        assert_eq!(error.errno(), Errno::PERM);
        return common::skip(TEST, "no new user namespace is allowed here");
    }
    assert_eq!(child.told().1, 65534, "the user is not mapped");
    for (file, kind) in FILES {
        assert_eq!(inode_of(child.pid(), file) != inode(file), [Kind::User, Kind::Uts].contains(&kind), "{file}");
    }
    let status = fs::read_to_string(format!("/proc/{}/status", child.pid())).unwrap();
    let capabilities = status.lines().find_map(|line| line.strip_prefix("CapEff:")).unwrap().trim();
    assert!(u64::from_str_radix(capabilities, 16).unwrap().count_ones() > 35, "it has all: {capabilities}");

    let [user, uts] = [Kind::User, Kind::Uts].map(|kind| Namespace::open(child.pid(), kind).unwrap());
    assert_eq!(inode_behind(&user.parent().unwrap()), inode("user"));
    assert_eq!(inode_behind(&uts.user_namespace().unwrap()), inode_behind(&user));
    assert_eq!(inode_behind(&user.user_namespace().unwrap()), inode("user"), "as its parent is its owner");
    for opened in [user.parent(), uts.user_namespace()] {
        assert_eq!(fcntl_getfd(opened.unwrap()), Ok(DescriptorFlags::CLOEXEC));
    }
    // SAFETY: asks for a number.
    assert_eq!(user.owner(), Ok(unsafe { libc::geteuid() }));
    assert_eq!(errno(uts.owner()), Errno::INVAL);
}

#[test]
fn bits_that_are_no_kind_are_refused() {
    let before = inodes();
    in_thread(|| {
        for bit in (0..32).map(|bit| Namespaces::from_bits_retain(1 << bit)) {
            if !Namespaces::all().contains(bit) {
                assert_eq!(errno(unshare(bit)), Errno::INVAL, "{bit}");
                assert_eq!(errno(unshare(bit | Namespaces::UTS)), Errno::INVAL, "{bit}");
            }
        }
        // CLONE_VFORK: the kernel does not know it here.
        // SAFETY: it is refused.
        assert_eq!(errno(unsafe { raw::unshare(UnshareFlags::from_bits_retain(0x4000)) }), Errno::INVAL);
        assert_eq!(inodes(), before);
    });
}

#[test]
fn an_ordinary_user_makes_none_and_enters_none() {
    as_nobody(|| {
        for kind in Namespaces::all() - Namespaces::USER {
            assert_eq!(errno(unshare(kind)), Errno::PERM, "{kind}");
        }
        assert_eq!(errno(Namespace::own(Kind::Uts).unwrap().enter()), Errno::PERM);
        assert_eq!(errno(Namespace::open(Pid::new(1).unwrap(), Kind::Uts)), Errno::ACCES);
    });
}

#[test]
fn a_limit_on_namespaces_is_told() {
    const TEST: &str = "a_limit_on_namespaces_is_told";
    as_root_of_its_own(TEST, || {
        for (limit, kind) in [("uts", Namespaces::UTS), ("net", Namespaces::NET), ("user", Namespaces::USER)] {
            if let Err(error) = fs::write(format!("/proc/sys/user/max_{limit}_namespaces"), "0") {
                return common::skip(TEST, &format!("user.max_{limit}_namespaces cannot be lowered: {error}"));
            }
            assert_eq!(errno(forked(|| unshare(kind))), Errno::NOSPC, "{kind}");
        }
    });
}

#[test]
fn a_thread_goes_to_another_namespace_and_back() {
    as_root_of_its_own("a_thread_goes_to_another_namespace_and_back", || {
        in_thread(|| {
            assert_eq!(errno(Namespace::own(Kind::Uts).unwrap().enter()), Errno::PERM, "somebody else's");
            unshare(Namespaces::UTS).unwrap();
            let home = Namespace::own(Kind::Uts).unwrap();
            let at_home = inode("uts");
            assert_eq!(inode_behind(&home), at_home);
            unshare(Namespaces::UTS).unwrap();
            let away = Namespace::own(Kind::Uts).unwrap();
            assert_ne!(inode("uts"), at_home);
            assert_eq!(home.enter(), Ok(()));
            assert_eq!(inode("uts"), at_home);
            assert_eq!(in_thread(|| inode("uts")), at_home, "a new thread is where its maker is");
            assert_eq!(in_thread(|| away.enter().map(|()| inode("uts"))), Ok(inode_behind(&away)));
            assert_eq!(inode("uts"), at_home, "another thread has moved");
            assert_eq!(away.enter_as(Kind::Uts), Ok(()));
            assert_eq!(home.enter_as(Namespaces::UTS), Ok(()));
            for other in [Namespaces::IPC, Namespaces::UTS | Namespaces::IPC, Namespaces::from_bits_retain(1)] {
                assert_eq!(errno(away.enter_as(other)), Errno::INVAL, "{other}");
            }
            assert_eq!(inode("uts"), at_home);
            assert_eq!(enter(&away, Namespaces::UTS), Ok(()), "by any descriptor");
            assert_eq!(inode("uts"), inode_behind(&away));
        });
    });
}

#[test]
fn a_mount_namespace_is_entered_by_a_thread_with_a_directory_of_its_own() {
    as_root_of_its_own("a_mount_namespace_is_entered_by_a_thread_with_a_directory_of_its_own", || {
        in_thread(|| {
            unshare(Namespaces::MOUNT).unwrap();
            let home = Namespace::own(Kind::Mount).unwrap();
            unshare(Namespaces::MOUNT).unwrap();
            std::env::set_current_dir("/proc").unwrap();
            in_thread(|| {
                assert_eq!(errno(home.enter()), Errno::INVAL, "the thread shares it with its maker");
                assert_eq!(unshare_fs(), Ok(()));
                assert_eq!(home.enter(), Ok(()));
                assert_eq!(inode("mnt"), inode_behind(&home));
                assert_eq!(std::env::current_dir().unwrap().to_str(), Some("/"));
            });
            assert_eq!(std::env::current_dir().unwrap().to_str(), Some("/proc"));
        });
    });
}

#[test]
fn what_is_no_namespace_is_not_entered_and_not_taken_for_one() {
    let null = || common::fd(File::open("/dev/null").unwrap());
    let directory = || common::fd(File::open("/proc/self/ns").unwrap());
    for other in [null(), directory(), common::fd(tempfile::tempfile().unwrap())] {
        assert_eq!(errno(raw::setns(other.as_fd(), Namespaces::empty())), Errno::INVAL);
        assert_eq!(errno(raw::setns(other.as_fd(), Namespaces::UTS)), Errno::INVAL);
        assert_eq!(errno(raw::ioctl_ns_get_nstype(other.as_fd())), Errno::NOTTY);
        // SAFETY: the kernel's own file, which does not know the request.
        assert_eq!(errno(unsafe { raw::ioctl_ns_get_owner_uid(other.as_fd()) }), Errno::NOTTY);
        assert_eq!(raw::fstatfs_is_nsfs(other.as_fd()), Ok(false));
        let error = Namespace::try_from(other).unwrap_err();
        assert_eq!((error.call(), error.errno()), (butter::error::Call::FSTATFS, Errno::INVAL));
    }
    let own = Namespace::own(Kind::User).unwrap();
    assert_eq!(errno(own.enter()), Errno::INVAL, "it would gain capabilities");

    let fd = OwnedFd::from(own);
    let number = fd.as_raw_fd();
    assert_eq!(Namespace::try_from(fd).unwrap().as_raw_fd(), number, "it is taken back as it was");

    // SAFETY: reads the path.
    let place = unsafe { libc::open(c"/proc/self/ns/uts".as_ptr(), libc::O_PATH | libc::O_CLOEXEC) };
    // SAFETY: new, and nobody else's.
    let place: OwnedFd = unsafe { butter::fd::FromRawFd::from_raw_fd(place) };
    assert_eq!(errno(raw::setns(place.as_fd(), Namespaces::empty())), Errno::BADF);
}

#[test]
fn several_namespaces_of_a_process_are_entered_or_none() {
    const TEST: &str = "several_namespaces_of_a_process_are_entered_or_none";
    as_root_of_its_own(TEST, || {
        let wanted = Namespaces::UTS | Namespaces::IPC | Namespaces::NET | Namespaces::MOUNT;
        let other = Forked::staying(|| unshare(wanted));
        assert_eq!(other.told(), Ok(()));
        let (pid, fd) = (other.pid(), pidfd(other.pid()));
        in_thread(|| {
            let before = inodes();
            for refused in [
                wanted | Namespaces::USER,                    // the thread's own
                wanted | Namespaces::from_bits_retain(0x400), // no kind
                Namespaces::empty(),
            ] {
                assert_eq!(errno(enter(&fd, refused)), Errno::INVAL, "{refused}");
            }
            if inode("time") != 0 {
                let last = Namespaces::UTS | Namespaces::NET | Namespaces::TIME;
                assert_eq!(errno(enter(&fd, last)), Errno::USERS);
            }
            assert_eq!(errno(enter(&fd, Namespaces::MOUNT)), Errno::INVAL, "the working directory is shared");
            assert_eq!(inodes(), before, "none is entered");
            in_thread(|| {
                std::env::set_current_dir("/proc").unwrap();
                let moved = enter(&fd, wanted);
                let directory = if moved.is_ok() { "/" } else { "/proc" };
                assert!(moved.is_ok() || errno(moved) == Errno::INVAL, "{moved:?}");
                assert_eq!(
                    fs::read_link("/proc/self/cwd").unwrap().to_str(),
                    Some(directory),
                    "who shares it goes along"
                );
            });
            unshare_fs().unwrap();
            assert_eq!(enter(&fd, wanted), Ok(()));
            for ((file, kind), before) in FILES.into_iter().zip(before) {
                assert_eq!(inode(file), inode_of(pid, file), "{file}");
                assert_eq!(inode(file) != before, wanted.contains(kind.into()), "{file}");
            }
        });
        drop(other);
        assert_eq!(errno(enter(&fd, wanted)), Errno::SRCH);
    });
}

#[test]
fn each_file_of_proc_is_opened_as_its_kind() {
    let before = inodes();
    for ((file, kind), inode) in FILES.into_iter().zip(before) {
        if inode == 0 {
            common::skip("each_file_of_proc_is_opened_as_its_kind", &format!("the kernel has no {file}"));
            continue;
        }
        let namespace = Namespace::own(kind).unwrap();
        assert_eq!(namespace.kind(), Ok(kind.into()), "{file}");
        assert_eq!(inode_behind(&namespace), inode, "{file}");
        assert_eq!(inode_behind(&Namespace::open(getpid(), kind).unwrap()), inode, "{file}");
        assert_eq!(inode_behind(&Namespace::open(Task::Thread(gettid()), kind).unwrap()), inode, "{file}");
        if kind != Kind::User && Namespaces::from(kind) != Namespaces::PID {
            assert_eq!(errno(namespace.parent()), Errno::INVAL, "{file}");
        }
    }
    let user = Namespace::own(Kind::User).unwrap();
    assert_eq!(errno(user.parent()), Errno::PERM, "from within there is none");
    assert!(user.owner().is_ok());
    assert_eq!(errno(Namespace::open(nobody(), Kind::Uts)), Errno::NOENT);
}

#[test]
fn a_thread_is_found_by_its_number() {
    as_root_of_its_own("a_thread_is_found_by_its_number", || {
        let (tell, told) = mpsc::channel();
        let (end, ended) = mpsc::channel::<()>();
        let thread = std::thread::spawn(move || {
            unshare(Namespaces::UTS).unwrap();
            tell.send((gettid(), inode("uts"))).unwrap();
            let _ = ended.recv();
        });
        let (tid, inode_there) = told.recv().unwrap();
        let there = Namespace::open(tid, Kind::Uts).unwrap();
        assert_eq!(inode_behind(&there), inode_there);
        assert_ne!(inode("uts"), inode_there);
        drop(end);
        thread.join().unwrap();
        assert_eq!(inode_behind(&there), inode_there, "it exists for as long as it is open");
        assert_eq!(in_thread(|| there.enter().map(|()| inode("uts"))), Ok(inode_there));
    });
}

#[test]
fn owners_are_told_as_far_as_the_caller_sees() {
    as_root_of_its_own("owners_are_told_as_far_as_the_caller_sees", || {
        let home = Namespace::own(Kind::Uts).unwrap();
        assert_eq!(errno(home.user_namespace()), Errno::PERM, "its owner is outside");
        in_thread(|| {
            unshare(Namespaces::UTS).unwrap();
            let made = Namespace::own(Kind::Uts).unwrap();
            assert_eq!(inode_behind(&made.user_namespace().unwrap()), inode("user"));
        });
        assert_eq!(Namespace::own(Kind::User).unwrap().owner(), Ok(0));
    });
}

#[test]
fn a_thread_has_a_working_directory_of_its_own() {
    in_child("a_thread_has_a_working_directory_of_its_own", || {
        std::env::set_current_dir("/").unwrap();
        in_thread(|| {
            unshare_fs().unwrap();
            std::env::set_current_dir("/proc").unwrap();
            assert_eq!(std::env::current_dir().unwrap().to_str(), Some("/proc"));
        });
        assert_eq!(std::env::current_dir().unwrap().to_str(), Some("/"));
    });
}

#[test]
fn a_thread_has_descriptors_of_its_own() {
    in_child("a_thread_has_descriptors_of_its_own", || {
        // SAFETY: asks for the flags of a number; touches no memory.
        let is_open = |fd| unsafe { libc::fcntl(fd, libc::F_GETFD) } >= 0;
        // Of the process's first thread.
        let is_elsewhere = |fd: i32| fs::symlink_metadata(format!("/proc/self/fd/{fd}")).is_ok();
        let number = in_thread(|| {
            // SAFETY: what is opened here is closed here, and nothing comes from or goes to another thread.
            unsafe { unshare_files() }.unwrap();
            let file = File::open("/dev/null").unwrap();
            let number = std::os::fd::AsRawFd::as_raw_fd(&file);
            assert!(is_open(number) && !is_elsewhere(number));
            number
        });
        assert!(!is_open(number));
    });
}

#[test]
fn a_thread_undoes_its_own_semaphores_when_it_ends() {
    as_root_of_its_own("a_thread_undoes_its_own_semaphores_when_it_ends", || {
        in_thread(|| {
            unshare(Namespaces::IPC).unwrap();
            // SAFETY: makes one semaphore; touches no memory.
            let set = unsafe { libc::semget(libc::IPC_PRIVATE, 1, 0o600) };
            // SAFETY: asks for its value.
            let value = || unsafe { libc::semctl(set, 0, libc::GETVAL) };
            in_thread(|| {
                unshare_sysvsem().unwrap();
                let mut add = libc::sembuf { sem_num: 0, sem_op: 1, sem_flg: libc::SEM_UNDO as i16 };
                // SAFETY: reads one operation.
                assert_eq!(unsafe { libc::semop(set, &raw mut add, 1) }, 0);
                assert_eq!(value(), 1);
            });
            // The thread is joined a moment before the kernel is through with it.
            let began = Instant::now();
            while value() != 0 {
                assert!(began.elapsed() < Duration::from_secs(30), "it is not undone");
                std::thread::sleep(Duration::from_millis(1));
            }
        });
    });
}

#[test]
fn kinds_print_and_are_read_by_their_names() {
    let both = Namespaces::UTS | Namespaces::USER;
    assert_eq!(both.to_string(), "UTS | USER");
    assert_eq!("USER | UTS".parse(), Ok(both));
    assert_eq!(UnshareFlags::from(both), UnshareFlags::NEWUTS | UnshareFlags::NEWUSER);
    assert_eq!(UnshareFlags::from(Namespaces::all()) | UnshareFlags::FS | UnshareFlags::FILES, {
        UnshareFlags::all() - UnshareFlags::SYSVSEM
    });
}
