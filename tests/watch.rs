//! The example `watch`, run as a user runs it.

mod common;

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

/// What every run has, so that a test that fails does not hang: the tests that end otherwise see another status.
const AT_MOST: &str = "--timeout=120";

/// The example's program: what `BUTTER_WATCH` names, else where cargo puts it, beside the directory of the tests'
/// programs; `None`, said by name, where it is not.
fn program(test: &str) -> Option<PathBuf> {
    if let Some(program) = std::env::var_os("BUTTER_WATCH") {
        return Some(program.into());
    }
    let tests = std::env::current_exe().unwrap();
    let program = tests.parent().and_then(Path::parent).map(|profile| profile.join("examples/watch"));
    let program = program.filter(|program| program.is_file());
    if program.is_none() {
        common::skip(test, "the example `watch` is not beside the tests: `cargo build --example watch` makes it");
    }
    program
}

/// What a run has come to.
struct Ended {
    status: i32,
    stdout: Vec<u8>,
    stderr: String,
}

impl Ended {
    fn lines(&self) -> Vec<&str> {
        std::str::from_utf8(&self.stdout).expect("the output is UTF-8").lines().collect()
    }

    /// The lines of text without the time.
    fn told(&self) -> Vec<String> {
        let words = |line: &&str| line.split_whitespace().skip(1).collect::<Vec<_>>().join(" ");
        self.lines().iter().map(words).collect()
    }

    fn objects(&self) -> Vec<json::Value> {
        self.lines().iter().map(|line| json::parse(line).unwrap_or_else(|| panic!("no JSON: {line}"))).collect()
    }
}

fn code(status: ExitStatus) -> i32 {
    status.code().unwrap_or_else(|| panic!("ended with {status}"))
}

fn run(program: &Path, arguments: &[&OsStr]) -> Ended {
    let output = Command::new(program).args(arguments).stdin(Stdio::null()).output().unwrap();
    let stderr = String::from_utf8(output.stderr).expect("the errors are UTF-8");
    Ended { status: code(output.status), stdout: output.stdout, stderr }
}

/// A run that watches: every path is, from here on.
struct Running {
    child: Child,
    stdout: Arc<Mutex<Vec<u8>>>,
    reader: JoinHandle<()>,
    stderr: BufReader<ChildStderr>,
    said: String,
}

impl Running {
    fn start(program: &Path, options: &[&str], paths: &[&Path]) -> Self {
        let mut child = Command::new(program)
            .args([AT_MOST])
            .args(options)
            .arg("--")
            .args(paths)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let stdout = Arc::new(Mutex::new(Vec::new()));
        let (mut from, to) = (child.stdout.take().unwrap(), Arc::clone(&stdout));
        let reader = std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let count @ 1.. = from.read(&mut buffer).unwrap() {
                to.lock().unwrap().extend_from_slice(&buffer[..count]);
            }
        });
        let stderr = BufReader::new(child.stderr.take().unwrap());
        let mut running = Self { child, stdout, reader, stderr, said: String::new() };
        running.wait_for("watch: watching ");
        running
    }

    fn wait_for(&mut self, start: &str) {
        loop {
            let before = self.said.len();
            assert_ne!(self.stderr.read_line(&mut self.said).unwrap(), 0, "it never said `{start}`:\n{}", self.said);
            if self.said[before..].starts_with(start) {
                return;
            }
        }
    }

    fn wait_for_output(&self, text: &str) {
        let has = |bytes: &[u8]| bytes.windows(text.len()).any(|window| window == text.as_bytes());
        // What is looked for stands at the end of much else.
        while !has(self.stdout.lock().unwrap().rchunks(4096).next().unwrap_or_default()) {
            assert!(!self.reader.is_finished(), "it ended without `{text}`");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    fn signal(&self, signal: libc::c_int) {
        // SAFETY: the child is not waited for yet: its number is its own.
        assert_eq!(unsafe { libc::kill(self.child.id().cast_signed(), signal) }, 0);
    }

    fn stop(&self) {
        self.signal(libc::SIGSTOP);
        let mut status = 0;
        // SAFETY: writes an int; a child that has stopped is still there to be waited for.
        let stopped = unsafe { libc::waitpid(self.child.id().cast_signed(), &raw mut status, libc::WUNTRACED) };
        assert!(stopped > 0 && libc::WIFSTOPPED(status), "{status:#x}");
    }

    fn end(mut self) -> Ended {
        self.stderr.read_to_string(&mut self.said).unwrap();
        let status = code(self.child.wait().unwrap());
        self.reader.join().unwrap();
        let stdout = std::mem::take(&mut *self.stdout.lock().unwrap());
        Ended { status, stdout, stderr: self.said }
    }
}

fn directory() -> (tempfile::TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().to_owned();
    (directory, path)
}

#[test]
fn text_tells_what_happened_to_whom() {
    let Some(program) = program("text_tells_what_happened_to_whom") else { return };
    let (_guard, path) = directory();
    let watch = Running::start(&program, &["--events=create,Close_Write|IN_DELETE", "--count", "5"], &[&path]);
    fs::write(path.join("a file"), "!").unwrap();
    fs::create_dir(path.join("sub")).unwrap();
    fs::remove_file(path.join("a file")).unwrap();
    fs::remove_dir(path.join("sub")).unwrap();
    let ended = watch.end();
    let path = path.display();
    let told = ended.told();
    assert_eq!(told[0], format!("CREATE {path}/a file"));
    assert_eq!(told[1], format!("CLOSE_WRITE {path}/a file"));
    assert_eq!(told[2], format!("CREATE {path}/sub/"));
    assert_eq!(told[3], format!("DELETE {path}/a file"));
    assert_eq!(told[4], format!("DELETE {path}/sub/"));
    assert_eq!((told.len(), ended.status), (5, 0));
    assert_eq!(ended.stderr, "watch: watching 1 path\nwatch: 5 events: that is as many as were asked for\n");

    let columns: Vec<_> = ended.lines().iter().map(|line| line.find(&path.to_string()).unwrap()).collect();
    assert!(columns.iter().all(|column| *column == columns[0]), "the paths stand in one column: {columns:?}");
    let (time, _) = ended.lines()[0].split_once(' ').unwrap();
    let shape: String = time.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    assert_eq!(shape, "00:00:00.000Z");
}

#[test]
fn json_tells_what_happened_to_whom() {
    let Some(program) = program("json_tells_what_happened_to_whom") else { return };
    let (_guard, path) = directory();
    let options = ["--events", "create,attrib", "--format", "json", "--count", "3"];
    let watch = Running::start(&program, &options, &[&path]);
    let before = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs_f64();
    fs::write(path.join("a \"quoted\" \\ name"), "!").unwrap();
    fs::create_dir(path.join("sub")).unwrap();
    fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
    fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let ended = watch.end();
    let objects = ended.objects();
    assert_eq!((objects.len(), ended.status), (3, 0));
    for (object, name, event, dir) in [
        (&objects[0], Some("a \"quoted\" \\ name"), "CREATE", "false"),
        (&objects[1], Some("sub"), "CREATE", "true"),
        (&objects[2], None, "ATTRIB", "true"),
    ] {
        assert_eq!(object.keys(), ["time", "path", "name", "events", "dir", "cookie", "watch"]);
        assert_eq!(object["path"].text(), path.to_str());
        assert_eq!(object["name"].text(), name);
        assert_eq!(object["events"], json::Value::Array(vec![json::Value::Text(event.to_owned())]));
        assert_eq!(object["dir"].literal(), dir);
        assert_eq!((object["cookie"].literal(), object["watch"].literal()), ("null", "1"));
        let time: f64 = object["time"].literal().parse().unwrap();
        assert!((before - 1.0..before + 3600.0).contains(&time), "{time}");
    }
}

/// Names that are hard to write, and how each format writes them.
const HARD: &[(&[u8], &str, &str)] = &[
    (b"n\xff\xfeme", r"n\xff\xfeme", "n\u{fffd}\u{fffd}me"),
    (b"two\nlines\t\r", r"two\nlines\t\r", "two\nlines\t\r"),
    (b"\x1b[31mred\x7f", r"\u{1b}[31mred\u{7f}", "\u{1b}[31mred\u{7f}"),
    (b"\\xff 'quoted' \"twice\"", r#"\\xff 'quoted' "twice""#, "\\xff 'quoted' \"twice\""),
    ("grün 猫 \u{202e}\u{9b}2J".as_bytes(), r"grün 猫 \u{202e}\u{9b}2J", "grün 猫 \u{202e}\u{9b}2J"),
];

#[test]
fn text_writes_any_name_on_one_line() {
    let Some(program) = program("text_writes_any_name_on_one_line") else { return };
    let (_guard, path) = directory();
    let path = path.join(OsStr::from_bytes(b"d\xffr\n"));
    fs::create_dir(&path).unwrap();
    let count = HARD.len().to_string();
    let watch = Running::start(&program, &["--events=create", "--color=never", "--count", &count], &[&path]);
    for (name, ..) in HARD {
        fs::write(path.join(OsStr::from_bytes(name)), "").unwrap();
    }
    let ended = watch.end();
    assert_eq!((ended.status, ended.lines().len()), (0, HARD.len()), "{:?}", ended.lines());
    for (line, (_, text, _)) in ended.lines().iter().zip(HARD) {
        assert!(line.ends_with(&format!(r"/d\xffr\n/{text}")), "{line:?}");
        assert!(!line.chars().any(char::is_control), "{line:?}");
    }
}

#[test]
fn json_loses_no_byte_of_a_name() {
    let Some(program) = program("json_loses_no_byte_of_a_name") else { return };
    let (_guard, parent) = directory();
    let path = parent.join(OsStr::from_bytes(b"d\xffr\n"));
    fs::create_dir(&path).unwrap();
    let count = HARD.len().to_string();
    let watch = Running::start(&program, &["--events=create", "--format=json", "--count", &count], &[&path]);
    for (name, ..) in HARD {
        fs::write(path.join(OsStr::from_bytes(name)), "").unwrap();
    }
    let ended = watch.end();
    assert_eq!((ended.status, ended.lines().len()), (0, HARD.len()), "{:?}", ended.lines());
    let hexadecimal = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    for ((object, line), (name, _, text)) in ended.objects().iter().zip(ended.lines()).zip(HARD) {
        assert!(!line.chars().any(char::is_control), "{line:?}");
        assert_eq!(object["path_bytes"].text(), Some(hexadecimal(path.as_os_str().as_bytes()).as_str()));
        assert_eq!(object["path"].text(), Some(format!("{}/d\u{fffd}r\n", parent.display()).as_str()));
        assert_eq!(object["name"].text(), Some(*text));
        if std::str::from_utf8(name).is_ok() {
            assert!(!object.keys().contains(&"name_bytes"), "{line}");
        } else {
            assert_eq!(object["name_bytes"].text(), Some(hexadecimal(name).as_str()));
        }
    }
}

#[test]
fn the_halves_of_a_rename_have_one_cookie() {
    let Some(program) = program("the_halves_of_a_rename_have_one_cookie") else { return };
    let (_guard, path) = directory();
    fs::write(path.join("old"), "").unwrap();
    let text = Running::start(&program, &["--events=move", "--count=2"], &[&path]);
    let json = Running::start(&program, &["--events=move", "--count=2", "--format=json"], &[&path]);
    fs::rename(path.join("old"), path.join("new")).unwrap();

    let (text, json) = (text.end(), json.end());
    let objects = json.objects();
    assert_eq!(objects.iter().map(|o| o["name"].text()).collect::<Vec<_>>(), [Some("old"), Some("new")]);
    let cookie = objects[0]["cookie"].literal();
    assert!(cookie.parse::<u32>().is_ok_and(|cookie| cookie > 0), "{cookie}");
    assert_eq!(objects[1]["cookie"].literal(), cookie);

    let path = path.display();
    // Each instance is told of the rename with the same cookie.
    assert_eq!(text.told(), [format!("MOVED_FROM #{cookie} {path}/old"), format!("MOVED_TO #{cookie} {path}/new")]);
    assert_eq!((text.status, json.status), (0, 0));
}

#[test]
fn a_time_ends_it_and_says_whether_the_count_was_reached() {
    let Some(program) = program("a_time_ends_it_and_says_whether_the_count_was_reached") else { return };
    let (_guard, path) = directory();
    let start = std::time::Instant::now();
    let ended = Running::start(&program, &["--timeout", "0.25"], &[&path]).end();
    assert!(start.elapsed().as_millis() >= 250);
    assert_eq!((ended.status, ended.lines().len()), (0, 0));
    assert!(ended.stderr.ends_with("watch: 0 events: the time is over\n"), "{}", ended.stderr);

    let ended = Running::start(&program, &["--timeout=0.0005", "--count=1"], &[&path]).end();
    assert_eq!((ended.status, ended.lines().len()), (5, 0));
}

#[test]
fn quiet_is_quiet() {
    let Some(program) = program("quiet_is_quiet") else { return };
    let (_guard, path) = directory();
    let arguments = [OsStr::new("--quiet"), OsStr::new("--timeout=0.01"), path.as_os_str(), path.as_os_str()];
    let ended = run(&program, &arguments);
    assert_eq!((ended.status, ended.stdout.as_slice(), ended.stderr.as_str()), (0, &b""[..], ""));
}

#[test]
fn colour_is_for_terminals_or_on_demand() {
    let Some(program) = program("colour_is_for_terminals_or_on_demand") else { return };
    let (_guard, path) = directory();
    let by_itself = Running::start(&program, &["--count=1"], &[&path]);
    let always = Running::start(&program, &["--count=1", "--color=always"], &[&path]);
    fs::create_dir(path.join("sub")).unwrap();
    assert!(!by_itself.end().stdout.contains(&0x1b));
    assert!(always.end().stdout.contains(&0x1b));
}

#[test]
fn every_path_that_cannot_be_watched_is_named() {
    let Some(program) = program("every_path_that_cannot_be_watched_is_named") else { return };
    let (_guard, path) = directory();
    let (one, two) = (path.join("nowhere"), path.join(OsStr::from_bytes(b"neither\nhere\xff")));
    let ended = run(&program, &[AT_MOST.as_ref(), path.as_ref(), one.as_ref(), two.as_ref()]);
    assert_eq!((ended.status, ended.stdout.len()), (1, 0));
    let lines: Vec<_> = ended.stderr.lines().collect();
    let path = path.display();
    let start = format!("watch: {path}/nowhere cannot be watched: inotify_add_watch: ENOENT");
    assert!(lines[0].starts_with(&start), "{}", lines[0]);
    assert!(lines[1].starts_with(&format!(r"watch: {path}/neither\nhere\xff cannot be watched: ")), "{}", lines[1]);
    assert_eq!(lines.len(), 2, "{lines:?}");
}

#[test]
fn it_ends_with_the_last_watched_path() {
    let Some(program) = program("it_ends_with_the_last_watched_path") else { return };
    let (_guard, path) = directory();
    let (one, two) = (path.join("one"), path.join("two"));
    fs::create_dir(&one).unwrap();
    fs::write(&two, "").unwrap();
    let watch = Running::start(&program, &["--events=delete_self"], &[&one, &two]);
    fs::remove_dir(&one).unwrap();
    fs::remove_file(&two).unwrap();
    let ended = watch.end();
    let (one, two) = (one.display(), two.display());
    assert_eq!(
        ended.told(),
        [
            format!("DELETE_SELF {one}"),
            format!("IGNORED {one}: the watch has ended"),
            format!("DELETE_SELF {two}"),
            format!("IGNORED {two}: the watch has ended"),
        ]
    );
    assert_eq!(ended.status, 3);
    assert!(ended.stderr.ends_with("watch: 2 events: every watched path is gone\n"), "{}", ended.stderr);
}

#[test]
fn a_file_under_two_paths_is_told_of_once() {
    let Some(program) = program("a_file_under_two_paths_is_told_of_once") else { return };
    let (_guard, path) = directory();
    let (one, two) = (path.join("one"), path.join("two"));
    fs::create_dir(&one).unwrap();
    std::os::unix::fs::symlink(&one, &two).unwrap();
    let watch = Running::start(&program, &["--events=create,delete", "--count=2"], &[&one, &two]);
    fs::create_dir(one.join("sub")).unwrap();
    fs::remove_dir(one.join("sub")).unwrap();
    let ended = watch.end();
    let (one, two) = (one.display(), two.display());
    assert_eq!(ended.told(), [format!("CREATE {one}/sub/"), format!("DELETE {one}/sub/")]);
    let said = format!("watch: {two} is watched already, as {one}\nwatch: watching 1 path\n");
    assert!(ended.stderr.starts_with(&said), "{}", ended.stderr);
}

#[test]
fn lost_events_are_told_and_the_status_says_so() {
    let Some(program) = program("lost_events_are_told_and_the_status_says_so") else { return };
    let limit = fs::read_to_string("/proc/sys/fs/inotify/max_queued_events").unwrap();
    let limit: u64 = limit.trim().parse().unwrap();
    if limit > 200_000 {
        common::skip("lost_events_are_told_and_the_status_says_so", "the queue has room for more than 200000 events");
        return;
    }
    let (_guard, path) = directory();
    let (full, other) = (path.join("full"), path.join("other"));
    fs::create_dir(&full).unwrap();
    fs::create_dir(&other).unwrap();
    fs::write(full.join("file"), "").unwrap();
    let watch =
        Running::start(&program, &["--format=json", "--events=open,close_nowrite,delete_self"], &[&full, &other]);
    watch.stop();
    // Some more than there is room for: while another test starts a program, a file stays open for longer, and two
    // equal events in a row become one.
    for _ in 0..limit / 2 + 500 {
        fs::File::open(full.join("file")).unwrap();
    }
    // That its watch has ended is lost as well.
    fs::remove_file(full.join("file")).unwrap();
    fs::remove_dir(&full).unwrap();
    watch.signal(libc::SIGCONT);
    // Then the full queue is read, and what happens from now on is told again.
    watch.wait_for_output("Q_OVERFLOW");
    fs::remove_dir(&other).unwrap();

    let ended = watch.end();
    let objects = ended.objects();
    let is = |object: &json::Value, event: &str| object["events"].literal_or_array() == format!("[{event}]");
    // Another test's new program may hold the file open until it runs: such a close comes late, beside the full queue.
    let of_file = |object: &json::Value| is(object, "OPEN") || is(object, "CLOSE_NOWRITE");
    let queued = objects.iter().take_while(|object| of_file(object)).count() as u64;
    assert!(queued >= limit, "of a full queue of {limit}, {queued} were told before the overflow");
    let others: Vec<_> = objects.iter().filter(|object| !of_file(object)).collect();
    let [overflow, unheard, deleted, ignored] = others[..] else { panic!("other than four: {}", others.len()) };
    assert!(is(overflow, "Q_OVERFLOW") && overflow["path"].text().is_none() && overflow["watch"].literal() == "null");
    assert!(is(unheard, "IGNORED") && unheard["path"].text() == full.to_str());
    assert!(is(deleted, "DELETE_SELF") && deleted["path"].text() == other.to_str());
    assert!(is(ignored, "IGNORED") && ignored["path"].text() == other.to_str());
    assert_eq!(ended.status, 4);
    assert!(ended.stderr.ends_with("every watched path is gone; events were lost\n"), "{}", ended.stderr);
}

#[test]
fn the_limit_on_watches_is_told() {
    const NAME: &str = "the_limit_on_watches_is_told";
    let Some(program) = program(NAME) else { return };
    let ran = common::child::in_user_namespace(NAME, || {
        if let Err(error) = fs::write("/proc/sys/user/max_inotify_watches", "1") {
            common::skip(NAME, &format!("the limit of the namespace cannot be lowered: {error}"));
            return;
        }
        let (_guard, path) = directory();
        let paths = ["a", "b", "c"].map(|name| path.join(name));
        paths.iter().for_each(|path| fs::create_dir(path).unwrap());
        let mut arguments = vec![OsStr::new(AT_MOST)];
        arguments.extend(paths.iter().map(|path| path.as_os_str()));
        let ended = run(&program, &arguments);
        let start = format!("watch: {} cannot be watched: inotify_add_watch: ENOSPC", paths[1].display());
        assert!(ended.stderr.starts_with(&start), "{}", ended.stderr);
        assert_eq!((ended.status, ended.stderr.lines().count(), ended.stdout.len()), (1, 1, 0), "{}", ended.stderr);
    });
    if !ran {
        common::skip(NAME, "this machine does not let the process have a user namespace");
    }
}

#[test]
fn an_unmount_is_told() {
    const NAME: &str = "an_unmount_is_told";
    let Some(program) = program(NAME) else { return };
    let ran = common::child::in_user_namespace(NAME, || {
        let (_guard, path) = directory();
        let target = std::ffi::CString::new(path.as_os_str().as_bytes()).unwrap();
        // SAFETY: gives this thread, and the program that it starts, a mount namespace of their own.
        let mut done = unsafe { libc::unshare(libc::CLONE_NEWNS) };
        if done == 0 {
            let kind = c"tmpfs".as_ptr();
            // SAFETY: reads the strings; the file system has no further options.
            done = unsafe { libc::mount(kind, target.as_ptr(), kind, 0, std::ptr::null()) };
        }
        if done != 0 {
            common::skip(NAME, &format!("nothing can be mounted: {}", std::io::Error::last_os_error()));
            return;
        }
        let watch = Running::start(&program, &["--events=create"], &[&path]);
        // SAFETY: reads the string.
        let done = unsafe { libc::umount2(target.as_ptr(), 0) };
        assert_eq!(done, 0, "umount2: {}", std::io::Error::last_os_error());
        let ended = watch.end();
        let path = path.display();
        let told =
            [format!("UNMOUNT {path}: the file system was unmounted"), format!("IGNORED {path}: the watch has ended")];
        assert_eq!((ended.told().as_slice(), ended.status), (&told[..], 3));
        assert!(ended.stderr.contains("watch: 0 events"), "{}", ended.stderr);
    });
    if !ran {
        common::skip(NAME, "this machine does not let the process have a user namespace");
    }
}

#[test]
fn it_ends_when_nobody_reads() {
    let Some(program) = program("it_ends_when_nobody_reads") else { return };
    let (_guard, path) = directory();
    let mut command = Command::new(program);
    command.args([AT_MOST, "--count=1"]).arg(&path).stdin(Stdio::null());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // Nothing happens to the files: it ends nevertheless.
    drop(child.stdout.take());
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert_eq!((code(child.wait().unwrap()), said.as_str()), (0, "watch: watching 1 path\n"));

    // Where its errors go the same way, too.
    let (reader, writer) = std::io::pipe().unwrap();
    command.stdout(writer.try_clone().unwrap()).stderr(writer);
    drop(reader);
    assert_eq!(code(command.status().unwrap()), 0);
}

#[test]
fn an_output_that_cannot_be_written_is_told() {
    let Some(program) = program("an_output_that_cannot_be_written_is_told") else { return };
    let (_guard, path) = directory();
    let Ok(full) = fs::File::options().write(true).open("/dev/full") else {
        common::skip("an_output_that_cannot_be_written_is_told", "there is no /dev/full");
        return;
    };
    let mut command = Command::new(program);
    command.args([AT_MOST, "--events=create"]).arg(&path).stdin(Stdio::null());
    let mut child = command.stdout(full).stderr(Stdio::piped()).spawn().unwrap();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut said = String::new();
    stderr.read_line(&mut said).unwrap();
    fs::create_dir(path.join("sub")).unwrap();
    stderr.read_to_string(&mut said).unwrap();
    assert!(said.contains("watch: the output cannot be written: "), "{said}");
    assert_eq!(code(child.wait().unwrap()), 1);
}

#[test]
fn wrong_use_is_told() {
    let Some(program) = program("wrong_use_is_told") else { return };
    for (arguments, told) in [
        (&[] as &[&[u8]], "no path is given"),
        (&[b"--"], "no path is given"),
        (&[b"/", b""], "a path is empty"),
        (&[b"--frobnicate", b"/"], "there is no option --frobnicate"),
        (&[b"-x\xff\x1b", b"/"], r"there is no option -x\xff\u{1b}"),
        (
            &[b"--events", b"create,frobnicate", b"/"],
            "there is no event `frobnicate`; there are access, modify, attrib",
        ),
        (&[b"--events=", b"/"], "there is no event ``"),
        (&[b"--events=onlydir", b"/"], "there is no event `onlydir`"),
        (&[b"--events"], "--events takes a value"),
        (&[b"--format=xml", b"/"], "there is no format `xml`; there are text, json"),
        (&[b"--color=blue", b"/"], "--color is auto, always or never, not `blue`"),
        (&[b"--count=0", b"/"], "--count is a number from 1, not `0`"),
        (&[b"--count=many", b"/"], "--count is a number from 1, not `many`"),
        (&[b"--timeout=-1", b"/"], "--timeout is a number of seconds, not `-1`"),
        (&[b"--timeout=nan", b"/"], "--timeout is a number of seconds, not `nan`"),
        (&[b"--timeout", b"\xff", b"/"], r"--timeout does not take \xff"),
        (&[b"--quiet=yes", b"/"], "--quiet takes no value"),
    ] {
        let arguments: Vec<_> = arguments.iter().map(|argument| OsStr::from_bytes(argument)).collect();
        let ended = run(&program, &arguments);
        assert_eq!((ended.status, ended.stdout.len()), (2, 0), "{arguments:?}");
        assert!(ended.stderr.starts_with(&format!("watch: {told}")), "{arguments:?}: {}", ended.stderr);
        assert_eq!(ended.stderr.lines().count(), 1, "{arguments:?}: {}", ended.stderr);
    }
}

#[test]
fn help_names_everything() {
    let Some(program) = program("help_names_everything") else { return };
    let ended = run(&program, &["--help".as_ref()]);
    let text = String::from_utf8(ended.stdout).unwrap();
    assert_eq!((ended.status, ended.stderr.as_str()), (0, ""));
    for option in ["--events", "--format", "--color", "--count", "--timeout", "--quiet", "--help", "--version"] {
        assert!(text.contains(option), "{option}");
    }
    for status in 0..=5 {
        assert!(text.contains(&format!("\n  {status}  ")), "{status}");
    }
    assert!(text.lines().all(|line| line.chars().count() <= 100));
    let version = run(&program, &["-V".as_ref()]);
    assert_eq!(version.stdout, concat!("watch ", env!("CARGO_PKG_VERSION"), "\n").as_bytes());
}

#[test]
fn what_looks_like_an_option_can_be_a_path() {
    let Some(program) = program("what_looks_like_an_option_can_be_a_path") else { return };
    let (_guard, path) = directory();
    fs::create_dir(path.join("--help")).unwrap();
    fs::create_dir(path.join("-")).unwrap();
    let arguments: [OsString; 4] = ["--timeout=0".into(), "-".into(), "--".into(), "--help".into()];
    let output = Command::new(program).args(arguments).current_dir(&path).output().unwrap();
    assert_eq!(code(output.status), 0);
    assert!(output.stderr.starts_with(b"watch: watching 2 paths\n"));
}

/// JSON as its standard says, and nothing more.
mod json {
    use std::ops::Index;

    #[derive(Debug, PartialEq)]
    pub enum Value {
        Object(Vec<(String, Self)>),
        Array(Vec<Self>),
        Text(String),
        /// A number, `true`, `false` or `null`, as it is written.
        Literal(String),
    }

    impl Value {
        pub fn keys(&self) -> Vec<&str> {
            let Self::Object(members) = self else { panic!("no object: {self:?}") };
            members.iter().map(|(key, _)| key.as_str()).collect()
        }

        pub fn text(&self) -> Option<&str> {
            match self {
                Self::Text(text) => Some(text),
                Self::Literal(literal) if literal == "null" => None,
                _ => panic!("no text: {self:?}"),
            }
        }

        pub fn literal(&self) -> &str {
            let Self::Literal(literal) = self else { panic!("no literal: {self:?}") };
            literal
        }

        /// An array of texts, as `[A,B]`.
        pub fn literal_or_array(&self) -> String {
            let Self::Array(values) = self else { panic!("no array: {self:?}") };
            format!("[{}]", values.iter().filter_map(Self::text).collect::<Vec<_>>().join(","))
        }
    }

    impl Index<&str> for Value {
        type Output = Self;

        fn index(&self, key: &str) -> &Self {
            let Self::Object(members) = self else { panic!("no object: {self:?}") };
            &members.iter().find(|(name, _)| name == key).unwrap_or_else(|| panic!("no {key}: {self:?}")).1
        }
    }

    /// A whole text as one value; `None` if it is not one.
    pub fn parse(text: &str) -> Option<Value> {
        let mut rest = text;
        let value = value(&mut rest)?;
        rest.is_empty().then_some(value)
    }

    fn take(rest: &mut &str, start: &str) -> Option<()> {
        *rest = rest.strip_prefix(start)?;
        Some(())
    }

    fn value(rest: &mut &str) -> Option<Value> {
        match rest.chars().next()? {
            '{' => {
                let mut members: Vec<(String, Value)> = Vec::new();
                list(rest, "{", "}", |rest| {
                    let key = text(rest)?;
                    take(rest, ":")?;
                    let value = value(rest)?;
                    let new = members.iter().all(|(other, _)| *other != key);
                    members.push((key, value));
                    new.then_some(())
                })?;
                Some(Value::Object(members))
            }
            '[' => {
                let mut values = Vec::new();
                list(rest, "[", "]", |rest| {
                    values.push(value(rest)?);
                    Some(())
                })?;
                Some(Value::Array(values))
            }
            '"' => text(rest).map(Value::Text),
            _ => literal(rest),
        }
    }

    fn list(rest: &mut &str, open: &str, close: &str, mut element: impl FnMut(&mut &str) -> Option<()>) -> Option<()> {
        take(rest, open)?;
        if take(rest, close).is_some() {
            return Some(());
        }
        loop {
            element(rest)?;
            if take(rest, ",").is_none() {
                return take(rest, close);
            }
        }
    }

    fn text(rest: &mut &str) -> Option<String> {
        take(rest, "\"")?;
        let mut text = String::new();
        loop {
            let mut chars = rest.chars();
            let c = chars.next()?;
            *rest = chars.as_str();
            match c {
                '"' => return Some(text),
                '\0'..' ' => return None,
                '\\' => {
                    let escape = chars.next()?;
                    *rest = chars.as_str();
                    text.push(match escape {
                        '"' | '\\' | '/' => escape,
                        'b' => '\u{8}',
                        'f' => '\u{c}',
                        'n' => '\n',
                        'r' => '\r',
                        't' => '\t',
                        'u' => {
                            let (digits, behind) = rest.split_at_checked(4)?;
                            *rest = behind;
                            let whole = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
                            // Halves of a pair are not written by what is tested, so they are an error here.
                            char::from_u32(u32::from_str_radix(digits, 16).ok().filter(|_| whole)?)?
                        }
                        _ => return None,
                    });
                }
                _ => text.push(c),
            }
        }
    }

    fn literal(rest: &mut &str) -> Option<Value> {
        let end = rest.find([',', ']', '}']).unwrap_or(rest.len());
        let (literal, behind) = rest.split_at(end);
        *rest = behind;
        let number = |text: &str| {
            let text = text.strip_prefix('-').unwrap_or(text);
            let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
            let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            digits(whole) && digits(fraction) && (whole == "0" || !whole.starts_with('0'))
        };
        (matches!(literal, "true" | "false" | "null") || number(literal)).then(|| Value::Literal(literal.to_owned()))
    }

    #[test]
    fn only_json_is_json() {
        assert!(parse(r#"{"a":[1,-2.5,"\u001b\n"],"b":{},"c":null}"#).is_some());
        for wrong in
            ["", "{", "{}x", r#"{"a":1,}"#, r#"{"a":1,"a":2}"#, "01", "1.", "\"\n\"", r#""\x41""#, "nul", "[1 2]"]
        {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
