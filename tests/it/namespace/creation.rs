//! Tests of creating namespaces, and of unsharing other resources.

use std::fs::{self, File};
use std::time::{Duration, Instant};

use butter::Errno;
use butter::io::{DescriptorFlags, fcntl_getfd};
use butter::namespace::{
    Kind, Namespace, Namespaces, UnshareFlags, raw, unshare, unshare_files, unshare_fs,
    unshare_sysvsem,
};
use butter::process::getuid;
use butter::process::{Pid, Uid, getpid, getppid};

use super::{
    FILES, as_root_of_new_user_namespace, errno, in_thread, inode, inode_of, inode_of_fd, inodes,
};
use common::child::{as_nobody, in_child};
use common::forked::{ForkedChild, in_forked_child};
use common::processes::undumpable_process;
use common::require;

#[test]
fn unshare_creates_namespaces_for_the_calling_thread_only() {
    as_root_of_new_user_namespace(|| {
        let before = inodes();
        let kinds = [Kind::Mount, Kind::Cgroup, Kind::Uts, Kind::Ipc, Kind::Net];
        let sets = kinds.iter().map(|kind| vec![*kind]).chain([kinds.to_vec()]);
        for set in sets {
            in_thread(|| {
                assert_eq!(
                    unshare(set.iter().map(|&kind| Namespaces::from(kind)).collect()),
                    Ok(()),
                    "{set:?}"
                );
                for ((file, kind), (after, before)) in
                    FILES.into_iter().zip(inodes().into_iter().zip(before))
                {
                    assert_eq!(after != before, set.contains(&kind), "{file} after {set:?}");
                }
            });
            assert_eq!(inodes(), before, "unshare of {set:?} should not affect other threads");
        }
        assert_eq!(unshare(Namespaces::empty()), Ok(()));
        assert_eq!(inodes(), before);
    });
}

#[test]
fn unshare_pid_applies_to_children_only() {
    as_root_of_new_user_namespace(|| {
        in_thread(|| {
            let before = inodes();
            assert_eq!(unshare(Namespaces::PID), Ok(()));
            assert_eq!(inode("pid"), before[5]);
            // On older kernels, the new PID namespace can be opened only after its first process
            // exists.
            if let Err(error) = Namespace::own(Kind::PidForChildren) {
                assert_eq!(error.errno(), Errno::NOENT);
            }
            assert_eq!(
                errno(unshare(Namespaces::PID)),
                Errno::INVAL,
                "unshare should fail if the thread and its children have different PID namespaces"
            );
            assert!(
                std::thread::Builder::new().spawn(|| ()).is_err(),
                "creating a thread should fail if the process is in another PID namespace"
            );

            let first = ForkedChild::start(|| (getpid(), getppid()));
            assert_eq!(first.result(), (Pid::from_raw(1).unwrap(), None));
            let of_child = inode_of(first.pid(), "pid");
            assert_ne!(of_child, before[5]);
            assert_eq!(inode("pid_for_children"), of_child);
            assert_eq!(inode_of_fd(&Namespace::own(Kind::PidForChildren).unwrap()), of_child);
            assert_eq!(in_forked_child(getpid), Pid::from_raw(2).unwrap());
            let inside = Namespace::open(first.pid(), Kind::Pid).unwrap();
            assert_eq!(inode_of_fd(&inside.parent().unwrap()), before[5]);

            drop(first);
            // SAFETY: a child would only exit.
            let child = unsafe { libc::fork() };
            if child == 0 {
                butter::process::exit_group(0);
            }
            assert_eq!(
                (child, std::io::Error::last_os_error().raw_os_error()),
                (-1, Some(libc::ENOMEM))
            );
        });
    });
}

#[test]
fn unshare_time_applies_to_children_only() {
    as_root_of_new_user_namespace(|| {
        require!(inode("time") != 0, "the kernel has no time namespaces");
        in_thread(|| {
            let before = inode("time");
            assert_eq!(unshare(Namespaces::TIME), Ok(()));
            assert_eq!(inode("time"), before);
            let created = inode("time_for_children");
            assert_ne!(created, before);
            let child = ForkedChild::start(|| ());
            assert_eq!(inode_of(child.pid(), "time"), created);
            let own = Namespace::own(Kind::Time).unwrap();
            assert_eq!(
                errno(own.enter()),
                Errno::USERS,
                "joining a time namespace should fail in a multithreaded process"
            );
        });
    });
}

#[test]
fn unshare_user_fails_with_einval_in_multithreaded_process() {
    in_child(|| {
        in_thread(|| assert_eq!(errno(unshare(Namespaces::USER)), Errno::INVAL));
        let child = ForkedChild::start(|| (unshare(Namespaces::USER | Namespaces::UTS), getuid()));
        let created = child.result().0;
        assert!(
            created.is_ok() || created.is_err_and(|error| error.is(Errno::PERM)),
            "{created:?}"
        );
        require!(
            created,
            "the host does not permit user namespaces (sysctl, security module or seccomp)"
        );
        assert_eq!(
            child.result().1.as_raw(),
            65534,
            "getuid should return the overflow ID in a user namespace without a map"
        );
        for (file, kind) in FILES {
            assert_eq!(
                inode_of(child.pid(), file) != inode(file),
                [Kind::User, Kind::Uts].contains(&kind),
                "{file}"
            );
        }
        let status = fs::read_to_string(format!("/proc/{}/status", child.pid())).unwrap();
        let capabilities =
            status.lines().find_map(|line| line.strip_prefix("CapEff:")).unwrap().trim();
        assert!(
            u64::from_str_radix(capabilities, 16).unwrap().count_ones() > 35,
            "the process should have all capabilities, but has {capabilities}"
        );

        let [user, uts] =
            [Kind::User, Kind::Uts].map(|kind| Namespace::open(child.pid(), kind).unwrap());
        assert_eq!(inode_of_fd(&user.parent().unwrap()), inode("user"));
        assert_eq!(inode_of_fd(&uts.user_namespace().unwrap()), inode_of_fd(&user));
        assert_eq!(
            inode_of_fd(&user.user_namespace().unwrap()),
            inode("user"),
            "the parent user namespace should own the user namespace"
        );
        for opened in [user.parent(), uts.user_namespace()] {
            assert_eq!(fcntl_getfd(opened.unwrap()), Ok(DescriptorFlags::CLOEXEC));
        }
        // SAFETY: touches no memory.
        assert_eq!(user.owner(), Ok(Uid::from_raw(unsafe { libc::geteuid() })));
        assert_eq!(errno(uts.owner()), Errno::INVAL);
    });
}

#[test]
fn unshare_fails_with_einval_if_flags_contain_unknown_bits() {
    let before = inodes();
    in_thread(|| {
        for bit in (0..32).map(|bit| Namespaces::from_bits_retain(1 << bit)) {
            if !Namespaces::KNOWN.contains(bit) {
                assert_eq!(errno(unshare(bit)), Errno::INVAL, "{bit}");
                assert_eq!(errno(unshare(bit | Namespaces::UTS)), Errno::INVAL, "{bit}");
            }
        }
        // `unshare` does not support `CLONE_VFORK`.
        // SAFETY: `unshare` fails, and has no effect.
        let result = unsafe { raw::unshare(UnshareFlags::from_bits_retain(0x4000)) };
        assert_eq!(errno(result), Errno::INVAL);
        assert_eq!(inodes(), before);
    });
}

#[test]
fn unshare_and_enter_fail_with_eperm_without_privileges() {
    let child = undumpable_process();
    let process = child.pid();
    as_nobody(|| {
        for kind in Namespaces::KNOWN - Namespaces::USER {
            assert_eq!(errno(unshare(kind)), Errno::PERM, "{kind}");
        }
        assert_eq!(errno(Namespace::own(Kind::Uts).unwrap().enter()), Errno::PERM);
        assert_eq!(errno(Namespace::open(process, Kind::Uts)), Errno::ACCES);
    });
}

#[test]
fn unshare_fails_with_enospc_at_limit_on_namespaces() {
    as_root_of_new_user_namespace(|| {
        for (limit, kind) in
            [("uts", Namespaces::UTS), ("net", Namespaces::NET), ("user", Namespaces::USER)]
        {
            let lowered = fs::write(format!("/proc/sys/user/max_{limit}_namespaces"), "0");
            require!(lowered, "user.max_{limit}_namespaces cannot be lowered");
            assert_eq!(errno(in_forked_child(|| unshare(kind))), Errno::NOSPC, "{kind}");
        }
    });
}

#[test]
fn unshare_fs_separates_working_directory_of_thread() {
    in_child(|| {
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
fn unshare_files_separates_descriptors_of_thread() {
    in_child(|| {
        // SAFETY: reads the flags of a descriptor; touches no memory.
        let is_open = |fd| unsafe { libc::fcntl(fd, libc::F_GETFD) } >= 0;
        // `/proc/self/fd` lists the descriptors of the main thread.
        let is_open_in_main_thread =
            |fd: i32| fs::symlink_metadata(format!("/proc/self/fd/{fd}")).is_ok();
        let number = in_thread(|| {
            // SAFETY: this thread closes the file that it opens, and exchanges no descriptors with
            // other threads.
            unsafe { unshare_files() }.unwrap();
            let file = File::open("/dev/null").unwrap();
            let number = std::os::fd::AsRawFd::as_raw_fd(&file);
            assert!(is_open(number) && !is_open_in_main_thread(number));
            number
        });
        assert!(!is_open(number));
    });
}

#[test]
fn unshare_sysvsem_undoes_semaphore_operations_when_thread_exits() {
    as_root_of_new_user_namespace(|| {
        in_thread(|| {
            unshare(Namespaces::IPC).unwrap();
            // SAFETY: creates one semaphore; touches no memory.
            let set = unsafe { libc::semget(libc::IPC_PRIVATE, 1, 0o600) };
            // SAFETY: returns the value of the semaphore; touches no memory.
            let value = || unsafe { libc::semctl(set, 0, libc::GETVAL) };
            in_thread(|| {
                unshare_sysvsem().unwrap();
                let mut add =
                    libc::sembuf { sem_num: 0, sem_op: 1, sem_flg: libc::SEM_UNDO as i16 };
                // SAFETY: reads one operation.
                assert_eq!(unsafe { libc::semop(set, &raw mut add, 1) }, 0);
                assert_eq!(value(), 1);
            });
            // `join` can return shortly before the kernel undoes the semaphore operations of the
            // thread.
            let began = Instant::now();
            while value() != 0 {
                assert!(
                    began.elapsed() < Duration::from_secs(30),
                    "the kernel did not undo the semaphore operation"
                );
                std::thread::sleep(Duration::from_millis(1));
            }
        });
    });
}
