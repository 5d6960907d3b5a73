//! Programs in new namespaces, with ID maps and mounts.

use butter::idmap::{IdMaps, IdRange};
use butter::namespace::Namespaces;
use butter::process::{self, Command, Gid, Step, Uid};
use common::child::{in_child, in_namespaces};
use common::{files, require, tiny};

use super::{Tiny, c_string, try_report};

#[test]
fn map_root_user_makes_the_program_root_of_a_new_user_namespace() {
    in_child(|| {
        let kinds = Namespaces::USER | Namespaces::UTS | Namespaces::PID | Namespaces::MOUNT;
        let result = try_report(|command| {
            command.namespaces(kinds).map_root_user();
        });
        let report = require!(result, "the host does not permit user namespaces");
        assert_eq!(report.get("Uid"), "0\t0\t0\t0");
        assert_eq!(report.get("Gid"), "0\t0\t0\t0");
        // `/proc` belongs to the PID namespace of the parent.
        assert_eq!(report.get("NSpid").split('\t').nth(1), Some("1"));
        // SAFETY: touches no memory.
        assert_eq!(unsafe { libc::prctl(libc::PR_GET_DUMPABLE) }, 1);
    });
}

#[test]
fn id_maps_are_written_by_the_parent_before_the_steps() {
    in_child(|| {
        require!(process::geteuid() == Uid::ROOT, "the caller is not root");
        let (users, groups) = ([IdRange::new(0, 0, 1)], [IdRange::new(0, 0, 1)]);
        let maps = IdMaps::new(&users, &groups).deny_setgroups();
        let result = try_report(|command| {
            command.namespaces(Namespaces::USER | Namespaces::TIME).id_maps(maps);
            command.step(Step::user(Uid::ROOT)).step(Step::group(Gid::ROOT));
        });
        let report = require!(result, "the host does not permit user namespaces");
        assert_eq!(report.get("Uid"), "0\t0\t0\t0");
    });
}

#[test]
fn steps_mount_and_change_the_root_directory() {
    require!(
        in_namespaces(|| {
            let program = Tiny::new(&tiny::exit(4));
            let root = files::directory();
            let path = |name: &str| c_string(&root.path().join(name));
            std::fs::create_dir_all(root.path().join("inner/old")).unwrap();
            let (new_root, old) = (path("inner"), path("inner/old"));
            let inside = path("inner/program");
            std::fs::write(root.path().join("inner/program"), "").unwrap();
            let mut command = Command::new(c"/program");
            command
                .namespaces(Namespaces::MOUNT)
                .step(Step::make_private_recursive(c"/"))
                .step(Step::bind_mount(&new_root, &new_root))
                .step(Step::bind_mount(&program.path, &inside))
                .step(Step::chdir(&new_root))
                .step(Step::pivot_root(c".", &old))
                .step(Step::chdir(c"/"))
                .step(Step::detach(c"/old"));
            let error = command.status().err();
            // `pivot_root` fails in the initial root directory before Linux 7.0.
            if let Some(error) = error {
                assert_eq!(error.error().call(), butter::error::Call::PIVOT_ROOT, "{error}");
            }
            let mut command = Command::new(c"/program");
            command.namespaces(Namespaces::MOUNT).step(Step::make_private_recursive(c"/"));
            // SAFETY: the options name no descriptor.
            command.step(unsafe {
                Step::mount(
                    c"x",
                    &new_root,
                    c"tmpfs",
                    butter::mount::MountFlags::NOSUID,
                    c"size=9k",
                )
            });
            command.step(Step::chroot(&new_root)).step(Step::chdir(c"/"));
            let error = command.status().unwrap_err();
            assert_eq!(error.missing(), Some(process::Missing::Program), "the tmpfs is empty");
            // A chroot without the tmpfs contains the program.
            std::fs::copy(
                program.directory.path().join("program"),
                root.path().join("inner/program"),
            )
            .unwrap();
            let mut command = Command::new(c"/program");
            command.step(Step::chroot(&new_root)).step(Step::chdir(c"/"));
            assert_eq!(command.status().unwrap().code(), Some(4));
        }),
        "the host does not permit user namespaces"
    );
}
