//! Command-line options of the benchmark program.

use lexopt::{Arg, Parser, ValueExt};

use crate::Failure;

const HELP: &str = "\
Usage: cargo bench -p butter-benches [-- [OPTIONS] [WORD]...]

Measures the rows whose names contain any WORD, or all rows.

Options:
      --quick  run a tenth of the cycles; the confidence intervals are wider
  -h, --help   print this help";

/// The number of measured cycles.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effort {
    /// One short cycle that only checks that every row runs. `cargo test --benches` selects this
    /// mode, because it does not pass `--bench`.
    Check,
    Quick,
    Full,
}

pub(crate) struct Options {
    pub(crate) effort: Effort,
    words: Vec<String>,
}

impl Options {
    /// Parses the program's arguments. Returns `None` if the help was requested and printed.
    pub(crate) fn parse() -> Result<Option<Self>, Failure> {
        let (mut bench, mut quick, mut words) = (false, false, Vec::new());
        let mut parser = Parser::from_env();
        while let Some(argument) = parser.next()? {
            match argument {
                Arg::Long("bench") => bench = true,
                Arg::Long("quick") => quick = true,
                Arg::Short('h') | Arg::Long("help") => {
                    println!("{HELP}");
                    return Ok(None);
                }
                Arg::Value(word) => words.push(word.string()?),
                option => return Err(option.unexpected().into()),
            }
        }
        let effort = match (bench, quick) {
            (_, true) => Effort::Quick,
            (true, false) => Effort::Full,
            (false, false) => Effort::Check,
        };
        Ok(Some(Self { effort, words }))
    }

    pub(crate) fn selects(&self, row: &str) -> bool {
        self.words.is_empty() || self.words.iter().any(|word| row.contains(word.as_str()))
    }
}
