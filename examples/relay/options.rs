//! What the user asks for.

use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt;

use butter::path::Escape;

use crate::address::Address;
use crate::help::HELP;

const VERSION: &str = concat!("relay ", env!("CARGO_PKG_VERSION"), "\n");

pub(crate) struct Options {
    pub(crate) listen: Address,
    pub(crate) target: Address,
    pub(crate) quiet: bool,
}

pub(crate) enum Request {
    Relay(Options),
    Print(&'static str),
}

/// Reads the arguments, without the program's name. The error is what to tell the user.
pub(crate) fn parse(arguments: impl Iterator<Item = OsString>) -> Result<Request, String> {
    let mut quiet = false;
    let mut addresses = Vec::new();
    let mut arguments = arguments;
    while let Some(argument) = arguments.next() {
        match argument.as_bytes() {
            b"--" => addresses.extend(arguments.by_ref()),
            b"-q" | b"--quiet" => quiet = true,
            b"-h" | b"--help" => return Ok(Request::Print(HELP)),
            b"-V" | b"--version" => return Ok(Request::Print(VERSION)),
            [b'-', ..] => return Err(format!("there is no option {}", Escape::new(&argument))),
            _ => addresses.push(argument),
        }
    }
    let [listen, target] = addresses.as_slice() else {
        return Err(format!(
            "two addresses are wanted, LISTEN and TARGET, not {}",
            addresses.len()
        ));
    };
    let (listen, target) = (Address::parse(listen)?, Address::parse(target)?);
    if matches!(target, Address::Tcp(address) if address.port() == 0) {
        return Err("TARGET has the port 0".to_owned());
    }
    if listen == target {
        return Err("LISTEN and TARGET are the same".to_owned());
    }
    Ok(Request::Relay(Options { listen, target, quiet }))
}
