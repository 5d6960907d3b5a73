//! Tests that every raw function passes its arguments to the kernel, and returns everything that
//! the kernel returns or writes.
//!
//! Each function has a row, which calls the function with each flag and each pointer, and both with
//! and without each optional argument. A recorder checks the number and the arguments of each
//! system call. The kernel does not execute the call: instead, the recorder returns values that
//! differ from every argument.

mod attributes;
mod children;
mod events;
mod fanotify;
mod files;
mod fs_attributes;
mod fs_create;
mod fs_data;
mod fs_dir;
mod fs_lock;
mod fs_open;
mod fs_stat;
mod fs_sync;
mod fs_xattr;
mod handle;
mod landlock;
mod limits;
mod memory;
mod mount;
mod namespace;
mod net;
mod net_messages;
mod pipe;
mod poll;
mod process;
mod scan;
mod seccomp;
mod signal;
mod signal_ops;
mod system;
mod time;

use std::fs::File;
use std::sync::OnceLock;

use bitflags::{Bits, Flags};
use butter::fd::{AsRawFd, IntoRawFd, OwnedFd};
use butter::signal::SigSet;
use common::recorder::{self, Argument, Difference, NULL, Recorder, input, record, size};
use common::test::Test;
use common::{require, this_test};

/// The name of a function, the numbers of the system calls to record, and a closure. The closure
/// calls the function, and compares the arguments of the system calls with the expected arguments.
struct Row(&'static str, &'static [libc::c_long], fn(&Recorder));

const TABLES: &[&[Row]] = &[
    events::ROWS,
    fanotify::ROWS,
    files::ROWS,
    fs_open::ROWS,
    fs_data::ROWS,
    fs_lock::ROWS,
    fs_sync::ROWS,
    fs_dir::ROWS,
    fs_create::ROWS,
    fs_attributes::ROWS,
    fs_xattr::ROWS,
    fs_stat::ROWS,
    handle::ROWS,
    landlock::ROWS,
    limits::ROWS,
    memory::ROWS,
    mount::ROWS,
    namespace::ROWS,
    net::ROWS,
    net_messages::ROWS,
    pipe::ROWS,
    poll::ROWS,
    process::ROWS,
    attributes::ROWS,
    children::ROWS,
    seccomp::ROWS,
    signal::ROWS,
    signal_ops::ROWS,
    system::ROWS,
    time::ROWS,
];

fn rows() -> impl Iterator<Item = &'static Row> {
    TABLES.iter().copied().flatten()
}

/// Returns the differences between the expected and the recorded system calls and results of each
/// row, or the reason why no row can run.
fn differences() -> &'static Result<Vec<Vec<Difference>>, String> {
    static DIFFERENCES: OnceLock<Result<Vec<Vec<Difference>>, String>> = OnceLock::new();
    DIFFERENCES.get_or_init(|| {
        let differences = rows().map(|Row(name, numbers, row)| record(name, numbers, *row));
        differences
            .collect::<Result<_, _>>()
            .map_err(|error| format!("seccomp user notifications are unavailable: {error}"))
    })
}

fn assert_no_difference(test: Test, text_of: fn(&Difference) -> Option<&String>) {
    /// The maximum number of differences that are printed for each row.
    const SHOWN: usize = 4;
    let differences = require!(test; differences().as_ref());
    let mut lines = String::new();
    for row in differences {
        let texts: Vec<_> = row.iter().filter_map(text_of).map(String::as_str).collect();
        lines.extend(texts.iter().take(SHOWN).flat_map(|text| [text, "\n"]));
        if texts.len() > SHOWN {
            lines += &format!("  and {} more\n", texts.len() - SHOWN);
        }
    }
    assert!(lines.is_empty(), "\n{lines}");
}

#[test]
fn arguments_of_raw_functions_are_passed_to_the_kernel() {
    assert_no_difference(this_test!(), |difference| match difference {
        Difference::Call(text) => Some(text),
        Difference::Result(_) => None,
    });
}

#[test]
fn output_of_the_kernel_is_returned_by_each_raw_function() {
    assert_no_difference(this_test!(), |difference| match difference {
        Difference::Call(_) => None,
        Difference::Result(text) => Some(text),
    });
}

#[test]
fn record_names_the_row_if_the_row_panics() {
    let differences = require!(
        record("module::function", &[libc::SYS_getpid], |_| panic!("planted")),
        "seccomp user notifications are unavailable"
    );
    let [Difference::Call(text)] = &differences[..] else {
        panic!("record should return one difference, but returned {}", differences.len())
    };
    assert_eq!(text, "module::function: panicked: planted");
}

/// Returns the empty set of flags, each flag that has a name, and the set of all bits.
fn each<F: Flags>() -> impl Iterator<Item = F>
where
    F::Bits: 'static,
{
    let named = F::FLAGS.iter().filter(|flag| !flag.name().is_empty());
    let named = named.map(|flag| F::from_bits_retain(flag.value().bits()));
    let (none, all) = (F::from_bits_retain(F::Bits::EMPTY), F::from_bits_retain(F::Bits::ALL));
    [none].into_iter().chain(named).chain([all])
}

/// Opens a descriptor whose number is at least `lowest`, so that the number differs from every
/// other argument.
fn open(lowest: i32) -> OwnedFd {
    let null = common::fd(File::open("/dev/null").unwrap());
    butter::io::fcntl_dupfd_cloexec(&null, lowest).unwrap()
}

/// Checks the result of a function that creates a descriptor. The argument of `call` is the
/// descriptor number that the recorder returns from the system call.
fn creates(recorder: &Recorder, call: impl FnOnce(i64) -> butter::Result<OwnedFd>) {
    let created = open(900).into_raw_fd();
    let result = call(created.into());
    recorder.output("descriptor", result.map(|fd| fd.as_raw_fd()), Ok(created));
}

/// Returns `None`, and masks that contain the first signal, the last signal and several signals.
fn masks() -> [Option<SigSet>; 4] {
    let [first, last, several] = sets();
    [None, Some(first), Some(last), Some(several)]
}

/// Returns signal sets that contain the first signal, the last signal and several signals.
fn sets() -> [SigSet; 3] {
    [1, 1 << 63, 0xA123_4567_89AB_CDEF].map(SigSet::from_bits)
}

/// Returns the expected argument for an optional pointer to a signal set.
fn mask_argument(mask: Option<SigSet>) -> Argument {
    mask.map_or(NULL, |mask| input(mask.bits().to_ne_bytes()))
}

/// Returns the expected argument for the size of a signal set.
fn mask_size() -> Argument {
    size(8)
}

/// Returns the bytes of an array of 64-bit numbers.
fn words<const N: usize>(words: [u64; N]) -> Vec<u8> {
    words.into_iter().flat_map(u64::to_ne_bytes).collect()
}

/// Returns the expected argument for an array of `struct iovec` that refers to these buffers.
fn iovecs<'b>(buffers: impl IntoIterator<Item = &'b [u8]>) -> Argument {
    let words = |buffer: &[u8]| words([buffer.as_ptr().addr() as u64, buffer.len() as u64]);
    input(buffers.into_iter().flat_map(words).collect::<Vec<_>>())
}

/// Returns bytes that are distinct within each block of 256 bytes, so that the tests detect a wrong
/// offset or length.
fn pattern<const N: usize>() -> [u8; N] {
    std::array::from_fn(|at| (at * 29 + at / 256 + 1) as u8)
}

/// Returns a path that exceeds the stack buffer that the crate uses for short paths.
fn long_path() -> String {
    format!("/nonexistent/{}", "long/".repeat(200))
}
