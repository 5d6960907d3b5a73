//! The error of a call, in one word.

use core::num::NonZeroU32;

use super::{Call, Errno};

/// The result of a call.
pub type Result<T, E = Error> = core::result::Result<T, E>;

/// A call that failed, and its errno.
///
/// It prints itself without allocation: `inotify_add_watch: ENOENT: a part of the path does not exist`. The reason
/// behind the errno's name is there with the feature `explain`, which `std` brings along.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[repr(transparent)]
pub struct Error(NonZeroU32);

// The word: a mark that keeps it from zero, the call, and the errno in the lowest bits, so that the kernel's `-errno`
// needs one subtraction to become an error.
const MARK: u32 = 1 << 31;
const ERRNO_BITS: u32 = 12;

const _: () = assert!(size_of::<Result<()>>() == 4);
const _: () = assert!(size_of::<Result<u32>>() == 8);

impl Error {
    /// The error of a call that failed with this errno.
    #[must_use]
    pub const fn new(call: Call, errno: Errno) -> Self {
        let failed = (errno.as_raw() as usize).wrapping_neg();
        // SAFETY: an errno is one of 1..=4095.
        unsafe { Self::from_return(call, failed) }
    }

    /// The error of a call that returned `-errno`.
    ///
    /// # Safety
    ///
    /// `value` must be one of -4095..=-1.
    #[inline(always)]
    pub(crate) const unsafe fn from_return(call: Call, value: usize) -> Self {
        let base = MARK | (call.id() as u32) << ERRNO_BITS;
        // SAFETY: the base has its highest bit set and its lowest 12 clear: adding 1..=4095 leaves it other than zero.
        Self(unsafe { NonZeroU32::new_unchecked(base.wrapping_sub(value as u32)) })
    }

    /// Which call failed.
    #[inline]
    #[must_use]
    pub const fn call(self) -> Call {
        Call::from_id((self.0.get() & !MARK) >> ERRNO_BITS)
    }

    /// The kernel's number for the failure.
    #[inline]
    #[must_use]
    pub const fn errno(self) -> Errno {
        let number = self.0.get() & ((1 << ERRNO_BITS) - 1);
        match Errno::from_raw(number as i32) {
            Some(errno) => errno,
            // SAFETY: every error is made of a base whose lowest 12 bits are clear and an errno of 1..=4095.
            None => unsafe { core::hint::unreachable_unchecked() },
        }
    }

    /// Whether the failure is this one: `error.is(Errno::NOENT)`.
    #[inline]
    #[must_use]
    pub const fn is(self, errno: Errno) -> bool {
        self.0.get() & ((1 << ERRNO_BITS) - 1) == errno.as_raw() as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_call_and_errno_fits_the_word() {
        for call in Call::ALL.iter().copied() {
            for number in [1, 2, 11, 133, 511, 4095] {
                let errno = Errno::from_raw(number).unwrap();
                let error = Error::new(call, errno);
                assert_eq!((error.call(), error.errno()), (call, errno));
                assert!(error.is(errno));
                assert!(!error.is(Errno::from_raw(number ^ 4).unwrap_or(Errno::NOSYS)));
            }
        }
    }
}
