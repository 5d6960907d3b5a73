//! What the library's object code asks of the program that it is linked into: nothing of a C library but what every
//! compiler asks for.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use common::test::Test;
use common::this_test;
use object::read::archive::ArchiveFile;
use object::{Object, ObjectSymbol};

/// What the compiler itself calls by name.
const COMPILERS_OWN: &[&str] = &["memcpy", "memmove", "memset", "memcmp", "bcmp", "strlen"];

#[test]
fn without_std_it_asks_for_nothing() {
    for target in [
        "x86_64-unknown-linux-gnu",
        "aarch64-unknown-linux-musl",
        "x86_64-unknown-none",
        "aarch64-unknown-none",
    ] {
        check(this_test!(), target, "", &["core"], &[]);
    }
}

#[test]
fn with_std_it_asks_for_close_at_most() {
    let crates = ["core", "alloc", "std", "__rustc"];
    for target in ["x86_64-unknown-linux-gnu", "aarch64-unknown-linux-musl"] {
        check(this_test!(), target, "std", &crates, &["close"]);
    }
}

/// The undefined symbols of the library built so are the compiler's own, those of these crates, and at most these
/// others.
fn check(test: Test, target: &str, features: &str, crates: &[&str], others: &[&str]) {
    let undefined = match build(target, features) {
        Ok(folder) => undefined(&folder),
        Err(reason) => return test.skip(target, format_args!("{reason}")),
    };
    let allowed = |symbol: &str| {
        COMPILERS_OWN.contains(&symbol) || others.contains(&symbol) || {
            let named = crates_of(symbol);
            !named.is_empty() && named.iter().all(|name| crates.contains(&name.as_str()))
        }
    };
    let foreign: Vec<_> = undefined.iter().filter(|symbol| !allowed(symbol)).collect();
    assert!(foreign.is_empty(), "{target}, features {features:?}: {foreign:?}");
}

/// The crates that a mangled name speaks of; none for a name of C.
fn crates_of(symbol: &str) -> BTreeSet<String> {
    // What is implemented for a type of the language, as `str::escape_debug`, is told from the name as it is mangled.
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

/// A name with its length in front, as mangled names have it.
fn counted(text: &str) -> Option<String> {
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    // A name that begins with an underscore has one more in front.
    let name = text[digits..].strip_prefix('_').unwrap_or(&text[digits..]);
    name.get(..text[..digits].parse().ok()?).map(str::to_owned)
}

/// Builds the library, optimised, and says where its archives are; or why it cannot.
fn build(target: &str, features: &str) -> Result<PathBuf, String> {
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
        .output()
        .map_err(|error| format!("cargo: {error}"))?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(out.join(target).join("release/deps"))
}

/// The symbols that the library and the crates that it depends on need and do not define.
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
    assert!(defined.len() > 10, "hardly a symbol was found: the archives are not read right");
    needed.difference(&defined).cloned().collect()
}
