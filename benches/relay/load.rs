//! The server and the clients. Both use little CPU time: the server sends the same buffer
//! repeatedly, and the clients discard the data in the kernel.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use butter::net::{RecvFlags, recv};

const BUFFER: usize = 256 * 1024;

/// The timeout of each receive call, so that a defective proxy does not block the benchmark.
const TIMEOUT: Duration = Duration::from_secs(60);

/// A server that sends the requested number of bytes to each client.
pub(crate) struct Server {
    port: u16,
}

impl Server {
    /// Starts the server in a thread that runs until the process exits.
    pub(crate) fn start() -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let port = listener.local_addr()?.port();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // An error means that the client has closed the connection.
                thread::spawn(move || serve(stream));
            }
        });
        Ok(Self { port })
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }
}

fn serve(mut stream: TcpStream) -> io::Result<()> {
    let mut request = [0; 8];
    stream.read_exact(&mut request)?;
    let mut remaining = u64::from_le_bytes(request);
    let buffer = vec![b'.'; BUFFER];
    while remaining > 0 {
        let length = remaining.min(BUFFER as u64) as usize;
        stream.write_all(&buffer[..length])?;
        remaining -= length as u64;
    }
    Ok(())
}

/// Receives `bytes` bytes over a number of connections to a port. Returns the time from the first
/// request to the end of the last connection.
pub(crate) fn receive(port: u16, bytes: u64, connections: usize) -> io::Result<Duration> {
    let each = bytes / connections as u64;
    let streams = (0..connections).map(|_| TcpStream::connect((Ipv4Addr::LOCALHOST, port)));
    let streams = streams.collect::<io::Result<Vec<_>>>()?;
    let barrier = Barrier::new(connections + 1);
    thread::scope(|scope| {
        let clients: Vec<_> = streams
            .into_iter()
            .map(|stream| {
                scope.spawn(|| {
                    barrier.wait();
                    receive_one(stream, each)
                })
            })
            .collect();
        barrier.wait();
        let start = Instant::now();
        for client in clients {
            client.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
        }
        Ok(start.elapsed())
    })
}

fn receive_one(mut stream: TcpStream, bytes: u64) -> io::Result<()> {
    stream.set_read_timeout(Some(TIMEOUT))?;
    stream.write_all(&bytes.to_le_bytes())?;
    let (mut received, mut buffer) = (0, vec![0; BUFFER]);
    loop {
        // With `TRUNC`, TCP discards the data instead of copying it.
        match recv(&stream, &mut buffer, RecvFlags::TRUNC)? {
            0 => break,
            count => received += count as u64,
        }
    }
    match received == bytes {
        true => Ok(()),
        false => Err(io::Error::other(format!("received {received} of {bytes} bytes"))),
    }
}
