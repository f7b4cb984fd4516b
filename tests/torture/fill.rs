//! Mails that are due: of every kind that can be written whatever the school did, and some with a token.

use chrono::{DateTime, Utc};
use koppelklaar::app::App;
use koppelklaar::crypto::Token;
use koppelklaar::domain::ids::{ConnectionId, ContactId, MailId};
use koppelklaar::domain::notice::{About, MailKind};
use koppelklaar::domain::onboarding::Step;
use koppelklaar::services::AnonymousCall;
use koppelklaar::services::people::portal_access;
use koppelklaar::store::mail::outbox::{self, MailStatus, OutboxMail};

use super::schools::insert_school;

/// The kinds that need nothing but a school, its contacts and a step that is not done.
const KINDS: [MailKind; 7] = [
    MailKind::SupportRequest,
    MailKind::RequestConfirmed,
    MailKind::AlreadyRegistered,
    MailKind::CredentialsRevealed,
    MailKind::StepSentBack,
    MailKind::StepHandedOver,
    MailKind::ContactAdded,
];

/// How many contacts a school has.
const CONTACTS: u32 = 4;

/// How many mails a school and its contacts are due: each contact one of each kind.
const MAILS_PER_SCHOOL: u32 = 28;

/// Makes schools with contacts, and so many mails that are due; `batch` keeps one filling apart from another.
pub(crate) async fn fill(app: &App, batch: u32, mails: u32, sign_ins: u32) {
    let now = app.clock.now();
    let mut made = vec![];
    let mut people = vec![];
    let work = app.context.db.begin_write().await.expect("the database answers");
    for number in 0..mails.div_ceil(MAILS_PER_SCHOOL) {
        let (school, contacts) = insert_school(app, work.conn(), (batch * 1000 + number, CONTACTS), now).await;
        for contact in &contacts {
            made.extend(KINDS.map(|kind| mail(app, now, kind, (school, contact.id))));
        }
        people.extend(contacts);
    }
    made.truncate(usize::try_from(mails).expect("a small number"));
    outbox::insert_all(work.conn(), &made).await.expect("fresh keys");
    work.commit().await.expect("the database answers");
    for person in people.iter().take(usize::try_from(sign_ins).expect("a small number")) {
        let browser = Token::new(&app.context.chance);
        let asked =
            portal_access::request_link(&app.context, AnonymousCall::new(now, "torture"), &person.email, &browser)
                .await;
        asked.expect("the first link for this address");
    }
}

fn mail(app: &App, now: DateTime<Utc>, kind: MailKind, (connection, contact): (ConnectionId, ContactId)) -> OutboxMail {
    let id = MailId::from_uuid(app.context.chance.uuid_v7(now));
    let about = About { step: Some(Step::QueryExecuted), by: Some(contact), reveals_left: Some(3), ..About::default() };
    OutboxMail {
        id,
        kind,
        connection: Some(connection),
        contact: (kind != MailKind::SupportRequest).then_some(contact),
        about,
        dedupe_key: format!("torture/{id}"),
        status: MailStatus::Waiting,
        attempts: 0,
        created_at: now,
        next_attempt_at: now,
        handing_over_at: None,
        may_be_double: false,
        sent_at: None,
        message_id: format!("<{id}@{}>", app.context.base.mail_host()),
        last_error: None,
        told_by: None,
    }
}
