//! Tests of joining existing namespaces.

use std::fs::{self, File};

use butter::Errno;
use butter::fd::{AsFd, AsRawFd, OwnedFd};
use butter::namespace::{Kind, Namespace, Namespaces, enter, raw, unshare, unshare_fs};

use super::{
    FILES, as_root_of_new_user_namespace, errno, in_thread, inode, inode_of, inode_of_fd, inodes,
    pidfd,
};
use common::files;
use common::forked::ForkedChild;

#[test]
fn enter_moves_only_the_calling_thread_and_can_be_reversed() {
    as_root_of_new_user_namespace(|| {
        in_thread(|| {
            assert_eq!(
                errno(Namespace::own(Kind::Uts).unwrap().enter()),
                Errno::PERM,
                "joining a namespace that another user namespace owns should fail"
            );
            unshare(Namespaces::UTS).unwrap();
            let first = Namespace::own(Kind::Uts).unwrap();
            let first_inode = inode("uts");
            assert_eq!(inode_of_fd(&first), first_inode);
            unshare(Namespaces::UTS).unwrap();
            let second = Namespace::own(Kind::Uts).unwrap();
            assert_ne!(inode("uts"), first_inode);
            assert_eq!(first.enter(), Ok(()));
            assert_eq!(inode("uts"), first_inode);
            assert_eq!(
                in_thread(|| inode("uts")),
                first_inode,
                "a new thread should inherit the namespace of its parent thread"
            );
            let in_other_thread = in_thread(|| second.enter().map(|()| inode("uts")));
            assert_eq!(in_other_thread, Ok(inode_of_fd(&second)));
            assert_eq!(
                inode("uts"),
                first_inode,
                "only the other thread should have joined the namespace"
            );
            assert_eq!(second.enter_as(Kind::Uts), Ok(()));
            assert_eq!(first.enter_as(Namespaces::UTS), Ok(()));
            for other in [
                Namespaces::IPC,
                Namespaces::UTS | Namespaces::IPC,
                Namespaces::from_bits_retain(1),
            ] {
                assert_eq!(errno(second.enter_as(other)), Errno::INVAL, "{other}");
            }
            assert_eq!(inode("uts"), first_inode);
            assert_eq!(
                enter(&second, Namespaces::UTS),
                Ok(()),
                "enter should accept the descriptor of a namespace"
            );
            assert_eq!(inode("uts"), inode_of_fd(&second));
        });
    });
}

#[test]
fn enter_mount_namespace_fails_with_einval_if_working_directory_is_shared() {
    as_root_of_new_user_namespace(|| {
        in_thread(|| {
            unshare(Namespaces::MOUNT).unwrap();
            let former = Namespace::own(Kind::Mount).unwrap();
            unshare(Namespaces::MOUNT).unwrap();
            std::env::set_current_dir("/proc").unwrap();
            in_thread(|| {
                assert_eq!(
                    errno(former.enter()),
                    Errno::INVAL,
                    "joining a mount namespace should fail with a shared working directory"
                );
                assert_eq!(unshare_fs(), Ok(()));
                assert_eq!(former.enter(), Ok(()));
                assert_eq!(inode("mnt"), inode_of_fd(&former));
                assert_eq!(std::env::current_dir().unwrap().to_str(), Some("/"));
            });
            assert_eq!(std::env::current_dir().unwrap().to_str(), Some("/proc"));
        });
    });
}

#[test]
fn setns_ioctls_and_try_from_fail_if_descriptor_is_not_a_namespace() {
    let null = || common::fd(File::open("/dev/null").unwrap());
    let directory = || common::fd(File::open("/proc/self/ns").unwrap());
    for other in [null(), directory(), common::fd(files::anonymous())] {
        assert_eq!(errno(raw::setns(other.as_fd(), Namespaces::empty())), Errno::INVAL);
        assert_eq!(errno(raw::setns(other.as_fd(), Namespaces::UTS)), Errno::INVAL);
        assert_eq!(errno(raw::ioctl_ns_get_nstype(other.as_fd())), Errno::NOTTY);
        // SAFETY: the file does not support the request, so nothing is written.
        assert_eq!(errno(unsafe { raw::ioctl_ns_get_owner_uid(other.as_fd()) }), Errno::NOTTY);
        assert_eq!(raw::fstatfs_is_nsfs(other.as_fd()), Ok(false));
        let error = Namespace::try_from(other).unwrap_err();
        assert_eq!((error.call(), error.errno()), (butter::error::Call::FSTATFS, Errno::INVAL));
    }
    let own = Namespace::own(Kind::User).unwrap();
    assert_eq!(
        errno(own.enter()),
        Errno::INVAL,
        "joining the current user namespace could restore capabilities, and should fail"
    );

    let fd = OwnedFd::from(own);
    let number = fd.as_raw_fd();
    assert_eq!(
        Namespace::try_from(fd).unwrap().as_raw_fd(),
        number,
        "conversions should not change the descriptor number"
    );

    // SAFETY: reads the path.
    let path_only =
        unsafe { libc::open(c"/proc/self/ns/uts".as_ptr(), libc::O_PATH | libc::O_CLOEXEC) };
    // SAFETY: the descriptor is new, and no other object owns it.
    let path_only: OwnedFd = unsafe { butter::fd::FromRawFd::from_raw_fd(path_only) };
    assert_eq!(errno(raw::setns(path_only.as_fd(), Namespaces::empty())), Errno::BADF);
}

#[test]
fn enter_joins_all_requested_namespaces_of_a_process_or_none() {
    as_root_of_new_user_namespace(|| {
        let wanted = Namespaces::UTS | Namespaces::IPC | Namespaces::NET | Namespaces::MOUNT;
        let other = ForkedChild::start(|| unshare(wanted));
        assert_eq!(other.result(), Ok(()));
        let (pid, fd) = (other.pid(), pidfd(other.pid()));
        in_thread(|| {
            let before = inodes();
            for invalid in [
                wanted | Namespaces::USER,                    // the current user namespace
                wanted | Namespaces::from_bits_retain(0x400), // an unknown flag
                Namespaces::empty(),
            ] {
                assert_eq!(errno(enter(&fd, invalid)), Errno::INVAL, "{invalid}");
            }
            if inode("time") != 0 {
                let with_time = Namespaces::UTS | Namespaces::NET | Namespaces::TIME;
                assert_eq!(errno(enter(&fd, with_time)), Errno::USERS);
            }
            assert_eq!(
                errno(enter(&fd, Namespaces::MOUNT)),
                Errno::INVAL,
                "joining a mount namespace should fail if the working directory is shared"
            );
            assert_eq!(inodes(), before, "a failed enter should join no namespace");
            in_thread(|| {
                std::env::set_current_dir("/proc").unwrap();
                let joined = enter(&fd, wanted);
                let directory = if joined.is_ok() { "/" } else { "/proc" };
                assert!(joined.is_ok() || errno(joined) == Errno::INVAL, "{joined:?}");
                assert_eq!(
                    fs::read_link("/proc/self/cwd").unwrap().to_str(),
                    Some(directory),
                    "the thread should still share its working directory with the main thread"
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
