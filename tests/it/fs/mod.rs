//! Files, directories and file systems, and the types that the calls share.

mod attributes;
mod create;
mod dir;
mod link;
mod open;
mod stat;
mod statfs;
mod xattr;
