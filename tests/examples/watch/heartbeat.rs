//! The heartbeats that the example `watch` prints with `--every`.

use std::ffi::OsStr;
use std::fs;
use std::time::Duration;

use butter::signal::Signal;

use super::json;
use super::run::{Running, directory, program, run};
use common::require;

#[test]
fn heartbeat_is_printed_between_events() {
    let program = require!(program());
    let (_guard, path) = directory();
    let watch = Running::start(&program, &["--events=create", "--every", "0.02"], &[&path]);
    watch.wait_for_output("HEARTBEAT           0 events");
    fs::create_dir(path.join("sub")).unwrap();
    watch.wait_for_output("HEARTBEAT           1 event");
    watch.signal(Signal::TERM);
    let completed = watch.end();
    let lines = completed.events();
    let created = format!("CREATE {}/sub/", path.display());
    let event = lines.iter().position(|line| *line == created).unwrap();
    assert!(event > 0 && event + 1 < lines.len(), "{lines:?}");
    for (index, line) in lines.iter().enumerate().filter(|(index, _)| *index != event) {
        let start = if index < event { "HEARTBEAT 0 events" } else { "HEARTBEAT 1 event" };
        let missed = line.strip_prefix(start).unwrap_or_else(|| panic!("{lines:?}"));
        assert!(
            missed.is_empty() || missed.starts_with("; ") && missed.ends_with(" missed"),
            "{line}"
        );
    }
    assert_eq!(
        completed.lines()[0].find("0 events"),
        completed.lines()[event].find(path.to_str().unwrap())
    );
    assert!(
        completed.stderr.ends_with("watch: 1 event: terminated by SIGTERM\n"),
        "{}",
        completed.stderr
    );
    assert_eq!(completed.status, 0);
}

#[test]
fn heartbeat_reports_number_of_missed_heartbeats() {
    let program = require!(program());
    let (_guard, path) = directory();
    let watch =
        Running::start(&program, &["--events=create", "--every=0.02", "--format=json"], &[&path]);
    fs::create_dir(path.join("sub")).unwrap();
    watch.wait_for_output(r#""count":1,"#);
    watch.stop();
    std::thread::sleep(Duration::from_millis(200));
    watch.signal(Signal::TERM);
    watch.signal(Signal::CONT);
    let completed = watch.end();
    let is_heartbeat = |object: &json::Value| object.keys().contains(&"heartbeat");
    let (beats, events): (Vec<_>, Vec<_>) = completed.objects().into_iter().partition(is_heartbeat);
    for beat in &beats {
        assert_eq!(beat.keys(), ["time", "heartbeat", "count", "missed"]);
        assert_eq!(beat["heartbeat"].literal(), "true");
        assert!(["0", "1"].contains(&beat["count"].literal()), "{beat:?}");
    }
    let missed = beats.iter().map(|beat| beat["missed"].literal().parse::<u64>().unwrap());
    assert!(missed.max() >= Some(8), "{beats:?}");
    assert_eq!((events.len(), completed.status), (1, 0));
}

#[test]
fn heartbeat_is_not_counted_and_is_printed_with_quiet() {
    let program = require!(program());
    let (_guard, path) = directory();
    let options = ["--every=0.01", "--timeout=0.25", "--count=1", "--format=json", "--quiet"];
    let arguments: Vec<_> = options.iter().map(OsStr::new).chain([path.as_os_str()]).collect();
    let completed = run(&program, &arguments);
    let due = |beat: &json::Value| beat["missed"].literal().parse::<u64>().unwrap() + 1;
    assert!(completed.objects().iter().map(due).sum::<u64>() >= 10, "{:?}", completed.lines());
    assert!(
        completed.objects().iter().all(|beat| beat["count"].literal() == "0"),
        "{:?}",
        completed.lines()
    );
    assert_eq!((completed.status, completed.stderr.as_str()), (5, ""));

    let watch =
        Running::start(&program, &["--every=0.01", "--events=create", "--count=1"], &[&path]);
    watch.wait_for_output("HEARTBEAT");
    fs::create_dir(path.join("sub")).unwrap();
    let completed = watch.end();
    assert!(
        completed.lines().last().is_some_and(|line| line.contains("CREATE")),
        "{:?}",
        completed.lines()
    );
    assert!(
        completed.stderr.ends_with("watch: 1 event: requested count reached\n"),
        "{}",
        completed.stderr
    );
    assert_eq!(completed.status, 0);
}
