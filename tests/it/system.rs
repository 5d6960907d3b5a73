//! Tests of `system`: information about the host, and `reboot`, which is called only in the first
//! process, or a child of the first process, of a new PID namespace.

use std::fs;
use std::time::Duration;

use butter::system::RebootCommand::{self, *};
use butter::system::{reboot, sysinfo};
use butter::time::{Clock, clock_gettime};
use butter::{Errno, Result};
use common::forked::ForkedChild;
use common::require;

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
    assert!(format!("{info:?}").contains("total_ram: "), "{info:?}");
}

#[test]
fn sysinfo_returns_the_uptime_and_the_load_averages() {
    let before = Duration::try_from(clock_gettime(Clock::Boottime).unwrap()).unwrap();
    let info = sysinfo().unwrap();
    let after = Duration::try_from(clock_gettime(Clock::Boottime).unwrap()).unwrap();
    let second = Duration::from_secs(1);
    assert!(info.uptime() + second >= before && info.uptime() <= after + second, "{info:?}");
    let text = fs::read_to_string("/proc/loadavg").unwrap();
    let expected: Vec<f64> = text.split(' ').take(3).map(|load| load.parse().unwrap()).collect();
    for (load, expected) in info.loads().into_iter().zip(expected) {
        // The kernel updates the loads every 5 seconds.
        let printed: f64 = load.to_string().parse().unwrap();
        assert!((printed - expected).abs() < 1.0, "{load} {text}");
        assert!((printed - load.as_fixed_point() as f64 / 65_536.0).abs() <= 0.005, "{load}");
    }
    let threads: u64 = text.split(['/', ' ']).nth(4).unwrap().parse().unwrap();
    assert!(u64::from(info.threads()).abs_diff(threads % 65_536) < 500, "{info:?} {text}");
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
