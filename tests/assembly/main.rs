//! The generated code of functions that each make one system call, on x86_64 and aarch64. On its
//! success path, such a function enters the kernel once, calls no other function, stores only
//! callee-saved registers and values that the system call needs, and has no superfluous
//! instructions.
//!
//! The instruction counts apply to optimized code of one Rust toolchain. A test is skipped if that
//! toolchain or its target is not installed.

mod listing;

use std::path::{Path, PathBuf};
use std::process::Command;

use common::require;
use listing::{AARCH64, Architecture, X86_64};

common::watchdog!();

const TOOLCHAIN: &str = "1.95.0";

/// Each function of `callers.rs`, with its cost on x86_64 and on aarch64. The counted stores write
/// values whose addresses are passed to the kernel, or save callee-saved registers.
const CALLERS: &[(&str, Cost, Cost)] = &[
    ("getpid", Cost(6, 0), Cost(14, 4)),
    ("eventfd2", Cost(7, 0), Cost(18, 5)),
    ("read", Cost(6, 0), Cost(17, 5)),
    ("write", Cost(6, 0), Cost(17, 5)),
    ("eventfd_write", Cost(12, 2), Cost(24, 6)),
    ("eventfd_read", Cost(15, 2), Cost(26, 7)),
    ("timerfd_set", Cost(15, 4), Cost(25, 6)),
    ("timerfd_create", Cost(7, 0), Cost(18, 5)),
    ("timerfd_read", Cost(14, 1), Cost(25, 6)),
    ("timerfd_get", Cost(19, 4), Cost(28, 9)),
    ("kill", Cost(7, 0), Cost(15, 4)),
    ("pending", Cost(11, 2), Cost(22, 6)),
    ("tgkill", Cost(8, 0), Cost(16, 4)),
    ("rt_sigprocmask", Cost(14, 2), Cost(24, 6)),
    ("signalfd", Cost(12, 2), Cost(23, 6)),
    ("signalfd_set_mask", Cost(12, 2), Cost(24, 6)),
    ("ppoll", Cost(14, 2), Cost(26, 7)),
    ("signalfd_read", Cost(22, 1), Cost(40, 9)),
    ("inotify_add_watch", Cost(12, 1), Cost(23, 6)),
    ("inotify_rm_watch", Cost(7, 0), Cost(15, 4)),
    ("fanotify_write", Cost(12, 3), Cost(23, 6)),
    ("openat", Cost(8, 0), Cost(19, 5)),
    ("openat2", Cost(14, 3), Cost(26, 7)),
    ("fstat", Cost(11, 0), Cost(22, 5)),
    ("statx", Cost(15, 0), Cost(27, 6)),
    ("pread64", Cost(7, 0), Cost(17, 5)),
    ("pwrite64", Cost(7, 0), Cost(17, 5)),
    ("pwritev2", Cost(11, 0), Cost(22, 5)),
    ("lseek", Cost(7, 0), Cost(18, 5)),
    ("getdents64", Cost(7, 0), Cost(18, 5)),
    ("faccessat2", Cost(8, 0), Cost(16, 4)),
    ("unlinkat", Cost(7, 0), Cost(15, 4)),
    ("epoll_pwait", Cost(12, 0), Cost(24, 5)),
    ("sendto", Cost(9, 0), Cost(20, 5)),
    ("recvfrom", Cost(9, 0), Cost(20, 5)),
    ("accept4", Cost(9, 0), Cost(20, 5)),
    ("seccomp_notif_send", Cost(8, 0), Cost(17, 4)),
    ("splice", Cost(20, 3), Cost(28, 6)),
    ("tee", Cost(14, 1), Cost(25, 6)),
    ("clock_gettime", Cost(11, 0), Cost(21, 5)),
    ("getrandom", Cost(7, 0), Cost(18, 5)),
];

/// The number of instructions on the success path of a function, including the return instruction,
/// and the number of stores among these instructions.
#[derive(Clone, Copy, PartialEq)]
struct Cost(usize, usize);

#[test]
fn callers_of_system_calls_compile_to_the_listed_instruction_counts_on_x86_64() {
    let listing = require!(compile("x86_64-unknown-linux-gnu", ""));
    compare(&listing, &X86_64, |row| row.1);
}

#[test]
fn callers_of_system_calls_compile_to_the_listed_instruction_counts_on_aarch64() {
    let listing = require!(compile("aarch64-unknown-linux-musl", ""));
    compare(&listing, &AARCH64, |row| row.2);
    assert_saves_vector_registers(&listing);
}

fn compare(listing: &str, architecture: &Architecture, cost: fn(&(&str, Cost, Cost)) -> Cost) {
    let mut differences = String::new();
    for row in CALLERS {
        let path = listing::success_path(listing, row.0, architecture);
        let count = |matches: fn(&Architecture, &str) -> bool| {
            path.iter().filter(|line| matches(architecture, line)).count()
        };
        let entries = count(Architecture::enters_kernel);
        let stores = count(Architecture::stores);
        if (entries, Cost(path.len(), stores)) != (1, cost(row)) {
            differences += &format!(
                "{}: {} instructions, {entries} kernel entries, {stores} stores:\n\t{}\n",
                row.0,
                path.len(),
                path.join("\n\t"),
            );
        }
    }
    assert!(differences.is_empty(), "different from CALLERS:\n{differences}");
}

#[test]
fn getpid_compiled_for_sve_saves_the_callee_saved_vector_registers() {
    let listing = require!(compile("aarch64-unknown-linux-musl", "-Ctarget-feature=+sve"));
    assert_saves_vector_registers(&listing);
}

/// Asserts that `getpid` saves the callee-saved vector registers. During a system call, the kernel
/// clears the bits of the vector registers that SVE adds, and the system call can be inlined into a
/// function that uses SVE. The inline assembly therefore clobbers all vector registers.
fn assert_saves_vector_registers(listing: &str) {
    let path = listing::success_path(listing, "getpid", &AARCH64).join("\n");
    for register in 8..16 {
        assert!(
            path.contains(&format!("d{register}")),
            "getpid does not save register d{register}:\n{path}"
        );
    }
}

/// Compiles `callers.rs` for a target. Returns the assembly listing, or the reason why this host
/// cannot compile for the target.
fn compile(target: &str, flags: &str) -> Result<String, String> {
    let root = common::root();
    let callers = root.join("tests/assembly/callers.rs");
    if !callers.exists() {
        return Err("the source code of the project is not on this host".into());
    }
    let version = run(Command::new("rustc").arg("--version"), &toolchain()).unwrap_or_default();
    if !version.starts_with(&format!("rustc {TOOLCHAIN} ")) {
        return Err(format!(
            "Rust {TOOLCHAIN}, to which the instruction counts apply, is not installed"
        ));
    }
    let libdir = run(
        Command::new("rustc").args(["--print", "target-libdir", "--target", target]),
        &toolchain(),
    )?;
    if !Path::new(libdir.trim()).exists() {
        return Err(format!("the target {target} is not installed for Rust {TOOLCHAIN}"));
    }
    let out = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("assembly{flags}"));
    let built = out.join(target).join("release");
    let mut cargo = Command::new("cargo");
    cargo
        .args(["build", "-p", "butter-linux", "--lib", "--release", "--quiet", "--target", target])
        .current_dir(root);
    run(cargo.arg("--target-dir").arg(&out).env("CARGO_ENCODED_RUSTFLAGS", flags), &toolchain())
        .map_err(|error| panic!("{error}"))
        .ok();
    let listing = out.join(format!("{target}.s"));
    let mut rustc = Command::new("rustc");
    rustc.args([
        "--edition=2024",
        "--crate-type=lib",
        "--emit=asm",
        "-Copt-level=3",
        "-Cpanic=abort",
        "--target",
        target,
    ]);
    rustc
        .args(flags.split_whitespace())
        .arg("--extern")
        .arg(format!("butter={}", built.join("libbutter.rlib").display()));
    rustc.arg("-L").arg(format!("dependency={}", built.join("deps").display()));
    run(rustc.arg("-o").arg(&listing).arg(callers), &toolchain())
        .map_err(|error| panic!("{error}"))
        .ok();
    Ok(std::fs::read_to_string(listing).expect("the compiler should write the listing"))
}

/// Returns the environment variable with which rustup selects the toolchain.
fn toolchain() -> [(&'static str, &'static str); 1] {
    [("RUSTUP_TOOLCHAIN", TOOLCHAIN)]
}

/// Runs a command. Returns the standard output of the command, or an error message if the command
/// fails.
fn run(command: &mut Command, environment: &[(&str, &str)]) -> Result<String, String> {
    command
        .env_remove("RUSTFLAGS")
        .env_remove("RUSTC")
        .env_remove("CARGO")
        .envs(environment.iter().copied());
    let output = command.output().map_err(|error| format!("{command:?}: {error}"))?;
    if !output.status.success() {
        return Err(format!("{command:?}: {}", String::from_utf8_lossy(&output.stderr)));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
