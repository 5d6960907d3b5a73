//! Functions that run the example `guard` on a private tmpfs.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, ChildStdout, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use butter::fanotify::{Class, Fanotify};
use butter::mount::{self, MountFlags};
use butter::signal::{self, Signal};
use common::test::Test;
use common::{bytes, files, require};

/// The time after which an open counts as blocked.
const LIMIT: Duration = Duration::from_secs(20);

/// Returns the path of the built example `guard`.
pub fn program() -> Result<PathBuf, String> {
    common::example("guard")
}

/// Runs the body in a new mount namespace, with the path of the program and of a directory on a new
/// tmpfs. Skips the test if this process is not root of the host.
pub fn in_tmpfs(test: Test, body: impl FnOnce(&Path, &Path)) {
    let program = require!(test; program());
    // Root of a user namespace can create a mount namespace as well.
    require!(test; Fanotify::new(Class::Content).map(drop));
    let ran = test.in_namespaces_as_host_root(|| {
        let directory = files::directory();
        let path = directory.path();
        mount::mount("tmpfs", bytes(path), "tmpfs", MountFlags::empty(), "").unwrap();
        let guarded = path.join("guarded");
        std::fs::create_dir(&guarded).unwrap();
        body(&program, &guarded);
    });
    require!(test; ran, "this process is not root of the host");
}

/// Returns a command that runs the program with pipes for its output, and with the default actions
/// of the termination signals.
pub fn command(program: &Path, options: &[&str], directory: &Path) -> Command {
    for signal in [Signal::INT, Signal::TERM, Signal::HUP] {
        // A child inherits ignored signals, and the test process may ignore termination signals.
        signal::set_default(signal).unwrap();
    }
    let mut command = Command::new(program);
    command.args(options).arg("--").arg(directory);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// A running `guard`, which has added its marks. It is killed on drop.
pub struct Running {
    pub child: Child,
    pub stdout: Option<BufReader<ChildStdout>>,
    stderr: BufReader<ChildStderr>,
}

/// The result of a completed run of `guard`.
pub struct Completed {
    pub status: i32,
    pub lines: Vec<String>,
    pub stderr: String,
}

impl Running {
    pub fn start(program: &Path, options: &[&str], directory: &Path) -> Self {
        Self::spawn(&mut command(program, options, directory))
    }

    pub fn spawn(command: &mut Command) -> Self {
        let mut child = command.spawn().unwrap();
        let stdout = child.stdout.take().map(BufReader::new);
        let stderr = BufReader::new(child.stderr.take().unwrap());
        let mut running = Self { child, stdout, stderr };
        assert_eq!(running.message(), "guard: guarding 1 directory\n");
        running
    }

    /// Reads the next message.
    pub fn message(&mut self) -> String {
        let mut line = String::new();
        self.stderr.read_line(&mut line).unwrap();
        line
    }

    pub fn stderr(&self) -> &ChildStderr {
        self.stderr.get_ref()
    }

    /// Sends a signal. The child has not been reaped, so its process ID has not been reused.
    pub fn send(&self, number: i32) {
        // SAFETY: touches no memory.
        assert_eq!(unsafe { libc::kill(self.child.id().cast_signed(), number) }, 0, "{number}");
    }

    /// Stops the child until it receives `SIGCONT`.
    pub fn stop(&self) {
        self.send(libc::SIGSTOP);
        let mut status = 0;
        // SAFETY: writes an int. A stopped child is not reaped.
        let stopped = unsafe {
            libc::waitpid(self.child.id().cast_signed(), &raw mut status, libc::WUNTRACED)
        };
        assert!(stopped > 0 && libc::WIFSTOPPED(status), "{status:#x}");
    }

    /// Terminates the program, and returns its output and messages.
    pub fn end(mut self) -> Completed {
        self.send(libc::SIGTERM);
        let (mut stdout, mut stderr) = (String::new(), String::new());
        if let Some(reader) = &mut self.stdout {
            reader.read_to_string(&mut stdout).unwrap();
        }
        self.stderr.read_to_string(&mut stderr).unwrap();
        let status = self.child.wait().unwrap().code().expect("the program should not be killed");
        Completed { status, lines: stdout.lines().map(str::to_owned).collect(), stderr }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An open in another thread.
pub struct Opening(mpsc::Receiver<io::Result<File>>);

impl Opening {
    pub fn start(path: &Path) -> Self {
        let (sender, receiver) = mpsc::channel();
        let path = path.to_owned();
        std::thread::spawn(move || sender.send(File::open(path)));
        Self(receiver)
    }

    /// Returns whether the open still waits for a response after a short time.
    pub fn is_waiting(&self) -> bool {
        let result = self.0.recv_timeout(Duration::from_millis(20));
        matches!(result, Err(mpsc::RecvTimeoutError::Timeout))
    }

    /// Returns the result of the open. Panics if the open is blocked.
    pub fn result(&self) -> io::Result<File> {
        self.0.recv_timeout(LIMIT).expect("the open should not be blocked")
    }
}

/// Opens a file. Panics if the open is blocked.
pub fn open(path: &Path) -> io::Result<File> {
    Opening::start(path).result()
}

/// Asserts that a file can be opened, or that the open is denied.
#[track_caller]
pub fn assert_open(path: &Path, is_allowed: bool) {
    let error = open(path).err().map(|error| error.raw_os_error().unwrap());
    assert_eq!(error, (!is_allowed).then_some(libc::EPERM), "{}", path.display());
}
