//! Writes a C source file that compiles only if the kernel's headers define the same constants and
//! struct layouts as the crate.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::ARCHITECTURES;
use super::numbers::{self, Number};
use super::scan::Layout;
use super::structs::{self, Struct};
use common::require;

/// The kernel's headers that define the constants and structs.
const HEADERS: &[&str] = &[
    "linux/types.h",
    "asm/errno.h",
    "asm/ioctls.h",
    "asm/socket.h",
    "asm/siginfo.h",
    "asm/statfs.h",
    "asm/stat.h",
    "linux/close_range.h",
    "linux/eventfd.h",
    "linux/eventpoll.h",
    "linux/fadvise.h",
    "linux/falloc.h",
    "linux/filter.h",
    "linux/fanotify.h",
    "linux/fcntl.h",
    "linux/fs.h",
    "linux/if.h",
    "linux/in.h",
    "linux/in6.h",
    "linux/inotify.h",
    "linux/landlock.h",
    "linux/limits.h",
    "linux/magic.h",
    "linux/netlink.h",
    "linux/nsfs.h",
    "linux/openat2.h",
    "linux/memfd.h",
    "linux/mman.h",
    "linux/mount.h",
    "linux/pidfd.h",
    "linux/poll.h",
    "linux/random.h",
    "linux/reboot.h",
    "linux/prctl.h",
    "linux/resource.h",
    "linux/sched.h",
    "linux/seccomp.h",
    "linux/signal.h",
    "linux/signalfd.h",
    "linux/sockios.h",
    "linux/stat.h",
    "linux/sysinfo.h",
    "linux/tcp.h",
    "linux/time.h",
    "linux/time_types.h",
    "linux/timerfd.h",
    "linux/timex.h",
    "linux/uio.h",
    "linux/un.h",
    "linux/utsname.h",
    "linux/vm_sockets.h",
    "linux/wait.h",
    "linux/watch_queue.h",
    "linux/xattr.h",
];

/// The types for which `linux/if.h` and `linux/vm_sockets.h` include `sys/socket.h` of the C
/// library, whose other definitions conflict with the kernel's headers.
const SOCKADDR: &str = "\
#define _SYS_SOCKET_H
typedef unsigned short sa_family_t;
struct sockaddr { sa_family_t sa_family; char sa_data[14]; };
";

/// Names that only C libraries define, and the corresponding names in the kernel's headers.
const RESPELLED: &[(&str, &str)] = &[("O_ASYNC", "FASYNC")];

/// Constants that C libraries define, but that no UAPI header of the kernel defines.
#[rustfmt::skip]
const IN_NO_HEADER: &[&str] = &[
    "MAX_HANDLE_SZ",
    "MNT_DETACH", "MNT_EXPIRE", "MNT_FORCE", "UMOUNT_NOFOLLOW",
    "F_OK", "R_OK", "W_OK", "X_OK", "UTIME_NOW", "UTIME_OMIT",
    "SPLICE_F_GIFT", "SPLICE_F_MORE", "SPLICE_F_MOVE", "SPLICE_F_NONBLOCK",
    "ST_MANDLOCK", "ST_NOATIME", "ST_NODEV", "ST_NODIRATIME", "ST_NOEXEC", "ST_NOSUID",
    "ST_NOSYMFOLLOW", "ST_RDONLY", "ST_RELATIME", "ST_SYNCHRONOUS", "ST_VALID",
    "AF_ALG", "AF_INET", "AF_INET6", "AF_NETLINK", "AF_PACKET", "AF_UNIX", "AF_UNSPEC", "AF_VSOCK",
    "AF_XDP", "MSG_CMSG_CLOEXEC", "MSG_CONFIRM", "MSG_CTRUNC", "MSG_DONTROUTE", "MSG_DONTWAIT",
    "MSG_EOR", "MSG_ERRQUEUE", "MSG_FASTOPEN", "MSG_MORE", "MSG_NOSIGNAL", "MSG_OOB", "MSG_PEEK",
    "MSG_TRUNC", "MSG_WAITALL", "MSG_WAITFORONE", "MSG_ZEROCOPY", "SCM_CREDENTIALS", "SCM_PIDFD",
    "SCM_RIGHTS", "SHUT_RD", "SHUT_RDWR", "SHUT_WR", "SOCK_CLOEXEC", "SOCK_DGRAM", "SOCK_NONBLOCK",
    "SOCK_RAW", "SOCK_RDM", "SOCK_SEQPACKET", "SOCK_STREAM", "SOL_SOCKET",
];

/// Structs that C libraries define, but that no UAPI header of the kernel defines.
const STRUCTS_IN_NO_HEADER: &[&str] = &[
    "struct cmsghdr",
    "struct file_handle",
    "struct linger",
    "struct mmsghdr",
    "struct msghdr",
    "struct ucred",
];

/// Returns the structs of an architecture that the kernel's headers define.
fn structs_of(architecture: &str) -> impl Iterator<Item = (&'static Struct, Layout<'static>)> {
    structs::of(architecture).into_iter().filter(|(row, _)| !STRUCTS_IN_NO_HEADER.contains(&row.c))
}

/// Returns the constants of an architecture that the kernel's headers define.
fn numbers_of(architecture: &str) -> impl Iterator<Item = Number> {
    numbers::known_to(architecture)
        .into_iter()
        .filter(|number| !IN_NO_HEADER.contains(&&*number.name))
}

/// Formats a number as a C literal, which has an unsigned type if the number exceeds `INT_MAX`.
fn literal(value: i128) -> String {
    match value {
        ..=0x7FFF_FFFF => value.to_string(),
        0x8000_0000..=0xFFFF_FFFF => format!("{value:#x}u"),
        _ => format!("{value:#x}ull"),
    }
}

/// Returns the C assertions on the constants and structs of an architecture, without duplicates.
fn assertions(architecture: &str) -> BTreeSet<String> {
    let mut lines = BTreeSet::new();
    let mut equal = |left: &str, right: &str| {
        lines.insert(format!("_Static_assert({left} == {right}, \"{left} is not {right}\");"));
    };
    for number in numbers_of(architecture) {
        let respelled = RESPELLED.iter().find(|(name, _)| *name == number.name);
        equal(
            &format!("({})", respelled.map_or(&*number.name, |(_, name)| name)),
            &literal(number.value),
        );
    }
    for (row, layout) in structs_of(architecture) {
        equal(&format!("sizeof({})", row.c), &layout.size.to_string());
        equal(&format!("_Alignof({})", row.c), &layout.align.to_string());
        for (field, offset) in row.fields.iter().zip(structs::offsets(&layout)) {
            equal(&format!("__builtin_offsetof({}, {field})", row.c), &offset.to_string());
        }
    }
    lines
}

/// Returns the text of the C source file, with one `#if` or `#elif` branch for each architecture.
fn source() -> String {
    let numbers = ARCHITECTURES
        .iter()
        .flat_map(|architecture| numbers_of(architecture))
        .map(|number| number.name);
    let structs = ARCHITECTURES
        .iter()
        .flat_map(|architecture| structs_of(architecture))
        .map(|(row, _)| row.c);
    let (numbers, structs): (BTreeSet<_>, BTreeSet<_>) = (numbers.collect(), structs.collect());
    let mut text = format!("// {} constants and {} structs\n", numbers.len(), structs.len());
    text += SOCKADDR;
    for header in HEADERS {
        writeln!(text, "#include <{header}>").unwrap();
    }
    for (at, architecture) in ARCHITECTURES.iter().enumerate() {
        let directive = if at == 0 { "if" } else { "elif" };
        writeln!(text, "#{directive} defined(__{architecture}__)").unwrap();
        for line in assertions(architecture) {
            writeln!(text, "{line}").unwrap();
        }
    }
    text + "#else\n#error \"this architecture is not supported by the crate\"\n#endif\n"
}

#[test]
fn uapi_check_source_is_written() {
    let path = std::env::var_os("BUTTER_UAPI_CHECK");
    let path =
        require!(path, "BUTTER_UAPI_CHECK, the path of the C source file to write, is not set");
    std::fs::write(path, source()).unwrap();
}
