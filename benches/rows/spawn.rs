//! Starting a tiny static program, and waiting for it.
//!
//! The descriptor of the child is closed as well: butter opens a pidfd for each child. In the row
//! with a large parent, `std` must use `fork`, because `pre_exec` sets the state of the child.

use std::ffi::{CStr, CString};
use std::hint::black_box;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::ptr;

use butter::process::Command as Spawn;
use tempfile::TempDir;

use crate::row::{BUTTER, Row};
use crate::{Failure, context, fail};

#[allow(dead_code, reason = "the tests use more of the module")]
#[path = "../../tests/common/tiny.rs"]
mod tiny;

/// The limit for a spawn, as a multiple of the cost of another contender: 1.3 times as fast.
const SPAWN_LIMIT: f64 = 0.769;
/// The limit for a spawn from a large process: 30 times as fast.
const LARGE_LIMIT: f64 = 0.033;
/// The size of the large parent in bytes.
const LARGE: usize = 512 << 20;

/// The program, in a directory that is removed with it.
struct Program {
    path: CString,
    _directory: TempDir,
}

impl Program {
    fn new() -> Result<Self, Failure> {
        let directory = context("a temporary directory", TempDir::new())?;
        let path = directory.path().join("program");
        tiny::install(&path, &tiny::exit(0));
        Ok(Self { path: CString::new(path.as_os_str().as_bytes())?, _directory: directory })
    }

    /// Returns the path. A closure that calls this method also captures the directory.
    fn path(&self) -> &CStr {
        &self.path
    }
}

fn posix_spawn(path: &CStr) {
    let (mut pid, mut status) = (0, 0);
    let argv = [path.as_ptr().cast_mut(), ptr::null_mut()];
    let envp = [ptr::null_mut()];
    // SAFETY: the arrays are null-terminated; writes one number.
    let result = unsafe {
        libc::posix_spawn(
            &raw mut pid,
            path.as_ptr(),
            ptr::null(),
            ptr::null(),
            argv.as_ptr(),
            envp.as_ptr(),
        )
    };
    // SAFETY: writes one number.
    if result != 0 || unsafe { libc::waitpid(pid, &raw mut status, 0) } != pid || status != 0 {
        fail("posix_spawn", io::Error::from_raw_os_error(result));
    }
}

fn run(name: &'static str, command: &mut Command) {
    match command.status() {
        Ok(status) if status.success() => {}
        Ok(status) => fail(name, status),
        Err(error) => fail(name, error),
    }
}

fn spawn(command: &Spawn<'_>) {
    match command.status() {
        Ok(status) if status.success() => {}
        Ok(status) => fail(BUTTER, status),
        Err(error) => fail(BUTTER, error),
    }
}

pub(crate) fn tiny() -> Result<Row, Failure> {
    let [first, again, std, butter] =
        [Program::new()?, Program::new()?, Program::new()?, Program::new()?];
    Ok(Row::new("spawn a tiny static program without environment, and wait for it", 1)
        .with("posix_spawn", move || posix_spawn(black_box(first.path())))
        .with("posix_spawn again", move || posix_spawn(black_box(again.path())))
        .with(BUTTER, move || spawn(&Spawn::new(black_box(butter.path()))))
        .with("std", move || {
            run(
                "std",
                Command::new(black_box(std.path().to_str().unwrap_or_default())).env_clear(),
            );
        })
        .target("posix_spawn", SPAWN_LIMIT)
        .target("std", SPAWN_LIMIT))
}

pub(crate) fn large_parent() -> Result<Row, Failure> {
    let [std, again, butter] = [Program::new()?, Program::new()?, Program::new()?];
    let null = context("/dev/null", std::fs::File::open("/dev/null"))?;
    let memory = vec![1_u8; LARGE];
    let command = |name: &'static str, program: Program| {
        move || {
            let mut command = Command::new(program.path().to_str().unwrap_or_default());
            command.env_clear();
            let prepare = || {
                // SAFETY: reads a path.
                let changed = unsafe { libc::chdir(c"/".as_ptr()) };
                // SAFETY: replaces a descriptor of the child.
                let placed = unsafe { libc::dup2(0, 7) };
                if changed == 0 && placed == 7 { Ok(()) } else { Err(io::Error::last_os_error()) }
            };
            // SAFETY: the closure makes two system calls.
            run(name, unsafe { command.pre_exec(prepare) });
        }
    };
    let about = "spawn the program with a directory and a descriptor from a process with 512 MiB";
    Ok(Row::new(about, 1)
        .with("std pre_exec", command("std pre_exec", std))
        .with("std pre_exec again", command("std pre_exec again", again))
        .with(BUTTER, move || {
            black_box(&memory);
            let mut command = Spawn::new(butter.path());
            command.current_dir(c"/").place_fd(&null, 7);
            spawn(&command);
        })
        .target("std pre_exec", LARGE_LIMIT))
}
