//! The targets, their addresses, and the order in which connections try the addresses.

use std::fmt;
use std::io;
use std::rc::Rc;
use std::time::{Duration, Instant};

use butter::Errno;
use butter::net::SocketAddrAny;

use crate::address::{Address, Shown};
use crate::common::cli::SystemError;
use crate::report::Report;
use crate::resolver::{self, Resolver};

/// The target that a new connection tries first.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Balance {
    /// Always the first target.
    Failover,
    /// The targets alternate.
    RoundRobin,
}

/// The age of the addresses of a host at which a new connection causes them to be resolved again.
const MAX_AGE: Duration = Duration::from_secs(10);

/// The minimum time between two requests for the addresses of a host, if connections fail.
const MIN_AGE: Duration = Duration::from_secs(1);

struct Target {
    address: Address,
    addresses: Rc<[SocketAddrAny]>,
    /// The time of the last request for the addresses of the host.
    requested: Instant,
    /// Whether the answer to the last request has not arrived.
    pending: bool,
    /// Whether the last answer was an error.
    failed: bool,
}

/// The address that a connection tries, and the addresses that follow if the attempt fails.
pub(crate) struct Cursor {
    /// The index of the target.
    target: usize,
    /// The number of targets that the connection has not tried.
    remaining: usize,
    addresses: Rc<[SocketAddrAny]>,
    position: usize,
}

impl Cursor {
    /// Returns the address that the connection tries, or `None` after the last address.
    pub(crate) fn address(&self) -> Option<&SocketAddrAny> {
        self.addresses.get(self.position)
    }
}

pub(crate) struct Targets {
    all: Vec<Target>,
    balance: Balance,
    /// The index of the target that the next connection tries first.
    next: usize,
    resolver: Option<Resolver>,
    /// The addresses to which the last attempt to connect failed, with the reasons.
    failures: Vec<(SocketAddrAny, Errno)>,
}

/// The error of a name that cannot be resolved.
pub(crate) struct Unresolved<'a>(pub(crate) &'a Address, pub(crate) io::Error);

impl fmt::Display for Unresolved<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.1.to_string();
        let reason = text.strip_prefix("failed to lookup address information: ").unwrap_or(&text);
        write!(
            f,
            "cannot resolve the host of {}: {reason} (check the name, /etc/hosts and \
             /etc/resolv.conf)",
            self.0
        )
    }
}

/// Returns the addresses of the sockets of an address.
pub(crate) fn resolve(address: &Address) -> Result<Vec<SocketAddrAny>, Unresolved<'_>> {
    match address {
        Address::Host(host, port) => {
            resolver::resolve(host, *port).map_err(|error| Unresolved(address, error))
        }
        address => Ok(address.socket_address().into_iter().collect()),
    }
}

impl Targets {
    /// Resolves the names of all targets.
    pub(crate) fn new(addresses: &[Address], balance: Balance) -> Result<Self, Unresolved<'_>> {
        let mut all = Vec::with_capacity(addresses.len());
        for address in addresses {
            all.push(Target {
                address: address.clone(),
                addresses: resolve(address)?.into(),
                requested: Instant::now(),
                pending: false,
                failed: false,
            });
        }
        Ok(Self { all, balance, next: 0, resolver: None, failures: Vec::new() })
    }

    /// Starts a thread that resolves names again, if a target has a name.
    pub(crate) fn start_resolver(&mut self) -> io::Result<Option<&Resolver>> {
        if self.all.iter().any(|target| matches!(target.address, Address::Host(..))) {
            self.resolver = Some(Resolver::start()?);
        }
        Ok(self.resolver.as_ref())
    }

    /// Selects the first address of a new connection.
    pub(crate) fn select(&mut self, now: Instant) -> Cursor {
        let target = self.next;
        if self.balance == Balance::RoundRobin {
            self.next = (self.next + 1) % self.all.len();
        }
        self.request(target, MAX_AGE, now);
        let addresses = Rc::clone(&self.all[target].addresses);
        Cursor { target, remaining: self.all.len() - 1, addresses, position: 0 }
    }

    /// Records that the address of a connection cannot be reached, and selects the next address.
    /// Prints the error if it differs from the previous error of this address.
    pub(crate) fn fail(
        &mut self,
        cursor: &mut Cursor,
        error: butter::Error,
        report: &Report,
        now: Instant,
    ) {
        if let Some(address) = cursor.address() {
            let errno = error.errno();
            let last = self.failures.iter_mut().find(|(failed, _)| failed == address);
            if last.as_ref().is_none_or(|(_, last)| *last != errno) {
                let target = TargetName(&self.all[cursor.target].address, address);
                let error = SystemError::Call(error);
                report.error(format_args!("cannot connect to {target}: {error}"));
            }
            match last {
                Some((_, last)) => *last = errno,
                None => self.failures.push((*address, errno)),
            }
        }
        self.request(cursor.target, MIN_AGE, now);
        cursor.position += 1;
        while cursor.address().is_none() && cursor.remaining > 0 {
            cursor.remaining -= 1;
            cursor.target = (cursor.target + 1) % self.all.len();
            self.request(cursor.target, MAX_AGE, now);
            cursor.addresses = Rc::clone(&self.all[cursor.target].addresses);
            cursor.position = 0;
        }
    }

    /// Records that the address of a connection was reached.
    pub(crate) fn succeed(&mut self, cursor: &Cursor) {
        if !self.failures.is_empty() {
            self.failures.retain(|(failed, _)| Some(failed) != cursor.address());
        }
    }

    /// Requests the addresses of the host of a target if they are at least `age` old.
    fn request(&mut self, index: usize, age: Duration, now: Instant) {
        let target = &mut self.all[index];
        if let (Some(resolver), Address::Host(host, port)) = (&self.resolver, &target.address)
            && !target.pending
            && now.saturating_duration_since(target.requested) >= age
        {
            (target.requested, target.pending) = (now, true);
            resolver.request(index, host, *port);
        }
    }

    /// Uses the addresses that the resolver has found for new connections. If a name cannot be
    /// resolved, the previous addresses remain in use.
    pub(crate) fn update(&mut self, report: &Report) -> butter::Result<()> {
        let Some(resolver) = &self.resolver else { return Ok(()) };
        resolver.acknowledge()?;
        while let Some(answer) = resolver.answer() {
            let target = &mut self.all[answer.target];
            target.pending = false;
            match answer.addresses {
                Ok(addresses) => {
                    target.failed = false;
                    if *target.addresses != *addresses {
                        let old = std::mem::replace(&mut target.addresses, addresses.into());
                        self.failures.retain(|(failed, _)| !old.contains(failed));
                    }
                }
                Err(error) => {
                    if !std::mem::replace(&mut target.failed, true) {
                        report.error(format_args!("{}", Unresolved(&target.address, error)));
                    }
                }
            }
        }
        Ok(())
    }
}

impl fmt::Display for Targets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, target) in self.all.iter().enumerate() {
            write!(f, "{}{}", if number > 0 { ", " } else { "" }, target.address)?;
        }
        Ok(())
    }
}

/// A target, followed by its address if the target is a host name.
struct TargetName<'a>(&'a Address, &'a SocketAddrAny);

impl fmt::Display for TargetName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)?;
        match self.0 {
            Address::Host(..) => write!(f, " ({})", Shown(self.1)),
            _ => Ok(()),
        }
    }
}
