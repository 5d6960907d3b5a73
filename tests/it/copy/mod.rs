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

/// Whether the tests copy less data: CI runs the musl builds in an emulated virtual machine.
const EMULATED: bool = cfg!(target_env = "musl");

/// Returns a descriptor for the same open file, in the crate's type, which differs from that of
/// `std` if the feature `std` is disabled.
fn fd(file: &File) -> OwnedFd {
    common::fd(file.try_clone().unwrap())
}
