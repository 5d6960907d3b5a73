//! Tests of memfds with holes. Reading a hole must not allocate pages that are charged to the
//! reader.

use std::fs;
use std::sync::atomic::Ordering::Relaxed;

use butter::fd::AsRawFd;
use butter::memfd::{MemFd, Seals};
use butter::mm::page_size;
use common::child::in_child;

const FIXED: Seals = Seals::SHRINK.union(Seals::GROW).union(Seals::WRITE);

/// Returns the resident shared memory of this process in kB.
fn shared_memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("RssShmem:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

fn fallocate(memfd: &MemFd, mode: i32, offset: usize, length: usize) {
    // SAFETY: touches no memory of the program.
    let result = unsafe { libc::fallocate(memfd.as_raw_fd(), mode, offset as i64, length as i64) };
    assert_eq!(result, 0, "fallocate: {}", std::io::Error::last_os_error());
}

const PUNCH: i32 = libc::FALLOC_FL_PUNCH_HOLE | libc::FALLOC_FL_KEEP_SIZE;

#[test]
fn memfd_map_sealed_returns_none_if_file_has_holes() {
    let page = page_size();
    let sparse = |prepare: &dyn Fn(&MemFd)| {
        let memfd = MemFd::sealable("sparse").unwrap();
        prepare(&memfd);
        memfd.add_seals(FIXED | Seals::SEAL).unwrap();
        memfd
    };
    for (what, memfd) in [
        ("never written to", sparse(&|memfd| memfd.set_len(1 << 30).unwrap())),
        (
            "a file without its first page",
            sparse(&|memfd| assert_eq!(memfd.write_at(b"!", page as u64), Ok(1))),
        ),
        (
            "a file without its last page",
            sparse(&|memfd| {
                assert_eq!(memfd.write_at(b"!", 0), Ok(1));
                memfd.set_len(page as u64 + 1).unwrap();
            }),
        ),
        (
            "a file with a punched page",
            sparse(&|memfd| {
                assert_eq!(memfd.write_at(&vec![7; 3 * page], 0), Ok(3 * page));
                fallocate(memfd, PUNCH, page, page);
            }),
        ),
    ] {
        assert!(memfd.map_sealed().unwrap().is_none(), "{what}");
        // The file can still be read with `read_at`, which allocates no pages.
        let length = memfd.len().unwrap();
        let mut bytes = vec![1; page];
        assert!(memfd.read_at(&mut bytes, length - 1).unwrap() > 0, "{what}");
        assert!(memfd.map_sealed().unwrap().is_none(), "{what}");
    }

    for length in [1, page - 1, page, page + 1, 5 * page] {
        let memfd = sparse(&|memfd| {
            memfd.set_len(length as u64).unwrap();
            fallocate(memfd, 0, 0, length);
        });
        assert_eq!(&*memfd.map_sealed().unwrap().unwrap(), vec![0; length], "{length}");
    }
}

#[test]
fn memfd_map_sealed_of_a_sparse_file_allocates_no_pages_for_the_reader() {
    in_child(|| {
        let memfd = MemFd::sealable("gift").unwrap();
        memfd.set_len(64 << 20).unwrap();
        memfd.add_seals(FIXED | Seals::SEAL).unwrap();
        let before = shared_memory();
        match memfd.map_sealed().unwrap() {
            Some(bytes) => panic!("{} bytes", bytes.len()),
            None => {
                let mut bytes = vec![1; 1 << 20];
                for at in 0..64 {
                    assert_eq!(memfd.read_at(&mut bytes, at << 20), Ok(bytes.len()));
                    assert!(bytes.iter().all(|byte| *byte == 0));
                }
            }
        }
        assert!(
            shared_memory() < before + 1024,
            "RssShmem grew from {before} kB to {} kB",
            shared_memory()
        );
    });
}

#[test]
fn memfd_as_atomics_reads_zeroes_from_a_punched_hole() {
    let page = page_size();
    let memfd = MemFd::sealable("shared").unwrap();
    assert_eq!(memfd.write_at(&vec![7; 2 * page], 0), Ok(2 * page));
    memfd.add_seals(Seals::SHRINK | Seals::SEAL).unwrap();
    let mapping = memfd.map().unwrap();
    let atomics = mapping.as_atomics().unwrap();
    assert_eq!(atomics[page].load(Relaxed), 7);
    fallocate(&memfd, PUNCH, page, page);
    assert_eq!((atomics[page - 1].load(Relaxed), atomics[page].load(Relaxed)), (7, 0));
    atomics[page].store(8, Relaxed);
    let mut byte = [0];
    assert_eq!((memfd.read_at(&mut byte, page as u64), byte), (Ok(1), [8]));
}
