//! Starts a command whose files are opened, and whose directories are created, by a supervisor.
//!
//! ```text
//! cargo run --release --example supervise -- [OPTION]... COMMAND [ARG]...
//! ```
//!
//! `--help` documents the rules, the log, the limits and the exit statuses. The program requires no
//! privileges.
//!
//! A seccomp filter notifies the supervisor of `openat`, `openat2`, `mkdirat` and their older
//! variants. The supervisor does not let the kernel continue such a system call: another thread of
//! the command could change the path after the supervisor has read it. Instead, the supervisor
//! looks up the path itself, applies the rules to the path of the file that it has found, opens
//! this file, and adds the descriptor to the process (`SECCOMP_IOCTL_NOTIF_ADDFD`). The only
//! exceptions are path-only (`O_PATH`) descriptors of `open` and `openat`, which the kernel cannot
//! add.
//!
//! The supervisor serves one system call at a time. Opens that can wait for another process, such
//! as the open of a FIFO, run in separate threads.

mod blocking;
#[path = "../common/mod.rs"]
mod common;
mod filter;
mod help;
mod options;
mod request;
mod rules;
mod serve;
mod session;
mod signals;
mod target;
mod walk;

use std::fmt;
use std::io;
use std::process::ExitCode;

use butter::Errno;
use butter::path::Escape;
use butter::process::ExitStatus;

use common::cli::{self, Request, SystemError};
use filter::StartError;
use options::Options;
use session::Session;
use signals::Signals;
use target::Status;

const PROGRAM: &str = "supervise";

/// The exit status if the supervisor itself fails.
const FAILURE: u8 = 125;

/// The exit status if the command cannot be executed.
const CANNOT_EXECUTE: u8 = 126;

/// The exit status if the command does not exist.
const NOT_FOUND: u8 = 127;

fn main() -> ExitCode {
    match options::parse() {
        Ok(Request::Run(options)) => match supervise(&options) {
            Ok(status) => exit_code(status).into(),
            Err(StartError::Prepare(error)) => {
                message(format_args!("{}", SystemError::Io(&error)));
                FAILURE.into()
            }
            Err(StartError::Exec(error)) => {
                let command = Escape::new(&options.command[0]);
                message(format_args!("cannot execute '{command}': {}", SystemError::Io(&error)));
                let is_missing = error.kind() == io::ErrorKind::NotFound;
                if is_missing { NOT_FOUND.into() } else { CANNOT_EXECUTE.into() }
            }
        },
        Ok(Request::Print(text)) => match cli::print(PROGRAM, text) {
            ExitCode::SUCCESS => ExitCode::SUCCESS,
            _ => FAILURE.into(),
        },
        Err(error) => {
            cli::usage_error(PROGRAM, &error);
            FAILURE.into()
        }
    }
}

fn message(text: fmt::Arguments<'_>) {
    cli::message(PROGRAM, text);
}

/// Starts the command and serves its system calls. Returns the status of the command.
fn supervise(options: &Options) -> Result<ExitStatus, StartError> {
    let signals = Signals::block()?;
    blocking::prepare()?;
    // The orphans of the command become children of the supervisor: the Yama security module
    // permits access only to the memory of descendants.
    set(libc::PR_SET_CHILD_SUBREAPER, 1)?;
    let own = Status::own().ok_or_else(|| {
        StartError::Prepare(io::Error::other("cannot read /proc/thread-self/status"))
    })?;
    // The command must not access the memory of the supervisor. The child inherits the attribute,
    // and `execve` resets it.
    set(libc::PR_SET_DUMPABLE, 0)?;
    let started = filter::start(&options.command, signals.original)?;
    let status = signals.start(started.command);
    Session::new(started, options, own).run()?;
    status.recv().map_err(|_| StartError::Prepare(Errno::CHILD.into()))
}

fn set(option: libc::c_int, value: libc::c_ulong) -> Result<(), StartError> {
    // SAFETY: accesses no memory.
    match unsafe { libc::prctl(option, value, 0, 0, 0) } {
        -1 => Err(StartError::Prepare(io::Error::last_os_error())),
        _ => Ok(()),
    }
}

/// Returns the exit status of a shell for the status of a command.
fn exit_code(status: ExitStatus) -> u8 {
    match (status.code(), status.signal()) {
        (Some(code), _) => code as u8,
        (None, Some(signal)) => 128 + signal.as_raw() as u8,
        (None, None) => FAILURE,
    }
}
