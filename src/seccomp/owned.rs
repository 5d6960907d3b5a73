//! Programs in vectors.

use alloc::vec;
use alloc::vec::Vec;
use core::ops::Deref;

use super::policy::{CompileError, Policy};
use super::{Instruction, Program};

/// A program that is stored in a vector: the result of [`Policy::try_compile_vec`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ProgramVec(Vec<Instruction>);

impl ProgramVec {
    /// Borrows the program.
    #[inline]
    #[must_use]
    pub fn as_program(&self) -> &Program {
        Program::from_checked(&self.0)
    }

    /// Returns the instructions.
    #[must_use]
    pub fn into_instructions(self) -> Vec<Instruction> {
        self.0
    }
}

impl Deref for ProgramVec {
    type Target = Program;

    #[inline]
    fn deref(&self) -> &Program {
        self.as_program()
    }
}

impl Policy<'_> {
    /// Compiles the policy to a vector.
    ///
    /// ```
    /// use butter::seccomp::{Action, Policy, Rule, Syscall};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let denied = ["mount".parse()?, Syscall::REBOOT];
    /// let rules = denied.map(|call| Rule::new(call, Action::KillProcess));
    /// let program = Policy::new(Action::Allow).rules(&rules).try_compile_vec()?;
    /// println!("{program}", program = program.as_program());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// - The errors of [`try_compile`](Self::try_compile), except
    ///   [`CompileError::BufferTooSmall`].
    pub fn try_compile_vec(&self) -> Result<ProgramVec, CompileError> {
        let mut instructions = vec![Instruction::default(); 256];
        match self.try_compile(&mut instructions) {
            Ok(program) => {
                let length = program.instructions().len();
                instructions.truncate(length);
            }
            Err(CompileError::BufferTooSmall { required }) => {
                instructions.resize(required, Instruction::default());
                self.try_compile(&mut instructions)?;
            }
            Err(error) => return Err(error),
        }
        Ok(ProgramVec(instructions))
    }
}

#[cfg(test)]
mod tests {
    use super::super::check::INSTRUCTIONS_MAX;
    use super::super::{Action, Rule, Syscall};
    use super::*;

    #[test]
    fn policy_try_compile_vec_returns_the_program_of_try_compile() {
        let rules: Vec<_> = (0..400)
            .map(|number| {
                Rule::new(Syscall::from_raw(number).unwrap(), Action::Trap(number as u16))
            })
            .collect();
        let mut buffer = vec![Instruction::default(); INSTRUCTIONS_MAX];
        for count in [0, 10, 400] {
            let policy = Policy::new(Action::Allow).rules(&rules[..count]);
            let program = policy.try_compile(&mut buffer).unwrap();
            let owned = policy.try_compile_vec().unwrap();
            assert_eq!(owned.as_program(), program);
            assert_eq!(owned.into_instructions(), program.instructions());
        }
        let invalid = [Rule::range(Syscall::WRITE..=Syscall::READ, Action::Log); 1];
        let error = Policy::new(Action::Allow).rules(&invalid).try_compile_vec();
        assert_eq!(error, Err(CompileError::Range { rule: 0 }));
    }
}
