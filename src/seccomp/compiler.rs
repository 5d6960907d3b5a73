//! The compiler from policies to classic BPF programs.
//!
//! All jumps of classic BPF are forward jumps, and a conditional jump skips at most 255
//! instructions. The compiler therefore emits the last instruction first: when it emits a jump, the
//! distances to both targets are known, and a `ja` follows the jump only if a distance is over 255.
//!
//! The numbers of system calls are divided into segments to which the same rules apply, and the
//! program finds the segment by binary search.

use super::check::INSTRUCTIONS_MAX;
use super::instruction::{AND, Instruction, JA, JEQ, JGE, JGT, LD_ABS, RET};
use super::policy::{CompileError, Policy};
use super::rule::{Comparison, Condition, Rule, Width};
use super::segments::{Index, Segments};
use super::syscall::X32_BIT;
use crate::arch::abi::AUDIT_ARCH;

/// The offset of `seccomp_data.nr`.
const NUMBER: u32 = 0;
/// The offset of `seccomp_data.arch`.
const ARCH: u32 = 4;
/// The offset of `seccomp_data.args`.
const ARGUMENTS: u32 = 16;

/// The largest distance at which a return is used again. A jump to such a return needs no `ja`,
/// unless a rule between them has more than about 100 instructions.
const REUSE_DISTANCE: usize = 128;

/// The number of returns that are remembered. Few policies have more different actions.
const RETURNS: usize = 8;

/// The position of an instruction: the number of instructions after it.
type Label = usize;

/// Compiles a policy to the beginning of a buffer, and returns the number of instructions.
pub(super) const fn compile(
    policy: &Policy<'_>,
    buffer: &mut [Instruction],
) -> Result<usize, CompileError> {
    let index = match Index::new(policy) {
        Ok(index) => index,
        Err(error) => return Err(error),
    };
    let Some(segments) = Segments::new(&index) else { return Err(CompileError::TooLong) };
    let capacity = buffer.len();
    let mut code =
        Code { index: &index, buffer, length: 0, returns: [(0, None); RETURNS], oldest_return: 0 };
    code.program(policy, &segments);
    let length = code.length;
    if length > INSTRUCTIONS_MAX {
        return Err(CompileError::TooLong);
    }
    if length > capacity {
        return Err(CompileError::BufferTooSmall { required: length });
    }
    // The program is at the end of the buffer.
    let mut index = 0;
    while index < length {
        buffer[index] = buffer[capacity - length + index];
        index += 1;
    }
    Ok(length)
}

/// The emitted instructions, which are stored at the end of the buffer. Instructions for which the
/// buffer has no capacity are only counted.
struct Code<'p, 'b> {
    index: &'p Index<'p>,
    buffer: &'b mut [Instruction],
    length: usize,
    /// The values and positions of returns.
    returns: [(u32, Option<Label>); RETURNS],
    oldest_return: usize,
}

impl Code<'_, '_> {
    /// Emits the whole program.
    const fn program(&mut self, policy: &Policy<'_>, segments: &Segments) {
        let search = self.search(segments, 0, segments.count);
        let unknown = self.value(policy.unknown.as_raw());
        let foreign = self.value(policy.foreign.as_raw());
        // A tracer skips a system call by replacing its number by -1, which has the x32 bit.
        let skipped = self.jump(JEQ, u32::MAX, unknown, foreign);
        self.jump(JGE, X32_BIT, skipped, search);
        let native = self.emit(Instruction::plain(LD_ABS, NUMBER));
        self.jump(JEQ, AUDIT_ARCH, native, foreign);
        self.emit(Instruction::plain(LD_ABS, ARCH));
    }

    /// Emits the search for a number in the segments from `first` up to `end`, which it excludes.
    const fn search(&mut self, segments: &Segments, first: usize, end: usize) -> Label {
        if end - first == 1 {
            return self.rules(segments.starts[first]);
        }
        let middle = usize::midpoint(first, end);
        let upper = self.search(segments, middle, end);
        let lower = self.search(segments, first, middle);
        self.jump(JGE, segments.starts[middle], upper, lower)
    }

    /// Emits the rules for the segment to which `number` belongs.
    const fn rules(&mut self, number: u32) -> Label {
        let mut cursor = self.index.start(number);
        let value = loop {
            match self.index.next(&mut cursor) {
                Some((_, rule)) if rule.conditions.is_empty() => {
                    self.index.previous(&mut cursor);
                    break rule.action.as_raw();
                }
                Some(_) => {}
                None => break self.index.default_value(number),
            }
        };
        let mut next = self.value(value);
        while let Some(rule) = self.index.previous(&mut cursor) {
            next = self.rule(rule, next);
        }
        next
    }

    /// Emits a rule with conditions. `no` is the next rule.
    const fn rule(&mut self, rule: &Rule<'_>, no: Label) -> Label {
        let mut yes = self.value(rule.action.as_raw());
        let mut index = rule.conditions.len();
        while index > 0 {
            index -= 1;
            yes = self.condition(&rule.conditions[index], yes, no);
        }
        yes
    }

    const fn condition(&mut self, condition: &Condition, yes: Label, no: Label) -> Label {
        match condition.comparison {
            Comparison::Equal => self.equal(condition, yes, no),
            Comparison::NotEqual => self.equal(condition, no, yes),
            Comparison::Greater => self.greater(JGT, condition, yes, no),
            Comparison::GreaterOrEqual => self.greater(JGE, condition, yes, no),
            Comparison::Less => self.greater(JGE, condition, no, yes),
            Comparison::LessOrEqual => self.greater(JGT, condition, no, yes),
        }
    }

    const fn equal(&mut self, condition: &Condition, yes: Label, no: Label) -> Label {
        let &Condition { argument, width, mask, value, .. } = condition;
        let offset = ARGUMENTS + 8 * argument;
        let low = self.word_equal(offset, mask as u32, value as u32, yes, no);
        match width {
            Width::Low32 => low,
            Width::All64 => {
                self.word_equal(offset + 4, (mask >> 32) as u32, (value >> 32) as u32, low, no)
            }
        }
    }

    /// Emits a comparison of a 32-bit word, unless its result does not depend on the word.
    const fn word_equal(
        &mut self,
        offset: u32,
        mask: u32,
        value: u32,
        yes: Label,
        no: Label,
    ) -> Label {
        if value & !mask != 0 {
            return no;
        }
        if mask == 0 {
            return yes;
        }
        self.jump(JEQ, value, yes, no);
        if mask != u32::MAX {
            self.emit(Instruction::plain(AND, mask));
        }
        self.emit(Instruction::plain(LD_ABS, offset))
    }

    /// Emits a comparison by `JGT` or `JGE`.
    const fn greater(&mut self, code: u16, condition: &Condition, yes: Label, no: Label) -> Label {
        let &Condition { argument, width, value, .. } = condition;
        let offset = ARGUMENTS + 8 * argument;
        self.jump(code, value as u32, yes, no);
        let low = self.emit(Instruction::plain(LD_ABS, offset));
        match width {
            Width::Low32 => low,
            Width::All64 => {
                let high = (value >> 32) as u32;
                let not_greater = self.jump(JEQ, high, low, no);
                self.jump(JGT, high, yes, not_greater);
                self.emit(Instruction::plain(LD_ABS, offset + 4))
            }
        }
    }

    /// Returns the position of a return with a value, which is emitted unless one is close.
    const fn value(&mut self, value: u32) -> Label {
        let mut index = 0;
        while index < RETURNS {
            if let (known, Some(label)) = self.returns[index]
                && known == value
            {
                if self.length - label <= REUSE_DISTANCE {
                    return label;
                }
                let label = self.emit(Instruction::plain(RET, value));
                self.returns[index].1 = Some(label);
                return label;
            }
            index += 1;
        }
        let label = self.emit(Instruction::plain(RET, value));
        self.returns[self.oldest_return] = (value, Some(label));
        self.oldest_return = (self.oldest_return + 1) % RETURNS;
        label
    }

    /// Emits a conditional jump, and a `ja` after the jump for each target that is too far.
    const fn jump(&mut self, code: u16, k: u32, mut yes: Label, mut no: Label) -> Label {
        const FAR: usize = u8::MAX as usize;
        loop {
            let (jt, jf) = (self.length - 1 - yes, self.length - 1 - no);
            if jt > FAR {
                yes = self.emit(Instruction::plain(JA, jt as u32));
            } else if jf > FAR {
                no = self.emit(Instruction::plain(JA, jf as u32));
            } else {
                return self.emit(Instruction::new(code, jt as u8, jf as u8, k));
            }
        }
    }

    const fn emit(&mut self, instruction: Instruction) -> Label {
        if self.length < self.buffer.len() {
            let index = self.buffer.len() - 1 - self.length;
            self.buffer[index] = instruction;
        }
        self.length += 1;
        self.length - 1
    }
}

#[cfg(test)]
#[path = "compiler_tests.rs"]
mod tests;
