//! Files: where a copy begins and ends, and those that are not what they say.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::os::unix::fs::FileExt;

use butter::copy::{Copier, Method, copy};
use butter::error::ErrorKind;
use butter::{io, pipe};

use super::{ALL, fd};
use common::files;
use common::pattern::{check_file, pattern, pattern_file};

#[test]
fn a_copy_begins_where_the_files_stand_and_ends_at_its_limit() {
    for method in ALL {
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
fn a_limit_leaves_the_rest_in_the_source() {
    for method in [Method::Auto, Method::Splice, Method::ReadWrite] {
        for (reader, writer) in [pipe::pipe().unwrap(), super::ends::unix()] {
            let to = files::anonymous();
            io::write(&writer, b"as many as were asked for, and the rest").unwrap();
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
fn pieces_are_as_large_as_they_may_be() {
    for (piece, steps) in [(0, 10), (1, 10), (4, 3), (usize::MAX, 1), (isize::MAX as usize, 1)] {
        for method in [Method::Auto, Method::Sendfile, Method::Splice, Method::ReadWrite] {
            let (source, target) = (fd(&pattern_file(10)), fd(&files::anonymous()));
            let mut count = 0;
            let copier = Copier::new(&source, &target).method(method).chunk_size(piece);
            assert_eq!(copier.run_with_progress(|_| count += 1), Ok(10), "{method:?} by {piece}");
            assert_eq!(count, steps, "{method:?} by {piece}");
        }
    }
}

#[test]
fn nothing_is_an_answer() {
    for method in ALL {
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
fn a_target_beyond_its_end_gets_a_hole() {
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
fn a_source_that_grows_is_copied_further() {
    let (from, to) = (files::anonymous(), files::anonymous());
    let (source, target) = (fd(&from), fd(&to));
    let mut copier = Copier::new(&source, &target);
    assert_eq!(copier.step(), Ok(0));
    for (place, count) in [(0_u64, 1000), (1000, 5), (1005, 60_000)] {
        from.write_all_at(pattern(place, count), place).unwrap();
        assert_eq!(copier.step().map(|step| step > 0), Ok(true));
        while copier.step().unwrap() > 0 {}
        assert_eq!(copier.copied(), place + count as u64);
    }
    assert_eq!(check_file(&to, 0), 61_005);
}

#[test]
fn the_way_that_was_found_is_told() {
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
fn what_the_kernel_makes_up_is_copied_too() {
    for path in ["/proc/self/maps", "/proc/filesystems", "/proc/sys/kernel/osrelease"] {
        let expected = std::fs::read(path).unwrap();
        let (from, mut to) = (File::open(path).unwrap(), files::anonymous());
        assert_eq!(from.metadata().unwrap().len(), 0, "{path} says that it has no bytes");
        let copied = copy(fd(&from), fd(&to)).unwrap();
        let mut came = Vec::new();
        to.rewind().unwrap();
        to.read_to_end(&mut came).unwrap();
        assert_eq!(came.len() as u64, copied, "{path}");
        assert!(copied > 0 && (path == "/proc/self/maps" || came == expected), "{path}");
    }
}

#[test]
fn a_target_for_appending_is_written_to_at_its_end() {
    let mut named = files::NamedFile::new();
    named.write_all(b"before").unwrap();
    let to = OpenOptions::new().append(true).open(named.path()).unwrap();
    let (source, target) = (fd(&pattern_file(50_000)), fd(&to));
    let mut copier = Copier::new(&source, &target);
    while copier.step().unwrap() > 0 {}
    assert_eq!((copier.copied(), copier.method_used()), (50_000, Method::ReadWrite));
    let came = std::fs::read(named.path()).unwrap();
    assert!(came[..6] == *b"before" && came[6..] == *pattern(0, 50_000));
}

#[test]
fn parts_of_one_file_that_do_not_meet_are_copied() {
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
        let came = std::fs::read(named.path()).unwrap();
        assert!(
            came[..30_000] == *pattern(0, 30_000) && came[30_000..] == *pattern(0, 30_000),
            "{method:?}"
        );
    }
}
