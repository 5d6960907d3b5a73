//! Rules in the JSON format of OCI container engines: the object `linux.seccomp` of the [runtime
//! specification], and the [profiles] of Docker, Podman and containerd, in which the rules depend
//! on the architecture, the kernel and the capabilities of the container.
//!
//! The rules have the following meaning, which is that of runc:
//!
//! - Comparisons have 64 bits. If two comparisons of a rule refer to the same argument, one of the
//!   comparisons must be true; otherwise, all must be true.
//! - Unless the default action permits system calls, a system call whose number is larger than all
//!   numbers in the rules fails with `ENOSYS`.
//! - Names that are not system calls of this architecture are ignored.
//!
//! The meaning differs from runc if several rules refer to the same system call and have different
//! actions: the first rule that applies determines the action. System calls of other ABIs terminate
//! the process, also if `architectures` contains the ABI.
//!
//! [runtime specification]: https://github.com/opencontainers/runtime-spec/blob/main/config-linux.md#seccomp
//! [profiles]: https://docs.docker.com/engine/security/seccomp/

use butter::Errno;
use butter::seccomp::{Action, FilterFlags, Syscall};
use jzon::JsonValue;

use super::json::{self, Error, Node};
use super::{Comparison, Operator, OwnedPolicy, OwnedRule, Width};

/// The properties of the host and the container to which `includes` and `excludes` refer.
#[derive(Clone, Debug)]
pub(crate) struct Environment {
    /// The architecture, as Go names it.
    pub(crate) architecture: &'static str,
    /// The version of the kernel.
    pub(crate) kernel: (u64, u64),
    /// The capabilities of the container, such as `CAP_SYS_ADMIN`.
    pub(crate) capabilities: Vec<String>,
}

impl Environment {
    /// Returns the architecture and the kernel of the host, without capabilities.
    pub(crate) fn of_host() -> butter::Result<Self> {
        let release = butter::uts::uname()?;
        let release = String::from_utf8_lossy(release.release().as_bytes()).into_owned();
        let mut numbers = release.split(|char: char| !char.is_ascii_digit());
        let mut number = || numbers.next().and_then(|digits| digits.parse().ok()).unwrap_or(0);
        let kernel = (number(), number());
        Ok(Self { architecture: NATIVE.0, kernel, capabilities: Vec::new() })
    }
}

/// The names of this architecture in Go and in profiles.
const NATIVE: (&str, &str) = if cfg!(target_arch = "x86_64") {
    ("amd64", "SCMP_ARCH_X86_64")
} else {
    ("arm64", "SCMP_ARCH_AARCH64")
};

/// A parsed profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Profile {
    pub(crate) policy: OwnedPolicy,
    pub(crate) flags: FilterFlags,
    /// The names that are not system calls of this architecture.
    pub(crate) ignored_calls: Vec<String>,
    /// The architectures for which the policy has no rules.
    pub(crate) ignored_architectures: Vec<String>,
}

/// Parses a profile.
pub(crate) fn parse(text: &str, environment: &Environment) -> Result<Profile, Error> {
    from_json(&json::parse(text)?, "", environment)
}

/// Converts a JSON value. `path` is the path of the value in its text.
pub(crate) fn from_json(
    value: &JsonValue,
    path: &str,
    environment: &Environment,
) -> Result<Profile, Error> {
    let root = Node::new(value, path);
    root.object(&[
        "defaultAction",
        "defaultErrnoRet",
        "defaultErrno",
        "architectures",
        "archMap",
        "flags",
        "listenerPath",
        "listenerMetadata",
        "syscalls",
    ])?;
    for name in ["listenerPath", "listenerMetadata"] {
        if let Some(node) = root.member(name) {
            return Err(node.error("sending the listener to a socket is not supported"));
        }
    }
    let default = action(&root, "defaultAction", ["defaultErrnoRet", "defaultErrno"])?;
    let mut profile = Profile {
        policy: OwnedPolicy::new(default),
        flags: flags(&root)?,
        ignored_calls: Vec::new(),
        ignored_architectures: ignored_architectures(&root)?,
    };
    for node in root.member_elements("syscalls")? {
        rules(&node, environment, &mut profile)?;
    }
    set_unknown(&mut profile.policy);
    Ok(profile)
}

/// Sets the action for system calls with numbers above those in the rules.
fn set_unknown(policy: &mut OwnedPolicy) {
    let default = policy.default;
    if matches!(default, Action::Allow | Action::Log | Action::Trace(_)) {
        policy.unknown = default;
        return;
    }
    let newest = policy.rules.iter().filter_map(|rule| rule.last.as_raw()).max();
    let first = newest.and_then(|number| Syscall::from_raw(number + 1));
    let last = Syscall::from_raw(Syscall::NUMBER_MAX);
    if let (Some(first), Some(last)) = (first, last)
        && first <= last
    {
        let action = Action::Errno(Errno::NOSYS);
        policy.rules.push(OwnedRule { last, ..OwnedRule::new(first, action) });
    }
}

/// Returns the action and the errno in members of an object. The errno is a number, a name (in the
/// profiles of Podman), or both.
fn action(node: &Node<'_>, name: &str, errno_names: [&str; 2]) -> Result<Action, Error> {
    const ACTIONS: &[(&str, Action)] = &[
        ("SCMP_ACT_ALLOW", Action::Allow),
        ("SCMP_ACT_ERRNO", Action::Errno(Errno::PERM)),
        ("SCMP_ACT_KILL", Action::KillThread),
        ("SCMP_ACT_KILL_PROCESS", Action::KillProcess),
        ("SCMP_ACT_KILL_THREAD", Action::KillThread),
        ("SCMP_ACT_LOG", Action::Log),
        ("SCMP_ACT_NOTIFY", Action::UserNotif),
        ("SCMP_ACT_TRACE", Action::Trace(Errno::PERM.as_raw() as u16)),
        ("SCMP_ACT_TRAP", Action::Trap(0)),
    ];
    let action = node.required(name)?.one_of("action", ACTIONS)?;
    let [number, errno] = errno_names.map(|name| node.member(name));
    let given = match (action, &number, &errno) {
        (_, None, None) => return Ok(action),
        (Action::Errno(_), Some(number), _) => {
            let errno = Errno::from_raw(number.integer(4095)? as i32);
            Action::Errno(errno.ok_or_else(|| {
                number.error("with the errno 0, calls would seem to succeed (expected 1 to 4095)")
            })?)
        }
        (Action::Trace(_), Some(number), None) => {
            Action::Trace(number.integer(u16::MAX.into())? as u16)
        }
        (Action::Errno(_), None, Some(errno)) => Action::Errno(errno_by_name(errno)?),
        (_, Some(node), _) | (_, _, Some(node)) => {
            return Err(
                node.error("the action has no errno (expected SCMP_ACT_ERRNO or SCMP_ACT_TRACE)")
            );
        }
    };
    match (&errno, given) {
        (Some(node), Action::Errno(number)) if errno_by_name(node)? != number => {
            let message = format!("the errno differs from '{}' ({number})", errno_names[0]);
            Err(node.error(message))
        }
        _ => Ok(given),
    }
}

fn errno_by_name(node: &Node<'_>) -> Result<Errno, Error> {
    let name = node.string()?;
    name.parse().map_err(|_| {
        let name = name.escape_debug();
        node.error(format!("unknown errno '{name}' (expected a name such as EPERM)"))
    })
}

fn flags(root: &Node<'_>) -> Result<FilterFlags, Error> {
    const FLAGS: &[(&str, FilterFlags)] = &[
        ("SECCOMP_FILTER_FLAG_TSYNC", FilterFlags::TSYNC),
        ("SECCOMP_FILTER_FLAG_LOG", FilterFlags::LOG),
        ("SECCOMP_FILTER_FLAG_SPEC_ALLOW", FilterFlags::SPEC_ALLOW),
        ("SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV", FilterFlags::WAIT_KILLABLE_RECV),
    ];
    let mut flags = FilterFlags::empty();
    for node in root.member_elements("flags")? {
        flags |= node.one_of("flag", FLAGS)?;
    }
    Ok(flags)
}

/// Returns the architectures of the profile other than that of this program.
fn ignored_architectures(root: &Node<'_>) -> Result<Vec<String>, Error> {
    let name = |node: &Node<'_>| {
        const ARCHITECTURES: &str = "X86 X86_64 X32 ARM AARCH64 MIPS MIPS64 MIPS64N32 MIPSEL \
            MIPSEL64 MIPSEL64N32 PPC PPC64 PPC64LE S390 S390X PARISC PARISC64 RISCV64 LOONGARCH64 \
            M68K SH SHEB";
        let name = node.string()?;
        let known = |bare| ARCHITECTURES.split_whitespace().any(|known| known == bare);
        if name.strip_prefix("SCMP_ARCH_").is_some_and(known) {
            return Ok(name.to_owned());
        }
        let (name, names) = (name.escape_debug(), ARCHITECTURES.replace(' ', ", "));
        Err(node.error(format!(
            "unknown architecture '{name}' (expected SCMP_ARCH_ and one of {names})"
        )))
    };
    let mut names = Vec::new();
    for node in root.member_elements("architectures")? {
        names.push(name(&node)?);
    }
    if let Some(map) = root.member("archMap") {
        if !names.is_empty() {
            return Err(map.error("the profile has 'architectures', too (expected one of them)"));
        }
        for node in map.elements()? {
            node.object(&["architecture", "subArchitectures"])?;
            let is_native = name(&node.required("architecture")?)? == NATIVE.1;
            for node in node.member_elements("subArchitectures")? {
                let name = name(&node)?;
                names.extend(is_native.then_some(name));
            }
        }
    }
    names.retain(|name| name != NATIVE.1);
    Ok(names)
}

/// Adds the rules of an element of `syscalls`.
fn rules(node: &Node<'_>, environment: &Environment, profile: &mut Profile) -> Result<(), Error> {
    node.object(&[
        "names", "name", "action", "errnoRet", "errno", "args", "comment", "includes", "excludes",
    ])?;
    let action = action(node, "action", ["errnoRet", "errno"])?;
    let mut comparisons = Vec::new();
    for node in node.member_elements("args")? {
        comparisons.push(comparison(&node)?);
    }
    node.member("comment").map(|node| node.string()).transpose()?;
    let names = names(node)?;
    // Check both, also if the first excludes the rules.
    let is_included = is_included(node, environment)?;
    let is_excluded = is_excluded(node, environment)?;
    if !is_included || is_excluded {
        return Ok(());
    }
    let is_repeated = |index: usize| {
        let argument = |at: usize| comparisons.get(at).map(|it: &Comparison| it.argument);
        (0..index).any(|before| argument(before) == argument(index))
    };
    let alternatives: Vec<_> = if (0..comparisons.len()).any(is_repeated) {
        comparisons.chunks(1).collect()
    } else {
        vec![&*comparisons]
    };
    for name in names {
        match name.parse::<Syscall>() {
            Ok(call) if call.as_raw().is_some() => {
                profile.policy.rules.extend(alternatives.iter().map(|comparisons| OwnedRule {
                    comparisons: comparisons.to_vec(),
                    ..OwnedRule::new(call, action)
                }));
            }
            _ => profile.ignored_calls.push(name.to_owned()),
        }
    }
    Ok(())
}

/// Returns the names of system calls: an array, or a single name in old profiles.
fn names<'j>(node: &Node<'j>) -> Result<Vec<&'j str>, Error> {
    let names = node.member_elements("names")?;
    let names = match (node.member("name"), names.is_empty()) {
        (Some(name), true) => vec![name],
        (Some(name), false) => {
            return Err(name.error("the rule has 'names', too (expected one of them)"));
        }
        (None, true) => {
            return Err(node.error("the rule has no names (expected a name in 'names')"));
        }
        (None, false) => names,
    };
    names.iter().map(Node::string).collect()
}

fn comparison(node: &Node<'_>) -> Result<Comparison, Error> {
    const OPERATORS: &[(&str, Operator)] = &[
        ("SCMP_CMP_NE", Operator::NotEqual),
        ("SCMP_CMP_LT", Operator::Less),
        ("SCMP_CMP_LE", Operator::LessOrEqual),
        ("SCMP_CMP_EQ", Operator::Equal),
        ("SCMP_CMP_GE", Operator::GreaterOrEqual),
        ("SCMP_CMP_GT", Operator::Greater),
        ("SCMP_CMP_MASKED_EQ", Operator::MaskedEqual(0)),
    ];
    node.object(&["index", "value", "valueTwo", "op"])?;
    let argument = node.required("index")?.integer(5)? as u32;
    let value = node.required("value")?.integer(u64::MAX)?;
    let operator = node.required("op")?.one_of("comparison", OPERATORS)?;
    let second = node.member("valueTwo");
    let second_value = second.as_ref().map_or(Ok(0), |node| node.integer(u64::MAX))?;
    let (operator, value) = match (operator, second) {
        // The first value is the mask.
        (Operator::MaskedEqual(_), _) => (Operator::MaskedEqual(value), second_value),
        (_, Some(node)) if second_value != 0 => {
            return Err(node.error("the comparison has one value (expected SCMP_CMP_MASKED_EQ)"));
        }
        (operator, _) => (operator, value),
    };
    Ok(Comparison { width: Width::All64, argument, operator, value })
}

/// The conditions in `includes` or `excludes`, and whether the environment meets each of them.
struct Conditions {
    capabilities: Vec<bool>,
    /// Whether one of the architectures is that of the environment; `None` without architectures.
    architecture: Option<bool>,
    kernel: Option<bool>,
}

fn is_included(node: &Node<'_>, environment: &Environment) -> Result<bool, Error> {
    let Some(node) = node.member("includes") else { return Ok(true) };
    let Conditions { capabilities, architecture, kernel } = conditions(&node, environment)?;
    Ok(capabilities.iter().chain(&architecture).chain(&kernel).all(|is_met| *is_met))
}

fn is_excluded(node: &Node<'_>, environment: &Environment) -> Result<bool, Error> {
    let Some(node) = node.member("excludes") else { return Ok(false) };
    let Conditions { capabilities, architecture, kernel } = conditions(&node, environment)?;
    Ok(capabilities.iter().chain(&architecture).chain(&kernel).any(|is_met| *is_met))
}

fn conditions(node: &Node<'_>, environment: &Environment) -> Result<Conditions, Error> {
    const ARCHITECTURES: &str = "386 amd64 arm arm64 loong64 loongarch64 mips mips64 mips64le \
        mips64n32 mips64p32 mips64p32le mipsel mipsel64 mips3l64n32 mipsle ppc ppc64 ppc64le \
        riscv64 s390 s390x x32 x86";
    node.object(&["caps", "arches", "minKernel"])?;
    let mut capabilities = Vec::new();
    for node in node.member_elements("caps")? {
        let name = node.string()?;
        let is_name = |bare: &str| bare.bytes().all(|it| it.is_ascii_uppercase() || it == b'_');
        if !name.strip_prefix("CAP_").is_some_and(is_name) {
            let name = name.escape_debug();
            let message = format!("unknown capability '{name}' (expected a name like CAP_CHOWN)");
            return Err(node.error(message));
        }
        capabilities.push(environment.capabilities.iter().any(|it| it == name));
    }
    let mut architecture = None;
    for node in node.member_elements("arches")? {
        let name = node.string()?;
        if !ARCHITECTURES.split_whitespace().any(|known| known == name) {
            let (name, names) = (name.escape_debug(), ARCHITECTURES.replace(' ', ", "));
            let message = format!("unknown architecture '{name}' (expected one of {names})");
            return Err(node.error(message));
        }
        let is_native = name == environment.architecture;
        architecture = Some(architecture.unwrap_or(false) || is_native);
    }
    let mut kernel = None;
    if let Some(node) = node.member("minKernel") {
        kernel = Some(environment.kernel >= version(&node)?);
    }
    Ok(Conditions { capabilities, architecture, kernel })
}

/// Parses a version such as `4.8`.
fn version(node: &Node<'_>) -> Result<(u64, u64), Error> {
    let text = node.string()?;
    let number = |digits: &str| {
        let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
        digits.parse().ok().filter(|_| is_number)
    };
    let version = text.split_once('.').and_then(|(a, b)| Some((number(a)?, number(b)?)));
    version.ok_or_else(|| {
        let text = text.escape_debug();
        node.error(format!("invalid version '{text}' (expected two numbers such as 4.8)"))
    })
}
