//! The functions of libseccomp, which is loaded if it is installed.

use std::ffi::{c_int, c_uint, c_void};
use std::fs::File;
use std::io::{Read, Seek};
use std::os::fd::AsRawFd;
use std::sync::LazyLock;

use butter::seccomp::Instruction;
use libloading::Library;

use super::{CALLS, ERRNO, VALUE};
use crate::{Failure, context};

/// `struct scmp_arg_cmp`.
#[repr(C)]
#[derive(Clone, Copy)]
struct Comparison {
    argument: c_uint,
    operator: c_uint,
    values: [u64; 2],
}

const SCMP_CMP_EQ: c_uint = 4;
const SCMP_ACT_ALLOW: u32 = 0x7FFF_0000;
const SCMP_ACT_ERRNO: u32 = 0x0005_0000;

pub(super) struct Functions {
    init: unsafe extern "C" fn(u32) -> *mut c_void,
    rule_add_array:
        unsafe extern "C" fn(*mut c_void, u32, c_int, c_uint, *const Comparison) -> c_int,
    export_bpf: unsafe extern "C" fn(*mut c_void, c_int) -> c_int,
    release: unsafe extern "C" fn(*mut c_void),
    pub(super) notify_receive: unsafe extern "C" fn(c_int, *mut libc::seccomp_notif) -> c_int,
    pub(super) notify_respond: unsafe extern "C" fn(c_int, *mut libc::seccomp_notif_resp) -> c_int,
}

static FUNCTIONS: LazyLock<Option<Functions>> = LazyLock::new(|| {
    // SAFETY: the initialization of the library has no preconditions.
    let library = unsafe { Library::new("libseccomp.so.2") }.ok()?;
    let library: &'static Library = Box::leak(Box::new(library));
    macro_rules! symbol {
        ($name:literal) => {
            // SAFETY: the function has the declared type, according to its manual page.
            *unsafe { library.get($name) }.ok()?
        };
    }
    Some(Functions {
        init: symbol!(b"seccomp_init"),
        rule_add_array: symbol!(b"seccomp_rule_add_array"),
        export_bpf: symbol!(b"seccomp_export_bpf"),
        release: symbol!(b"seccomp_release"),
        notify_receive: symbol!(b"seccomp_notify_receive"),
        notify_respond: symbol!(b"seccomp_notify_respond"),
    })
});

/// Returns the functions of libseccomp, or `None` if it is not installed.
pub(super) fn functions() -> Option<&'static Functions> {
    FUNCTIONS.as_ref()
}

impl Functions {
    /// Compiles rules, and writes the program to a file, from which it is read.
    pub(super) fn compile(&self) -> Result<Vec<Instruction>, Failure> {
        // SAFETY: allocates a filter.
        let filter = unsafe { (self.init)(SCMP_ACT_ALLOW) };
        if filter.is_null() {
            return Err("seccomp_init".into());
        }
        let action = SCMP_ACT_ERRNO | ERRNO.as_raw().cast_unsigned();
        let comparison = Comparison { argument: 0, operator: SCMP_CMP_EQ, values: [VALUE, 0] };
        for number in CALLS {
            // SAFETY: the function reads one comparison.
            let result =
                unsafe { (self.rule_add_array)(filter, action, number as c_int, 1, &comparison) };
            if result != 0 {
                return Err(format!("seccomp_rule_add_array: {result}").into());
            }
        }
        let file = context("a temporary file", tempfile::tempfile())?;
        // SAFETY: writes the program to the file.
        let result = unsafe { (self.export_bpf)(filter, file.as_raw_fd()) };
        // SAFETY: the filter is not used afterwards.
        unsafe { (self.release)(filter) };
        if result != 0 {
            return Err(format!("seccomp_export_bpf: {result}").into());
        }
        read_program(file)
    }
}

/// Reads the instructions that a file contains.
fn read_program(mut file: File) -> Result<Vec<Instruction>, Failure> {
    let mut bytes = Vec::new();
    context("lseek", file.rewind())?;
    context("read", file.read_to_end(&mut bytes))?;
    let instruction = |bytes: &[u8; 8]| {
        let [a, b, jt, jf, k @ ..] = *bytes;
        Instruction::new(u16::from_ne_bytes([a, b]), jt, jf, u32::from_ne_bytes(k))
    };
    Ok(bytes.as_chunks().0.iter().map(instruction).collect())
}
