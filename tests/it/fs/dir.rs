//! Tests of reading directories. The tests with a hostile FUSE server are in
//! `tests/it/hostile/directories.rs`.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::CString;
use std::fs::{self, File};
use std::mem::offset_of;
use std::os::unix::fs::{DirEntryExt, MetadataExt, symlink};
use std::os::unix::net::UnixListener;
use std::path::Path;

use butter::Errno;
use butter::fd::{AsFd, OwnedFd};
use butter::fs::{DIR_ENTRY_SIZE_MAX, Dir, DirOffset, FileType, decode_entries, raw, read_entries};
use common::child::in_child;
use common::inject::{forge, supervise};
use common::{files, require};
use proptest::prelude::*;

fn open(path: &Path) -> OwnedFd {
    common::fd(File::open(path).unwrap())
}

/// Creates empty files with these names.
fn create(directory: &Path, names: impl IntoIterator<Item = String>) {
    for name in names {
        File::create(directory.join(name)).unwrap();
    }
}

/// Returns the names that a reader returns until its end, without `.` and `..`.
fn names(reader: &mut Dir<'_, &OwnedFd>) -> Vec<Vec<u8>> {
    let mut names = Vec::new();
    while let Some(entry) = reader.next() {
        let entry = entry.unwrap();
        if !entry.is_dot_or_dotdot() {
            names.push(entry.name().as_bytes().to_vec());
        }
    }
    names
}

#[test]
fn dir_returns_the_name_inode_and_type_of_each_file() {
    let directory = files::directory();
    let path = directory.path();
    File::create(path.join("file")).unwrap();
    fs::create_dir(path.join("directory")).unwrap();
    symlink("file", path.join("link")).unwrap();
    let _listener = UnixListener::bind(path.join("socket")).unwrap();
    let fifo = CString::new(common::bytes(&path.join("fifo"))).unwrap();
    // SAFETY: the kernel reads the path.
    assert_eq!(unsafe { libc::mkfifo(fifo.as_ptr(), 0o600) }, 0);
    let expected: BTreeMap<_, _> = [
        ("directory", FileType::Directory),
        ("fifo", FileType::Fifo),
        ("file", FileType::RegularFile),
        ("link", FileType::Symlink),
        ("socket", FileType::Socket),
        (".", FileType::Directory),
        ("..", FileType::Directory),
    ]
    .into();

    let (fd, mut buffer) = (open(path), [0; 4096]);
    let mut reader = Dir::new(&fd, &mut buffer);
    let mut seen = BTreeMap::new();
    while let Some(entry) = reader.next() {
        let entry = entry.unwrap();
        let name = entry.name().as_str().unwrap().to_owned();
        assert_eq!(entry.is_dot_or_dotdot(), [".", ".."].contains(&name.as_str()));
        if name != ".." {
            let inode = fs::symlink_metadata(path.join(&name)).unwrap().ino();
            assert_eq!(entry.inode(), inode, "{name}");
        }
        // File systems may return `DT_UNKNOWN`.
        let found = match entry.file_type() {
            FileType::Unknown => expected[name.as_str()],
            known => known,
        };
        assert!(seen.insert(name, found).is_none());
    }
    assert!(seen.iter().map(|(name, found)| (name.as_str(), *found)).eq(expected));
    assert!(reader.next().is_none());
}

#[test]
fn dir_returns_the_types_of_devices() {
    let (fd, mut buffer) = (open(Path::new("/dev")), [0; 4096]);
    let mut reader = Dir::new(&fd, &mut buffer);
    while let Some(entry) = reader.next() {
        let entry = entry.unwrap();
        if entry.name() == "null" {
            return assert_eq!(entry.file_type(), FileType::CharacterDevice);
        }
    }
    panic!("/dev/null is missing");
}

#[test]
fn read_entries_returns_the_same_entries_as_std_and_none_at_the_end() {
    let path = Path::new("/proc/self/fdinfo").parent().unwrap();
    let expected: BTreeMap<_, _> = fs::read_dir(path)
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| (common::bytes(entry.file_name().as_ref()).to_vec(), entry.ino()))
        .collect();
    let fd = open(path);
    let mut buffer = [0; 1024];
    let mut seen = BTreeMap::new();
    loop {
        let mut entries = read_entries(&fd, &mut buffer).unwrap();
        let before = seen.len();
        for entry in entries.by_ref().filter(|entry| !entry.is_dot_or_dotdot()) {
            seen.insert(entry.name().as_bytes().to_vec(), entry.inode());
        }
        assert_eq!(entries.rest(), b"");
        if seen.len() == before {
            break;
        }
    }
    assert!(seen.keys().eq(expected.keys()));
    assert_eq!(read_entries(&fd, &mut buffer).unwrap().count(), 0);
}

#[test]
fn dir_returns_names_of_all_lengths_and_any_bytes() {
    let directory = files::directory();
    let mut expected: BTreeSet<Vec<u8>> = (1..=255).map(|length| vec![b'n'; length]).collect();
    expected.insert((1..=255).filter(|&byte| byte != b'/').collect());
    for name in &expected {
        let name: &std::ffi::OsStr = std::os::unix::ffi::OsStrExt::from_bytes(name);
        File::create(directory.path().join(name)).unwrap();
    }
    let fd = open(directory.path());
    // 280 bytes are the size of an entry with a name of 255 bytes.
    for size in [280, 281, 1000, DIR_ENTRY_SIZE_MAX, 1 << 16] {
        let mut buffer = vec![0; size];
        let mut reader = Dir::new(&fd, &mut buffer);
        reader.rewind().unwrap();
        let seen = names(&mut reader);
        assert_eq!(seen.len(), expected.len(), "{size}");
        assert!(seen.into_iter().collect::<BTreeSet<_>>() == expected, "{size}");
    }
}

#[test]
fn rewind_returns_to_the_start_and_seek_continues_after_the_entry() {
    let directory = files::directory();
    create(directory.path(), (0..200).map(|number| format!("{number}")));
    let (fd, mut buffer) = (open(directory.path()), [0; 512]);
    let mut reader = Dir::new(&fd, &mut buffer);
    let mut all = Vec::new();
    while let Some(entry) = reader.next() {
        let entry = entry.unwrap();
        all.push((entry.name().as_bytes().to_vec(), entry.offset()));
    }
    assert_eq!(all.len(), 202);

    reader.rewind().unwrap();
    for (name, _) in &all[..50] {
        assert_eq!(reader.next().unwrap().unwrap().name(), name.as_slice());
    }
    reader.rewind().unwrap();
    assert_eq!(reader.next().unwrap().unwrap().name(), all[0].0.as_slice());
    for at in [0, 100, 3, 200] {
        reader.seek(all[at].1).unwrap();
        assert_eq!(reader.next().unwrap().unwrap().name(), all[at + 1].0.as_slice());
    }
    reader.seek(all[201].1).unwrap();
    assert!(reader.next().is_none());
    // A `seek` that fails does not discard the entries in the buffer.
    reader.seek(all[0].1).unwrap();
    assert_eq!(reader.next().unwrap().unwrap().name(), all[1].0.as_slice());
    let error = reader.seek(DirOffset::from_raw(-1)).unwrap_err();
    assert_eq!(error.errno(), Errno::INVAL);
    assert_eq!(reader.next().unwrap().unwrap().name(), all[2].0.as_slice());
}

#[test]
fn dir_returns_none_after_an_error_until_rewind_succeeds() {
    let (fd, mut small, mut buffer) = (open(Path::new("/")), [0; 23], [0; 280]);
    let mut reader = Dir::new(&fd, &mut small);
    assert_eq!(reader.next().unwrap().unwrap_err().errno(), Errno::INVAL);
    assert!(reader.next().is_none());
    reader.rewind().unwrap();
    assert_eq!(reader.next().unwrap().unwrap_err().errno(), Errno::INVAL);
    // The entry that did not fit the buffer is the next entry of another reader.
    assert!(Dir::new(reader.into_fd(), &mut buffer).next().unwrap().is_ok());

    let file = common::fd(files::anonymous());
    let mut reader = Dir::new(&file, &mut buffer);
    assert_eq!(reader.next().unwrap().unwrap_err().errno(), Errno::NOTDIR);
    assert!(reader.next().is_none());
}

#[test]
fn dir_and_read_entries_retry_if_interrupted_by_a_signal() {
    let fd = open(Path::new("/"));
    let mut interrupted = 0;
    let interrupt_thrice = move |_| {
        interrupted += 1;
        (interrupted % 4 != 0).then_some(Errno::INTR)
    };
    let supervised = supervise(libc::SYS_getdents64, interrupt_thrice, || {
        let mut buffer = [0; 4096];
        assert!(read_entries(&fd, &mut buffer).unwrap().count() > 2);
        let mut reader = Dir::new(&fd, &mut buffer);
        reader.rewind().unwrap();
        assert!(reader.next().unwrap().is_ok());
        let result = raw::getdents64(fd.as_fd(), &mut buffer);
        assert_eq!(result.unwrap_err().errno(), Errno::INTR);
    });
    require!(supervised, "seccomp user notifications are unavailable");
}

/// The kernel never returns such a count, but a tracer or a seccomp filter can.
#[test]
fn dir_fails_with_eio_if_the_returned_count_or_entry_is_invalid() {
    in_child(|| {
        let fd = open(Path::new("/"));
        let forged: [fn([usize; 6]) -> isize; 5] = [
            |[_, _, size, ..]| size as isize + 1,
            |_| isize::MAX,
            |_| isize::MIN,
            // The length of the first entry is 0.
            |_| 1,
            |_| 256,
        ];
        for result in forged {
            forge(libc::SYS_getdents64, result, || {
                let mut buffer = [0; 256];
                let mut reader = Dir::new(&fd, &mut buffer);
                assert_eq!(reader.next().unwrap().unwrap_err().errno(), Errno::IO);
                assert!(reader.next().is_none());
                if let Ok(mut entries) = read_entries(&fd, &mut buffer) {
                    assert_eq!(entries.next(), None);
                }
            });
        }
    });
}

#[test]
fn dir_debug_output_contains_the_number_of_unread_bytes() {
    let directory = files::directory();
    let (fd, mut buffer) = (open(directory.path()), [0; 280]);
    let mut reader = Dir::new(&fd, &mut buffer);
    let expected = |unread| format!("Dir {{ fd: {fd:?}, unread_bytes: {unread}, .. }}");
    assert_eq!(format!("{reader:?}"), expected(0));
    reader.next().unwrap().unwrap();
    assert_eq!(format!("{reader:?}"), expected(24));
}

#[cfg(feature = "alloc")]
#[test]
fn read_dir_returns_the_entries_of_dir() {
    use butter::fs::ReadDir;
    let directory = files::directory();
    create(directory.path(), (0..2000).map(|number| format!("a longer name {number}")));
    let (fd, mut buffer) = (open(directory.path()), [0; 4096]);
    let mut owned = ReadDir::new(&fd);
    let entries: Vec<_> = owned.by_ref().map(Result::unwrap).collect();
    assert!(owned.next().is_none());
    let expected = format!("ReadDir {{ fd: {:?}, unread_bytes: 0, .. }}", &fd);
    assert_eq!(format!("{owned:?}"), expected);
    let mut reader = Dir::new(&fd, &mut buffer);
    reader.rewind().unwrap();
    for entry in &entries {
        assert_eq!(*entry, reader.next().unwrap().unwrap());
    }
    assert_eq!((entries.len(), reader.next().is_none()), (2002, true));

    let mut failing = ReadDir::new(common::fd(files::anonymous()));
    assert_eq!(failing.next().unwrap().unwrap_err().errno(), Errno::NOTDIR);
    assert!(failing.next().is_none());
}

/// `Dir` makes as many system calls as a loop of `read_entries`, and on a file system that fills
/// the buffer, one call for each 1,023 entries of 32 bytes, and one at the end.
#[test]
fn dir_makes_one_system_call_per_full_buffer() {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    let directory = files::directory();
    create(directory.path(), (0..10_000).map(|number| format!("{number:06}")));
    let (fd, mut buffer) = (open(directory.path()), vec![0; 32 << 10]);
    let (mut reads, mut sizes) = (0, Vec::new());
    loop {
        let entries = read_entries(&fd, &mut buffer).unwrap();
        reads += 1;
        sizes.push(entries.rest().len());
        if entries.count() == 0 {
            break;
        }
    }
    let calls = Arc::new(AtomicUsize::new(0));
    let counter = calls.clone();
    let count = move |_| {
        counter.fetch_add(1, Ordering::Relaxed);
        None
    };
    let mut reader = Dir::new(&fd, &mut buffer);
    reader.rewind().unwrap();
    let seen = supervise(libc::SYS_getdents64, count.clone(), || {
        let seen = names(&mut reader).len();
        assert!(reader.next().is_none(), "the reader should not return entries after its end");
        seen
    });
    assert_eq!(require!(seen, "seccomp user notifications are unavailable"), 10_000);
    assert_eq!(calls.swap(0, Ordering::Relaxed), reads);
    #[cfg(feature = "alloc")]
    {
        reader.rewind().unwrap();
        let seen = supervise(libc::SYS_getdents64, count, || butter::fs::ReadDir::new(&fd).count());
        assert_eq!((seen.unwrap(), calls.load(Ordering::Relaxed)), (10_002, reads));
    }
    if sizes[0] > (32 << 10) - 280 {
        assert_eq!(reads, 11, "{sizes:?}");
    }
}

#[test]
fn name_offset_is_the_offset_in_the_struct_of_libc() {
    let mut bytes = [0_u8; 24];
    let at = |offset: usize| offset;
    bytes[at(offset_of!(libc::dirent64, d_ino))..][..8].copy_from_slice(&1_u64.to_ne_bytes());
    bytes[at(offset_of!(libc::dirent64, d_off))..][..8].copy_from_slice(&2_i64.to_ne_bytes());
    bytes[at(offset_of!(libc::dirent64, d_reclen))..][..2].copy_from_slice(&24_u16.to_ne_bytes());
    bytes[offset_of!(libc::dirent64, d_type)] = libc::DT_LNK;
    bytes[offset_of!(libc::dirent64, d_name)] = b'n';
    let entry = decode_entries(&bytes).next().unwrap();
    assert_eq!((entry.inode(), entry.offset().as_raw()), (1, 2));
    assert_eq!((entry.file_type(), entry.name().as_bytes()), (FileType::Symlink, &b"n"[..]));
}

/// Returns the bytes of an entry as the kernel writes them.
fn encode(inode: u64, offset: i64, d_type: u8, name: &[u8]) -> Vec<u8> {
    let length = (19 + name.len() + 1).next_multiple_of(8);
    let mut bytes = [inode.to_ne_bytes(), offset.to_ne_bytes()].concat();
    bytes.extend((length as u16).to_ne_bytes());
    bytes.push(d_type);
    bytes.extend(name);
    bytes.resize(length, 0);
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        cases: 512,
        ..Default::default()
    })]

    #[test]
    fn decode_entries_returns_the_encoded_entries_at_any_alignment(
        written in prop::collection::vec(
            (any::<u64>(), any::<i64>(), any::<u8>(), prop::collection::vec(1_u8.., 0..40)),
            0..8,
        ),
        shift in 0_usize..8,
        cut in 0_usize..24,
    ) {
        let mut bytes = vec![0; shift];
        for (inode, offset, d_type, name) in &written {
            bytes.extend(encode(*inode, *offset, *d_type, name));
        }
        let end = encode(1, 2, 3, b"cut")[..cut].to_vec();
        bytes.extend(&end);
        let mut entries = decode_entries(&bytes[shift..]);
        for (inode, offset, d_type, name) in &written {
            let entry = entries.next().unwrap();
            prop_assert_eq!(entry.inode(), *inode);
            prop_assert_eq!(entry.offset(), DirOffset::from_raw(*offset));
            prop_assert_eq!(entry.file_type() != FileType::Unknown, [1, 2, 4, 6, 8, 10, 12].contains(d_type));
            prop_assert_eq!(entry.name(), name.as_slice());
        }
        prop_assert_eq!(entries.next(), None);
        prop_assert_eq!(entries.rest(), end);
    }

    /// The sizes of the decoded entries and of the remaining bytes add up to the size of the input.
    #[test]
    fn decode_entries_accepts_arbitrary_bytes(
        mut bytes in prop::collection::vec(any::<u8>(), 0..256),
        lengths in prop::collection::vec(0_u8..64, 0..8),
    ) {
        // Small lengths, so that some of the entries are complete.
        let mut at = 0;
        for length in lengths {
            if let Some(field) = bytes.get_mut(at + 16..at + 18) {
                field.copy_from_slice(&u16::from(length).to_ne_bytes());
            }
            at += usize::from(length);
        }
        let mut entries = decode_entries(&bytes);
        let decoded: usize = entries.by_ref().map(|entry| 19 + entry.padded_name().len()).sum();
        prop_assert_eq!(decoded + entries.rest().len(), bytes.len());
        prop_assert_eq!(entries.next(), None);
    }
}
