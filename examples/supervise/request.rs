//! The arguments of the supervised system calls.

use butter::Errno;
use butter::fs::{CWD, Mode, OFlags, OpenHowFlags, ResolveFlags, openat, openat2};
use butter::seccomp::{Syscall, SyscallData};

use crate::rules::Access;
use crate::target::{AT_FDCWD, Failure, Target};

/// The size of `struct open_how`.
const OPEN_HOW_SIZE: usize = 24;

/// The arguments of an open.
#[derive(Clone, Copy)]
pub(crate) struct OpenHow {
    pub(crate) flags: OpenHowFlags,
    pub(crate) mode: Mode,
    pub(crate) resolve: ResolveFlags,
    /// Whether the arguments are those of `openat2`, which rejects unknown flags.
    is_strict: bool,
}

impl OpenHow {
    pub(crate) fn has(&self, flags: OFlags) -> bool {
        self.flags.contains(flags.into())
    }

    /// Returns whether the arguments are those of `openat2`, which are in memory.
    pub(crate) fn is_strict(&self) -> bool {
        self.is_strict
    }

    pub(crate) fn access(&self) -> Access {
        let writes = [OFlags::WRONLY, OFlags::RDWR, OFlags::TRUNC, OFlags::TMPFILE];
        let is_write = !self.has(OFlags::PATH) && writes.into_iter().any(|flag| self.has(flag));
        if is_write { Access::Write } else { Access::Read }
    }

    /// Opens a file. The flags replace those of the arguments.
    pub(crate) fn open(
        &self,
        directory: impl butter::fs::DirectoryArg,
        path: &[u8],
        flags: OpenHowFlags,
        mode: Mode,
    ) -> butter::Result<std::os::fd::OwnedFd> {
        // The supervisor must not acquire a controlling terminal.
        let flags = if self.has(OFlags::PATH) { flags } else { flags | OFlags::NOCTTY.into() };
        if self.is_strict {
            openat2(directory, path, flags, mode, ResolveFlags::empty())
        } else {
            openat(directory, path, OFlags::from_bits_retain(flags.bits() as u32), mode)
        }
    }

    /// Checks the flags and the mode. The kernel checks them before the path, which is empty here.
    fn check(self) -> Result<Self, Failure> {
        let Self { flags, mode, resolve, is_strict } = self;
        let opened = if is_strict {
            openat2(CWD, "", flags, mode, resolve)
        } else {
            openat(CWD, "", OFlags::from_bits_retain(flags.bits() as u32), mode)
        };
        match opened {
            Err(error) if error.is(Errno::INVAL) => Err(Errno::INVAL.into()),
            _ => Ok(self),
        }
    }
}

/// A system call.
pub(crate) enum Operation {
    Open(OpenHow),
    CreateDirectory(Mode),
}

/// A system call, and the path to which it applies.
pub(crate) struct Request {
    pub(crate) operation: Operation,
    pub(crate) directory: i32,
    pub(crate) path: Vec<u8>,
}

impl Request {
    /// Reads the arguments.
    pub(crate) fn read(target: &Target<'_>, data: &SyscallData) -> Result<Self, Failure> {
        let args = data.args;
        // The kernel ignores the upper halves of 32-bit arguments.
        let int = |index: usize| args[index] as i32;
        let flags = |index: usize| OFlags::from_bits_retain(args[index] as u32).into();
        // `openat` ignores other bits of the mode.
        let mode = |index: usize| Mode::from_raw_mode(args[index] as u32);
        let how =
            |flags, mode| OpenHow { flags, mode, resolve: ResolveFlags::empty(), is_strict: false };
        let created = OFlags::CREATE | OFlags::WRONLY | OFlags::TRUNC;
        let (directory, address, operation) = match data.syscall().ok_or(Errno::NOSYS)? {
            Syscall::OPENAT => (int(0), args[1], Operation::Open(how(flags(2), mode(3)).check()?)),
            Syscall::OPENAT2 => {
                (int(0), args[1], Operation::Open(read_how(target, args[2], args[3])?.check()?))
            }
            Syscall::OPEN => {
                (AT_FDCWD, args[0], { Operation::Open(how(flags(1), mode(2)).check()?) })
            }
            Syscall::CREAT => {
                (AT_FDCWD, args[0], Operation::Open(how(created.into(), mode(1)).check()?))
            }
            Syscall::MKDIRAT => (int(0), args[1], Operation::CreateDirectory(mode(2))),
            Syscall::MKDIR => (AT_FDCWD, args[0], Operation::CreateDirectory(mode(1))),
            _ => return Err(Errno::NOSYS.into()),
        };
        Ok(Self { operation, directory, path: target.path(address)? })
    }
}

/// Reads the `struct open_how` of `openat2`. A longer struct, which a newer kernel may define, must
/// contain only zeroes after the known fields.
fn read_how(target: &Target<'_>, address: u64, size: u64) -> Result<OpenHow, Failure> {
    if size < OPEN_HOW_SIZE as u64 {
        return Err(Errno::INVAL.into());
    }
    if size > butter::mm::page_size() as u64 {
        return Err(Errno::TOOBIG.into());
    }
    let mut bytes = vec![0; size as usize];
    target.read(address, &mut bytes)?;
    let (known, unknown) = bytes.split_at(OPEN_HOW_SIZE);
    if unknown.iter().any(|byte| *byte != 0) {
        return Err(Errno::TOOBIG.into());
    }
    let field = |index: usize| {
        let bytes = known[8 * index..][..8].try_into().expect("a field has 8 bytes");
        u64::from_ne_bytes(bytes)
    };
    let mode = u32::try_from(field(1)).map_err(|_| Errno::INVAL)?;
    Ok(OpenHow {
        flags: OpenHowFlags::from_bits_retain(field(0)),
        mode: Mode::from_bits_retain(mode),
        resolve: ResolveFlags::from_bits_retain(field(2)),
        is_strict: true,
    })
}
