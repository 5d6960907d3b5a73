//! Responses to permission events.

use super::structs::{ResponseHeader, ResponseInfoAuditRule, ResponseInfoHeader};
use crate::error::Errno;

const FAN_ALLOW: u32 = 0x1;
const FAN_DENY: u32 = 0x2;
const FAN_AUDIT: u32 = 0x10;
const FAN_INFO: u32 = 0x20;
const FAN_ERRNO_SHIFT: u32 = 24;
const FAN_RESPONSE_INFO_AUDIT_RULE: u8 = 1;

/// The response to a permission event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Response {
    /// `FAN_ALLOW` - the access is permitted.
    #[doc(alias = "FAN_ALLOW")]
    Allow,
    /// `FAN_DENY` - the access fails with `EPERM`. When the last descriptor of the group is closed,
    /// the kernel allows all accesses instead.
    #[doc(alias = "FAN_DENY")]
    Deny,
    /// `FAN_DENY_ERRNO` - the access fails with the errno. Only groups of the class
    /// [`PreContent`](super::Class::PreContent) can send this response. Since Linux 6.14.
    #[doc(alias = "FAN_DENY_ERRNO")]
    DenyErrno(DenyErrno),
}

impl Response {
    /// Returns the field `response` of the struct.
    #[inline]
    const fn bits(self) -> u32 {
        match self {
            Self::Allow => FAN_ALLOW,
            Self::Deny => FAN_DENY,
            Self::DenyErrno(errno) => {
                FAN_DENY | errno.errno().as_raw().cast_unsigned() << FAN_ERRNO_SHIFT
            }
        }
    }

    /// Returns the response without its errno, which every group can send.
    pub(super) const fn without_errno(self) -> Self {
        match self {
            Self::DenyErrno(_) => Self::Deny,
            other => other,
        }
    }
}

/// An errno with which an access can be denied: the kernel accepts no other errnos.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DenyErrno {
    /// `EPERM` - the operation is not permitted.
    #[doc(alias = "EPERM")]
    Perm,
    /// `EIO` - an I/O error.
    #[doc(alias = "EIO")]
    Io,
    /// `EAGAIN` - the resource is temporarily unavailable.
    #[doc(alias = "EAGAIN")]
    Again,
    /// `EBUSY` - the resource is in use.
    #[doc(alias = "EBUSY")]
    Busy,
    /// `ETXTBSY` - the file is being executed.
    #[doc(alias = "ETXTBSY")]
    TxtBsy,
    /// `ENOSPC` - the device has no space left.
    #[doc(alias = "ENOSPC")]
    NoSpc,
    /// `EDQUOT` - the quota is exhausted.
    #[doc(alias = "EDQUOT")]
    DQuot,
}

impl DenyErrno {
    /// Returns the errno with which the access fails.
    #[inline]
    #[must_use]
    pub const fn errno(self) -> Errno {
        match self {
            Self::Perm => Errno::PERM,
            Self::Io => Errno::IO,
            Self::Again => Errno::AGAIN,
            Self::Busy => Errno::BUSY,
            Self::TxtBsy => Errno::TXTBSY,
            Self::NoSpc => Errno::NOSPC,
            Self::DQuot => Errno::DQUOT,
        }
    }
}

/// A record of a response in the audit log. Requires a group with the flag
/// [`InitFlags::ENABLE_AUDIT`](super::InitFlags::ENABLE_AUDIT).
#[doc(alias = "FAN_AUDIT")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Audit {
    /// `FAN_AUDIT` - the response is recorded.
    #[doc(alias = "FAN_AUDIT")]
    Response,
    /// `FAN_AUDIT` and `FAN_INFO` - the response is recorded with the rule that determined it.
    /// Since Linux 6.3.
    #[doc(alias = "FAN_INFO")]
    Rule(AuditRule),
}

/// `struct fanotify_response_info_audit_rule`: the rule that determined a response.
#[doc(alias = "fanotify_response_info_audit_rule")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AuditRule {
    /// The number of the rule.
    #[doc(alias = "rule_number")]
    pub number: u32,
    /// The trust in the process.
    #[doc(alias = "subj_trust")]
    pub subject_trust: Trust,
    /// The trust in the file.
    #[doc(alias = "obj_trust")]
    pub object_trust: Trust,
}

/// The trust of a rule in a process or a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Trust {
    /// Not trusted.
    No = 0,
    /// Trusted.
    Yes = 1,
    /// Unknown.
    #[default]
    Unknown = 2,
}

/// A response with an audit rule, in the format of the kernel.
#[repr(C)]
pub(super) struct ResponseWithRule {
    header: ResponseHeader,
    rule: ResponseInfoAuditRule,
}

// The kernel reads the two structs as consecutive bytes.
static_assertions::const_assert_eq!(size_of::<ResponseWithRule>(), 24);

/// Encodes a response without an audit rule.
#[inline]
pub(super) const fn encode(fd: i32, response: Response, audit: Option<Audit>) -> ResponseHeader {
    let flags = match audit {
        None => 0,
        Some(Audit::Response) => FAN_AUDIT,
        Some(Audit::Rule(_)) => FAN_AUDIT | FAN_INFO,
    };
    ResponseHeader { fd, response: response.bits() | flags }
}

/// Encodes a response with an audit rule.
#[inline]
pub(super) const fn encode_rule(header: ResponseHeader, rule: AuditRule) -> ResponseWithRule {
    let info = ResponseInfoHeader {
        info_type: FAN_RESPONSE_INFO_AUDIT_RULE,
        pad: 0,
        len: size_of::<ResponseInfoAuditRule>() as u16,
    };
    let rule = ResponseInfoAuditRule {
        header: info,
        rule_number: rule.number,
        subj_trust: rule.subject_trust as u32,
        obj_trust: rule.object_trust as u32,
    };
    ResponseWithRule { header, rule }
}
