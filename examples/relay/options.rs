//! Command-line options.

use lexopt::{Arg, Error, Parser};

use crate::address::{Address, Listen};
use crate::common::cli::{self, Request};

const HELP: &str = "\
Usage: relay [OPTION]... LISTEN TARGET
Relay connections to another address, without copying the data to user space.

LISTEN and TARGET are each one of:
  IP:PORT     a TCP address, such as 127.0.0.1:8080 or [::1]:8080; host names are not resolved; if
              the port of LISTEN is 0, the kernel selects one, and the address is always printed to
              standard output
  *:PORT      all IPv6 and IPv4 addresses of this host, only for LISTEN; 0.0.0.0:PORT if the host
              has no IPv6
  unix:PATH   a Unix socket
  PATH        a Unix socket, if PATH contains a /
  unix:@NAME  a Unix socket in the abstract namespace, which is not in the file system; a relative
              PATH that begins with @ must be written as ./@...
  @NAME       the same as unix:@NAME

The relay opens a connection to TARGET for every connection to LISTEN. If one side shuts down
writing, the other side reads end of file after it has received everything sent before. A connection
ends when both directions have ended. The path of LISTEN must not exist; the socket is removed at
exit.

Options:
  -q, --quiet    print only errors: no address, no progress, no totals
  -h, --help     print this help and exit
  -V, --version  print the version and exit

Progress and totals:
  Progress and totals are printed to standard error, progress only if standard error is a terminal.
  A byte is counted when the kernel has accepted it for the receiver: it was read from one socket
  and is in the buffer of the other. A byte that was read but could not be passed on is not counted.

Errors:
  An error on one connection affects no other connection, and data that can still be delivered is
  delivered. If a side resets its connection, the other side receives the data that was read before,
  followed by end of file. If TARGET cannot be reached, the connection is closed; the reason is
  printed if it differs from the previous one. If the backlog of a Unix TARGET is full, the
  connection is retried. TCP urgent data, which is one byte at a time, is discarded. If a connection
  cannot be accepted, for example because a security module denies it, the relay retries after a
  pause; the reason is printed if it differs from the previous one.

Limits:
  A connection uses two descriptors, and two more for each direction whose reader is slower than its
  writer. The soft limit on open descriptors is raised to the hard limit (ulimit -Hn). Connections
  are accepted only while the limit permits six descriptors for each; further connections wait until
  a connection ends.

Signals:
  SIGINT, SIGTERM and SIGHUP close all connections and terminate the program, which prints the
  totals. If the totals cannot be written, a second signal terminates the program immediately. A
  signal that was ignored at the start, as with nohup, remains ignored.

Exit status:
  0  the program was terminated by one of these signals
  1  the program cannot listen on LISTEN, or a system call failed
  2  the arguments are invalid
";

const VERSION: &str = concat!("relay ", env!("CARGO_PKG_VERSION"), "\n");

pub(crate) struct Options {
    pub(crate) listen: Listen,
    pub(crate) target: Address,
    pub(crate) quiet: bool,
}

/// Parses the program's arguments.
pub(crate) fn parse() -> Result<Request<Options>, Error> {
    let mut quiet = false;
    let mut operands = Vec::new();
    let mut parser = Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Short('q') | Arg::Long("quiet") => quiet = true,
            Arg::Short('h') | Arg::Long("help") => return cli::print_request(&mut parser, HELP),
            Arg::Short('V') | Arg::Long("version") => {
                return cli::print_request(&mut parser, VERSION);
            }
            Arg::Value(operand) => operands.push(operand),
            option => return Err(option.unexpected()),
        }
    }
    let [listen, target] = cli::operands(["LISTEN", "TARGET"], operands)?;
    let listen = Listen::parse(&listen)?;
    let target = match Listen::parse(&target)? {
        Listen::One(target) => target,
        target @ Listen::All(_) => {
            let message = "* means all addresses, which is valid only for LISTEN";
            return Err(format!("invalid TARGET '{target}': {message}").into());
        }
    };
    if matches!(target, Address::Tcp(address) if address.port() == 0) {
        return Err(format!("invalid TARGET '{target}': the port is 0").into());
    }
    if listen == Listen::One(target.clone()) {
        return Err("LISTEN and TARGET are the same address".into());
    }
    Ok(Request::Run(Options { listen, target, quiet }))
}
