//! Tests that `Method::Auto` falls back to the next method if a method is not available. A method
//! that is set with `Copier::method` has no fallback.

use butter::Errno;
use butter::copy::{Copier, Method, copy};
use butter::error::Call;

use super::endpoints::{unix, with_writer};
use super::fd;
use common::files;
use common::inject::{inject, pretend};
use common::pattern::{check_file, pattern_file};
use common::test::in_row;

const COUNT: u64 = 100_003;

/// Copies a file with `Method::Auto`, and returns the method that was used last.
fn copy_file_automatically() -> Method {
    let to = files::anonymous();
    let (source, target) = (fd(&pattern_file(COUNT)), fd(&to));
    let mut copier = Copier::new(&source, &target);
    while copier.step().unwrap() > 0 {}
    assert_eq!((copier.copied(), check_file(&to, 0)), (COUNT, COUNT));
    copier.method_used()
}

#[test]
fn copier_falls_back_to_next_method_if_filter_denies_call() {
    for errno in [Errno::NOSYS, Errno::PERM] {
        inject(libc::SYS_copy_file_range, errno, || {
            assert_eq!(copy_file_automatically(), Method::Sendfile);
            inject(libc::SYS_sendfile, errno, || {
                assert_eq!(copy_file_automatically(), Method::ReadWrite)
            });
        });
    }
}

#[test]
fn copier_falls_back_to_next_method_if_endpoints_do_not_support_first_method() {
    const COMMON: [Errno; 3] = [Errno::INVAL, Errno::BADF, Errno::OPNOTSUPP];
    let only_copy_file_range =
        [Errno::XDEV, Errno::ISDIR, Errno::TXTBSY, Errno::IO, Errno::OVERFLOW];
    for errno in COMMON.into_iter().chain(only_copy_file_range) {
        inject(libc::SYS_copy_file_range, errno, || {
            assert_eq!(copy_file_automatically(), Method::Sendfile, "{errno}")
        });
    }
    inject(libc::SYS_copy_file_range, Errno::XDEV, || {
        for errno in COMMON.into_iter().chain([Errno::SPIPE]) {
            inject(libc::SYS_sendfile, errno, || {
                assert_eq!(copy_file_automatically(), Method::ReadWrite, "{errno}")
            });
        }
    });
}

#[test]
fn copier_falls_back_to_read_and_write_if_call_returns_0_before_end_of_file() {
    // In the first case, the filter denies only `accept`, which a copy does not call.
    for (denied, returns_0) in [
        (libc::SYS_accept, libc::SYS_copy_file_range),
        (libc::SYS_copy_file_range, libc::SYS_sendfile),
    ] {
        let to = files::anonymous();
        let (source, target) = (fd(&pattern_file(COUNT)), fd(&to));
        let mut copier = Copier::new(&source, &target).chunk_size(40_000);
        inject(denied, Errno::NOSYS, || {
            assert_eq!(copier.step(), Ok(40_000));
            pretend(returns_0, || while copier.step().unwrap() > 0 {});
        });
        assert_eq!(
            (copier.copied(), check_file(&to, 0), copier.method_used()),
            (COUNT, COUNT, Method::ReadWrite)
        );
    }
}

#[test]
fn copier_fails_with_eio_if_write_returns_0() {
    let (source, target) = (fd(&pattern_file(COUNT)), fd(&files::anonymous()));
    let mut copier = Copier::new(&source, &target).chunk_size(40_000);
    assert_eq!(copier.step(), Ok(40_000));
    let error = pretend(libc::SYS_copy_file_range, || {
        pretend(libc::SYS_write, || copier.step().unwrap_err())
    });
    assert_eq!((error.error().call(), error.error().errno()), (Call::WRITE, Errno::IO));
    assert_eq!((error.copied(), error.lost()), (40_000, 16 * 1024));
}

#[test]
fn copier_does_not_fall_back_if_method_is_set() {
    for (method, call, number) in [
        (Method::CopyFileRange, Call::COPY_FILE_RANGE, libc::SYS_copy_file_range),
        (Method::Sendfile, Call::SENDFILE, libc::SYS_sendfile),
        (Method::Splice, Call::SPLICE, libc::SYS_splice),
    ] {
        in_row(call, || {
            inject(number, Errno::NOSYS, || {
                let (source, target) = (fd(&pattern_file(1)), fd(&files::anonymous()));
                let error = Copier::new(&source, &target).method(method).run().unwrap_err();
                assert_eq!((error.error().call(), error.error().errno()), (call, Errno::NOSYS));
                assert_eq!((error.copied(), error.lost()), (0, 0));
            });
        });
    }
}

#[test]
fn copy_falls_back_to_read_and_write_if_pipe2_fails() {
    let to = files::anonymous();
    let (source, writer) = with_writer(unix(), COUNT);
    inject(libc::SYS_pipe2, Errno::MFILE, || {
        let error = Copier::new(&source, &fd(&to)).method(Method::Splice).run().unwrap_err();
        assert_eq!(
            (error.error().call(), error.error().errno(), error.lost()),
            (Call::PIPE2, Errno::MFILE, 0)
        );
        assert_eq!(copy(&source, fd(&to)), Ok(COUNT));
    });
    writer.join().unwrap();
    assert_eq!(check_file(&to, 0), COUNT);
}

#[test]
fn copier_does_not_fall_back_if_method_fails_after_first_byte() {
    for errno in [Errno::NOSPC, Errno::FBIG, Errno::DQUOT, Errno::IO] {
        // The first step succeeds with the first method. In the second step, the same method fails.
        let (source, target) = (fd(&pattern_file(COUNT)), fd(&files::anonymous()));
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
    // If every method fails before the first byte, the copy returns the error of the last method.
    let (source, target) = (fd(&pattern_file(1)), fd(&files::anonymous()));
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
