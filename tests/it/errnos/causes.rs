//! Every cause in the sources has its row.

use butter::Errno;
use butter::error::Call;

use super::{TABLES, row};

/// The causes of all tables.
pub fn causes() -> Vec<(Call, Errno)> {
    let mut causes = Vec::new();
    for table in TABLES {
        let (_, table) =
            table.source.split_once("errno_reasons! {\n").expect("the file has a table of causes");
        let (table, _) = table.split_once("\n};").unwrap();
        let mut call = "";
        for line in table.lines().map(str::trim) {
            if let Some((errno, _)) = line.split_once(" => ") {
                // E2BIG has a constant of another name.
                let errno = errno.replace("TOOBIG", "2BIG");
                causes.push((named(call), errno.parse().unwrap()));
            } else if let Some(name) = line.strip_suffix(':') {
                call = name;
            }
        }
    }
    causes
}

/// A cause that is in no row would never be looked at.
#[test]
fn every_cause_has_its_row() {
    let gathered = include_str!("../../../src/explain.rs").matches("::CAUSES").count();
    assert_eq!(TABLES.len(), gathered, "a table of causes has no table of rows");

    let causes = causes();
    for (call, errno) in &causes {
        assert!(
            row(*call, *errno).is_some(),
            "{call} has a cause for {errno}, which no row brings about"
        );
    }
    assert!(
        causes.len() > 60,
        "only {} causes were found: the tables are not read right",
        causes.len()
    );
}

/// The call of a constant's name, from the table of calls.
pub fn named(constant: &str) -> Call {
    let table = include_str!("../../../src/error/call.rs");
    let row = format!("    {constant} = \"");
    let name = table
        .lines()
        .find_map(|line| line.strip_prefix(&row))
        .and_then(|rest| rest.split('"').next());
    let name = name.unwrap_or_else(|| panic!("{constant} does not stand in the table of calls"));
    Call::ALL.iter().copied().find(|call| call.name() == name).unwrap()
}
