//! The middle of many numbers, and how sure it is.

/// A middle and two ranges around it.
pub(crate) struct Spread {
    pub(crate) median: f64,
    /// Where the true median is, 95 times in 100: by the order of the numbers alone, whatever their distribution.
    pub(crate) sure: (f64, f64),
    /// The middle half of the numbers.
    pub(crate) half: (f64, f64),
}

impl Spread {
    pub(crate) fn of(mut numbers: Vec<f64>) -> Self {
        numbers.sort_by(f64::total_cmp);
        let count = numbers.len();
        // How many of the numbers lie below the true median is binomial, with a deviation of half the root of the
        // count.
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
            sure: (at((count - 1 - middle).saturating_sub(reach)), at(middle + reach)),
            half: (at(count / 4), at(count * 3 / 4)),
        }
    }

    /// Of the ratios of one to another, cycle by cycle.
    pub(crate) fn of_ratios(one: &[f64], other: &[f64]) -> Self {
        Self::of(one.iter().zip(other).map(|(one, other)| one / other).collect())
    }
}
