//! Tests that check the error, the number of copied bytes and the number of lost bytes if a copy
//! fails.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek};

use butter::copy::{Copier, Method, copy};
use butter::error::{Call, ErrorKind};
use butter::fd::OwnedFd;
use butter::{Errno, io, pipe};

use super::endpoints::{tcp, unix};
use super::{ALL_METHODS, EMULATED, fd};
use common::child::{in_child, in_user_namespace};
use common::files;
use common::inject::pretend;
use common::pattern::{check_file, pattern, pattern_file};
use common::require;
use common::test::in_row;
use common::this_test;

const COUNT: u64 = if EMULATED { 1_000_000 } else { 8_000_000 };

#[test]
fn copier_fails_with_epipe_or_econnreset_and_reports_copied_bytes_if_reader_is_closed() {
    type Create = fn() -> (OwnedFd, OwnedFd);
    let kinds: [(&str, Create); 3] =
        [("pipe", || pipe::pipe().unwrap()), ("unix socket", unix), ("TCP socket", tcp)];
    for (kind, create) in kinds {
        for method in [Method::Auto, Method::Sendfile, Method::Splice, Method::ReadWrite] {
            in_row(format_args!("{method:?} to a {kind}"), || {
                // The hole makes the file larger than all buffers between `target` and `reader`.
                let (mut from, (reader, target)) = (pattern_file(100_000), create());
                from.set_len(1 << 32).unwrap();
                let mut reader = common::file(reader);
                let reading = std::thread::spawn(move || {
                    let mut buffer = vec![0; 100_000];
                    let result = reader.read_exact(&mut buffer);
                    assert!(
                        buffer[..50_000] == *pattern(0, 50_000)
                            && buffer[50_000..] == *pattern(50_000, 50_000)
                    );
                    result
                });
                let error = Copier::new(&fd(&from), &target)
                    .method(method)
                    .chunk_size(1 << 20)
                    .run()
                    .unwrap_err();
                drop(target);
                let received = reading.join();
                if method == Method::Sendfile && kind == "pipe" && error.error().is(Errno::INVAL) {
                    let reason = "sendfile does not support a pipe as target before Linux 5.12";
                    return this_test!().skip("sendfile to a pipe", format_args!("{reason}"));
                }
                received.unwrap().unwrap();
                let errno = error.error().errno();
                assert!(
                    errno == Errno::PIPE || kind != "pipe" && errno == Errno::CONNRESET,
                    "{error}"
                );
                // If a system call fails after it has moved bytes, the call returns the number of
                // moved bytes. A TCP socket accepts more bytes than the reader reads.
                assert!(error.copied() >= 100_000 || method == Method::Sendfile, "{error}");
                assert_eq!(from.stream_position().unwrap(), error.copied() + error.lost());
                let start = format!("{}: {errno}", error.error().call());
                assert!(error.to_string().starts_with(&start), "{error}");
            });
        }
    }
}

#[test]
fn copier_fails_with_econnreset_if_tcp_peer_resets_connection() {
    for method in [Method::Auto, Method::Splice, Method::ReadWrite] {
        let (source, peer) = tcp();
        // If a peer closes a TCP socket that contains unread data, the kernel resets the
        // connection.
        io::write(&source, b"unread").unwrap();
        let (mut first_byte, peer) = ([0], common::file(peer));
        while (&peer).read(&mut first_byte).unwrap() == 0 {}
        drop(peer);
        let to = files::anonymous();
        let error = Copier::new(&source, &fd(&to)).method(method).run().unwrap_err();
        assert_eq!(
            (error.error().errno(), error.copied(), error.lost()),
            (Errno::CONNRESET, 0, 0),
            "{method:?}"
        );
        assert_eq!(error.error().kind(), ErrorKind::ConnectionReset, "{method:?}");
    }
}

#[test]
fn copier_fails_with_enospc_on_full_device() {
    for method in [Method::Auto, Method::ReadWrite] {
        let full = common::fd(OpenOptions::new().write(true).open("/dev/full").unwrap());
        let mut from = pattern_file(COUNT);
        let error = Copier::new(&fd(&from), &full).method(method).run().unwrap_err();
        assert_eq!(
            (error.error().call(), error.error().errno()),
            (Call::WRITE, Errno::NOSPC),
            "{method:?}"
        );
        assert_eq!(
            (error.copied(), error.lost()),
            (0, from.stream_position().unwrap()),
            "{method:?}"
        );
    }
}

#[test]
fn copier_step_fails_with_epipe_and_number_of_lost_bytes_if_target_has_no_reader() {
    for method in [Method::Auto, Method::Splice, Method::ReadWrite] {
        let ((source, writer), (target, reader)) = (unix(), unix());
        // Without a reader, the bytes that the copy reads from `source` cannot be written to
        // `target`.
        drop(reader);
        let mut copier = Copier::new(&source, &target).method(method);
        for sent in ["first", "and another"] {
            io::write(&writer, sent.as_bytes()).unwrap();
            let error = copier.step().unwrap_err();
            assert_eq!(
                (error.error().errno(), error.copied()),
                (Errno::PIPE, 0),
                "{method:?}: {error}"
            );
            assert_eq!(error.lost(), sent.len() as u64, "{method:?}: {error}");
            let counts = format!("(after 0 bytes, with {} more read and lost)", sent.len());
            assert_eq!(error.to_string(), format!("{} {counts}", error.error()));
        }
    }
}

#[test]
fn copier_fails_with_eio_if_splice_returns_0_before_end_of_stream() {
    let ((source, writer), (_reader, target)) = (pipe::pipe().unwrap(), pipe::pipe().unwrap());
    io::write(&writer, b"more").unwrap();
    let copier = || Copier::new(&source, &target).method(Method::Splice);
    let error = pretend(libc::SYS_splice, || copier().run()).unwrap_err();
    assert_eq!(
        (error.error().call(), error.error().errno(), error.lost()),
        (Call::SPLICE, Errno::IO, 0)
    );
    drop(writer);
    assert_eq!(copier().run(), Ok(4));
    assert_eq!(
        pretend(libc::SYS_splice, || copier().run()),
        Ok(0),
        "the copy should return 0 at end of file"
    );
}

#[test]
fn copy_fails_with_eisdir_if_source_is_a_directory() {
    let directory = common::fd(File::open("/").unwrap());
    let error = copy(&directory, fd(&files::anonymous())).unwrap_err();
    assert_eq!((error.error().call(), error.error().errno()), (Call::READ, Errno::ISDIR));
}

#[test]
fn copy_fails_with_errno_of_read_if_source_cannot_be_read() {
    // The first page of the address space is not mapped, so reading `/proc/self/mem` at offset 0
    // fails.
    let memory = common::fd(File::open("/proc/self/mem").unwrap());
    let error = copy(&memory, fd(&files::anonymous())).unwrap_err();
    assert_eq!((error.error().errno(), error.copied(), error.lost()), (Errno::IO, 0, 0));

    let write_only = files::NamedFile::new();
    let write_only = common::fd(OpenOptions::new().write(true).open(write_only.path()).unwrap());
    let error = copy(&write_only, fd(&files::anonymous())).unwrap_err();
    assert_eq!((error.error().call(), error.error().errno()), (Call::READ, Errno::BADF));
}

#[test]
fn copier_fails_with_efbig_at_file_size_limit() {
    const LIMIT: u64 = 1_000_003;
    in_child(|| {
        let from = pattern_file(2 * LIMIT);
        butter::signal::ignore(butter::signal::Signal::XFSZ).unwrap();
        let limit = libc::rlimit { rlim_cur: LIMIT, rlim_max: LIMIT };
        // SAFETY: reads one struct.
        assert_eq!(unsafe { libc::setrlimit(libc::RLIMIT_FSIZE, &raw const limit) }, 0);
        for method in ALL_METHODS {
            let (mut from, to) = (from.try_clone().unwrap(), files::anonymous());
            from.rewind().unwrap();
            let error = Copier::new(&fd(&from), &fd(&to)).method(method).run().unwrap_err();
            if error.error().errno() == Errno::XDEV && method == Method::CopyFileRange {
                continue;
            }
            assert_eq!(
                (error.error().errno(), error.copied()),
                (Errno::FBIG, LIMIT),
                "{method:?}: {error}"
            );
            assert_eq!(check_file(&to, 0), LIMIT, "{method:?}");
            assert_eq!(from.stream_position().unwrap(), LIMIT + error.lost(), "{method:?}");
        }
    });
}

#[test]
fn copier_fails_with_enospc_on_full_file_system() {
    require!(
        in_user_namespace(|| {
            let directory = files::directory();
            require!(
                common::child::mount_tmpfs(directory.path(), 1 << 20),
                "no file system can be mounted"
            );
            let from = pattern_file(3 << 20);
            for method in ALL_METHODS {
                for name in ["first", "second"] {
                    let (mut from, path) = (from.try_clone().unwrap(), directory.path().join(name));
                    from.rewind().unwrap();
                    let to = File::options()
                        .read(true)
                        .write(true)
                        .create_new(true)
                        .open(&path)
                        .unwrap();
                    let error = Copier::new(&fd(&from), &fd(&to)).method(method).run().unwrap_err();
                    if error.error().errno() != Errno::XDEV || method != Method::CopyFileRange {
                        assert_eq!(error.error().errno(), Errno::NOSPC, "{method:?}: {error}");
                        assert!(error.copied() > 500_000, "{method:?}: {error}");
                    }
                    assert_eq!(check_file(&to, 0), error.copied(), "{method:?}");
                    assert_eq!(
                        from.stream_position().unwrap(),
                        error.copied() + error.lost(),
                        "{method:?}"
                    );
                    std::fs::remove_file(&path).unwrap();
                }
            }
        }),
        "the host does not permit user namespaces (sysctl, security module or seccomp)"
    );
}
