//! Host names as addresses of the example `relay`. The tests have separate mount and network
//! namespaces, in which they determine the addresses of names.

use std::ffi::OsStr;
use std::net::{TcpListener, UdpSocket};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use butter::mount::bind_mount;
use butter::net::set_loopback_up;
use butter::signal::Signal;
use temp_dir::TempDir;

use super::peers::{Kind, Server, Stream};
use super::run::{Relay, program, run};
use common::{child, files, require};

/// Replaces the files that determine the addresses of names. The only name server is 127.0.0.1.
struct Hosts {
    path: PathBuf,
    _directory: TempDir,
}

impl Hosts {
    /// Creates a network namespace for this thread, and replaces the files. Returns a reason if
    /// this host does not permit a namespace or has no `/etc/hosts`.
    fn new(hosts: &str) -> Result<Self, String> {
        // SAFETY: moves this thread into a new network namespace; touches no memory.
        if unsafe { libc::unshare(libc::CLONE_NEWNET) } != 0 {
            return Err("a network namespace cannot be created".to_owned());
        }
        set_loopback_up().unwrap();
        let directory = files::directory();
        let resolver = "nameserver 127.0.0.1\noptions timeout:2 attempts:1\n";
        for (name, content) in
            [("hosts", hosts), ("resolv.conf", resolver), ("nsswitch.conf", "hosts: files dns\n")]
        {
            let path = directory.child(name);
            std::fs::write(&path, content).unwrap();
            let target = format!("/etc/{name}");
            // Without nsswitch.conf, only musl or the default of glibc apply.
            if let Err(error) = bind_mount(path.as_path(), target.as_str())
                && name != "nsswitch.conf"
            {
                return Err(format!("{target} cannot be replaced: {error}"));
            }
        }
        Ok(Self { path: directory.child("hosts"), _directory: directory })
    }

    fn set(&self, hosts: &str) {
        // The file is written in place, because the mount refers to the inode.
        std::fs::write(&self.path, hosts).unwrap();
    }
}

/// Connects through the relay until the server accepts the connection.
fn connect_until_accepted(relay: &Relay, server: &Server) {
    std::thread::scope(|scope| {
        scope.spawn(|| server.accept().send(b"here"));
        for _ in 0..1000 {
            let client = relay.connect();
            // Another server may wait for the end of the data before it closes the connection.
            client.finish();
            if client.receive_all() == b"here" {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("the relay has not connected to {}", server.address);
    });
}

fn assert_connects(relay: &Relay, server: &Server) {
    let (client, served) = (relay.connect(), server.accept());
    client.send(b"x");
    served.expect(b"x");
    served.finish();
    client.finish();
    assert_eq!((client.count_all(), served.count_all()), (0, 0));
}

#[test]
fn relay_resolves_names_of_listen_and_target() {
    let program = require!(program());
    let ran = child::in_namespaces(|| {
        let hosts = "::1 both.test\n127.0.0.1 both.test\n127.0.0.9 listen.test\n";
        let _hosts = require!(Hosts::new(hosts));
        // The server has only one of the two addresses.
        for address in ["127.0.0.1:0", "[::1]:0"] {
            let Ok(server) = Server::at_address(address) else { continue };
            let port = server.address.rsplit_once(':').unwrap().1;
            let target = format!("both.test:{port}");
            let relay = Relay::listen_on(&program, "listen.test:0", &target);
            let listening = relay.address.strip_prefix("127.0.0.9:");
            assert!(listening.is_some_and(|port| port != "0"), "{}", relay.address);
            for _ in 0..3 {
                assert_connects(&relay, &server);
            }
            let completed = relay.end(Signal::TERM);
            assert_eq!(completed.totals().unreachable, 0);
            let first = &completed.messages.lines().next().unwrap();
            assert!(first.ends_with(&format!("relaying to {target}")), "{first}");
            let failures = completed.messages.matches(&format!("connect to {target} (")).count();
            assert!(failures <= 1, "{}", completed.messages);
        }
        // The second address of a name is used if the first is in use.
        if let Ok(used) = TcpListener::bind("[::1]:0") {
            let port = used.local_addr().unwrap().port();
            let relay = Relay::listen_on(&program, &format!("both.test:{port}"), "/nowhere");
            assert_eq!(relay.address, format!("127.0.0.1:{port}"));
        }
    });
    require!(ran, "the host does not permit namespaces");
}

#[test]
fn relay_exits_with_1_if_name_cannot_be_resolved_at_start() {
    let program = require!(program());
    let ran = child::in_namespaces(|| {
        let _hosts = require!(Hosts::new(""));
        for arguments in [["127.0.0.1:0", "nowhere.test:80"], ["nowhere.test:80", "/nowhere"]] {
            let (status, stdout, stderr) = run(&program, &arguments.map(OsStr::new));
            assert_eq!((status, stdout.as_str(), stderr.lines().count()), (Some(1), "", 1));
            assert!(stderr.contains("cannot resolve the host of nowhere.test:80: "), "{stderr}");
            let hint = " (check the name, /etc/hosts and /etc/resolv.conf)\n";
            assert!(stderr.starts_with("relay: cannot ") && stderr.ends_with(hint), "{stderr}");
        }
    });
    require!(ran, "the host does not permit namespaces");
}

#[test]
fn relay_resolves_name_of_target_again_if_connection_fails() {
    let program = require!(program());
    let ran = child::in_namespaces(|| {
        let hosts = require!(Hosts::new("127.0.0.2 target.test\n"));
        let old = Server::at_address("127.0.0.2:0").unwrap();
        let port = old.address.rsplit_once(':').unwrap().1.to_owned();
        let target = format!("target.test:{port}");
        let relay = Relay::start(&program, Kind::Unix, &target);
        assert_connects(&relay, &old);
        hosts.set("127.0.0.3 target.test\n");
        let new = Server::at_address(&format!("127.0.0.3:{port}")).unwrap();
        // The old address remains in use as long as connections succeed.
        assert_connects(&relay, &old);
        drop(old);
        connect_until_accepted(&relay, &new);
        let completed = relay.end(Signal::TERM);
        let message = format!("cannot connect to {target} (127.0.0.2:{port}): ");
        assert_eq!(completed.messages.matches(&message).count(), 1, "{}", completed.messages);
    });
    require!(ran, "the host does not permit namespaces");
}

#[test]
fn relay_resolves_name_of_target_again_if_addresses_are_10_seconds_old() {
    let program = require!(program());
    let ran = child::in_namespaces(|| {
        let hosts = require!(Hosts::new("127.0.0.2 target.test\n"));
        let old = Server::at_address("127.0.0.2:0").unwrap();
        let port = old.address.rsplit_once(':').unwrap().1;
        let relay = Relay::start(&program, Kind::Tcp, &format!("target.test:{port}"));
        hosts.set("127.0.0.3 target.test\n");
        let new = Server::at_address(&format!("127.0.0.3:{port}")).unwrap();
        assert_connects(&relay, &old);
        std::thread::sleep(Duration::from_secs(10));
        // This connection uses the old address, and causes the name to be resolved.
        assert_connects(&relay, &old);
        // An attempt that the old server accepts is closed, so that the loop tries again.
        std::thread::scope(|scope| {
            let closer = scope.spawn(|| while old.accept().receive_all() != b"end" {});
            connect_until_accepted(&relay, &new);
            let end = Stream::connect(&old.address);
            end.send(b"end");
            end.finish();
            closer.join().unwrap();
        });
    });
    require!(ran, "the host does not permit namespaces");
}

#[test]
fn relay_accepts_connections_while_name_is_being_resolved() {
    let program = require!(program());
    let ran = child::in_namespaces(|| {
        let hosts = require!(Hosts::new("127.0.0.2 target.test\n"));
        // A name server that does not respond.
        let names = UdpSocket::bind("127.0.0.1:53").unwrap();
        names.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        let second = Server::new(Kind::Tcp);
        let targets = ["target.test:9", second.address.as_str()];
        let mut relay = Relay::start_with_options(&program, Kind::Unix, &targets, &[]);
        hosts.set("");
        // The first failure may be less than a second after the start.
        let start = Instant::now();
        while start.elapsed() < Duration::from_millis(1100) {
            assert_connects(&relay, &second);
        }
        assert!(names.recv(&mut [0; 512]).unwrap() > 0);
        let start = Instant::now();
        for _ in 0..20 {
            assert_connects(&relay, &second);
        }
        assert!(start.elapsed() < Duration::from_secs(1), "{:?}", start.elapsed());
        // If the name cannot be resolved, the previous address remains in use.
        relay.wait_for("relay: cannot resolve the host of target.test:9: ");
        let recovered = Server::at_address("127.0.0.2:9").unwrap();
        assert_connects(&relay, &recovered);
    });
    require!(ran, "the host does not permit namespaces");
}
