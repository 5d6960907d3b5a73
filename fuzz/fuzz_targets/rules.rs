//! Checks that any text and any JSON is parsed without a panic, that a parsed policy can be printed
//! as text that is parsed to the same policy, and that the kernel accepts the compiled program.

#![no_main]

#[path = "../../examples/common/seccomp/mod.rs"]
mod seccomp;

use butter::seccomp::Program;
use seccomp::oci::{self, Environment};
use seccomp::{OwnedPolicy, text};

fn check(policy: &OwnedPolicy) {
    let printed = policy.to_string();
    assert_eq!(text::parse(&printed).as_ref(), Ok(policy), "{printed}");
    if let Ok(program) = policy.compile() {
        assert_eq!(Program::new(program.instructions()), Ok(program.as_program()));
    }
}

libfuzzer_sys::fuzz_target!(|input: &str| {
    match text::parse(input) {
        Ok(policy) => check(&policy),
        Err(error) => assert!(error.line > 0 && !error.message.is_empty()),
    }
    let capabilities = vec!["CAP_BPF".to_owned()];
    let environment = Environment { architecture: "amd64", kernel: (6, 1), capabilities };
    match oci::parse(input, &environment) {
        Ok(profile) => check(&profile.policy),
        Err(error) => assert!(!error.message.is_empty()),
    }
});
