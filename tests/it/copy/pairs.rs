//! Every method between every two kinds of ends.

use std::os::fd::AsRawFd;

use butter::Errno;
use butter::copy::{Copier, Method};
use butter::error::ErrorKind;
use butter::fd::OwnedFd;

use super::ends::{Kind, Pace, SOURCES, TARGETS, nonblocking, read, tcp, unix, written};
use super::{ALL, EMULATED, fd, terminal};
use common::files;
use common::pattern::{check_file, pattern_file};
use common::this_test;

const COUNT: u64 = if EMULATED { 30_011 } else { 300_007 };

/// Whether a method has to do for a pair, on every kernel and every file system.
fn must_do(method: Method, source: Kind, target: Kind) -> bool {
    match method {
        Method::Auto | Method::ReadWrite => true,
        Method::CopyFileRange => false,
        Method::Sendfile => {
            source == Kind::File && (target == Kind::Socket || target == Kind::File)
        }
        // Since Linux 6.5 every kind of file splices; before, a terminal may not.
        Method::Splice => !matches!(target, Kind::Appending | Kind::Terminal),
        _ => unreachable!(),
    }
}

#[test]
fn every_method_goes_between_every_two_ends_or_says_that_it_does_not() {
    let no_terminal = terminal::raw().is_none();
    if no_terminal {
        this_test!().skip("terminal", format_args!("this host has no terminals"));
    }
    for from in SOURCES {
        for to in TARGETS.iter().filter(|to| !no_terminal || to.kind != Kind::Terminal) {
            for method in ALL {
                let what = format!("{method:?} from {} to {}", from.name, to.name);
                let (source, feeder) = (from.open)(COUNT);
                let (target, came) = (to.open)();
                let (copied, arrived) = copied(&source, &target, method);
                drop(source);
                drop(target);
                feeder.join().unwrap();
                assert_eq!(came(), arrived, "{what}: it says that other bytes have arrived");
                match copied {
                    Ok(copied) => assert_eq!(copied, COUNT, "{what}"),
                    Err(error) => {
                        let errno = error.error().errno();
                        let no_way = matches!(
                            errno,
                            Errno::INVAL | Errno::BADF | Errno::XDEV | Errno::OPNOTSUPP
                        );
                        assert!(!must_do(method, from.kind, to.kind) && no_way, "{what}: {error}");
                    }
                }
            }
        }
    }
}

/// Copies in pieces that are unlike a page, and looks at what is told meanwhile.
fn copied(
    source: &OwnedFd,
    target: &OwnedFd,
    method: Method,
) -> (Result<u64, butter::copy::CopyError>, u64) {
    let mut last = 0;
    let copied =
        Copier::new(source, target).method(method).chunk_size(70_001).run_with_progress(|copied| {
            assert!(copied > last, "it tells {copied} after {last}");
            last = copied;
        });
    if copied.is_ok() {
        assert_eq!(copied, Ok(last));
    }
    let arrived = match &copied {
        Ok(copied) => *copied,
        Err(error) => error.copied(),
    };
    (copied, arrived)
}

/// How many bytes go through each method and each pair.
const VERY_MUCH: u64 = if EMULATED { 1 << 20 } else { 1 << 30 };
const MUCH: u64 = if EMULATED { 1 << 18 } else { 1 << 26 };

#[test]
fn a_gibibyte_goes_from_file_to_file_by_each_method() {
    let (count, mut place) = (MUCH + 1, 0);
    let from = pattern_file(count + 1_000_000);
    for method in ALL {
        for _ in 0..VERY_MUCH / MUCH {
            let to = files::anonymous();
            place = (place + 4_099) % 1_000_000;
            // SAFETY: touches no memory.
            assert!(unsafe { libc::lseek(from.as_raw_fd(), place as i64, libc::SEEK_SET) } >= 0);
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
            assert_eq!(check_file(&to, place), count, "{method:?}");
        }
    }
}

#[test]
fn gibibytes_are_relayed_between_pipes_and_sockets() {
    type Make = fn() -> (OwnedFd, OwnedFd);
    let kinds: [(&str, Make); 3] =
        [("pipe", || butter::pipe::pipe().unwrap()), ("unix", unix), ("TCP", tcp)];
    for method in [Method::Auto, Method::Splice, Method::ReadWrite] {
        for (from, source) in kinds {
            for (to, target) in kinds {
                let count = 2 * MUCH + 1;
                let (source, feeder) = written(source(), count);
                let (reader, writer) = target();
                let (target, came) = read((reader, nonblocking(writer)), Pace::Fast);
                let copied = Copier::new(&source, &target).method(method).run();
                assert_eq!(copied, Ok(count), "{method:?} from {from} to {to}");
                drop(target);
                feeder.join().unwrap();
                assert_eq!(came(), count, "{method:?} from {from} to {to}");
            }
        }
    }
}
