//! The symbols that the library requires from the program. Without `std`, the library requires only
//! the functions that the compiler calls by name, such as `memcpy`, and no other functions of a C
//! library.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use common::test::Test;
use common::this_test;
use object::read::archive::ArchiveFile;
use object::{Object, ObjectSymbol};

common::watchdog!();

/// The C functions to which the compiler generates calls.
const COMPILER_FUNCTIONS: &[&str] = &["memcpy", "memmove", "memset", "memcmp", "bcmp", "strlen"];

#[test]
fn library_without_std_needs_only_functions_that_the_compiler_calls() {
    for features in ["", "explain"] {
        for target in [
            "x86_64-unknown-linux-gnu",
            "aarch64-unknown-linux-musl",
            "x86_64-unknown-none",
            "aarch64-unknown-none",
        ] {
            check(this_test!(), target, features, "unwind", &["core"], &[]);
        }
    }
}

/// If a program aborts on a panic, the boxes and vectors that the library drops require no
/// unwinder.
#[test]
fn library_with_alloc_needs_no_unwinder_if_panics_abort() {
    let crates = ["core", "alloc", "__rustc"];
    for target in ["x86_64-unknown-linux-gnu", "aarch64-unknown-linux-musl", "x86_64-unknown-none"]
    {
        check(this_test!(), target, "alloc", "abort", &crates, &[]);
    }
}

/// With `std`, a panic in an allocation unwinds and drops vectors, which requires the unwinder of
/// `std`.
#[test]
fn library_with_std_needs_no_libc_function_except_close() {
    let crates = ["core", "alloc", "std", "__rustc"];
    let others = ["close", "_Unwind_Resume", "rust_eh_personality"];
    for target in ["x86_64-unknown-linux-gnu", "aarch64-unknown-linux-musl"] {
        check(this_test!(), target, "std", "unwind", &crates, &others);
    }
}

/// Checks that each undefined symbol of the library is in `COMPILER_FUNCTIONS`, belongs to one of
/// `crates`, or is in `others`.
fn check(test: Test, target: &str, features: &str, panic: &str, crates: &[&str], others: &[&str]) {
    let undefined = match build(target, features, panic) {
        Ok(folder) => undefined(&folder),
        Err(reason) => return test.skip(target, format_args!("{reason}")),
    };
    let allowed = |symbol: &str| {
        COMPILER_FUNCTIONS.contains(&symbol) || others.contains(&symbol) || {
            let named = crates_of(symbol);
            !named.is_empty() && named.iter().all(|name| crates.contains(&name.as_str()))
        }
    };
    let foreign: Vec<_> = undefined.iter().filter(|symbol| !allowed(symbol)).collect();
    assert!(foreign.is_empty(), "{target}, features {features:?}: {foreign:?}");
}

/// Returns the crates that occur in a mangled name, or an empty set for the name of a C function.
fn crates_of(symbol: &str) -> BTreeSet<String> {
    // The demangled name of a method of a primitive type, such as `str::escape_debug`, does not
    // contain the crate.
    if let Some(mangled) = symbol.strip_prefix("_R") {
        let roots = mangled
            .split("Cs")
            .skip(1)
            .filter_map(|root| root.split_once('_'))
            .map(|(_, name)| name);
        return roots.filter_map(counted).collect();
    }
    let name = format!("{:#}", rustc_demangle::demangle(symbol));
    let paths = name.split(|c: char| !c.is_alphanumeric() && c != '_' && c != ':');
    let firsts = paths.filter_map(|path| path.split_once("::")).map(|(first, _)| first.to_owned());
    firsts.filter(|first| !first.is_empty()).collect()
}

/// Parses a name with its length as a prefix, as in mangled names.
fn counted(text: &str) -> Option<String> {
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    // An additional underscore precedes a name that begins with an underscore.
    let name = text[digits..].strip_prefix('_').unwrap_or(&text[digits..]);
    name.get(..text[..digits].parse().ok()?).map(str::to_owned)
}

/// Builds the library. Returns the directory of its archives, or the reason why this host cannot
/// build the library.
fn build(target: &str, features: &str, panic: &str) -> Result<PathBuf, String> {
    let root = common::root();
    common::can_build_for(target)?;
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("symbols-{features}"));
    let output = Command::new("cargo")
        .args([
            "build",
            "-p",
            "butter-linux",
            "--lib",
            "--release",
            "--quiet",
            "--no-default-features",
            "--features",
            features,
        ])
        .args(["--target", target, "--target-dir"])
        .arg(&out)
        .current_dir(root)
        .env_remove("RUSTFLAGS")
        .env("CARGO_PROFILE_RELEASE_PANIC", panic)
        .output()
        .map_err(|error| format!("cargo: {error}"))?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(out.join(target).join("release/deps"))
}

/// Returns the symbols that the library and its dependencies need and do not define.
fn undefined(folder: &Path) -> BTreeSet<String> {
    let (mut needed, mut defined) = (BTreeSet::new(), BTreeSet::new());
    for name in ["butter", "bitflags", "syscalls"] {
        let archives = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let is_wanted = |path: &PathBuf| {
            let file = path.file_name().unwrap().to_str().unwrap();
            file.starts_with(&format!("lib{name}-")) && file.ends_with(".rlib")
        };
        let archive = archives
            .filter(is_wanted)
            .max_by_key(|path| path.metadata().unwrap().modified().unwrap());
        let bytes =
            std::fs::read(archive.unwrap_or_else(|| panic!("{} has no {name}", folder.display())))
                .unwrap();
        let archive = ArchiveFile::parse(&*bytes).unwrap();
        for member in archive.members() {
            let member = member.unwrap();
            if !member.name().ends_with(b".o") {
                continue;
            }
            let file = object::File::parse(member.data(&*bytes).unwrap()).unwrap();
            for symbol in file.symbols() {
                let name = symbol.name().unwrap().to_owned();
                match symbol.is_undefined() {
                    true if !name.is_empty() => drop(needed.insert(name)),
                    false if symbol.is_global() => drop(defined.insert(name)),
                    _ => {}
                }
            }
        }
    }
    assert!(defined.len() > 10, "the archives should define more than 10 symbols");
    needed.difference(&defined).cloned().collect()
}
