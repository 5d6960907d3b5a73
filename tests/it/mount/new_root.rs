//! Tests of programs in new namespaces and under a new root directory. Each program is a copy of
//! this test program, which runs the test `pivot_root_prints_the_environment_of_a_program`.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use butter::mount::{bind_mount_recursive, detach, make_private_recursive, pivot_root};
use butter::namespace::{Namespaces, unshare, unshare_as_root};
use butter::process::chdir;
use butter::uts::{self, HOST_NAME_MAX, set_hostname};
use butter::{Errno, Error, Result};
use temp_dir::TempDir;

use super::pivot_root::root_is_a_mount;
use common::child::spawn;
use common::forked::in_forked_child;
use common::mountinfo::mounts;
use common::test::Test;
use common::{bytes, files, require};

const NEW: Namespaces = Namespaces::MOUNT.union(Namespaces::UTS).union(Namespaces::IPC);

/// A function that creates namespaces.
type Create = fn(Namespaces) -> Result<()>;

/// The environment variable that selects the process that prints its environment.
const INSIDE: &str = "BUTTER_INSIDE";

/// A directory that contains this test program, as `test`, and its shared libraries.
struct Root {
    path: PathBuf,
    _parent: TempDir,
}

impl Root {
    fn new(name: &str) -> Self {
        let parent = files::directory();
        let root = Self { path: parent.path().join(name), _parent: parent };
        let program = std::env::current_exe().unwrap();
        root.add(&program, Path::new("/test"));
        // The files whose code is mapped into this process: the program, its shared libraries and
        // the dynamic linker.
        let maps = fs::read_to_string("/proc/self/maps").unwrap();
        let files: BTreeSet<_> = maps
            .lines()
            .filter(|line| line.contains(" r-xp "))
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

    fn add(&self, file: &Path, name: &Path) {
        let inside = self.path.join(name.strip_prefix("/").unwrap());
        fs::create_dir_all(inside.parent().unwrap()).unwrap();
        fs::copy(file, inside).unwrap();
    }
}

/// Creates namespaces, and changes the root directory to `path`, which is relative to `directory`.
/// `mounted` is a path of the same directory that follows the mount on this directory. Mounts
/// `/proc` and `/dev` on directories with these names in the new root directory.
fn enter(create: Create, [directory, path, mounted]: [&[u8]; 3], hostname: &[u8]) -> Result<()> {
    create(NEW)?;
    make_private_recursive("/")?;
    chdir(directory)?;
    // The new root of `pivot_root` must be a mount point.
    bind_mount_recursive(path, path)?;
    chdir(mounted)?;
    for (source, target) in [("/proc", "proc"), ("/dev", "dev")] {
        match bind_mount_recursive(source, target) {
            Err(error) if error.is(Errno::NOENT) => {}
            result => result?,
        }
    }
    // `pivot_root` mounts the old root on top of the new root, until `detach` unmounts the old
    // root.
    pivot_root(".", ".")?;
    detach(".")?;
    chdir("/")?;
    set_hostname(hostname)
}

/// Runs this test program in a child process after `prepare`, and returns the output of the
/// program.
fn output_after(
    program: &Path,
    mut prepare: impl FnMut() -> Result<()> + Send + Sync + 'static,
) -> io::Result<String> {
    let test = Test::of(&pivot_root_prints_the_environment_of_a_program).name();
    let mut command = Command::new(program);
    command.args([test, "--exact", "--nocapture", "--test-threads=1"]).env(INSIDE, "1");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let prepare =
        move || prepare().map_err(|error| io::Error::from_raw_os_error(error.errno().as_raw()));
    // SAFETY: between fork and exec it makes system calls and does not allocate.
    unsafe { command.pre_exec(prepare) };
    let run = spawn(&mut command)?.wait_with_output()?;
    let (output, error) =
        (String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
    assert_eq!(run.status.code(), Some(0), "{output}{error}");
    Ok(output.into_owned())
}

/// Runs this test program under the new root directory, with the name of the directory as the host
/// name.
fn output_in(create: Create, root: &Root) -> String {
    let (path, name) = (bytes(&root.path).to_vec(), hostname_of(root));
    let prepare = move || enter(create, [b"/", &path, &path], &name);
    output_after(Path::new("/test"), prepare).unwrap()
}

/// Returns the name of the directory, truncated to the maximum length of a host name.
fn hostname_of(root: &Root) -> Vec<u8> {
    let name = root.path.file_name().unwrap().as_bytes();
    name[..name.len().min(HOST_NAME_MAX)].to_vec()
}

/// Returns the text after `word` in each line of `output` that begins with `word`.
fn values<'o>(output: &'o str, word: &str) -> Vec<&'o str> {
    output.lines().filter_map(|line| line.strip_prefix(word)).collect()
}

/// Returns the mount points of this thread's mount namespace.
fn mount_points() -> Vec<String> {
    mounts().into_iter().map(|mount| mount.point).collect()
}

/// Runs `body` with each function that creates namespaces, in new namespaces. Asserts that the
/// programs that `body` runs change neither the mounts nor the host name of their parent process.
fn with_each_create(body: impl Fn(Create)) {
    let test = Test::of(&body);
    let as_root: Create = |namespaces| unshare_as_root(namespaces).map_err(Error::from);
    let ran = test.in_namespaces_as_each_root(|| {
        require!(test; root_is_a_mount(), "the root directory is not a mount point");
        let before = (mount_points(), uts::hostname().unwrap());
        body(unshare);
        match in_forked_child(|| as_root(NEW)) {
            Ok(()) => body(as_root),
            Err(error) => test.skip("unshare_as_root", format_args!("{error}")),
        }
        assert_eq!(
            (mount_points(), uts::hostname().unwrap()),
            before,
            "the mounts or the host name of the parent process should not change"
        );
    });
    require!(test; ran, "new namespaces require CAP_SYS_ADMIN or a host that permits user namespaces");
}

#[test]
fn pivot_root_restricts_program_to_the_files_and_mounts_of_the_new_root() {
    with_each_create(|create| {
        for folders in [&["proc"][..], &["dev", "proc"]] {
            let root = Root::new("root");
            for folder in folders {
                fs::create_dir(root.path.join(folder)).unwrap();
            }
            let output = output_in(create, &root);
            let entries = values(&output, "entries: ")[0].split(' ');
            let entries: Vec<_> =
                entries.filter(|entry| !["lib", "lib64", "usr"].contains(entry)).collect();
            assert_eq!(entries, [folders, &["test"]].concat(), "{output}");
            assert!(output.contains("hostname: root\ndirectory: /\n"), "{output}");
            let points = values(&output, "mount: ");
            let folders: Vec<_> = folders.iter().map(|folder| format!("/{folder}")).collect();
            assert!(
                points.contains(&"/") && folders.iter().all(|folder| points.contains(&&**folder)),
                "{output}"
            );
            let is_expected = |point: &str| {
                point == "/" || folders.iter().any(|folder| Path::new(point).starts_with(folder))
            };
            assert!(points.iter().all(|point| is_expected(point)), "{output}");

            // The path of this program outside of the new root directory.
            let (path, outside) = (bytes(&root.path).to_vec(), std::env::current_exe().unwrap());
            let prepare = move || enter(create, [b"/", &path, &path], b"root");
            let error = output_after(&outside, prepare).unwrap_err();
            // A component of the path can be the name of a file in the new root directory.
            let expected = [libc::ENOENT, libc::ENOTDIR].map(Some);
            assert!(expected.contains(&error.raw_os_error()), "{error}");
        }
    });
}

#[test]
fn bind_mount_and_pivot_root_accept_relative_paths_and_symlinks() {
    with_each_create(|create| {
        let (root, beside) = (Root::new("root"), files::directory());
        let (path, parent) = (&*root.path, root.path.parent().unwrap());
        symlink(path, beside.path().join("link")).unwrap();
        fs::create_dir(path.join("below")).unwrap();
        let through_link = beside.path().join("link/below/..");
        // A lookup of "." does not follow a mount on the working directory.
        for [directory, path, mounted] in [
            [path, Path::new("."), path],
            [path, Path::new("./"), path],
            [&path.join("below"), Path::new(".."), Path::new("..")],
            [parent, Path::new("root"), Path::new("root")],
            [parent, Path::new("./root/"), Path::new("./root/")],
            [beside.path(), Path::new("link"), Path::new("link")],
            [Path::new("/"), &through_link, &through_link],
            [&beside.path().join("link"), Path::new("."), path],
        ] {
            let paths = [directory, path, mounted].map(|path| bytes(path).to_vec());
            let prepare = move || enter(create, paths.each_ref().map(|path| &**path), b"a name");
            let output = output_after(Path::new("/test"), prepare);
            let output =
                output.unwrap_or_else(|error| panic!("{path:?} from {directory:?}: {error}"));
            assert!(
                output.contains("entries: below ")
                    && output.contains("hostname: a name\ndirectory: /\n"),
                "{path:?} from {directory:?}: {output}"
            );
        }
    });
}

#[test]
fn set_hostname_accepts_name_truncated_within_a_character() {
    with_each_create(|create| {
        let root = Root::new(&format!("r{}", "é".repeat(HOST_NAME_MAX / 2)));
        let name = hostname_of(&root);
        assert!(name.len() == HOST_NAME_MAX && str::from_utf8(&name).is_err());
        let output = output_in(create, &root);
        let expected = format!("hostname: {}\n", String::from_utf8_lossy(&name));
        assert!(output.contains(&expected), "{output}");
    });
}

#[test]
fn unshare_gives_program_a_copy_of_the_mounts_of_its_parent_process() {
    with_each_create(|create| {
        for path in ["/", "/..", "//."] {
            let prepare = move || {
                create(NEW)?;
                make_private_recursive("/")?;
                chdir(path)?;
                set_hostname("copy")
            };
            let output = output_after(&std::env::current_exe().unwrap(), prepare).unwrap();
            assert!(output.contains("hostname: copy\ndirectory: /\n"), "{output}");
            assert_eq!(values(&output, "mount: "), mount_points(), "{output}");
        }
    });
}

/// The other tests run this test as a program. The program prints the entries of the root
/// directory, the host name, the working directory and the mount points.
#[test]
fn pivot_root_prints_the_environment_of_a_program() {
    if std::env::var_os(INSIDE).is_none() {
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
    // A root directory without `/proc` has no list of mounts.
    if Path::new("/proc/self").exists() {
        mount_points().iter().for_each(|point| println!("mount: {point}"));
    }
}
