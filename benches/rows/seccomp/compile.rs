//! Compiling rules to a program.

use std::hint::black_box;

use butter::seccomp::Instruction;

use super::{libseccomp, with_butter, with_seccompiler};
use crate::row::{BUTTER, NOT_SLOWER_LIMIT, Row};
use crate::{Failure, fail};

pub(crate) fn rules() -> Result<Row, Failure> {
    let about = "creating and compiling 300 rules with a condition\n  \
        (libseccomp, if it is installed, writes the program to a file)";
    let mut buffer = vec![Instruction::default(); 4096];
    let row = Row::new(about, 1)
        .with("seccompiler", || match with_seccompiler() {
            Ok(program) => drop(black_box(program)),
            Err(error) => fail("seccompiler", error),
        })
        .with(BUTTER, move || match with_butter(&mut buffer) {
            Ok(length) => drop(black_box(length)),
            Err(error) => fail(BUTTER, error),
        })
        .target("seccompiler", NOT_SLOWER_LIMIT);
    Ok(match libseccomp::functions() {
        Some(functions) => row.with("libseccomp", || match functions.compile() {
            Ok(program) => drop(black_box(program)),
            Err(error) => fail("libseccomp", error),
        }),
        None => row,
    })
}
