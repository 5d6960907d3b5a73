//! Errors of the host name and the domain name.

use butter::Errno;
use butter::error::{Call, ErrorKind};
use butter::uts;

use super::{Row, Table, check_each, failed};
use common::child::{as_nobody, in_namespaces};
use common::require;

pub const TABLE: Table = Table {
    source: include_str!("../../../src/uts/raw.rs"),
    rows: ROWS,
    at_descriptor_limit: &[],
    others: IN_NAMESPACES,
};

const ROWS: &[Row] = &[
    Row(Call::SETHOSTNAME, Errno::PERM, ErrorKind::PermissionDenied, || {
        as_nobody(|| failed(uts::set_hostname("x")))
    }),
    Row(Call::SETDOMAINNAME, Errno::PERM, ErrorKind::PermissionDenied, || {
        as_nobody(|| failed(uts::set_domainname("x")))
    }),
];

/// The errors of a caller with the capability to set the names. The test triggers the errors in a
/// new UTS namespace, so that a call that succeeds does not change the names of the host.
const IN_NAMESPACES: &[Row] = &[
    Row(Call::SETHOSTNAME, Errno::INVAL, ErrorKind::InvalidArgument, || {
        failed(uts::set_hostname([b'x'; 65]))
    }),
    Row(Call::SETDOMAINNAME, Errno::INVAL, ErrorKind::InvalidArgument, || {
        failed(uts::set_domainname([b'x'; 65]))
    }),
    Row(Call::SETHOSTNAME, Errno::INVAL, ErrorKind::InvalidArgument, || {
        failed(uts::set_hostname("x\0"))
    }),
    Row(Call::SETDOMAINNAME, Errno::INVAL, ErrorKind::InvalidArgument, || {
        failed(uts::set_domainname("x\0"))
    }),
];

#[test]
fn set_hostname_and_set_domainname_fail_with_einval_if_name_is_invalid() {
    require!(
        in_namespaces(|| {
            check_each(IN_NAMESPACES);
        }),
        "new namespaces require CAP_SYS_ADMIN or a host that permits user namespaces"
    );
}
