//! Tests of the resource limits and the resource usage of processes. Limits are set in forked
//! children only.

use std::fs;
use std::hint::black_box;
use std::time::Duration;

use butter::process::raw::prlimit64;
use butter::process::{
    Resource, Rlimit, Rlimit64, UsageOf, getpid, getrlimit, getrusage, prlimit, setrlimit,
};
use butter::time::{Clock, clock_gettime, sleep};
use butter::{Errno, Result};
use common::child::in_child;
use common::debug_text;
use common::forked::{ForkedChild, in_forked_child};
use common::inject::forge;

/// Each resource, with its name in `/proc/PID/limits`.
const RESOURCES: [(Resource, &str); 16] = [
    (Resource::Cpu, "Max cpu time"),
    (Resource::Fsize, "Max file size"),
    (Resource::Data, "Max data size"),
    (Resource::Stack, "Max stack size"),
    (Resource::Core, "Max core file size"),
    (Resource::Rss, "Max resident set"),
    (Resource::Nproc, "Max processes"),
    (Resource::Nofile, "Max open files"),
    (Resource::Memlock, "Max locked memory"),
    (Resource::As, "Max address space"),
    (Resource::Locks, "Max file locks"),
    (Resource::Sigpending, "Max pending signals"),
    (Resource::Msgqueue, "Max msgqueue size"),
    (Resource::Nice, "Max nice priority"),
    (Resource::Rtprio, "Max realtime priority"),
    (Resource::Rttime, "Max realtime timeout"),
];

/// Returns the limits in `/proc/PID/limits`.
fn proc_limits(pid: butter::process::Pid, name: &str) -> Rlimit {
    let text = fs::read_to_string(format!("/proc/{pid}/limits")).unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix(name)).unwrap();
    let mut words = line.split_whitespace();
    let mut limit = || match words.next().unwrap() {
        "unlimited" => None,
        number => Some(number.parse().unwrap()),
    };
    Rlimit { current: limit(), maximum: limit() }
}

#[test]
fn getrlimit_returns_the_limits_in_proc_for_each_resource() {
    for (resource, name) in RESOURCES {
        let expected = proc_limits(getpid(), name);
        assert_eq!(getrlimit(resource), Ok(expected), "{name}");
        assert_eq!(prlimit(Some(getpid()), resource, None), Ok(expected), "{name}");
    }
}

#[test]
fn setrlimit_sets_the_limits_of_each_resource() {
    for (resource, name) in RESOURCES {
        // A child with the current limit 0 could not wait for its parent, for example because its
        // CPU time would be limited. The maximum of an ordinary user cannot be raised.
        let old = getrlimit(resource).unwrap();
        let maximum = old.maximum.map_or(1 << 40, |maximum| maximum - maximum / 8);
        let new = Rlimit { current: Some(maximum - maximum / 8), maximum: Some(maximum) };
        let child = ForkedChild::start(|| setrlimit(resource, new));
        assert_eq!(child.result(), Ok(()), "{name}");
        assert_eq!(proc_limits(child.pid(), name), new, "{name}");
        assert_eq!(getrlimit(resource), Ok(old), "{name}: the parent should keep its limits");
    }
}

#[test]
fn setrlimit_represents_no_limit_as_none() {
    let child = ForkedChild::start(|| -> Result<_> {
        let old = getrlimit(Resource::Core)?;
        setrlimit(Resource::Core, Rlimit { current: Some(0), ..old })?;
        setrlimit(Resource::Core, Rlimit { current: old.maximum, ..old })?;
        Ok((old.maximum, getrlimit(Resource::Core)?))
    });
    let (maximum, limit) = child.result().unwrap();
    assert_eq!(limit, Rlimit { current: maximum, maximum });
    assert_eq!(proc_limits(child.pid(), "Max core file size"), limit);
}

#[test]
fn prlimit_sets_the_limits_of_another_process_and_returns_the_previous_limits() {
    let child = ForkedChild::start(|| ());
    child.result();
    let (resource, own) = (Resource::Nofile, getrlimit(Resource::Nofile).unwrap());
    let new = Rlimit { current: Some(7), maximum: own.maximum };
    assert_eq!(prlimit(Some(child.pid()), resource, new), Ok(own));
    assert_eq!(proc_limits(child.pid(), "Max open files"), new);
    assert_eq!(prlimit(Some(child.pid()), resource, None), Ok(new));
    assert_eq!(getrlimit(resource), Ok(own));
    // The raw call with neither limits nor a buffer only checks the process and the resource.
    assert_eq!(prlimit64(Some(child.pid()), resource, None, None), Ok(()));
    assert_eq!(prlimit64(Some(child.pid()), resource, Some(&own.into()), None), Ok(()));
    let mut now = Rlimit64::default();
    assert_eq!(prlimit64(Some(child.pid()), resource, None, Some(&mut now)), Ok(()));
    assert_eq!(Rlimit::from(now), own);
}

#[test]
fn setrlimit_of_nofile_limits_the_numbers_of_new_descriptors() {
    let errno = in_forked_child(|| {
        let old = getrlimit(Resource::Nofile).unwrap();
        setrlimit(Resource::Nofile, Rlimit { current: Some(0), ..old }).unwrap();
        butter::eventfd::EventFd::new(0).map(drop).map_err(|error| error.errno())
    });
    assert_eq!(errno, Err(Errno::MFILE));
}

/// Uses CPU time of the calling thread, mostly in user mode.
fn use_cpu(time: Duration) {
    let now = || Duration::try_from(clock_gettime(Clock::ThreadCpu).unwrap()).unwrap();
    let start = now();
    while now() - start < time {
        for number in 0..10_000 {
            std::hint::black_box(number);
        }
    }
}

#[test]
fn getrusage_returns_the_cpu_time_and_the_size_of_the_process_and_of_a_thread() {
    in_child(|| {
        let cpu = Duration::from_millis(60);
        let before = getrusage(UsageOf::Process).unwrap();
        std::thread::spawn(move || use_cpu(cpu)).join().unwrap();
        let after = getrusage(UsageOf::Process).unwrap();
        let total = |of: &butter::process::Rusage| of.user_time() + of.system_time();
        // The kernel may round each of the times down to microseconds.
        let rounding = Duration::from_micros(4);
        assert!(total(&after) + rounding >= total(&before) + cpu, "{before:?} {after:?}");
        let clock = Duration::try_from(clock_gettime(Clock::ProcessCpu).unwrap()).unwrap();
        assert!(total(&after) <= clock + rounding, "{after:?} {clock:?}");

        let thread = || getrusage(UsageOf::Thread).unwrap();
        let new = std::thread::spawn(thread).join().unwrap();
        assert!(total(&new) < cpu, "a new thread should not have used CPU time: {new:?}");
        assert!(after.max_rss_kib() > 500, "{after:?}");

        // A page fault for each page of new memory, and a voluntary switch for each sleep.
        let before = thread();
        let memory = black_box(vec![1_u8; 16 << 20]);
        let middle = thread();
        assert!(middle.minor_faults() > before.minor_faults(), "{before:?} {middle:?}");
        for _ in 0..5 {
            sleep(Duration::from_millis(1)).unwrap();
        }
        let after = thread();
        assert!(after.voluntary_switches() >= middle.voluntary_switches() + 5, "{after:?}");
        let rss = getrusage(UsageOf::Process).unwrap().max_rss_kib();
        assert!(rss >= memory.len() as u64 / 1024, "{rss} KiB");
    });
}

fn store_rusage([_, to, ..]: [usize; 6]) -> isize {
    let time = |tv_sec, tv_usec| libc::timeval { tv_sec, tv_usec };
    // SAFETY: all zeroes is a valid value.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    (usage.ru_utime, usage.ru_stime) = (time(1, 999_999), time(2, 3));
    (usage.ru_maxrss, usage.ru_minflt, usage.ru_majflt) = (4, 5, 6);
    (usage.ru_inblock, usage.ru_oublock) = (7, 8);
    (usage.ru_nvcsw, usage.ru_nivcsw) = (9, 10);
    // The struct of musl has further fields at its end.
    let size = size_of::<butter::process::Rusage>();
    // SAFETY: the caller passes a buffer for one struct of the kernel.
    unsafe { std::ptr::copy_nonoverlapping((&raw const usage).cast(), to as *mut u8, size) };
    0
}

/// A seccomp filter stores a different value in each field.
#[test]
fn rusage_methods_return_and_print_their_fields() {
    in_child(|| {
        let usage = forge(libc::SYS_getrusage, store_rusage, || getrusage(UsageOf::Process));
        let usage = usage.unwrap();
        let times = [Duration::new(1, 999_999_000), Duration::new(2, 3000)];
        assert_eq!([usage.user_time(), usage.system_time()], times);
        let faults = (usage.minor_faults(), usage.major_faults());
        assert_eq!((usage.max_rss_kib(), faults), (4, (5, 6)));
        assert_eq!((usage.blocks_read(), usage.blocks_written()), (7, 8));
        assert_eq!((usage.voluntary_switches(), usage.involuntary_switches()), (9, 10));
        #[rustfmt::skip]
        let expected = debug_text!(usage, Rusage {
            user_time, system_time, max_rss_kib, minor_faults, major_faults, blocks_read,
            blocks_written, voluntary_switches, involuntary_switches,
        });
        assert_eq!(format!("{usage:?}"), expected);
    });
}

#[test]
fn getrusage_of_children_counts_a_child_after_it_was_waited_for() {
    in_child(|| {
        let usage = || getrusage(UsageOf::Children).unwrap();
        let total = |of: butter::process::Rusage| of.user_time() + of.system_time();
        assert_eq!(total(usage()), Duration::ZERO);
        let cpu = Duration::from_millis(60);
        let child = ForkedChild::start(|| use_cpu(cpu));
        child.result();
        assert_eq!(total(usage()), Duration::ZERO, "the child has not terminated");
        drop(child);
        assert!(total(usage()) + Duration::from_micros(4) >= cpu, "{:?}", usage());
    });
}

#[test]
fn getrusage_counts_blocks_and_involuntary_switches() {
    // Whether a thread is preempted and whether a file system writes to storage depends on the
    // host, so that this test compares the counters with those of `/proc`.
    let io = |name: &str| {
        let text = fs::read_to_string("/proc/thread-self/io").ok()?;
        let line = text.lines().find_map(|line| line.strip_prefix(name))?;
        line.trim().parse::<u64>().ok()
    };
    let status = |name: &str| {
        let text = fs::read_to_string("/proc/thread-self/status").unwrap();
        let line = text.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        line.trim().parse::<u64>().unwrap()
    };
    let thread = || getrusage(UsageOf::Thread).unwrap();
    let (before, count, after) = (thread(), status("nonvoluntary_ctxt_switches:"), thread());
    let range = before.involuntary_switches()..=after.involuntary_switches();
    assert!(range.contains(&count), "{count} {range:?}");
    let (before, count, after) = (thread(), status("voluntary_ctxt_switches:"), thread());
    let range = before.voluntary_switches()..=after.voluntary_switches();
    assert!(range.contains(&count), "{count} {range:?}");
    let [read, written] = ["read_bytes:", "write_bytes:"].map(io);
    let usage = thread();
    for (bytes, blocks) in [(read, usage.blocks_read()), (written, usage.blocks_written())] {
        // A kernel without I/O accounting has no such file, and counts no blocks.
        assert!(bytes.is_none_or(|bytes| bytes / 512 <= blocks), "{bytes:?} {blocks}");
    }
}
