//! What tests share: processes, namespaces and threads of their own, injected failures, interruptions, noise, and skips
//! that are counted.

#![allow(dead_code, reason = "each test file uses its own part")]

pub mod child;
pub mod forked;
pub mod inject;
pub mod machine;
pub mod mountinfo;
pub mod noise;
pub mod recorder;
pub mod signals;

use std::io::Write;
use std::os::fd::{FromRawFd, IntoRawFd};
use std::time::Duration;

use butter::fd::AsFd;
use butter::poll::{self, PollFd, PollFlags};
use butter::time::{Clock, Timespec, clock_gettime};

/// Says that a test could not run, and why. Written past libtest's capture, so that every run shows and counts it.
pub fn skip(test: &str, reason: &str) {
    let line = format!("skipped: {test}: {reason}\n");
    let _ = std::io::stderr().write_all(line.as_bytes());
}

/// The program of an example: what `BUTTER_` and its name name, else where cargo puts it, beside the directory of the
/// tests' programs; `None`, said by name, where it is not.
pub fn example(test: &str, name: &str) -> Option<std::path::PathBuf> {
    if let Some(program) = std::env::var_os(format!("BUTTER_{}", name.to_uppercase())) {
        return Some(program.into());
    }
    let tests = std::env::current_exe().unwrap();
    let profile = tests.parent().and_then(std::path::Path::parent);
    let program = profile
        .map(|profile| profile.join("examples").join(name))
        .filter(|program| program.is_file());
    if program.is_none() {
        skip(
            test,
            &format!(
                "the example `{name}` is not beside the tests: `cargo build --example {name}` makes it"
            ),
        );
    }
    program
}

/// An object of `std` as the crate's own descriptor, which is another type without the feature `std`.
pub fn fd(object: impl IntoRawFd) -> butter::fd::OwnedFd {
    // SAFETY: open, and given up by its owner.
    unsafe { butter::fd::FromRawFd::from_raw_fd(object.into_raw_fd()) }
}

/// The crate's descriptor as a file of `std`.
pub fn file(fd: butter::fd::OwnedFd) -> std::fs::File {
    // SAFETY: open, and given up by its owner.
    unsafe { std::fs::File::from_raw_fd(butter::fd::IntoRawFd::into_raw_fd(fd)) }
}

/// A path of `std` as bytes, which every build of the crate takes.
pub fn bytes(path: &std::path::Path) -> &[u8] {
    std::os::unix::ffi::OsStrExt::as_bytes(path.as_os_str())
}

/// Waits until nobody has the reading end of a pipe that was closed here: a process that another test starts meanwhile
/// has it, too, until it runs its program.
pub fn wait_until_unread(writer: impl AsFd) {
    let mut fds = [PollFd::new(&writer, PollFlags::empty())];
    assert_eq!(poll::wait(&mut fds, Duration::from_secs(60)), Ok(1), "somebody still reads");
    assert_eq!(fds[0].ready(), PollFlags::ERR);
}

/// A moment of a clock, this long from now.
pub fn moment(clock: Clock, from_now: Duration) -> Timespec {
    let now = Duration::try_from(clock_gettime(clock).unwrap()).unwrap();
    (now + from_now).try_into().unwrap()
}

/// Whether the page at this address is mapped. Only in a process of one's own: another thread may map what is free.
pub fn is_mapped(page: *const u8) -> bool {
    let mut there = 0_u8;
    // SAFETY: writes one byte; looks at the page's mapping only.
    let done = unsafe { libc::mincore(page.cast_mut().cast(), 1, (&raw mut there).cast()) };
    let error = std::io::Error::last_os_error();
    assert!(done == 0 || error.raw_os_error() == Some(libc::ENOMEM), "mincore: {error}");
    done == 0
}

/// Whether this is a machine that was booted for one program, where a test may change what all processes share.
pub fn machine_is_the_tests_own() -> bool {
    std::env::var_os("BUTTER_MACHINE_OF_ITS_OWN").is_some()
}

/// Whether the running kernel is at least this one.
pub fn kernel_is_at_least(major: u32, minor: u32) -> bool {
    let release = std::fs::read_to_string("/proc/sys/kernel/osrelease").expect("/proc is mounted");
    let mut numbers =
        release.split(|c: char| !c.is_ascii_digit()).map(|number| number.parse().unwrap_or(0));
    (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0)) >= (major, minor)
}

/// Why nothing can be built for a target here; `None` if it can.
pub fn cannot_build_for(target: &str) -> Option<String> {
    if !std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs").exists() {
        return Some("the source is not on this machine".into());
    }
    let rustc = std::process::Command::new("rustc")
        .args(["--print", "target-libdir", "--target", target])
        .output();
    match rustc {
        Err(error) => Some(format!("rustc cannot be run: {error}")),
        Ok(output)
            if std::path::Path::new(String::from_utf8_lossy(&output.stdout).trim()).exists() =>
        {
            None
        }
        Ok(_) => Some(format!("the target {target} is not installed")),
    }
}
