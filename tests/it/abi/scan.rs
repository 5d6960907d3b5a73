//! A scanner for the constants and layouts in the text of a source file.

/// A constant that a source file defines.
pub struct Constant<'a> {
    /// The name of the constant in the crate.
    pub own: &'a str,
    /// The name of the constant in C if the source file contains that name, otherwise the name in
    /// the crate.
    pub name: String,
    /// The kind of the constant, which depends on the macro that defines the constant.
    pub kind: Kind<'a>,
    pub expression: &'a str,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind<'a> {
    /// A flag of the type with this name.
    Flag(&'a str),
    /// A number of a type that `numbers!` defines.
    Number,
    Errno,
    Signal,
    /// A constant such as `const NAME: u32 = 1;`, or the discriminant of an enum variant.
    Plain,
}

/// The content of a `layout!` macro call.
pub struct Layout<'a> {
    pub name: &'a str,
    pub size: usize,
    pub align: usize,
    /// The name and the offset of each field of the struct.
    pub fields: Vec<(&'a str, usize)>,
}

/// Returns the text of a source file without its unit tests.
fn code<'a>(path: &str, text: &'a str) -> &'a str {
    if path.ends_with("_tests.rs") {
        ""
    } else {
        text.split("#[cfg()]\nmod ").next().unwrap_or(text)
    }
}

/// Returns each line that is not a comment, with the text from the start of that line to the end of
/// the source file.
fn lines<'a>(path: &str, text: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
    let code = code(path, text);
    let lines =
        code.lines().map(move |line| (line, &code[line.as_ptr().addr() - code.as_ptr().addr()..]));
    lines.filter(|(line, _)| !line.trim_start().starts_with("//"))
}

pub fn constants<'a>(path: &str, text: &'a str) -> Vec<Constant<'a>> {
    let (mut table, mut flags) = ("", "");
    let mut found = Vec::new();
    for (line, rest) in lines(path, text) {
        if let Some((name, "{")) = line.split_once("! ") {
            table = name;
        } else if line == "}" {
            (table, flags) = ("", "");
        } else if table == "flags" && line.contains("pub struct ") {
            flags = between(line, "pub struct ", ":").unwrap_or_default();
        } else {
            found.extend(constant(rest.trim_start(), table, flags));
        }
    }
    found
}

/// Parses the constant at the start of a text. Returns `None` if the first line defines no
/// constant.
fn constant<'a>(rest: &'a str, table: &str, flags: &'a str) -> Option<Constant<'a>> {
    let line = rest.lines().next()?;
    if ["flags", "numbers"].contains(&table) && line.starts_with('"') {
        let parts =
            rest[1..].split_once("\" ").and_then(|(c, rest)| Some((c, rest.split_once(" = ")?)));
        let Some((c, (own, rest))) = parts else {
            panic!("the line of {table}! has an unexpected form: {line}")
        };
        let expression = rest.split_once(',')?.0;
        let kind = if table == "flags" { Kind::Flag(flags) } else { Kind::Number };
        return Some(Constant { own, name: c.to_owned(), kind, expression });
    }
    if let Some((own, rest)) = rest.split_once(" = ")
        && is_name(own)
        && rest.starts_with(|c: char| c.is_ascii_digit() || c == '-')
        && let Some((expression, rest)) = rest.split_once(',')
        // An expression with a semicolon is part of a statement, not of an enum variant.
        && !expression.contains(';')
    {
        let (name, kind) = match table {
            "errnos" => (between(rest, "\"", "\"")?.to_owned(), Kind::Errno),
            "signals" => (format!("SIG{own}"), Kind::Signal),
            _ => (own.to_owned(), Kind::Plain),
        };
        return Some(Constant { own, name, kind, expression });
    }
    let visible = line
        .strip_prefix("pub")
        .map_or(line, |line| line.trim_start_matches(|c| c != ' ').trim_start());
    let (own, _) = visible.strip_prefix("const ")?.split_once(": ")?;
    let (kind, expression) = between(rest, ": ", ";")?.split_once('=')?;
    let expression = match kind.trim() {
        "u8" | "u16" | "u32" | "u64" | "usize" | "i8" | "i16" | "i32" | "i64" | "isize"
        | "c_int" => expression.trim(),
        // The value of an associated constant of a newtype is an expression such as `Self(1)`.
        "Self" => expression.trim().strip_prefix("Self(")?.strip_suffix(')')?,
        _ => return None,
    };
    is_name(own).then(|| Constant { own, name: own.to_owned(), kind: Kind::Plain, expression })
}

pub fn layouts<'a>(path: &str, text: &'a str) -> Vec<Layout<'a>> {
    let starts = lines(path, text).filter_map(|(_, rest)| rest.strip_prefix("layout! {"));
    starts
        .map(|rest| {
            layout(rest).unwrap_or_else(|| panic!("the layout! has an unexpected form: {rest}"))
        })
        .collect()
}

fn layout(rest: &str) -> Option<Layout<'_>> {
    let (name, parts) = rest.split_once('}')?.0.split_once(": ")?;
    let name = name.split('<').next()?.trim();
    let mut parts = parts.trim().trim_end_matches(',').split(',').map(str::trim);
    let mut number = |prefix| parts.next()?.strip_prefix(prefix)?.parse().ok();
    let (size, align) = (number("size ")?, number("align ")?);
    let fields = parts.map(|part| {
        part.split_once(" at ").and_then(|(field, at)| Some((field, at.parse().ok()?)))
    });
    Some(Layout { name, size, align, fields: fields.collect::<Option<_>>()? })
}

/// Returns the names of the structs with `repr(C)` in a source file.
pub fn c_structs<'a>(path: &str, text: &'a str) -> Vec<&'a str> {
    let starts = lines(path, text).filter(|(line, _)| line.trim_start().starts_with("#[repr(C"));
    starts
        .filter_map(|(_, rest)| rest.split_once("struct ")?.1.split([' ', '<', '(', ';']).next())
        .collect()
}

/// Returns whether a source file contains no constants, no layouts and no structs with `repr(C)`.
pub fn finds_nothing(path: &str, text: &str) -> bool {
    constants(path, text).is_empty()
        && layouts(path, text).is_empty()
        && c_structs(path, text).is_empty()
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    Some(text.split_once(before)?.1.split_once(after)?.0)
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}
