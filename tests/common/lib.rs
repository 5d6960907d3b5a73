//! Code that the test programs share: separate processes, namespaces and threads, injected
//! failures, interruptions, test patterns, temporary files, and skipped tests.

pub mod child;
pub mod files;
pub mod forked;
pub mod fuse;
pub mod host_state;
pub mod inject;
pub mod mountinfo;
pub mod pattern;
pub mod recorder;
pub mod signals;
pub mod sockets;
pub mod test;

use std::os::fd::{FromRawFd, IntoRawFd};
use std::time::Duration;

use butter::fd::AsFd;
use butter::poll::{self, PollFd, PollFlags};
use butter::time::{Clock, Timespec, clock_gettime};

/// The program of an example: named by the variable `BUTTER_` and its name, else where cargo puts
/// it, beside the directory of the tests' programs.
pub fn example(name: &str) -> Result<std::path::PathBuf, String> {
    if let Some(program) = std::env::var_os(format!("BUTTER_{}", name.to_uppercase())) {
        return Ok(program.into());
    }
    let tests = std::env::current_exe().unwrap();
    let program = tests.ancestors().nth(2).unwrap().join("examples").join(name);
    program.is_file().then_some(program).ok_or_else(|| {
        format!("the example `{name}` is not built: run `cargo build --example {name}`")
    })
}

/// An object of `std` as the crate's own descriptor, which is another type without the feature
/// `std`.
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

/// Waits until nobody has the reading end of a pipe that was closed here: a process that another
/// test starts meanwhile has it, too, until it runs its program.
pub fn wait_until_reader_is_closed(writer: impl AsFd) {
    let mut fds = [PollFd::new(&writer, PollFlags::empty())];
    assert_eq!(poll::wait(&mut fds, Duration::from_secs(60)), Ok(1), "somebody still reads");
    assert_eq!(fds[0].ready(), PollFlags::ERR);
}

/// A moment of a clock, this long from now.
pub fn time_from_now(clock: Clock, from_now: Duration) -> Timespec {
    let now = Duration::try_from(clock_gettime(clock).unwrap()).unwrap();
    (now + from_now).try_into().unwrap()
}

/// Whether the page at this address is mapped. Only in a process of one's own: another thread may
/// map what is free.
pub fn is_mapped(page: *const u8) -> bool {
    let mut there = 0_u8;
    // SAFETY: writes one byte; looks at the page's mapping only.
    let done = unsafe { libc::mincore(page.cast_mut().cast(), 1, (&raw mut there).cast()) };
    let error = std::io::Error::last_os_error();
    assert!(done == 0 || error.raw_os_error() == Some(libc::ENOMEM), "mincore: {error}");
    done == 0
}

/// Whether this is a machine that was booted for one program, where a test may change what all
/// processes share.
pub fn is_dedicated_vm() -> bool {
    std::env::var_os("BUTTER_DEDICATED_VM").is_some()
}

/// Whether the running kernel has at least this version, as in "5.11".
pub fn kernel_is_at_least(version: &str) -> bool {
    let numbers = |text: &str| {
        let mut numbers =
            text.split(|c: char| !c.is_ascii_digit()).map(|number| number.parse().unwrap_or(0));
        (numbers.next().unwrap_or(0_u32), numbers.next().unwrap_or(0_u32))
    };
    let release = std::fs::read_to_string("/proc/sys/kernel/osrelease").expect("/proc is mounted");
    numbers(&release) >= numbers(version)
}

/// The root of the repository, as it was when the tests were built.
pub fn root() -> &'static std::path::Path {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// An error, with its reason, if nothing can be built for a target here.
pub fn can_build_for(target: &str) -> Result<(), String> {
    if !root().join("src/lib.rs").exists() {
        return Err("the source is not on this host".into());
    }
    let rustc = std::process::Command::new("rustc")
        .args(["--print", "target-libdir", "--target", target])
        .output()
        .map_err(|error| format!("rustc cannot be run: {error}"))?;
    if std::path::Path::new(String::from_utf8_lossy(&rustc.stdout).trim()).exists() {
        return Ok(());
    }
    Err(format!("the target {target} is not installed"))
}
