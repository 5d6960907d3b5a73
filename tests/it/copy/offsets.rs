//! Tests of `copy_file_range` and `sendfile` with and without offset arguments. If the caller
//! passes an offset, the system call advances that offset instead of the file offset.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

use butter::copy::raw::{copy_file_range, sendfile};
use butter::fd::AsFd;

use super::fd;
use common::files;
use common::pattern::{pattern, pattern_file};
use common::require;
use common::test::supported;

const COUNT: usize = 1000;
/// The file offsets of the source and the target before a call.
const POSITIONS: (u64, u64) = (100, 30);
/// The offsets in the source and the target that are passed to a call.
const OFFSETS: (u64, u64) = (4000, 70);

/// Creates a source file and a target file with the file offsets in `POSITIONS`.
fn files() -> (File, File) {
    let (mut from, mut to) = (pattern_file(10_000), files::anonymous());
    from.seek(SeekFrom::Start(POSITIONS.0)).unwrap();
    to.seek(SeekFrom::Start(POSITIONS.1)).unwrap();
    (from, to)
}

/// Checks that the bytes at `from` were copied to `to`, that no other bytes were written, and that
/// the file offsets are `positions`.
fn check((from, to): (u64, u64), (mut source, mut target): (File, File), positions: (u64, u64)) {
    let actual = (source.stream_position().unwrap(), target.stream_position().unwrap());
    assert_eq!(actual, positions, "file offsets");
    let mut content = Vec::new();
    target.rewind().unwrap();
    target.read_to_end(&mut content).unwrap();
    let (before, copied) = content.split_at(to as usize);
    assert!(
        before.iter().all(|byte| *byte == 0) && *copied == *pattern(from, COUNT),
        "the target should contain only the copied bytes"
    );
}

#[test]
fn copy_file_range_advances_passed_offsets_or_else_file_offsets() {
    let moved = COUNT as u64;
    for (with_from, with_to) in [(true, true), (true, false), (false, true), (false, false)] {
        let (from, to) = files();
        let (mut from_offset, mut to_offset) =
            (with_from.then_some(OFFSETS.0), with_to.then_some(OFFSETS.1));
        let starts = (from_offset.unwrap_or(POSITIONS.0), to_offset.unwrap_or(POSITIONS.1));
        let (source, target) = (fd(&from), fd(&to));
        let copied = copy_file_range(
            source.as_fd(),
            from_offset.as_mut(),
            target.as_fd(),
            to_offset.as_mut(),
            COUNT,
        );
        assert_eq!(require!(supported(copied)), COUNT);
        assert_eq!(from_offset, with_from.then_some(OFFSETS.0 + moved));
        assert_eq!(to_offset, with_to.then_some(OFFSETS.1 + moved));
        let position =
            |with_offset, position| if with_offset { position } else { position + moved };
        check(
            starts,
            (from, to),
            (position(with_from, POSITIONS.0), position(with_to, POSITIONS.1)),
        );
    }
}

#[test]
fn sendfile_advances_passed_offset_or_else_file_offset() {
    let moved = COUNT as u64;
    for offset in [Some(OFFSETS.0), None] {
        let (from, to) = files();
        let (source, target) = (fd(&from), fd(&to));
        let mut from_offset = offset;
        assert_eq!(
            sendfile(target.as_fd(), source.as_fd(), from_offset.as_mut(), COUNT),
            Ok(COUNT)
        );
        assert_eq!(from_offset, offset.map(|offset| offset + moved));
        let position = if offset.is_some() { POSITIONS.0 } else { POSITIONS.0 + moved };
        check(
            (offset.unwrap_or(POSITIONS.0), POSITIONS.1),
            (from, to),
            (position, POSITIONS.1 + moved),
        );
    }
}

#[test]
fn sendfile_returns_0_and_leaves_offset_unchanged_at_end_of_file() {
    const END: u64 = 10_000;
    let (from, to) = files();
    let (source, target) = (fd(&from), fd(&to));
    let mut offset = END;
    assert_eq!(sendfile(target.as_fd(), source.as_fd(), Some(&mut offset), COUNT), Ok(0));
    assert_eq!(offset, END);
    assert_eq!(to.metadata().unwrap().len(), 0);
}
