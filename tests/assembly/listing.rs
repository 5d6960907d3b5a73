//! Reads a compiler's listing: follows a function on its way of a success.

/// How the instructions of a processor are named.
pub struct Processor {
    kernel: &'static [&'static str],
    calls: &'static [&'static str],
    /// How the names of branches begin that may be taken or not.
    branches: &'static [&'static str],
    jumps: &'static [&'static str],
    /// Whether an instruction writes to memory.
    stores: fn(&str) -> bool,
}

pub const X86_64: Processor = Processor {
    kernel: &["syscall"],
    calls: &["call", "callq"],
    branches: &["j"],
    jumps: &["jmp", "jmpq"],
    stores: |line| {
        let target = line.rsplit(',').next().unwrap_or("");
        name(line).starts_with("push") || (name(line).starts_with("mov") && target.contains('('))
    },
};

pub const AARCH64: Processor = Processor {
    kernel: &["svc"],
    calls: &["bl", "blr"],
    branches: &["b.", "cb", "tb"],
    jumps: &["b"],
    stores: |line| name(line).starts_with("st"),
};

impl Processor {
    pub fn enters_kernel(&self, line: &str) -> bool {
        self.kernel.contains(&name(line))
    }

    pub fn stores(&self, line: &str) -> bool {
        (self.stores)(line)
    }
}

fn name(line: &str) -> &str {
    line.split_whitespace().next().unwrap_or("")
}

/// The instructions of a function that run when its call succeeds, to its return: the way on which nothing is called,
/// as failures call a function. Of several, the longest.
pub fn success<'l>(listing: &'l str, function: &str, processor: &Processor) -> Vec<&'l str> {
    let lines: Vec<_> = listing.lines().map(str::trim).collect();
    let label = |name: &str| {
        let label = format!("{name}:");
        lines
            .iter()
            .position(|line| *line == label)
            .unwrap_or_else(|| panic!("there is no {label}"))
    };
    let mut found: Option<Vec<&str>> = None;
    // Ways that have come so far, and where each goes on.
    let mut ways = vec![(Vec::new(), label(function) + 1)];
    while let Some((mut way, mut at)) = ways.pop() {
        while way.len() < 100 {
            let line = lines[at];
            at += 1;
            if line.is_empty() || line.starts_with(['.', '#', '/']) || line.ends_with(':') {
                continue;
            }
            way.push(line);
            let target = line.split_whitespace().last().unwrap_or("");
            match name(line) {
                "ret" | "retq" => {
                    if found.as_ref().is_none_or(|found| found.len() < way.len()) {
                        found = Some(way);
                    }
                    break;
                }
                // A jump to another function is a call whose return is this one's.
                jump if processor.jumps.contains(&jump) && target.starts_with(".L") => {
                    at = label(target) + 1
                }
                call if processor.jumps.contains(&call) || processor.calls.contains(&call) => break,
                branch if processor.branches.iter().any(|start| branch.starts_with(start)) => {
                    ways.push((way.clone(), label(target) + 1));
                }
                _ => {}
            }
        }
    }
    found.unwrap_or_else(|| panic!("{function} calls something on every way"))
}
