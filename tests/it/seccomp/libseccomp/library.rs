//! The functions of libseccomp that the comparison uses, from the shared library of the host.

use std::ffi::{CStr, c_char, c_int, c_uint, c_void};
use std::io::Read;
use std::os::fd::AsRawFd;

use butter::seccomp::{Action, Instruction, Syscall};
use common::files;

/// `struct scmp_arg_cmp`: a comparison of an argument.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct ArgCmp {
    pub argument: c_uint,
    pub operator: Operator,
    /// The value, or the mask of [`Operator::MaskedEq`].
    pub datum_a: u64,
    /// The value of [`Operator::MaskedEq`].
    pub datum_b: u64,
}

/// `enum scmp_compare`: the operators, all of which compare 64 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub enum Operator {
    Ne = 1,
    Lt,
    Le,
    Eq,
    Ge,
    Gt,
    MaskedEq,
}

/// The version of the library: `struct scmp_version`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(C)]
pub struct Version {
    pub major: c_uint,
    pub minor: c_uint,
    pub micro: c_uint,
}

/// The attributes of a filter: `enum scmp_filter_attr`.
const SCMP_FLTATR_ACT_BADARCH: c_int = 2;
const SCMP_FLTATR_CTL_OPTIMIZE: c_int = 8;

/// The structure of the programs that the library generates.
#[derive(Clone, Copy, Debug)]
pub enum Structure {
    /// The numbers are compared one after another.
    Sequence = 1,
    /// The numbers are compared in a binary tree.
    BinaryTree = 2,
}

type Init = unsafe extern "C" fn(action: u32) -> *mut c_void;
type SetAttribute = unsafe extern "C" fn(*mut c_void, attribute: c_int, value: u32) -> c_int;
type AddRule = unsafe extern "C" fn(*mut c_void, u32, call: c_int, c_uint, *const ArgCmp) -> c_int;

/// The functions of libseccomp.
pub struct Library {
    version: unsafe extern "C" fn() -> *const Version,
    init: Init,
    release: unsafe extern "C" fn(*mut c_void),
    attr_set: SetAttribute,
    rule_add_exact_array: AddRule,
    export_bpf: unsafe extern "C" fn(*mut c_void, fd: c_int) -> c_int,
}

impl Library {
    /// Loads the library. Returns an error if the host does not have the library, or if the test
    /// program is statically linked.
    pub fn load() -> Result<Self, String> {
        // SAFETY: reads the name; the initialization of the library affects no other code.
        let handle = unsafe { libc::dlopen(c"libseccomp.so.2".as_ptr(), libc::RTLD_NOW) };
        if handle.is_null() {
            return Err(last_error());
        }
        let symbol = |name: &CStr| {
            // SAFETY: a handle that is never closed; reads the name.
            let address = unsafe { libc::dlsym(handle, name.as_ptr()) };
            if address.is_null() { Err(last_error()) } else { Ok(address) }
        };
        macro_rules! function {
            ($name:literal, $type:ty) => {{
                let address = symbol($name)?;
                // SAFETY: the function of the library, which has this type.
                unsafe { std::mem::transmute::<*mut c_void, $type>(address) }
            }};
        }
        Ok(Self {
            version: function!(c"seccomp_version", unsafe extern "C" fn() -> *const Version),
            init: function!(c"seccomp_init", Init),
            release: function!(c"seccomp_release", unsafe extern "C" fn(*mut c_void)),
            attr_set: function!(c"seccomp_attr_set", SetAttribute),
            rule_add_exact_array: function!(c"seccomp_rule_add_exact_array", AddRule),
            export_bpf: function!(
                c"seccomp_export_bpf",
                unsafe extern "C" fn(*mut c_void, c_int) -> c_int
            ),
        })
    }

    pub fn version(&self) -> Version {
        // SAFETY: touches no memory.
        let version = unsafe { (self.version)() };
        // SAFETY: the library returns the address of a constant.
        unsafe { *version }
    }

    /// Creates a filter without rules, for the architecture of this program.
    pub fn filter(&self, default: Action) -> Builder<'_> {
        // SAFETY: allocates a filter.
        let filter = unsafe { (self.init)(default.as_raw()) };
        assert!(!filter.is_null(), "seccomp_init");
        Builder { library: self, filter }
    }
}

fn last_error() -> String {
    // SAFETY: touches no memory.
    let text = unsafe { libc::dlerror() };
    // SAFETY: a string, which remains valid until the next call of this thread.
    let text = (!text.is_null()).then(|| unsafe { CStr::from_ptr(text.cast::<c_char>()) });
    text.map_or("dlopen failed".to_owned(), |text| text.to_string_lossy().into_owned())
}

/// A filter of libseccomp.
pub struct Builder<'l> {
    library: &'l Library,
    filter: *mut c_void,
}

impl Builder<'_> {
    /// Sets the action for other ABIs.
    pub fn foreign(&self, action: Action) {
        self.set(SCMP_FLTATR_ACT_BADARCH, action.as_raw());
    }

    pub fn structure(&self, structure: Structure) {
        self.set(SCMP_FLTATR_CTL_OPTIMIZE, structure as u32);
    }

    fn set(&self, attribute: c_int, value: u32) {
        // SAFETY: a filter that was not released.
        let result = unsafe { (self.library.attr_set)(self.filter, attribute, value) };
        assert_eq!(result, 0, "seccomp_attr_set {attribute} {value}");
    }

    /// Adds a rule. Returns the negated errno on failure.
    pub fn rule(&self, call: Syscall, action: Action, conditions: &[ArgCmp]) -> Result<(), i32> {
        let number = call.as_raw().expect("the architecture should have the call") as c_int;
        let (count, start) = (conditions.len() as c_uint, conditions.as_ptr());
        let add = self.library.rule_add_exact_array;
        // SAFETY: a filter that was not released; reads the comparisons.
        match unsafe { add(self.filter, action.as_raw(), number, count, start) } {
            0 => Ok(()),
            errno => Err(errno),
        }
    }

    /// Returns the instructions of the program.
    pub fn export(&self) -> Vec<Instruction> {
        let mut file = files::anonymous();
        // SAFETY: a filter that was not released, and a descriptor that this function owns.
        let result = unsafe { (self.library.export_bpf)(self.filter, file.as_raw_fd()) };
        assert_eq!(result, 0, "seccomp_export_bpf");
        let mut bytes = Vec::new();
        std::io::Seek::rewind(&mut file).unwrap();
        file.read_to_end(&mut bytes).unwrap();
        let (instructions, rest) = bytes.as_chunks::<8>();
        assert!(rest.is_empty() && !instructions.is_empty(), "{} bytes", bytes.len());
        let decode = |&[c0, c1, jt, jf, k0, k1, k2, k3]: &[u8; 8]| {
            let (code, k) = (u16::from_ne_bytes([c0, c1]), u32::from_ne_bytes([k0, k1, k2, k3]));
            Instruction::new(code, jt, jf, k)
        };
        instructions.iter().map(decode).collect()
    }
}

impl Drop for Builder<'_> {
    fn drop(&mut self) {
        // SAFETY: a filter that was not released.
        unsafe { (self.library.release)(self.filter) };
    }
}
