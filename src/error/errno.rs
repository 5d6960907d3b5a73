//! The kernel's error numbers, with their names and descriptions.

use core::fmt;
use core::num::NonZeroU16;
use core::str::FromStr;

use super::StrTable;

/// The largest errno (`MAX_ERRNO` in the kernel). A system call that fails returns a number in
/// `-ERRNO_MAX..=-1`.
pub const ERRNO_MAX: i32 = 4095;

/// An error number of the kernel, from 1 to 4095.
///
/// An errno can be a number that has no name.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub struct Errno(NonZeroU16);

impl Errno {
    /// Creates an errno from its number. Returns `None` unless the number is in `1..=4095`.
    #[must_use]
    pub const fn from_raw(number: i32) -> Option<Self> {
        if 1 <= number && number <= ERRNO_MAX {
            match NonZeroU16::new(number as u16) {
                Some(number) => Some(Self(number)),
                None => None,
            }
        } else {
            None
        }
    }

    /// Returns the number of the errno.
    #[inline]
    #[must_use]
    pub const fn as_raw(self) -> i32 {
        self.0.get() as i32
    }

    /// Returns the name of the errno, such as `"ENOENT"`, or `None` if its number has no name.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        NAMES.get(self.0.get().into())
    }

    /// Returns the general description of the errno, such as `"no such file or directory"`, or
    /// `None` if its number has no name.
    ///
    /// [`Error::reason`](crate::Error::reason) returns the cause of an errno in a specific call.
    #[doc(alias = "strerror")]
    #[must_use]
    pub fn text(self) -> Option<&'static str> {
        TEXTS.get(self.0.get().into())
    }

    /// Passes the name of the errno to a function, in one or more pieces. If the number has no
    /// name, passes a text such as `errno 999`.
    pub(crate) fn write_name(self, put: &mut dyn FnMut(&str) -> fmt::Result) -> fmt::Result {
        if let Some(name) = self.name() {
            return put(name);
        }
        put("errno ")?;
        let number = usize::from(self.0.get());
        let mut divisor = 1000;
        while number < divisor {
            divisor /= 10;
        }
        while divisor > 0 {
            let digit = number / divisor % 10;
            put("0123456789".get(digit..=digit).unwrap_or_default())?;
            divisor /= 10;
        }
        Ok(())
    }
}

/// The error of parsing a name that no errno, signal or flag has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ParseNameError;

impl fmt::Display for ParseNameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("unknown name")
    }
}

impl core::error::Error for ParseNameError {}

/// Prints the name of the errno, or a text such as `errno 999` if its number has no name.
impl fmt::Display for Errno {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.pad(name),
            None => self.write_name(&mut |text| f.write_str(text)),
        }
    }
}

/// Prints the name of the errno, or a text such as `errno 999` if its number has no name.
impl fmt::Debug for Errno {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Parses the name of an errno, with or without the `E` (`ENOENT`, `NOENT`). Accepts the synonyms
/// `EWOULDBLOCK`, `EDEADLOCK`, `ENOTSUP`, `EFSBADCRC` and `EFSCORRUPTED`.
impl FromStr for Errno {
    type Err = ParseNameError;

    fn from_str(text: &str) -> Result<Self, ParseNameError> {
        let find = |bare: &str| {
            (1..COUNT).find(|number| {
                NAMES.get(*number).and_then(|name| name.strip_prefix('E')) == Some(bare)
            })
        };
        let number = match text.strip_prefix('E').unwrap_or(text) {
            "WOULDBLOCK" => Some(11),
            "DEADLOCK" => Some(35),
            "NOTSUP" => Some(95),
            "FSBADCRC" => Some(74),
            "FSCORRUPTED" => Some(117),
            // The name of an errno may itself begin with an E, as in `EXIST`.
            bare => find(bare).or_else(|| find(text)),
        };
        number.and_then(|number| Self::from_raw(number as i32)).ok_or(ParseNameError)
    }
}

/// The largest errno that has a name, plus 1.
const COUNT: usize = 135;

/// Defines the constants of [`Errno`], in ascending order of their numbers.
macro_rules! errnos {
    ($($constant:ident = $number:literal, $name:literal, $text:literal;)*) => {
        /// The errnos that have a name. A constant has the kernel's name without the `E`.
        impl Errno {
            $(
                #[doc = concat!("`", $name, "` - ", $text, ".")]
                #[doc(alias = $name)]
                pub const $constant: Self = Self(NonZeroU16::new($number).unwrap());
            )*
        }

        static NAMES: StrTable<COUNT> = StrTable::new(concat!($($name),*), {
            const STRINGS: &[&str; COUNT] = &by_number(&[$(($number, $name)),*]);
            STRINGS
        });

        static TEXTS: StrTable<COUNT> = StrTable::new(concat!($($text),*), {
            const STRINGS: &[&str; COUNT] = &by_number(&[$(($number, $text)),*]);
            STRINGS
        });
    };
}

/// Returns an array in which the index of each string is its number. All other strings are empty.
const fn by_number(rows: &[(usize, &'static str)]) -> [&'static str; COUNT] {
    let mut strings = [""; COUNT];
    let (mut row, mut previous) = (0, 0);
    while row < rows.len() {
        let (number, string) = rows[row];
        assert!(previous < number, "the rows must be in ascending order");
        strings[number] = string;
        (row, previous) = (row + 1, number);
    }
    strings
}

errnos! {
    PERM = 1, "EPERM", "operation not permitted";
    NOENT = 2, "ENOENT", "no such file or directory";
    SRCH = 3, "ESRCH", "no such process or thread";
    INTR = 4, "EINTR", "interrupted by a signal";
    IO = 5, "EIO", "input or output error";
    NXIO = 6, "ENXIO", "no such device or address";
    TOOBIG = 7, "E2BIG", "argument too large";
    NOEXEC = 8, "ENOEXEC", "executable format not supported";
    BADF = 9, "EBADF", "bad file descriptor";
    CHILD = 10, "ECHILD", "no child processes";
    AGAIN = 11, "EAGAIN", "resource temporarily unavailable";
    NOMEM = 12, "ENOMEM", "out of memory";
    ACCES = 13, "EACCES", "permission denied";
    FAULT = 14, "EFAULT", "bad address";
    NOTBLK = 15, "ENOTBLK", "not a block device";
    BUSY = 16, "EBUSY", "device or resource busy";
    EXIST = 17, "EEXIST", "file exists";
    XDEV = 18, "EXDEV", "invalid cross-device link";
    NODEV = 19, "ENODEV", "no such device";
    NOTDIR = 20, "ENOTDIR", "not a directory";
    ISDIR = 21, "EISDIR", "is a directory";
    INVAL = 22, "EINVAL", "invalid argument";
    NFILE = 23, "ENFILE", "too many open files in the system";
    MFILE = 24, "EMFILE", "too many open files in the process";
    NOTTY = 25, "ENOTTY", "ioctl not supported by this kind of file";
    TXTBSY = 26, "ETXTBSY", "file is being executed or written to";
    FBIG = 27, "EFBIG", "file too large";
    NOSPC = 28, "ENOSPC", "no space left on device";
    SPIPE = 29, "ESPIPE", "file not seekable";
    ROFS = 30, "EROFS", "read-only file system";
    MLINK = 31, "EMLINK", "too many links";
    PIPE = 32, "EPIPE", "broken pipe";
    DOM = 33, "EDOM", "argument out of domain";
    RANGE = 34, "ERANGE", "result out of range";
    DEADLK = 35, "EDEADLK", "resource deadlock avoided";
    NAMETOOLONG = 36, "ENAMETOOLONG", "name too long";
    NOLCK = 37, "ENOLCK", "no locks available";
    NOSYS = 38, "ENOSYS", "not implemented by the kernel, or denied by a seccomp filter";
    NOTEMPTY = 39, "ENOTEMPTY", "directory not empty";
    LOOP = 40, "ELOOP", "too many symbolic links";
    NOMSG = 42, "ENOMSG", "no message of that type";
    IDRM = 43, "EIDRM", "identifier removed";
    CHRNG = 44, "ECHRNG", "channel number out of range";
    L2NSYNC = 45, "EL2NSYNC", "level 2 not synchronized";
    L3HLT = 46, "EL3HLT", "level 3 halted";
    L3RST = 47, "EL3RST", "level 3 reset";
    LNRNG = 48, "ELNRNG", "link number out of range";
    UNATCH = 49, "EUNATCH", "protocol driver not attached";
    NOCSI = 50, "ENOCSI", "no such structure available";
    L2HLT = 51, "EL2HLT", "level 2 halted";
    BADE = 52, "EBADE", "invalid exchange";
    BADR = 53, "EBADR", "invalid request descriptor";
    XFULL = 54, "EXFULL", "exchange full";
    NOANO = 55, "ENOANO", "no anode";
    BADRQC = 56, "EBADRQC", "invalid request code";
    BADSLT = 57, "EBADSLT", "invalid slot";
    BFONT = 59, "EBFONT", "bad font file format";
    NOSTR = 60, "ENOSTR", "not a stream";
    NODATA = 61, "ENODATA", "no data available";
    TIME = 62, "ETIME", "timer expired";
    NOSR = 63, "ENOSR", "out of stream resources";
    NONET = 64, "ENONET", "host is not on the network";
    NOPKG = 65, "ENOPKG", "package not installed";
    REMOTE = 66, "EREMOTE", "object is remote";
    NOLINK = 67, "ENOLINK", "link has been severed";
    ADV = 68, "EADV", "advertise error";
    SRMNT = 69, "ESRMNT", "mount error of a remote resource";
    COMM = 70, "ECOMM", "communication error on send";
    PROTO = 71, "EPROTO", "protocol error";
    MULTIHOP = 72, "EMULTIHOP", "multihop attempted";
    DOTDOT = 73, "EDOTDOT", "RFS-specific error";
    BADMSG = 74, "EBADMSG", "malformed message";
    OVERFLOW = 75, "EOVERFLOW", "value too large for its type";
    NOTUNIQ = 76, "ENOTUNIQ", "name not unique on the network";
    BADFD = 77, "EBADFD", "descriptor in a bad state";
    REMCHG = 78, "EREMCHG", "remote address changed";
    LIBACC = 79, "ELIBACC", "shared library cannot be accessed";
    LIBBAD = 80, "ELIBBAD", "shared library is corrupted";
    LIBSCN = 81, "ELIBSCN", "library section of the program is corrupted";
    LIBMAX = 82, "ELIBMAX", "too many shared libraries";
    LIBEXEC = 83, "ELIBEXEC", "shared library cannot be executed";
    ILSEQ = 84, "EILSEQ", "invalid byte sequence";
    RESTART = 85, "ERESTART", "the call should be restarted";
    STRPIPE = 86, "ESTRPIPE", "stream pipe error";
    USERS = 87, "EUSERS", "too many users";
    NOTSOCK = 88, "ENOTSOCK", "not a socket";
    DESTADDRREQ = 89, "EDESTADDRREQ", "destination address required";
    MSGSIZE = 90, "EMSGSIZE", "message too long";
    PROTOTYPE = 91, "EPROTOTYPE", "wrong protocol for this socket";
    NOPROTOOPT = 92, "ENOPROTOOPT", "protocol option not available";
    PROTONOSUPPORT = 93, "EPROTONOSUPPORT", "protocol not supported";
    SOCKTNOSUPPORT = 94, "ESOCKTNOSUPPORT", "socket type not supported";
    OPNOTSUPP = 95, "EOPNOTSUPP", "operation not supported";
    PFNOSUPPORT = 96, "EPFNOSUPPORT", "protocol family not supported";
    AFNOSUPPORT = 97, "EAFNOSUPPORT", "address family not supported";
    ADDRINUSE = 98, "EADDRINUSE", "address in use";
    ADDRNOTAVAIL = 99, "EADDRNOTAVAIL", "address not available";
    NETDOWN = 100, "ENETDOWN", "network is down";
    NETUNREACH = 101, "ENETUNREACH", "network is unreachable";
    NETRESET = 102, "ENETRESET", "connection dropped by the network";
    CONNABORTED = 103, "ECONNABORTED", "connection aborted";
    CONNRESET = 104, "ECONNRESET", "connection reset by the peer";
    NOBUFS = 105, "ENOBUFS", "no buffer space available";
    ISCONN = 106, "EISCONN", "already connected";
    NOTCONN = 107, "ENOTCONN", "not connected";
    SHUTDOWN = 108, "ESHUTDOWN", "already shut down";
    TOOMANYREFS = 109, "ETOOMANYREFS", "too many references";
    TIMEDOUT = 110, "ETIMEDOUT", "timed out";
    CONNREFUSED = 111, "ECONNREFUSED", "connection refused";
    HOSTDOWN = 112, "EHOSTDOWN", "host is down";
    HOSTUNREACH = 113, "EHOSTUNREACH", "host is unreachable";
    ALREADY = 114, "EALREADY", "operation already in progress";
    INPROGRESS = 115, "EINPROGRESS", "operation in progress";
    STALE = 116, "ESTALE", "stale file handle";
    UCLEAN = 117, "EUCLEAN", "structure needs cleaning";
    NOTNAM = 118, "ENOTNAM", "not a XENIX named type file";
    NAVAIL = 119, "ENAVAIL", "no XENIX semaphores available";
    ISNAM = 120, "EISNAM", "is a XENIX named type file";
    REMOTEIO = 121, "EREMOTEIO", "remote input or output error";
    DQUOT = 122, "EDQUOT", "quota exceeded";
    NOMEDIUM = 123, "ENOMEDIUM", "no medium found";
    MEDIUMTYPE = 124, "EMEDIUMTYPE", "wrong type of medium";
    CANCELED = 125, "ECANCELED", "operation canceled";
    NOKEY = 126, "ENOKEY", "required key not available";
    KEYEXPIRED = 127, "EKEYEXPIRED", "key has expired";
    KEYREVOKED = 128, "EKEYREVOKED", "key has been revoked";
    KEYREJECTED = 129, "EKEYREJECTED", "key was rejected";
    OWNERDEAD = 130, "EOWNERDEAD", "owner of the lock died";
    NOTRECOVERABLE = 131, "ENOTRECOVERABLE", "state not recoverable";
    RFKILL = 132, "ERFKILL", "radio is switched off (RF-kill)";
    HWPOISON = 133, "EHWPOISON", "memory page has a hardware error";
    FTYPE = 134, "EFTYPE", "wrong type of file for this operation";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errno_from_raw_accepts_only_1_to_4095() {
        assert_eq!(Errno::from_raw(0), None);
        assert_eq!(Errno::from_raw(4096), None);
        assert_eq!(Errno::from_raw(1), Some(Errno::PERM));
        assert_eq!(Errno::from_raw(4095).map(Errno::as_raw), Some(4095));
    }

    #[test]
    fn errno_from_str_accepts_name_with_and_without_e() {
        for number in if cfg!(miri) { 1..=20 } else { 1..=ERRNO_MAX } {
            let errno = Errno::from_raw(number).unwrap();
            assert_eq!(errno.name().is_some(), errno.text().is_some());
            assert_eq!(errno.name().is_some(), number < 135 && ![41, 58].contains(&number));
            if let Some(name) = errno.name() {
                assert_eq!(name.parse(), Ok(errno));
                assert_eq!(name[1..].parse(), Ok(errno));
            }
        }
        for (second, errno) in [
            ("EWOULDBLOCK", Errno::AGAIN),
            ("EDEADLOCK", Errno::DEADLK),
            ("ENOTSUP", Errno::OPNOTSUPP),
        ] {
            assert_eq!(second.parse(), Ok(errno));
        }
        assert_eq!("".parse::<Errno>(), Err(ParseNameError));
        assert_eq!("E".parse::<Errno>(), Err(ParseNameError));
        assert_eq!("ENOSUCH".parse::<Errno>(), Err(ParseNameError));
    }

    #[test]
    fn errno_display_prints_number_if_errno_has_no_name() {
        for number in [41, 58, 135, 999, 1000, 1009, 4095] {
            let errno = Errno::from_raw(number).unwrap();
            assert_eq!((errno.name(), errno.text()), (None, None));
            assert_eq!(errno.to_string(), format!("errno {number}"));
        }
        assert_eq!(format!("{:>8}", Errno::NOENT), "  ENOENT");
    }
}
