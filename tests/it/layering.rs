//! Tests of the structure of the crate: the imports that each module may contain, and the files
//! that may contain assembly, system calls and feature checks.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use common::require;
use syscalls::Sysno;

/// The name of each top-level module of the crate, and its layer.
const LAYERS: &[(&str, u32)] = &[
    ("arch", 0),
    ("error", 1),
    ("syscall", 2),
    ("fd", 3),
    ("fs", 3),
    ("ids", 3),
    ("io", 3),
    ("net", 3),
    ("path", 3),
    ("poll", 3),
    ("procfs", 3),
    ("signal", 3),
    ("thread", 3),
    ("time", 3),
    // `rt` (program start) imports only layers below the features, and no other module imports
    // `rt`.
    (RT, 3),
    ("copy", FEATURE),
    ("epoll", FEATURE),
    ("eventfd", FEATURE),
    ("fanotify", FEATURE),
    ("handle", FEATURE),
    ("idmap", FEATURE),
    ("inotify", FEATURE),
    ("landlock", FEATURE),
    ("memfd", FEATURE),
    ("mm", FEATURE),
    ("mount", FEATURE),
    ("namespace", FEATURE),
    ("pipe", FEATURE),
    ("process", FEATURE),
    ("rand", FEATURE),
    ("seccomp", FEATURE),
    ("signalfd", FEATURE),
    ("system", FEATURE),
    ("timerfd", FEATURE),
    ("uts", FEATURE),
    ("alloc_impls", 6),
    ("explain", 6),
    ("std_impls", 6),
];

/// The layer of the feature modules: a feature module contains raw calls (layer 4) and objects
/// (layer 5).
const FEATURE: u32 = 5;

const RT: &str = "rt";

/// The crate root, documentation, and the macros that every layer uses, which belong to no layer.
const ON_NO_LAYER: &[&str] = &["event_loops", "lib", "macros"];

/// The files that may contain `cfg(feature = ...)`, in addition to the `mod.rs` of each module.
const FEATURE_CHECKS: &[&str] = &["src/lib.rs"];

/// The types that the crate root re-exports.
const ROOT_NAMES: &[&str] = &["Errno", "Error", "Result"];

struct Source {
    path: String,
    module: String,
    /// The text of the file, without comments and without the contents of string literals.
    code: String,
}

impl Source {
    fn new(path: &str, text: &str) -> Self {
        let module = if path.starts_with("arch/") {
            "arch"
        } else {
            path.trim_start_matches("src/").trim_end_matches(".rs").split('/').next().unwrap()
        };
        Self { path: path.to_owned(), module: module.to_owned(), code: strip(text) }
    }

    fn is_mod_file(&self) -> bool {
        self.path.starts_with("src/") && self.path.ends_with("/mod.rs")
    }
}

/// Returns all source files of the library, or the reason why the files cannot be read.
fn sources() -> Result<Vec<Source>, &'static str> {
    let root = common::root();
    let mut files = Vec::new();
    for folder in ["src", "arch"] {
        if !root.join(folder).exists() {
            return Err("the sources do not exist on this host");
        }
        find(&root.join(folder), &mut files);
    }
    let read = |path: PathBuf| {
        let name = path.strip_prefix(root).unwrap().to_str().unwrap();
        Source::new(name, &fs::read_to_string(&path).unwrap())
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

/// Removes comments, unit tests and the contents of string literals: `feature = "std"` becomes
/// `feature = ""`.
fn strip(text: &str) -> String {
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
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

/// Returns the name that follows each occurrence of `text`.
fn names_after<'c>(code: &'c str, text: &str) -> impl Iterator<Item = &'c str> {
    let starts: Vec<_> = code.match_indices(text).map(|(at, _)| at + text.len()).collect();
    starts.into_iter().map(|at| {
        let rest = &code[at..];
        &rest[..rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len())]
    })
}

fn layer(module: &str) -> Option<u32> {
    LAYERS.iter().find(|(name, _)| *name == module).map(|(_, layer)| *layer)
}

/// Returns the modules that `code` names after `crate::`, including the names in a list such as
/// `crate::{a, b}`.
fn imports(code: &str) -> BTreeSet<String> {
    let mut names: BTreeSet<_> = names_after(code, "crate::").map(str::to_owned).collect();
    for list in code.split("crate::{").skip(1) {
        let mut depth = 0;
        let end = list.find(|c| {
            depth += i32::from(c == '{') - i32::from(c == '}');
            depth < 0
        });
        let mut name = String::new();
        for c in list[..end.unwrap_or(list.len())].chars().chain([',']) {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' if depth < 0 => {
                    let first = name.trim().split("::").next().unwrap().split(' ').next().unwrap();
                    names.insert(first.to_owned());
                    name.clear();
                }
                _ if depth < 0 => name.push(c),
                _ => {}
            }
        }
    }
    names.remove("");
    names
}

/// Returns the name and the definition of each macro in `code`.
fn macros(code: &str) -> Vec<(String, &str)> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices("macro_rules! ") {
        let rest = &code[at..];
        let name = names_after(rest, "macro_rules! ").next().unwrap().to_owned();
        let end = rest.find("\n}").map_or(rest.len(), |end| end + 2);
        found.push((name, &rest[..end]));
    }
    found
}

/// Returns a message for each violation of the layers: an import of a higher layer, an import of
/// `rt`, or a cycle of imports. A module that invokes a macro imports each module that the macro
/// names after `$crate::`.
fn violations(sources: &[Source]) -> Vec<String> {
    let of_macros: BTreeMap<_, _> = sources
        .iter()
        .flat_map(|source| macros(&source.code))
        .map(|(name, body)| (name, imports(body)))
        .collect();
    let mut wrong = Vec::new();
    let mut features: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for source in sources.iter().filter(|source| !ON_NO_LAYER.contains(&source.module.as_str())) {
        let Source { path, module, code } = source;
        let Some(own) = layer(module) else {
            wrong.push(format!("{path} is on no layer"));
            continue;
        };
        // The imports in the body of a macro count for the modules that invoke the macro.
        let mut outside = code.clone();
        for (_, body) in macros(code) {
            outside = outside.replace(body, "");
        }
        let mut used = imports(&outside);
        for (name, names) in &of_macros {
            if outside.contains(&format!("{name}!")) {
                used.extend(names.iter().cloned());
            }
        }
        for used in used.iter().filter(|used| *used != module) {
            match layer(used) {
                Some(_) if used == RT => wrong.push(format!("{path} imports {RT}")),
                Some(other) if other > own => {
                    wrong.push(format!("{path} imports crate::{used}, which is on a higher layer"));
                }
                Some(FEATURE) => {
                    features.entry(module.clone()).or_default().insert(used.clone());
                }
                Some(_) => {}
                None if ROOT_NAMES.contains(&used.as_str()) => {}
                None if ON_NO_LAYER.contains(&used.as_str()) => {}
                None => wrong.push(format!("{path} names crate::{used}, which is not a module")),
            }
        }
    }
    // Repeatedly remove the modules that import none of the remaining modules. If some modules
    // cannot be removed, these modules import each other in a cycle.
    while !features.is_empty() {
        let is_done = |used: &BTreeSet<String>| !used.iter().any(|u| features.contains_key(u));
        let done: Vec<_> = features.iter().filter(|(_, used)| is_done(used)).collect();
        let done: Vec<_> = done.into_iter().map(|(module, _)| module.clone()).collect();
        if done.is_empty() {
            wrong.push(format!("features import each other in a cycle: {features:?}"));
            break;
        }
        done.iter().for_each(|module| drop(features.remove(module)));
    }
    wrong
}

#[test]
fn layering_has_no_violation_in_any_import() {
    let wrong = violations(&require!(sources()));
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn layering_check_reports_each_type_of_violation() {
    let planted: &[(&str, &[(&str, &str)])] = &[
        ("on no layer", &[("src/unknown/mod.rs", "")]),
        ("higher layer", &[("src/io/call.rs", "use crate::pipe::pipe;")]),
        ("higher layer", &[("src/error/repr.rs", "use crate::{arch, fd::{OwnedFd, RawFd}};")]),
        ("higher layer", &[("src/rt/start.rs", "use crate::mount;")]),
        ("imports rt", &[("src/epoll/raw.rs", "crate::rt::args()")]),
        ("imports rt", &[("src/explain.rs", "use crate::rt;")]),
        ("not a module", &[("src/epoll/raw.rs", "use crate::missing;")]),
        (
            "in a cycle",
            &[
                ("src/copy/raw.rs", "use crate::pipe::raw;"),
                ("src/pipe/raw.rs", "use crate::{Result, copy};"),
            ],
        ),
        (
            "higher layer",
            &[
                ("src/macros.rs", "macro_rules! object {\n    () => { $crate::epoll::Epoll }\n}"),
                ("src/fd/mod.rs", "object! {}"),
            ],
        ),
        (
            "imports rt",
            &[
                ("arch/mod.rs", "macro_rules! entry {\n    () => { $crate::rt::start }\n}"),
                ("src/process/ops.rs", "entry! {}"),
            ],
        ),
    ];
    for (expected, files) in planted {
        let sources: Vec<_> = files.iter().map(|(path, text)| Source::new(path, text)).collect();
        let wrong = violations(&sources);
        assert!(wrong.iter().any(|text| text.contains(expected)), "{files:?}: {wrong:?}");
    }
    let allowed = [
        Source::new("src/rt/start.rs", "use crate::{arch, fd::OwnedFd, io};"),
        Source::new("src/pipe/raw.rs", "// use crate::explain;\nuse crate::error::Error;"),
        Source::new("src/macros.rs", "macro_rules! m {\n    () => { $crate::epoll::X }\n}"),
        Source::new("src/epoll/ops.rs", "m! {}"),
    ];
    assert_eq!(violations(&allowed), [""; 0]);
}

#[test]
fn layering_restricts_asm_and_target_checks_to_arch_and_the_crate_root() {
    for source in require!(sources()) {
        // `src/lib.rs` rejects unsupported targets, so the file may contain target checks.
        if source.module != "arch" && source.path != "src/lib.rs" {
            for word in ["asm!", "target_arch", "target_pointer_width"] {
                assert!(!source.code.contains(word), "{} contains {word}", source.path);
            }
        }
    }
}

#[test]
fn layering_restricts_system_calls_to_layers_3_and_4() {
    let mut calls = 0;
    for source in require!(sources()) {
        let count = source.code.matches("syscall!(").count();
        if count > 0 && source.path != "src/syscall.rs" {
            let allowed = layer(&source.module) == Some(3) || source.path.ends_with("/raw.rs");
            assert!(allowed, "{} makes a system call", source.path);
            calls += count;
        }
    }
    assert!(calls == 0 || calls > 20, "only {calls} system calls were found in the sources");
}

#[test]
fn layering_restricts_cfg_feature_to_the_listed_files() {
    for source in require!(sources()) {
        let listed = FEATURE_CHECKS.contains(&source.path.as_str()) || source.is_mod_file();
        let checks = source.code.contains("(feature =");
        assert!(listed || !checks, "{} contains cfg(feature", source.path);
        let nested = |line: &&str| line.starts_with("        ") && line.contains("(feature =");
        let found = source.code.lines().find(nested);
        assert_eq!(found, None, "{} contains cfg(feature in a function body", source.path);
        for (name, body) in macros(&source.code) {
            assert!(
                !body.contains("(feature ="),
                "{}: the macro {name}! contains cfg(feature",
                source.path
            );
        }
    }
}

#[test]
fn raw_functions_are_named_after_system_calls() {
    let known: Vec<_> = Sysno::iter().map(|number| number.name()).collect();
    for source in require!(sources()).iter().filter(|source| source.path.ends_with("/raw.rs")) {
        let safe = names_after(&source.code, "pub fn ");
        for name in safe.chain(names_after(&source.code, "pub unsafe fn ")) {
            let call = |call: &&str| name == *call || name.starts_with(&format!("{call}_"));
            assert!(
                known.iter().any(call),
                "{}: {name} is not named after a system call",
                source.path
            );
        }
    }
}

#[test]
fn layering_mod_files_contain_no_types_and_no_unsafe_code() {
    for source in require!(sources()).iter().filter(|source| source.is_mod_file()) {
        for word in ["unsafe", "struct ", "enum ", "trait "] {
            assert!(!source.code.contains(word), "{} contains {word}", source.path);
        }
    }
}
