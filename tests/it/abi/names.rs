//! Checks that the names of the crate's constants correspond to the names in C.

use super::{NATIVE, numbers, scan::Kind};

/// Constants whose names differ from the names in C by more than an omitted prefix.
const RENAMED: &[(&str, &str)] = &[
    ("CLOCK_BOOTTIME", "Boottime"),
    ("CLOCK_BOOTTIME_ALARM", "BoottimeAlarm"),
    ("CLOCK_MONOTONIC", "Monotonic"),
    ("CLOCK_MONOTONIC_COARSE", "MonotonicCoarse"),
    ("CLOCK_MONOTONIC_RAW", "MonotonicRaw"),
    ("CLOCK_PROCESS_CPUTIME_ID", "ProcessCpu"),
    ("CLOCK_REALTIME", "Realtime"),
    ("CLOCK_REALTIME_ALARM", "RealtimeAlarm"),
    ("CLOCK_REALTIME_COARSE", "RealtimeCoarse"),
    ("CLOCK_TAI", "Tai"),
    ("CLOCK_THREAD_CPUTIME_ID", "ThreadCpu"),
    ("CLONE_NEWNS", "MOUNT"),
    ("E2BIG", "TOOBIG"),
    ("F_OK", "EXISTS"),
    ("MAP_32BIT", "BITS_32"),
    ("O_CREAT", "CREATE"),
    ("O_NOTIFICATION_PIPE", "NOTIFICATION"),
    ("O_CREAT", "CREATE"),
    ("R_OK", "READ_OK"),
    ("RLIMIT_CPU", "Cpu"),
    ("RLIMIT_FSIZE", "Fsize"),
    ("RLIMIT_DATA", "Data"),
    ("RLIMIT_STACK", "Stack"),
    ("RLIMIT_CORE", "Core"),
    ("RLIMIT_RSS", "Rss"),
    ("RLIMIT_NPROC", "Nproc"),
    ("RLIMIT_NOFILE", "Nofile"),
    ("RLIMIT_MEMLOCK", "Memlock"),
    ("RLIMIT_AS", "As"),
    ("RLIMIT_LOCKS", "Locks"),
    ("RLIMIT_SIGPENDING", "Sigpending"),
    ("RLIMIT_MSGQUEUE", "Msgqueue"),
    ("RLIMIT_NICE", "Nice"),
    ("RLIMIT_RTPRIO", "Rtprio"),
    ("RLIMIT_RTTIME", "Rttime"),
    ("RUSAGE_SELF", "Process"),
    ("RUSAGE_CHILDREN", "Children"),
    ("RUSAGE_THREAD", "Thread"),
    ("SIG_BLOCK", "Block"),
    ("SIG_SETMASK", "Set"),
    ("SIG_UNBLOCK", "Unblock"),
    ("W_OK", "WRITE_OK"),
    ("X_OK", "EXEC_OK"),
    ("__NEW_UTS_LEN", "HOST_NAME_MAX"),
];

/// The prefixes of names in C that the crate omits.
const PREFIXES: &[&str] = &[
    "ADJ_",
    "AT_",
    "CLONE_",
    "CLONE_NEW",
    "E",
    "EFD_",
    "EPOLL",
    "EPOLL_",
    "F_SEAL_",
    "FD_",
    "GRND_",
    "IN_",
    "MAP_",
    "MFD_",
    "O_",
    "OPENAT2_",
    "POLL",
    "PROT_",
    "RENAME_",
    "RESOLVE_",
    "S_I",
    "S_IS",
    "SA_",
    "SFD_",
    "SIG",
    "SPLICE_F_",
    "ST_",
    "STA_",
    "STATX_",
    "STATX_ATTR_",
    "S_I",
    "SS_",
    "TFD_",
    "TFD_TIMER_",
    "MNT_",
    "MS_",
    "UMOUNT_",
    "XATTR_",
];

#[test]
fn constant_names_correspond_to_c_names() {
    for number in numbers::of(NATIVE) {
        let (own, name) = (number.own, &*number.name);
        let shortened = PREFIXES.iter().any(|prefix| name.strip_prefix(prefix) == Some(own));
        let same = if number.kind == Kind::Plain { name == own } else { shortened };
        let renamed = RENAMED.contains(&(name, own));
        assert!(same || renamed, "{own} does not correspond to {name}, the name in C");
    }
}
