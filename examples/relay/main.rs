//! Relays connections to another address, without copying the data to user space.
//!
//! ```text
//! cargo run --release --example relay -- [OPTION]... LISTEN TARGET
//! ```
//!
//! `--help` documents the options, the addresses, the totals, the handling of errors and the exit
//! statuses.
//!
//! One epoll instance waits for the listener, both sockets of every connection, the termination
//! signals and two timers. Each direction of a connection uses a pipe: `splice` moves the data from
//! one socket into the pipe, and from the pipe into the other socket. A direction takes a pipe from
//! a pool when data arrives, and puts the pipe back as soon as the pipe is empty. An idle
//! connection therefore uses no pipe, and a connection with a slow reader buffers no more than the
//! capacity of its pipe.

mod address;
#[path = "../common/mod.rs"]
mod common;
mod connection;
mod connections;
mod direction;
mod listener;
mod net;
mod options;
mod report;
mod session;

use std::io::{self, Write};
use std::process::ExitCode;

use common::cli::{self, FAILURE, Request, SystemError};
use common::signals::Signals;
use connection::Shared;
use listener::Listener;
use options::Options;
use report::{Failure, Report};
use session::Session;

const PROGRAM: &str = "relay";

fn main() -> ExitCode {
    // Block the signals first: while the signals are unblocked, a signal terminates the program
    // without a message.
    let signals = Signals::block();
    match options::parse() {
        Ok(Request::Run(options)) => {
            let status =
                signals.map_err(Failure::from).and_then(|signals| relay(&options, &signals));
            status.unwrap_or_else(|failure| {
                Report::new(false).info(format_args!("{failure}"));
                FAILURE.into()
            })
        }
        Ok(Request::Print(text)) => cli::print(PROGRAM, text),
        Err(error) => cli::usage_error(PROGRAM, &error),
    }
}

fn relay(options: &Options, signals: &Signals) -> Result<ExitCode, Failure> {
    let report = Report::new(options.quiet);
    let listener = match Listener::bind(&options.listen) {
        Ok(listener) => listener,
        Err(error) => {
            let error = SystemError::Io(&error);
            report.error(format_args!("cannot listen on {}: {error}", options.listen));
            return Ok(FAILURE.into());
        }
    };
    let mut shared = Shared::new(options.target.clone(), report)?;
    let mut session = Session::new(&listener, signals, &mut shared)?;
    session.info(format_args!("listening on {}, relaying to {}", listener.address, options.target));
    if options.listen.selects_port() {
        // A write error is ignored: the caller does not have to read the address.
        let _ = writeln!(io::stdout(), "{}", listener.address);
    }
    let signal = session.run()?;
    drop(session);
    drop(listener);
    if !Report::is_writable() {
        // Standard error is blocked. Unblock the signals, so that a second signal terminates the
        // program instead of waiting until the totals are written.
        signals.unblock()?;
    }
    shared.report.info(format_args!("terminated by SIG{signal}: {}", shared.totals));
    Ok(ExitCode::SUCCESS)
}
