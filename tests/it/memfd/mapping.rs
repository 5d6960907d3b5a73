//! Tests of memfd mappings: sealed, shared and read-only mappings, and mappings of huge pages.

use std::sync::atomic::{AtomicU8, Ordering};

use butter::fd::AsRawFd;
use butter::memfd::{CreateFlags, Mapping, MemFd, SealedMapping, Seals, SharedReadMapping};
use butter::mm::page_size;
use butter::{Errno, io, pipe};
use common::child::in_child;
use common::is_mapped;
use common::require;
use common::test::supported;

use super::{FIXED, errno, memfd_of};

/// Loads the first `N` bytes of a mapping, one by one.
fn load<const N: usize>(atomics: &[AtomicU8]) -> [u8; N] {
    std::array::from_fn(|at| atomics[at].load(Ordering::Relaxed))
}

#[test]
fn add_seals_fails_with_ebusy_while_a_writable_mapping_exists() {
    // The test runs in a separate process, because a child that another test forks keeps the
    // inherited mapping until the child executes a program or exits.
    in_child(|| {
        let memfd = memfd_of(b"mapped");
        let mapping = memfd.map().unwrap();
        assert_eq!(errno(memfd.add_seals(Seals::WRITE)), Errno::BUSY);
        assert_eq!(memfd.seals(), Ok(Seals::empty()), "the failed add_seals should not add a seal");
        memfd.add_seals(Seals::FUTURE_WRITE | Seals::SHRINK | Seals::GROW).unwrap();
        assert_eq!(
            (errno(memfd.write_at(b"M", 0)), errno(memfd.map())),
            (Errno::PERM, Errno::PERM)
        );
        assert!(
            memfd.map_sealed().unwrap().is_none(),
            "map_sealed should return None while a writable mapping exists"
        );
        // SAFETY: the address is within the mapping, which is used only here.
        unsafe { mapping.as_ptr().write_volatile(b'M') };
        let mut bytes = [0; 6];
        assert_eq!((memfd.read_at(&mut bytes, 0), &bytes), (Ok(6), b"Mapped"));
        drop(mapping);
        memfd.add_seals(Seals::WRITE).unwrap();
        assert_eq!(&*memfd.map_sealed().unwrap().unwrap(), b"Mapped");
    });
}

#[test]
fn map_sealed_returns_none_unless_seals_prevent_all_changes() {
    let memfd = memfd_of(b"unchanged");
    for seal in [Seals::empty(), Seals::SHRINK, Seals::FUTURE_WRITE, Seals::GROW] {
        memfd.add_seals(seal).unwrap();
        assert!(memfd.map_sealed().unwrap().is_none(), "{seal}");
    }
    memfd.add_seals(Seals::WRITE).unwrap();
    let bytes = memfd.map_sealed().unwrap().unwrap();
    assert_eq!(&*bytes, b"unchanged");
    assert_eq!(format!("{bytes:?}"), "SealedMapping { length: 9 }");

    // The seals also apply to other descriptors for the file.
    let path = format!("/proc/self/fd/{}", memfd.as_raw_fd());
    let other = MemFd::from(common::fd(
        std::fs::File::options().read(true).write(true).open(path).unwrap(),
    ));
    assert_eq!(errno(other.write_at(b"C", 0)), Errno::PERM);
    assert_eq!((errno(other.map()), errno(other.set_len(0))), (Errno::PERM, Errno::PERM));
    // SAFETY: touches no memory of the process.
    let punched = unsafe {
        let mode = libc::FALLOC_FL_PUNCH_HOLE | libc::FALLOC_FL_KEEP_SIZE;
        libc::fallocate(other.as_raw_fd(), mode, 0, 4096)
    };
    assert_eq!((punched, std::io::Error::last_os_error().raw_os_error()), (-1, Some(libc::EPERM)));
    let (reader, writer) = pipe::pipe().unwrap();
    io::write(&writer, b"C").unwrap();
    let spliced = pipe::splice(&reader, None, &other, Some(&mut 0), 1, pipe::SpliceFlags::empty());
    assert_eq!(errno(spliced), Errno::PERM);

    // The mapping is `Send`, and remains valid after all descriptors are closed.
    drop((memfd, other));
    std::thread::scope(|scope| {
        scope.spawn(move || assert_eq!(&*bytes, b"unchanged")).join().unwrap()
    });

    let empty = MemFd::sealable("").unwrap();
    empty.add_seals(FIXED).unwrap();
    assert_eq!(&*empty.map_sealed().unwrap().unwrap(), b"");
}

#[test]
fn map_shares_bytes_and_as_atomics_requires_a_seal_against_shrinking() {
    let memfd = memfd_of(&[0; 5000]);
    let unsealed = memfd.map().unwrap();
    assert!(
        unsealed.as_atomics().is_none(),
        "as_atomics should return None if the file can be truncated"
    );
    memfd.add_seals(Seals::SHRINK).unwrap();
    let (one, other) = (memfd.map().unwrap(), memfd.map().unwrap());
    assert!(
        unsealed.as_atomics().is_none(),
        "as_atomics should return None if the file was sealed after the mapping was created"
    );
    assert_eq!(
        (one.len(), one.is_empty(), format!("{one:?}")),
        (5000, false, "Mapping { length: 5000 }".to_owned())
    );
    assert_ne!(one.as_ptr(), other.as_ptr());
    let (one, other) = (one.as_atomics().unwrap(), other.as_atomics().unwrap());
    one[4999].store(7, Ordering::Release);
    assert_eq!(other[4999].load(Ordering::Acquire), 7);
    memfd.write_at(b"from a call", 100).unwrap();
    assert_eq!(load(&one[100..]), *b"from a call");

    // A mapping does not grow with the file.
    memfd.set_len(10_000).unwrap();
    assert_eq!((one.len(), memfd.map().unwrap().len()), (5000, 10_000));

    let empty = MemFd::sealable("").unwrap();
    let mapping = empty.map().unwrap();
    assert_eq!(
        (mapping.len(), mapping.is_empty(), mapping.as_atomics().is_none()),
        (0, true, true)
    );
}

#[test]
fn map_read_maps_file_without_write_access() {
    let memfd = memfd_of(&[7; 5000]);
    let writable = memfd.map().unwrap();
    memfd.add_seals(Seals::SHRINK | Seals::FUTURE_WRITE).unwrap();
    assert_eq!(errno(memfd.map()), Errno::PERM);
    let path = format!("/proc/self/fd/{}", memfd.as_raw_fd());
    let read_only = MemFd::from(common::fd(std::fs::File::open(path).unwrap()));
    for memfd in [&memfd, &read_only] {
        let mapping: SharedReadMapping = memfd.map_read().unwrap();
        let debug = format!("{mapping:?}");
        assert_eq!(
            (mapping.len(), mapping.is_empty(), &*debug),
            (5000, false, "SharedReadMapping { length: 5000 }")
        );
        // SAFETY: the address is within the mapping, and is written to only here.
        unsafe { writable.as_ptr().wrapping_add(4999).write_volatile(41) };
        // SAFETY: the address is within the mapping.
        let byte = unsafe { mapping.as_ptr().wrapping_add(4999).read_volatile() };
        assert_eq!(byte, 41, "a write through one mapping should be visible in the other");
    }
    assert_eq!(errno(read_only.map()), Errno::ACCES);

    let mapping = MemFd::new("").unwrap().map_read().unwrap();
    assert_eq!((mapping.len(), mapping.is_empty()), (0, true));
}

#[test]
fn map_shares_bytes_between_processes() {
    in_child(|| {
        let memfd = memfd_of(&[0; 100]);
        memfd.add_seals(Seals::SHRINK).unwrap();
        let mapping = memfd.map().unwrap();
        // SAFETY: the child uses the shared memory only through atomics, and exits.
        let child = unsafe { libc::fork() };
        assert_ne!(child, -1, "fork: {}", std::io::Error::last_os_error());
        let atomics = mapping.as_atomics().unwrap();
        if child == 0 {
            common::forked::limit_lifetime();
            while atomics[0].load(Ordering::Acquire) == 0 {
                std::hint::spin_loop();
            }
            atomics[1].store(atomics[0].load(Ordering::Relaxed) + 1, Ordering::Release);
            butter::process::exit_group(0);
        }
        atomics[0].store(41, Ordering::Release);
        let mut status = 0;
        // SAFETY: writes one number.
        assert_eq!(unsafe { libc::waitpid(child, &raw mut status, 0) }, child);
        assert_eq!((status, atomics[1].load(Ordering::Acquire)), (0, 42));
    });
}

/// Checks that a mapping is unmapped when it is dropped, and not when the descriptor is closed.
/// `map` returns the start of the mapping, and a closure that drops the mapping.
fn check_drop(map: impl FnOnce(&MemFd) -> (*const u8, Box<dyn FnOnce()>)) {
    let memfd = memfd_of(&[7; 10_000]);
    memfd.add_seals(Seals::SHRINK | Seals::GROW).unwrap();
    let (start, drop_mapping) = map(&memfd);
    let last = start.wrapping_add((10_000 / page_size()) * page_size());
    assert!(is_mapped(start) && is_mapped(last));
    drop(memfd);
    assert!(
        is_mapped(start) && is_mapped(last),
        "closing the descriptor should not unmap the mapping"
    );
    drop_mapping();
    assert!(!is_mapped(start) && !is_mapped(last));
}

#[test]
fn mapping_is_unmapped_when_dropped() {
    in_child(|| {
        check_drop(|memfd| {
            let mapping: Mapping = memfd.map().unwrap();
            (mapping.as_ptr(), Box::new(move || drop(mapping)))
        });
        check_drop(|memfd| {
            let mapping = memfd.map_read().unwrap();
            (mapping.as_ptr(), Box::new(move || drop(mapping)))
        });
        check_drop(|memfd| {
            memfd.add_seals(Seals::WRITE).unwrap();
            let mapping: SealedMapping = memfd.map_sealed().unwrap().unwrap();
            assert!(mapping.as_ref().iter().all(|byte| *byte == 7));
            (mapping.as_ptr(), Box::new(move || drop(mapping)))
        });
    });
}

#[test]
fn read_at_returns_0_after_mapped_file_was_truncated() {
    let memfd = memfd_of(&[7; 10_000]);
    let mapping = memfd.map().unwrap();
    memfd.set_len(0).unwrap();
    assert_eq!(memfd.read_at(&mut [0; 100], 5000), Ok(0));
    assert!(mapping.as_atomics().is_none() && memfd.map_sealed().unwrap().is_none());
    drop(mapping);
}

#[test]
fn mapping_of_huge_pages_is_unmapped_as_a_whole() {
    const SIZE: u64 = 2 << 20;
    if common::is_dedicated_vm() {
        let _ = std::fs::write("/proc/sys/vm/nr_hugepages", "4");
    }
    in_child(|| {
        let flags = CreateFlags::ALLOW_SEALING | CreateFlags::HUGETLB | CreateFlags::HUGE_2MB;
        let memfd = require!(supported(MemFd::with_flags("huge", flags)));
        assert_eq!(
            errno(memfd.set_len(SIZE + 4096)),
            Errno::INVAL,
            "set_len should fail unless the length is a multiple of the huge page size"
        );
        memfd.set_len(SIZE).unwrap();
        memfd.add_seals(Seals::SHRINK | Seals::GROW).unwrap();
        let mapping = memfd.map();
        let reserved = !mapping.as_ref().is_err_and(|error| error.is(Errno::NOMEM));
        require!(reserved, "no huge pages are reserved (vm.nr_hugepages)");
        let mapping = mapping.unwrap();
        assert_eq!(
            errno(memfd.write_at(b"!", 0)),
            Errno::INVAL,
            "write_at should fail for a file of huge pages"
        );
        let start: *const u8 = mapping.as_ptr();
        assert!(
            mapping.as_atomics().is_none(),
            "as_atomics should return None for huge pages, in which holes can be punched"
        );
        // SAFETY: the address is within the mapping, which is used only here.
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

        // `fallocate` can set a length that is not a multiple of the huge page size, unlike
        // `ftruncate`. The second `fallocate` removes the page of the last byte.
        let unaligned = || {
            let memfd = MemFd::with_flags("unaligned", flags).unwrap();
            let hole = libc::FALLOC_FL_PUNCH_HOLE | libc::FALLOC_FL_KEEP_SIZE;
            for (mode, start, length) in [(0, 0, SIZE + 1), (hole, SIZE, SIZE)] {
                // SAFETY: touches no memory.
                let done = unsafe {
                    libc::fallocate(memfd.as_raw_fd(), mode, start as i64, length as i64)
                };
                assert_eq!(done, 0, "{}", std::io::Error::last_os_error());
            }
            assert_eq!(memfd.len(), Ok(SIZE + 1));
            memfd
        };
        let sealed = unaligned();
        sealed.add_seals(FIXED).unwrap();
        assert!(
            sealed.map_sealed().unwrap().is_none(),
            "map_sealed should return None if the last byte has no page"
        );
        drop(sealed);
        let mapping = unaligned().map().unwrap();
        let (start, last) = (mapping.as_ptr(), mapping.as_ptr().wrapping_add(SIZE as usize));
        assert!(mapping.len() as u64 == SIZE + 1 && is_mapped(start) && is_mapped(last));
        drop(mapping);
        assert!(!is_mapped(start) && !is_mapped(last), "drop should unmap the whole mapping");
    });
}
