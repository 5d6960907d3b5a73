//! An event counter in one thread, and two event counters between two threads.
//!
//! One of the two threads writes to the first counter and waits for the second counter, to which
//! the other thread writes its reply. Both threads inherit the CPU affinity of the process, so that
//! each wait switches to the other thread and never wakes an idle CPU. The instruction count, if
//! available, covers only the requesting thread.

use std::hint::black_box;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use butter::eventfd::EventFd;
use nix::sys::eventfd as nix_eventfd;
use rustix::event::{EventfdFlags, eventfd};

use crate::row::{BUTTER, CALL_LIMIT, NOT_SLOWER_LIMIT, Row, SWITCH_LIMIT};
use crate::{Failure, bare, context, fail, libc_calls};

fn raw() -> Result<OwnedFd, Failure> {
    context("eventfd2", eventfd(0, EventfdFlags::CLOEXEC))
}

pub(crate) fn write_and_read() -> Result<Row, Failure> {
    let (first, again, libc, rustix) = (raw()?, raw()?, raw()?, raw()?);
    let butter = context("eventfd2", EventFd::new(0))?;
    let nix =
        context("eventfd2", nix_eventfd::EventFd::from_flags(nix_eventfd::EfdFlags::EFD_CLOEXEC))?;
    Ok(Row::new("one write and one read", 1)
        .with("bare syscall", move || {
            black_box(bare::write_u64(&first, 1));
            black_box(bare::read_u64(&first));
        })
        .with("bare syscall again", move || {
            black_box(bare::write_u64(&again, 1));
            black_box(bare::read_u64(&again));
        })
        .with(BUTTER, move || {
            if let Err(error) = butter.write(1) {
                fail(BUTTER, error);
            }
            match butter.read() {
                Ok(value) => black_box(value),
                Err(error) => fail(BUTTER, error),
            };
        })
        .with("libc", move || {
            libc_calls::write_u64(&libc, 1);
            black_box(libc_calls::read_u64(&libc));
        })
        .with("rustix", move || {
            if let Err(error) = rustix::io::write(&rustix, &1_u64.to_ne_bytes()) {
                fail("rustix", error);
            }
            let mut value = [0; 8];
            if let Err(error) = rustix::io::read(&rustix, &mut value) {
                fail("rustix", error);
            }
            black_box(u64::from_ne_bytes(value));
        })
        .with("nix", move || {
            if let Err(error) = nix.write(1) {
                fail("nix", error);
            }
            match nix.read() {
                Ok(value) => black_box(value),
                Err(error) => fail("nix", error),
            };
        })
        .target("bare syscall", CALL_LIMIT)
        .target("libc", NOT_SLOWER_LIMIT))
}

/// The eventfd value of a request and of a reply.
const MESSAGE: u64 = 1;
/// The eventfd value that causes the partner thread to exit.
const EXIT: u64 = 2;

struct Counters<C> {
    request: C,
    reply: C,
}

/// The thread that replies to requests until its contender is dropped.
struct Partner<C, A: Fn(&C, u64)> {
    counters: Arc<Counters<C>>,
    write: A,
    thread: Option<JoinHandle<()>>,
}

impl<C, A> Partner<C, A>
where
    C: Send + Sync + 'static,
    A: Fn(&C, u64) + Copy + Send + 'static,
{
    fn start(
        counters: Counters<C>,
        write: A,
        read: impl Fn(&C) -> u64 + Send + 'static,
    ) -> Result<Self, Failure> {
        let counters = Arc::new(counters);
        let own = Arc::clone(&counters);
        let reply = move || {
            while read(&own.request) != EXIT {
                write(&own.reply, MESSAGE);
            }
        };
        let thread = context("a thread", thread::Builder::new().spawn(reply))?;
        Ok(Self { counters, write, thread: Some(thread) })
    }
}

impl<C, A: Fn(&C, u64)> Drop for Partner<C, A> {
    fn drop(&mut self) {
        // The partner has replied to every request, and is waiting for the next request.
        (self.write)(&self.counters.request, EXIT);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Creates a contender. One round consists of one request and one reply.
fn requester<C: Send + Sync + 'static>(
    create: impl Fn() -> Result<C, Failure>,
    write: impl Fn(&C, u64) + Copy + Send + 'static,
    read: impl Fn(&C) -> u64 + Copy + Send + 'static,
) -> Result<impl FnMut() + 'static, Failure> {
    let partner = Partner::start(Counters { request: create()?, reply: create()? }, write, read)?;
    let round = move || {
        write(&partner.counters.request, MESSAGE);
        black_box(read(&partner.counters.reply));
    };
    // Starting a thread takes longer than many rounds. The first reply shows that the partner
    // thread is running.
    round();
    Ok(round)
}

fn bare() -> Result<impl FnMut() + 'static, Failure> {
    let write = |counter: &OwnedFd, value| {
        black_box(bare::write_u64(counter, value));
    };
    requester(raw, write, bare::read_u64)
}

fn butter() -> Result<impl FnMut() + 'static, Failure> {
    requester(
        || context("eventfd2", EventFd::new(0)),
        |counter, value| counter.write(value).unwrap_or_else(|error| fail(BUTTER, error)),
        |counter| counter.read().unwrap_or_else(|error| fail(BUTTER, error)),
    )
}

fn libc() -> Result<impl FnMut() + 'static, Failure> {
    requester(raw, libc_calls::write_u64, libc_calls::read_u64)
}

fn rustix() -> Result<impl FnMut() + 'static, Failure> {
    requester(
        raw,
        |counter, value| {
            if let Err(error) = rustix::io::write(counter, &value.to_ne_bytes()) {
                fail("rustix", error);
            }
        },
        |counter| {
            let mut value = [0; 8];
            if let Err(error) = rustix::io::read(counter, &mut value) {
                fail("rustix", error);
            }
            u64::from_ne_bytes(value)
        },
    )
}

fn nix() -> Result<impl FnMut() + 'static, Failure> {
    requester(
        || {
            context(
                "eventfd2",
                nix_eventfd::EventFd::from_flags(nix_eventfd::EfdFlags::EFD_CLOEXEC),
            )
        },
        |counter, value| {
            if let Err(error) = counter.write(value) {
                fail("nix", error);
            }
        },
        |counter| counter.read().unwrap_or_else(|error| fail("nix", error)),
    )
}

pub(crate) fn ping_pong() -> Result<Row, Failure> {
    let about = "request and reply between two threads on one CPU\n  \
        (two writes, two reads, two context switches)";
    Ok(Row::new(about, 1)
        .with("bare syscall", bare()?)
        .with("bare syscall again", bare()?)
        .with(BUTTER, butter()?)
        .with("libc", libc()?)
        .with("rustix", rustix()?)
        .with("nix", nix()?)
        .target("bare syscall", SWITCH_LIMIT))
}
