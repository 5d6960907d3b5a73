//! Command-line options.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};

use lexopt::{Arg, Error, Parser};

use crate::common::cli::{self, Request};
use crate::help::HELP;
use crate::rules::Rules;

const VERSION: &str = concat!("guard ", env!("CARGO_PKG_VERSION"), "\n");

pub(crate) struct Options {
    pub(crate) rules: Rules,
    pub(crate) log_only: bool,
    pub(crate) quiet: bool,
    pub(crate) directories: Vec<OsString>,
}

/// Parses the program's arguments.
pub(crate) fn parse() -> Result<Request<Options>, Error> {
    let mut rules = Rules::default();
    let (mut log_only, mut quiet, mut directories) = (false, false, Vec::new());
    let mut parser = Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Long("deny-prefix") => rules.prefixes.push(prefix(parser.value()?)?),
            Arg::Long("deny-suffix") => rules.suffixes.push(suffix(parser.value()?)?),
            Arg::Long("deny-larger") => rules.larger = Some(size(&parser.value()?)?),
            Arg::Long("deny-exec") => rules.deny_exec = true,
            Arg::Long("log-only") => log_only = true,
            Arg::Short('q') | Arg::Long("quiet") => quiet = true,
            Arg::Short('h') | Arg::Long("help") => return cli::print_request(&mut parser, HELP),
            Arg::Short('V') | Arg::Long("version") => {
                return cli::print_request(&mut parser, VERSION);
            }
            Arg::Value(directory) => directories.push(directory),
            option => return Err(option.unexpected()),
        }
    }
    if directories.is_empty() {
        return Err("missing DIR operand".into());
    }
    if directories.iter().any(|directory| directory.is_empty()) {
        return Err("empty operand ''".into());
    }
    Ok(Request::Run(Options { rules, log_only, quiet, directories }))
}

fn prefix(path: OsString) -> Result<Vec<u8>, Error> {
    if !path.as_bytes().starts_with(b"/") {
        return Err(cli::invalid_value("--deny-prefix", &path, "an absolute path"));
    }
    Ok(path.into_vec())
}

fn suffix(text: OsString) -> Result<Vec<u8>, Error> {
    if text.is_empty() {
        return Err(cli::invalid_value("--deny-suffix", &text, "the end of a path"));
    }
    Ok(text.into_vec())
}

fn size(text: &OsStr) -> Result<u64, Error> {
    cli::size(text)
        .ok_or_else(|| cli::invalid_value("--deny-larger", text, "a size such as 4096 or 16M"))
}
