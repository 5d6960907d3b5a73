//! Copies of files: file offsets, limits, chunks, pseudo-files and append-only files.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::os::unix::fs::FileExt;

use butter::copy::{Copier, Method, copy};
use butter::error::ErrorKind;
use butter::{io, pipe};

use super::{ALL_METHODS, fd};
use common::files;
use common::pattern::{check_file, pattern, pattern_file};

#[test]
fn copier_starts_at_file_offsets_and_stops_at_limit() {
    for method in ALL_METHODS {
        let (mut from, mut to) = (pattern_file(200_000), files::anonymous());
        to.write_all(&[b'.'; 10]).unwrap();
        from.seek(SeekFrom::Start(1000)).unwrap();
        to.seek(SeekFrom::Start(5)).unwrap();
        let (source, target) = (fd(&from), fd(&to));
        let copier = Copier::new(&source, &target).method(method).limit(100_000);
        match copier.run() {
            Err(error)
                if method == Method::CopyFileRange
                    && error.error().kind() == ErrorKind::Unsupported =>
            {
                continue;
            }
            copied => assert_eq!(copied, Ok(100_000), "{method:?}"),
        }
        assert_eq!(
            (from.stream_position().unwrap(), to.stream_position().unwrap()),
            (101_000, 100_005),
            "{method:?}"
        );
        let mut copied = Vec::new();
        to.rewind().unwrap();
        to.read_to_end(&mut copied).unwrap();
        assert!(copied[..5] == [b'.'; 5] && copied.len() == 100_005, "{method:?}");
        assert!(
            copied[5..50_005] == *pattern(1000, 50_000)
                && copied[50_005..] == *pattern(51_000, 50_000),
            "{method:?}"
        );
    }
}

#[test]
fn copier_leaves_bytes_after_limit_in_source() {
    for method in [Method::Auto, Method::Splice, Method::ReadWrite] {
        for (reader, writer) in [pipe::pipe().unwrap(), super::endpoints::unix()] {
            let to = files::anonymous();
            io::write(&writer, b"the twenty-five requested, and the rest").unwrap();
            assert_eq!(
                Copier::new(&reader, &fd(&to)).method(method).limit(25).run(),
                Ok(25),
                "{method:?}"
            );
            assert_eq!(io::bytes_available(&reader), Ok(14), "{method:?}");
            assert_eq!(Copier::new(&reader, &fd(&to)).method(method).limit(0).run(), Ok(0));
        }
    }
}

#[test]
fn copier_chunk_size_determines_number_of_steps() {
    for (chunk_size, steps) in [(0, 10), (1, 10), (4, 3), (usize::MAX, 1), (isize::MAX as usize, 1)]
    {
        for method in [Method::Auto, Method::Sendfile, Method::Splice, Method::ReadWrite] {
            let (source, target) = (fd(&pattern_file(10)), fd(&files::anonymous()));
            let mut count = 0;
            let copier = Copier::new(&source, &target).method(method).chunk_size(chunk_size);
            let case = format!("{method:?} in chunks of {chunk_size}");
            assert_eq!(copier.run_with_progress(|_| count += 1), Ok(10), "{case}");
            assert_eq!(count, steps, "{case}");
        }
    }
}

#[test]
fn copy_returns_0_if_source_is_at_end_of_file() {
    for method in ALL_METHODS {
        let (source, target) = (fd(&pattern_file(0)), fd(&pattern_file(0)));
        assert_eq!(Copier::new(&source, &target).method(method).run(), Ok(0), "{method:?}");
    }
    let target = fd(&pattern_file(0));
    let (reader, _) = pipe::pipe().unwrap();
    assert_eq!(copy(&reader, &target), Ok(0));
    let mut beyond = pattern_file(10);
    beyond.seek(SeekFrom::Start(1 << 40)).unwrap();
    assert_eq!(copy(fd(&beyond), &target), Ok(0));
}

#[test]
fn copy_creates_hole_if_file_offset_of_target_is_beyond_end_of_file() {
    for method in [Method::Auto, Method::Sendfile, Method::Splice, Method::ReadWrite] {
        let mut to = files::anonymous();
        to.seek(SeekFrom::Start(1 << 33)).unwrap();
        assert_eq!(Copier::new(&fd(&pattern_file(5)), &fd(&to)).method(method).run(), Ok(5));
        let mut copied = [1; 10];
        to.read_exact_at(&mut copied, (1 << 33) - 5).unwrap();
        assert!(copied[..5] == [0; 5] && copied[5..] == *pattern(0, 5), "{method:?}");
        assert_eq!(to.metadata().unwrap().len(), (1 << 33) + 5, "{method:?}");
    }
}

#[test]
fn copier_step_continues_if_source_grows_after_step_returned_0() {
    let (from, to) = (files::anonymous(), files::anonymous());
    let (source, target) = (fd(&from), fd(&to));
    let mut copier = Copier::new(&source, &target);
    assert_eq!(copier.step(), Ok(0));
    for (offset, count) in [(0_u64, 1000), (1000, 5), (1005, 60_000)] {
        from.write_all_at(pattern(offset, count), offset).unwrap();
        assert_eq!(copier.step().map(|step| step > 0), Ok(true));
        while copier.step().unwrap() > 0 {}
        assert_eq!(copier.copied(), offset + count as u64);
    }
    assert_eq!(check_file(&to, 0), 61_005);
}

#[test]
fn copier_method_used_returns_the_automatically_selected_method() {
    let (source, target) = (fd(&pattern_file(100)), fd(&files::anonymous()));
    let mut copier = Copier::new(&source, &target);
    while copier.step().unwrap() > 0 {}
    let expected = Copier::new(&fd(&pattern_file(1)), &fd(&files::anonymous()))
        .method(Method::CopyFileRange)
        .run();
    if expected.is_ok() {
        assert_eq!(copier.method_used(), Method::CopyFileRange);
    }
    let (reader, writer) = pipe::pipe().unwrap();
    io::write(&writer, b"!").unwrap();
    drop(writer);
    let mut copier = Copier::new(&reader, &target);
    while copier.step().unwrap() > 0 {}
    assert_eq!(copier.method_used(), Method::Splice);
}

#[test]
fn copy_reads_proc_files_that_report_size_0() {
    for path in ["/proc/self/maps", "/proc/filesystems", "/proc/sys/kernel/osrelease"] {
        let expected = std::fs::read(path).unwrap();
        let (from, mut to) = (File::open(path).unwrap(), files::anonymous());
        assert_eq!(from.metadata().unwrap().len(), 0, "{path} should report size 0");
        let copied = copy(fd(&from), fd(&to)).unwrap();
        let mut content = Vec::new();
        to.rewind().unwrap();
        to.read_to_end(&mut content).unwrap();
        assert_eq!(content.len() as u64, copied, "{path}");
        // The content of `/proc/self/maps` can change between the first read and the copy.
        assert!(copied > 0 && (path == "/proc/self/maps" || content == expected), "{path}");
    }
}

#[test]
fn copier_appends_to_target_opened_with_o_append() {
    let mut named = files::NamedFile::new();
    named.write_all(b"before").unwrap();
    let to = OpenOptions::new().append(true).open(named.path()).unwrap();
    let (source, target) = (fd(&pattern_file(50_000)), fd(&to));
    let mut copier = Copier::new(&source, &target);
    while copier.step().unwrap() > 0 {}
    assert_eq!((copier.copied(), copier.method_used()), (50_000, Method::ReadWrite));
    let content = std::fs::read(named.path()).unwrap();
    assert!(content[..6] == *b"before" && content[6..] == *pattern(0, 50_000));
}

#[test]
fn copier_copies_between_disjoint_ranges_of_one_file() {
    for method in [Method::Auto, Method::Sendfile, Method::Splice, Method::ReadWrite] {
        let named = files::NamedFile::new();
        named.write_all_at(pattern(0, 30_000), 0).unwrap();
        let (from, mut to) = (
            File::open(named.path()).unwrap(),
            OpenOptions::new().write(true).open(named.path()).unwrap(),
        );
        to.seek(SeekFrom::Start(30_000)).unwrap();
        assert_eq!(
            Copier::new(&fd(&from), &fd(&to)).method(method).limit(30_000).run(),
            Ok(30_000),
            "{method:?}"
        );
        let content = std::fs::read(named.path()).unwrap();
        assert!(
            content[..30_000] == *pattern(0, 30_000) && content[30_000..] == *pattern(0, 30_000),
            "{method:?}"
        );
    }
}
