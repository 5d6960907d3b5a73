//! The operand to which an error of a call with a source and a target, or with two paths, refers.

use super::{Call, Errno, Error};

/// An operand of a copy, a mount, a rename or a link, returned by [`Error::operand`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operand {
    /// The file from which a copy reads, or that is mounted, or the old path of a rename or a link.
    Source,
    /// The file to which a copy writes, or on which something is mounted, or the new path of a
    /// rename or a link.
    Target,
}

impl Error {
    /// Returns the operand to which the error of a copy, a mount, a rename or a link refers.
    ///
    /// Returns `None` if the call and the errno do not identify it: if a mount fails with `ENOENT`,
    /// for example, either of the paths can be missing.
    #[must_use]
    pub const fn operand(self) -> Option<Operand> {
        let error = (self.call(), self.errno());
        Some(match error {
            (Call::READ | Call::RECVFROM_TRUNC, _) => Operand::Source,
            (Call::MOUNT, Errno::NOTBLK | Errno::NXIO) => Operand::Source,
            (Call::WRITE | Call::WRITE_UNSUPPORTED | Call::FTRUNCATE | Call::FALLOCATE, _) => {
                Operand::Target
            }
            (
                Call::COPY_FILE_RANGE | Call::SENDFILE | Call::SPLICE,
                Errno::NOSPC | Errno::DQUOT | Errno::FBIG | Errno::PIPE,
            ) => Operand::Target,
            (Call::COPY_FILE_RANGE, Errno::PERM) => Operand::Target,
            (Call::LINKAT, Errno::MLINK) => Operand::Source,
            (Call::LINKAT | Call::SYMLINKAT | Call::RENAMEAT2, Errno::EXIST) => Operand::Target,
            (Call::LINKAT | Call::SYMLINKAT, Errno::ROFS | Errno::NOSPC | Errno::DQUOT) => {
                Operand::Target
            }
            // The kernel does not resolve the content of a new symbolic link.
            (
                Call::SYMLINKAT,
                Errno::NOTDIR | Errno::ACCES | Errno::PERM | Errno::LOOP | Errno::BADF,
            ) => Operand::Target,
            (Call::RENAMEAT2, Errno::NOTEMPTY | Errno::ISDIR) => Operand::Target,
            _ => return None,
        })
    }
}
