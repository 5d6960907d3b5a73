//! Performing system calls for the command, by the rules.

use std::os::fd::OwnedFd;

use butter::Errno;
use butter::fs::{self, CWD, FileType, Mode, OFlags, OpenHowFlags, ResolveFlags};
use butter::process;

use crate::request::{OpenHow, Operation, Request};
use crate::rules::{Access, Decision, Rules, join};
use crate::target::{Failure, Target};
use crate::walk::{Found, Walk, belongs_to_supervisor, is_memory_of_other, own_link, real_path};

/// The number of attempts to open or create a file that other processes create and remove.
const ATTEMPTS: u32 = 100;

/// The result of a system call that has succeeded.
pub(crate) enum Reply {
    /// A descriptor for the command.
    File(OwnedFd),
    /// An open that may wait for another process, and must not delay other system calls.
    Blocking(BlockingOpen),
    /// The system call returns 0.
    Done,
    /// The kernel continues the system call.
    ///
    /// The kernel cannot add a path-only descriptor to a process. The path may have changed, but a
    /// path-only descriptor permits neither reading nor writing. This response is possible only if
    /// the flags are arguments of the call, not in memory.
    Continue,
}

/// A device or FIFO to be opened.
pub(crate) struct BlockingOpen {
    file: OwnedFd,
    flags: OFlags,
}

impl BlockingOpen {
    /// Opens the file. A signal interrupts the open.
    pub(crate) fn open(&self) -> butter::Result<OwnedFd> {
        let flags = self.flags | OFlags::NOCTTY | OFlags::CLOEXEC;
        fs::raw::openat(CWD, own_link(&self.file), flags, Mode::empty())
    }
}

/// The path and the decision of a system call, for the log.
pub(crate) struct Report<'r> {
    pub(crate) path: Vec<u8>,
    pub(crate) access: Option<Access>,
    pub(crate) decision: Option<Decision<'r>>,
}

/// Serves a system call.
pub(crate) struct Service<'r> {
    pub(crate) rules: &'r Rules,
    pub(crate) report: Report<'r>,
}

impl<'r> Service<'r> {
    pub(crate) fn new(rules: &'r Rules) -> Self {
        let report = Report { path: b"?".to_vec(), access: None, decision: None };
        Self { rules, report }
    }

    /// Performs a system call.
    pub(crate) fn serve(
        &mut self,
        target: &Target<'_>,
        request: &Request,
    ) -> Result<Reply, Failure> {
        self.report.path.clone_from(&request.path);
        if request.path.is_empty() {
            return Err(Errno::NOENT.into());
        }
        match &request.operation {
            Operation::Open(how) => {
                self.report.access = Some(how.access());
                // Another process can create or remove the file after the walk.
                for _ in 0..ATTEMPTS {
                    if let Some(reply) = self.open(target, request, how)? {
                        return Ok(reply);
                    }
                }
                Err(Errno::AGAIN.into())
            }
            Operation::CreateDirectory(mode) => {
                self.report.access = Some(Access::Write);
                self.create_directory(target, request, *mode)
            }
        }
    }

    /// Opens or creates a file. Returns `None` if the path has changed.
    fn open(
        &mut self,
        target: &Target<'_>,
        request: &Request,
        how: &OpenHow,
    ) -> Result<Option<Reply>, Failure> {
        if how.resolve.contains(ResolveFlags::CACHED) {
            // The caller repeats the call without the flag.
            return Err(Errno::AGAIN.into());
        }
        let is_exclusive = how.has(OFlags::CREATE | OFlags::EXCL);
        let follow = !how.has(OFlags::NOFOLLOW) && !is_exclusive;
        let Request { directory, path, .. } = request;
        let walk = Walk::new(target, &self.rules.redirects, how.resolve, *directory, path)?;
        let (file, file_type, is_redirected) = match walk.run(follow)? {
            Found::File { file, file_type, is_redirected } => (file, file_type, is_redirected),
            Found::Missing { parent, name, is_directory } => {
                let creates = how.has(OFlags::CREATE);
                let access = if creates { Access::Write } else { how.access() };
                self.decide(join(&real_path(&parent)?, &name), access)?;
                return match (creates, is_directory) {
                    (false, _) => Err(Errno::NOENT.into()),
                    (true, true) => Err(Errno::ISDIR.into()),
                    (true, false) => create(target, how, &parent, &name),
                };
            }
        };
        let path = real_path(&file)?;
        if belongs_to_supervisor(&file, &path)?
            || is_memory_of_other(&file, &path, target.status.process)?
        {
            return Err(Errno::ACCES.into());
        }
        self.decide(path, how.access())?;
        let is_directory = file_type == FileType::Directory;
        if is_exclusive {
            return Err(Errno::EXIST.into());
        }
        if how.has(OFlags::DIRECTORY) && !is_directory {
            return Err(Errno::NOTDIR.into());
        }
        if how.has(OFlags::PATH) {
            // The flags of `openat` are in a register, so the kernel opens a path-only descriptor
            // in any case. Those of `openat2` are in memory and can change.
            if is_redirected || how.is_strict() {
                return Err(Errno::OPNOTSUPP.into());
            }
            return Ok(Some(Reply::Continue));
        }
        if file_type == FileType::Symlink {
            return Err(Errno::LOOP.into());
        }
        if how.has(OFlags::TMPFILE) {
            process::umask(target.status.umask);
            return Ok(Some(Reply::File(how.open(&file, b".", how.flags, how.mode)?)));
        }
        if how.has(OFlags::CREATE) && is_directory {
            return Err(Errno::ISDIR.into());
        }
        let removed = OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW;
        let flags = how.flags & !OpenHowFlags::from(removed);
        if matches!(file_type, FileType::Fifo | FileType::CharacterDevice | FileType::BlockDevice)
            && !how.has(OFlags::NONBLOCK)
        {
            let flags = OFlags::from_bits_retain(flags.bits() as u32);
            return Ok(Some(Reply::Blocking(BlockingOpen { file, flags })));
        }
        let opened = how.open(CWD, own_link(&file).as_bytes(), flags, Mode::empty())?;
        Ok(Some(Reply::File(opened)))
    }

    fn create_directory(
        &mut self,
        target: &Target<'_>,
        request: &Request,
        mode: Mode,
    ) -> Result<Reply, Failure> {
        // A symbolic link is not followed, even if slashes follow its name.
        let slashes = request.path.iter().rev().take_while(|byte| **byte == b'/').count();
        let path = match &request.path[..request.path.len() - slashes] {
            b"" => b"/",
            path => path,
        };
        let resolve = ResolveFlags::empty();
        let walk = Walk::new(target, &self.rules.redirects, resolve, request.directory, path)?;
        match walk.run(false)? {
            Found::File { file, .. } => {
                self.decide(real_path(&file)?, Access::Write)?;
                Err(Errno::EXIST.into())
            }
            Found::Missing { parent, name, .. } => {
                self.decide(join(&real_path(&parent)?, &name), Access::Write)?;
                process::umask(target.status.umask);
                fs::mkdirat(&parent, &*name, mode)?;
                Ok(Reply::Done)
            }
        }
    }

    /// Applies the rules to a path.
    fn decide(&mut self, path: Vec<u8>, access: Access) -> Result<(), Failure> {
        let decision = self.rules.decide(&path, access);
        self.report = Report { path, access: Some(access), decision: Some(decision) };
        Ok(decision.result?)
    }
}

/// Creates a file. Returns `None` if the file exists already, and may exist.
fn create(
    target: &Target<'_>,
    how: &OpenHow,
    parent: &OwnedFd,
    name: &[u8],
) -> Result<Option<Reply>, Failure> {
    process::umask(target.status.umask);
    // Without `EXCL`, the supervisor could follow a symbolic link or wait for a FIFO.
    let flags = how.flags | OpenHowFlags::from(OFlags::EXCL | OFlags::NOFOLLOW);
    match how.open(parent, name, flags, how.mode) {
        Ok(file) => Ok(Some(Reply::File(file))),
        Err(error) if error.is(Errno::EXIST) && !how.has(OFlags::EXCL) => Ok(None),
        Err(error) => Err(error.into()),
    }
}
