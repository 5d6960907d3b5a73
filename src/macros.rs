//! Macros that the modules of the crate use: `layout!`, `flags!`, `numbers!`, `id_newtype!`,
//! `fd_wrapper!` and `event_source!`.

use bitflags::Bits;
use bitflags::parser::ParseHex;

use crate::error::ParseNameError;

/// Checks, in every build, the layout of a struct that the kernel reads or writes: the size and
/// alignment of the struct, and the offset of each listed field.
///
/// `layout! { Name: size 16, align 4, first at 0, second at 4 }`
macro_rules! layout {
    (
        $name:ty: size $size:literal, align $align:literal
        $(, $field:ident at $offset:literal)* $(,)?
    ) => {
        ::static_assertions::const_assert_eq!(::core::mem::size_of::<$name>(), $size);
        ::static_assertions::const_assert_eq!(::core::mem::align_of::<$name>(), $align);
        $(::static_assertions::const_assert_eq!(::core::mem::offset_of!($name, $field), $offset);)*
    };
}

/// Defines a type for flags, with one constant per flag. The C name of a flag is a search alias of
/// the constant. Flags can be printed and parsed as text (`CREATE | CLOSE_WRITE`).
///
/// No operation clears unknown bits implicitly: `!` inverts all bits, so that `flags & !X` clears
/// only `X`.
///
/// The definition of a constant is `"IN_CREATE" CREATE = 0x100, "description.";`.
macro_rules! flags {
    (
        $(#[$outer:meta])*
        pub struct $name:ident: $bits:ty {
            $($c:literal $flag:ident = $value:expr, $text:literal;)*
        }
    ) => {
        ::bitflags::bitflags! {
            $(#[$outer])*
            ///
            /// No operation clears unknown bits implicitly. `all()` has every bit set, including
            /// unknown bits, although its own documentation says "all known bits"; the constant
            /// `KNOWN` has only the known bits. `Display` and `FromStr` use the names of the
            /// constants, separated by `|`; `FromStr` also accepts the C names.
            #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
            #[repr(transparent)]
            pub struct $name: $bits {
                $(
                    #[doc = concat!("`", $c, "` - ", $text)]
                    #[doc(alias = $c)]
                    const $flag = $value;
                )*
                // A bit without a named constant may be a flag of a newer kernel. With this unnamed
                // constant, `!` and `complement` preserve the bits that have no name.
                const _ = !0;
            }
        }

        impl $name {
            /// All flags that have a name in this version of the crate. In contrast, `all()`
            /// returns a value with every bit set.
            pub const KNOWN: Self = Self::from_bits_retain(0 $(| Self::$flag.bits())*);
        }

        impl ::core::fmt::Display for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                ::bitflags::parser::to_writer(self, f)
            }
        }

        impl ::core::str::FromStr for $name {
            type Err = $crate::error::ParseNameError;

            fn from_str(text: &str) -> ::core::result::Result<Self, Self::Err> {
                let bits = $crate::macros::parse_flags(text, |name| match name {
                    $($c | stringify!($flag) => Some(Self::$flag.bits()),)*
                    _ => None,
                })?;
                Ok(Self::from_bits_retain(bits))
            }
        }
    };
}

/// Defines a type for numbers of the kernel of which a value is exactly one, such as the families
/// of sockets, with one constant per number. The C name of a number is a search alias of the
/// constant. Numbers without a constant can be created with `from_raw`.
///
/// The definition of a constant is `"AF_INET" INET = 2, "description.";`.
macro_rules! numbers {
    (
        $(#[$outer:meta])*
        pub struct $name:ident: $number:ty {
            $($c:literal $constant:ident = $value:expr, $text:literal;)*
        }
    ) => {
        $(#[$outer])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(transparent)]
        pub struct $name($number);

        impl $name {
            $(
                #[doc = concat!("`", $c, "` - ", $text)]
                #[doc(alias = $c)]
                pub const $constant: Self = Self($value);
            )*

            /// Creates a value from a number of the kernel, which need not have a constant.
            #[inline]
            #[must_use]
            pub const fn from_raw(number: $number) -> Self {
                Self(number)
            }

            /// Returns the number of the kernel.
            #[inline]
            #[must_use]
            pub const fn as_raw(self) -> $number {
                self.0
            }
        }

        /// Prints the name of the constant, or the number if it has no constant.
        impl ::core::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                match *self {
                    $(Self::$constant => f.write_str(stringify!($constant)),)*
                    Self(number) => write!(f, concat!(stringify!($name), "({})"), number),
                }
            }
        }
    };
}

/// Parses flags that are separated by `|`: names, which `bits_of` converts to bits, and hexadecimal
/// numbers (`0x80`). The result of parsing an empty string is the empty set.
pub(crate) fn parse_flags<B: Bits + ParseHex>(
    text: &str,
    bits_of: impl Fn(&str) -> Option<B>,
) -> Result<B, ParseNameError> {
    if text.trim().is_empty() {
        return Ok(B::EMPTY);
    }
    text.split('|').map(str::trim).try_fold(B::EMPTY, |bits, name| {
        let flag = match name.strip_prefix("0x") {
            Some(digits) => B::parse_hex(digits).ok(),
            None => bits_of(name),
        };
        flag.map(|flag| bits | flag).ok_or(ParseNameError)
    })
}

/// Defines a type for IDs. The IDs of processes, threads and process groups are positive.
macro_rules! id_newtype {
    ($(#[$doc:meta])* $name:ident: NonZeroI32, $what:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(transparent)]
        pub struct $name(::core::num::NonZeroI32);

        impl $name {
            #[doc = concat!(
                "Creates ", $what, " from a number. Returns `None` unless the number is positive."
            )]
            #[inline]
            #[must_use]
            pub const fn from_raw(number: i32) -> Option<Self> {
                match ::core::num::NonZeroI32::new(number) {
                    Some(positive) if number > 0 => Some(Self(positive)),
                    _ => None,
                }
            }

            /// Returns the ID as a number, which is always positive.
            #[inline]
            #[must_use]
            pub const fn as_raw(self) -> i32 {
                self.0.get()
            }
        }

        id_newtype! { @fmt $name }
    };
    ($(#[$doc:meta])* $name:ident: u32, $what:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(transparent)]
        pub struct $name(u32);

        impl $name {
            /// The ID 0: the ID of the root user or the root group.
            pub const ROOT: Self = Self(0);

            #[doc = concat!("Creates ", $what, " from a number.")]
            #[inline]
            #[must_use]
            pub const fn from_raw(number: u32) -> Self {
                Self(number)
            }

            /// Returns the ID as a number.
            #[inline]
            #[must_use]
            pub const fn as_raw(self) -> u32 {
                self.0
            }
        }

        id_newtype! { @fmt $name }
    };
    (@fmt $name:ident) => {
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

/// Implements the descriptor traits, the conversions and `Debug` for a type that owns an `OwnedFd`.
///
/// - `fd_wrapper! { Name }`: for a tuple struct that contains only the descriptor.
/// - `fd_wrapper! { Name, checked }`: for a tuple struct that requires a certain type of
///   descriptor. The struct implements `TryFrom<OwnedFd>`; the macro does not implement
///   `From<OwnedFd>`.
/// - `fd_wrapper! { Name, state in field }`: for a struct that contains the descriptor in `field`,
///   and has other fields. The macro implements no conversions: the struct provides `into_parts()`.
macro_rules! fd_wrapper {
    ($name:ident) => {
        fd_wrapper! { $name, checked }

        /// Takes ownership of a descriptor, without checking its type. With a descriptor of another
        /// type, a method fails, or does what the underlying system call does for that type of
        /// descriptor.
        impl From<$crate::fd::OwnedFd> for $name {
            #[inline]
            fn from(fd: $crate::fd::OwnedFd) -> Self {
                Self(fd)
            }
        }

        impl $crate::fd::FromRawFd for $name {
            #[inline]
            unsafe fn from_raw_fd(fd: $crate::fd::RawFd) -> Self {
                // SAFETY: open and without another owner, upheld by the caller.
                Self(unsafe { $crate::fd::FromRawFd::from_raw_fd(fd) })
            }
        }
    };
    ($name:ident, checked) => {
        fd_wrapper! { @borrow $name, 0 }

        impl From<$name> for $crate::fd::OwnedFd {
            #[inline]
            fn from(object: $name) -> Self {
                object.0
            }
        }

        impl $crate::fd::IntoRawFd for $name {
            #[inline]
            fn into_raw_fd(self) -> $crate::fd::RawFd {
                $crate::fd::IntoRawFd::into_raw_fd(self.0)
            }
        }
    };
    ($name:ident, state in $fd:ident) => {
        fd_wrapper! { @borrow $name, $fd }
    };
    (@borrow $name:ident, $fd:tt) => {
        impl $crate::fd::AsFd for $name {
            #[inline]
            fn as_fd(&self) -> $crate::fd::BorrowedFd<'_> {
                $crate::fd::AsFd::as_fd(&self.$fd)
            }
        }

        impl $crate::fd::AsRawFd for $name {
            #[inline]
            fn as_raw_fd(&self) -> $crate::fd::RawFd {
                $crate::fd::AsRawFd::as_raw_fd(&self.$fd)
            }
        }

        impl ::core::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                let fd = $crate::fd::AsRawFd::as_raw_fd(self);
                f.debug_struct(stringify!($name)).field("fd", &fd).finish()
            }
        }

        ::static_assertions::assert_impl_all!($name: Send, Sync, Unpin);
        // The kernel reuses the numbers of closed descriptors: equal numbers do not mean equal
        // objects.
        ::static_assertions::assert_not_impl_any!($name: Clone, PartialEq, ::core::hash::Hash);
    };
}

/// Implements the method `wait` for a type from which events are read.
macro_rules! event_source {
    ($name:ident) => {
        impl $name {
            /// Waits until an event can be read. Returns `false` if the timeout expires before an
            /// event can be read.
            ///
            /// Signals do not interrupt the wait and do not prolong it. Before a wait with a
            /// timeout, this method reads the monotonic clock, which is an additional system call;
            /// [`poll::wait_interruptible`](crate::poll::wait_interruptible) does not read the
            /// clock.
            ///
            /// # Errors
            ///
            /// - `EINVAL`: the per-process limit on open file descriptors (`RLIMIT_NOFILE`) is 0.
            /// - `ENOMEM`: the kernel is out of memory.
            pub fn wait(&self, timeout: impl Into<$crate::time::Timeout>) -> $crate::Result<bool> {
                $crate::poll::readable($crate::fd::AsFd::as_fd(self), timeout.into())
            }
        }
    };
}

#[cfg(test)]
#[allow(unreachable_pub, reason = "the macros define public types")]
mod tests {
    use crate::error::ParseNameError;
    use crate::fd::{AsRawFd, OwnedFd};

    flags! {
        /// A type for flags that only the tests use.
        pub struct TestFlags: u32 {
            "T_FIRST" FIRST = 1, "the first.";
            "T_HIGH" HIGH = 0x8000_0000, "the last.";
        }
    }

    id_newtype! {
        /// A type for IDs that only the tests use.
        TestId: NonZeroI32, "an ID"
    }

    struct Stateful {
        fd: OwnedFd,
        state: u32,
    }

    fd_wrapper! { Stateful, state in fd }

    impl Stateful {
        fn into_parts(self) -> (OwnedFd, u32) {
            (self.fd, self.state)
        }
    }

    #[test]
    fn flags_preserve_unknown_bits() {
        let flags = TestFlags::from_bits_retain(0x11);
        assert_eq!((!flags).bits(), !0x11);
        assert_eq!(flags.union(TestFlags::HIGH).bits(), 0x8000_0011);
        assert_eq!(
            (TestFlags::KNOWN.bits(), flags.to_string().as_str()),
            (0x8000_0001, "FIRST | 0x10")
        );
    }

    #[test]
    fn flags_are_parsed_from_rust_and_c_names() {
        let parse = |text: &str| text.parse::<TestFlags>().map(|flags| flags.bits());
        assert_eq!(parse(""), Ok(0));
        assert_eq!(parse("FIRST"), Ok(1));
        assert_eq!(parse("T_FIRST|HIGH"), Ok(0x8000_0001));
        assert_eq!(parse(" FIRST | 0x10 "), Ok(0x11));
        for wrong in ["first", "FIRST |", "| FIRST", "0x", "0xG", "T_", "1"] {
            assert_eq!(parse(wrong), Err(ParseNameError), "{wrong:?}");
        }
    }

    #[test]
    fn id_newtype_from_raw_returns_none_unless_number_is_positive() {
        assert_eq!([i32::MIN, -1, 0].map(TestId::from_raw), [None; 3]);
        assert_eq!(TestId::from_raw(i32::MAX).map(TestId::as_raw), Some(i32::MAX));
        assert_eq!(size_of::<Option<TestId>>(), 4);
    }

    #[test]
    #[cfg_attr(miri, ignore = "makes system calls")]
    fn fd_wrapper_with_state_returns_its_descriptor_and_state() {
        let (reader, _writer) = crate::pipe::pipe().unwrap();
        let number = reader.as_raw_fd();
        let object = Stateful { fd: reader, state: 7 };
        assert_eq!(object.as_raw_fd(), number);
        assert_eq!(format!("{object:?}"), format!("Stateful {{ fd: {number} }}"));
        let (fd, state) = object.into_parts();
        assert_eq!((fd.as_raw_fd(), state), (number, 7));
    }
}
