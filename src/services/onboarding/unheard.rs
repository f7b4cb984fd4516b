//! Schools that close before anybody heard that they opened: the mails that would say so still wait, as those of a press
//! that activates do. They no longer say so, and then no contact is told that the import closed.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use crate::domain::ids::{ConnectionId, ContactId, SchoolId};
use crate::domain::import_gate::open_schools;
use crate::domain::notice::MailKind;
use crate::domain::onboarding::{Changed, SchoolProgress};
use crate::domain::unsent::UnsentReason;
use crate::services::ServiceError;
use crate::services::unit_of_work::UnitOfWork;
use crate::store::mail::outbox::{self, MailStatus, OutboxMail};

/// What says of a school that it opened, closed or stopped. Who asked for it may read that it is open when they are made
/// a contact.
const KINDS: [MailKind; 5] = [
    MailKind::ImportOpen,
    MailKind::ContactAdded,
    MailKind::ImportClosed,
    MailKind::CredentialsReady,
    MailKind::LifecycleChanged,
];

/// A school that closes.
struct Closing {
    school: SchoolId,
    asked_by: Option<ContactId>,
}

/// Takes the schools that close by a change out of the mails that were still to say that they opened; returns those of
/// which nobody heard it.
pub(super) async fn take_back(
    work: &UnitOfWork<'_>,
    connection: ConnectionId,
    changed: &Changed,
) -> Result<BTreeSet<SchoolId>, ServiceError> {
    let closed = &open_schools(&changed.before) - &open_schools(&changed.after);
    let Some(at) = changed.events.last().map(|event| event.at).filter(|_| !closed.is_empty()) else {
        return Ok(BTreeSet::new());
    };
    let mut mails = outbox::list_of_kinds(work.conn(), connection, &KINDS).await?;
    mails.retain(|mail| mail.kind != MailKind::LifecycleChanged || mail.about.import_closed);
    let asked_by = |school| changed.before.school(school).and_then(SchoolProgress::asked_by);
    let closing = closed.into_iter().map(|school| Closing { school, asked_by: asked_by(school) });
    let mut unheard: Vec<Closing> = closing.filter(|closing| closing.is_unheard(&mails)).collect();
    for mail in mails.iter().filter(|mail| is_still_to_say(mail)) {
        let told_of = |closing: &Closing| closing.is_told_by(mail);
        if unheard.iter().any(told_of) && !leave_out(work, mail, &unheard, at).await? {
            // A worker has it in hand, so it may say what was so a moment ago.
            unheard.retain(|closing| !told_of(closing));
        }
    }
    Ok(unheard.into_iter().map(|closing| closing.school).collect())
}

impl Closing {
    fn is_told_by(&self, mail: &OutboxMail) -> bool {
        let is_asker = mail.kind == MailKind::ContactAdded && mail.contact.is_some() && mail.contact == self.asked_by;
        is_asker || mail.about.schools.contains(&self.school)
    }

    /// Whether each mail on its newest opening still waits, and the last that went did not say that it is open.
    fn is_unheard(&self, mails: &[OutboxMail]) -> bool {
        let of_school = || mails.iter().filter(|mail| self.is_told_by(mail));
        let Some(newest) = of_school().filter(|mail| says_open(mail)).map(|mail| mail.about.version).max() else {
            return false;
        };
        let mut last = of_school().filter(|mail| says_open(mail) && mail.about.version == newest);
        let went = of_school().filter(|mail| mail.status == MailStatus::Sent).max_by_key(|mail| mail.about.version);
        // That one was open is to be taken back, unless a mail that does so waits already.
        let waits = of_school().any(|mail| !says_open(mail) && mail.status == MailStatus::Waiting);
        let is_known_open = went.is_some_and(|mail| mail.kind == MailKind::ImportOpen) && !waits;
        last.all(is_still_to_say) && !is_known_open
    }
}

fn says_open(mail: &OutboxMail) -> bool {
    matches!(mail.kind, MailKind::ImportOpen | MailKind::ContactAdded)
}

/// Whether a mail would say that a school opened, and nobody can have it yet.
fn is_still_to_say(mail: &OutboxMail) -> bool {
    let is_untouched = mail.attempts == 0 && !mail.may_have_arrived();
    says_open(mail) && mail.status == MailStatus::Waiting && is_untouched
}

/// Has a mail not tell of these schools: takes it out of the line where it tells of nothing else. `false` when a worker
/// has it in hand.
async fn leave_out(
    work: &UnitOfWork<'_>,
    mail: &OutboxMail,
    closing: &[Closing],
    at: DateTime<Utc>,
) -> Result<bool, ServiceError> {
    let mut left = mail.clone();
    left.about.schools.retain(|school| closing.iter().all(|closing| closing.school != *school));
    if mail.kind == MailKind::ContactAdded {
        // It says what is true when it goes.
        left.next_attempt_at = at;
    } else if left.about.schools.is_empty() {
        return Ok(outbox::mark_dropped(work.conn(), mail.id, UnsentReason::ImportClosed.as_str(), at).await?);
    }
    Ok(outbox::save_waiting(work.conn(), &left, at).await?)
}
