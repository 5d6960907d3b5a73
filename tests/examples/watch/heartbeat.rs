//! The heartbeat.

use std::ffi::OsStr;
use std::fs;
use std::time::Duration;

use butter::signal::Signal;

use super::json;
use super::run::{Running, directory, program, run};
use common::require;

#[test]
fn heartbeats_come_among_the_events() {
    let program = require!(program());
    let (_guard, path) = directory();
    let watch = Running::start(&program, &["--events=create", "--every", "0.02"], &[&path]);
    watch.wait_for_output("HEARTBEAT           0 events");
    fs::create_dir(path.join("sub")).unwrap();
    watch.wait_for_output("HEARTBEAT           1 event");
    watch.signal(Signal::TERM);
    let ended = watch.end();
    let told = ended.told();
    let created = format!("CREATE {}/sub/", path.display());
    let event = told.iter().position(|line| *line == created).unwrap();
    assert!(event > 0 && event + 1 < told.len(), "{told:?}");
    for (place, line) in told.iter().enumerate().filter(|(place, _)| *place != event) {
        let start = if place < event { "HEARTBEAT 0 events" } else { "HEARTBEAT 1 event" };
        let missed = line.strip_prefix(start).unwrap_or_else(|| panic!("{told:?}"));
        assert!(
            missed.is_empty() || missed.starts_with("; ") && missed.ends_with(" missed"),
            "{line}"
        );
    }
    assert_eq!(
        ended.lines()[0].find("0 events"),
        ended.lines()[event].find(path.to_str().unwrap())
    );
    assert!(ended.stderr.ends_with("watch: 1 event: terminated by SIGTERM\n"), "{}", ended.stderr);
    assert_eq!(ended.status, 0);
}

#[test]
fn heartbeats_that_were_missed_are_counted() {
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
    let ended = watch.end();
    let is_heartbeat = |object: &json::Value| object.keys().contains(&"heartbeat");
    let (beats, events): (Vec<_>, Vec<_>) = ended.objects().into_iter().partition(is_heartbeat);
    for beat in &beats {
        assert_eq!(beat.keys(), ["time", "heartbeat", "count", "missed"]);
        assert_eq!(beat["heartbeat"].literal(), "true");
        assert!(["0", "1"].contains(&beat["count"].literal()), "{beat:?}");
    }
    let missed = beats.iter().map(|beat| beat["missed"].literal().parse::<u64>().unwrap());
    assert!(missed.max() >= Some(8), "{beats:?}");
    assert_eq!((events.len(), ended.status), (1, 0));
}

#[test]
fn heartbeats_are_no_events_and_come_when_it_is_quiet() {
    let program = require!(program());
    let (_guard, path) = directory();
    let options = ["--every=0.01", "--timeout=0.25", "--count=1", "--format=json", "--quiet"];
    let arguments: Vec<_> = options.iter().map(OsStr::new).chain([path.as_os_str()]).collect();
    let ended = run(&program, &arguments);
    let due = |beat: &json::Value| beat["missed"].literal().parse::<u64>().unwrap() + 1;
    assert!(ended.objects().iter().map(due).sum::<u64>() >= 10, "{:?}", ended.lines());
    assert!(
        ended.objects().iter().all(|beat| beat["count"].literal() == "0"),
        "{:?}",
        ended.lines()
    );
    assert_eq!((ended.status, ended.stderr.as_str()), (5, ""));

    let watch =
        Running::start(&program, &["--every=0.01", "--events=create", "--count=1"], &[&path]);
    watch.wait_for_output("HEARTBEAT");
    fs::create_dir(path.join("sub")).unwrap();
    let ended = watch.end();
    assert!(
        ended.lines().last().is_some_and(|line| line.contains("CREATE")),
        "{:?}",
        ended.lines()
    );
    assert!(
        ended.stderr.ends_with("watch: 1 event: requested count reached\n"),
        "{}",
        ended.stderr
    );
    assert_eq!(ended.status, 0);
}
