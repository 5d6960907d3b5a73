//! Tests of the loopback interface in a new network namespace, and of the protocols of service
//! managers.

use butter::Errno;
use butter::fd::{AsFd, AsRawFd, IntoRawFd};
use butter::namespace::{Namespaces, unshare};
use butter::net::service::{self, ListenFds};
use butter::net::{
    self, AddressFamily, InterfaceFlags, RecvFlags, SocketAddrUnix, bind, connect, interface_flags,
    recv, recv_fds, set_interface_flags, set_loopback_up, socket,
};
use butter::process::getpid;
use common::child::{in_child, in_namespaces};
use common::{files, require};

use super::{DGRAM, STREAM, bound, open_descriptors, unix, unused_name};

#[test]
fn set_loopback_up_enables_the_interface_of_a_new_network_namespace() {
    let ran = in_namespaces(|| {
        require!(unshare(Namespaces::NET), "a new network namespace is not permitted");
        let before = open_descriptors();
        let flags = interface_flags(b"lo").unwrap();
        assert!(flags.contains(InterfaceFlags::LOOPBACK) && !flags.contains(InterfaceFlags::UP));
        require!(socket(AddressFamily::INET, DGRAM, None));
        assert_eq!(bound(STREAM).unwrap_err().errno(), Errno::NETUNREACH);
        for _ in 0..2 {
            set_loopback_up().unwrap();
            let flags = interface_flags(b"lo").unwrap();
            assert!(flags.contains(InterfaceFlags::UP | InterfaceFlags::RUNNING), "{flags}");
        }
        let (listener, address) = bound(STREAM).unwrap();
        net::listen(&listener, 1).unwrap();
        connect(socket(AddressFamily::INET, STREAM, None).unwrap(), &address).unwrap();
        drop(listener);

        let flags = interface_flags(b"lo").unwrap();
        set_interface_flags(b"lo", flags - InterfaceFlags::UP).unwrap();
        assert!(!interface_flags(b"lo").unwrap().contains(InterfaceFlags::UP));
        let error = interface_flags(b"eth0").unwrap_err();
        assert_eq!(error.errno(), Errno::NODEV);
        assert_eq!(open_descriptors(), before);
    });
    require!(ran, "new namespaces require CAP_SYS_ADMIN or a host that permits user namespaces");
}

#[test]
fn notify_sends_the_state_as_one_datagram() {
    in_child(|| {
        let before = open_descriptors();
        notify_and_receive();
        assert_eq!(open_descriptors(), before);
    });
}

fn notify_and_receive() {
    let directory = files::directory();
    let path = directory.path().join("notify");
    let path = common::bytes(&path);
    let name = unused_name();
    let net::UnixName::Abstract(abstract_name) = name.name() else { unreachable!() };
    let at_name = [b"@", abstract_name].concat();
    for (address, value) in [(SocketAddrUnix::new(path).unwrap(), path), (name, &at_name)] {
        let manager = unix(DGRAM);
        bind(&manager, &address).unwrap();
        service::notify(value, b"READY=1\nSTATUS=Waiting").unwrap();
        let mut buffer = [0; 64];
        let count = recv(&manager, &mut buffer, RecvFlags::DONTWAIT).unwrap();
        assert_eq!(&buffer[..count], b"READY=1\nSTATUS=Waiting");

        let ends = butter::pipe::pipe().unwrap();
        let state = b"FDSTORE=1\nFDNAME=pipe";
        service::notify_with_fds(value, state, [ends.0.as_fd(), ends.1.as_fd()]).unwrap();
        let (count, fds) = recv_fds::<2>(&manager, &mut buffer).unwrap();
        assert_eq!((&buffer[..count], fds.iter().flatten().count()), (&state[..], 2));
        drop(manager);
        assert_eq!(service::notify(value, b"").unwrap_err().errno(), Errno::CONNREFUSED);
    }
    for (value, errno) in [
        (&b""[..], Errno::AFNOSUPPORT),
        (b"@", Errno::AFNOSUPPORT),
        (b"run/notify", Errno::AFNOSUPPORT),
        (b"vsock:2:1", Errno::AFNOSUPPORT),
        (b"/nowhere/at/all", Errno::NOENT),
        (&[b'/'; 109], Errno::NAMETOOLONG),
        (b"/a\0b", Errno::INVAL),
    ] {
        assert_eq!(service::notify(value, b"READY=1").unwrap_err().errno(), errno, "{value:?}");
    }
}

#[test]
fn listen_fds_returns_the_descriptors_from_3_with_their_names() {
    in_child(|| {
        let own = getpid().to_string();
        for names in [None, Some(&b"http:"[..])] {
            let sockets = [unix(STREAM), unix(DGRAM)];
            require!(
                sockets.each_ref().map(AsRawFd::as_raw_fd) == [3, 4],
                "the descriptors 3 and 4 are in use"
            );
            let before = open_descriptors();
            for socket in sockets {
                let number = socket.into_raw_fd();
                // SAFETY: clears a flag of a descriptor that no other value owns.
                assert_eq!(unsafe { libc::fcntl(number, libc::F_SETFD, 0) }, 0);
            }
            // SAFETY: the descriptors have no owner.
            let mut fds = unsafe { ListenFds::new(own.as_bytes(), b"2", names) }.unwrap();
            assert_eq!(fds.len(), 2);
            let (first, name) = fds.next().unwrap();
            assert_eq!(
                (first.as_raw_fd(), name.as_bytes()),
                (3, names.map_or(&b"unknown"[..], |_| b"http"))
            );
            for number in [3, 4] {
                // SAFETY: reads a flag.
                let flags = unsafe { libc::fcntl(number, libc::F_GETFD) };
                assert_eq!(flags, libc::FD_CLOEXEC);
            }
            drop(first);
            assert_eq!(open_descriptors(), before - 1);
            drop(fds);
            assert_eq!(open_descriptors(), before - 2, "descriptors that were not returned");
        }
        // SAFETY: the descriptors are not open.
        let error = unsafe { ListenFds::new(own.as_bytes(), b"1", None) }.map(drop).unwrap_err();
        assert_eq!(error.errno(), Errno::BADF);
    });
}

#[cfg(feature = "std")]
#[test]
fn notify_env_and_listen_fds_env_read_the_environment() {
    in_child(|| {
        let set = |name: &str, value: &str| {
            // SAFETY: no other thread of this process reads the environment.
            unsafe { std::env::set_var(name, value) }
        };
        // SAFETY: as above.
        unsafe { std::env::remove_var("NOTIFY_SOCKET") };
        assert_eq!(service::notify_env(b"READY=1"), Ok(false));
        let (manager, name) = (unix(DGRAM), unused_name());
        bind(&manager, &name).unwrap();
        set("NOTIFY_SOCKET", &name.to_string());
        assert_eq!(service::notify_env(b"READY=1"), Ok(true));
        assert_eq!(recv(&manager, &mut [0; 16], RecvFlags::DONTWAIT), Ok(7));
        drop(manager);

        // SAFETY: the variables are not set.
        assert!(unsafe { service::listen_fds_env() }.unwrap().is_empty());
        let socket = unix(STREAM);
        require!(socket.as_raw_fd() == 3, "the descriptor 3 is in use");
        let _ = socket.into_raw_fd();
        set("LISTEN_PID", &getpid().to_string());
        set("LISTEN_FDS", "1");
        set("LISTEN_FDNAMES", "name");
        // SAFETY: the descriptor has no owner.
        let fds = unsafe { service::listen_fds_env() }.unwrap();
        let [(fd, name)] = &fds[..] else { panic!("{fds:?}") };
        assert_eq!((fd.as_raw_fd(), &name[..]), (3, &b"name"[..]));
        let flags = butter::io::fcntl_getfd(fd).unwrap();
        assert!(flags.contains(butter::io::DescriptorFlags::CLOEXEC));
    });
}
