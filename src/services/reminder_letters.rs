//! Reminders and the digest, written from what is true when they are sent.

use chrono::{DateTime, Utc};

use crate::domain::onboarding::progress::open_steps;
use crate::domain::onboarding::{Party, Step};
use crate::links;
use crate::mail::templates::{Content, DigestRow, ReminderItem};
use crate::services::letters::{Draft, Unsendable, write};
use crate::services::reminders::{Standing, stand};
use crate::services::{Office, ServiceError, schools};
use crate::store::outbox::OutboxMail;
use crate::store::overview::{self, Overview};
use crate::store::reminders;
use crate::words;

/// How many schools a digest names of each kind; the worklist shows the rest.
const DIGEST_ROWS: u64 = 40;

/// A reminder mail: what the person still holds now, the most urgent first.
pub(super) async fn reminder(office: &Office, mail: &OutboxMail, now: DateTime<Utc>) -> Result<Draft, Unsendable> {
    let id = mail.about.reminders.ok_or(ServiceError::Broken("a reminder mail without reminders"))?;
    let kept = reminders::find_mail(office.db.reader(), id).await?;
    let kept = kept.ok_or(Unsendable::NotNeeded("the reminders are gone"))?;
    let wanted = match stand(office, &kept, now).await? {
        Standing::NotNow(at) => return Err(Unsendable::Later(at)),
        Standing::Send(wanted) => wanted,
    };
    let (first_scene, first) = wanted.first().ok_or(Unsendable::NotNeeded("everything was done meanwhile"))?;
    let receiver = first_scene.contacts.iter().find(|contact| contact.id == first.contact);
    let receiver = receiver.ok_or(Unsendable::NotNeeded("the contact was removed"))?;
    let items = wanted
        .iter()
        .map(|(scene, one)| ReminderItem {
            school: scene.school.details.name.to_string(),
            brin: scene.school.details.brin.to_string(),
            step: one.reminder.step,
            since: words::date_nl(one.reminder.since),
            link: office.base.to(&links::step(links::SCHOOL_STEP, one.reminder.step)),
        })
        .collect();
    let later = office.base.to(links::SCHOOL_REMINDERS);
    write(office, &Content::Reminder { name: receiver.name.to_string(), items, later }, Some(receiver))
}

/// The digest: what waits on Kurve, who does not answer, and mails that could not go. Nothing to say: no mail.
pub(super) async fn digest(office: &Office) -> Result<Draft, Unsendable> {
    let conn = office.db.reader();
    let waiting: Vec<DigestRow> = overview::list_waiting_on_kurve(conn, DIGEST_ROWS)
        .await?
        .iter()
        .flat_map(|row| waiting_rows(office, row))
        .collect();
    let silent = overview::list_without_answer(conn, DIGEST_ROWS).await?;
    let silent: Vec<DigestRow> = silent.iter().map(|(row, since)| silent_row(office, row, *since)).collect();
    let failed_mails = schools::list_failed_mails(office).await?.len();
    if waiting.is_empty() && silent.is_empty() && failed_mails == 0 {
        return Err(Unsendable::NotNeeded("there is nothing to say"));
    }
    let link = office.base.to(links::STAFF);
    write(office, &Content::Digest { waiting, silent, failed_mails, link }, None)
}

fn waiting_rows(office: &Office, row: &Overview) -> Vec<DigestRow> {
    let steps = open_steps(&row.state).into_iter().filter(|open| open.holder == Party::Kurve);
    let what = |step: Step, is_stuck: bool| {
        if is_stuck { format!("vastgelopen: {}", words::step_name(step)) } else { words::step_name(step).to_owned() }
    };
    steps.map(|open| digest_row(office, row, what(open.step, open.is_stuck), open.since)).collect()
}

fn silent_row(office: &Office, row: &Overview, since: DateTime<Utc>) -> DigestRow {
    digest_row(office, row, "geen antwoord op herinneringen".to_owned(), since)
}

fn digest_row(office: &Office, row: &Overview, what: String, since: DateTime<Utc>) -> DigestRow {
    DigestRow {
        school: row.school.details.name.to_string(),
        brin: row.school.details.brin.to_string(),
        what,
        since: words::date_nl(since),
        link: office.base.to(&links::staff_school(links::STAFF_SCHOOL, row.school.id)),
    }
}
