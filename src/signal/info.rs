//! The record that `rt_sigtimedwait` and handlers receive.

use core::fmt;

use super::record::child_event;
use super::{Cause, ChildEvent, Code, Named, Record, Signal, Value};
use crate::ids::{Pid, Uid};

/// `siginfo_t`: a signal, its cause, and the data that accompanies it.
///
/// [`cause`](Self::cause) decodes the fields that are valid for the signal and the code.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct SigInfo {
    signo: i32,
    errno: i32,
    code: Code,
    padding: i32,
    fields: [u64; 14],
}

layout! { SigInfo: size 128, align 8, signo at 0, errno at 4, code at 8, fields at 16 }

impl SigInfo {
    /// Creates the record that `sigqueue` sends, which contains the sender and a value.
    #[must_use]
    pub const fn queue(signal: Signal, pid: Pid, uid: Uid, value: Value) -> Self {
        let mut fields = [0; 14];
        fields[0] = pid.as_raw().cast_unsigned() as u64 | (uid.as_raw() as u64) << 32;
        fields[1] = value.get();
        Self { signo: signal.as_raw(), errno: 0, code: Code::SI_QUEUE, padding: 0, fields }
    }

    /// Creates a record for `waitid`, which writes only some fields.
    pub(crate) const fn zeroed() -> Self {
        Self { signo: 0, errno: 0, code: Code::from_raw(0), padding: 0, fields: [0; 14] }
    }

    /// Returns whether `waitid` has not changed a record of [`zeroed`](Self::zeroed), because no
    /// child has changed its state.
    pub(crate) const fn is_unchanged(&self) -> bool {
        self.signo == 0
    }

    /// Returns the process ID and the user ID of the child, and the change of its state. Returns
    /// `None` if the record is not that of a child.
    pub(crate) fn child(&self) -> Option<(Pid, Uid, ChildEvent)> {
        let event = child_event(self.code, self.low(1).cast_signed())?;
        let pid = Pid::from_raw(self.low(0).cast_signed())?;
        Some((pid, Uid::from_raw(self.high(0)), event))
    }

    /// Creates a record from its bytes, for example those of a C `siginfo_t` to send with
    /// `rt_sigqueueinfo`.
    ///
    /// Returns `None` unless the first four bytes (`si_signo`) are a signal number, `1..=64`. The
    /// bytes after `si_signo` are not checked.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 128]) -> Option<Self> {
        // SAFETY: `SigInfo` has the size of `bytes`, has no padding, and is valid for every bit
        // pattern.
        let info: Self = unsafe { core::mem::transmute(bytes) };
        match info.signo {
            1..=64 => Some(info),
            _ => None,
        }
    }

    /// Returns the bytes of the record.
    #[must_use]
    pub const fn to_bytes(self) -> [u8; 128] {
        // SAFETY: `SigInfo` has the size of the array, and none of its bytes is padding.
        unsafe { core::mem::transmute(self) }
    }

    /// Returns the signal.
    #[doc(alias = "si_signo")]
    #[inline]
    #[must_use]
    pub const fn signal(&self) -> Signal {
        match Signal::from_raw(self.signo) {
            Some(signal) => signal,
            // A tracer can replace the record that a handler receives with any bytes.
            None => Signal::SYS,
        }
    }

    /// Returns the code, which classifies the cause of the signal.
    #[doc(alias = "si_code")]
    #[inline]
    #[must_use]
    pub const fn code(&self) -> Code {
        self.code
    }

    /// Returns `si_errno`. For `SYS_SECCOMP`, `si_errno` is the data of the seccomp filter's return
    /// value; for all other codes, it is almost always 0.
    #[doc(alias = "si_errno")]
    #[inline]
    #[must_use]
    pub const fn errno(&self) -> i32 {
        self.errno
    }

    /// Returns the cause of the signal, and the data that accompanies it.
    #[must_use]
    pub fn cause(&self) -> Cause {
        Record::from(self).cause()
    }

    /// Returns the process ID of the sender, or of the child for `CHLD`, like [`Cause::pid`].
    #[doc(alias = "si_pid")]
    #[must_use]
    pub fn pid(&self) -> Option<Pid> {
        self.cause().pid()
    }

    /// Returns the real user ID of the sender, or of the child for `CHLD`, like [`Cause::uid`].
    #[doc(alias = "si_uid")]
    #[must_use]
    pub fn uid(&self) -> Option<Uid> {
        self.cause().uid()
    }

    /// Returns the low 32 bits of a field.
    const fn low(&self, field: usize) -> u32 {
        self.fields[field] as u32
    }

    /// Returns the high 32 bits of a field.
    const fn high(&self, field: usize) -> u32 {
        (self.fields[field] >> 32) as u32
    }
}

impl From<&SigInfo> for Record {
    #[inline(always)]
    fn from(info: &SigInfo) -> Self {
        Self {
            signal: info.signo,
            code: info.code,
            errno: info.errno,
            pid: info.low(0).cast_signed(),
            uid: info.high(0),
            value: info.fields[1],
            timer: info.low(0).cast_signed(),
            overrun: info.high(0).cast_signed(),
            band: info.low(0) as u16,
            fd: info.low(1).cast_signed(),
            status: info.low(1).cast_signed(),
            times: [info.fields[2], info.fields[3]],
            address: info.fields[0],
            address_lsb: info.fields[1] as u16,
            after_address: Some([info.fields[1], info.fields[2], info.fields[3]]),
            call_address: info.fields[0],
            call_number: info.low(1).cast_signed(),
            arch: info.high(1),
        }
    }
}

impl fmt::Debug for SigInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigInfo")
            .field("signal", &self.signal())
            .field("code", &Named(self.code(), self.signal()))
            .field("cause", &self.cause())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use core::time::Duration;

    use super::*;
    use crate::signal::FaultDetail;

    /// Returns a record that starts with the 32-bit numbers `numbers`.
    fn record(numbers: [i32; 12]) -> SigInfo {
        let mut bytes = [0; 128];
        for (place, number) in bytes.chunks_exact_mut(4).zip(numbers) {
            place.copy_from_slice(&number.to_ne_bytes());
        }
        let info = SigInfo::from_bytes(bytes).unwrap();
        assert_eq!(info.to_bytes(), bytes);
        info
    }

    #[test]
    fn cause_of_fault_has_address_and_detail() {
        let fault = |code, address, detail| Cause::Fault { code, address, detail };
        let cause = |signal: Signal, code: Code| {
            record([signal.as_raw(), 0, code.as_raw(), 0, 0x1000, 1, 12, 0, 3, 4, 5, 6]).cause()
        };
        let at = 0x1_0000_1000;
        assert_eq!(
            cause(Signal::SEGV, Code::SEGV_MAPERR),
            fault(Code::SEGV_MAPERR, at, FaultDetail::None)
        );
        let bounds = FaultDetail::Bounds { lower: 3 | 4 << 32, upper: 5 | 6 << 32 };
        assert_eq!(cause(Signal::SEGV, Code::SEGV_BNDERR), fault(Code::SEGV_BNDERR, at, bounds));
        let key = FaultDetail::ProtectionKey(3);
        assert_eq!(cause(Signal::SEGV, Code::SEGV_PKUERR), fault(Code::SEGV_PKUERR, at, key));
        assert_eq!(
            cause(Signal::BUS, Code::BUS_ADRALN),
            fault(Code::BUS_ADRALN, at, FaultDetail::None)
        );
        let lsb = FaultDetail::AddressLsb(12);
        assert_eq!(cause(Signal::BUS, Code::BUS_MCEERR_AR), fault(Code::BUS_MCEERR_AR, at, lsb));
        assert_eq!(cause(Signal::BUS, Code::BUS_MCEERR_AO), fault(Code::BUS_MCEERR_AO, at, lsb));
        let perf = FaultDetail::Perf { data: 12, kind: 3, flags: 4 };
        assert_eq!(cause(Signal::TRAP, Code::TRAP_PERF), fault(Code::TRAP_PERF, at, perf));
        assert_eq!(
            cause(Signal::ILL, Code::ILL_BADIADDR),
            fault(Code::ILL_BADIADDR, at, FaultDetail::None)
        );
        assert_eq!(
            cause(Signal::FPE, Code::FPE_CONDTRAP),
            fault(Code::FPE_CONDTRAP, at, FaultDetail::None)
        );
    }

    #[test]
    fn cause_is_not_a_fault_if_signal_does_not_define_the_code() {
        let cause =
            |signal: i32, code: i32| record([signal, 0, code, 0, 7, 8, 9, 0, 0, 0, 0, 0]).cause();
        let other = |code| Cause::Other {
            code: Code::from_raw(code),
            pid: Pid::from_raw(7),
            uid: Uid::from_raw(8),
            value: Value::new(9),
        };
        assert_eq!(cause(11, 11), other(11));
        assert_eq!(cause(15, 7), other(7));
        assert_eq!(cause(17, 7), other(7));
        assert_eq!(cause(31, 127), other(127));
        assert_eq!(cause(15, i32::MIN), other(i32::MIN));
        assert_eq!(cause(40, 6), Cause::Poll { code: Code::POLL_HUP, band: 7, fd: 9 });
        assert_eq!(
            cause(31, 3),
            Cause::Poll { code: Code::POLL_MSG, band: 7, fd: 9 },
            "SIGSYS with code 3 should be decoded as POLL_MSG, as in the kernel's siginfo_layout"
        );
        for wrong in [0, 65, -1, i32::MAX] {
            let mut bytes = [0; 128];
            bytes[..4].copy_from_slice(&wrong.to_ne_bytes());
            assert!(SigInfo::from_bytes(bytes).is_none());
        }
    }

    #[test]
    fn cause_of_chld_has_event_and_cpu_times() {
        let cause = |code: Code, status, ticks| {
            record([17, 0, code.as_raw(), 0, 7, 8, status, 0, ticks, 0, 1, 0]).cause()
        };
        let child = |event, user_time| Cause::Child {
            pid: Pid::from_raw(7),
            uid: Uid::from_raw(8),
            event,
            user_time,
            system_time: Duration::from_millis(10),
        };
        assert_eq!(
            cause(Code::CLD_EXITED, 255, 250),
            child(ChildEvent::Exited(255), Duration::from_millis(2500))
        );
        let dumped = ChildEvent::Killed { signal: Signal::ABRT, core_dumped: true };
        assert_eq!(cause(Code::CLD_DUMPED, 6, 0), child(dumped, Duration::ZERO));
        let trapped = ChildEvent::Trapped(Some(Signal::TRAP));
        assert_eq!(cause(Code::CLD_TRAPPED, 5, 0), child(trapped, Duration::ZERO));
        assert_eq!(
            cause(Code::CLD_STOPPED, 0, 0),
            child(ChildEvent::Stopped(None), Duration::ZERO)
        );
        assert!(
            matches!(cause(Code::CLD_KILLED, 65, 0), Cause::Other { .. }),
            "the cause should be Other, because the status is not a signal number"
        );
        let longest = record([17, 0, 1, 0, 7, 8, 0, 0, -1, -1, -1, -1]).cause();
        let Cause::Child { user_time, .. } = longest else {
            panic!("the cause should be Child: {longest:?}")
        };
        assert_eq!(user_time.as_secs(), u64::MAX / 100);
    }

    #[test]
    fn queue_creates_record_with_sender_and_value() {
        let info = SigInfo::queue(
            Signal::RTMAX,
            Pid::from_raw(i32::MAX).unwrap(),
            Uid::from_raw(u32::MAX),
            Value::from(-1),
        );
        assert_eq!((info.signal(), info.code(), info.errno()), (Signal::RTMAX, Code::SI_QUEUE, 0));
        let expected = Cause::Queue {
            pid: Pid::from_raw(i32::MAX),
            uid: Uid::from_raw(u32::MAX),
            value: Value::new(u32::MAX.into()),
        };
        assert_eq!(info.cause(), expected);
        assert_eq!(
            format!("{info:?}"),
            format!("SigInfo {{ signal: RTMIN+30, code: SI_QUEUE, cause: {expected:?} }}")
        );
    }

    #[test]
    fn pid_and_uid_return_the_sender_if_the_cause_has_one() {
        let sender = |signal: i32, code: i32, pid: i32| {
            let info = record([signal, 0, code, 0, pid, 8, 9, 0, 0, 0, 0, 0]);
            (info.pid().map(Pid::as_raw), info.uid().map(Uid::as_raw))
        };
        for (signal, code) in [(15, 0), (15, -6), (40, -1), (40, -3), (17, 1), (15, 7)] {
            assert_eq!(sender(signal, code, 7), (Some(7), Some(8)), "{signal} {code}");
            assert_eq!(sender(signal, code, 0), (None, None), "{signal} {code}");
        }
        for (signal, code) in [(40, -2), (40, 6), (11, 1), (31, 1), (2, 0x80)] {
            assert_eq!(sender(signal, code, 7), (None, None), "{signal} {code}");
        }
    }

    #[test]
    fn from_bytes_accepts_any_bytes_after_a_signal_number() {
        for signal in 1..=64_i32 {
            for code in [i32::MIN, -60, -6, -1, 0, 1, 3, 6, 15, 0x80, i32::MAX] {
                let mut bytes = [0xFF; 128];
                bytes[..4].copy_from_slice(&signal.to_ne_bytes());
                bytes[8..12].copy_from_slice(&code.to_ne_bytes());
                let info = SigInfo::from_bytes(bytes).unwrap();
                assert_eq!((info.signal().as_raw(), info.to_bytes()), (signal, bytes));
                assert!(format!("{info:?}").starts_with("SigInfo"));
                assert_eq!((info.pid(), info.uid()), (None, None));
            }
        }
    }
}
