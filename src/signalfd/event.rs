//! Signals as they stand in a buffer.

use core::fmt;
use core::iter::FusedIterator;

use super::types::Siginfo;
use crate::signal::{Cause, Code, FaultDetail, Named, Record, Signal, cause};

/// A signal that was read, with what is known of it.
///
/// Any 128 bytes of which the first four are the number of a signal are one, wherever they stand.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[repr(transparent)]
pub struct Event([u8; EVENT_SIZE]);

/// The bytes of a signal.
pub const EVENT_SIZE: usize = 128;

impl Event {
    /// The event of these bytes, where they stand; `None` unless they begin with the number of a signal.
    #[inline]
    #[must_use]
    pub const fn from_bytes(bytes: &[u8; EVENT_SIZE]) -> Option<&Self> {
        // SAFETY: an event is these bytes, at any alignment.
        let event = unsafe { &*core::ptr::from_ref(bytes).cast::<Self>() };
        match event.record().signo {
            1..=64 => Some(event),
            _ => None,
        }
    }

    /// The bytes.
    #[inline]
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; EVENT_SIZE] {
        &self.0
    }

    #[inline(always)]
    const fn record(&self) -> Siginfo {
        // SAFETY: as many bytes, and every pattern of them is a record; no alignment is asked for.
        unsafe { self.0.as_ptr().cast::<Siginfo>().read_unaligned() }
    }

    /// Which signal.
    #[inline]
    #[must_use]
    pub const fn signal(&self) -> Signal {
        match Signal::from_raw(self.record().signo.cast_signed()) {
            Some(signal) => signal,
            // SAFETY: an event is only made of bytes that say 1 to 64.
            None => unsafe { core::hint::unreachable_unchecked() },
        }
    }

    /// Why it came, and what came with it.
    #[inline]
    #[must_use]
    pub fn cause(&self) -> Cause {
        cause(&self.record())
    }

    /// What raised it, as a number.
    #[inline]
    #[must_use]
    pub const fn code(&self) -> Code {
        self.record().code
    }

    /// The number beside it: what a seccomp filter sends along, else hardly used.
    #[inline]
    #[must_use]
    pub const fn errno(&self) -> i32 {
        self.record().errno
    }

    /// The number of a processor's trap that raised it: none on the processors that this crate is for.
    #[inline]
    #[must_use]
    pub const fn trap_number(&self) -> u32 {
        self.record().trapno
    }
}

impl Record for Siginfo {
    fn signal_number(&self) -> i32 {
        self.signo.cast_signed()
    }

    fn code(&self) -> Code {
        self.code
    }

    fn errno(&self) -> i32 {
        self.errno
    }

    fn pid(&self) -> i32 {
        self.pid.cast_signed()
    }

    fn uid(&self) -> u32 {
        self.uid
    }

    fn value(&self) -> u64 {
        self.ptr
    }

    fn timer(&self) -> i32 {
        self.tid.cast_signed()
    }

    fn overrun(&self) -> i32 {
        self.overrun.cast_signed()
    }

    fn band(&self) -> u16 {
        self.band as u16
    }

    fn fd(&self) -> i32 {
        self.fd
    }

    fn status(&self) -> i32 {
        self.status
    }

    fn times(&self) -> [u64; 2] {
        [self.utime, self.stime]
    }

    fn address(&self) -> u64 {
        self.addr
    }

    fn damage(&self) -> u16 {
        self.addr_lsb
    }

    fn detail(&self, _: Signal, _: Code) -> FaultDetail {
        FaultDetail::None
    }

    fn call_address(&self) -> u64 {
        self.call_addr
    }

    fn call_number(&self) -> i32 {
        self.syscall
    }

    fn arch(&self) -> u32 {
        self.arch
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

/// Decodes the bytes that a read of a descriptor of signals gave, wherever they come from.
///
/// Any bytes are taken, at any alignment. A record that is not whole, or whose signal is none, ends the iteration, and
/// what is left stays visible in [`rest`](Events::rest).
#[inline]
pub const fn decode(bytes: &[u8]) -> Events<'_> {
    Events { rest: bytes }
}

/// The signals in a buffer, one after the other, without a copy.
#[derive(Clone)]
#[must_use = "signals are taken when they are read: those that nobody looks at are lost"]
pub struct Events<'b> {
    rest: &'b [u8],
}

impl<'b> Events<'b> {
    /// The bytes that are not decoded yet. Behind the last signal: what was not a whole one, empty for all that the
    /// kernel gives.
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
    use crate::ids::{Pid, Uid};

    fn record(signal: u32, code: i32) -> [u8; EVENT_SIZE] {
        let mut bytes = [0; EVENT_SIZE];
        bytes[..4].copy_from_slice(&signal.to_ne_bytes());
        bytes[8..12].copy_from_slice(&code.to_ne_bytes());
        bytes
    }

    #[test]
    fn records_are_read_at_any_place_and_what_is_left_is_seen() {
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
    fn a_record_of_no_signal_ends_them() {
        for wrong in [0, 65, 256 + 15, u32::MAX] {
            let bytes = [record(15, 0), record(wrong, 0), record(15, 0)].concat();
            let mut events = decode(&bytes);
            assert_eq!(events.by_ref().count(), 1);
            assert_eq!(events.rest().len(), 2 * EVENT_SIZE);
            assert!(Event::from_bytes(&record(wrong, 0)).is_none());
        }
    }

    #[test]
    fn each_field_is_read_where_it_stands() {
        let event = |signal, code, fields: &[(usize, u32)]| {
            let mut bytes = record(signal, code);
            for (at, field) in fields {
                bytes[*at..at + 4].copy_from_slice(&field.to_ne_bytes());
            }
            *Event::from_bytes(&bytes).unwrap()
        };
        let (pid, value) = (Pid::from_raw(7), 9_u64.into());
        let queued = event(40, -1, &[(12, 7), (16, 8), (44, 9), (48, 9)]);
        assert_eq!(queued.cause(), Cause::Queue { pid, uid: Uid::from_raw(8), value });
        let timer = event(40, -2, &[(24, 3), (32, 4), (48, 9)]);
        assert_eq!(timer.cause(), Cause::Timer { id: 3, overrun: 4, value });
        let poll = event(29, 1, &[(20, 5), (28, 0x41)]);
        assert_eq!(poll.cause(), Cause::Poll { code: Code::POLL_IN, band: 0x41, fd: 5 });
        let damage = event(7, 5, &[(72, 0x1000), (80, 12)]);
        let detail = FaultDetail::Damage(12);
        assert_eq!(
            damage.cause(),
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
            panic!("{child:?}")
        };
        assert_eq!((user_time.as_secs(), system_time.as_secs()), (1, 2));
    }
}
