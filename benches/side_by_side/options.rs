//! The arguments.

use std::env;

use crate::failure::Failure;

const HELP: &str = "\
cargo bench [-- [--quick] [word ...]]

  word      only the rows with this in their name; any of several
  --quick   a tenth of the cycles: a wider spread";

/// How much to run.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effort {
    /// One short cycle, to see that all runs: what `cargo test --benches` does, which does not pass `--bench`.
    Check,
    Quick,
    Full,
}

pub(crate) struct Options {
    pub(crate) effort: Effort,
    words: Vec<String>,
}

impl Options {
    /// What the arguments say; `None` if they ask for help, which is then printed.
    pub(crate) fn of_arguments() -> Result<Option<Self>, Failure> {
        let (mut bench, mut quick, mut words) = (false, false, Vec::new());
        for argument in env::args().skip(1) {
            match argument.as_str() {
                "--bench" => bench = true,
                "--quick" => quick = true,
                "--help" | "-h" => {
                    println!("{HELP}");
                    return Ok(None);
                }
                option if option.starts_with('-') => {
                    return Err(format!("unknown option {option}\n\n{HELP}").into());
                }
                _ => words.push(argument),
            }
        }
        let effort = match (bench, quick) {
            (_, true) => Effort::Quick,
            (true, false) => Effort::Full,
            (false, false) => Effort::Check,
        };
        Ok(Some(Self { effort, words }))
    }

    pub(crate) fn wants(&self, row: &str) -> bool {
        self.words.is_empty() || self.words.iter().any(|word| row.contains(word.as_str()))
    }
}
