//! `layout!`: the size, the alignment and the offset of every field of a struct that the kernel reads or writes,
//! checked in every build.

/// Checks a struct's layout: `layout! { Name: size 16, align 4, first at 0, second at 4 }`.
macro_rules! layout {
    ($name:ty: size $size:literal, align $align:literal $(, $field:ident at $offset:literal)* $(,)?) => {
        ::static_assertions::const_assert_eq!(::core::mem::size_of::<$name>(), $size);
        ::static_assertions::const_assert_eq!(::core::mem::align_of::<$name>(), $align);
        $(::static_assertions::const_assert_eq!(::core::mem::offset_of!($name, $field), $offset);)*
    };
}
