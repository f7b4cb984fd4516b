//! The content of a reminder mail at the moment of sending: which of its reminders are still due, and at which of its
//! connections nobody works by then. Their reminders go later, in a mail of their own, so that nobody waits for another
//! connection's holidays.

use chrono::{DateTime, Days, NaiveTime, Utc};

use super::{Scene, put_in_outbox};
use crate::domain::actor::Actor;
use crate::domain::check::Truths;
use crate::domain::ids::{ConnectionId, MailId, ReminderMailId};
use crate::domain::onboarding::Party;
use crate::domain::onboarding::decide::amsterdam_date;
use crate::domain::reminder;
use crate::domain::reminder::hours::moment_on;
use crate::domain::reminder::person::PersonReminder;
use crate::services::checks;
use crate::services::operations::holidays;
use crate::services::unit_of_work::UnitOfWork;
use crate::services::{Call, Context, ServiceError};
use crate::store::mail::mail_connections;
use crate::store::reminders::ReminderMail;
use crate::store::{StoreError, reminders};

/// What is still wanted of a mail: a step done or handed over meanwhile is left out, and a reminder of which a later
/// one was planned.
pub(in crate::services) struct ReminderContent {
    /// What may go now, each with its connection.
    pub(in crate::services) open: Vec<(Scene, PersonReminder)>,
    /// What is wanted at connections where nobody works now.
    closed: Vec<PersonReminder>,
    /// When the first of those opens.
    pub(in crate::services) opens_at: Option<DateTime<Utc>>,
    /// Why a connection could not be looked at, if one could not; the others do not wait for it.
    pub(in crate::services) unreadable: Option<StoreError>,
}

/// Looks again at the moment of sending.
pub(in crate::services) async fn load_content(
    context: &Context,
    mail: &ReminderMail,
    now: DateTime<Utc>,
) -> Result<ReminderContent, ServiceError> {
    let (holidays, hours) = (holidays::current(context).await?, context.reminders.policy.hours);
    let mut content = ReminderContent { open: vec![], closed: vec![], opens_at: None, unreadable: None };
    for one in &mail.about {
        let scene = match Scene::load(context, context.db.reader(), one.connection).await {
            Ok(scene) => scene,
            Err(error @ StoreError::CorruptRow { .. }) => {
                tracing::error!(connection.id = %one.connection, error = %error, "Left a school out of a reminder");
                content.unreadable = Some(error);
                continue;
            }
            Err(error) => return Err(error.into()),
        };
        let is_wanted = scene.receivers(one.reminder.step).contains(&one.contact)
            && reminder::is_still_wanted(&one.reminder, &scene.situation(), now);
        // The newest check may say since that Kurve is to act first.
        let newest = if is_wanted { checks::newest(context, one.connection).await? } else { None };
        let truths = Truths { state: scene.situation().onboarding, newest };
        if !is_wanted || truths.holder(one.reminder.step) != Some(Party::School) {
            continue;
        }
        let opening = scene.calendar(&holidays).next_opening(now, scene.connection.details.region, hours);
        if opening <= now {
            content.open.push((scene, *one));
        } else {
            content.closed.push(*one);
            content.opens_at = Some(content.opens_at.map_or(opening, |first| first.min(opening)));
        }
    }
    Ok(content)
}

/// Makes a mail that is about to go the person's mail of today; when the person has another one today, it answers when
/// the next day begins.
pub(in crate::services) async fn claim_day(
    context: &Context,
    id: ReminderMailId,
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    let today = amsterdam_date(now);
    match reminders::move_to(context.db.writer(), id, today).await {
        Ok(()) => Ok(None),
        Err(StoreError::Taken) => Ok(Some(moment_on(today + Days::new(1), NaiveTime::MIN))),
        Err(error) => Err(error),
    }
}

/// Puts the reminders of connections where nobody works now in a mail of their own, of the first day that the person
/// has free once people work there again.
pub(in crate::services) async fn set_closed_apart(
    context: &Context,
    mail: MailId,
    id: ReminderMailId,
    now: DateTime<Utc>,
) -> Result<(), ServiceError> {
    let kept = reminders::find_mail(context.db.reader(), id).await?.filter(|kept| kept.about.len() > 1);
    let Some(kept) = kept else { return Ok(()) };
    let ReminderContent { closed, opens_at: Some(opens_at), .. } = load_content(context, &kept, now).await? else {
        return Ok(());
    };
    let rest: Vec<PersonReminder> = kept.about.iter().filter(|one| !closed.contains(one)).copied().collect();
    let is_gone = |school: &ConnectionId| rest.iter().all(|one| one.connection != *school);
    let gone: Vec<ConnectionId> = closed.iter().map(|one| one.connection).filter(is_gone).collect();
    let call = Call::by_machine(Actor::Clock, now, "closed_school");
    let mut work = UnitOfWork::begin(context, &call).await?;
    let is_done = reminders::replace_about(work.conn(), &kept, rest).await?;
    if !is_done {
        // Another worker did.
        return Ok(());
    }
    mail_connections::delete(work.conn(), mail, gone).await?;
    let taken = reminders::list_days_from(work.conn(), &kept.address_key, amsterdam_date(opens_at)).await?;
    let mut days = amsterdam_date(opens_at).iter_days();
    let day = days.find(|day| !taken.contains(day)).ok_or(ServiceError::Broken("no day is free any more"))?;
    let id = ReminderMailId::from_uuid(context.chance.uuid_v7(now));
    let later = ReminderMail { id, address_key: kept.address_key, about: closed };
    put_in_outbox(&mut work, &later, day, now).await?;
    work.finish().await
}
