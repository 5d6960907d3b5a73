//! The proxies, and how each is started and stopped.

use std::env;
use std::fs;
use std::io;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// The first argument of a child process that is the proxy with tokio. The other arguments are the
/// two ports.
const TOKIO: &str = "--tokio";

pub(crate) struct Proxy {
    pub(crate) name: &'static str,
    program: PathBuf,
    kind: Kind,
}

#[derive(Clone, Copy)]
enum Kind {
    Relay,
    Tokio,
    /// socat with options.
    Socat(&'static [&'static str]),
    /// haproxy with additional lines of the section `defaults`.
    Haproxy(&'static str),
}

const ALL: [(&str, Kind); 6] = [
    ("relay", Kind::Relay),
    ("tokio", Kind::Tokio),
    ("socat", Kind::Socat(&[])),
    ("socat -b 262144", Kind::Socat(&["-b", "262144"])),
    ("haproxy", Kind::Haproxy("")),
    ("haproxy with splice", Kind::Haproxy("  option splice-auto\n")),
];

/// Returns the proxies that can be run, and prints the names of the others.
pub(crate) fn available() -> Vec<Proxy> {
    let proxy = |(name, kind)| {
        let program = match kind {
            Kind::Relay => relay(),
            Kind::Tokio => env::current_exe().map_err(|error| error.to_string()),
            Kind::Socat(_) => installed("socat"),
            Kind::Haproxy(_) => installed("haproxy"),
        };
        match program {
            Ok(program) => Some(Proxy { name, program, kind }),
            Err(reason) => {
                println!("missing: {name}: {reason}");
                None
            }
        }
    };
    ALL.into_iter().filter_map(proxy).collect()
}

/// Returns the path of the example, in the directory next to that of this program, or the value of
/// `BUTTER_RELAY`.
fn relay() -> Result<PathBuf, String> {
    if let Some(program) = env::var_os("BUTTER_RELAY") {
        return Ok(program.into());
    }
    let this = env::current_exe().map_err(|error| error.to_string())?;
    let program = this.ancestors().nth(2).map(|target| target.join("examples/relay"));
    program
        .filter(|program| program.is_file())
        .ok_or_else(|| "run `cargo build --release --example relay`".to_owned())
}

fn installed(name: &str) -> Result<PathBuf, String> {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = env::split_paths(&path).chain(["/usr/sbin".into()]);
    folders
        .map(|folder| folder.join(name))
        .find(|program| program.is_file())
        .ok_or_else(|| "not installed".to_owned())
}

/// A running proxy.
pub(crate) struct Running {
    child: Child,
    pub(crate) port: u16,
    _directory: TempDir,
}

impl Proxy {
    /// Starts the proxy, and waits until it accepts connections.
    pub(crate) fn start(&self, target: u16) -> io::Result<Running> {
        // The proxies cannot report a port that the kernel selects, so this program selects a port.
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let directory = TempDir::new()?;
        let mut command = Command::new(&self.program);
        match self.kind {
            Kind::Relay => {
                command.arg("--quiet");
                command.args([port, target].map(|port| format!("127.0.0.1:{port}")));
            }
            Kind::Tokio => {
                command.arg(TOKIO).args([port, target].map(|port| port.to_string()));
            }
            Kind::Socat(options) => {
                let listen =
                    format!("TCP4-LISTEN:{port},bind=127.0.0.1,fork,reuseaddr,backlog=128");
                command.args(options).args([listen, format!("TCP4:127.0.0.1:{target}")]);
            }
            Kind::Haproxy(defaults) => {
                let file = directory.path().join("configuration");
                let content = format!(
                    "global\n  maxconn 1000\n  nbthread 1\n\
                     defaults\n  mode tcp\n  timeout connect 10s\n  timeout client 100s\n  \
                     timeout server 100s\n{defaults}\
                     listen relay\n  bind 127.0.0.1:{port}\n  server target 127.0.0.1:{target}\n"
                );
                fs::write(&file, content)?;
                command.arg("-db").arg("-f").arg(file);
            }
        }
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut running = Running { child: command.spawn()?, port, _directory: directory };
        match running.wait() {
            Ok(()) => Ok(running),
            Err(error) => {
                running.child.kill().and_then(|()| running.child.wait())?;
                Err(error)
            }
        }
    }
}

impl Running {
    /// Waits until the proxy accepts connections.
    fn wait(&mut self) -> io::Result<()> {
        let start = Instant::now();
        while TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).is_err() {
            if let Some(status) = self.child.try_wait()? {
                return Err(io::Error::other(format!("the program exited: {status}")));
            }
            if start.elapsed() > Duration::from_secs(10) {
                return Err(io::Error::other("the program does not accept connections"));
            }
            thread::sleep(Duration::from_millis(2));
        }
        Ok(())
    }

    /// Terminates the proxy. Returns the CPU time of the process and its children.
    pub(crate) fn stop(self) -> io::Result<Duration> {
        // The processes that socat has forked exit after the last connections.
        thread::sleep(Duration::from_millis(50));
        let pid = self.child.id().cast_signed();
        // SAFETY: touches no memory; the child has not been waited for, so the ID is in use.
        unsafe { libc::kill(pid, libc::SIGTERM) };
        // SAFETY: all zeroes is a valid value.
        let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
        // SAFETY: writes one struct; no status is requested.
        if unsafe { libc::wait4(pid, std::ptr::null_mut(), 0, &raw mut usage) } != pid {
            return Err(io::Error::last_os_error());
        }
        let time =
            |time: libc::timeval| Duration::new(time.tv_sec as u64, time.tv_usec as u32 * 1000);
        Ok(time(usage.ru_utime) + time(usage.ru_stime))
    }
}

/// Runs the proxy with tokio if the first argument is `TOKIO`.
pub(crate) fn run_as_child() -> Option<io::Result<()>> {
    let arguments: Vec<_> = env::args().skip(1).collect();
    let [first, listen, target] = &arguments[..] else { return None };
    let (listen, target) = (listen.parse().ok()?, target.parse().ok()?);
    (first == TOKIO).then(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
        runtime.block_on(copy(listen, target))
    })
}

/// Accepts connections, and copies between each connection and a connection to the target.
async fn copy(listen: u16, target: u16) -> io::Result<()> {
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, listen)).await?;
    loop {
        let (mut client, _) = listener.accept().await?;
        tokio::spawn(async move {
            let mut server = tokio::net::TcpStream::connect((Ipv4Addr::LOCALHOST, target)).await?;
            client.set_nodelay(true)?;
            server.set_nodelay(true)?;
            tokio::io::copy_bidirectional(&mut client, &mut server).await
        });
    }
}
