//! Finds the functions of the library that must have a row in the tables of this module.

use std::collections::BTreeSet;
use std::path::Path;

use common::require;

use super::rows;

/// Functions whose system calls cannot be recorded, and the reason for each function.
const EXEMPT: &[(&str, &str)] = &[
    ("mm::raw::madvise_nothing", "private: called once per process, and on aarch64 only"),
    ("process::raw::exit_group", "does not return, because it terminates the process"),
    ("process::raw::receive_failure", "private: receives the failure of a spawned child"),
    ("process::raw::send_failure", "private: called in a spawned child"),
];

/// Private functions that make a system call, each with the row of a public function that calls the
/// private function.
const PRIVATE: &[(&str, &str)] = &[
    ("fs::open_existing", "namespace::raw::openat_ns"),
    ("fs::raw::faccessat2_c", "fs::raw::faccessat2"),
    ("fs::raw::fchmodat2_c", "fs::raw::fchmodat2"),
    ("fs::raw::fchmodat_c", "fs::raw::fchmodat"),
    ("fs::raw::fchownat_c", "fs::raw::fchownat"),
    ("fs::raw::fgetxattr_c", "fs::raw::fgetxattr"),
    ("fs::raw::fremovexattr_c", "fs::raw::fremovexattr"),
    ("fs::raw::fsetxattr_c", "fs::raw::fsetxattr"),
    ("fs::raw::getxattr_c", "fs::raw::getxattr"),
    ("fs::raw::getxattrat_c", "fs::raw::getxattrat"),
    ("fs::raw::lgetxattr_c", "fs::raw::lgetxattr"),
    ("fs::raw::linkat_c", "fs::raw::linkat"),
    ("fs::raw::listxattr_c", "fs::raw::listxattr"),
    ("fs::raw::listxattrat_c", "fs::raw::listxattrat"),
    ("fs::raw::llistxattr_c", "fs::raw::llistxattr"),
    ("fs::raw::lremovexattr_c", "fs::raw::lremovexattr"),
    ("fs::raw::lsetxattr_c", "fs::raw::lsetxattr"),
    ("fs::raw::mkdirat_c", "fs::raw::mkdirat"),
    ("fs::raw::mknodat_c", "fs::raw::mknodat"),
    ("fs::raw::openat2_c", "fs::raw::openat2"),
    ("fs::raw::openat_c", "fs::raw::openat"),
    ("fs::raw::readlinkat_c", "fs::raw::readlinkat"),
    ("fs::raw::removexattr_c", "fs::raw::removexattr"),
    ("fs::raw::removexattrat_c", "fs::raw::removexattrat"),
    ("fs::raw::renameat2_c", "fs::raw::renameat2"),
    ("fs::raw::setxattr_c", "fs::raw::setxattr"),
    ("fs::raw::setxattrat_c", "fs::raw::setxattrat"),
    ("fs::raw::statfs_c", "fs::raw::statfs"),
    ("fs::raw::statx_c", "fs::raw::statx"),
    ("fs::raw::symlinkat_c", "fs::raw::symlinkat"),
    ("fs::raw::unlinkat_c", "fs::raw::unlinkat"),
    ("fs::raw::utimensat_c", "fs::raw::utimensat"),
    ("handle::raw::name_to_handle_at_c", "handle::raw::name_to_handle_at"),
    ("handle::raw::open_by_handle_at_number", "handle::raw::open_by_handle_at"),
    ("idmap::raw::write", "idmap::raw::write_uid_map"),
    ("fanotify::raw::fanotify_mark_c", "fanotify::raw::fanotify_mark"),
    ("fanotify::raw::write_struct", "fanotify::raw::write"),
    ("inotify::raw::inotify_add_watch_c", "inotify::raw::inotify_add_watch"),
    ("io::read_into", "io::read"),
    ("memfd::raw::memfd_create_c", "memfd::raw::memfd_create"),
    ("mount::raw::mount_c", "mount::raw::mount"),
    ("mount::raw::pivot_root_c", "mount::raw::pivot_root"),
    ("mount::raw::umount2_c", "mount::raw::umount2"),
    ("process::raw::chdir_c", "process::raw::chdir"),
    ("process::raw::chroot_c", "process::raw::chroot"),
    ("rand::raw::getrandom_into", "rand::raw::getrandom"),
    ("process::raw::send", "process::raw::pidfd_send_signal"),
];

/// Adds to `found` the names of the public functions of the raw modules, and of all functions that
/// make a system call. The name is `module::raw::function` in a file `raw.rs`, otherwise
/// `module::function`.
fn functions(folder: &Path, module: Option<&str>, found: &mut BTreeSet<String>) {
    for entry in folder.read_dir().unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap();
        if path.is_dir() {
            functions(&path, module.or(Some(name)), found);
            continue;
        }
        let module = module.unwrap_or(name);
        let raw = if name == "raw" { "raw::" } else { "" };
        let text = std::fs::read_to_string(&path).unwrap();
        let mut function = "";
        for line in text.lines().map(str::trim).filter(|line| !line.starts_with("//")) {
            let declaration = line.split_once("fn ").filter(|(before, _)| {
                before.split(' ').all(|word| {
                    ["", "pub", "pub(crate)", "pub(super)", "const", "unsafe"].contains(&word)
                })
            });
            if let Some((before, rest)) = declaration {
                function = rest.split(['(', '<']).next().unwrap();
                if raw.is_empty() || !before.starts_with("pub ") {
                    continue;
                }
            } else if !line.contains("syscall!(") || name == "syscall" {
                continue;
            }
            found.insert(format!("{module}::{raw}{function}"));
        }
    }
}

#[test]
fn raw_functions_have_a_row_in_the_tables_of_arguments() {
    let sources = common::root().join("src");
    require!(sources.is_dir(), "the sources do not exist on this host");
    let mut found = BTreeSet::new();
    functions(&sources, None, &mut found);
    assert!(found.len() > 100, "the sources were not parsed correctly: only {found:?} were found");

    let named: BTreeSet<_> = rows().map(|row| row.0).collect();
    assert_eq!(named.len(), rows().count(), "two rows have the same name");
    for (function, row) in PRIVATE {
        assert!(named.contains(row), "{function}: the row {row} is missing");
    }
    let listed = EXEMPT.iter().chain(PRIVATE).map(|(function, _)| *function);
    let stale: Vec<_> = listed.clone().filter(|function| !found.contains(*function)).collect();
    assert!(stale.is_empty(), "listed functions do not exist in the sources: {stale:?}");
    let missing: Vec<_> = found
        .iter()
        .filter(|function| !named.contains(function.as_str()))
        .filter(|function| !listed.clone().any(|listed| listed == *function))
        .collect();
    assert!(missing.is_empty(), "functions have no row: {missing:?}");
}
