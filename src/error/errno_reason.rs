//! The table rows that explain the errors of each raw function.

use super::{Call, Errno, ErrorKind, Reason};

/// The reasons and the kind of one errno of a call.
#[derive(Clone, Copy)]
pub(crate) struct ErrnoReason {
    pub(crate) call: Call,
    pub(crate) errno: Errno,
    pub(crate) kind: ErrorKind,
    pub(crate) reason: Reason,
}

/// Defines a table of reasons: `errno_reasons! { CALL: INVAL => "reason", PERM => Busy "reason"; }`.
///
/// A row without a kind has the kind of its errno.
macro_rules! errno_reasons {
    ($($call:ident: $($errno:ident => $($kind:ident)? $reason:literal),+;)*) => {
        &[$($($crate::error::ErrnoReason {
            call: $crate::error::Call::$call,
            errno: $crate::error::Errno::$errno,
            kind: errno_reasons!(@kind $errno $($kind)?),
            reason: $crate::error::Reason::new($reason),
        }),+),*]
    };
    (@kind $errno:ident) => { $crate::error::Errno::$errno.kind() };
    (@kind $errno:ident $kind:ident) => { $crate::error::ErrorKind::$kind };
}
pub(crate) use errno_reasons;
