//! What strangers do at the doors, counted over all instances: wrong codes, and mails that they have us write. The numbers
//! that are allowed are in [`crate::domain::stranger`].

use chrono::{DateTime, Duration, Utc};
use strum::IntoEnumIterator;

use crate::domain::stranger::{self, Asked, Counted, FullUntil, MailCap};
use crate::services::unit_of_work::UnitOfWork;
use crate::services::{AnonymousCall, ServiceError};
use crate::store::people::stranger_counts;
use crate::store::{ConnectionTrait, StoreError, lock};

/// A kind of mail that strangers can have us write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AskedMail {
    /// To confirm the address of a request.
    Confirmation,
    /// To sign in.
    SignIn,
}

impl AskedMail {
    fn counted(self) -> Counted {
        match self {
            Self::Confirmation => Counted::Confirmation,
            Self::SignIn => Counted::SignIn,
        }
    }

    fn cap(self) -> MailCap {
        match self {
            Self::Confirmation => stranger::CONFIRMATIONS,
            Self::SignIn => stranger::SIGN_INS,
        }
    }
}

/// Counts a mail that a visitor has us write to an address, by the keyed hash of what is counted of it.
///
/// # Errors
/// `Full` when a cap of the day is reached.
pub(super) async fn count_mail(
    work: &UnitOfWork<'_>,
    asked: AnonymousCall<'_>,
    mail: AskedMail,
    address_key: &str,
) -> Result<(), ServiceError> {
    // What the program itself asks for is asked by no stranger.
    let Some(network_key) = asked.network_key() else { return Ok(()) };
    let (conn, now, all) = (work.conn(), asked.now, mail.counted().as_str());
    lock::hold_asked_mails(conn).await?;
    let names = [all.to_owned(), format!("{all}/to/{address_key}"), format!("{all}/from/{network_key}")];
    let [in_all, to_address, from_network] = &names;
    let before = Asked {
        to_address: stranger_counts::count_today(conn, to_address, now).await?,
        from_network: stranger_counts::count_today(conn, from_network, now).await?,
        in_all: stranger_counts::count_today(conn, in_all, now).await?,
    };
    if let Err(FullUntil { full, at }) = mail.cap().check(&before) {
        return Err(ServiceError::Full { full, retry_after_seconds: seconds(at - now) });
    }
    for name in &names {
        stranger_counts::add(conn, work.context().chance.uuid_v7(now), name, now).await?;
    }
    let count = before.in_all.n() + 1;
    if count == mail.cap().alarm() {
        tracing::error!(mail.kind = all, count, "Unusually many {all} mails were asked for in a day");
    }
    Ok(())
}

/// Looks whether a code that was typed is heard, before it is looked at; guesses that come at once are heard one by one.
///
/// # Errors
/// `TooOften` when too many were wrong, from this client network or from all of them.
pub(super) async fn check_guess(work: &UnitOfWork<'_>, asked: AnonymousCall<'_>) -> Result<(), ServiceError> {
    let (conn, now) = (work.conn(), asked.now);
    lock::hold_guesses(conn).await?;
    if let Some(network_key) = asked.network_key() {
        let of_network = stranger_counts::count_today(conn, &name_of(network_key), now).await?;
        if let Some(room_at) = of_network.room_at(stranger::WRONG_CODES_OF_NETWORK) {
            return Err(too_often(room_at - now));
        }
    }
    let in_all = stranger_counts::count_today(conn, Counted::WrongCode.as_str(), now).await?;
    let heard_from = in_all.last_at.map(|last| last + stranger::wait_after(in_all.n()));
    match heard_from {
        Some(from) if now < from => Err(too_often(from - now)),
        Some(_) | None => Ok(()),
    }
}

/// Counts a wrong code.
pub(super) async fn count_wrong_code(work: &UnitOfWork<'_>, asked: AnonymousCall<'_>) -> Result<(), ServiceError> {
    let (conn, now) = (work.conn(), asked.now);
    let id = || work.context().chance.uuid_v7(now);
    if let Some(network_key) = asked.network_key() {
        stranger_counts::add(conn, id(), &name_of(network_key), now).await?;
    }
    stranger_counts::add(conn, id(), Counted::WrongCode.as_str(), now).await?;
    let in_all = stranger_counts::count_today(conn, Counted::WrongCode.as_str(), now).await?.n();
    if in_all == stranger::WRONG_CODES_ALARM {
        tracing::error!(count = in_all, "Unusually many wrong sign-in codes in a day: somebody may be guessing");
    }
    Ok(())
}

fn name_of(network_key: &str) -> String {
    format!("{}/{network_key}", Counted::WrongCode.as_str())
}

fn too_often(wait: Duration) -> ServiceError {
    ServiceError::TooOften { retry_after_seconds: seconds(wait) }
}

fn seconds(wait: Duration) -> u64 {
    wait.num_seconds().max(0).unsigned_abs() + 1
}

/// How often strangers did something in the last day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DoneToday {
    /// What.
    pub what: Counted,
    /// How often.
    pub count: u64,
}

impl DoneToday {
    /// Whether Kurve is to know.
    pub fn is_unusual(&self) -> bool {
        self.count >= self.what.alarm()
    }
}

/// What strangers did in the last day.
pub async fn list_counts(conn: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<Vec<DoneToday>, StoreError> {
    let mut counts = vec![];
    for what in Counted::iter() {
        let count = stranger_counts::count_today(conn, what.as_str(), now).await?.n();
        counts.push(DoneToday { what, count });
    }
    Ok(counts)
}
