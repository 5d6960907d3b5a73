//! The texts of the source files that contain constants or layouts, included when this test is
//! compiled.

use super::scan;
use common::require;

pub struct Source {
    /// The path of the source file relative to the root of the crate, such as `src/io/fcntl.rs`.
    pub path: &'static str,
    pub text: &'static str,
}

macro_rules! sources {
    ($($path:literal)*) => {
        const SOURCES: &[Source] = &[$(Source {
            path: $path,
            text: include_str!(concat!("../../../", $path)),
        }),*];
    };
}

sources! {
    "arch/aarch64/abi.rs"
    "arch/x86_64/abi.rs"
    "src/copy/copier.rs"
    "src/copy/memory.rs"
    "src/copy/raw.rs"
    "src/epoll/raw.rs"
    "src/epoll/types.rs"
    "src/error/errno.rs"
    "src/error/reason.rs"
    "src/error/repr.rs"
    "src/eventfd/types.rs"
    "src/explain.rs"
    "src/fd/no_std.rs"
    "src/fs/access/types.rs"
    "src/fs/attributes/raw.rs"
    "src/fs/data/owned.rs"
    "src/fs/data/types.rs"
    "src/fs/dir/entry.rs"
    "src/fs/dir/owned.rs"
    "src/fs/internal.rs"
    "src/fs/link/owned.rs"
    "src/fs/link/types.rs"
    "src/fs/lock/raw.rs"
    "src/fs/lock/types.rs"
    "src/fs/open/types.rs"
    "src/fs/range/types.rs"
    "src/fs/stat/statfs.rs"
    "src/fs/stat/statx.rs"
    "src/fs/stat/types.rs"
    "src/fs/sync/types.rs"
    "src/fs/times/types.rs"
    "src/fs/types.rs"
    "src/fs/xattr/types.rs"
    "src/fanotify/details.rs"
    "src/fanotify/event.rs"
    "src/fanotify/info.rs"
    "src/fanotify/mask.rs"
    "src/fanotify/raw.rs"
    "src/fanotify/resolver/buffer.rs"
    "src/fanotify/resolver/lookup.rs"
    "src/fanotify/resolver/slot.rs"
    "src/fanotify/resolver/table.rs"
    "src/fanotify/resolver/vec.rs"
    "src/fanotify/response.rs"
    "src/fanotify/structs.rs"
    "src/fanotify/types.rs"
    "src/handle/file_handle.rs"
    "src/handle/types.rs"
    "src/idmap/types.rs"
    "src/inotify/event.rs"
    "src/inotify/raw.rs"
    "src/inotify/types.rs"
    "src/io/call.rs"
    "src/io/close_range.rs"
    "src/io/fcntl.rs"
    "src/io/slices.rs"
    "src/landlock/raw.rs"
    "src/landlock/types.rs"
    "src/macros.rs"
    "src/memfd/file.rs"
    "src/memfd/mapping.rs"
    "src/memfd/raw.rs"
    "src/memfd/std_io.rs"
    "src/mm/raw.rs"
    "src/mm/types.rs"
    "src/mount/types.rs"
    "src/namespace/raw.rs"
    "src/namespace/types.rs"
    "src/net/addr/any.rs"
    "src/net/addr/inet.rs"
    "src/net/addr/netlink.rs"
    "src/net/addr/unix.rs"
    "src/net/addr/vsock.rs"
    "src/net/ancillary/decode.rs"
    "src/net/ancillary/ucred.rs"
    "src/net/fds.rs"
    "src/net/interface/raw.rs"
    "src/net/interface/types.rs"
    "src/net/numbers.rs"
    "src/net/receive/raw.rs"
    "src/net/send/message.rs"
    "src/net/send/raw.rs"
    "src/net/service/listen.rs"
    "src/net/sockopt/names.rs"
    "src/net/sockopt/value.rs"
    "src/net/types.rs"
    "src/path/arg.rs"
    "src/pipe/ops.rs"
    "src/pipe/raw.rs"
    "src/poll/types.rs"
    "src/process/attributes/raw.rs"
    "src/process/attributes/types.rs"
    "src/process/clone/raw.rs"
    "src/process/clone/types.rs"
    "src/process/command/builder.rs"
    "src/process/command/strings.rs"
    "src/process/exec/raw.rs"
    "src/process/limits.rs"
    "src/process/pidfd/info.rs"
    "src/process/pidfd/raw.rs"
    "src/process/pidfd/types.rs"
    "src/process/rusage.rs"
    "src/process/usage.rs"
    "src/process/wait/status.rs"
    "src/process/wait/types.rs"
    "src/procfs/task.rs"
    "src/rand/types.rs"
    "src/seccomp/action.rs"
    "src/seccomp/check.rs"
    "src/seccomp/compiler.rs"
    "src/seccomp/data.rs"
    "src/seccomp/instruction.rs"
    "src/seccomp/listener.rs"
    "src/seccomp/memory.rs"
    "src/seccomp/notification.rs"
    "src/seccomp/profile/compute.rs"
    "src/seccomp/raw.rs"
    "src/seccomp/safety.rs"
    "src/seccomp/segments.rs"
    "src/seccomp/syscall.rs"
    "src/seccomp/types.rs"
    "src/signal/action.rs"
    "src/signal/alt_stack.rs"
    "src/signal/code.rs"
    "src/signal/info.rs"
    "src/signal/mask.rs"
    "src/signal/number.rs"
    "src/signal/record.rs"
    "src/signal/set.rs"
    "src/signalfd/event.rs"
    "src/signalfd/types.rs"
    "src/system/raw.rs"
    "src/system/types.rs"
    "src/thread/cpu_set.rs"
    "src/time/sleep.rs"
    "src/time/timex.rs"
    "src/time/types.rs"
    "src/timerfd/raw.rs"
    "src/timerfd/types.rs"
    "src/uts/types.rs"
}

/// Returns the source files that are compiled for an architecture.
pub fn of(architecture: &str) -> impl Iterator<Item = &'static Source> {
    let own = format!("arch/{architecture}/");
    SOURCES
        .iter()
        .filter(move |source| !source.path.starts_with("arch/") || source.path.starts_with(&own))
}

#[test]
fn sources_table_lists_each_file_with_constants_or_layouts() {
    let root = common::root();
    require!(root.join("src").is_dir(), "the source code of the project is not on this host");
    let mut folders = vec![root.join("src"), root.join("arch")];
    while let Some(folder) = folders.pop() {
        for entry in folder.read_dir().unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(root).unwrap().to_str().unwrap();
                let text = std::fs::read_to_string(&path).unwrap();
                let listed = SOURCES.iter().any(|source| source.path == name);
                assert!(
                    listed || scan::finds_nothing(name, &text),
                    "{name} is not listed in tests/it/abi/sources.rs"
                );
            }
        }
    }
}
