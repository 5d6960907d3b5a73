//! Tests of `eventfd`: counters and semaphores.

use std::sync::Barrier;
use std::time::Duration;

use butter::eventfd::{self, CreateFlags, EventFd};
use butter::fd::AsFd;
use butter::time::Timeout;
use butter::{Errno, io};
use common::signals::{PeriodicSignals, interrupted};

#[test]
fn eventfd_read_returns_the_sum_of_the_writes() {
    let counter = EventFd::new(36).unwrap();
    assert_eq!(counter.read(), Ok(36));
    for _ in 0..5 {
        counter.write(36).unwrap();
    }
    assert_eq!(counter.read(), Ok(180));
    counter.write(0).unwrap();
    assert_eq!(
        counter.wait(Timeout::Zero),
        Ok(false),
        "a write of 0 should not change the counter"
    );
    assert_eq!(EventFd::new(u32::MAX).unwrap().read(), Ok(u64::from(u32::MAX)));
}

#[test]
fn eventfd_semaphore_read_returns_1_and_decrements_the_counter() {
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
fn eventfd_try_read_and_try_write_return_instead_of_blocking() {
    let counter = EventFd::nonblocking(0).unwrap();
    assert_eq!(counter.try_read(), Ok(None));
    assert_eq!(counter.try_write(eventfd::VALUE_MAX), Ok(true));
    assert_eq!(counter.try_write(1), Ok(false));
    assert_eq!(counter.try_write(0), Ok(true));
    assert_eq!(counter.try_write(u64::MAX).unwrap_err().errno(), Errno::INVAL);
    assert_eq!(
        counter.try_read(),
        Ok(Some(eventfd::VALUE_MAX)),
        "failed writes should not change the counter"
    );
}

#[test]
fn eventfd_write_waits_for_a_read_if_the_counter_is_at_its_maximum() {
    let counter = EventFd::new(0).unwrap();
    counter.write(eventfd::VALUE_MAX).unwrap();
    std::thread::scope(|scope| {
        scope.spawn(|| counter.write(5).unwrap());
        assert_eq!(counter.read(), Ok(eventfd::VALUE_MAX));
        assert_eq!(counter.read(), Ok(5));
    });
}

#[test]
fn eventfd_try_read_returns_the_value_to_only_one_of_several_threads() {
    let counter = EventFd::nonblocking(1).unwrap();
    let all_are_ready = Barrier::new(4);
    let read = || {
        assert_eq!(counter.wait(Timeout::Zero), Ok(true));
        all_are_ready.wait();
        counter.try_read().unwrap()
    };
    let mut values = std::thread::scope(|scope| {
        [(); 4].map(|()| scope.spawn(read)).map(|reader| reader.join().unwrap())
    });
    values.sort_unstable();
    assert_eq!(values, [None, None, None, Some(1)]);
}

#[test]
fn eventfd_encode_and_decode_use_the_byte_format_of_the_kernel() {
    let counter = EventFd::nonblocking(0).unwrap();
    assert_eq!(io::write(&counter, &eventfd::encode(42)), Ok(8));
    let mut bytes = [0; 8];
    assert_eq!(io::read(&counter, &mut bytes), Ok(8));
    assert_eq!(eventfd::decode(&bytes), Some(42));
    assert_eq!(io::write(&counter, &[1; 7]).unwrap_err().errno(), Errno::INVAL);
}

#[test]
fn eventfd2_passes_flags_verbatim() {
    let fd = eventfd::raw::eventfd2(1, CreateFlags::NONBLOCK).unwrap();
    assert_eq!(io::fcntl_getfd(&fd), Ok(io::DescriptorFlags::empty()));
    assert_eq!(eventfd::raw::read(fd.as_fd()), Ok(1));
    assert_eq!(eventfd::raw::write(fd.as_fd(), 5), Ok(()));
    assert_eq!(eventfd::raw::read(fd.as_fd()), Ok(5));
}

#[test]
fn eventfd_wait_returns_after_a_write_or_if_the_timeout_expires() {
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
        "wait should return true if the counter is already readable"
    );
}

#[test]
fn eventfd_interruptible_calls_fail_with_eintr_and_read_retries() {
    let counter = EventFd::new(0).unwrap();
    assert_eq!(interrupted(|| counter.read_interruptible().unwrap_err().errno()), Errno::INTR);
    counter.write(eventfd::VALUE_MAX).unwrap();
    assert_eq!(interrupted(|| counter.write_interruptible(1).unwrap_err().errno()), Errno::INTR);
    counter.read().unwrap();

    let signals = PeriodicSignals::new();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while signals.count() < 20 {
                std::thread::yield_now();
            }
            counter.write(9).unwrap();
        });
        assert_eq!(signals.run(|| counter.read()), Ok(9));
    });
}

#[test]
fn eventfd_writes_of_several_threads_are_all_counted() {
    // CI runs the musl builds in an emulated virtual machine, whose CPUs wake each other slowly, so
    // these builds write fewer times.
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
