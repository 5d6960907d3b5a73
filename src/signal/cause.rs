//! Why a signal came: what the records of `signalfd` and of handlers have in common.

use core::time::Duration;

use super::{Code, Signal};
use crate::ids::{Pid, Uid};

/// Why a signal came, and what came with it.
///
/// A process is `None` where the receiver's PID namespace does not have it: the kernel, or a process of another
/// namespace.
///
/// Where a user has as many queued signals as they may (`RLIMIT_SIGPENDING`), the kernel sends some without saying why:
/// that is [`Kill`](Self::Kill) by no process and user 0, whoever sent it. A user that comes without a process proves
/// nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Cause {
    /// `SI_USER` - a process sent it to a process: `kill`.
    Kill {
        /// Who sent it.
        pid: Option<Pid>,
        /// The sender's real user.
        uid: Uid,
    },
    /// `SI_TKILL` - a process sent it to one thread: `tgkill`.
    ThreadKill {
        /// Who sent it.
        pid: Option<Pid>,
        /// The sender's real user.
        uid: Uid,
    },
    /// `SI_QUEUE` - a process sent it with a value: `rt_sigqueueinfo`. It is the sender that fills this in.
    Queue {
        /// Who says that it has sent it.
        pid: Option<Pid>,
        /// What it says that its real user is.
        uid: Uid,
        /// What it sent along.
        value: Value,
    },
    /// `SI_MESGQ` - a message came into an empty queue: `mq_notify`.
    MessageQueue {
        /// Who sent the message.
        pid: Option<Pid>,
        /// The sender's real user.
        uid: Uid,
        /// What `mq_notify` was given.
        value: Value,
    },
    /// `SI_TIMER` - a timer went off: `timer_create`.
    Timer {
        /// The kernel's number of the timer.
        id: i32,
        /// How often it went off again before this was taken.
        overrun: i32,
        /// What the timer was given.
        value: Value,
    },
    /// `POLL_IN` and its like, `SI_SIGIO` - a descriptor is ready: `fcntl(F_SETSIG)`. Without that it is
    /// [`Kernel`](Self::Kernel).
    Poll {
        /// For what, as a number.
        code: Code,
        /// For what, as the bits of [`PollFlags`](crate::poll::PollFlags).
        band: u16,
        /// The descriptor; a number, because nobody says that it is still open.
        fd: i32,
    },
    /// `CLD_EXITED` and its like - a child ended, stopped or went on.
    Child {
        /// Which child.
        pid: Option<Pid>,
        /// The child's real user.
        uid: Uid,
        /// What became of it.
        event: ChildEvent,
        /// The time that it has spent in user space.
        user_time: Duration,
        /// The time that it has spent in the kernel.
        system_time: Duration,
    },
    /// `SEGV_MAPERR`, `BUS_ADRALN`, `ILL_ILLOPC`, `FPE_INTDIV`, `TRAP_BRKPT` and their like - an instruction could not
    /// be carried out, or was watched; or memory is damaged.
    Fault {
        /// Why.
        code: Code,
        /// Where: for `SEGV` and `BUS` the memory, for `ILL` and `FPE` the instruction, for `TRAP` either.
        address: u64,
        /// What else there is to say of it.
        detail: FaultDetail,
    },
    /// `SYS_SECCOMP`, `SYS_USER_DISPATCH` - a system call was trapped.
    Syscall {
        /// By what.
        code: Code,
        /// The call's number.
        number: i32,
        /// The processor that the call is for: an `AUDIT_ARCH` number.
        arch: u32,
        /// The instruction behind the call.
        call_address: u64,
        /// What the filter sent along.
        data: i32,
    },
    /// `SI_KERNEL` - the kernel, without more to say: the terminal's interrupt key is one such.
    Kernel,
    /// Anything else: of these, the kernel fills in those that mean something.
    Other {
        /// What raised it, as a number.
        code: Code,
        /// Who sent it.
        pid: Option<Pid>,
        /// The sender's real user.
        uid: Uid,
        /// What came with it.
        value: Value,
    },
}

/// What became of a child.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ChildEvent {
    /// `CLD_EXITED` - it ended with this status, 0 to 255.
    Exited(i32),
    /// `CLD_KILLED`, `CLD_DUMPED` - a signal ended it.
    Killed {
        /// Which one.
        signal: Signal,
        /// Whether its memory was written to a file.
        core_dumped: bool,
    },
    /// `CLD_TRAPPED` - it is traced, and stopped for its tracer by this signal, which may be one that the tracer made
    /// up.
    Trapped(Option<Signal>),
    /// `CLD_STOPPED` - this signal stopped it; none where it was its tracer's wish.
    Stopped(Option<Signal>),
    /// `CLD_CONTINUED` - it goes on.
    Continued,
}

/// What else there is to say of a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FaultDetail {
    /// Nothing.
    None,
    /// `BUS_MCEERR_AR`, `BUS_MCEERR_AO` - memory is damaged, 2 to the power of this many bytes around the address.
    Damage(u16),
    /// `SEGV_BNDERR` - the bounds that the address is beyond. A `signalfd` does not tell it.
    Bounds {
        /// The lowest address within.
        lower: u64,
        /// The highest address within.
        upper: u64,
    },
    /// `SEGV_PKUERR` - the protection key of the memory. A `signalfd` does not tell it.
    ProtectionKey(u32),
    /// `TRAP_PERF` - what the event was given, its type and its flags. A `signalfd` does not tell it.
    Perf {
        /// What `perf_event_open` was given as `sig_data`.
        data: u64,
        /// The type of the event.
        kind: u32,
        /// `TRAP_PERF_FLAG_ASYNC` in bit 0: the signal came later than the event.
        flags: u32,
    },
}

/// What comes with a signal: the kernel's `union sigval`, a number or the bits of a pointer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
#[repr(transparent)]
pub struct Value(u64);

impl Value {
    /// All bits.
    #[inline]
    #[must_use]
    pub const fn new(bits: u64) -> Self {
        Self(bits)
    }

    /// All bits.
    #[inline]
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The number, where the sender sent an `int`: the lowest 32 bits.
    #[inline]
    #[must_use]
    pub const fn int(self) -> i32 {
        self.0 as i32
    }
}

impl From<i32> for Value {
    #[inline]
    fn from(number: i32) -> Self {
        Self(u64::from(number.cast_unsigned()))
    }
}

impl From<u64> for Value {
    #[inline]
    fn from(bits: u64) -> Self {
        Self(bits)
    }
}

/// A record of the kernel about one signal. Which fields mean something, its signal and its code say.
pub(crate) trait Record {
    fn signal_number(&self) -> i32;
    fn code(&self) -> Code;
    fn errno(&self) -> i32;
    fn pid(&self) -> i32;
    fn uid(&self) -> u32;
    fn value(&self) -> u64;
    fn timer(&self) -> i32;
    fn overrun(&self) -> i32;
    fn band(&self) -> u16;
    fn fd(&self) -> i32;
    fn status(&self) -> i32;
    /// In user space and in the kernel, in ticks.
    fn times(&self) -> [u64; 2];
    fn address(&self) -> u64;
    fn damage(&self) -> u16;
    /// What only the record of a handler has.
    fn detail(&self, signal: Signal, code: Code) -> FaultDetail;
    fn call_address(&self) -> u64;
    fn call_number(&self) -> i32;
    fn arch(&self) -> u32;
}

/// Reads a record as its signal and code say, by the kernel's own rules: a code that a signal does not have is some
/// descriptor's readiness if it is one of those, a negative one comes from a process.
pub(crate) fn cause(record: &impl Record) -> Cause {
    let code = record.code();
    let (pid, uid, value) =
        (Pid::from_raw(record.pid()), Uid::from_raw(record.uid()), Value::new(record.value()));
    match code {
        Code::SI_USER => return Cause::Kill { pid, uid },
        Code::SI_TKILL => return Cause::ThreadKill { pid, uid },
        Code::SI_QUEUE => return Cause::Queue { pid, uid, value },
        Code::SI_MESGQ => return Cause::MessageQueue { pid, uid, value },
        Code::SI_TIMER => {
            return Cause::Timer { id: record.timer(), overrun: record.overrun(), value };
        }
        Code::SI_SIGIO => return poll(record),
        Code::SI_KERNEL => return Cause::Kernel,
        _ => {}
    }
    let other = Cause::Other { code, pid, uid, value };
    match (Signal::from_raw(record.signal_number()), code.as_raw()) {
        (Some(Signal::CHLD), 1..=6) => match child_event(code, record.status()) {
            Some(event) => {
                let [user_time, system_time] = record.times().map(ticks);
                Cause::Child { pid, uid, event, user_time, system_time }
            }
            None => other,
        },
        (Some(signal @ Signal::ILL), 1..=11)
        | (Some(signal @ Signal::FPE), 1..=15)
        | (Some(signal @ Signal::SEGV), 1..=10)
        | (Some(signal @ Signal::BUS), 1..=5)
        | (Some(signal @ Signal::TRAP), 1..=6) => {
            let detail = match (signal, code) {
                (Signal::BUS, Code::BUS_MCEERR_AR | Code::BUS_MCEERR_AO) => {
                    FaultDetail::Damage(record.damage())
                }
                _ => record.detail(signal, code),
            };
            Cause::Fault { code, address: record.address(), detail }
        }
        (Some(Signal::SYS), 1..=2) => Cause::Syscall {
            code,
            number: record.call_number(),
            arch: record.arch(),
            call_address: record.call_address(),
            data: record.errno(),
        },
        (_, 1..=6) => poll(record),
        _ => other,
    }
}

fn poll(record: &impl Record) -> Cause {
    Cause::Poll { code: record.code(), band: record.band(), fd: record.fd() }
}

/// What a child's code and status say together; `None` where the status should be a signal and is none.
fn child_event(code: Code, status: i32) -> Option<ChildEvent> {
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

/// The kernel's ticks in a second, as it tells them to programs on both processors.
const USER_HZ: u64 = 100;

fn ticks(ticks: u64) -> Duration {
    let rest = ticks % USER_HZ * (1000 / USER_HZ);
    Duration::from_secs(ticks / USER_HZ) + Duration::from_millis(rest)
}
