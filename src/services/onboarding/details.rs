//! What a connection and its schools gave of themselves: given again by the school, changed by Kurve.

use crate::domain::audit::Action;
use crate::domain::connection::{Connection, ConnectionDetails};
use crate::domain::ids::ConnectionId;
use crate::domain::onboarding::{Command, Ground, Refusal, Step};
use crate::domain::school::{School, SchoolDetails};
use crate::domain::text::Brin;
use crate::services::onboarding::onboardings;
use crate::services::people::contacts;
use crate::services::unit_of_work::UnitOfWork;
use crate::services::{Call, Context, ServiceError};
use crate::store::onboarding::{connections, schools};
use crate::store::{self, StoreError};

/// Other details of a connection, and of its school while it carries one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDetails {
    /// Those of the connection; its only school is called the same.
    pub connection: ConnectionDetails,
    /// The BRIN of its only school; passed over when there are more.
    pub brin: Option<Brin>,
}

/// Kurve changes the details of a connection. The domain, and the BRIN of an only school, stay once credentials are
/// issued on them: to change those, send the step back. With another of them nobody is vouched for any more.
///
/// # Errors
/// `BrinTaken`, `Conflict` on a stale page, `Forbidden` for who may not act.
pub async fn change(
    context: &Context,
    call: &Call,
    connection: ConnectionId,
    details: &NewDetails,
    seen: i32,
) -> Result<(), ServiceError> {
    call.check_may_act()?;
    let mut work = UnitOfWork::begin(context, call).await?;
    let onboarding = store::onboarding::onboardings::load_for_update(work.conn(), connection).await?;
    let known = Known::load(&work, connection).await?;
    if onboarding.version != seen {
        return Err(ServiceError::Conflict);
    }
    let is_other = known.is_other_magister(details);
    if is_other && onboarding.state.is_yes(Step::CredentialsIssued) {
        return Err(Refusal::DetailsInUse.into());
    }
    known.save(&work, call, details).await?;
    // The answers stay as they are; the version tells a colleague with an older page that something changed.
    let version = store::onboarding::onboardings::save(work.conn(), connection, &onboarding, call.now).await?;
    work.note_version(Some(connection), Some(version), Action::DetailsChanged);
    if is_other {
        contacts::clear_vouches(&mut work, connection, Some(version)).await?;
    }
    work.finish().await
}

/// The school gives its details again, after they were sent or taken back.
///
/// # Errors
/// `BrinTaken`; `Refused` when the details are in use.
pub async fn submit(
    context: &Context,
    call: &Call,
    connection: ConnectionId,
    details: &NewDetails,
) -> Result<(), ServiceError> {
    let mut work = UnitOfWork::begin(context, call).await?;
    let held = store::onboarding::onboardings::load_for_update(work.conn(), connection).await?;
    let known = Known::load(&work, connection).await?;
    if held.state.is_yes(Step::DetailsSubmitted) {
        return Err(Refusal::AlreadyDone { step: Step::DetailsSubmitted }.into());
    }
    let command = Command::Claim { step: Step::DetailsSubmitted, ground: Ground::Word, credential_version: None };
    // Judged first: who may not send details does not learn either which BRIN numbers are taken.
    onboardings::change_all(&mut work, call, connection, held, &[command]).await?;
    known.save(&work, call, details).await?;
    work.note(Some(connection), Action::DetailsChanged);
    if known.is_other_magister(details) {
        contacts::clear_vouches(&mut work, connection, None).await?;
    }
    work.finish().await
}

/// What is known before a change.
struct Known {
    connection: Connection,
    schools: Vec<School>,
}

impl Known {
    async fn load(work: &UnitOfWork<'_>, connection: ConnectionId) -> Result<Self, ServiceError> {
        let schools = schools::list(work.conn(), connection).await?;
        Ok(Self { connection: connections::load(work.conn(), connection).await?, schools })
    }

    /// The only school, with the BRIN that it is to have.
    fn only_school<'a>(&'a self, details: &'a NewDetails) -> Option<(&'a School, &'a Brin)> {
        match &*self.schools {
            [only] => Some((only, details.brin.as_ref().unwrap_or(&only.details.brin))),
            _ => None,
        }
    }

    /// Whether people vouched for before say nothing about what is given now.
    fn is_other_magister(&self, details: &NewDetails) -> bool {
        let is_other_school = |(only, brin): (&School, &Brin)| only.details.brin.key() != brin.key();
        self.connection.details.domain != details.connection.domain
            || self.only_school(details).is_some_and(is_other_school)
    }

    async fn save(&self, work: &UnitOfWork<'_>, call: &Call, details: &NewDetails) -> Result<(), ServiceError> {
        connections::save_details(work.conn(), self.connection.id, &details.connection, call.now).await?;
        let Some((only, brin)) = self.only_school(details) else { return Ok(()) };
        let new = SchoolDetails { name: details.connection.name.clone(), brin: brin.clone() };
        match schools::save_details(work.conn(), only.id, &new, call.now).await {
            Err(StoreError::Taken) => return Err(ServiceError::BrinTaken),
            other => other?,
        }
        connections::save_carried(work.conn(), self.connection.id).await?;
        Ok(())
    }
}
