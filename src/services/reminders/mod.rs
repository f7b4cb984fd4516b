//! Reminding who holds the ball: once per step and stage, one mail a day per person, in working hours.
//!
//! What goes out follows from what went out before, so this may run at any moment and as often as one likes. The
//! database keeps each reminder and each person's day single, also with several instances. What becomes of a mail at
//! the moment of sending is in [`content`].

mod by_hand;
mod content;
mod rules;

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};

use crate::domain::actor::Actor;
use crate::domain::address_mark::AddressMark;
use crate::domain::check::Truths;
use crate::domain::connection::Connection;
use crate::domain::ids::{ConnectionId, ContactId, ReminderMailId};
use crate::domain::notice::{About, MailKind};
use crate::domain::onboarding::decide::amsterdam_date;
use crate::domain::onboarding::{Party, Step};
use crate::domain::reminder::{
    self, Arrangement, DueAtSchool, OneMailEach, PersonMail, Receiver, ReminderPolicy, SchoolHolidays, Situation,
    Upcoming, WorkingCalendar,
};
use crate::domain::school::Contact;
use crate::services::checks;
use crate::services::operations::holidays;
use crate::services::people::addresses;
use crate::services::unit_of_work::{NewMail, UnitOfWork};
use crate::services::{Call, Context, ServiceError};
use crate::store::onboarding::onboardings::Versioned;
use crate::store::onboarding::{arrangements, connections, onboardings};
use crate::store::people::contacts;
use crate::store::reminders::{Attention, Due, PlanCursor, ReminderMail};
use crate::store::{ConnectionTrait, StoreError, reminders};

pub use rules::ReminderRules;

pub(in crate::services) use by_hand::remind_now;
pub(super) use content::{ReminderContent, claim_day, load_content, set_closed_apart};

/// When Kurve gets its digest, in the Netherlands, on working days.
pub const DIGEST_TIME: NaiveTime = NaiveTime::from_hms_opt(8, 30, 0).expect("half past eight exists");

/// The others of the contacts of a round's connections are looked at too, as far as they fit in so many rounds.
const WIDEST_ROUNDS: usize = 4;

/// How often a round is planned anew because another one was faster: from what is left then.
const LOOKS: u32 = 3;

/// What a round of the planner did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Round {
    /// How many mails it put in the outbox.
    pub planned: u64,
    /// Where the next one goes on, if there may be more to do. What cannot be looked at lies before it, and holds up
    /// nothing behind it.
    pub next: Option<PlanCursor>,
}

/// One connection, as far as reminders go.
pub(super) struct Scene {
    pub(super) connection: Connection,
    pub(super) onboarding: Versioned,
    pub(super) contacts: Vec<Contact>,
    /// Whom a reminder may go to: mail arrives there, and they want it.
    reminded: Vec<Contact>,
    /// Where mail does not arrive.
    bounced: BTreeSet<ContactId>,
    sent: Vec<reminder::SentReminder>,
    arrangement: Arrangement,
}

impl Scene {
    pub(super) async fn load(
        context: &Context,
        conn: &impl ConnectionTrait,
        id: ConnectionId,
    ) -> Result<Self, StoreError> {
        let contacts = contacts::list(conn, id).await?;
        let marks = addresses::find_marks(context, conn, &contacts).await?;
        let bounced = marks.iter().filter(|(_, mark)| mark.bounced.is_some()).map(|(id, _)| *id).collect();
        let is_reminded = |one: &&Contact| marks.get(&one.id).is_none_or(AddressMark::takes_reminders);
        Ok(Self {
            connection: connections::load(conn, id).await?,
            onboarding: onboardings::load(conn, id).await?,
            reminded: contacts.iter().filter(is_reminded).cloned().collect(),
            contacts,
            bounced,
            sent: reminders::list_sent(conn, id).await?,
            arrangement: arrangements::load(conn, id).await?,
        })
    }

    pub(super) fn situation(&self) -> Situation<'_> {
        Situation {
            region: self.connection.details.region,
            onboarding: &self.onboarding.state,
            sent: &self.sent,
            snoozed_until: self.arrangement.snoozed_until,
            counts_from: self.arrangement.counts_from,
        }
    }

    fn calendar<'a>(&'a self, holidays: &'a SchoolHolidays) -> WorkingCalendar<'a> {
        WorkingCalendar { holidays, own_days: &self.arrangement.own_days }
    }

    /// Who of the contacts is reminded of a step now.
    fn receivers(&self, step: Step) -> Vec<ContactId> {
        reminder::receivers(step, self.onboarding.state.handed_to(step), &self.reminded)
    }

    /// What comes, with who does not get it of those for whom it is.
    fn planned(&self, next: Upcoming) -> Planned {
        let gets = self.receivers(next.step);
        let meant = reminder::receivers(next.step, self.onboarding.state.handed_to(next.step), &self.contacts);
        let missed = self.contacts.iter().filter(|one| meant.contains(&one.id) && !gets.contains(&one.id));
        let missed =
            missed.map(|one| Missed { name: one.name.to_string(), is_bounced: self.bounced.contains(&one.id) });
        Planned { next, missed: missed.collect(), reaches_nobody: gets.is_empty() }
    }

    fn due(&self, context: &Context, holidays: &SchoolHolidays, now: DateTime<Utc>) -> Vec<DueAtSchool> {
        let to_due = |reminder: reminder::DueReminder| {
            let ids = self.receivers(reminder.step);
            let meant = self.reminded.iter().filter(|contact| ids.contains(&contact.id));
            let receivers = meant
                .map(|contact| Receiver {
                    contact: contact.id,
                    address_key: context.keys.email_key(&contact.email.key_form()),
                })
                .collect();
            DueAtSchool { connection: self.connection.id, reminder, receivers }
        };
        let policy = &context.reminders.policy;
        let plan = reminder::plan(policy, &self.calendar(holidays), &self.situation(), now);
        plan.due.into_iter().map(to_due).collect()
    }
}

/// Puts the reminder mails in the outbox that are due after a place: one round of them.
///
/// # Errors
/// When the store fails; then nothing of the round was kept as sent.
pub async fn plan_due(context: &Context, now: DateTime<Utc>, after: Option<PlanCursor>) -> Result<Round, ServiceError> {
    for _ in 1..LOOKS {
        match plan_round(context, now, after).await {
            // Another instance planned the same meanwhile, or the post made a late mail somebody's mail of today.
            Err(ServiceError::Store(StoreError::Taken | StoreError::Conflict)) => {}
            outcome => return outcome,
        }
    }
    plan_round(context, now, after).await
}

async fn plan_round(context: &Context, now: DateTime<Utc>, after: Option<PlanCursor>) -> Result<Round, ServiceError> {
    let Due { mut schools, next } =
        reminders::list_needing_attention(context.db.reader(), now, after, context.reminders.round).await?;
    if schools.is_empty() {
        return Ok(Round { planned: 0, next: None });
    }
    if next.is_some() {
        add_those_of_same_people(context, now, &mut schools).await?;
    }
    let holidays = holidays::current(context).await?;
    let call = Call::by_machine(Actor::Clock, now, "plan_reminders");
    let mut work = UnitOfWork::begin(context, &call).await?;
    let mut scenes = vec![];
    for id in schools {
        match Scene::load(context, work.conn(), id).await {
            Ok(scene) => scenes.push(scene),
            Err(error) => {
                tracing::error!(connection.id = %id, error = %error, "Could not look at the reminders of a school")
            }
        }
    }
    let due: Vec<DueAtSchool> = scenes.iter().flat_map(|scene| scene.due(context, &holidays, now)).collect();
    let today = amsterdam_date(now);
    let mailed = reminders::list_mailed_on(work.conn(), today).await?;
    let OneMailEach { mails, sent, postponed: _, unreceived } = reminder::one_mail_each(&due, &mailed, today);
    for (school, reminder) in sent.iter().chain(&unreceived) {
        let id = context.chance.uuid_v7(now);
        reminders::insert_sent(work.conn(), id, *school, reminder, now).await?;
    }
    let planned = mails.len() as u64;
    for PersonMail { address_key, about } in mails {
        let id = ReminderMailId::from_uuid(context.chance.uuid_v7(now));
        put_in_outbox(&mut work, &ReminderMail { id, address_key, about }, today, now).await?;
    }
    // By id, as whoever takes many schools does.
    scenes.sort_by_key(|scene| scene.connection.id);
    for scene in &scenes {
        note_attention(&work, scene, &scene.calendar(&holidays), &context.reminders.policy, now).await?;
    }
    work.finish().await?;
    Ok(Round { planned, next })
}

/// Adds the connections of the next rounds that share a contact with those of this one: what a person is reminded of on
/// one day is one mail.
async fn add_those_of_same_people(
    context: &Context,
    now: DateTime<Utc>,
    schools: &mut Vec<ConnectionId>,
) -> Result<(), ServiceError> {
    let widest = schools.len() * WIDEST_ROUNDS;
    while schools.len() < widest {
        let more = reminders::list_due_of_same_people(context.db.reader(), now, schools).await?;
        if more.is_empty() {
            break;
        }
        schools.extend(more.into_iter().take(widest - schools.len()));
    }
    Ok(())
}

/// Keeps a mail as the person's mail of a day, and calls for it.
async fn put_in_outbox(
    work: &mut UnitOfWork<'_>,
    mail: &ReminderMail,
    date: NaiveDate,
    now: DateTime<Utc>,
) -> Result<(), ServiceError> {
    reminders::insert_mail(work.conn(), mail, date, now).await?;
    let first = mail.about.first().ok_or(ServiceError::Broken("a reminder mail about nothing"))?;
    let letter = NewMail {
        kind: MailKind::Reminder,
        connection: None,
        contact: Some(first.contact),
        about: About { reminders: Some(mail.id), ..About::default() },
        occasion: mail.id.to_string(),
    };
    work.mail_about(mail.about.iter().map(|one| one.connection).collect(), letter);
    Ok(())
}

/// Reads what was just kept as sent, so that the next moment follows from it.
async fn note_attention(
    work: &UnitOfWork<'_>,
    scene: &Scene,
    calendar: &WorkingCalendar<'_>,
    policy: &ReminderPolicy,
    now: DateTime<Utc>,
) -> Result<(), ServiceError> {
    let sent = reminders::list_sent(work.conn(), scene.connection.id).await?;
    let situation = Situation { sent: &sent, ..scene.situation() };
    let mut plan = reminder::plan(policy, calendar, &situation, now);
    if !plan.due.is_empty() {
        // Somebody had a mail today: all of it comes at the next opening.
        let tomorrow = reminder::hours::moment_on(amsterdam_date(now) + chrono::Days::new(1), NaiveTime::MIN);
        plan.next_at = Some(calendar.next_opening(tomorrow, situation.region, policy.hours));
    }
    let attention = Attention { next_at: plan.next_at, no_answer_since: plan.no_answer_since };
    let version = scene.onboarding.version;
    Ok(reminders::save_attention(work.conn(), scene.connection.id, version, now, attention).await?)
}

/// What comes next for a step, and whom of those for whom it is it does not get to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// What comes, and when.
    pub next: Upcoming,
    /// Who does not get it.
    pub missed: Vec<Missed>,
    /// Nobody gets it.
    pub reaches_nobody: bool,
}

/// Somebody whom a reminder does not get to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missed {
    /// Their name.
    pub name: String,
    /// Mail does not arrive there; else they want no reminders.
    pub is_bounced: bool,
}

/// What comes next for each step that the school holds, and when, for the page that shows it.
///
/// # Errors
/// `NotFound` when there is no such connection.
pub async fn list_upcoming(
    context: &Context,
    connection: ConnectionId,
    now: DateTime<Utc>,
) -> Result<Vec<Planned>, ServiceError> {
    let holidays = holidays::current(context).await?;
    let scene = Scene::load(context, context.db.reader(), connection).await?;
    let (policy, calendar) = (&context.reminders.policy, scene.calendar(&holidays));
    let mut upcoming = reminder::upcoming(policy, &calendar, &scene.situation(), now);
    // As when it goes: the newest check may say that Kurve is to act first.
    let truths = Truths { state: &scene.onboarding.state, newest: checks::newest(context, connection).await? };
    upcoming.retain(|next| truths.holder(next.step) == Some(Party::School));
    // What is late goes out as soon as it may.
    let soonest = calendar.next_opening(now, scene.connection.details.region, policy.hours);
    for next in upcoming.iter_mut().filter(|next| matches!(next.kind, reminder::UpcomingKind::Reminder(_))) {
        next.at = next.at.max(soonest);
    }
    Ok(upcoming.into_iter().map(|next| scene.planned(next)).collect())
}

/// The outbox row of a digest that is due, put in once a day: on working days, from [`DIGEST_TIME`] on. One that was due
/// on another day is not asked for at night: it would be that of today, before today began.
pub async fn ask_digest(context: &Context, now: DateTime<Utc>) -> Result<u64, ServiceError> {
    let today = amsterdam_date(now);
    let is_time = reminder::national::is_office_day(today) && now >= reminder::hours::moment_on(today, DIGEST_TIME);
    if !is_time || addresses::is_stopped(context, &addresses::digest_of(context)).await? {
        return Ok(0);
    }
    let call = Call::by_machine(Actor::Clock, now, "digest");
    let mut work = UnitOfWork::begin(context, &call).await?;
    work.mail(NewMail {
        kind: MailKind::Digest,
        connection: None,
        contact: None,
        about: About::default(),
        occasion: today.to_string(),
    });
    work.finish().await?;
    Ok(1)
}
