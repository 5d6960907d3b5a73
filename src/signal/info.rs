//! The record that a handler and `rt_sigtimedwait` get.

use core::fmt;

use super::cause::{Cause, FaultDetail, Record, Value, cause};
use super::{Code, Named, Signal};
use crate::ids::{Pid, Uid};

/// `siginfo_t`: a signal, why it came, and what came with it.
///
/// What it means is [`cause`](Self::cause). Behind the first three numbers stands what the signal and the code say; a
/// number that is not there is 0.
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
    /// What `sigqueue` sends: a value, and who sends it.
    #[must_use]
    pub const fn queue(signal: Signal, pid: Pid, uid: Uid, value: Value) -> Self {
        let mut fields = [0; 14];
        fields[0] = pid.as_raw().cast_unsigned() as u64 | (uid.as_raw() as u64) << 32;
        fields[1] = value.get();
        Self { signo: signal.as_raw() as i32, errno: 0, code: Code::SI_QUEUE, padding: 0, fields }
    }

    /// The record of these bytes; `None` unless they begin with the number of a signal.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 128]) -> Option<Self> {
        // SAFETY: as many bytes without padding, and every pattern of them is a record.
        let info: Self = unsafe { core::mem::transmute(bytes) };
        match info.signo {
            1..=64 => Some(info),
            _ => None,
        }
    }

    /// The bytes of the record.
    #[must_use]
    pub const fn to_bytes(self) -> [u8; 128] {
        // SAFETY: as many bytes, none of which is padding.
        unsafe { core::mem::transmute(self) }
    }

    /// Which signal.
    #[inline]
    #[must_use]
    pub const fn signal(&self) -> Signal {
        match Signal::from_raw(self.signo) {
            Some(signal) => signal,
            // What a tracer has put in the place of what the kernel gives a handler.
            None => Signal::SYS,
        }
    }

    /// What raised it, as a number.
    #[inline]
    #[must_use]
    pub const fn code(&self) -> Code {
        self.code
    }

    /// The number beside it: what a seccomp filter sends along, else hardly used.
    #[inline]
    #[must_use]
    pub const fn errno(&self) -> i32 {
        self.errno
    }

    /// Why it came, and what came with it.
    #[must_use]
    pub fn cause(&self) -> Cause {
        cause(self)
    }

    /// The number in the lower half of a field.
    const fn low(&self, field: usize) -> u32 {
        self.fields[field] as u32
    }

    /// The number in the upper half of a field.
    const fn high(&self, field: usize) -> u32 {
        (self.fields[field] >> 32) as u32
    }
}

impl Record for SigInfo {
    fn signal_number(&self) -> i32 {
        self.signo
    }

    fn code(&self) -> Code {
        self.code
    }

    fn errno(&self) -> i32 {
        self.errno
    }

    fn pid(&self) -> i32 {
        self.low(0).cast_signed()
    }

    fn uid(&self) -> u32 {
        self.high(0)
    }

    fn value(&self) -> u64 {
        self.fields[1]
    }

    fn timer(&self) -> i32 {
        self.low(0).cast_signed()
    }

    fn overrun(&self) -> i32 {
        self.high(0).cast_signed()
    }

    fn band(&self) -> u16 {
        self.low(0) as u16
    }

    fn fd(&self) -> i32 {
        self.low(1).cast_signed()
    }

    fn status(&self) -> i32 {
        self.low(1).cast_signed()
    }

    fn times(&self) -> [u64; 2] {
        [self.fields[2], self.fields[3]]
    }

    fn address(&self) -> u64 {
        self.fields[0]
    }

    fn damage(&self) -> u16 {
        self.fields[1] as u16
    }

    fn detail(&self, signal: Signal, code: Code) -> FaultDetail {
        match (signal, code) {
            (Signal::SEGV, Code::SEGV_BNDERR) => {
                FaultDetail::Bounds { lower: self.fields[2], upper: self.fields[3] }
            }
            (Signal::SEGV, Code::SEGV_PKUERR) => FaultDetail::ProtectionKey(self.low(2)),
            (Signal::TRAP, Code::TRAP_PERF) => {
                FaultDetail::Perf { data: self.fields[1], kind: self.low(2), flags: self.high(2) }
            }
            _ => FaultDetail::None,
        }
    }

    fn call_address(&self) -> u64 {
        self.fields[0]
    }

    fn call_number(&self) -> i32 {
        self.low(1).cast_signed()
    }

    fn arch(&self) -> u32 {
        self.high(1)
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
    use crate::signal::ChildEvent;

    /// A record with these numbers, each of 32 bits, from its start.
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
    fn faults_tell_what_there_is_to_tell() {
        let fault = |code, address, detail| Cause::Fault { code, address, detail };
        let told = |signal: Signal, code: Code| {
            record([signal.as_raw().into(), 0, code.as_raw(), 0, 0x1000, 1, 12, 0, 3, 4, 5, 6])
                .cause()
        };
        let at = 0x1_0000_1000;
        assert_eq!(
            told(Signal::SEGV, Code::SEGV_MAPERR),
            fault(Code::SEGV_MAPERR, at, FaultDetail::None)
        );
        let bounds = FaultDetail::Bounds { lower: 3 | 4 << 32, upper: 5 | 6 << 32 };
        assert_eq!(told(Signal::SEGV, Code::SEGV_BNDERR), fault(Code::SEGV_BNDERR, at, bounds));
        let key = FaultDetail::ProtectionKey(3);
        assert_eq!(told(Signal::SEGV, Code::SEGV_PKUERR), fault(Code::SEGV_PKUERR, at, key));
        assert_eq!(
            told(Signal::BUS, Code::BUS_ADRALN),
            fault(Code::BUS_ADRALN, at, FaultDetail::None)
        );
        let damage = FaultDetail::Damage(12);
        assert_eq!(told(Signal::BUS, Code::BUS_MCEERR_AR), fault(Code::BUS_MCEERR_AR, at, damage));
        assert_eq!(told(Signal::BUS, Code::BUS_MCEERR_AO), fault(Code::BUS_MCEERR_AO, at, damage));
        let perf = FaultDetail::Perf { data: 12, kind: 3, flags: 4 };
        assert_eq!(told(Signal::TRAP, Code::TRAP_PERF), fault(Code::TRAP_PERF, at, perf));
        assert_eq!(
            told(Signal::ILL, Code::ILL_BADIADDR),
            fault(Code::ILL_BADIADDR, at, FaultDetail::None)
        );
        assert_eq!(
            told(Signal::FPE, Code::FPE_CONDTRAP),
            fault(Code::FPE_CONDTRAP, at, FaultDetail::None)
        );
    }

    #[test]
    fn a_code_that_the_signal_does_not_have_is_no_fault() {
        let told =
            |signal: i32, code: i32| record([signal, 0, code, 0, 7, 8, 9, 0, 0, 0, 0, 0]).cause();
        let other = |code| Cause::Other {
            code: Code::from_raw(code),
            pid: Pid::from_raw(7),
            uid: Uid::from_raw(8),
            value: Value::new(9),
        };
        assert_eq!(told(11, 11), other(11));
        assert_eq!(told(15, 7), other(7));
        assert_eq!(told(17, 7), other(7));
        assert_eq!(told(31, 127), other(127));
        assert_eq!(told(15, i32::MIN), other(i32::MIN));
        assert_eq!(told(40, 6), Cause::Poll { code: Code::POLL_HUP, band: 7, fd: 9 });
        assert_eq!(
            told(31, 3),
            Cause::Poll { code: Code::POLL_MSG, band: 7, fd: 9 },
            "as the kernel sees it"
        );
        for none in [0, 65, -1, i32::MAX] {
            let mut bytes = [0; 128];
            bytes[..4].copy_from_slice(&none.to_ne_bytes());
            assert!(SigInfo::from_bytes(bytes).is_none());
        }
    }

    #[test]
    fn a_child_is_told_with_its_times() {
        let told = |code: Code, status, ticks| {
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
            told(Code::CLD_EXITED, 255, 250),
            child(ChildEvent::Exited(255), Duration::from_millis(2500))
        );
        let dumped = ChildEvent::Killed { signal: Signal::ABRT, core_dumped: true };
        assert_eq!(told(Code::CLD_DUMPED, 6, 0), child(dumped, Duration::ZERO));
        let trapped = ChildEvent::Trapped(Some(Signal::TRAP));
        assert_eq!(told(Code::CLD_TRAPPED, 5, 0), child(trapped, Duration::ZERO));
        assert_eq!(told(Code::CLD_STOPPED, 0, 0), child(ChildEvent::Stopped(None), Duration::ZERO));
        assert!(matches!(told(Code::CLD_KILLED, 65, 0), Cause::Other { .. }), "no signal ended it");
        let ages = record([17, 0, 1, 0, 7, 8, 0, 0, -1, -1, -1, -1]).cause();
        let Cause::Child { user_time, .. } = ages else { panic!("{ages:?}") };
        assert_eq!(user_time.as_secs(), u64::MAX / 100);
    }

    #[test]
    fn what_is_queued_reads_back() {
        let info = SigInfo::queue(
            Signal::RTMAX,
            Pid::from_raw(i32::MAX).unwrap(),
            Uid::from_raw(u32::MAX),
            Value::from(-1),
        );
        assert_eq!((info.signal(), info.code(), info.errno()), (Signal::RTMAX, Code::SI_QUEUE, 0));
        let sent = Cause::Queue {
            pid: Pid::from_raw(i32::MAX),
            uid: Uid::from_raw(u32::MAX),
            value: Value::new(u32::MAX.into()),
        };
        assert_eq!(info.cause(), sent);
        assert_eq!(
            format!("{info:?}"),
            format!("SigInfo {{ signal: RTMIN+30, code: SI_QUEUE, cause: {sent:?} }}")
        );
    }
}
