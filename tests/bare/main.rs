//! A program without `std` and without a C library links, runs, and stays small.

use common::require;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

#[test]
fn a_bare_program_runs_on_x86_64() {
    let program = require!(build("x86_64-unknown-none"));
    require!(cfg!(target_arch = "x86_64"), "this is another processor");
    check(Command::new(&program).output().unwrap());
}

#[test]
fn a_bare_program_runs_on_aarch64() {
    let program = require!(build("aarch64-unknown-none"));
    let boot = std::env::var_os("BUTTER_BOOT").is_some();
    require!(boot, "BUTTER_BOOT is not set: no machine of that processor is booted");
    let output = Command::new(common::root().join(".ci/vm/run")).arg(&program).output().unwrap();
    let available = output.status.code() != Some(69);
    require!(available, "{}", String::from_utf8_lossy(&output.stderr).trim());
    check(output);
}

/// It did what it is for, and then failed as it should.
fn check(output: Output) {
    let text = String::from_utf8_lossy(&output.stdout);
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(output.status.code(), Some(1), "{text}{}", String::from_utf8_lossy(&output.stderr));
    assert!(lines[0].starts_with("process ") && lines[0].ends_with(": 42"), "{text}");
    assert_eq!(
        lines[1], "inotify_add_watch: ENOENT",
        "without the feature `explain` it says so much"
    );
    assert_eq!(lines.len(), 2, "{text}");
}

/// The program for a target; an error where it cannot be built.
fn build(target: &str) -> Result<PathBuf, String> {
    let root = common::root();
    let source = root.join("tests/bare/program.rs");
    common::can_build_for(target)?;
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bare");
    let mut cargo = Command::new("cargo");
    cargo.args([
        "build",
        "-p",
        "butter-linux",
        "--lib",
        "--release",
        "--quiet",
        "--no-default-features",
        "--target",
        target,
    ]);
    succeed(cargo.arg("--target-dir").arg(&out).current_dir(root));
    let built = out.join(target).join("release");
    let program = out.join(format!("program-{target}"));
    let mut rustc = Command::new("rustc");
    rustc.args([
        "--edition=2024",
        "--target",
        target,
        "-Copt-level=s",
        "-Cpanic=abort",
        "-Crelocation-model=static",
    ]);
    rustc.args(["-Cstrip=symbols", "-Ccodegen-units=1"]).arg(source).arg("-o").arg(&program);
    rustc.arg("--extern").arg(format!("butter={}", built.join("libbutter.rlib").display()));
    succeed(rustc.arg("-L").arg(format!("dependency={}", built.join("deps").display())));
    let size = program.metadata().unwrap().len();
    println!("{target}: {size} bytes");
    assert!(size < 40_000, "{target}: {size} bytes");
    Ok(program)
}

fn succeed(command: &mut Command) {
    let output = command.env_remove("RUSTFLAGS").output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}
