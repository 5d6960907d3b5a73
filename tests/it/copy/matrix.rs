//! Copies with every method between every combination of source and target.

use std::os::fd::AsRawFd;

use butter::Errno;
use butter::copy::{Copier, Method};
use butter::error::ErrorKind;
use butter::fd::OwnedFd;

use super::endpoints::{
    Kind, Pace, SOURCES, TARGETS, nonblocking, tcp, unix, with_reader, with_writer,
};
use super::{ALL_METHODS, EMULATED, fd, terminal};
use common::files;
use common::pattern::{check_file, pattern_file};
use common::test::in_row;
use common::this_test;

const COUNT: u64 = if EMULATED { 30_011 } else { 300_007 };

/// Returns whether a method supports these kinds of source and target on every kernel and file
/// system.
fn must_support(method: Method, source: Kind, target: Kind) -> bool {
    match method {
        Method::Auto | Method::ReadWrite => true,
        Method::CopyFileRange => false,
        Method::Sendfile => {
            source == Kind::File && (target == Kind::Socket || target == Kind::File)
        }
        // `splice` does not support a target opened with `O_APPEND`. Before Linux 6.5, `splice`
        // does not support every terminal.
        Method::Splice => !matches!(target, Kind::AppendOnly | Kind::Terminal),
        _ => unreachable!(),
    }
}

#[test]
fn copier_copies_between_each_source_and_target_or_fails_if_method_does_not_support_them() {
    let no_terminal = terminal::raw().is_none();
    if no_terminal {
        this_test!().skip(
            "terminal",
            format_args!("a pseudoterminal requires /dev/ptmx and a mounted devpts"),
        );
    }
    for from in SOURCES {
        for to in TARGETS.iter().filter(|to| !no_terminal || to.kind != Kind::Terminal) {
            for method in ALL_METHODS {
                let case = format!("{method:?} from {} to {}", from.name, to.name);
                in_row(case, || {
                    let (source, writer) = (from.open)(COUNT);
                    let (target, received) = (to.open)();
                    let (copied, reported) = copied(&source, &target, method);
                    drop(source);
                    drop(target);
                    writer.join().unwrap();
                    assert_eq!(
                        received(),
                        reported,
                        "the target should receive the reported number of bytes"
                    );
                    match copied {
                        Ok(copied) => assert_eq!(copied, COUNT),
                        Err(error) => {
                            let errno = error.error().errno();
                            let unsupported = matches!(
                                errno,
                                Errno::INVAL | Errno::BADF | Errno::XDEV | Errno::OPNOTSUPP
                            );
                            assert!(!must_support(method, from.kind, to.kind), "{error}");
                            assert!(unsupported, "{error}");
                        }
                    }
                });
            }
        }
    }
}

/// Copies in chunks that are not a multiple of the page size, and checks the reported progress.
/// Returns the result and the number of bytes copied.
fn copied(
    source: &OwnedFd,
    target: &OwnedFd,
    method: Method,
) -> (Result<u64, butter::copy::CopyError>, u64) {
    let mut last = 0;
    let copied =
        Copier::new(source, target).method(method).chunk_size(70_001).run_with_progress(|copied| {
            assert!(
                copied > last,
                "the number of copied bytes should increase: {copied} after {last}"
            );
            last = copied;
        });
    if copied.is_ok() {
        assert_eq!(copied, Ok(last));
    }
    let reported = match &copied {
        Ok(copied) => *copied,
        Err(error) => error.copied(),
    };
    (copied, reported)
}

/// The total number of bytes that each method copies between files.
const TOTAL: u64 = if EMULATED { 1 << 20 } else { 1 << 30 };
/// The approximate number of bytes that a single copy transfers.
const PER_COPY: u64 = if EMULATED { 1 << 18 } else { 1 << 26 };

#[test]
fn copier_copies_one_gibibyte_between_files_with_each_method() {
    let (count, mut position) = (PER_COPY + 1, 0);
    let from = pattern_file(count + 1_000_000);
    for method in ALL_METHODS {
        for _ in 0..TOTAL / PER_COPY {
            let to = files::anonymous();
            position = (position + 4_099) % 1_000_000;
            // SAFETY: touches no memory.
            assert!(unsafe { libc::lseek(from.as_raw_fd(), position as i64, libc::SEEK_SET) } >= 0);
            match Copier::new(&fd(&from), &fd(&to)).method(method).limit(count).run() {
                Err(error)
                    if method == Method::CopyFileRange
                        && error.error().kind() == ErrorKind::Unsupported =>
                {
                    this_test!().skip("copy_file_range", format_args!("{error}"));
                    break;
                }
                copied => assert_eq!(copied, Ok(count), "{method:?}"),
            }
            assert_eq!(check_file(&to, position), count, "{method:?}");
        }
    }
}

#[test]
fn copier_copies_all_bytes_between_pipes_and_sockets_if_target_is_nonblocking() {
    type Create = fn() -> (OwnedFd, OwnedFd);
    let kinds: [(&str, Create); 3] =
        [("pipe", || butter::pipe::pipe().unwrap()), ("unix", unix), ("TCP", tcp)];
    for method in [Method::Auto, Method::Splice, Method::ReadWrite] {
        for (from, source) in kinds {
            for (to, target) in kinds {
                in_row(format_args!("{method:?} from {from} to {to}"), || {
                    let count = 2 * PER_COPY + 1;
                    let (source, writer_thread) = with_writer(source(), count);
                    let (reader, writer) = target();
                    let (target, received) = with_reader((reader, nonblocking(writer)), Pace::Fast);
                    let copied = Copier::new(&source, &target).method(method).run();
                    assert_eq!(copied, Ok(count));
                    drop(target);
                    writer_thread.join().unwrap();
                    assert_eq!(received(), count);
                });
            }
        }
    }
}
