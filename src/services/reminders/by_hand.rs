//! Reminding because Kurve wants it now: of everything that the school holds, in the mail of the day of each person.
//!
//! It counts as a reminder that went out: the next one comes as many working days later as it would have come after the
//! last, and who was silent is given that time again.

use super::{Scene, put_in_outbox};
use crate::domain::bulk::WhyNot;
use crate::domain::check::Truths;
use crate::domain::ids::{ConnectionId, ReminderMailId};
use crate::domain::onboarding::Party;
use crate::domain::onboarding::decide::amsterdam_date;
use crate::domain::onboarding::progress::OpenStep;
use crate::domain::reminder::person::PersonMail;
use crate::domain::reminder::{self, DueAtSchool, DueReminder, OneMailEach, Receiver, ReminderStage};
use crate::domain::school::Contact;
use crate::services::unit_of_work::UnitOfWork;
use crate::services::{Call, ServiceError};
use crate::store::checks::check_status;
use crate::store::onboarding::onboardings;
use crate::store::reminders::{self, ReminderMail};

/// Puts the mails in the outbox that remind the school of what it holds, within a change under way; or says why there are
/// none.
pub(in crate::services) async fn remind_now(
    work: &mut UnitOfWork<'_>,
    call: &Call,
    connection: ConnectionId,
) -> Result<Result<(), WhyNot>, ServiceError> {
    let (context, today) = (work.context(), amsterdam_date(call.now));
    onboardings::load_for_update(work.conn(), connection).await?;
    let scene = Scene::load(context, work.conn(), connection).await?;
    if let Some(why) = WhyNot::of_lifecycle(scene.onboarding.state.lifecycle()) {
        return Ok(Err(why));
    }
    if let Some(until) = scene.arrangement.rests_until(today) {
        return Ok(Err(WhyNot::Snoozed { until }));
    }
    let newest = check_status::load(work.conn(), connection).await?.newest();
    let newest = newest.filter(|_| context.check_policy.makes_checks());
    let truths = Truths { state: &scene.onboarding.state, newest };
    let held: Vec<OpenStep> = truths.open_steps().into_iter().filter(|open| open.holder == Party::School).collect();
    if held.is_empty() {
        return Ok(Err(WhyNot::NotSchoolsTurn));
    }
    let due: Vec<DueAtSchool> = held.iter().map(|open| due(work, &scene, open, call)).collect();
    let people = due.iter().flat_map(|due| &due.receivers).map(|one| one.address_key.clone()).collect();
    let mailed = reminders::list_mailed_of(work.conn(), today, people).await?;
    let OneMailEach { mails, sent, postponed, unreceived: _ } = reminder::one_mail_each(&due, &mailed, today);
    if mails.is_empty() {
        return Ok(Err(if postponed.is_empty() { WhyNot::NobodyToRemind } else { WhyNot::MailedToday }));
    }
    for (school, reminder) in &sent {
        let id = context.chance.uuid_v7(call.now);
        reminders::insert_sent(work.conn(), id, *school, reminder, call.now).await?;
    }
    for PersonMail { address_key, about } in mails {
        let id = ReminderMailId::from_uuid(context.chance.uuid_v7(call.now));
        put_in_outbox(work, &ReminderMail { id, address_key, about }, today, call.now).await?;
    }
    reminders::ask_attention(work.conn(), connection, call.now).await?;
    Ok(Ok(()))
}

/// A reminder of the day on which it was asked for.
fn due(work: &UnitOfWork<'_>, scene: &Scene, open: &OpenStep, call: &Call) -> DueAtSchool {
    let receivers = scene.receivers(open.step);
    let keys = &work.context().keys;
    let receiver =
        |contact: &Contact| Receiver { contact: contact.id, address_key: keys.email_key(&contact.email.key_form()) };
    let meant = scene.reminded.iter().filter(|contact| receivers.contains(&contact.id));
    DueAtSchool {
        connection: scene.connection.id,
        reminder: DueReminder {
            step: open.step,
            stage: ReminderStage::Asked(amsterdam_date(call.now)),
            since: open.since,
        },
        receivers: meant.map(receiver).collect(),
    }
}
