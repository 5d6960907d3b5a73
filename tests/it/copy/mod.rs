//! Tests of `copy`: copies between descriptors of every kind.

mod direct_io;
mod endpoints;
mod failures;
mod fallbacks;
mod files;
mod holes;
mod matrix;
mod messages;
mod offsets;
mod references;
mod refusals;
mod sockets;
mod terminal;

use std::fs::File;

use butter::copy::Method;
use butter::fd::OwnedFd;

const ALL_METHODS: [Method; 5] =
    [Method::Auto, Method::CopyFileRange, Method::Sendfile, Method::Splice, Method::ReadWrite];

/// Whether the tests copy less data: CI runs the musl builds in an emulated virtual machine, which
/// is slow.
const EMULATED: bool = cfg!(target_env = "musl");

/// Duplicates the descriptor of a file. The result has the crate's type `OwnedFd`, which differs
/// from the type of `std` if the feature `std` is disabled.
fn fd(file: &File) -> OwnedFd {
    common::fd(file.try_clone().unwrap())
}
