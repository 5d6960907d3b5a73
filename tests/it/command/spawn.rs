//! Arguments, environments, the search of a program, standard input and output, and waiting.

use std::fs::File;
use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};

use butter::fd::{AsFd, AsRawFd};
use butter::process::{CStrArray, Command, Missing, SpawnStage, Stdio, WaitFlags, wait};
use butter::signal::{self, Signal};
use butter::{Errno, process};
use common::child::in_child;
use common::{require, tiny};

use super::{Tiny, c_string, report, status};

#[test]
fn command_passes_arguments_and_only_the_given_environment() {
    in_child(|| {
        let report = report(|command| {
            command.arg(c"an argument").args([c"", c"x"]).env(c"A=1").env(c"B=");
        });
        let arguments = report.all("arg");
        assert_eq!(arguments[0], "/proc/self/exe");
        assert_eq!(&arguments[5..], ["an argument", "", "x"]);
        assert_eq!(report.all("env").len(), 3, "{}", report.0);
        assert!(report.all("env").contains(&"A=1"));
    });
}

#[test]
fn command_passes_ready_arrays_unchanged() {
    in_child(|| {
        let report = report(|command| {
            // SAFETY: the environment of this process does not change.
            let environment = unsafe { CStrArray::from_ptr(environ()) };
            assert!(environment.iter().count() > 1);
            command.environment(environment).env(super::REPORT);
            // The later `env` replaces the array.
        });
        assert_eq!(report.all("env"), ["BUTTER_TEST_REPORT=1"; 2]);
        // SAFETY: this process has one thread that changes the environment.
        unsafe { std::env::set_var("BUTTER_TEST_REPORT", "2") };
        let report = super::report(|command| {
            // SAFETY: the environment of this process does not change.
            command.environment(unsafe { CStrArray::from_ptr(environ()) });
        });
        assert_eq!(report.all("env").len(), std::env::vars().count());
        assert!(report.all("env").contains(&"BUTTER_TEST_REPORT=2"));
    });
}

fn environ() -> *const *const std::ffi::c_char {
    unsafe extern "C" {
        static environ: *const *const std::ffi::c_char;
    }
    // SAFETY: a variable of the C library, which other threads do not change.
    unsafe { environ }
}

#[cfg(feature = "alloc")]
#[test]
fn command_from_argv_executes_the_first_argument() {
    use butter::process::CStringArray;
    in_child(|| {
        let program = Tiny::new(&tiny::exit(5));
        let array: CStringArray = [program.path.clone()].into_iter().collect();
        let status = Command::from_argv(array.as_array()).status().unwrap();
        assert_eq!(status.code(), Some(5));
        let mut command = Command::new(&program.path);
        command.arguments(&array).environment(&array);
        assert_eq!(command.status().unwrap().code(), Some(5));
    });
}

#[cfg(feature = "std")]
#[test]
fn command_passes_a_copy_of_the_environment() {
    use butter::process::CStringArray;
    in_child(|| {
        // SAFETY: no other thread of this process uses the environment.
        unsafe { std::env::set_var("BUTTER_TEST_REPORT", "a=b") };
        let environment = CStringArray::from_env();
        let report = report(|command| {
            command.environment(&environment);
        });
        assert_eq!(report.all("env").len(), std::env::vars().count());
        assert!(report.all("env").contains(&"BUTTER_TEST_REPORT=a=b"));
    });
}

#[test]
fn command_from_fd_executes_the_program_of_a_descriptor() {
    in_child(|| {
        let program = Tiny::new(&tiny::exit(6));
        let path = program.directory.path().join("program");
        let fd = common::fd(File::open(path).unwrap());
        let command = Command::from_fd(&fd, c"name");
        assert_eq!(command.status().unwrap().code(), Some(6));
        // The number of the program is the number of a descriptor of the child.
        let null = common::fd(File::open("/dev/null").unwrap());
        let mut command = Command::from_fd(&fd, c"name");
        command.place_fd(&null, fd.as_raw_fd()).place_fd(&null, 3).stdin(Stdio::Null);
        assert_eq!(command.status().unwrap().code(), Some(6));
    });
}

#[test]
fn search_path_finds_the_first_program_that_may_be_executed() {
    in_child(|| {
        let (first, second) = (Tiny::new(&tiny::exit(1)), Tiny::new(&tiny::exit(2)));
        let directory = |tiny: &Tiny| tiny.directory.path().to_str().unwrap().to_owned();
        let run = |path: String| {
            let path = std::ffi::CString::new(format!("PATH={path}")).unwrap();
            let mut command = Command::new(c"program");
            command.search_path().env(c"X=1").env(&path);
            command.status().map_err(|error| (error.error(), error.missing(), error.stage()))
        };
        let code = |path| run(path).unwrap().code();
        let both = format!("/nowhere:{}:{}", directory(&first), directory(&second));
        assert_eq!(code(both.clone()), Some(1));
        assert_eq!(code(format!("/proc/version::{}", directory(&second))), Some(2));
        // A program that may not be executed is skipped.
        let path = first.directory.path().join("program");
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o644)).unwrap();
        assert_eq!(code(both), Some(2));
        let error = run(format!("{}:/nowhere", directory(&first))).unwrap_err();
        assert_eq!((error.0.errno(), error.1), (Errno::ACCES, None));
        let error = run("/nowhere".into()).unwrap_err();
        assert_eq!((error.0.errno(), error.1), (Errno::NOENT, Some(Missing::Program)));
        // An interpreter is missing.
        let script = Tiny::new(b"#!/nowhere\n");
        let error = run(directory(&script)).unwrap_err();
        assert_eq!((error.0.errno(), error.1), (Errno::NOENT, Some(Missing::Interpreter)));
        assert_eq!(error.2, SpawnStage::Exec);
        // A name with a slash is not searched, and an empty directory is the working directory.
        let error = Command::new(c"./program").search_path().status().unwrap_err();
        assert_eq!(error.missing(), Some(Missing::Program));
        let mut command = Command::new(c"program");
        let working_directory = c_string(second.directory.path());
        command.search_path().env(c"PATH=:").current_dir(&working_directory);
        assert_eq!(command.status().unwrap().code(), Some(2));
    });
}

#[test]
fn stdio_is_inherited_null_piped_or_a_duplicate() {
    in_child(|| {
        let (mut reader, writer) = std::io::pipe().unwrap();
        let writer = common::fd(writer);
        let report = report(|command| {
            command.stdin(Stdio::Null).stderr(Stdio::Fd(writer.as_fd()));
        });
        let fds = report.all("fd");
        assert!(fds.contains(&"0 /dev/null"), "{fds:?}");
        let pipe = fds.iter().find(|fd| fd.starts_with("1 pipe:")).unwrap();
        let other = fds.iter().find(|fd| fd.starts_with("2 pipe:")).unwrap();
        assert_ne!(pipe[2..], other[2..]);
        assert_eq!(fds.len(), 3, "{fds:?}");
        // The parent has no copy of the other ends.
        drop(writer);
        assert_eq!(reader.read(&mut [0]).unwrap(), 0);
    });
}

#[test]
fn stdin_pipe_is_closed_by_wait() {
    in_child(|| {
        // The program reads one byte, and exits with the result of the last call.
        let program = Tiny::new(&tiny::program(&[
            (libc::SYS_read, [0, 0, 0, 0]),
            (libc::SYS_ppoll, [0, 0, 0, 0]),
        ]));
        let mut command = Command::new(&program.path);
        command.stdin(Stdio::Piped).kill_on_drop();
        let child = command.spawn().unwrap();
        let pid = child.pid();
        common::file(
            child.stdin.as_ref().map(|fd| butter::io::fcntl_dupfd_cloexec(fd, 3)).unwrap().unwrap(),
        )
        .write_all(b"!")
        .unwrap();
        drop(child);
        let error = wait(pid, WaitFlags::EXITED).unwrap_err();
        assert_eq!(error.errno(), Errno::CHILD, "the child should have been reaped");
    });
}

#[test]
fn spawn_fails_with_e2big_if_the_inline_storage_is_full() {
    in_child(|| {
        let program = Tiny::new(&tiny::exit(0));
        let null = common::fd(File::open("/dev/null").unwrap());
        let full = |change: &dyn Fn(&mut Command<'_>, usize), capacity: usize| {
            for count in [capacity, capacity + 1] {
                let mut command = Command::new(&program.path);
                change(&mut command, count);
                let result =
                    command.status().map_err(|error| (error.error().errno(), error.stage()));
                match result {
                    Ok(status) => assert!(status.success() && count == capacity),
                    Err(error) => {
                        assert_eq!(error, (Errno::TOOBIG, SpawnStage::Prepare));
                        assert_eq!(count, capacity + 1);
                    }
                }
            }
        };
        let _ = &null;
        full(
            &|command, count| {
                (0..count).for_each(|_| {
                    command.arg(c"x");
                })
            },
            30,
        );
        full(
            &|command, count| {
                (0..count).for_each(|_| {
                    command.env(c"x=y");
                })
            },
            31,
        );
        let step = || process::Step::umask(butter::fs::Mode::empty());
        full(
            &|command, count| {
                (0..count).for_each(|_| {
                    command.step(step());
                })
            },
            16,
        );
        let mut command = Command::new(&program.path);
        (0..16).for_each(|_| {
            command.keep_fd(&null);
        });
        assert!(command.status().unwrap().success());
        command.keep_fd(&null);
        assert_eq!(command.status().unwrap_err().error().errno(), Errno::TOOBIG);
    });
}

#[test]
fn child_wait_try_wait_and_wait_timeout_return_the_status_once_available() {
    in_child(|| {
        for has_pidfd in [true, false] {
            let program = Tiny::new(&tiny::pause());
            let mut command = Command::new(&program.path);
            if !has_pidfd {
                command.without_pidfd();
            }
            let mut child = command.spawn().unwrap();
            assert_eq!(child.pidfd().is_some(), has_pidfd);
            assert_eq!(child.try_wait(), Ok(None));
            let start = Instant::now();
            match child.wait_timeout(Duration::from_millis(20)) {
                Ok(status) => assert!(has_pidfd && status.is_none()),
                Err(error) => assert!(!has_pidfd && error.errno() == Errno::BADF),
            }
            assert!(!has_pidfd || start.elapsed() >= Duration::from_millis(20));
            child.signal(Signal::TERM).unwrap();
            if has_pidfd {
                let status = child.wait_timeout(Duration::from_secs(60)).unwrap().unwrap();
                assert_eq!(status.signal(), Some(Signal::TERM));
            }
            for _ in 0..2 {
                assert_eq!(child.wait().unwrap().signal(), Some(Signal::TERM));
            }
            assert_eq!(child.try_wait().unwrap().unwrap().signal(), Some(Signal::TERM));
            assert_eq!(child.kill().unwrap_err().errno(), Errno::SRCH);
        }
    });
}

#[test]
fn child_drop_neither_waits_nor_kills_unless_requested() {
    in_child(|| {
        let program = Tiny::new(&tiny::pause());
        let child = Command::new(&program.path).spawn().unwrap();
        let pid = child.pid();
        drop(child);
        assert_eq!(signal::kill(pid, None), Ok(()));
        assert_eq!(process::wait_nonblocking(pid, WaitFlags::EXITED), Ok(None));
        signal::kill(pid, Signal::KILL).unwrap();
        wait(pid, WaitFlags::EXITED).unwrap();
        for has_pidfd in [true, false] {
            let mut command = Command::new(&program.path);
            command.kill_on_drop();
            if !has_pidfd {
                command.without_pidfd();
            }
            let child = command.spawn().unwrap();
            let pid = child.pid();
            drop(child);
            assert_eq!(signal::kill(pid, None).unwrap_err().errno(), Errno::SRCH);
            let kept = command.spawn().unwrap();
            let pid = kept.pid();
            assert_eq!(kept.into_pidfd().is_some(), has_pidfd);
            if signal::kill(pid, Signal::KILL).is_ok() {
                let _ = wait(pid, WaitFlags::EXITED);
            }
        }
    });
}

#[test]
fn child_wait_returns_the_status_if_the_process_ignores_sigchld() {
    in_child(|| {
        signal::ignore(Signal::CHLD).unwrap();
        let program = Tiny::new(&tiny::exit(9));
        let mut child = Command::new(&program.path).spawn().unwrap();
        let status = require!(child.wait(), "PIDFD_INFO_EXIT requires Linux 6.15");
        assert_eq!(status.code(), Some(9));
        // Without a pidfd, the status is lost.
        let mut command = Command::new(&program.path);
        let error = command.without_pidfd().status().unwrap_err();
        assert_eq!((error.stage(), error.error().errno()), (SpawnStage::Wait, Errno::CHILD));
        let program = Tiny::new(&tiny::pause());
        let mut child = Command::new(&program.path).spawn().unwrap();
        assert_eq!(child.try_wait(), Ok(None));
        child.kill().unwrap();
        assert_eq!(child.wait().unwrap().signal(), Some(Signal::KILL));
    });
}

#[test]
fn status_waits_for_the_program() {
    in_child(|| {
        let program = Tiny::new(&tiny::exit(42));
        assert_eq!(status(&program.path, |_| {}).code(), Some(42));
    });
}
