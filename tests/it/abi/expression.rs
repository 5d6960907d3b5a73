//! Evaluation of constant expressions of the forms that the sources use.

/// Evaluates an expression of numbers, names, `|`, `<<`, `+` and `-`, without parentheses. Returns
/// `None` for any other expression.
pub fn value(expression: &str, name: &impl Fn(&str) -> Option<i128>) -> Option<i128> {
    let expression = expression.trim();
    // Each split is at the last operator with the lowest precedence, because all operators are
    // left-associative.
    if let Some((left, right)) = expression.rsplit_once('|') {
        return Some(value(left, name)? | value(right, name)?);
    }
    if let Some((left, right)) = expression.rsplit_once("<<") {
        return Some(value(left, name)? << value(right, name)?);
    }
    if let Some(at) = expression.rfind(['+', '-']) {
        let (left, right) = (expression[..at].trim(), value(&expression[at + 1..], name)?);
        let left = if left.is_empty() { 0 } else { value(left, name)? };
        return Some(if expression[at..].starts_with('+') { left + right } else { left - right });
    }
    if expression.starts_with(|c: char| c.is_ascii_digit()) {
        return number(expression);
    }
    name(expression.rsplit("::").next()?)
}

/// Parses an integer literal, such as `1030`, `0x8_0000` or `0b11u8`.
fn number(literal: &str) -> Option<i128> {
    let digits = literal.replace('_', "");
    let digits = digits.split(['u', 'i']).next()?;
    for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] {
        if let Some(digits) = digits.strip_prefix(prefix) {
            return i128::from_str_radix(digits, radix).ok();
        }
    }
    digits.parse().ok()
}

#[test]
fn abi_expression_evaluates_to_value_or_to_none_if_unsupported() {
    let name = |name: &str| (name == "O_DIRECTORY").then_some(0x4000);
    for (expression, expected) in [
        ("1030", Some(1030)),
        ("0x8_0000", Some(0x8_0000)),
        ("0b11u8", Some(3)),
        ("0o17", Some(15)),
        ("1 << 31", Some(0x8000_0000)),
        ("0x40_0000 | abi::O_DIRECTORY", Some(0x40_4000)),
        ("1 | 1 << 4", Some(17)),
        ("10 - 2 + 1", Some(9)),
        ("-100", Some(-100)),
        ("abi::O_UNKNOWN", None),
        ("0x8000 | size_of::<Header>()", None),
        ("(1)", None),
    ] {
        assert_eq!(value(expression, &name), expected, "{expression}");
    }
}
