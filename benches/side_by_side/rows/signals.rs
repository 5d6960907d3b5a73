//! Real-time signals that were queued, each with a value: read one at a time, and many with one call.
//!
//! Only reading them is measured, and looking at the number and the value of each, not what queues them. They are for
//! the thread that reads, which holds them back; contenders take turns, so that each finds its own and no others. Only
//! butter asks why a signal came before it believes the value: the others take that for granted.

use std::hint::black_box;
use std::mem;
use std::os::fd::OwnedFd;

use butter::process::getpid;
use butter::signal::{self, Cause, Signal};
use butter::signalfd::{EVENT_SIZE, Event, SignalFd};
use butter::thread::{self, gettid};
use nix::sys::signalfd as nix_signalfd;

use crate::failure::{Failure, failed, when};
use crate::row::{BUTTER, CALL, DECODE, NOT_SLOWER, Row, Run};
use crate::{plain, stub};

const SIGNAL: Signal = Signal::RTMIN;

/// How many are queued for a round, each with its place as its value: a user may have some thousands in all
/// (`RLIMIT_SIGPENDING`).
const SIGNALS: usize = 64;

/// What the signals of a round say, added up.
const SAID: u64 = (SIGNALS * SIGNAL.as_raw() as usize + SIGNALS * (SIGNALS - 1) / 2) as u64;

type Record = libc::signalfd_siginfo;

/// On the stack, from the start of a page: the kernel copies into the same memory for all contenders. Where each had
/// its own, one of two equal ones was faster by 1 %.
#[repr(align(4096))]
struct Room<R>(R);

fn records<const N: usize>() -> [Record; N] {
    // SAFETY: integers; all zero is a record.
    unsafe { mem::zeroed() }
}

/// What a signal says, to who takes the kernel's record as it is.
#[inline(always)]
fn plainly(record: &Record) -> u64 {
    u64::from(record.ssi_signo) + record.ssi_ptr
}

/// What a signal says, by butter.
#[inline(always)]
fn said(event: &Event) -> u64 {
    match event.cause() {
        Cause::Queue { value, .. } => event.signal().as_raw() as u64 + value.get(),
        _ => failed(BUTTER, "a signal that was not queued"),
    }
}

fn butters() -> Result<SignalFd, Failure> {
    when("signalfd4", SignalFd::new(SIGNAL))
}

fn raw() -> Result<OwnedFd, Failure> {
    butters().map(OwnedFd::from)
}

/// A contender: reads all signals of a round, and returns what they say.
fn reader<R: Copy + 'static>(
    name: &'static str,
    room: R,
    read: impl Fn(&mut R) -> u64 + 'static,
) -> Result<Run, Failure> {
    when("rt_sigprocmask", signal::block(SIGNAL))?.forget();
    Ok(Box::new(move |rounds, meter| {
        let mut room = Room(room);
        for _ in 0..rounds {
            for value in 0..SIGNALS as u64 {
                if let Err(error) = thread::queue(getpid(), gettid(), SIGNAL, value) {
                    failed("a signal that is queued", error);
                }
            }
            let mut said = 0;
            meter.measure(|| said = read(&mut room.0));
            if black_box(said) != SAID {
                failed(name, "other signals than were queued, or not what they say");
            }
        }
    }))
}

/// As [`reader`], by one read for each signal.
fn one_by_one<R: Copy + 'static>(
    name: &'static str,
    room: R,
    read: impl Fn(&mut R) -> u64 + 'static,
) -> Result<Run, Failure> {
    reader(name, room, move |room| (0..SIGNALS).map(|_| read(room)).sum())
}

fn stub() -> Result<Run, Failure> {
    let fd = raw()?;
    one_by_one("stub", records::<1>(), move |record| {
        black_box(stub::signals(&fd, record));
        plainly(&record[0])
    })
}

fn butter() -> Result<Run, Failure> {
    let signals = butters()?;
    one_by_one(BUTTER, (), move |()| {
        said(&signals.read().unwrap_or_else(|error| failed(BUTTER, error)))
    })
}

fn libc() -> Result<Run, Failure> {
    let fd = raw()?;
    one_by_one("libc", records::<1>(), move |record| {
        plain::signals(&fd, record).iter().map(plainly).sum()
    })
}

fn nix() -> Result<Run, Failure> {
    // SAFETY: the descriptor is one of signals.
    let signals = unsafe { nix_signalfd::SignalFd::from_owned_fd(raw()?) };
    one_by_one("nix", (), move |()| match signals.read_signal() {
        Ok(Some(record)) => plainly(&record),
        Ok(None) => failed("nix", "no signal"),
        Err(error) => failed("nix", error),
    })
}

pub(crate) fn read() -> Result<Row, Failure> {
    let about = "one read of a signal that was queued, its number and its value\n  (not rustix: it has no signalfd)";
    Ok(Row::new(about, SIGNALS as u32)
        .with_run("stub", stub()?)
        .with_run("stub again", stub()?)
        .with_run(BUTTER, butter()?)
        .with_run("libc", libc()?)
        .with_run("nix", nix()?)
        .aim("stub", CALL)
        .aim("libc", NOT_SLOWER))
}

fn by_hand() -> Result<Run, Failure> {
    let fd = raw()?;
    reader("by hand", records::<SIGNALS>(), move |records| {
        let bytes = stub::signals(&fd, records).cast_unsigned();
        records.iter().take(bytes / size_of::<Record>()).map(plainly).sum()
    })
}

fn butter_at_once() -> Result<Run, Failure> {
    let signals = butters()?;
    reader(BUTTER, [0; SIGNALS * EVENT_SIZE], move |buffer| {
        let events = signals.read_events(buffer).unwrap_or_else(|error| failed(BUTTER, error));
        events.map(said).sum()
    })
}

fn libc_at_once() -> Result<Run, Failure> {
    let fd = raw()?;
    reader("libc, by hand", records::<SIGNALS>(), move |records| {
        plain::signals(&fd, records).iter().map(plainly).sum()
    })
}

pub(crate) fn drain() -> Result<Row, Failure> {
    let about = "one signal of 64 that are read at once, its number and its value\n  \
        (nix reads one at a time, it can no more; not rustix: it has no signalfd)";
    Ok(Row::new(about, SIGNALS as u32)
        .with_run("by hand", by_hand()?)
        .with_run("by hand again", by_hand()?)
        .with_run(BUTTER, butter_at_once()?)
        .with_run("libc, by hand", libc_at_once()?)
        .with_run("nix", nix()?)
        .aim("by hand", DECODE)
        .aim("libc, by hand", NOT_SLOWER))
}
