//! Relays connections to another address, without copying a byte through the program.
//!
//! ```text
//! cargo run --release --example relay -- [OPTIONS] LISTEN TARGET
//! ```
//!
//! `--help` says what the options are, and [`help::HELP`] is that text: the addresses, what is counted, what becomes of
//! errors, and the exit status stand there.
//!
//! One epoll waits for all: the listener, both sockets of every connection, the signals that end the program, and two
//! timers. A direction of a connection is a pipe between two sockets, which `splice` fills from one and empties into
//! the other. A pipe is taken from the pool when there is something to read, and given back as soon as it is empty: a
//! connection that waits has none, and one whose reader is slow holds what a pipe holds.

mod address;
mod connection;
mod connections;
mod direction;
mod help;
mod listener;
mod options;
mod pool;
mod progress;
mod report;
mod room;
mod session;
mod signals;
mod socket;
mod target;
mod totals;

use std::io::{self, Write};
use std::process::ExitCode;

use address::Address;
use connection::Shared;
use listener::Listener;
use options::{Options, Request};
use report::Report;
use session::Session;
use signals::Signals;

const FAILED: u8 = 1;
const USAGE: u8 = 2;

fn main() -> ExitCode {
    // First of all: until then a signal ends the program by itself.
    let signals = Signals::hold_back();
    match options::parse(std::env::args_os().skip(1)) {
        Ok(Request::Relay(options)) => {
            let relayed =
                signals.map_err(io::Error::from).and_then(|signals| relay(&options, &signals));
            relayed.unwrap_or_else(|error| {
                Report::new(false).tell(format_args!("{error}"));
                FAILED.into()
            })
        }
        Ok(Request::Print(text)) => {
            // Who does not read the help has no need of it.
            let _ = io::stdout().write_all(text.as_bytes());
            ExitCode::SUCCESS
        }
        Err(wrong) => {
            Report::new(false).tell(format_args!("{wrong} (--help says more)"));
            USAGE.into()
        }
    }
}

fn relay(options: &Options, signals: &Signals) -> io::Result<ExitCode> {
    let report = Report::new(options.quiet);
    let listener = match Listener::bind(&options.listen) {
        Ok(listener) => listener,
        Err(error) => {
            report.complain(format_args!("{} cannot be listened on: {error}", options.listen));
            return Ok(FAILED.into());
        }
    };
    let mut shared = Shared::new(options.target.clone(), report)?;
    let mut session = Session::new(&listener, signals, &mut shared)?;
    session.tell(format_args!("listening on {}, relaying to {}", listener.address, options.target));
    if matches!(options.listen, Address::Tcp(address) if address.port() == 0) {
        // Who does not read it knows it from elsewhere.
        let _ = writeln!(io::stdout(), "{}", listener.address);
    }
    let signal = session.run()?;
    drop(session);
    drop(listener);
    if !Report::is_taken() {
        // Who does not read the totals need not be waited for.
        signals.let_through()?;
    }
    shared.report.tell(format_args!("{signal} ended it: {}", shared.totals));
    Ok(ExitCode::SUCCESS)
}
