//! Any policy can be printed as text, and the text is parsed to the same policy.

use butter::Errno;
use butter::seccomp::{Action, Program, Syscall};
use proptest::prelude::*;

use super::seccomp::text::parse;
use super::seccomp::{Comparison, Operator, OwnedPolicy, OwnedRule, Width};

fn actions() -> impl Strategy<Value = Action> {
    prop_oneof![
        Just(Action::Allow),
        Just(Action::Log),
        Just(Action::UserNotif),
        Just(Action::KillProcess),
        Just(Action::KillThread),
        any::<u16>().prop_map(Action::Trap),
        any::<u16>().prop_map(Action::Trace),
        (1..4096).prop_map(|number| Action::Errno(Errno::from_raw(number).unwrap())),
    ]
}

fn comparisons() -> impl Strategy<Value = Comparison> {
    let numbers = || prop_oneof![any::<u64>(), 0..3_u64, Just(u64::MAX)];
    (any::<bool>(), 0..6_u32, 0..7, numbers(), numbers()).prop_map(
        |(is_low, argument, operator, mask, value)| {
            let (width, bits) =
                if is_low { (Width::Low32, 0xFFFF_FFFF) } else { (Width::All64, u64::MAX) };
            let operator = match operator {
                0 => Operator::Equal,
                1 => Operator::NotEqual,
                2 => Operator::Less,
                3 => Operator::LessOrEqual,
                4 => Operator::Greater,
                5 => Operator::GreaterOrEqual,
                _ => Operator::MaskedEqual(mask & bits),
            };
            Comparison { width, argument, operator, value: value & bits }
        },
    )
}

fn rules() -> impl Strategy<Value = OwnedRule> {
    let calls = prop_oneof![
        proptest::sample::select(Syscall::ALL).prop_map(|call| (call, call)),
        (0..600_u32, 0..20_u32).prop_map(|(first, count)| {
            (Syscall::from_raw(first).unwrap(), Syscall::from_raw(first + count).unwrap())
        }),
    ];
    (calls, proptest::collection::vec(comparisons(), 0..4), actions()).prop_map(
        |((first, last), comparisons, action)| OwnedRule { first, last, comparisons, action },
    )
}

proptest! {
    #[test]
    fn parse_of_a_printed_policy_returns_the_policy(
        [default, unknown, foreign] in [actions(), actions(), actions()],
        rules in proptest::collection::vec(rules(), 0..20),
    ) {
        let policy = OwnedPolicy { default, unknown, foreign, rules };
        let text = policy.to_string();
        let parsed = parse(&text);
        prop_assert_eq!(parsed.as_ref(), Ok(&policy), "{}", text);
        let program = policy.compile().unwrap();
        prop_assert_eq!(Program::new(program.instructions()), Ok(program.as_program()));
    }

    #[test]
    fn parse_does_not_panic(text in "(default|allow|read|->|arg32|\\(|\\)|==|&|..=|and|[0-9a-fx]|#|\\PC| |\n){0,30}") {
        let _ = parse(&text);
    }
}
