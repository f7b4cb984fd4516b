//! Many new connections at once, each whole: for a demo at scale and for measurements. What they are was decided before.

use chrono::{DateTime, Utc};
use entity::{check_status, connection, contact, credential, holding, onboarding, reminder, school};
use sea_orm::ActiveValue::Set;

use super::credentials::StoredCredential;
use super::onboardings::Versioned;
use super::{connections, credentials, onboardings, schools};
use crate::domain::connection::Connection;
use crate::domain::reminder::SentReminder;
use crate::domain::school::{Contact, School};
use crate::store::checks::check_status::{self as statuses, CheckStatus};
use crate::store::checks::check_tally;
use crate::store::operations::insight::{self, Holding};
use crate::store::people::contacts;
use crate::store::reminders::{self, Attention};
use crate::store::{ConnectionTrait, StoreError, insert_rows};

/// A connection with all that belongs to it, but its audit.
#[derive(Debug, Clone)]
pub struct WholeConnection {
    /// The connection.
    pub connection: Connection,
    /// Its schools.
    pub schools: Vec<School>,
    /// Its contacts.
    pub contacts: Vec<KeyedContact>,
    /// Where it stands.
    pub onboarding: Versioned,
    /// When that came about.
    pub changed_at: DateTime<Utc>,
    /// When its reminders are to be looked at.
    pub attention: Attention,
    /// Every version of its credentials.
    pub credentials: Vec<StoredCredential>,
    /// Who had the ball, and who has it.
    pub holdings: Vec<Holding>,
    /// The reminders that went out.
    pub reminders: Vec<KeptReminder>,
    /// When it is checked next.
    pub next_check_at: Option<DateTime<Utc>>,
}

/// A contact with the keyed hash of the address.
#[derive(Debug, Clone)]
pub struct KeyedContact {
    /// Who.
    pub contact: Contact,
    /// For look-ups.
    pub email_key: String,
}

/// A reminder with its id.
#[derive(Debug, Clone, Copy)]
pub struct KeptReminder {
    /// Its id.
    pub id: uuid::Uuid,
    /// What went out.
    pub sent: SentReminder,
}

/// Stores new connections with all that belongs to them.
///
/// # Errors
/// `Taken` when one of them, or something of one, is here already.
pub async fn insert_all(
    conn: &impl ConnectionTrait,
    all: &[WholeConnection],
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let mut rows = Rows::default();
    for whole in all {
        rows.add(whole, now)?;
    }
    insert_rows(conn, rows.connections).await?;
    insert_rows(conn, rows.schools).await?;
    insert_rows(conn, rows.contacts).await?;
    insert_rows(conn, rows.onboardings).await?;
    insert_rows(conn, rows.credentials).await?;
    insert_rows(conn, rows.holdings).await?;
    insert_rows(conn, rows.reminders).await?;
    check_tally::add_unchecked(conn, rows.statuses.len()).await?;
    insert_rows(conn, rows.statuses).await
}

#[derive(Default)]
struct Rows {
    connections: Vec<connection::ActiveModel>,
    schools: Vec<school::ActiveModel>,
    contacts: Vec<contact::ActiveModel>,
    onboardings: Vec<onboarding::ActiveModel>,
    credentials: Vec<credential::ActiveModel>,
    holdings: Vec<holding::ActiveModel>,
    reminders: Vec<reminder::ActiveModel>,
    statuses: Vec<check_status::ActiveModel>,
}

impl Rows {
    fn add(&mut self, whole: &WholeConnection, now: DateTime<Utc>) -> Result<(), StoreError> {
        let id = whole.connection.id;
        let state = &whole.onboarding.state;
        let attention = whole.attention.within_a_month(now);
        self.connections.push(connections::to_row(&whole.connection));
        self.schools.extend(whole.schools.iter().map(|school| schools::to_row(school, state.school(school.id))));
        self.contacts.extend(whole.contacts.iter().map(|one| contacts::to_row(&one.contact, &one.email_key)));
        self.onboardings.push(onboardings::to_row(id, &whole.onboarding, whole.changed_at, attention)?);
        self.credentials.extend(whole.credentials.iter().map(credentials::to_row));
        self.holdings.extend(whole.holdings.iter().map(|holding| insight::to_row(id, holding)));
        self.reminders.extend(whole.reminders.iter().map(|kept| reminders::to_row(kept.id, id, &kept.sent)));
        if whole.next_check_at.is_some() {
            let known = CheckStatus { next_check_at: whole.next_check_at, ..CheckStatus::fresh(id) };
            let name = Set(Some(whole.connection.details.name.as_str().to_owned()));
            self.statuses.push(check_status::ActiveModel { name, ..statuses::to_row(&known)? });
        }
        Ok(())
    }
}
