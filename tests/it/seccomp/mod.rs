//! Tests of `seccomp`: filters that are installed, and the notifications of a listener.

mod abis;
mod agreement;
mod filter;
mod handover;
mod interrupted;
mod killed;
mod libseccomp;
mod listener;
mod processes;
mod profiles;
mod readiness;
mod tsync;

use std::ops::Deref;

use butter::seccomp::{Action, Filter, Instruction, Listener, Policy, Program, Rule, Syscall};

/// A program in a vector, which also exists without the feature `alloc`.
pub struct Compiled(Vec<Instruction>);

impl Compiled {
    pub fn new(policy: Policy<'_>) -> Self {
        let mut instructions = vec![Instruction::default(); 4096];
        Self(policy.try_compile(&mut instructions).unwrap().instructions().to_vec())
    }
}

impl Deref for Compiled {
    type Target = Program;

    fn deref(&self) -> &Program {
        Program::new(&self.0).unwrap()
    }
}

/// Compiles rules to a program that allows all other system calls.
pub fn compile(rules: &[Rule<'_>]) -> Compiled {
    Compiled::new(Policy::new(Action::Allow).rules(rules))
}

fn in_thread<T: Send>(body: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| scope.spawn(body).join())
        .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// Runs `target` in a thread with a filter that notifies of these system calls, and `supervisor` in
/// the calling thread. Returns the result of the target. Returns an error if this host does not
/// permit a listener.
fn supervised<T: Send>(
    calls: &[Syscall],
    options: fn(Filter<'_>) -> Filter<'_>,
    target: impl FnOnce() -> T + Send,
    supervisor: impl FnOnce(Listener),
) -> butter::Result<T> {
    let rules: Vec<_> = calls.iter().map(|call| Rule::new(*call, Action::UserNotif)).collect();
    let program = compile(&rules);
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::scope(|scope| {
        let target = scope.spawn(move || {
            let listener = options(Filter::new(&program)).install_listener();
            let installed = listener.as_ref().map(drop).map_err(|error| *error);
            sender.send(listener).unwrap();
            installed.map(|()| target())
        });
        if let Ok(listener) = receiver.recv().unwrap() {
            supervisor(listener);
        }
        target.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}
