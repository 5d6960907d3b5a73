//! The filter: the rules of the options and of a profile or a file.

use std::ffi::OsStr;
use std::fs;

use butter::Errno;
use butter::path::Escape;
use butter::seccomp::profile::{COMPUTE, CONTAINER};
use butter::seccomp::{
    Action, CompileError, FilterFlags, Instruction, Policy, Program, ProgramVec, Syscall,
    SyscallData,
};

use crate::common::cli::SystemError;
use crate::common::units::Count;
use crate::message;
use crate::options::{Base, Options};
use crate::seccomp::{OwnedPolicy, OwnedRule, compile_before, oci, text};

/// The operation code of `ret k`.
const RET: u16 = 0x06;

/// The system calls, in addition to those of the profile `compute`, with which a program is
/// executed, and with which it loads its libraries or the modules of its language.
const START: &str = "
    default errno EPERM
    execve -> allow
    execveat -> allow
    arch_prctl -> allow
    set_tid_address -> allow
    access -> allow
    faccessat -> allow
    faccessat2 -> allow
    # Without O_WRONLY, O_RDWR, O_CREAT, O_TRUNC and O_TMPFILE.
    open arg32(1) & 0x400243 == 0 -> allow
    openat arg32(2) & 0x400243 == 0 -> allow
    stat -> allow
    lstat -> allow
    newfstatat -> allow
    statx -> allow
    readlink -> allow
    readlinkat -> allow
    getdents64 -> allow
    getcwd -> allow
    uname -> allow
    sysinfo -> allow
    # F_GETFD, F_SETFD and F_GETFL; TCGETS, with which isatty(3) recognizes a terminal.
    fcntl arg32(1) >= 1 and arg32(1) <= 3 -> allow
    ioctl arg32(1) == 0x5401 -> allow
    getuid -> allow
    geteuid -> allow
    getgid -> allow
    getegid -> allow
    # The dynamic linker maps libraries with PROT_EXEC.
    mmap -> allow
    mprotect -> allow
    # Without a new limit.
    prlimit64 arg64(2) == 0 -> allow
";

/// The rules that precede profiles that permit `ioctl`. The terminal of the command can also be
/// that of a shell outside the sandbox, which would execute the input that the command inserts.
const TERMINAL: &str = "
    default allow
    # TIOCSTI and TIOCLINUX.
    ioctl arg32(1) == 0x5412 -> errno EPERM
    ioctl arg32(1) == 0x541c -> errno EPERM
";

/// The filter of the command.
pub(crate) struct Filter {
    /// The compiled rules; `None` if all system calls are permitted.
    pub(crate) program: Option<ProgramVec>,
    /// With `--trace`, the program in which a notification replaces every errno.
    traced: Option<Vec<Instruction>>,
    pub(crate) flags: FilterFlags,
}

impl Filter {
    /// Returns the program to install.
    pub(crate) fn installed(&self) -> Option<&Program> {
        match &self.traced {
            Some(instructions) => {
                let program = Program::new(instructions);
                Some(program.expect("replacing the operand of ret keeps a program valid"))
            }
            None => self.program.as_deref(),
        }
    }

    /// Returns whether a rule lets a system call with zeroes as arguments fail with an errno.
    pub(crate) fn fails(&self, call: Syscall, errno: Errno) -> bool {
        let number = call.as_raw().unwrap_or(u32::MAX).cast_signed();
        let data = SyscallData::new(number, [0; 6]);
        let action = self.program.as_ref().and_then(|program| program.action(&data));
        action == Some(Action::Errno(errno))
    }

    /// Returns the program to install as text.
    pub(crate) fn installed_text(&self) -> String {
        self.installed().map(Program::to_string).unwrap_or_default()
    }
}

/// Compiles the filter. Returns an error message if the rules are invalid.
pub(crate) fn compile(options: &Options) -> Result<Filter, String> {
    let rules = &options.rules;
    let before = |text| {
        let policy = text::parse(text).map_err(|error| error.to_string())?;
        Ok::<_, String>([&**rules, &*policy.rules].concat())
    };
    let mut flags = FilterFlags::empty();
    let program = match &options.base {
        Base::Container => Some(compile_before(&before(TERMINAL)?, CONTAINER)),
        Base::Compute => Some(compile_before(&before(START)?, COMPUTE)),
        Base::None if rules.is_empty() => None,
        Base::None => {
            Some(compile_before(rules, Policy::new(Action::Allow).unknown(Action::Allow)))
        }
        Base::Rules(file) => {
            let policy = text::parse(&read(file)?).map_err(|error| in_file(file, &error))?;
            Some(compile_owned(rules, policy))
        }
        Base::Oci(file) => {
            let environment = oci::Environment::of_host();
            let environment = environment.map_err(|error| SystemError::Call(error).to_string())?;
            let profile = oci::parse(&read(file)?, &environment);
            let profile = profile.map_err(|error| in_file(file, &error))?;
            if !options.quiet {
                report_ignored(file, &profile);
            }
            flags = profile.flags;
            Some(compile_owned(&before(TERMINAL)?, profile.policy))
        }
    };
    let program = program.transpose().map_err(|error| match &options.base {
        Base::Rules(file) | Base::Oci(file) => in_file(file, &error),
        _ => error.to_string(),
    })?;
    let notifies = |it: &Instruction| it.code == RET && it.k == Action::UserNotif.as_raw();
    if program.as_ref().is_some_and(|program| program.instructions().iter().any(notifies)) {
        return Err("the rules contain the action notify, which the program does not support \
                    (expected errno, with --trace to print the system calls)"
            .into());
    }
    let traced = program.as_ref().filter(|_| options.trace).map(|program| trace(program));
    Ok(Filter { program, traced, flags })
}

fn compile_owned(rules: &[OwnedRule], policy: OwnedPolicy) -> Result<ProgramVec, CompileError> {
    let rules = [rules, &policy.rules].concat();
    OwnedPolicy { rules, ..policy }.compile()
}

/// Replaces every errno by a notification.
fn trace(program: &Program) -> Vec<Instruction> {
    let replace = |instruction: &Instruction| match Action::from_raw(instruction.k) {
        Some(Action::Errno(_)) if instruction.code == RET => {
            Instruction::new(RET, 0, 0, Action::UserNotif.as_raw())
        }
        _ => *instruction,
    };
    program.instructions().iter().map(replace).collect()
}

fn read(file: &OsStr) -> Result<String, String> {
    fs::read_to_string(file).map_err(|error| {
        format!("cannot read '{}': {}", Escape::new(file), SystemError::Io(&error))
    })
}

fn in_file(file: &OsStr, error: &dyn std::error::Error) -> String {
    format!("{}: {error}", Escape::new(file))
}

fn report_ignored(file: &OsStr, profile: &oci::Profile) {
    let file = Escape::new(file);
    if !profile.ignored_calls.is_empty() {
        let count = Count(profile.ignored_calls.len() as u64, "name");
        let names = profile.ignored_calls.join(", ");
        let names = Escape::new(&names);
        message(format_args!(
            "{file}: ignored {count} of system calls that this architecture does not have: {names}"
        ));
    }
    if !profile.ignored_architectures.is_empty() {
        let names = profile.ignored_architectures.join(", ");
        message(format_args!("{file}: system calls of {names} terminate the process"));
    }
}
