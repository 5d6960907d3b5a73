//! Command-line options and addresses of the example `relay`.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::os::unix::ffi::OsStrExt;
use std::process::{Command, Stdio};

use butter::Errno;
use butter::process::Pid;
use butter::signal::{self, Signal};

use super::peers::{Kind, Server, Stream, directory};
use super::run::{Relay, program, run};
use crate::usage;
use common::inject::inject;
use common::{describe, require};

#[test]
fn relay_rejects_invalid_arguments() {
    let program = require!(program());
    let long = [b'/'; 200];
    let long_name = [b"@" as &[u8], &[b'/'; 108]].concat();
    for (arguments, message) in [
        (&[] as &[&[u8]], "missing LISTEN operand"),
        (&[b"/a"], "missing TARGET operand after '/a'"),
        (
            &[b"--", b"--help", b"/b"],
            "invalid address '--help' (expected HOST:PORT, IP:PORT, *:PORT, unix:PATH, @NAME or a \
             PATH that contains a /)",
        ),
        (&[b"--frobnicate", b"/a", b"/b"], "unrecognized option '--frobnicate'"),
        (&[b"-x\xff\x1b", b"/a", b"/b"], "unrecognized option '-x'"),
        (&[b"--quiet=yes", b"/a", b"/b"], "option '--quiet' doesn't allow an argument"),
        (&[b"-q=yes", b"/a", b"/b"], "option '-q' doesn't allow an argument"),
        (
            &[b"/a", b"www.example.org:http"],
            "invalid address 'www.example.org:http': the port is not a number from 0 to 65535 \
             (expected HOST:PORT",
        ),
        (&[b"localhost:65536", b"/b"], "invalid address 'localhost:65536': the port is not"),
        (&[b"localhost", b"/b"], "invalid address 'localhost' (expected HOST:PORT"),
        (&[b"/a", b"local host:80"], "invalid address 'local host:80' (expected HOST:PORT"),
        (&[b"/a", b"localhost:0"], "invalid TARGET 'localhost:0': the port is 0"),
        (&[b"localhost:80", b"localhost:80"], "LISTEN and TARGET are the same"),
        (&[b"/a", b"/b", b"unix:/a"], "LISTEN and TARGET are the same"),
        (&[b"/a", b"/b", b"*:80"], "invalid TARGET '*:80': * means all addresses"),
        (&[b"1.2.3:80", b"/b"], "invalid address '1.2.3:80' (expected HOST:PORT"),
        (&[b"*:65536", b"/b"], "invalid address '*:65536' (expected HOST:PORT, IP:PORT, *:PORT"),
        (&[b"*", b"/b"], "invalid address '*' (expected HOST:PORT, IP:PORT, *:PORT"),
        (
            &[b"/a", b"*:80"],
            "invalid TARGET '*:80': * means all addresses, which is valid only for LISTEN",
        ),
        (&[b"*:80", b"*:80"], "invalid TARGET '*:80': * means all addresses"),
        (&[b"127.0.0.1", b"/b"], "invalid address '127.0.0.1' (expected HOST:PORT"),
        (&[b"/a", b"127.0.0.1:65536"], "invalid address '127.0.0.1:65536' (expected HOST:PORT"),
        (&[b"\xff", b"/b"], r"invalid address '\xff' (expected HOST:PORT"),
        (&[b"/a", b"127.0.0.1:0"], "invalid TARGET '127.0.0.1:0': the port is 0"),
        (
            &[b"--balance=random", b"/a", b"/b"],
            "invalid argument 'random' for '--balance' (expected failover or round-robin)",
        ),
        (
            &[b"--proxy-protocol=3", b"/a", b"/b"],
            "invalid argument '3' for '--proxy-protocol' (expected v1 or v2)",
        ),
        (
            &[b"--idle-timeout=0", b"/a", b"/b"],
            "invalid argument '0' for '--idle-timeout' (expected a positive number of seconds)",
        ),
        (
            &[b"--connect-timeout=1e300", b"/a", b"/b"],
            "invalid argument '1e300' for '--connect-timeout' (expected a positive number",
        ),
        (&[b"--connect-timeout"], "option '--connect-timeout' requires an argument"),
        (
            &[b"--keepalive=32768", b"/a", b"/b"],
            "invalid argument '32768' for '--keepalive' (expected a number of seconds from 1 to \
             32767)",
        ),
        (&[b"--keepalive=0", b"/a", b"/b"], "invalid argument '0' for '--keepalive'"),
        (&[b"--keepalive=1.5", b"/a", b"/b"], "invalid argument '1.5' for '--keepalive'"),
        (
            &[b"--memory=1M", b"/a", b"/b"],
            "invalid argument '1M' for '--memory' (expected a size such as 64M, at least ",
        ),
        (&[b"--memory=-1", b"/a", b"/b"], "invalid argument '-1' for '--memory'"),
        (&[b"unix:", b"/b"], "empty path in address 'unix:'"),
        (&[b"@", b"/b"], "empty name in address '@'"),
        (&[b"/a", b"unix:@"], "empty name in address '@'"),
        (&[b"/a", &long_name], "name too long for a socket: '@//////"),
        (&[b"unix:@a", b"@a"], "LISTEN and TARGET are the same"),
        (&[b"/a", b""], "invalid address '' (expected HOST:PORT"),
        (&[b"/a", &long], "path too long for a socket: '//////"),
        (&[b"unix:/a", b"/a"], "LISTEN and TARGET are the same"),
    ] {
        let arguments: Vec<_> =
            arguments.iter().map(|argument| OsStr::from_bytes(argument)).collect();
        let (status, stdout, stderr) = run(&program, &arguments);
        assert_eq!((status, stdout.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(stderr.starts_with(&format!("relay: {message}")), "{arguments:?}: {stderr}");
        assert_eq!(stderr.lines().count(), 2, "{arguments:?}: {stderr}");
    }
}

#[test]
fn relay_help_lists_addresses_options_and_exit_statuses() {
    let program = require!(program());
    let (status, text, stderr) = run(&program, &["--help".as_ref()]);
    assert_eq!((status, stderr.as_str()), (Some(0), ""));
    for text_part in [
        "IP:PORT",
        "HOST:PORT",
        "*:PORT",
        "unix:PATH",
        "unix:@NAME",
        "--balance ORDER",
        "--connect-timeout SECONDS",
        "--idle-timeout SECONDS",
        "--keepalive SECONDS",
        "--memory SIZE",
        "--proxy-protocol VERSION",
        "--log",
        "--quiet",
        "--help",
        "--version",
        "\n  0  ",
        "\n  1  ",
        "\n  2  ",
    ] {
        assert!(text.contains(text_part), "the help text does not contain {text_part:?}");
    }
    assert!(text.lines().all(|line| line.chars().count() <= 100));
    let (_, version, _) = run(&program, &["-V".as_ref()]);
    assert_eq!(version, concat!("relay ", env!("CARGO_PKG_VERSION"), "\n"));
}

#[test]
fn relay_exits_with_1_if_listen_address_is_in_use() {
    let program = require!(program());
    let tcp = Server::new(Kind::Tcp);
    let (_guard, path) = directory();
    let path = path.join("existing");
    std::fs::write(&path, "content").unwrap();
    for listen in [tcp.address.as_str(), path.to_str().unwrap()] {
        let (status, _, stderr) =
            run(&program, &["-q".as_ref(), listen.as_ref(), "/nowhere/to/go".as_ref()]);
        assert_eq!((status, stderr.lines().count()), (Some(1), 1), "{stderr}");
        assert!(stderr.starts_with("relay: cannot listen on "), "{stderr}");
        let reason = format!("{listen}: {}: bind: ", describe(Errno::ADDRINUSE));
        assert!(stderr.contains(&reason), "{stderr}");
    }
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "content");
}

#[test]
fn relay_message_contains_call_description_and_errno_if_call_fails() {
    let program = require!(program());
    let arguments = ["127.0.0.1:0".as_ref(), "/nowhere/to/go".as_ref()];
    let (status, stdout, stderr) =
        inject(libc::SYS_epoll_create1, Errno::MFILE, || run(&program, &arguments));
    assert_eq!((status, stdout.as_str(), stderr.lines().count()), (Some(1), "", 1), "{stderr}");
    let start = format!("relay: {}: epoll_create1: ", describe(Errno::MFILE));
    assert!(stderr.starts_with(&start), "{stderr}");
}

#[test]
fn relay_quiet_prints_only_the_address() {
    let program = require!(program());
    signal::set_default(Signal::TERM).unwrap();
    let server = Server::new(Kind::Unix);
    for arguments in [
        &["--quiet", "127.0.0.1:0", &server.address] as &[&str],
        &["127.0.0.1:0", &server.address, "-q"],
        &["127.0.0.1:0", "-qq", "--", &server.address],
    ] {
        let mut command = Command::new(&program);
        command.args(arguments).stdin(Stdio::null());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut address = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut address).unwrap();
        // The read end of the program's standard output is closed at this point, so further output
        // would fail.
        let client = Stream::connect(address.trim_end());
        let served = server.accept();
        client.finish();
        assert_eq!(served.receive_all(), b"");
        signal::kill(Pid::from_raw(child.id().cast_signed()).unwrap(), Signal::TERM).unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]));
    }
}

#[test]
fn relay_prints_help_and_version_after_other_arguments() {
    let operands = ["127.0.0.1:0", "/nowhere", "x"];
    usage::assert_prints_help_and_version(&require!(program()), "relay", &operands);
}

#[test]
fn relay_reports_write_error_of_help_and_version() {
    usage::assert_reports_write_error_of_help_and_version(&require!(program()), "relay");
}

#[test]
fn relay_accepts_target_path_with_and_without_prefix() {
    let program = require!(program());
    let server = Server::new(Kind::Unix);
    let bare = server.address.strip_prefix("unix:").unwrap();
    for target in [bare, &server.address] {
        let relay = Relay::start(&program, Kind::Unix, target);
        let (client, served) = (relay.connect(), server.accept());
        client.finish();
        assert_eq!(served.receive_all(), b"");
    }
}
