//! Copies between descriptors of any two kinds.

mod ends;
mod failures;
mod fallbacks;
mod files;
mod offsets;
mod pairs;
mod sockets;
mod terminal;

use std::fs::File;

use butter::copy::Method;
use butter::fd::OwnedFd;

const ALL: [Method; 5] =
    [Method::Auto, Method::CopyFileRange, Method::Sendfile, Method::Splice, Method::ReadWrite];

/// The static builds run in an emulated machine.
const EMULATED: bool = cfg!(target_env = "musl");

/// The crate's own descriptor of the same open file, which is of another type without `std`.
fn fd(file: &File) -> OwnedFd {
    common::fd(file.try_clone().unwrap())
}
