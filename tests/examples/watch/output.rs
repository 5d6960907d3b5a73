//! The output formats of the example `watch`.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use butter::path::Escape;

use super::json;
use super::run::{Completed, Running, directory, program, run};
use common::require;

#[test]
fn watch_text_contains_time_event_and_path() {
    let program = require!(program());
    let (_guard, path) = directory();
    let watch = Running::start(
        &program,
        &["--events=create,Close_Write|IN_DELETE", "--count", "5"],
        &[&path],
    );
    fs::write(path.join("a file"), "!").unwrap();
    // A process that another test starts may have the file open until it calls `execve`, which
    // delays the `CLOSE_WRITE` event.
    watch.wait_for_output("CLOSE_WRITE");
    fs::create_dir(path.join("sub")).unwrap();
    fs::remove_file(path.join("a file")).unwrap();
    fs::remove_dir(path.join("sub")).unwrap();
    let completed = watch.end();
    let path = path.display();
    let events = completed.events();
    assert_eq!(events[0], format!("CREATE {path}/a file"));
    assert_eq!(events[1], format!("CLOSE_WRITE {path}/a file"));
    assert_eq!(events[2], format!("CREATE {path}/sub/"));
    assert_eq!(events[3], format!("DELETE {path}/a file"));
    assert_eq!(events[4], format!("DELETE {path}/sub/"));
    assert_eq!((events.len(), completed.status), (5, 0));
    assert_eq!(
        completed.stderr,
        "watch: watching 1 path\nwatch: 5 events: requested count reached\n"
    );

    let columns: Vec<_> =
        completed.lines().iter().map(|line| line.find(&path.to_string()).unwrap()).collect();
    assert!(
        columns.iter().all(|column| *column == columns[0]),
        "the paths are not aligned: {columns:?}"
    );
    let (time, _) = completed.lines()[0].split_once(' ').unwrap();
    let shape: String = time.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    assert_eq!(shape, "00:00:00.000Z");
}

#[test]
fn watch_json_contains_all_fields_of_events() {
    let program = require!(program());
    let (_guard, path) = directory();
    let options = ["--events", "create,attrib", "--format", "json", "--count", "3"];
    let watch = Running::start(&program, &options, &[&path]);
    let before =
        std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs_f64();
    fs::write(path.join("a \"quoted\" \\ name"), "!").unwrap();
    fs::create_dir(path.join("sub")).unwrap();
    fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
    fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let completed = watch.end();
    let objects = completed.objects();
    assert_eq!((objects.len(), completed.status), (3, 0));
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

/// File names with bytes that require escapes, and the forms of these names in the text and JSON
/// output.
const SPECIAL_NAMES: &[(&[u8], &str, &str)] = &[
    (b"n\xff\xfeme", r"n\xff\xfeme", "n\u{fffd}\u{fffd}me"),
    (b"two\nlines\t\r", r"two\nlines\t\r", "two\nlines\t\r"),
    (b"\x1b[31mred\x7f", r"\u{1b}[31mred\u{7f}", "\u{1b}[31mred\u{7f}"),
    (b"\\xff 'quoted' \"twice\"", r#"\\xff 'quoted' "twice""#, "\\xff 'quoted' \"twice\""),
    (
        "grün 猫 \u{202e}\u{9b}2J".as_bytes(),
        r"grün 猫 \u{202e}\u{9b}2J",
        "grün 猫 \u{202e}\u{9b}2J",
    ),
    (
        "\u{202e}txt.exe\u{2066}\u{2069}".as_bytes(),
        r"\u{202e}txt.exe\u{2066}\u{2069}",
        "\u{202e}txt.exe\u{2066}\u{2069}",
    ),
    (
        "\u{feff}a\u{200b}b\u{ad}".as_bytes(),
        r"\u{feff}a\u{200b}b\u{ad}",
        "\u{feff}a\u{200b}b\u{ad}",
    ),
    (
        "\u{e0001}\u{e0041}\u{1d173}".as_bytes(),
        r"\u{e0001}\u{e0041}\u{1d173}",
        "\u{e0001}\u{e0041}\u{1d173}",
    ),
    (
        "\u{a0}\u{3000}\u{2028}\u{1f600}".as_bytes(),
        r"\u{a0}\u{3000}\u{2028}😀",
        "\u{a0}\u{3000}\u{2028}\u{1f600}",
    ),
];

/// Asserts that a line contains no control character and no invisible character. The backslash
/// begins an escape sequence.
fn assert_printable(line: &str) {
    let unprintable = line.chars().find(|c| *c != '\\' && Escape::is_escaped(*c));
    assert_eq!(unprintable, None, "{line:?}");
}

/// Creates a directory, watches the directory with `option`, and creates files with the names in
/// `SPECIAL_NAMES`.
fn watch_special_names(program: &Path, directory: &Path, option: &str) -> Completed {
    fs::create_dir(directory).unwrap();
    let count = SPECIAL_NAMES.len().to_string();
    let options = ["--events=create", option, "--count", &count];
    let watch = Running::start(program, &options, &[directory]);
    for (name, ..) in SPECIAL_NAMES {
        fs::write(directory.join(OsStr::from_bytes(name)), "").unwrap();
    }
    let completed = watch.end();
    assert_eq!(
        (completed.status, completed.lines().len()),
        (0, SPECIAL_NAMES.len()),
        "{:?}",
        completed.lines()
    );
    completed
}

#[test]
fn watch_text_escapes_special_names_on_one_line() {
    let program = require!(program());
    let (_guard, path) = directory();
    let path = path.join(OsStr::from_bytes(b"d\xffr\n"));
    let completed = watch_special_names(&program, &path, "--color=never");
    for (line, (_, text, _)) in completed.lines().iter().zip(SPECIAL_NAMES) {
        assert!(line.ends_with(&format!(r"/d\xffr\n/{text}")), "{line:?}");
        assert_printable(line);
    }
}

#[test]
fn watch_json_contains_all_bytes_of_special_names() {
    let program = require!(program());
    let (_guard, parent) = directory();
    let path = parent.join(OsStr::from_bytes(b"d\xffr\n"));
    let completed = watch_special_names(&program, &path, "--format=json");
    let hexadecimal =
        |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    for ((object, line), (name, _, text)) in
        completed.objects().iter().zip(completed.lines()).zip(SPECIAL_NAMES)
    {
        assert_printable(line);
        assert_eq!(
            object["path_bytes"].text(),
            Some(hexadecimal(path.as_os_str().as_bytes()).as_str())
        );
        assert_eq!(
            object["path"].text(),
            Some(format!("{}/d\u{fffd}r\n", parent.display()).as_str())
        );
        assert_eq!(object["name"].text(), Some(*text));
        if std::str::from_utf8(name).is_ok() {
            assert!(!object.keys().contains(&"name_bytes"), "{line}");
        } else {
            assert_eq!(object["name_bytes"].text(), Some(hexadecimal(name).as_str()));
        }
    }
}

#[test]
fn watch_prints_same_cookie_for_both_events_of_rename() {
    let program = require!(program());
    let (_guard, path) = directory();
    fs::write(path.join("old"), "").unwrap();
    let text = Running::start(&program, &["--events=move", "--count=2"], &[&path]);
    let json = Running::start(&program, &["--events=move", "--count=2", "--format=json"], &[&path]);
    fs::rename(path.join("old"), path.join("new")).unwrap();

    let (text, json) = (text.end(), json.end());
    let objects = json.objects();
    assert_eq!(
        objects.iter().map(|o| o["name"].text()).collect::<Vec<_>>(),
        [Some("old"), Some("new")]
    );
    let cookie = objects[0]["cookie"].literal();
    assert!(cookie.parse::<u32>().is_ok_and(|cookie| cookie > 0), "{cookie}");
    assert_eq!(objects[1]["cookie"].literal(), cookie);

    let path = path.display();
    // All inotify instances receive the rename with the same cookie.
    assert_eq!(
        text.events(),
        [format!("MOVED_FROM #{cookie} {path}/old"), format!("MOVED_TO #{cookie} {path}/new")]
    );
    assert_eq!((text.status, json.status), (0, 0));
}

#[test]
fn watch_reports_file_with_two_paths_once() {
    let program = require!(program());
    let (_guard, path) = directory();
    let (one, two) = (path.join("one"), path.join("two"));
    fs::create_dir(&one).unwrap();
    std::os::unix::fs::symlink(&one, &two).unwrap();
    let watch = Running::start(&program, &["--events=create,delete", "--count=2"], &[&one, &two]);
    fs::create_dir(one.join("sub")).unwrap();
    fs::remove_dir(one.join("sub")).unwrap();
    let completed = watch.end();
    let (one, two) = (one.display(), two.display());
    assert_eq!(completed.events(), [format!("CREATE {one}/sub/"), format!("DELETE {one}/sub/")]);
    let messages =
        format!("watch: '{two}' is already watched as '{one}'\nwatch: watching 1 path\n");
    assert!(completed.stderr.starts_with(&messages), "{}", completed.stderr);
}

#[test]
fn watch_uses_color_only_on_terminal_or_with_always() {
    let program = require!(program());
    let (_guard, path) = directory();
    let default = Running::start(&program, &["--count=1"], &[&path]);
    let always = Running::start(&program, &["--count=1", "--color=always"], &[&path]);
    fs::create_dir(path.join("sub")).unwrap();
    assert!(!default.end().stdout.contains(&0x1b));
    assert!(always.end().stdout.contains(&0x1b));
}

#[test]
fn watch_quiet_prints_no_messages() {
    let program = require!(program());
    let (_guard, path) = directory();
    let arguments =
        [OsStr::new("--quiet"), OsStr::new("--timeout=0.01"), path.as_os_str(), path.as_os_str()];
    let completed = run(&program, &arguments);
    assert_eq!(
        (completed.status, completed.stdout.as_slice(), completed.stderr.as_str()),
        (0, &b""[..], "")
    );
}
