//! Command-line options.

use std::ffi::{OsStr, OsString};

use butter::Errno;
use butter::seccomp::{Action, Syscall};
use lexopt::{Arg, Error, Parser};

use crate::common::cli::{self, Request};
use crate::help::HELP;
use crate::seccomp::{OwnedRule, text};

const VERSION: &str = concat!("sandbox ", env!("CARGO_PKG_VERSION"), "\n");

/// The rules of the command, after those of the options `--deny`, `--log` and `--allow`.
#[derive(Clone)]
pub(crate) enum Base {
    Container,
    Compute,
    None,
    /// A file with rules as text.
    Rules(OsString),
    /// A file with rules in the JSON format of OCI container engines.
    Oci(OsString),
}

pub(crate) struct Options {
    pub(crate) base: Base,
    pub(crate) rules: Vec<OwnedRule>,
    pub(crate) trace: bool,
    pub(crate) print: bool,
    pub(crate) quiet: bool,
    pub(crate) read_only: Vec<OsString>,
    pub(crate) read_write: Vec<OsString>,
    /// The command and its arguments; empty only with `print`.
    pub(crate) command: Vec<OsString>,
}

/// Parses the program's arguments.
pub(crate) fn parse() -> Result<Request<Options>, Error> {
    let (mut base, mut rules) = (None, Vec::new());
    let (mut trace, mut print, mut quiet) = (false, false, false);
    let (mut read_only, mut read_write, mut command) = (Vec::new(), Vec::new(), Vec::new());
    let mut parser = Parser::from_env();
    while let Some(argument) = parser.next()? {
        let mut set_base = |new| match base.replace(new) {
            None => Ok(()),
            Some(_) => Err("only one of '--profile', '--rules' and '--oci' can be given, once"),
        };
        match argument {
            Arg::Long("profile") => set_base(profile(&parser.value()?)?)?,
            Arg::Long("rules") => set_base(Base::Rules(path("--rules", parser.value()?)?))?,
            Arg::Long("oci") => set_base(Base::Oci(path("--oci", parser.value()?)?))?,
            Arg::Long("deny") => rules.push(deny(&parser.value()?)?),
            Arg::Long("log") => rules.push(rule("--log", &parser.value()?, Action::Log)?),
            Arg::Long("allow") => rules.push(rule("--allow", &parser.value()?, Action::Allow)?),
            Arg::Long("trace") => trace = true,
            Arg::Long("ro") => read_only.push(path("--ro", parser.value()?)?),
            Arg::Long("rw") => read_write.push(path("--rw", parser.value()?)?),
            Arg::Long("print") => print = true,
            Arg::Short('q') | Arg::Long("quiet") => quiet = true,
            Arg::Short('h') | Arg::Long("help") => return cli::print_request(&mut parser, HELP),
            Arg::Short('V') | Arg::Long("version") => {
                return cli::print_request(&mut parser, VERSION);
            }
            // The options after the command are its arguments.
            Arg::Value(program) => {
                command.push(program);
                command.extend(parser.raw_args()?);
            }
            option => return Err(option.unexpected()),
        }
    }
    match command.first() {
        None if !print => return Err("missing COMMAND operand".into()),
        Some(program) if program.is_empty() => return Err("empty operand ''".into()),
        _ => {}
    }
    let base = base.unwrap_or(Base::Container);
    let options = Options { base, rules, trace, print, quiet, read_only, read_write, command };
    Ok(Request::Run(options))
}

fn profile(name: &OsStr) -> Result<Base, Error> {
    match name.to_str() {
        Some("container") => Ok(Base::Container),
        Some("compute") => Ok(Base::Compute),
        Some("none") => Ok(Base::None),
        _ => Err(cli::invalid_value("--profile", name, "container, compute or none")),
    }
}

fn path(option: &str, path: OsString) -> Result<OsString, Error> {
    if path.is_empty() {
        return Err(cli::invalid_value(option, &path, "a path"));
    }
    Ok(path)
}

fn deny(value: &OsStr) -> Result<OwnedRule, Error> {
    let text = value.to_str().unwrap_or("");
    let (call, errno) = match text.split_once('=') {
        None => (text, Some(Errno::PERM)),
        Some((call, errno)) => (call, text::errno(errno)),
    };
    match (text::call(call), errno) {
        (Some(call), Some(errno)) => Ok(OwnedRule::new(call, Action::Errno(errno))),
        _ => {
            let expected = "a system call such as mkdirat, or mkdirat=EROFS";
            Err(cli::invalid_value("--deny", value, expected))
        }
    }
}

fn rule(option: &str, value: &OsStr, action: Action) -> Result<OwnedRule, Error> {
    let call: Option<Syscall> = value.to_str().and_then(text::call);
    call.map(|call| OwnedRule::new(call, action))
        .ok_or_else(|| cli::invalid_value(option, value, "a system call such as mkdirat"))
}
