//! The policies in `seccomp::profile`: the verdicts, compared with the default list of Docker, and
//! programs that run with the policies.

use std::collections::BTreeSet;
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

use butter::Errno;
use butter::seccomp::profile::{COMPUTE, CONTAINER};
use butter::seccomp::{Action, Filter, ProgramArray, Syscall, SyscallData};
use common::child::spawn;

use super::filter::call;
use super::in_thread;

static CONTAINER_PROGRAM: ProgramArray<{ CONTAINER.program_len() }> = CONTAINER.compile();
static COMPUTE_PROGRAM: ProgramArray<{ COMPUTE.program_len() }> = COMPUTE.compile();

/// The system calls that the default list of Docker permits, and their conditions.
const LIST: &str = include_str!("docker_default.txt");

/// Values of the first argument: each value in the list and each flag of `clone` alone, with the
/// adjacent values and with bits in the upper half, and the address families.
fn first_arguments() -> BTreeSet<u64> {
    let flags = (0..32).map(|bit| 1 << bit);
    let values =
        flags.chain([0, 38, 40, 0x2_0008, 0x7E02_0000, 0xFFFF_FFFF, 0x3D_0F00, 0x120_0011]);
    let around = values.flat_map(|value: u64| [value.wrapping_sub(1), value, value + 1]);
    around.flat_map(|value| [value, value | 1 << 32, value | u64::MAX << 32]).collect()
}

fn number(text: &str) -> u64 {
    match text.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16).unwrap(),
        None => text.parse().unwrap(),
    }
}

/// The words of the lines in the list that permit a system call: a condition, or nothing.
fn lines_for(call: &str) -> Vec<Vec<&'static str>> {
    let lines = LIST.lines().map(|line| line.split(' ').collect::<Vec<_>>());
    lines.filter(|words| words[0] == call).map(|words| words[1..].to_vec()).collect()
}

/// Returns whether the lines permit a value of the first argument.
fn lines_permit(lines: &[Vec<&str>], argument: u64) -> bool {
    lines.iter().any(|words| match words[..] {
        [] => true,
        [arch] => arch == std::env::consts::ARCH,
        ["==", value] => argument == number(value),
        ["!=", value] => argument != number(value),
        ["&", mask, "==", value] => argument & number(mask) == number(value),
        _ => panic!("{words:?}"),
    })
}

fn action(program: &ProgramArray<{ CONTAINER.program_len() }>, call: u32, first: u64) -> Action {
    let data = SyscallData::new(call.cast_signed(), [first, 1, 2, 3, 4, 5]);
    program.action(&data).unwrap()
}

#[test]
fn container_permits_no_call_that_the_default_list_of_docker_denies() {
    let (mut denied, mut permitted, arguments) = (BTreeSet::new(), 0, first_arguments());
    for call in Syscall::ALL {
        let (Some(number), Some(name)) = (call.as_raw(), call.name()) else { continue };
        let lines = lines_for(name);
        for &argument in &arguments {
            let action = action(&CONTAINER_PROGRAM, number, argument);
            let is_permitted = lines_permit(&lines, argument);
            match action {
                Action::Allow => {
                    assert!(is_permitted, "{name}({argument:#x}) should be denied");
                    permitted += 1;
                }
                _ if !is_permitted => {
                    let newest = Syscall::REMOVEXATTRAT.as_raw().unwrap();
                    let errno =
                        if name == "clone3" || number > newest { "ENOSYS" } else { "EPERM" };
                    assert_eq!(action, Action::Errno(errno.parse().unwrap()), "{name}");
                }
                _ => {
                    assert_eq!(action, Action::Errno(Errno::PERM), "{name}");
                    denied.insert((name, (name == "socket").then_some(argument)));
                }
            }
        }
    }
    assert!(permitted > 250 * arguments.len());
    // The differences that the documentation lists.
    let vsock = [1 << 32 | 40, u64::MAX << 32 | 40];
    let alg = [38, 1 << 32 | 38, u64::MAX << 32 | 38];
    let sockets = vsock.into_iter().chain(alg).map(|argument| ("socket", Some(argument)));
    let calls = ["add_key", "keyctl", "request_key"].map(|name| (name, None));
    assert_eq!(denied, sockets.chain(calls).collect());
}

#[test]
fn container_handles_unknown_calls_and_other_abis() {
    let unknown = Syscall::NUMBER_MAX + 1;
    assert_eq!(action(&CONTAINER_PROGRAM, unknown, 0), Action::Errno(Errno::NOSYS));
    assert_eq!(action(&CONTAINER_PROGRAM, u32::MAX, 0), Action::Errno(Errno::NOSYS));
    let read = Syscall::READ.as_raw().unwrap();
    assert_eq!(action(&CONTAINER_PROGRAM, read | 0x4000_0000, 0), Action::KillProcess);
    let mut data = SyscallData::new(3, [0; 6]);
    data.arch = 0x4000_0003;
    assert_eq!(CONTAINER_PROGRAM.action(&data), Some(Action::KillProcess));
    for call in [Syscall::IO_URING_SETUP, Syscall::IO_URING_ENTER, Syscall::IO_URING_REGISTER] {
        let number = call.as_raw().unwrap();
        assert_eq!(action(&CONTAINER_PROGRAM, number, 0), Action::Errno(Errno::PERM));
    }
}

/// The child executes this test program again, which starts threads, allocates and prints.
#[test]
fn container_program_runs_an_ordinary_program() {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--list", "--format", "terse"]).stdin(Stdio::null()).stdout(Stdio::piped());
    let install = || {
        let installed = Filter::new(&CONTAINER_PROGRAM).install();
        installed.map_err(|error| std::io::Error::from_raw_os_error(error.errno().as_raw()))
    };
    // SAFETY: between fork and exec, the closure only makes system calls.
    unsafe { command.pre_exec(install) };
    let output = spawn(&mut command).unwrap().wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let name = "container_program_runs_an_ordinary_program";
    assert!(String::from_utf8(output.stdout).unwrap().contains(name));
}

/// Computes in several threads, with memory that the threads allocate.
fn compute() -> u64 {
    let sums = std::thread::scope(|scope| {
        let sum = |step: u64| (0..200_000).map(|number| number * step).collect::<Vec<_>>();
        let threads = [1, 2, 3].map(|step| scope.spawn(move || sum(step).iter().sum::<u64>()));
        threads.map(|thread| thread.join().unwrap())
    });
    sums.iter().sum()
}

#[test]
fn compute_program_runs_threads_that_compute_and_allocate() {
    let (mut reader, mut writer) = std::io::pipe().unwrap();
    let mut command = Command::new(std::env::current_exe().unwrap());
    common::child::in_child(|| {
        let expected = compute();
        in_thread(|| {
            Filter::new(&COMPUTE_PROGRAM).install().unwrap();
            assert_eq!(compute(), expected);
            writeln!(writer, "{expected}").unwrap();
            println!("computed {expected}");
            assert!(std::time::Instant::now().elapsed().as_secs() < 60);
            std::thread::sleep(std::time::Duration::from_millis(1));

            let eperm = Some(libc::EPERM);
            let opened = std::fs::File::open("/").unwrap_err();
            let connected = std::net::TcpListener::bind("127.0.0.1:0").unwrap_err();
            let spawned = command.spawn().unwrap_err();
            assert_eq!([opened, connected, spawned].map(|it| it.raw_os_error()), [eperm; 3]);
        });
        drop(writer);
        let text = std::io::read_to_string(&mut reader).unwrap();
        assert_eq!(text, format!("{expected}\n"));
    });
}

#[test]
fn compute_program_denies_code_processes_and_signals() {
    let page = 4096;
    let (read, write, exec) = (libc::PROT_READ as u64, libc::PROT_WRITE as u64, libc::PROT_EXEC);
    let anonymous = (libc::MAP_PRIVATE | libc::MAP_ANONYMOUS) as u64;
    let map = |protection| call(libc::SYS_mmap, [0, page, protection, anonymous, u64::MAX, 0]);
    in_thread(|| {
        Filter::new(&COMPUTE_PROGRAM).install().unwrap();
        let memory = map(read | write);
        assert!(memory > 0);
        let memory = memory.cast_unsigned();
        assert_eq!(call(libc::SYS_mprotect, [memory, page, read, 0, 0, 0]), 0);
        for upper in [0, 1 << 32] {
            let protection = read | exec as u64 | upper;
            assert_eq!(map(protection), -1);
            assert_eq!(call(libc::SYS_mprotect, [memory, page, protection, 0, 0, 0]), -1);
        }
        assert_eq!(call(libc::SYS_munmap, [memory, page, 0, 0, 0, 0]), 0);
        let fork = libc::SIGCHLD as u64;
        assert_eq!(call(libc::SYS_clone, [fork, 0, 0, 0, 0, 0]), -1);
        // A new thread must not be created in a new namespace.
        let thread = (libc::CLONE_VM | libc::CLONE_SIGHAND | libc::CLONE_THREAD) as u64;
        let flags = thread | libc::CLONE_NEWUTS as u64;
        assert_eq!(call(libc::SYS_clone, [flags, 0, 0, 0, 0, 0]), -1);
        assert_eq!(call(libc::SYS_clone3, [0; 6]), -i64::from(libc::ENOSYS));
        let pid = u64::from(std::process::id());
        assert_eq!(call(libc::SYS_kill, [pid, 0, 0, 0, 0, 0]), -1);
        assert_eq!(call(libc::SYS_tgkill, [pid, pid, 0, 0, 0, 0]), -1);
        let name = c"compute".as_ptr() as u64;
        let set_name = libc::PR_SET_NAME as u64;
        assert_eq!(call(libc::SYS_prctl, [set_name, name, 0, 0, 0, 0]), 0);
        assert_eq!(call(libc::SYS_prctl, [libc::PR_GET_DUMPABLE as u64, 0, 0, 0, 0, 0]), -1);
    });
}
