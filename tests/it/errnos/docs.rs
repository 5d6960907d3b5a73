//! The documentation of the functions that make system calls agrees with the tables of reasons.
//!
//! The section "Errors" has one bullet for each errno, such as "- `EMFILE`: cause.". The reason of
//! the errno is the first sentence of the bullet, without Markdown.

use std::fs;
use std::path::{Path, PathBuf};

use butter::Errno;
use butter::error::Call;

use super::reasons::{call_by_constant, reasons};
use super::row;
use common::require;

/// Errnos that need no reason, because the general description of the errno is sufficient.
const OPTIONAL: &[Errno] = &[Errno::NOMEM, Errno::INTR, Errno::FAULT, Errno::NOSYS, Errno::IO];

/// Calls whose reasons belong to errors that the library itself detects. The function that returns
/// such an error documents the error, not the function that makes the call.
const REPORTED_BY_LIBRARY: &[Call] = &[
    Call::FSTATFS,
    Call::READLINKAT_TRUNCATED,
    Call::MEMFD_CREATE_EXEC,
    Call::FCNTL_ADD_SEALS_EXEC,
    Call::COPY_FILE_RANGE_OVERLAP,
    Call::SPLICE_SAME_PIPE,
    Call::WRITE_UNSUPPORTED,
    Call::READ_TO_END,
    Call::SOCKADDR_UN,
    Call::SENDMSG_RIGHTS,
    Call::RECVMSG_RIGHTS,
    Call::SD_NOTIFY,
    Call::SD_LISTEN_FDS,
    Call::SECCOMP_PROGRAM,
    Call::SECCOMP_TSYNC,
    Call::SECCOMP_LISTENER,
];

/// The heading of the section "Errors".
const ERRORS: &str = "\n/// # Errors\n///\n";

/// A function with a section "Errors", in a source file that makes system calls.
struct Function {
    source: PathBuf,
    name: String,
    /// Whether the summary line begins with the C call. Otherwise, the documented causes may differ
    /// from the reasons.
    is_raw: bool,
    /// The calls that the function itself makes. The vector is empty if the function makes a call
    /// through another function.
    calls: Vec<Call>,
    bullets: Vec<Bullet>,
    /// The names of the functions to whose errors the documentation refers.
    references: Vec<String>,
}

/// A documented errno of a function.
#[derive(Clone)]
struct Bullet {
    /// The calls that the paragraph before the bullets names. The vector is empty if the bullet
    /// applies to all calls of the function.
    calls: Vec<Call>,
    errno: Errno,
    cause: String,
}

impl Function {
    /// Parses a function from the source text before and after the line "# Errors".
    fn parse(source: &Path, before: &str, text: &str) -> Self {
        let summary = before.lines().rev().take_while(|line| line.starts_with("///")).last();
        let is_raw = summary.is_some_and(|summary| summary.starts_with("/// `"));
        let code = &text[text.find("\npub").expect("each documented function should be public")..];
        let code = code.split("\n///").next().unwrap();
        let name = identifier(code.split_once(" fn ").unwrap().1).to_owned();
        let mut calls: Vec<_> =
            code.split("Call::").skip(1).map(|rest| call_by_constant(identifier(rest))).collect();
        if calls.is_empty() {
            // The function `mount` makes one of several calls, depending on the flags.
            let several = format!("{name}(");
            let is_one = |call: &Call| call.name() == name || call.name().starts_with(&several);
            calls = Call::ALL.iter().copied().filter(is_one).collect();
        }
        let (mut bullets, mut references, mut named) = (Vec::new(), Vec::new(), Vec::new());
        for block in blocks(text) {
            if let Some(bullet) = block.strip_prefix("- ") {
                let (errnos, cause) = parse_bullet(bullet).unwrap_or_else(|| {
                    panic!(
                        "{}: {name}: expected \"- `ERRNO`: cause.\", found: {block}",
                        source.display()
                    )
                });
                let calls = &named;
                bullets.extend(errnos.into_iter().map(|errno| Bullet {
                    calls: calls.clone(),
                    errno,
                    cause: cause.clone(),
                }));
                continue;
            }
            let constants = block.split("(`Call::").skip(1).chain(block.split("<!-- ").skip(1));
            let calls: Vec<_> = constants.map(|rest| call_by_constant(identifier(rest))).collect();
            if !calls.is_empty() {
                named = calls;
            }
            references.extend(
                block.split("The errors of [`").skip(1).map(|rest| identifier(rest).to_owned()),
            );
        }
        Self { source: source.to_owned(), name, is_raw, calls, bullets, references }
    }

    /// Returns the bullets of the function, followed by the bullets of the functions to whose
    /// errors the documentation refers.
    fn all_bullets(&self, functions: &[Self]) -> Vec<Bullet> {
        let mut bullets = self.bullets.clone();
        for other in &self.references {
            let is_other =
                |function: &&Self| function.name == *other && function.source == self.source;
            let other = functions.iter().find(is_other);
            let other = other.unwrap_or_else(|| {
                panic!(
                    "{}: the function to whose errors the documentation refers was not found",
                    self.name
                )
            });
            bullets.extend(other.all_bullets(functions));
        }
        bullets
    }
}

/// Splits a section of a documentation comment into paragraphs and bullets, each on one line.
fn blocks(text: &str) -> Vec<String> {
    let mut blocks = vec![String::new()];
    let lines = text.lines().map_while(|line| line.strip_prefix("///")).map(str::trim);
    for line in lines.take_while(|line| !line.starts_with("# ")) {
        if line.is_empty() || line.starts_with("- ") {
            blocks.push(String::new());
        }
        let block = blocks.last_mut().unwrap();
        if !block.is_empty() {
            block.push(' ');
        }
        block.push_str(line);
    }
    blocks
}

/// Returns the errnos and the cause of a bullet such as "`EAGAIN`, `EINTR`: cause.".
fn parse_bullet(text: &str) -> Option<(Vec<Errno>, String)> {
    let (errnos, cause) = text.split_once(": ")?;
    let errnos = errnos.split('`').skip(1).step_by(2);
    let errnos: Vec<_> = errnos.map(|errno| errno.parse().ok()).collect::<Option<_>>()?;
    (!errnos.is_empty()).then(|| (errnos, first_sentence(cause)))
}

/// Returns the first sentence of a text without Markdown and without the final period.
fn first_sentence(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, link)) = rest.split_once('[') {
        plain.push_str(before);
        let (linked, after) =
            link.split_once(']').expect("each link should have a closing bracket");
        plain.push_str(linked);
        rest = match after.strip_prefix('(') {
            Some(target) => {
                target
                    .split_once(')')
                    .expect("the target of each link should have a closing parenthesis")
                    .1
            }
            None => after,
        };
    }
    plain.push_str(rest);
    let plain = plain.replace('`', "");
    let is_end = |&at: &usize| plain[at + 2..].starts_with(|c: char| c.is_ascii_uppercase());
    let mut periods = plain.match_indices(". ").map(|(at, _)| at);
    let end = periods.find(is_end).unwrap_or(plain.len());
    plain[..end].trim_end_matches('.').to_owned()
}

/// Returns the identifier at the start of a text.
fn identifier(text: &str) -> &str {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap()
}

/// Returns all functions with a section "Errors" in the source files that make system calls.
fn functions(folder: &Path) -> Vec<Function> {
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    paths
        .flat_map(|path| {
            if path.is_dir() {
                return functions(&path);
            }
            let text = fs::read_to_string(&path).unwrap();
            // The raw functions `clone` and `clone3` use dedicated stubs.
            let makes_calls = ["syscall!(", "RawReturn::new("].iter().any(|c| text.contains(c));
            let errors = text.match_indices(ERRORS).filter(|_| makes_calls);
            errors
                .map(|(at, _)| Function::parse(&path, &text[..at], &text[at + ERRORS.len()..]))
                .collect()
        })
        .collect()
}

#[test]
fn errno_reasons_equal_the_documented_causes() {
    let sources = common::root().join("src");
    require!(sources.exists(), "the sources do not exist on this host");
    let (functions, reasons) = (functions(&sources), reasons());
    let (mut found, mut documented, mut differences) = (0, Vec::new(), Vec::new());
    for function in &functions {
        if function.calls.is_empty() {
            assert!(
                !function.is_raw,
                "{}: the call that the function makes was not found",
                function.name
            );
            continue;
        }
        let mut seen = Vec::new();
        for Bullet { calls, errno, cause } in function.all_bullets(&functions) {
            let calls = if calls.is_empty() { &function.calls } else { &calls };
            for &call in calls {
                // A bullet for one call precedes a bullet for several calls, so the first bullet
                // applies.
                if seen.contains(&(call, errno)) {
                    continue;
                }
                seen.push((call, errno));
                let place = format!("{}: {}: {errno}", function.source.display(), function.name);
                let reason =
                    reasons.iter().find(|reason| (reason.call, reason.errno) == (call, errno));
                match reason {
                    None if OPTIONAL.contains(&errno) => continue,
                    None => {
                        differences.push(format!("{place}: the errno has no reason for {call}"))
                    }
                    Some(reason) if function.is_raw && reason.text != cause => differences
                        .push(format!("{place}: documented: {cause}; reason: {}", reason.text)),
                    Some(_) => {}
                }
                if row(call, errno).is_none() {
                    differences.push(format!("{place}: no row tests this errno"));
                }
            }
        }
        found += seen.len();
        if function.is_raw {
            documented.extend(seen);
        }
    }
    for reason in reasons.iter().filter(|reason| !REPORTED_BY_LIBRARY.contains(&reason.call)) {
        if !documented.contains(&(reason.call, reason.errno)) {
            differences.push(format!("{}: {} is not documented", reason.call, reason.errno));
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    assert!(found > 300, "only {found} errnos were found: the sources are not parsed correctly");
}
