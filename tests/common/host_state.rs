//! The mounts and names of the host, which tests that change mounts or names must not affect.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use std::{env, fs, io};

/// The variable with the process ID of the test program. Every child of a test inherits it.
const PARENT: &str = "BUTTER_CHILD_OF_PROCESS";

/// The namespaces that a test leaves before it changes mounts or names: the variable with the
/// namespace of the host, and the path in `/proc`.
const NAMESPACES: [(&str, &str); 2] =
    [("BUTTER_HOST_MNT", "/proc/self/ns/mnt"), ("BUTTER_HOST_UTS", "/proc/self/ns/uts")];

/// The same for the namespace that a test leaves to become root of a new one. Not every kernel
/// supports user namespaces.
const USERS: (&str, &str) = ("BUTTER_HOST_USER", "/proc/self/ns/user");

/// The prefixes of the names of directories that tests create; the tests of the example `newroot`
/// use the second one.
const DIRECTORIES: [&str; 2] = [crate::files::PREFIX, "new-root-"];

/// The mounts, host name and domain name of the host.
pub struct HostState {
    /// The IDs, device, root and mount point of each mount, mapped to its options.
    mounts: BTreeMap<String, String>,
    names: [String; 2],
}

impl HostState {
    pub fn now() -> Self {
        let mounts =
            String::from_utf8_lossy(&fs::read("/proc/self/mountinfo").unwrap()).into_owned();
        // The first five fields identify a mount; the others can change.
        let mounts =
            mounts.lines().map(|line| line.split_at(line.match_indices(' ').nth(4).unwrap().0));
        let name = |name| fs::read_to_string(format!("/proc/sys/kernel/{name}")).unwrap();
        Self {
            mounts: mounts.map(|(mount, options)| (mount.to_owned(), options.to_owned())).collect(),
            names: ["hostname", "domainname"].map(name),
        }
    }

    /// Returns variables for the environment of a child: the namespaces of the host, and the ID of
    /// this process, by which the processes of a test are found.
    pub fn variables() -> impl Iterator<Item = (&'static str, String)> {
        let namespaces = NAMESPACES.map(|(name, path)| (name, namespace(path)));
        let users = fs::exists(USERS.1).unwrap().then(|| (USERS.0, namespace(USERS.1)));
        namespaces.into_iter().chain(users).chain([(PARENT, std::process::id().to_string())])
    }

    /// Asserts that this child is in other mount and UTS namespaces than the host.
    pub fn assert_left() {
        NAMESPACES.into_iter().for_each(assert_other_namespace);
    }

    /// Asserts that this child is in another user namespace than the test program.
    pub fn assert_user_namespace_left() {
        assert_other_namespace(USERS);
    }

    /// Asserts that a child has changed no mounts or names of the host since this state was
    /// recorded, and that none of its processes remains. `child` is a variable in the environment
    /// of the child.
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
        assert_eq!(new, None, "there is a new mount on the host");
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
    inside.is_some_and(|directory| DIRECTORIES.iter().any(|prefix| directory.starts_with(prefix)))
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
        env::var(name).expect("every child has the variable"),
        namespace(path),
        "{path} is the namespace of the host"
    );
}

fn namespace(path: &str) -> String {
    fs::read_link(path).unwrap().to_str().unwrap().to_owned()
}

/// Returns the number of processes whose environment is readable and contains all these variables.
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
