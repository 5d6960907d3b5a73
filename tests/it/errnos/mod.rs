//! Every errno that has a kind or a reason of its own in some call: brought about in the kernel
//! where it can be, else put in its place by a filter, and then looked at as a user sees it.
//!
//! Each module of the crate has its table here; a cause that is in no row fails the test, as does a
//! failure that is documented and has no cause.

mod causes;
mod causes_memory;
mod causes_mount;
mod copy;
mod descriptors;
mod docs;
mod epoll;
mod eventfd;
mod filtered;
mod general;
mod idmap;
mod inotify;
mod io;
mod memfd;
mod memory;
mod mount;
mod namespace;
mod pipe;
mod poll;
mod process;
mod signal;
mod signalfd;
mod text;
mod thread;
mod time;
mod timerfd;
mod uts;

use std::fs::File;

use butter::error::{Call, ErrorKind};
use butter::{Errno, Error};
use common::child::{in_child, open_no_more};
use common::files;
use common::test::Test;
use common::this_test;

/// The failure of a call, or the reason why it cannot be caused here.
type Outcome = Result<Error, String>;

/// A reason why a failure cannot be caused.
const NO_OTHER_USER: &str = "the first process is this user's own";

/// How a test comes by a failure.
type Provoke = fn() -> Outcome;

/// One row: the call, the errno, its kind, and how a test comes by it.
struct Row(Call, Errno, ErrorKind, Provoke);

/// What fails in a module of the crate.
struct Table {
    /// The source in which the causes stand.
    source: &'static str,
    rows: &'static [Row],
    /// What fails in a process that may open no further descriptor.
    without_descriptors: &'static [Row],
    /// What fails in circumstances of its own, which the module's tests bring about.
    others: &'static [Row],
}

const TABLES: &[Table] = &[
    io::TABLE,
    memory::TABLE,
    memfd::TABLE,
    memfd::FS_TABLE,
    pipe::TABLE,
    copy::TABLE,
    poll::TABLE,
    eventfd::TABLE,
    inotify::TABLE,
    epoll::TABLE,
    timerfd::TABLE,
    process::TABLE,
    signal::TABLE,
    thread::TABLE,
    time::TABLE,
    signalfd::TABLE,
    mount::TABLE,
    uts::TABLE,
    namespace::TABLE,
    idmap::TABLE,
];

fn failed<T>(result: butter::Result<T>) -> Outcome {
    Ok(result.err().expect("the call should have failed"))
}

/// The failure of a call that is repeated until it fails.
fn until_failed<T>(mut call: impl FnMut() -> butter::Result<T>) -> Outcome {
    Ok((0..1024).find_map(|_| call().err()).expect("the call should have failed"))
}

/// The failure, unless it is that the running kernel does not have the call.
fn unless_missing<T>(result: butter::Result<T>) -> Outcome {
    let error = failed(result)?;
    if error.kind() == ErrorKind::Unsupported { Err(error.to_string()) } else { Ok(error) }
}

/// Checks rows; one that this kernel cannot have is skipped.
fn check_all<'r>(test: Test, rows: impl IntoIterator<Item = &'r Row>) {
    for row in rows {
        match (row.3)() {
            Ok(error) => check(row, error),
            Err(reason) => test.skip(&format!("{} {}", row.0, row.1), format_args!("{reason}")),
        }
    }
}

/// Checks the row of one cause, and that the reason names it.
fn check_cause(test: Test, (phrase, row): &(&str, Row)) {
    match (row.3)() {
        Ok(error) => {
            check(row, error);
            if cfg!(feature = "explain") {
                assert!(error.to_string().contains(phrase), "{phrase:?}: {error}");
            }
        }
        Err(reason) => {
            test.skip(&format!("{} {}: {phrase}", row.0, row.1), format_args!("{reason}"));
        }
    }
}

/// What a user sees of a failure is what the row says.
fn check(row: &Row, error: Error) {
    let Row(call, errno, kind, _) = *row;
    assert_eq!((error.call(), error.errno(), error.kind()), (call, errno, kind), "{error}");
    let text = error.to_string();
    assert!(text.starts_with(&format!("{call}: {errno}")), "{text}");
    #[cfg(feature = "explain")]
    {
        let reason = error.reason().expect("each row has a reason").to_string();
        assert!(!reason.is_empty(), "{text}");
        match call.since() {
            Some(since) if errno == Errno::NOSYS => {
                let available = format!("(available since Linux {since})");
                assert!(text.ends_with(&available), "{text}");
            }
            _ => assert!(text.ends_with(&reason), "{text}"),
        }
    }
}

/// The row of a call and an errno, in any of the tables.
fn row(call: Call, errno: Errno) -> Option<&'static Row> {
    let rows = TABLES
        .iter()
        .flat_map(|table| [table.rows, table.without_descriptors, table.others])
        .flatten();
    let causes = [causes_mount::ROWS, causes_mount::IN_NAMESPACES, causes_memory::ROWS];
    let rows = rows.chain(causes.into_iter().flatten().map(|(_, row)| row));
    rows.into_iter().find(|row| row.0 == call && row.1 == errno)
}

fn null() -> butter::fd::OwnedFd {
    common::fd(File::open("/dev/null").unwrap())
}

/// Lets a forked child have so many descriptors, and keep those that it has.
fn may_have_descriptors(number: u64) {
    let limit = libc::rlimit { rlim_cur: number, rlim_max: number };
    // SAFETY: reads one struct.
    assert_eq!(unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &raw const limit) }, 0);
}

/// A place in the file system, which most calls do not take for an open file.
fn a_place() -> butter::fd::OwnedFd {
    // libc's own `open`: with musl, std takes the flag for an access mode and leaves it out.
    // SAFETY: reads the path; a success is a new descriptor.
    let place = unsafe { libc::open(c"/".as_ptr(), libc::O_PATH | libc::O_CLOEXEC) };
    // SAFETY: just opened, and ours alone.
    unsafe { butter::fd::FromRawFd::from_raw_fd(place) }
}

fn a_regular_file() -> butter::fd::OwnedFd {
    common::fd(files::anonymous())
}

#[test]
fn each_failure_is_told_as_it_is() {
    // Some of the rows fork, and a forked process holds the descriptors of other tests open.
    in_child(|| check_all(this_test!(), TABLES.iter().flat_map(|table| table.rows)));
}

#[test]
fn a_process_without_descriptors_says_so() {
    in_child(|| {
        open_no_more();
        for row in TABLES.iter().flat_map(|table| table.without_descriptors) {
            check(row, (row.3)().unwrap());
        }
    });
}
