//! Spawns if a seccomp filter or an old kernel rejects `clone3` or `close_range`.

use std::fs::File;

use butter::error::Call;
use butter::namespace::Namespaces;
use butter::process::{Command, SpawnStage};
use butter::signal::{self, SigSet, Signal};
use butter::{Errno, io};
use common::child::in_child;
use common::inject::inject;
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
        let file = common::fd(File::open("/proc/version").unwrap());
        for errno in [Errno::NOSYS, Errno::INVAL, Errno::PERM] {
            inject(libc::SYS_close_range, errno, || {
                // More descriptors than one buffer of directory entries.
                let leaks: Vec<_> = (0..200)
                    .map(|number| {
                        let fd = io::fcntl_dupfd_cloexec(&file, 20 + number).unwrap();
                        io::fcntl_setfd(&fd, io::DescriptorFlags::empty()).unwrap();
                        fd
                    })
                    .collect();
                let report = report(|command| {
                    command.place_fd(&file, 5);
                });
                let fds = report.all("fd");
                assert_eq!(fds.iter().filter(|fd| fd.contains("version")).count(), 1, "{fds:?}");
                drop(leaks);
            });
        }
    });
}
