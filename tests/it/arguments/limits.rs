//! Arguments of calls on resource limits, resource usage and the CPUs of threads.

use std::time::Duration;

use butter::Errno;
use butter::process::raw::{getrusage, prlimit64};
use butter::process::{Pid, Resource, Rlimit64, UsageOf};
use butter::thread::Tid;
use butter::thread::raw::{sched_getaffinity, sched_setaffinity, sched_yield};

use super::recorder::*;
use super::{Row, words};

const ID: i32 = 0x1234_5678;

/// Returns each resource, and the expected argument for it.
fn resources() -> [(Resource, Argument); 16] {
    [
        (Resource::Cpu, int(libc::RLIMIT_CPU)),
        (Resource::Fsize, int(libc::RLIMIT_FSIZE)),
        (Resource::Data, int(libc::RLIMIT_DATA)),
        (Resource::Stack, int(libc::RLIMIT_STACK)),
        (Resource::Core, int(libc::RLIMIT_CORE)),
        (Resource::Rss, int(libc::RLIMIT_RSS)),
        (Resource::Nproc, int(libc::RLIMIT_NPROC)),
        (Resource::Nofile, int(libc::RLIMIT_NOFILE)),
        (Resource::Memlock, int(libc::RLIMIT_MEMLOCK)),
        (Resource::As, int(libc::RLIMIT_AS)),
        (Resource::Locks, int(libc::RLIMIT_LOCKS)),
        (Resource::Sigpending, int(libc::RLIMIT_SIGPENDING)),
        (Resource::Msgqueue, int(libc::RLIMIT_MSGQUEUE)),
        (Resource::Nice, int(libc::RLIMIT_NICE)),
        (Resource::Rtprio, int(libc::RLIMIT_RTPRIO)),
        (Resource::Rttime, int(libc::RLIMIT_RTTIME)),
    ]
}

pub const ROWS: &[Row] = &[
    Row("process::raw::prlimit64", &[libc::SYS_prlimit64], |it| {
        let (new, old) = (Rlimit64 { current: 0x1234_5678_9ABC, maximum: u64::MAX - 1 }, [77, !0]);
        for (resource, number) in resources() {
            for process in [None, Pid::from_raw(ID)] {
                for (set, get) in [(false, false), (true, false), (false, true), (true, true)] {
                    let arguments = [
                        ("pid", int(process.map_or(0, Pid::as_raw))),
                        ("resource", number.clone()),
                        ("new", if set { input(words([new.current, new.maximum])) } else { NULL }),
                        ("old", if get { output(words(old)) } else { NULL }),
                    ];
                    let mut previous = Rlimit64::default();
                    let result = it.call(libc::SYS_prlimit64, arguments, 0, || {
                        let old = get.then_some(&mut previous);
                        prlimit64(process, resource, set.then_some(&new), old)
                    });
                    it.output("success", result, Ok(()));
                    let [current, maximum] = if get { old } else { [0; 2] };
                    it.output("old limits", previous, Rlimit64 { current, maximum });
                }
            }
        }
    }),
    Row("process::raw::getrusage", &[libc::SYS_getrusage], |it| {
        for (of, number) in [
            (UsageOf::Process, libc::RUSAGE_SELF),
            (UsageOf::Children, libc::RUSAGE_CHILDREN),
            (UsageOf::Thread, libc::RUSAGE_THREAD),
        ] {
            let usage: [u64; 18] = std::array::from_fn(|at| 100_000 + at as u64);
            let arguments = [("who", int(number)), ("usage", output(words(usage)))];
            let result = it.call(libc::SYS_getrusage, arguments, 0, || getrusage(of));
            let time = |at: u64| Duration::new(100_000 + at, (100_001 + at as u32) * 1000);
            let got = result.map(|usage| {
                (
                    [usage.user_time(), usage.system_time()],
                    [
                        usage.max_rss_kib(),
                        usage.minor_faults(),
                        usage.major_faults(),
                        usage.blocks_read(),
                        usage.blocks_written(),
                        usage.voluntary_switches(),
                        usage.involuntary_switches(),
                    ],
                )
            });
            let counts = [4, 8, 9, 11, 12, 16, 17].map(|at| 100_000 + at);
            it.output("usage", got, Ok(([time(0), time(2)], counts)));
        }
    }),
    Row("thread::raw::sched_getaffinity", &[libc::SYS_sched_getaffinity], |it| {
        for thread in [None, Tid::from_raw(ID)] {
            for count in [0, 1, 3] {
                let (mut mask, written) = ([u64::MAX; 3], [1, 0x8000_0000_0000_0000, 7]);
                let bytes = words(written);
                let arguments = [
                    ("pid", int(thread.map_or(0, Tid::as_raw))),
                    ("len", size(24)),
                    ("mask", output(&bytes[..count * 8])),
                ];
                let returned = count as i64 * 8;
                let result = it.call(libc::SYS_sched_getaffinity, arguments, returned, || {
                    sched_getaffinity(thread, &mut mask)
                });
                it.output("number of words", result, Ok(count));
                let mut expected = [u64::MAX; 3];
                expected[..count].copy_from_slice(&written[..count]);
                it.output("mask", mask, expected);
            }
        }
        let forged =
            it.call(libc::SYS_sched_getaffinity, [], 32, || sched_getaffinity(None, &mut [0; 3]));
        it.output("forged count", forged.map_err(|error| error.errno()), Err(Errno::IO));
    }),
    Row("thread::raw::sched_setaffinity", &[libc::SYS_sched_setaffinity], |it| {
        for thread in [None, Tid::from_raw(ID)] {
            let mask = [1, 0x8000_0000_0000_0000, 7];
            for count in 1..=3 {
                let arguments = [
                    ("pid", int(thread.map_or(0, Tid::as_raw))),
                    ("len", size(count * 8)),
                    ("mask", input(&words(mask)[..count * 8])),
                ];
                let result = it.call(libc::SYS_sched_setaffinity, arguments, 0, || {
                    sched_setaffinity(thread, &mask[..count])
                });
                it.output("success", result, Ok(()));
            }
        }
    }),
    Row("thread::raw::sched_yield", &[libc::SYS_sched_yield], |it| {
        it.call(libc::SYS_sched_yield, [], 0, sched_yield);
    }),
];
