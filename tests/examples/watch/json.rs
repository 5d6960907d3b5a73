//! A JSON parser (RFC 8259) that supports neither white space nor exponents, and rejects duplicate
//! keys.

use std::ops::Index;

#[derive(Debug, PartialEq)]
pub enum Value {
    Object(Vec<(String, Self)>),
    Array(Vec<Self>),
    Text(String),
    /// A number, `true`, `false` or `null`, as written.
    Literal(String),
}

impl Value {
    pub fn keys(&self) -> Vec<&str> {
        let Self::Object(members) = self else { panic!("not an object: {self:?}") };
        members.iter().map(|(key, _)| key.as_str()).collect()
    }

    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Literal(literal) if literal == "null" => None,
            _ => panic!("not a string: {self:?}"),
        }
    }

    pub fn literal(&self) -> &str {
        let Self::Literal(literal) = self else { panic!("not a literal: {self:?}") };
        literal
    }

    /// Returns an array of strings in the form `[A,B]`.
    pub fn joined(&self) -> String {
        let Self::Array(values) = self else { panic!("not an array: {self:?}") };
        format!("[{}]", values.iter().filter_map(Self::text).collect::<Vec<_>>().join(","))
    }
}

impl Index<&str> for Value {
    type Output = Self;

    fn index(&self, key: &str) -> &Self {
        let Self::Object(members) = self else { panic!("not an object: {self:?}") };
        &members
            .iter()
            .find(|(name, _)| name == key)
            .unwrap_or_else(|| panic!("the key {key} is missing: {self:?}"))
            .1
    }
}

/// Parses a text that consists of one value. Returns `None` if the text is invalid.
pub fn parse(text: &str) -> Option<Value> {
    let mut rest = text;
    let value = value(&mut rest)?;
    rest.is_empty().then_some(value)
}

fn skip(rest: &mut &str, start: &str) -> Option<()> {
    *rest = rest.strip_prefix(start)?;
    Some(())
}

fn value(rest: &mut &str) -> Option<Value> {
    match rest.chars().next()? {
        '{' => {
            let mut members: Vec<(String, Value)> = Vec::new();
            list(rest, "{", "}", |rest| {
                let key = text(rest)?;
                skip(rest, ":")?;
                let value = value(rest)?;
                let new = members.iter().all(|(other, _)| *other != key);
                members.push((key, value));
                new.then_some(())
            })?;
            Some(Value::Object(members))
        }
        '[' => {
            let mut values = Vec::new();
            list(rest, "[", "]", |rest| {
                values.push(value(rest)?);
                Some(())
            })?;
            Some(Value::Array(values))
        }
        '"' => text(rest).map(Value::Text),
        _ => literal(rest),
    }
}

fn list(
    rest: &mut &str,
    open: &str,
    close: &str,
    mut element: impl FnMut(&mut &str) -> Option<()>,
) -> Option<()> {
    skip(rest, open)?;
    if skip(rest, close).is_some() {
        return Some(());
    }
    loop {
        element(rest)?;
        if skip(rest, ",").is_none() {
            return skip(rest, close);
        }
    }
}

fn text(rest: &mut &str) -> Option<String> {
    skip(rest, "\"")?;
    let mut text = String::new();
    loop {
        let mut chars = rest.chars();
        let c = chars.next()?;
        *rest = chars.as_str();
        match c {
            '"' => return Some(text),
            '\0'..' ' => return None,
            '\\' => {
                let escape = chars.next()?;
                *rest = chars.as_str();
                text.push(match escape {
                    '"' | '\\' | '/' => escape,
                    'b' => '\u{8}',
                    'f' => '\u{c}',
                    'n' => '\n',
                    'r' => '\r',
                    't' => '\t',
                    'u' => escaped(rest)?,
                    _ => return None,
                });
            }
            _ => text.push(c),
        }
    }
}

/// Parses the digits of `\uXXXX`, and the second escape sequence of a surrogate pair.
fn escaped(rest: &mut &str) -> Option<char> {
    let first = unit(rest)?;
    if !(0xD800..0xDC00).contains(&first) {
        // `from_u32` rejects the second surrogate without the first.
        return char::from_u32(first.into());
    }
    skip(rest, "\\u")?;
    char::decode_utf16([first, unit(rest)?]).next()?.ok()
}

/// Parses four hexadecimal digits.
fn unit(rest: &mut &str) -> Option<u16> {
    let (digits, remaining) = rest.split_at_checked(4)?;
    *rest = remaining;
    let whole = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    u16::from_str_radix(digits, 16).ok().filter(|_| whole)
}

fn literal(rest: &mut &str) -> Option<Value> {
    let end = rest.find([',', ']', '}']).unwrap_or(rest.len());
    let (literal, remaining) = rest.split_at(end);
    *rest = remaining;
    let number = |text: &str| {
        let text = text.strip_prefix('-').unwrap_or(text);
        let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
        let digits =
            |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        digits(whole) && digits(fraction) && (whole == "0" || !whole.starts_with('0'))
    };
    (matches!(literal, "true" | "false" | "null") || number(literal))
        .then(|| Value::Literal(literal.to_owned()))
}

#[test]
fn json_parse_rejects_invalid_text() {
    assert_eq!(parse(r#""\ud83d\udca9\u00e4""#), Some(Value::Text("\u{1f4a9}\u{e4}".to_owned())));
    assert!(parse(r#"{"a":[1,-2.5,"\u001b\n"],"b":{},"c":null}"#).is_some());
    for invalid in [
        "",
        "{",
        "{}x",
        r#"{"a":1,}"#,
        r#"{"a":1,"a":2}"#,
        "01",
        "1.",
        "\"\n\"",
        r#""\x41""#,
        r#""\ud83d""#,
        r#""\ud83d\u0041""#,
        r#""\udca9""#,
        "nul",
        "[1 2]",
    ] {
        assert_eq!(parse(invalid), None, "{invalid}");
    }
}
