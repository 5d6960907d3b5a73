//! Every call that can block, while signals interrupt it: no byte, event or expiration is lost or
//! duplicated, and timeouts are kept.
//!
//! Each call that blocks until something happens has a row in [`blocking::CALLS`], each call with a
//! timeout has a row in [`timeouts::CALLS`], and each call that returns `EINTR` has a row in
//! [`interruptible::CALLS`]. The other modules transfer data between threads, each of which is
//! interrupted.

mod blocking;
mod copies;
mod events;
mod interruptible;
mod pipes;
mod timeouts;

use std::sync::atomic::Ordering;
use std::thread::ScopedJoinHandle;
use std::time::Duration;

use butter::inotify::{Inotify, WatchFlags};
use common::files;
use common::signals::HANDLED;
use common::test::Test;
use common::this_test;
use temp_dir::TempDir;

common::watchdog!();

/// The minimum number of signals that interrupt a call.
const MANY: u64 = 300;

/// The minimum number of signals that interrupt each thread of a transfer. The static builds run in
/// an emulator, which is slow.
const VERY_MANY: u64 = if cfg!(target_env = "musl") { 1000 } else { 5000 };

/// Timeouts that do not expire during a test: one in whole milliseconds, and one that is finer.
const HOUR: Duration = Duration::from_secs(3600);
const FINE_HOUR: Duration = Duration::new(3600, 1000);

/// The name of a call, and the function that tests it.
type Row = (&'static str, fn());

#[test]
fn blocking_calls_continue_to_wait_after_signals() {
    run_rows(this_test!(), blocking::CALLS);
}

#[test]
fn timeouts_are_kept_despite_signals() {
    run_rows(this_test!(), timeouts::CALLS);
}

#[test]
fn interruptible_calls_fail_with_eintr_and_have_no_effect() {
    run_rows(this_test!(), interruptible::CALLS);
}

#[test]
fn pipes_transfer_each_byte_once_and_in_order() {
    run_rows(this_test!(), pipes::CALLS);
}

#[test]
fn copier_transfers_and_counts_each_byte_once() {
    run_rows(this_test!(), copies::ROWS);
}

#[test]
fn eventfd_reads_return_the_sum_of_the_writes() {
    run_rows(this_test!(), &[("EventFd::write and read", events::counter)]);
}

#[test]
fn inotify_reports_each_event_of_many_files() {
    run_rows(this_test!(), events::FILES);
}

#[test]
fn timer_read_counts_each_expiration() {
    run_rows(this_test!(), &[("TimerFd::read", events::expirations)]);
}

#[test]
fn epoll_edge_triggered_event_is_reported_once() {
    run_rows(this_test!(), events::EDGES);
}

/// Runs the rows of a table in a child process, and prints the name of each row and the number of
/// signals. If a row fails, its name is the last one that is printed.
fn run_rows(test: Test, rows: &[Row]) {
    test.in_child_with_timeout(|| {
        for (name, run) in rows {
            println!("{name}");
            run();
        }
        println!("{} signals", HANDLED.load(Ordering::Relaxed));
    });
}

fn join<T>(thread: ScopedJoinHandle<'_, T>) -> T {
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// Returns whether `epoll_pwait2` accepts timeouts finer than a millisecond. If not, the row is
/// reported as skipped.
fn supports_fine_timeouts(row: &str) -> bool {
    let supported = common::kernel_is_at_least("5.11");
    if !supported {
        Test::from_environment().skip(row, format_args!("epoll_pwait2 requires Linux 5.11"));
    }
    supported
}

/// A blocking instance, with a watch on a new directory.
fn watched() -> (Inotify, TempDir) {
    let (inotify, directory) = (Inotify::new().unwrap(), files::directory());
    inotify
        .add_watch(common::bytes(directory.path()), WatchFlags::CREATE | WatchFlags::DELETE)
        .unwrap();
    (inotify, directory)
}
