//! Rules and their conditions.

use core::ops::RangeInclusive;

use super::{Action, Syscall};

/// A comparison of an argument of a system call, which [`arg32`] and [`arg64`] create.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Condition {
    pub(super) argument: u32,
    pub(super) width: Width,
    pub(super) comparison: Comparison,
    pub(super) mask: u64,
    pub(super) value: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Width {
    Low32,
    All64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// Compares the low 32 bits of an argument, which has an index in `0..6`.
///
/// Use this function for parameters whose C type has 32 bits, such as `int`, `unsigned int`,
/// `mode_t`, and descriptors: the kernel ignores the upper half of such an argument, in which a
/// program can pass any value. The comparisons are unsigned.
///
/// ```
/// use butter::seccomp::{Action, Rule, Syscall, arg32};
///
/// // Permits `fcntl` with `F_GETFD` (1), whatever the upper half of the argument contains.
/// const RULE: Rule<'_> = Rule::new(Syscall::FCNTL, Action::Allow).when(&[arg32(1).eq(1)]);
/// ```
pub const fn arg32(index: u32) -> Arg32 {
    Arg32(index)
}

/// Compares all 64 bits of an argument, which has an index in `0..6`.
///
/// Use this function for parameters whose C type has 64 bits, such as `size_t`, `unsigned long` and
/// pointers. A filter sees the value of a pointer, but not the memory to which it points. The
/// comparisons are unsigned.
pub const fn arg64(index: u32) -> Arg64 {
    Arg64(index)
}

/// The low 32 bits of an argument, which [`arg32`] returns.
#[derive(Clone, Copy, Debug)]
#[must_use]
pub struct Arg32(u32);

/// All 64 bits of an argument, which [`arg64`] returns.
#[derive(Clone, Copy, Debug)]
#[must_use]
pub struct Arg64(u32);

macro_rules! comparisons {
    ($name:ident, $number:ty, $width:ident) => {
        impl $name {
            /// Requires that the argument equals `value`.
            #[must_use]
            pub const fn eq(self, value: $number) -> Condition {
                self.compare(Comparison::Equal, <$number>::MAX, value)
            }

            /// Requires that the argument does not equal `value`.
            #[must_use]
            pub const fn ne(self, value: $number) -> Condition {
                self.compare(Comparison::NotEqual, <$number>::MAX, value)
            }

            /// Requires that the argument is less than `value`.
            #[must_use]
            pub const fn lt(self, value: $number) -> Condition {
                self.compare(Comparison::Less, <$number>::MAX, value)
            }

            /// Requires that the argument is less than or equal to `value`.
            #[must_use]
            pub const fn le(self, value: $number) -> Condition {
                self.compare(Comparison::LessOrEqual, <$number>::MAX, value)
            }

            /// Requires that the argument is greater than `value`.
            #[must_use]
            pub const fn gt(self, value: $number) -> Condition {
                self.compare(Comparison::Greater, <$number>::MAX, value)
            }

            /// Requires that the argument is greater than or equal to `value`.
            #[must_use]
            pub const fn ge(self, value: $number) -> Condition {
                self.compare(Comparison::GreaterOrEqual, <$number>::MAX, value)
            }

            /// Requires that the bits of the argument that are set in `mask` equal `value`:
            /// `argument & mask == value`. The condition is never true if `value` has a bit that is
            /// not in `mask`.
            #[must_use]
            pub const fn masked_eq(self, mask: $number, value: $number) -> Condition {
                self.compare(Comparison::Equal, mask, value)
            }

            const fn compare(
                self,
                comparison: Comparison,
                mask: $number,
                value: $number,
            ) -> Condition {
                Condition {
                    argument: self.0,
                    width: Width::$width,
                    comparison,
                    mask: mask as u64,
                    value: value as u64,
                }
            }
        }
    };
}

comparisons! { Arg32, u32, Low32 }
comparisons! { Arg64, u64, All64 }

/// An action for system calls that meet conditions.
///
/// ```
/// use butter::seccomp::{Action, Rule, Syscall, arg32, arg64};
///
/// const RULES: &[Rule<'_>] = &[
///     Rule::new(Syscall::READ, Action::Allow),
///     // `prctl(PR_SET_NAME)`
///     Rule::new(Syscall::PRCTL, Action::Allow).when(&[arg32(0).eq(15)]),
///     // Anonymous mappings of up to 1 MiB.
///     Rule::new(Syscall::MMAP, Action::Allow).when(&[
///         arg64(1).le(1 << 20),
///         arg32(3).masked_eq(0x20, 0x20),
///     ]),
/// ];
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule<'a> {
    /// The first number of the system calls that the rule covers.
    pub(super) first: u32,
    /// The last number of the system calls that the rule covers.
    pub(super) last: u32,
    pub(super) conditions: &'a [Condition],
    pub(super) action: Action,
}

impl<'a> Rule<'a> {
    /// Creates a rule for one system call. The rule has no effect if the architecture does not have
    /// the system call.
    #[must_use]
    pub const fn new(call: Syscall, action: Action) -> Self {
        Self { first: call.rule_number(), last: call.rule_number(), conditions: &[], action }
    }

    /// Creates a rule for the system calls whose numbers are in a range.
    ///
    /// The order of the numbers differs between architectures. Both ends of the range must be
    /// system calls of the architecture.
    #[must_use]
    pub const fn range(calls: RangeInclusive<Syscall>, action: Action) -> Self {
        let (first, last) = (calls.start().rule_number(), calls.end().rule_number());
        Self { first, last, conditions: &[], action }
    }

    /// Replaces the conditions of the rule. The rule applies to a system call if all conditions are
    /// true; several conditions can refer to the same argument.
    ///
    /// Outside a constant, conditions with constant values can be written in a `const` block:
    ///
    /// ```
    /// use butter::seccomp::{Action, Rule, Syscall, arg32};
    ///
    /// let name = "socket".parse::<Syscall>().unwrap();
    /// let rule = Rule::new(name, Action::Log).when(const { &[arg32(0).eq(16)] });
    /// ```
    #[must_use]
    pub const fn when(self, conditions: &'a [Condition]) -> Self {
        Self { conditions, ..self }
    }

    /// Returns whether the rule applies to a number, if its conditions are true.
    pub(super) const fn covers(&self, number: u32) -> bool {
        self.first <= number && number <= self.last
    }
}
