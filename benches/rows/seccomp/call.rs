//! The overhead of a filter.

use butter::process::raw::prctl_set_no_new_privs;
use butter::seccomp::{FilterFlags, Instruction, raw};

use super::target::Target;
use super::{libseccomp, with_butter, with_seccompiler};
use crate::Failure;
use crate::row::{BUTTER, NOT_SLOWER_LIMIT, Row, Run};

/// Creates a contender that calls `getppid` with a filter, or without one if the program is empty.
fn caller(program: Vec<Instruction>) -> Result<Run, Failure> {
    let install = move || {
        if program.is_empty() {
            return Ok(());
        }
        prctl_set_no_new_privs().map_err(|error| error.to_string())?;
        // SAFETY: the system calls of the thread do not have the argument for which they fail.
        let installed = unsafe { raw::seccomp_set_mode_filter(&program, FilterFlags::empty()) };
        installed.map(drop).map_err(|error| error.to_string())
    };
    Ok(Target::start(install)?.0.into_run())
}

pub(crate) fn filtered() -> Result<Row, Failure> {
    let mut program = vec![Instruction::default(); 4096];
    let length = with_butter(&mut program)?;
    program.truncate(length);
    let seccompiler = with_seccompiler()?
        .iter()
        .map(|it| Instruction::new(it.code, it.jt, it.jf, it.k))
        .collect();
    let about = "getppid with a filter of 300 rules with a condition\n  \
        (libseccomp, if it is installed)";
    let row = Row::new(about, 1)
        .with_run("no filter", caller(Vec::new())?)
        .with_run(BUTTER, caller(program)?)
        .with_run("seccompiler", caller(seccompiler)?)
        .target("seccompiler", NOT_SLOWER_LIMIT);
    Ok(match libseccomp::functions() {
        Some(functions) => row
            .with_run("libseccomp", caller(functions.compile()?)?)
            .target("libseccomp", NOT_SLOWER_LIMIT),
        None => row,
    })
}
