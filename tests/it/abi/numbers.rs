//! The constants in all sources of the crate, with their values on an architecture.

use std::collections::BTreeSet;

use super::oracles::{self, NO_CRATE_HAS};
use super::scan::{self, Kind};
use super::{ARCHITECTURES, NATIVE, expression, sources};

/// Constants of the crate that the kernel's headers do not define.
const OURS: &[(&str, &str)] = &[
    ("arch/aarch64/abi.rs", "AUDIT_ARCH"),
    ("arch/x86_64/abi.rs", "AUDIT_ARCH"),
    ("arch/aarch64/abi.rs", "SYSCALL_COLUMN"),
    ("arch/x86_64/abi.rs", "SYSCALL_COLUMN"),
    ("src/copy/copier.rs", "MAX_LENGTH"),
    ("src/copy/copier.rs", "DEFAULT_CHUNK_SIZE"),
    ("src/copy/memory.rs", "BUFFER_SIZE"),
    ("src/copy/memory.rs", "MESSAGE_SIZE"),
    ("src/epoll/raw.rs", "MAX_EVENTS"),
    ("src/error/errno.rs", "COUNT"),
    ("src/error/errno.rs", "ERRNO_MAX"),
    ("src/error/reason.rs", "END"),
    ("src/error/reason.rs", "MAX_BYTES"),
    ("src/error/reason.rs", "MAX_ROWS"),
    ("src/error/repr.rs", "ERRNO_BITS"),
    ("src/error/repr.rs", "MARK"),
    ("src/eventfd/types.rs", "VALUE_MAX"),
    ("src/fanotify/event.rs", "EVENT_SIZE_MAX"),
    ("src/fanotify/event.rs", "FID_SIZE_MAX"),
    ("src/fanotify/event.rs", "PADDED_NAME_MAX"),
    ("src/fanotify/response.rs", "No"),
    ("src/fanotify/response.rs", "Yes"),
    ("src/fanotify/response.rs", "Unknown"),
    ("src/fanotify/resolver/buffer.rs", "DIRECTORY_SIZE"),
    ("src/fanotify/resolver/buffer.rs", "NAME_SIZE"),
    ("src/fanotify/resolver/lookup.rs", "ATTEMPTS"),
    ("src/fanotify/resolver/slot.rs", "NAME_SIZE"),
    ("src/fanotify/resolver/table.rs", "DEPTH_MAX"),
    ("src/fanotify/resolver/table.rs", "PROBES"),
    ("src/fanotify/resolver/vec.rs", "SLOTS_MAX"),
    ("src/fanotify/resolver/vec.rs", "SLOTS_MIN"),
    ("src/fs/attributes/raw.rs", "UNCHANGED"),
    ("src/fs/data/owned.rs", "FIRST_CAPACITY"),
    ("src/fs/dir/entry.rs", "DIR_ENTRY_SIZE_MAX"),
    ("src/fs/dir/entry.rs", "NAME_OFFSET"),
    ("src/fs/dir/owned.rs", "BUFFER_SIZE"),
    ("src/fs/link/owned.rs", "FIRST_SIZE"),
    ("src/fs/link/owned.rs", "LAST_SIZE"),
    ("src/handle/file_handle.rs", "HEADER_SIZE"),
    ("src/idmap/types.rs", "MAX_RANGES"),
    ("src/idmap/types.rs", "MAP_TEXT_MAX"),
    ("src/explain.rs", "LINE"),
    ("src/inotify/event.rs", "EVENT_SIZE_MAX"),
    ("src/macros.rs", "ROOT"),
    // The kernel defines `ST_NOSYMFOLLOW` and `ST_RELATIME`, but neither its UAPI headers nor
    // musl's headers contain the two constants.
    ("src/mount/types.rs", "ST_NOSYMFOLLOW"),
    ("src/mount/types.rs", "ST_RELATIME"),
    ("src/net/numbers.rs", "STORAGE_SIZE"),
    ("src/net/ancillary/decode.rs", "HEADER_SIZE"),
    ("src/net/service/listen.rs", "FIRST"),
    ("src/net/sockopt/value.rs", "MAX_VALUE"),
    ("src/path/arg.rs", "SHORT"),
    ("src/process/attributes/raw.rs", "UNCHANGED"),
    ("src/process/command/builder.rs", "PLACEMENTS"),
    ("src/process/command/builder.rs", "STEPS"),
    ("src/process/command/strings.rs", "STRINGS"),
    ("src/process/wait/status.rs", "CONTINUED"),
    ("src/process/wait/status.rs", "CORE_DUMPED"),
    ("src/process/wait/status.rs", "SIGNAL_BITS"),
    ("src/process/wait/status.rs", "STOPPED"),
    ("src/seccomp/check.rs", "DATA_SIZE"),
    ("src/seccomp/compiler.rs", "ARCH"),
    ("src/seccomp/compiler.rs", "ARGUMENTS"),
    ("src/seccomp/compiler.rs", "FAR"),
    ("src/seccomp/compiler.rs", "NUMBER"),
    ("src/seccomp/compiler.rs", "RETURNS"),
    ("src/seccomp/compiler.rs", "REUSE_DISTANCE"),
    ("src/seccomp/data.rs", "NATIVE_ARCH"),
    ("src/seccomp/notification.rs", "WORDS"),
    ("src/seccomp/memory.rs", "PAGE_SIZE"),
    ("src/seccomp/safety.rs", "ANY"),
    ("src/seccomp/safety.rs", "ARCH"),
    ("src/seccomp/safety.rs", "ERRNO_0"),
    ("src/seccomp/safety.rs", "NUMBER"),
    ("src/seccomp/segments.rs", "ARGUMENT_COUNT"),
    ("src/seccomp/segments.rs", "RULES_MAX"),
    ("src/seccomp/syscall.rs", "ABSENT"),
    ("src/seccomp/syscall.rs", "NONE"),
    ("src/seccomp/syscall.rs", "NUMBER_MAX"),
    ("src/seccomp/syscall.rs", "X32_BIT"),
    ("src/signal/record.rs", "USER_HZ"),
    ("src/signal/number.rs", "RTMAX"),
    ("src/signal/number.rs", "RTMIN"),
    ("src/signalfd/event.rs", "EVENT_SIZE"),
    ("src/thread/cpu_set.rs", "CPUS"),
    ("src/thread/cpu_set.rs", "WORD_BITS"),
    ("src/time/types.rs", "NANOS_PER_SEC"),
];

/// Constants whose name in C differs from the name in the crate.
const RENAMED: &[(&str, &str, &str)] = &[
    ("src/handle/file_handle.rs", "HANDLE_SIZE_MAX", "MAX_HANDLE_SZ"),
    ("src/process/limits.rs", "Cpu", "RLIMIT_CPU"),
    ("src/process/limits.rs", "Fsize", "RLIMIT_FSIZE"),
    ("src/process/limits.rs", "Data", "RLIMIT_DATA"),
    ("src/process/limits.rs", "Stack", "RLIMIT_STACK"),
    ("src/process/limits.rs", "Core", "RLIMIT_CORE"),
    ("src/process/limits.rs", "Rss", "RLIMIT_RSS"),
    ("src/process/limits.rs", "Nproc", "RLIMIT_NPROC"),
    ("src/process/limits.rs", "Nofile", "RLIMIT_NOFILE"),
    ("src/process/limits.rs", "Memlock", "RLIMIT_MEMLOCK"),
    ("src/process/limits.rs", "As", "RLIMIT_AS"),
    ("src/process/limits.rs", "Locks", "RLIMIT_LOCKS"),
    ("src/process/limits.rs", "Sigpending", "RLIMIT_SIGPENDING"),
    ("src/process/limits.rs", "Msgqueue", "RLIMIT_MSGQUEUE"),
    ("src/process/limits.rs", "Nice", "RLIMIT_NICE"),
    ("src/process/limits.rs", "Rtprio", "RLIMIT_RTPRIO"),
    ("src/process/limits.rs", "Rttime", "RLIMIT_RTTIME"),
    ("src/process/usage.rs", "Process", "RUSAGE_SELF"),
    ("src/process/usage.rs", "Children", "RUSAGE_CHILDREN"),
    ("src/process/usage.rs", "Thread", "RUSAGE_THREAD"),
    ("src/fs/lock/types.rs", "Read", "F_RDLCK"),
    ("src/fs/lock/types.rs", "Write", "F_WRLCK"),
    ("src/fs/lock/types.rs", "Unlock", "F_UNLCK"),
    ("src/fs/sync/types.rs", "Normal", "POSIX_FADV_NORMAL"),
    ("src/fs/sync/types.rs", "Random", "POSIX_FADV_RANDOM"),
    ("src/fs/sync/types.rs", "Sequential", "POSIX_FADV_SEQUENTIAL"),
    ("src/fs/sync/types.rs", "WillNeed", "POSIX_FADV_WILLNEED"),
    ("src/fs/sync/types.rs", "DontNeed", "POSIX_FADV_DONTNEED"),
    ("src/fs/sync/types.rs", "NoReuse", "POSIX_FADV_NOREUSE"),
    ("src/net/addr/vsock.rs", "CID_ANY", "VMADDR_CID_ANY"),
    ("src/net/addr/vsock.rs", "CID_LOCAL", "VMADDR_CID_LOCAL"),
    ("src/net/addr/vsock.rs", "CID_HOST", "VMADDR_CID_HOST"),
    ("src/net/addr/vsock.rs", "PORT_ANY", "VMADDR_PORT_ANY"),
    ("src/net/types.rs", "Read", "SHUT_RD"),
    ("src/net/types.rs", "Write", "SHUT_WR"),
    ("src/net/types.rs", "Both", "SHUT_RDWR"),
    ("src/seccomp/check.rs", "INSTRUCTIONS_MAX", "BPF_MAXINSNS"),
    ("src/seccomp/check.rs", "MEMORY_WORDS", "BPF_MEMWORDS"),
    ("src/signal/mask.rs", "Block", "SIG_BLOCK"),
    ("src/signal/mask.rs", "Unblock", "SIG_UNBLOCK"),
    ("src/signal/mask.rs", "Set", "SIG_SETMASK"),
    ("src/time/types.rs", "Realtime", "CLOCK_REALTIME"),
    ("src/time/types.rs", "Monotonic", "CLOCK_MONOTONIC"),
    ("src/time/types.rs", "ProcessCpu", "CLOCK_PROCESS_CPUTIME_ID"),
    ("src/time/types.rs", "ThreadCpu", "CLOCK_THREAD_CPUTIME_ID"),
    ("src/time/types.rs", "MonotonicRaw", "CLOCK_MONOTONIC_RAW"),
    ("src/time/types.rs", "RealtimeCoarse", "CLOCK_REALTIME_COARSE"),
    ("src/time/types.rs", "MonotonicCoarse", "CLOCK_MONOTONIC_COARSE"),
    ("src/time/types.rs", "Boottime", "CLOCK_BOOTTIME"),
    ("src/time/types.rs", "RealtimeAlarm", "CLOCK_REALTIME_ALARM"),
    ("src/time/types.rs", "BoottimeAlarm", "CLOCK_BOOTTIME_ALARM"),
    ("src/time/types.rs", "Tai", "CLOCK_TAI"),
    ("src/timerfd/types.rs", "Realtime", "CLOCK_REALTIME"),
    ("src/timerfd/types.rs", "Monotonic", "CLOCK_MONOTONIC"),
    ("src/timerfd/types.rs", "Boottime", "CLOCK_BOOTTIME"),
    ("src/timerfd/types.rs", "RealtimeAlarm", "CLOCK_REALTIME_ALARM"),
    ("src/timerfd/types.rs", "BoottimeAlarm", "CLOCK_BOOTTIME_ALARM"),
    ("src/uts/types.rs", "HOST_NAME_MAX", "__NEW_UTS_LEN"),
];

/// Constants that only one architecture defines, and whose value is 0 on the other architecture.
const ARCHITECTURE_SPECIFIC: &[(&str, &str)] = &[
    ("MAP_32BIT", "x86_64"),
    ("MAP_ABOVE4G", "x86_64"),
    ("PROT_BTI", "aarch64"),
    ("PROT_MTE", "aarch64"),
];

/// A constant of the kernel that the crate defines.
pub struct Number {
    /// The name of the constant in the crate.
    pub own: &'static str,
    /// The name of the constant in C.
    pub name: String,
    pub value: i128,
    pub kind: Kind<'static>,
    /// The path of the flag type, such as `io::StatusFlags`, if the constant is a flag.
    pub flags: Option<String>,
}

/// Returns every constant of the kernel that the crate's sources define for an architecture.
pub fn of(architecture: &str) -> Vec<Number> {
    let mut numbers = Vec::new();
    for source in sources::of(architecture) {
        for constant in scan::constants(source.path, source.text) {
            if constant.kind == Kind::Plain && OURS.contains(&(source.path, constant.own)) {
                continue;
            }
            let plain = |name: &str| plain(architecture, source.path, name);
            let value = expression::value(constant.expression, &plain);
            let value = value.unwrap_or_else(|| {
                panic!(
                    "{}: the value of {} cannot be evaluated: {}",
                    source.path, constant.name, constant.expression
                )
            });
            let renamed = RENAMED
                .iter()
                .find(|&&(path, name, _)| (path, name) == (source.path, constant.own));
            let name = renamed.map_or(constant.name, |&(_, _, name)| name.to_owned());
            let flags = match constant.kind {
                Kind::Flag(of) => Some(format!("{}::{of}", module(source.path))),
                _ => None,
            };
            numbers.push(Number { own: constant.own, name, value, kind: constant.kind, flags });
        }
    }
    numbers
}

/// Returns the constants that the kernel defines on an architecture. Asserts that the value of
/// every other constant is 0.
pub fn known_to(architecture: &str) -> Vec<Number> {
    let mut numbers = of(architecture);
    numbers.retain(|number| {
        let elsewhere = ARCHITECTURE_SPECIFIC
            .iter()
            .any(|&(name, only)| name == number.name && only != architecture);
        assert!(
            !elsewhere || number.value == 0,
            "{} should be 0, because {architecture} does not define it",
            number.name
        );
        !elsewhere
    });
    numbers
}

/// Returns the value of a plain constant to which the expression of another constant in `path`
/// refers. The constant is defined in the same file or in `arch/`.
fn plain(architecture: &str, path: &str, name: &str) -> Option<i128> {
    let visible = sources::of(architecture)
        .filter(|source| source.path == path || source.path.starts_with("arch/"));
    let mut constants = visible.flat_map(|source| scan::constants(source.path, source.text));
    let constant =
        constants.find(|constant| constant.kind == Kind::Plain && constant.name == name)?;
    expression::value(constant.expression, &|_| None)
}

/// Returns the public module to which a source file belongs, such as `io` for `src/io/fcntl.rs`.
fn module(path: &str) -> &str {
    let path = path.strip_prefix("src/").unwrap_or(path);
    path.split('/').next().unwrap_or(path).trim_end_matches(".rs")
}

#[test]
fn abi_tables_list_exactly_the_constants_in_the_sources() {
    let known: BTreeSet<_> = oracles::table().into_iter().map(|row| row.name.to_owned()).collect();
    let found: BTreeSet<_> = ARCHITECTURES
        .iter()
        .flat_map(|architecture| of(architecture))
        .map(|number| number.name)
        .collect();
    let missing: Vec<_> = found.difference(&known).collect();
    assert!(missing.is_empty(), "no table of tests/it/abi lists the constants {missing:?}");
    let stale: Vec<_> = known.difference(&found).collect();
    assert!(
        stale.is_empty(),
        "constants of tests/it/abi/oracles.rs are not in the sources: {stale:?}"
    );
}

#[test]
fn abi_constants_in_tables_of_exceptions_exist_in_the_sources() {
    let renamed = RENAMED.iter().map(|&(path, name, _)| (path, name));
    for (path, name) in OURS.iter().copied().chain(renamed) {
        let mut sources = ARCHITECTURES.into_iter().flat_map(sources::of);
        let source = sources.find(|source| source.path == path).expect(path);
        let constants = scan::constants(path, source.text);
        assert!(
            constants.iter().any(|constant| constant.name == name),
            "{path} defines no constant {name}"
        );
    }
}

#[test]
fn constant_names_are_equal_on_both_architectures() {
    let [one, other] = ARCHITECTURES.map(|architecture| {
        let mut names: Vec<_> = of(architecture).into_iter().map(|number| number.name).collect();
        names.sort();
        names
    });
    assert_eq!(one, other);
}

#[test]
fn abi_constants_equal_the_constants_of_libc_and_linux_raw_sys() {
    let table = oracles::table();
    let mut compared = 0;
    for number in known_to(NATIVE) {
        let Some(row) = table.iter().find(|row| row.name == number.name) else { continue };
        assert!(
            !row.found.is_empty() || NO_CRATE_HAS.contains(&row.name),
            "neither libc nor linux-raw-sys has {}",
            row.name
        );
        for (oracle, value) in &row.found {
            assert!(
                same(number.value, *value),
                "{} is {:#x} in the crate, but {value:#x} in {oracle}",
                row.name,
                number.value
            );
            compared += 1;
        }
    }
    assert!(
        compared > table.len(),
        "only {compared} values were compared for {} constants",
        table.len()
    );
}

/// Returns whether two numbers are equal, or are the signed and the unsigned value of the same 32
/// bits.
fn same(ours: i128, theirs: i128) -> bool {
    ours == theirs || ((ours < 0) != (theirs < 0) && (ours - theirs).abs() == 1 << 32)
}
