//! The decoder that `siginfo_t` and `signalfd_siginfo` share.

use core::time::Duration;

use super::{Cause, ChildEvent, Code, FaultDetail, Signal, Value};
use crate::ids::{Pid, Uid};

/// The fields of `siginfo_t` and `signalfd_siginfo`.
///
/// The signal and the code determine which fields are valid, because many fields share their bytes
/// in a union. Fields that are not valid contain unrelated data.
pub(crate) struct Record {
    pub(crate) signal: i32,
    pub(crate) code: Code,
    pub(crate) errno: i32,
    pub(crate) pid: i32,
    pub(crate) uid: u32,
    pub(crate) value: u64,
    pub(crate) timer: i32,
    pub(crate) overrun: i32,
    pub(crate) band: u16,
    pub(crate) fd: i32,
    pub(crate) status: i32,
    /// User and system CPU time, in ticks of `1 / USER_HZ` seconds.
    pub(crate) times: [u64; 2],
    pub(crate) address: u64,
    pub(crate) address_lsb: u16,
    /// The three 64-bit words after the address: bounds, a protection key or data of a perf event.
    /// `None` for a `signalfd_siginfo`, which does not contain these words.
    pub(crate) after_address: Option<[u64; 3]>,
    pub(crate) call_address: u64,
    pub(crate) call_number: i32,
    pub(crate) arch: u32,
}

impl Record {
    /// Decodes the fields that are valid for the signal and the code.
    ///
    /// The rules are those of the kernel function `siginfo_layout`. All negative codes except
    /// `SI_TIMER` and `SI_SIGIO` have a sender and a value. A code that the signal does not define
    /// is decoded as the readiness of a descriptor if the code equals one of `POLL_*`.
    // Inlined into both callers of `cause`, so that each caller loads only the fields that it uses.
    #[inline(always)]
    pub(crate) fn cause(self) -> Cause {
        let code = self.code;
        let (pid, uid) = (Pid::from_raw(self.pid), Uid::from_raw(self.uid));
        let value = Value::new(self.value);
        match code {
            Code::SI_USER => return Cause::Kill { pid, uid },
            Code::SI_TKILL => return Cause::ThreadKill { pid, uid },
            Code::SI_QUEUE => return Cause::Queue { pid, uid, value },
            Code::SI_MESGQ => return Cause::MessageQueue { pid, uid, value },
            Code::SI_TIMER => {
                return Cause::Timer { id: self.timer, overrun: self.overrun, value };
            }
            Code::SI_SIGIO => return self.poll(),
            Code::SI_KERNEL => return Cause::Kernel,
            _ => {}
        }
        let other = Cause::Other { code, pid, uid, value };
        match (Signal::from_raw(self.signal), code.as_raw()) {
            (Some(Signal::CHLD), 1..=6) => match child_event(code, self.status) {
                Some(event) => {
                    let [user_time, system_time] = self.times.map(ticks);
                    Cause::Child { pid, uid, event, user_time, system_time }
                }
                None => other,
            },
            (Some(signal @ Signal::ILL), 1..=11)
            | (Some(signal @ Signal::FPE), 1..=15)
            | (Some(signal @ Signal::SEGV), 1..=10)
            | (Some(signal @ Signal::BUS), 1..=5)
            | (Some(signal @ Signal::TRAP), 1..=6) => {
                Cause::Fault { code, address: self.address, detail: self.fault_detail(signal) }
            }
            (Some(Signal::SYS), 1..=2) => Cause::Syscall {
                code,
                number: self.call_number,
                arch: self.arch,
                call_address: self.call_address,
                data: self.errno,
            },
            (_, 1..=6) => self.poll(),
            _ => other,
        }
    }

    #[inline(always)]
    fn fault_detail(&self, signal: Signal) -> FaultDetail {
        match (signal, self.code, self.after_address) {
            (Signal::BUS, Code::BUS_MCEERR_AR | Code::BUS_MCEERR_AO, _) => {
                FaultDetail::AddressLsb(self.address_lsb)
            }
            (Signal::SEGV, Code::SEGV_BNDERR, Some([_, lower, upper])) => {
                FaultDetail::Bounds { lower, upper }
            }
            (Signal::SEGV, Code::SEGV_PKUERR, Some([_, key, _])) => {
                FaultDetail::ProtectionKey(key as u32)
            }
            (Signal::TRAP, Code::TRAP_PERF, Some([data, kind_and_flags, _])) => FaultDetail::Perf {
                data,
                kind: kind_and_flags as u32,
                flags: (kind_and_flags >> 32) as u32,
            },
            _ => FaultDetail::None,
        }
    }

    #[inline(always)]
    fn poll(&self) -> Cause {
        Cause::Poll { code: self.code, band: self.band, fd: self.fd }
    }
}

/// Decodes the code and the status of a `CHLD` signal. Returns `None` if the code requires a signal
/// number as the status, and the status is not a signal number.
pub(super) fn child_event(code: Code, status: i32) -> Option<ChildEvent> {
    let signal = Signal::from_raw(status);
    Some(match code {
        Code::CLD_EXITED => ChildEvent::Exited(status),
        Code::CLD_KILLED | Code::CLD_DUMPED => {
            ChildEvent::Killed { signal: signal?, core_dumped: code == Code::CLD_DUMPED }
        }
        Code::CLD_TRAPPED => ChildEvent::Trapped(signal),
        Code::CLD_STOPPED => ChildEvent::Stopped(signal),
        _ => ChildEvent::Continued,
    })
}

/// The number of ticks per second in CPU times, on x86_64 and aarch64.
const USER_HZ: u64 = 100;

fn ticks(ticks: u64) -> Duration {
    let rest = ticks % USER_HZ * (1000 / USER_HZ);
    Duration::from_secs(ticks / USER_HZ) + Duration::from_millis(rest)
}
