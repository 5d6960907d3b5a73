//! `flags!`: a set of the kernel's bits as a type.

/// Makes a type of flags whose constants carry the kernel's names as aliases for a search, whose unknown bits are kept,
/// and whose text form goes both ways: `CREATE | CLOSE_WRITE`.
///
/// A constant is written `"IN_CREATE" CREATE = 0x100, "what it says";`.
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
            /// Bits that have no name here are kept. The text form goes both ways, names with `|` between them.
            #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
            #[repr(transparent)]
            pub struct $name: $bits {
                $(
                    #[doc = concat!("`", $c, "` - ", $text)]
                    #[doc(alias = $c)]
                    const $flag = $value;
                )*
            }
        }

        impl ::core::fmt::Display for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                ::bitflags::parser::to_writer(self, f)
            }
        }

        impl ::core::str::FromStr for $name {
            type Err = $crate::error::UnknownName;

            fn from_str(text: &str) -> ::core::result::Result<Self, Self::Err> {
                ::bitflags::parser::from_str(text).map_err(|_| $crate::error::UnknownName)
            }
        }
    };
}
