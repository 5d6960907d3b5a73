//! The check of classic BPF programs that the kernel performs when it installs a seccomp filter.

use core::fmt;

use super::instruction::*;

/// `BPF_MAXINSNS`: the largest number of instructions of a filter.
#[doc(alias = "BPF_MAXINSNS")]
pub const INSTRUCTIONS_MAX: usize = 4096;

/// The number of words of the memory `M` (`BPF_MEMWORDS`).
pub(super) const MEMORY_WORDS: usize = 16;

/// The size in bytes of `struct seccomp_data`, which is the input of a filter.
pub(super) const DATA_SIZE: u32 = 64;

/// The reason why the kernel rejects a program as a seccomp filter, with `EINVAL`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CheckError {
    /// The program has no instructions, or more than [`INSTRUCTIONS_MAX`].
    Length,
    /// The operation of the instruction with this index is not permitted in seccomp filters.
    Operation(usize),
    /// The operand of the instruction with this index is not permitted: a division by 0, a shift by
    /// more than 31 bits, a load from an unaligned address or after the end of the input, or a word
    /// of the memory that does not exist.
    Operand(usize),
    /// The target of the jump with this index is after the end of the program.
    JumpTarget(usize),
    /// The instruction with this index loads a word of the memory that the program may not have
    /// stored before.
    UninitializedMemory(usize),
    /// The last instruction is not a return.
    NoReturn,
}

impl fmt::Display for CheckError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Length => f.write_str("the program has no instructions or more than 4096"),
            Self::Operation(index) => write!(f, "l{index}: operation not permitted in filters"),
            Self::Operand(index) => write!(f, "l{index}: invalid operand"),
            Self::JumpTarget(index) => write!(f, "l{index}: jump to the outside of the program"),
            Self::UninitializedMemory(index) => {
                write!(f, "l{index}: load of a word that may not have been stored")
            }
            Self::NoReturn => f.write_str("the last instruction is not a return"),
        }
    }
}

impl core::error::Error for CheckError {}

/// Checks that the kernel accepts a program as a seccomp filter: `bpf_check_classic` and
/// `seccomp_check_filter` in the kernel.
pub(super) fn check(program: &[Instruction]) -> Result<(), CheckError> {
    if program.is_empty() || program.len() > INSTRUCTIONS_MAX {
        return Err(CheckError::Length);
    }
    for (index, instruction) in program.iter().enumerate() {
        check_instruction(*instruction, index, program.len())?;
    }
    match program.last() {
        Some(Instruction { code: RET | RET_A, .. }) => check_memory(program),
        _ => Err(CheckError::NoReturn),
    }
}

fn check_instruction(
    instruction: Instruction,
    index: usize,
    length: usize,
) -> Result<(), CheckError> {
    let Instruction { code, jt, jf, k } = instruction;
    let permitted = match code {
        LD_ABS => k < DATA_SIZE && k % 4 == 0,
        LD_MEM | LDX_MEM | ST | STX => k < MEMORY_WORDS as u32,
        DIV => k != 0,
        LSH | RSH => k < 32,
        LD_IMM | LD_LEN | LDX_IMM | LDX_LEN | ADD | ADD_X | SUB | SUB_X | MUL | MUL_X | DIV_X
        | OR | OR_X | AND | AND_X | LSH_X | RSH_X | NEG | XOR | XOR_X | RET | RET_A | TAX | TXA => {
            true
        }
        JA | JEQ | JEQ_X | JGT | JGT_X | JGE | JGE_X | JSET | JSET_X => {
            let skipped = if code == JA { k as usize } else { usize::from(jt.max(jf)) };
            if skipped >= length - index - 1 {
                return Err(CheckError::JumpTarget(index));
            }
            true
        }
        _ => return Err(CheckError::Operation(index)),
    };
    if permitted { Ok(()) } else { Err(CheckError::Operand(index)) }
}

/// Checks that every word of the memory is stored before it is loaded: `check_load_and_stores` in
/// the kernel. Each element of `stored` contains the words that all jumps to the instruction have
/// stored. Like the kernel, the function treats the instruction after a return as if it were
/// reached from the return.
fn check_memory(program: &[Instruction]) -> Result<(), CheckError> {
    let mut stored = [u16::MAX; INSTRUCTIONS_MAX];
    let mut valid = 0_u16;
    for (index, instruction) in program.iter().enumerate() {
        valid &= stored.get(index).copied().unwrap_or_default();
        let mut jump = |skipped: usize| {
            if let Some(stored) = stored.get_mut(index + 1 + skipped) {
                *stored &= valid;
            }
        };
        match instruction.code {
            ST | STX => valid |= 1 << instruction.k,
            LD_MEM | LDX_MEM if valid & 1 << instruction.k == 0 => {
                return Err(CheckError::UninitializedMemory(index));
            }
            JA => {
                jump(instruction.k as usize);
                valid = u16::MAX;
            }
            _ if instruction.is_conditional_jump() => {
                jump(instruction.jt.into());
                jump(instruction.jf.into());
                valid = u16::MAX;
            }
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const RETURN: Instruction = Instruction::plain(RET, 0);

    fn check_before_return(code: u16, k: u32) -> Result<(), CheckError> {
        check(&[Instruction::plain(code, k), RETURN])
    }

    #[test]
    fn check_accepts_only_programs_with_1_to_4096_instructions() {
        assert_eq!(check(&[]), Err(CheckError::Length));
        assert_eq!(check(&[RETURN; INSTRUCTIONS_MAX]), Ok(()));
        assert_eq!(check(&[RETURN; INSTRUCTIONS_MAX + 1]), Err(CheckError::Length));
    }

    #[test]
    fn check_accepts_exactly_the_operations_of_seccomp_filters() {
        // Miri is slow, and every permitted code is less than 256.
        let last = if cfg!(miri) { 255 } else { u16::MAX };
        let accepted: Vec<_> = (0..=last)
            .filter(|code| check_before_return(*code, 1) != Err(CheckError::Operation(0)))
            .collect();
        let permitted = [
            0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x0C, 0x14, 0x15, 0x16, 0x1C, 0x1D,
            0x20, 0x24, 0x25, 0x2C, 0x2D, 0x34, 0x35, 0x3C, 0x3D, 0x44, 0x45, 0x4C, 0x4D, 0x54,
            0x5C, 0x60, 0x61, 0x64, 0x6C, 0x74, 0x7C, 0x80, 0x81, 0x84, 0x87, 0xA4, 0xAC,
        ];
        assert_eq!(accepted, permitted);
    }

    #[test]
    fn check_rejects_operands_that_the_kernel_rejects() {
        let operand = Err(CheckError::Operand(0));
        for (code, good, bad) in [
            (LD_ABS, 60, 64),
            (LD_ABS, 0, 2),
            (ST, 15, 16),
            (STX, 0, u32::MAX),
            (DIV, 1, 0),
            (LSH, 31, 32),
            (RSH, 31, 32),
        ] {
            assert_eq!(check_before_return(code, good), Ok(()), "{code:#x} {good}");
            assert_eq!(check_before_return(code, bad), operand, "{code:#x} {bad}");
        }
        assert_eq!(check_before_return(LD_MEM, 16), operand);
        assert_eq!(check_before_return(LDX_MEM, 16), operand);
    }

    #[test]
    fn check_rejects_jumps_after_the_end_and_missing_returns() {
        assert_eq!(check_before_return(JA, 0), Ok(()));
        for k in [1, u32::MAX] {
            assert_eq!(check_before_return(JA, k), Err(CheckError::JumpTarget(0)));
        }
        for (jt, jf) in [(0, 1), (1, 0), (255, 255)] {
            let program = [Instruction::new(JEQ_X, jt, jf, 0), RETURN];
            assert_eq!(check(&program), Err(CheckError::JumpTarget(0)));
        }
        assert_eq!(check(&[Instruction::plain(TAX, 0)]), Err(CheckError::NoReturn));
        assert_eq!(check(&[Instruction::plain(RET_A, 0)]), Ok(()));
    }

    #[test]
    fn check_rejects_loads_of_words_that_a_path_does_not_store() {
        let (store, load) = (Instruction::plain(ST, 3), Instruction::plain(LDX_MEM, 3));
        assert_eq!(check(&[store, load, RETURN]), Ok(()));
        assert_eq!(check(&[load, RETURN]), Err(CheckError::UninitializedMemory(0)));
        let other = Instruction::plain(LD_MEM, 2);
        assert_eq!(check(&[store, other, RETURN]), Err(CheckError::UninitializedMemory(1)));
        // One of the two paths skips the store.
        let jump = Instruction::new(JSET, 0, 1, 1);
        let skipped = [jump, store, load, RETURN];
        assert_eq!(check(&skipped), Err(CheckError::UninitializedMemory(2)));
        assert_eq!(check(&[store, jump, store, load, RETURN]), Ok(()));
        // The kernel does not check code that no jump reaches.
        let unreachable = [Instruction::plain(JA, 1), load, RETURN];
        assert_eq!(check(&unreachable), Ok(()));
    }
}
