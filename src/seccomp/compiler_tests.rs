use core::ops::Deref;

use super::*;
use crate::error::Errno;
use crate::seccomp::syscall::Syscall;
use crate::seccomp::{Action, Program, ProgramArray, SyscallData, arg32, arg64};

/// A program in a vector, which also exists without the feature `alloc`.
#[derive(Debug, PartialEq, Eq)]
struct Compiled(Vec<Instruction>);

impl Deref for Compiled {
    type Target = Program;

    fn deref(&self) -> &Program {
        Program::from_checked(&self.0)
    }
}

fn compiled(policy: &Policy<'_>) -> Result<Compiled, CompileError> {
    let mut buffer = vec![Instruction::default(); INSTRUCTIONS_MAX];
    let program = policy.try_compile(&mut buffer)?;
    Ok(Compiled(program.instructions().to_vec()))
}

/// A pseudo-random number generator (xorshift).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    fn pick<T: Copy>(&mut self, values: &[T]) -> T {
        values[self.below(values.len() as u64) as usize]
    }

    fn action(&mut self) -> Action {
        self.pick(&[
            Action::Allow,
            Action::Errno(Errno::PERM),
            Action::Errno(Errno::ACCES),
            Action::Trap(3),
            Action::Log,
            Action::UserNotif,
        ])
    }

    /// Returns a number that has a good chance to equal, or to be close to, another such number.
    fn value(&mut self) -> u64 {
        const HALVES: &[u64] = &[0, 1, 2, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFE, 0xFFFF_FFFF];
        self.pick(HALVES) << 32 | self.pick(HALVES)
    }

    fn condition(&mut self) -> Condition {
        let (index, value) = (self.below(6) as u32, self.value());
        let (low, mask) = (value as u32, self.value());
        match self.below(14) {
            0 => arg32(index).eq(low),
            1 => arg32(index).ne(low),
            2 => arg32(index).lt(low),
            3 => arg32(index).le(low),
            4 => arg32(index).gt(low),
            5 => arg32(index).ge(low),
            6 => arg32(index).masked_eq(mask as u32, low & self.pick(&[mask as u32, low])),
            7 => arg64(index).eq(value),
            8 => arg64(index).ne(value),
            9 => arg64(index).lt(value),
            10 => arg64(index).le(value),
            11 => arg64(index).gt(value),
            12 => arg64(index).ge(value),
            _ => arg64(index).masked_eq(mask, value & self.pick(&[mask, value])),
        }
    }
}

fn number(number: u32) -> Syscall {
    Syscall::from_raw(number).unwrap()
}

fn is_true(condition: &Condition, args: [u64; 6]) -> bool {
    let mut argument = args[condition.argument as usize];
    if condition.width == Width::Low32 {
        argument &= 0xFFFF_FFFF;
    }
    let value = condition.value;
    match condition.comparison {
        Comparison::Equal => argument & condition.mask == value,
        Comparison::NotEqual => argument & condition.mask != value,
        Comparison::Less => argument < value,
        Comparison::LessOrEqual => argument <= value,
        Comparison::Greater => argument > value,
        Comparison::GreaterOrEqual => argument >= value,
    }
}

/// Returns the action that the documentation of [`Policy`] describes.
fn expected(policy: &Policy<'_>, data: &SyscallData) -> Action {
    let nr = data.nr.cast_unsigned();
    if data.arch != SyscallData::NATIVE_ARCH {
        return policy.foreign;
    }
    if nr == u32::MAX {
        return policy.unknown;
    }
    if nr >= 0x4000_0000 {
        return policy.foreign;
    }
    let applies = |rule: &&Rule<'_>| {
        (rule.first..=rule.last).contains(&nr)
            && rule.conditions.iter().all(|condition| is_true(condition, data.args))
    };
    match policy.rules.iter().find(applies) {
        Some(rule) => rule.action,
        None if nr > Syscall::NUMBER_MAX => policy.unknown,
        None => policy.default,
    }
}

fn check_verdicts(policy: &Policy<'_>, program: &Program, random: &mut Random) {
    assert_eq!(Program::new(program.instructions()), Ok(program));
    let ends = policy.rules.iter().flat_map(|rule| [rule.first, rule.last]);
    let ends = ends.map(u32::cast_signed);
    let mut numbers: Vec<_> = ends.flat_map(|number| [number - 1, number, number + 1]).collect();
    numbers.extend([0, Syscall::NUMBER_MAX.cast_signed(), Syscall::NUMBER_MAX.cast_signed() + 1]);
    numbers.extend([0x3FFF_FFFF, 0x4000_0000, i32::MAX, i32::MIN, -2, -1]);
    for nr in numbers {
        for arch in [SyscallData::NATIVE_ARCH, SyscallData::NATIVE_ARCH, 0x4000_0003] {
            let args = std::array::from_fn(|_| random.value());
            let data = SyscallData { arch, ..SyscallData::new(nr, args) };
            assert_eq!(
                program.action(&data),
                Some(expected(policy, &data)),
                "{data:x?} {policy:?}\n{program}"
            );
        }
    }
}

#[test]
fn policy_programs_return_the_action_of_the_first_rule_that_applies() {
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    let policies = if cfg!(miri) { 3 } else { 1000 };
    for _ in 0..policies {
        let numbers = random.pick(&[3, 30, 600]);
        let conditions: Vec<Vec<_>> = (0..random.below(60))
            .map(|_| (0..random.pick(&[0, 0, 1, 2, 5])).map(|_| random.condition()).collect())
            .collect();
        let rules: Vec<_> = conditions
            .iter()
            .map(|conditions| {
                let first = random.below(numbers) as u32;
                let last = first + random.pick(&[0, 0, 0, 0, 1, 20]);
                Rule::range(number(first)..=number(last), random.action()).when(conditions)
            })
            .collect();
        let policy = Policy::new(random.action())
            .rules(&rules)
            .unknown(random.action())
            .foreign(random.action());
        let program = compiled(&policy).unwrap();
        check_verdicts(&policy, &program, &mut random);
    }
}

#[test]
fn policy_programs_jump_over_more_than_255_instructions() {
    let mut random = Random(1);
    let conditions: Vec<_> = (0..100).map(|_| random.condition()).collect();
    let rules: Vec<_> = (0..8)
        .map(|index| Rule::new(number(index), random.action()).when(&conditions[index as usize..]))
        .chain([Rule::new(number(3), Action::Log).when(&conditions[..1])])
        .collect();
    let policy = Policy::new(Action::Allow).rules(&rules);
    let program = compiled(&policy).unwrap();
    assert!(program.instructions().iter().any(|instruction| instruction.code == JA));
    check_verdicts(&policy, &program, &mut random);
}

#[test]
fn policy_programs_use_ja_only_if_the_skipped_half_is_over_255_instructions() {
    // Adjacent numbers have different actions, so each number needs a return and a jump.
    let rules: Vec<_> =
        (0..400).map(|index| Rule::new(number(index), Action::Trap(index as u16))).collect();
    let count = |rules| {
        let program = compiled(&Policy::new(Action::Allow).rules(rules)).unwrap();
        let jumps = program.instructions().iter().filter(|instruction| instruction.code == JA);
        (program.instructions().len(), jumps.count())
    };
    // The search has 101 leaves, and no half of it has more than 255 instructions.
    assert_eq!(count(&rules[..100]).1, 0);
    let (length, jumps) = count(&rules);
    assert!(jumps == 1 || jumps == 2, "{jumps}");
    assert!(length < 820, "{length}");
}

#[test]
fn policy_program_checks_the_abi_before_the_rules() {
    let program = compiled(&Policy::new(Action::Allow)).unwrap();
    let arch = SyscallData::NATIVE_ARCH;
    let unknown = Syscall::NUMBER_MAX + 1;
    let text = format!(
        "l0:\tld [4]\nl1:\tjeq #{arch:#x}, l2, l5\nl2:\tld [0]\n\
         l3:\tjge #0x40000000, l4, l6\nl4:\tjeq #0xffffffff, l8, l5\nl5:\tret #0x80000000\n\
         l6:\tjge #{unknown:#x}, l8, l7\nl7:\tret #0x7fff0000\nl8:\tret #0x50026\n"
    );
    assert_eq!(program.to_string(), text);
}

#[test]
fn policy_returns_its_rules_and_actions() {
    let rules = [Rule::new(Syscall::READ, Action::Log)];
    let policy = Policy::new(Action::Allow).rules(&rules);
    assert_eq!((policy.get_rules(), policy.get_default()), (&rules[..], Action::Allow));
    assert_eq!(policy.get_unknown(), Action::Errno(Errno::NOSYS));
    assert_eq!(policy.get_foreign(), Action::KillProcess);
    let policy = policy.unknown(Action::Trap(1)).foreign(Action::Trap(2));
    assert_eq!([policy.get_unknown(), policy.get_foreign()], [Action::Trap(1), Action::Trap(2)]);
}

#[test]
fn policy_ignores_rules_for_calls_that_the_architecture_does_not_have() {
    let policy = Policy::new(Action::Allow);
    let absent =
        Rule { first: 0x8000_0007, last: 0x8000_0007, conditions: &[], action: Action::Log };
    assert_eq!(compiled(&policy.rules(&[absent])), compiled(&policy));
    let range = Rule { first: 0, ..absent };
    let error = compiled(&policy.rules(&[absent, range]));
    assert_eq!(error, Err(CompileError::Range { rule: 1 }));
}

#[test]
fn policy_try_compile_returns_errors_for_invalid_rules_and_small_buffers() {
    let rule = Rule::new(Syscall::READ, Action::Log);
    let conditions = [arg64(5).eq(1), arg32(6).eq(1)];
    let policy = Policy::new(Action::Allow);
    assert_eq!(
        policy.rules(&[rule, rule.when(&conditions)]).try_compile(&mut []),
        Err(CompileError::ArgumentIndex { rule: 1 })
    );
    let reversed = Rule::range(number(2)..=number(1), Action::Log);
    let error = policy.rules(&[rule, rule, reversed]).try_compile(&mut []).unwrap_err();
    assert_eq!(error, CompileError::Range { rule: 2 });
    assert!(error.to_string().starts_with("rule 2: the range is empty"));

    let required = policy.program_len();
    let mut buffer = [Instruction::plain(RET, 7); 32];
    assert_eq!(
        policy.try_compile(&mut buffer[..required - 1]),
        Err(CompileError::BufferTooSmall { required })
    );
    let program = policy.try_compile(&mut buffer).unwrap();
    assert_eq!(program.instructions().len(), required);
    assert_eq!(Ok(program), Program::new(compiled(&policy).unwrap().instructions()));
}

#[test]
fn policy_try_compile_returns_too_long_above_4096_instructions() {
    let rules_of = |count: u32| -> Vec<_> {
        (0..count).map(|index| Rule::new(number(index), Action::Trap(index as u16))).collect()
    };
    let length = |count| compiled(&Policy::new(Action::Allow).rules(&rules_of(count)));
    if cfg!(miri) {
        return;
    }
    let fits = (2000..2100).rev().find(|count| length(*count).is_ok()).unwrap();
    let program = length(fits).unwrap();
    assert!(program.instructions().len() > INSTRUCTIONS_MAX - 4);
    assert_eq!(length(fits + 4), Err(CompileError::TooLong));
    assert_eq!(length(5000), Err(CompileError::TooLong));
}

#[test]
fn policy_is_compiled_in_a_constant() {
    const CONDITIONS: &[Condition] = &[arg32(1).eq(5), arg64(2).gt(1 << 40)];
    const RULES: [Rule<'_>; 300] = {
        let mut rules = [Rule::new(Syscall::READ, Action::Allow); 300];
        let mut index = 0;
        while index < 300 {
            if let Some(call) = Syscall::from_raw(index as u32 + index as u32 / 5) {
                rules[index] = Rule::new(call, Action::Errno(Errno::PERM)).when(CONDITIONS);
            }
            index += 1;
        }
        rules
    };
    const POLICY: Policy<'_> = Policy::new(Action::Allow).rules(&RULES);
    static PROGRAM: ProgramArray<{ POLICY.program_len() }> = POLICY.compile();
    assert_eq!(*PROGRAM.as_program(), *compiled(&POLICY).unwrap());
    if !cfg!(miri) {
        check_verdicts(&POLICY, &PROGRAM, &mut Random(7));
    }
}
