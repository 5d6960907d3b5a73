//! Decoding the signals in a buffer.

use core::fmt;
use core::iter::FusedIterator;

use super::types::Siginfo;
use crate::ids::{Pid, Uid};
use crate::signal::{Cause, Code, Named, Record, Signal};

/// `struct signalfd_siginfo`: a signal that was read, its cause, and the data that accompanies it.
///
/// An event consists of 128 bytes without an alignment requirement. The first four bytes are a
/// signal number.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[repr(transparent)]
pub struct Event([u8; EVENT_SIZE]);

/// The size of an event in bytes.
pub const EVENT_SIZE: usize = 128;

impl Event {
    /// Returns 128 bytes as an event, without copying the bytes. Returns `None` unless the first
    /// four bytes (`ssi_signo`) are a signal number, `1..=64`.
    #[inline]
    #[must_use]
    pub const fn from_bytes(bytes: &[u8; EVENT_SIZE]) -> Option<&Self> {
        // SAFETY: an `Event` consists of `EVENT_SIZE` bytes, at any alignment.
        let event = unsafe { &*core::ptr::from_ref(bytes).cast::<Self>() };
        match event.record().signo {
            1..=64 => Some(event),
            _ => None,
        }
    }

    /// Returns the bytes of the event.
    #[inline]
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; EVENT_SIZE] {
        &self.0
    }

    #[inline(always)]
    const fn record(&self) -> Siginfo {
        // SAFETY: `Siginfo` has the size of an event, every bit pattern is valid, and the read
        // needs no alignment.
        unsafe { self.0.as_ptr().cast::<Siginfo>().read_unaligned() }
    }

    /// Returns the signal.
    #[doc(alias = "ssi_signo")]
    #[inline]
    #[must_use]
    pub const fn signal(&self) -> Signal {
        match Signal::from_raw(self.record().signo.cast_signed()) {
            Some(signal) => signal,
            // SAFETY: `from_bytes` checks that the number is in 1..=64.
            None => unsafe { core::hint::unreachable_unchecked() },
        }
    }

    /// Returns the cause of the signal, and the data that accompanies it.
    #[must_use]
    pub fn cause(&self) -> Cause {
        Record::from(&self.record()).cause()
    }

    /// Returns the process ID of the sender, or of the child for `CHLD`, like [`Cause::pid`].
    #[doc(alias = "ssi_pid")]
    #[must_use]
    pub fn pid(&self) -> Option<Pid> {
        self.cause().pid()
    }

    /// Returns the real user ID of the sender, or of the child for `CHLD`, like [`Cause::uid`].
    #[doc(alias = "ssi_uid")]
    #[must_use]
    pub fn uid(&self) -> Option<Uid> {
        self.cause().uid()
    }

    /// Returns the code, which classifies the cause of the signal.
    #[doc(alias = "ssi_code")]
    #[inline]
    #[must_use]
    pub const fn code(&self) -> Code {
        self.record().code
    }

    /// Returns `ssi_errno`. For `SYS_SECCOMP`, `ssi_errno` is the data of the seccomp filter's
    /// return value; for all other codes, it is almost always 0.
    #[doc(alias = "ssi_errno")]
    #[inline]
    #[must_use]
    pub const fn errno(&self) -> i32 {
        self.record().errno
    }

    /// Returns the number of the hardware trap that caused the signal. The kernel does not report
    /// trap numbers on x86_64 and aarch64.
    #[doc(alias = "ssi_trapno")]
    #[inline]
    #[must_use]
    pub const fn trap_number(&self) -> u32 {
        self.record().trapno
    }
}

impl From<&Siginfo> for Record {
    #[inline(always)]
    fn from(info: &Siginfo) -> Self {
        Self {
            signal: info.signo.cast_signed(),
            code: info.code,
            errno: info.errno,
            pid: info.pid.cast_signed(),
            uid: info.uid,
            value: info.ptr,
            timer: info.tid.cast_signed(),
            overrun: info.overrun.cast_signed(),
            band: info.band as u16,
            fd: info.fd,
            status: info.status,
            times: [info.utime, info.stime],
            address: info.addr,
            address_lsb: info.addr_lsb,
            after_address: None,
            call_address: info.call_addr,
            call_number: info.syscall,
            arch: info.arch,
        }
    }
}

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Event")
            .field("signal", &self.signal())
            .field("code", &Named(self.code(), self.signal()))
            .field("cause", &self.cause())
            .finish()
    }
}

/// Decodes bytes that were read from a signalfd.
///
/// `decode` accepts any bytes, at any alignment. An incomplete event, or an event whose signal
/// number is not in `1..=64`, ends the iteration; [`rest`](Events::rest) returns the bytes that
/// were not decoded.
#[inline]
pub const fn decode(bytes: &[u8]) -> Events<'_> {
    Events { rest: bytes }
}

/// An iterator over the signals in a buffer, without copying them.
#[derive(Clone)]
#[must_use = "the signals have been dequeued, and are lost if they are not handled"]
pub struct Events<'b> {
    rest: &'b [u8],
}

impl<'b> Events<'b> {
    /// Returns the bytes that are not decoded yet. After the last event, the slice is empty, unless
    /// the buffer ends with an incomplete or invalid event, which the kernel does not write.
    #[inline]
    #[must_use]
    pub const fn rest(&self) -> &'b [u8] {
        self.rest
    }
}

impl<'b> Iterator for Events<'b> {
    type Item = &'b Event;

    #[inline]
    fn next(&mut self) -> Option<&'b Event> {
        let (bytes, rest) = self.rest.split_first_chunk()?;
        let event = Event::from_bytes(bytes)?;
        self.rest = rest;
        Some(event)
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, Some(self.rest.len() / EVENT_SIZE))
    }
}

impl FusedIterator for Events<'_> {}

impl fmt::Debug for Events<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signal::FaultDetail;

    /// Returns the bytes of an event with the passed signal number and code, and zeros in all other
    /// fields.
    fn record(signal: u32, code: i32) -> [u8; EVENT_SIZE] {
        let mut bytes = [0; EVENT_SIZE];
        bytes[..4].copy_from_slice(&signal.to_ne_bytes());
        bytes[8..12].copy_from_slice(&code.to_ne_bytes());
        bytes
    }

    #[test]
    fn decode_reads_unaligned_events_and_returns_incomplete_event_as_rest() {
        let mut bytes = vec![0; 3];
        for signal in [15, 64, 1] {
            bytes.extend_from_slice(&record(signal, 0));
        }
        bytes.extend_from_slice(&[1; 5]);
        let mut events = decode(&bytes[3..]);
        let signals: Vec<_> = events.by_ref().map(|event| event.signal().as_raw()).collect();
        assert_eq!((signals, events.rest()), (vec![15, 64, 1], &[1; 5][..]));
        assert_eq!(decode(&[]).count(), 0);
        assert_eq!(decode(&bytes[3..130]).rest().len(), 127);
    }

    #[test]
    fn decode_stops_at_invalid_signal_number() {
        for wrong in [0, 65, 256 + 15, u32::MAX] {
            let bytes = [record(15, 0), record(wrong, 0), record(15, 0)].concat();
            let mut events = decode(&bytes);
            assert_eq!(events.by_ref().count(), 1);
            assert_eq!(events.rest().len(), 2 * EVENT_SIZE);
            assert!(Event::from_bytes(&record(wrong, 0)).is_none());
        }
    }

    #[test]
    fn cause_reads_each_field_at_its_offset() {
        let event = |signal, code, fields: &[(usize, u32)]| {
            let mut bytes = record(signal, code);
            for (offset, field) in fields {
                bytes[*offset..offset + 4].copy_from_slice(&field.to_ne_bytes());
            }
            *Event::from_bytes(&bytes).unwrap()
        };
        let (pid, value) = (Pid::from_raw(7), 9_u64.into());
        let queued = event(40, -1, &[(12, 7), (16, 8), (44, 9), (48, 9)]);
        assert_eq!(queued.cause(), Cause::Queue { pid, uid: Uid::from_raw(8), value });
        assert_eq!((queued.pid(), queued.uid()), (pid, Some(Uid::from_raw(8))));
        let timer = event(40, -2, &[(24, 3), (32, 4), (48, 9)]);
        assert_eq!(timer.cause(), Cause::Timer { id: 3, overrun: 4, value });
        let poll = event(29, 1, &[(20, 5), (28, 0x41)]);
        assert_eq!(poll.cause(), Cause::Poll { code: Code::POLL_IN, band: 0x41, fd: 5 });
        let memory_error = event(7, 5, &[(72, 0x1000), (80, 12)]);
        let detail = FaultDetail::AddressLsb(12);
        assert_eq!(
            memory_error.cause(),
            Cause::Fault { code: Code::BUS_MCEERR_AO, address: 0x1000, detail }
        );
        let call = event(31, 1, &[(4, 42), (84, 39), (88, 0x2000), (96, 0xC000_003E)]);
        let (code, arch) = (Code::SYS_SECCOMP, 0xC000_003E);
        assert_eq!(
            call.cause(),
            Cause::Syscall { code, number: 39, arch, call_address: 0x2000, data: 42 }
        );
        assert_eq!((call.errno(), event(5, 1, &[(36, 6)]).trap_number()), (42, 6));
        let child = event(17, 1, &[(12, 7), (16, 8), (40, 42), (56, 100), (64, 200)]);
        let Cause::Child { user_time, system_time, .. } = child.cause() else {
            panic!("the cause should be Child: {child:?}")
        };
        assert_eq!((user_time.as_secs(), system_time.as_secs()), (1, 2));
    }
}
