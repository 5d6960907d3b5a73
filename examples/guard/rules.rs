//! The rules.

use std::fmt;

use butter::fs::{FileType, Stat};
use butter::path::Escape;

/// What a process does with a file.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operation {
    Open,
    Exec,
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Open => "open",
            Self::Exec => "exec",
        })
    }
}

/// The rules that deny operations.
#[derive(Default)]
pub(crate) struct Rules {
    pub(crate) prefixes: Vec<Vec<u8>>,
    pub(crate) suffixes: Vec<Vec<u8>>,
    pub(crate) larger: Option<u64>,
    pub(crate) deny_exec: bool,
}

/// A rule that denies an operation, or the reason why the guard denies it without a rule.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Denial<'r> {
    Prefix(&'r [u8]),
    Suffix(&'r [u8]),
    Larger(u64),
    Exec,
    /// The path or the size of the file is not known.
    Unknown(butter::Error),
}

impl fmt::Display for Denial<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Prefix(prefix) => write!(f, "--deny-prefix {}", Escape::new(*prefix)),
            Self::Suffix(suffix) => write!(f, "--deny-suffix {}", Escape::new(*suffix)),
            Self::Larger(size) => write!(f, "--deny-larger {size}"),
            Self::Exec => f.write_str("--deny-exec"),
            Self::Unknown(error) => write!(f, "{}: {}", error.call(), error.errno()),
        }
    }
}

/// The text that the kernel appends to the path of a file that has been deleted.
const DELETED: &[u8] = b" (deleted)";

impl Rules {
    /// Returns the rule that denies an operation, if any.
    pub(crate) fn denial(
        &self,
        operation: Operation,
        path: &[u8],
        stat: &Stat,
    ) -> Option<Denial<'_>> {
        if operation == Operation::Exec && self.deny_exec {
            return Some(Denial::Exec);
        }
        let prefix = self.prefixes.iter().find(|prefix| path.starts_with(prefix));
        if let Some(prefix) = prefix {
            return Some(Denial::Prefix(prefix));
        }
        let undeleted = path.strip_suffix(DELETED).unwrap_or(path);
        let is_end = |suffix: &&Vec<u8>| path.ends_with(suffix) || undeleted.ends_with(suffix);
        if let Some(suffix) = self.suffixes.iter().find(is_end) {
            return Some(Denial::Suffix(suffix));
        }
        let larger = self
            .larger
            .filter(|size| stat.file_type() == FileType::RegularFile && stat.size() > *size);
        larger.map(Denial::Larger)
    }
}
