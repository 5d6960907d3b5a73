//! The profiles and the options with single rules.

use super::run::{call, call_in_sandbox, command_or_body, complete, print, program, run, run_with};
use common::{require, this_test};

/// System calls that have no effect, even if they are permitted.
fn probe() {
    let path = c"/nonexistent/x".as_ptr() as u64;
    print(format_args!("getppid {}", call(libc::SYS_getppid, [0; 3]).parse::<u32>().is_ok()));
    print(format_args!("acct {}", call(libc::SYS_acct, [path, 0, 0])));
    print(format_args!("socket {}", call(libc::SYS_socket, [40, 99, 99])));
    print(format_args!("mkdirat {}", call(libc::SYS_mkdirat, [u64::MAX, path, 0])));
    print(format_args!("clone3 {}", call(libc::SYS_clone3, [0, 0, 0])));
    print(format_args!("unknown {}", call(5000, [0; 3])));
}

#[test]
fn profile_container_denies_calls_that_require_capabilities() {
    let program = require!(program());
    for options in [&[] as &[_], &["--profile=container"]] {
        let completed = run(&program, this_test!(), options, probe);
        let expected = [
            "getppid true",
            "acct EPERM",
            "socket EPERM",
            "mkdirat ENOENT",
            "clone3 ENOSYS",
            "unknown ENOSYS",
        ];
        assert_eq!(completed.lines, expected, "{completed:?}");
        assert_eq!((completed.status, completed.messages.len()), (0, 0));
    }
}

#[test]
fn container_and_oci_deny_the_insertion_of_terminal_input() {
    let program = require!(program());
    let test = this_test!();
    // TCGETS, TIOCSTI and TIOCLINUX. The kernel ignores the upper half of the number.
    let body = || {
        for request in [0x5401, 0x5412, 0x541c, 0x1_0000_5412] {
            print(call(libc::SYS_ioctl, [0, request, 0]));
        }
    };
    call_in_sandbox(test, body);
    let directory = common::files::directory();
    let file = directory.path().join("oci.json");
    std::fs::write(&file, r#"{ "defaultAction": "SCMP_ACT_ALLOW" }"#).unwrap();
    let oci = format!("--oci={}", file.display());
    let denied = ["ENOTTY", "EPERM", "EPERM", "EPERM"];
    for (options, expected) in [
        (&[] as &[&str], denied),
        (&[&oci], denied),
        (&["--allow=ioctl"], ["ENOTTY"; 4]),
        (&["--profile=none"], ["ENOTTY"; 4]),
    ] {
        let completed = run(&program, test, options, body);
        assert_eq!(completed.lines, expected, "{options:?} {completed:?}");
    }
}

#[test]
fn profile_compute_permits_no_changes_to_files() {
    let program = require!(program());
    let completed = run(&program, this_test!(), &["--profile", "compute"], || {
        print(format_args!("{}", call(libc::SYS_getppid, [0; 3])));
        let path = c"/nonexistent/x".as_ptr() as u64;
        let directory = libc::AT_FDCWD as u64;
        let [get, dup] =
            [libc::F_GETFD, libc::F_DUPFD].map(|it| call(libc::SYS_fcntl, [0, it as u64, 0]));
        print(format_args!("{get} {dup}"));
        assert!(std::fs::read_dir("/").unwrap().next().is_some());
        for flags in [libc::O_RDONLY, libc::O_CLOEXEC, libc::O_WRONLY, libc::O_CREAT, libc::O_RDWR]
        {
            print(call(libc::SYS_openat, [directory, path, flags as u64]));
        }
        let sum: u64 =
            std::thread::spawn(|| (0..1000).collect::<Vec<u64>>().iter().sum()).join().unwrap();
        print(sum);
    });
    let expected = ["EPERM", "0 EPERM", "ENOENT", "ENOENT", "EPERM", "EPERM", "EPERM", "499500"];
    assert_eq!(completed.lines, expected, "{completed:?}");
    assert_eq!(completed.status, 0);
}

#[test]
fn profile_none_installs_no_filter() {
    let program = require!(program());
    let completed = run(&program, this_test!(), &["--profile=none"], || {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let field = |name| status.lines().find(|line| line.starts_with(name)).unwrap().to_owned();
        print(field("Seccomp:"));
        print(field("NoNewPrivs:"));
    });
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let fields = ["Seccomp:", "NoNewPrivs:"];
    let fields = fields.map(|name| status.lines().find(|line| line.starts_with(name)).unwrap());
    assert_eq!(completed.lines, fields, "{completed:?}");
}

#[test]
fn sandbox_applies_single_rules_before_the_profile_in_their_order() {
    let program = require!(program());
    let options = [
        "--deny=getppid=ENXIO",
        "--allow=getppid",
        "--log",
        "mkdirat",
        "--deny",
        "mkdirat",
        "--deny=5000=7",
        "--allow=acct",
    ];
    // The kernel rejects the call, unless this process has the capability.
    let completed = run(&program, this_test!(), &options, || {
        print(call(libc::SYS_getppid, [0; 3]));
        print(call(libc::SYS_mkdirat, [u64::MAX, c"/nonexistent/x".as_ptr() as u64, 0]));
        print(call(5000, [0; 3]));
    });
    assert_eq!(completed.lines, ["ENXIO", "ENOENT", "E2BIG"], "{completed:?}");
}

#[test]
fn sandbox_passes_exit_status_arguments_and_environment() {
    let program = require!(program());
    let test = this_test!();
    let mut command = command_or_body(&program, test, &[], || {
        print(std::env::var("BUTTER_TEST_VARIABLE").unwrap());
        print(format_args!("{:?}", std::env::args().collect::<Vec<_>>()));
        print(format_args!("{:?}", butter::signal::mask().unwrap()));
        // No descriptor of `sandbox` is open.
        for entry in std::fs::read_dir("/proc/self/fd").unwrap() {
            let target = std::fs::read_link(entry.unwrap().path()).unwrap_or_default();
            let is_leaked = target.to_str().is_some_and(|name| name.starts_with("anon_inode"));
            assert!(!is_leaked, "{}", target.display());
        }
        std::process::exit(42);
    });
    command.env("BUTTER_TEST_VARIABLE", "a b\"c").arg("a b").arg("");
    let completed = complete(command);
    assert_eq!(completed.status, 42, "{completed:?}");
    assert_eq!(completed.lines[0], "a b\"c");
    let arguments = &completed.lines[1];
    assert!(arguments.ends_with(r#""--test-threads=1", "a b", ""]"#), "{arguments}");
    assert_eq!(completed.lines[2], format!("{:?}", butter::signal::mask().unwrap()));
}

#[test]
fn print_prints_the_filter_and_runs_no_command() {
    let program = require!(program());
    let text = |arguments: &[&str]| {
        let output = run_with(&program, arguments);
        assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    assert_eq!(text(&["--print", "--profile=none"]), "");
    let denied = text(&["--print", "--profile=none", "--deny=mkdirat=EROFS", "/nonexistent"]);
    assert!(denied.starts_with("l0:\tld [4]\n"), "{denied}");
    assert!(denied.contains("\tret #0x5001e\n"), "{denied}");
    let traced = text(&["--print", "--profile=none", "--deny=mkdirat=EROFS", "--trace"]);
    assert!(traced.contains("\tret #0x7fc00000\n") && !traced.contains("#0x5001e"), "{traced}");
    let logged = text(&["--print", "--profile=none", "--log=mkdirat"]);
    assert!(logged.contains("\tret #0x7ffc0000\n"), "{logged}");
    let [container, compute] =
        ["container", "compute"].map(|name| text(&["--print", "--profile", name]));
    assert!(container.lines().count() > 50 && compute.lines().count() > 50);
    assert_ne!(container, compute);
}
