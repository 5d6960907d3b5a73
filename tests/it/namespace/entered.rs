//! Namespaces that a thread enters.

use std::fs::{self, File};

use butter::Errno;
use butter::fd::{AsFd, AsRawFd, OwnedFd};
use butter::namespace::{Kind, Namespace, Namespaces, enter, raw, unshare, unshare_fs};

use super::{
    FILES, as_root_of_its_own, errno, in_thread, inode, inode_behind, inode_of, inodes, pidfd,
};
use common::files;
use common::forked::ForkedChild;

#[test]
fn a_thread_goes_to_another_namespace_and_back() {
    as_root_of_its_own(|| {
        in_thread(|| {
            assert_eq!(
                errno(Namespace::own(Kind::Uts).unwrap().enter()),
                Errno::PERM,
                "somebody else's"
            );
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
            for other in [
                Namespaces::IPC,
                Namespaces::UTS | Namespaces::IPC,
                Namespaces::from_bits_retain(1),
            ] {
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
    as_root_of_its_own(|| {
        in_thread(|| {
            unshare(Namespaces::MOUNT).unwrap();
            let home = Namespace::own(Kind::Mount).unwrap();
            unshare(Namespaces::MOUNT).unwrap();
            std::env::set_current_dir("/proc").unwrap();
            in_thread(|| {
                assert_eq!(
                    errno(home.enter()),
                    Errno::INVAL,
                    "the thread shares it with its maker"
                );
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
    for other in [null(), directory(), common::fd(files::anonymous())] {
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
    let place =
        unsafe { libc::open(c"/proc/self/ns/uts".as_ptr(), libc::O_PATH | libc::O_CLOEXEC) };
    // SAFETY: new, and nobody else's.
    let place: OwnedFd = unsafe { butter::fd::FromRawFd::from_raw_fd(place) };
    assert_eq!(errno(raw::setns(place.as_fd(), Namespaces::empty())), Errno::BADF);
}

#[test]
fn several_namespaces_of_a_process_are_entered_or_none() {
    as_root_of_its_own(|| {
        let wanted = Namespaces::UTS | Namespaces::IPC | Namespaces::NET | Namespaces::MOUNT;
        let other = ForkedChild::start(|| unshare(wanted));
        assert_eq!(other.result(), Ok(()));
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
            assert_eq!(
                errno(enter(&fd, Namespaces::MOUNT)),
                Errno::INVAL,
                "the working directory is shared"
            );
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
