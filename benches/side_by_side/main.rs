//! Side by side: what a call, a decoding or a round of calls costs through butter, and through others.
//!
//! `cargo bench` runs all rows, `cargo bench -- inotify` those with that word in their name, `--quick` takes less time.
//! Everything runs interleaved in this one process, so that what disturbs the machine disturbs all alike: see `runner`.
//! The programs of the row "copy process" are this one again.

mod by_hand;
mod failure;
mod instructions;
mod machine;
mod meter;
mod options;
mod plain;
mod row;
mod rows;
mod runner;
mod sample;
mod statistics;
mod stub;
mod sum;
mod table;

use std::process::ExitCode;

use failure::Failure;
use instructions::Instructions;
use options::{Effort, Options};
use table::Table;

fn main() -> ExitCode {
    let done = match rows::copy_process::copied() {
        Some(copied) => copied.map(drop).map_err(Failure::from),
        None => run(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("side_by_side: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Failure> {
    let Some(options) = Options::of_arguments()? else { return Ok(()) };
    let wanted: Vec<_> = rows::ALL.iter().filter(|(name, _)| options.wants(name)).collect();
    if wanted.is_empty() {
        let names: Vec<_> = rows::ALL.iter().map(|(name, _)| *name).collect();
        return Err(
            format!("no row has that in its name; the rows are: {}", names.join(", ")).into()
        );
    }

    println!("{}", machine::describe());
    println!("{}", machine::pin());
    let counter = match Instructions::open() {
        Ok(counter) => {
            println!("instructions: of user space, counted by perf_event_open");
            Some(counter)
        }
        Err(error) => {
            println!("instructions: not counted, perf_event_open is not available here: {error}");
            None
        }
    };
    if options.effort == Effort::Check {
        println!(
            "a check that everything runs: one short cycle, numbers mean nothing; `cargo bench` measures"
        );
    }

    let mut table = Table::new(counter.is_some());
    for (name, make) in wanted {
        let mut row = make().map_err(|failure| format!("{name}: {failure}"))?;
        let measured = runner::measure(&mut row, options.effort, counter.as_ref());
        table.print(name, &row, &measured);
    }
    table.finish();
    Ok(())
}
