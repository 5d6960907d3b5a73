//! Copies between descriptors of any two kinds.

mod direct_io;
mod ends;
mod failures;
mod fallbacks;
mod files;
mod holes;
mod messages;
mod offsets;
mod pairs;
mod references;
mod refusals;
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
