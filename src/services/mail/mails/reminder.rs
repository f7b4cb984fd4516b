//! What waits on the reader, over all their connections.

use chrono::{DateTime, Duration, Utc};

use super::{Mail, bodies, phrases, subject};
use crate::crypto::mail_token::Subscription;
use crate::domain::notice::MailKind;
use crate::domain::onboarding::Step;
use crate::domain::reminder::person::PersonReminder;
use crate::domain::unsent::UnsentReason;
use crate::links;
use crate::services::mail::draft::{Claim, Draft, DraftRequest, NotSent};
use crate::services::people::addresses;
use crate::services::reminders::{ReminderContent, Scene, load_content};
use crate::services::{Context, ServiceError};
use crate::store::StoreError;
use crate::store::mail::outbox;
use crate::store::reminders;
use crate::words;

pub(super) struct Reminder {
    name: String,
    /// The longest waiting first; never empty.
    items: Vec<ReminderItem>,
    /// Where reminders are put off.
    later: String,
    stop_link: String,
}

impl Mail for Reminder {
    const NAME: &'static str = "Herinnering";

    async fn draft(request: DraftRequest<'_>) -> Result<Draft, NotSent> {
        let context = request.context;
        let id = request.mail.about.reminders.ok_or(ServiceError::Broken("a reminder mail without reminders"))?;
        let kept = reminders::find_mail(context.db.reader(), id).await?;
        let kept = kept.ok_or(NotSent::NotNeeded(UnsentReason::RemindersGone))?;
        let ReminderContent { open, opens_at, unreadable, .. } = load_content(context, &kept, request.now).await?;
        if let (true, Some(opening)) = (open.is_empty(), opens_at) {
            return Err(NotSent::Later(opening, UnsentReason::OutsideWorkingHours));
        }
        if let (true, Some(error)) = (open.is_empty(), unreadable) {
            return Err(error.into());
        }
        let (first_scene, first) = open.first().ok_or(NotSent::NotNeeded(UnsentReason::EverythingDone))?;
        let receiver = first_scene.contacts.iter().find(|contact| contact.id == first.contact);
        let receiver = receiver.ok_or(NotSent::NotNeeded(UnsentReason::ContactRemoved))?;
        for (scene, one) in &open {
            if let Some(told_at) = told_at(request, scene, one).await? {
                return Err(NotSent::Later(told_at + AN_HOUR, UnsentReason::ToldAnHourAgo));
            }
        }
        let mail = Self {
            name: receiver.name.to_string(),
            items: open.iter().map(|(scene, one)| ReminderItem::of(context, scene, one)).collect(),
            later: context.base.to(&links::SCHOOL_REMINDERS.at(first_scene.connection.id)),
            stop_link: addresses::stop_link(context, Subscription::Reminders, receiver.email.as_str()),
        };
        let claim = Some(Claim::ReminderDay(id));
        Ok(Draft { claim, ..Draft::to_contact(context, &mail, receiver)? })
    }

    fn subject(&self) -> String {
        let is_one_school = self.items.windows(2).all(|pair| pair[0].brin == pair[1].brin);
        match self.items.as_slice() {
            [only] => {
                let what = format!("Herinnering: {}", words::step_do(only.step));
                subject::about_named(&subject::shortened(&only.school), &what)
            }
            [first, ..] => {
                let name = subject::shortened(&first.school);
                let schools = if is_one_school { name } else { format!("{name} en andere") };
                subject::about_named(&schools, &format!("Herinnering: doe nog {} stappen", self.items.len()))
            }
            [] => "Koppelklaar: er staat niets meer open".to_owned(),
        }
    }

    bodies!(Reminder, "mail/reminder.txt", "mail/reminder.html");

    fn reader(&self) -> &str {
        &self.name
    }

    fn stop_link(&self) -> Option<&str> {
        Some(&self.stop_link)
    }

    #[cfg(test)]
    fn sample() -> Self {
        use super::samples;

        let item = |school: &str, brin: &str, step| ReminderItem {
            school: school.into(),
            brin: brin.into(),
            step,
            since: "maandag 2 november 2026".into(),
            link: samples::LINK.into(),
        };
        Self {
            name: samples::NAME.into(),
            items: vec![
                item(samples::NASTY_NAME, "12AB", Step::QueryExecuted),
                item("Het Molenveld", "34CD", Step::ConsentGiven),
            ],
            later: "https://koppelklaar.example/later".into(),
            stop_link: samples::STOP_LINK.into(),
        }
    }
}

/// No mail says what another said so short ago.
const AN_HOUR: Duration = Duration::hours(1);

/// The mails that tell one person how to do a step.
const TELL_OF_A_STEP: [MailKind; 4] =
    [MailKind::StepHandedOver, MailKind::StepSentBack, MailKind::StepLost, MailKind::StuckAnswered];

/// When another mail told the reader of the step, if that was less than an hour ago. Not where they asked to be repeated
/// what may have arrived.
async fn told_at(
    request: DraftRequest<'_>,
    scene: &Scene,
    one: &PersonReminder,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    if request.is_preview || request.mail.may_have_arrived() {
        return Ok(None);
    }
    let conn = request.context.db.reader();
    let told = outbox::list_to_contact(conn, scene.connection.id, one.contact, &TELL_OF_A_STEP).await?;
    let of_step = told.iter().filter(|mail| mail.about.step == Some(one.reminder.step));
    Ok(of_step.filter_map(|mail| mail.sent_at).max().filter(|at| request.now < *at + AN_HOUR))
}

/// One step that the reader holds.
struct ReminderItem {
    school: String,
    brin: String,
    step: Step,
    /// A date in words.
    since: String,
    /// The page of the step.
    link: String,
}

impl ReminderItem {
    fn of(context: &Context, scene: &Scene, one: &PersonReminder) -> Self {
        Self {
            school: scene.connection.details.name.to_string(),
            brin: scene.connection.carried.to_string(),
            step: one.reminder.step,
            since: words::date_nl(one.reminder.since),
            link: context.base.to(&links::SCHOOL_STEP.step(scene.connection.id, one.reminder.step)),
        }
    }
}
