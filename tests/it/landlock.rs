//! Tests of `landlock`: rulesets that are enforced for a thread.

use std::fs::{self, File};
use std::net::{TcpListener, TcpStream};

use butter::Errno;
use butter::landlock::{
    AccessFs, AccessNet, RestrictFlags, Rights, Ruleset, RulesetBuilder, Scope, abi, raw,
};
use common::child::in_child;
use common::inject::inject;
use common::{files, require};

/// Returns the reason to skip a test if the kernel does not support a version of the ABI.
fn supports(version: u32) -> Result<(), String> {
    match abi().unwrap() {
        supported if supported < version => Err(format!("the Landlock ABI is {supported}")),
        _ => Ok(()),
    }
}

fn in_thread<T: Send>(body: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| scope.spawn(body).join())
        .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// Returns the errno with which an operation of `std` fails.
fn errno_of<T>(result: std::io::Result<T>) -> Option<i32> {
    result.err().and_then(|error| error.raw_os_error())
}

#[test]
fn ruleset_denies_each_handled_right_unless_a_rule_allows_it() {
    require!(supports(1));
    let directory = files::directory();
    let path = directory.path();
    fs::write(path.join("file"), "x").unwrap();
    fs::create_dir(path.join("allowed")).unwrap();
    fs::write(path.join("allowed/file"), "x").unwrap();
    let opened = common::fd(File::open(path.join("allowed")).unwrap());
    let handled = AccessFs::READ_FILE | AccessFs::WRITE_FILE | AccessFs::MAKE_DIR;
    in_thread(|| {
        let ruleset = Ruleset::builder().handle_fs(handled).build().unwrap();
        assert_eq!((ruleset.handled().fs, ruleset.dropped()), (handled, Rights::default()));
        // Rights that the ruleset does not handle are ignored.
        ruleset.allow_path(&opened, AccessFs::READ_FILE | AccessFs::MAKE_REG).unwrap();
        ruleset.restrict_self().unwrap();
        assert_eq!(errno_of(fs::read(path.join("file"))), Some(libc::EACCES));
        assert_eq!(errno_of(fs::create_dir(path.join("new"))), Some(libc::EACCES));
        assert_eq!(fs::read(path.join("allowed/file")).unwrap(), b"x");
        assert_eq!(errno_of(fs::write(path.join("allowed/file"), "")), Some(libc::EACCES));
        assert_eq!(fs::read_dir(path).unwrap().count(), 2, "a right that is not handled");
        assert_eq!(in_thread(|| errno_of(fs::read(path.join("file")))), Some(libc::EACCES));
    });
    assert_eq!(fs::read(path.join("file")).unwrap(), b"x", "another thread");
}

#[test]
fn ruleset_denies_ports_unless_a_rule_allows_them() {
    require!(supports(4));
    let listeners = [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
    let [allowed, denied] = listeners.each_ref().map(|it| it.local_addr().unwrap());
    in_thread(|| {
        let access = AccessNet::CONNECT_TCP | AccessNet::BIND_TCP;
        let ruleset = Ruleset::builder().handle_net(access).build().unwrap();
        ruleset.allow_port(allowed.port(), AccessNet::CONNECT_TCP).unwrap();
        ruleset.restrict_self().unwrap();
        TcpStream::connect(allowed).unwrap();
        assert_eq!(errno_of(TcpStream::connect(denied)), Some(libc::EACCES));
        assert_eq!(errno_of(TcpListener::bind("127.0.0.1:0")), Some(libc::EACCES));
    });
}

#[test]
fn ruleset_denies_signals_to_processes_outside_the_sandbox() {
    require!(supports(6));
    in_child(|| {
        let parent = butter::process::getppid().unwrap();
        let ruleset = Ruleset::builder().scope(Scope::SIGNAL).build().unwrap();
        ruleset.restrict_self().unwrap();
        let error = butter::signal::kill(parent, None).unwrap_err();
        assert!(error.is(Errno::PERM), "{error}");
    });
}

#[test]
fn best_effort_drops_exactly_the_rights_that_the_kernel_does_not_support() {
    let supported = Rights::of_abi(abi().unwrap());
    let unknown = AccessFs::from_bits_retain(1 << 63);
    let builder = Ruleset::builder()
        .handle_fs(AccessFs::KNOWN | unknown)
        .handle_net(AccessNet::KNOWN)
        .scope(Scope::KNOWN);
    assert!(builder.build().is_err());
    let ruleset = builder.best_effort().build().unwrap();
    assert_eq!(ruleset.handled(), supported);
    assert_eq!(ruleset.dropped().fs, (AccessFs::KNOWN | unknown) - supported.fs);
    assert_eq!(ruleset.dropped().net, AccessNet::KNOWN - supported.net);
    assert_eq!(ruleset.dropped().scope, Scope::KNOWN - supported.scope);
    assert_eq!(ruleset.descriptor().is_some(), !supported.is_empty());
}

#[test]
fn best_effort_restricts_nothing_if_the_kernel_does_not_support_landlock() {
    for errno in [Errno::NOSYS, Errno::OPNOTSUPP] {
        inject(libc::SYS_landlock_create_ruleset, errno, || {
            assert_eq!(abi(), Ok(0));
            let builder: RulesetBuilder = Ruleset::builder().handle_fs(AccessFs::KNOWN);
            assert!(builder.build().unwrap_err().is(errno));
            let ruleset = builder.best_effort().build().unwrap();
            assert!(ruleset.descriptor().is_none() && ruleset.handled().is_empty());
            assert_eq!(ruleset.dropped().fs, AccessFs::KNOWN);
            let root = common::fd(File::open("/").unwrap());
            ruleset.allow_path(root, AccessFs::READ_FILE).unwrap();
            ruleset.allow_port(1, AccessNet::BIND_TCP).unwrap();
            ruleset.restrict_self().unwrap();
            File::open("/").unwrap();
        });
    }
    let error = Ruleset::builder().best_effort().build().unwrap_err();
    assert!(error.is(Errno::NOMSG) || abi() == Ok(0), "{error}");
}

#[test]
fn restrict_self_with_accepts_the_flags_of_the_abi() {
    require!(supports(7));
    let flags = RestrictFlags::LOG_SAME_EXEC_OFF
        | RestrictFlags::LOG_NEW_EXEC_ON
        | RestrictFlags::LOG_SUBDOMAINS_OFF;
    in_thread(|| {
        let ruleset = Ruleset::builder().handle_fs(AccessFs::MAKE_CHAR).build().unwrap();
        ruleset.restrict_self_with(flags).unwrap();
        // Without a ruleset, only this flag is permitted.
        raw::landlock_restrict_self(None, RestrictFlags::LOG_SUBDOMAINS_OFF).unwrap();
    });
    raw::landlock_create_ruleset_errata().unwrap();
}

#[test]
fn restrict_self_with_tsync_restricts_all_threads() {
    require!(supports(8));
    in_child(|| {
        let (sender, receiver) = std::sync::mpsc::channel::<()>();
        let other = std::thread::spawn(move || {
            receiver.recv().unwrap();
            errno_of(File::open("/"))
        });
        let ruleset = Ruleset::builder().handle_fs(AccessFs::READ_DIR).build().unwrap();
        ruleset.restrict_self_with(RestrictFlags::TSYNC).unwrap();
        sender.send(()).unwrap();
        assert_eq!(other.join().unwrap(), Some(libc::EACCES));
    });
}
