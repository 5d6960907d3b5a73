//! Command-line options.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use butter::Errno;
use lexopt::{Arg, Error, Parser};

use crate::common::cli::{self, Request};
use crate::help::HELP;
use crate::rules::{Effect, Rules};

const VERSION: &str = concat!("supervise ", env!("CARGO_PKG_VERSION"), "\n");

pub(crate) struct Options {
    pub(crate) rules: Rules,
    pub(crate) log: bool,
    /// The command and its arguments.
    pub(crate) command: Vec<OsString>,
}

/// Parses the program's arguments.
pub(crate) fn parse() -> Result<Request<Options>, Error> {
    let (mut rules, mut log, mut command) = (Rules::default(), false, Vec::new());
    let mut parser = Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Long(option @ ("allow-read" | "allow-write")) => {
                let (name, effect) = match option {
                    "allow-read" => ("--allow-read", Effect::AllowRead),
                    _ => ("--allow-write", Effect::AllowWrite),
                };
                let prefix = parser.value()?;
                if !is_absolute(&prefix) {
                    return Err(cli::invalid_value(name, &prefix, "an absolute path"));
                }
                rules.add(prefix.as_ref(), effect);
            }
            Arg::Long("deny") => {
                let value = parser.value()?;
                let (prefix, errno) = deny(&value).ok_or_else(|| {
                    cli::invalid_value("--deny", &value, "PREFIX=ERRNO, such as /srv=EACCES")
                })?;
                rules.add(prefix, Effect::Deny(errno));
            }
            Arg::Long("redirect") => {
                let value = parser.value()?;
                let (from, to) = redirect(&value).ok_or_else(|| {
                    cli::invalid_value("--redirect", &value, "FROM=TO, two absolute paths")
                })?;
                rules.redirect(from, to);
            }
            Arg::Short('l') | Arg::Long("log") => log = true,
            Arg::Short('h') | Arg::Long("help") => return cli::print_request(&mut parser, HELP),
            Arg::Short('V') | Arg::Long("version") => {
                return cli::print_request(&mut parser, VERSION);
            }
            Arg::Value(program) => {
                command.push(program);
                command.extend(parser.raw_args()?);
            }
            option => return Err(option.unexpected()),
        }
    }
    if command.is_empty() {
        return Err("missing COMMAND operand".into());
    }
    Ok(Request::Run(Options { rules, log, command }))
}

fn is_absolute(path: &OsStr) -> bool {
    path.as_bytes().starts_with(b"/")
}

/// Parses a path and an errno. The path can contain equals signs.
fn deny(value: &OsStr) -> Option<(&Path, Errno)> {
    let equals = value.as_bytes().iter().rposition(|byte| *byte == b'=')?;
    let (prefix, errno) = value.as_bytes().split_at(equals);
    let errno = std::str::from_utf8(&errno[1..]).ok()?.parse().ok()?;
    let prefix = OsStr::from_bytes(prefix);
    is_absolute(prefix).then_some((prefix.as_ref(), errno))
}

/// Parses two paths. The second path can contain equals signs.
fn redirect(value: &OsStr) -> Option<(&Path, &Path)> {
    let equals = value.as_bytes().iter().position(|byte| *byte == b'=')?;
    let (from, to) = value.as_bytes().split_at(equals);
    let [from, to] = [from, &to[1..]].map(OsStr::from_bytes);
    (is_absolute(from) && is_absolute(to)).then_some((from.as_ref(), to.as_ref()))
}
