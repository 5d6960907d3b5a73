//! Tests of locks on files, and on ranges of files.

use std::fs::File;
use std::num::NonZeroU64;
use std::time::{Duration, Instant};

use butter::Errno;
use butter::fd::{AsRawFd, OwnedFd};
use butter::fs::{self, FlockOperation, HeldLock, LockRange, LockType};
use butter::io::fcntl_dupfd_cloexec;
use common::files::NamedFile;
use common::forked::ForkedChild;
use common::require;

/// Opens a new file twice.
fn twice_opened() -> (OwnedFd, OwnedFd) {
    let file = NamedFile::new();
    let open = || common::fd(File::options().read(true).write(true).open(file.path()).unwrap());
    (open(), open())
}

fn range(start: u64, length: u64) -> LockRange {
    LockRange::new(start, NonZeroU64::new(length))
}

/// Returns the errno of a call.
fn errno(result: butter::Result<()>) -> Result<(), Errno> {
    result.map_err(|error| error.errno())
}

#[test]
fn flock_locks_conflict_between_open_file_descriptions() {
    use FlockOperation::*;
    let (first, second) = twice_opened();
    for (held, wanted, expected) in [
        (LockShared, NonBlockingLockShared, Ok(())),
        (LockShared, NonBlockingLockExclusive, Err(Errno::AGAIN)),
        (LockExclusive, NonBlockingLockShared, Err(Errno::AGAIN)),
        (LockExclusive, NonBlockingLockExclusive, Err(Errno::AGAIN)),
    ] {
        fs::flock(&first, held).unwrap();
        assert_eq!(errno(fs::flock(&second, wanted)), expected, "{held:?} {wanted:?}");
        fs::flock(&first, Unlock).unwrap();
        assert_eq!(errno(fs::flock(&second, wanted)), Ok(()), "{held:?} {wanted:?}");
        fs::flock(&second, NonBlockingUnlock).unwrap();
    }
}

#[test]
fn flock_is_released_when_the_last_duplicate_is_closed() {
    let (first, second) = twice_opened();
    let duplicate = fcntl_dupfd_cloexec(&first, 0).unwrap();
    fs::flock(&first, FlockOperation::LockExclusive).unwrap();
    drop(first);
    let lock = || errno(fs::flock(&second, FlockOperation::NonBlockingLockShared));
    assert_eq!(lock(), Err(Errno::AGAIN));
    // The duplicate converts the lock.
    fs::flock(&duplicate, FlockOperation::LockShared).unwrap();
    assert_eq!(lock(), Ok(()));
    drop(duplicate);
    // A process that another test has forked can have a copy of the descriptor for a short time.
    let deadline = Instant::now() + Duration::from_secs(60);
    while errno(fs::flock(&second, FlockOperation::NonBlockingLockExclusive)).is_err() {
        assert!(Instant::now() < deadline, "the lock was not released");
        std::thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn ofd_lock_conflicts_only_if_ranges_overlap() {
    let (first, second) = twice_opened();
    fs::ofd_lock(&first, LockType::Write, range(100, 50)).unwrap();
    for (wanted, expected) in [
        (range(0, 100), Ok(())),
        (range(0, 101), Err(Errno::AGAIN)),
        (range(149, 1), Err(Errno::AGAIN)),
        (range(150, 1), Ok(())),
        (LockRange::from(..), Err(Errno::AGAIN)),
        (LockRange::from(149..), Err(Errno::AGAIN)),
        (LockRange::from(150..), Ok(())),
        (range(i64::MAX as u64, 1), Ok(())),
    ] {
        for lock_type in [LockType::Read, LockType::Write] {
            let locked = errno(fs::ofd_try_lock(&second, lock_type, wanted));
            assert_eq!(locked, expected, "{lock_type:?} {wanted:?}");
            fs::ofd_lock(&second, LockType::Unlock, ..).unwrap();
        }
    }
}

#[test]
fn ofd_lock_fails_with_einval_if_length_is_greater_than_i64_max() {
    let (file, other) = twice_opened();
    for length in [1 << 63, (1 << 63) + 1, u64::MAX - 9, u64::MAX] {
        for start in [0, 1, 100, i64::MAX as u64, 1 << 63, u64::MAX] {
            for lock_type in [LockType::Read, LockType::Write, LockType::Unlock] {
                let (range, invalid) = (range(start, length), Err(Errno::INVAL));
                assert_eq!(errno(fs::ofd_try_lock(&file, lock_type, range)), invalid, "{range:?}");
                assert_eq!(errno(fs::ofd_lock(&file, lock_type, range)), invalid, "{range:?}");
                let queried = fs::ofd_query_lock(&file, lock_type, range);
                assert_eq!(errno(queried.map(drop)), invalid, "{range:?}");
            }
        }
    }
    assert_eq!(fs::ofd_query_lock(&other, LockType::Write, ..), Ok(None));
}

#[test]
fn ofd_lock_read_is_shared_and_unlock_splits_a_range() {
    let (first, second) = twice_opened();
    fs::ofd_lock(&first, LockType::Read, ..).unwrap();
    fs::ofd_try_lock(&second, LockType::Read, ..).unwrap();
    assert_eq!(errno(fs::ofd_try_lock(&second, LockType::Write, 5..)), Err(Errno::AGAIN));
    fs::ofd_lock(&first, LockType::Unlock, range(10, 10)).unwrap();
    assert_eq!(fs::ofd_try_lock(&second, LockType::Write, range(10, 10)), Ok(()));
    assert_eq!(errno(fs::ofd_try_lock(&second, LockType::Write, range(9, 2))), Err(Errno::AGAIN));
    assert_eq!(errno(fs::ofd_try_lock(&second, LockType::Write, range(19, 2))), Err(Errno::AGAIN));
    // Locks of the same open file description do not conflict.
    let duplicate = fcntl_dupfd_cloexec(&second, 0).unwrap();
    assert_eq!(fs::ofd_try_lock(&duplicate, LockType::Read, ..), Ok(()));
}

#[test]
fn ofd_query_lock_returns_the_type_and_the_range_of_a_conflicting_lock() {
    let (first, second) = twice_opened();
    let query = |lock_type, range: LockRange| fs::ofd_query_lock(&second, lock_type, range);
    assert_eq!(query(LockType::Write, (..).into()), Ok(None));
    fs::ofd_lock(&first, LockType::Read, range(100, 50)).unwrap();
    fs::ofd_lock(&first, LockType::Write, 200..).unwrap();
    assert_eq!(query(LockType::Read, range(0, 150)), Ok(None));
    for (lock_type, queried, expected_type, expected) in [
        (LockType::Write, LockRange::from(..), LockType::Read, range(100, 50)),
        (LockType::Write, range(149, 1), LockType::Read, range(100, 50)),
        (LockType::Read, LockRange::from(..), LockType::Write, LockRange::from(200..)),
        (LockType::Read, range(1000, 1), LockType::Write, LockRange::from(200..)),
    ] {
        let lock: HeldLock = query(lock_type, queried).unwrap().unwrap();
        assert_eq!((lock.lock_type(), lock.range()), (expected_type, expected), "{queried:?}");
        assert_eq!((lock.pid(), lock.raw_pid()), (None, -1));
    }
    // The own locks do not conflict.
    assert_eq!(fs::ofd_query_lock(&first, LockType::Write, ..), Ok(None));
}

#[test]
fn ofd_query_lock_returns_own_locks_if_the_type_is_unlock() {
    let (first, second) = twice_opened();
    fs::ofd_lock(&first, LockType::Write, range(100, 50)).unwrap();
    let queried = fs::ofd_query_lock(&first, LockType::Unlock, ..);
    require!(common::kernel_is_at_least("6.6"), "a query with F_UNLCK requires Linux 6.6");
    let lock = queried.unwrap().unwrap();
    assert_eq!((lock.lock_type(), lock.range()), (LockType::Write, range(100, 50)));
    assert_eq!(fs::ofd_query_lock(&first, LockType::Unlock, 150..), Ok(None));
    assert_eq!(fs::ofd_query_lock(&second, LockType::Unlock, ..), Ok(None));
}

#[test]
fn ofd_query_lock_returns_the_process_of_a_process_associated_lock() {
    let (file, other) = twice_opened();
    let number = file.as_raw_fd();
    let child = ForkedChild::start(|| {
        // SAFETY: all zeroes is a valid value.
        let mut lock: libc::flock = unsafe { std::mem::zeroed() };
        lock.l_type = libc::F_WRLCK as i16;
        lock.l_len = 7;
        // SAFETY: the kernel reads one struct.
        unsafe { libc::fcntl(number, libc::F_SETLK, &raw const lock) }
    });
    assert_eq!(child.result(), 0);
    let lock = fs::ofd_query_lock(&other, LockType::Read, ..).unwrap().unwrap();
    assert_eq!((lock.lock_type(), lock.range()), (LockType::Write, range(0, 7)));
    assert_eq!((lock.pid(), lock.raw_pid()), (Some(child.pid()), child.pid().as_raw()));
    assert_eq!(errno(fs::ofd_try_lock(&other, LockType::Read, 6..)), Err(Errno::AGAIN));
}

#[test]
fn lock_range_returns_its_start_and_length() {
    assert_eq!((range(5, 7).start(), range(5, 7).length()), (5, NonZeroU64::new(7)));
    assert_eq!(LockRange::from(5..), LockRange::new(5, None));
    assert_eq!(LockRange::from(..), LockRange::new(0, None));
}
