//! Arguments of the Landlock calls.

use butter::fd::{AsFd, AsRawFd};
use butter::landlock::raw::*;
use butter::landlock::{AccessFs, AccessNet, AddRuleFlags, RestrictFlags, RulesetAttr, Scope};

use super::recorder::*;
use super::{Row, creates, each, open, words};

pub const ROWS: &[Row] = &[
    Row("landlock::raw::landlock_create_ruleset", &[libc::SYS_landlock_create_ruleset], |it| {
        let values = [1_u64 << 63, 2, 3 << 40, 4, 5, 6];
        let mut attr = RulesetAttr::new();
        attr.handled_access_fs = AccessFs::from_bits_retain(values[0]);
        attr.handled_access_net = AccessNet::from_bits_retain(values[1]);
        attr.scoped = Scope::from_bits_retain(values[2]);
        attr.quiet_access_fs = AccessFs::from_bits_retain(values[3]);
        attr.quiet_access_net = AccessNet::from_bits_retain(values[4]);
        attr.quiet_scoped = Scope::from_bits_retain(values[5]);
        for (attr, values) in [(attr, values), (RulesetAttr::new(), [0; 6])] {
            let arguments = [("attr", input(words(values))), ("size", size(48)), ("flags", int(0))];
            creates(it, |fd| {
                it.call(libc::SYS_landlock_create_ruleset, arguments, fd, || {
                    landlock_create_ruleset(&attr)
                })
            });
        }
    }),
    Row(
        "landlock::raw::landlock_create_ruleset_version",
        &[libc::SYS_landlock_create_ruleset],
        |it| {
            let arguments = [("attr", NULL), ("size", size(0)), ("flags", int(1))];
            let number = libc::SYS_landlock_create_ruleset;
            let version = it.call(number, arguments, 77, landlock_create_ruleset_version);
            it.output("version", version, Ok(77));
        },
    ),
    Row(
        "landlock::raw::landlock_create_ruleset_errata",
        &[libc::SYS_landlock_create_ruleset],
        |it| {
            let arguments = [("attr", NULL), ("size", size(0)), ("flags", int(2))];
            let number = libc::SYS_landlock_create_ruleset;
            let errata = it.call(number, arguments, 0x7654_3210, landlock_create_ruleset_errata);
            it.output("errata", errata, Ok(0x7654_3210));
        },
    ),
    Row("landlock::raw::landlock_add_rule_path_beneath", &[libc::SYS_landlock_add_rule], |it| {
        let (ruleset, file) = (open(500), open(600));
        for access in each::<AccessFs>() {
            for flags in each::<AddRuleFlags>() {
                let number = file.as_raw_fd().to_ne_bytes();
                let rule = [&access.bits().to_ne_bytes()[..], &number].concat();
                let arguments = arguments(fd(&ruleset), 1, rule, flags);
                let result = it.call(libc::SYS_landlock_add_rule, arguments, 0, || {
                    landlock_add_rule_path_beneath(ruleset.as_fd(), access, file.as_fd(), flags)
                });
                it.output("result", result, Ok(()));
            }
        }
    }),
    Row("landlock::raw::landlock_add_rule_net_port", &[libc::SYS_landlock_add_rule], |it| {
        let ruleset = open(500);
        for access in each::<AccessNet>() {
            for (flags, port) in each::<AddRuleFlags>().zip([0, 443, u64::MAX]) {
                let rule = words([access.bits(), port]);
                let arguments = arguments(fd(&ruleset), 2, rule, flags);
                let result = it.call(libc::SYS_landlock_add_rule, arguments, 0, || {
                    landlock_add_rule_net_port(ruleset.as_fd(), access, port, flags)
                });
                it.output("result", result, Ok(()));
            }
        }
    }),
    Row("landlock::raw::landlock_restrict_self", &[libc::SYS_landlock_restrict_self], |it| {
        let ruleset = open(500);
        for flags in each::<RestrictFlags>() {
            for (ruleset, number) in [(Some(ruleset.as_fd()), fd(&ruleset)), (None, int(-1))] {
                let arguments = [("ruleset_fd", number), ("flags", int(flags.bits()))];
                let result = it.call(libc::SYS_landlock_restrict_self, arguments, 0, || {
                    landlock_restrict_self(ruleset, flags)
                });
                it.output("result", result, Ok(()));
            }
        }
    }),
];

fn arguments(
    ruleset: Argument,
    kind: u32,
    rule: Vec<u8>,
    flags: AddRuleFlags,
) -> [(&'static str, Argument); 4] {
    let flags = ("flags", int(flags.bits()));
    [("ruleset_fd", ruleset), ("rule_type", int(kind)), ("rule_attr", input(rule)), flags]
}
