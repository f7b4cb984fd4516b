//! Webhooks: where machines may be told of the feed, what comes of a try, and when the next one is.
//!
//! The messages are those of [Standard Webhooks](https://www.standardwebhooks.com): thin, signed, each with an id of its
//! own by which a receiver knows it again.

use chrono::{DateTime, Duration, Utc};
use strum::{EnumIter, EnumString, IntoStaticStr};

use super::ids::{WebhookDeliveryId, WebhookEndpointId};
use super::retry;

mod url;

pub use url::{BadEndpointUrl, EndpointUrl};

/// How long the secret before still signs beside the new one.
pub const OVERLAP: Duration = Duration::days(1);

/// An endpoint that took nothing for so long is stopped.
pub const PATIENCE: Duration = Duration::days(5);

/// The first rest of an endpoint that does not answer, and the longest, in seconds.
const RESTS_SECONDS: [i64; 2] = [10, 300];

/// Why an endpoint is sent nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[derive(EnumIter, EnumString, IntoStaticStr, serde::Serialize, serde::Deserialize)]
#[strum(serialize_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum StoppedWhy {
    /// Somebody stopped it.
    ByHand,
    /// It answered 410: it is gone for good.
    Gone,
    /// It took nothing for five days.
    Failing,
}

impl StoppedWhy {
    /// The stored name.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// An endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// Its id.
    pub id: WebhookEndpointId,
    /// Where it is.
    pub url: EndpointUrl,
    /// The place in the feed up to which deliveries were made of it.
    pub told_through: i64,
    /// When it was added.
    pub created_at: DateTime<Utc>,
    /// Since when nothing was delivered any more.
    pub failing_since: Option<DateTime<Utc>>,
    /// How many tries failed since one did not.
    pub failures: i32,
    /// Before when it is not tried again.
    pub rests_until: Option<DateTime<Utc>>,
    /// Since when it is sent nothing, and why.
    pub stopped: Option<Stopped>,
}

/// That an endpoint is sent nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stopped {
    /// Since when.
    pub at: DateTime<Utc>,
    /// Why.
    pub why: StoppedWhy,
}

impl Endpoint {
    /// Whether something may be sent to it now.
    pub fn is_open_at(&self, now: DateTime<Utc>) -> bool {
        self.stopped.is_none() && self.rests_until.is_none_or(|until| until <= now)
    }

    /// It as it is after a try that ended at this moment.
    ///
    /// One failure may be about one message, so the next one is tried at once; from the second on the endpoint rests, twice
    /// as long each time: what waits for it costs one try at a time.
    #[must_use]
    pub fn after(&self, outcome: Outcome, now: DateTime<Utc>, jitter: u32) -> Self {
        if outcome.is_delivered() {
            return Self { failing_since: None, failures: 0, rests_until: None, ..self.clone() };
        }
        let since = self.failing_since.unwrap_or(now);
        let failures = self.failures.saturating_add(1);
        let why = match outcome {
            Outcome::Gone => Some(StoppedWhy::Gone),
            _ if now - since >= PATIENCE => Some(StoppedWhy::Failing),
            _ => None,
        };
        let rests_until = (failures > 1).then(|| now + rest_after(failures - 1, jitter));
        let stopped = why.map(|why| Stopped { at: now, why });
        Self { failing_since: Some(since), failures, rests_until, stopped, ..self.clone() }
    }
}

fn rest_after(failures: i32, jitter: u32) -> Duration {
    let [first, longest] = RESTS_SECONDS;
    let doublings = u32::try_from(failures - 1).unwrap_or_default().min(10);
    let seconds = (first << doublings).min(longest);
    Duration::milliseconds(seconds * (1000 + i64::from(jitter.min(1000)) / 5))
}

/// How a try to deliver a message ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[derive(EnumIter, EnumString, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Outcome {
    /// It was answered with a status of 200 to 299.
    Delivered,
    /// It was answered with 410: nobody is there any more.
    Gone,
    /// It was answered with another status.
    Answered,
    /// It was answered with the way to somewhere else, which is not gone.
    Redirected,
    /// The host has no address.
    NoSuchHost,
    /// The host cannot be looked up.
    LookUpFailed,
    /// The host has an address that may not be reached.
    NotPublic,
    /// Nobody can be connected to.
    NoConnection,
    /// The connection is not safe: the certificate does not hold, or there is none.
    NotSafe,
    /// The connection broke off before there was an answer.
    CutShort,
    /// There was no answer in time.
    TooSlow,
}

impl Outcome {
    /// The stored name.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Whether the receiver has the message.
    pub fn is_delivered(self) -> bool {
        self == Self::Delivered
    }

    /// What a status says.
    pub fn of_status(status: u16) -> Self {
        match status {
            200..=299 => Self::Delivered,
            300..=399 => Self::Redirected,
            410 => Self::Gone,
            _ => Self::Answered,
        }
    }
}

/// What became of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[derive(EnumIter, EnumString, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum DeliveryStatus {
    /// To be delivered, or to be tried again.
    Waiting,
    /// The receiver took it.
    Delivered,
    /// Given up.
    Failed,
}

impl DeliveryStatus {
    /// The stored name.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// A message to an endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Its id, which is ours.
    pub id: WebhookDeliveryId,
    /// To which endpoint.
    pub endpoint: WebhookEndpointId,
    /// The place of its event in the feed; `None` for a test.
    pub event: Option<i64>,
    /// By which the receiver knows it again.
    pub message_id: String,
    /// What happened.
    pub kind: String,
    /// The message: the same bytes at each try.
    pub body: String,
    /// What became of it.
    pub status: DeliveryStatus,
    /// How often it was tried.
    pub attempts: i32,
    /// When it was put in the queue.
    pub created_at: DateTime<Utc>,
    /// When it is due.
    pub next_attempt_at: DateTime<Utc>,
}

impl Delivery {
    /// It as it is after a try: given up after about two days.
    #[must_use]
    pub fn after(&self, outcome: Outcome, now: DateTime<Utc>, jitter: u32) -> Self {
        let attempts = self.attempts + 1;
        if outcome.is_delivered() {
            return Self { status: DeliveryStatus::Delivered, attempts, ..self.clone() };
        }
        match retry::delay_after(attempts, jitter) {
            Some(delay) => Self { attempts, next_attempt_at: now + delay, ..self.clone() },
            None => Self { status: DeliveryStatus::Failed, attempts, ..self.clone() },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoint() -> Endpoint {
        Endpoint {
            id: WebhookEndpointId::from_uuid(uuid::Uuid::from_u128(1)),
            url: EndpointUrl::parse("https://numo.example/hook").expect("an address"),
            told_through: 0,
            created_at: at(0),
            failing_since: None,
            failures: 0,
            rests_until: None,
            stopped: None,
        }
    }

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + Duration::days(20_000) + Duration::seconds(seconds)
    }

    #[test]
    fn one_failure_holds_nothing_up_and_from_the_second_on_it_rests_twice_as_long_each_time() {
        let mut one = endpoint();
        let mut rests = vec![];
        for _ in 0..8 {
            one = one.after(Outcome::Answered, at(0), 0);
            rests.push(one.rests_until.map_or(0, |until| (until - at(0)).num_seconds()));
        }

        assert_eq!(rests, [0, 10, 20, 40, 80, 160, 300, 300]);
        assert!(!one.is_open_at(at(299)) && one.is_open_at(at(300)));
        assert_eq!(one.after(Outcome::Delivered, at(301), 0), endpoint());
    }

    #[test]
    fn who_is_gone_is_stopped_at_once_and_who_takes_nothing_after_five_days() {
        let why = |endpoint: &Endpoint| endpoint.stopped.map(|stopped| stopped.why);
        let days = |days: i64| at(days * 86_400);

        let first = endpoint().after(Outcome::TooSlow, days(0), 0);
        let later = first.after(Outcome::NotSafe, days(5) - Duration::seconds(1), 0);

        assert_eq!(why(&endpoint().after(Outcome::Gone, days(0), 0)), Some(StoppedWhy::Gone));
        assert_eq!((why(&first), why(&later)), (None, None));
        assert_eq!(why(&later.after(Outcome::Answered, days(5), 0)), Some(StoppedWhy::Failing));
        assert_eq!(why(&later.after(Outcome::Delivered, days(5), 0).after(Outcome::Answered, days(6), 0)), None);
    }

    #[test]
    fn only_what_was_answered_with_two_hundred_and_something_is_delivered() {
        for (status, outcome) in [
            (200, Outcome::Delivered),
            (204, Outcome::Delivered),
            (301, Outcome::Redirected),
            (308, Outcome::Redirected),
            (400, Outcome::Answered),
            (410, Outcome::Gone),
            (500, Outcome::Answered),
        ] {
            assert_eq!(Outcome::of_status(status), outcome, "{status}");
        }
    }

    #[test]
    fn a_message_is_tried_for_about_two_days_and_then_given_up() {
        let mut delivery = Delivery {
            id: WebhookDeliveryId::from_uuid(uuid::Uuid::from_u128(1)),
            endpoint: endpoint().id,
            event: Some(1),
            message_id: "m".to_owned(),
            kind: "verdict.opened".to_owned(),
            body: "{}".to_owned(),
            status: DeliveryStatus::Waiting,
            attempts: 0,
            created_at: at(0),
            next_attempt_at: at(0),
        };
        let mut now = at(0);
        while delivery.status == DeliveryStatus::Waiting {
            now = delivery.next_attempt_at;
            delivery = delivery.after(Outcome::Answered, now, 0);
        }

        assert_eq!((delivery.status, delivery.attempts), (DeliveryStatus::Failed, retry::ATTEMPTS_ALLOWED));
        assert!((40..=52).contains(&(now - at(0)).num_hours()), "{}", now - at(0));
    }
}
