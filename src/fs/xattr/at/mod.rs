//! Extended attributes of files whose path is resolved from a directory.

pub(crate) mod raw;
