//! What `libc` and `linux-raw-sys` say of each constant.

/// A constant of the kernel's, and what the crates that have it say.
pub struct Row {
    pub name: &'static str,
    pub found: Vec<(&'static str, i128)>,
}

/// Constants that neither crate need have: they are younger, or of rare use. The kernel's headers have them.
pub const NO_CRATE_HAS: &[&str] = &["EFTYPE", "O_NOTIFICATION_PIPE"];

/// What a name stands for where a crate does not have it.
#[derive(Clone, Copy)]
struct Absent;

trait Found {
    fn found(self) -> Option<i128>;
}

impl Found for Absent {
    fn found(self) -> Option<i128> {
        None
    }
}

macro_rules! found {
    ($($number:ty)*) => {$(
        impl Found for $number {
            fn found(self) -> Option<i128> {
                Some(i128::from(self))
            }
        }
    )*};
}

found! { u8 u16 u32 u64 i8 i16 i32 i64 }

/// The value of a name in a module, if the module has it: an import in an inner block comes before a constant in an
/// outer one.
macro_rules! look {
    ($name:ident in $($module:ident)::+) => {{
        #[allow(dead_code, non_upper_case_globals)]
        const $name: Absent = Absent;
        {
            #[allow(unused_imports)]
            use $($module)::+::*;
            Found::found($name)
        }
    }};
}

macro_rules! table {
    ($($name:ident)*) => {
        /// Every constant that the crate takes from the kernel, by its name in C.
        #[allow(deprecated)]
        pub fn table() -> Vec<Row> {
            vec![$(row(stringify!($name), look!($name in libc), &[
                look!($name in linux_raw_sys::general),
                look!($name in linux_raw_sys::errno),
                look!($name in linux_raw_sys::ioctl),
                look!($name in linux_raw_sys::prctl),
                look!($name in linux_raw_sys::ptrace),
                look!($name in linux_raw_sys::system),
            ])),*]
        }
    };
}

fn row(name: &'static str, libc: Option<i128>, raw: &[Option<i128>]) -> Row {
    // glibc opens large files in any case, and says 0.
    let libc = libc.filter(|_| name != "O_LARGEFILE" || cfg!(not(target_env = "gnu")));
    let mut found: Vec<_> = libc.map(|value| ("libc", value)).into_iter().collect();
    found.extend(raw.iter().flatten().map(|&value| ("linux-raw-sys", value)));
    Row { name, found }
}

table! {
    // error
    EPERM ENOENT ESRCH EINTR EIO ENXIO E2BIG ENOEXEC EBADF ECHILD EAGAIN ENOMEM EACCES EFAULT ENOTBLK EBUSY EEXIST
    EXDEV ENODEV ENOTDIR EISDIR EINVAL ENFILE EMFILE ENOTTY ETXTBSY EFBIG ENOSPC ESPIPE EROFS EMLINK EPIPE EDOM ERANGE
    EDEADLK ENAMETOOLONG ENOLCK ENOSYS ENOTEMPTY ELOOP ENOMSG EIDRM ECHRNG EL2NSYNC EL3HLT EL3RST ELNRNG EUNATCH
    ENOCSI EL2HLT EBADE EBADR EXFULL ENOANO EBADRQC EBADSLT EBFONT ENOSTR ENODATA ETIME ENOSR ENONET ENOPKG EREMOTE
    ENOLINK EADV ESRMNT ECOMM EPROTO EMULTIHOP EDOTDOT EBADMSG EOVERFLOW ENOTUNIQ EBADFD EREMCHG ELIBACC ELIBBAD
    ELIBSCN ELIBMAX ELIBEXEC EILSEQ ERESTART ESTRPIPE EUSERS ENOTSOCK EDESTADDRREQ EMSGSIZE EPROTOTYPE ENOPROTOOPT
    EPROTONOSUPPORT ESOCKTNOSUPPORT EOPNOTSUPP EPFNOSUPPORT EAFNOSUPPORT EADDRINUSE EADDRNOTAVAIL ENETDOWN ENETUNREACH
    ENETRESET ECONNABORTED ECONNRESET ENOBUFS EISCONN ENOTCONN ESHUTDOWN ETOOMANYREFS ETIMEDOUT ECONNREFUSED EHOSTDOWN
    EHOSTUNREACH EALREADY EINPROGRESS ESTALE EUCLEAN ENOTNAM ENAVAIL EISNAM EREMOTEIO EDQUOT ENOMEDIUM EMEDIUMTYPE
    ECANCELED ENOKEY EKEYEXPIRED EKEYREVOKED EKEYREJECTED EOWNERDEAD ENOTRECOVERABLE ERFKILL EHWPOISON EFTYPE
    // signal
    SIGHUP SIGINT SIGQUIT SIGILL SIGTRAP SIGABRT SIGBUS SIGFPE SIGKILL SIGUSR1 SIGSEGV SIGUSR2 SIGPIPE SIGALRM SIGTERM
    SIGSTKFLT SIGCHLD SIGCONT SIGSTOP SIGTSTP SIGTTIN SIGTTOU SIGURG SIGXCPU SIGXFSZ SIGVTALRM SIGPROF SIGWINCH SIGIO
    SIGPWR SIGSYS
    // io, path, time
    F_GETFD F_SETFD F_GETFL F_SETFL F_DUPFD_CLOEXEC FD_CLOEXEC FIONREAD PATH_MAX CLOCK_MONOTONIC
    O_APPEND O_NONBLOCK O_DSYNC O_ASYNC O_DIRECT O_LARGEFILE O_DIRECTORY O_NOFOLLOW O_NOATIME O_SYNC O_PATH O_TMPFILE
    // pipe
    O_CLOEXEC O_NOTIFICATION_PIPE
    // poll
    POLLIN POLLPRI POLLOUT POLLERR POLLHUP POLLNVAL POLLRDNORM POLLRDBAND POLLWRNORM POLLWRBAND POLLMSG POLLRDHUP
    // eventfd
    EFD_SEMAPHORE EFD_NONBLOCK EFD_CLOEXEC
    // epoll
    EPOLL_CLOEXEC EPOLL_CTL_ADD EPOLL_CTL_DEL EPOLL_CTL_MOD EPIOCSPARAMS EPIOCGPARAMS
    EPOLLIN EPOLLPRI EPOLLOUT EPOLLERR EPOLLHUP EPOLLNVAL EPOLLRDNORM EPOLLRDBAND EPOLLWRNORM EPOLLWRBAND EPOLLMSG
    EPOLLRDHUP EPOLLEXCLUSIVE EPOLLWAKEUP EPOLLONESHOT EPOLLET
    // thread
    SIG_BLOCK SIG_UNBLOCK SIG_SETMASK
    // time, timerfd
    CLOCK_REALTIME CLOCK_MONOTONIC CLOCK_PROCESS_CPUTIME_ID CLOCK_THREAD_CPUTIME_ID CLOCK_MONOTONIC_RAW
    CLOCK_REALTIME_COARSE CLOCK_MONOTONIC_COARSE CLOCK_BOOTTIME CLOCK_REALTIME_ALARM CLOCK_BOOTTIME_ALARM CLOCK_TAI
    TFD_NONBLOCK TFD_CLOEXEC TFD_TIMER_ABSTIME TFD_TIMER_CANCEL_ON_SET TFD_IOC_SET_TICKS
    // inotify
    IN_NONBLOCK IN_CLOEXEC INOTIFY_IOC_SETNEXTWD
    IN_ACCESS IN_MODIFY IN_ATTRIB IN_CLOSE_WRITE IN_CLOSE_NOWRITE IN_OPEN IN_MOVED_FROM IN_MOVED_TO IN_CREATE IN_DELETE
    IN_DELETE_SELF IN_MOVE_SELF IN_CLOSE IN_MOVE IN_ALL_EVENTS IN_ONLYDIR IN_DONT_FOLLOW IN_EXCL_UNLINK IN_MASK_CREATE
    IN_MASK_ADD IN_ONESHOT IN_UNMOUNT IN_Q_OVERFLOW IN_IGNORED IN_ISDIR
}
