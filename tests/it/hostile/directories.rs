//! Tests of directories with entries that only a hostile file system returns.

use std::time::{Duration, Instant};

use butter::Errno;
use butter::fs::{DIR_ENTRY_SIZE_MAX, Dir, DirOffset, FileType, read_entries};
use common::fuse::Dirent;

use super::{Fuse, with_fuse};

fn entry(offset: u64, name: impl Into<Vec<u8>>) -> Option<Dirent> {
    Some(Dirent { inode: u64::MAX, offset, kind: 8, name: name.into() })
}

/// Returns the errno of the first read of the root directory.
fn errno(fuse: &Fuse) -> Errno {
    read_entries(fuse.root(), &mut [0; DIR_ENTRY_SIZE_MAX]).unwrap_err().errno()
}

#[test]
fn dir_returns_names_up_to_the_longest_name_of_the_kernel() {
    with_fuse(|fuse| {
        const LENGTHS: [usize; 7] = [255, 256, 700, 1000, 1024, 4000, 4095];
        fuse.server
            .set_entries(|offset| entry(offset + 1, vec![b'n'; *LENGTHS.get(offset as usize)?]));
        let (root, mut buffer) = (fuse.root(), [0; DIR_ENTRY_SIZE_MAX]);
        let mut reader = Dir::new(&root, &mut buffer);
        for length in LENGTHS {
            match reader.next() {
                Some(Ok(entry)) => assert_eq!(entry.name().as_bytes(), vec![b'n'; length]),
                // Older kernels reject names in a FUSE file system that are longer than 1,024
                // bytes, or request at most one page of entries.
                None => assert_eq!(length, 4095),
                Some(Err(error)) => {
                    assert_eq!((error.errno(), length), (Errno::IO, 4000));
                    break;
                }
            }
        }
        assert!(reader.next().is_none());

        // An entry that does not fit the buffer remains the next entry.
        let (root, mut small) = (fuse.root(), [0; 280]);
        let mut reader = Dir::new(&root, &mut small);
        for length in [255, 256] {
            assert_eq!(reader.next().unwrap().unwrap().name().as_bytes().len(), length);
        }
        assert_eq!(reader.next().unwrap().unwrap_err().errno(), Errno::INVAL);
        assert!(reader.next().is_none());
        let mut reader = Dir::new(&root, &mut buffer);
        assert_eq!(reader.next().unwrap().unwrap().name().as_bytes().len(), 700);
    });
}

/// The server returns the same entry with the same offset repeatedly. Each call returns, and makes
/// at most one system call.
#[test]
fn dir_returns_each_entry_of_an_endless_directory_without_blocking() {
    with_fuse(|fuse| {
        for entries in [(|_| entry(1, "same")) as fn(u64) -> _, |offset| {
            entry(offset.wrapping_add(1 << 40) & i64::MAX as u64, format!("{offset}"))
        }] {
            fuse.server.set_entries(entries);
            let (root, mut buffer) = (fuse.root(), [0; 4096]);
            let mut reader = Dir::new(&root, &mut buffer);
            let before = fuse.server.readdirs();
            for _ in 0..100_000 {
                assert_eq!(reader.next().unwrap().unwrap().inode(), u64::MAX);
            }
            let requests = fuse.server.readdirs() - before;
            assert!((500..5000).contains(&requests), "{requests}");
            let started = Instant::now();
            assert!(read_entries(&root, &mut [0; 1 << 16]).unwrap().count() > 50);
            assert!(started.elapsed() < Duration::from_secs(10));
            #[cfg(feature = "alloc")]
            assert_eq!(butter::fs::ReadDir::new(&root).take(10_000).count(), 10_000);
        }
    });
}

#[test]
fn dir_returns_extreme_offsets_and_seek_fails_if_the_offset_is_negative() {
    with_fuse(|fuse| {
        fuse.server.set_entries(|offset| match offset {
            0 => entry(i64::MAX as u64, "first"),
            0x7FFF_FFFF_FFFF_FFFF => entry(u64::MAX, "second"),
            _ => None,
        });
        let (root, mut buffer) = (fuse.root(), [0; 4096]);
        let mut reader = Dir::new(&root, &mut buffer);
        let first = reader.next().unwrap().unwrap().offset();
        let second = reader.next().unwrap().unwrap().offset();
        assert_eq!([first, second], [i64::MAX, -1].map(DirOffset::from_raw));
        assert!(reader.next().is_none());
        assert_eq!(reader.seek(second).unwrap_err().errno(), Errno::INVAL);
        assert!(reader.next().is_none());
        reader.seek(first).unwrap();
        assert_eq!(reader.next().unwrap().unwrap().name(), "second");
    });
}

#[test]
fn dir_fails_with_eio_if_a_name_is_empty_or_contains_a_slash() {
    with_fuse(|fuse| {
        fuse.server.set_entries(|offset| entry(offset + 1, ""));
        assert_eq!(errno(fuse), Errno::IO);
        fuse.server.set_entries(|offset| entry(offset + 1, "a/b"));
        assert_eq!(errno(fuse), Errno::IO);
        fuse.server.set_entries(|offset| entry(offset + 1, "../passwd"));
        assert_eq!(errno(fuse), Errno::IO);
    });
}

/// The kernel does not check names for NUL bytes.
#[test]
fn name_ends_before_a_nul_byte_that_the_server_returns() {
    with_fuse(|fuse| {
        fuse.server.set_entries(|offset| match offset {
            0 => entry(1, *b"a\0b"),
            1 => entry(2, *b"\0"),
            2 => entry(3, *b".."),
            3 => entry(4, *b"."),
            4 => entry(5, *b"."),
            _ => None,
        });
        let (root, mut buffer) = (fuse.root(), [0; 4096]);
        let entries = read_entries(&root, &mut buffer).unwrap();
        assert!(entries.map(|entry| entry.name()).eq(["a", "", "..", ".", "."]));
    });
}

#[test]
fn file_type_is_unknown_if_the_server_returns_an_unknown_type() {
    with_fuse(|fuse| {
        fuse.server.set_entries(|offset| {
            let kind = offset as u8;
            (offset < 16).then(|| Dirent { inode: 0, offset: offset + 1, kind, name: vec![b'n'] })
        });
        let (root, mut buffer) = (fuse.root(), [0; 4096]);
        let types: Vec<_> =
            read_entries(&root, &mut buffer).unwrap().map(|entry| entry.file_type()).collect();
        let known = [1, 2, 4, 6, 8, 10, 12];
        assert!(
            (0..16).all(|kind| (types[kind] != FileType::Unknown) == known.contains(&kind)),
            "{types:?}"
        );
    });
}
