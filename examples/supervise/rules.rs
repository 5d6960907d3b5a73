//! The rules.

use std::fmt;
use std::fs;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::Path;

use butter::Errno;
use butter::path::Escape;

/// What a command does with a file.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    Read,
    /// Writing, truncating or creating a file, or creating a directory.
    Write,
}

impl fmt::Display for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Read => "read",
            Self::Write => "write",
        })
    }
}

/// The effect of a rule on the files below its prefix.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    AllowRead,
    AllowWrite,
    Deny(Errno),
}

pub(crate) struct Rule {
    prefix: Vec<u8>,
    effect: Effect,
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let prefix = Escape::new(&*self.prefix);
        match self.effect {
            Effect::AllowRead => write!(f, "--allow-read {prefix}"),
            Effect::AllowWrite => write!(f, "--allow-write {prefix}"),
            Effect::Deny(errno) => write!(f, "--deny {prefix}={errno}"),
        }
    }
}

/// A path that is replaced by another path.
pub(crate) struct Redirect {
    pub(crate) from: Vec<u8>,
    pub(crate) to: Vec<u8>,
}

#[derive(Default)]
pub(crate) struct Rules {
    rules: Vec<Rule>,
    pub(crate) redirects: Vec<Redirect>,
}

/// Whether an access is permitted, and the rule that determines this.
#[derive(Clone, Copy)]
pub(crate) struct Decision<'r> {
    pub(crate) result: Result<(), Errno>,
    rule: Option<&'r Rule>,
}

impl fmt::Display for Decision<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.rule, self.result) {
            (Some(rule), _) => rule.fmt(f),
            (None, Ok(())) => f.write_str("no rule"),
            (None, Err(_)) => f.write_str("no rule allows it"),
        }
    }
}

impl Rules {
    /// Adds a rule for an absolute path.
    pub(crate) fn add(&mut self, prefix: &Path, effect: Effect) {
        self.rules.push(Rule { prefix: resolve(prefix), effect });
    }

    /// Adds a redirect from an absolute path to an absolute path.
    pub(crate) fn redirect(&mut self, from: &Path, to: &Path) {
        // If FROM is a symbolic link, the link itself is replaced.
        let from = match (from.parent(), from.file_name()) {
            (Some(parent), Some(name)) => join(&resolve(parent), name.as_bytes()),
            _ => resolve(from),
        };
        self.redirects.push(Redirect { from, to: to.as_os_str().as_bytes().to_vec() });
    }

    /// Returns the decision for an access to a file, whose path does not contain symbolic links.
    pub(crate) fn decide(&self, path: &[u8], access: Access) -> Decision<'_> {
        // A file without a path, such as a pipe, is reached only through a descriptor of the
        // command.
        if !path.starts_with(b"/") {
            return Decision { result: Ok(()), rule: None };
        }
        let matches = self.rules.iter().filter(|rule| is_below(path, &rule.prefix));
        // Of several rules with the same prefix, `max_by_key` returns the last.
        let rule = matches.max_by_key(|rule| rule.prefix.len());
        let result = match rule.map(|rule| rule.effect) {
            Some(Effect::Deny(errno)) => Err(errno),
            Some(Effect::AllowWrite) => Ok(()),
            Some(Effect::AllowRead) if access == Access::Read => Ok(()),
            Some(Effect::AllowRead) => Err(Errno::ACCES),
            None if self.rules.iter().all(|rule| matches!(rule.effect, Effect::Deny(_))) => Ok(()),
            None => Err(Errno::ACCES),
        };
        Decision { result, rule }
    }
}

/// Returns whether a path is `prefix`, or is in the directory `prefix`.
fn is_below(path: &[u8], prefix: &[u8]) -> bool {
    match path.strip_prefix(prefix) {
        Some(rest) => rest.is_empty() || rest.starts_with(b"/") || prefix == b"/",
        None => false,
    }
}

/// Appends a name to the path of a directory.
pub(crate) fn join(directory: &[u8], name: &[u8]) -> Vec<u8> {
    let separator: &[u8] = if directory.ends_with(b"/") { b"" } else { b"/" };
    [directory, separator, name].concat()
}

/// Resolves the symbolic links of the part of a path that exists.
fn resolve(path: &Path) -> Vec<u8> {
    match (fs::canonicalize(path), path.parent(), path.file_name()) {
        (Ok(path), ..) => path.into_os_string().into_vec(),
        (Err(_), Some(parent), Some(name)) => join(&resolve(parent), name.as_bytes()),
        (Err(_), Some(parent), None) => resolve(parent),
        (Err(_), None, _) => path.as_os_str().as_bytes().to_vec(),
    }
}
