//! The bar, and what is said at the end.

use std::process::{Command, Stdio};

use super::run::{program, run, scene};
use common::require;

#[test]
fn without_a_terminal_there_is_one_line_at_the_end() {
    let program = require!(program());
    let (_folder, source, target, _) = scene(300_000);
    let ended = run(&program, &[&source, &target]);
    assert!(ended.status.success() && ended.stdout.is_empty());
    let took = ended
        .stderr
        .strip_prefix("copy: 293.0 KiB copied in ")
        .and_then(|rest| rest.split_once(" s, "));
    assert!(took.is_some_and(|(took, _)| took.parse::<f64>().is_ok()), "{}", ended.stderr);
    assert!(ended.stderr.ends_with('\n'), "{}", ended.stderr);
    assert!(
        !ended.stderr.contains(['\r', '\u{1b}', '[']) && ended.stderr.contains("/s, with "),
        "{}",
        ended.stderr
    );
    assert_eq!(ended.stderr.lines().count(), 1);
}

#[test]
fn on_a_terminal_a_bar_is_drawn_and_taken_away() {
    let program = require!(program());
    let (_folder, source, target, _) = scene(300_000);
    for (quiet, drawn) in [("", true), ("--quiet", false)] {
        let line = format!(
            "'{}' {quiet} '{}' '{}'",
            program.display(),
            source.display(),
            target.display()
        );
        let script =
            Command::new("script").args(["-qec", &line, "/dev/null"]).stdin(Stdio::null()).output();
        let script = require!(script, "`script` cannot be run");
        let told = String::from_utf8(script.stdout).unwrap();
        let ran = script.status.success() || target.exists();
        require!(ran, "`script` has no terminal: {told}");
        assert_eq!(
            told.contains("\r[####") && told.contains("\r\u{1b}[Kcopy: 293.0 KiB copied in "),
            drawn,
            "{told:?}"
        );
        assert!(drawn || told.is_empty(), "{told:?}");
    }
}
