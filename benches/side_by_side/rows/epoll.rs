//! Two event counters and an epoll, in one thread: add to one, wait, read the one that is ready, then the other.

use std::hint::black_box;
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;

use butter::epoll::{Epoll, Event, Interest, Token};
use butter::eventfd::EventFd;
use butter::time::Timeout;
use nix::sys::epoll as nix_epoll;
use nix::sys::eventfd as nix_eventfd;
use rustix::event::{EventfdFlags, epoll as rustix_epoll, eventfd};

use crate::failure::{Failure, failed, when};
use crate::row::{BUTTER, CALL, NOT_SLOWER, Row};
use crate::{plain, stub};

/// How many events a wait has room for.
const ROOM: usize = 16;

/// One round: each counter is added to, and what its wait returns is read. Tokens are the counters' places.
#[inline(always)]
fn both<C>(counters: &[C; 2], add: impl Fn(&C), mut wait: impl FnMut(&[C; 2])) {
    for counter in counters {
        add(counter);
        wait(counters);
    }
}

/// Of two, the one that a token means, without a way to panic.
#[inline(always)]
fn of<C>(counters: &[C; 2], token: u64) -> &C {
    &counters[(token & 1) as usize]
}

/// The same objects for the stub, libc and rustix.
fn scene() -> Result<(OwnedFd, [OwnedFd; 2]), Failure> {
    let counter = || when("eventfd2", eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK));
    let epoll = when("epoll_create1", rustix_epoll::create(rustix_epoll::CreateFlags::CLOEXEC))?;
    let counters = [counter()?, counter()?];
    for (token, counter) in (0..).zip(&counters) {
        let data = rustix_epoll::EventData::new_u64(token);
        when("epoll_ctl", rustix_epoll::add(&epoll, counter, data, rustix_epoll::EventFlags::IN))?;
    }
    Ok((epoll, counters))
}

fn stub() -> Result<impl FnMut() + 'static, Failure> {
    let (epoll, counters) = scene()?;
    let mut ready = [libc::epoll_event { events: 0, u64: 0 }; ROOM];
    Ok(move || {
        both(
            &counters,
            |counter| {
                black_box(stub::add(counter, 1));
            },
            |counters| {
                let count = stub::wait(&epoll, &mut ready);
                for event in ready.iter().take(count.cast_unsigned()) {
                    black_box(stub::take(of(counters, event.u64)));
                }
            },
        );
    })
}

fn libc() -> Result<impl FnMut() + 'static, Failure> {
    let (epoll, counters) = scene()?;
    let mut ready = [libc::epoll_event { events: 0, u64: 0 }; ROOM];
    Ok(move || {
        both(
            &counters,
            |counter| plain::add(counter, 1),
            |counters| {
                for event in plain::wait(&epoll, &mut ready) {
                    black_box(plain::take(of(counters, event.u64)));
                }
            },
        );
    })
}

fn butter() -> Result<impl FnMut() + 'static, Failure> {
    let counters =
        [when("eventfd2", EventFd::nonblocking(0))?, when("eventfd2", EventFd::nonblocking(0))?];
    let epoll = when("epoll_create1", Epoll::new())?;
    for (token, counter) in (0..).zip(&counters) {
        when("epoll_ctl", epoll.add(counter, Token(token), Interest::IN))?;
    }
    let mut ready = [Event::default(); ROOM];
    Ok(move || {
        both(
            &counters,
            |counter| counter.write(1).unwrap_or_else(|error| failed(BUTTER, error)),
            |counters| {
                let ready = epoll
                    .wait(&mut ready, Timeout::Infinite)
                    .unwrap_or_else(|error| failed(BUTTER, error));
                for event in ready {
                    let value = of(counters, event.token().0).read();
                    black_box(value.unwrap_or_else(|error| failed(BUTTER, error)));
                }
            },
        );
    })
}

fn rustix() -> Result<impl FnMut() + 'static, Failure> {
    let (epoll, counters) = scene()?;
    let mut ready = [MaybeUninit::<rustix_epoll::Event>::uninit(); ROOM];
    Ok(move || {
        both(
            &counters,
            |counter| {
                if let Err(error) = rustix::io::write(counter, &1_u64.to_ne_bytes()) {
                    failed("rustix", error);
                }
            },
            |counters| {
                let (ready, _) = rustix_epoll::wait(&epoll, &mut ready[..], None)
                    .unwrap_or_else(|error| failed("rustix", error));
                for event in ready {
                    let mut value = [0; 8];
                    if let Err(error) = rustix::io::read(of(counters, event.data.u64()), &mut value)
                    {
                        failed("rustix", error);
                    }
                    black_box(u64::from_ne_bytes(value));
                }
            },
        );
    })
}

fn nix() -> Result<impl FnMut() + 'static, Failure> {
    let flags = nix_eventfd::EfdFlags::EFD_CLOEXEC | nix_eventfd::EfdFlags::EFD_NONBLOCK;
    let counter = || when("eventfd2", nix_eventfd::EventFd::from_flags(flags));
    let counters = [counter()?, counter()?];
    let epoll =
        when("epoll_create1", nix_epoll::Epoll::new(nix_epoll::EpollCreateFlags::EPOLL_CLOEXEC))?;
    for (token, counter) in (0..).zip(&counters) {
        when(
            "epoll_ctl",
            epoll.add(counter, nix_epoll::EpollEvent::new(nix_epoll::EpollFlags::EPOLLIN, token)),
        )?;
    }
    let mut ready = [nix_epoll::EpollEvent::empty(); ROOM];
    Ok(move || {
        both(
            &counters,
            |counter| {
                if let Err(error) = counter.write(1) {
                    failed("nix", error);
                }
            },
            |counters| {
                let count = epoll
                    .wait(&mut ready, nix_epoll::EpollTimeout::NONE)
                    .unwrap_or_else(|error| failed("nix", error));
                for event in &ready[..count] {
                    let value = of(counters, event.data()).read();
                    black_box(value.unwrap_or_else(|error| failed("nix", error)));
                }
            },
        );
    })
}

pub(crate) fn ping_pong() -> Result<Row, Failure> {
    let about = "one addition, one wait and one read\n  \
        (libc and nix wait by epoll_wait where the processor has it, the others by epoll_pwait)";
    Ok(Row::new(about, 2)
        .with("stub", stub()?)
        .with("stub again", stub()?)
        .with(BUTTER, butter()?)
        .with("libc", libc()?)
        .with("rustix", rustix()?)
        .with("nix", nix()?)
        .aim("stub", CALL)
        .aim("libc", NOT_SLOWER))
}
