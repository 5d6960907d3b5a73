//! Checks of the proxy `proxy.rs`, which are also a program for a virtual machine:
//! `proxy_client PROXY`.

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

#[allow(dead_code, reason = "the test calls `check`")]
fn main() {
    check(&std::env::args().nth(1).expect("the path of the proxy should be an argument"));
    println!("all checks passed");
}

/// Starts the proxy, and checks what it transfers.
pub fn check(program: &str) {
    let server = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let mut proxy = Proxy::spawn(program, server.local_addr().unwrap().port());
    requests_and_responses_are_complete(&proxy, &server);
    one_direction_stays_open_after_the_end_of_the_other(&proxy, &server);
    connections_beyond_the_limit_wait(&proxy, &server);
    proxy.refuses_connections_if_the_target_is_closed(server);
    proxy.finish();
}

/// Returns bytes that differ between connections and positions.
fn bytes(seed: usize, length: usize) -> Vec<u8> {
    (0..length).map(|at| (at * 31 + at / 251 + seed * 97) as u8).collect()
}

/// Several clients send more bytes than all buffers contain, while the server does not read.
fn requests_and_responses_are_complete(proxy: &Proxy, server: &TcpListener) {
    const SIZE: usize = 8 << 20;
    thread::scope(|scope| {
        for seed in 0..3 {
            scope.spawn(move || {
                let mut client = proxy.connect();
                client.write_all(&bytes(seed, SIZE)).unwrap();
                client.shutdown(Shutdown::Write).unwrap();
                let mut response = Vec::new();
                client.read_to_end(&mut response).unwrap();
                assert!(response == bytes(seed + 100, SIZE), "response {seed}");
            });
            scope.spawn(move || {
                let (mut server, _) = server.accept().unwrap();
                let mut request = Vec::new();
                server.read_to_end(&mut request).unwrap();
                let seed = (0..3).find(|seed| request == bytes(*seed, SIZE));
                server.write_all(&bytes(seed.expect("a request is wrong") + 100, SIZE)).unwrap();
            });
        }
    });
}

fn one_direction_stays_open_after_the_end_of_the_other(proxy: &Proxy, server: &TcpListener) {
    let mut client = proxy.connect();
    let (mut server, _) = server.accept().unwrap();
    let mut buffer = [0; 5];
    client.write_all(b"first").unwrap();
    server.read_exact(&mut buffer).unwrap();
    assert_eq!(&buffer, b"first");
    server.shutdown(Shutdown::Write).unwrap();
    assert_eq!(client.read(&mut buffer).unwrap(), 0);
    client.write_all(b"later").unwrap();
    server.read_exact(&mut buffer).unwrap();
    assert_eq!(&buffer, b"later");
    drop(client);
    assert_eq!(server.read(&mut buffer).unwrap(), 0);
}

/// The proxy has 64 slots, and 80 clients connect before the first client closes its connection.
fn connections_beyond_the_limit_wait(proxy: &Proxy, server: &TcpListener) {
    let mut clients: Vec<_> = (0..80).map(|_| proxy.connect()).collect();
    for (number, client) in clients.iter_mut().enumerate() {
        client.write_all(&[number as u8]).unwrap();
    }
    for (number, mut client) in clients.into_iter().enumerate() {
        let (mut server, _) = server.accept().unwrap();
        let mut buffer = [0; 2];
        assert_eq!((server.read(&mut buffer).unwrap(), buffer[0]), (1, number as u8));
        server.write_all(b"!").unwrap();
        client.read_exact(&mut buffer[..1]).unwrap();
    }
}

/// A running proxy.
struct Proxy {
    child: Child,
    port: u16,
    /// The number of descriptors without connections.
    descriptors: usize,
}

impl Proxy {
    fn spawn(program: &str, target: u16) -> Self {
        let mut child = Command::new(program)
            .args(["0", &target.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let port = line.trim_end().parse().unwrap();
        let descriptors = open_descriptors(&child);
        Self { child, port, descriptors }
    }

    fn connect(&self) -> TcpStream {
        TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).unwrap()
    }

    fn refuses_connections_if_the_target_is_closed(&self, target: TcpListener) {
        drop(target);
        match self.connect().read(&mut [0]) {
            Ok(count) => assert_eq!(count, 0),
            Err(error) => assert_eq!(error.kind(), ErrorKind::ConnectionReset),
        }
    }

    /// Closes the standard input, and checks that the proxy exits with status 0, has closed all
    /// connections, and prints no error.
    fn finish(&mut self) {
        while open_descriptors(&self.child) != self.descriptors {
            thread::sleep(Duration::from_millis(1));
        }
        drop(self.child.stdin.take());
        let mut error = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut error).unwrap();
        assert_eq!((error.as_str(), self.child.wait().unwrap().code()), ("", Some(0)));
    }
}

fn open_descriptors(child: &Child) -> usize {
    std::fs::read_dir(format!("/proc/{}/fd", child.id())).unwrap().count()
}
