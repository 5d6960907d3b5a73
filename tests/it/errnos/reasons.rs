//! Tests that each reason in the tables of the sources has a row that triggers the error.

use butter::Errno;
use butter::error::Call;

use super::{TABLES, row};

/// A row of a table of reasons.
pub struct Reason {
    pub call: Call,
    pub errno: Errno,
    pub text: String,
}

/// Parses the tables of reasons in the sources, and returns all reasons.
pub fn reasons() -> Vec<Reason> {
    let mut reasons = Vec::new();
    for table in TABLES {
        let (_, table) = table
            .source
            .split_once("errno_reasons! {\n")
            .expect("each source file should contain a table of reasons");
        let (table, _) = table.split_once("\n};").unwrap();
        let mut call = "";
        for line in join_continued_lines(table).lines().map(str::trim) {
            if let Some((errno, text)) = line.split_once(" => ") {
                // The constant for `E2BIG` is `TOOBIG`, because an identifier cannot begin with a
                // digit.
                let errno = errno.replace("TOOBIG", "2BIG").parse().unwrap();
                let (_, text) = text.split_once('"').unwrap();
                let text = text.trim_end_matches([',', ';']).strip_suffix('"').unwrap();
                let text = text.replace("\\\"", "\"");
                reasons.push(Reason { call: call_by_constant(call), errno, text });
            } else if let Some(name) = line.strip_suffix(':') {
                call = name;
            }
        }
    }
    reasons
}

/// Joins the lines of string literals that end with a backslash, as the compiler does.
fn join_continued_lines(text: &str) -> String {
    let mut parts = text.split("\\\n");
    let mut joined = parts.next().unwrap().to_owned();
    parts.for_each(|part| joined.push_str(part.trim_start()));
    joined
}

#[test]
fn errno_reasons_have_a_row_in_the_tables() {
    let gathered = include_str!("../../../src/explain.rs").matches("::REASONS").count();
    assert_eq!(
        TABLES.len(),
        gathered,
        "the numbers of tables of rows and of tables of reasons differ"
    );

    let reasons = reasons();
    for Reason { call, errno, .. } in &reasons {
        assert!(row(*call, *errno).is_some(), "{call}: the reason of {errno} is in no row");
    }
    assert!(
        reasons.len() > 60,
        "only {} reasons were found: the tables are not parsed correctly",
        reasons.len()
    );
}

#[cfg(feature = "explain")]
#[test]
fn error_reason_returns_the_text_in_the_table_of_reasons() {
    for Reason { call, errno, text } in reasons() {
        let reason =
            butter::Error::new(call, errno).reason().expect("the errno should have a reason");
        assert_eq!(reason.to_string(), text, "{call}: {errno}");
    }
}

/// Returns the `Call` whose constant has this name, from the table of calls in `src/error/call.rs`.
pub fn call_by_constant(constant: &str) -> Call {
    let table = include_str!("../../../src/error/call.rs");
    let row = format!("    {constant} = \"");
    let name = table
        .lines()
        .find_map(|line| line.strip_prefix(&row))
        .and_then(|rest| rest.split('"').next());
    let name = name.unwrap_or_else(|| panic!("{constant} is not in the table of calls"));
    Call::ALL.iter().copied().find(|call| call.name() == name).unwrap()
}
