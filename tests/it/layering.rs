//! The house as a test: what may stand where, and who may use whom.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::{fs, str};

use common::require;
use syscalls::Sysno;

/// The floor of each module of the crate, by its first name under `crate::`.
const FLOORS: &[(&str, u32)] = &[
    ("arch", 0),
    ("error", 1),
    ("syscall", 2),
    ("fd", 3),
    ("io", 3),
    ("fs", 3),
    ("ids", 3),
    ("path", 3),
    ("poll", 3),
    ("procfs", 3),
    ("signal", 3),
    ("thread", 3),
    ("time", 3),
    ("copy", 5),
    ("epoll", 5),
    ("eventfd", 5),
    ("idmap", 5),
    ("inotify", 5),
    ("namespace", 5),
    ("memfd", 5),
    ("mm", 5),
    ("mount", 5),
    ("pipe", 5),
    ("process", 5),
    ("signalfd", 5),
    ("timerfd", 5),
    ("uts", 5),
    ("explain", 6),
    ("alloc_impls", 6),
    ("std_impls", 6),
];

/// Macros that every floor writes with, and the root: no floor.
const EVERYWHERE: &[&str] = &["lib", "macros"];

/// Where a feature of the crate may be asked for.
const ASKS_FOR_FEATURES: &[&str] = &["src/lib.rs", "src/fd/mod.rs"];

struct Source {
    path: String,
    module: String,
    /// The text with comments and what stands in quotes blanked.
    code: String,
}

/// All sources of the library; an error where this runs without them.
fn sources() -> Result<Vec<Source>, &'static str> {
    let root = common::root();
    let mut files = Vec::new();
    for folder in ["src", "arch"] {
        if !root.join(folder).exists() {
            return Err("the source is not on this host");
        }
        find(&root.join(folder), &mut files);
    }
    let read = |path: PathBuf| {
        let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
        let module = name.trim_start_matches("src/").trim_end_matches(".rs");
        let module = module.split('/').next().unwrap().to_owned();
        Source { path: name, module, code: blank(&fs::read_to_string(path).unwrap()) }
    };
    Ok(files.into_iter().filter(|path| !path.ends_with("event_tests.rs")).map(read).collect())
}

fn find(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            find(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// Replaces comments, and what stands in quotes, by nothing; keeps `feature = "..."` readable as `feature = ""`.
fn blank(text: &str) -> String {
    let mut code = String::new();
    for line in text.lines() {
        let mut quoted = false;
        let mut last = ' ';
        let mut chars = line.chars().peekable();
        while let Some(char) = chars.next() {
            match char {
                '"' if last != '\\' && last != '\'' => {
                    quoted = !quoted;
                    code.push(char);
                }
                '/' if !quoted && chars.peek() == Some(&'/') => break,
                _ if quoted => {}
                _ => code.push(char),
            }
            last = char;
        }
        code.push('\n');
    }
    code
}

/// What follows each place where a text stands, up to the end of the name.
fn names_behind<'c>(code: &'c str, text: &str) -> impl Iterator<Item = &'c str> {
    let starts: Vec<_> = code.match_indices(text).map(|(at, _)| at + text.len()).collect();
    starts.into_iter().map(|at| {
        let rest = &code[at..];
        &rest[..rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len())]
    })
}

fn floor(module: &str) -> Option<u32> {
    FLOORS.iter().find(|(name, _)| *name == module).map(|(_, floor)| *floor)
}

#[test]
fn every_module_has_its_floor() {
    for source in require!(sources()) {
        let known = floor(&source.module).is_some()
            || EVERYWHERE.contains(&source.module.as_str())
            || source.path.starts_with("arch/");
        assert!(known, "{} stands on no floor", source.path);
    }
}

#[test]
fn no_import_points_up_or_round_in_a_circle() {
    let mut uses: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for source in require!(sources()) {
        let module = if source.path.starts_with("arch/") { "arch" } else { &source.module };
        if EVERYWHERE.contains(&module) {
            continue;
        }
        // `use crate::{a, b}` is written out.
        let mut code = source.code.clone();
        while let Some((before, rest)) = code.split_once("use crate::{") {
            let (names, after) = rest.split_once('}').unwrap();
            let written: String =
                names.split(',').map(|name| format!("use crate::{};", name.trim())).collect();
            code = format!("{before}{written}{after}");
        }
        for used in
            names_behind(&code, "crate::").filter(|name| !name.is_empty() && *name != module)
        {
            let Some(of_used) = floor(used) else {
                let root = ["Errno", "Error", "Result"].contains(&used);
                assert!(
                    root || EVERYWHERE.contains(&used),
                    "{} uses crate::{used}, which is no module",
                    source.path
                );
                continue;
            };
            assert!(
                of_used <= floor(module).unwrap(),
                "{} uses crate::{used}, which is above it",
                source.path
            );
            if of_used == 5 {
                uses.entry(module.to_owned()).or_default().insert(used.to_owned());
            }
        }
    }
    // What uses nothing that is left is taken away, until nothing is left: or a circle is.
    while !uses.is_empty() {
        let done: Vec<_> = uses
            .iter()
            .filter(|(_, used)| used.iter().all(|used| !uses.contains_key(used)))
            .map(|(m, _)| m.clone())
            .collect();
        assert!(!done.is_empty(), "features use each other in a circle: {uses:?}");
        done.iter().for_each(|module| drop(uses.remove(module)));
    }
}

#[test]
fn assembly_and_processors_stand_in_arch_only() {
    for source in require!(sources()) {
        // The root says what the crate is for.
        if !source.path.starts_with("arch/") && source.path != "src/lib.rs" {
            for word in ["asm!", "target_arch", "target_pointer_width"] {
                assert!(!source.code.contains(word), "{} has {word}", source.path);
            }
        }
    }
}

#[test]
fn calls_stand_on_floors_3_and_4_only() {
    let mut calls = 0;
    for source in require!(sources()) {
        let here = source.code.matches("syscall!(").count();
        if here > 0 && source.path != "src/syscall.rs" {
            let allowed = floor(&source.module) == Some(3) || source.path.ends_with("/raw.rs");
            assert!(allowed, "{} makes a system call", source.path);
            calls += here;
        }
    }
    assert!(
        calls == 0 || calls > 20,
        "only {calls} calls were found: the sources are not read right"
    );
}

#[test]
fn features_are_asked_for_in_few_places() {
    for source in require!(sources()) {
        let allowed =
            ASKS_FOR_FEATURES.contains(&source.path.as_str()) || source.path.ends_with("/mod.rs");
        assert!(
            allowed || !source.code.contains("(feature ="),
            "{} asks for a feature",
            source.path
        );
        let inside = |line: &&str| line.starts_with("        ") && line.contains("(feature =");
        assert_eq!(
            source.code.lines().find(inside),
            None,
            "{} asks for a feature inside something",
            source.path
        );
    }
}

#[test]
fn a_raw_function_has_the_kernels_name() {
    let known: Vec<_> = Sysno::iter().map(|number| number.name()).collect();
    for source in require!(sources()) {
        if source.path.ends_with("/raw.rs") {
            for name in names_behind(&source.code, "pub fn ")
                .chain(names_behind(&source.code, "pub unsafe fn "))
            {
                let kernels =
                    known.iter().any(|call| name == *call || name.starts_with(&format!("{call}_")));
                assert!(kernels, "{}: {name} is not named as a system call", source.path);
            }
        }
    }
}

#[test]
fn mod_files_hold_no_calls_and_no_types() {
    for source in require!(sources()) {
        if source.path.starts_with("src/") && source.path.ends_with("/mod.rs") {
            for word in ["unsafe", "struct ", "enum ", "trait "] {
                assert!(!source.code.contains(word), "{} has {word}", source.path);
            }
        }
    }
}
