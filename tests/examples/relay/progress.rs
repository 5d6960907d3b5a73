//! The progress line of the example `relay` on a terminal.

use std::fs::File;
use std::io::Read;
use std::os::fd::FromRawFd;
use std::process::{Command, Stdio};

use butter::process::Pid;
use butter::signal::{self, Signal};

use super::peers::{Kind, Server, Stream};
use super::run::program;
use common::require;

/// Opens a pseudoterminal. Returns the slave, to which `relay` writes, and the master, from which
/// the test reads.
fn terminal() -> Result<(File, File), String> {
    // SAFETY: opens a descriptor; touches no memory.
    let master = unsafe { libc::posix_openpt(libc::O_RDWR | libc::O_NOCTTY | libc::O_CLOEXEC) };
    if master < 0 {
        return Err(format!(
            "a pseudoterminal cannot be opened: {}",
            std::io::Error::last_os_error()
        ));
    }
    // SAFETY: open, and owned by this function only.
    let master_file = unsafe { File::from_raw_fd(master) };
    // SAFETY: touches no memory.
    assert_eq!(unsafe { libc::unlockpt(master) }, 0);
    let mut name = [0; 64];
    // SAFETY: writes a NUL-terminated string to these bytes.
    assert_eq!(unsafe { libc::ptsname_r(master, name.as_mut_ptr(), name.len()) }, 0);
    // SAFETY: reads the string.
    let program =
        unsafe { libc::open(name.as_ptr(), libc::O_RDWR | libc::O_NOCTTY | libc::O_CLOEXEC) };
    if program < 0 {
        return Err(format!("the terminal cannot be opened: {}", std::io::Error::last_os_error()));
    }
    // SAFETY: open, and owned by this function only.
    Ok((unsafe { File::from_raw_fd(program) }, master_file))
}

#[test]
fn relay_shows_progress_on_terminal() {
    let program = require!(program());
    let (terminal, mut master) = require!(terminal());
    signal::set_default(Signal::TERM).unwrap();
    let server = Server::new(Kind::Unix);
    let mut command = Command::new(program);
    command
        .args(["127.0.0.1:0", &server.address])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(terminal);
    let mut child = command.spawn().unwrap();
    // Closes this process's descriptor of the terminal: reading the master fails with EIO once no
    // process has the terminal open, so that `wait_for` panics if `relay` exits.
    drop(command);
    let mut output = String::new();
    let mut wait_for = |text: &str| {
        let mut buffer = [0; 1000];
        while !output.contains(text) {
            let count = master
                .read(&mut buffer)
                .unwrap_or_else(|error| panic!("{error} before `{text}`: {output}"));
            output.push_str(&String::from_utf8_lossy(&buffer[..count]));
        }
        output.clone()
    };
    let start = wait_for(", relaying to ");
    let address = start
        .split("listening on ")
        .nth(1)
        .and_then(|rest| rest.split(',').next())
        .unwrap()
        .to_owned();
    let (client, served) = (Stream::connect(&address), server.accept());
    client.send(&[7; 1536]);
    wait_for("\r\x1b[K1 open, 0 ended; to target 1.5 KiB, ");
    served.send(&[7; 3]);
    wait_for("/s; to client 3 B, ");
    client.finish();
    assert_eq!(served.receive_all().len(), 1536);
    served.finish();
    assert_eq!(client.receive_all().len(), 3);
    wait_for("\r\x1b[K0 open, 1 ended; to target 1.5 KiB, ");
    signal::kill(Pid::from_raw(child.id().cast_signed()).unwrap(), Signal::TERM).unwrap();
    wait_for(
        "\r\x1b[Krelay: terminated by SIGTERM: 1 connection \
        (0 failed, 0 with unreachable target, 0 aborted); 1536 bytes to target, ",
    );
    assert_eq!(child.wait().unwrap().code(), Some(0));
}
