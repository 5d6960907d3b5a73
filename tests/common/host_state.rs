//! The machine that the tests run on: what a test that mounts or names must leave as it was.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use std::{env, fs, io};

/// Says whose child a process is: told to every child, and by it to its own.
const PARENT: &str = "BUTTER_CHILD_OF_PROCESS";

/// The namespaces that a test leaves before it mounts or names.
const NAMESPACES: [(&str, &str); 2] =
    [("BUTTER_HOST_MNT", "/proc/self/ns/mnt"), ("BUTTER_HOST_UTS", "/proc/self/ns/uts")];

/// The namespace that a test leaves before it is its own root; not every kernel has it.
const USERS: (&str, &str) = ("BUTTER_HOST_USER", "/proc/self/ns/user");

/// How the names begin of the directories that tests make: most, and those of the tests of
/// `newroot`.
const DIRECTORIES: [&str; 2] = [crate::files::PREFIX, "new-root-"];

/// What the machine has mounted, and what it is called.
pub struct HostState {
    /// Which mount, and how it is mounted.
    mounts: BTreeMap<String, String>,
    names: [String; 2],
}

impl HostState {
    pub fn now() -> Self {
        let mounts =
            String::from_utf8_lossy(&fs::read("/proc/self/mountinfo").unwrap()).into_owned();
        // Numbers, device and places come first; what can be changed of a mount stands behind them.
        let mounts =
            mounts.lines().map(|line| line.split_at(line.match_indices(' ').nth(4).unwrap().0));
        let name = |name| fs::read_to_string(format!("/proc/sys/kernel/{name}")).unwrap();
        Self {
            mounts: mounts.map(|(which, how)| (which.to_owned(), how.to_owned())).collect(),
            names: ["hostname", "domainname"].map(name),
        }
    }

    /// What a child has to be told, so that it and what it leaves behind are known.
    pub fn marks() -> impl Iterator<Item = (&'static str, String)> {
        let namespaces = NAMESPACES.map(|(name, path)| (name, namespace(path)));
        let users = fs::exists(USERS.1).unwrap().then(|| (USERS.0, namespace(USERS.1)));
        namespaces.into_iter().chain(users).chain([(PARENT, std::process::id().to_string())])
    }

    /// Asserts that this process, a child, has left the machine's mounts and names behind.
    pub fn is_left_behind() {
        NAMESPACES.into_iter().for_each(is_another);
    }

    /// Asserts that this process, a child, is in another user namespace than the machine's tests.
    pub fn users_are_left_behind() {
        is_another(USERS);
    }

    /// Asserts that all is as it was before a child, whose environment has this mark, and that it
    /// left no process.
    ///
    /// What others mount, change and unmount meanwhile is no business of the tests'.
    pub fn is_untouched_by(&self, child: &str) {
        let now = Self::now();
        assert_eq!(now.names, self.names, "the machine has another name");
        for (which, how) in self.mounts.iter().filter(|(which, _)| stays(which)) {
            assert_eq!(now.mounts.get(which), Some(how), "the machine's mount {which} was changed");
        }
        let new = now
            .mounts
            .keys()
            .find(|which| !self.mounts.contains_key(*which) && is_of_a_test(which));
        assert_eq!(new, None, "mounted on the machine");
        let roots = |mounts: &BTreeMap<String, String>| {
            mounts.keys().filter(|which| which.ends_with(" /")).count()
        };
        assert_eq!(roots(&now.mounts), roots(&self.mounts), "the machine's root is another");

        let marks = [child.to_owned(), format!("{PARENT}={}", std::process::id())];
        let began = Instant::now();
        // What was killed with the child may still be on its way out.
        while processes(&marks) > 0 {
            assert!(began.elapsed() < Duration::from_secs(60), "{child}: processes are left");
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

/// Whether a mount is one that tests have their files on, or the one that they read of processes.
fn stays(which: &str) -> bool {
    files().starts_with(point(which)) || point(which) == "/proc"
}

/// Whether a mount is on or in a directory that a test has made.
fn is_of_a_test(which: &str) -> bool {
    let inside =
        point(which).strip_prefix(files()).ok().and_then(|inside| inside.iter().next()?.to_str());
    inside.is_some_and(|directory| DIRECTORIES.iter().any(|begins| directory.starts_with(begins)))
}

fn point(which: &str) -> &Path {
    Path::new(which.rsplit(' ').next().unwrap())
}

/// Where tests make their directories.
fn files() -> PathBuf {
    env::temp_dir().canonicalize().unwrap()
}

fn is_another((name, path): (&str, &str)) {
    assert_ne!(
        env::var(name).expect("every child is told"),
        namespace(path),
        "{path} is the machine's"
    );
}

fn namespace(path: &str) -> String {
    fs::read_link(path).unwrap().to_str().unwrap().to_owned()
}

/// How many processes have all these marks in their environment, of those that may be looked at.
fn processes(marks: &[String]) -> usize {
    let all = fs::read_dir("/proc").unwrap().map(|entry| entry.unwrap().path().join("environ"));
    let environments = all.filter_map(|path| -> Option<Vec<u8>> { io::Result::ok(fs::read(path)) });
    let has = |environment: &[u8], mark: &String| {
        environment.split(|&byte| byte == 0).any(|is| is == mark.as_bytes())
    };
    environments.filter(|environment| marks.iter().all(|mark| has(environment, mark))).count()
}
