//! The mounts, host name and domain name of the host, which tests in new namespaces must not
//! change.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use std::{env, fs, io};

/// The environment variable with the process ID of the test program. Every child process of a test
/// inherits this variable.
const PARENT: &str = "BUTTER_CHILD_OF_PROCESS";

/// The namespaces that a test leaves before it changes mounts or names. Each entry is the
/// environment variable that identifies the host's namespace, and the path of the namespace in
/// `/proc`.
const NAMESPACES: [(&str, &str); 2] =
    [("BUTTER_HOST_MNT", "/proc/self/ns/mnt"), ("BUTTER_HOST_UTS", "/proc/self/ns/uts")];

/// An entry like those of [`NAMESPACES`], for the user namespace that a test leaves to become root
/// of a new user namespace. Not every kernel supports user namespaces.
const USERS: (&str, &str) = ("BUTTER_HOST_USER", "/proc/self/ns/user");

/// The mounts, host name and domain name of the host.
pub struct HostState {
    /// The IDs, device, root and mount point of each mount, mapped to the options of the mount.
    mounts: BTreeMap<String, String>,
    names: [String; 2],
}

impl HostState {
    pub fn now() -> Self {
        let mounts =
            String::from_utf8_lossy(&fs::read("/proc/self/mountinfo").unwrap()).into_owned();
        // The first five fields of a line identify a mount; the other fields can change.
        let mounts =
            mounts.lines().map(|line| line.split_at(line.match_indices(' ').nth(4).unwrap().0));
        let name = |name| fs::read_to_string(format!("/proc/sys/kernel/{name}")).unwrap();
        Self {
            mounts: mounts.map(|(mount, options)| (mount.to_owned(), options.to_owned())).collect(),
            names: ["hostname", "domainname"].map(name),
        }
    }

    /// Returns the environment variables of a child process: the namespaces of the host, and the ID
    /// of this process, which identifies the processes of a test.
    pub fn variables() -> impl Iterator<Item = (&'static str, String)> {
        let namespaces = NAMESPACES.map(|(name, path)| (name, namespace(path)));
        let users = fs::exists(USERS.1).unwrap().then(|| (USERS.0, namespace(USERS.1)));
        namespaces.into_iter().chain(users).chain([(PARENT, std::process::id().to_string())])
    }

    /// Asserts that this child process is in neither the mount namespace nor the UTS namespace of
    /// the host.
    pub fn assert_left() {
        NAMESPACES.into_iter().for_each(assert_other_namespace);
    }

    /// Asserts that this child process is not in the user namespace of the test program.
    pub fn assert_user_namespace_left() {
        assert_other_namespace(USERS);
    }

    /// Asserts that a child process has not changed the mounts or names of the host since this
    /// state was recorded, and that the child process and its descendants terminate. `child` is the
    /// environment variable (`NAME=value`) that identifies these processes.
    ///
    /// Mounts that other programs create, change and remove in the meantime are ignored.
    pub fn assert_unchanged_by(&self, child: &str) {
        let now = Self::now();
        assert_eq!(now.names, self.names, "the host name or domain name was changed");
        for (mount, options) in self.mounts.iter().filter(|(mount, _)| is_permanent(mount)) {
            assert_eq!(
                now.mounts.get(mount),
                Some(options),
                "the host's mount {mount} was changed"
            );
        }
        let new =
            now.mounts.keys().find(|mount| !self.mounts.contains_key(*mount) && is_of_test(mount));
        assert_eq!(new, None, "the test created a mount on the host");
        let roots = |mounts: &BTreeMap<String, String>| {
            mounts.keys().filter(|mount| mount.ends_with(" /")).count()
        };
        assert_eq!(
            roots(&now.mounts),
            roots(&self.mounts),
            "the number of mounts on the host's root was changed"
        );

        let variables = [child.to_owned(), format!("{PARENT}={}", std::process::id())];
        let start = Instant::now();
        // Processes that were killed with the child may not have terminated yet.
        while processes(&variables) > 0 {
            assert!(start.elapsed() < Duration::from_secs(60), "{child}: processes remain");
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

/// Returns whether a mount contains the directory for temporary files, or is `/proc`.
fn is_permanent(mount: &str) -> bool {
    temporary_files().starts_with(point(mount)) || point(mount) == "/proc"
}

/// Returns whether a mount is on or in a directory that a test created.
fn is_of_test(mount: &str) -> bool {
    let inside = point(mount)
        .strip_prefix(temporary_files())
        .ok()
        .and_then(|inside| inside.iter().next()?.to_str());
    inside.is_some_and(|directory| directory.starts_with(crate::files::PREFIX))
}

/// Returns the mount point of a mount.
fn point(mount: &str) -> &Path {
    Path::new(mount.rsplit(' ').next().unwrap())
}

/// Returns the directory in which tests create their directories.
fn temporary_files() -> PathBuf {
    env::temp_dir().canonicalize().unwrap()
}

fn assert_other_namespace((name, path): (&str, &str)) {
    assert_ne!(
        env::var(name).expect("every child process should have this environment variable"),
        namespace(path),
        "the child process is still in the host's namespace {path}"
    );
}

fn namespace(path: &str) -> String {
    fs::read_link(path).unwrap().to_str().unwrap().to_owned()
}

/// Returns the number of processes whose environment is readable and contains all of `variables`.
fn processes(variables: &[String]) -> usize {
    let all = fs::read_dir("/proc").unwrap().map(|entry| entry.unwrap().path().join("environ"));
    let environments = all.filter_map(|path| -> Option<Vec<u8>> { io::Result::ok(fs::read(path)) });
    let has = |environment: &[u8], variable: &String| {
        environment.split(|&byte| byte == 0).any(|other| other == variable.as_bytes())
    };
    environments
        .filter(|environment| variables.iter().all(|variable| has(environment, variable)))
        .count()
}
