//! Numbers of processes and threads, as types.

/// Makes the type of a number that is positive, unless a filter answers in the kernel's place.
macro_rules! id {
    ($(#[$doc:meta])* $name:ident: $what:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(transparent)]
        pub struct $name(i32);

        impl $name {
            #[doc = concat!("The ", $what, " of this number; `None` unless it is positive.")]
            #[must_use]
            pub const fn new(number: i32) -> Option<Self> {
                if number > 0 { Some(Self(number)) } else { None }
            }

            /// The number.
            #[inline]
            #[must_use]
            pub const fn get(self) -> i32 {
                self.0
            }
        }

        impl ::core::fmt::Display for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                ::core::fmt::Display::fmt(&self.0, f)
            }
        }

        impl ::core::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }
    };
}
