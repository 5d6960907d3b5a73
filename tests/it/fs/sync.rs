//! Tests of writing cached data to the device, and of advice about the page cache.

use std::num::NonZeroU64;
use std::ptr::null_mut;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use butter::Errno;
use butter::fd::{AsFd, AsRawFd, OwnedFd};
use butter::fs::{self, Advice, ReadWriteFlags, SyncFileRangeFlags, raw};
use butter::io::IoSliceMut;
use butter::memfd::MemFd;
use butter::mm::page_size;
use butter::pipe;
use common::inject::supervise;
use common::pattern::pattern_file;
use common::test::supported;
use common::{files, require};

const ADVICE: [Advice; 6] = [
    Advice::Normal,
    Advice::Random,
    Advice::Sequential,
    Advice::WillNeed,
    Advice::DontNeed,
    Advice::NoReuse,
];

const SIZE: u64 = 1 << 20;

/// Creates a file of `SIZE` bytes whose data is on the device and not in the page cache. Returns an
/// error if the file system keeps all data in memory.
fn uncached() -> Result<OwnedFd, String> {
    let file = common::fd(pattern_file(SIZE));
    fs::fdatasync(&file).unwrap();
    fs::fadvise(&file, 0, None, Advice::DontNeed).unwrap();
    if cached(&file) == [false; PARTS] {
        return Ok(file);
    }
    Err("the file system keeps the data in memory".into())
}

/// The number of parts of a file for which [`cached`] returns a value.
const PARTS: usize = 2;

/// Returns whether the first page of each half of a file is in the page cache. The query does not
/// read the pages, as a read with `RWF_NOWAIT` does.
fn cached(fd: &OwnedFd) -> [bool; PARTS] {
    let (length, protection) = (SIZE as usize, libc::PROT_READ);
    // SAFETY: a new mapping of a file that keeps its size.
    let address =
        unsafe { libc::mmap(null_mut(), length, protection, libc::MAP_SHARED, fd.as_raw_fd(), 0) };
    assert_ne!(address, libc::MAP_FAILED);
    let mut resident = vec![0_u8; length.div_ceil(page_size())];
    // SAFETY: the kernel writes one byte for each page.
    let done = unsafe { libc::mincore(address, length, resident.as_mut_ptr().cast()) };
    assert_eq!(done, 0);
    // SAFETY: the memory is not used any more.
    assert_eq!(unsafe { libc::munmap(address, length) }, 0);
    std::array::from_fn(|part| resident[part * resident.len() / PARTS] & 1 == 1)
}

#[test]
fn fsync_and_fdatasync_and_syncfs_and_sync_succeed() {
    let file = common::fd(pattern_file(SIZE));
    let directory = files::directory();
    let directory = common::fd(std::fs::File::open(directory.path()).unwrap());
    for fd in [&file, &directory] {
        fs::fsync(fd).unwrap();
        fs::fdatasync(fd).unwrap();
    }
    // `syncfs` of a pipe does nothing, because its file system has no device.
    fs::syncfs(pipe::pipe().unwrap().0).unwrap();
    fs::syncfs(MemFd::new("").unwrap()).unwrap();
    fs::sync();
}

#[test]
fn sync_calls_the_kernel_and_ignores_a_forged_error() {
    let calls = Arc::new(AtomicU32::new(0));
    let counter = calls.clone();
    let fail = move |_| {
        counter.fetch_add(1, Ordering::Relaxed);
        Some(Errno::PERM)
    };
    let supervised = supervise(libc::SYS_sync, fail, fs::sync);
    require!(supervised, "seccomp user notifications are unavailable");
    assert_eq!(calls.load(Ordering::Relaxed), 1);
}

#[test]
fn fadvise_dontneed_removes_pages_and_willneed_reads_them() {
    let (file, half, page) = (require!(uncached()), SIZE / 2, page_size() as u64);
    let wait_until_cached = |expected: [bool; PARTS]| {
        // The pages are read after the call has returned.
        let deadline = Instant::now() + Duration::from_secs(60);
        while cached(&file) != expected {
            assert!(Instant::now() < deadline, "{:?} {expected:?}", cached(&file));
            std::thread::sleep(Duration::from_millis(1));
        }
    };
    fs::fadvise(&file, half, NonZeroU64::new(page), Advice::WillNeed).unwrap();
    wait_until_cached([false, true]);
    fs::fadvise(&file, 0, NonZeroU64::new(half), Advice::DontNeed).unwrap();
    assert_eq!(cached(&file), [false, true]);
    fs::fadvise(&file, 0, NonZeroU64::new(page), Advice::WillNeed).unwrap();
    wait_until_cached([true, true]);
    fs::fadvise(&file, half, None, Advice::DontNeed).unwrap();
    assert_eq!(cached(&file), [true, false]);
}

#[test]
fn fadvise_accepts_every_advice() {
    for file in [common::fd(pattern_file(SIZE)), MemFd::new("").unwrap().into()] {
        for advice in ADVICE {
            fs::fadvise(&file, 0, None, advice).unwrap();
            fs::fadvise(&file, 1 << 40, NonZeroU64::new(1), advice).unwrap();
        }
    }
}

#[test]
fn preadv2_nowait_fails_with_eagain_only_if_data_is_not_cached() {
    let (file, mut buffer) = (require!(uncached()), [0; 64]);
    let mut read = |flags| fs::preadv2(&file, &mut [IoSliceMut::new(&mut buffer)], Some(0), flags);
    let without_waiting = match read(ReadWriteFlags::NOWAIT) {
        Err(error) if error.is(Errno::AGAIN) => Ok(()),
        result => supported(result).map(|count| panic!("{count} bytes were read")),
    };
    require!(without_waiting);
    assert_eq!(read(ReadWriteFlags::empty()), Ok(64));
    assert_eq!(read(ReadWriteFlags::NOWAIT), Ok(64));
}

#[test]
fn preadv2_dontcache_removes_the_pages_that_it_read() {
    let (file, mut buffer) = (require!(uncached()), vec![0; SIZE as usize]);
    let mut read = |flags| fs::preadv2(&file, &mut [IoSliceMut::new(&mut buffer)], Some(0), flags);
    assert_eq!(require!(supported(read(ReadWriteFlags::DONTCACHE))), SIZE as usize);
    assert_eq!(cached(&file), [false, false]);
    assert_eq!(read(ReadWriteFlags::empty()), Ok(SIZE as usize));
    assert_eq!(cached(&file), [true, true]);
}

#[test]
fn sync_file_range_writes_modified_pages_so_that_they_can_be_removed() {
    let (file, half) = (require!(uncached()), SIZE / 2);
    // Modifies both halves of the file, calls a function, and removes the pages that are not
    // modified any more.
    let remaining = |sync: &dyn Fn()| {
        fs::write_all_at(&file, b"modified", 0).unwrap();
        fs::write_all_at(&file, b"modified", half).unwrap();
        sync();
        fs::fadvise(&file, 0, None, Advice::DontNeed).unwrap();
        cached(&file)
    };
    // The kernel and other processes can write the pages at any time.
    let is_possible = |expected: [bool; PARTS], sync: &dyn Fn()| {
        assert!((0..100).any(|_| remaining(sync) == expected), "{expected:?} was not observed");
    };
    let call = |offset, length, flags| fs::sync_file_range(&file, offset, length, flags).unwrap();
    is_possible([true, true], &|| {
        call(0, None, SyncFileRangeFlags::empty());
        call(0, None, SyncFileRangeFlags::WAIT_BEFORE);
        call(0, None, SyncFileRangeFlags::WAIT_AFTER);
    });
    let all = SyncFileRangeFlags::WRITE_AND_WAIT;
    is_possible([false, true], &|| call(0, NonZeroU64::new(8), all));
    is_possible([true, false], &|| call(half, None, all));
    for _ in 0..20 {
        let removed = remaining(&|| {
            call(0, None, SyncFileRangeFlags::WRITE);
            call(0, None, SyncFileRangeFlags::WAIT_BEFORE);
        });
        assert_eq!(removed, [false, false]);
        assert_eq!(remaining(&|| call(0, None, all)), [false, false]);
    }
}

#[test]
fn sync_calls_are_repeated_if_interrupted_by_a_signal() {
    let file = MemFd::new("").unwrap();
    type Calls<'a> = (libc::c_long, &'a (dyn Fn() + Sync), fn(&MemFd) -> butter::Result<()>);
    let flags = SyncFileRangeFlags::WRITE;
    let calls: [Calls<'_>; 4] = [
        (libc::SYS_fsync, &|| fs::fsync(&file).unwrap(), |file| raw::fsync(file.as_fd())),
        (libc::SYS_fdatasync, &|| fs::fdatasync(&file).unwrap(), |file| {
            raw::fdatasync(file.as_fd())
        }),
        (libc::SYS_syncfs, &|| fs::syncfs(&file).unwrap(), |file| raw::syncfs(file.as_fd())),
        (
            libc::SYS_sync_file_range,
            &|| fs::sync_file_range(&file, 0, None, flags).unwrap(),
            |file| raw::sync_file_range(file.as_fd(), 0, None, SyncFileRangeFlags::WRITE),
        ),
    ];
    for (number, repeated, interrupted) in calls {
        let count = Arc::new(AtomicU32::new(0));
        let counter = count.clone();
        let interrupt_thrice =
            move |_| (counter.fetch_add(1, Ordering::Relaxed) % 4 != 3).then_some(Errno::INTR);
        let supervised = supervise(number, interrupt_thrice, || {
            repeated();
            interrupted(&file)
        });
        let result = require!(supervised, "seccomp user notifications are unavailable");
        assert_eq!(result.unwrap_err().errno(), Errno::INTR);
        assert_eq!(count.load(Ordering::Relaxed), 5);
    }
}
