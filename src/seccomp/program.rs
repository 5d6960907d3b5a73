//! Checked programs, and the interpreter.

use core::fmt;
use core::ops::Deref;

use super::check::{CheckError, DATA_SIZE, MEMORY_WORDS, check};
use super::instruction::*;
use super::{Action, SyscallData};

/// A classic BPF program that the kernel accepts as a seccomp filter.
///
/// [`Policy`](super::Policy) compiles rules to a program. `Display` prints the program in the
/// notation of the kernel's tool `bpf_dbg`, one instruction per line.
///
/// ```
/// use butter::seccomp::{Instruction, Program, SyscallData};
///
/// // Allows all system calls except 39.
/// let instructions = [
///     Instruction::new(0x20, 0, 0, 0),
///     Instruction::new(0x15, 0, 1, 39),
///     Instruction::new(0x06, 0, 0, 0x0005_0001),
///     Instruction::new(0x06, 0, 0, 0x7FFF_0000),
/// ];
/// let program = Program::new(&instructions).unwrap();
/// assert_eq!(program.run(&SyscallData::new(39, [0; 6])), 0x0005_0001);
/// assert_eq!(
///     program.to_string(),
///     "l0:\tld [0]\nl1:\tjeq #0x27, l2, l3\nl2:\tret #0x50001\nl3:\tret #0x7fff0000\n",
/// );
/// ```
#[derive(Debug, PartialEq, Eq, Hash)]
#[repr(transparent)]
pub struct Program([Instruction]);

impl Program {
    /// Checks a program, as the kernel does when it installs a filter.
    ///
    /// # Errors
    ///
    /// - [`CheckError`]: the kernel would reject the program with `EINVAL`.
    pub fn new(instructions: &[Instruction]) -> Result<&Self, CheckError> {
        check(instructions)?;
        Ok(Self::from_checked(instructions))
    }

    /// Converts instructions that the kernel accepts.
    pub(super) const fn from_checked(instructions: &[Instruction]) -> &Self {
        // SAFETY: `Program` is a transparent wrapper of a slice of instructions, and no code relies
        // on the check for memory safety.
        unsafe { &*(core::ptr::from_ref(instructions) as *const Self) }
    }

    /// Returns the instructions.
    #[inline]
    #[must_use]
    pub const fn instructions(&self) -> &[Instruction] {
        &self.0
    }

    /// Runs the program, as the kernel does for a system call, and returns the value that the
    /// program returns.
    #[must_use]
    pub fn run(&self, data: &SyscallData) -> u32 {
        let (mut a, mut x, mut memory) = (0_u32, 0_u32, [0; MEMORY_WORDS]);
        let mut next = 0;
        while let Some(instruction) = self.0.get(next) {
            next += 1;
            let k = instruction.k;
            // The check ensures that words of the memory exist.
            let mut stored = 0;
            let word = memory.get_mut(k as usize).unwrap_or(&mut stored);
            let mut jump = |condition| {
                next += usize::from(if condition { instruction.jt } else { instruction.jf });
            };
            match instruction.code {
                LD_IMM => a = k,
                LD_ABS => a = data.word(k),
                LD_MEM => a = *word,
                LD_LEN => a = DATA_SIZE,
                LDX_IMM => x = k,
                LDX_MEM => x = *word,
                LDX_LEN => x = DATA_SIZE,
                ST => *word = a,
                STX => *word = x,
                ADD => a = a.wrapping_add(k),
                ADD_X => a = a.wrapping_add(x),
                SUB => a = a.wrapping_sub(k),
                SUB_X => a = a.wrapping_sub(x),
                MUL => a = a.wrapping_mul(k),
                MUL_X => a = a.wrapping_mul(x),
                DIV => a = a.checked_div(k).unwrap_or(0),
                DIV_X => match a.checked_div(x) {
                    Some(quotient) => a = quotient,
                    // A division by 0 ends the program.
                    None => return 0,
                },
                OR => a |= k,
                OR_X => a |= x,
                AND => a &= k,
                AND_X => a &= x,
                // The kernel uses the lowest 5 bits of X.
                LSH => a = a.wrapping_shl(k),
                LSH_X => a = a.wrapping_shl(x),
                RSH => a = a.wrapping_shr(k),
                RSH_X => a = a.wrapping_shr(x),
                NEG => a = a.wrapping_neg(),
                XOR => a ^= k,
                XOR_X => a ^= x,
                JA => next += k as usize,
                JEQ => jump(a == k),
                JEQ_X => jump(a == x),
                JGT => jump(a > k),
                JGT_X => jump(a > x),
                JGE => jump(a >= k),
                JGE_X => jump(a >= x),
                JSET => jump(a & k != 0),
                JSET_X => jump(a & x != 0),
                RET => return k,
                RET_A => return a,
                TAX => x = a,
                TXA => a = x,
                _ => return 0,
            }
        }
        // The last instruction is a return.
        0
    }

    /// Runs the program for a system call, and returns the action. Returns `None` if the returned
    /// value is not an action ([`Action::from_raw`]).
    #[must_use]
    pub fn action(&self, data: &SyscallData) -> Option<Action> {
        Action::from_raw(self.run(data))
    }
}

impl fmt::Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().enumerate().try_for_each(|(index, instruction)| {
            instruction.fmt_at(index, f)?;
            f.write_str("\n")
        })
    }
}

/// A program that is stored in an array: the result of [`Policy::compile`](super::Policy::compile).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ProgramArray<const N: usize>([Instruction; N]);

impl<const N: usize> ProgramArray<N> {
    /// Converts instructions that the kernel accepts.
    pub(super) const fn from_checked(instructions: [Instruction; N]) -> Self {
        Self(instructions)
    }

    /// Borrows the program.
    #[inline]
    #[must_use]
    pub const fn as_program(&self) -> &Program {
        Program::from_checked(&self.0)
    }
}

impl<const N: usize> Deref for ProgramArray<N> {
    type Target = Program;

    #[inline]
    fn deref(&self) -> &Program {
        self.as_program()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the value that a sequence of operations leaves in the register A.
    fn value_of(operations: &[(u16, u32)]) -> u32 {
        let plain = |&(code, k): &(u16, u32)| Instruction::plain(code, k);
        let mut program: Vec<_> = operations.iter().map(plain).collect();
        program.push(Instruction::plain(RET_A, 0));
        Program::new(&program).unwrap().run(&SyscallData::default())
    }

    #[test]
    fn program_run_executes_each_operation() {
        let with = |code, k| value_of(&[(LD_IMM, 0x8000_0005), (code, k)]);
        let with_x = |code, x| value_of(&[(LDX_IMM, x), (LD_IMM, 0x8000_0005), (code, 0)]);
        for (code, operand, result) in [
            (ADD, 0x8000_0000, 5),
            (SUB, 6, 0x7FFF_FFFF),
            (MUL, 3, 0x8000_000F),
            (DIV, 2, 0x4000_0002),
            (OR, 0x12, 0x8000_0017),
            (AND, 0x4, 0x4),
            (LSH, 1, 0xA),
            (RSH, 31, 1),
            (XOR, 0x8000_0001, 4),
        ] {
            assert_eq!(with(code, operand), result, "{code:#x}");
            assert_eq!(with_x(code | 8, operand), result, "{code:#x}");
        }
        assert_eq!(with(NEG, 0), 0x7FFF_FFFB);
        assert_eq!((with(LD_LEN, 0), value_of(&[(LDX_LEN, 0), (TXA, 0)])), (64, 64));
        assert_eq!(value_of(&[(LD_IMM, 7), (TAX, 0), (LD_IMM, 8), (TXA, 0)]), 7);
        assert_eq!(value_of(&[(LD_IMM, 7), (ST, 3), (LD_IMM, 8), (LD_MEM, 3)]), 7);
        assert_eq!(value_of(&[(LDX_IMM, 7), (STX, 15), (LD_MEM, 15)]), 7);
        assert_eq!(value_of(&[(LD_IMM, 7), (ST, 0), (LDX_MEM, 0), (LD_IMM, 1), (TXA, 0)]), 7);
        assert_eq!(value_of(&[]), 0);
    }

    #[test]
    fn program_run_uses_5_bits_of_a_shift_and_ends_at_a_division_by_0() {
        let with_x = |code, x| value_of(&[(LDX_IMM, x), (LD_IMM, 3), (code, 0), (ADD, 1)]);
        assert_eq!((with_x(LSH_X, 33), with_x(RSH_X, 32)), (7, 4));
        assert_eq!((with_x(DIV_X, 0), with_x(DIV_X, 1)), (0, 4));
    }

    #[test]
    fn program_run_follows_jumps() {
        let run = |code, a, x, k| {
            let program = [
                Instruction::plain(LDX_IMM, x),
                Instruction::plain(LD_IMM, a),
                Instruction::new(code, 1, 2, k),
                Instruction::plain(RET, 3),
                Instruction::plain(RET, 1),
                Instruction::plain(RET, 2),
            ];
            Program::new(&program).unwrap().run(&SyscallData::default())
        };
        for (code, a, operand, result) in [
            (JEQ, 5, 5, 1),
            (JEQ, 5, 6, 2),
            (JGT, u32::MAX, 1, 1),
            (JGT, 1, 1, 2),
            (JGE, 1, 1, 1),
            (JGE, 1, u32::MAX, 2),
            (JSET, 6, 4, 1),
            (JSET, 6, 9, 2),
        ] {
            assert_eq!(run(code, a, 0x55, operand), result, "{code:#x} {a} {operand}");
            assert_eq!(run(code | 8, a, operand, 0x55), result, "{code:#x} {a} {operand}");
        }
        assert_eq!(run(JA, 0, 0, 2), 2);
    }

    #[test]
    fn program_run_loads_every_word_of_the_input() {
        let data = SyscallData {
            nr: 0x0101_0100,
            arch: 0x0202_0204,
            instruction_pointer: 0x0303_030C_0404_0408,
            args: [1, 2, 3, 4, 5, 6].map(|n: u64| {
                let offset = (n + 1) * 8;
                (n << 8 | (offset + 4)) << 32 | offset
            }),
        };
        for offset in (0..64).step_by(4) {
            let program = [Instruction::plain(LD_ABS, offset), Instruction::plain(RET_A, 0)];
            let word = Program::new(&program).unwrap().run(&data);
            assert_eq!(word & 0xFF, offset, "{word:#x}");
        }
    }
}
