//! Tests of opening namespaces, and of querying the kind, the parent and the owner of a namespace.

use std::sync::mpsc;

use butter::Errno;
use butter::idmap::Task;
use butter::namespace::{Kind, Namespace, Namespaces, UnshareFlags, unshare};
use butter::process::getpid;
use butter::thread::gettid;

use super::{FILES, as_root_of_new_user_namespace, errno, in_thread, inode, inode_of_fd, inodes};
use common::processes::ended_process;
use common::this_test;

#[test]
fn namespace_own_and_open_return_the_namespace_of_the_requested_kind() {
    let before = inodes();
    for ((file, kind), inode) in FILES.into_iter().zip(before) {
        if inode == 0 {
            this_test!()
                .skip(file, format_args!("the kernel does not support this kind of namespace"));
            continue;
        }
        let namespace = Namespace::own(kind).unwrap();
        assert_eq!(namespace.kind(), Ok(kind.into()), "{file}");
        assert_eq!(inode_of_fd(&namespace), inode, "{file}");
        assert_eq!(inode_of_fd(&Namespace::open(getpid(), kind).unwrap()), inode, "{file}");
        assert_eq!(
            inode_of_fd(&Namespace::open(Task::Thread(gettid()), kind).unwrap()),
            inode,
            "{file}"
        );
        if kind != Kind::User && Namespaces::from(kind) != Namespaces::PID {
            assert_eq!(errno(namespace.parent()), Errno::INVAL, "{file}");
        }
    }
    let user = Namespace::own(Kind::User).unwrap();
    assert_eq!(
        errno(user.parent()),
        Errno::PERM,
        "parent should fail if the parent namespace is outside of the caller's scope"
    );
    assert!(user.owner().is_ok());
    assert_eq!(errno(Namespace::open(ended_process(), Kind::Uts)), Errno::NOENT);
}

#[test]
fn namespace_open_accepts_thread_id() {
    as_root_of_new_user_namespace(|| {
        let (sender, receiver) = mpsc::channel();
        let (exit, exited) = mpsc::channel::<()>();
        let thread = std::thread::spawn(move || {
            unshare(Namespaces::UTS).unwrap();
            sender.send((gettid(), inode("uts"))).unwrap();
            let _ = exited.recv();
        });
        let (tid, expected) = receiver.recv().unwrap();
        let namespace = Namespace::open(tid, Kind::Uts).unwrap();
        assert_eq!(inode_of_fd(&namespace), expected);
        assert_ne!(inode("uts"), expected);
        drop(exit);
        thread.join().unwrap();
        assert_eq!(
            inode_of_fd(&namespace),
            expected,
            "an open namespace should outlive its threads"
        );
        assert_eq!(in_thread(|| namespace.enter().map(|()| inode("uts"))), Ok(expected));
    });
}

#[test]
fn user_namespace_fails_with_eperm_if_owner_is_outside_of_the_callers_scope() {
    as_root_of_new_user_namespace(|| {
        let initial = Namespace::own(Kind::Uts).unwrap();
        assert_eq!(
            errno(initial.user_namespace()),
            Errno::PERM,
            "user_namespace should fail if the owner is an ancestor of the caller's user namespace"
        );
        in_thread(|| {
            unshare(Namespaces::UTS).unwrap();
            let created = Namespace::own(Kind::Uts).unwrap();
            assert_eq!(inode_of_fd(&created.user_namespace().unwrap()), inode("user"));
        });
        assert_eq!(Namespace::own(Kind::User).unwrap().owner(), Ok(butter::process::Uid::ROOT));
    });
}

#[test]
fn namespaces_are_displayed_and_parsed_by_name() {
    let both = Namespaces::UTS | Namespaces::USER;
    assert_eq!(both.to_string(), "UTS | USER");
    assert_eq!("USER | UTS".parse(), Ok(both));
    assert_eq!(UnshareFlags::from(both), UnshareFlags::NEWUTS | UnshareFlags::NEWUSER);
    assert_eq!(UnshareFlags::from(Namespaces::KNOWN) | UnshareFlags::FS | UnshareFlags::FILES, {
        UnshareFlags::KNOWN - UnshareFlags::SYSVSEM
    });
}
