//! Reading queued real-time signals with values: one signal per call, and many signals with one
//! call.
//!
//! Only reading the signals and examining the number and value of each signal are measured, not
//! queueing the signals. The signals are sent to the reading thread, which has blocked the signals.
//! The contenders take turns, so that each contender reads only its own signals. Only butter checks
//! the cause of a signal before it uses the value; the other contenders assume that the signal was
//! queued with a value.

use std::hint::black_box;
use std::mem;
use std::os::fd::OwnedFd;

use butter::process::getpid;
use butter::signal::{self, Cause, Signal};
use butter::signalfd::{EVENT_SIZE, Event, SignalFd};
use butter::thread::{self, gettid};
use nix::sys::signalfd as nix_signalfd;

use crate::row::{BUTTER, CALL_LIMIT, DECODE_LIMIT, NOT_SLOWER_LIMIT, Row, Run};
use crate::{Failure, bare, context, fail, libc_calls};

const SIGNAL: Signal = Signal::RTMIN;

/// The number of signals per round. The value of each signal is its index. A user may have several
/// thousand queued signals in total (`RLIMIT_SIGPENDING`).
const SIGNALS: usize = 64;

/// The sum of the numbers and values of all signals of a round.
const SUM: u64 = (SIGNALS * SIGNAL.as_raw() as usize + SIGNALS * (SIGNALS - 1) / 2) as u64;

type Record = libc::signalfd_siginfo;

/// A page-aligned buffer on the stack, so that the kernel copies into the same memory for all
/// contenders. With a separate buffer for each contender, identical contenders differed by 1 %.
#[repr(align(4096))]
struct Aligned<R>(R);

fn records<const N: usize>() -> [Record; N] {
    // SAFETY: the records consist of integers, for which all zeros is valid.
    unsafe { mem::zeroed() }
}

/// Returns the sum of the number and the value of a record, without checking the cause.
#[inline(always)]
fn sum_of_record(record: &Record) -> u64 {
    u64::from(record.ssi_signo) + record.ssi_ptr
}

/// Returns the sum of the number and the value of a butter event, after checking the cause.
#[inline(always)]
fn sum_of_event(event: &Event) -> u64 {
    match event.cause() {
        Cause::Queue { value, .. } => event.signal().as_raw() as u64 + value.get(),
        _ => fail(BUTTER, "the signal was not queued"),
    }
}

fn signal_fd() -> Result<SignalFd, Failure> {
    context("signalfd4", SignalFd::new(SIGNAL))
}

fn raw() -> Result<OwnedFd, Failure> {
    signal_fd().map(OwnedFd::from)
}

/// Creates a contender. `read` reads all signals of a round and returns the sum of their numbers
/// and values.
fn reader<R: Copy + 'static>(
    name: &'static str,
    buffer: R,
    read: impl Fn(&mut R) -> u64 + 'static,
) -> Result<Run, Failure> {
    context("rt_sigprocmask", signal::block(SIGNAL))?.forget();
    Ok(Box::new(move |rounds, meter| {
        let mut buffer = Aligned(buffer);
        for _ in 0..rounds {
            for value in 0..SIGNALS as u64 {
                if let Err(error) = thread::queue(getpid(), gettid(), SIGNAL, value) {
                    fail("rt_tgsigqueueinfo", error);
                }
            }
            let mut sum = 0;
            meter.measure(|| sum = read(&mut buffer.0));
            if black_box(sum) != SUM {
                fail(name, "the signals or their values differ from the queued signals");
            }
        }
    }))
}

/// Like [`reader`], with one call of `read` per signal.
fn one_by_one<R: Copy + 'static>(
    name: &'static str,
    buffer: R,
    read: impl Fn(&mut R) -> u64 + 'static,
) -> Result<Run, Failure> {
    reader(name, buffer, move |buffer| (0..SIGNALS).map(|_| read(buffer)).sum())
}

fn bare() -> Result<Run, Failure> {
    let fd = raw()?;
    one_by_one("bare syscall", records::<1>(), move |record| {
        black_box(bare::read_signals(&fd, record));
        sum_of_record(&record[0])
    })
}

fn butter() -> Result<Run, Failure> {
    let signals = signal_fd()?;
    one_by_one(BUTTER, (), move |()| {
        sum_of_event(&signals.read().unwrap_or_else(|error| fail(BUTTER, error)))
    })
}

fn libc() -> Result<Run, Failure> {
    let fd = raw()?;
    one_by_one("libc", records::<1>(), move |record| {
        libc_calls::read_signals(&fd, record).iter().map(sum_of_record).sum()
    })
}

fn nix() -> Result<Run, Failure> {
    // SAFETY: the descriptor is a signalfd.
    let signals = unsafe { nix_signalfd::SignalFd::from_owned_fd(raw()?) };
    one_by_one("nix", (), move |()| match signals.read_signal() {
        Ok(Some(record)) => sum_of_record(&record),
        Ok(None) => fail("nix", "no signal is pending"),
        Err(error) => fail("nix", error),
    })
}

pub(crate) fn read() -> Result<Row, Failure> {
    let about = "read one queued signal, its number and its value\n  (rustix has no signalfd)";
    Ok(Row::new(about, SIGNALS as u32)
        .with_run("bare syscall", bare()?)
        .with_run("bare syscall again", bare()?)
        .with_run(BUTTER, butter()?)
        .with_run("libc", libc()?)
        .with_run("nix", nix()?)
        .target("bare syscall", CALL_LIMIT)
        .target("libc", NOT_SLOWER_LIMIT))
}

fn hand_written() -> Result<Run, Failure> {
    let fd = raw()?;
    reader("hand-written", records::<SIGNALS>(), move |records| {
        let bytes = bare::read_signals(&fd, records).cast_unsigned();
        records.iter().take(bytes / size_of::<Record>()).map(sum_of_record).sum()
    })
}

fn butter_many() -> Result<Run, Failure> {
    let signals = signal_fd()?;
    reader(BUTTER, [0; SIGNALS * EVENT_SIZE], move |buffer| {
        let events = signals.read_events(buffer).unwrap_or_else(|error| fail(BUTTER, error));
        events.map(sum_of_event).sum()
    })
}

fn libc_many() -> Result<Run, Failure> {
    let fd = raw()?;
    reader("libc", records::<SIGNALS>(), move |records| {
        libc_calls::read_signals(&fd, records).iter().map(sum_of_record).sum()
    })
}

pub(crate) fn read_many() -> Result<Row, Failure> {
    let about = "read one of 64 queued signals, its number and its value, which one call reads\n  \
        (nix reads one signal per call; rustix has no signalfd)";
    Ok(Row::new(about, SIGNALS as u32)
        .with_run("hand-written", hand_written()?)
        .with_run("hand-written again", hand_written()?)
        .with_run(BUTTER, butter_many()?)
        .with_run("libc", libc_many()?)
        .with_run("nix", nix()?)
        .target("hand-written", DECODE_LIMIT)
        .target("libc", NOT_SLOWER_LIMIT))
}
