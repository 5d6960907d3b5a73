//! Copies that fail on the way: what had arrived, what was lost, and why.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek};

use butter::copy::{Copier, Method, copy};
use butter::error::Call;
use butter::fd::OwnedFd;
use butter::{Errno, io, pipe};

use super::ends::{tcp, unix};
use super::{ALL, EMULATED, fd};
use common::child::{in_child, in_user_namespace};
use common::files;
use common::inject::pretend;
use common::pattern::{check_file, file_of, pattern};
use common::require;
use common::this_test;

const COUNT: u64 = if EMULATED { 1_000_000 } else { 8_000_000 };

#[test]
fn a_reader_that_goes_away_is_told_with_what_had_arrived() {
    type Make = fn() -> (OwnedFd, OwnedFd);
    let kinds: [(&str, Make); 3] =
        [("pipe", || pipe::pipe().unwrap()), ("unix socket", unix), ("TCP socket", tcp)];
    for (kind, make) in kinds {
        for method in [Method::Auto, Method::Sendfile, Method::Splice, Method::ReadWrite] {
            let what = format!("{method:?} to a {kind}");
            // More than all that is between the two ends takes: a hole follows.
            let (mut from, (reader, target)) = (file_of(100_000), make());
            from.set_len(1 << 32).unwrap();
            let mut reader = common::file(reader);
            let reading = std::thread::spawn(move || {
                let mut room = vec![0; 100_000];
                let came = reader.read_exact(&mut room);
                assert!(
                    room[..50_000] == *pattern(0, 50_000)
                        && room[50_000..] == *pattern(50_000, 50_000)
                );
                came
            });
            let error = Copier::new(&fd(&from), &target)
                .method(method)
                .chunk_size(1 << 20)
                .run()
                .unwrap_err();
            drop(target);
            let came = reading.join();
            if method == Method::Sendfile && kind == "pipe" && error.error().is(Errno::INVAL) {
                let reason = "before Linux 5.12 sendfile takes no pipe for a target";
                this_test!().skip("sendfile to a pipe", format_args!("{reason}"));
                continue;
            }
            came.unwrap().unwrap();
            let errno = error.error().errno();
            assert!(
                errno == Errno::PIPE || kind != "pipe" && errno == Errno::CONNRESET,
                "{what}: {error}"
            );
            // What a call has moved that failed in the middle, it says; a TCP socket takes more than is ever read.
            assert!(error.copied() >= 100_000 || method == Method::Sendfile, "{what}: {error}");
            assert_eq!(from.stream_position().unwrap(), error.copied() + error.lost(), "{what}");
            let told = format!("{}: {errno}", error.error().call());
            assert!(error.to_string().starts_with(&told), "{what}: {error}");
        }
    }
}

#[test]
fn a_writer_that_goes_away_is_told() {
    for method in [Method::Auto, Method::Splice, Method::ReadWrite] {
        let (source, theirs) = tcp();
        // What it never reads is there when it goes.
        io::write(&source, b"unread").unwrap();
        let (mut readable, at) = ([0; 6], common::file(theirs));
        while (&at).read(&mut readable[..1]).unwrap() == 0 {}
        drop(at);
        let to = files::anonymous();
        let error = Copier::new(&source, &fd(&to)).method(method).run().unwrap_err();
        assert_eq!(
            (error.error().errno(), error.copied(), error.lost()),
            (Errno::CONNRESET, 0, 0),
            "{method:?}"
        );
    }
}

#[test]
fn a_device_that_is_full_says_so() {
    for method in [Method::Auto, Method::ReadWrite] {
        let full = common::fd(OpenOptions::new().write(true).open("/dev/full").unwrap());
        let mut from = file_of(COUNT);
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
fn what_was_lost_stays_lost_and_the_copy_may_go_on() {
    for method in [Method::Auto, Method::Splice, Method::ReadWrite] {
        let ((source, writer), (target, reader)) = (unix(), unix());
        // The bytes read from the source cannot be written.
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
            let told = error.to_string();
            assert!(
                told.ends_with(&format!("after 0 bytes, with {} more read and lost", sent.len())),
                "{told}"
            );
        }
    }
}

#[test]
fn a_target_that_takes_nothing_is_not_the_end() {
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
    assert_eq!(pretend(libc::SYS_splice, || copier().run()), Ok(0), "nothing is left");
}

#[test]
fn a_directory_has_no_bytes() {
    let directory = common::fd(File::open("/").unwrap());
    let error = copy(&directory, fd(&files::anonymous())).unwrap_err();
    assert_eq!((error.error().call(), error.error().errno()), (Call::READ, Errno::ISDIR));
}

#[test]
fn a_source_that_cannot_be_read_says_so() {
    // The first page of a program is never there.
    let memory = common::fd(File::open("/proc/self/mem").unwrap());
    let error = copy(&memory, fd(&files::anonymous())).unwrap_err();
    assert_eq!((error.error().errno(), error.copied(), error.lost()), (Errno::IO, 0, 0));

    let write_only = files::NamedFile::new();
    let write_only = common::fd(OpenOptions::new().write(true).open(write_only.path()).unwrap());
    let error = copy(&write_only, fd(&files::anonymous())).unwrap_err();
    assert_eq!((error.error().call(), error.error().errno()), (Call::READ, Errno::BADF));
}

#[test]
fn the_largest_file_that_is_allowed_ends_a_copy() {
    const LIMIT: u64 = 1_000_003;
    in_child(|| {
        let from = file_of(2 * LIMIT);
        butter::signal::ignore(butter::signal::Signal::XFSZ).unwrap();
        let limit = libc::rlimit { rlim_cur: LIMIT, rlim_max: LIMIT };
        // SAFETY: reads one struct.
        assert_eq!(unsafe { libc::setrlimit(libc::RLIMIT_FSIZE, &raw const limit) }, 0);
        for method in ALL {
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
fn a_file_system_that_is_full_ends_a_copy() {
    require!(
        in_user_namespace(|| {
            let place = files::directory();
            require!(
                common::child::mount_tmpfs(place.path(), 1 << 20),
                "no file system can be mounted"
            );
            let from = file_of(3 << 20);
            for method in ALL {
                for name in ["first", "second"] {
                    let (mut from, path) = (from.try_clone().unwrap(), place.path().join(name));
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
        "this machine does not let the process have a user namespace"
    );
}
