//! Every call that waits, in a storm of signals: nothing is lost, nothing is invented, and
//! deadlines are kept.
//!
//! A call that waits for something is a row of [`late::CALLS`], one that may wait no longer than a
//! time a row of [`timed::CALLS`], one that a signal is to end a row of [`interruptible::CALLS`].
//! What flows, through calls that wait at both ends, is a test of its own.

mod bytes;
mod copies;
mod flows;
mod interruptible;
mod late;
mod timed;

use std::sync::atomic::Ordering;
use std::thread::ScopedJoinHandle;
use std::time::Duration;

use butter::inotify::{Inotify, WatchFlags};
use common::files;
use common::signals::HANDLED;
use common::test::Test;
use common::this_test;
use temp_dir::TempDir;

/// How many signals a call has to survive at least.
const MANY: u64 = 300;

/// How many signals each end of a flow has to survive at least. The static builds run in an
/// emulated machine.
const VERY_MANY: u64 = if cfg!(target_env = "musl") { 1000 } else { 5000 };

/// A time that no test waits for, in whole milliseconds, and a finer one.
const HOUR: Duration = Duration::from_secs(3600);
const FINE_HOUR: Duration = Duration::new(3600, 1000);

/// A call, and what is tried with it.
type Row = (&'static str, fn());

#[test]
fn what_comes_late_comes_whole() {
    each_contained(this_test!(), late::CALLS);
}

#[test]
fn deadlines_are_kept() {
    each_contained(this_test!(), timed::CALLS);
}

#[test]
fn signals_end_what_asks_for_it_each_time_and_change_nothing() {
    each_contained(this_test!(), interruptible::CALLS);
}

#[test]
fn every_byte_goes_there_and_comes_back() {
    each_contained(this_test!(), bytes::CALLS);
}

#[test]
fn every_byte_is_copied_and_counted() {
    each_contained(this_test!(), copies::ROWS);
}

#[test]
fn a_counter_gives_the_sum_of_what_was_added() {
    each_contained(this_test!(), &[("EventFd::write and read", flows::counter)]);
}

#[test]
fn every_event_of_many_files_comes() {
    each_contained(this_test!(), flows::FILES);
}

#[test]
fn every_tick_of_a_timer_is_counted() {
    each_contained(this_test!(), &[("TimerFd::read", flows::ticks)]);
}

#[test]
fn what_an_epoll_tells_once_is_told() {
    each_contained(this_test!(), flows::EDGES);
}

/// Runs each row of a table in a process of its own, and says how many signals came; the last name
/// that is printed is that of the row that fails.
fn each_contained(test: Test, rows: &[Row]) {
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

/// Whether an epoll can be given a time finer than a millisecond; if not, this row is skipped.
fn has_fine_times(row: &str) -> bool {
    let has = common::kernel_is_at_least("5.11");
    if !has {
        Test::from_environment().skip(row, format_args!("epoll_pwait2 requires Linux 5.11"));
    }
    has
}

/// A directory that is watched by an instance whose reads wait.
fn watched() -> (Inotify, TempDir) {
    let (inotify, directory) = (Inotify::new().unwrap(), files::directory());
    inotify
        .add_watch(common::bytes(directory.path()), WatchFlags::CREATE | WatchFlags::DELETE)
        .unwrap();
    (inotify, directory)
}
