//! Copies between files of which at least one is open for direct I/O (`O_DIRECT`).

use std::fs::{File, OpenOptions};
use std::os::unix::fs::{FileExt, OpenOptionsExt};

use butter::Errno;
use butter::copy::{Copier, Method};
use butter::io::{StatusFlags, fcntl_getfl};

use super::{ALL_METHODS, fd};
use common::files::NamedFile;
use common::pattern::{check_file, pattern_file, write_pattern};
use common::{require, this_test};

/// A number of bytes that is not a multiple of any block size.
const COUNT: u64 = (1 << 20) + 5000;

fn open(named: &NamedFile, flags: i32) -> std::io::Result<File> {
    OpenOptions::new().read(true).write(true).custom_flags(flags).open(named.path())
}

/// Creates a named file that contains `count` bytes of the test pattern.
fn named(count: u64) -> NamedFile {
    let named = NamedFile::new();
    write_pattern(&*named, 0, count).unwrap();
    named
}

#[test]
fn copy_between_direct_io_files_copies_bytes_after_last_full_block() {
    let direct = libc::O_DIRECT;
    require!(open(&named(0), direct), "the file system does not support direct I/O");
    for method in ALL_METHODS {
        for (from_flags, to_flags) in [(direct, 0), (0, direct), (direct, direct)] {
            for limit in [u64::MAX, 5000, 8192] {
                let what =
                    format!("{method:?}, flags {from_flags:#x} and {to_flags:#x}, limit {limit}");
                let (from, to) = (named(COUNT), NamedFile::new());
                let source = common::fd(open(&from, from_flags).unwrap());
                let target = common::fd(open(&to, to_flags).unwrap());
                let copied = Copier::new(&source, &target).method(method).limit(limit).run();
                let expected = limit.min(COUNT);
                match copied {
                    Err(error) if method == Method::CopyFileRange && error.copied() == 0 => {
                        this_test!().skip("copy_file_range", format_args!("{error}"));
                    }
                    copied => {
                        assert_eq!(copied, Ok(expected), "{what}");
                        assert_eq!(check_file(&to, 0), expected, "{what}");
                    }
                }
                for (end, flags) in [(&source, from_flags), (&target, to_flags)] {
                    let is_direct = fcntl_getfl(end).unwrap().contains(StatusFlags::DIRECT);
                    assert_eq!(
                        is_direct,
                        flags != 0,
                        "{what}: the copy should not change O_DIRECT"
                    );
                }
            }
        }
    }
}

#[test]
fn copy_from_direct_io_file_to_append_only_file_or_socket_copies_all_bytes() {
    require!(open(&named(0), libc::O_DIRECT), "the file system does not support direct I/O");
    let from = named(COUNT);
    let open = || common::fd(open(&from, libc::O_DIRECT).unwrap());
    for method in [Method::Auto, Method::ReadWrite] {
        let to = NamedFile::new();
        let appending = OpenOptions::new().append(true).open(to.path()).unwrap();
        let copied = Copier::new(&open(), &fd(&appending)).method(method).run();
        assert_eq!((copied, check_file(&to, 0)), (Ok(COUNT), COUNT), "{method:?}");
    }
    for method in [Method::Auto, Method::Splice, Method::Sendfile, Method::ReadWrite] {
        let (target, arrived) =
            super::endpoints::with_reader(super::endpoints::unix(), super::endpoints::Pace::Fast);
        let copied = Copier::new(&open(), &target).method(method).run();
        drop(target);
        assert_eq!((copied, arrived()), (Ok(COUNT), COUNT), "{method:?}");
    }
}

#[test]
fn copy_from_stream_to_direct_io_file_copies_all_bytes() {
    require!(open(&named(0), libc::O_DIRECT), "the file system does not support direct I/O");
    for method in [Method::Auto, Method::Splice, Method::ReadWrite] {
        for make in [super::endpoints::unix, || butter::pipe::pipe().unwrap()] {
            let to = NamedFile::new();
            let target = common::fd(open(&to, libc::O_DIRECT).unwrap());
            let (source, feeder) = super::endpoints::with_writer(make(), COUNT);
            let copied = Copier::new(&source, &target).method(method).chunk_size(30_001).run();
            feeder.join().unwrap();
            assert_eq!((copied, check_file(&to, 0)), (Ok(COUNT), COUNT), "{method:?}");
        }
    }
}

#[test]
fn copy_to_unaligned_position_of_direct_io_file_copies_all_bytes() {
    require!(open(&named(0), libc::O_DIRECT), "the file system does not support direct I/O");
    for method in [Method::Auto, Method::ReadWrite] {
        let (from, to) = (pattern_file(COUNT), named(777));
        let mut target = open(&to, libc::O_DIRECT).unwrap();
        std::io::Seek::seek(&mut target, std::io::SeekFrom::Start(777)).unwrap();
        assert_eq!(Copier::new(&fd(&from), &fd(&target)).method(method).run(), Ok(COUNT));
        let mut byte = [0];
        to.read_exact_at(&mut byte, 777 + COUNT - 1).unwrap();
        assert_eq!(byte, common::pattern::pattern(COUNT - 1, 1), "{method:?}");
        assert_eq!(to.metadata().unwrap().len(), 777 + COUNT, "{method:?}");
    }
}

#[test]
fn copier_fails_with_einval_if_method_does_not_support_source_and_direct_io_target() {
    let (from, to) = (named(8192), NamedFile::new());
    require!(open(&to, libc::O_DIRECT), "the file system does not support direct I/O");
    let flags = libc::O_DIRECT | libc::O_APPEND;
    let (source, appending) = (fd(&from), common::fd(open(&to, flags).unwrap()));
    for method in [Method::Sendfile, Method::Splice] {
        let error = Copier::new(&source, &appending).method(method).run().unwrap_err();
        assert!(error.error().is(Errno::INVAL), "{method:?}: {error}");
    }
    let (reader, writer) = butter::pipe::pipe().unwrap();
    butter::io::write(&writer, b"bytes").unwrap();
    let target = common::fd(open(&to, libc::O_DIRECT).unwrap());
    let copier = Copier::new(&reader, &target).method(Method::CopyFileRange).limit(5);
    assert!(copier.run().unwrap_err().error().is(Errno::INVAL));
    assert_eq!(to.metadata().unwrap().len(), 0);
}
