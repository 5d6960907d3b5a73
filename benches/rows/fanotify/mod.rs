//! Reading fanotify events, responding to permission events, and resolving events to paths.
//!
//! Only reading is measured, not generating the events. Each contender has its own directories and
//! several groups that mark these directories, so that each operation on a file adds an event to
//! every group, and the cost of reading the clock twice is negligible.

mod descriptors;
mod names;
mod paths;
mod permission;

use std::fs::{self, File, Permissions};
use std::os::fd::{FromRawFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use butter::mount::{self, MountFlags};
use butter::namespace::{Namespaces, unshare};
use tempfile::TempDir;

use crate::decoder::Sum;
use crate::row::Run;
use crate::{Failure, Unavailable, context, fail};

pub(crate) use descriptors::read as read_descriptors;
pub(crate) use names::read as read_names;
pub(crate) use paths::read as read_paths;
pub(crate) use permission::round_trip;

/// The number of events that one group reports per round. The events fit into the buffer, so that
/// one call reads all events.
const EVENTS: usize = 64;
/// The number of groups of one contender. By default, a user may create at most 128 groups.
const GROUPS: usize = 8;
const BUFFER_SIZE: usize = 8192;

/// Mounts a tmpfs for temporary files in a new mount namespace of this thread, so that no other
/// process waits for a response, and no event of another process is read. The rows that call this
/// function are measured last.
fn in_private_tmpfs() -> Result<(), Failure> {
    static MOUNTED: OnceLock<Result<(), String>> = OnceLock::new();
    let mount = || {
        unshare(Namespaces::MOUNT)?;
        mount::make_private_recursive("/")?;
        let flags = MountFlags::NOSUID | MountFlags::NODEV;
        mount::mount("tmpfs", std::env::temp_dir(), "tmpfs", flags, "size=64m")
    };
    let mounted = MOUNTED.get_or_init(|| mount().map_err(|error| error.to_string()));
    mounted.clone().map_err(|reason| Unavailable(reason).into())
}

/// Directories with files whose names differ in length.
struct Files {
    _parent: TempDir,
    directories: Vec<PathBuf>,
    files: Vec<PathBuf>,
}

impl Files {
    fn new(directories: usize) -> Result<Self, Failure> {
        let parent = context("a temporary directory", TempDir::new())?;
        let directory = |number| parent.path().join(format!("directory {number}"));
        let directories: Vec<_> = (0..directories).map(directory).collect();
        for directory in &directories {
            context("a temporary directory", fs::create_dir(directory))?;
        }
        let file = |number: usize| {
            let name = format!("{number:02}{}", "x".repeat(number * 7 % 36));
            directories[number % directories.len()].join(name)
        };
        let files: Vec<_> = (0..EVENTS).map(file).collect();
        for file in &files {
            context("a temporary file", File::create(file))?;
        }
        Ok(Self { _parent: parent, directories, files })
    }

    /// Generates one event per file: `FAN_ATTRIB`. The kernel merges only identical events.
    fn change(&self) {
        for file in &self.files {
            if let Err(error) = fs::set_permissions(file, Permissions::from_mode(0o600)) {
                fail("chmod", error);
            }
        }
    }

    /// Generates one event per file: `FAN_OPEN`.
    fn open(&self) {
        for file in &self.files {
            if let Err(error) = File::open(file) {
                fail("open", error);
            }
        }
    }

    /// Returns the sum of the lengths of the names.
    fn name_lengths(&self) -> usize {
        self.files.iter().filter_map(|file| file.file_name()).map(|name| name.len()).sum()
    }

    /// Returns the sum of the lengths of the paths.
    fn path_lengths(&self) -> usize {
        self.files.iter().map(|file| file.as_os_str().len()).sum()
    }
}

/// Creates a contender, which reads all events of each of its groups once per round.
fn reader<G: 'static>(
    name: &'static str,
    files: Files,
    generate: fn(&Files),
    create: impl Fn(&[PathBuf]) -> Result<G, Failure>,
    mut read: impl FnMut(&mut G, &mut Sum) + 'static,
    expected: u64,
) -> Result<Run, Failure> {
    let groups = (0..GROUPS).map(|_| create(&files.directories)).collect::<Result<Vec<_>, _>>();
    let mut groups = groups.map_err(|failure| format!("{name}: {failure}"))?;
    let expected = (expected * GROUPS as u64, (EVENTS * GROUPS) as u64);
    Ok(Box::new(move |rounds, meter| {
        for _ in 0..rounds {
            generate(&files);
            let mut sum = Sum::default();
            meter.measure(|| {
                for group in &mut groups {
                    read(group, &mut sum);
                }
            });
            let found = sum.finish();
            if found != expected {
                fail(name, format!("read (sum, events) {found:?}, expected {expected:?}"));
            }
        }
    }))
}

/// Creates a group with libc, and marks the directories.
fn raw(flags: u32, mask: u64, directories: &[PathBuf]) -> Result<OwnedFd, Failure> {
    let flags = flags | libc::FAN_CLOEXEC | libc::FAN_NONBLOCK;
    // SAFETY: accesses no memory.
    let fd = unsafe { libc::fanotify_init(flags, libc::O_CLOEXEC.cast_unsigned()) };
    if fd < 0 {
        return context("fanotify_init", Err(std::io::Error::last_os_error()));
    }
    // SAFETY: a new descriptor, which has no other owner.
    let group = unsafe { OwnedFd::from_raw_fd(fd) };
    for directory in directories {
        add_mark(fd, mask, directory)?;
    }
    Ok(group)
}

fn add_mark(fd: i32, mask: u64, directory: &Path) -> Result<(), Failure> {
    let path = std::ffi::CString::new(directory.as_os_str().as_bytes())?;
    let mask = mask | libc::FAN_EVENT_ON_CHILD;
    // SAFETY: reads the path up to its NUL byte.
    let done =
        unsafe { libc::fanotify_mark(fd, libc::FAN_MARK_ADD, mask, libc::AT_FDCWD, path.as_ptr()) };
    if done < 0 {
        return context("fanotify_mark", Err(std::io::Error::last_os_error()));
    }
    Ok(())
}
