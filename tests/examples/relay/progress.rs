//! The line on a terminal.

use std::fs::File;
use std::io::Read;
use std::os::fd::FromRawFd;
use std::process::{Command, Stdio};

use butter::process::Pid;
use butter::signal::{self, Signal};

use super::peers::{Kind, Server, Stream};
use super::run::program;
use common::require;

/// A terminal: the end that a program has, and the end at which it is looked at.
fn terminal() -> Result<(File, File), String> {
    // SAFETY: opens a descriptor; touches no memory.
    let looked_at = unsafe { libc::posix_openpt(libc::O_RDWR | libc::O_NOCTTY | libc::O_CLOEXEC) };
    if looked_at < 0 {
        return Err(format!("there is no terminal: {}", std::io::Error::last_os_error()));
    }
    // SAFETY: open, and ours alone.
    let file = unsafe { File::from_raw_fd(looked_at) };
    // SAFETY: touches no memory.
    assert_eq!(unsafe { libc::unlockpt(looked_at) }, 0);
    let mut name = [0; 64];
    // SAFETY: writes a string, with its end, to these bytes.
    assert_eq!(unsafe { libc::ptsname_r(looked_at, name.as_mut_ptr(), name.len()) }, 0);
    // SAFETY: reads the string.
    let program =
        unsafe { libc::open(name.as_ptr(), libc::O_RDWR | libc::O_NOCTTY | libc::O_CLOEXEC) };
    if program < 0 {
        return Err(format!("the terminal cannot be opened: {}", std::io::Error::last_os_error()));
    }
    // SAFETY: open, and ours alone.
    Ok((unsafe { File::from_raw_fd(program) }, file))
}

#[test]
fn a_terminal_shows_how_it_goes() {
    let program = require!(program());
    let (terminal, mut looked_at) = require!(terminal());
    signal::set_default(Signal::TERM).unwrap();
    let server = Server::new(Kind::Unix);
    let mut command = Command::new(program);
    command
        .args(["127.0.0.1:0", &server.address])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(terminal);
    let mut child = command.spawn().unwrap();
    // The end that the program has is its alone from here on: a terminal that everybody has left is an error to read.
    drop(command);
    let mut seen = String::new();
    let mut see = |text: &str| {
        let mut buffer = [0; 1000];
        while !seen.contains(text) {
            let count = looked_at
                .read(&mut buffer)
                .unwrap_or_else(|error| panic!("no `{text}`, {error}: {seen}"));
            seen.push_str(&String::from_utf8_lossy(&buffer[..count]));
        }
        seen.clone()
    };
    let start = see(", relaying to ");
    let address = start
        .split("listening on ")
        .nth(1)
        .and_then(|rest| rest.split(',').next())
        .unwrap()
        .to_owned();
    let (client, served) = (Stream::connect(&address), server.accept());
    client.send(&[7; 1536]);
    see("\r\x1b[K1 open, 0 ended; to target 1.5 KiB, ");
    served.send(&[7; 3]);
    see("/s; to client 3 B, ");
    client.finish();
    assert_eq!(served.receive_all().len(), 1536);
    served.finish();
    assert_eq!(client.receive_all().len(), 3);
    see("\r\x1b[K0 open, 1 ended; to target 1.5 KiB, ");
    signal::kill(Pid::from_raw(child.id().cast_signed()).unwrap(), Signal::TERM).unwrap();
    see(
        "\r\x1b[Krelay: terminated by SIGTERM: 1 connection (0 failed, 0 with unreachable target, 0 aborted); 1536 bytes to target, ",
    );
    assert_eq!(child.wait().unwrap().code(), Some(0));
}
