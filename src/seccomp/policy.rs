//! Policies, which are compiled to programs.

use core::fmt;

use super::check::INSTRUCTIONS_MAX;
use super::compiler::compile;
use super::program::{Program, ProgramArray};
use super::segments::RULES_MAX;
use super::{Action, Instruction, Rule};
use crate::error::Errno;

/// Rules for system calls, and the actions for all other system calls.
///
/// The action of a system call is that of the first rule that covers it and whose conditions are
/// all true. Without such a rule, the policy determines the action:
///
/// - The default action applies to system calls whose numbers are at most
///   [`Syscall::NUMBER_MAX`](super::Syscall::NUMBER_MAX).
/// - The action for unknown system calls applies to larger numbers, which newer kernels may define:
///   by default, these calls fail with `ENOSYS`, also if the default action is
///   [`Action::Allow`]. The C library and other programs then use older system calls. With another
///   errno, such as `EPERM`, programs would fail when the C library begins to use new calls.
/// - The action for foreign system calls, which is [`Action::KillProcess`] by default, applies to
///   system calls of other ABIs: 32-bit system calls (`int 0x80` on x86_64), and x32 system calls.
///   The program checks the ABI before all rules, because numbers have other meanings there.
///
/// A `Policy` can be compiled in a constant, or at run time:
///
/// ```
/// use butter::error::Errno;
/// use butter::seccomp::{Action, Instruction, Policy, ProgramArray, Rule, Syscall, SyscallData};
///
/// const POLICY: Policy<'_> = Policy::new(Action::Errno(Errno::PERM)).rules(&[
///     Rule::new(Syscall::READ, Action::Allow),
///     Rule::new(Syscall::WRITE, Action::Allow),
///     Rule::new(Syscall::EXIT_GROUP, Action::Allow),
/// ]);
/// static PROGRAM: ProgramArray<{ POLICY.program_len() }> = POLICY.compile();
///
/// let number = |call: Syscall| call.as_raw().unwrap() as i32;
/// let read = SyscallData::new(number(Syscall::READ), [0; 6]);
/// assert_eq!(PROGRAM.action(&read), Some(Action::Allow));
/// let mount = SyscallData::new(number(Syscall::MOUNT), [0; 6]);
/// assert_eq!(PROGRAM.action(&mount), Some(Action::Errno(Errno::PERM)));
///
/// let mut buffer = [Instruction::default(); 32];
/// assert_eq!(POLICY.try_compile(&mut buffer), Ok(PROGRAM.as_program()));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy<'a> {
    pub(super) rules: &'a [Rule<'a>],
    pub(super) default: Action,
    pub(super) unknown: Action,
    pub(super) foreign: Action,
}

impl<'a> Policy<'a> {
    /// Creates a policy without rules.
    #[must_use]
    pub const fn new(default: Action) -> Self {
        Self {
            rules: &[],
            default,
            unknown: Action::Errno(Errno::NOSYS),
            foreign: Action::KillProcess,
        }
    }

    /// Replaces the rules.
    #[must_use]
    pub const fn rules(self, rules: &'a [Rule<'a>]) -> Self {
        Self { rules, ..self }
    }

    /// Replaces the action for system calls with numbers above
    /// [`Syscall::NUMBER_MAX`](super::Syscall::NUMBER_MAX). The default is `ENOSYS`.
    ///
    /// The action also applies if a tracer has replaced the number of a system call by -1, to skip
    /// the call.
    #[must_use]
    pub const fn unknown(self, unknown: Action) -> Self {
        Self { unknown, ..self }
    }

    /// Replaces the action for system calls of other ABIs. The default is [`Action::KillProcess`].
    ///
    /// With [`Action::Allow`], a program can bypass all rules.
    #[must_use]
    pub const fn foreign(self, foreign: Action) -> Self {
        Self { foreign, ..self }
    }

    /// Returns the rules.
    #[must_use]
    pub const fn get_rules(&self) -> &'a [Rule<'a>] {
        self.rules
    }

    /// Returns the default action.
    #[must_use]
    pub const fn get_default(&self) -> Action {
        self.default
    }

    /// Returns the action for system calls with numbers above
    /// [`Syscall::NUMBER_MAX`](super::Syscall::NUMBER_MAX).
    #[must_use]
    pub const fn get_unknown(&self) -> Action {
        self.unknown
    }

    /// Returns the action for system calls of other ABIs.
    #[must_use]
    pub const fn get_foreign(&self) -> Action {
        self.foreign
    }

    /// Returns the number of instructions of the compiled program, which is the parameter of
    /// [`ProgramArray`].
    ///
    /// # Panics
    ///
    /// - If [`try_compile`](Self::try_compile) would fail with a sufficient buffer. In a constant,
    ///   the panic is a compile error.
    #[must_use]
    pub const fn program_len(&self) -> usize {
        match compile(self, &mut []) {
            Ok(length) | Err(CompileError::BufferTooSmall { required: length }) => length,
            Err(error) => panic!("{}", error.message()),
        }
    }

    /// Compiles the policy to an array, in a constant.
    ///
    /// # Panics
    ///
    /// - If `N` is not [`program_len`](Self::program_len). In a constant, the panic is a compile
    ///   error.
    #[must_use]
    pub const fn compile<const N: usize>(&self) -> ProgramArray<N> {
        let mut instructions = [Instruction::plain(0, 0); N];
        match compile(self, &mut instructions) {
            Ok(length) if length == N => ProgramArray::from_checked(instructions),
            Ok(_) => panic!("the array is larger than the program"),
            Err(error) => panic!("{}", error.message()),
        }
    }

    /// Compiles the policy to a buffer, and returns the part of the buffer that contains the
    /// program.
    ///
    /// A program has at most [`INSTRUCTIONS_MAX`] instructions. The function uses about 24 KiB of
    /// the stack.
    ///
    /// # Errors
    ///
    /// - [`CompileError::TooLong`]: the program would have too many instructions.
    /// - [`CompileError::BufferTooSmall`]: the buffer is too small.
    /// - [`CompileError::ArgumentIndex`], [`CompileError::Range`]: a rule is invalid.
    pub fn try_compile<'b>(
        &self,
        buffer: &'b mut [Instruction],
    ) -> Result<&'b Program, CompileError> {
        let length = compile(self, buffer)?;
        Ok(Program::from_checked(buffer.get(..length).unwrap_or_default()))
    }
}

/// The reason why a [`Policy`] cannot be compiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CompileError {
    /// The program would have more than [`INSTRUCTIONS_MAX`] instructions; or the policy has more
    /// than 4,096 rules.
    TooLong,
    /// The buffer is too small.
    BufferTooSmall {
        /// The number of instructions of the program.
        required: usize,
    },
    /// A condition refers to an argument whose index is not in `0..6`.
    ArgumentIndex {
        /// The index of the rule.
        rule: usize,
    },
    /// The range of a rule is empty, or an end of the range is a system call that the architecture
    /// does not have.
    Range {
        /// The index of the rule.
        rule: usize,
    },
}

const _: () = assert!(INSTRUCTIONS_MAX == 4096 && RULES_MAX == 4096, "see the message");

impl CompileError {
    const fn message(self) -> &'static str {
        match self {
            Self::TooLong => {
                "the program would have more than 4096 instructions, or there are more than 4096 rules"
            }
            Self::BufferTooSmall { .. } => "the buffer is too small for the program",
            Self::ArgumentIndex { .. } => "a system call has only the arguments 0 to 5",
            Self::Range { .. } => {
                "the range is empty, or an end of it is not a system call of this architecture"
            }
        }
    }
}

impl fmt::Display for CompileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::TooLong => f.write_str(self.message()),
            Self::BufferTooSmall { required } => {
                write!(f, "{}, which has {required} instructions", self.message())
            }
            Self::ArgumentIndex { rule } | Self::Range { rule } => {
                write!(f, "rule {rule}: {}", self.message())
            }
        }
    }
}

impl core::error::Error for CompileError {}
