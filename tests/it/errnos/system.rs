//! Errors of `reboot`. The tests call `reboot` only in the first process of a new PID namespace.

use butter::error::{Call, ErrorKind};
use butter::system::{RebootCommand, reboot};
use butter::{Errno, Result};

use super::{Outcome, Row, Table, failed};
use common::child::drop_capabilities;
use common::forked::ForkedChild;
use common::inject::inject;

pub const TABLE: Table = Table {
    source: include_str!("../../../src/system/raw.rs"),
    rows: ROWS,
    at_descriptor_limit: &[],
    others: &[],
};

const ROWS: &[Row] = &[
    Row(Call::REBOOT, Errno::PERM, ErrorKind::PermissionDenied, || {
        in_pid_namespace(|| {
            drop_capabilities();
            reboot(RebootCommand::Restart)
        })
    }),
    Row(Call::REBOOT, Errno::INVAL, ErrorKind::InvalidArgument, || {
        in_pid_namespace(|| reboot(RebootCommand::CadOff))
    }),
    Row(Call::REBOOT, Errno::BUSY, ErrorKind::Busy, || {
        inject(libc::SYS_reboot, Errno::BUSY, || in_pid_namespace(|| reboot(RebootCommand::Kexec)))
    }),
];

fn in_pid_namespace(body: impl FnOnce() -> Result<()>) -> Outcome {
    let child = ForkedChild::start_in_pid_namespace(body);
    failed(
        child.ok_or("a new PID namespace requires a host that permits user namespaces")?.result(),
    )
}
