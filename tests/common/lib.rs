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
pub mod processes;
pub mod recorder;
pub mod routes;
pub mod signals;
pub mod sockets;
pub mod test;
pub mod tiny;
pub mod watchdog;

use std::os::fd::{FromRawFd, IntoRawFd};
use std::time::Duration;

use butter::fd::AsFd;
use butter::poll::{self, PollFd, PollFlags};
use butter::time::{Clock, Timespec, clock_gettime};

/// Returns the path of an example program: the value of the environment variable `BUTTER_<NAME>`,
/// or else the path at which cargo builds the program, in a directory next to the directory of the
/// test programs.
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

/// Returns the description and the name of an errno, as the example programs print them:
/// `Permission denied (EACCES)`. The description depends on the C library.
pub fn describe(errno: butter::Errno) -> String {
    let text = std::io::Error::from_raw_os_error(errno.as_raw()).to_string();
    let description = text.strip_suffix(&format!(" (os error {})", errno.as_raw())).unwrap();
    format!("{description} ({errno})")
}

/// Converts an object of `std` to the crate's descriptor type, which is a separate type without the
/// feature `std`.
pub fn fd(object: impl IntoRawFd) -> butter::fd::OwnedFd {
    // SAFETY: open, and released by its owner.
    unsafe { butter::fd::FromRawFd::from_raw_fd(object.into_raw_fd()) }
}

/// Converts the crate's descriptor to a file of `std`.
pub fn file(fd: butter::fd::OwnedFd) -> std::fs::File {
    // SAFETY: open, and released by its owner.
    unsafe { std::fs::File::from_raw_fd(butter::fd::IntoRawFd::into_raw_fd(fd)) }
}

/// Converts a path of `std` to bytes, which the crate accepts as a path with any set of features.
pub fn bytes(path: &std::path::Path) -> &[u8] {
    std::os::unix::ffi::OsStrExt::as_bytes(path.as_os_str())
}

/// Waits until the read end of a pipe is closed in all processes. The caller has closed the read
/// end, but a process that another test starts has a copy until `execve`.
pub fn wait_until_reader_is_closed(writer: impl AsFd) {
    let mut fds = [PollFd::new(&writer, PollFlags::empty())];
    assert_eq!(
        poll::wait(&mut fds, Duration::from_secs(60)),
        Ok(1),
        "the read end of the pipe should be closed in all processes"
    );
    assert_eq!(fds[0].ready(), PollFlags::ERR);
}

/// Returns the current time of a clock plus a duration.
pub fn time_from_now(clock: Clock, from_now: Duration) -> Timespec {
    let now = Duration::try_from(clock_gettime(clock).unwrap()).unwrap();
    (now + from_now).try_into().unwrap()
}

/// Returns whether the memory page at the address `page` is mapped. The result is reliable only in
/// a dedicated process, because another thread may map a free page.
pub fn is_mapped(page: *const u8) -> bool {
    let mut resident = 0_u8;
    // SAFETY: writes one byte; examines only the page's mapping.
    let done = unsafe { libc::mincore(page.cast_mut().cast(), 1, (&raw mut resident).cast()) };
    let error = std::io::Error::last_os_error();
    assert!(done == 0 || error.raw_os_error() == Some(libc::ENOMEM), "mincore: {error}");
    done == 0
}

/// Returns whether the host is a virtual machine that was started for one test program, so that a
/// test may change global state such as the clock.
pub fn is_dedicated_vm() -> bool {
    std::env::var_os("BUTTER_DEDICATED_VM").is_some()
}

/// Returns whether the version of the running kernel is at least `version`, such as "5.11".
pub fn kernel_is_at_least(version: &str) -> bool {
    let numbers = |text: &str| {
        let mut numbers =
            text.split(|c: char| !c.is_ascii_digit()).map(|number| number.parse().unwrap_or(0));
        (numbers.next().unwrap_or(0_u32), numbers.next().unwrap_or(0_u32))
    };
    let release =
        std::fs::read_to_string("/proc/sys/kernel/osrelease").expect("/proc should be mounted");
    numbers(&release) >= numbers(version)
}

/// Returns the root of the repository from which the tests were built.
pub fn root() -> &'static std::path::Path {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// Returns an error with a reason if this host cannot build programs for `target`. `None` means the
/// default target of rustc.
pub fn can_build_for<'a>(target: impl Into<Option<&'a str>>) -> Result<(), String> {
    let target = target.into();
    if !root().join("src/lib.rs").exists() {
        return Err("the source code of the project is not on this host".into());
    }
    let rustc = std::process::Command::new("rustc")
        .args(["--print", "target-libdir"])
        .args(target.into_iter().flat_map(|target| ["--target", target]))
        .output()
        .map_err(|error| format!("rustc cannot be run: {error}"))?;
    if std::path::Path::new(String::from_utf8_lossy(&rustc.stdout).trim()).exists() {
        return Ok(());
    }
    Err(format!("the target {} is not installed", target.unwrap_or("of this host")))
}
