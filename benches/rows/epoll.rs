//! Two event counters and an epoll instance in one thread, which writes to a counter, waits, and
//! reads the counter, for each of the two counters.

use std::hint::black_box;
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;

use butter::epoll::{Epoll, Event, Interest, Token};
use butter::eventfd::EventFd;
use butter::time::Timeout;
use nix::sys::epoll as nix_epoll;
use nix::sys::eventfd as nix_eventfd;
use rustix::event::{EventfdFlags, epoll as rustix_epoll, eventfd};

use crate::row::{BUTTER, CALL_LIMIT, NOT_SLOWER_LIMIT, Row};
use crate::{Failure, bare, context, fail, libc_calls};

/// The capacity of the event buffer.
const CAPACITY: usize = 16;

/// Runs one round: for each counter, writes to it, waits, and reads the reported counter. The epoll
/// token of a counter is its index.
#[inline(always)]
fn round<C>(counters: &[C; 2], write: impl Fn(&C), mut wait: impl FnMut(&[C; 2])) {
    for counter in counters {
        write(counter);
        wait(counters);
    }
}

/// Returns the counter with this token, without a panic path.
#[inline(always)]
fn counter<C>(counters: &[C; 2], token: u64) -> &C {
    &counters[(token & 1) as usize]
}

/// Creates the descriptors for the contenders that do not define types for epoll instances and
/// eventfds.
fn raw() -> Result<(OwnedFd, [OwnedFd; 2]), Failure> {
    let create = || context("eventfd2", eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK));
    let epoll = context("epoll_create1", rustix_epoll::create(rustix_epoll::CreateFlags::CLOEXEC))?;
    let counters = [create()?, create()?];
    for (token, counter) in (0..).zip(&counters) {
        let data = rustix_epoll::EventData::new_u64(token);
        context(
            "epoll_ctl",
            rustix_epoll::add(&epoll, counter, data, rustix_epoll::EventFlags::IN),
        )?;
    }
    Ok((epoll, counters))
}

fn bare() -> Result<impl FnMut() + 'static, Failure> {
    let (epoll, counters) = raw()?;
    let mut ready = [libc::epoll_event { events: 0, u64: 0 }; CAPACITY];
    Ok(move || {
        round(
            &counters,
            |counter| {
                black_box(bare::write_u64(counter, 1));
            },
            |counters| {
                let count = bare::epoll_pwait(&epoll, &mut ready);
                for event in ready.iter().take(count.cast_unsigned()) {
                    black_box(bare::read_u64(counter(counters, event.u64)));
                }
            },
        );
    })
}

fn libc() -> Result<impl FnMut() + 'static, Failure> {
    let (epoll, counters) = raw()?;
    let mut ready = [libc::epoll_event { events: 0, u64: 0 }; CAPACITY];
    Ok(move || {
        round(
            &counters,
            |counter| libc_calls::write_u64(counter, 1),
            |counters| {
                for event in libc_calls::epoll_wait(&epoll, &mut ready) {
                    black_box(libc_calls::read_u64(counter(counters, event.u64)));
                }
            },
        );
    })
}

fn butter() -> Result<impl FnMut() + 'static, Failure> {
    let counters = [
        context("eventfd2", EventFd::nonblocking(0))?,
        context("eventfd2", EventFd::nonblocking(0))?,
    ];
    let epoll = context("epoll_create1", Epoll::new())?;
    for (token, counter) in (0..).zip(&counters) {
        context("epoll_ctl", epoll.add(counter, Token(token), Interest::IN))?;
    }
    let mut ready = [Event::default(); CAPACITY];
    Ok(move || {
        round(
            &counters,
            |counter| counter.write(1).unwrap_or_else(|error| fail(BUTTER, error)),
            |counters| {
                let ready = epoll
                    .wait(&mut ready, Timeout::Infinite)
                    .unwrap_or_else(|error| fail(BUTTER, error));
                for event in ready {
                    let value = counter(counters, event.token().0).read();
                    black_box(value.unwrap_or_else(|error| fail(BUTTER, error)));
                }
            },
        );
    })
}

fn rustix() -> Result<impl FnMut() + 'static, Failure> {
    let (epoll, counters) = raw()?;
    let mut ready = [MaybeUninit::<rustix_epoll::Event>::uninit(); CAPACITY];
    Ok(move || {
        round(
            &counters,
            |counter| {
                if let Err(error) = rustix::io::write(counter, &1_u64.to_ne_bytes()) {
                    fail("rustix", error);
                }
            },
            |counters| {
                let (ready, _) = rustix_epoll::wait(&epoll, &mut ready[..], None)
                    .unwrap_or_else(|error| fail("rustix", error));
                for event in ready {
                    let mut value = [0; 8];
                    if let Err(error) =
                        rustix::io::read(counter(counters, event.data.u64()), &mut value)
                    {
                        fail("rustix", error);
                    }
                    black_box(u64::from_ne_bytes(value));
                }
            },
        );
    })
}

fn nix() -> Result<impl FnMut() + 'static, Failure> {
    let flags = nix_eventfd::EfdFlags::EFD_CLOEXEC | nix_eventfd::EfdFlags::EFD_NONBLOCK;
    let create = || context("eventfd2", nix_eventfd::EventFd::from_flags(flags));
    let counters = [create()?, create()?];
    let epoll = context(
        "epoll_create1",
        nix_epoll::Epoll::new(nix_epoll::EpollCreateFlags::EPOLL_CLOEXEC),
    )?;
    for (token, counter) in (0..).zip(&counters) {
        context(
            "epoll_ctl",
            epoll.add(counter, nix_epoll::EpollEvent::new(nix_epoll::EpollFlags::EPOLLIN, token)),
        )?;
    }
    let mut ready = [nix_epoll::EpollEvent::empty(); CAPACITY];
    Ok(move || {
        round(
            &counters,
            |counter| {
                if let Err(error) = counter.write(1) {
                    fail("nix", error);
                }
            },
            |counters| {
                let count = epoll
                    .wait(&mut ready, nix_epoll::EpollTimeout::NONE)
                    .unwrap_or_else(|error| fail("nix", error));
                for event in &ready[..count] {
                    let value = counter(counters, event.data()).read();
                    black_box(value.unwrap_or_else(|error| fail("nix", error)));
                }
            },
        );
    })
}

pub(crate) fn write_wait_read() -> Result<Row, Failure> {
    let about = "one write, one wait and one read\n  \
        (libc and nix call epoll_wait on architectures that have it, the others epoll_pwait)";
    Ok(Row::new(about, 2)
        .with("bare syscall", bare()?)
        .with("bare syscall again", bare()?)
        .with(BUTTER, butter()?)
        .with("libc", libc()?)
        .with("rustix", rustix()?)
        .with("nix", nix()?)
        .target("bare syscall", CALL_LIMIT)
        .target("libc", NOT_SLOWER_LIMIT))
}
