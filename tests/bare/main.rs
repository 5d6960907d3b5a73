//! Tests that programs without `std` and without a C library run and are small, and that printing
//! an error adds few bytes to a program.

use common::require;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

mod proxy_tests;
mod tail_tests;

common::watchdog!();

/// The settings with which the tested library and a program are built.
struct Profile {
    target: Option<&'static str>,
    features: &'static str,
    /// Settings of cargo's profile `release`, by the suffixes of their environment variables.
    library: &'static [(&'static str, &'static str)],
    /// Arguments of rustc for the program.
    program: &'static [&'static str],
}

/// The profile of small static programs: optimized for size and across crates, without unwinding
/// and without symbols.
const fn small(target: &'static str) -> Profile {
    Profile {
        target: Some(target),
        features: "",
        library: &[
            ("OPT_LEVEL", "z"),
            ("LTO", "fat"),
            ("CODEGEN_UNITS", "1"),
            ("PANIC", "abort"),
            ("DEBUG", "false"),
        ],
        program: &[
            "-Copt-level=z",
            "-Clto=fat",
            "-Ccodegen-units=1",
            "-Cpanic=abort",
            "-Crelocation-model=static",
            "-Cstrip=symbols",
        ],
    }
}

/// The profile of programs with `std`: cargo's profile `release`, without symbols.
const fn with_std(features: &'static str) -> Profile {
    Profile { target: None, features, library: &[], program: &["-Copt-level=3", "-Cstrip=symbols"] }
}

#[test]
fn program_without_std_runs_on_x86_64() {
    let library = require!(Library::build("runs", small("x86_64-unknown-none")));
    let program = library.compile("program", &[]);
    require!(cfg!(target_arch = "x86_64"), "the host has another architecture");
    check(Command::new(&program).output().unwrap());
}

#[test]
fn program_without_std_runs_on_aarch64() {
    let library = require!(Library::build("runs", small("aarch64-unknown-none")));
    let program = library.compile("program", &[]);
    check(require!(run_in_vm(&[], &program, &[])));
}

/// Runs a program with arguments in a virtual machine, with options of `.ci/vm/run`. Returns the
/// reason if no virtual machine is available.
fn run_in_vm(options: &[&str], program: &Path, arguments: &[&str]) -> Result<Output, String> {
    if std::env::var_os("BUTTER_BOOT").is_none() {
        return Err("BUTTER_BOOT is not set: no aarch64 virtual machine is booted".into());
    }
    let mut vm = Command::new(common::root().join(".ci/vm/run"));
    let output = vm.args(options).arg(program).args(arguments).output().unwrap();
    match output.status.code() {
        Some(69) => Err(String::from_utf8_lossy(&output.stderr).trim().into()),
        _ => Ok(output),
    }
}

#[test]
fn example_bare_prints_a_greeting_on_x86_64() {
    let program = require!(build_example("x86_64-unknown-none"));
    require!(cfg!(target_arch = "x86_64"), "the host has another architecture");
    check_greeting(Command::new(&program).output().unwrap());

    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let failed = Command::new(&program).stdout(full).output().unwrap();
    assert_eq!(failed.status.code(), Some(1));
    assert_eq!(failed.stderr, b"write: ENOSPC\n");
}

#[test]
fn example_bare_prints_a_greeting_on_aarch64() {
    let program = require!(build_example("aarch64-unknown-none"));
    check_greeting(require!(run_in_vm(&[], &program, &[])));
}

/// Builds the package `examples/bare`. Returns the reason if it cannot be built.
fn build_example(target: &str) -> Result<PathBuf, String> {
    common::can_build_for(target)?;
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bare-example");
    let mut cargo = Command::new("cargo");
    cargo.args(["build", "--release", "--locked", "--quiet", "--target", target, "--target-dir"]);
    succeed(cargo.arg(&directory).current_dir(common::root().join("examples/bare")));
    Ok(directory.join(target).join("release/bare"))
}

fn check_greeting(output: Output) {
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{text}{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(text, "Hello from a program without a C library\n");
}

/// Checks that `program.rs` printed its two lines, and that it exited with status 1.
fn check(output: Output) {
    let text = String::from_utf8_lossy(&output.stdout);
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(output.status.code(), Some(1), "{text}{}", String::from_utf8_lossy(&output.stderr));
    assert!(lines[0].starts_with("process ") && lines[0].ends_with(": 42"), "{text}");
    assert_eq!(
        lines[1], "inotify_add_watch: ENOENT",
        "without the feature `explain`, the message should not contain a reason"
    );
    assert_eq!(lines.len(), 2, "{text}");
}

/// The program uses inotify, an eventfd and epoll, and prints an error through `core::fmt`.
#[test]
fn program_without_std_has_at_most_15_kb_on_x86_64() {
    let library = require!(Library::build("size", small("x86_64-unknown-none")));
    at_most(15_000, size(&library.compile("program", &[])));
}

#[test]
fn program_without_std_has_at_most_15_kb_on_aarch64() {
    let library = require!(Library::build("size", small("aarch64-unknown-none")));
    at_most(15_000, size(&library.compile("program", &[])));
}

/// The program only prints the error of one system call, without `core::fmt`.
#[test]
fn program_without_std_that_prints_an_error_has_at_most_8_kb() {
    let library = require!(Library::build("print", small("x86_64-unknown-none")));
    let program = library.compile("error", &["print"]);
    at_most(8_000, size(&program));
    require!(cfg!(target_arch = "x86_64"), "the host has another architecture");
    let output = Command::new(&program).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "inotify_add_watch: ENOENT\n");
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn error_kind_adds_at_most_500_bytes_to_a_program_without_std() {
    let library = require!(Library::build("kind", small("x86_64-unknown-none")));
    let without = size(&library.compile("error", &[]));
    let program = library.compile("error", &["kind"]);
    at_most(500, size(&program) - without);
    require!(cfg!(target_arch = "x86_64"), "the host has another architecture");
    assert_eq!(Command::new(&program).status().unwrap().code(), Some(2));
}

#[test]
fn error_printing_adds_at_most_8_kb_to_a_program_with_std() {
    let library = require!(Library::build("error", with_std("std")));
    at_most(8_000, added(&library));
}

#[test]
fn error_printing_with_reason_adds_at_most_55_kb_to_a_program_with_std() {
    let library = require!(Library::build("error", with_std("std,explain")));
    at_most(55_000, added(&library));
}

/// Returns the number of bytes by which a program that prints an error is larger than a program
/// that prints only the errno.
fn added(library: &Library) -> u64 {
    let [errno, error] = [&[][..], &["print"]].map(|cfg| library.compile("with_std", cfg));
    let text = Command::new(&error).output().unwrap().stdout;
    assert!(text.starts_with(b"inotify_add_watch: ENOENT"), "{}", text.escape_ascii());
    size(&error) - size(&errno)
}

fn at_most(limit: u64, size: u64) {
    println!("{size} bytes");
    assert!(size <= limit, "the program has {size} bytes, but at most {limit} are allowed");
}

fn size(program: &Path) -> u64 {
    program.metadata().unwrap().len()
}

/// The tested library, built with a profile.
struct Library {
    profile: Profile,
    /// The directory for compiled programs. Each test has a separate directory, because tests run
    /// concurrently.
    programs: PathBuf,
    /// The directory that contains the library.
    built: PathBuf,
}

impl Library {
    /// Builds the library, and creates the directory for programs. Returns the reason if this host
    /// cannot build the library.
    fn build(folder: &str, profile: Profile) -> Result<Self, String> {
        common::can_build_for(profile.target)?;
        let name = format!("bare-{}{}", profile.target.unwrap_or("host"), profile.features);
        let mut built = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let programs = built.join(folder);
        let mut cargo = Command::new("cargo");
        cargo.args(["build", "-p", "butter-linux", "--lib", "--release", "--quiet"]);
        cargo.arg("--no-default-features");
        cargo.args(["--features", profile.features]).arg("--target-dir").arg(&built);
        for (setting, value) in profile.library {
            cargo.env(format!("CARGO_PROFILE_RELEASE_{setting}"), value);
        }
        if let Some(target) = profile.target {
            cargo.args(["--target", target]);
            built.push(target);
        }
        succeed(cargo.current_dir(common::root()));
        built.push("release");
        std::fs::create_dir_all(&programs).unwrap();
        Ok(Self { profile, programs, built })
    }

    /// Compiles `tests/bare/<name>.rs`.
    fn compile(&self, name: &str, cfg: &[&str]) -> PathBuf {
        let source = common::root().join(format!("tests/bare/{name}.rs"));
        let program = self.programs.join([&[name], cfg].concat().join("-"));
        let mut rustc = Command::new("rustc");
        rustc.arg("--edition=2024").args(self.profile.program).arg(source).arg("-o").arg(&program);
        rustc.arg("--check-cfg=cfg(print, kind)").args(cfg.iter().flat_map(|cfg| ["--cfg", cfg]));
        if let Some(target) = self.profile.target {
            rustc.args(["--target", target]);
        }
        let library = self.built.join("libbutter.rlib");
        rustc.arg("--extern").arg(format!("butter={}", library.display()));
        rustc.arg("-L").arg(format!("dependency={}", self.built.join("deps").display()));
        succeed(&mut rustc);
        program
    }
}

fn succeed(command: &mut Command) {
    let output = command.env_remove("RUSTFLAGS").output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}
