//! Runs a command with restricted system calls and restricted access to files.
//!
//! ```text
//! cargo run --release --example sandbox -- [OPTION]... [--] COMMAND [ARGUMENT]...
//! ```
//!
//! `--help` documents the options, the profiles, the formats of rules and the exit statuses. The
//! program requires no privileges.
//!
//! The program creates a child, which restricts itself and executes the command. The parent is not
//! restricted: it prints why the command could not be executed, forwards signals, and, with
//! `--trace`, responds to the notifications of the filter. The child shares the descriptors of the
//! parent until it executes the command, so the listener of its filter is a descriptor of the
//! parent, and no system call that the filter may deny is required to pass the listener.

mod access;
mod child;
#[path = "../common/mod.rs"]
mod common;
mod help;
mod options;
mod policy;
#[path = "../common/seccomp/mod.rs"]
mod seccomp;
mod supervisor;
mod trace;

use std::fmt;
use std::io::{self, Write};
use std::process::ExitCode;

use common::cli::{self, Request};
use options::Options;

const PROGRAM: &str = "sandbox";

/// The exit status if the program fails, as for `env`.
const FAILURE: u8 = 125;

/// The exit status if the command exists, but cannot be executed.
const NOT_EXECUTABLE: u8 = 126;

/// The exit status if the command does not exist.
const NOT_FOUND: u8 = 127;

fn main() -> ExitCode {
    match options::parse() {
        Ok(Request::Run(options)) => run(options).unwrap_or_else(|text| {
            message(format_args!("{text}"));
            FAILURE.into()
        }),
        Ok(Request::Print(text)) => print(text),
        Err(error) => {
            cli::usage_error(PROGRAM, &error);
            FAILURE.into()
        }
    }
}

/// Prints a message to standard error with one write, because the command also writes there.
fn message(text: fmt::Arguments<'_>) {
    let line = format!("{PROGRAM}: {text}\n");
    let _ = io::stderr().write_all(line.as_bytes());
}

/// Prints a text to standard output. Returns the exit status.
fn print(text: &str) -> ExitCode {
    if cli::try_print(PROGRAM, text) { ExitCode::SUCCESS } else { FAILURE.into() }
}

/// Runs the command. Returns an error message if the command was not started.
fn run(options: Options) -> Result<ExitCode, String> {
    let filter = policy::compile(&options)?;
    if options.print {
        return Ok(print(&filter.installed_text()));
    }
    let ruleset = access::ruleset(&options)?;
    supervisor::run(&options, &filter, ruleset.as_ref())
}
