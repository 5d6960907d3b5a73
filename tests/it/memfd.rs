//! Files in memory: what they hold, and what nobody may do to them any more.

use std::sync::atomic::{AtomicU8, Ordering};

use butter::error::ErrorKind;
use butter::fd::{AsRawFd, OwnedFd};
use butter::memfd::{CreateFlags, Mapping, MemFd, SealedMapping, Seals, SharedReadMapping};
use butter::mm::page_size;
use butter::{Errno, Result, io, pipe};
use common::child::in_child;
use common::is_mapped;
use common::require;
use common::test::supported;

/// The seals that make bytes a slice.
const FIXED: Seals = Seals::SHRINK.union(Seals::GROW).union(Seals::WRITE);

fn memfd_of(bytes: &[u8]) -> MemFd {
    let memfd = MemFd::sealable("test").unwrap();
    assert_eq!(memfd.write_at(bytes, 0), Ok(bytes.len()));
    memfd
}

fn errno<T>(result: Result<T>) -> Errno {
    result.err().expect("it should have failed").errno()
}

/// Some bytes of a mapping, read one by one.
fn read<const N: usize>(cells: &[AtomicU8]) -> [u8; N] {
    std::array::from_fn(|at| cells[at].load(Ordering::Relaxed))
}

#[test]
fn what_is_written_is_read() {
    let memfd = MemFd::new("file").unwrap();
    assert_eq!(memfd.len(), Ok(0));
    assert_eq!(memfd.read_at(&mut [0], 0), Ok(0), "the end");
    memfd.set_len(10).unwrap();
    assert_eq!(memfd.write_at(b"hello, world", 4), Ok(12));
    assert_eq!(memfd.len(), Ok(16), "it grows where it has to");
    let mut buffer = [1; 20];
    assert_eq!(memfd.read_at(&mut buffer, 2), Ok(14));
    assert_eq!(&buffer[..14], b"\0\0hello, world");
    assert_eq!(memfd.read_at(&mut buffer, 100), Ok(0));

    // The position is another matter.
    assert_eq!(io::read(&memfd, &mut buffer[..6]), Ok(6));
    assert_eq!(&buffer[..6], b"\0\0\0\0he");
    assert_eq!(io::write(&memfd, b"LLO"), Ok(3));
    assert_eq!(memfd.read_at(&mut buffer, 4), Ok(12));
    assert_eq!(&buffer[..12], b"heLLO, world");
    memfd.set_len(9).unwrap();
    memfd.set_len(12).unwrap();
    assert_eq!(memfd.read_at(&mut buffer, 4), Ok(8));
    assert_eq!(&buffer[..8], b"heLLO\0\0\0", "what was cut off is gone");
}

#[test]
fn a_name_is_read_in_proc_and_may_be_long() {
    let link =
        |memfd: &MemFd| std::fs::read_link(format!("/proc/self/fd/{}", memfd.as_raw_fd())).unwrap();
    let memfd = MemFd::new(b"any /thing").unwrap();
    assert_eq!(link(&memfd).to_str().unwrap(), "/memfd:any /thing (deleted)");
    let longest = "n".repeat(249);
    assert_eq!(
        link(&MemFd::sealable(longest.as_str()).unwrap()).to_str().unwrap(),
        format!("/memfd:{longest} (deleted)")
    );
    assert_eq!(link(&MemFd::new(c"").unwrap()).to_str().unwrap(), "/memfd: (deleted)");
}

#[test]
fn seals_are_added_and_stay() {
    let memfd = memfd_of(b"0123456789");
    assert_eq!(memfd.seals(), Ok(Seals::empty()));
    memfd.add_seals(Seals::GROW).unwrap();
    assert_eq!(
        (errno(memfd.set_len(11)), errno(memfd.write_at(b"!", 10))),
        (Errno::PERM, Errno::PERM)
    );
    assert_eq!(
        (errno(memfd.write_at(b"!!", 9)), memfd.len()),
        (Errno::PERM, Ok(10)),
        "not even what has room"
    );
    memfd.set_len(9).unwrap();
    memfd.add_seals(Seals::SHRINK).unwrap();
    assert_eq!(errno(memfd.set_len(8)), Errno::PERM);
    memfd.write_at(b"x", 0).unwrap();
    memfd.add_seals(Seals::WRITE).unwrap();
    assert_eq!(errno(memfd.write_at(b"y", 0)), Errno::PERM);
    assert_eq!(memfd.seals(), Ok(FIXED));
    memfd.add_seals(Seals::SEAL).unwrap();
    assert_eq!(errno(memfd.add_seals(Seals::FUTURE_WRITE)), Errno::PERM);
    assert_eq!(memfd.seals(), Ok(FIXED | Seals::SEAL));
    memfd.set_len(9).unwrap();
    let mut bytes = [0; 10];
    assert_eq!((memfd.read_at(&mut bytes, 0), &bytes), (Ok(9), b"x12345678\0"));

    assert_eq!(MemFd::new("unsealable").unwrap().seals(), Ok(Seals::SEAL));
    assert_eq!(FIXED.to_string(), "SHRINK | GROW | WRITE");
}

#[test]
fn what_is_mapped_to_be_written_to_cannot_be_sealed_against_it() {
    // Where no other test forks: its child would have the mapping, too, for a while.
    in_child(|| {
        let memfd = memfd_of(b"mapped");
        let mapping = memfd.map().unwrap();
        assert_eq!(errno(memfd.add_seals(Seals::WRITE)), Errno::BUSY);
        assert_eq!(memfd.seals(), Ok(Seals::empty()), "none is added");
        memfd.add_seals(Seals::FUTURE_WRITE | Seals::SHRINK | Seals::GROW).unwrap();
        assert_eq!(
            (errno(memfd.write_at(b"M", 0)), errno(memfd.map())),
            (Errno::PERM, Errno::PERM)
        );
        assert!(memfd.map_sealed().unwrap().is_none(), "the mapping from before still writes");
        // SAFETY: mapped, and nobody else uses it.
        unsafe { mapping.as_ptr().write_volatile(b'M') };
        let mut bytes = [0; 6];
        assert_eq!((memfd.read_at(&mut bytes, 0), &bytes), (Ok(6), b"Mapped"));
        drop(mapping);
        memfd.add_seals(Seals::WRITE).unwrap();
        assert_eq!(&*memfd.map_sealed().unwrap().unwrap(), b"Mapped");
    });
}

#[test]
fn a_slice_is_given_only_of_what_nobody_changes() {
    let memfd = memfd_of(b"unchanged");
    for seal in [Seals::empty(), Seals::SHRINK, Seals::FUTURE_WRITE, Seals::GROW] {
        memfd.add_seals(seal).unwrap();
        assert!(memfd.map_sealed().unwrap().is_none(), "{seal}");
    }
    memfd.add_seals(Seals::WRITE).unwrap();
    let bytes = memfd.map_sealed().unwrap().unwrap();
    assert_eq!(&*bytes, b"unchanged");
    assert_eq!(format!("{bytes:?}"), "SealedMapping { length: 9 }");

    // Not even by somebody who gets another descriptor of it.
    let path = format!("/proc/self/fd/{}", memfd.as_raw_fd());
    let other = MemFd::from(common::fd(
        std::fs::File::options().read(true).write(true).open(path).unwrap(),
    ));
    assert_eq!(errno(other.write_at(b"C", 0)), Errno::PERM);
    assert_eq!((errno(other.map()), errno(other.set_len(0))), (Errno::PERM, Errno::PERM));
    // SAFETY: touches no memory of the program.
    let punched = unsafe {
        let mode = libc::FALLOC_FL_PUNCH_HOLE | libc::FALLOC_FL_KEEP_SIZE;
        libc::fallocate(other.as_raw_fd(), mode, 0, 4096)
    };
    assert_eq!((punched, std::io::Error::last_os_error().raw_os_error()), (-1, Some(libc::EPERM)));
    let (reader, writer) = pipe::pipe().unwrap();
    io::write(&writer, b"C").unwrap();
    let spliced = pipe::splice(&reader, None, &other, Some(&mut 0), 1, pipe::SpliceFlags::empty());
    assert_eq!(errno(spliced), Errno::PERM);

    // The descriptor is not needed for it, and another thread may have it.
    drop((memfd, other));
    std::thread::scope(|scope| {
        scope.spawn(move || assert_eq!(&*bytes, b"unchanged")).join().unwrap()
    });

    let empty = MemFd::sealable("").unwrap();
    empty.add_seals(FIXED).unwrap();
    assert_eq!(&*empty.map_sealed().unwrap().unwrap(), b"");
}

#[test]
fn what_two_have_mapped_they_share() {
    let memfd = memfd_of(&[0; 5000]);
    let blind = memfd.map().unwrap();
    assert!(blind.as_atomics().is_none(), "it could lose its bytes");
    memfd.add_seals(Seals::SHRINK).unwrap();
    let (one, other) = (memfd.map().unwrap(), memfd.map().unwrap());
    assert!(blind.as_atomics().is_none(), "it was mapped before");
    assert_eq!(
        (one.len(), one.is_empty(), format!("{one:?}")),
        (5000, false, "Mapping { length: 5000 }".to_owned())
    );
    assert_ne!(one.as_ptr(), other.as_ptr());
    let (one, other) = (one.as_atomics().unwrap(), other.as_atomics().unwrap());
    one[4999].store(7, Ordering::Release);
    assert_eq!(other[4999].load(Ordering::Acquire), 7);
    memfd.write_at(b"from a call", 100).unwrap();
    assert_eq!(read(&one[100..]), *b"from a call");

    // It does not grow with the file.
    memfd.set_len(10_000).unwrap();
    assert_eq!((one.len(), memfd.map().unwrap().len()), (5000, 10_000));

    let empty = MemFd::sealable("").unwrap();
    let nothing = empty.map().unwrap();
    assert_eq!(
        (nothing.len(), nothing.is_empty(), nothing.as_atomics().is_none()),
        (0, true, true)
    );
}

#[test]
fn who_may_only_read_maps_it_all_the_same() {
    let memfd = memfd_of(&[7; 5000]);
    let writable = memfd.map().unwrap();
    memfd.add_seals(Seals::SHRINK | Seals::FUTURE_WRITE).unwrap();
    assert_eq!(errno(memfd.map()), Errno::PERM);
    let path = format!("/proc/self/fd/{}", memfd.as_raw_fd());
    let read_only = MemFd::from(common::fd(std::fs::File::open(path).unwrap()));
    for memfd in [&memfd, &read_only] {
        let mapping: SharedReadMapping = memfd.map_read().unwrap();
        let told = format!("{mapping:?}");
        assert_eq!(
            (mapping.len(), mapping.is_empty(), &*told),
            (5000, false, "SharedReadMapping { length: 5000 }")
        );
        // SAFETY: within the mapping, and nobody else writes to it.
        unsafe { writable.as_ptr().wrapping_add(4999).write_volatile(41) };
        // SAFETY: as above.
        let seen = unsafe { mapping.as_ptr().wrapping_add(4999).read_volatile() };
        assert_eq!(seen, 41, "it is shared");
    }
    assert_eq!(errno(read_only.map()), Errno::ACCES);

    let nothing = MemFd::new("").unwrap().map_read().unwrap();
    assert_eq!((nothing.len(), nothing.is_empty()), (0, true));
}

#[test]
fn two_processes_share_it_and_one_of_them_ends() {
    in_child(|| {
        let memfd = memfd_of(&[0; 100]);
        memfd.add_seals(Seals::SHRINK).unwrap();
        let mapping = memfd.map().unwrap();
        // SAFETY: the child has a copy of the memory, uses the shared one by atomics, and ends.
        let child = unsafe { libc::fork() };
        assert_ne!(child, -1, "fork: {}", std::io::Error::last_os_error());
        let cells = mapping.as_atomics().unwrap();
        if child == 0 {
            common::forked::limit_lifetime();
            while cells[0].load(Ordering::Acquire) == 0 {
                std::hint::spin_loop();
            }
            cells[1].store(cells[0].load(Ordering::Relaxed) + 1, Ordering::Release);
            butter::process::exit_group(0);
        }
        cells[0].store(41, Ordering::Release);
        let mut status = 0;
        // SAFETY: writes one number.
        assert_eq!(unsafe { libc::waitpid(child, &raw mut status, 0) }, child);
        assert_eq!((status, cells[1].load(Ordering::Acquire)), (0, 42));
    });
}

/// What a mapping leaves behind.
fn unmaps(mapped: impl FnOnce(&MemFd) -> (*const u8, Box<dyn FnOnce()>)) {
    let memfd = memfd_of(&[7; 10_000]);
    memfd.add_seals(Seals::SHRINK | Seals::GROW).unwrap();
    let (start, end) = mapped(&memfd);
    let last = start.wrapping_add((10_000 / page_size()) * page_size());
    assert!(is_mapped(start) && is_mapped(last));
    drop(memfd);
    assert!(is_mapped(start) && is_mapped(last), "the descriptor is not needed");
    end();
    assert!(!is_mapped(start) && !is_mapped(last));
}

#[test]
fn a_mapping_that_is_dropped_is_gone() {
    in_child(|| {
        unmaps(|memfd| {
            let mapping: Mapping = memfd.map().unwrap();
            (mapping.as_ptr(), Box::new(move || drop(mapping)))
        });
        unmaps(|memfd| {
            let mapping = memfd.map_read().unwrap();
            (mapping.as_ptr(), Box::new(move || drop(mapping)))
        });
        unmaps(|memfd| {
            memfd.add_seals(Seals::WRITE).unwrap();
            let mapping: SealedMapping = memfd.map_sealed().unwrap().unwrap();
            assert!(mapping.as_ref().iter().all(|byte| *byte == 7));
            (mapping.as_ptr(), Box::new(move || drop(mapping)))
        });
    });
}

#[test]
fn a_copy_of_what_was_taken_away_is_short_and_no_crash() {
    let memfd = memfd_of(&[7; 10_000]);
    let mapping = memfd.map().unwrap();
    memfd.set_len(0).unwrap();
    assert_eq!(memfd.read_at(&mut [0; 100], 5000), Ok(0));
    assert!(mapping.as_atomics().is_none() && memfd.map_sealed().unwrap().is_none());
    drop(mapping);
}

#[test]
fn whether_it_may_be_executed_is_said_for_good() {
    let mode = |memfd: &MemFd| {
        let path = format!("/proc/self/fd/{}", memfd.as_raw_fd());
        let mode = std::fs::metadata(path).unwrap().permissions();
        std::os::unix::fs::PermissionsExt::mode(&mode) & 0o111
    };
    // SAFETY: touches no memory.
    let allow = |memfd: &MemFd| unsafe { libc::fchmod(memfd.as_raw_fd(), 0o777) };
    let not = supported(MemFd::with_flags("data", CreateFlags::NOEXEC_SEAL));
    if let Err(error) = &not {
        assert!(!common::kernel_is_at_least("6.3"), "{error}");
        let seal = MemFd::sealable("").unwrap().add_seals(Seals::EXEC).unwrap_err();
        assert_eq!(seal.kind(), ErrorKind::Unsupported, "{seal}");
    }
    let not = require!(not);
    assert_eq!((not.seals(), mode(&not), allow(&not)), (Ok(Seals::EXEC), 0, -1));
    assert!(not.map_sealed().unwrap().is_none());
    not.write_at(b"data", 0).unwrap();
    not.add_seals(FIXED).unwrap();
    assert_eq!(&*not.map_sealed().unwrap().unwrap(), b"data");

    let program =
        MemFd::with_flags("program", CreateFlags::EXEC | CreateFlags::ALLOW_SEALING).unwrap();
    assert_eq!((program.seals(), mode(&program)), (Ok(Seals::empty()), 0o111));
    program.write_at(b"program", 0).unwrap();
    program.add_seals(Seals::EXEC).unwrap();
    // Of what may be executed, that is also a seal against writing.
    assert_eq!(program.seals(), Ok(FIXED | Seals::FUTURE_WRITE | Seals::EXEC));
    assert!(
        program.map_sealed().unwrap().is_none(),
        "some kernels did not look whether it was mapped"
    );
    let mut bytes = [0; 7];
    assert_eq!((program.read_at(&mut bytes, 0), &bytes), (Ok(7), b"program"));
}

#[test]
fn huge_pages_are_mapped_and_unmapped_as_they_are() {
    const SIZE: u64 = 2 << 20;
    if common::is_dedicated_vm() {
        let _ = std::fs::write("/proc/sys/vm/nr_hugepages", "4");
    }
    in_child(|| {
        let flags = CreateFlags::ALLOW_SEALING | CreateFlags::HUGETLB | CreateFlags::HUGE_2MB;
        let memfd = require!(supported(MemFd::with_flags("huge", flags)));
        assert_eq!(errno(memfd.set_len(SIZE + 4096)), Errno::INVAL, "no multiple of a huge page");
        memfd.set_len(SIZE).unwrap();
        memfd.add_seals(Seals::SHRINK | Seals::GROW).unwrap();
        let mapping = memfd.map();
        let reserved = !mapping.as_ref().is_err_and(|error| error.is(Errno::NOMEM));
        require!(reserved, "no huge pages are set aside (vm.nr_hugepages)");
        let mapping = mapping.unwrap();
        assert_eq!(errno(memfd.write_at(b"!", 0)), Errno::INVAL, "by a mapping only");
        let start: *const u8 = mapping.as_ptr();
        assert!(mapping.as_atomics().is_none(), "a page may be taken out");
        // SAFETY: within the mapping, of which nobody else knows.
        unsafe { mapping.as_ptr().wrapping_add(SIZE as usize - 1).write_volatile(7) };
        assert!(is_mapped(start));
        drop(mapping);
        assert!(!is_mapped(start));

        memfd.add_seals(Seals::WRITE).unwrap();
        let bytes = memfd.map_sealed().unwrap().unwrap();
        assert_eq!((bytes.len() as u64, bytes[0], bytes[bytes.len() - 1]), (SIZE, 0, 7));
        let start = bytes.as_ptr();
        drop(bytes);
        assert!(!is_mapped(start));
        drop(memfd);

        // A length that no `ftruncate` makes, and behind it no page.
        let odd = || {
            let odd = MemFd::with_flags("odd", flags).unwrap();
            let hole = libc::FALLOC_FL_PUNCH_HOLE | libc::FALLOC_FL_KEEP_SIZE;
            for (mode, start, length) in [(0, 0, SIZE + 1), (hole, SIZE, SIZE)] {
                // SAFETY: touches no memory.
                let done =
                    unsafe { libc::fallocate(odd.as_raw_fd(), mode, start as i64, length as i64) };
                assert_eq!(done, 0, "{}", std::io::Error::last_os_error());
            }
            assert_eq!(odd.len(), Ok(SIZE + 1));
            odd
        };
        let sealed = odd();
        sealed.add_seals(FIXED).unwrap();
        assert!(sealed.map_sealed().unwrap().is_none(), "its last byte may be nowhere");
        drop(sealed);
        let mapping = odd().map().unwrap();
        let (start, last) = (mapping.as_ptr(), mapping.as_ptr().wrapping_add(SIZE as usize));
        assert!(mapping.len() as u64 == SIZE + 1 && is_mapped(start) && is_mapped(last));
        drop(mapping);
        assert!(!is_mapped(start) && !is_mapped(last), "it is unmapped as a whole");
    });
}

#[test]
fn one_that_was_handed_over_is_what_it_was() {
    let memfd = memfd_of(b"handed over");
    memfd.add_seals(FIXED | Seals::SEAL).unwrap();
    let fd: OwnedFd = memfd.into();
    let memfd = MemFd::from(fd);
    assert_eq!(memfd.seals(), Ok(FIXED | Seals::SEAL));
    assert_eq!(&*memfd.map_sealed().unwrap().unwrap(), b"handed over");
}

#[cfg(feature = "std")]
#[test]
fn memfd_implements_read_write_and_seek_at_shared_position() {
    use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};

    let mut memfd = MemFd::new("file").unwrap();
    write!(&memfd, "hello, ").unwrap();
    memfd.write_all(b"world").unwrap();
    memfd.flush().unwrap();
    assert_eq!(memfd.stream_position().unwrap(), 12);
    assert_eq!((&memfd).seek(SeekFrom::End(-5)).unwrap(), 7);
    let mut text = String::new();
    memfd.read_to_string(&mut text).unwrap();
    assert_eq!(text, "world");
    memfd.seek(SeekFrom::Start(1)).unwrap();
    assert_eq!(memfd.seek(SeekFrom::Current(2)).unwrap(), 3);
    let mut bytes = [0; 2];
    (&memfd).read_exact(&mut bytes).unwrap();
    assert_eq!(&bytes, b"lo");
    assert_eq!(memfd.seek(SeekFrom::Start(1 << 40)).unwrap(), 1 << 40);
    assert_eq!(memfd.read(&mut bytes).unwrap(), 0);
    for wrong in [SeekFrom::Start(u64::MAX), SeekFrom::End(-13)] {
        assert_eq!(memfd.seek(wrong).unwrap_err().kind(), ErrorKind::InvalidInput);
    }
}
