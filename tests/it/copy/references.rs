//! Copies from a file to a pipe or socket. The file changes before the reader reads the data.

use std::fs::File;
use std::io::Read;
use std::os::fd::AsRawFd;
use std::os::unix::fs::FileExt;
use std::path::Path;

use butter::copy::{Copier, Method};
use butter::fd::OwnedFd;
use butter::pipe;

use super::endpoints::{tcp, unix};
use super::fd;
use common::pattern::{check, pattern, pattern_file};
use common::test::in_row;
use common::{files, require, this_test};

/// A number of bytes that each target accepts even if no reader reads.
const COUNT: u64 = 20_000;

/// A function that creates a pipe or a pair of sockets, and returns the read end and the write end.
type Make = fn() -> (OwnedFd, OwnedFd);

const TARGETS: [(&str, Make); 3] =
    [("pipe", || pipe::pipe().unwrap()), ("unix socket", unix), ("TCP socket", tcp)];

type Change = fn(&File);

/// Changes of the source file, which must not affect the data that the reader receives.
const CHANGES: [(&str, Change); 3] = [
    ("overwrite", |source| source.write_all_at(&[0; COUNT as usize], 0).unwrap()),
    ("truncate", |source| source.set_len(100).unwrap()),
    ("punch a hole", |source| {
        let mode = libc::FALLOC_FL_PUNCH_HOLE | libc::FALLOC_FL_KEEP_SIZE;
        // SAFETY: touches no memory. A file system that does not support holes changes nothing.
        unsafe { libc::fallocate(source.as_raw_fd(), mode, 0, COUNT as i64) };
    }),
];

#[test]
fn copy_from_file_is_unaffected_if_file_is_changed_before_data_is_read() {
    for method in [Method::Auto, Method::ReadWrite] {
        for (kind, target) in TARGETS {
            for (change, apply) in CHANGES {
                in_row(format_args!("{method:?} to a {kind}, {change}"), || {
                    let (source, (reader, target)) = (pattern_file(COUNT), target());
                    let copied = Copier::new(&fd(&source), &target).method(method).run();
                    assert_eq!(copied, Ok(COUNT));
                    apply(&source);
                    drop(target);
                    assert_eq!(check(common::file(reader), 0, usize::MAX), COUNT);
                });
            }
        }
    }
}

#[test]
fn copy_from_file_on_tmpfs_is_unaffected_if_file_is_truncated_before_data_is_read() {
    let memory = Path::new("/dev/shm");
    require!(memory.is_dir(), "/dev/shm does not exist");
    let directory = files::directory_in(memory);
    for (kind, target) in TARGETS {
        in_row(kind, || {
            let path = directory.path().join("source");
            std::fs::write(&path, pattern(0, COUNT as usize)).unwrap();
            let source = File::options().read(true).write(true).open(&path).unwrap();
            let (reader, target) = target();
            assert_eq!(butter::copy::copy(fd(&source), &target), Ok(COUNT));
            source.set_len(0).unwrap();
            drop(target);
            assert_eq!(check(common::file(reader), 0, usize::MAX), COUNT);
        });
    }
}

#[test]
fn copier_with_sendfile_or_splice_passes_later_changes_of_file_to_pipe() {
    // The pipe receives references to the pages of the file, so the reader sees later changes.
    // `Method::Auto` therefore selects neither `sendfile` nor `splice` for a copy from a file to a
    // pipe.
    for method in [Method::Sendfile, Method::Splice] {
        let (source, (reader, target)) = (pattern_file(100), pipe::pipe().unwrap());
        match Copier::new(&fd(&source), &target).method(method).run() {
            Err(error) if method == Method::Sendfile && error.copied() == 0 => {
                let reason = "sendfile does not support a pipe as target before Linux 5.12";
                this_test!().skip("sendfile", format_args!("{reason}: {error}"));
                continue;
            }
            copied => assert_eq!(copied, Ok(100), "{method:?}"),
        }
        source.write_all_at(&[b'.'; 100], 0).unwrap();
        let mut received = [0; 100];
        common::file(reader).read_exact(&mut received).unwrap();
        if received[..] == *pattern(0, 100) {
            let reason = "the file system copies the data instead of passing references";
            this_test!().skip(&format!("{method:?}"), format_args!("{reason}"));
            continue;
        }
        assert_eq!(received, [b'.'; 100], "{method:?}");
    }
}

#[test]
fn copier_method_auto_splices_only_from_pipes_and_stream_sockets() {
    for (kind, make) in TARGETS {
        in_row(kind, || {
            let (source, writer) = make();
            butter::io::write(&writer, b"bytes").unwrap();
            drop(writer);
            let (_reader, target) = pipe::pipe().unwrap();
            let mut copier = Copier::new(&source, &target);
            assert_eq!((copier.step(), copier.method_used()), (Ok(5), Method::Splice));

            let source = fd(&pattern_file(5));
            let (_reader, target) = make();
            let mut copier = Copier::new(&source, &target);
            assert_eq!((copier.step(), copier.method_used()), (Ok(5), Method::ReadWrite));
        });
    }
}
