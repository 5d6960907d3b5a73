//! The progress bar and the summary of the example `copy`.

use std::process::{Command, Stdio};

use super::run::{create_source, program, run};
use common::require;

#[test]
fn copy_prints_only_summary_without_terminal() {
    let program = require!(program());
    let (_folder, source, target, _) = create_source(300_000);
    let completed = run(&program, &[&source, &target]);
    assert!(completed.status.success() && completed.stdout.is_empty());
    let took = completed
        .stderr
        .strip_prefix("copy: 293.0 KiB copied in ")
        .and_then(|rest| rest.split_once(" s, "));
    assert!(took.is_some_and(|(took, _)| took.parse::<f64>().is_ok()), "{}", completed.stderr);
    assert!(completed.stderr.ends_with('\n'), "{}", completed.stderr);
    assert!(
        !completed.stderr.contains(['\r', '\u{1b}', '[']) && completed.stderr.contains("/s, with "),
        "{}",
        completed.stderr
    );
    assert_eq!(completed.stderr.lines().count(), 1);
}

#[test]
fn copy_draws_and_erases_progress_bar_on_terminal() {
    let program = require!(program());
    let (_folder, source, target, _) = create_source(300_000);
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
        let output = String::from_utf8(script.stdout).unwrap();
        let ran = script.status.success() || target.exists();
        require!(ran, "`script` cannot open a terminal: {output}");
        assert_eq!(
            output.contains("\r[####") && output.contains("\r\u{1b}[Kcopy: 293.0 KiB copied in "),
            drawn,
            "{output:?}"
        );
        assert!(drawn || output.is_empty(), "{output:?}");
    }
}
