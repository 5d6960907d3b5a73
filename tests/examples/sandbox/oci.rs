//! The JSON format of rules.

use butter::Errno;
use butter::seccomp::{Action, FilterFlags, Syscall, SyscallData, profile::CONTAINER};

use super::seccomp::json::Error;
use super::seccomp::oci::{Environment, Profile, from_json, parse};
use super::seccomp::{Comparison, Operator, OwnedRule, Width};

fn environment() -> Environment {
    Environment { kernel: (6, 1), ..Environment::of_host().unwrap() }
}

fn parsed(text: &str) -> Profile {
    parse(text, &environment()).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// Returns a profile with the elements of `syscalls`.
fn with_rules(rules: &str) -> String {
    format!(r#"{{ "defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{rules}] }}"#)
}

const ERRNO: Action = Action::Errno(Errno::PERM);

#[test]
fn oci_parse_accepts_every_action_with_its_errno() {
    let seven = Action::Errno(Errno::TOOBIG);
    for (name, errno, action) in [
        ("ALLOW", "", Action::Allow),
        ("LOG", "", Action::Log),
        ("ERRNO", "", ERRNO),
        ("ERRNO", "7", seven),
        ("ERRNO", "null", ERRNO),
        ("TRACE", "", Action::Trace(1)),
        ("TRACE", "65535", Action::Trace(65535)),
        ("TRAP", "", Action::Trap(0)),
        ("KILL", "", Action::KillThread),
        ("KILL_THREAD", "", Action::KillThread),
        ("KILL_PROCESS", "", Action::KillProcess),
        ("NOTIFY", "", Action::UserNotif),
    ] {
        let member = |name: &str| match errno {
            "" => String::new(),
            errno => format!(r#", "{name}": {errno}"#),
        };
        let default = member("defaultErrnoRet");
        let profile = parsed(&format!(r#"{{ "defaultAction": "SCMP_ACT_{name}"{default} }}"#));
        assert_eq!(profile.policy.default, action, "{name}");
        let errno = member("errnoRet");
        let rule = format!(r#"{{ "names": ["read"], "action": "SCMP_ACT_{name}"{errno} }}"#);
        assert_eq!(
            parsed(&with_rules(&rule)).policy.rules,
            [OwnedRule::new(Syscall::READ, action)]
        );
    }
}

#[test]
fn oci_parse_accepts_names_of_errnos() {
    for errno in [r#""errno": "ENXIO""#, r#""errno": "ENXIO", "errnoRet": 6"#] {
        let default = errno.replace("errno", "defaultErrno");
        let profile = parsed(&format!(
            r#"{{ "defaultAction": "SCMP_ACT_ERRNO", {default}, "syscalls": [
                {{ "names": ["read"], "action": "SCMP_ACT_ERRNO", {errno} }} ] }}"#
        ));
        let action = Action::Errno(Errno::NXIO);
        assert_eq!(profile.policy.default, action, "{errno}");
        assert_eq!(profile.policy.rules[0], OwnedRule::new(Syscall::READ, action), "{errno}");
    }
}

#[test]
fn oci_parse_sets_the_action_of_newer_calls_like_runc() {
    for (default, unknown, has_range) in [
        ("ALLOW", Action::Allow, false),
        ("LOG", Action::Log, false),
        ("TRACE", Action::Trace(1), false),
        ("ERRNO", Action::Errno(Errno::NOSYS), true),
        ("KILL_PROCESS", Action::Errno(Errno::NOSYS), true),
    ] {
        let profile = parsed(&format!(
            r#"{{ "defaultAction": "SCMP_ACT_{default}", "syscalls": [
                {{ "names": ["mseal", "read"], "action": "SCMP_ACT_ALLOW" }} ] }}"#
        ));
        assert_eq!(profile.policy.unknown, unknown, "{default}");
        assert_eq!(profile.policy.foreign, Action::KillProcess);
        let rules = &profile.policy.rules;
        assert_eq!(rules.len(), if has_range { 3 } else { 2 });
        if has_range {
            let range = &rules[2];
            assert_eq!(range.first.as_raw(), Syscall::MSEAL.as_raw().map(|number| number + 1));
            assert_eq!(range.last.as_raw(), Some(Syscall::NUMBER_MAX));
            assert_eq!(range.action, Action::Errno(Errno::NOSYS));
        }
    }
}

#[test]
fn oci_parse_accepts_every_comparison_with_64_bits() {
    let max = u64::MAX;
    for (name, operator) in [
        ("NE", Operator::NotEqual),
        ("LT", Operator::Less),
        ("LE", Operator::LessOrEqual),
        ("EQ", Operator::Equal),
        ("GE", Operator::GreaterOrEqual),
        ("GT", Operator::Greater),
        ("MASKED_EQ", Operator::MaskedEqual(max)),
    ] {
        let is_masked = name == "MASKED_EQ";
        let second = if is_masked { 9 } else { 0 };
        let arguments = format!(
            r#"{{ "index": 5, "value": {max}, "valueTwo": {second}, "op": "SCMP_CMP_{name}" }}"#
        );
        let rule =
            format!(r#"{{ "names": ["read"], "action": "SCMP_ACT_LOG", "args": [{arguments}] }}"#);
        let value = if is_masked { 9 } else { max };
        let width = Width::All64;
        let comparison = Comparison { width, argument: 5, operator, value };
        assert_eq!(parsed(&with_rules(&rule)).policy.rules[0].comparisons, [comparison]);
    }
}

#[test]
fn oci_parse_separates_comparisons_of_the_same_argument() {
    let rule = |second: u32| {
        let arguments = [(0, 1), (second, 2)].map(|(index, value)| {
            format!(r#"{{ "index": {index}, "value": {value}, "op": "SCMP_CMP_EQ" }}"#)
        });
        let arguments = arguments.join(",");
        let rule = r#"{ "names": ["read", "write"], "action": "SCMP_ACT_LOG", "args": "#;
        let rules = parsed(&with_rules(&format!("{rule} [{arguments}] }}"))).policy.rules;
        rules.iter().map(|rule| (rule.first, rule.comparisons.len())).collect::<Vec<_>>()
    };
    let (read, write) = (Syscall::READ, Syscall::WRITE);
    assert_eq!(rule(1), [(read, 2), (write, 2)]);
    assert_eq!(rule(0), [(read, 1), (read, 1), (write, 1), (write, 1)]);
}

#[test]
fn oci_parse_selects_rules_by_architecture_kernel_and_capabilities() {
    let mut environment = environment();
    environment.capabilities = vec!["CAP_SYS_ADMIN".to_owned()];
    let native = environment.architecture;
    for (condition, is_included) in [
        (r#""includes": {}"#.to_owned(), true),
        (r#""includes": { "caps": ["CAP_SYS_ADMIN"] }"#.to_owned(), true),
        (r#""includes": { "caps": ["CAP_SYS_ADMIN", "CAP_BPF"] }"#.to_owned(), false),
        (r#""includes": { "caps": null, "arches": [] }"#.to_owned(), true),
        (format!(r#""includes": {{ "arches": ["s390x", "{native}"] }}"#), true),
        (r#""includes": { "arches": ["s390x", "riscv64"] }"#.to_owned(), false),
        (r#""includes": { "minKernel": "6.1" }"#.to_owned(), true),
        (r#""includes": { "minKernel": "5.20" }"#.to_owned(), true),
        (r#""includes": { "minKernel": "6.2" }"#.to_owned(), false),
        (r#""includes": { "minKernel": "4.8", "caps": ["CAP_BPF"] }"#.to_owned(), false),
        (r#""excludes": {}"#.to_owned(), true),
        (r#""excludes": { "caps": ["CAP_BPF", "CAP_SYS_ADMIN"] }"#.to_owned(), false),
        (r#""excludes": { "caps": ["CAP_BPF"], "arches": ["s390x"] }"#.to_owned(), true),
        (format!(r#""excludes": {{ "arches": ["{native}"] }}"#), false),
        (r#""excludes": { "minKernel": "6.1" }"#.to_owned(), false),
        (r#""excludes": { "minKernel": "7.0" }"#.to_owned(), true),
        (r#""includes": {}, "excludes": { "minKernel": "6.1" }"#.to_owned(), false),
    ] {
        let rule = format!(
            r#"{{ "name": "read", "action": "SCMP_ACT_LOG", "comment": "x", {condition} }}"#
        );
        let profile = parse(&with_rules(&rule), &environment).unwrap();
        assert_eq!(!profile.policy.rules.is_empty(), is_included, "{condition}");
    }
}

#[test]
fn oci_parse_reports_ignored_names_and_architectures() {
    let profile = parsed(
        r#"{
            "defaultAction": "SCMP_ACT_ALLOW",
            "flags": ["SECCOMP_FILTER_FLAG_TSYNC", "SECCOMP_FILTER_FLAG_LOG",
                "SECCOMP_FILTER_FLAG_SPEC_ALLOW", "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"],
            "archMap": [
                { "architecture": "SCMP_ARCH_X86_64", "subArchitectures": ["SCMP_ARCH_X32"] },
                { "architecture": "SCMP_ARCH_AARCH64", "subArchitectures": ["SCMP_ARCH_X32"] },
                { "architecture": "SCMP_ARCH_RISCV64", "subArchitectures": null }
            ],
            "syscalls": [{ "names": ["chown32", "read", "nosuchcall"], "action": "SCMP_ACT_LOG" }]
        }"#,
    );
    assert_eq!(profile.ignored_calls, ["chown32", "nosuchcall"]);
    assert_eq!(profile.ignored_architectures, ["SCMP_ARCH_X32"]);
    assert_eq!(profile.policy.rules, [OwnedRule::new(Syscall::READ, Action::Log)]);
    let flags = FilterFlags::TSYNC | FilterFlags::LOG | FilterFlags::SPEC_ALLOW;
    assert_eq!(profile.flags, flags | FilterFlags::WAIT_KILLABLE_RECV);
    let architectures = r#"["SCMP_ARCH_X86_64", "SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM"]"#;
    let text = format!(r#"{{"defaultAction": "SCMP_ACT_LOG", "architectures": {architectures}}}"#);
    assert_eq!(parsed(&text).ignored_architectures.last().unwrap(), "SCMP_ARCH_ARM");
}

#[test]
fn oci_parse_errors_state_path_cause_and_expected_value() {
    let rule = |members: &str| {
        let members = members.replace("OK", r#""names": ["read"], "action": "SCMP_ACT_LOG""#);
        with_rules(&format!("{{ {members} }}"))
    };
    let argument = |members: &str| rule(&format!(r#"OK, "args": [{{ {members} }}]"#));
    let default = |members: &str| format!(r#"{{ "defaultAction": "SCMP_ACT_LOG", {members} }}"#);
    for (text, error) in [
        ("".to_owned(), "unexpected end of the text (expected more JSON)"),
        ("{\n  \"a\": }".to_owned(), "line 2, column 8: unexpected character '}' (expected JSON)"),
        ("[".repeat(600), "arrays and objects are nested too deeply (expected at most 512 levels)"),
        (
            default(r#""flags": [], "flags": []"#),
            "an object has two members with the same name (expected one)",
        ),
        ("[]".to_owned(), "unexpected an array (expected an object)"),
        ("{}".to_owned(), "the member 'defaultAction' is missing"),
        (
            default(r#""linux": {}"#),
            "unknown member 'linux' (expected defaultAction, defaultErrnoRet, defaultErrno, ",
        ),
        (
            r#"{ "defaultAction": "SCMP_ACT_DENY" }"#.to_owned(),
            "defaultAction: unknown action 'SCMP_ACT_DENY' (expected SCMP_ACT_ALLOW, ",
        ),
        (
            r#"{ "defaultAction": 1 }"#.to_owned(),
            "defaultAction: unexpected a number (expected a string)",
        ),
        (
            default(r#""defaultErrnoRet": 1"#),
            "defaultErrnoRet: the action has no errno (expected SCMP_ACT_ERRNO or SCMP_ACT_TRACE)",
        ),
        (
            default(r#""listenerPath": "/run/x""#),
            "listenerPath: sending the listener to a socket is not supported",
        ),
        (
            default(r#""listenerMetadata": "x""#),
            "listenerMetadata: sending the listener to a socket is not supported",
        ),
        (
            default(r#""flags": ["SECCOMP_FILTER_FLAG_NEW_LISTENER"]"#),
            "flags[0]: unknown flag 'SECCOMP_FILTER_FLAG_NEW_LISTENER' (expected SECCOMP_FILTER_",
        ),
        (
            default(r#""architectures": ["SCMP_ARCH_ARM", "X86"]"#),
            "architectures[1]: unknown architecture 'X86' (expected SCMP_ARCH_ and one of X86, ",
        ),
        (
            default(r#""architectures": ["SCMP_ARCH_ARM"], "archMap": []"#),
            "archMap: the profile has 'architectures', too (expected one of them)",
        ),
        (
            default(r#""archMap": [{ "architecture": "SCMP_ARCH_ARM", "x": 1 }]"#),
            "archMap[0]: unknown member 'x' (expected architecture, subArchitectures)",
        ),
        (default(r#""syscalls": {}"#), "syscalls: unexpected an object (expected an array)"),
        (rule(r#"OK, "x": 1"#), "syscalls[0]: unknown member 'x' (expected names, name, action, "),
        (rule(r#""names": ["read"]"#), "syscalls[0]: the member 'action' is missing"),
        (
            rule(r#""action": "SCMP_ACT_LOG""#),
            "syscalls[0]: the rule has no names (expected a name in 'names')",
        ),
        (
            rule(r#"OK, "name": "write""#),
            "syscalls[0].name: the rule has 'names', too (expected one of them)",
        ),
        (
            rule(r#""names": [1], "action": "SCMP_ACT_LOG""#),
            "syscalls[0].names[0]: unexpected a number (expected a string)",
        ),
        (
            default(r#""defaultErrno": "EPERM""#),
            "defaultErrno: the action has no errno (expected SCMP_ACT_ERRNO or SCMP_ACT_TRACE)",
        ),
        (
            rule(r#""names": ["read"], "action": "SCMP_ACT_TRACE", "errno": "EPERM""#),
            "syscalls[0].errno: the action has no errno",
        ),
        (
            rule(r#""names": ["read"], "action": "SCMP_ACT_ERRNO", "errno": "EFALSE""#),
            "syscalls[0].errno: unknown errno 'EFALSE' (expected a name such as EPERM)",
        ),
        (
            rule(r#""names": ["read"], "action": "SCMP_ACT_ERRNO", "errno": "EIO", "errnoRet": 6"#),
            "syscalls[0].errno: the errno differs from 'errnoRet' (ENXIO)",
        ),
        (
            rule(r#""names": ["read"], "action": "SCMP_ACT_ERRNO", "errnoRet": 0"#),
            "syscalls[0].errnoRet: with the errno 0, calls would seem to succeed (expected 1 to ",
        ),
        (
            rule(r#""names": ["read"], "action": "SCMP_ACT_ERRNO", "errnoRet": 4096"#),
            "syscalls[0].errnoRet: invalid number 4096 (expected an integer from 0 to 4095)",
        ),
        (
            argument(r#""index": 6, "value": 1, "op": "SCMP_CMP_EQ""#),
            "syscalls[0].args[0].index: invalid number 6 (expected an integer from 0 to 5)",
        ),
        (
            argument(r#""index": 0, "value": 18446744073709551616, "op": "SCMP_CMP_EQ""#),
            "syscalls[0].args[0].value: invalid number 1844674407370955161",
        ),
        (
            argument(r#""index": 0, "value": -1, "op": "SCMP_CMP_EQ""#),
            "syscalls[0].args[0].value: invalid number -1 (expected an integer from 0 to ",
        ),
        (
            argument(r#""index": 0, "value": 1.5, "op": "SCMP_CMP_EQ""#),
            "syscalls[0].args[0].value: invalid number 1.5 (expected an integer from 0 to ",
        ),
        (
            argument(r#""index": 0, "value": 1, "op": "EQ""#),
            "syscalls[0].args[0].op: unknown comparison 'EQ' (expected SCMP_CMP_NE, SCMP_CMP_LT, ",
        ),
        (
            argument(r#""index": 0, "value": 1, "valueTwo": 2, "op": "SCMP_CMP_EQ""#),
            "syscalls[0].args[0].valueTwo: the comparison has one value (expected SCMP_CMP_MASKED",
        ),
        (argument(r#""index": 0, "op": "SCMP_CMP_EQ""#), "syscalls[0].args[0]: the member 'value'"),
        (
            rule(r#"OK, "includes": { "caps": ["SYS_ADMIN"] }"#),
            "syscalls[0].includes.caps[0]: unknown capability 'SYS_ADMIN' (expected a name like ",
        ),
        (
            rule(r#"OK, "includes": { "caps": ["CAP_BPF"] }, "excludes": { "arches": ["x"] }"#),
            "syscalls[0].excludes.arches[0]: unknown architecture 'x' (expected one of 386, amd64",
        ),
        (
            rule(r#"OK, "excludes": { "minKernel": "4" }"#),
            "syscalls[0].excludes.minKernel: invalid version '4' (expected two numbers such as ",
        ),
        (
            rule(r#"OK, "includes": { "kernel": "4" }"#),
            "syscalls[0].includes: unknown member 'kernel' (expected caps, arches, minKernel)",
        ),
    ] {
        let found = parse(&text, &environment()).unwrap_err().to_string();
        assert!(found.starts_with(error), "{text}: {found}");
    }
}

#[test]
fn oci_from_json_prefixes_paths_of_errors() {
    let value = jzon::parse(r#"{ "defaultAction": 1 }"#).unwrap();
    let Error { place, .. } = from_json(&value, "linux.seccomp", &environment()).unwrap_err();
    assert_eq!(place, "linux.seccomp.defaultAction");
}

/// The default profile of Docker as JSON has the same verdicts as the policy for containers, except
/// for the differences that the policy documents.
#[test]
fn oci_parse_of_the_default_list_of_docker_agrees_with_the_container_policy() {
    const LIST: &str = include_str!("../../it/seccomp/docker_default.txt");
    let names = LIST.lines().filter(|line| !line.starts_with('#') && !line.contains(' '));
    let names: Vec<_> = names.map(|name| format!("{name:?}")).collect();
    let argument = |op: &str, value: u64| {
        format!(r#"{{ "index": 0, "value": {value}, "valueTwo": 0, "op": "SCMP_CMP_{op}" }}"#)
    };
    let rule = |names: &str, argument: &str| {
        format!(r#"{{ "names": [{names}], "action": "SCMP_ACT_ALLOW", "args": [{argument}] }}"#)
    };
    let personalities = [0, 8, 0x2_0000, 0x2_0008, 0xFFFF_FFFF];
    let personalities = personalities.map(|value| rule(r#""personality""#, &argument("EQ", value)));
    let rules = [
        rule(&names.join(", "), ""),
        rule(r#""clone""#, &argument("MASKED_EQ", 0x7E02_0000)),
        rule(r#""socket""#, &argument("NE", 40)),
        personalities.join(", "),
        r#"{ "names": ["clone3"], "action": "SCMP_ACT_ERRNO", "errnoRet": 38 }"#.to_owned(),
        r#"{ "names": ["arch_prctl", "modify_ldt"], "action": "SCMP_ACT_ALLOW",
            "includes": { "arches": ["amd64", "x32"] } }"#
            .to_owned(),
    ];
    let text = format!(
        r#"{{ "defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 1, "syscalls": [{}] }}"#,
        rules.join(", ")
    );
    let profile = parsed(&text);
    assert!(profile.ignored_calls.iter().any(|name| name == "chown32"));
    let program = profile.policy.compile().unwrap();
    let container = CONTAINER.try_compile_vec().unwrap();
    let arguments = [0, 1, 8, 17, 40, 0x2_0000, 0x2_0008, 0x1000_0000, 0xFFFF_FFFF, 0x3D_0F00];
    for number in 0..=Syscall::NUMBER_MAX + 10 {
        for first in arguments {
            let data = SyscallData::new(number.cast_signed(), [first, 0, 0, 0, 0, 0]);
            let [ours, list] = [&container, &program].map(|program| program.action(&data));
            let name = data.syscall().and_then(Syscall::name).unwrap_or("");
            let expected = match name {
                "add_key" | "keyctl" | "request_key" => (Some(ERRNO), Some(Action::Allow)),
                _ => (list, list),
            };
            assert_eq!((ours, list), expected, "{name} {first:#x}");
        }
    }
}
