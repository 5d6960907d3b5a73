//! The parameters and the state of a clock that NTP adjusts.

use super::{OutOfRangeError, Timespec};

flags! {
    /// The parameters that [`clock_adjtime`](super::clock_adjtime) sets. Empty flags only return
    /// the parameters.
    pub struct AdjustModes: u32 {
        "ADJ_OFFSET" OFFSET = 0x1, "sets the offset that the kernel corrects gradually: `offset`.";
        "ADJ_FREQUENCY" FREQUENCY = 0x2, "sets the frequency offset: `frequency`.";
        "ADJ_MAXERROR" MAXERROR = 0x4, "sets the maximum error: `max_error`.";
        "ADJ_ESTERROR" ESTERROR = 0x8, "sets the estimated error: `estimated_error`.";
        "ADJ_STATUS" STATUS = 0x10, "sets the status flags that are not read-only: `status`.";
        "ADJ_TIMECONST" TIMECONST = 0x20, "sets the time constant of the PLL: `constant`.";
        "ADJ_TAI" TAI = 0x80, "sets the offset of TAI from UTC in seconds, from `constant`. Since \
            Linux 2.6.26.";
        "ADJ_SETOFFSET" SETOFFSET = 0x100, "adds `time` to the clock immediately. With `NANO`, the \
            fraction of `time` is in nanoseconds. Since Linux 2.6.39.";
        "ADJ_MICRO" MICRO = 0x1000, "selects microseconds as the unit of `offset` and of the \
            fraction of `time`. Since Linux 2.6.26.";
        "ADJ_NANO" NANO = 0x2000, "selects nanoseconds as the unit of `offset` and of the fraction \
            of `time`. Since Linux 2.6.26.";
        "ADJ_TICK" TICK = 0x4000, "sets the number of microseconds per clock tick: `tick`.";
        "ADJ_OFFSET_SINGLESHOT" OFFSET_SINGLESHOT = 0x8001, "corrects the clock gradually by \
            `offset` microseconds, like `adjtime`, and returns the previous remaining correction \
            in `offset`.";
        "ADJ_OFFSET_SS_READ" OFFSET_SS_READ = 0xA001, "returns the remaining correction of \
            `OFFSET_SINGLESHOT` in `offset`, without changing it. Requires no privilege. Since \
            Linux 2.6.28.";
    }
}

flags! {
    /// The status of a clock.
    ///
    /// The flags from `PPSSIGNAL` on are read-only.
    pub struct ClockStatus: u32 {
        "STA_PLL" PLL = 0x1, "the phase-locked loop (PLL) is enabled: `OFFSET` updates have effect.";
        "STA_PPSFREQ" PPSFREQ = 0x2, "a pulse-per-second (PPS) signal adjusts the frequency.";
        "STA_PPSTIME" PPSTIME = 0x4, "a PPS signal adjusts the time.";
        "STA_FLL" FLL = 0x8, "the frequency-locked loop (FLL) is selected.";
        "STA_INS" INS = 0x10, "a leap second is inserted after the last second of the UTC day.";
        "STA_DEL" DEL = 0x20, "the last second of the UTC day is deleted.";
        "STA_UNSYNC" UNSYNC = 0x40, "the clock is not synchronized.";
        "STA_FREQHOLD" FREQHOLD = 0x80, "`OFFSET` updates do not change the frequency.";
        "STA_PPSSIGNAL" PPSSIGNAL = 0x100, "a valid PPS signal is present.";
        "STA_PPSJITTER" PPSJITTER = 0x200, "the jitter of the PPS signal exceeds the limit.";
        "STA_PPSWANDER" PPSWANDER = 0x400, "the wander of the PPS signal exceeds the limit.";
        "STA_PPSERROR" PPSERROR = 0x800, "the calibration of the PPS signal failed.";
        "STA_CLOCKERR" CLOCKERR = 0x1000, "the clock hardware has a fault.";
        "STA_NANO" NANO = 0x2000, "the unit of `offset` and of the fraction of `time` is \
            nanoseconds, otherwise microseconds.";
        "STA_MODE" MODE = 0x4000, "the clock is in FLL mode, otherwise in PLL mode.";
        "STA_CLK" CLK = 0x8000, "the source of the clock is B, otherwise A.";
    }
}

/// `struct timex`: the parameters of a clock.
///
/// `Timex::default()` has no modes, so that [`clock_adjtime`](super::clock_adjtime) only returns
/// the parameters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[doc(alias = "timex")]
#[non_exhaustive]
#[repr(C)]
pub struct Timex {
    /// The parameters to set.
    pub modes: AdjustModes,
    padding_modes: u32,
    /// The remaining offset, which the kernel corrects gradually. The unit is nanoseconds if
    /// `status` contains `NANO`, otherwise microseconds.
    pub offset: i64,
    /// The frequency offset, in units of 2^-16 parts per million.
    #[doc(alias = "freq")]
    pub frequency: i64,
    /// The maximum error in microseconds.
    #[doc(alias = "maxerror")]
    pub max_error: i64,
    /// The estimated error in microseconds.
    #[doc(alias = "esterror")]
    pub estimated_error: i64,
    /// The status of the clock.
    pub status: ClockStatus,
    padding_status: u32,
    /// The time constant of the PLL. With the mode `TAI`, the new offset of TAI.
    pub constant: i64,
    /// The precision of the clock in microseconds.
    pub precision: i64,
    /// The maximum of `frequency`, in units of 2^-16 parts per million.
    pub tolerance: i64,
    /// The current time, except with the mode `SETOFFSET`: the offset to add.
    pub time: TimexTime,
    /// The number of microseconds per clock tick, which is 10,000 unless it was adjusted.
    pub tick: i64,
    /// The frequency of the PPS signal, in units of 2^-16 parts per million.
    #[doc(alias = "ppsfreq")]
    pub pps_frequency: i64,
    /// The jitter of the PPS signal. The unit is nanoseconds if `status` contains `NANO`, otherwise
    /// microseconds.
    pub jitter: i64,
    /// The interval of the PPS calibration, as the binary logarithm of a number of seconds.
    pub shift: i32,
    padding_shift: u32,
    /// The stability of the PPS signal, in units of 2^-16 parts per million.
    #[doc(alias = "stabil")]
    pub stability: i64,
    /// The number of times that the jitter exceeded its limit.
    #[doc(alias = "jitcnt")]
    pub jitter_count: i64,
    /// The number of calibration intervals.
    #[doc(alias = "calcnt")]
    pub calibration_count: i64,
    /// The number of calibration errors.
    #[doc(alias = "errcnt")]
    pub error_count: i64,
    /// The number of times that the stability exceeded its limit.
    #[doc(alias = "stbcnt")]
    pub stability_count: i64,
    /// The offset of TAI from UTC in seconds, or 0 if it was not set.
    pub tai: i32,
    reserved: [u32; 11],
}

layout! {
    Timex: size 208, align 8, modes at 0, offset at 8, frequency at 16, max_error at 24,
        estimated_error at 32, status at 40, constant at 48, precision at 56, tolerance at 64,
        time at 72, tick at 88, pps_frequency at 96, jitter at 104, shift at 112,
        stability at 120, jitter_count at 128, calibration_count at 136, error_count at 144,
        stability_count at 152, tai at 160
}

/// `struct timeval` in a [`Timex`]: seconds, and a fraction whose unit depends on a flag.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct TimexTime {
    /// Whole seconds.
    #[doc(alias = "tv_sec")]
    pub seconds: i64,
    /// Nanoseconds or microseconds in addition to `seconds`. In a result, the unit is nanoseconds
    /// if [`Timex::status`] contains `NANO`. With the mode `SETOFFSET`, the unit is nanoseconds if
    /// the modes contain `NANO`. The kernel accepts no negative fraction.
    #[doc(alias = "tv_usec")]
    pub fraction: i64,
}

layout! { TimexTime: size 16, align 8, seconds at 0, fraction at 8 }

impl Timex {
    /// Returns the time that [`clock_adjtime`](super::clock_adjtime) stored.
    ///
    /// # Errors
    ///
    /// Returns an error if the fraction is negative or not less than a second: the kernel never
    /// stores such a fraction.
    pub fn timespec(&self) -> core::result::Result<Timespec, OutOfRangeError> {
        let is_nano = self.status.contains(ClockStatus::NANO);
        let (limit, unit) = if is_nano { (1_000_000_000, 1) } else { (1_000_000, 1000) };
        match self.time {
            TimexTime { seconds, fraction } if (0..limit).contains(&fraction) => {
                Ok(Timespec { seconds, nanoseconds: fraction * unit })
            }
            _ => Err(OutOfRangeError),
        }
    }
}

const TIME_OK: i32 = 0;
const TIME_INS: i32 = 1;
const TIME_DEL: i32 = 2;
const TIME_OOP: i32 = 3;
const TIME_WAIT: i32 = 4;
const TIME_ERROR: i32 = 5;

/// The state of a clock, which [`clock_adjtime`](super::clock_adjtime) returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ClockState {
    /// `TIME_OK` - the clock is synchronized, and no leap second is scheduled.
    #[doc(alias = "TIME_OK")]
    Synchronized,
    /// `TIME_INS` - a leap second will be inserted at the end of the UTC day.
    #[doc(alias = "TIME_INS")]
    InsertLeapSecond,
    /// `TIME_DEL` - the last second of the UTC day will be deleted.
    #[doc(alias = "TIME_DEL")]
    DeleteLeapSecond,
    /// `TIME_OOP` - the current second is an inserted leap second.
    #[doc(alias = "TIME_OOP")]
    InLeapSecond,
    /// `TIME_WAIT` - a leap second was inserted or deleted, and the status still contains `INS` or
    /// `DEL`.
    #[doc(alias = "TIME_WAIT")]
    AfterLeapSecond,
    /// `TIME_ERROR` - the clock is not synchronized.
    #[doc(alias = "TIME_ERROR")]
    Unsynchronized,
    /// Any other state.
    Other(i32),
}

impl ClockState {
    /// Converts the return value of `clock_adjtime`.
    #[must_use]
    pub const fn from_raw(state: i32) -> Self {
        match state {
            TIME_OK => Self::Synchronized,
            TIME_INS => Self::InsertLeapSecond,
            TIME_DEL => Self::DeleteLeapSecond,
            TIME_OOP => Self::InLeapSecond,
            TIME_WAIT => Self::AfterLeapSecond,
            TIME_ERROR => Self::Unsynchronized,
            other => Self::Other(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timex_timespec_converts_the_fraction_to_nanoseconds() {
        let timespec = |status, fraction| {
            let time = TimexTime { seconds: -5, fraction };
            Timex { status, time, ..Timex::default() }.timespec()
        };
        let expected = |nanoseconds| Ok(Timespec { seconds: -5, nanoseconds });
        let (micro, nano) = (ClockStatus::PLL, ClockStatus::NANO | ClockStatus::PLL);
        assert_eq!(timespec(micro, 999_999), expected(999_999_000));
        assert_eq!(timespec(nano, 999_999_999), expected(999_999_999));
        for (status, fraction) in [(micro, 1_000_000), (nano, 1_000_000_000), (nano, -1)] {
            assert_eq!(timespec(status, fraction), Err(OutOfRangeError));
        }
    }

    #[test]
    fn clock_state_from_raw_preserves_unknown_states() {
        let states = [
            ClockState::Synchronized,
            ClockState::InsertLeapSecond,
            ClockState::DeleteLeapSecond,
            ClockState::InLeapSecond,
            ClockState::AfterLeapSecond,
            ClockState::Unsynchronized,
            ClockState::Other(6),
            ClockState::Other(7),
        ];
        assert!((0..).map(ClockState::from_raw).zip(states).all(|(found, state)| found == state));
        assert_eq!(ClockState::from_raw(-1), ClockState::Other(-1));
    }
}
