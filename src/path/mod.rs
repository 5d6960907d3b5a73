//! Paths and file names, as bytes.
//!
//! A path argument is a `&CStr`, `&str`, `&[u8]`, [`Name`] or [`NameBuf`](crate::uts::NameBuf).
//! With the feature `alloc`, a path argument can also be a `String`, `Vec<u8>` or `CString`. With
//! the feature `std`, a path argument can also be a `&Path`, `PathBuf`, `&OsStr` or `OsString`.
//!
//! A `&CStr` or `CString` is passed to the kernel unchanged. Any other path is copied to the stack
//! and terminated with a NUL byte, without an allocator. A function fails with `EINVAL` if the
//! copied path contains a NUL byte, and with `ENAMETOOLONG` if the copied path has 4,096 bytes or
//! more, in both cases without a system call.

#[macro_use]
mod arg;
mod name;

pub use arg::{Arg, PATH_MAX};
pub(crate) use arg::{AsPathBytes, Buffer, PathBytes, SHORT, with_c_str};
pub use name::{Escape, Name};
