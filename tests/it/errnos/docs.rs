//! Every failure that the documentation of a call names has its cause, and its row.

use std::fs;
use std::path::{Path, PathBuf};

use butter::Errno;
use butter::error::Call;

use super::causes::{causes, named};
use super::general::PLAIN;
use super::row;
use common::require;

/// Failures without a cause, as the errno's own text says what there is to say.
const WITHOUT_CAUSE: &[(Call, Errno)] = &[];

/// A function in a source that makes system calls.
struct Function {
    source: PathBuf,
    name: String,
    /// The calls that it makes; none where it leaves that to another function of these.
    calls: Vec<Call>,
    /// What is documented under "Errors".
    errors: String,
}

impl Function {
    /// From the text behind the line "Errors".
    fn read(source: &Path, text: &str) -> Self {
        let documentation = text.lines().take_while(|line| line.starts_with("///"));
        let errors = documentation
            .map(|line| line.trim_start_matches('/').trim())
            .collect::<Vec<_>>()
            .join(" ");
        let code = &text[text.find("\npub").expect("what is documented is public")..];
        let code = code.split("\n///").next().unwrap();
        let name = name(code.split_once(" fn ").unwrap().1).to_owned();
        let mut calls: Vec<_> =
            code.split("Call::").skip(1).map(|rest| named(self::name(rest))).collect();
        if calls.is_empty() {
            // `mount` finds out by its flags which of several calls it is.
            let several = format!("{name}(");
            let is_one = |call: &Call| call.name() == name || call.name().starts_with(&several);
            calls = Call::ALL.iter().copied().filter(is_one).collect();
        }
        Self { source: source.to_owned(), name, calls, errors }
    }

    /// The errnos that it names, and those of the functions that it refers to.
    fn errnos(&self, all: &[Self]) -> Vec<Errno> {
        let quoted = self.errors.split('`').skip(1).step_by(2);
        let mut errnos: Vec<_> = quoted
            .filter(|text| text.starts_with('E'))
            .filter_map(|text| text.parse().ok())
            .collect();
        for other in self.errors.split("As [`").skip(1).map(name) {
            let here = all
                .iter()
                .find(|function| function.name == other && function.source == self.source);
            let there = here.or_else(|| all.iter().find(|function| function.name == other));
            errnos.extend(
                there.unwrap_or_else(|| panic!("{}: there is no {other}", self.name)).errnos(all),
            );
        }
        errnos
    }
}

/// The name at the start of a text.
fn name(text: &str) -> &str {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap()
}

/// All functions with documented failures, of the sources that make system calls.
fn functions(folder: &Path) -> Vec<Function> {
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    paths
        .flat_map(|path| {
            if path.is_dir() {
                return functions(&path);
            }
            let text = fs::read_to_string(&path).unwrap();
            let texts =
                text.split("\n/// # Errors\n///\n").skip(1).filter(|_| text.contains("syscall!("));
            texts.map(|text| Function::read(&path, text)).collect()
        })
        .collect()
}

#[test]
fn every_documented_failure_has_its_cause_and_its_row() {
    let sources = common::root().join("src");
    require!(sources.exists(), "the source is not on this host");
    let (functions, causes) = (functions(&sources), causes());
    let mut documented = 0;
    for function in functions.iter().filter(|function| !function.calls.is_empty()) {
        for errno in function.errnos(&functions) {
            documented += 1;
            // A filter fails every call with those.
            if PLAIN.iter().any(|(plain, _)| *plain == errno) {
                continue;
            }
            let known =
                |is_known: &dyn Fn(Call) -> bool| function.calls.iter().any(|call| is_known(*call));
            let place = format!("{}: {}: {errno}", function.source.display(), function.name);
            let has_cause =
                |call| causes.contains(&(call, errno)) || WITHOUT_CAUSE.contains(&(call, errno));
            assert!(known(&has_cause), "{place} has no cause");
            assert!(known(&|call| row(call, errno).is_some()), "{place} is in no row");
        }
    }
    assert!(
        documented > 300,
        "only {documented} failures were found: the sources are not read right"
    );
    let needless = WITHOUT_CAUSE.iter().find(|failure| causes.contains(failure));
    assert_eq!(needless, None, "it has a cause");
}
