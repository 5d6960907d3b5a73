//! Tests of every errno for which a call has a specific kind or reason. The tests trigger the errno
//! in the kernel if possible, and otherwise inject the errno with a seccomp filter. The tests
//! compare the kind and the text of the error with the expected ones.
//!
//! Each module of the crate that makes system calls has a table of errors in this module. The tests
//! fail if a reason is in no row, or if an errno is documented but has no reason.

mod attributes;
mod calls;
mod causes_memory;
mod causes_mount;
mod causes_open;
mod clone;
mod copy;
mod descriptors;
mod docs;
mod epoll;
mod eventfd;
mod exec;
mod fanotify;
mod fs_attributes;
mod fs_create;
mod fs_data;
mod fs_dir;
mod fs_link;
mod fs_lock;
mod fs_open;
mod fs_paths;
mod fs_stat;
mod fs_sync;
mod fs_xattr;
mod general;
mod handle;
mod idmap;
mod inotify;
mod io;
mod landlock;
mod memfd;
mod memory;
mod mount;
mod namespace;
mod net;
mod pidfd;
mod pipe;
mod poll;
mod process;
mod rand;
mod reasons;
mod seccomp;
mod signal;
mod signalfd;
mod system;
mod text;
mod thread;
mod time;
mod timerfd;
mod uts;
mod wait;

use std::fs::File;
use std::os::unix::fs::MetadataExt;
use std::panic::{RefUnwindSafe, catch_unwind};

use butter::error::{Call, ErrorKind};
use butter::{Errno, Error};
use common::child::{as_nobody, exhaust_descriptors, in_child};
use common::files;
use common::test::{Test, for_each_row, in_row, message_of};
use common::this_test;

/// The error of a call, or the reason why this host cannot trigger the error.
type Outcome = Result<Error, String>;

/// The reason why an error cannot be triggered if `process_of_another_user` finds no process.
const NO_OTHER_USER: &str = "process 1 belongs to the same user or is this process";

/// A function that triggers an error.
type Trigger = fn() -> Outcome;

/// A row of a table: the call, the errno, the expected kind of the error, and a function that
/// triggers the error.
struct Row(Call, Errno, ErrorKind, Trigger);

/// The table of errors of a module of the crate.
struct Table {
    /// The text of the source file that contains the table of reasons.
    source: &'static str,
    rows: &'static [Row],
    /// The errors in a process that has reached its limit on open file descriptors.
    at_descriptor_limit: &'static [Row],
    /// The errors that require a special environment, such as a namespace, which the tests of the
    /// module create.
    others: &'static [Row],
}

const TABLES: &[Table] = &[
    io::TABLE,
    net::SOCKET_TABLE,
    net::CONNECTION_TABLE,
    net::SEND_TABLE,
    net::RECEIVE_TABLE,
    net::OPTIONS_TABLE,
    net::INTERFACE_TABLE,
    net::SERVICE_TABLE,
    memory::TABLE,
    memfd::TABLE,
    fs_data::TABLE,
    fs_data::RANGE_TABLE,
    fs_sync::TABLE,
    fs_lock::TABLE,
    fs_open::TABLE,
    fs_dir::TABLE,
    fs_stat::TABLE,
    fs_create::TABLE,
    fs_link::TABLE,
    fs_attributes::TABLE,
    fs_attributes::TIMES_TABLE,
    fs_attributes::ACCESS_TABLE,
    fs_xattr::READ_TABLE,
    fs_xattr::WRITE_TABLE,
    fs_xattr::AT_TABLE,
    handle::TABLE,
    pipe::TABLE,
    copy::TABLE,
    poll::TABLE,
    eventfd::TABLE,
    inotify::TABLE,
    fanotify::TABLE,
    epoll::TABLE,
    timerfd::TABLE,
    process::TABLE,
    attributes::TABLE,
    clone::TABLE,
    exec::TABLE,
    wait::TABLE,
    pidfd::TABLE,
    signal::TABLE,
    thread::TABLE,
    thread::RAW_TABLE,
    time::TABLE,
    time::SLEEP_TABLE,
    signalfd::TABLE,
    mount::TABLE,
    rand::TABLE,
    landlock::TABLE,
    seccomp::TABLE,
    seccomp::MEMORY_TABLE,
    system::TABLE,
    uts::TABLE,
    namespace::TABLE,
    idmap::TABLE,
];

/// Returns the error of a call that must fail.
fn failed<T>(result: butter::Result<T>) -> Outcome {
    Ok(result.err().expect("the call should have failed"))
}

/// Repeats a call until it fails, and returns the error.
fn until_failed<T>(mut call: impl FnMut() -> butter::Result<T>) -> Outcome {
    Ok((0..1024).find_map(|_| call().err()).expect("the call should have failed"))
}

/// Returns the error of a call that must fail, or the reason to skip the row if the running kernel
/// does not support the call.
fn unless_unsupported<T>(result: butter::Result<T>) -> Outcome {
    let error = failed(result)?;
    if error.kind() == ErrorKind::Unsupported { Err(error.to_string()) } else { Ok(error) }
}

/// Triggers and checks the error of each row. Skips each row whose error this host cannot trigger.
fn check_all<'r>(test: Test, rows: impl IntoIterator<Item = &'r Row>) {
    for_each_row(rows, |row| {
        if let Err(reason) = check_row(row) {
            test.skip(&name_of(row), format_args!("{reason}"));
        }
    });
}

/// Like [`check_all`], for rows whose errors every host can trigger.
fn check_each<'r>(rows: impl IntoIterator<Item = &'r Row>) {
    for_each_row(rows, |row| in_row(name_of(row), || check(row, (row.3)().unwrap())));
}

/// Triggers and checks the error of one row. Returns the error, or the reason why this host cannot
/// trigger the error.
fn check_row(row: &Row) -> Outcome {
    in_row(name_of(row), || {
        let error = (row.3)()?;
        check(row, error);
        Ok(error)
    })
}

/// Returns the name of a row, with which the panic message of the row begins.
fn name_of(row: &Row) -> String {
    format!("{} {}", row.0, row.1)
}

/// Checks the rows of causes.
fn check_causes<'r>(test: Test, causes: impl IntoIterator<Item = &'r (&'r str, Row)>) {
    for_each_row(causes, |cause| check_cause(test, cause));
}

/// Checks the row of one cause, and checks that the error reason names the cause.
fn check_cause(test: Test, (phrase, row): &(&str, Row)) {
    let name = format!("{}: {phrase}", name_of(row));
    in_row(&name, || match (row.3)() {
        Ok(error) => {
            check(row, error);
            if cfg!(feature = "explain") {
                assert!(error.to_string().contains(phrase), "{error}");
            }
        }
        Err(reason) => test.skip(&name, format_args!("{reason}")),
    });
}

/// Compares the call, the errno, the kind and the text of an error with a row.
fn check(row: &Row, error: Error) {
    let Row(call, errno, kind, _) = *row;
    assert_eq!((error.call(), error.errno(), error.kind()), (call, errno, kind), "{error}");
    let text = error.to_string();
    assert!(text.starts_with(&format!("{call}: {errno}")), "{text}");
    #[cfg(feature = "explain")]
    {
        let reason =
            error.reason().expect("the error of each row should have a reason").to_string();
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

/// Returns the row of a call and an errno from any of the tables.
fn row(call: Call, errno: Errno) -> Option<&'static Row> {
    let rows = TABLES
        .iter()
        .flat_map(|table| [table.rows, table.at_descriptor_limit, table.others])
        .flatten();
    let causes = [causes_mount::ROWS, causes_mount::IN_NAMESPACES, causes_memory::ROWS];
    let rows = rows.chain(causes.into_iter().flatten().map(|(_, row)| row));
    rows.into_iter().find(|row| row.0 == call && row.1 == errno)
}

/// Calls a function with the path of a file of the root user, in a thread without privileges.
/// Returns an error if the file belongs to the user of the thread, as in a user namespace that maps
/// only the root user.
fn with_file_of_root(call: impl FnOnce(&str) -> Outcome + Send) -> Outcome {
    as_nobody(|| {
        let path = "/proc/version";
        let owner = std::fs::metadata(path).unwrap().uid();
        if owner == butter::process::geteuid().as_raw() {
            return Err("the user namespace maps only the root user".into());
        }
        call(path)
    })
}

fn null() -> butter::fd::OwnedFd {
    common::fd(File::open("/dev/null").unwrap())
}

/// Sets the limit on open file descriptors of a forked child. Open descriptors above the limit
/// remain open.
fn set_descriptor_limit(number: u64) {
    let limit = libc::rlimit { rlim_cur: number, rlim_max: number };
    // SAFETY: reads one struct.
    assert_eq!(unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &raw const limit) }, 0);
}

/// Opens a path-only (`O_PATH`) descriptor, which most calls reject.
fn path_only_descriptor() -> butter::fd::OwnedFd {
    // `std` cannot open a path-only descriptor with musl, whose `O_ACCMODE` contains `O_PATH`:
    // `std` clears the bits of `O_ACCMODE` in custom flags.
    // SAFETY: reads the path; a success is a new descriptor.
    let fd = unsafe { libc::open(c"/".as_ptr(), libc::O_PATH | libc::O_CLOEXEC) };
    // SAFETY: a new descriptor, which has no other owner.
    unsafe { butter::fd::FromRawFd::from_raw_fd(fd) }
}

fn regular_file() -> butter::fd::OwnedFd {
    common::fd(files::anonymous())
}

#[test]
fn errno_rows_fail_with_the_expected_kind_and_reason() {
    // The rows run in a child process, because some rows fork, and a fork of the test process would
    // keep the descriptors of other tests open.
    in_child(|| check_all(this_test!(), TABLES.iter().flat_map(|table| table.rows)));
}

#[test]
fn errno_rows_fail_with_emfile_at_the_descriptor_limit() {
    in_child(|| {
        exhaust_descriptors();
        check_each(TABLES.iter().flat_map(|table| table.at_descriptor_limit));
    });
}

#[test]
fn check_row_names_the_call_and_errno_if_the_row_panics() {
    for (trigger, expected) in [
        ((|| panic!("planted")) as Trigger, "planted"),
        (
            || Ok(Error::new(Call::CLOSE, "planted".parse().unwrap())),
            "called `Result::unwrap()` on an `Err` value",
        ),
        (|| failed(Ok(())), "the call should have failed"),
        (|| Ok(Error::new(Call::CLOSE, Errno::BADF)), "assertion `left == right` failed"),
    ] {
        let row = || Row(Call::EVENTFD2, Errno::INVAL, ErrorKind::InvalidArgument, trigger);
        let checks: [(&str, &(dyn Fn() + RefUnwindSafe)); 4] = [
            ("", &|| drop(check_row(&row()))),
            ("", &|| check_all(this_test!(), [&row()])),
            ("", &|| check_each([&row()])),
            ("a cause: ", &|| check_causes(this_test!(), [&("a cause", row())])),
        ];
        for (cause, check) in checks {
            let panic = catch_unwind(check).expect_err("the row should panic");
            let message = message_of(&*panic);
            assert!(
                message.starts_with(&format!("eventfd2 EINVAL: {cause}{expected}")),
                "{message}"
            );
        }
        // The rows after a row that panics are checked, too.
        let panic =
            catch_unwind(|| check_each(&[row(), row()])).expect_err("the rows should panic");
        let message = message_of(&*panic);
        assert_eq!(message.matches("eventfd2 EINVAL: ").count(), 2, "{message}");
    }
}
