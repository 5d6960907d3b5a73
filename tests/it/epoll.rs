//! Tests of `epoll`: the readiness of registered descriptors, timeouts and busy polling.

use std::time::{Duration, Instant};

use butter::epoll::{BusyPoll, Epoll, Event, Interest, Readiness, Token, raw};
use butter::error::{Call, ErrorKind};
use butter::eventfd::EventFd;
use butter::fd::AsFd;
use butter::signal::{SigSet, Signal};
use butter::time::{Timeout, Timespec};
use butter::{Errno, io, pipe};
use common::child::prevent_spawns;
use common::inject::inject;
use common::require;
use common::signals::{PeriodicSignals, interrupted};
use common::test::supported;

fn tokens(ready: &[Event]) -> Vec<u64> {
    let mut tokens: Vec<_> = ready.iter().map(|ready| ready.token().0).collect();
    tokens.sort_unstable();
    tokens
}

#[test]
fn epoll_wait_returns_token_and_readiness_of_each_ready_descriptor() {
    let epoll = Epoll::new().unwrap();
    let (reader, writer) = pipe::pipe().unwrap();
    let counter = EventFd::new(1).unwrap();
    epoll.add(&reader, Token(u64::MAX), Interest::IN).unwrap();
    epoll.add(&writer, Token(0), Interest::OUT).unwrap();
    epoll.add(&counter, Token(0x0123_4567_89AB_CDEF), Interest::IN).unwrap();

    let mut buffer = [Event::default(); 8];
    let ready = epoll.wait(&mut buffer, Timeout::Infinite).unwrap();
    assert_eq!(tokens(ready), [0, 0x0123_4567_89AB_CDEF]);
    io::write(&writer, b"!").unwrap();
    let ready = epoll.wait(&mut buffer, Timeout::Zero).unwrap();
    assert_eq!(tokens(ready), [0, 0x0123_4567_89AB_CDEF, u64::MAX]);
    let reader_event = ready.iter().find(|ready| ready.token() == Token(u64::MAX)).unwrap();
    assert_eq!(reader_event.readiness(), Readiness::IN);
    assert_eq!(
        format!("{reader_event:?}"),
        format!("Event {{ token: Token({}), readiness: Readiness(IN) }}", u64::MAX)
    );
    assert_eq!(
        epoll.wait(&mut buffer[..1], Timeout::Zero).unwrap().len(),
        1,
        "epoll_wait should return at most as many events as fit into the buffer"
    );
}

#[test]
fn token_is_converted_from_and_to_an_index_without_loss() {
    for index in [0, 1, 0x0123_4567_89AB_CDEF, usize::MAX] {
        let token = Token::from(index);
        assert_eq!((token.as_raw(), usize::from(token)), (index as u64, index));
    }
}

#[test]
fn epoll_modify_and_delete_change_the_reported_events() {
    let epoll = Epoll::new().unwrap();
    let counter = EventFd::new(1).unwrap();
    let mut buffer = [Event::default(); 4];
    epoll.add(&counter, Token(1), Interest::empty()).unwrap();
    assert!(epoll.wait(&mut buffer, Timeout::Zero).unwrap().is_empty());
    epoll.modify(&counter, Token(2), Interest::IN | Interest::OUT).unwrap();
    let ready = epoll.wait(&mut buffer, Timeout::Zero).unwrap();
    assert_eq!(
        (ready[0].token(), ready[0].readiness()),
        (Token(2), Readiness::IN | Readiness::OUT)
    );
    epoll.delete(&counter).unwrap();
    assert!(epoll.wait(&mut buffer, Timeout::Zero).unwrap().is_empty());
    assert_eq!(epoll.delete(&counter).unwrap_err().kind(), ErrorKind::NotFound);
}

#[test]
fn epoll_edge_triggered_event_is_reported_once_per_write() {
    let epoll = Epoll::new().unwrap();
    let counter = EventFd::new(1).unwrap();
    epoll.add(&counter, Token(1), Interest::IN | Interest::ET).unwrap();
    let mut buffer = [Event::default(); 4];
    assert_eq!(epoll.wait(&mut buffer, Timeout::Zero).unwrap().len(), 1);
    assert_eq!(epoll.wait(&mut buffer, Timeout::Zero).unwrap().len(), 0);
    counter.write(1).unwrap();
    assert_eq!(epoll.wait(&mut buffer, Timeout::Zero).unwrap().len(), 1);
}

#[test]
fn epoll_oneshot_event_is_reported_once_until_modified() {
    let epoll = Epoll::new().unwrap();
    let counter = EventFd::new(1).unwrap();
    epoll.add(&counter, Token(1), Interest::IN | Interest::ONESHOT).unwrap();
    let mut buffer = [Event::default(); 4];
    assert_eq!(epoll.wait(&mut buffer, Timeout::Zero).unwrap().len(), 1);
    counter.write(1).unwrap();
    assert_eq!(epoll.wait(&mut buffer, Timeout::Zero).unwrap().len(), 0);
    epoll.modify(&counter, Token(1), Interest::IN | Interest::ONESHOT).unwrap();
    assert_eq!(epoll.wait(&mut buffer, Timeout::Zero).unwrap().len(), 1);
}

#[test]
fn epoll_exclusive_fails_with_einval_for_modify_nested_epoll_oneshot_and_rdhup() {
    let (one, other) = (Epoll::new().unwrap(), Epoll::new().unwrap());
    let counter = EventFd::new(0).unwrap();
    let interest = Interest::IN | Interest::EXCLUSIVE;
    one.add(&counter, Token(1), interest | Interest::ET | Interest::WAKEUP).unwrap();
    other.add(&counter, Token(2), interest).unwrap();
    counter.write(1).unwrap();
    let counts = [&one, &other]
        .map(|epoll| epoll.wait(&mut [Event::default()], Timeout::Zero).unwrap().len());
    assert!(counts.contains(&1), "at least one epoll instance should report the event");
    assert_eq!(one.modify(&counter, Token(1), interest).unwrap_err().errno(), Errno::INVAL);
    for wrong in [Interest::ONESHOT, Interest::RDHUP] {
        let error = Epoll::new().unwrap().add(&counter, Token(1), interest | wrong).unwrap_err();
        assert_eq!(error.errno(), Errno::INVAL, "{wrong}");
    }
    let nested = Epoll::new().unwrap();
    assert_eq!(nested.add(&one, Token(1), interest).unwrap_err().errno(), Errno::INVAL);
    nested.add(&one, Token(1), Interest::IN).unwrap();
}

#[test]
fn epoll_reports_err_and_hup_even_if_not_requested() {
    let epoll = Epoll::new().unwrap();
    let (reader, writer) = pipe::pipe().unwrap();
    epoll.add(&writer, Token(1), Interest::empty()).unwrap();
    let no_spawns = prevent_spawns();
    drop(reader);
    let mut buffer = [Event::default(); 4];
    assert_eq!(epoll.wait(&mut buffer, Timeout::Zero).unwrap()[0].readiness(), Readiness::ERR);

    let (reader, writer) = pipe::pipe().unwrap();
    drop(writer);
    epoll.add(&reader, Token(2), Interest::IN).unwrap();
    let ready = epoll.wait(&mut buffer, Timeout::Zero).unwrap();
    let hangup = ready.iter().find(|ready| ready.token() == Token(2)).unwrap();
    assert_eq!(hangup.readiness(), Readiness::HUP);
    drop(no_spawns);
}

#[test]
fn epoll_reports_rdhup_if_peer_shuts_down_writing() {
    use std::os::unix::net::UnixStream;
    let (near, far) = UnixStream::pair().unwrap();
    let near = common::fd(near);
    let epoll = Epoll::new().unwrap();
    epoll.add(&near, Token(1), Interest::RDHUP).unwrap();
    far.shutdown(std::net::Shutdown::Write).unwrap();
    let mut buffer = [Event::default(); 1];
    assert_eq!(epoll.wait(&mut buffer, Timeout::Zero).unwrap()[0].readiness(), Readiness::RDHUP);
}

#[test]
fn epoll_wait_calls_epoll_pwait_if_timeout_is_whole_milliseconds() {
    let epoll = Epoll::new().unwrap();
    let counter = EventFd::new(1).unwrap();
    let whole = [
        Timeout::Infinite,
        Timeout::Zero,
        Duration::from_millis(2).into(),
        Duration::from_secs(1 << 40).into(),
        Duration::MAX.into(),
    ];
    // `Epoll::wait` calls `epoll_pwait` for a timeout of whole milliseconds. Only other timeouts
    // require `epoll_pwait2`.
    epoll.add(&counter, Token(1), Interest::IN).unwrap();
    inject(libc::SYS_epoll_pwait2, Errno::NOSYS, || {
        for time in whole {
            assert_eq!(epoll.wait(&mut [Event::default()], time).unwrap().len(), 1, "{time:?}");
        }
        for fine in [Duration::from_micros(1500), Duration::from_nanos(1)] {
            let error = raw::epoll_pwait2(
                epoll.as_fd(),
                &mut [Event::default()],
                Some(&fine.try_into().unwrap()),
                None,
            )
            .unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Unsupported, "{fine:?}");
            assert_eq!(error.call().since(), cfg!(feature = "explain").then_some("5.11"));
        }
    });
    inject(libc::SYS_epoll_pwait, Errno::NOSYS, || {
        for time in whole {
            assert_eq!(
                epoll.wait(&mut [Event::default()], time).unwrap_err().errno(),
                Errno::NOSYS
            );
        }
    });
}

#[test]
fn epoll_wait_falls_back_to_epoll_pwait_if_epoll_pwait2_fails() {
    let epoll = Epoll::new().unwrap();
    let counter = EventFd::new(0).unwrap();
    epoll.add(&counter, Token(1), Interest::IN).unwrap();
    let fine = Duration::from_micros(1250);
    for errno in [Errno::NOSYS, Errno::PERM, Errno::INVAL, Errno::ACCES, Errno::BADF] {
        inject(libc::SYS_epoll_pwait2, errno, || {
            for interruptible in [false, true] {
                let wait = |timeout: Duration| {
                    let mut buffer = [Event::default()];
                    if interruptible {
                        epoll.wait_interruptible(&mut buffer, timeout, None).map(<[_]>::len)
                    } else {
                        epoll.wait(&mut buffer, timeout).map(<[_]>::len)
                    }
                };
                let began = Instant::now();
                assert_eq!(wait(fine), Ok(0), "{errno}");
                assert!(began.elapsed() >= Duration::from_millis(2), "{errno}: rounded up");
                counter.write(1).unwrap();
                for timeout in [fine, Duration::from_nanos(1), Duration::MAX] {
                    assert_eq!(wait(timeout), Ok(1), "{errno}: {timeout:?}");
                }
                counter.read().unwrap();
            }
            let error = epoll.wait(&mut [], fine).unwrap_err();
            assert_eq!((error.call(), error.errno()), (Call::EPOLL_PWAIT, Errno::INVAL), "{errno}");
        });
    }
    let interrupting = inject(libc::SYS_epoll_pwait2, Errno::INTR, || {
        epoll.wait_interruptible(&mut [Event::default()], fine, None).unwrap_err()
    });
    assert_eq!(
        interrupting.call(),
        Call::EPOLL_PWAIT2,
        "EINTR should not trigger the fallback to epoll_pwait"
    );
}

#[test]
fn epoll_wait_does_not_return_before_a_timeout_of_1250_microseconds_expires() {
    require!(kernel >= 5.11, "epoll_pwait2");
    let epoll = Epoll::new().unwrap();
    let counter = EventFd::new(0).unwrap();
    epoll.add(&counter, Token(1), Interest::IN).unwrap();
    let began = Instant::now();
    assert!(epoll.wait(&mut [Event::default()], Duration::from_micros(1250)).unwrap().is_empty());
    assert!(began.elapsed() >= Duration::from_micros(1250));
    counter.write(1).unwrap();
    assert_eq!(epoll.wait(&mut [Event::default()], Duration::MAX).unwrap().len(), 1);
    let time = Timespec { seconds: 1, nanoseconds: 0 };
    assert_eq!(raw::epoll_pwait2(epoll.as_fd(), &mut [Event::default()], Some(&time), None), Ok(1));
}

#[test]
fn epoll_wait_interruptible_fails_with_eintr_and_wait_retries() {
    let epoll = Epoll::new().unwrap();
    let mut buffer = [Event::default(); 1];
    let error =
        interrupted(|| epoll.wait_interruptible(&mut buffer, Timeout::Infinite, None).unwrap_err());
    assert_eq!(error.kind(), ErrorKind::Interrupted);
    let mask = SigSet::from([Signal::USR1]);
    let time = Duration::from_millis(50);
    assert!(interrupted(|| epoll
        .wait_interruptible(&mut [Event::default()], time, Some(mask))
        .unwrap()
        .is_empty()));

    let counter = EventFd::new(0).unwrap();
    epoll.add(&counter, Token(1), Interest::IN).unwrap();
    let signals = PeriodicSignals::new();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while signals.count() < 20 {
                std::thread::yield_now();
            }
            counter.write(1).unwrap();
        });
        assert_eq!(
            signals.run(|| epoll.wait(&mut [Event::default()], Timeout::Infinite).unwrap().len()),
            1
        );
    });
}

#[test]
fn epoll_busy_poll_returns_the_parameters_that_were_set() {
    let epoll = Epoll::new().unwrap();
    assert_eq!(require!(supported(epoll.busy_poll())), BusyPoll::default());
    let mut params = BusyPoll::default();
    (params.microseconds, params.budget, params.prefer) = (200, 64, true);
    epoll.set_busy_poll(&params).unwrap();
    assert_eq!(epoll.busy_poll(), Ok(params));
}
