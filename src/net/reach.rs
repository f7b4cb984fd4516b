//! What may be reached: on the internet only public addresses, in a demonstration only this machine.
//!
//! Whoever connects asks [`Reach::admits`] about the very address it connects to; nothing is looked up a second time.
//! [`Reach::internet`] is what the service runs with. [`Reach::loopback`] is for the demonstration and the tests: it
//! trusts one test authority, and no setting turns the one into the other.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, RootCertStore};

use super::address::is_public;
use super::verifier::client_config;
use crate::domain::check::Oddity;

/// More addresses than this a name does not have.
const ADDRESSES_MAX: usize = 8;

/// Where a name leads, in tests and demonstrations; `None` when there is no such name.
pub type Lookup = dyn Fn(&str) -> Option<Vec<SocketAddr>> + Send + Sync;

/// What may be reached, how names are looked up, and whose certificates hold.
#[derive(Clone)]
pub struct Reach {
    names: Names,
    admitted: Admitted,
    tls: Arc<ClientConfig>,
}

#[derive(Clone)]
enum Names {
    System,
    Scripted(Arc<Lookup>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Admitted {
    Public,
    Loopback,
    /// Whatever the name leads to: somebody said that this host may be private.
    Any,
}

/// Why there is no address to connect to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoAddress {
    /// There is no such name.
    Unknown,
    /// The name leads nowhere that may be reached, or could not be looked up.
    Odd(Oddity),
}

impl fmt::Debug for Reach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Reach({:?})", self.admitted)
    }
}

impl Reach {
    /// The internet: names by the system's resolver, public addresses only, the public authorities.
    pub fn internet() -> Self {
        Self { names: Names::System, admitted: Admitted::Public, tls: client_config(public_authorities()) }
    }

    /// This machine alone, with names that the caller makes up, trusting one authority.
    pub fn loopback(names: Arc<Lookup>, authority: CertificateDer<'static>) -> Result<Self, rustls::Error> {
        let mut roots = RootCertStore::empty();
        roots.add(authority)?;
        Ok(Self { names: Names::Scripted(names), admitted: Admitted::Loopback, tls: client_config(roots) })
    }

    /// Nothing at all: no name is known. For tests that make no checks.
    pub fn nowhere() -> Self {
        let names = Arc::new(|_: &str| None);
        let tls = client_config(public_authorities());
        Self { names: Names::Scripted(names), admitted: Admitted::Loopback, tls }
    }

    /// The same for a host that may be anywhere, such as within the network of this machine.
    #[must_use]
    pub fn anywhere(self) -> Self {
        Self { admitted: Admitted::Any, ..self }
    }

    /// The rules of the internet with names that a test makes up.
    pub fn internet_with(names: Arc<Lookup>) -> Self {
        Self { names: Names::Scripted(names), ..Self::internet() }
    }

    /// Whether this very address may be connected to.
    pub(super) fn admits(&self, address: SocketAddr) -> bool {
        match self.admitted {
            Admitted::Public => is_public(address.ip()),
            Admitted::Loopback => address.ip().is_loopback(),
            Admitted::Any => !address.ip().is_unspecified() && !address.ip().is_multicast(),
        }
    }

    pub(super) fn tls(&self) -> Arc<ClientConfig> {
        self.tls.clone()
    }

    /// The addresses of a host, which is a name. One address that may not be reached spoils them all.
    ///
    /// # Errors
    /// When there is none, or one that may not be reached.
    pub async fn addresses(&self, host: &str, port: u16, limit: Duration) -> Result<Vec<SocketAddr>, NoAddress> {
        let found = match &self.names {
            Names::System => ask_system(host, port, limit).await?,
            Names::Scripted(names) => names(host).ok_or(NoAddress::Unknown)?,
        };
        if found.is_empty() {
            return Err(NoAddress::Unknown);
        }
        if !found.iter().all(|address| self.admits(*address)) {
            return Err(NoAddress::Odd(Oddity::AddressNotPublic));
        }
        let mut addresses = found;
        // Allowlists hold IPv4 addresses, so that is how we are most likely known.
        addresses.sort_by_key(SocketAddr::is_ipv6);
        addresses.dedup();
        addresses.truncate(ADDRESSES_MAX);
        Ok(addresses)
    }
}

fn public_authorities() -> RootCertStore {
    RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() }
}

async fn ask_system(host: &str, port: u16, limit: Duration) -> Result<Vec<SocketAddr>, NoAddress> {
    // With a dot at the end, so that no search list of this machine adds to it.
    let lookup = tokio::net::lookup_host((format!("{host}."), port));
    match tokio::time::timeout(limit, lookup).await {
        Ok(Ok(addresses)) => Ok(addresses.collect()),
        Ok(Err(error)) if is_no_such_name(&error) => Err(NoAddress::Unknown),
        // Our own resolver is at fault, or the zone is: no school is to blame.
        Ok(Err(_)) | Err(_) => Err(NoAddress::Odd(Oddity::LookUpFailed)),
    }
}

/// Whether the resolver said that the name does not exist. The standard library passes that on as text only; these are
/// the words of glibc, musl and macOS.
fn is_no_such_name(error: &io::Error) -> bool {
    let text = error.to_string();
    error.raw_os_error().is_none()
        && ["not known", "does not resolve", "No address associated", "no usable records"]
            .iter()
            .any(|words| text.contains(words))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_clear_no_counts_as_no_such_name() {
        for (text, expected) in [
            ("failed to lookup address information: Name or service not known", true),
            ("failed to lookup address information: Name does not resolve", true),
            ("failed to lookup address information: nodename nor servname provided, or not known", true),
            ("failed to lookup address information: No address associated with hostname", true),
            ("failed to lookup address information: Temporary failure in name resolution", false),
            ("failed to lookup address information: Non-recoverable failure in name resolution", false),
        ] {
            assert_eq!(is_no_such_name(&io::Error::other(text)), expected, "{text}");
        }
        assert!(!is_no_such_name(&io::Error::from_raw_os_error(24)));
    }

    #[test]
    fn debug_says_what_may_be_reached() {
        assert_eq!(format!("{:?}", Reach::internet()), "Reach(Public)");
    }
}
