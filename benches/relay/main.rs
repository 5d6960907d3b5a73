//! Compares the example `relay` with other TCP proxies: socat, haproxy and a copy loop with tokio.
//!
//! `cargo build --release --example relay && cargo bench -p butter-benches --bench relay` measures
//! all loads; with `-- --quick`, it measures fewer cycles. All programs relay between the same
//! server and clients on the loopback interface. In each cycle, each program is started, relays
//! each load several times, and is terminated, so that other load on the host affects all programs
//! equally. A program that is not installed is reported; nothing is installed.
//!
//! The wall time is the time until the clients have received all data. The CPU time is that of the
//! process of the proxy and of its children, according to `wait4`, including the start.

mod load;
mod proxies;

use std::process::ExitCode;
use std::time::Duration;

use lexopt::{Arg, Parser, ValueExt};

use load::Server;
use proxies::Proxy;

type Failure = Box<dyn std::error::Error>;

/// The data that the clients receive: the number of bytes of all connections, and the number of
/// simultaneous connections.
struct Load {
    name: &'static str,
    bytes: u64,
    connections: usize,
    /// The number of repetitions for each start of a program.
    repetitions: u32,
}

const MIB: u64 = 1 << 20;

const LOADS: [Load; 4] = [
    Load { name: "16 MiB, 1 connection", bytes: 16 * MIB, connections: 1, repetitions: 16 },
    Load { name: "16 MiB, 100 connections", bytes: 16 * MIB, connections: 100, repetitions: 8 },
    Load { name: "1 GiB, 1 connection", bytes: 1024 * MIB, connections: 1, repetitions: 1 },
    Load { name: "1 GiB, 100 connections", bytes: 1024 * MIB, connections: 100, repetitions: 1 },
];

/// The loads of `cargo test --benches`, which only checks that all programs run.
const CHECK: [Load; 2] = [
    Load { name: "1 MiB, 1 connection", bytes: MIB, connections: 1, repetitions: 1 },
    Load { name: "1 MiB, 4 connections", bytes: MIB, connections: 4, repetitions: 1 },
];

const HELP: &str = "\
Usage: cargo bench -p butter-benches --bench relay [-- [--quick] [WORD]...]

Measures the example relay beside socat, haproxy and tokio, unless there are WORDs and the name
relay contains none of them. Build the example first: cargo build --release --example relay.";

/// The wall time and the CPU time of one repetition.
#[derive(Clone, Copy)]
struct Sample {
    wall: Duration,
    cpu: Duration,
}

fn main() -> ExitCode {
    let result = match proxies::run_as_child() {
        Some(result) => result.map_err(Failure::from),
        None => run(),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("relay: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Failure> {
    let (mut bench, mut quick, mut words) = (false, false, Vec::new());
    let mut parser = Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Long("bench") => bench = true,
            Arg::Long("quick") => quick = true,
            Arg::Short('h') | Arg::Long("help") => {
                println!("{HELP}");
                return Ok(());
            }
            Arg::Value(word) => words.push(word.string()?),
            option => return Err(option.unexpected().into()),
        }
    }
    // `cargo bench` passes the arguments to all benchmarks.
    if !words.is_empty() && !words.iter().any(|word| "relay".contains(word.as_str())) {
        return Ok(());
    }
    let (loads, cycles) = match (bench, quick) {
        (_, true) => (&LOADS[..], 3),
        (true, false) => (&LOADS[..], 9),
        (false, false) => (&CHECK[..], 1),
    };
    let server = Server::start()?;
    let proxies = proxies::available();
    for load in loads {
        let mut samples: Vec<Vec<Sample>> = proxies.iter().map(|_| Vec::new()).collect();
        for _ in 0..cycles {
            for (proxy, samples) in proxies.iter().zip(&mut samples) {
                let sample = measure(proxy, &server, load);
                samples.push(sample.map_err(|error| format!("{}: {error}", proxy.name))?);
            }
        }
        print(load, &proxies, &samples);
    }
    Ok(())
}

/// Starts a proxy, and measures the load.
fn measure(proxy: &Proxy, server: &Server, load: &Load) -> Result<Sample, Failure> {
    let running = proxy.start(server.port())?;
    let mut wall = Duration::ZERO;
    for _ in 0..load.repetitions {
        wall += load::receive(running.port, load.bytes, load.connections)?;
    }
    let cpu = running.stop()?;
    Ok(Sample { wall: wall / load.repetitions, cpu: cpu / load.repetitions })
}

/// Prints the medians, and their ratios to the medians of the first program, which is `relay`.
fn print(load: &Load, proxies: &[Proxy], samples: &[Vec<Sample>]) {
    println!("\n{}", load.name);
    println!("{:<18} {:>12} {:>8} {:>12} {:>8}", "program", "wall", "ratio", "CPU", "ratio");
    let medians: Vec<_> = samples
        .iter()
        .map(|samples| {
            let median = |time: fn(&Sample) -> Duration| {
                let mut times: Vec<_> = samples.iter().map(time).collect();
                times.sort_unstable();
                times[times.len() / 2].as_secs_f64() * 1000.0
            };
            [median(|sample| sample.wall), median(|sample| sample.cpu)]
        })
        .collect();
    for (proxy, [wall, cpu]) in proxies.iter().zip(&medians) {
        let [first_wall, first_cpu] = medians[0];
        let (wall_ratio, cpu_ratio) = (wall / first_wall, cpu / first_cpu);
        let name = proxy.name;
        println!("{name:<18} {wall:>9.2} ms {wall_ratio:>8.2} {cpu:>9.2} ms {cpu_ratio:>8.2}");
    }
}
