//! JSON values with their paths, so that an error names the value that is invalid.

use std::fmt::{self, Display};

use jzon::JsonValue;

/// The reason why JSON text or a value is invalid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Error {
    /// The path of the value, such as `syscalls[3].names`, or the line and the column of invalid
    /// text. Empty for the whole text.
    pub(crate) place: String,
    pub(crate) message: String,
}

impl Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.place {
            "" => f.write_str(&self.message),
            place => write!(f, "{place}: {}", self.message),
        }
    }
}

impl std::error::Error for Error {}

/// Parses JSON text, in which arrays and objects are nested in at most 512 levels.
pub(crate) fn parse(text: &str) -> Result<JsonValue, Error> {
    let value = jzon::parse(text).map_err(|error| {
        let (place, message) = match error {
            jzon::Error::UnexpectedCharacter { ch, line, column } => (
                format!("line {line}, column {column}"),
                format!("unexpected character '{}' (expected JSON)", ch.escape_debug()),
            ),
            jzon::Error::UnexpectedEndOfJson => {
                (String::new(), "unexpected end of the text (expected more JSON)".to_owned())
            }
            jzon::Error::ExceededDepthLimit => {
                let levels =
                    "arrays and objects are nested too deeply (expected at most 512 levels)";
                (String::new(), levels.to_owned())
            }
            error => (String::new(), format!("{error} (expected JSON)")),
        };
        Error { place, message }
    })?;
    // The parser keeps only the last of several members with the same name.
    if member_count(&value) == colon_count(text) {
        Ok(value)
    } else {
        let message = "an object has two members with the same name (expected one)".to_owned();
        Err(Error { place: String::new(), message })
    }
}

fn member_count(value: &JsonValue) -> usize {
    let (mut values, mut count) = (vec![value], 0);
    while let Some(value) = values.pop() {
        values.extend(value.members());
        values.extend(value.entries().map(|(_, value)| value));
        count += value.entries().count();
    }
    count
}

/// Returns the number of colons outside strings, which is the number of members in the text.
fn colon_count(text: &str) -> usize {
    let (mut count, mut is_in_string, mut is_escaped) = (0, false, false);
    for byte in text.bytes() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = is_in_string,
            b'"' => is_in_string = !is_in_string,
            b':' if !is_in_string => count += 1,
            _ => {}
        }
    }
    count
}

/// A value and its path.
#[derive(Clone)]
pub(crate) struct Node<'j> {
    value: &'j JsonValue,
    path: String,
}

impl<'j> Node<'j> {
    /// Creates a node with a path, which is empty for the root of the text.
    pub(crate) fn new(value: &'j JsonValue, path: &str) -> Self {
        Self { value, path: path.to_owned() }
    }

    pub(crate) fn error(&self, message: impl Into<String>) -> Error {
        Error { place: self.path.clone(), message: message.into() }
    }

    fn wrong_type(&self, expected: &str) -> Error {
        let found = match self.value {
            JsonValue::Null => "null",
            JsonValue::Short(_) | JsonValue::String(_) => "a string",
            JsonValue::Number(_) => "a number",
            JsonValue::Boolean(_) => "a Boolean",
            JsonValue::Object(_) => "an object",
            JsonValue::Array(_) => "an array",
        };
        self.error(format!("unexpected {found} (expected {expected})"))
    }

    /// Checks that the value is an object without other members than `names`.
    pub(crate) fn object(&self, names: &[&str]) -> Result<(), Error> {
        if !self.value.is_object() {
            return Err(self.wrong_type("an object"));
        }
        let unknown = self.value.entries().find(|(name, _)| !names.contains(name));
        match unknown {
            Some((name, _)) => {
                let name = name.escape_debug();
                Err(self.error(format!("unknown member '{name}' (expected {})", names.join(", "))))
            }
            None => Ok(()),
        }
    }

    /// Returns a member of an object. A member that is null counts as missing.
    pub(crate) fn member(&self, name: &str) -> Option<Self> {
        let value = self.value.get(name).filter(|value| !value.is_null())?;
        let separator = if self.path.is_empty() { "" } else { "." };
        Some(Self { value, path: format!("{}{separator}{name}", self.path) })
    }

    /// Returns a member of an object, or an error if it is missing.
    pub(crate) fn required(&self, name: &str) -> Result<Self, Error> {
        self.member(name).ok_or_else(|| self.error(format!("the member '{name}' is missing")))
    }

    /// Returns the elements of an array.
    pub(crate) fn elements(&self) -> Result<Vec<Self>, Error> {
        let values = self.value.as_array().ok_or_else(|| self.wrong_type("an array"))?;
        let element = |(index, value)| Self { value, path: format!("{}[{index}]", self.path) };
        Ok(values.iter().enumerate().map(element).collect())
    }

    /// Returns the elements of an array that is a member, or nothing if the member is missing.
    pub(crate) fn member_elements(&self, name: &str) -> Result<Vec<Self>, Error> {
        self.member(name).map_or_else(|| Ok(Vec::new()), |member| member.elements())
    }

    pub(crate) fn string(&self) -> Result<&'j str, Error> {
        self.value.as_str().ok_or_else(|| self.wrong_type("a string"))
    }

    /// Returns the value of a string that has a meaning in a table.
    pub(crate) fn one_of<T: Copy>(&self, what: &str, table: &[(&str, T)]) -> Result<T, Error> {
        let text = self.string()?;
        let row = table.iter().find(|(name, _)| *name == text);
        row.map(|(_, value)| *value).ok_or_else(|| {
            let names: Vec<_> = table.iter().map(|(name, _)| *name).collect();
            let text = text.escape_debug();
            self.error(format!("unknown {what} '{text}' (expected {})", names.join(", ")))
        })
    }

    /// Returns an integer that is at most `max`.
    pub(crate) fn integer(&self, max: u64) -> Result<u64, Error> {
        let range = format!("an integer from 0 to {max}");
        let number = self.value.as_number().ok_or_else(|| self.wrong_type(&range))?;
        let (is_positive, mantissa, exponent) = number.as_parts();
        // The parser rounds an integer that has more than 64 bits, which then has an exponent.
        let integer = match (is_positive, mantissa, exponent) {
            (_, 0, _) => Some(0),
            (true, _, 0) => Some(mantissa),
            _ => None,
        };
        let integer = integer.filter(|integer| *integer <= max);
        integer.ok_or_else(|| self.error(format!("invalid number {number} (expected {range})")))
    }
}
