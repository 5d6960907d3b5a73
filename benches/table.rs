//! The printed table and its statistics.

use crate::row::{BUTTER, Row, Target};
use crate::runner::Measured;

const LEGEND: &str = "
ns: median time of one operation
ratio: median of the ratios to the first contender in the same cycle
95 %: 95 % confidence interval of that median
half: interquartile range of the ratios
again: the first contender, measured a second time; its ratio shows the measurement error";

/// Prints each row as soon as it is measured, and counts all targets and the missed targets.
pub(crate) struct Table {
    instructions: bool,
    targets: u32,
    missed: Vec<String>,
}

impl Table {
    pub(crate) fn new(instructions: bool) -> Self {
        let title = if instructions { "  instructions" } else { "" };
        println!("{LEGEND}");
        println!();
        println!(
            "{:<24} {:>9}  {:>6}  {:<13}  {:<13}{title}  targets of butter",
            "row, contender", "ns", "ratio", "95 %", "half"
        );
        Self { instructions, targets: 0, missed: Vec::new() }
    }

    pub(crate) fn print(&mut self, name: &str, row: &Row, measured: &[Measured]) {
        println!();
        println!("{name}: {}", row.about);
        for (contender, own) in row.contenders.iter().zip(measured) {
            let ratio = Spread::of_ratios(&own.nanoseconds, &measured[0].nanoseconds);
            let nanoseconds = Spread::of(own.nanoseconds.clone()).median;
            let (confidence, half) = (range(ratio.confidence), range(ratio.half));
            let instructions = match own.instructions {
                Some(count) => format!("  {count:>12.1}"),
                None if self.instructions => format!("  {:>12}", ""),
                None => String::new(),
            };
            let targets = if contender.name == BUTTER {
                self.judge(name, row, measured, own)
            } else {
                String::new()
            };
            let line = format!(
                "  {:<22} {nanoseconds:>9.2}  {:>6.3}  {confidence:<13}  {half:<13}\
                 {instructions}  {targets}",
                contender.name, ratio.median
            );
            println!("{}", line.trim_end());
        }
    }

    fn judge(&mut self, name: &str, row: &Row, measured: &[Measured], butter: &Measured) -> String {
        let verdicts = row.targets.iter().map(|Target { contender: other, limit }| {
            let Some(at) = row.contenders.iter().position(|contender| contender.name == *other)
            else {
                return format!("{other}: not measured");
            };
            let ratio = Spread::of_ratios(&butter.nanoseconds, &measured[at].nanoseconds);
            let verdict = if ratio.median <= *limit {
                "met"
            } else if ratio.confidence.0 <= *limit {
                "met within the spread"
            } else {
                self.missed.push(format!("{name}: {:.3} of {other}, target {limit}", ratio.median));
                "MISSED"
            };
            self.targets += 1;
            format!("{:.3} of {other}, target {limit}: {verdict}", ratio.median)
        });
        verdicts.collect::<Vec<_>>().join("; ")
    }

    pub(crate) fn finish(self) {
        println!();
        println!("{} targets, {} missed", self.targets, self.missed.len());
        for missed in self.missed {
            println!("  {missed}");
        }
    }
}

fn range((low, high): (f64, f64)) -> String {
    format!("{low:.3}..{high:.3}")
}

/// A median, its confidence interval and the interquartile range.
pub(crate) struct Spread {
    pub(crate) median: f64,
    /// The 95 % confidence interval of the median. It is computed from order statistics, so it is
    /// valid for any distribution.
    pub(crate) confidence: (f64, f64),
    /// The interquartile range.
    pub(crate) half: (f64, f64),
}

impl Spread {
    pub(crate) fn of(mut numbers: Vec<f64>) -> Self {
        numbers.sort_by(f64::total_cmp);
        let count = numbers.len();
        // The number of values below the true median has a binomial distribution, whose standard
        // deviation is half the square root of the count.
        let reach = (1.96 * (count as f64).sqrt() / 2.0).ceil() as usize;
        let middle = count / 2;
        let at = |index: usize| numbers[index.min(count - 1)];
        let median = if count.is_multiple_of(2) {
            f64::midpoint(at(middle - 1), at(middle))
        } else {
            at(middle)
        };
        Self {
            median,
            confidence: (at((count - 1 - middle).saturating_sub(reach)), at(middle + reach)),
            half: (at(count / 4), at(count * 3 / 4)),
        }
    }

    /// Returns the spread of the ratios of `one` to `other` in each cycle.
    pub(crate) fn of_ratios(one: &[f64], other: &[f64]) -> Self {
        Self::of(one.iter().zip(other).map(|(one, other)| one / other).collect())
    }
}
