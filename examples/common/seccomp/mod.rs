//! Rules for system calls as values that own their data, and two formats in which users write
//! rules: lines of text ([`text`]), and the JSON of OCI container engines ([`oci`]).
//!
//! The rules of an [`OwnedPolicy`] are compiled by the library, which borrows the rules of a
//! [`Policy`].

// Each program uses only some of the items, so the compiler would report the other items as unused.
#![allow(dead_code)]

pub(crate) mod json;
pub(crate) mod oci;
pub(crate) mod text;
mod tokens;

use butter::Errno;
use butter::seccomp::{
    Action, CompileError, Condition, Policy, ProgramVec, Rule, Syscall, arg32, arg64,
};

/// Rules for system calls, and the actions for all other system calls, like a [`Policy`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OwnedPolicy {
    pub(crate) default: Action,
    /// The action for system calls with numbers above [`Syscall::NUMBER_MAX`].
    pub(crate) unknown: Action,
    /// The action for system calls of other ABIs.
    pub(crate) foreign: Action,
    pub(crate) rules: Vec<OwnedRule>,
}

/// An action for system calls that meet all comparisons.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OwnedRule {
    pub(crate) first: Syscall,
    /// The last system call of a range, or `first`.
    pub(crate) last: Syscall,
    pub(crate) comparisons: Vec<Comparison>,
    pub(crate) action: Action,
}

/// A comparison of an argument of a system call with a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Comparison {
    pub(crate) width: Width,
    /// The index of the argument, in `0..6`.
    pub(crate) argument: u32,
    pub(crate) operator: Operator,
    pub(crate) value: u64,
}

/// The part of the argument that is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Width {
    /// The low 32 bits. The mask and the value have 32 bits, too.
    Low32,
    All64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    /// The bits of the argument in the mask equal the value.
    MaskedEqual(u64),
}

impl OwnedPolicy {
    /// Creates a policy without rules, with the defaults of [`Policy::new`].
    pub(crate) fn new(default: Action) -> Self {
        let (unknown, foreign) = (Action::Errno(Errno::NOSYS), Action::KillProcess);
        Self { default, unknown, foreign, rules: Vec::new() }
    }

    /// Compiles the policy.
    pub(crate) fn compile(&self) -> Result<ProgramVec, CompileError> {
        let policy = Policy::new(self.default).unknown(self.unknown).foreign(self.foreign);
        compile_before(&self.rules, policy)
    }
}

/// Compiles rules that precede the rules of a policy.
pub(crate) fn compile_before(
    rules: &[OwnedRule],
    policy: Policy<'_>,
) -> Result<ProgramVec, CompileError> {
    let conditions: Vec<Vec<_>> = rules.iter().map(OwnedRule::conditions).collect();
    let rules = rules.iter().zip(&conditions).map(|(rule, conditions)| {
        let new = if rule.first == rule.last {
            Rule::new(rule.first, rule.action)
        } else {
            Rule::range(rule.first..=rule.last, rule.action)
        };
        new.when(conditions)
    });
    let all: Vec<_> = rules.chain(policy.get_rules().iter().copied()).collect();
    policy.rules(&all).try_compile_vec()
}

impl OwnedRule {
    /// Creates a rule for one system call, without comparisons.
    pub(crate) fn new(call: Syscall, action: Action) -> Self {
        Self { first: call, last: call, comparisons: Vec::new(), action }
    }

    fn conditions(&self) -> Vec<Condition> {
        self.comparisons.iter().map(Comparison::condition).collect()
    }
}

impl Comparison {
    fn condition(&self) -> Condition {
        let &Self { width, argument, operator, value } = self;
        match width {
            Width::Low32 => {
                let (argument, value) = (arg32(argument), value as u32);
                match operator {
                    Operator::Equal => argument.eq(value),
                    Operator::NotEqual => argument.ne(value),
                    Operator::Less => argument.lt(value),
                    Operator::LessOrEqual => argument.le(value),
                    Operator::Greater => argument.gt(value),
                    Operator::GreaterOrEqual => argument.ge(value),
                    Operator::MaskedEqual(mask) => argument.masked_eq(mask as u32, value),
                }
            }
            Width::All64 => {
                let argument = arg64(argument);
                match operator {
                    Operator::Equal => argument.eq(value),
                    Operator::NotEqual => argument.ne(value),
                    Operator::Less => argument.lt(value),
                    Operator::LessOrEqual => argument.le(value),
                    Operator::Greater => argument.gt(value),
                    Operator::GreaterOrEqual => argument.ge(value),
                    Operator::MaskedEqual(mask) => argument.masked_eq(mask, value),
                }
            }
        }
    }
}
