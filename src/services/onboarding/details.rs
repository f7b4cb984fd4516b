//! What a connection and its schools gave of themselves: given again by the school, changed by Kurve.

use crate::domain::actor::Actor;
use crate::domain::audit::Action;
use crate::domain::check::{Advice, CheckCode};
use crate::domain::connection::{Connection, ConnectionDetails};
use crate::domain::ids::ConnectionId;
use crate::domain::join::{Asker, JoinKind, JoinRequest};
use crate::domain::onboarding::{Answer, Command, Ground, Onboarding, Refusal, SchoolProgress, Step};
use crate::domain::school::{School, SchoolDetails, SchoolRef};
use crate::domain::text::{Brin, SchoolDomain};
use crate::services::onboarding::access;
use crate::services::onboarding::joins::{self, Asking, Place, Wanted};
use crate::services::onboarding::onboardings::{self, ConnectionFile};
use crate::services::people::contacts;
use crate::services::unit_of_work::UnitOfWork;
use crate::services::{Call, Context, ServiceError};
use crate::store::checks::check_status::{self, CheckStatus};
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
/// `BrinTaken`, `DomainTaken`, `Conflict` on a stale page, `Forbidden` for who may not act.
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
    work.said(connection, &details.connection.name);
    match known.save_connection(&work, call, details).await {
        Err(StoreError::Taken) => return Err(domain_taken(context, &details.connection.domain).await?),
        other => other?,
    }
    match known.save_school(&work, call, details).await {
        Err(StoreError::Taken) => return Err(ServiceError::BrinTaken),
        other => other?,
    }
    known.forget_checks(&work, &details.connection.domain).await?;
    // The answers stay as they are; the version tells a colleague with an older page that something changed.
    let version = store::onboarding::onboardings::save(work.conn(), connection, &onboarding, call.now).await?;
    work.note_version(Some(connection), Some(version), Action::DetailsChanged);
    if is_other {
        contacts::clear_vouches(&mut work, connection, Some(version)).await?;
    }
    work.finish().await
}

/// Why Kurve may not give a connection this school domain.
async fn domain_taken(context: &Context, domain: &SchoolDomain) -> Result<ServiceError, ServiceError> {
    let owner = connections::find_by_domain(context.db.reader(), domain).await?;
    Ok(owner.map_or(ServiceError::Conflict, |owner| ServiceError::DomainTaken { name: owner.details.name }))
}

/// Kurve changes the name and BRIN of one of several schools. The BRIN stays while the school is activated on it.
///
/// # Errors
/// `BrinTaken`, `BrinInUse`, `Conflict` on a stale page, `NotFound` where the connection has no such school beside
/// others, `Forbidden` for who may not act.
pub async fn change_school(
    context: &Context,
    call: &Call,
    school: SchoolRef,
    details: &SchoolDetails,
    seen: i32,
) -> Result<(), ServiceError> {
    call.check_may_act()?;
    let SchoolRef { connection, school: id } = school;
    let mut work = UnitOfWork::begin(context, call).await?;
    let onboarding = store::onboarding::onboardings::load_for_update(work.conn(), connection).await?;
    if onboarding.version != seen {
        return Err(ServiceError::Conflict);
    }
    let all = schools::list(work.conn(), connection).await?;
    // The only one is called like its connection: that is changed as a whole.
    let before = all.iter().find(|one| one.id == id && all.len() > 1).ok_or(ServiceError::NotFound)?;
    let is_activated = onboarding.state.school(id).is_some_and(SchoolProgress::is_activated);
    if is_activated && before.details.brin.key() != details.brin.key() {
        return Err(ServiceError::BrinInUse);
    }
    work.said(connection, &details.name);
    match schools::save_details(work.conn(), school, details, call.now).await {
        Err(StoreError::Taken) => return Err(ServiceError::BrinTaken),
        other => other?,
    }
    let version = store::onboarding::onboardings::save(work.conn(), connection, &onboarding, call.now).await?;
    work.note_school(school, Some(version), Action::DetailsChanged);
    work.finish().await
}

/// The school gives its details again, after they were sent or taken back. A school domain or a BRIN that another
/// connection has stays as it was and becomes a request, on which Kurve decides: nobody learns here what is elsewhere.
///
/// # Errors
/// `Refused` when the details are in use.
pub async fn submit(
    context: &Context,
    call: &Call,
    connection: ConnectionId,
    details: &NewDetails,
) -> Result<(), ServiceError> {
    match try_to_submit(context, call, connection, details).await {
        // Another school was first by a moment: by now it has the BRIN or the school domain.
        Err(ServiceError::Store(StoreError::Taken)) => try_to_submit(context, call, connection, details).await,
        other => other,
    }
}

/// A contact corrects the school domain after a check found no Magister there: no check ever got further, so no step
/// rests on it and all of them stay. Nobody is vouched for any more, as with every other domain. One that another
/// connection has becomes a request, as in [`submit`].
///
/// # Errors
/// `Refused` where the newest check says something else.
pub async fn correct_domain(
    context: &Context,
    call: &Call,
    connection: ConnectionId,
    domain: &SchoolDomain,
) -> Result<(), ServiceError> {
    match try_to_correct(context, call, connection, domain).await {
        Err(ServiceError::Store(StoreError::Taken)) => try_to_correct(context, call, connection, domain).await,
        other => other,
    }
}

async fn try_to_correct(
    context: &Context,
    call: &Call,
    connection: ConnectionId,
    domain: &SchoolDomain,
) -> Result<(), ServiceError> {
    let mut work = UnitOfWork::begin(context, call).await?;
    let held = store::onboarding::onboardings::load_for_update(work.conn(), connection).await?;
    let known = Known::load(&work, connection).await?;
    let newest = check_status::load(work.conn(), connection).await?.newest();
    if !newest.is_some_and(|newest| can_correct_domain(newest.code, &held.state)) {
        return Err(Refusal::DetailsInUse.into());
    }
    let new = ConnectionDetails { domain: domain.clone(), ..known.connection.details.clone() };
    let (own, places) = known.settle(&work, &NewDetails { connection: new.clone(), brin: None }).await?;
    if own.connection.domain != known.connection.details.domain {
        known.save_connection(&work, call, &own).await?;
        contacts::clear_vouches(&mut work, connection, Some(held.version + 1)).await?;
        let version = access::save_noted(&mut work, call, connection, held).await?;
        work.note_version(Some(connection), Some(version), Action::DetailsChanged);
        // What was found was about another Magister, so nothing is known of this one.
        check_status::save(work.conn(), &CheckStatus::fresh(connection)).await?;
    }
    check_status::save_next(work.conn(), connection, Some(call.now)).await?;
    for place in places {
        known.ask(&mut work, call, &NewDetails { connection: new.clone(), brin: None }, place).await?;
    }
    work.finish().await?;
    context.check_waits.notify_waiters();
    Ok(())
}

/// Whether a contact may correct the school domain after a check that ended so.
pub fn can_correct_domain(code: CheckCode, state: &Onboarding) -> bool {
    Advice::of(code, state) == Advice::Plain(CheckCode::HostUnknown)
}

async fn try_to_submit(
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
    // Judged first: of who may not send details nothing is kept.
    onboardings::change_all(&mut work, call, connection, held, &[command]).await?;
    let (own, places) = known.settle(&work, details).await?;
    work.said(connection, &own.connection.name);
    known.save_connection(&work, call, &own).await?;
    known.save_school(&work, call, &own).await?;
    known.forget_checks(&work, &own.connection.domain).await?;
    work.note(Some(connection), Action::DetailsChanged);
    if known.is_other_magister(&own) {
        contacts::clear_vouches(&mut work, connection, None).await?;
    }
    for place in places {
        known.ask(&mut work, call, details, place).await?;
    }
    work.finish().await
}

/// What the school gave last, while it is asked for elsewhere and Kurve has not decided: its own pages show what was typed,
/// so that nobody learns from them what is here.
pub async fn find_asked(context: &Context, file: &ConnectionFile) -> Result<Option<JoinRequest>, ServiceError> {
    let given_at = file.state.answer(Step::DetailsSubmitted).map(Answer::since);
    let newest = store::onboarding::joins::find_newest_from(context.db.reader(), file.connection.id).await?;
    Ok(newest.filter(|request| given_at.is_none_or(|at| request.asked_at >= at)))
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

    /// What of these details can be kept here, and where the rest of them is.
    async fn settle(
        &self,
        work: &UnitOfWork<'_>,
        details: &NewDetails,
    ) -> Result<(NewDetails, Vec<Place>), ServiceError> {
        let (mut own, mut places) = (details.clone(), vec![]);
        if let Some((only, brin)) = self.only_school(details)
            && let Some(other) = schools::find_by_brin(work.conn(), brin).await?
            && other.id != only.id
        {
            places.push(Place { connection: other.connection, kind: JoinKind::KnownSchool { school: other.id } });
            own.brin = Some(only.details.brin.clone());
        }
        if let Some(other) = connections::find_by_domain(work.conn(), &details.connection.domain).await?
            && other.id != self.connection.id
        {
            // Where the school is asked for by its BRIN, the request says the school domain as well.
            if places.iter().all(|place| place.connection != other.id) {
                places.push(Place { connection: other.id, kind: JoinKind::OtherDomain });
            }
            own.connection.domain = self.connection.details.domain.clone();
        }
        Ok((own, places))
    }

    async fn ask(
        &self,
        work: &mut UnitOfWork<'_>,
        call: &Call,
        details: &NewDetails,
        Place { connection, kind }: Place,
    ) -> Result<(), ServiceError> {
        let Actor::Contact { id: contact, .. } = call.actor else { return Err(ServiceError::Forbidden) };
        let who = store::people::contacts::load(work.conn(), contact).await?;
        let brin = details.brin.clone().or_else(|| self.schools.first().map(|school| school.details.brin.clone()));
        let brin = brin.ok_or(ServiceError::Broken("a connection without a school"))?;
        let asking = Asking {
            connection,
            domain: details.connection.domain.clone(),
            region: details.connection.region,
            asker: Asker::Contact(who.reference()),
            email_key: work.context().keys.email_key(&who.email.key_form()),
        };
        let school = SchoolDetails { name: details.connection.name.clone(), brin };
        match joins::ask(work, call, asking, vec![Wanted { kind, school }]).await {
            // How many ask for what is elsewhere is nothing that a school learns here.
            Err(ServiceError::TooManyRequests) => {
                tracing::warn!(connection.id = %connection, "A connection has too many open requests for one more");
                Ok(())
            }
            other => other,
        }
    }

    async fn save_connection(&self, work: &UnitOfWork<'_>, call: &Call, new: &NewDetails) -> Result<(), StoreError> {
        connections::save_details(work.conn(), self.connection.id, &new.connection, call.now).await
    }

    /// What was found at another school domain was about another Magister, so nothing is known of this one: not how a check
    /// ended, nor how long its list was.
    async fn forget_checks(&self, work: &UnitOfWork<'_>, domain: &SchoolDomain) -> Result<(), StoreError> {
        let id = self.connection.id;
        if *domain == self.connection.details.domain || check_status::find(work.conn(), id).await?.is_none() {
            return Ok(());
        }
        check_status::save(work.conn(), &CheckStatus::fresh(id)).await
    }

    async fn save_school(&self, work: &UnitOfWork<'_>, call: &Call, details: &NewDetails) -> Result<(), StoreError> {
        let Some((only, brin)) = self.only_school(details) else { return Ok(()) };
        let new = SchoolDetails { name: details.connection.name.clone(), brin: brin.clone() };
        schools::save_details(work.conn(), only.reference(), &new, call.now).await?;
        connections::save_carried(work.conn(), self.connection.id).await?;
        Ok(())
    }
}
