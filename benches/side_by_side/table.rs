//! The table, and the aims beside it.

use crate::row::{Aim, BUTTER, Row};
use crate::runner::Measured;
use crate::statistics::Spread;

/// Prints each row as soon as it is there, and counts the aims.
pub(crate) struct Table {
    instructions: bool,
    aims: u32,
    missed: Vec<String>,
}

impl Table {
    pub(crate) fn new(instructions: bool) -> Self {
        let title = if instructions { "  instructions" } else { "" };
        println!();
        println!(
            "ns: median for one operation. ratio: median of its ratios to the row's first contender, cycle by cycle;"
        );
        println!(
            "95 %: where their true median is, 95 times in 100; half: the middle half of them."
        );
        println!();
        println!(
            "{:<22} {:>9}  {:>6}  {:<13}  {:<13}{title}  aims of butter",
            "row, contender", "ns", "ratio", "95 %", "half"
        );
        Self { instructions, aims: 0, missed: Vec::new() }
    }

    pub(crate) fn print(&mut self, name: &str, row: &Row, measured: &[Measured]) {
        println!();
        println!("{name}: {}", row.about);
        for (contender, its) in row.contenders.iter().zip(measured) {
            let ratio = Spread::of_ratios(&its.nanoseconds, &measured[0].nanoseconds);
            let nanoseconds = Spread::of(its.nanoseconds.clone()).median;
            let (sure, half) = (range(ratio.sure), range(ratio.half));
            let instructions = match its.instructions {
                Some(count) => format!("  {count:>12.1}"),
                None if self.instructions => format!("  {:>12}", ""),
                None => String::new(),
            };
            let aims = if contender.name == BUTTER {
                self.judge(name, row, measured, its)
            } else {
                String::new()
            };
            let line = format!(
                "  {:<20} {nanoseconds:>9.2}  {:>6.3}  {sure:<13}  {half:<13}{instructions}  {aims}",
                contender.name, ratio.median
            );
            println!("{}", line.trim_end());
        }
    }

    fn judge(&mut self, name: &str, row: &Row, measured: &[Measured], butter: &Measured) -> String {
        let verdicts = row.aims.iter().map(|Aim { of, limit }| {
            let Some(at) = row.contenders.iter().position(|contender| contender.name == *of) else {
                return format!("{of}: does not take part");
            };
            let ratio = Spread::of_ratios(&butter.nanoseconds, &measured[at].nanoseconds);
            let verdict = if ratio.median <= *limit {
                "met"
            } else if ratio.sure.0 <= *limit {
                "met within the spread"
            } else {
                self.missed.push(format!("{name}: {:.3} of {of}, aim {limit}", ratio.median));
                "MISSED"
            };
            self.aims += 1;
            format!("{:.3} of {of}, aim {limit}: {verdict}", ratio.median)
        });
        verdicts.collect::<Vec<_>>().join("; ")
    }

    pub(crate) fn finish(self) {
        println!();
        println!("{} aims, {} missed", self.aims, self.missed.len());
        for missed in self.missed {
            println!("  {missed}");
        }
    }
}

fn range((low, high): (f64, f64)) -> String {
    format!("{low:.3}..{high:.3}")
}
