//! Tests of the file offset, the length and the allocated ranges of files.

use std::fs::File;

use butter::Errno;
use butter::fd::{AsFd, OwnedFd};
use butter::fs::{self, FallocateFlags, SeekFrom, raw};
use butter::memfd::MemFd;
use butter::mm::page_size;
use common::inject::supervise;
use common::pattern::{file_containing, pattern_bytes};
use common::test::supported;
use common::{files, require};

const HOLE: FallocateFlags = FallocateFlags::PUNCH_HOLE.union(FallocateFlags::KEEP_SIZE);

/// The size of a test file: whole blocks of any file system.
const SIZE: u64 = 1 << 18;

/// A quarter of the size of a test file.
const PART: u64 = SIZE / 4;

/// Creates a file of `SIZE` bytes of the test pattern, in the directory for temporary files.
fn patterned() -> (OwnedFd, Vec<u8>) {
    let bytes = pattern_bytes(SIZE as usize);
    (common::fd(file_containing(&bytes)), bytes)
}

fn contents(fd: &OwnedFd) -> Vec<u8> {
    let mut buffer = vec![0; 2 * SIZE as usize];
    fs::seek(fd, SeekFrom::Start(0)).unwrap();
    fs::read_to_end(fd, &mut buffer[..]).unwrap().to_vec()
}

fn size(fd: impl AsFd) -> u64 {
    fs::fstat(fd).unwrap().size()
}

/// Returns the number of allocated bytes.
fn allocated(fd: impl AsFd) -> u64 {
    fs::fstat(fd).unwrap().blocks() * 512
}

fn part(bytes: &[u8], number: u64) -> &[u8] {
    &bytes[(number * PART) as usize..][..PART as usize]
}

#[test]
fn seek_sets_the_file_offset_and_tell_returns_it() {
    let file = common::fd(file_containing(b"0123456789"));
    for (position, expected) in [
        (SeekFrom::Start(7), 7),
        (SeekFrom::Current(-3), 4),
        (SeekFrom::Current(2), 6),
        (SeekFrom::End(-1), 9),
        (SeekFrom::End(5), 15),
        (SeekFrom::Start(i64::MAX as u64 >> 20), i64::MAX as u64 >> 20),
        (SeekFrom::Hole(2), 10),
        (SeekFrom::Data(3), 3),
    ] {
        assert_eq!(fs::seek(&file, position), Ok(expected), "{position:?}");
        assert_eq!(fs::tell(&file), Ok(expected), "{position:?}");
    }
    let mut buffer = [0; 2];
    fs::read(&file, &mut buffer).unwrap();
    assert_eq!((&buffer, fs::tell(&file)), (b"34", Ok(5)));
    // All duplicates share the file offset.
    let duplicate = butter::io::fcntl_dupfd_cloexec(&file, 0).unwrap();
    fs::seek(&duplicate, SeekFrom::Start(1)).unwrap();
    assert_eq!(fs::tell(&file), Ok(1));
    // An error does not change the file offset.
    assert_eq!(fs::seek(&file, SeekFrom::Current(-2)).unwrap_err().errno(), Errno::INVAL);
    assert_eq!(fs::tell(&file), Ok(1));
}

#[test]
fn seek_finds_the_data_and_the_holes_of_a_sparse_file() {
    let (memfd, page) = (MemFd::new("sparse").unwrap(), page_size() as u64);
    fs::ftruncate(&memfd, 10 * page).unwrap();
    fs::write_all_at(&memfd, b"!", 3 * page + 5).unwrap();
    assert_eq!(fs::seek(&memfd, SeekFrom::Data(0)), Ok(3 * page));
    assert_eq!(fs::seek(&memfd, SeekFrom::Data(3 * page + 1)), Ok(3 * page + 1));
    assert_eq!(fs::seek(&memfd, SeekFrom::Hole(3 * page + 1)), Ok(4 * page));
    assert_eq!(fs::seek(&memfd, SeekFrom::Hole(0)), Ok(0));
    assert_eq!(fs::seek(&memfd, SeekFrom::Data(4 * page)).unwrap_err().errno(), Errno::NXIO);
    assert_eq!(fs::seek(&memfd, SeekFrom::Hole(10 * page)).unwrap_err().errno(), Errno::NXIO);
}

#[cfg(feature = "std")]
#[test]
fn seek_from_is_converted_from_the_type_of_std() {
    use std::io;
    for (position, expected) in [
        (io::SeekFrom::Start(u64::MAX), SeekFrom::Start(u64::MAX)),
        (io::SeekFrom::Current(-1), SeekFrom::Current(-1)),
        (io::SeekFrom::End(1), SeekFrom::End(1)),
    ] {
        assert_eq!(SeekFrom::from(position), expected);
    }
}

#[test]
fn ftruncate_discards_bytes_and_adds_zeros() {
    let file = common::fd(file_containing(b"0123456789"));
    fs::seek(&file, SeekFrom::Start(7)).unwrap();
    fs::ftruncate(&file, 3).unwrap();
    assert_eq!((size(&file), fs::tell(&file)), (3, Ok(7)));
    fs::ftruncate(&file, 5).unwrap();
    assert_eq!(contents(&file), b"012\0\0");
    fs::ftruncate(&file, 1 << 40).unwrap();
    assert_eq!(size(&file), 1 << 40);
}

/// Returns an empty memfd, and an empty file in the directory for temporary files, whose file
/// system may not support all modes.
fn empty_files() -> [OwnedFd; 2] {
    [MemFd::new("test").unwrap().into(), common::fd(files::anonymous())]
}

#[test]
fn fallocate_allocates_the_range_and_extends_the_file() {
    for file in empty_files() {
        require!(supported(fs::fallocate(&file, FallocateFlags::ALLOCATE_RANGE, PART, PART)));
        assert_eq!(size(&file), 2 * PART);
        assert!(allocated(&file) >= PART);
        assert!(contents(&file) == vec![0; 2 * PART as usize]);
    }
}

#[test]
fn fallocate_keep_size_allocates_after_the_end_of_the_file() {
    for file in empty_files() {
        require!(supported(fs::fallocate(&file, FallocateFlags::KEEP_SIZE, 0, SIZE)));
        assert_eq!(size(&file), 0);
        assert!(allocated(&file) >= SIZE);
    }
}

#[test]
fn fallocate_punch_hole_deallocates_the_range() {
    for file in empty_files() {
        let mut bytes = pattern_bytes(SIZE as usize);
        fs::write_all_at(&file, &bytes, 0).unwrap();
        let before = allocated(&file);
        require!(supported(fs::fallocate(&file, HOLE, PART, PART)));
        bytes[PART as usize..][..PART as usize].fill(0);
        assert!(contents(&file) == bytes);
        assert!(allocated(&file) < before);
        assert_eq!(fs::seek(&file, SeekFrom::Hole(0)), Ok(PART));
        assert_eq!(fs::seek(&file, SeekFrom::Data(PART)), Ok(2 * PART));
    }
}

#[test]
fn fallocate_zero_range_sets_the_range_to_zeros() {
    let (file, mut bytes) = patterned();
    bytes[PART as usize..][..PART as usize].fill(0);
    let mode = FallocateFlags::ZERO_RANGE;
    require!(supported(fs::fallocate(&file, mode, PART, PART)));
    assert!(contents(&file) == bytes);
    fs::fallocate(&file, mode | FallocateFlags::KEEP_SIZE, SIZE - PART, 2 * PART).unwrap();
    bytes[SIZE as usize - PART as usize..].fill(0);
    assert!(contents(&file) == bytes);
    fs::fallocate(&file, mode, SIZE - PART, 2 * PART).unwrap();
    assert_eq!(size(&file), SIZE + PART);
}

#[test]
fn fallocate_collapse_range_removes_the_range() {
    let (file, bytes) = patterned();
    require!(supported(fs::fallocate(&file, FallocateFlags::COLLAPSE_RANGE, PART, PART)));
    assert!(contents(&file) == [part(&bytes, 0), part(&bytes, 2), part(&bytes, 3)].concat());
}

#[test]
fn fallocate_insert_range_inserts_zeros() {
    let (file, bytes) = patterned();
    require!(supported(fs::fallocate(&file, FallocateFlags::INSERT_RANGE, PART, PART)));
    let expected = [part(&bytes, 0), &[0; PART as usize], &bytes[PART as usize..]].concat();
    assert!(contents(&file) == expected);
}

#[test]
fn fallocate_unshare_range_keeps_the_contents() {
    let (file, bytes) = patterned();
    require!(supported(fs::fallocate(&file, FallocateFlags::UNSHARE_RANGE, 0, SIZE)));
    assert!(contents(&file) == bytes);
}

#[test]
fn fallocate_write_zeroes_sets_the_range_to_zeros() {
    let (file, mut bytes) = patterned();
    bytes[PART as usize..][..PART as usize].fill(0);
    require!(supported(fs::fallocate(&file, FallocateFlags::WRITE_ZEROES, PART, PART)));
    assert!(contents(&file) == bytes);
}

#[test]
fn ftruncate_and_fallocate_are_repeated_if_interrupted_by_a_signal() {
    let (memfd, mode) = (MemFd::new("test").unwrap(), FallocateFlags::empty());
    for (number, allocates) in [(libc::SYS_ftruncate, false), (libc::SYS_fallocate, true)] {
        let mut count = 0;
        let interrupt_thrice = move |_| {
            count += 1;
            (count % 4 != 0).then_some(Errno::INTR)
        };
        let supervised = supervise(number, interrupt_thrice, || {
            if allocates {
                fs::fallocate(&memfd, mode, 0, SIZE).unwrap();
                raw::fallocate(memfd.as_fd(), mode, 0, SIZE)
            } else {
                fs::ftruncate(&memfd, SIZE / 2).unwrap();
                raw::ftruncate(memfd.as_fd(), SIZE / 2)
            }
        });
        let result = require!(supervised, "seccomp user notifications are unavailable");
        assert_eq!(result.unwrap_err().errno(), Errno::INTR);
    }
    assert_eq!(size(&memfd), SIZE);
}

#[test]
fn fallocate_requires_a_descriptor_that_is_open_for_writing() {
    let file = files::NamedFile::new();
    let read_only = common::fd(File::open(file.path()).unwrap());
    let error = fs::fallocate(&read_only, FallocateFlags::empty(), 0, 1).unwrap_err();
    assert_eq!(error.errno(), Errno::BADF);
}
