//! Tests of the decoder of directory entries, with bytes that the kernel writes and with bytes that
//! the kernel never writes. The tests of the decoder with random bytes are in `tests/it/fs/dir.rs`.

use std::hash::Hasher;
use std::vec;
use std::vec::Vec;

use super::*;

/// Encodes an entry like the kernel: a NUL byte follows the name, and the entry is padded to a
/// multiple of 8 bytes. The kernel does not write the padding.
fn entry(inode: u64, offset: i64, d_type: u8, name: &[u8]) -> Vec<u8> {
    let length = (NAME_OFFSET + name.len() + 1).next_multiple_of(8);
    let mut bytes = Vec::new();
    bytes.extend_from_slice(&inode.to_ne_bytes());
    bytes.extend_from_slice(&offset.to_ne_bytes());
    bytes.extend_from_slice(&(length as u16).to_ne_bytes());
    bytes.push(d_type);
    bytes.extend_from_slice(name);
    bytes.push(0);
    bytes.resize(length, b'?');
    bytes
}

/// Returns an entry with the name "name" and another value in its length field.
fn entry_of_length(length: u16) -> Vec<u8> {
    let mut bytes = entry(1, 2, 8, b"name");
    bytes[16..18].copy_from_slice(&length.to_ne_bytes());
    bytes
}

#[test]
fn decode_entries_returns_no_entry_from_empty_buffer() {
    let mut entries = decode_entries(&[]);
    assert_eq!(entries.next(), None);
    assert_eq!(entries.rest(), b"");
}

#[test]
fn decode_entries_returns_entries_in_order_with_all_fields() {
    let bytes = [
        entry(u64::MAX, i64::MAX, 4, b"."),
        entry(0, -1, 0, b"a longer name"),
        entry(3, 0, 10, b"n\xFFme"),
    ]
    .concat();
    let mut entries = decode_entries(&bytes);
    let first = entries.next().unwrap();
    assert_eq!((first.inode(), first.offset().as_raw()), (u64::MAX, i64::MAX));
    assert_eq!((first.file_type(), first.name().as_bytes()), (FileType::Directory, &b"."[..]));
    assert_eq!(first.padded_name(), b".\0???");
    let second = entries.next().unwrap();
    assert_eq!((second.inode(), second.offset()), (0, DirOffset::from_raw(-1)));
    assert_eq!(
        (second.file_type(), second.name().as_bytes()),
        (FileType::Unknown, &b"a longer name"[..])
    );
    let third = entries.next().unwrap();
    assert_eq!((third.file_type(), third.name().as_bytes()), (FileType::Symlink, &b"n\xFFme"[..]));
    assert_eq!((entries.next(), entries.rest()), (None, &[][..]));
}

/// The tests with random bytes cover alignment as well, but Miri runs only the unit tests.
#[test]
fn size_hint_returns_the_number_of_the_smallest_entries_that_fit_the_buffer() {
    let smallest = &entry_of_length(19)[..19];
    for count in 0..4 {
        let bytes = smallest.repeat(count);
        let mut entries = decode_entries(&bytes);
        for remaining in (0..count).rev() {
            assert_eq!(entries.size_hint(), (0, Some(remaining + 1)));
            assert!(entries.next().is_some());
        }
        assert_eq!(entries.size_hint(), (0, Some(0)));
    }
}

#[test]
fn decode_entries_accepts_bytes_with_any_alignment() {
    let whole = [entry(7, 8, 1, b"first"), entry(9, 10, 2, b"second")].concat();
    for shift in 0..8 {
        let bytes = [vec![0; shift], whole.clone()].concat();
        let names: Vec<_> = decode_entries(&bytes[shift..]).map(|entry| entry.name()).collect();
        assert_eq!(names, ["first", "second"]);
    }
}

#[test]
fn decode_entries_stops_at_truncated_entry_and_rest_returns_its_bytes() {
    let bytes = [entry(1, 1, 8, b"whole"), entry(2, 2, 8, b"cut short")].concat();
    for cut in 0..bytes.len() {
        let mut entries = decode_entries(&bytes[..cut]);
        assert_eq!(entries.by_ref().count(), usize::from(cut >= 32));
        assert_eq!(entries.rest().len(), if cut >= 32 { cut - 32 } else { cut });
        assert_eq!(entries.next(), None, "the iterator should return no entry after it has ended");
    }
}

#[test]
fn decode_entries_stops_if_length_is_too_small_or_exceeds_buffer() {
    for length in [0, 1, 18, 25, 32, 0x7FFF, 0x8000, u16::MAX] {
        let bytes = entry_of_length(length);
        let mut entries = decode_entries(&bytes);
        assert_eq!(entries.next(), None, "{length}");
        assert_eq!(entries.next(), None, "{length}");
        assert_eq!(entries.rest(), bytes, "{length}");
    }
}

#[test]
fn name_ends_before_nul_byte_or_at_the_end_of_the_entry() {
    for (length, name) in [(19, ""), (20, "n"), (23, "name"), (24, "name")] {
        let bytes = entry_of_length(length);
        assert_eq!(decode_entries(&bytes).next().unwrap().name(), name);
    }
    for (bytes, name) in
        [(entry(1, 1, 8, b"a\0b\0"), "a"), (entry(1, 1, 8, b"\0"), ""), (entry(1, 1, 8, b""), "")]
    {
        let entry = decode_entries(&bytes).next().unwrap();
        assert_eq!(entry.name(), name);
        assert_eq!(NAME_OFFSET + entry.padded_name().len(), bytes.len());
    }
}

#[test]
fn until_nul_returns_the_bytes_before_the_first_nul_byte() {
    let most = if cfg!(miri) { 12 } else { 40 };
    for byte in [1, 0x7F, 0x80, 0x81, 0xFF] {
        for length in 0..=most {
            let whole = vec![byte; length];
            assert_eq!(until_nul(&whole), whole);
            for first in 0..length {
                let mut name = whole.clone();
                name[first] = 0;
                assert_eq!(until_nul(&name), &whole[..first]);
                for second in first..length {
                    name[second] = 0;
                    assert_eq!(until_nul(&name), &whole[..first]);
                }
            }
        }
    }
}

#[test]
fn file_type_is_returned_for_each_known_d_type() {
    for d_type in 0..=u8::MAX {
        let expected = match d_type {
            1 => FileType::Fifo,
            2 => FileType::CharacterDevice,
            4 => FileType::Directory,
            6 => FileType::BlockDevice,
            8 => FileType::RegularFile,
            10 => FileType::Symlink,
            12 => FileType::Socket,
            _ => FileType::Unknown,
        };
        let bytes = entry(1, 1, d_type, b"name");
        assert_eq!(decode_entries(&bytes).next().unwrap().file_type(), expected, "{d_type}");
    }
}

#[test]
fn is_dot_or_dotdot_returns_true_only_for_these_two_names() {
    for (name, expected) in
        [(".", true), ("..", true), ("", false), ("...", false), (".a", false), ("a", false)]
    {
        let bytes = entry(1, 1, 4, name.as_bytes());
        let entry = decode_entries(&bytes).next().unwrap();
        assert_eq!(
            (entry.is_dot_or_dotdot(), entry.to_owned().is_dot_or_dotdot()),
            (expected, expected)
        );
    }
}

#[test]
fn dir_entry_buf_is_equal_to_its_entry_and_has_same_debug_output() {
    let bytes = entry(5, 6, 12, b"n\xFFme");
    let entry = decode_entries(&bytes).next().unwrap();
    let owned = entry.to_owned();
    assert_eq!(owned, entry);
    assert_eq!(owned.clone(), owned);
    assert_eq!(
        (owned.inode(), owned.offset(), owned.file_type()),
        (5, entry.offset(), entry.file_type())
    );
    assert_eq!(owned.name(), entry.name());
    assert_eq!(format!("{owned:?}"), format!("{entry:?}"));
    assert_eq!(
        format!("{entry:?}"),
        r#"DirEntry { inode: 5, offset: DirOffset(6), file_type: Socket, name: "n\xffme" }"#
    );
}

/// Returns the hash of an entry with a hasher that always uses the same keys.
fn hash(entry: &impl Hash) -> u64 {
    let mut hasher = std::hash::DefaultHasher::new();
    entry.hash(&mut hasher);
    hasher.finish()
}

#[test]
fn dir_entries_are_equal_and_have_equal_hashes_only_if_all_fields_are_equal() {
    let bytes = entry(1, 2, 8, b"name");
    let mut padded = bytes.clone();
    padded[24 - 1] = 0;
    let same = [padded, entry(1, 2, 8, b"name")];
    let other = [
        entry(0, 2, 8, b"name"),
        entry(1, 0, 8, b"name"),
        entry(1, 2, 0, b"name"),
        entry(1, 2, 8, b"nam"),
    ];
    let first = |bytes| decode_entries(bytes).next().unwrap();
    assert!(same.iter().all(|same| first(same) == first(&bytes)));
    assert!(other.iter().all(|other| first(other) != first(&bytes)));
    let hashes = |bytes| [hash(&first(bytes)), hash(&first(bytes).to_owned())];
    assert!(same.iter().all(|same| hashes(same) == [hash(&first(&bytes)); 2]));
    assert!(other.iter().all(|other| !hashes(other).contains(&hash(&first(&bytes)))));
}

#[test]
fn entry_with_longest_name_has_dir_entry_size_max_bytes() {
    let name = [b'n'; PATH_MAX - 1];
    let bytes = entry(1, 1, 8, &name);
    assert_eq!((bytes.len(), DIR_ENTRY_SIZE_MAX), (4120, 4120));
    assert_eq!(decode_entries(&bytes).next().unwrap().name().as_bytes(), name);
}
