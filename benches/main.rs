//! Compares the cost of system calls, decoders and whole operations between this crate, libc,
//! rustix, nix and inotify.
//!
//! `cargo bench -p butter-benches` measures all rows. With `-- inotify`, it measures only the rows
//! whose names contain `inotify`, and with `-- --quick`, it runs fewer cycles. All contenders run
//! interleaved in this process, so that other load on the host affects all contenders equally: see
//! `runner`. The row "copy process" starts this program again as a child.

mod bare;
mod decoder;
mod host;
mod libc_calls;
mod meter;
mod options;
mod row;
mod rows;
mod runner;
mod sample;
mod table;

use std::fmt::Display;
use std::process::ExitCode;

use meter::InstructionCounter;
use options::{Effort, Options};
use table::Table;

type Failure = Box<dyn std::error::Error>;

/// The reason why this host cannot run a row, which is then skipped.
#[derive(Debug)]
struct Unavailable(String);

impl Display for Unavailable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unavailable {}

/// Adds the name of the failed operation to an error that occurs before the measurement.
fn context<T, E: Display>(operation: &str, result: Result<T, E>) -> Result<T, Failure> {
    result.map_err(|error| format!("{operation}: {error}").into())
}

/// Exits with an error message if an operation in a measured loop fails. The check of a result is
/// part of the measured work, but the error path is out of line.
#[cold]
#[inline(never)]
fn fail(operation: &str, error: impl Display) -> ! {
    eprintln!("compare: {operation}: {error}");
    std::process::exit(1)
}

fn main() -> ExitCode {
    let result = match rows::copy_process::run_as_child() {
        Some(copied) => copied.map(drop).map_err(Failure::from),
        None => run(),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("compare: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Failure> {
    let Some(options) = Options::parse()? else { return Ok(()) };
    let selected: Vec<_> = rows::ALL.iter().filter(|(name, _)| options.selects(name)).collect();
    if selected.is_empty() {
        let names: Vec<_> = rows::ALL.iter().map(|(name, _)| *name).collect();
        return Err(format!("no row name matches; the rows are: {}", names.join(", ")).into());
    }

    println!("{}", host::describe());
    println!("{}", host::pin());
    let counter = match InstructionCounter::open() {
        Ok(counter) => {
            println!("instructions: user space only, counted by perf_event_open");
            Some(counter)
        }
        Err(error) => {
            println!("instructions: not counted: perf_event_open is not available: {error}");
            None
        }
    };
    if options.effort == Effort::Check {
        println!("check mode: one short cycle, the numbers are meaningless; use `cargo bench`");
    }

    let mut table = Table::new(counter.is_some());
    for (name, build) in selected {
        let mut row = match build() {
            Err(failure) if failure.is::<Unavailable>() => {
                eprintln!("compare: {name}: skipped: {failure}");
                continue;
            }
            row => row.map_err(|failure| format!("{name}: {failure}"))?,
        };
        let measured = runner::measure(&mut row, options.effort, counter.as_ref());
        table.print(name, &row, &measured);
    }
    table.finish();
    Ok(())
}
