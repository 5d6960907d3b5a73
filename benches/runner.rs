//! Measures all contenders of a row in hundreds of cycles, each with one short batch per contender.
//!
//! The speed of a shared host changes from second to second. Therefore no contender is measured
//! separately: a cycle consists of one batch per contender, each of about half a millisecond, and
//! only batches of the same cycle are compared. Each cycle starts with a different contender, and
//! every second cycle runs in reverse order, so that no contender always runs first or always
//! follows the same contender. The baseline is measured twice: the deviation of the second
//! measurement's ratio from 1 is the measurement error.

use std::time::{Duration, Instant};

use crate::meter::{InstructionCounter, Meter};
use crate::options::Effort;
use crate::row::{Contender, Row};

const BATCH: Duration = Duration::from_micros(500);
const WARM_UP: usize = 4;

/// The measurements of one contender.
pub(crate) struct Measured {
    /// Nanoseconds per operation, one value per cycle.
    pub(crate) nanoseconds: Vec<f64>,
    /// User-space instructions per operation.
    pub(crate) instructions: Option<f64>,
}

/// Measures every contender of a row. The returned measurements are in the order of the contenders.
pub(crate) fn measure(
    row: &mut Row,
    effort: Effort,
    counter: Option<&InstructionCounter>,
) -> Vec<Measured> {
    let (rounds, cycles) = match effort {
        Effort::Check => (1, 1),
        Effort::Quick => (rounds_per_batch(&mut row.contenders[0]), 60),
        Effort::Full => (rounds_per_batch(&mut row.contenders[0]), 600),
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

/// Returns the number of rounds that take as long as a batch, including the work that is not
/// measured.
fn rounds_per_batch(contender: &mut Contender) -> u32 {
    let mut clock = Meter::nanoseconds();
    let mut rounds = 1;
    loop {
        let start = Instant::now();
        (contender.run)(rounds, &mut clock);
        let elapsed = start.elapsed();
        if elapsed >= BATCH / 2 {
            let rounds = f64::from(rounds) * BATCH.as_secs_f64() / elapsed.as_secs_f64();
            return rounds.ceil() as u32;
        }
        rounds *= 2;
    }
}

/// Returns the minimum number of instructions of 5 batches, because interrupts only add
/// instructions.
fn instructions(contender: &mut Contender, rounds: u32, counter: &InstructionCounter) -> f64 {
    let mut meter = Meter::instructions(counter);
    let batches = (0..5).map(|_| {
        (contender.run)(rounds, &mut meter);
        meter.take()
    });
    batches.min().unwrap_or(0) as f64
}
