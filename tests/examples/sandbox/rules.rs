//! The text format of rules, and the options `--rules` and `--oci`.

use std::fs;

use butter::Errno;
use butter::seccomp::{Action, Syscall, SyscallData};

use super::run::{call, call_in_sandbox, command_or_body, complete, print, program, run_with};
use super::seccomp::text::{self, parse};
use super::seccomp::{Comparison, Operator, OwnedPolicy, OwnedRule, Width};
use common::{describe, files, require, this_test};

fn errno(errno: Errno) -> Action {
    Action::Errno(errno)
}

#[test]
fn text_parse_accepts_every_action_operator_and_call() {
    let text = "
        # A comment, and an empty line.

        default kill-process # the rest of a line
        unknown trap
        foreign errno 4000
        mount -> errno EPERM
        read->allow
        io_uring_setup..=io_uring_register -> log
        999 -> notify
        0x10 -> trap 7
        450..=460 -> trace 65535
        tkill -> trace
        ptrace -> kill-thread
        socket arg32(0)==16 and arg64(1) != 0xffffffffffffffff -> errno 97
        mmap arg64(1) < 1 and arg64(1) <= 2 and arg64(1) > 3 and arg64(1) >= 4 -> allow
        openat arg32(2) & 0x3 == 0 -> allow
        openat arg64(5) & 18446744073709551615 == 1 -> allow
    ";
    let policy = parse(text).unwrap();
    assert_eq!(policy.default, Action::KillProcess);
    assert_eq!(policy.unknown, Action::Trap(0));
    assert_eq!(policy.foreign, errno(Errno::from_raw(4000).unwrap()));
    let compare =
        |width, argument, operator, value| Comparison { width, argument, operator, value };
    let (low, all) = (Width::Low32, Width::All64);
    let number = |number| Syscall::from_raw(number).unwrap();
    let rule = OwnedRule::new;
    let with = |call, comparisons: &[Comparison], action| OwnedRule {
        comparisons: comparisons.to_vec(),
        ..rule(call, action)
    };
    let rules = [
        rule(Syscall::MOUNT, errno(Errno::PERM)),
        rule(Syscall::READ, Action::Allow),
        OwnedRule {
            last: Syscall::IO_URING_REGISTER,
            ..rule(Syscall::IO_URING_SETUP, Action::Log)
        },
        rule(number(999), Action::UserNotif),
        rule(number(16), Action::Trap(7)),
        OwnedRule { last: number(460), ..rule(number(450), Action::Trace(65535)) },
        rule(Syscall::TKILL, Action::Trace(0)),
        rule(Syscall::PTRACE, Action::KillThread),
        with(
            Syscall::SOCKET,
            &[compare(low, 0, Operator::Equal, 16), compare(all, 1, Operator::NotEqual, u64::MAX)],
            errno(Errno::AFNOSUPPORT),
        ),
        with(
            Syscall::MMAP,
            &[
                compare(all, 1, Operator::Less, 1),
                compare(all, 1, Operator::LessOrEqual, 2),
                compare(all, 1, Operator::Greater, 3),
                compare(all, 1, Operator::GreaterOrEqual, 4),
            ],
            Action::Allow,
        ),
        with(Syscall::OPENAT, &[compare(low, 2, Operator::MaskedEqual(3), 0)], Action::Allow),
        with(
            Syscall::OPENAT,
            &[compare(all, 5, Operator::MaskedEqual(u64::MAX), 1)],
            Action::Allow,
        ),
    ];
    assert_eq!(policy.rules, rules);
    assert_eq!(parse(&policy.to_string()), Ok(policy));
}

#[test]
fn text_parse_errors_state_line_cause_and_expected_text() {
    for (text, error) in [
        ("", "line 1: the default action is missing (expected a line such as 'default allow')"),
        ("default allow\n\ndefault log", "line 3: 'default' is given twice (expected once)"),
        (
            "default deny",
            "line 1: unknown action 'deny' (expected allow, log, errno ERRNO, notify, trap, trace, \
             kill-thread or kill-process)",
        ),
        (
            "default errno EFOO",
            "line 1: unknown errno 'EFOO' (expected a name such as EPERM, or 1 to 4095)",
        ),
        (
            "default errno 0",
            "line 1: unknown errno '0' (expected a name such as EPERM, or 1 to 4095)",
        ),
        (
            "default errno",
            "line 1: unknown errno the end of the line (expected a name such as EPERM, or 1 to \
             4095)",
        ),
        ("default trap 65536", "line 1: invalid data '65536' (expected a number up to 65535)"),
        ("default allow log", "line 1: unexpected 'log' (expected the end of the line)"),
        (
            "\nmuont -> allow",
            "line 2: unknown system call 'muont' (expected a name, or a number below 0x40000000)",
        ),
        (
            "0x40000000 -> allow",
            "line 1: unknown system call '0x40000000' (expected a name, or a number below \
             0x40000000)",
        ),
        ("2..=1 -> allow", "line 1: the range is empty: "),
        ("read", "line 1: unexpected the end of the line (expected '->', arg32(N), arg64(N) or"),
        ("read arg0 == 1 -> allow", "line 1: unexpected 'arg0' (expected '->', arg32(N),"),
        ("read arg32 == 1 -> allow", "line 1: unexpected '==' (expected '(')"),
        ("read arg32(6) == 1 -> allow", "line 1: unknown argument '6' (expected 0 to 5)"),
        ("read arg32(1 == 1 -> allow", "line 1: unexpected '==' (expected ')')"),
        (
            "read arg32(1) = 1 -> allow",
            "line 1: unexpected '=' (expected ==, !=, <, <=, >, >= or &)",
        ),
        ("read arg32(1) & 3 != 1 -> allow", "line 1: unexpected '!=' (expected '==' after a mask)"),
        (
            "read arg32(1) == 4294967296 -> allow",
            "line 1: the value '4294967296' has more than 32 bits (expected arg64)",
        ),
        (
            "read arg64(1) == 18446744073709551616 -> allow",
            "line 1: invalid value '18446744073709551616' (expected a number of up to 64 bits",
        ),
        ("read arg64(1) == +1 -> allow", "line 1: invalid value '+' (expected a number"),
        (
            "read arg32(1) == 1, arg32(2) == 1 -> allow",
            "line 1: unexpected ',' (expected 'and' or '->')",
        ),
        ("read -> ", "line 1: unknown action the end of the line (expected allow,"),
        ("\u{1b} -> allow", "line 1: unknown system call '\\u{1b}' (expected"),
    ] {
        let found = parse(text).unwrap_err().to_string();
        assert!(found.starts_with(error), "{text:?}: {found}");
    }
}

#[test]
fn owned_policy_compiles_to_the_verdicts_of_its_rules() {
    let text = "default allow\nunknown log\nforeign errno EIO\n\
                socket arg32(0) == 16 -> errno EPERM\nsocket arg64(1) > 3 -> kill-process\n";
    let program = parse(text).unwrap().compile().unwrap();
    let number = |call: Syscall| call.as_raw().unwrap().cast_signed();
    let action = |nr, args| program.action(&SyscallData::new(nr, args)).unwrap();
    let socket = number(Syscall::SOCKET);
    assert_eq!(action(socket, [1 << 32 | 16, 9, 0, 0, 0, 0]), errno(Errno::PERM));
    assert_eq!(action(socket, [1, 1 << 32, 0, 0, 0, 0]), Action::KillProcess);
    assert_eq!(action(socket, [1, 3, 0, 0, 0, 0]), Action::Allow);
    assert_eq!(action(5000, [0; 6]), Action::Log);
    let mut foreign = SyscallData::new(socket, [0; 6]);
    foreign.arch = 0x4000_0003;
    assert_eq!(program.action(&foreign), Some(errno(Errno::IO)));
    assert_eq!(OwnedPolicy::new(Action::Allow).unknown, errno(Errno::NOSYS));
    assert_eq!(text::call("openat"), Some(Syscall::OPENAT));
}

#[test]
fn sandbox_applies_the_rules_of_a_file() {
    let program = require!(program());
    let test = this_test!();
    let body = || {
        print(call(libc::SYS_getppid, [0; 3]));
        print(call(5000, [0; 3]));
    };
    call_in_sandbox(test, body);
    let directory = files::directory();
    let write = |name: &str, text: &str| {
        let path = directory.path().join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let rules = write("rules", "default allow\ngetppid -> errno ENXIO\n5000 -> errno EXFULL\n");
    let json = r#"{
        "defaultAction": "SCMP_ACT_ALLOW",
        "architectures": ["SCMP_ARCH_X86"],
        "flags": ["SECCOMP_FILTER_FLAG_LOG", "SECCOMP_FILTER_FLAG_SPEC_ALLOW"],
        "syscalls": [
            { "names": ["getppid", "nosuchcall"], "action": "SCMP_ACT_ERRNO", "errnoRet": 6 },
            { "names": ["mkdirat"], "action": "SCMP_ACT_LOG" }
        ]
    }"#;
    let oci = write("oci", json);
    let run = |options: &[&str]| complete(command_or_body(&program, test, options, body));
    let completed = run(&["--rules", &rules]);
    assert_eq!(completed.lines, ["ENXIO", "EXFULL"], "{completed:?}");
    assert_eq!((completed.status, completed.messages.len()), (0, 0));
    let completed = run(&["--oci", &oci]);
    assert_eq!(completed.lines, ["ENXIO", "ENOSYS"], "{completed:?}");
    let ignored = "ignored 1 name of system calls that this architecture does not have: nosuchcall";
    let terminate = "system calls of SCMP_ARCH_X86 terminate the process";
    let expected = [ignored, terminate].map(|text| format!("{oci}: {text}"));
    assert_eq!(completed.messages, expected);
    let completed = run(&["-q", "--trace", "--deny=5000", "--oci", &oci]);
    assert_eq!(completed.lines, ["ENXIO", "EPERM"], "{completed:?}");
    assert_eq!(completed.messages.len(), 2);
}

#[test]
fn sandbox_reports_invalid_files_of_rules() {
    let program = require!(program());
    let directory = files::directory();
    let path = directory.path().join("file\n");
    let (option, shown) = (path.to_str().unwrap(), path.to_str().unwrap().replace('\n', "\\n"));
    let message = |kind: &str, text: &[u8]| {
        fs::write(&path, text).unwrap();
        let output = run_with(&program, &[kind, option, "--", "/nonexistent"]);
        assert_eq!(output.status.code(), Some(125));
        String::from_utf8(output.stderr).unwrap()
    };
    for (kind, text, error) in [
        ("--rules", &b"default allow\nx"[..], "line 2: unknown system call 'x' (expected"),
        ("--oci", b"{\"x\": 1}", "unknown member 'x' (expected defaultAction, "),
        ("--oci", b"{\n x", "line 2, column 2: unexpected character 'x' (expected JSON)"),
    ] {
        let text = message(kind, text);
        assert!(text.starts_with(&format!("sandbox: {shown}: {error}")), "{text}");
        assert_eq!(text.lines().count(), 1, "{text}");
    }
    let notify = "sandbox: the rules contain the action notify, which the program does not support";
    for (kind, text) in [
        ("--rules", &b"default allow\nread -> notify"[..]),
        ("--oci", br#"{"defaultAction": "SCMP_ACT_NOTIFY"}"#),
    ] {
        assert!(message(kind, text).starts_with(notify));
    }
    let too_long: String = (0..5000).map(|call| format!("{call} -> trap {call}\n")).collect();
    let text = message("--rules", format!("default allow\n{too_long}").as_bytes());
    assert!(text.contains(": the program would have more than 4096 instructions"), "{text}");
    let text = message("--rules", b"\xff");
    assert!(text.starts_with(&format!("sandbox: cannot read '{shown}': ")), "{text}");
    let output = run_with(&program, &["--oci=/nonexistent", "--", "/nonexistent"]);
    let start = format!("sandbox: cannot read '/nonexistent': {}\n", describe(Errno::NOENT));
    assert_eq!(String::from_utf8(output.stderr).unwrap(), start);
}
