//! A row: several contenders that do the same.

use crate::meter::Meter;

/// The contender that the aims are about.
pub(crate) const BUTTER: &str = "butter";

/// A whole contender: does so many rounds, and lets the meter see what counts of them.
pub(crate) type Run = Box<dyn FnMut(u32, &mut Meter<'_>)>;

pub(crate) struct Contender {
    pub(crate) name: &'static str,
    pub(crate) run: Run,
}

/// What butter may cost at most, as a multiple of another contender.
pub(crate) struct Aim {
    pub(crate) of: &'static str,
    pub(crate) limit: f64,
}

/// A call: at most this much of the bare stub.
pub(crate) const CALL: f64 = 1.02;
/// Two threads in turn: nearly all of it is the scheduler's.
pub(crate) const SWITCH: f64 = 1.05;
/// A decoding: at most this much of one written by hand.
pub(crate) const DECODE: f64 = 1.05;
/// "Never slower": one half of a percent is what equal code differs by here, from one build to the next.
pub(crate) const NOT_SLOWER: f64 = 1.005;

/// The first contender is the one that the others are compared with.
pub(crate) struct Row {
    /// What one round is, and who does not take part.
    pub(crate) about: &'static str,
    /// The operations of a round: what is printed is the cost of one.
    pub(crate) operations: u32,
    pub(crate) contenders: Vec<Contender>,
    pub(crate) aims: Vec<Aim>,
}

impl Row {
    pub(crate) fn new(about: &'static str, operations: u32) -> Self {
        Self { about, operations, contenders: Vec::new(), aims: Vec::new() }
    }

    /// Adds a contender whose rounds are measured from first to last, in one loop of its own: the call of the contender
    /// is through a pointer, that of the round is not.
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
    pub(crate) fn aim(mut self, of: &'static str, limit: f64) -> Self {
        self.aims.push(Aim { of, limit });
        self
    }
}
