//! Copies of regular files that contain holes.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::os::fd::AsRawFd;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::Path;
use std::time::{Duration, Instant};

use butter::Errno;
use butter::copy::{Copier, Method, copy};

use super::{ALL_METHODS, fd};
use common::inject::inject;
use common::pattern::pattern;
use common::{files, require, this_test};

const DATA: usize = 1 << 16;
const HOLE: u64 = 1 << 20;
const SIZE: u64 = 3 * HOLE + 2 * DATA as u64;

/// Creates a file with a hole at its start, in its middle and at its end.
fn sparse() -> File {
    let file = files::anonymous();
    file.write_all_at(pattern(1, DATA), HOLE).unwrap();
    file.write_all_at(pattern(2, DATA), 2 * HOLE + DATA as u64).unwrap();
    file.set_len(SIZE).unwrap();
    file
}

fn contents(mut file: &File) -> Vec<u8> {
    let mut contents = Vec::new();
    file.rewind().unwrap();
    file.read_to_end(&mut contents).unwrap();
    contents
}

/// Returns the number of bytes that the file system has allocated to a file.
fn space(file: &File) -> u64 {
    file.metadata().unwrap().blocks() * 512
}

/// Returns whether the file system stores holes and reports them.
fn holes_are_stored() -> bool {
    let file = sparse();
    // SAFETY: touches no memory.
    let first = unsafe { libc::lseek(file.as_raw_fd(), 0, libc::SEEK_HOLE) };
    first == 0 && space(&file) < SIZE / 2
}

/// Returns whether the file system allocates space for zeros that are written to a file. A file
/// system that compresses data may not allocate space for zeros.
fn zeros_are_stored() -> bool {
    let file = files::anonymous();
    file.write_all_at(&vec![0; SIZE as usize], 0).unwrap();
    space(&file) >= SIZE
}

#[test]
fn copy_keeps_holes_with_every_method() {
    require!(holes_are_stored(), "the file system does not store or report holes");
    for method in ALL_METHODS {
        for chunk_size in [Copier::DEFAULT_CHUNK_SIZE, 10_000] {
            let (mut from, mut to) = (sparse(), files::anonymous());
            let (source, target) = (fd(&from), fd(&to));
            let copier = Copier::new(&source, &target).method(method).chunk_size(chunk_size);
            match copier.run() {
                Err(error) if method == Method::CopyFileRange && error.copied() <= HOLE => {
                    this_test!().skip("copy_file_range", format_args!("{error}"));
                    continue;
                }
                copied => assert_eq!(copied, Ok(SIZE), "{method:?}"),
            }
            assert!(
                contents(&to) == contents(&from),
                "{method:?}: the target differs from the source"
            );
            assert!(space(&to) <= space(&from) + 65_536, "{method:?}: {} bytes", space(&to));
            let positions = [&mut from, &mut to].map(|file| file.stream_position().unwrap());
            assert_eq!(positions, [SIZE; 2], "{method:?}");
        }
    }
}

#[test]
fn copier_fill_holes_writes_zeros_instead_of_holes() {
    let zeros_are_stored = zeros_are_stored();
    if !zeros_are_stored {
        this_test!().skip("space", format_args!("the file system allocates no space for zeros"));
    }
    for method in [Method::Auto, Method::Sendfile, Method::Splice, Method::ReadWrite] {
        let (from, to) = (sparse(), files::anonymous());
        let (source, target) = (fd(&from), fd(&to));
        let copied = Copier::new(&source, &target).method(method).fill_holes(true).run();
        assert_eq!(copied, Ok(SIZE), "{method:?}");
        assert!(contents(&to) == contents(&from), "{method:?}: the target differs from the source");
        assert!(!zeros_are_stored || space(&to) >= SIZE, "{method:?}: {} bytes", space(&to));
    }
}

#[test]
fn copy_of_hole_replaces_existing_data_of_target_with_zeros() {
    for method in [Method::Auto, Method::Sendfile, Method::Splice, Method::ReadWrite] {
        // The old data of the target ends before, within or after the last hole of the source.
        for old in [10, SIZE - HOLE / 2, SIZE + 100] {
            let (from, mut to) = (sparse(), files::anonymous());
            to.write_all(&vec![b'x'; old as usize]).unwrap();
            to.rewind().unwrap();
            assert_eq!(Copier::new(&fd(&from), &fd(&to)).method(method).run(), Ok(SIZE));
            let copied = contents(&to);
            let (copy, rest) = copied.split_at(SIZE as usize);
            assert!(
                *copy == contents(&from)[..],
                "{method:?} over {old} bytes: the target differs from the source"
            );
            let kept = old.saturating_sub(SIZE) as usize;
            assert_eq!(rest, vec![b'x'; kept], "{method:?} over {old} bytes");
        }
    }
}

#[test]
fn copy_of_hole_writes_zeros_if_file_system_does_not_support_holes() {
    for errno in [Errno::OPNOTSUPP, Errno::PERM, Errno::NXIO] {
        for number in [libc::SYS_lseek, libc::SYS_fallocate, libc::SYS_ftruncate] {
            let (from, to) = (sparse(), files::anonymous());
            to.write_all_at(&vec![b'x'; SIZE as usize / 2], 0).unwrap();
            let (source, target) = (fd(&from), fd(&to));
            assert_eq!(inject(number, errno, || copy(&source, &target)), Ok(SIZE));
            assert!(
                contents(&to) == contents(&from),
                "{number}, {errno}: the target differs from the source"
            );
        }
    }
}

#[test]
fn copier_stops_at_limit_if_limit_is_within_hole() {
    for method in [Method::Auto, Method::ReadWrite] {
        let (mut from, mut to) = (sparse(), files::anonymous());
        let limit = HOLE + DATA as u64 + 12_345;
        assert_eq!(Copier::new(&fd(&from), &fd(&to)).method(method).limit(limit).run(), Ok(limit));
        assert_eq!(to.metadata().unwrap().len(), limit);
        assert_eq!([&mut from, &mut to].map(|file| file.stream_position().unwrap()), [limit; 2]);
        // A second copy continues at the limit, which is within a hole.
        assert_eq!(copy(fd(&from), fd(&to)), Ok(SIZE - limit));
        assert!(contents(&to) == contents(&from), "{method:?}: the target differs from the source");
    }
}

#[test]
fn copy_of_hole_writes_zeros_if_target_is_not_a_regular_file() {
    let mut from = files::anonymous();
    from.set_len(10_000).unwrap();
    from.seek(SeekFrom::Start(1000)).unwrap();
    let (reader, writer) = butter::pipe::pipe().unwrap();
    assert_eq!(copy(fd(&from), &writer), Ok(9000));
    drop(writer);
    let mut received = Vec::new();
    common::file(reader).read_to_end(&mut received).unwrap();
    assert_eq!(received, [0; 9000]);
}

#[test]
fn copy_of_hole_appends_zeros_if_target_is_open_with_o_append() {
    let (from, named) = (sparse(), files::NamedFile::new());
    named.write_all_at(b"before", 0).unwrap();
    let to = File::options().append(true).open(named.path()).unwrap();
    assert_eq!(copy(fd(&from), fd(&to)), Ok(SIZE));
    let copied = contents(&named);
    assert!(copied[..6] == *b"before" && copied[6..] == contents(&from)[..]);
}

#[test]
fn copy_of_holes_of_one_tebibyte_takes_less_than_one_second() {
    const TEBIBYTE: u64 = 1 << 40;
    let memory = Path::new("/dev/shm");
    require!(memory.is_dir(), "/dev/shm does not exist");
    let directory = files::directory_in(memory);
    let create = |name| {
        let path = directory.path().join(name);
        File::options().read(true).write(true).create_new(true).open(path).unwrap()
    };
    for (number, method) in ALL_METHODS.into_iter().enumerate() {
        let (from, to) = (create(format!("from{number}")), create(format!("to{number}")));
        from.write_all_at(b"end", TEBIBYTE).unwrap();
        from.set_len(2 * TEBIBYTE).unwrap();
        let (source, target) = (fd(&from), fd(&to));
        let start = Instant::now();
        match Copier::new(&source, &target).method(method).run() {
            Err(error) if method == Method::CopyFileRange => {
                this_test!().skip("copy_file_range", format_args!("{error}"));
                continue;
            }
            copied => assert_eq!(copied, Ok(2 * TEBIBYTE), "{method:?}"),
        }
        assert!(start.elapsed() < Duration::from_secs(1), "{method:?}: {:?}", start.elapsed());
        assert!(space(&to) <= space(&from).max(65_536), "{method:?}: {} bytes", space(&to));
        assert_eq!(to.metadata().unwrap().len(), 2 * TEBIBYTE, "{method:?}");
        let mut end = [1; 5];
        to.read_exact_at(&mut end, TEBIBYTE - 1).unwrap();
        assert_eq!(end, *b"\0end\0", "{method:?}");
    }
}
