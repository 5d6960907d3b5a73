//! The measurement: short batches of all contenders in turn, hundreds of times.
//!
//! A machine that others use too is fast in one second and slow in the next. So no contender is measured on its own: a
//! cycle is one batch of each, of about half a millisecond, and only batches of the same cycle are compared. Each cycle
//! starts with another contender, and every second one goes backwards, so that nobody always comes first or always
//! follows the same one. The first contender takes part twice: how far its second self is from 1 is what the method
//! cannot tell apart.

use std::time::{Duration, Instant};

use crate::instructions::Instructions;
use crate::meter::Meter;
use crate::options::Effort;
use crate::row::{Contender, Row};

const BATCH: Duration = Duration::from_micros(500);
const WARM_UP: usize = 4;

/// What one contender took.
pub(crate) struct Measured {
    /// Nanoseconds for an operation, one number a cycle.
    pub(crate) nanoseconds: Vec<f64>,
    /// Instructions of user space for an operation.
    pub(crate) instructions: Option<f64>,
}

/// Measures every contender of a row, in their order.
pub(crate) fn measure(
    row: &mut Row,
    effort: Effort,
    counter: Option<&Instructions>,
) -> Vec<Measured> {
    let (rounds, cycles) = match effort {
        Effort::Check => (1, 1),
        Effort::Quick => (rounds_of_a_batch(&mut row.contenders[0]), 60),
        Effort::Full => (rounds_of_a_batch(&mut row.contenders[0]), 600),
    };
    let operations = f64::from(rounds) * f64::from(row.operations);
    let count = row.contenders.len();
    let mut measured: Vec<_> = (0..count)
        .map(|_| Measured { nanoseconds: Vec::with_capacity(cycles), instructions: None })
        .collect();

    let mut clock = Meter::nanoseconds();
    for cycle in 0..WARM_UP + cycles {
        for step in 0..count {
            let step = if cycle % 2 == 0 { step } else { count - 1 - step };
            let turn = (step + cycle / 2) % count;
            (row.contenders[turn].run)(rounds, &mut clock);
            let nanoseconds = clock.take() as f64 / operations;
            if cycle >= WARM_UP {
                measured[turn].nanoseconds.push(nanoseconds);
            }
        }
    }
    if let Some(counter) = counter {
        for (contender, measured) in row.contenders.iter_mut().zip(&mut measured) {
            measured.instructions = Some(instructions(contender, rounds, counter) / operations);
        }
    }
    measured
}

/// How many rounds fill a batch, with the work around them that does not count.
fn rounds_of_a_batch(contender: &mut Contender) -> u32 {
    let mut clock = Meter::nanoseconds();
    let mut rounds = 1;
    loop {
        let start = Instant::now();
        (contender.run)(rounds, &mut clock);
        let taken = start.elapsed();
        if taken >= BATCH / 2 {
            let fitting = f64::from(rounds) * BATCH.as_secs_f64() / taken.as_secs_f64();
            return fitting.ceil() as u32;
        }
        rounds *= 2;
    }
}

/// The least of a few batches: an interrupt adds instructions, nothing takes some off.
fn instructions(contender: &mut Contender, rounds: u32, counter: &Instructions) -> f64 {
    let mut meter = Meter::instructions(counter);
    let batches = (0..5).map(|_| {
        (contender.run)(rounds, &mut meter);
        meter.take()
    });
    batches.min().unwrap_or(0) as f64
}
