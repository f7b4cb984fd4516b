//! Looking for a person everywhere.

use super::sealed;
use crate::domain::ids::RegistrationId;
use crate::domain::privacy::{Person, Section};
use crate::domain::text::EmailAddress;
use crate::services::{Context, ServiceError};
use crate::store::ConnectionTrait;
use crate::store::privacy::{self, AuditTraces, Known, Traces};

/// What was found of a person.
pub(super) struct Found {
    pub(super) known: Known,
    pub(super) person: Person,
    pub(super) traces: Traces,
    pub(super) audit: AuditTraces,
}

impl Found {
    /// Everything, by sort.
    pub(super) fn sections(&self) -> Vec<Section> {
        self.traces.sections(&self.known, &self.audit)
    }
}

/// Who has an address here.
pub(super) async fn know(
    context: &Context,
    conn: &impl ConnectionTrait,
    address: &EmailAddress,
) -> Result<Known, ServiceError> {
    Ok(Known::load(conn, &context.keys.email_key(&address.key_form())).await?)
}

/// Everything that is kept of them.
pub(super) async fn find(
    context: &Context,
    conn: &impl ConnectionTrait,
    address: &EmailAddress,
    known: Known,
) -> Result<Found, ServiceError> {
    let mut person = known.person(address);
    let opened = sealed::open(context, conn, address, &person).await?;
    person.registrations = opened.registrations.iter().map(|row| RegistrationId::from_uuid(row.id)).collect();
    let traces = privacy::find(conn, &known, &person, opened).await?;
    let audit = privacy::scan(conn, &person).await?;
    Ok(Found { known, person, traces, audit })
}
