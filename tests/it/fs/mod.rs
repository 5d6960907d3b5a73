//! Files, directories and file systems, and the types that the calls share.

mod dir;
mod open;
mod stat;
mod statfs;
