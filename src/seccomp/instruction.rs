//! The instructions of classic BPF programs.

use core::fmt;

/// `struct sock_filter`: an instruction of a classic BPF program, such as a seccomp filter.
///
/// `Display` prints the instruction in the notation of the kernel's tools `bpf_asm` and `bpf_dbg`,
/// with offsets instead of labels as jump targets; [`Program`](super::Program) prints labels.
#[doc(alias = "sock_filter")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[repr(C)]
pub struct Instruction {
    /// The operation.
    pub code: u16,
    /// The number of instructions that a conditional jump skips if its condition is true.
    pub jt: u8,
    /// The number of instructions that a conditional jump skips if its condition is false.
    pub jf: u8,
    /// The operand.
    pub k: u32,
}

layout! { Instruction: size 8, align 4, code at 0, jt at 2, jf at 3, k at 4 }

// Classes.
const BPF_LD: u16 = 0x00;
const BPF_LDX: u16 = 0x01;
const BPF_ST: u16 = 0x02;
const BPF_STX: u16 = 0x03;
const BPF_ALU: u16 = 0x04;
const BPF_JMP: u16 = 0x05;
const BPF_RET: u16 = 0x06;
const BPF_MISC: u16 = 0x07;

// Modes of loads. The size of all loads is `BPF_W`, which is 0.
const BPF_IMM: u16 = 0x00;
const BPF_ABS: u16 = 0x20;
const BPF_MEM: u16 = 0x60;
const BPF_LEN: u16 = 0x80;

// Operations of the classes `BPF_ALU`, `BPF_JMP` and `BPF_MISC`.
const BPF_ADD: u16 = 0x00;
const BPF_SUB: u16 = 0x10;
const BPF_MUL: u16 = 0x20;
const BPF_DIV: u16 = 0x30;
const BPF_OR: u16 = 0x40;
const BPF_AND: u16 = 0x50;
const BPF_LSH: u16 = 0x60;
const BPF_RSH: u16 = 0x70;
const BPF_NEG: u16 = 0x80;
const BPF_XOR: u16 = 0xA0;
const BPF_JA: u16 = 0x00;
const BPF_JEQ: u16 = 0x10;
const BPF_JGT: u16 = 0x20;
const BPF_JGE: u16 = 0x30;
const BPF_JSET: u16 = 0x40;
const BPF_TAX: u16 = 0x00;
const BPF_TXA: u16 = 0x80;

// Operands: the constant `k` (`BPF_K`, which is 0), or a register.
const BPF_X: u16 = 0x08;
const BPF_A: u16 = 0x10;

macro_rules! codes {
    ($($name:ident = $class:ident $(| $part:ident)*;)*) => {
        $(pub(super) const $name: u16 = $class $(| $part)*;)*
    };
}

// The codes of the operations that seccomp filters can contain.
codes! {
    LD_IMM = BPF_LD | BPF_IMM;
    LD_ABS = BPF_LD | BPF_ABS;
    LD_MEM = BPF_LD | BPF_MEM;
    LD_LEN = BPF_LD | BPF_LEN;
    LDX_IMM = BPF_LDX | BPF_IMM;
    LDX_MEM = BPF_LDX | BPF_MEM;
    LDX_LEN = BPF_LDX | BPF_LEN;
    ST = BPF_ST;
    STX = BPF_STX;
    ADD = BPF_ALU | BPF_ADD;
    ADD_X = BPF_ALU | BPF_ADD | BPF_X;
    SUB = BPF_ALU | BPF_SUB;
    SUB_X = BPF_ALU | BPF_SUB | BPF_X;
    MUL = BPF_ALU | BPF_MUL;
    MUL_X = BPF_ALU | BPF_MUL | BPF_X;
    DIV = BPF_ALU | BPF_DIV;
    DIV_X = BPF_ALU | BPF_DIV | BPF_X;
    OR = BPF_ALU | BPF_OR;
    OR_X = BPF_ALU | BPF_OR | BPF_X;
    AND = BPF_ALU | BPF_AND;
    AND_X = BPF_ALU | BPF_AND | BPF_X;
    LSH = BPF_ALU | BPF_LSH;
    LSH_X = BPF_ALU | BPF_LSH | BPF_X;
    RSH = BPF_ALU | BPF_RSH;
    RSH_X = BPF_ALU | BPF_RSH | BPF_X;
    NEG = BPF_ALU | BPF_NEG;
    XOR = BPF_ALU | BPF_XOR;
    XOR_X = BPF_ALU | BPF_XOR | BPF_X;
    JA = BPF_JMP | BPF_JA;
    JEQ = BPF_JMP | BPF_JEQ;
    JEQ_X = BPF_JMP | BPF_JEQ | BPF_X;
    JGT = BPF_JMP | BPF_JGT;
    JGT_X = BPF_JMP | BPF_JGT | BPF_X;
    JGE = BPF_JMP | BPF_JGE;
    JGE_X = BPF_JMP | BPF_JGE | BPF_X;
    JSET = BPF_JMP | BPF_JSET;
    JSET_X = BPF_JMP | BPF_JSET | BPF_X;
    RET = BPF_RET;
    RET_A = BPF_RET | BPF_A;
    TAX = BPF_MISC | BPF_TAX;
    TXA = BPF_MISC | BPF_TXA;
}

impl Instruction {
    /// Creates an instruction from its fields.
    #[inline]
    #[must_use]
    pub const fn new(code: u16, jt: u8, jf: u8, k: u32) -> Self {
        Self { code, jt, jf, k }
    }

    /// Creates an instruction that is not a conditional jump.
    pub(super) const fn plain(code: u16, k: u32) -> Self {
        Self::new(code, 0, 0, k)
    }

    pub(super) const fn is_conditional_jump(self) -> bool {
        matches!(self.code, JEQ | JEQ_X | JGT | JGT_X | JGE | JGE_X | JSET | JSET_X)
    }

    /// Prints the operation and the operand, without the targets of a jump.
    fn fmt_operation(self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let operation = match self.code {
            LD_IMM | LD_ABS | LD_MEM | LD_LEN => "ld",
            LDX_IMM | LDX_MEM | LDX_LEN => "ldx",
            ST => "st",
            STX => "stx",
            ADD | ADD_X => "add",
            SUB | SUB_X => "sub",
            MUL | MUL_X => "mul",
            DIV | DIV_X => "div",
            OR | OR_X => "or",
            AND | AND_X => "and",
            LSH | LSH_X => "lsh",
            RSH | RSH_X => "rsh",
            NEG => "neg",
            XOR | XOR_X => "xor",
            JA => "ja",
            JEQ | JEQ_X => "jeq",
            JGT | JGT_X => "jgt",
            JGE | JGE_X => "jge",
            JSET | JSET_X => "jset",
            RET | RET_A => "ret",
            TAX => "tax",
            TXA => "txa",
            code => return write!(f, "nosup {code:#x}"),
        };
        f.write_str(operation)?;
        let k = self.k;
        match self.code {
            LD_ABS => write!(f, " [{k}]"),
            LD_MEM | LDX_MEM | ST | STX => write!(f, " M[{k}]"),
            LD_LEN | LDX_LEN => f.write_str(" #len"),
            ADD | SUB | MUL | DIV | LSH | RSH => write!(f, " #{k}"),
            NEG | TAX | TXA | JA => Ok(()),
            RET_A => f.write_str(" a"),
            code if matches!(code & 7, BPF_ALU | BPF_JMP) && code & BPF_X != 0 => f.write_str(" x"),
            _ => write!(f, " #{k:#x}"),
        }
    }

    /// Prints the instruction at an index of a program, with labels.
    pub(super) fn fmt_at(self, index: usize, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "l{index}:\t")?;
        self.fmt_operation(f)?;
        let target = |skipped: usize| index + 1 + skipped;
        if self.is_conditional_jump() {
            return write!(f, ", l{}, l{}", target(self.jt.into()), target(self.jf.into()));
        }
        if self.code == JA { write!(f, " l{}", target(self.k as usize)) } else { Ok(()) }
    }
}

impl fmt::Display for Instruction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fmt_operation(f)?;
        if self.is_conditional_jump() {
            return write!(f, ", +{}, +{}", self.jt, self.jf);
        }
        if self.code == JA { write!(f, " +{}", self.k) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instruction_display_uses_the_notation_of_bpf_asm() {
        let cases = [
            (Instruction::plain(0x20, 4), "ld [4]"),
            (Instruction::plain(0x00, 7), "ld #0x7"),
            (Instruction::plain(0x60, 3), "ld M[3]"),
            (Instruction::plain(0x80, 0), "ld #len"),
            (Instruction::plain(0x01, 255), "ldx #0xff"),
            (Instruction::plain(0x61, 15), "ldx M[15]"),
            (Instruction::plain(0x81, 0), "ldx #len"),
            (Instruction::plain(0x02, 1), "st M[1]"),
            (Instruction::plain(0x03, 1), "stx M[1]"),
            (Instruction::plain(0x04, 10), "add #10"),
            (Instruction::plain(0x1C, 0), "sub x"),
            (Instruction::plain(0x24, 2), "mul #2"),
            (Instruction::plain(0x34, 2), "div #2"),
            (Instruction::plain(0x44, 16), "or #0x10"),
            (Instruction::plain(0x54, 16), "and #0x10"),
            (Instruction::plain(0x64, 3), "lsh #3"),
            (Instruction::plain(0x7C, 0), "rsh x"),
            (Instruction::plain(0x84, 0), "neg"),
            (Instruction::plain(0xA4, 16), "xor #0x10"),
            (Instruction::plain(0x05, 300), "ja +300"),
            (Instruction::new(0x15, 1, 2, 0xC000_003E), "jeq #0xc000003e, +1, +2"),
            (Instruction::new(0x2D, 1, 2, 0), "jgt x, +1, +2"),
            (Instruction::new(0x35, 0, 9, 5), "jge #0x5, +0, +9"),
            (Instruction::new(0x45, 0, 9, 5), "jset #0x5, +0, +9"),
            (Instruction::plain(0x06, 0x7FFF_0000), "ret #0x7fff0000"),
            (Instruction::plain(0x16, 0), "ret a"),
            (Instruction::plain(0x07, 0), "tax"),
            (Instruction::plain(0x87, 0), "txa"),
            (Instruction::plain(0x94, 0), "nosup 0x94"),
        ];
        for (instruction, text) in cases {
            assert_eq!(instruction.to_string(), text);
        }
    }
}
