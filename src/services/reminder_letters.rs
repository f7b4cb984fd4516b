//! Reminders and the digest, written from what is true when they are sent.

use chrono::{DateTime, Days, Utc};

use crate::crypto::mail_token::Subscription;
use crate::domain::onboarding::decide::amsterdam_date;
use crate::domain::onboarding::progress::open_steps;
use crate::domain::onboarding::{Party, Step};
use crate::domain::reminder::hours::moment_on;
use crate::domain::reminder::national::is_office_day;
use crate::links;
use crate::mail::templates::{Content, DigestRow, ReminderItem};
use crate::services::addresses::{self, MarkedContact};
use crate::services::letters::{Draft, Unsendable, write};
use crate::services::reminders::{DIGEST_TIME, Standing, stand};
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
    let stop_link = addresses::stop_link(office, Subscription::Reminders, receiver.email.as_str());
    write(office, &Content::Reminder { name: receiver.name.to_string(), items, later, stop_link }, Some(receiver))
}

/// The digest: what waits on Kurve, who does not answer, and mails that could not go. Nothing to say: no mail. One that
/// did not get away on its day is left to the next.
pub(super) async fn digest(office: &Office, mail: &OutboxMail, now: DateTime<Utc>) -> Result<Draft, Unsendable> {
    if amsterdam_date(mail.created_at) < amsterdam_date(now) {
        return Err(Unsendable::NotNeeded("the digest of another day"));
    }
    if addresses::is_stopped(office, &addresses::digest_of(office)).await? {
        return Err(Unsendable::NotNeeded("the digest was stopped"));
    }
    let conn = office.db.reader();
    let waiting: Vec<DigestRow> = overview::list_waiting_on_kurve(conn, DIGEST_ROWS)
        .await?
        .iter()
        .flat_map(|row| waiting_rows(office, row))
        .collect();
    let silent = overview::list_without_answer(conn, DIGEST_ROWS).await?;
    let silent: Vec<DigestRow> = silent.iter().map(|(row, since)| silent_row(office, row, *since)).collect();
    let failed_mails = schools::list_failed_mails(office).await?.len();
    let marked = addresses::list_marked(office).await?;
    let addresses: Vec<DigestRow> = marked.iter().filter_map(|one| address_row(office, one, now)).collect();
    if waiting.is_empty() && silent.is_empty() && addresses.is_empty() && failed_mails == 0 {
        return Err(Unsendable::NotNeeded("there is nothing to say"));
    }
    let link = office.base.to(links::STAFF);
    let stop_link = addresses::stop_link(office, Subscription::Digest, &office.support_email);
    write(office, &Content::Digest { waiting, silent, addresses, failed_mails, link, stop_link }, None)
}

/// An address where mail does not arrive is told of until that is solved; who stopped reminders, once.
fn address_row(office: &Office, one: &MarkedContact, now: DateTime<Utc>) -> Option<DigestRow> {
    let name = &one.contact.name;
    let (what, since) = match (&one.mark.bounced, one.mark.reminders_stopped_at) {
        (Some(bounced), _) => (format!("mail aan {name} komt niet aan ({})", bounced.code), bounced.at),
        (None, Some(at)) if at >= last_digest(now) => (format!("{name} wil geen herinneringen"), at),
        (None, _) => return None,
    };
    Some(DigestRow {
        school: one.school.details.name.to_string(),
        brin: one.school.details.brin.to_string(),
        what,
        since: words::date_nl(since),
        link: office.base.to(&links::staff_school(links::STAFF_SCHOOL, one.school.id)),
    })
}

/// When the digest before this one was called for.
fn last_digest(now: DateTime<Utc>) -> DateTime<Utc> {
    let mut day = amsterdam_date(now) - Days::new(1);
    while !is_office_day(day) {
        day = day - Days::new(1);
    }
    moment_on(day, DIGEST_TIME)
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
