//! What an errno means for one call: the rows that stand beside each raw function.

use super::{Call, Errno, ErrorKind, Reason};

/// One documented failure of a call.
#[derive(Clone, Copy)]
pub(crate) struct Cause {
    pub(crate) call: Call,
    pub(crate) errno: Errno,
    pub(crate) kind: ErrorKind,
    pub(crate) reason: Reason,
}

/// Makes a table of causes: `causes! { Call::X: Errno::Y => "reason", Errno::Z => Busy "reason"; ... }`.
///
/// A row without a kind has the errno's own.
macro_rules! causes {
    ($($call:ident: $($errno:ident => $($kind:ident)? $reason:literal),+;)*) => {
        &[$($($crate::error::Cause {
            call: $crate::error::Call::$call,
            errno: $crate::error::Errno::$errno,
            kind: causes!(@kind $errno $($kind)?),
            reason: $crate::error::Reason::new($reason),
        }),+),*]
    };
    (@kind $errno:ident) => { $crate::error::Errno::$errno.kind() };
    (@kind $errno:ident $kind:ident) => { $crate::error::ErrorKind::$kind };
}
pub(crate) use causes;
