//! Two threads and two event counters: one thread adds to the first and waits for the second, the other answers.
//!
//! Both threads inherit the one processor of the process, so that each wait is a switch to the other thread, and never
//! the waking of a processor that sleeps. Instructions, where they are counted, are those of the asking thread alone.

use std::hint::black_box;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use butter::eventfd::EventFd;
use nix::sys::eventfd as nix_eventfd;
use rustix::event::{EventfdFlags, eventfd};

use crate::failure::{Failure, failed, when};
use crate::row::{BUTTER, Row, SWITCH};
use crate::{plain, stub};

/// Asks for an answer, and is one.
const BALL: u64 = 1;
/// Asks the partner to end.
const END: u64 = 2;

struct Counters<C> {
    there: C,
    back: C,
}

/// The thread that answers, until its contender is dropped.
struct Partner<C, A: Fn(&C, u64)> {
    counters: Arc<Counters<C>>,
    add: A,
    thread: Option<JoinHandle<()>>,
}

impl<C, A> Partner<C, A>
where
    C: Send + Sync + 'static,
    A: Fn(&C, u64) + Copy + Send + 'static,
{
    fn start(
        counters: Counters<C>,
        add: A,
        take: impl Fn(&C) -> u64 + Send + 'static,
    ) -> Result<Self, Failure> {
        let counters = Arc::new(counters);
        let its = Arc::clone(&counters);
        let answer = move || {
            while take(&its.there) != END {
                add(&its.back, BALL);
            }
        };
        let thread = when("a thread", thread::Builder::new().spawn(answer))?;
        Ok(Self { counters, add, thread: Some(thread) })
    }
}

impl<C, A: Fn(&C, u64)> Drop for Partner<C, A> {
    fn drop(&mut self) {
        // It waits: it has answered whatever it was asked.
        (self.add)(&self.counters.there, END);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// A contender: one round is there and back.
fn player<C: Send + Sync + 'static>(
    make: impl Fn() -> Result<C, Failure>,
    add: impl Fn(&C, u64) + Copy + Send + 'static,
    take: impl Fn(&C) -> u64 + Copy + Send + 'static,
) -> Result<impl FnMut() + 'static, Failure> {
    let partner = Partner::start(Counters { there: make()?, back: make()? }, add, take)?;
    let round = move || {
        add(&partner.counters.there, BALL);
        black_box(take(&partner.counters.back));
    };
    // The start of a thread takes longer than many rounds: it is over when the partner has answered.
    round();
    Ok(round)
}

fn raw() -> Result<OwnedFd, Failure> {
    when("eventfd2", eventfd(0, EventfdFlags::CLOEXEC))
}

fn stub() -> Result<impl FnMut() + 'static, Failure> {
    let add = |counter: &OwnedFd, value| {
        black_box(stub::add(counter, value));
    };
    player(raw, add, stub::take)
}

fn butter() -> Result<impl FnMut() + 'static, Failure> {
    player(
        || when("eventfd2", EventFd::new(0)),
        |counter, value| counter.write(value).unwrap_or_else(|error| failed(BUTTER, error)),
        |counter| counter.read().unwrap_or_else(|error| failed(BUTTER, error)),
    )
}

fn libc() -> Result<impl FnMut() + 'static, Failure> {
    player(raw, plain::add, plain::take)
}

fn rustix() -> Result<impl FnMut() + 'static, Failure> {
    player(
        raw,
        |counter, value| {
            if let Err(error) = rustix::io::write(counter, &value.to_ne_bytes()) {
                failed("rustix", error);
            }
        },
        |counter| {
            let mut value = [0; 8];
            if let Err(error) = rustix::io::read(counter, &mut value) {
                failed("rustix", error);
            }
            u64::from_ne_bytes(value)
        },
    )
}

fn nix() -> Result<impl FnMut() + 'static, Failure> {
    player(
        || when("eventfd2", nix_eventfd::EventFd::from_flags(nix_eventfd::EfdFlags::EFD_CLOEXEC)),
        |counter, value| {
            if let Err(error) = counter.write(value) {
                failed("nix", error);
            }
        },
        |counter| counter.read().unwrap_or_else(|error| failed("nix", error)),
    )
}

pub(crate) fn ping_pong() -> Result<Row, Failure> {
    let about = "there and back between two threads on one processor: two additions, two reads, two switches";
    Ok(Row::new(about, 1)
        .with("stub", stub()?)
        .with("stub again", stub()?)
        .with(BUTTER, butter()?)
        .with("libc", libc()?)
        .with("rustix", rustix()?)
        .with("nix", nix()?)
        .aim("stub", SWITCH))
}
