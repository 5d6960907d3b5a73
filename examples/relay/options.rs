//! Command-line options.

use std::ffi::{OsStr, OsString};
use std::time::Duration;

use lexopt::{Arg, Error, Parser};

use crate::address::{Address, Listen};
use crate::common::cli::{self, Request};
use crate::connection::Settings;
use crate::help::HELP;
use crate::memory::Memory;
use crate::net::Keepalive;
use crate::proxy::Version;
use crate::targets::Balance;

const VERSION: &str = concat!("relay ", env!("CARGO_PKG_VERSION"), "\n");

pub(crate) struct Options {
    pub(crate) listen: Listen,
    /// At least one address.
    pub(crate) targets: Vec<Address>,
    pub(crate) balance: Balance,
    pub(crate) settings: Settings,
    /// The limit on the memory of all connections in bytes.
    pub(crate) memory: u64,
    pub(crate) log: bool,
    pub(crate) quiet: bool,
}

/// Parses the program's arguments.
pub(crate) fn parse() -> Result<Request<Options>, Error> {
    let mut settings = Settings {
        idle_timeout: None,
        connect_timeout: Duration::from_secs(10),
        keepalive: None,
        proxy_protocol: None,
    };
    let (mut balance, mut memory) = (Balance::Failover, 2 << 30);
    let (mut log, mut quiet) = (false, false);
    let mut operands = Vec::new();
    let mut parser = Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Long("balance") => balance = order(&parser.value()?)?,
            Arg::Long(name @ "connect-timeout") => {
                settings.connect_timeout = timeout(&format!("--{name}"), &mut parser)?;
            }
            Arg::Long(name @ "idle-timeout") => {
                settings.idle_timeout = Some(timeout(&format!("--{name}"), &mut parser)?);
            }
            Arg::Long("keepalive") => settings.keepalive = Some(keepalive(&parser.value()?)?),
            Arg::Long("memory") => memory = size(&parser.value()?)?,
            Arg::Long("proxy-protocol") => {
                settings.proxy_protocol = Some(version(&parser.value()?)?);
            }
            Arg::Short('l') | Arg::Long("log") => log = true,
            Arg::Short('q') | Arg::Long("quiet") => quiet = true,
            Arg::Short('h') | Arg::Long("help") => return cli::print_request(&mut parser, HELP),
            Arg::Short('V') | Arg::Long("version") => {
                return cli::print_request(&mut parser, VERSION);
            }
            Arg::Value(operand) => operands.push(operand),
            option => return Err(option.unexpected()),
        }
    }
    let rest = operands.split_off(operands.len().min(2));
    let [listen, first] = cli::operands(["LISTEN", "TARGET"], operands)?;
    let listen = Listen::parse(&listen)?;
    let targets = std::iter::once(&first).chain(&rest);
    let targets = targets.map(|operand| target(operand, &listen)).collect::<Result<_, _>>()?;
    Ok(Request::Run(Options { listen, targets, balance, settings, memory, log, quiet }))
}

fn target(operand: &OsString, listen: &Listen) -> Result<Address, Error> {
    let target = match Listen::parse(operand)? {
        Listen::One(target) => target,
        target @ Listen::All(_) => {
            let message = "* means all addresses, which is valid only for LISTEN";
            return Err(format!("invalid TARGET '{target}': {message}").into());
        }
    };
    if target.port() == Some(0) {
        return Err(format!("invalid TARGET '{target}': the port is 0").into());
    }
    if *listen == Listen::One(target.clone()) {
        return Err("LISTEN and TARGET are the same address".into());
    }
    Ok(target)
}

fn order(name: &OsStr) -> Result<Balance, Error> {
    match name.to_str() {
        Some("failover") => Ok(Balance::Failover),
        Some("round-robin") => Ok(Balance::RoundRobin),
        _ => Err(cli::invalid_value("--balance", name, "failover or round-robin")),
    }
}

/// The longest timeout, so that a deadline does not exceed the range of the clock: 100 years.
const MAX_TIMEOUT: Duration = Duration::from_secs(100 * 366 * 86_400);

fn timeout(option: &str, parser: &mut Parser) -> Result<Duration, Error> {
    let number = parser.value()?;
    let accepted = |timeout: &Duration| !timeout.is_zero() && *timeout <= MAX_TIMEOUT;
    cli::seconds(&number)
        .filter(accepted)
        .ok_or_else(|| cli::invalid_value(option, &number, "a positive number of seconds"))
}

fn keepalive(number: &OsStr) -> Result<Keepalive, Error> {
    let seconds = number.to_str().and_then(|number| number.parse().ok());
    seconds
        .filter(|seconds| (1..=Keepalive::MAX).contains(seconds))
        .map(|seconds| Keepalive(Duration::from_secs(seconds)))
        .ok_or_else(|| {
            let expected = format!("a number of seconds from 1 to {}", Keepalive::MAX);
            cli::invalid_value("--keepalive", number, &expected)
        })
}

fn size(text: &OsStr) -> Result<u64, Error> {
    let minimum = Memory::new(0).minimum();
    cli::size(text).filter(|size| *size >= minimum).ok_or_else(|| {
        let expected = format!("a size such as 64M, at least {minimum} bytes for one connection");
        cli::invalid_value("--memory", text, &expected)
    })
}

fn version(name: &OsStr) -> Result<Version, Error> {
    match name.to_str() {
        Some("v1") => Ok(Version::V1),
        Some("v2") => Ok(Version::V2),
        _ => Err(cli::invalid_value("--proxy-protocol", name, "v1 or v2")),
    }
}
