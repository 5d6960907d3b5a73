//! Tests of the watchdog that ends a test binary.

use std::process::Command;

use common::watchdog;

#[test]
#[ignore = "hangs: started by watchdog_ends_a_test_binary_that_hangs"]
fn watchdog_planted_test_never_ends() {
    loop {
        std::thread::park();
    }
}

#[test]
fn watchdog_ends_a_test_binary_that_hangs() {
    const TEST: &str = "watchdog::watchdog_planted_test_never_ends";
    for arguments in [&[TEST, "--exact", "--ignored"][..], &["planted", "--ignored"]] {
        let mut tests = Command::new(std::env::current_exe().unwrap());
        let output = tests.args(arguments).env(watchdog::LIMIT, "1").output().unwrap();
        let text = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(watchdog::STATUS), "{text}");
        assert!(text.contains(TEST) && text.contains("has been running for over 1s"), "{text}");
    }
}
