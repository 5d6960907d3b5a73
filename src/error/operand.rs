//! The operand to which an error of a call with a source and a target refers.

use super::{Call, Errno, Error};

/// An operand of a copy or a mount, returned by [`Error::operand`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operand {
    /// The file from which a copy reads, or that is mounted.
    Source,
    /// The file to which a copy writes, or on which something is mounted.
    Target,
}

impl Error {
    /// Returns the operand to which the error of a copy or a mount refers. Returns `None` if the
    /// call and the errno do not identify it: if a mount fails with `ENOENT`, for example, either
    /// of the paths can be missing.
    #[must_use]
    pub const fn operand(self) -> Option<Operand> {
        let error = (self.call(), self.errno());
        Some(match error {
            (Call::READ | Call::RECVFROM, _) => Operand::Source,
            (Call::MOUNT, Errno::NOTBLK | Errno::NXIO) => Operand::Source,
            (Call::WRITE | Call::WRITE_UNSUPPORTED | Call::FTRUNCATE | Call::FALLOCATE, _) => {
                Operand::Target
            }
            (
                Call::COPY_FILE_RANGE | Call::SENDFILE | Call::SPLICE,
                Errno::NOSPC | Errno::DQUOT | Errno::FBIG | Errno::PIPE,
            ) => Operand::Target,
            (Call::COPY_FILE_RANGE, Errno::PERM) => Operand::Target,
            _ => return None,
        })
    }
}
