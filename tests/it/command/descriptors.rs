//! The descriptors that a program inherits.

use std::fs::File;
use std::os::fd::IntoRawFd;

use butter::fd::{AsFd, AsRawFd, OwnedFd};
use butter::io::{self, DescriptorFlags};
use butter::memfd::MemFd;
use butter::process::Stdio;
use common::child::in_child;

use super::report;

/// Opens a memfd, whose name identifies the file in the report.
fn named(name: &str, number: i32) -> OwnedFd {
    let memfd = MemFd::new(name).unwrap();
    io::fcntl_dupfd_cloexec(&memfd, number).unwrap()
}

fn file(name: &str) -> String {
    format!("/memfd:{name} (deleted)")
}

#[test]
fn command_passes_no_descriptor_that_was_not_requested() {
    in_child(|| {
        // These descriptors are not close-on-exec.
        let leaks: Vec<_> = [3, 9, 100, 900]
            .into_iter()
            .map(|number| {
                let fd = named("leak", number);
                io::fcntl_setfd(&fd, DescriptorFlags::empty()).unwrap();
                fd
            })
            .collect();
        let fds = report(|_| {}).0;
        assert!(!fds.contains("leak"), "{fds}");
        let kept = report(|command| {
            command.keep_all_fds();
        });
        for fd in &leaks {
            let line = format!("{} {}", fd.as_raw_fd(), file("leak"));
            assert!(kept.all("fd").contains(&line.as_str()), "{}", kept.0);
            // The flags of the parent's descriptors have not changed.
            assert_eq!(io::fcntl_getfd(fd), Ok(DescriptorFlags::empty()));
        }
        // A close-on-exec descriptor is closed in any case.
        let _closed = File::open("/proc/version").unwrap();
        let kept = report(|command| {
            command.keep_all_fds();
        });
        assert!(!kept.0.contains("/proc/version"), "{}", kept.0);
    });
}

#[test]
fn command_keeps_places_and_exchanges_descriptors() {
    in_child(|| {
        let [a, b, c] = [("a", 30), ("b", 31), ("c", 40)].map(|(name, number)| named(name, number));
        let [a_number, b_number] = [&a, &b].map(AsRawFd::as_raw_fd);
        let report = report(|command| {
            command
                .keep_fd(&c)
                .place_fd(&a, b_number)
                .place_fd(&b, a_number)
                .place_fd(&a, 7)
                .place_fd(&c, 50)
                .stdin(Stdio::Fd(AsFd::as_fd(&b)));
        });
        let mut expected = vec![
            format!("0 {}", file("b")),
            format!("7 {}", file("a")),
            format!("{a_number} {}", file("b")),
            format!("{b_number} {}", file("a")),
            format!("{} {}", c.as_raw_fd(), file("c")),
            format!("50 {}", file("c")),
        ];
        let mut fds: Vec<_> = report.all("fd").into_iter().map(str::to_owned).collect();
        fds.retain(|fd| fd.contains("memfd"));
        fds.sort();
        expected.sort();
        assert_eq!(fds, expected);
        // The parent's descriptors have not changed.
        for fd in [&a, &b, &c] {
            assert_eq!(io::fcntl_getfd(fd), Ok(DescriptorFlags::CLOEXEC));
        }
    });
}

#[test]
fn command_exchanges_standard_descriptors() {
    in_child(|| {
        let marker = named("marker", 60);
        let report = report(|command| {
            // The report is printed to the standard output, which is a pipe.
            command.stderr(Stdio::Fd(standard(1))).place_fd(&marker, 3);
        });
        let own = |number: i32| {
            std::fs::read_link(format!("/proc/self/fd/{number}")).unwrap().display().to_string()
        };
        assert!(report.all("fd").contains(&format!("2 {}", own(1)).as_str()), "{}", report.0);
        assert!(report.all("fd").contains(&format!("3 {}", file("marker")).as_str()));
    });
}

/// Borrows a standard descriptor.
fn standard(number: i32) -> butter::fd::BorrowedFd<'static> {
    // SAFETY: the standard descriptors are not closed.
    unsafe { butter::fd::BorrowedFd::borrow_raw(number) }
}

#[test]
fn command_redirects_if_the_parent_has_no_standard_descriptors() {
    in_child(|| {
        let (saved, null) = (named("saved", 70), File::open("/dev/null").unwrap());
        // SAFETY: the descriptors 0 and 1 are restored below.
        let old = [0, 1].map(|fd| unsafe { libc::fcntl(fd, libc::F_DUPFD_CLOEXEC, 80) });
        for fd in [0, 1] {
            // SAFETY: as above.
            unsafe { libc::close(fd) };
        }
        // The pipe gets the numbers 0 and 1.
        let report = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            report(|command| {
                command.keep_fd(&saved);
            })
        }));
        for (fd, old) in [0, 1].into_iter().zip(old) {
            // SAFETY: as above.
            unsafe { libc::dup2(old, fd) };
        }
        let report = report.unwrap();
        let pipe = report.all("fd").iter().any(|fd| fd.starts_with("1 pipe:"));
        assert!(pipe, "{}", report.0);
        assert!(report.0.contains(&file("saved")), "{}", report.0);
        let _ = null.into_raw_fd();
    });
}
