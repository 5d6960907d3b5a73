//! The resolver of fanotify events, compared with the paths that the events should have.

mod failures;
mod random;
mod renames;

use std::ffi::OsStr;
use std::fs::{self, File};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use butter::fanotify::resolver::{Mount, ResolveError, Resolver, Slot, Slots};
use butter::fanotify::{Class, EventMask, Fanotify, InitFlags, Mark, MarkMask};
use common::test::Test;
use common::{bytes, files, kernel_is_at_least, require, this_test};
use temp_dir::TempDir;

/// A file system with a group that reports its events.
struct Watched<S> {
    directory: TempDir,
    _source: Option<TempDir>,
    group: Fanotify,
    resolver: Resolver<[Mount; 1], S>,
}

/// The events that the tests request, without the events that report renames.
const MASK: MarkMask =
    MarkMask::CREATE.union(MarkMask::DELETE).union(MarkMask::CLOSE_WRITE).union(MarkMask::ONDIR);

/// The events that the tests request, with both paths of a renamed file if the kernel reports them.
fn mask() -> MarkMask {
    MASK | if reports_renames() { MarkMask::RENAME } else { MarkMask::MOVE }
}

/// Returns whether the kernel supports `FAN_RENAME` and `FAN_REPORT_TARGET_FID`.
fn reports_renames() -> bool {
    kernel_is_at_least("5.17")
}

/// Returns the flags of groups that report names, with and without the handles of the files.
fn flags() -> impl Iterator<Item = InitFlags> {
    [NAMES, TARGETS].into_iter().take(1 + usize::from(reports_renames()))
}

/// Runs the body in a new mount namespace: as root of the host, and as root of a user namespace if
/// the kernel permits it to mark its file systems. Skips the test if neither is possible.
fn in_namespace(test: Test, body: impl Fn()) {
    require!(test; files::filesystems_have_ids(), "a tmpfs has no ID before Linux 5.13");
    let ran = if kernel_is_at_least("6.16") {
        test.in_namespaces_as_each_root(body)
    } else {
        test.in_namespaces_as_host_root(body)
    };
    require!(test; ran, "new namespaces are not permitted");
}

/// An event: the mask without `ONDIR`, the path, and the new path of a renamed file.
type Resolved = (EventMask, Result<PathBuf, ResolveError>, Option<PathBuf>);

impl<S: Slots> Watched<S> {
    /// Mounts a file system, and marks it.
    fn new(flags: InitFlags, mask: MarkMask, slots: S) -> Self {
        let directory = files::directory();
        let path = bytes(directory.path());
        let source = files::mount_filesystem(directory.path());
        let resolver = Resolver::new([Mount::open(path).unwrap()], slots);
        let flags = flags | InitFlags::NONBLOCK;
        let group = Fanotify::builder(Class::Notification).flags(flags).build().unwrap();
        group.add(Mark::Filesystem, mask, path).unwrap();
        Self { directory, _source: source, group, resolver }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Reads the queued events, and resolves each event.
    fn events(&mut self) -> Vec<Resolved> {
        let (mut buffer, mut resolved) = (vec![0; 1 << 16], Vec::new());
        loop {
            let before = resolved.len();
            for event in self.group.read_events(&mut buffer[..]).unwrap() {
                let owned = |name: butter::path::Name<'_>| path(name.as_bytes());
                let old = self.resolver.resolve(&event).map(owned);
                let new = self.resolver.resolve_new(&event).unwrap().map(owned);
                resolved.push((event.mask() & !EventMask::ONDIR, old, new));
            }
            if resolved.len() == before {
                return resolved;
            }
        }
    }

    /// Reads the queued events, and returns the paths relative to the mount point. Panics if a path
    /// is not known.
    fn relative_events(&mut self) -> Vec<(EventMask, String)> {
        let root = self.directory.path().to_owned();
        let relative = |path: &Path| path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
        let text = |(mask, old, new): Resolved| {
            let old = relative(&old.unwrap());
            let new = new.map(|new| format!(" -> {}", relative(&new)));
            (mask, old + &new.unwrap_or_default())
        };
        self.events().into_iter().map(text).collect()
    }

    /// Creates a file, and asserts that its events have the path of the file.
    fn assert_file_is_resolved(&mut self, name: &str) {
        drop(File::create(self.path(name)).unwrap());
        let mask = EventMask::CREATE | EventMask::CLOSE_WRITE;
        assert_eq!(self.relative_events(), [(mask, name.to_owned())]);
        fs::remove_file(self.path(name)).unwrap();
        assert_eq!(self.relative_events(), [(EventMask::DELETE, name.to_owned())]);
    }
}

fn path(bytes: &[u8]) -> PathBuf {
    OsStr::from_bytes(bytes).into()
}

const NAMES: InitFlags = InitFlags::REPORT_DFID_NAME;
const TARGETS: InitFlags = InitFlags::REPORT_DFID_NAME_TARGET;

#[test]
fn resolver_returns_paths_of_files_and_directories() {
    require!(kernel >= 5.17, "FAN_RENAME");
    in_namespace(this_test!(), || {
        let mut watched = Watched::new(TARGETS, mask(), [Slot::EMPTY; 64]);
        drop(File::create(watched.path("file")).unwrap());
        fs::create_dir(watched.path("a")).unwrap();
        fs::create_dir(watched.path("a/b")).unwrap();
        drop(File::create(watched.path("a/b/file")).unwrap());
        fs::rename(watched.path("a/b/file"), watched.path("renamed")).unwrap();
        fs::remove_dir(watched.path("a/b")).unwrap();
        let written = EventMask::CREATE | EventMask::CLOSE_WRITE;
        let expected = [
            (written, "file"),
            (EventMask::CREATE, "a"),
            (EventMask::CREATE | EventMask::DELETE, "a/b"),
            (written, "a/b/file"),
            (EventMask::RENAME, "a/b/file -> renamed"),
        ];
        assert_eq!(watched.relative_events(), expected.map(|(mask, path)| (mask, path.to_owned())));
        // The directories, including the root of the mount, are cached.
        assert_eq!(format!("{:?}", watched.resolver), "Resolver { directories: 3, .. }");
    });
}

#[test]
fn resolver_resolves_directories_that_existed_before() {
    in_namespace(this_test!(), || {
        for flags in flags() {
            let mut watched = Watched::new(flags, mask(), [Slot::EMPTY; 64]);
            let deep = (0..60).map(|_| "d/").collect::<String>();
            fs::create_dir_all(watched.path(&deep)).unwrap();
            watched.events();
            watched.resolver.clear();
            for name in [format!("{deep}file"), "d/d/file".into(), "file".into()] {
                watched.assert_file_is_resolved(&name);
            }
        }
    });
}

#[test]
fn resolver_causes_no_events() {
    let mask = mask()
        | MarkMask::OPEN
        | MarkMask::CLOSE
        | MarkMask::ACCESS
        | MarkMask::ATTRIB
        | MarkMask::MODIFY;
    in_namespace(this_test!(), || {
        let mut watched = Watched::new(NAMES, mask, [Slot::EMPTY; 64]);
        fs::create_dir_all(watched.path("a/b/c")).unwrap();
        drop(File::create(watched.path("a/b/c/file")).unwrap());
        watched.events();
        drop(File::open(watched.path("a/b/c/file")).unwrap());
        watched.resolver.clear();
        let opened = EventMask::OPEN | EventMask::CLOSE_NOWRITE;
        assert_eq!(watched.relative_events(), [(opened, "a/b/c/file".to_owned())]);
        assert_eq!(watched.events(), []);
    });
}

#[cfg(feature = "alloc")]
#[test]
fn resolver_with_a_vector_caches_all_directories() {
    in_namespace(this_test!(), || {
        let mut watched = Watched::new(NAMES, mask(), Vec::new());
        for number in 0..2000 {
            fs::create_dir(watched.path(&format!("{number}"))).unwrap();
            fs::create_dir(watched.path(&format!("{number}/sub"))).unwrap();
        }
        watched.events();
        watched.resolver.clear();
        for _ in 0..2 {
            for number in 0..2000 {
                watched.assert_file_is_resolved(&format!("{number}/sub/file"));
            }
            let text = format!("{:?}", watched.resolver);
            let count: u32 = text.split([' ', ',']).nth(3).unwrap().parse().unwrap();
            // A directory replaces another one if all slots in which it can be stored are in use.
            assert!((3990..=4001).contains(&count), "{text}");
        }
    });
}
