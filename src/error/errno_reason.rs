//! The tables of the causes and kinds of errors, which are in the same files as the raw functions.
//!
//! The tables of [`ErrnoReason`] rows exist only at compile time. A program contains only a
//! [`KindTable`] and a `ReasonTable`, which are computed from these rows.

use super::{Call, Errno, Error, ErrorKind};

/// The cause and the kind of one errno of a call.
#[derive(Clone, Copy)]
#[allow(dead_code, reason = "the reason is used only with the feature `explain`")]
pub(crate) struct ErrnoReason {
    pub(crate) call: Call,
    pub(crate) errno: Errno,
    pub(crate) kind: Option<ErrorKind>,
    pub(crate) reason: &'static str,
}

impl ErrnoReason {
    /// Returns the call and the errno as one number.
    pub(super) const fn key(&self) -> u32 {
        Error::new(self.call, self.errno).key()
    }
}

/// Defines a table of reasons: `errno_reasons! { CALL: INVAL => "reason", PERM => Busy "reason";
/// }`.
///
/// A row without a kind has the kind of its errno.
macro_rules! errno_reasons {
    ($($call:ident: $($errno:ident => $($kind:ident)? $reason:literal),+;)*) => {
        &[$($($crate::error::ErrnoReason {
            call: $crate::error::Call::$call,
            errno: $crate::error::Errno::$errno,
            kind: errno_reasons!(@kind $($kind)?),
            reason: $reason,
        }),+),*]
    };
    (@kind) => { None };
    (@kind $kind:ident) => { Some($crate::error::ErrorKind::$kind) };
}
pub(crate) use errno_reasons;

/// The kinds of the errors whose kind differs from the kind of their errno ([`Errno::kind`]). `N`
/// is the result of [`kind_count`].
pub(crate) struct KindTable<const N: usize> {
    keys: [u32; N],
    kinds: [ErrorKind; N],
}

/// Returns the number of rows that contain a kind.
pub(crate) const fn kind_count(tables: &[&[ErrnoReason]]) -> usize {
    let (mut count, mut table) = (0, 0);
    while table < tables.len() {
        let mut row = 0;
        while row < tables[table].len() {
            count += tables[table][row].kind.is_some() as usize;
            row += 1;
        }
        table += 1;
    }
    count
}

impl<const N: usize> KindTable<N> {
    pub(crate) const fn new(tables: &[&[ErrnoReason]]) -> Self {
        let mut new = Self { keys: [0; N], kinds: [ErrorKind::Other; N] };
        let (mut count, mut table) = (0, 0);
        while table < tables.len() {
            let mut row = 0;
            while row < tables[table].len() {
                let errno_reason = &tables[table][row];
                if let Some(kind) = errno_reason.kind {
                    new.keys[count] = errno_reason.key();
                    new.kinds[count] = kind;
                    count += 1;
                }
                row += 1;
            }
            table += 1;
        }
        new
    }

    /// Returns the kind of an error, if the table has a row for its call and errno.
    pub(crate) fn find(&self, error: Error) -> Option<ErrorKind> {
        let row = self.keys.iter().position(|key| *key == error.key())?;
        self.kinds.get(row).copied()
    }
}
