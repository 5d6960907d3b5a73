//! A watchdog, which prints the name of a test that hangs, and terminates the test binary.

use std::collections::BTreeMap;
use std::process::Command;
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use butter::signal::{self, SigSet};

/// The exit status of a test binary that the watchdog terminates. `timeout(1)` uses the same exit
/// status.
pub const STATUS: i32 = 124;

/// The environment variable with the time limit of one test in seconds, which replaces
/// `DEFAULT_LIMIT`.
pub const LIMIT: &str = "BUTTER_TEST_TIMEOUT";

/// A test takes up to 50 times as long in an emulated virtual machine as on a host.
const DEFAULT_LIMIT: Duration = Duration::from_secs(900);

/// Starts the watchdog before `main`. Each test binary invokes this macro once, in its root module.
#[macro_export]
macro_rules! watchdog {
    () => {
        #[used]
        // SAFETY: the C library calls the functions in this section before `main`; this function
        // ignores the arguments.
        #[unsafe(link_section = ".init_array")]
        static WATCHDOG: extern "C" fn() = $crate::watchdog::start;
    };
}

/// Starts a thread that terminates the process if a test exceeds the limit. The child process of a
/// test has no watchdog, because some tests require a single thread: the watchdog of the parent
/// process also limits the child process.
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
    // The watchdog thread inherits this mask, so that only threads of the tests handle signals that
    // are sent to the process.
    let mask = signal::set_mask(SigSet::all_including_reserved());
    let _ = thread::Builder::new().name("watchdog".to_owned()).spawn(watchdog);
    let _ = mask.and_then(signal::set_mask);
}

/// Returns the name of each thread of this process, by thread ID. libtest names a thread after its
/// test.
fn threads() -> BTreeMap<String, String> {
    let tasks = fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let named = tasks.filter_map(|task| {
        let name = fs::read_to_string(task.path().join("comm")).ok()?;
        Some((task.file_name().into_string().ok()?, name.trim_end().to_owned()))
    });
    named.collect()
}

/// Returns the test that a thread runs. The kernel keeps only 15 bytes of a thread's name: if the
/// names of several tests begin with these bytes, returns all of these names. In a child process of
/// a test, libtest runs that test on the main thread.
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
