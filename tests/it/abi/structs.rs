//! Comparison of the kernel's structs, as the crate defines them, with the definitions in other
//! crates.

use std::collections::BTreeSet;
use std::mem::offset_of;

use linux_raw_sys::{general, landlock, net, netlink, system};

use super::scan::{self, Layout};
use super::{ARCHITECTURES, NATIVE, sources};

/// A struct of the kernel that the crate defines.
pub struct Struct {
    path: &'static str,
    /// The names of the struct and of its fields in the crate.
    ours: (&'static str, &'static [&'static str]),
    /// The name of the type in C.
    pub c: &'static str,
    /// The names of the struct's fields in C, in the order of the fields in the crate.
    pub fields: &'static [&'static str],
    oracles: &'static [Measured],
}

/// The layout of a struct of another crate.
struct Measured {
    of: &'static str,
    size: usize,
    align: usize,
    /// The offsets of the fields, in the order of the fields in the crate.
    offsets: &'static [usize],
}

macro_rules! measured {
    ($($type:ident)::+ { $($field:ident)* }) => {{
        type Theirs = $($type)::+;
        Measured {
            of: stringify!($($type)::+),
            size: size_of::<Theirs>(),
            align: align_of::<Theirs>(),
            offsets: &[$(offset_of!(Theirs, $field)),*],
        }
    }};
}

macro_rules! structs {
    ($(
        $path:literal $ours:ident { $($own:ident)* } is $c:literal { $($field:ident)* }:
        $($($type:ident)::+ { $($other:ident)* })*;
    )*) => {
        const STRUCTS: &[Struct] = &[$(Struct {
            path: $path,
            ours: (stringify!($ours), &[$(stringify!($own)),*]),
            c: $c,
            fields: &[$(stringify!($field)),*],
            oracles: &[$(measured!($($type)::+ { $($other)* })),*],
        }),*];
    };
}

structs! {
    "arch" EpollEvent { events data } is "struct epoll_event" { events data }:
        libc::epoll_event { events u64 }
        general::epoll_event { events data };
    "arch"
        Stat { dev ino nlink mode uid gid rdev size block_size blocks atime atime_nsec mtime
            mtime_nsec ctime ctime_nsec } is
        "struct stat" { st_dev st_ino st_nlink st_mode st_uid st_gid st_rdev st_size st_blksize
            st_blocks st_atime st_atime_nsec st_mtime st_mtime_nsec st_ctime st_ctime_nsec }:
        libc::stat { st_dev st_ino st_nlink st_mode st_uid st_gid st_rdev st_size st_blksize
            st_blocks st_atime st_atime_nsec st_mtime st_mtime_nsec st_ctime st_ctime_nsec }
        general::stat { st_dev st_ino st_nlink st_mode st_uid st_gid st_rdev st_size st_blksize
            st_blocks st_atime st_atime_nsec st_mtime st_mtime_nsec st_ctime st_ctime_nsec };
    "src/epoll/types.rs" EpollParams { microseconds budget prefer padding } is
        "struct epoll_params" { busy_poll_usecs busy_poll_budget prefer_busy_poll __pad }:
        libc::epoll_params { busy_poll_usecs busy_poll_budget prefer_busy_poll __pad }
        general::epoll_params { busy_poll_usecs busy_poll_budget prefer_busy_poll __pad };
    "src/fanotify/structs.rs" Metadata { event_len vers reserved metadata_len mask fd pid } is
        "struct fanotify_event_metadata" { event_len vers reserved metadata_len mask fd pid }:
        libc::fanotify_event_metadata { event_len vers reserved metadata_len mask fd pid };
    "src/fanotify/structs.rs" InfoHeader { info_type pad len } is
        "struct fanotify_event_info_header" { info_type pad len }:
        libc::fanotify_event_info_header { info_type pad len };
    "src/fanotify/structs.rs" InfoFid { header fsid } is
        "struct fanotify_event_info_fid" { hdr fsid }:
        libc::fanotify_event_info_fid { hdr fsid };
    "src/fanotify/structs.rs" InfoPidFd { header pidfd } is
        "struct fanotify_event_info_pidfd" { hdr pidfd }:;
    "src/fanotify/structs.rs" InfoError { header error error_count } is
        "struct fanotify_event_info_error" { hdr error error_count }:;
    "src/fanotify/structs.rs" InfoRange { header pad offset count } is
        "struct fanotify_event_info_range" { hdr pad offset count }:;
    "src/fanotify/structs.rs" InfoMount { header mnt_id } is
        "struct fanotify_event_info_mnt" { hdr mnt_id }:;
    "src/fanotify/structs.rs" ResponseHeader { fd response } is
        "struct fanotify_response" { fd response }:
        libc::fanotify_response { fd response };
    "src/fanotify/structs.rs" ResponseInfoHeader { info_type pad len } is
        "struct fanotify_response_info_header" { type pad len }:;
    "src/fanotify/structs.rs" ResponseInfoAuditRule { header rule_number subj_trust obj_trust } is
        "struct fanotify_response_info_audit_rule" { hdr rule_number subj_trust obj_trust }:;
    "src/handle/file_handle.rs" Header { handle_bytes handle_type } is
        "struct file_handle" { handle_bytes handle_type }:
        libc::file_handle { handle_bytes handle_type };
    "src/inotify/types.rs" Header { wd mask cookie len } is
        "struct inotify_event" { wd mask cookie len }:
        libc::inotify_event { wd mask cookie len }
        general::inotify_event { wd mask cookie len };
    "src/io/slices.rs" IoSlice { base len } is "struct iovec" { iov_base iov_len }:
        libc::iovec { iov_base iov_len }
        general::iovec { iov_base iov_len };
    "src/io/slices.rs" IoSliceMut { base len } is "struct iovec" { iov_base iov_len }:
        libc::iovec { iov_base iov_len }
        general::iovec { iov_base iov_len };
    "src/fs/lock/types.rs" Flock { lock_type whence start len pid } is
        "struct flock" { l_type l_whence l_start l_len l_pid }:
        libc::flock { l_type l_whence l_start l_len l_pid }
        general::flock { l_type l_whence l_start l_len l_pid };
    "src/fs/open/types.rs" OpenHow { flags mode resolve } is
        "struct open_how" { flags mode resolve }:
        libc::open_how { flags mode resolve }
        general::open_how { flags mode resolve };
    "src/fs/stat/statfs.rs"
        StatFs { fs_type block_size blocks blocks_free blocks_available files files_free fsid
            name_max fragment_size flags spare } is
        "struct statfs" { f_type f_bsize f_blocks f_bfree f_bavail f_files f_ffree f_fsid
            f_namelen f_frsize f_flags f_spare }:
        general::statfs { f_type f_bsize f_blocks f_bfree f_bavail f_files f_ffree f_fsid
            f_namelen f_frsize f_flags f_spare };
    "src/fs/stat/statx.rs"
        Statx { mask block_size attributes nlink uid gid mode
            ino size blocks attributes_mask atime btime ctime mtime
            rdev_major rdev_minor dev_major dev_minor mnt_id dio_mem_align
            dio_offset_align subvol atomic_write_unit_min atomic_write_unit_max
            atomic_write_segments_max dio_read_offset_align atomic_write_unit_max_opt } is
        "struct statx" { stx_mask stx_blksize stx_attributes stx_nlink stx_uid stx_gid stx_mode
            stx_ino stx_size stx_blocks stx_attributes_mask stx_atime stx_btime stx_ctime stx_mtime
            stx_rdev_major stx_rdev_minor stx_dev_major stx_dev_minor stx_mnt_id stx_dio_mem_align
            stx_dio_offset_align stx_subvol stx_atomic_write_unit_min stx_atomic_write_unit_max
            stx_atomic_write_segments_max stx_dio_read_offset_align stx_atomic_write_unit_max_opt }:
        general::statx { stx_mask stx_blksize stx_attributes stx_nlink stx_uid stx_gid stx_mode
            stx_ino stx_size stx_blocks stx_attributes_mask stx_atime stx_btime stx_ctime stx_mtime
            stx_rdev_major stx_rdev_minor stx_dev_major stx_dev_minor stx_mnt_id stx_dio_mem_align
            stx_dio_offset_align stx_subvol stx_atomic_write_unit_min stx_atomic_write_unit_max
            stx_atomic_write_segments_max stx_dio_read_offset_align stx_atomic_write_unit_max_opt };
    "src/fs/stat/statx.rs" StatxTimestamp { seconds nanoseconds } is
        "struct statx_timestamp" { tv_sec tv_nsec }:
        libc::statx_timestamp { tv_sec tv_nsec }
        general::statx_timestamp { tv_sec tv_nsec };
    "src/fs/xattr/types.rs" XattrArgs { value size flags } is
        "struct xattr_args" { value size flags }:
        general::xattr_args { value size flags };
    "src/net/addr/inet.rs" SockaddrIn { family port addr zero } is
        "struct sockaddr_in" { sin_family sin_port sin_addr sin_zero }:
        libc::sockaddr_in { sin_family sin_port sin_addr sin_zero };
    "src/net/addr/inet.rs" SockaddrIn6 { family port flowinfo addr scope_id } is
        "struct sockaddr_in6" { sin6_family sin6_port sin6_flowinfo sin6_addr sin6_scope_id }:
        libc::sockaddr_in6 { sin6_family sin6_port sin6_flowinfo sin6_addr sin6_scope_id }
        net::sockaddr_in6 { sin6_family sin6_port sin6_flowinfo sin6_addr sin6_scope_id };
    "src/net/addr/netlink.rs" SockaddrNl { family pad port groups } is
        "struct sockaddr_nl" { nl_family nl_pad nl_pid nl_groups }:
        netlink::sockaddr_nl { nl_family nl_pad nl_pid nl_groups };
    "src/net/addr/unix.rs" SockaddrUn { family path } is
        "struct sockaddr_un" { sun_family sun_path }:
        libc::sockaddr_un { sun_family sun_path }
        net::sockaddr_un { sun_family sun_path };
    "src/net/addr/vsock.rs" SockaddrVm { family reserved port cid flags zero } is
        "struct sockaddr_vm" { svm_family svm_reserved1 svm_port svm_cid svm_flags svm_zero }:;
    "src/net/ancillary/decode.rs" Cmsghdr { length level kind } is
        "struct cmsghdr" { cmsg_len cmsg_level cmsg_type }:
        net::cmsghdr { cmsg_len cmsg_level cmsg_type };
    "src/net/ancillary/ucred.rs" Ucred { pid uid gid } is "struct ucred" { pid uid gid }:
        libc::ucred { pid uid gid }
        net::ucred { pid uid gid };
    "src/net/interface/types.rs" Ifreq { name flags } is "struct ifreq" { ifr_name ifr_flags }:;
    "src/net/send/message.rs"
        Msghdr { name name_length slices slice_count control control_length flags } is
        "struct msghdr" { msg_name msg_namelen msg_iov msg_iovlen msg_control msg_controllen
            msg_flags }:
        libc::msghdr { msg_name msg_namelen msg_iov msg_iovlen msg_control msg_controllen
            msg_flags }
        net::msghdr { msg_name msg_namelen msg_iov msg_iovlen msg_control msg_controllen
            msg_flags };
    "src/net/send/message.rs" Mmsghdr { header length } is "struct mmsghdr" { msg_hdr msg_len }:
        libc::mmsghdr { msg_hdr msg_len }
        net::mmsghdr { msg_hdr msg_len };
    "src/net/sockopt/value.rs" Linger { onoff linger } is "struct linger" { l_onoff l_linger }:
        libc::linger { l_onoff l_linger }
        net::linger { l_onoff l_linger };
    "src/net/sockopt/value.rs" Timeval { seconds microseconds } is
        "struct __kernel_old_timeval" { tv_sec tv_usec }:
        libc::timeval { tv_sec tv_usec };
    "src/poll/types.rs" PollFd { fd events revents } is "struct pollfd" { fd events revents }:
        libc::pollfd { fd events revents }
        general::pollfd { fd events revents };
    "src/process/limits.rs" Rlimit64 { current maximum } is
        "struct rlimit64" { rlim_cur rlim_max }:
        libc::rlimit { rlim_cur rlim_max }
        general::rlimit64 { rlim_cur rlim_max };
    "src/process/clone/types.rs"
        RawArgs { flags pidfd child_tid parent_tid exit_signal stack stack_size tls set_tid
            set_tid_size cgroup } is
        "struct clone_args" { flags pidfd child_tid parent_tid exit_signal stack stack_size tls
            set_tid set_tid_size cgroup }:
        libc::clone_args { flags pidfd child_tid parent_tid exit_signal stack stack_size tls
            set_tid set_tid_size cgroup }
        general::clone_args { flags pidfd child_tid parent_tid exit_signal stack stack_size tls
            set_tid set_tid_size cgroup };
    "src/process/pidfd/info.rs"
        PidFdInfo { mask cgroup_id pid tgid ppid ruid rgid euid egid suid sgid fsuid fsgid
            exit_code coredump_mask coredump_signal coredump_code supported_mask } is
        "struct pidfd_info" { mask cgroupid pid tgid ppid ruid rgid euid egid suid sgid fsuid fsgid
            exit_code coredump_mask coredump_signal coredump_code supported_mask }:;
    "src/process/rusage.rs"
        Rusage { utime stime maxrss ixrss idrss isrss minflt majflt nswap inblock oublock msgsnd
            msgrcv nsignals nvcsw nivcsw } is
        "struct rusage" { ru_utime ru_stime ru_maxrss ru_ixrss ru_idrss ru_isrss ru_minflt
            ru_majflt ru_nswap ru_inblock ru_oublock ru_msgsnd ru_msgrcv ru_nsignals ru_nvcsw
            ru_nivcsw }:
        general::rusage { ru_utime ru_stime ru_maxrss ru_ixrss ru_idrss ru_isrss ru_minflt
            ru_majflt ru_nswap ru_inblock ru_oublock ru_msgsnd ru_msgrcv ru_nsignals ru_nvcsw
            ru_nivcsw };
    "src/landlock/types.rs"
        RulesetAttr { handled_access_fs handled_access_net scoped quiet_access_fs quiet_access_net
            quiet_scoped } is
        "struct landlock_ruleset_attr" { handled_access_fs handled_access_net scoped quiet_access_fs
            quiet_access_net quiet_scoped }:;
    "src/landlock/types.rs" PathBeneath { allowed_access parent_fd } is
        "struct landlock_path_beneath_attr" { allowed_access parent_fd }:
        landlock::landlock_path_beneath_attr { allowed_access parent_fd };
    "src/landlock/types.rs" NetPort { allowed_access port } is
        "struct landlock_net_port_attr" { allowed_access port }:
        landlock::landlock_net_port_attr { allowed_access port };
    "src/seccomp/data.rs" SyscallData { nr arch instruction_pointer args } is
        "struct seccomp_data" { nr arch instruction_pointer args }:
        libc::seccomp_data { nr arch instruction_pointer args };
    "src/seccomp/instruction.rs" Instruction { code jt jf k } is
        "struct sock_filter" { code jt jf k }:
        libc::sock_filter { code jt jf k };
    "src/seccomp/types.rs" NotifSizes { notif resp data } is
        "struct seccomp_notif_sizes" { seccomp_notif seccomp_notif_resp seccomp_data }:
        libc::seccomp_notif_sizes { seccomp_notif seccomp_notif_resp seccomp_data };
    "src/seccomp/notification.rs" Notification { id pid flags data } is
        "struct seccomp_notif" { id pid flags data }:
        libc::seccomp_notif { id pid flags data };
    "src/seccomp/types.rs" Response { id val error flags } is
        "struct seccomp_notif_resp" { id val error flags }:
        libc::seccomp_notif_resp { id val error flags };
    "src/seccomp/types.rs" AddFd { id flags srcfd newfd newfd_flags } is
        "struct seccomp_notif_addfd" { id flags srcfd newfd newfd_flags }:
        libc::seccomp_notif_addfd { id flags srcfd newfd newfd_flags };
    "src/seccomp/types.rs" ProgramHeader { len filter } is "struct sock_fprog" { len filter }:
        libc::sock_fprog { len filter };
    "src/signal/action.rs" Action { handler flags restorer mask } is
        "struct sigaction" { sa_handler sa_flags sa_restorer sa_mask }:
        general::kernel_sigaction { sa_handler_kernel sa_flags sa_restorer sa_mask };
    "src/signal/info.rs" SigInfo { signo errno code fields } is
        "siginfo_t" { si_signo si_errno si_code _sifields }:;
    "src/signal/set.rs" SigSet {} is "sigset_t" {}:
        general::kernel_sigset_t {};
    "src/signalfd/types.rs"
        Siginfo { signo errno code pid uid fd tid band overrun trapno status int ptr utime stime
            addr addr_lsb syscall call_addr arch } is
        "struct signalfd_siginfo" { ssi_signo ssi_errno ssi_code ssi_pid ssi_uid ssi_fd ssi_tid
            ssi_band ssi_overrun ssi_trapno ssi_status ssi_int ssi_ptr ssi_utime ssi_stime ssi_addr
            ssi_addr_lsb ssi_syscall ssi_call_addr ssi_arch }:
        libc::signalfd_siginfo { ssi_signo ssi_errno ssi_code ssi_pid ssi_uid ssi_fd ssi_tid
            ssi_band ssi_overrun ssi_trapno ssi_status ssi_int ssi_ptr ssi_utime ssi_stime ssi_addr
            ssi_addr_lsb ssi_syscall ssi_call_addr ssi_arch };
    "src/signal/alt_stack.rs" SignalStack { base flags size } is
        "stack_t" { ss_sp ss_flags ss_size }:
        libc::stack_t { ss_sp ss_flags ss_size }
        general::stack_t { ss_sp ss_flags ss_size };
    "src/system/types.rs"
        Sysinfo { uptime loads totalram freeram sharedram bufferram totalswap freeswap procs pad
            totalhigh freehigh mem_unit } is
        "struct sysinfo" { uptime loads totalram freeram sharedram bufferram totalswap freeswap
            procs pad totalhigh freehigh mem_unit }:
        system::sysinfo { uptime loads totalram freeram sharedram bufferram totalswap freeswap
            procs pad totalhigh freehigh mem_unit };
    "src/timerfd/types.rs" Itimerspec { interval value } is
        "struct __kernel_itimerspec" { it_interval it_value }:
        libc::itimerspec { it_interval it_value }
        general::__kernel_itimerspec { it_interval it_value };
    "src/time/types.rs" Timespec { seconds nanoseconds } is "struct __kernel_timespec" { tv_sec tv_nsec }:
        libc::timespec { tv_sec tv_nsec }
        general::__kernel_timespec { tv_sec tv_nsec };
    "src/time/timex.rs"
        Timex { modes offset frequency max_error estimated_error status constant precision tolerance
            time tick pps_frequency jitter shift stability jitter_count calibration_count
            error_count stability_count tai } is
        "struct __kernel_timex" { modes offset freq maxerror esterror status constant precision
            tolerance time tick ppsfreq jitter shift stabil jitcnt calcnt errcnt stbcnt tai }:
        libc::timex { modes offset freq maxerror esterror status constant precision tolerance time
            tick ppsfreq jitter shift stabil jitcnt calcnt errcnt stbcnt tai };
    "src/time/timex.rs" TimexTime { seconds fraction } is
        "struct __kernel_timex_timeval" { tv_sec tv_usec }:
        libc::timeval { tv_sec tv_usec };
    "src/uts/types.rs" Uname { sysname nodename release version machine domainname } is
        "struct new_utsname" { sysname nodename release version machine domainname }:
        libc::utsname { sysname nodename release version machine domainname }
        system::new_utsname { sysname nodename release version machine domainname };
}

/// Structs that are not passed to the kernel.
const OURS: &[(&str, &str)] = &[
    ("src/fd/no_std.rs", "Number"),
    ("src/fanotify/response.rs", "ResponseWithRule"),
    ("src/handle/file_handle.rs", "FileHandle"),
    ("src/net/addr/any.rs", "SocketAddrAny"),
    ("src/net/fds.rs", "Control"),
];

/// Returns every layout in the sources of an architecture, with the path that the table of structs
/// contains for the layout.
fn layouts(architecture: &str) -> Vec<(&'static str, Layout<'static>)> {
    let found = sources::of(architecture).flat_map(|source| {
        let path = if source.path.starts_with("arch/") { "arch" } else { source.path };
        scan::layouts(source.path, source.text).into_iter().map(move |layout| (path, layout))
    });
    found.collect()
}

/// Returns every struct of the table with its layout on an architecture. The fields of the layout
/// are in the order of the fields in the table.
pub fn of(architecture: &str) -> Vec<(&'static Struct, Layout<'static>)> {
    let rows = layouts(architecture).into_iter().filter_map(|(path, layout)| {
        let row = STRUCTS.iter().find(|row| (row.path, row.ours.0) == (path, layout.name))?;
        let fields: Vec<_> = layout.fields.iter().map(|&(field, _)| field).collect();
        assert_eq!(fields, row.ours.1, "{path}: {}", layout.name);
        assert_eq!(fields.len(), row.fields.len(), "{path}: {}", layout.name);
        Some((row, layout))
    });
    rows.collect()
}

#[test]
fn abi_table_of_structs_lists_exactly_the_layouts_in_the_sources() {
    let known: BTreeSet<_> = STRUCTS.iter().map(|row| (row.path, row.ours.0)).collect();
    for architecture in ARCHITECTURES {
        let found: BTreeSet<_> =
            layouts(architecture).into_iter().map(|(path, layout)| (path, layout.name)).collect();
        assert_eq!(
            found, known,
            "the sources of {architecture} (left) differ from tests/it/abi/structs.rs (right)"
        );
    }
}

#[test]
fn structs_with_repr_c_have_a_layout_macro() {
    for source in ARCHITECTURES.iter().flat_map(|architecture| sources::of(architecture)) {
        let layouts = scan::layouts(source.path, source.text);
        for name in scan::c_structs(source.path, source.text) {
            let ours = OURS.contains(&(source.path, name));
            assert!(
                ours || layouts.iter().any(|layout| layout.name == name),
                "{}: the struct {name} has no layout!",
                source.path
            );
        }
    }
}

#[test]
fn abi_structs_have_the_same_layouts_in_libc_and_linux_raw_sys() {
    for (row, layout) in of(NATIVE) {
        let (ours, name) = (offsets(&layout), layout.name);
        for other in row.oracles {
            assert_eq!(
                (layout.size, layout.align),
                (other.size, other.align),
                "{name} and {}",
                other.of
            );
            assert_eq!(ours, other.offsets, "{name} and {}", other.of);
        }
    }
}

/// Returns the offset of each field of a layout, in the order of the fields.
pub fn offsets(layout: &Layout<'_>) -> Vec<usize> {
    layout.fields.iter().map(|&(_, offset)| offset).collect()
}
