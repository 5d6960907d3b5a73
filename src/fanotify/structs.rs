//! The structs that are read from a group and written to it.

/// A struct for which any bytes are a valid value.
///
/// # Safety
///
/// Every byte of the struct may have any value.
pub(super) unsafe trait Plain: Copy {}

/// Reads the struct at the start of `bytes`, at any alignment. Returns the struct and the bytes
/// after it, or `None` if there are too few bytes.
#[inline(always)]
pub(super) fn read<T: Plain>(bytes: &[u8]) -> Option<(T, &[u8])> {
    let (first, rest) = bytes.split_at_checked(size_of::<T>())?;
    // SAFETY: `first` has the size of a `T`, any bytes are a valid `T`, and `read_unaligned`
    // requires no alignment.
    Some((unsafe { first.as_ptr().cast::<T>().read_unaligned() }, rest))
}

/// `struct fanotify_event_metadata`: the header of an event.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct Metadata {
    pub(super) event_len: u32,
    pub(super) vers: u8,
    reserved: u8,
    pub(super) metadata_len: u16,
    pub(super) mask: u64,
    pub(super) fd: i32,
    pub(super) pid: i32,
}

layout! {
    Metadata: size 24, align 8, event_len at 0, vers at 4, reserved at 5, metadata_len at 6,
    mask at 8, fd at 16, pid at 20
}

/// `struct fanotify_event_info_header`: the header of an info record.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct InfoHeader {
    pub(super) info_type: u8,
    pad: u8,
    pub(super) len: u16,
}

layout! { InfoHeader: size 4, align 2, info_type at 0, pad at 1, len at 2 }

/// `struct fanotify_event_info_fid`: an info record with a file handle, without the handle.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct InfoFid {
    header: InfoHeader,
    pub(super) fsid: [i32; 2],
}

layout! { InfoFid: size 12, align 4, header at 0, fsid at 4 }

/// The fields `handle_bytes` and `handle_type` of `struct file_handle`.
pub(super) type HandleHeader = [u32; 2];

/// `struct fanotify_event_info_pidfd`: an info record with a pidfd.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct InfoPidFd {
    header: InfoHeader,
    pub(super) pidfd: i32,
}

layout! { InfoPidFd: size 8, align 4, header at 0, pidfd at 4 }

/// `struct fanotify_event_info_error`: an info record with an error of a file system.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct InfoError {
    header: InfoHeader,
    pub(super) error: i32,
    pub(super) error_count: u32,
}

layout! { InfoError: size 12, align 4, header at 0, error at 4, error_count at 8 }

/// `struct fanotify_event_info_range`: an info record with a range of a file.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct InfoRange {
    header: InfoHeader,
    pad: u32,
    pub(super) offset: u64,
    pub(super) count: u64,
}

layout! { InfoRange: size 24, align 8, header at 0, pad at 4, offset at 8, count at 16 }

/// `struct fanotify_event_info_mnt`: an info record with the ID of a mount.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct InfoMount {
    header: InfoHeader,
    pub(super) mnt_id: u64,
}

layout! { InfoMount: size 16, align 8, header at 0, mnt_id at 8 }

// SAFETY: all fields are integers.
unsafe impl Plain for Metadata {}
// SAFETY: as above.
unsafe impl Plain for InfoHeader {}
// SAFETY: as above.
unsafe impl Plain for InfoFid {}
// SAFETY: as above.
unsafe impl Plain for HandleHeader {}
// SAFETY: as above.
unsafe impl Plain for InfoPidFd {}
// SAFETY: as above.
unsafe impl Plain for InfoError {}
// SAFETY: as above.
unsafe impl Plain for InfoRange {}
// SAFETY: as above; bytes 4 to 7 are padding.
unsafe impl Plain for InfoMount {}

/// `struct fanotify_response`: the response to a permission event.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct ResponseHeader {
    pub(super) fd: i32,
    pub(super) response: u32,
}

layout! { ResponseHeader: size 8, align 4, fd at 0, response at 4 }

/// `struct fanotify_response_info_header`: the header of additional information in a response.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct ResponseInfoHeader {
    pub(super) info_type: u8,
    pub(super) pad: u8,
    pub(super) len: u16,
}

layout! { ResponseInfoHeader: size 4, align 2, info_type at 0, pad at 1, len at 2 }

/// `struct fanotify_response_info_audit_rule`: the rule to record in the audit log.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct ResponseInfoAuditRule {
    pub(super) header: ResponseInfoHeader,
    pub(super) rule_number: u32,
    pub(super) subj_trust: u32,
    pub(super) obj_trust: u32,
}

layout! {
    ResponseInfoAuditRule: size 16, align 4, header at 0, rule_number at 4, subj_trust at 8,
    obj_trust at 12
}
