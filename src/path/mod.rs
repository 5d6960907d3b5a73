//! Paths and file names, as bytes.
//!
//! A path argument is any of `&CStr`, `&str`, `&[u8]`, [`Name`] and
//! [`NameBuf`](crate::uts::NameBuf); with `alloc` also `String`, `Vec<u8>` and `CString`; and with
//! `std` also `Path`, `OsStr` and their owned forms. A `&CStr` is passed to the kernel unchanged.
//! Any other path is copied to the stack and terminated with a NUL byte, without an allocator. A
//! path that contains a NUL byte fails with `EINVAL`, and a path of 4,096 bytes or more with
//! `ENAMETOOLONG`, without a system call.

#[macro_use]
mod arg;
mod name;

pub use arg::{Arg, PATH_MAX};
pub(crate) use arg::{AsPathBytes, Buffer, PathBytes, SHORT, with_c_str};
pub use name::{Escape, Name};
