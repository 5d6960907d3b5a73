//! Relays connections to another address, without copying the data to user space.
//!
//! ```text
//! cargo run --release --example relay -- [OPTION]... LISTEN TARGET...
//! ```
//!
//! `--help` documents the options, the addresses, the totals, the handling of errors and the exit
//! statuses.
//!
//! One epoll instance waits for the listener, both sockets of every connection, the termination
//! signals, two timers and the thread that resolves host names. The timeout of the wait is the time
//! until the next timeout of a connection expires. Each direction of a connection uses a pipe:
//! `splice` moves the data from one socket into the pipe, and from the pipe into the other socket.
//! A direction takes a pipe from a pool when data arrives, and puts the pipe back as soon as the
//! pipe is empty. An idle connection therefore uses no pipe. The module `memory` limits the
//! capacities of the pipes and of the buffers of the sockets.

mod address;
#[path = "../common/mod.rs"]
mod common;
mod connection;
mod connections;
mod direction;
mod help;
mod listener;
mod log;
mod memory;
mod net;
mod options;
mod proxy;
mod report;
mod resolver;
mod session;
mod socket;
mod targets;

use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Instant;

use butter::epoll::Epoll;

use common::cli::{self, FAILURE, Request, SystemError};
use common::signals::Signals;
use common::units::Count;
use connection::Shared;
use direction::PipePool;
use listener::Listener;
use log::Log;
use memory::Memory;
use options::Options;
use report::{Failure, Report, Totals};
use session::Session;
use targets::Targets;

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
    let targets = Targets::new(&options.targets, options.balance)
        .map_err(|error| Failure::Start(error.to_string()))?;
    let listener = Listener::bind(&options.listen, options.settings.keepalive)
        .map_err(|error| Failure::Start(format!("cannot listen on {}: {error}", options.listen)))?;
    let log = options.log.then(Log::new).transpose().map_err(|error| {
        Failure::Start(format!("cannot write the log: {}", SystemError::Io(&error)))
    })?;
    let mut shared = Shared {
        epoll: Epoll::new()?,
        pipes: PipePool::new(),
        memory: Memory::new(options.memory),
        targets,
        totals: Totals::default(),
        report: Report::new(options.quiet),
        log,
        settings: options.settings,
        now: Instant::now(),
    };
    let mut session = Session::new(&listener, signals, &mut shared)?;
    session.announce();
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
    if let Some(log @ Log { omitted: 1.., .. }) = &shared.log {
        let lines = Count(log.omitted, "line");
        shared.report.info(format_args!("{lines} of the log could not be written"));
    }
    shared.report.info(format_args!("terminated by SIG{signal}: {}", shared.totals));
    Ok(ExitCode::SUCCESS)
}
