//! Functions that run this test program with the example `sandbox`.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use butter::signal::{self, Signal};
use common::child::spawn;
use common::test::Test;

/// The environment variable that contains the name of the test whose body runs in the sandbox.
const SANDBOXED: &str = "BUTTER_SANDBOXED_TEST";

/// The beginning of the lines that a body prints.
const MARK: &str = "\u{1}";

/// Returns the path of the built example `sandbox`.
pub fn program() -> Result<PathBuf, String> {
    common::example("sandbox")
}

/// The result of a run of `sandbox`.
#[derive(Debug)]
pub struct Completed {
    pub status: i32,
    /// The lines that the body printed with [`print`].
    pub lines: Vec<String>,
    /// The messages of `sandbox`, without the name of the program.
    pub messages: Vec<String>,
}

impl Completed {
    pub fn new(output: &Output) -> Self {
        let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
        let with_start = |text: String, start: &str| {
            let lines = text.lines().filter_map(|line| line.split_once(start));
            lines.map(|(_, rest)| rest.to_owned()).collect()
        };
        let status = output.status.code().unwrap_or_else(|| panic!("{output:?}"));
        let lines = with_start(text(&output.stdout), MARK);
        Self { status, lines, messages: with_start(text(&output.stderr), "sandbox: ") }
    }
}

/// Prints a line that [`Completed::lines`] contains.
pub fn print(line: impl std::fmt::Display) {
    use std::io::Write;
    let _ = std::io::stdout().write_all(format!("\n{MARK}{line}\n").as_bytes());
}

/// Returns a command that runs the body of a test in the sandbox. In the process that it starts,
/// calls the body instead, and exits with status 0.
pub fn command_or_body(
    program: &Path,
    test: Test,
    options: &[&str],
    body: impl FnOnce(),
) -> Command {
    call_in_sandbox(test, body);
    let mut command = command(program);
    command.args(options).arg("--").arg(std::env::current_exe().unwrap());
    command.args([test.name(), "--exact", "--nocapture", "--test-threads=1"]);
    // The child of a test has no watchdog thread.
    command.env(SANDBOXED, test.name()).env("BUTTER_CHILD_OF_TEST", test.name());
    command
}

/// In the process that [`command_or_body`] starts, calls the body, and exits with status 0. A test
/// that makes preparations, such as creating files, calls this function before.
pub fn call_in_sandbox(test: Test, body: impl FnOnce()) {
    if std::env::var_os(SANDBOXED).is_some_and(|name| name == test.name()) {
        body();
        std::process::exit(0);
    }
}

/// Runs the body of a test in the sandbox.
pub fn run(program: &Path, test: Test, options: &[&str], body: impl FnOnce()) -> Completed {
    complete(command_or_body(program, test, options, body))
}

pub fn complete(mut command: Command) -> Completed {
    Completed::new(&spawn(&mut command).unwrap().wait_with_output().unwrap())
}

/// Starts a command, and reads its first marked line.
pub fn start(command: &mut Command) -> (Child, String) {
    use std::io::{BufRead, BufReader};
    let mut child = spawn(command).unwrap();
    let stdout = BufReader::new(child.stdout.take().unwrap());
    let mut lines = stdout.lines().map(Result::unwrap);
    let line = lines.find_map(|line| Some(line.split_once(MARK)?.1.to_owned()));
    (child, line.expect("the body should print a line"))
}

/// Returns a command that runs the program with pipes for its output, and with the default actions
/// of the termination signals.
pub fn command(program: &Path) -> Command {
    for signal in [Signal::INT, Signal::TERM, Signal::HUP] {
        // A child inherits ignored signals, and the test process may ignore termination signals.
        signal::set_default(signal).unwrap();
    }
    let mut command = Command::new(program);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Runs the program with arguments only.
pub fn run_with(program: &Path, arguments: &[impl AsRef<OsStr>]) -> Output {
    let mut command = command(program);
    command.args(arguments);
    spawn(&mut command).unwrap().wait_with_output().unwrap()
}

/// Makes a system call without effect on memory. Returns the result, or the name of the errno.
pub fn call(number: libc::c_long, args: [u64; 3]) -> String {
    let [a, b, c] = args;
    // SAFETY: each caller passes arguments with which the kernel does not access memory of the
    // program, or reads only a path.
    match unsafe { libc::syscall(number, a, b, c, 4_u64, 5_u64, 6_u64) } {
        -1 => {
            let errno = std::io::Error::last_os_error().raw_os_error();
            errno.and_then(butter::Errno::from_raw).unwrap().to_string()
        }
        value => value.to_string(),
    }
}
