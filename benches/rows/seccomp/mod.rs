//! Compiling and running filters, and responding to notifications.

mod call;
mod compile;
mod libseccomp;
mod notification;
mod target;

use std::collections::BTreeMap;

use butter::error::Errno;
use butter::seccomp::{Action, Condition, Instruction, Policy, Rule, Syscall, arg64};
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, TargetArch,
};

pub(crate) use call::filtered;
pub(crate) use compile::rules;
pub(crate) use notification::round_trip;

use crate::{Failure, context};

/// The system calls to which the rules apply.
const CALLS: std::ops::Range<u32> = 0..300;
/// The value of the first argument for which a system call fails.
const VALUE: u64 = 0x1234_5678_9ABC;
const ERRNO: Errno = Errno::PERM;

/// Returns a condition, so that the kernel must run the program: it does not run a program for a
/// system call that the program always allows.
fn condition() -> Condition {
    arg64(0).eq(VALUE)
}

fn with_butter(buffer: &mut [Instruction]) -> Result<usize, Failure> {
    let conditions = [condition()];
    let rules: Vec<_> = CALLS
        .map(|number| {
            let call = Syscall::from_raw(number).expect("the number is not negative");
            Rule::new(call, Action::Errno(ERRNO)).when(&conditions)
        })
        .collect();
    let program = Policy::new(Action::Allow).rules(&rules).try_compile(buffer);
    Ok(context("try_compile", program)?.instructions().len())
}

fn with_seccompiler() -> Result<BpfProgram, Failure> {
    let condition = || SeccompCondition::new(0, SeccompCmpArgLen::Qword, SeccompCmpOp::Eq, VALUE);
    let mut rules = BTreeMap::new();
    for number in CALLS {
        rules.insert(number.into(), vec![SeccompRule::new(vec![condition()?])?]);
    }
    let deny = SeccompAction::Errno(ERRNO.as_raw().cast_unsigned());
    let arch = TargetArch::try_from(std::env::consts::ARCH)?;
    Ok(SeccompFilter::new(rules, SeccompAction::Allow, deny, arch)?.try_into()?)
}
