//! Limits on what strangers can post: per client and, for requests and sign-ins, per address typed. And a generous one on
//! what somebody who is signed in can change, and on what a machine asks.
//!
//! Counted per instance. Sign-in links, wrong codes and mails to strangers are also counted in the database, so over all
//! instances.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::DefaultKeyedStateStore;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use strum::IntoStaticStr;

use crate::services::ServiceError;

/// How much is allowed.
#[derive(Debug, Clone, Copy)]
pub struct Allowance {
    /// Forms per client per minute.
    pub per_client: NonZeroU32,
    /// Forms with one address per quarter of an hour.
    pub per_address: NonZeroU32,
}

/// Where a form with an address is posted: each door counts by itself, so that one cannot close another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[derive(IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Door {
    /// The request for Optie A.
    Register,
    /// Signing in as a school.
    SignIn,
    /// Signing in as Kurve.
    StaffSignIn,
    /// Handing a step to a colleague.
    HandOver,
}

impl Door {
    fn as_str(self) -> &'static str {
        self.into()
    }
}

/// A form was one too many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooOften {
    /// How long to wait.
    pub retry_after_seconds: u64,
}

impl From<TooOften> for ServiceError {
    fn from(TooOften { retry_after_seconds }: TooOften) -> Self {
        Self::TooOften { retry_after_seconds }
    }
}

/// How many times as much somebody who is signed in may change in a minute as a client may post without that.
const SIGNED_IN: NonZeroU32 = NonZeroU32::new(6).expect("not zero");

/// How often a key of a machine may ask in a minute.
pub const PER_KEY: NonZeroU32 = NonZeroU32::new(600).expect("not zero");

/// What is left for a machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Left {
    /// How often it may ask at once.
    pub requests: u32,
    /// After how many seconds it may ask as often as ever.
    pub full_after_seconds: u64,
}

/// Counts machines, and tells what is left for them.
type Machines = RateLimiter<String, DefaultKeyedStateStore<String>, DefaultClock, StateInformationMiddleware>;

/// The counters.
#[derive(Debug)]
pub struct RateLimits {
    machines: Machines,
    clients: DefaultKeyedRateLimiter<IpAddr>,
    people: DefaultKeyedRateLimiter<String>,
    addresses: DefaultKeyedRateLimiter<String>,
}

impl RateLimits {
    /// Fresh counters.
    pub fn new(allowance: Allowance) -> Self {
        let quarter = Duration::from_secs(900);
        let each = quarter / allowance.per_address.get();
        let per_address = Quota::with_period(each).unwrap_or(Quota::per_hour(allowance.per_address));
        Self {
            machines: RateLimiter::keyed(Quota::per_minute(PER_KEY)).with_middleware(),
            clients: RateLimiter::keyed(Quota::per_minute(allowance.per_client)),
            people: RateLimiter::keyed(Quota::per_minute(allowance.per_client.saturating_mul(SIGNED_IN))),
            addresses: RateLimiter::keyed(per_address.allow_burst(allowance.per_address)),
        }
    }

    /// Counts a form of a client.
    ///
    /// # Errors
    /// `TooOften` when it is one too many.
    pub fn check_client(&self, client: IpAddr) -> Result<(), TooOften> {
        self.clients.check_key(&whole_network(client)).map_err(|until| too_often(&until))
    }

    /// Counts a request of a machine, by its key or else by its network.
    ///
    /// # Errors
    /// `TooOften` when it is one too many.
    pub fn check_machine(&self, machine: &str) -> Result<Left, TooOften> {
        let state = self.machines.check_key(&machine.to_owned()).map_err(|until| too_often(&until))?;
        let requests = state.remaining_burst_capacity();
        let used = PER_KEY.get().saturating_sub(requests);
        Ok(Left { requests, full_after_seconds: u64::from(used).saturating_mul(60).div_ceil(PER_KEY.get().into()) })
    }

    /// Counts a form of somebody who is signed in.
    ///
    /// # Errors
    /// `TooOften` when it is one too many.
    pub fn check_person(&self, person: &str) -> Result<(), TooOften> {
        self.people.check_key(&person.to_owned()).map_err(|until| too_often(&until))
    }

    /// Counts a form with an address at one door; `key` is the keyed hash of the address.
    ///
    /// # Errors
    /// `TooOften` when it is one too many.
    pub fn check_address(&self, door: Door, key: &str) -> Result<(), TooOften> {
        self.addresses.check_key(&format!("{}/{key}", door.as_str())).map_err(|until| too_often(&until))
    }

    /// Forgets counters that are full again.
    pub fn forget_idle(&self) {
        self.machines.retain_recent();
        self.clients.retain_recent();
        self.people.retain_recent();
        self.addresses.retain_recent();
    }
}

fn too_often(until: &governor::NotUntil<<DefaultClock as Clock>::Instant>) -> TooOften {
    let wait = until.wait_time_from(DefaultClock::default().now());
    TooOften { retry_after_seconds: wait.as_secs() + 1 }
}

/// The network of a client: one customer has a whole /64 of IPv6.
pub fn whole_network(client: IpAddr) -> IpAddr {
    match client {
        IpAddr::V4(_) => client,
        IpAddr::V6(address) => match address.to_ipv4_mapped() {
            Some(mapped) => IpAddr::V4(mapped),
            None => IpAddr::V6((u128::from(address) & (u128::MAX << 64)).into()),
        },
    }
}
