//! Functions that run the example `supervise` with the test program as its command.

use std::ffi::{CStr, CString, OsStr, OsString};
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use butter::seccomp::{Action, Filter, Instruction, Policy};
use butter::signal::{self, Signal};
use common::child::spawn;
use common::files;
use common::test::Test;

/// The variables that contain the name of the supervised test, and its directory.
const TEST: &str = "BUTTER_SUPERVISED_TEST";
const DIRECTORY: &str = "BUTTER_SUPERVISED_DIRECTORY";

/// The text that a supervised process prints after the closure of the test has returned.
pub const RETURNED: &str = "the supervised closure has returned";

/// Returns the path of the built example `supervise`. Returns an error if the example is not built,
/// or if this host does not permit a listener.
pub fn program() -> Result<PathBuf, String> {
    if std::env::var_os(TEST).is_some() {
        // The supervised process has a listener already.
        return Ok(PathBuf::new());
    }
    let mut instructions = [Instruction::default(); 32];
    let program = Policy::new(Action::Allow).try_compile(&mut instructions).unwrap();
    let installed = std::thread::scope(|scope| {
        scope.spawn(|| Filter::new(program).install_listener().map(drop)).join().unwrap()
    });
    installed.map_err(|error| error.to_string())?;
    common::example("supervise")
}

/// The result of a command that has terminated.
#[derive(Debug)]
pub struct Completed {
    pub status: i32,
    pub stdout: String,
    pub stderr: String,
    /// The directory with which the command ran. It is removed on drop.
    pub directory: temp_dir::TempDir,
}

impl Completed {
    /// Asserts that the command has succeeded.
    #[track_caller]
    pub fn assert_success(&self) {
        assert_eq!(self.status, 0, "{}\n{}", self.stdout, self.stderr);
        assert!(self.stdout.contains(RETURNED), "{}", self.stdout);
    }

    /// Returns the lines of the log that refer to files in the directory of the test, without the
    /// thread ID, and with paths relative to the directory.
    pub fn log(&self) -> Vec<String> {
        let directory = self.directory.path().canonicalize().unwrap();
        let directory = format!("{}/", directory.to_str().unwrap());
        let lines = self.stderr.lines().filter(|line| line.contains(&directory));
        lines
            .filter_map(|line| {
                let line = line.strip_prefix("supervise: ")?.replace(&directory, "");
                let [decision, thread, rest] =
                    line.splitn(3, ' ').collect::<Vec<_>>().try_into().unwrap();
                assert!(thread.parse::<u32>().is_ok(), "{line}");
                Some(format!("{decision} {rest}"))
            })
            .collect()
    }
}

/// A running `supervise`, which is killed on drop.
pub struct Running {
    child: Child,
    pub stdout: ChildStdout,
    stderr: std::thread::JoinHandle<String>,
    directory: temp_dir::TempDir,
}

impl Running {
    pub fn send(&self, signal: libc::c_int) {
        // SAFETY: touches no memory; the child has not been reaped.
        assert_eq!(unsafe { libc::kill(self.child.id().cast_signed(), signal) }, 0);
    }

    /// Reads from the standard output of the command up to the end of a text.
    pub fn wait_for(&mut self, text: &str) {
        let (mut output, mut byte) = (Vec::new(), [0]);
        while !output.ends_with(text.as_bytes()) {
            let count = self.stdout.read(&mut byte).unwrap();
            assert_eq!(count, 1, "the output should contain {text}: {output:?}");
            output.push(byte[0]);
        }
    }

    /// Sends a signal until `supervise` has ended.
    pub fn terminate(mut self, signal: libc::c_int) -> Completed {
        while self.child.try_wait().unwrap().is_none() {
            self.send(signal);
            std::thread::sleep(Duration::from_millis(20));
        }
        self.finish()
    }

    /// Waits for `supervise`, and returns its exit status, or the negated signal that has
    /// terminated it.
    pub fn finish(self) -> Completed {
        use std::os::unix::process::ExitStatusExt;
        let Self { mut child, mut stdout, stderr, directory } = self;
        let mut text = String::new();
        stdout.read_to_string(&mut text).unwrap();
        let status = child.wait().unwrap();
        let status = status.code().or(status.signal().map(|signal| -signal)).unwrap();
        Completed { status, stdout: text, stderr: stderr.join().unwrap(), directory }
    }
}

/// Starts `supervise` with options, which can contain the directory of the test (`DIR`) and which
/// run `command` again. In the supervised process, this function runs `command` with the directory
/// of the test, and returns `None`.
pub fn start(
    test: Test,
    program: &Path,
    options: &[&str],
    command: impl FnOnce(&Path),
) -> Option<Running> {
    start_with(test, program, options, |_| (), command)
}

/// Starts `supervise` after `prepare` has changed how it is started: see [`start`].
pub fn start_with(
    test: Test,
    program: &Path,
    options: &[&str],
    prepare: impl FnOnce(&mut Command),
    command: impl FnOnce(&Path),
) -> Option<Running> {
    if std::env::var_os(TEST).is_some_and(|name| name == test.name()) {
        command(Path::new(&std::env::var_os(DIRECTORY).unwrap()));
        println!("{RETURNED}");
        return None;
    }
    for signal in [Signal::HUP, Signal::INT, Signal::QUIT, Signal::TERM] {
        // A child inherits ignored signals, and the test process may ignore termination signals.
        signal::set_default(signal).unwrap();
    }
    let directory = files::directory();
    let path = directory.path().canonicalize().unwrap();
    let options = options.iter().map(|option| replace(option, &path));
    let mut supervise = Command::new(program);
    supervise.args(options).arg("--").arg(std::env::current_exe().unwrap());
    supervise.args([test.name(), "--exact", "--nocapture", "--test-threads=1"]);
    supervise.env(TEST, test.name()).env(DIRECTORY, &path);
    supervise.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    prepare(&mut supervise);
    let mut child = spawn(&mut supervise).unwrap();
    let (stdout, mut stderr) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
    let stderr = std::thread::spawn(move || {
        let mut bytes = Vec::new();
        stderr.read_to_end(&mut bytes).unwrap();
        String::from_utf8_lossy(&bytes).into_owned()
    });
    Some(Running { child, stdout, stderr, directory })
}

fn replace(option: &str, directory: &Path) -> OsString {
    option.replace("DIR", directory.to_str().unwrap()).into()
}

/// Runs `supervise` until it ends: see [`start`].
pub fn run(
    test: Test,
    program: &Path,
    options: &[&str],
    command: impl FnOnce(&Path),
) -> Option<Completed> {
    start(test, program, options, command).map(Running::finish)
}

/// Returns the errno of a result, or 0.
pub fn errno<T>(result: io::Result<T>) -> i32 {
    result.err().map_or(0, |error| error.raw_os_error().unwrap())
}

/// Returns the path of a file as a C string.
pub fn c_path(directory: &Path, name: &(impl AsRef<OsStr> + ?Sized)) -> CString {
    CString::new(directory.join(name.as_ref()).as_os_str().as_bytes()).unwrap()
}

/// Returns a descriptor, or the negated errno.
pub fn result(returned: libc::c_long) -> i32 {
    if returned < 0 { -errno::<()>(Err(io::Error::last_os_error())) } else { returned as i32 }
}

/// Calls `openat` directly. Returns the descriptor, which remains open, or the negated errno.
pub fn openat(directory: i32, path: &CStr, flags: i32, mode: u32) -> i32 {
    // SAFETY: reads the path.
    result(unsafe { libc::syscall(libc::SYS_openat, directory, path.as_ptr(), flags, mode) })
}
