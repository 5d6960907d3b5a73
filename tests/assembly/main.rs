//! What the compiler makes of a call in its caller, on both processors: one entry into the kernel, no function called,
//! nothing stored on the way of a success but what the call itself needs, and no instruction too many.
//!
//! The counts are of one toolchain, and of optimised code; where that toolchain or a target is not installed, the test
//! skips.

mod listing;

use std::path::{Path, PathBuf};
use std::process::Command;

use common::require;
use listing::{AARCH64, Processor, X86_64};

const TOOLCHAIN: &str = "1.95.0";

/// A caller, and for x86_64 and for aarch64 the instructions on its way of a success, its return among them, and how
/// many of those store something: a value whose address the kernel is given, and registers of the caller's caller.
const CALLERS: &[(&str, Cost, Cost)] = &[
    ("getpid", Cost(6, 0), Cost(6, 0)),
    ("eventfd2", Cost(7, 0), Cost(7, 0)),
    ("read", Cost(6, 0), Cost(6, 0)),
    ("write", Cost(6, 0), Cost(6, 0)),
    ("eventfd_add", Cost(12, 2), Cost(16, 2)),
    ("eventfd_read", Cost(15, 2), Cost(18, 3)),
    ("timerfd_set", Cost(15, 4), Cost(17, 2)),
    ("timerfd_create", Cost(7, 0), Cost(7, 0)),
    ("timerfd_read", Cost(16, 2), Cost(19, 3)),
    ("timerfd_get", Cost(19, 4), Cost(20, 5)),
    ("kill", Cost(7, 0), Cost(7, 0)),
    ("pending", Cost(11, 2), Cost(14, 2)),
    ("tgkill", Cost(8, 0), Cost(8, 0)),
    ("rt_sigprocmask", Cost(14, 2), Cost(16, 2)),
    ("signalfd", Cost(12, 2), Cost(15, 2)),
    ("signalfd_set_mask", Cost(12, 2), Cost(16, 2)),
    ("ppoll", Cost(19, 3), Cost(18, 3)),
    ("signalfd_read", Cost(22, 1), Cost(32, 5)),
    ("inotify_add_watch", Cost(12, 1), Cost(15, 2)),
    ("inotify_rm_watch", Cost(7, 0), Cost(7, 0)),
    ("epoll_pwait", Cost(12, 0), Cost(13, 0)),
    ("splice", Cost(20, 3), Cost(20, 2)),
    ("tee", Cost(14, 1), Cost(17, 2)),
];

/// Instructions, and those of them that store.
#[derive(Clone, Copy, PartialEq)]
struct Cost(usize, usize);

#[test]
fn a_call_on_x86_64_costs_its_instructions() {
    let listing = require!(compile("x86_64-unknown-linux-gnu", ""));
    compare(&listing, &X86_64, |row| row.1);
}

#[test]
fn a_call_on_aarch64_costs_its_instructions() {
    let listing = require!(compile("aarch64-unknown-linux-musl", ""));
    compare(&listing, &AARCH64, |row| row.2);
}

fn compare(listing: &str, processor: &Processor, cost: fn(&(&str, Cost, Cost)) -> Cost) {
    let mut wrong = String::new();
    for row in CALLERS {
        let way = listing::success(listing, row.0, processor);
        let number = |is: fn(&Processor, &str) -> bool| {
            way.iter().filter(|line| is(processor, line)).count()
        };
        let kernel = number(Processor::enters_kernel);
        let stores = number(Processor::stores);
        if (kernel, Cost(way.len(), stores)) != (1, cost(row)) {
            wrong += &format!(
                "{}: {} instructions, {kernel} entries, {stores} stores:\n\t{}\n",
                row.0,
                way.len(),
                way.join("\n\t"),
            );
        }
    }
    assert!(wrong.is_empty(), "other than CALLERS says:\n{wrong}");
}

/// The kernel clears what SVE adds to the vector registers: a caller compiled for it keeps nothing there, and so saves
/// its own caller's half of them.
#[test]
fn a_call_compiled_for_sve_gives_up_all_vector_registers() {
    let listing = require!(compile("aarch64-unknown-linux-musl", "-Ctarget-feature=+sve"));
    let way = listing::success(&listing, "getpid", &AARCH64).join(
        "
",
    );
    for register in 8..16 {
        assert!(
            way.contains(&format!("d{register}")),
            "d{register} is not saved:
{way}"
        );
    }
}

/// The assembly of the callers, or why there is none.
fn compile(target: &str, flags: &str) -> Result<String, String> {
    let root = common::root();
    let callers = root.join("tests/assembly/callers.rs");
    if !callers.exists() {
        return Err("the source is not on this machine".into());
    }
    let version = run(Command::new("rustc").arg("--version"), &toolchain()).unwrap_or_default();
    if !version.starts_with(&format!("rustc {TOOLCHAIN} ")) {
        return Err(format!("the counts are of Rust {TOOLCHAIN}, which is not installed"));
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
    Ok(std::fs::read_to_string(listing).expect("the compiler has written it"))
}

/// The toolchain, as rustup is told of it.
fn toolchain() -> [(&'static str, &'static str); 1] {
    [("RUSTUP_TOOLCHAIN", TOOLCHAIN)]
}

/// What a command prints, or what it says of its failure.
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
