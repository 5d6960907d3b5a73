//! Parses an assembly listing, and finds the success path of a function.

/// The instructions of an architecture that enter the kernel, branch, call functions or write to
/// memory.
pub struct Architecture {
    /// Instructions that enter the kernel.
    syscalls: &'static [&'static str],
    calls: &'static [&'static str],
    /// Prefixes of the names of conditional branches.
    branches: &'static [&'static str],
    jumps: &'static [&'static str],
    /// Returns whether an instruction writes to memory.
    stores: fn(&str) -> bool,
}

pub const X86_64: Architecture = Architecture {
    syscalls: &["syscall"],
    calls: &["call", "callq"],
    branches: &["j"],
    jumps: &["jmp", "jmpq"],
    stores: |line| {
        let target = line.rsplit(',').next().unwrap_or("");
        name(line).starts_with("push") || (name(line).starts_with("mov") && target.contains('('))
    },
};

pub const AARCH64: Architecture = Architecture {
    syscalls: &["svc"],
    calls: &["bl", "blr"],
    branches: &["b.", "cb", "tb"],
    jumps: &["b"],
    stores: |line| name(line).starts_with("st"),
};

impl Architecture {
    pub fn enters_kernel(&self, line: &str) -> bool {
        self.syscalls.contains(&name(line))
    }

    pub fn stores(&self, line: &str) -> bool {
        (self.stores)(line)
    }
}

fn name(line: &str) -> &str {
    line.split_whitespace().next().unwrap_or("")
}

/// Returns the instructions of a function up to its return on the success path. The success path
/// calls no function, because every failure path calls `cold`. If several paths call no function,
/// returns the longest path.
pub fn success_path<'l>(
    listing: &'l str,
    function: &str,
    architecture: &Architecture,
) -> Vec<&'l str> {
    let lines: Vec<_> = listing.lines().map(str::trim).collect();
    let label = |name: &str| {
        let label = format!("{name}:");
        lines
            .iter()
            .position(|line| *line == label)
            .unwrap_or_else(|| panic!("the listing does not contain the label {label}"))
    };
    let mut found: Option<Vec<&str>> = None;
    // The incomplete paths, each with the index of its next line.
    let mut paths = vec![(Vec::new(), label(function) + 1)];
    while let Some((mut path, mut at)) = paths.pop() {
        while path.len() < 100 {
            let line = lines[at];
            at += 1;
            if line.is_empty() || line.starts_with(['.', '#', '/']) || line.ends_with(':') {
                continue;
            }
            path.push(line);
            let target = line.split_whitespace().last().unwrap_or("");
            match name(line) {
                "ret" | "retq" => {
                    if found.as_ref().is_none_or(|found| found.len() < path.len()) {
                        found = Some(path);
                    }
                    break;
                }
                jump if architecture.jumps.contains(&jump) && target.starts_with(".L") => {
                    at = label(target) + 1
                }
                // A jump to the label of another function is a tail call.
                call if architecture.jumps.contains(&call)
                    || architecture.calls.contains(&call) =>
                {
                    break;
                }
                branch if architecture.branches.iter().any(|start| branch.starts_with(start)) => {
                    paths.push((path.clone(), label(target) + 1));
                }
                _ => {}
            }
        }
    }
    found.unwrap_or_else(|| panic!("every path of {function} calls a function"))
}
