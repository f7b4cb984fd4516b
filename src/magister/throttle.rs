//! Throttling: one check per host, a pause between hosts behind one address, and a circuit breaker for a dead address.
//!
//! Many schools share a server. An address that five different schools in a row find dead is not asked for a while:
//! that is either an outage or a firewall, and asking again helps neither.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::net::SocketAddr;
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep_until};

use super::ladder::NotChecked;
use super::limits::Courtesy;
use super::target::Target;
use crate::domain::check::{CheckCode, CheckResult};

/// Above this many addresses, those that nobody waits for are forgotten.
const ADDRESSES_MAX: usize = 1024;

/// Who is being checked. Cheap to clone; clones share it.
#[derive(Debug, Clone)]
pub(super) struct Throttle {
    courtesy: Courtesy,
    hosts: Arc<Mutex<HashSet<String>>>,
    addresses: Arc<Mutex<HashMap<SocketAddr, Arc<AddressThrottle>>>>,
}

/// What is known of one address.
#[derive(Debug)]
struct AddressThrottle {
    slots: Arc<Semaphore>,
    state: Mutex<AddressState>,
}

#[derive(Debug)]
struct AddressState {
    next_start: Instant,
    /// The schools that found it dead, one after the other, since `dead_since`.
    found_dead_by: BTreeSet<String>,
    dead_since: Instant,
    rests_until: Option<Instant>,
}

/// The right to check a host; given back on drop.
pub(super) struct HostPermit {
    throttle: Throttle,
    host: String,
}

impl Drop for HostPermit {
    fn drop(&mut self) {
        self.throttle.hosts.lock().remove(&self.host);
    }
}

/// A place behind an address; given back on drop.
pub(super) struct AddressPermit {
    address_throttle: Arc<AddressThrottle>,
    courtesy: Courtesy,
    host: String,
    _slot: Option<OwnedSemaphorePermit>,
}

impl Throttle {
    pub(super) fn new(courtesy: Courtesy) -> Self {
        Self { courtesy, hosts: Arc::default(), addresses: Arc::default() }
    }

    pub(super) fn enter_host(&self, target: &Target) -> Result<HostPermit, NotChecked> {
        let host = target.host();
        if self.hosts.lock().insert(host.clone()) {
            Ok(HostPermit { throttle: self.clone(), host })
        } else {
            Err(NotChecked::Busy)
        }
    }

    /// Waits for a place behind an address, or says that the address rests.
    pub(super) async fn enter_address(
        &self,
        address: SocketAddr,
        target: &Target,
    ) -> Result<AddressPermit, NotChecked> {
        let address_throttle = self.address_throttle(address);
        address_throttle.check_rest()?;
        // The semaphore is never closed; without a slot the pause alone holds.
        let slot = address_throttle.slots.clone().acquire_owned().await.ok();
        let start = address_throttle.next_start(self.courtesy);
        sleep_until(start).await;
        // Those before us may have found it dead.
        address_throttle.check_rest()?;
        Ok(AddressPermit { address_throttle, courtesy: self.courtesy, host: target.host(), _slot: slot })
    }

    fn address_throttle(&self, address: SocketAddr) -> Arc<AddressThrottle> {
        let mut addresses = self.addresses.lock();
        if addresses.len() >= ADDRESSES_MAX {
            addresses.retain(|_, address_throttle| Arc::strong_count(address_throttle) > 1);
        }
        let make = || Arc::new(AddressThrottle::new(self.courtesy.at_once));
        addresses.entry(address).or_insert_with(make).clone()
    }
}

impl AddressThrottle {
    fn new(at_once: usize) -> Self {
        let now = Instant::now();
        let state =
            AddressState { next_start: now, found_dead_by: BTreeSet::new(), dead_since: now, rests_until: None };
        Self { slots: Arc::new(Semaphore::new(at_once.max(1))), state: Mutex::new(state) }
    }

    fn next_start(&self, courtesy: Courtesy) -> Instant {
        let mut state = self.state.lock();
        let start = state.next_start.max(Instant::now());
        state.next_start = start + courtesy.pause;
        start
    }

    fn check_rest(&self) -> Result<(), NotChecked> {
        let mut state = self.state.lock();
        let Some(until) = state.rests_until else { return Ok(()) };
        let after = until.saturating_duration_since(Instant::now());
        if after.is_zero() {
            // One more that finds it dead and it rests again.
            state.rests_until = None;
            state.found_dead_by.pop_first();
            state.dead_since = Instant::now();
            return Ok(());
        }
        Err(NotChecked::Resting { after })
    }
}

impl AddressPermit {
    /// Notes how the check went.
    pub(super) fn leave(self, result: &CheckResult) {
        let is_dead = match result.code {
            CheckCode::PortSilent | CheckCode::PortRefused => true,
            CheckCode::Ok
            | CheckCode::HostUnknown
            | CheckCode::TlsFailed
            | CheckCode::CertificateInvalid
            | CheckCode::LoginRefused
            | CheckCode::ListNotGranted
            | CheckCode::ServiceNotGranted
            | CheckCode::ListOutdated
            | CheckCode::ListEmpty
            | CheckCode::ListShrunk
            | CheckCode::ListFailed
            | CheckCode::NoRoute
            | CheckCode::TooSlow
            | CheckCode::UnexpectedAnswer => false,
        };
        let mut state = self.address_throttle.state.lock();
        let now = Instant::now();
        // One school that ticks once a day does not make an address dead for the others.
        if !is_dead || now.saturating_duration_since(state.dead_since) > self.courtesy.rest {
            state.found_dead_by.clear();
        }
        if !is_dead {
            return;
        }
        if state.found_dead_by.is_empty() {
            state.dead_since = now;
        }
        state.found_dead_by.insert(self.host.clone());
        if state.found_dead_by.len() >= self.courtesy.rest_after && state.rests_until.is_none() {
            state.rests_until = Some(now + self.courtesy.rest);
            tracing::warn!("An address is left in peace: {} schools found it dead", state.found_dead_by.len());
        }
    }
}

#[cfg(test)]
#[path = "tests/throttle.rs"]
mod tests;
