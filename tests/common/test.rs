//! The name of the running test, macros and functions that skip a test, and rows of tables.

use std::any::Any;
use std::fmt::{Arguments, Display};
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A test, identified by its name in the list of libtest.
#[derive(Clone, Copy)]
pub struct Test(pub(crate) &'static str);

impl Test {
    /// Returns the test whose function contains a closure: the type name of a closure begins with
    /// the path of that function.
    pub fn of<T>(_: &T) -> Self {
        let path = std::any::type_name::<T>();
        let path = path.split_once("::{{closure}}").map_or(path, |(function, _)| function);
        Self(path.split_once("::").map_or(path, |(_, name)| name))
    }

    pub fn name(self) -> &'static str {
        self.0
    }

    /// Reports that the test, or the part of the test that `row` names, cannot run on this host.
    /// The reason is written directly to the standard error, which libtest does not capture, so
    /// that every run shows the reason and `.ci/run` counts the skipped test.
    pub fn skip(self, row: &str, reason: Arguments<'_>) {
        let separator = if row.is_empty() { "" } else { ": " };
        let line = format!("skipped: {}{separator}{row}: {reason}\n", self.0);
        let _ = std::io::stderr().write_all(line.as_bytes());
    }
}

/// Evaluates to the [`Test`](crate::test::Test) whose function contains this invocation.
#[macro_export]
macro_rules! this_test {
    () => {
        $crate::test::Test::of(&|| {})
    };
}

/// Evaluates to the expected output of `Debug` for a struct with private fields: the name and the
/// result of each method.
#[macro_export]
macro_rules! debug_text {
    ($value:expr, $struct:ident { $($method:ident),* $(,)? }) => {
        format!(
            "{} {{ {} }}",
            stringify!($struct),
            [$(format!("{}: {:?}", stringify!($method), $value.$method())),*].join(", ")
        )
    };
}

/// A requirement of a test: a condition, or a value that may be missing.
pub trait Requirement {
    type Value;

    /// Returns the value, or the reason why the value is missing. The reason is an empty string if
    /// it is unknown.
    fn check(self) -> Result<Self::Value, String>;
}

impl Requirement for bool {
    type Value = ();

    fn check(self) -> Result<(), String> {
        if self { Ok(()) } else { Err(String::new()) }
    }
}

impl<T> Requirement for Option<T> {
    type Value = T;

    fn check(self) -> Result<T, String> {
        self.ok_or_else(String::new)
    }
}

impl<T, E: Display> Requirement for Result<T, E> {
    type Value = T;

    fn check(self) -> Result<T, String> {
        self.map_err(|error| error.to_string())
    }
}

/// Evaluates to the value of a requirement. If the requirement is not met, the function that
/// contains this invocation returns, and the test counts as skipped.
///
/// - `require!(kernel >= 5.11, "epoll_pwait2")` requires a minimum version of the running kernel
///   for a feature;
/// - `require!(condition, "reason")`, `require!(option, "reason")` require a condition or a value;
///   the reason can have arguments as for `format!`;
/// - `require!(result)`, `require!(result, "context")` require a success; the error is the reason;
/// - `require!(test; ...)` skips the given [`Test`](crate::test::Test), in a function that several
///   tests call.
#[macro_export]
macro_rules! require {
    (kernel >= $version:literal, $feature:expr) => {
        $crate::require!($crate::this_test!(); kernel >= $version, $feature)
    };
    ($test:expr; kernel >= $version:literal, $feature:expr) => {
        $crate::require!(
            $test;
            $crate::kernel_is_at_least(stringify!($version)),
            "{} requires Linux {}", $feature, stringify!($version)
        )
    };
    ($requirement:expr $(, $($reason:tt)*)?) => {
        $crate::require!($crate::this_test!(); $requirement $(, $($reason)*)?)
    };
    ($test:expr; $requirement:expr $(,)?) => {
        $crate::require!($test; $requirement, "")
    };
    ($test:expr; $requirement:expr, $($reason:tt)+) => {
        match $crate::test::Requirement::check($requirement) {
            Ok(value) => value,
            Err(cause) => {
                let reason = [format_args!($($reason)+).to_string(), cause];
                let parts = reason.iter().map(|part| part.as_str());
                let reason: Vec<_> = parts.filter(|part| !part.is_empty()).collect();
                $test.skip("", format_args!("{}", reason.join(": ")));
                return Default::default();
            }
        }
    };
}

/// Runs a row of a table. If the row panics, this function panics with a message that begins with
/// `name`, the name of the row. The message of the row, with its line number, is printed first.
pub fn in_row<T>(name: impl Display, row: impl FnOnce() -> T) -> T {
    catch_unwind(AssertUnwindSafe(row))
        .unwrap_or_else(|panic| panic!("{name}: {}", message_of(&*panic)))
}

/// Calls `check` with each row of a table, also after a row has panicked. If rows panicked, this
/// function panics with all of their messages.
pub fn for_each_row<R>(rows: impl IntoIterator<Item = R>, mut check: impl FnMut(R)) {
    let failure = |row| catch_unwind(AssertUnwindSafe(|| check(row))).err();
    let failures: Vec<_> = rows.into_iter().filter_map(failure).collect();
    let messages: Vec<_> = failures.iter().map(|panic| message_of(&**panic)).collect();
    assert!(failures.is_empty(), "{}", messages.join("\n"));
}

/// Returns the message of a panic.
pub fn message_of(panic: &dyn Any) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("")
}

/// Returns the value of a call that older kernels do not support, or the error if the running
/// kernel does not support the call. Panics on any other error.
#[track_caller]
pub fn supported<T: std::fmt::Debug>(result: butter::Result<T>) -> butter::Result<T> {
    match result {
        Err(error) if error.kind() == butter::error::ErrorKind::Unsupported => Err(error),
        result => Ok(result.unwrap()),
    }
}
