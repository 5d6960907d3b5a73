//! How namespaces are opened, and what they tell of themselves.

use std::sync::mpsc;

use butter::Errno;
use butter::idmap::Task;
use butter::namespace::{Kind, Namespace, Namespaces, UnshareFlags, unshare};
use butter::process::getpid;
use butter::thread::gettid;

use super::{FILES, as_root_of_its_own, errno, in_thread, inode, inode_behind, inodes};
use common::child::ended_process;
use common::this_test;

#[test]
fn each_file_of_proc_is_opened_as_its_kind() {
    let before = inodes();
    for ((file, kind), inode) in FILES.into_iter().zip(before) {
        if inode == 0 {
            this_test!().skip(file, format_args!("the kernel has no such namespaces"));
            continue;
        }
        let namespace = Namespace::own(kind).unwrap();
        assert_eq!(namespace.kind(), Ok(kind.into()), "{file}");
        assert_eq!(inode_behind(&namespace), inode, "{file}");
        assert_eq!(inode_behind(&Namespace::open(getpid(), kind).unwrap()), inode, "{file}");
        assert_eq!(
            inode_behind(&Namespace::open(Task::Thread(gettid()), kind).unwrap()),
            inode,
            "{file}"
        );
        if kind != Kind::User && Namespaces::from(kind) != Namespaces::PID {
            assert_eq!(errno(namespace.parent()), Errno::INVAL, "{file}");
        }
    }
    let user = Namespace::own(Kind::User).unwrap();
    assert_eq!(errno(user.parent()), Errno::PERM, "from within there is none");
    assert!(user.owner().is_ok());
    assert_eq!(errno(Namespace::open(ended_process(), Kind::Uts)), Errno::NOENT);
}

#[test]
fn a_thread_is_found_by_its_number() {
    as_root_of_its_own(|| {
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
    as_root_of_its_own(|| {
        let home = Namespace::own(Kind::Uts).unwrap();
        assert_eq!(errno(home.user_namespace()), Errno::PERM, "its owner is outside");
        in_thread(|| {
            unshare(Namespaces::UTS).unwrap();
            let made = Namespace::own(Kind::Uts).unwrap();
            assert_eq!(inode_behind(&made.user_namespace().unwrap()), inode("user"));
        });
        assert_eq!(Namespace::own(Kind::User).unwrap().owner(), Ok(butter::process::Uid::ROOT));
    });
}

#[test]
fn kinds_print_and_are_read_by_their_names() {
    let both = Namespaces::UTS | Namespaces::USER;
    assert_eq!(both.to_string(), "UTS | USER");
    assert_eq!("USER | UTS".parse(), Ok(both));
    assert_eq!(UnshareFlags::from(both), UnshareFlags::NEWUTS | UnshareFlags::NEWUSER);
    assert_eq!(UnshareFlags::from(Namespaces::KNOWN) | UnshareFlags::FS | UnshareFlags::FILES, {
        UnshareFlags::KNOWN - UnshareFlags::SYSVSEM
    });
}
