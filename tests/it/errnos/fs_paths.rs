//! Rows of errors that all calls with a path share.

use std::path::Path;

use butter::{Errno, Result};

use super::process::{in_unsearchable_directory, with_link_loop};
use super::{Outcome, failed};
use common::files;
use common::inject::inject;

/// A call with a path: the number of the system call, and a function that makes the system call
/// once, with the directory argument `ABS`.
#[derive(Clone, Copy)]
pub struct PathCall {
    pub number: libc::c_long,
    pub call: fn(&[u8]) -> Result<()>,
}

impl PathCall {
    pub fn fails(self, path: impl AsRef<[u8]>) -> Outcome {
        failed((self.call)(path.as_ref()))
    }

    /// Returns the error of a call that fails because a seccomp filter injects an errno. The path
    /// cannot be resolved, so that a call that the filter fails to intercept changes nothing.
    pub fn injected(self, errno: Errno) -> Outcome {
        inject(self.number, errno, || self.fails("relative"))
    }

    pub fn in_unsearchable_directory(self) -> Outcome {
        in_unsearchable_directory(|path| self.fails([path, b"/x"].concat()))
    }

    pub fn with_link_loop(self) -> Outcome {
        with_link_loop(|path| self.fails([path, b"/x"].concat()))
    }
}

/// Defines the rows of calls with a path: the rows of the errors that each of these calls returns,
/// the rows of errors that a seccomp filter injects, and further rows.
///
/// `path_call_rows! { ROWS: CALL PATH_CALL { ROFS PermissionDenied, ... } { ERRNO Kind || ...;
/// } }`
///
/// Rows of other calls are in braces after the name: `ROWS { CALL ERRNO Kind || ...; }:`.
macro_rules! path_call_rows {
    ($name:ident $({
        $($other:ident $other_errno:ident $other_kind:ident $other_trigger:expr;)*
    })?: $(
        $call:ident $it:ident { $($injected:ident $injected_kind:ident),* } {
            $($errno:ident $kind:ident $trigger:expr;)*
        }
    )*) => {
        const $name: &[Row] = &[$(
            Row(Call::$call, Errno::NOENT, NotFound, || $it.fails("/nowhere/at/all")),
            Row(Call::$call, Errno::NOTDIR, InvalidArgument, || $it.fails("/proc/version/x")),
            Row(Call::$call, Errno::ACCES, PermissionDenied, || $it.in_unsearchable_directory()),
            Row(Call::$call, Errno::LOOP, InvalidArgument, || $it.with_link_loop()),
            Row(Call::$call, Errno::NAMETOOLONG, InvalidArgument, || {
                $it.fails(["/", &"a".repeat(256)].concat())
            }),
            Row(Call::$call, Errno::NAMETOOLONG, InvalidArgument, || $it.fails([b'/'; 4096])),
            Row(Call::$call, Errno::INVAL, InvalidArgument, || $it.fails("/proc/\0")),
            Row(Call::$call, Errno::NOMEM, OutOfMemory, || $it.injected(Errno::NOMEM)),
            Row(Call::$call, Errno::INTR, Interrupted, || $it.injected(Errno::INTR)),
            Row(Call::$call, Errno::IO, Other, || $it.injected(Errno::IO)),
            $(Row(Call::$call, Errno::$injected, $injected_kind, || {
                $it.injected(Errno::$injected)
            }),)*
            $(Row(Call::$call, Errno::$errno, $kind, $trigger),)*
        )* $($(
            Row(Call::$other, Errno::$other_errno, $other_kind, $other_trigger),
        )*)?];
    };
}
pub(super) use path_call_rows;

/// Calls a function with the path of a new directory, which is removed afterwards.
pub fn in_directory(call: impl FnOnce(&Path) -> Outcome) -> Outcome {
    call(files::directory().path())
}

/// Returns the path of a name in a directory, as bytes.
pub fn child(directory: &Path, name: &str) -> Vec<u8> {
    common::bytes(&directory.join(name)).to_vec()
}
