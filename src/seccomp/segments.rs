//! The division of the numbers of system calls into segments to which the same rules apply.

use super::check::INSTRUCTIONS_MAX;
use super::policy::{CompileError, Policy};
use super::rule::Rule;
use super::syscall::{Syscall, X32_BIT};

/// The largest number of rules of a policy.
pub(super) const RULES_MAX: usize = 4096;

const ARGUMENT_COUNT: u32 = 6;

/// The rules of a policy, in an order in which the rules for a number are found without a search
/// through all rules.
pub(super) struct Index<'p> {
    policy: &'p Policy<'p>,
    /// The positions of the rules in the policy: first those for one number, in the order of the
    /// numbers, and then those for several numbers.
    order: [u16; RULES_MAX],
    /// The number of rules for one number.
    singles: usize,
}

/// A position between the rules for a number: the indices in `order` of the next rule for one
/// number and of the next rule for several numbers.
#[derive(Clone, Copy)]
pub(super) struct Cursor {
    number: u32,
    single: usize,
    range: usize,
}

impl<'p> Index<'p> {
    /// Checks and sorts the rules.
    pub(super) const fn new(policy: &'p Policy<'p>) -> Result<Self, CompileError> {
        let rules = policy.rules;
        if rules.len() > RULES_MAX {
            return Err(CompileError::TooLong);
        }
        let mut index = Self { policy, order: [0; RULES_MAX], singles: 0 };
        let (mut rule, mut ranges) = (0, rules.len());
        while rule < rules.len() {
            if let Err(error) = check(&rules[rule], rule) {
                return Err(error);
            }
            if rules[rule].first == rules[rule].last {
                index.order[index.singles] = rule as u16;
                index.singles += 1;
            }
            rule += 1;
        }
        while rule > 0 {
            rule -= 1;
            if rules[rule].first != rules[rule].last {
                ranges -= 1;
                index.order[ranges] = rule as u16;
            }
        }
        index.sort_singles();
        Ok(index)
    }

    const fn rule_at(&self, position: usize) -> &'p Rule<'p> {
        &self.policy.rules[self.order[position] as usize]
    }

    /// Sorts the rules for one number by the number and the position in the policy (heapsort).
    const fn sort_singles(&mut self) {
        let (mut root, mut end) = (self.singles / 2, self.singles);
        while end > 1 {
            if root > 0 {
                root -= 1;
            } else {
                end -= 1;
                self.order.swap(0, end);
            }
            self.sift_down(root, end);
        }
    }

    const fn sift_down(&mut self, mut root: usize, end: usize) {
        loop {
            let mut child = 2 * root + 1;
            if child >= end {
                return;
            }
            if child + 1 < end && self.key(child) < self.key(child + 1) {
                child += 1;
            }
            if self.key(root) >= self.key(child) {
                return;
            }
            self.order.swap(root, child);
            root = child;
        }
    }

    const fn key(&self, position: usize) -> u64 {
        (self.rule_at(position).first as u64) << 16 | self.order[position] as u64
    }

    /// Returns the index in `order` of the first rule for one number that is at least `number`.
    const fn lower_bound(&self, number: u32) -> usize {
        let (mut start, mut end) = (0, self.singles);
        while start < end {
            let middle = usize::midpoint(start, end);
            if self.rule_at(middle).first < number {
                start = middle + 1;
            } else {
                end = middle;
            }
        }
        start
    }

    /// Returns the position before the first rule for a number.
    pub(super) const fn start(&self, number: u32) -> Cursor {
        Cursor { number, single: self.lower_bound(number), range: self.singles }
    }

    /// Returns the rule after a position, with its position in the policy, and moves the position.
    pub(super) const fn next(&self, cursor: &mut Cursor) -> Option<(usize, &'p Rule<'p>)> {
        let length = self.policy.rules.len();
        while cursor.range < length && !self.rule_at(cursor.range).covers(cursor.number) {
            cursor.range += 1;
        }
        let has_single =
            cursor.single < self.singles && self.rule_at(cursor.single).first == cursor.number;
        let has_range = cursor.range < length;
        let position =
            if has_single && !(has_range && self.order[cursor.range] < self.order[cursor.single]) {
                cursor.single += 1;
                cursor.single - 1
            } else if has_range {
                cursor.range += 1;
                cursor.range - 1
            } else {
                return None;
            };
        Some((self.order[position] as usize, self.rule_at(position)))
    }

    /// Returns the rule before a position, and moves the position.
    pub(super) const fn previous(&self, cursor: &mut Cursor) -> Option<&'p Rule<'p>> {
        while cursor.range > self.singles && !self.rule_at(cursor.range - 1).covers(cursor.number) {
            cursor.range -= 1;
        }
        let has_single =
            cursor.single > 0 && self.rule_at(cursor.single - 1).first == cursor.number;
        let has_range = cursor.range > self.singles;
        if has_single
            && !(has_range && self.order[cursor.range - 1] > self.order[cursor.single - 1])
        {
            cursor.single -= 1;
            Some(self.rule_at(cursor.single))
        } else if has_range {
            cursor.range -= 1;
            Some(self.rule_at(cursor.range))
        } else {
            None
        }
    }

    /// Returns the value that the program returns for a number to which no rule applies.
    pub(super) const fn default_value(&self, number: u32) -> u32 {
        let Policy { unknown, default, .. } = self.policy;
        if number > Syscall::NUMBER_MAX { unknown.as_raw() } else { default.as_raw() }
    }

    /// Returns the smallest number greater than `number` to which other rules may apply.
    const fn next_boundary(&self, number: u32) -> u32 {
        let unknown = Syscall::NUMBER_MAX + 1;
        let mut next = if unknown > number { unknown } else { X32_BIT };
        let single = self.lower_bound(number);
        if single < self.singles {
            let first = self.rule_at(single).first;
            let boundary = if first == number { number + 1 } else { first };
            next = if boundary < next { boundary } else { next };
        }
        let mut range = self.singles;
        while range < self.policy.rules.len() {
            let &Rule { first, last, .. } = self.rule_at(range);
            let boundary = if first > number { first } else { last + 1 };
            if number < boundary && boundary < next {
                next = boundary;
            }
            range += 1;
        }
        next
    }

    /// Returns whether the same conditions and actions apply to two numbers.
    const fn have_same_rules(&self, first: u32, second: u32) -> bool {
        let (mut first, mut second) = (self.start(first), self.start(second));
        loop {
            let (a, b) = (self.next(&mut first), self.next(&mut second));
            let a_value = self.final_value(a, first.number);
            let b_value = self.final_value(b, second.number);
            match (a_value, b_value) {
                (Some(a), Some(b)) => return a == b,
                (None, None) => {}
                _ => return false,
            }
            if let (Some((a, _)), Some((b, _))) = (a, b)
                && a != b
            {
                return false;
            }
        }
    }

    /// Returns the value that the program returns at a rule without conditions, or after the last
    /// rule.
    const fn final_value(&self, rule: Option<(usize, &Rule<'_>)>, number: u32) -> Option<u32> {
        match rule {
            Some((_, rule)) if rule.conditions.is_empty() => Some(rule.action.as_raw()),
            Some(_) => None,
            None => Some(self.default_value(number)),
        }
    }
}

const fn check(rule: &Rule<'_>, index: usize) -> Result<(), CompileError> {
    let &Rule { first, last, conditions, .. } = rule;
    if first != last && (first > last || last >= X32_BIT) {
        return Err(CompileError::Range { rule: index });
    }
    let mut condition = 0;
    while condition < conditions.len() {
        if conditions[condition].argument >= ARGUMENT_COUNT {
            return Err(CompileError::ArgumentIndex { rule: index });
        }
        condition += 1;
    }
    Ok(())
}

/// The segments: adjacent segments differ in their rules.
pub(super) struct Segments {
    /// The first number of each segment.
    pub(super) starts: [u32; INSTRUCTIONS_MAX],
    pub(super) count: usize,
}

impl Segments {
    /// Divides the numbers. Returns `None` if the program would be too long, because each segment
    /// but the first requires an instruction.
    pub(super) const fn new(index: &Index<'_>) -> Option<Self> {
        let mut segments = Self { starts: [0; INSTRUCTIONS_MAX], count: 1 };
        let mut number = 0;
        loop {
            let next = index.next_boundary(number);
            if next >= X32_BIT {
                return Some(segments);
            }
            if !index.have_same_rules(number, next) {
                if segments.count == INSTRUCTIONS_MAX {
                    return None;
                }
                segments.starts[segments.count] = next;
                segments.count += 1;
            }
            number = next;
        }
    }
}
