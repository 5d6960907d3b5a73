//! Ways that are barred: the next one is taken, unless the way was asked for.

use butter::Errno;
use butter::copy::{Copier, Method, copy};
use butter::error::Call;

use super::ends::{unix, written};
use super::fd;
use common::files;
use common::inject::{inject, pretend};
use common::pattern::{check_file, file_of};

const COUNT: u64 = 100_003;

/// Copies a file by itself, and tells the way.
fn way_of_a_file() -> Method {
    let to = files::anonymous();
    let (source, target) = (fd(&file_of(COUNT)), fd(&to));
    let mut copier = Copier::new(&source, &target);
    while copier.step().unwrap() > 0 {}
    assert_eq!((copier.copied(), check_file(&to, 0)), (COUNT, COUNT));
    copier.method_used()
}

#[test]
fn each_way_that_a_filter_bars_is_gone_round() {
    for errno in [Errno::NOSYS, Errno::PERM] {
        inject(libc::SYS_copy_file_range, errno, || {
            assert_eq!(way_of_a_file(), Method::Sendfile);
            inject(libc::SYS_sendfile, errno, || assert_eq!(way_of_a_file(), Method::ReadWrite));
        });
    }
}

#[test]
fn each_way_that_the_two_do_not_allow_is_gone_round() {
    const BOTH: [Errno; 3] = [Errno::INVAL, Errno::BADF, Errno::OPNOTSUPP];
    let ranges = [Errno::XDEV, Errno::ISDIR, Errno::TXTBSY, Errno::IO, Errno::OVERFLOW];
    for errno in BOTH.into_iter().chain(ranges) {
        inject(libc::SYS_copy_file_range, errno, || {
            assert_eq!(way_of_a_file(), Method::Sendfile, "{errno}")
        });
    }
    inject(libc::SYS_copy_file_range, Errno::XDEV, || {
        for errno in BOTH.into_iter().chain([Errno::SPIPE]) {
            inject(libc::SYS_sendfile, errno, || {
                assert_eq!(way_of_a_file(), Method::ReadWrite, "{errno}")
            });
        }
    });
}

#[test]
fn an_end_that_is_none_is_found_out() {
    for (barred, number) in [
        (libc::SYS_accept, libc::SYS_copy_file_range),
        (libc::SYS_copy_file_range, libc::SYS_sendfile),
    ] {
        let to = files::anonymous();
        let (source, target) = (fd(&file_of(COUNT)), fd(&to));
        let mut copier = Copier::new(&source, &target).chunk_size(40_000);
        inject(barred, Errno::NOSYS, || {
            assert_eq!(copier.step(), Ok(40_000));
            pretend(number, || while copier.step().unwrap() > 0 {});
        });
        assert_eq!(
            (copier.copied(), check_file(&to, 0), copier.method_used()),
            (COUNT, COUNT, Method::ReadWrite)
        );
    }
}

#[test]
fn a_target_that_takes_nothing_is_no_end() {
    let (source, target) = (fd(&file_of(COUNT)), fd(&files::anonymous()));
    let mut copier = Copier::new(&source, &target).chunk_size(40_000);
    assert_eq!(copier.step(), Ok(40_000));
    let error = pretend(libc::SYS_copy_file_range, || {
        pretend(libc::SYS_write, || copier.step().unwrap_err())
    });
    assert_eq!((error.error().call(), error.error().errno()), (Call::WRITE, Errno::IO));
    assert_eq!((error.copied(), error.lost()), (40_000, 16 * 1024));
}

#[test]
fn a_way_that_was_asked_for_is_not_left() {
    for (method, call, number) in [
        (Method::CopyFileRange, Call::COPY_FILE_RANGE, libc::SYS_copy_file_range),
        (Method::Sendfile, Call::SENDFILE, libc::SYS_sendfile),
        (Method::Splice, Call::SPLICE, libc::SYS_splice),
    ] {
        inject(number, Errno::NOSYS, || {
            let (source, target) = (fd(&file_of(1)), fd(&files::anonymous()));
            let error = Copier::new(&source, &target).method(method).run().unwrap_err();
            assert_eq!((error.error().call(), error.error().errno()), (call, Errno::NOSYS));
            assert_eq!((error.copied(), error.lost()), (0, 0));
        });
    }
}

#[test]
fn a_pipe_that_cannot_be_had_is_done_without() {
    let to = files::anonymous();
    let (source, feeder) = written(unix(), COUNT);
    inject(libc::SYS_pipe2, Errno::MFILE, || {
        let error = Copier::new(&source, &fd(&to)).method(Method::Splice).run().unwrap_err();
        assert_eq!(
            (error.error().call(), error.error().errno(), error.lost()),
            (Call::PIPE2, Errno::MFILE, 0)
        );
        assert_eq!(copy(&source, fd(&to)), Ok(COUNT));
    });
    feeder.join().unwrap();
    assert_eq!(check_file(&to, 0), COUNT);
}

#[test]
fn a_failure_of_the_copy_itself_is_not_hidden() {
    for errno in [Errno::NOSPC, Errno::FBIG, Errno::DQUOT, Errno::IO] {
        // The first step copies by the first method, which fails in the second.
        let (source, target) = (fd(&file_of(COUNT)), fd(&files::anonymous()));
        let mut copier = Copier::new(&source, &target).chunk_size(40_000);
        assert_eq!(copier.step(), Ok(40_000));
        let (call, number) = match copier.method_used() {
            Method::CopyFileRange => (Call::COPY_FILE_RANGE, libc::SYS_copy_file_range),
            _ => (Call::SENDFILE, libc::SYS_sendfile),
        };
        let error = inject(number, errno, || copier.step().unwrap_err());
        assert_eq!((error.error().call(), error.error().errno()), (call, errno));
        assert_eq!((error.copied(), error.lost()), (40_000, 0));
    }
    // Before the first byte, the error is that of the last method.
    let (source, target) = (fd(&file_of(1)), fd(&files::anonymous()));
    inject(libc::SYS_copy_file_range, Errno::NOSPC, || {
        inject(libc::SYS_sendfile, Errno::FBIG, || {
            inject(libc::SYS_write, Errno::DQUOT, || {
                let error = copy(&source, &target).unwrap_err();
                assert_eq!(
                    (error.error().call(), error.error().errno()),
                    (Call::WRITE, Errno::DQUOT)
                );
            });
        });
    });
}
