//! Files, directories and file systems, and the types that the calls share.

mod attributes;
mod create;
mod data;
mod dir;
mod interrupted;
mod link;
mod lock;
mod open;
mod paths;
mod range;
mod stat;
mod statfs;
mod statx;
mod sync;
mod xattr;
