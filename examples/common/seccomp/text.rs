//! Rules as text, one per line.
//!
//! ```text
//! # An action for all system calls without a rule; required.
//! default allow
//!
//! # The actions for numbers that this version of the crate does not know, and for system calls of
//! # other ABIs; these actions are the defaults.
//! unknown errno ENOSYS
//! foreign kill-process
//!
//! # The first rule whose comparisons are all true determines the action.
//! mount -> errno EPERM
//! socket arg32(0) == 16 and arg32(2) != 0 -> log
//! openat arg32(2) & 0x3 == 0 -> allow
//! io_uring_setup..=io_uring_register -> kill-process
//! 999 -> trap 7
//! ```
//!
//! A system call is a name or a number. The comparisons are `==`, `!=`, `<`, `<=`, `>` and `>=`,
//! and `==` with a mask. `arg32` compares the low 32 bits of an argument, `arg64` all bits. Numbers
//! are decimal, or hexadecimal after `0x`. The actions are `allow`, `log`, `errno ERRNO`, `notify`,
//! `trap [DATA]`, `trace [DATA]`, `kill-thread` and `kill-process`.

use std::fmt::{self, Display};

use butter::Errno;
use butter::seccomp::{Action, Syscall};

use super::tokens::{Token, Tokens, number};
use super::{Comparison, Operator, OwnedPolicy, OwnedRule, Width};

/// The reason why a text cannot be parsed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ParseError {
    /// The number of the line, counted from 1.
    pub(crate) line: usize,
    pub(crate) message: String,
}

impl Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.message)
    }
}

impl std::error::Error for ParseError {}

const ACTIONS: &str = "allow, log, errno ERRNO, notify, trap, trace, kill-thread or kill-process";

/// Parses a policy.
pub(crate) fn parse(text: &str) -> Result<OwnedPolicy, ParseError> {
    let (mut settings, mut rules) = ([None; 3], Vec::new());
    for (index, line) in text.lines().enumerate() {
        let at_line = |message| ParseError { line: index + 1, message };
        let mut tokens = Tokens::new(line);
        let first = tokens.peek();
        let setting = match first {
            Token("") => continue,
            Token("default") => 0,
            Token("unknown") => 1,
            Token("foreign") => 2,
            _ => {
                rules.push(rule(&mut tokens).map_err(at_line)?);
                continue;
            }
        };
        tokens.next();
        let action = action(&mut tokens).map_err(at_line)?;
        if settings[setting].replace(action).is_some() {
            return Err(at_line(format!("{first} is given twice (expected once)")));
        }
    }
    let [default, unknown, foreign] = settings;
    let default = default.ok_or_else(|| ParseError {
        line: text.lines().count().max(1),
        message: "the default action is missing (expected a line such as 'default allow')".into(),
    })?;
    let new = OwnedPolicy::new(default);
    let (unknown, foreign) = (unknown.unwrap_or(new.unknown), foreign.unwrap_or(new.foreign));
    Ok(OwnedPolicy { unknown, foreign, rules, ..new })
}

/// Parses an action, which ends the line.
fn action(tokens: &mut Tokens<'_>) -> Result<Action, String> {
    let name = tokens.next();
    let action = match name.0 {
        "allow" => Action::Allow,
        "log" => Action::Log,
        "notify" => Action::UserNotif,
        "kill-thread" => Action::KillThread,
        "kill-process" => Action::KillProcess,
        "trap" => Action::Trap(data(tokens)?),
        "trace" => Action::Trace(data(tokens)?),
        "errno" => {
            let token = tokens.next();
            Action::Errno(errno(token.0).ok_or_else(|| {
                format!("unknown errno {token} (expected a name such as EPERM, or 1 to 4095)")
            })?)
        }
        _ => return Err(format!("unknown action {name} (expected {ACTIONS})")),
    };
    match tokens.peek() {
        Token("") => Ok(action),
        rest => Err(format!("unexpected {rest} (expected the end of the line)")),
    }
}

/// Parses the name or the number of an errno.
pub(crate) fn errno(text: &str) -> Option<Errno> {
    let by_number = |text| Errno::from_raw(i32::try_from(number(text)?).ok()?);
    text.parse().ok().or_else(|| by_number(text))
}

fn data(tokens: &mut Tokens<'_>) -> Result<u16, String> {
    if tokens.peek() == Token("") {
        return Ok(0);
    }
    let token = tokens.next();
    let data = number(token.0).and_then(|data| data.try_into().ok());
    data.ok_or_else(|| format!("invalid data {token} (expected a number up to 65535)"))
}

fn rule(tokens: &mut Tokens<'_>) -> Result<OwnedRule, String> {
    let first = call_of(tokens.next())?;
    let mut last = first;
    if tokens.accept("..=") {
        last = call_of(tokens.next())?;
        match (first.as_raw(), last.as_raw()) {
            (Some(first), Some(last)) if first <= last => {}
            (Some(_), Some(_)) => {
                return Err(format!(
                    "the range is empty: {last} has a smaller number than {first}"
                ));
            }
            _ => {
                return Err("an end of the range is not a system call of this architecture \
                            (expected two system calls that it has)"
                    .into());
            }
        }
    }
    let mut comparisons = Vec::new();
    if !tokens.accept("->") {
        loop {
            comparisons.push(comparison(tokens)?);
            match tokens.next() {
                Token("and") => {}
                Token("->") => break,
                token => return Err(format!("unexpected {token} (expected 'and' or '->')")),
            }
        }
    }
    Ok(OwnedRule { first, last, comparisons, action: action(tokens)? })
}

/// Parses the name or the number of a system call.
pub(crate) fn call(text: &str) -> Option<Syscall> {
    let by_number = || Syscall::from_raw(number(text)?.try_into().ok()?);
    text.parse().ok().or_else(by_number)
}

fn call_of(token: Token<'_>) -> Result<Syscall, String> {
    call(token.0).ok_or_else(|| {
        format!("unknown system call {token} (expected a name, or a number below 0x40000000)")
    })
}

fn comparison(tokens: &mut Tokens<'_>) -> Result<Comparison, String> {
    let width = match tokens.next() {
        Token("arg32") => Width::Low32,
        Token("arg64") => Width::All64,
        token => {
            return Err(format!("unexpected {token} (expected '->', arg32(N), arg64(N) or '..=')"));
        }
    };
    expect(tokens, "(")?;
    let token = tokens.next();
    let argument = number(token.0).filter(|index| *index < 6);
    let argument = argument.ok_or_else(|| format!("unknown argument {token} (expected 0 to 5)"))?;
    expect(tokens, ")")?;
    let mask = if tokens.accept("&") { Some(value(tokens, width)?) } else { None };
    let operator = match (tokens.next(), mask) {
        (Token("=="), Some(mask)) => Operator::MaskedEqual(mask),
        (token, Some(_)) => return Err(format!("unexpected {token} (expected '==' after a mask)")),
        (Token("=="), None) => Operator::Equal,
        (Token("!="), None) => Operator::NotEqual,
        (Token("<"), None) => Operator::Less,
        (Token("<="), None) => Operator::LessOrEqual,
        (Token(">"), None) => Operator::Greater,
        (Token(">="), None) => Operator::GreaterOrEqual,
        (token, None) => {
            return Err(format!("unexpected {token} (expected ==, !=, <, <=, >, >= or &)"));
        }
    };
    let value = value(tokens, width)?;
    Ok(Comparison { width, argument: argument as u32, operator, value })
}

fn value(tokens: &mut Tokens<'_>, width: Width) -> Result<u64, String> {
    let token = tokens.next();
    let value = number(token.0).ok_or_else(|| {
        format!("invalid value {token} (expected a number of up to 64 bits, such as 16 or 0x10)")
    })?;
    if width == Width::Low32 && u32::try_from(value).is_err() {
        return Err(format!("the value {token} has more than 32 bits (expected arg64)"));
    }
    Ok(value)
}

fn expect(tokens: &mut Tokens<'_>, symbol: &str) -> Result<(), String> {
    match tokens.next() {
        Token(text) if text == symbol => Ok(()),
        token => Err(format!("unexpected {token} (expected '{symbol}')")),
    }
}

/// Prints the policy as text that [`parse`] converts to the same policy.
impl Display for OwnedPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "default {}", ActionText(self.default))?;
        writeln!(f, "unknown {}", ActionText(self.unknown))?;
        writeln!(f, "foreign {}", ActionText(self.foreign))?;
        self.rules.iter().try_for_each(|rule| writeln!(f, "{rule}"))
    }
}

impl Display for OwnedRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", CallText(self.first))?;
        if self.first != self.last {
            write!(f, "..={}", CallText(self.last))?;
        }
        for (index, comparison) in self.comparisons.iter().enumerate() {
            write!(f, "{}{comparison}", if index == 0 { " " } else { " and " })?;
        }
        write!(f, " -> {}", ActionText(self.action))
    }
}

impl Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bits = match self.width {
            Width::Low32 => 32,
            Width::All64 => 64,
        };
        write!(f, "arg{bits}({}) ", self.argument)?;
        let operator = match self.operator {
            Operator::Equal => "==",
            Operator::NotEqual => "!=",
            Operator::Less => "<",
            Operator::LessOrEqual => "<=",
            Operator::Greater => ">",
            Operator::GreaterOrEqual => ">=",
            Operator::MaskedEqual(mask) => {
                write!(f, "& {mask:#x} ")?;
                "=="
            }
        };
        write!(f, "{operator} {:#x}", self.value)
    }
}

/// A system call, displayed as its name or its number.
pub(crate) struct CallText(pub(crate) Syscall);

impl Display for CallText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.0.name(), self.0.as_raw()) {
            (None, Some(number)) => write!(f, "{number}"),
            _ => self.0.fmt(f),
        }
    }
}

/// An action, displayed as in a rule.
pub(crate) struct ActionText(pub(crate) Action);

impl Display for ActionText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Action::KillProcess => f.write_str("kill-process"),
            Action::KillThread => f.write_str("kill-thread"),
            Action::Trap(data) => write!(f, "trap {data}"),
            Action::Errno(errno) => match errno.name() {
                Some(name) => write!(f, "errno {name}"),
                None => write!(f, "errno {}", errno.as_raw()),
            },
            Action::UserNotif => f.write_str("notify"),
            Action::Trace(data) => write!(f, "trace {data}"),
            Action::Log => f.write_str("log"),
            Action::Allow => f.write_str("allow"),
            // A later version of the crate can have more actions.
            _ => write!(f, "{:?}", self.0),
        }
    }
}
