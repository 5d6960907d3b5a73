//! The example `newroot`, run as a user runs it.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use butter::uts;
use common::files;
use common::mountinfo::mounts;
use common::require;
use common::test::Test;
use temp_dir::TempDir;

/// A folder with this test's own program in it, and the libraries that it is linked with.
struct Root(TempDir);

impl Root {
    fn new() -> Self {
        Self::called("")
    }

    /// One whose name has this in it, behind nine bytes.
    fn called(name: &str) -> Self {
        let prefix = format!("new-root-{name}");
        let root = Self(TempDir::with_prefix(&prefix).unwrap());
        let own = std::env::current_exe().unwrap();
        fs::copy(&own, root.path().join("test")).unwrap();
        // What the program has mapped: itself, its libraries and what loads them.
        let maps = fs::read_to_string("/proc/self/maps").unwrap();
        let files: BTreeSet<_> = maps
            .lines()
            .filter_map(|line| line.find('/').map(|at| Path::new(&line[at..])))
            .collect();
        for file in files.into_iter().filter(|file| *file != own) {
            root.take(file, file);
            // Programs ask for it by this name.
            if file.file_name().is_some_and(|name| name.to_string_lossy().starts_with("ld-linux")) {
                let name = Path::new(if cfg!(target_arch = "x86_64") { "/lib64" } else { "/lib" });
                root.take(file, &name.join(file.file_name().unwrap()));
            }
        }
        root
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn take(&self, file: &Path, name: &Path) {
        let inside = self.path().join(name.strip_prefix("/").unwrap());
        fs::create_dir_all(inside.parent().unwrap()).unwrap();
        fs::copy(file, inside).unwrap();
    }
}

fn newroot(program: &Path, arguments: &[&Path]) -> Output {
    newroot_from(Path::new("/"), program, arguments)
}

fn newroot_from(directory: &Path, program: &Path, arguments: &[&Path]) -> Output {
    let mut command = Command::new(program);
    command
        .args(arguments)
        .env("BUTTER_INSIDE", "1")
        .current_dir(directory)
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

/// What `says_where_it_is` tells, of a test's program that runs in a root.
fn told_in(root: &Path, test: &Path, directory: &Path, program: &Path) -> String {
    let arguments =
        [Test::of(&says_where_it_is).name(), "--exact", "--nocapture", "--test-threads=1"]
            .map(Path::new);
    let run = newroot_from(directory, program, &[&[root, test], &arguments[..]].concat());
    let (told, error) =
        (String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
    assert_eq!(run.status.code(), Some(0), "{root:?} from {directory:?}: {told}{error}");
    told.into_owned()
}

/// Runs the body with the example's program, where this machine lets it do its work: whatever that is, it is not done
/// to the machine.
fn with_program(body: impl FnOnce(&Path)) {
    let test = Test::of(&body);
    let ran = test.in_namespaces(|| {
        let program = require!(test; common::example("newroot"));
        let before = (places(), uts::hostname().unwrap());
        let refused = newroot(&program, &["/proc", "/nothing"].map(Path::new));
        let text = String::from_utf8_lossy(&refused.stderr).into_owned();
        let may_unshare = !["EPERM", "ENOSPC"]
            .iter()
            .any(|errno| text.starts_with(&format!("newroot: unshare: {errno}")));
        require!(test; may_unshare, "{}", text.trim_end());
        body(&program);
        assert_eq!(
            (places(), uts::hostname().unwrap()),
            before,
            "it is done to whoever runs the program"
        );
    });
    require!(test; ran, "no new namespaces are allowed here");
}

/// Where something is mounted.
fn places() -> Vec<String> {
    mounts().into_iter().map(|mount| mount.point).collect()
}

#[test]
fn a_command_has_a_root_mounts_and_a_name_of_its_own() {
    with_program(|program| {
        let root = Root::new();
        fs::create_dir(root.path().join("proc")).unwrap();
        let told = told_in(root.path(), Path::new("/test"), Path::new("/"), program);
        let name = root.path().file_name().unwrap().to_str().unwrap();
        let libraries = |entry: &str| ["lib", "lib64", "usr"].contains(&entry);
        let entries: Vec<_> = told
            .lines()
            .find_map(|line| line.split_once("entries: "))
            .unwrap()
            .1
            .split(' ')
            .collect();
        let others: Vec<_> = entries.into_iter().filter(|entry| !libraries(entry)).collect();
        assert_eq!(others, ["proc", "test"], "{told}");
        assert!(told.contains(&format!("host: {name}\nat: /\n")), "{told}");
        // Its root, and /proc; the machine's mounts are gone.
        let mounts: Vec<_> = told.lines().filter_map(|line| line.strip_prefix("mount: ")).collect();
        assert!(mounts.contains(&"/") && mounts.contains(&"/proc"), "{told}");
        assert!(mounts.iter().all(|place| *place == "/" || place.starts_with("/proc")), "{told}");
    });
}

#[test]
fn a_root_may_be_named_in_any_way() {
    with_program(|program| {
        let (root, beside) = (Root::new(), files::directory());
        let (parent, name) = (root.path().parent().unwrap(), root.path().file_name().unwrap());
        symlink(root.path(), beside.path().join("link")).unwrap();
        fs::create_dir(root.path().join("below")).unwrap();
        for (directory, path) in [
            (root.path(), Path::new(".")),
            (root.path(), Path::new("./")),
            (&root.path().join("below"), Path::new("..")),
            (parent, Path::new(name)),
            (parent, &Path::new(".").join(name).join("")),
            (beside.path(), Path::new("link")),
            (Path::new("/"), &beside.path().join("link/below/..")),
            (&beside.path().join("link"), Path::new(".")),
        ] {
            let told = told_in(path, Path::new("/test"), directory, program);
            let host = format!("host: {}\nat: /\n", name.display());
            assert!(
                told.contains("entries: below ") && told.contains(&host),
                "{path:?} from {directory:?}: {told}"
            );
        }
    });
}

#[test]
fn a_name_that_is_too_long_for_a_machine_is_cut() {
    with_program(|program| {
        // The cut goes through the middle of a character.
        let root = Root::called(&"é".repeat(uts::HOST_NAME_MAX / 2));
        let told = told_in(root.path(), Path::new("/test"), Path::new("/"), program);
        let name = root.path().file_name().unwrap().as_bytes();
        assert!(
            name.len() > uts::HOST_NAME_MAX && str::from_utf8(&name[..uts::HOST_NAME_MAX]).is_err()
        );
        assert!(
            told.contains(&format!(
                "host: {}\n",
                String::from_utf8_lossy(&name[..uts::HOST_NAME_MAX])
            )),
            "{told}"
        );
    });
}

#[test]
fn the_root_that_is_there_already_stays() {
    with_program(|program| {
        let own = std::env::current_exe().unwrap();
        for path in ["/", "/..", "//."] {
            let told = told_in(Path::new(path), &own, own.parent().unwrap(), program);
            assert!(told.contains("host: newroot\nat: /\n"), "{told}");
            let mounts: Vec<_> =
                told.lines().filter_map(|line| line.strip_prefix("mount: ")).collect();
            assert_eq!(mounts, places(), "{told}");
        }
    });
}

/// Not a test of its own: what those above run in their roots.
#[test]
fn says_where_it_is() {
    if std::env::var_os("BUTTER_INSIDE").is_none() {
        return;
    }
    let entries: BTreeSet<_> =
        fs::read_dir("/").unwrap().map(|entry| entry.unwrap().file_name()).collect();
    let entries: Vec<_> = entries.iter().map(|name| name.to_str().unwrap()).collect();
    println!("\nentries: {}", entries.join(" "));
    println!(
        "host: {}\nat: {}",
        uts::hostname().unwrap(),
        std::env::current_dir().unwrap().display()
    );
    let Ok(mounts) = fs::read_to_string("/proc/self/mountinfo") else { return }; // a root without /proc
    for line in mounts.lines() {
        println!("mount: {}", line.split(' ').nth(4).unwrap());
    }
}

#[test]
fn what_fails_is_said_with_its_status() {
    with_program(|program| {
        let root = Root::new();
        for (arguments, status, text) in [
            (vec![], 2, "newroot: DIR COMMAND [ARGUMENT...]"),
            (vec![root.path()], 2, "newroot: DIR COMMAND [ARGUMENT...]"),
            (
                vec![Path::new("/nowhere"), Path::new("/test")],
                125,
                "newroot: /nowhere: No such file",
            ),
            (vec![&root.path().join("test"), Path::new("/test")], 125, "newroot: chdir /"),
            (vec![root.path(), Path::new("/nothing")], 126, "newroot: /nothing: No such file"),
        ] {
            let run = newroot(program, &arguments);
            let error = String::from_utf8_lossy(&run.stderr);
            assert_eq!(run.status.code(), Some(status), "{error}");
            assert!(error.starts_with(text) && error.lines().count() == 1, "{error}");
        }
        let no = [root.path(), Path::new("/test"), Path::new("--no-such-option")];
        assert_eq!(newroot(program, &no).status.code(), Some(101), "the status is the command's");
    });
}
