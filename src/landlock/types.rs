//! Rights, flags and structs of the calls.

flags! {
    /// Access rights to files and directories. A right applies to the files beneath a directory, or
    /// to a single file.
    pub struct AccessFs: u64 {
        "LANDLOCK_ACCESS_FS_EXECUTE" EXECUTE = 0x1, "execute a file.";
        "LANDLOCK_ACCESS_FS_WRITE_FILE" WRITE_FILE = 0x2, "open a file for writing.";
        "LANDLOCK_ACCESS_FS_READ_FILE" READ_FILE = 0x4, "open a file for reading.";
        "LANDLOCK_ACCESS_FS_READ_DIR" READ_DIR = 0x8, "open a directory, or list its entries.";
        "LANDLOCK_ACCESS_FS_REMOVE_DIR" REMOVE_DIR = 0x10, "remove or rename a directory.";
        "LANDLOCK_ACCESS_FS_REMOVE_FILE" REMOVE_FILE = 0x20, "remove or rename a file.";
        "LANDLOCK_ACCESS_FS_MAKE_CHAR" MAKE_CHAR = 0x40, "create, link or rename a character device.";
        "LANDLOCK_ACCESS_FS_MAKE_DIR" MAKE_DIR = 0x80, "create or rename a directory.";
        "LANDLOCK_ACCESS_FS_MAKE_REG" MAKE_REG = 0x100, "create, link or rename a regular file.";
        "LANDLOCK_ACCESS_FS_MAKE_SOCK" MAKE_SOCK = 0x200, "create, link or rename a Unix socket.";
        "LANDLOCK_ACCESS_FS_MAKE_FIFO" MAKE_FIFO = 0x400, "create, link or rename a FIFO.";
        "LANDLOCK_ACCESS_FS_MAKE_BLOCK" MAKE_BLOCK = 0x800, "create, link or rename a block device.";
        "LANDLOCK_ACCESS_FS_MAKE_SYM" MAKE_SYM = 0x1000, "create, link or rename a symbolic link.";
        "LANDLOCK_ACCESS_FS_REFER" REFER = 0x2000, "link or rename a file to another directory. \
            Also denied if a ruleset handles other rights to files, but not this one. Since Linux \
            5.19 (ABI 2).";
        "LANDLOCK_ACCESS_FS_TRUNCATE" TRUNCATE = 0x4000, "truncate a file. Since Linux 6.2 (ABI 3).";
        "LANDLOCK_ACCESS_FS_IOCTL_DEV" IOCTL_DEV = 0x8000, "call `ioctl` for a device. Since Linux \
            6.10 (ABI 5).";
        "LANDLOCK_ACCESS_FS_RESOLVE_UNIX" RESOLVE_UNIX = 0x1_0000, "connect to a Unix socket by \
            its path. Since Linux 7.1 (ABI 9).";
    }
}

flags! {
    /// Access rights to ports of the network.
    pub struct AccessNet: u64 {
        "LANDLOCK_ACCESS_NET_BIND_TCP" BIND_TCP = 0x1, "bind a TCP socket to a port. Since Linux \
            6.7 (ABI 4).";
        "LANDLOCK_ACCESS_NET_CONNECT_TCP" CONNECT_TCP = 0x2, "connect a TCP socket to a port. Since \
            Linux 6.7 (ABI 4).";
        "LANDLOCK_ACCESS_NET_BIND_UDP" BIND_UDP = 0x4, "bind a UDP socket to a port. Since Linux \
            7.2 (ABI 10).";
        "LANDLOCK_ACCESS_NET_CONNECT_SEND_UDP" CONNECT_SEND_UDP = 0x8, "connect a UDP socket to a \
            port, or send to a port. Since Linux 7.2 (ABI 10).";
    }
}

flags! {
    /// Operations on objects outside the sandbox, which a ruleset denies without exceptions.
    pub struct Scope: u64 {
        "LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET" ABSTRACT_UNIX_SOCKET = 0x1, "connect to an abstract \
            Unix socket of a process outside the sandbox. Since Linux 6.12 (ABI 6).";
        "LANDLOCK_SCOPE_SIGNAL" SIGNAL = 0x2, "send a signal to a process outside the sandbox. \
            Since Linux 6.12 (ABI 6).";
    }
}

flags! {
    /// Flags of a rule.
    pub struct AddRuleFlags: u32 {
        "LANDLOCK_ADD_RULE_QUIET" QUIET = 0x1, "do not log denied accesses to the object. Since \
            Linux 7.2 (ABI 10).";
    }
}

flags! {
    /// Flags with which a thread restricts itself.
    pub struct RestrictFlags: u32 {
        "LANDLOCK_RESTRICT_SELF_LOG_SAME_EXEC_OFF" LOG_SAME_EXEC_OFF = 0x1, "do not log denied \
            accesses until the thread executes a program. Since Linux 6.15 (ABI 7).";
        "LANDLOCK_RESTRICT_SELF_LOG_NEW_EXEC_ON" LOG_NEW_EXEC_ON = 0x2, "log denied accesses after \
            the thread has executed a program. Since Linux 6.15 (ABI 7).";
        "LANDLOCK_RESTRICT_SELF_LOG_SUBDOMAINS_OFF" LOG_SUBDOMAINS_OFF = 0x4, "do not log accesses \
            that nested rulesets deny. Permitted without a ruleset. Since Linux 6.15 (ABI 7).";
        "LANDLOCK_RESTRICT_SELF_TSYNC" TSYNC = 0x8, "restrict all threads of the process. Since \
            Linux 7.0 (ABI 8).";
    }
}

/// `struct landlock_ruleset_attr`: the rights that a ruleset handles. A handled right is denied,
/// unless a rule allows it.
#[doc(alias = "landlock_ruleset_attr")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
#[repr(C)]
pub struct RulesetAttr {
    /// The handled rights to files.
    pub handled_access_fs: AccessFs,
    /// The handled rights to ports.
    pub handled_access_net: AccessNet,
    /// The denied operations on objects outside the sandbox.
    pub scoped: Scope,
    /// The rights to files whose denial is not logged for rules with [`AddRuleFlags::QUIET`].
    pub quiet_access_fs: AccessFs,
    /// The rights to ports whose denial is not logged for rules with [`AddRuleFlags::QUIET`].
    pub quiet_access_net: AccessNet,
    /// The operations whose denial is not logged.
    pub quiet_scoped: Scope,
}

layout! {
    RulesetAttr: size 48, align 8, handled_access_fs at 0, handled_access_net at 8, scoped at 16,
    quiet_access_fs at 24, quiet_access_net at 32, quiet_scoped at 40
}

impl RulesetAttr {
    /// Creates a struct in which all fields are empty.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

/// `struct landlock_path_beneath_attr`: a rule for a file or directory.
#[repr(C, packed)]
pub(super) struct PathBeneath {
    pub(super) allowed_access: u64,
    pub(super) parent_fd: i32,
}

layout! { PathBeneath: size 12, align 1, allowed_access at 0, parent_fd at 8 }

/// `struct landlock_net_port_attr`: a rule for a port.
#[repr(C)]
pub(super) struct NetPort {
    pub(super) allowed_access: u64,
    pub(super) port: u64,
}

layout! { NetPort: size 16, align 8, allowed_access at 0, port at 8 }

/// Rights that a ruleset handles, or that the kernel does not support.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rights {
    /// Rights to files.
    pub fs: AccessFs,
    /// Rights to ports.
    pub net: AccessNet,
    /// Operations on objects outside the sandbox.
    pub scope: Scope,
}

impl Rights {
    /// Returns all rights that a version of the ABI supports. Version 0 supports no rights.
    ///
    /// A version that is newer than 10 supports at least the rights of version 10.
    #[must_use]
    pub const fn of_abi(abi: u32) -> Self {
        let mut rights =
            Self { fs: AccessFs::empty(), net: AccessNet::empty(), scope: Scope::empty() };
        let mut row = 0;
        while row < RIGHTS.len() && RIGHTS[row].0 <= abi {
            let (_, fs, net, scope) = RIGHTS[row];
            rights.fs = rights.fs.union(fs);
            rights.net = rights.net.union(net);
            rights.scope = rights.scope.union(scope);
            row += 1;
        }
        rights
    }

    /// Returns whether no right is set.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.fs.is_empty() && self.net.is_empty() && self.scope.is_empty()
    }

    /// Returns the rights that both values contain.
    pub(super) const fn intersection(self, other: Self) -> Self {
        Self {
            fs: self.fs.intersection(other.fs),
            net: self.net.intersection(other.net),
            scope: self.scope.intersection(other.scope),
        }
    }

    /// Returns the rights that `other` does not contain.
    pub(super) const fn difference(self, other: Self) -> Self {
        Self {
            fs: self.fs.difference(other.fs),
            net: self.net.difference(other.net),
            scope: self.scope.difference(other.scope),
        }
    }
}

/// The rights that each version of the ABI has added.
const RIGHTS: &[(u32, AccessFs, AccessNet, Scope)] = &[
    (1, AccessFs::from_bits_retain(0x1FFF), AccessNet::empty(), Scope::empty()),
    (2, AccessFs::REFER, AccessNet::empty(), Scope::empty()),
    (3, AccessFs::TRUNCATE, AccessNet::empty(), Scope::empty()),
    (4, AccessFs::empty(), AccessNet::BIND_TCP.union(AccessNet::CONNECT_TCP), Scope::empty()),
    (5, AccessFs::IOCTL_DEV, AccessNet::empty(), Scope::empty()),
    (6, AccessFs::empty(), AccessNet::empty(), Scope::KNOWN),
    (9, AccessFs::RESOLVE_UNIX, AccessNet::empty(), Scope::empty()),
    (10, AccessFs::empty(), AccessNet::KNOWN, Scope::empty()),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rights_of_abi_adds_the_rights_of_each_version() {
        assert!(Rights::of_abi(0).is_empty());
        assert_eq!(Rights::of_abi(1).fs, AccessFs::from_bits_retain(0x1FFF));
        assert!(!Rights::of_abi(1).fs.contains(AccessFs::REFER));
        assert!(Rights::of_abi(2).fs.contains(AccessFs::REFER));
        assert_eq!(Rights::of_abi(3).net, AccessNet::empty());
        assert_eq!(Rights::of_abi(4).net.bits(), 3);
        assert_eq!(Rights::of_abi(5).scope, Scope::empty());
        assert_eq!(Rights::of_abi(8), Rights::of_abi(6));
        for newest in [10, 11, u32::MAX] {
            let rights = Rights::of_abi(newest);
            assert_eq!(rights.fs, AccessFs::KNOWN);
            assert_eq!((rights.net, rights.scope), (AccessNet::KNOWN, Scope::KNOWN));
        }
    }
}
