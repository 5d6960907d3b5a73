//! A row of the table: several contenders that do the same work.

use crate::meter::Meter;

/// The name of the contender `butter`, whose cost must meet the targets.
pub(crate) const BUTTER: &str = "butter";

/// Runs the given number of rounds of a contender, and measures the relevant part of each round
/// with the meter.
pub(crate) type Run = Box<dyn FnMut(u32, &mut Meter<'_>)>;

pub(crate) struct Contender {
    pub(crate) name: &'static str,
    pub(crate) run: Run,
}

/// The maximum cost of butter, as a multiple of the cost of another contender.
pub(crate) struct Target {
    pub(crate) contender: &'static str,
    pub(crate) limit: f64,
}

/// The limit for a system call, as a multiple of the cost of the bare system call.
pub(crate) const CALL_LIMIT: f64 = 1.02;
/// The limit for two threads that wake each other: the scheduler causes nearly the whole cost.
pub(crate) const SWITCH_LIMIT: f64 = 1.05;
/// The limit for a decoder, as a multiple of the cost of a hand-written decoder.
pub(crate) const DECODE_LIMIT: f64 = 1.05;
/// The limit if butter must not be slower than another contender. It exceeds 1, because the time of
/// identical code differs by half a percent between builds.
pub(crate) const NOT_SLOWER_LIMIT: f64 = 1.005;

/// A row of the table. The first contender is the baseline of the ratios.
pub(crate) struct Row {
    /// The description of one operation, and of the contenders that this row lacks.
    pub(crate) about: &'static str,
    /// The number of operations in a round. The cost of one operation is printed.
    pub(crate) operations: u32,
    pub(crate) contenders: Vec<Contender>,
    pub(crate) targets: Vec<Target>,
}

impl Row {
    pub(crate) fn new(about: &'static str, operations: u32) -> Self {
        Self { about, operations, contenders: Vec::new(), targets: Vec::new() }
    }

    /// Adds a contender, and measures all work of each round. The loop over the rounds is
    /// monomorphized, so that only `run` is called through a pointer, not each round.
    #[must_use]
    pub(crate) fn with(self, name: &'static str, mut round: impl FnMut() + 'static) -> Self {
        self.with_run(
            name,
            Box::new(move |rounds, meter| {
                meter.measure(|| {
                    for _ in 0..rounds {
                        round();
                    }
                });
            }),
        )
    }

    #[must_use]
    pub(crate) fn with_run(mut self, name: &'static str, run: Run) -> Self {
        self.contenders.push(Contender { name, run });
        self
    }

    #[must_use]
    pub(crate) fn target(mut self, contender: &'static str, limit: f64) -> Self {
        self.targets.push(Target { contender, limit });
        self
    }
}
