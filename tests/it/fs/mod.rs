//! Files and directories, and the types that the calls share.

mod dir;
mod open;
