//! The kernel's error numbers, with their names and what they mean.

use core::fmt;
use core::num::NonZeroU16;
use core::str::FromStr;

/// The largest errno: the kernel returns an error as `-ERRNO_MAX..=-1` (its `MAX_ERRNO`).
pub const ERRNO_MAX: i32 = 4095;

/// Why a call failed, as a number of the kernel: 1 to 4095.
///
/// A number that has no name here is kept as it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub struct Errno(NonZeroU16);

impl Errno {
    /// Creates an errno from its number. Returns `None` unless it is in `1..=4095`.
    #[must_use]
    pub const fn from_raw(number: i32) -> Option<Self> {
        if 1 <= number && number <= ERRNO_MAX {
            // The number is not zero.
            match NonZeroU16::new(number as u16) {
                Some(number) => Some(Self(number)),
                None => None,
            }
        } else {
            None
        }
    }

    /// Returns the number.
    #[inline]
    #[must_use]
    pub const fn as_raw(self) -> i32 {
        self.0.get() as i32
    }

    /// The kernel's name: `"ENOENT"`. `None` for a number that has none.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        NAMES.get(usize::from(self.0.get())).copied().filter(|name| !name.is_empty())
    }

    /// What the number means in general, as a phrase: `"no such file or directory"`. `None` for one without a name.
    ///
    /// What it means for one call is said by the [`Error`](crate::Error) that holds both.
    #[must_use]
    pub fn text(self) -> Option<&'static str> {
        TEXTS.get(usize::from(self.0.get())).copied().filter(|text| !text.is_empty())
    }
}

/// The error of parsing a name: no errno, signal or flag has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ParseNameError;

impl fmt::Display for ParseNameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("unknown name")
    }
}

impl core::error::Error for ParseNameError {}

/// Prints the name, or `errno 999` for a number without one.
impl fmt::Display for Errno {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.pad(name),
            None => write!(f, "errno {}", self.as_raw()),
        }
    }
}

impl fmt::Debug for Errno {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Reads a name, with or without its E: `ENOENT`, `NOENT`; also the second names `EWOULDBLOCK`, `EDEADLOCK`,
/// `ENOTSUP`, `EFSBADCRC`, `EFSCORRUPTED`.
impl FromStr for Errno {
    type Err = ParseNameError;

    fn from_str(text: &str) -> Result<Self, ParseNameError> {
        let bare =
            |name: &str| NAMES.iter().position(|known| known.strip_prefix('E') == Some(name));
        let name = text.strip_prefix('E').unwrap_or(text);
        let number = match name {
            "WOULDBLOCK" => Some(11),
            "DEADLOCK" => Some(35),
            "NOTSUP" => Some(95),
            "FSBADCRC" => Some(74),
            "FSCORRUPTED" => Some(117),
            name => bare(name).or_else(|| bare(text)),
        };
        number.and_then(|number| Self::from_raw(number as i32)).ok_or(ParseNameError)
    }
}

macro_rules! errnos {
    ($($constant:ident = $number:literal, $name:literal, $text:literal;)*) => {
        /// The numbers, by the kernel's names without their E.
        impl Errno {
            $(
                #[doc = concat!("`", $name, "` - ", $text, ".")]
                #[doc(alias = $name)]
                pub const $constant: Self = Self(NonZeroU16::new($number).unwrap());
            )*
        }

        const NAMES: [&str; 135] = {
            let mut names = [""; 135];
            $(names[$number] = $name;)*
            names
        };

        const TEXTS: [&str; 135] = {
            let mut texts = [""; 135];
            $(texts[$number] = $text;)*
            texts
        };
    };
}

errnos! {
    PERM = 1, "EPERM", "operation not permitted";
    NOENT = 2, "ENOENT", "no such file or directory";
    SRCH = 3, "ESRCH", "no such process or thread";
    INTR = 4, "EINTR", "interrupted by a signal";
    IO = 5, "EIO", "input or output error";
    NXIO = 6, "ENXIO", "no such device or address";
    TOOBIG = 7, "E2BIG", "argument too large";
    NOEXEC = 8, "ENOEXEC", "not an executable that this kernel can run";
    BADF = 9, "EBADF", "not an open descriptor, or not open for this";
    CHILD = 10, "ECHILD", "no such child";
    AGAIN = 11, "EAGAIN", "nothing available now, try again";
    NOMEM = 12, "ENOMEM", "out of memory";
    ACCES = 13, "EACCES", "access denied";
    FAULT = 14, "EFAULT", "bad address";
    NOTBLK = 15, "ENOTBLK", "not a block device";
    BUSY = 16, "EBUSY", "busy";
    EXIST = 17, "EEXIST", "exists already";
    XDEV = 18, "EXDEV", "on another file system";
    NODEV = 19, "ENODEV", "no such device";
    NOTDIR = 20, "ENOTDIR", "not a directory";
    ISDIR = 21, "EISDIR", "is a directory";
    INVAL = 22, "EINVAL", "invalid argument";
    NFILE = 23, "ENFILE", "too many open files in the system";
    MFILE = 24, "EMFILE", "too many open descriptors";
    NOTTY = 25, "ENOTTY", "not an operation of this kind of file";
    TXTBSY = 26, "ETXTBSY", "the file is being executed";
    FBIG = 27, "EFBIG", "file too large";
    NOSPC = 28, "ENOSPC", "no space or quota left";
    SPIPE = 29, "ESPIPE", "not seekable";
    ROFS = 30, "EROFS", "file system is read-only";
    MLINK = 31, "EMLINK", "too many links";
    PIPE = 32, "EPIPE", "nobody reads the other end";
    DOM = 33, "EDOM", "outside the domain of the function";
    RANGE = 34, "ERANGE", "result does not fit";
    DEADLK = 35, "EDEADLK", "would wait for itself for ever";
    NAMETOOLONG = 36, "ENAMETOOLONG", "name too long";
    NOLCK = 37, "ENOLCK", "no locks available";
    NOSYS = 38, "ENOSYS", "not in this kernel, or refused by a filter";
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
    NONET = 64, "ENONET", "machine is not on the network";
    NOPKG = 65, "ENOPKG", "package not installed";
    REMOTE = 66, "EREMOTE", "object is remote";
    NOLINK = 67, "ENOLINK", "link has been severed";
    ADV = 68, "EADV", "advertise error";
    SRMNT = 69, "ESRMNT", "mount error of a remote resource";
    COMM = 70, "ECOMM", "communication error on send";
    PROTO = 71, "EPROTO", "protocol error";
    MULTIHOP = 72, "EMULTIHOP", "multihop attempted";
    DOTDOT = 73, "EDOTDOT", "specific to a remote file system";
    BADMSG = 74, "EBADMSG", "not a well-formed message";
    OVERFLOW = 75, "EOVERFLOW", "value too large for its type";
    NOTUNIQ = 76, "ENOTUNIQ", "name not unique on the network";
    BADFD = 77, "EBADFD", "descriptor in a bad state";
    REMCHG = 78, "EREMCHG", "remote address changed";
    LIBACC = 79, "ELIBACC", "a shared library cannot be accessed";
    LIBBAD = 80, "ELIBBAD", "a shared library is corrupted";
    LIBSCN = 81, "ELIBSCN", "the library section of the program is corrupted";
    LIBMAX = 82, "ELIBMAX", "too many shared libraries";
    LIBEXEC = 83, "ELIBEXEC", "a shared library cannot be executed";
    ILSEQ = 84, "EILSEQ", "invalid sequence of bytes";
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
    ISCONN = 106, "EISCONN", "connected already";
    NOTCONN = 107, "ENOTCONN", "not connected";
    SHUTDOWN = 108, "ESHUTDOWN", "shut down already";
    TOOMANYREFS = 109, "ETOOMANYREFS", "too many references";
    TIMEDOUT = 110, "ETIMEDOUT", "timed out";
    CONNREFUSED = 111, "ECONNREFUSED", "connection refused";
    HOSTDOWN = 112, "EHOSTDOWN", "host is down";
    HOSTUNREACH = 113, "EHOSTUNREACH", "host is unreachable";
    ALREADY = 114, "EALREADY", "in progress already";
    INPROGRESS = 115, "EINPROGRESS", "in progress now";
    STALE = 116, "ESTALE", "stale file handle";
    UCLEAN = 117, "EUCLEAN", "the structure needs cleaning";
    NOTNAM = 118, "ENOTNAM", "not a XENIX named type file";
    NAVAIL = 119, "ENAVAIL", "no XENIX semaphores available";
    ISNAM = 120, "EISNAM", "is a named type file";
    REMOTEIO = 121, "EREMOTEIO", "remote input or output error";
    DQUOT = 122, "EDQUOT", "quota exceeded";
    NOMEDIUM = 123, "ENOMEDIUM", "no medium found";
    MEDIUMTYPE = 124, "EMEDIUMTYPE", "wrong type of medium";
    CANCELED = 125, "ECANCELED", "canceled";
    NOKEY = 126, "ENOKEY", "required key not available";
    KEYEXPIRED = 127, "EKEYEXPIRED", "key has expired";
    KEYREVOKED = 128, "EKEYREVOKED", "key has been revoked";
    KEYREJECTED = 129, "EKEYREJECTED", "key was rejected";
    OWNERDEAD = 130, "EOWNERDEAD", "the owner died";
    NOTRECOVERABLE = 131, "ENOTRECOVERABLE", "state not recoverable";
    RFKILL = 132, "ERFKILL", "not possible while the radio is switched off";
    HWPOISON = 133, "EHWPOISON", "the memory page has a hardware error";
    FTYPE = 134, "EFTYPE", "wrong type of file for this operation";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_1_to_4095_are_errnos() {
        assert_eq!(Errno::from_raw(0), None);
        assert_eq!(Errno::from_raw(4096), None);
        assert_eq!(Errno::from_raw(1), Some(Errno::PERM));
        assert_eq!(Errno::from_raw(4095).map(Errno::as_raw), Some(4095));
    }

    #[test]
    fn names_go_both_ways() {
        for number in if cfg!(miri) { 1..=20 } else { 1..=ERRNO_MAX } {
            let errno = Errno::from_raw(number).unwrap();
            assert_eq!(errno.name().is_some(), errno.text().is_some());
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
    fn a_number_without_a_name_is_kept() {
        assert_eq!(Errno::from_raw(41).unwrap().to_string(), "errno 41");
        assert_eq!(Errno::from_raw(4000).unwrap().to_string(), "errno 4000");
        assert_eq!(format!("{:>8}", Errno::NOENT), "  ENOENT");
    }
}
