//! Writes the numbers and layouts as a C source that compiles only where the kernel's headers agree.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::numbers::{self, Number};
use super::{PROCESSORS, structs};
use common::require;

/// The kernel's headers that declare them.
const HEADERS: &[&str] = &[
    "linux/types.h",
    "asm/errno.h",
    "asm/ioctls.h",
    "asm/siginfo.h",
    "asm/statfs.h",
    "asm/stat.h",
    "linux/eventfd.h",
    "linux/eventpoll.h",
    "linux/fcntl.h",
    "linux/inotify.h",
    "linux/limits.h",
    "linux/magic.h",
    "linux/nsfs.h",
    "linux/memfd.h",
    "linux/mman.h",
    "linux/mount.h",
    "linux/poll.h",
    "linux/sched.h",
    "linux/signal.h",
    "linux/signalfd.h",
    "linux/stat.h",
    "linux/time.h",
    "linux/time_types.h",
    "linux/timerfd.h",
    "linux/uio.h",
    "linux/utsname.h",
    "linux/watch_queue.h",
];

/// Names that C libraries made up, and what the kernel's headers call the same.
const RESPELLED: &[(&str, &str)] = &[("O_ASYNC", "FASYNC")];

/// Numbers that the kernel tells programs in no header; C libraries have them.
#[rustfmt::skip]
const IN_NO_HEADER: &[&str] = &[
    "MNT_DETACH", "MNT_EXPIRE", "MNT_FORCE", "UMOUNT_NOFOLLOW",
    "SPLICE_F_GIFT", "SPLICE_F_MORE", "SPLICE_F_MOVE", "SPLICE_F_NONBLOCK",
];

/// The numbers of a processor that the headers have.
fn numbers_of(processor: &str) -> impl Iterator<Item = Number> {
    numbers::known_to(processor).into_iter().filter(|number| !IN_NO_HEADER.contains(&&*number.name))
}

/// A number as C writes one that compares with any type as meant.
fn literal(value: i128) -> String {
    match value {
        ..=0x7FFF_FFFF => value.to_string(),
        0x8000_0000..=0xFFFF_FFFF => format!("{value:#x}u"),
        _ => format!("{value:#x}ull"),
    }
}

/// The assertions of a processor, each once.
fn assertions(processor: &str) -> BTreeSet<String> {
    let mut lines = BTreeSet::new();
    let mut equal = |left: &str, right: &str| {
        lines.insert(format!("_Static_assert({left} == {right}, \"{left} is not {right}\");"));
    };
    for number in numbers_of(processor) {
        let respelled = RESPELLED.iter().find(|(name, _)| *name == number.name);
        equal(
            &format!("({})", respelled.map_or(&*number.name, |(_, name)| name)),
            &literal(number.value),
        );
    }
    for (row, layout) in structs::of(processor) {
        equal(&format!("sizeof({})", row.c), &layout.size.to_string());
        equal(&format!("_Alignof({})", row.c), &layout.align.to_string());
        for (field, offset) in row.fields.iter().zip(structs::offsets(&layout)) {
            equal(&format!("__builtin_offsetof({}, {field})", row.c), &offset.to_string());
        }
    }
    lines
}

/// The whole source: one part for each processor.
fn source() -> String {
    let numbers =
        PROCESSORS.iter().flat_map(|processor| numbers_of(processor)).map(|number| number.name);
    let structs =
        PROCESSORS.iter().flat_map(|processor| structs::of(processor)).map(|(row, _)| row.c);
    let (numbers, structs): (BTreeSet<_>, BTreeSet<_>) = (numbers.collect(), structs.collect());
    let mut text = format!("// {} constants and {} structs\n", numbers.len(), structs.len());
    for header in HEADERS {
        writeln!(text, "#include <{header}>").unwrap();
    }
    for (at, processor) in PROCESSORS.iter().enumerate() {
        let word = if at == 0 { "if" } else { "elif" };
        writeln!(text, "#{word} defined(__{processor}__)").unwrap();
        for line in assertions(processor) {
            writeln!(text, "{line}").unwrap();
        }
    }
    text + "#else\n#error \"not a processor of this crate\"\n#endif\n"
}

#[test]
fn source_for_uapi_check_is_written() {
    let path = std::env::var_os("BUTTER_UAPI_CHECK");
    let path = require!(path, "BUTTER_UAPI_CHECK, the path to write to, is not set");
    std::fs::write(path, source()).unwrap();
}
