//! Room for bytes, written to before or not.

use core::mem::MaybeUninit;

/// Room that a read of events may fill: `[u8]`, `[MaybeUninit<u8>]`, or an array of either. Sealed.
pub trait Buffer: sealed::Room {}

pub(crate) mod sealed {
    pub trait Room {
        /// Where the room starts, and how many bytes it has.
        fn room(&mut self) -> (*mut u8, usize);
    }
}

macro_rules! rooms {
    ($([$($generics:tt)*] $room:ty;)*) => {$(
        impl<$($generics)*> Buffer for $room {}
        impl<$($generics)*> sealed::Room for $room {
            #[inline(always)]
            fn room(&mut self) -> (*mut u8, usize) {
                (self.as_mut_ptr().cast(), self.len())
            }
        }
    )*};
}

rooms! {
    [] [u8];
    [] [MaybeUninit<u8>];
    [const N: usize] [u8; N];
    [const N: usize] [MaybeUninit<u8>; N];
}
