//! The check whether a filter can violate the memory safety of the process that installs it.

use super::action::SECCOMP_RET_ACTION_FULL;
use super::check::INSTRUCTIONS_MAX;
use super::instruction::*;
use super::{Action, Program, Syscall};
use crate::arch::abi::AUDIT_ARCH;
use crate::error::Errno;

/// The system calls whose failure the C library does not expect. It uses memory that `brk` has not
/// allocated, and continues after `exit` and `rt_sigreturn`, which do not return.
const INFALLIBLE: &[Syscall] = &[Syscall::BRK, Syscall::EXIT, Syscall::RT_SIGRETURN];

/// `SECCOMP_RET_ERRNO` without an errno.
const ERRNO_0: u32 = Action::Errno(Errno::PERM).as_raw() & SECCOMP_RET_ACTION_FULL;

/// Returns whether a program forges no successful result, terminates no single thread, and lets no
/// system call fail whose failure the C library does not expect.
pub(super) fn is_safe(program: &Program) -> bool {
    let is_safe = |instruction: &Instruction| match instruction.code {
        RET => match Action::from_raw(instruction.k) {
            Some(action) => action != Action::KillThread,
            // The kernel terminates the process for an unknown action.
            None => instruction.k & SECCOMP_RET_ACTION_FULL != ERRNO_0,
        },
        // A division by X returns 0 (`SECCOMP_RET_KILL_THREAD`) if X is 0.
        RET_A | DIV_X => false,
        _ => true,
    };
    // A call that is not executed returns an error, or a value that a tracer or a signal handler
    // determines.
    let is_executed = |value| {
        matches!(
            Action::from_raw(value),
            None | Some(Action::KillProcess | Action::Log | Action::Allow)
        )
    };
    program.instructions().iter().all(is_safe)
        && INFALLIBLE.iter().all(|call| all_results(program, call.rule_number(), is_executed))
}

/// Returns whether a program can return [`Action::UserNotif`] with a `ret` instruction.
pub(super) fn notifies(program: &Program) -> bool {
    program.instructions().iter().any(|instruction| {
        instruction.code == RET && Action::from_raw(instruction.k) == Some(Action::UserNotif)
    })
}

// The possible contents of the register A: the number of the system call, its ABI, and any value.
const NUMBER: u8 = 1;
const ARCH: u8 = 2;
const ANY: u8 = 4;

/// Returns whether all values that a program without `ret a` can return for a system call of this
/// architecture, with any arguments, meet a condition.
fn all_results(program: &Program, number: u32, condition: impl Fn(u32) -> bool) -> bool {
    // The contents of A with which the program can reach each instruction. All jumps are forward
    // jumps.
    let mut reached = [0; INSTRUCTIONS_MAX];
    reached[0] = ANY;
    for (index, instruction) in program.instructions().iter().enumerate() {
        let Instruction { code, jt, jf, k } = *instruction;
        let contents = reached.get(index).copied().unwrap_or_default();
        if contents != 0 && code == RET && !condition(k) {
            return false;
        }
        for (a, value) in [(NUMBER, Some(number)), (ARCH, Some(AUDIT_ARCH)), (ANY, None)] {
            if contents & a == 0 {
                continue;
            }
            let mut reach = |skipped: usize, a| {
                if let Some(next) = reached.get_mut(index + 1 + skipped) {
                    *next |= a;
                }
            };
            let jump = |compare: fn(u32, u32) -> bool| match value {
                Some(value) => [compare(value, k), !compare(value, k)],
                None => [true; 2],
            };
            let [yes, no] = match code {
                JEQ => jump(|a, k| a == k),
                JGT => jump(|a, k| a > k),
                JGE => jump(|a, k| a >= k),
                JSET => jump(|a, k| a & k != 0),
                JEQ_X | JGT_X | JGE_X | JSET_X => [true; 2],
                _ => {
                    match code {
                        RET => {}
                        JA => reach(k as usize, a),
                        LD_ABS if k == 0 => reach(0, NUMBER),
                        LD_ABS if k == 4 => reach(0, ARCH),
                        LDX_IMM | LDX_MEM | LDX_LEN | ST | STX | TAX => reach(0, a),
                        _ => reach(0, ANY),
                    }
                    [false; 2]
                }
            };
            if yes {
                reach(jt.into(), a);
            }
            if no {
                reach(jf.into(), a);
            }
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::super::{Policy, Rule, arg32, arg64};
    use super::*;

    fn check(policy: Policy<'_>) -> bool {
        is_safe(policy.try_compile(&mut [Instruction::default(); 256]).unwrap())
    }

    const DENY: Action = Action::Errno(Errno::PERM);

    #[test]
    fn is_safe_requires_calls_that_cannot_fail() {
        let calls = [Syscall::BRK, Syscall::EXIT, Syscall::RT_SIGRETURN];
        let rules = calls.map(|call| Rule::new(call, Action::Allow));
        assert!(check(Policy::new(DENY).rules(&rules)));
        for (index, call) in calls.into_iter().enumerate() {
            let mut others = rules.to_vec();
            others.remove(index);
            assert!(!check(Policy::new(DENY).rules(&others)), "{call:?}");
            assert!(check(Policy::new(Action::KillProcess).rules(&others)), "{call:?}");
            for action in [DENY, Action::Trap(0), Action::Trace(0), Action::UserNotif] {
                let denied = [Rule::new(call, action)];
                assert!(!check(Policy::new(Action::Allow).rules(&denied)), "{call:?}");
                // The arguments are not known.
                let conditions = [arg32(0).eq(7), arg64(5).lt(1 << 40)];
                let denied = [Rule::new(call, action).when(&conditions)];
                assert!(!check(Policy::new(Action::Allow).rules(&denied)), "{call:?}");
            }
            for action in [Action::KillProcess, Action::Log] {
                let rules = [Rule::new(call, action)];
                assert!(check(Policy::new(Action::Allow).rules(&rules)), "{call:?}");
            }
        }
        let other = [Rule::new(Syscall::GETPPID, DENY)];
        assert!(check(Policy::new(Action::Allow).foreign(DENY).rules(&other)));
    }

    #[test]
    fn is_safe_rejects_values_that_forge_results() {
        let result = |value| {
            let program = [Instruction::plain(RET, value)];
            is_safe(Program::new(&program).unwrap())
        };
        assert!(result(Action::Allow.as_raw()) && result(Action::KillProcess.as_raw()));
        // An unknown action terminates the process.
        assert!(result(0xFFFF_0000));
        assert!(!result(ERRNO_0) && !result(Action::KillThread.as_raw()));
        let computed = [Instruction::plain(LD_IMM, 0x7FFF_0000), Instruction::plain(RET_A, 0)];
        assert!(!is_safe(Program::new(&computed).unwrap()));
        let divided = [Instruction::plain(DIV_X, 0), Instruction::plain(RET, 0x7FFF_0000)];
        assert!(!is_safe(Program::new(&divided).unwrap()));
    }

    #[test]
    fn all_results_follows_each_operation() {
        // Runs `operation`, jumps on the comparison of A with `k`, and returns 1 or 2.
        let results = |operations: &[Instruction], code, k| {
            let mut program = operations.to_vec();
            program.extend([
                Instruction::new(code, 0, 1, k),
                Instruction::plain(RET, 1),
                Instruction::plain(RET, 2),
            ]);
            let program = Program::new(&program).unwrap();
            [1, 2].map(|wanted| all_results(program, 60, |value| value != wanted)).map(|no| !no)
        };
        let load = |offset| Instruction::plain(LD_ABS, offset);
        let number = [load(0)];
        assert_eq!(results(&number, JEQ, 60), [true, false]);
        assert_eq!(results(&number, JEQ, 61), [false, true]);
        assert_eq!(results(&number, JGT, 60), [false, true]);
        assert_eq!(results(&number, JGT, 59), [true, false]);
        assert_eq!(results(&number, JGE, 60), [true, false]);
        assert_eq!(results(&number, JGE, 61), [false, true]);
        assert_eq!(results(&number, JSET, 4), [true, false]);
        assert_eq!(results(&number, JSET, 3), [false, true]);
        for code in [JEQ_X, JGT_X, JGE_X, JSET_X] {
            assert_eq!(results(&number, code, 0), [true; 2]);
        }
        assert_eq!(results(&[load(4)], JEQ, AUDIT_ARCH), [true, false]);
        for offset in [8, 16, 60] {
            assert_eq!(results(&[load(offset)], JEQ, 60), [true; 2]);
        }
        // A is unknown at the start, and after operations that change it.
        assert_eq!(results(&[], JEQ, 60), [true; 2]);
        let operations = [(ADD, 0), (AND, 0), (NEG, 0), (TXA, 0), (LD_IMM, 60), (LD_LEN, 0)];
        for (code, k) in operations {
            let operation = Instruction::plain(code, k);
            assert_eq!(results(&[load(0), operation], JEQ, 60), [true; 2], "{code:#x}");
        }
        for (code, k) in [(TAX, 0), (ST, 3), (STX, 3), (LDX_IMM, 3), (LDX_LEN, 0)] {
            let operation = Instruction::plain(code, k);
            assert_eq!(results(&[load(0), operation], JEQ, 60), [true, false], "{code:#x}");
        }
        let skipped = [load(0), Instruction::plain(JA, 1), load(16)];
        assert_eq!(results(&skipped, JEQ, 60), [true, false]);
    }
}
