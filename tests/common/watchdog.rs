//! A watchdog: a test that hangs ends its test binary, with the name of the test.

use std::collections::BTreeMap;
use std::process::Command;
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use butter::signal::{self, SigSet};

/// The status of a test binary that the watchdog has ended, as that of `timeout(1)`.
pub const STATUS: i32 = 124;

/// The time limit of one test in seconds, if it is not the default.
pub const LIMIT: &str = "BUTTER_TEST_TIMEOUT";

/// Virtual machines without hardware support run a test up to 50 times as long as a host does.
const DEFAULT_LIMIT: Duration = Duration::from_secs(900);

/// Starts the watchdog before `main`. Each test binary needs it once, at its root.
#[macro_export]
macro_rules! watchdog {
    () => {
        #[used]
        // SAFETY: the C library calls the functions in this section before `main`, without
        // arguments that this one would need.
        #[unsafe(link_section = ".init_array")]
        static WATCHDOG: extern "C" fn() = $crate::watchdog::start;
    };
}

/// Starts a thread that ends the process if a test exceeds the limit. A child process of a test
/// has none, because it may need to have a single thread: the watchdog of its parent covers it.
pub extern "C" fn start() {
    if env::var_os(crate::child::CHILD).is_some() {
        return;
    }
    let limit = env::var(LIMIT).ok().and_then(|seconds| seconds.parse().ok());
    let limit = limit.map_or(DEFAULT_LIMIT, Duration::from_secs);
    let watchdog = move || {
        let mut running: BTreeMap<String, Instant> = BTreeMap::new();
        loop {
            thread::sleep(limit.min(Duration::from_secs(5)) / 2);
            let threads = threads();
            running.retain(|thread, _| threads.contains_key(thread));
            for (thread, name) in threads {
                let began = *running.entry(thread).or_insert_with(Instant::now);
                if began.elapsed() > limit
                    && let Some(test) = test(&name)
                {
                    eprintln!("watchdog: the test {test} has been running for over {limit:?}");
                    std::process::exit(STATUS);
                }
            }
        }
    };
    // The thread inherits the mask. Signals to the process are for the threads of the tests.
    let mask = signal::set_mask(SigSet::all_including_reserved());
    let _ = thread::Builder::new().name("watchdog".to_owned()).spawn(watchdog);
    let _ = mask.and_then(signal::set_mask);
}

/// The names of all threads by their IDs. libtest names a thread after its test.
fn threads() -> BTreeMap<String, String> {
    let tasks = fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let named = tasks.filter_map(|task| {
        let name = fs::read_to_string(task.path().join("comm")).ok()?;
        Some((task.file_name().into_string().ok()?, name.trim_end().to_owned()))
    });
    named.collect()
}

/// The test of a thread, of which the kernel keeps the first 15 bytes of the name, or all tests
/// that begin so. In a child process of a
/// test, which runs only that test, libtest runs it on the main thread.
fn test(thread: &str) -> Option<String> {
    if env::args().any(|argument| argument == "--exact") {
        return env::args().nth(1);
    }
    let list = Command::new(env::current_exe().ok()?).arg("--list").output().ok()?.stdout;
    let list = String::from_utf8(list).ok()?;
    let names = list.lines().filter_map(|line| line.strip_suffix(": test"));
    let matching: Vec<_> = names.filter(|name| name.starts_with(thread)).collect();
    (thread.len() > 3 && !matching.is_empty()).then(|| matching.join(" or "))
}
