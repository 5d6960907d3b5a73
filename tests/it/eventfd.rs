//! Event counters.

use std::sync::Barrier;
use std::time::Duration;

use butter::eventfd::{self, CreateFlags, EventFd};
use butter::fd::AsFd;
use butter::time::Timeout;
use butter::{Errno, io};
use common::signals::{PeriodicSignals, interrupted};

#[test]
fn a_counter_gives_all_that_was_added() {
    let counter = EventFd::new(36).unwrap();
    assert_eq!(counter.read(), Ok(36));
    for _ in 0..5 {
        counter.write(36).unwrap();
    }
    assert_eq!(counter.read(), Ok(180));
    counter.write(0).unwrap();
    assert_eq!(counter.wait(Timeout::Zero), Ok(false), "nothing was added");
    assert_eq!(EventFd::new(u32::MAX).unwrap().read(), Ok(u64::from(u32::MAX)));
}

#[test]
fn a_semaphore_gives_one_at_a_time() {
    let permits = EventFd::with_flags(
        3,
        CreateFlags::CLOEXEC | CreateFlags::NONBLOCK | CreateFlags::SEMAPHORE,
    )
    .unwrap();
    assert_eq!([permits.try_read(), permits.try_read(), permits.try_read()], [Ok(Some(1)); 3]);
    assert_eq!(permits.try_read(), Ok(None));
    permits.write(2).unwrap();
    assert_eq!((permits.read(), permits.read()), (Ok(1), Ok(1)));
    assert_eq!(EventFd::semaphore(1).unwrap().read(), Ok(1));
}

#[test]
fn nothing_there_and_no_room_are_answers() {
    let counter = EventFd::nonblocking(0).unwrap();
    assert_eq!(counter.try_read(), Ok(None));
    assert_eq!(counter.try_write(eventfd::VALUE_MAX), Ok(true));
    assert_eq!(counter.try_write(1), Ok(false));
    assert_eq!(counter.try_write(0), Ok(true));
    assert_eq!(counter.try_write(u64::MAX).unwrap_err().errno(), Errno::INVAL);
    assert_eq!(
        counter.try_read(),
        Ok(Some(eventfd::VALUE_MAX)),
        "what was refused changed nothing"
    );
}

#[test]
fn an_addition_without_room_waits_for_a_read() {
    let counter = EventFd::new(0).unwrap();
    counter.write(eventfd::VALUE_MAX).unwrap();
    std::thread::scope(|scope| {
        scope.spawn(|| counter.write(5).unwrap());
        assert_eq!(counter.read(), Ok(eventfd::VALUE_MAX));
        assert_eq!(counter.read(), Ok(5));
    });
}

#[test]
fn of_many_that_see_it_ready_one_reads_and_none_waits() {
    let counter = EventFd::nonblocking(1).unwrap();
    let all_have_seen_it = Barrier::new(4);
    let read = || {
        assert_eq!(counter.wait(Timeout::Zero), Ok(true));
        all_have_seen_it.wait();
        counter.try_read().unwrap()
    };
    let mut told = std::thread::scope(|scope| {
        [(); 4].map(|()| scope.spawn(read)).map(|reader| reader.join().unwrap())
    });
    told.sort_unstable();
    assert_eq!(told, [None, None, None, Some(1)]);
}

#[test]
fn its_bytes_are_the_codec_s() {
    let counter = EventFd::nonblocking(0).unwrap();
    assert_eq!(io::write(&counter, &eventfd::encode(42)), Ok(8));
    let mut bytes = [0; 8];
    assert_eq!(io::read(&counter, &mut bytes), Ok(8));
    assert_eq!(eventfd::decode(&bytes), Some(42));
    assert_eq!(io::write(&counter, &[1; 7]).unwrap_err().errno(), Errno::INVAL);
}

#[test]
fn raw_takes_flags_as_they_are() {
    let fd = eventfd::raw::eventfd2(1, CreateFlags::NONBLOCK).unwrap();
    assert_eq!(io::fcntl_getfd(&fd), Ok(io::DescriptorFlags::empty()));
    assert_eq!(eventfd::raw::read(fd.as_fd()), Ok(1));
    assert_eq!(eventfd::raw::write(fd.as_fd(), 5), Ok(()));
    assert_eq!(eventfd::raw::read(fd.as_fd()), Ok(5));
}

#[test]
fn a_wait_ends_with_an_addition_or_with_the_time() {
    let counter = EventFd::new(0).unwrap();
    let began = std::time::Instant::now();
    assert_eq!(counter.wait(Duration::from_micros(20_500)), Ok(false));
    assert!(began.elapsed() >= Duration::from_micros(20_500));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            std::thread::sleep(Duration::from_millis(20));
            counter.write(1).unwrap();
        });
        assert_eq!(counter.wait(Timeout::Infinite), Ok(true));
    });
    assert_eq!(
        counter.wait(Duration::from_secs(3600)),
        Ok(true),
        "what is there is not waited for"
    );
}

#[test]
fn signals_end_only_what_asks_for_it() {
    let counter = EventFd::new(0).unwrap();
    assert_eq!(interrupted(|| counter.read_interruptible().unwrap_err().errno()), Errno::INTR);
    counter.write(eventfd::VALUE_MAX).unwrap();
    assert_eq!(interrupted(|| counter.write_interruptible(1).unwrap_err().errno()), Errno::INTR);
    counter.read().unwrap();

    let storm = PeriodicSignals::new();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while storm.count() < 20 {
                std::thread::yield_now();
            }
            counter.write(9).unwrap();
        });
        assert_eq!(storm.run(|| counter.read()), Ok(9));
    });
}

#[test]
fn no_addition_of_many_threads_is_lost() {
    // The static builds run in an emulated machine, whose processors wake each other slowly.
    const EACH: u64 = if cfg!(target_env = "musl") { 500 } else { 10_000 };
    let counter = EventFd::new(0).unwrap();
    let sum: u64 = std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| (0..EACH).for_each(|_| counter.write(1).unwrap()));
        }
        let mut sum = 0;
        while sum < 4 * EACH {
            sum += counter.read().unwrap();
        }
        sum
    });
    assert_eq!(sum, 4 * EACH);
    assert_eq!(counter.wait(Timeout::Zero), Ok(false));
}
