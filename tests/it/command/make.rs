//! A tiny "make" without a shell: it starts three children with piped output, collects the output
//! through one epoll, and terminates a child whose time has expired.

use std::time::{Duration, Instant};

use butter::epoll::{self, Epoll, Interest, Token};
use butter::fd::OwnedFd;
use butter::io;
use butter::process::{Child, Command, ExitStatus, Stdio};
use butter::signal::Signal;
use common::child::in_child;
use common::tiny;

use super::Tiny;

/// A job with its output.
struct Job {
    child: Child,
    output: OwnedFd,
    text: Vec<u8>,
    /// The next signal, and the time at which it is sent.
    deadline: Option<(Instant, Signal)>,
    status: Option<ExitStatus>,
    is_open: bool,
}

const GRACE: Duration = Duration::from_millis(100);

/// Runs all commands concurrently. Returns the output and the status of each.
fn make(commands: &[Command<'_>], limit: Duration) -> butter::Result<Vec<(Vec<u8>, ExitStatus)>> {
    let epoll = Epoll::new()?;
    let mut jobs = Vec::new();
    for (index, command) in commands.iter().enumerate() {
        let mut child = command.spawn()?;
        let output = child.stdout.take().expect("the output is piped");
        epoll.add(&output, Token(2 * index as u64), Interest::IN)?;
        let pidfd = child.pidfd().expect("the child has a pidfd");
        epoll.add(pidfd, Token(2 * index as u64 + 1), Interest::IN | Interest::ONESHOT)?;
        let deadline = Some((Instant::now() + limit, Signal::TERM));
        jobs.push(Job { child, output, text: Vec::new(), deadline, status: None, is_open: true });
    }
    let (mut events, mut buffer) = ([epoll::Event::default(); 8], [0; 4096]);
    while jobs.iter().any(|job| job.is_open || job.status.is_none()) {
        let now = Instant::now();
        for job in jobs.iter_mut().filter(|job| job.status.is_none()) {
            if let Some((time, signal)) = job.deadline
                && time <= now
            {
                job.child.signal(signal)?;
                let next = (now + GRACE, Signal::KILL);
                job.deadline = (signal == Signal::TERM).then_some(next);
            }
        }
        let next = jobs.iter().filter(|job| job.status.is_none()).filter_map(|job| job.deadline);
        let timeout = next.map(|(time, _)| time).min();
        let timeout = timeout.map_or(GRACE, |time| time.saturating_duration_since(now));
        for event in epoll.wait(&mut events, timeout)? {
            let Token(number) = event.token();
            let job = &mut jobs[number as usize / 2];
            if number % 2 == 1 {
                job.status = job.child.try_wait()?;
                continue;
            }
            let count = io::retry(|| io::read(&job.output, &mut buffer))?;
            job.text.extend_from_slice(&buffer[..count]);
            if count == 0 {
                epoll.delete(&job.output)?;
                job.is_open = false;
            }
        }
    }
    Ok(jobs.into_iter().map(|job| (job.text, job.status.unwrap())).collect())
}

fn job(calls: tiny::Calls<'_>) -> Tiny {
    Tiny::new(&tiny::program(calls))
}

#[test]
fn command_and_epoll_collect_output_and_statuses_of_three_children() {
    in_child(|| {
        let text = b"output of a job\n".repeat(4000);
        let input = butter::memfd::MemFd::new("input").unwrap();
        io::write_all(&input, &text).unwrap();
        // The program moves its input to its output.
        let first = job(&[
            (libc::SYS_lseek, [0, 0, 0, 0]),
            (libc::SYS_sendfile, [1, 0, 0, 64_000]),
            (libc::SYS_exit_group, [0, 0, 0, 0]),
        ]);
        let second = job(&[(libc::SYS_exit_group, [7, 0, 0, 0])]);
        let third = Tiny::new(&tiny::pause());
        let commands: Vec<_> = [&first, &second, &third]
            .into_iter()
            .map(|tiny| {
                let mut command = Command::new(&tiny.path);
                command.stdin(Stdio::Fd(butter::fd::AsFd::as_fd(&input))).stdout(Stdio::Piped);
                command
            })
            .collect();
        let start = Instant::now();
        let results = make(&commands, Duration::from_millis(150)).unwrap();
        let codes: Vec<_> =
            results.iter().map(|(_, status)| (status.code(), status.signal())).collect();
        assert_eq!(codes, [(Some(0), None), (Some(7), None), (None, Some(Signal::TERM))]);
        assert!(start.elapsed() >= Duration::from_millis(150));
        assert!(results[0].0 == text, "{} bytes", results[0].0.len());
        assert!(results[1].0.is_empty() && results[2].0.is_empty());

        // A child that blocks `TERM` is killed.
        let mut command = Command::new(&third.path);
        command.stdout(Stdio::Piped).signal_mask(Signal::TERM);
        let results = make(&[command], Duration::from_millis(20)).unwrap();
        assert_eq!(results[0].1.signal(), Some(Signal::KILL));
    });
}
