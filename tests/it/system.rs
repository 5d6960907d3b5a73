//! Tests of `system`: information about the host, and `reboot`, which is called only in the first
//! process, or a child of the first process, of a new PID namespace.

use std::fs;
use std::time::Duration;

use butter::system::RebootCommand::{self, *};
use butter::system::{reboot, sysinfo};
use butter::time::{Clock, clock_gettime};
use butter::{Errno, Result};
use common::child::in_child;
use common::forked::ForkedChild;
use common::inject::forge;
use common::{debug_text, require};

/// Returns a size in `/proc/meminfo` in bytes.
fn meminfo(name: &str) -> u64 {
    let text = fs::read_to_string("/proc/meminfo").unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix(name)).unwrap();
    let number = line.trim().strip_suffix(" kB").unwrap();
    number.parse::<u64>().unwrap() * 1024
}

/// Asserts that two values differ by at most 256 MiB, because other programs change the values.
#[track_caller]
fn assert_similar(value: u64, expected: u64) {
    assert!(value.abs_diff(expected) <= 256 << 20, "{value} {expected}");
}

#[test]
fn sysinfo_returns_the_sizes_in_proc_meminfo() {
    let info = sysinfo().unwrap();
    assert_eq!(info.total_ram(), meminfo("MemTotal:"));
    assert_eq!(info.total_swap(), meminfo("SwapTotal:"));
    assert_similar(info.free_ram(), meminfo("MemFree:"));
    assert_similar(info.shared_ram(), meminfo("Shmem:"));
    assert_similar(info.buffer_ram(), meminfo("Buffers:"));
    assert_similar(info.free_swap(), meminfo("SwapFree:"));
    assert_eq!([info.total_high(), info.free_high()], [0; 2]);
}

#[test]
fn sysinfo_returns_the_uptime_and_the_load_averages() {
    let before = Duration::try_from(clock_gettime(Clock::Boottime).unwrap()).unwrap();
    // The kernel updates the loads every 5 seconds.
    let loadavg = || fs::read_to_string("/proc/loadavg").unwrap();
    let loads = |text: &str| -> Vec<f64> {
        text.split(' ').take(3).map(|load| load.parse().unwrap()).collect()
    };
    let (info, text) = std::iter::repeat_with(|| (loadavg(), sysinfo().unwrap(), loadavg()))
        .find_map(|(first, info, text)| (loads(&first) == loads(&text)).then_some((info, text)))
        .unwrap();
    let after = Duration::try_from(clock_gettime(Clock::Boottime).unwrap()).unwrap();
    let second = Duration::from_secs(1);
    assert!(info.uptime() + second >= before && info.uptime() <= after + second, "{info:?}");
    for (load, expected) in info.loads().into_iter().zip(loads(&text)) {
        // The kernel and the library round differently.
        let printed: f64 = load.to_string().parse().unwrap();
        assert!((printed - expected).abs() < 0.011, "{load} {text}");
        assert!((printed - load.as_fixed_point() as f64 / 65_536.0).abs() <= 0.005, "{load}");
    }
    let threads: u64 = text.split(['/', ' ']).nth(4).unwrap().parse().unwrap();
    assert!(u64::from(info.threads()).abs_diff(threads % 65_536) < 500, "{info:?} {text}");
}

fn store_sysinfo([to, ..]: [usize; 6]) -> isize {
    // SAFETY: all zeroes is a valid value.
    let mut info: libc::sysinfo = unsafe { std::mem::zeroed() };
    info.uptime = 1;
    info.loads = [0x1_8000, 0x2_4000, 0x3_0000];
    (info.totalram, info.freeram, info.sharedram, info.bufferram) = (4, 5, 6, 7);
    (info.totalswap, info.freeswap) = (8, u64::MAX);
    (info.totalhigh, info.freehigh) = (10, 11);
    (info.procs, info.mem_unit) = (12, 4096);
    // The struct of musl has further fields at its end.
    let size = size_of::<butter::system::Sysinfo>();
    // SAFETY: the caller passes a buffer for one struct of the kernel.
    unsafe { std::ptr::copy_nonoverlapping((&raw const info).cast(), to as *mut u8, size) };
    0
}

/// A seccomp filter stores a different value in each field, and a unit that the kernel uses only
/// on 32-bit hosts.
#[test]
fn sysinfo_methods_return_and_print_their_fields_in_bytes() {
    in_child(|| {
        let info = forge(libc::SYS_sysinfo, store_sysinfo, || sysinfo().unwrap());
        assert_eq!((info.uptime(), info.threads()), (Duration::from_secs(1), 12));
        assert_eq!(info.loads().map(|load| load.to_string()), ["1.50", "2.25", "3.00"]);
        let pages = |count: u64| count * 4096;
        assert_eq!((info.total_ram(), info.free_ram()), (pages(4), pages(5)));
        assert_eq!((info.shared_ram(), info.buffer_ram()), (pages(6), pages(7)));
        // The product saturates.
        assert_eq!((info.total_swap(), info.free_swap()), (pages(8), u64::MAX));
        assert_eq!((info.total_high(), info.free_high()), (pages(10), pages(11)));
        #[rustfmt::skip]
        let expected = debug_text!(info, Sysinfo {
            uptime, loads, total_ram, free_ram, shared_ram, buffer_ram, total_swap, free_swap,
            total_high, free_high, threads,
        });
        assert_eq!(format!("{info:?}"), expected);
        assert!(expected.contains("loads: [1.50, 2.25, 3.00]"), "{expected}");
    });
}

/// The reason to skip a test.
const NO_NAMESPACE: &str = "a new PID namespace requires a host that permits user namespaces";

/// Starts the first process of a new PID namespace, which calls `reboot`.
fn reboot_in_pid_namespace(command: RebootCommand<'static>) -> Option<ForkedChild<Result<()>>> {
    ForkedChild::start_in_pid_namespace(move || reboot(command))
}

#[test]
fn reboot_kills_the_init_process_of_a_pid_namespace() {
    for (command, signal) in [
        (Restart, libc::SIGHUP),
        (RestartWith(c"ignored"), libc::SIGHUP),
        (Halt, libc::SIGINT),
        (PowerOff, libc::SIGINT),
    ] {
        let child = require!(reboot_in_pid_namespace(command), "{NO_NAMESPACE}");
        let status = child.wait();
        assert!(libc::WIFSIGNALED(status), "{command:?}: {status:#x}");
        assert_eq!(libc::WTERMSIG(status), signal, "{command:?}");
    }
}

#[test]
fn reboot_of_another_process_kills_the_init_process_of_the_pid_namespace() {
    let child = ForkedChild::start_in_pid_namespace(|| {
        // SAFETY: as `fork`: the child makes one system call and ends.
        let second = unsafe {
            libc::syscall(libc::SYS_clone, libc::c_long::from(libc::SIGCHLD), 0, 0, 0, 0)
        };
        if second == 0 {
            // Only in the new namespace does the second process have the ID 2.
            if butter::process::getpid().as_raw() == 2 {
                let _ = reboot(PowerOff);
            }
            butter::process::exit_group(1);
        }
    });
    let status = require!(child, "{NO_NAMESPACE}").wait();
    assert!(libc::WIFSIGNALED(status), "{status:#x}");
    assert_eq!(libc::WTERMSIG(status), libc::SIGINT);
}

#[test]
fn reboot_rejects_other_commands_in_a_pid_namespace() {
    for command in [CadOn, CadOff, Kexec, SoftwareSuspend] {
        let child = require!(reboot_in_pid_namespace(command), "{NO_NAMESPACE}");
        assert_eq!(child.result().map_err(|error| error.errno()), Err(Errno::INVAL), "{command:?}");
    }
}
