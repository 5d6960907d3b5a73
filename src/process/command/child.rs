//! The code that runs in the child. It usually shares the memory of the parent, so it only makes
//! system calls: it does not allocate, lock, unwind, or use thread-local variables.

use core::ffi::CStr;

use super::builder::{Command, PLACEMENTS, Program};
use super::error::{Failure, Missing, SpawnStage};
use super::raw::{read_go, send_failure};
use super::step::exit_child;
use crate::error::{Call, Errno, Error, Result};
use crate::fd::{BorrowedFd, FromRawFd, IntoRawFd, OwnedFd, RawFd};
use crate::fs::{self, AtFlags, CWD, Mode, OFlags};
use crate::io::{self, CloseRangeFlags, DescriptorFlags, DupFlags};
use crate::path::PATH_MAX;
use crate::process::CStrArray;
use crate::process::exec::raw::{execve_c, execveat_c};
use crate::procfs::StackBuf;
use crate::signal::raw::{rt_sigaction, rt_sigprocmask};
use crate::signal::{Action, How, SigSet, Signal};

/// The data that a parent passes to its child.
pub(super) struct Plan<'a, 'c> {
    pub(super) command: &'a Command<'c>,
    /// The descriptors of the standard input, output and error; -1 to inherit a descriptor.
    pub(super) stdio: [RawFd; 3],
    /// The ends of the channel of the child and of the parent, if they do not share the memory.
    pub(super) channel: Option<[RawFd; 2]>,
    /// Whether the child waits until the parent has written the ID maps.
    pub(super) waits: bool,
    /// Whether the child must reset the handled signals, because the kernel has not.
    pub(super) resets_handlers: bool,
    /// The report of a child that shares the memory.
    pub(super) failure: Option<Failure>,
}

/// The descriptors that the child itself uses, and moves if a descriptor of the program gets the
/// same number.
struct OwnFds {
    program: RawFd,
    channel: RawFd,
}

/// Executes the steps and the program of a command. If this fails, reports the failure and exits
/// with status 127.
///
/// # Safety
///
/// `plan` must point to a [`Plan`], which no other code uses until the child has executed its
/// program or has terminated.
pub(super) unsafe extern "C-unwind" fn main(plan: *mut ()) -> ! {
    // SAFETY: upheld by the caller.
    let plan = unsafe { &mut *plan.cast::<Plan<'_, '_>>() };
    let program = match plan.command.program {
        Program::Path(_) => -1,
        Program::Fd(fd) => crate::fd::AsRawFd::as_raw_fd(&fd),
    };
    let mut own = OwnFds { program, channel: -1 };
    if let Some([channel, parent]) = plan.channel {
        // Otherwise, the child would not see that the parent has closed its end.
        close(parent);
        own.channel = channel;
        if plan.waits && read_go(borrow(channel)) != Ok(1) {
            exit_child();
        }
    }
    let failure = match prepare(plan, &mut own) {
        Ok(()) => execute(plan.command, own.program),
        Err(failure) => failure,
    };
    match plan.channel {
        // If the report is lost, the exit status remains.
        Some(_) => drop(send_failure(borrow(own.channel), &failure)),
        None => plan.failure = Some(failure),
    }
    exit_child()
}

fn prepare(plan: &Plan<'_, '_>, own: &mut OwnFds) -> Result<(), Failure> {
    let command = plan.command;
    let at = |stage| move |error: Error| Failure::new(stage, error);
    if plan.resets_handlers {
        reset_handlers().map_err(at(SpawnStage::Signals))?;
    }
    if !command.keeps_ignored_pipe {
        // SAFETY: the default action runs no code of the program.
        unsafe { rt_sigaction(Signal::PIPE, Some(&Action::DEFAULT)) }
            .map_err(at(SpawnStage::Signals))?;
    }
    for (index, step) in command.steps().iter().enumerate() {
        // SAFETY: the data is that of the step, and exists for the lifetime of the command.
        unsafe { (step.run)(&step.data) }
            .map_err(|error| Failure::new(SpawnStage::Step(index), error))?;
    }
    if !command.keeps_descriptors {
        close_others(plan, own).map_err(at(SpawnStage::Descriptors))?;
    }
    if !command.placements().is_empty() || plan.stdio != [-1; 3] {
        place(plan, own).map_err(at(SpawnStage::Descriptors))?;
    }
    rt_sigprocmask(How::Set, Some(command.mask)).map_err(at(SpawnStage::Signals))?;
    Ok(())
}

/// Resets all handled signals to their default actions.
#[cold]
fn reset_handlers() -> Result<()> {
    for signal in SigSet::all_including_reserved().iter() {
        // SAFETY: changes no action.
        let action = unsafe { rt_sigaction(signal, None) }?;
        if action.handler_address().is_some() {
            // SAFETY: the default action runs no code of the program.
            unsafe { rt_sigaction(signal, Some(&Action::DEFAULT)) }?;
        }
    }
    Ok(())
}

/// Makes all descriptors except the standard input, output and error close-on-exec.
#[inline]
fn close_others(plan: &Plan<'_, '_>, own: &OwnFds) -> Result<()> {
    io::close_range_cloexec(3, u32::MAX)
        .or_else(|_| close_unused_descriptors(plan, own))
        .or_else(close_listed_descriptors)
}

/// Closes the descriptors that the child does not need, and makes the others close-on-exec: before
/// Linux 5.11, `close_range` does not support `CLOSE_RANGE_CLOEXEC`.
#[cold]
#[inline(never)]
fn close_unused_descriptors(plan: &Plan<'_, '_>, own: &OwnFds) -> Result<()> {
    let sources = plan.command.placements().iter().map(|(fd, _)| crate::fd::AsRawFd::as_raw_fd(fd));
    let needed = sources.chain(plan.stdio).chain([own.program, own.channel]);
    let needed = needed.filter_map(|fd| u32::try_from(fd).ok());
    let mut first = 3;
    loop {
        let next = needed.clone().filter(|fd| *fd >= first).min();
        let last = next.map_or(u32::MAX, |next| next - 1);
        if first <= last {
            // SAFETY: the kernel closes descriptors of the table of the child, which is not shared
            // with the parent (no `CLONE_FILES`). The child uses none of them afterwards.
            unsafe { io::close_range(first, last, CloseRangeFlags::empty()) }?;
        }
        let Some(next) = next else { return Ok(()) };
        io::fcntl_setfd(borrow(next.cast_signed()), DescriptorFlags::CLOEXEC)?;
        first = next + 1;
    }
}

/// Makes the descriptors in `/proc/self/fd` close-on-exec, if a filter rejects `close_range`.
/// Returns the error of `close_range` if `/proc` cannot be read.
#[cold]
#[inline(never)]
fn close_listed_descriptors(error: Error) -> Result<()> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let Ok(directory) = fs::raw::openat(CWD, c"/proc/self/fd", flags, Mode::empty()) else {
        return Err(error);
    };
    let directory = directory.into_raw_fd();
    let mut buffer = [0; 1024];
    loop {
        let mut entries = fs::read_entries(borrow(directory), &mut buffer)?.peekable();
        if entries.peek().is_none() {
            return Ok(());
        }
        for entry in entries {
            let digits = entry.name().as_bytes();
            let digit = |number: RawFd, byte: &u8| {
                number.wrapping_mul(10).wrapping_add(RawFd::from(byte.wrapping_sub(b'0')))
            };
            let number = digits.iter().fold(0, digit);
            if digits.iter().all(u8::is_ascii_digit) && number > 2 {
                io::fcntl_setfd(borrow(number), DescriptorFlags::CLOEXEC)?;
            }
        }
    }
}

/// Gives the descriptors of the program their numbers. All sources are descriptors of the parent:
/// a source whose number another descriptor gets is first duplicated.
#[inline(never)]
fn place(plan: &Plan<'_, '_>, own: &mut OwnFds) -> Result<()> {
    let mut list = [(-1, -1); PLACEMENTS + 3];
    let mut count = 0;
    let stdio = plan.stdio.iter().copied().zip(0..).filter(|(source, _)| *source >= 0);
    let others = plan.command.placements().iter();
    let others = others.map(|(fd, target)| (crate::fd::AsRawFd::as_raw_fd(fd), *target));
    for (entry, placement) in list.iter_mut().zip(stdio.chain(others)) {
        *entry = placement;
        count += 1;
    }
    let list = list.get_mut(..count).unwrap_or_default();

    let mut targets = [-1; PLACEMENTS + 3];
    for (target, placement) in targets.iter_mut().zip(list.iter()) {
        *target = placement.1;
    }
    for (index, (source, _)) in list.iter_mut().enumerate() {
        let is_replaced = targets.iter().enumerate().any(|(i, t)| i != index && t == source);
        if is_replaced {
            *source = duplicate(*source, &targets)?;
        }
    }
    for own in [&mut own.program, &mut own.channel] {
        if *own >= 0 && targets.contains(own) {
            *own = duplicate(*own, &targets)?;
        }
    }
    for (source, target) in list.iter().copied() {
        if source == target {
            io::fcntl_setfd(borrow(source), DescriptorFlags::empty())?;
        } else {
            duplicate_to(source, target)?;
        }
    }
    Ok(())
}

/// Duplicates a descriptor to a number that is neither in `targets` nor a standard descriptor.
fn duplicate(fd: RawFd, targets: &[RawFd]) -> Result<RawFd> {
    let mut lowest = 3;
    loop {
        let number = io::fcntl_dupfd_cloexec(borrow(fd), lowest)?.into_raw_fd();
        if !targets.contains(&number) {
            return Ok(number);
        }
        // The descriptor remains open until `execve`, so that the next number is free.
        lowest = number + 1;
    }
}

/// Duplicates a descriptor to a number, which is not close-on-exec.
fn duplicate_to(fd: RawFd, target: RawFd) -> Result<()> {
    if target < 0 {
        return Err(Error::new(Call::DUP3, Errno::BADF));
    }
    // SAFETY: a descriptor with this number belongs to the table of the child, whose other code
    // does not use it.
    let mut new = unsafe { OwnedFd::from_raw_fd(target) };
    let duplicated = io::dup3(borrow(fd), &mut new, DupFlags::empty());
    let _ = new.into_raw_fd();
    duplicated
}

/// Executes the program, and returns the failure.
fn execute(command: &Command<'_>, program: RawFd) -> Failure {
    let (arguments, environment) = (command.arguments.as_array(), command.environment.as_array());
    let (error, exists) = match command.program {
        Program::Fd(_) => {
            let flags = AtFlags::EMPTY_PATH;
            (execveat_c(program, c"", arguments, environment, flags), true)
        }
        Program::Path(path) if command.searches_path && !path.to_bytes().contains(&b'/') => {
            search(path, arguments, environment)
        }
        Program::Path(path) => {
            let error = execve_c(path, arguments, environment);
            (error, error.is(Errno::NOENT) && exists(path))
        }
    };
    let missing = match (error.is(Errno::NOENT), exists) {
        (false, _) => None,
        (true, false) => Some(Missing::Program),
        (true, true) => Some(Missing::Interpreter),
    };
    Failure { missing, ..Failure::new(SpawnStage::Exec, error) }
}

#[cold]
fn exists(path: &CStr) -> bool {
    fs::raw::openat(CWD, path, OFlags::PATH | OFlags::CLOEXEC, Mode::empty()).is_ok()
}

/// Executes the first program with this name in the directories of `PATH`, like `execvp`. Returns
/// the error, and whether a directory contains the program.
#[inline(never)]
fn search(name: &CStr, arguments: CStrArray<'_>, environment: CStrArray<'_>) -> (Error, bool) {
    let path = environment.iter().find_map(|string| string.to_bytes().strip_prefix(b"PATH="));
    let path = path.unwrap_or(b"/bin:/usr/bin");
    let (mut result, mut is_found) = (Error::new(Call::EXECVE, Errno::NOENT), false);
    for directory in path.split(|byte| *byte == b':') {
        let mut buffer = StackBuf::<PATH_MAX>::new();
        let Some(program) = join(&mut buffer, directory, name) else { continue };
        let error = execve_c(program, arguments, environment);
        match error.errno() {
            Errno::NOENT => is_found |= exists(program),
            Errno::NOTDIR | Errno::STALE | Errno::NODEV | Errno::TIMEDOUT => {}
            // The next directories can contain a program that may be executed.
            Errno::ACCES => result = error,
            _ => return (error, true),
        }
    }
    (result, is_found)
}

/// Builds the path of a file in a directory. An empty directory is the working directory.
fn join<'b>(buffer: &'b mut StackBuf<PATH_MAX>, directory: &[u8], name: &CStr) -> Option<&'b CStr> {
    if !directory.is_empty() {
        buffer.push(directory)?;
        buffer.push(b"/")?;
    }
    buffer.push(name.to_bytes_with_nul())?;
    CStr::from_bytes_until_nul(buffer.as_bytes()).ok()
}

fn close(fd: RawFd) {
    // SAFETY: the descriptor of the child is a copy, which no object of the child owns.
    drop(unsafe { OwnedFd::from_raw_fd(fd) });
}

/// Borrows a descriptor of the child, which remains open until `execve`.
fn borrow<'fd>(fd: RawFd) -> BorrowedFd<'fd> {
    // SAFETY: an open descriptor, which the child does not close.
    unsafe { BorrowedFd::borrow_raw(fd) }
}
