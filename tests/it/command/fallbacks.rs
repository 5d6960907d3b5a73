//! Spawns if a seccomp filter or an old kernel rejects `clone3` or `close_range`.

use std::fs::File;

use butter::error::Call;
use butter::namespace::Namespaces;
use butter::process::{self, Command, SpawnStage, Step};
use butter::signal::{self, SigSet, Signal};
use butter::{Errno, io};
use common::child::in_child;
use common::inject::{inject, supervise};
use common::require;
use common::tiny;

use super::{Tiny, report, signals_of};

extern "C" fn ignore(_: libc::c_int) {}

#[test]
fn spawn_falls_back_to_clone_if_clone3_is_rejected() {
    in_child(|| {
        common::signals::install_handler(libc::SIGUSR1, ignore);
        let mask = signal::set_mask(SigSet::from(Signal::USR2)).unwrap();
        for errno in [Errno::NOSYS, Errno::PERM, Errno::INVAL, Errno::ACCES] {
            inject(libc::SYS_clone3, errno, || {
                let [blocked, _, handled] = signals_of(|_| {});
                assert_eq!((blocked, handled), (0, 0));
                assert_eq!(signal::mask(), Ok(SigSet::from(Signal::USR2)));
                let program = Tiny::new(&tiny::exit(3));
                let mut command = Command::new(&program.path);
                assert_eq!(command.status().unwrap().code(), Some(3));
                // The error of `clone3` is returned if the command requires it.
                command.namespaces(Namespaces::TIME);
                let error = command.status().unwrap_err();
                assert_eq!((error.error().call(), error.error().errno()), (Call::CLONE3, errno));
                assert_eq!(error.stage(), SpawnStage::Clone);
            });
        }
        signal::set_mask(mask).unwrap();
    });
}

#[test]
fn spawn_closes_descriptors_if_close_range_is_rejected() {
    in_child(|| {
        for errno in [Errno::NOSYS, Errno::INVAL, Errno::PERM] {
            inject(libc::SYS_close_range, errno, spawn_closes_descriptors);
        }
    });
}

#[test]
fn spawn_closes_descriptors_if_close_range_does_not_support_cloexec() {
    in_child(|| {
        let is_supported = |[_, _, flags, ..]: [u64; 6]| flags == 0;
        let decide = move |arguments| (!is_supported(arguments)).then_some(Errno::INVAL);
        let ran = supervise(libc::SYS_close_range, decide, || {
            spawn_closes_descriptors();

            // The program and the channel to the parent remain open until the program is executed.
            let program = Tiny::new(&tiny::exit(3));
            let file = common::fd(File::open(program.directory.path().join("program")).unwrap());
            let mut command = Command::from_fd(&file, c"program");
            command.step(Step::user(process::geteuid())).place_fd(&file, 7);
            assert_eq!(command.status().unwrap().code(), Some(3));
            let mut command = Command::new(c"/nowhere");
            let error = command.step(Step::user(process::geteuid())).status().unwrap_err();
            assert_eq!((error.stage(), error.error().errno()), (SpawnStage::Exec, Errno::NOENT));
        });
        require!(ran, "the kernel does not support seccomp notifications in this process");
    });
}

fn spawn_closes_descriptors() {
    let file = common::fd(File::open("/proc/version").unwrap());
    // More descriptors than one buffer of directory entries.
    let leaks: Vec<_> = (0..200)
        .map(|number| {
            let fd = io::fcntl_dupfd_cloexec(&file, 20 + number).unwrap();
            io::fcntl_setfd(&fd, io::DescriptorFlags::empty()).unwrap();
            fd
        })
        .collect();
    let report = report(|command| {
        command.place_fd(&file, 5).place_fd(&leaks[100], 6);
    });
    let fds = report.all("fd");
    assert_eq!(fds.iter().filter(|fd| fd.contains("version")).count(), 2, "{fds:?}");
}
