//! Tests of every call that can block, while signals interrupt the call: no byte, event or
//! expiration is lost or duplicated, and timeouts expire on time.
//!
//! [`blocking::CALLS`] has a row for each call that blocks until an event occurs,
//! [`timeouts::CALLS`] for each call with a timeout, and [`interruptible::CALLS`] for each call
//! that fails with `EINTR`. The module [`sockets`] has these rows for calls on sockets. The other
//! modules transfer data between threads while signals interrupt every thread.

mod blocking;
mod copies;
mod events;
mod interruptible;
mod pipes;
mod sockets;
mod timeouts;

use std::sync::atomic::Ordering;
use std::thread::ScopedJoinHandle;
use std::time::Duration;

use butter::fanotify::{Class, Fanotify, InitFlags};
use butter::inotify::{Inotify, WatchFlags};
use common::files;
use common::signals::HANDLED;
use common::test::{Test, in_row};
use common::this_test;
use temp_dir::TempDir;

common::watchdog!();

/// The minimum number of signals that interrupt a call.
const MANY: u64 = 300;

/// The minimum number of signals that interrupt each thread of a transfer. Static builds are
/// tested in an emulator, which is slow.
const VERY_MANY: u64 = if cfg!(target_env = "musl") { 1000 } else { 5000 };

/// Timeouts that do not expire during a test: `HOUR` is a whole number of milliseconds, and
/// `FINE_HOUR` is not.
const HOUR: Duration = Duration::from_secs(3600);
const FINE_HOUR: Duration = Duration::new(3600, 1000);

/// The name of a call, and the function that tests it.
type Row = (&'static str, fn());

#[test]
fn blocking_calls_continue_to_wait_after_signals() {
    run_rows(this_test!(), blocking::CALLS);
}

#[test]
fn timeouts_expire_on_time_despite_signals() {
    run_rows(this_test!(), timeouts::CALLS);
}

#[test]
fn interruptible_calls_fail_with_eintr_and_have_no_effect() {
    run_rows(this_test!(), interruptible::CALLS);
}

#[test]
fn net_calls_continue_to_wait_after_signals() {
    run_rows(this_test!(), sockets::BLOCKING);
}

#[test]
fn net_raw_calls_fail_with_eintr_and_have_no_effect() {
    run_rows(this_test!(), sockets::INTERRUPTIBLE);
}

#[test]
fn pipe_reads_and_writes_transfer_each_byte_once_despite_signals() {
    run_rows(this_test!(), pipes::CALLS);
}

#[test]
fn copier_transfers_and_counts_each_byte_once_despite_signals() {
    run_rows(this_test!(), copies::ROWS);
}

#[test]
fn eventfd_reads_return_the_sum_of_the_writes_despite_signals() {
    run_rows(this_test!(), &[("EventFd::write and read", events::counter)]);
}

#[test]
fn inotify_reports_each_event_of_many_files_despite_signals() {
    run_rows(this_test!(), events::FILES);
}

#[test]
fn timer_read_counts_each_expiration_despite_signals() {
    run_rows(this_test!(), &[("TimerFd::read", events::expirations)]);
}

#[test]
fn epoll_edge_triggered_event_is_reported_once() {
    run_rows(this_test!(), events::EDGES);
}

/// Runs the rows of a table in a child process, and prints the name of each row and the number of
/// handled signals. If a row hangs, its name is the last printed name.
fn run_rows(test: Test, rows: &[Row]) {
    test.in_child_with_timeout(|| {
        for (name, run) in rows {
            println!("{name}");
            in_row(name, run);
        }
        println!("{} signals", HANDLED.load(Ordering::Relaxed));
    });
}

fn join<T>(thread: ScopedJoinHandle<'_, T>) -> T {
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// Returns whether `epoll_pwait2` accepts timeouts finer than a millisecond. If the kernel does not
/// support `epoll_pwait2`, reports the row as skipped.
fn supports_fine_timeouts(row: &str) -> bool {
    let supported = common::kernel_is_at_least("5.11");
    if !supported {
        Test::from_environment().skip(row, format_args!("epoll_pwait2 requires Linux 5.11"));
    }
    supported
}

/// Creates a blocking fanotify group that reports names, which does not require privileges.
fn fanotify_group() -> butter::Result<Fanotify> {
    Fanotify::builder(Class::Notification).flags(InitFlags::REPORT_DFID_NAME).build()
}

/// Creates a blocking inotify instance with a watch on a new directory.
fn watched() -> (Inotify, TempDir) {
    let (inotify, directory) = (Inotify::new().unwrap(), files::directory());
    inotify
        .add_watch(common::bytes(directory.path()), WatchFlags::CREATE | WatchFlags::DELETE)
        .unwrap();
    (inotify, directory)
}
