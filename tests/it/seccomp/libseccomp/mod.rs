//! The programs of the compiler return the same actions as those of libseccomp for the same rules.
//!
//! The following rules are comparable:
//!
//! - All comparisons are of 64 bits ([`arg64`]), as in libseccomp.
//! - A rule compares each argument at most once: libseccomp rejects other rules.
//! - The action of a rule is not the default action: libseccomp rejects such a rule.
//! - The value of a masked comparison has only bits of the mask: otherwise, the condition is never
//!   true in this crate, while libseccomp ignores the other bits of the value.
//! - The rules of a system call have the same action, or at most one of them applies. In this
//!   crate, the first rule that applies determines the action. libseccomp merges the rules into a
//!   tree, in which their order is lost; a rule without conditions replaces rules with conditions.
//! - Of the rules of a system call, at most one compares an argument with `<`, `<=`, `>` or `>=`.
//!   Otherwise, programs of libseccomp 2.5.4 can be wrong: with `a < 7` and `a < 0x2_0000_0005`,
//!   its program compares the lower half of 7 with the upper half of the second value, so that the
//!   second rule does not apply to 7.
//! - The action for unknown system calls is the default action, because libseccomp does not
//!   distinguish such system calls.

mod library;

use butter::Errno;
use butter::seccomp::{Action, Condition, Policy, Program, Rule, Syscall, SyscallData, arg64};
use common::require;
use common::test::in_row;

use self::library::{ArgCmp, Library, Operator, Structure, Version};
use super::agreement::Random;
use super::{Compiled, compile};

const EPERM: Action = Action::Errno(Errno::PERM);

/// The actions of rules.
const ACTIONS: [Action; 7] = [
    EPERM,
    Action::KillProcess,
    Action::KillThread,
    Action::Trap(0),
    Action::UserNotif,
    Action::Trace(7),
    Action::Log,
];

/// The action for other ABIs.
const FOREIGN: Action = Action::KillProcess;

/// A rule: the system call, the action, and the conditions.
type OwnedRule = (Syscall, Action, Vec<ArgCmp>);

const OPERATORS: [Operator; 7] = [
    Operator::Ne,
    Operator::Lt,
    Operator::Le,
    Operator::Eq,
    Operator::Ge,
    Operator::Gt,
    Operator::MaskedEq,
];

const EQUALITIES: [Operator; 3] = [Operator::Ne, Operator::Eq, Operator::MaskedEq];

fn is_equality(operator: Operator) -> bool {
    EQUALITIES.contains(&operator)
}

/// The values that the conditions contain. The halves are small, large, equal and different.
const VALUES: [u64; 12] = [
    0,
    1,
    2,
    0x7FFF_FFFF,
    0xFFFF_FFFF,
    0x1_0000_0000,
    0x1_0000_0001,
    0x1234_5678_9ABC_DEF0,
    0x7FFF_FFFF_FFFF_FFFF,
    0x8000_0000_0000_0000,
    0xFFFF_FFFF_0000_0000,
    u64::MAX,
];

/// Returns a condition. The mask of a masked comparison consists of the value and some more bits.
fn compare(argument: u32, operator: Operator, value: u64) -> ArgCmp {
    match operator {
        Operator::MaskedEq => {
            let mask = value | 0x0000_00F0_0000_000F;
            ArgCmp { argument, operator, datum_a: mask, datum_b: value }
        }
        _ => ArgCmp { argument, operator, datum_a: value, datum_b: 0 },
    }
}

fn condition(comparison: &ArgCmp) -> Condition {
    let ArgCmp { argument, operator, datum_a, datum_b } = *comparison;
    let argument = arg64(argument);
    match operator {
        Operator::Ne => argument.ne(datum_a),
        Operator::Lt => argument.lt(datum_a),
        Operator::Le => argument.le(datum_a),
        Operator::Eq => argument.eq(datum_a),
        Operator::Ge => argument.ge(datum_a),
        Operator::Gt => argument.gt(datum_a),
        Operator::MaskedEq => argument.masked_eq(datum_a, datum_b),
    }
}

/// Returns arguments at which the result of a comparison can change. The nearest are first.
fn boundaries(comparison: &ArgCmp) -> Vec<u64> {
    let value = match comparison.operator {
        Operator::MaskedEq => comparison.datum_b,
        _ => comparison.datum_a,
    };
    let (low, high) = (0xFFFF_FFFF, 0xFFFF_FFFF << 32);
    let mut arguments = vec![value, value ^ 1 << 32];
    for difference in [1, 1 << 31, 1 << 32, 1 << 63] {
        arguments.extend([value.wrapping_add(difference), value.wrapping_sub(difference)]);
    }
    arguments.extend([0, u64::MAX, value | high, value & low, value & high, !value]);
    if comparison.operator == Operator::MaskedEq {
        arguments.extend([value | !comparison.datum_a, value ^ 1 << 36, value ^ 1]);
    }
    arguments
}

/// Returns the combinations of the boundaries of each argument that a rule compares. All other
/// arguments are zero. The number of boundaries is limited for rules with many arguments.
fn combinations(conditions: &[ArgCmp]) -> Vec<[u64; 6]> {
    let limit = if conditions.len() <= 2 { usize::MAX } else { 4 };
    let mut combinations = vec![[0; 6]];
    for comparison in conditions {
        let with_argument = |arguments: &[u64; 6]| {
            let (index, arguments) = (comparison.argument as usize, *arguments);
            boundaries(comparison).into_iter().take(limit).map(move |value| {
                let mut arguments = arguments;
                arguments[index] = value;
                arguments
            })
        };
        combinations = combinations.iter().flat_map(with_argument).collect();
    }
    combinations
}

/// Returns the system calls for which the programs are compared.
fn inputs(rules: &[OwnedRule]) -> Vec<SyscallData> {
    let mut inputs = Vec::new();
    let mut numbers: Vec<_> = (0..=Syscall::NUMBER_MAX + 1).collect();
    numbers.extend([0x3FFF_FFFF, 0x4000_0000, 0x7FFF_FFFF, 0x8000_0000, u32::MAX - 1, u32::MAX]);
    for number in numbers {
        inputs.push(SyscallData::new(number.cast_signed(), [0; 6]));
        inputs.push(SyscallData::new(number.cast_signed(), [u64::MAX; 6]));
    }
    let mut random = Random(0x2545_F491_4F6C_DD1D);
    for (call, _, conditions) in rules {
        let number = call.as_raw().unwrap();
        for arguments in combinations(conditions) {
            inputs.push(SyscallData::new(number.cast_signed(), arguments));
        }
        // Arguments that several rules of the system call compare.
        let of_call = rules.iter().filter(|rule| rule.0 == *call);
        let comparisons: Vec<_> = of_call.flat_map(|rule| &rule.2).collect();
        for _ in 0..if comparisons.len() > conditions.len() { 50 } else { 0 } {
            let mut arguments = [0; 6];
            for _ in 0..6 {
                let comparison = random.pick(&comparisons);
                let argument = random.pick(&boundaries(comparison));
                arguments[comparison.argument as usize] = argument;
            }
            inputs.push(SyscallData::new(number.cast_signed(), arguments));
        }
        // The bit of x32 system calls, and other ABIs: i386, Arm, x86_64, aarch64 and none.
        inputs.push(SyscallData::new((number | 0x4000_0000).cast_signed(), [0; 6]));
        for arch in [0x4000_0003, 0x4000_0028, 0xC000_003E, 0xC000_00B7, 0, u32::MAX] {
            let mut foreign = SyscallData::new(number.cast_signed(), [0; 6]);
            foreign.arch = arch;
            inputs.push(foreign);
        }
    }
    inputs
}

/// Compiles the rules with this crate and with libseccomp, and compares the results.
fn check(library: &Library, default: Action, rules: &[OwnedRule]) {
    let conditions: Vec<Vec<_>> =
        rules.iter().map(|(_, _, conditions)| conditions.iter().map(condition).collect()).collect();
    let with_conditions = rules.iter().zip(&conditions);
    let ours: Vec<_> = with_conditions
        .map(|((call, action, _), conditions)| Rule::new(*call, *action).when(conditions))
        .collect();
    let policy = Policy::new(default).unknown(default).foreign(FOREIGN).rules(&ours);
    let ours = Compiled::new(policy);

    let inputs = inputs(rules);
    for structure in [Structure::Sequence, Structure::BinaryTree] {
        let filter = library.filter(default);
        filter.foreign(FOREIGN);
        filter.structure(structure);
        for (call, action, conditions) in rules {
            let added = filter.rule(*call, *action, conditions);
            assert_eq!(added, Ok(()), "{call} {action:?} {conditions:?}");
        }
        let instructions = filter.export();
        let theirs = Program::new(&instructions).unwrap();
        for input in &inputs {
            assert_eq!(
                Action::from_raw(ours.run(input)),
                Action::from_raw(theirs.run(input)),
                "{input:x?}: {rules:x?}\nthis crate:\n{}\nlibseccomp, {structure:?}:\n{theirs}",
                &*ours,
            );
        }
    }
}

/// Loads libseccomp. Returns an error if the host does not have a comparable version: version 2.5
/// introduced the binary tree, and changed the treatment of the number -1.
fn library() -> Result<Library, String> {
    let library = Library::load()?;
    let version = library.version();
    if version < (Version { major: 2, minor: 5, micro: 0 }) {
        return Err(format!("{version:?} is too old"));
    }
    Ok(library)
}

#[test]
fn libseccomp_rejects_or_changes_rules_that_are_not_comparable() {
    let library = require!(library(), "libseccomp.so.2 cannot be loaded");
    let filter = library.filter(Action::Allow);
    assert_eq!(filter.rule(Syscall::PRCTL, Action::Allow, &[]), Err(-libc::EACCES));
    let twice = [compare(0, Operator::Ne, 1), compare(0, Operator::Ne, 2)];
    assert_eq!(filter.rule(Syscall::PRCTL, EPERM, &twice), Err(-libc::EINVAL));

    let masked = ArgCmp { argument: 0, operator: Operator::MaskedEq, datum_a: 1, datum_b: 3 };
    assert_eq!(filter.rule(Syscall::PRCTL, EPERM, &[masked]), Ok(()));
    let instructions = filter.export();
    let number = Syscall::PRCTL.as_raw().unwrap().cast_signed();
    let input = SyscallData::new(number, [1, 0, 0, 0, 0, 0]);
    assert_eq!(Program::new(&instructions).unwrap().action(&input), Some(EPERM));
    let conditions = [condition(&masked)];
    let ours = compile(&[Rule::new(Syscall::PRCTL, EPERM).when(&conditions)]);
    assert_eq!(ours.action(&input), Some(Action::Allow));
}

#[test]
fn policy_agrees_with_libseccomp_for_each_comparison() {
    let library = require!(library(), "libseccomp.so.2 cannot be loaded");
    for operator in OPERATORS {
        for value in VALUES {
            in_row(format!("{operator:?} {value:#x}"), || {
                let conditions = vec![compare(2, operator, value)];
                check(&library, Action::Allow, &[(Syscall::PRCTL, EPERM, conditions.clone())]);
                check(&library, EPERM, &[(Syscall::PRCTL, Action::Allow, conditions)]);
            });
        }
    }
}

#[test]
fn policy_agrees_with_libseccomp_for_conditions_of_several_arguments() {
    let library = require!(library(), "libseccomp.so.2 cannot be loaded");
    for first in OPERATORS {
        for second in OPERATORS {
            let conditions = vec![compare(0, first, 5), compare(5, second, 0x1_0000_0007)];
            check(&library, EPERM, &[(Syscall::MMAP, Action::Allow, conditions)]);
        }
    }
    for operator in OPERATORS {
        let conditions = (0..6).map(|index| compare(index, operator, 3 << (8 * index))).collect();
        check(&library, Action::Allow, &[(Syscall::MMAP, EPERM, conditions)]);
    }
}

#[test]
fn policy_agrees_with_libseccomp_for_several_rules_of_a_call() {
    let library = require!(library(), "libseccomp.so.2 cannot be loaded");
    // Rules with the same action.
    for first in OPERATORS {
        for second in OPERATORS {
            // One argument is not compared with two of the operators <, <=, > and >=.
            let arguments = if is_equality(first) || is_equality(second) { 1..=2 } else { 2..=2 };
            for argument in arguments {
                let rules = [(1, first, 7), (argument, second, 0x2_0000_0005)];
                let rules = rules.map(|(argument, operator, value)| {
                    (Syscall::IOCTL, EPERM, vec![compare(argument, operator, value)])
                });
                check(&library, Action::Allow, &rules);
            }
        }
    }
    // Rules with different actions, at most one of which applies.
    let values = VALUES.iter().zip(ACTIONS.iter().cycle());
    let rules = values
        .map(|(value, action)| (Syscall::IOCTL, *action, vec![compare(1, Operator::Eq, *value)]));
    check(&library, Action::Allow, &rules.collect::<Vec<_>>());
}

#[test]
fn policy_agrees_with_libseccomp_for_random_rules() {
    let library = require!(library(), "libseccomp.so.2 cannot be loaded");
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    for _ in 0..100 {
        let mut rules = Vec::new();
        for call in [Syscall::PRCTL, Syscall::FUTEX, Syscall::SOCKET] {
            let action = random.pick(&ACTIONS);
            let mut operators = [&OPERATORS[..]; 6];
            for _ in 0..random.next() % 4 {
                let count = 1 + random.next() % 3;
                let mut conditions = Vec::new();
                for argument in (0..6).filter(|_| random.next() % 6 < count).collect::<Vec<_>>() {
                    let operators = &mut operators[argument as usize];
                    let operator = random.pick(operators);
                    if !is_equality(operator) {
                        *operators = &EQUALITIES;
                    }
                    conditions.push(compare(argument, operator, random.pick(&VALUES)));
                }
                rules.push((call, action, conditions));
            }
        }
        check(&library, Action::Allow, &rules);
    }
}

#[test]
fn policy_agrees_with_libseccomp_for_300_rules() {
    let library = require!(library(), "libseccomp.so.2 cannot be loaded");
    let calls = Syscall::ALL.iter().filter(|call| call.as_raw().is_some()).take(300);
    let calls: Vec<_> = calls.copied().collect();
    assert_eq!(calls.len(), 300);
    let one = calls.iter().map(|call| (*call, Action::Allow, Vec::new()));
    check(&library, EPERM, &one.collect::<Vec<_>>());
    for default in [Action::Allow, Action::Errno(Errno::NOSYS)] {
        let rules = calls.iter().enumerate().map(|(index, call)| {
            let conditions = match index % 3 {
                0 => vec![compare(index as u32 % 6, OPERATORS[index % 7], index as u64)],
                _ => Vec::new(),
            };
            (*call, ACTIONS[index % ACTIONS.len()], conditions)
        });
        check(&library, default, &rules.collect::<Vec<_>>());
    }
}
