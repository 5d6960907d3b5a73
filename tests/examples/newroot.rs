//! Tests of the example `newroot`.

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

/// A root directory that contains this test program, as `/test`, and its shared libraries.
struct Root(TempDir);

impl Root {
    fn new() -> Self {
        Self::with_name("")
    }

    /// Creates a root directory whose name begins with the 9 bytes `new-root-` and with `name`.
    fn with_name(name: &str) -> Self {
        let prefix = format!("new-root-{name}");
        let root = Self(TempDir::with_prefix(&prefix).unwrap());
        let program = std::env::current_exe().unwrap();
        fs::copy(&program, root.path().join("test")).unwrap();
        // The files that are mapped into this process: the program, its shared libraries and the
        // dynamic linker.
        let maps = fs::read_to_string("/proc/self/maps").unwrap();
        let files: BTreeSet<_> = maps
            .lines()
            .filter_map(|line| line.find('/').map(|at| Path::new(&line[at..])))
            .collect();
        for file in files.into_iter().filter(|file| *file != program) {
            root.add(file, file);
            // An executable refers to the dynamic linker by a path in `/lib64` or `/lib`.
            if file.file_name().is_some_and(|name| name.to_string_lossy().starts_with("ld-linux")) {
                let name = Path::new(if cfg!(target_arch = "x86_64") { "/lib64" } else { "/lib" });
                root.add(file, &name.join(file.file_name().unwrap()));
            }
        }
        root
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn add(&self, file: &Path, name: &Path) {
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

/// Runs `newroot_prints_its_environment` under a new root, and returns its output.
fn output_in(root: &Path, test: &Path, directory: &Path, program: &Path) -> String {
    let arguments = [
        Test::of(&newroot_prints_its_environment).name(),
        "--exact",
        "--nocapture",
        "--test-threads=1",
    ]
    .map(Path::new);
    let run = newroot_from(directory, program, &[&[root, test], &arguments[..]].concat());
    let (output, error) =
        (String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
    assert_eq!(run.status.code(), Some(0), "{root:?} from {directory:?}: {output}{error}");
    output.into_owned()
}

/// Runs `body` with the path of the program `newroot`, if the host permits new namespaces. Asserts
/// that `newroot` changes neither the mounts nor the hostname of its caller.
fn with_program(body: impl FnOnce(&Path)) {
    let test = Test::of(&body);
    let permitted = test.in_namespaces(|| {
        let program = require!(test; common::example("newroot"));
        let before = (mount_points(), uts::hostname().unwrap());
        let failed = newroot(&program, &["/proc", "/nothing"].map(Path::new));
        let text = String::from_utf8_lossy(&failed.stderr).into_owned();
        let may_unshare = !["EPERM", "ENOSPC"]
            .iter()
            .any(|errno| text.starts_with(&format!("newroot: unshare: {errno}")));
        require!(test; may_unshare, "{}", text.trim_end());
        body(&program);
        assert_eq!(
            (mount_points(), uts::hostname().unwrap()),
            before,
            "the mounts or the hostname of the caller have changed"
        );
    });
    require!(test; permitted, "unshare fails, so that newroot cannot create namespaces");
}

/// Returns the mount points of this process's mount namespace.
fn mount_points() -> Vec<String> {
    mounts().into_iter().map(|mount| mount.point).collect()
}

#[test]
fn newroot_command_has_own_root_mounts_and_hostname() {
    with_program(|program| {
        let root = Root::new();
        fs::create_dir(root.path().join("proc")).unwrap();
        let output = output_in(root.path(), Path::new("/test"), Path::new("/"), program);
        let name = root.path().file_name().unwrap().to_str().unwrap();
        let is_library = |entry: &str| ["lib", "lib64", "usr"].contains(&entry);
        let entries: Vec<_> = output
            .lines()
            .find_map(|line| line.split_once("entries: "))
            .unwrap()
            .1
            .split(' ')
            .collect();
        let others: Vec<_> = entries.into_iter().filter(|entry| !is_library(entry)).collect();
        assert_eq!(others, ["proc", "test"], "{output}");
        assert!(output.contains(&format!("hostname: {name}\ndirectory: /\n")), "{output}");
        // The root and `/proc` are mounted, but no other mounts of the host.
        let mounts: Vec<_> =
            output.lines().filter_map(|line| line.strip_prefix("mount: ")).collect();
        assert!(mounts.contains(&"/") && mounts.contains(&"/proc"), "{output}");
        assert!(mounts.iter().all(|point| *point == "/" || point.starts_with("/proc")), "{output}");
    });
}

#[test]
fn newroot_accepts_relative_paths_and_symlinks() {
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
            let output = output_in(path, Path::new("/test"), directory, program);
            let host = format!("hostname: {}\ndirectory: /\n", name.display());
            assert!(
                output.contains("entries: below ") && output.contains(&host),
                "{path:?} from {directory:?}: {output}"
            );
        }
    });
}

#[test]
fn newroot_truncates_hostname_to_host_name_max() {
    with_program(|program| {
        // The name is longer than `HOST_NAME_MAX`, and this limit is in the middle of a character.
        let root = Root::with_name(&"é".repeat(uts::HOST_NAME_MAX / 2));
        let output = output_in(root.path(), Path::new("/test"), Path::new("/"), program);
        let name = root.path().file_name().unwrap().as_bytes();
        assert!(
            name.len() > uts::HOST_NAME_MAX && str::from_utf8(&name[..uts::HOST_NAME_MAX]).is_err()
        );
        assert!(
            output.contains(&format!(
                "hostname: {}\n",
                String::from_utf8_lossy(&name[..uts::HOST_NAME_MAX])
            )),
            "{output}"
        );
    });
}

#[test]
fn newroot_keeps_root_if_dir_is_the_current_root() {
    with_program(|program| {
        let test = std::env::current_exe().unwrap();
        for path in ["/", "/..", "//."] {
            let output = output_in(Path::new(path), &test, test.parent().unwrap(), program);
            assert!(output.contains("hostname: newroot\ndirectory: /\n"), "{output}");
            let mounts: Vec<_> =
                output.lines().filter_map(|line| line.strip_prefix("mount: ")).collect();
            assert_eq!(mounts, mount_points(), "{output}");
        }
    });
}

/// The other tests run this test as the command under a new root. It prints the entries of the root
/// directory, the hostname, the working directory and the mount points.
#[test]
fn newroot_prints_its_environment() {
    if std::env::var_os("BUTTER_INSIDE").is_none() {
        return;
    }
    let entries: BTreeSet<_> =
        fs::read_dir("/").unwrap().map(|entry| entry.unwrap().file_name()).collect();
    let entries: Vec<_> = entries.iter().map(|name| name.to_str().unwrap()).collect();
    println!("\nentries: {}", entries.join(" "));
    println!(
        "hostname: {}\ndirectory: {}",
        uts::hostname().unwrap(),
        std::env::current_dir().unwrap().display()
    );
    let Ok(mounts) = fs::read_to_string("/proc/self/mountinfo") else {
        return; // the root directory has no /proc
    };
    for line in mounts.lines() {
        println!("mount: {}", line.split(' ').nth(4).unwrap());
    }
}

#[test]
fn newroot_exits_with_2_125_or_126_on_failure() {
    with_program(|program| {
        let root = Root::new();
        for (arguments, status, text) in [
            (vec![], 2, "Usage: newroot DIR COMMAND [ARGUMENT]..."),
            (vec![root.path()], 2, "Usage: newroot DIR COMMAND [ARGUMENT]..."),
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
        let failing = [root.path(), Path::new("/test"), Path::new("--no-such-option")];
        let status = newroot(program, &failing).status;
        assert_eq!(status.code(), Some(101), "newroot should exit with the command's status");
    });
}
