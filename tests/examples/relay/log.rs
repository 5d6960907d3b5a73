//! The log of the example `relay`.

use std::fs::File;
use std::io::{BufRead, BufReader, PipeReader, Read};
use std::process::Stdio;
use std::time::{Duration, SystemTime};

use butter::Errno;
use butter::signal::Signal;

use super::peers::{KINDS, Kind, Server, directory};
use super::run::{Relay, log_to_pipe, program};
use crate::usage::close_stdout;
use common::{describe, require, sockets};

/// A line of the log.
#[derive(Debug)]
struct Line {
    time: String,
    client: String,
    target: String,
    to_target: u64,
    to_client: u64,
    duration: f64,
    end: String,
}

impl Line {
    fn parse(line: &str) -> Self {
        let (time, fields) = line.trim_end().split_once(' ').unwrap();
        let mut fields = fields.split(' ');
        let mut field = |name: &str| {
            let field = fields.next().unwrap_or_default();
            let value = field.strip_prefix(name).and_then(|value| value.strip_prefix('='));
            value.unwrap_or_else(|| panic!("no field `{name}`: {line}")).to_owned()
        };
        let line = Self {
            time: time.to_owned(),
            client: field("client"),
            target: field("target"),
            to_target: field("to_target").parse().unwrap(),
            to_client: field("to_client").parse().unwrap(),
            duration: field("duration").parse().unwrap(),
            end: field("end"),
        };
        assert_eq!(fields.next(), None);
        line
    }

    fn read(log: &mut BufReader<PipeReader>) -> Self {
        let mut line = String::new();
        log.read_line(&mut line).unwrap();
        Self::parse(&line)
    }

    /// Returns the target, the numbers of bytes and the reason of the end.
    fn outcome(&self) -> (&str, u64, u64, &str) {
        (&self.target, self.to_target, self.to_client, &self.end)
    }
}

/// Starts a relay with options that prints its log to a pipe.
fn start(listen: Kind, target: &str, options: &[&str]) -> (Relay, BufReader<PipeReader>) {
    let mut log = None;
    let relay = Relay::start_with(&program().unwrap(), listen, target, |command| {
        log = Some(log_to_pipe(command.args(options)));
    });
    let mut log = log.unwrap();
    if listen == Kind::Tcp {
        // The address, because the kernel selects the port.
        let mut address = String::new();
        log.read_line(&mut address).unwrap();
        assert_eq!(address.trim_end(), relay.address);
    }
    (relay, log)
}

/// Returns the number of seconds since 1970 of a time such as `2025-01-31T23:59:59.123Z`.
fn seconds(time: &str) -> u64 {
    let digits = |range: std::ops::Range<usize>| time[range].parse::<u64>().unwrap();
    let template: String = time.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    assert_eq!(template, "0000-00-00T00:00:00.000Z");
    let (mut year, mut month) = (digits(0..4), digits(5..7));
    // The number of days before a date, in years that begin in March.
    if month < 3 {
        (year, month) = (year - 1, month + 12);
    }
    let days =
        365 * year + year / 4 - year / 100 + year / 400 + (153 * month - 457) / 5 + digits(8..10)
            - 719_469;
    days * 86_400 + digits(11..13) * 3600 + digits(14..16) * 60 + digits(17..19)
}

#[test]
fn relay_log_contains_time_addresses_bytes_and_duration() {
    require!(program());
    assert_eq!(seconds("1970-01-01T00:00:00.000Z"), 0);
    assert_eq!(seconds("2024-02-29T01:02:03.999Z"), 1_709_168_523);
    let (_guard, path) = directory();
    let unix = Server::at(&path.join("server"));
    for (listen, server) in
        [(Kind::Tcp, &Server::new(Kind::Tcp)), (Kind::Unix, &unix), (Kind::Tcp, &unix)]
    {
        let (relay, mut log) = start(listen, &server.address, &[]);
        let (client, served) = (relay.connect(), server.accept());
        let address = match listen {
            Kind::Tcp => client.addresses().0.to_string(),
            Kind::Unix => "unix:".to_owned(),
        };
        std::thread::sleep(Duration::from_millis(300));
        client.send(b"request");
        client.finish();
        assert_eq!(served.receive_all(), b"request");
        served.send(b"the response");
        served.finish();
        assert_eq!(client.receive_all(), b"the response");
        let line = Line::read(&mut log);
        assert_eq!(line.client, address);
        assert_eq!(line.outcome(), (server.address.as_str(), 7, 12, "closed"), "{line:?}");
        assert!((0.3..60.0).contains(&line.duration), "{line:?}");
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
        let age = now.checked_sub(seconds(&line.time)).expect("the time should have passed");
        assert!(age < 60, "{line:?}");
    }
}

#[test]
fn relay_log_contains_reason_of_end() {
    require!(program());
    for kind in KINDS {
        let server = Server::new(kind);
        let target = server.address.as_str();
        let (relay, mut log) = start(Kind::Tcp, target, &["--idle-timeout=0.5"]);

        // The client resets its connection.
        let (client, served) = (relay.connect(), server.accept());
        client.send(b"x");
        served.expect(b"x");
        client.close(false);
        assert_eq!(served.count_all(), 0);
        let line = Line::read(&mut log);
        assert_eq!(line.outcome(), (target, 1, 0, "client-failed:ECONNRESET"));

        // The server closes its socket before it has received all data.
        let (client, served) = (relay.connect(), server.accept());
        let write = || while std::io::Write::write(&mut &client, &[7; 50_000]).is_ok() {};
        std::thread::scope(|scope| {
            scope.spawn(write);
            (&mut &served).read_exact(&mut [0; 100_000]).unwrap();
            served.close(false);
        });
        let line = Line::read(&mut log);
        let reasons = ["target-undelivered", "target-failed:ECONNRESET"];
        assert!(reasons.iter().any(|reason| line.end.starts_with(reason)), "{line:?}");
        assert!(line.to_target >= 100_000, "{line:?}");

        let (client, served) = (relay.connect(), server.accept());
        assert_eq!((client.count_all(), served.count_all()), (0, 0));
        assert_eq!(Line::read(&mut log).outcome(), (target, 0, 0, "idle-timeout"));

        let (client, served) = (relay.connect(), server.accept());
        served.send(b"abc");
        client.expect(b"abc");
        assert_eq!(relay.end(Signal::TERM).totals().aborted, 1);
        assert_eq!(Line::read(&mut log).outcome(), (target, 0, 3, "terminated"));
    }
}

#[test]
fn relay_log_contains_connections_without_target() {
    require!(program());
    let (_socket, refused) = sockets::bound();
    let (relay, mut log) = start(Kind::Unix, &refused.to_string(), &[]);
    assert_eq!(relay.connect().count_all(), 0);
    assert_eq!(Line::read(&mut log).outcome(), ("-", 0, 0, "target-unreachable"));

    // The listen queue of the server has a capacity of one connection.
    let server = Server::new(Kind::Unix);
    sockets::listen(&server, 0);
    let (relay, mut log) = start(Kind::Unix, &server.address, &[]);
    let _first = relay.connect();
    relay.wait_until_asleep();
    drop(relay.connect());
    assert_eq!(Line::read(&mut log).outcome(), ("-", 0, 0, "client-left"));
}

#[test]
fn relay_log_quotes_path_that_contains_space() {
    require!(program());
    let (_guard, path) = directory();
    let server = Server::at(&path.join("the server"));
    let (relay, mut log) = start(Kind::Unix, &server.address, &[]);
    let (client, served) = (relay.connect(), server.accept());
    drop((client, served));
    let mut line = String::new();
    log.read_line(&mut line).unwrap();
    let target = format!(" target=\"{}\" to_target=0 ", server.address);
    assert!(line.contains(&target), "{line}");
}

#[test]
fn relay_omits_lines_of_log_if_output_is_blocked() {
    require!(program());
    let (_guard, path) = directory();
    let target = format!("unix:{}", path.join("none").display());
    let (relay, log) = start(Kind::Unix, &target, &[]);
    // A pipe has a capacity of 64 KiB by default, and a line has more than 100 bytes.
    for _ in 0..2000 {
        assert_eq!(relay.connect().count_all(), 0);
    }
    let completed = relay.end(Signal::TERM);
    assert_eq!(completed.totals().unreachable, 2000);
    let lines: Vec<_> = log.lines().map(|line| Line::parse(&line.unwrap())).collect();
    let lines = lines.len();
    let omitted = format!("relay: {} lines of the log could not be written", 2000 - lines);
    assert!(lines > 100 && completed.messages.contains(&omitted), "{}", completed.messages);
}

#[test]
fn relay_reports_write_error_of_log() {
    let program = require!(program());
    let server = Server::new(Kind::Unix);
    let full = File::options().write(true).open("/dev/full");
    let full = require!(full, "/dev/full cannot be opened");
    let mut relay = Relay::start_with(&program, Kind::Unix, &server.address, |command| {
        command.arg("-l").stdout(full);
    });
    for _ in 0..2 {
        let (client, served) = (relay.connect(), server.accept());
        drop((client, served));
    }
    let reason = relay.wait_for("relay: cannot write the log: ");
    assert_eq!(reason.trim_end(), describe(Errno::NOSPC));
    relay.wait_until_asleep();
    let completed = relay.end(Signal::TERM);
    assert_eq!(completed.messages.matches("cannot write").count(), 1, "{}", completed.messages);
    assert!(completed.messages.contains("relay: 2 lines of the log"), "{}", completed.messages);

    let mut command = std::process::Command::new(&program);
    close_stdout(&mut command);
    let output = command.args(["--log", "@x", "/nowhere"]).stdin(Stdio::null()).output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(stderr, format!("relay: cannot write the log: {}\n", describe(Errno::BADF)));
}
