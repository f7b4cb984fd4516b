//! Mails over all connections, with a filter in the address; one mail has a page of its own, see [`super::mail`].

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::Response;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use strum::IntoEnumIterator;

use super::ask::Choice;
use super::desk::Nav;
use super::pressed;
use super::schools::choices;
use crate::domain::ids::{ConnectionId, MailId};
use crate::domain::notice::MailKind;
use crate::domain::text::EmailAddress;
use crate::links;
use crate::services::mail::post_office::{self, Listed, MOST_SCHOOLS, MailQuery};
use crate::services::mail::{dispatch, mail_name};
use crate::store::mail::outbox::{MailStatus, OutboxMail, Reading, UnreadableMail};
use crate::web::error::PageError;
use crate::web::extract::{ActingStaff, Staff};
use crate::web::flash::{self, Flash};
use crate::web::form::{Posted, Pressed};
use crate::web::page::Frame;
use crate::web::{WebState, page};
use crate::words::{although_sent, counted, mail_reason, moment_nl, moment_short, unsent_reason};

/// What the page of a connection posts along, to come back to it.
pub(super) const BACK_TO_SCHOOL: &str = "school";

/// What a list says of a cause that has no words of ours.
pub(super) const CAUSE_IS_ELSEWHERE: &str = "Het ging mis. Op de pagina van de mail staat de melding.";

/// What is said of a mail whose row cannot be read.
const UNREADABLE: &str = "Koppelklaar kan deze mail niet lezen en verstuurt hem niet. Hij is beschadigd, of gemaakt door een nieuwere versie.";

/// How many signs of a search count: more than the longest name of a school.
const SEARCH_SIGNS: usize = 120;

/// Who reads a list of mails, and when.
#[derive(Clone, Copy)]
pub(super) struct MailReader {
    pub(super) can_act: bool,
    pub(super) now: DateTime<Utc>,
}

/// A mail in a list.
pub(super) struct MailRow {
    pub(super) id: String,
    pub(super) name: &'static str,
    /// Its own page.
    pub(super) href: String,
    pub(super) when: String,
    /// The stored name of what became of it.
    pub(super) status: &'static str,
    pub(super) kind: &'static str,
    pub(super) words: &'static str,
    /// Whether it may have come twice.
    pub(super) is_double: bool,
    /// Why it did not go, or did not go yet; empty when there is nothing to say.
    pub(super) reason: String,
    /// When it is tried again; empty when it is not.
    pub(super) next: String,
    /// Where a retry is posted; empty where there is none.
    pub(super) retry: String,
    /// Where a mail that cannot be read is dropped; empty where there is nothing to drop.
    pub(super) drop: String,
    /// Whether it failed and can only be asked for anew by who was to get it.
    pub(super) is_lost: bool,
    /// To whom, or which connection's.
    pub(super) about: String,
    /// The address that it did not get to; empty unless it failed and goes to a contact.
    pub(super) address: String,
    /// The connection's page; empty when it is about none.
    pub(super) school: String,
}

impl MailRow {
    /// With the address that it goes to, where it did not get there.
    pub(super) fn with_address(self, address: String) -> Self {
        let has_failed = self.status == MailStatus::Failed.as_str();
        Self { address: if has_failed { address } else { String::new() }, ..self }
    }
}

/// A mail with what became of it; `about` says to whom, or which connection's.
pub(super) fn mail_row(mail: &OutboxMail, about: String, reader: MailReader) -> MailRow {
    let (kind, words) = fate_tag(mail);
    MailRow {
        id: mail.id.to_string(),
        name: mail_name(mail.kind),
        href: links::staff_mail(links::STAFF_MAIL, mail.id),
        when: moment_short(mail.sent_at.unwrap_or(mail.created_at)),
        status: mail.status.as_str(),
        kind,
        words,
        is_double: mail.may_be_double,
        reason: reason(mail),
        next: if is_put_off(mail, reader.now) { moment_nl(mail.next_attempt_at) } else { String::new() },
        retry: if reader.can_act && can_retry(mail, reader.now) {
            links::staff_mail(links::STAFF_MAIL_RETRY, mail.id)
        } else {
            String::new()
        },
        drop: String::new(),
        is_lost: mail.status == MailStatus::Failed && mail.kind.carries_token(),
        about,
        address: String::new(),
        school: mail.connection.map(|school| links::staff_school(links::STAFF_SCHOOL, school)).unwrap_or_default(),
    }
}

/// A mail whose row cannot be read, as far as it is known.
pub(super) fn unreadable_row(mail: &UnreadableMail, about: String, can_act: bool) -> MailRow {
    let href = links::staff_mail(links::STAFF_MAIL, mail.id);
    let is_open = is_open(mail);
    let (kind, words) = if is_open { ("stuck", "Niet te lezen") } else { ("neutral", "Niet verstuurd") };
    MailRow {
        id: mail.id.to_string(),
        name: mail.kind.map_or("Onbekende mail", mail_name),
        when: moment_short(mail.created_at),
        status: mail.status.map_or("unreadable", MailStatus::as_str),
        kind,
        words,
        is_double: false,
        reason: if is_open { UNREADABLE.to_owned() } else { mail.why.clone() },
        next: String::new(),
        retry: String::new(),
        drop: if can_act && is_open { href.clone() } else { String::new() },
        href,
        is_lost: false,
        about,
        address: String::new(),
        school: mail.connection.map(|school| links::staff_school(links::STAFF_SCHOOL, school)).unwrap_or_default(),
    }
}

/// Whether a mail that cannot be read still asks for somebody: it is neither sent nor dropped, as far as is known.
pub(super) fn is_open(mail: &UnreadableMail) -> bool {
    match mail.status {
        Some(MailStatus::Sent | MailStatus::Skipped | MailStatus::Dropped) => false,
        Some(MailStatus::Waiting | MailStatus::Failed) | None => true,
    }
}

/// Kind and words of the tag that says what became of a mail.
pub(super) fn fate_tag(mail: &OutboxMail) -> (&'static str, &'static str) {
    match (mail.status, mail.attempts) {
        (MailStatus::Waiting, 0) => ("neutral", "Wacht op verzending"),
        (MailStatus::Waiting, _) => ("neutral", "Later opnieuw"),
        (MailStatus::Sent, _) => ("ready", "Verstuurd"),
        (MailStatus::Skipped, _) => ("blocked", "Niet meer nodig"),
        (MailStatus::Failed, _) => ("stuck", "Mislukt"),
        (MailStatus::Dropped, _) => ("neutral", "Niet verstuurd"),
    }
}

/// Why it did not go, in Dutch; what a colleague typed stands as it is.
fn reason(mail: &OutboxMail) -> String {
    let kept = mail.last_error.as_deref().unwrap_or_default();
    match mail.status {
        MailStatus::Sent => although_sent(kept).unwrap_or_default().to_owned(),
        // A reason of ours is one of these words; a colleague's stands as it is.
        MailStatus::Dropped => kept.parse().map_or_else(|_| kept.to_owned(), |why| unsent_reason(why).to_owned()),
        MailStatus::Waiting | MailStatus::Skipped | MailStatus::Failed => match mail_reason(kept) {
            Some(meaning) => meaning.to_owned(),
            None if kept.is_empty() => String::new(),
            None => CAUSE_IS_ELSEWHERE.to_owned(),
        },
    }
}

/// Whether it waits for a moment to come.
fn is_put_off(mail: &OutboxMail, now: DateTime<Utc>) -> bool {
    mail.status == MailStatus::Waiting && mail.next_attempt_at > now
}

/// Whether a colleague can have it tried now: a mail with a token only the visitor can ask for anew.
pub(super) fn can_retry(mail: &OutboxMail, now: DateTime<Utc>) -> bool {
    let waits_for_a_try = is_put_off(mail, now) && mail.attempts > 0;
    !mail.kind.carries_token() && (mail.status == MailStatus::Failed || waits_for_a_try)
}

/// The filter and the place in the list, as in the address.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct MailsQuery {
    /// A status.
    #[serde(default)]
    stand: String,
    /// A kind.
    #[serde(default)]
    soort: String,
    /// A part of a school's name, BRIN or domain.
    #[serde(default)]
    school: String,
    /// One connection, by id.
    #[serde(default)]
    van: String,
    /// The mail before which the page starts.
    #[serde(default)]
    voor: String,
}

impl MailsQuery {
    /// Without what no database takes, and without choices that do not exist.
    fn tidied(mut self) -> Self {
        self.stand = self.stand.parse().map_or("", MailStatus::as_str).to_owned();
        self.soort = self.soort.parse().map_or("", MailKind::as_str).to_owned();
        self.school = self.school.trim().chars().filter(|sign| !sign.is_control()).take(SEARCH_SIGNS).collect();
        self.van = self.van.parse().map_or_else(|_| String::new(), |id: ConnectionId| id.to_string());
        self
    }

    fn query(&self) -> MailQuery {
        MailQuery {
            status: self.stand.parse().ok(),
            kind: self.soort.parse().ok(),
            text: Some(self.school.clone()).filter(|text| !text.is_empty()),
            connection: self.van.parse().ok(),
        }
    }

    /// The address of the list with this filter, from its start.
    fn href(&self) -> String {
        self.href_before(None)
    }

    fn href_before(&self, before: Option<MailId>) -> String {
        let before = before.map(|id| id.to_string()).unwrap_or_default();
        let filter = [("stand", &*self.stand), ("soort", &*self.soort), ("school", &*self.school), ("van", &*self.van)];
        links::with_query(links::STAFF_MAILS, &links::query(filter.into_iter().chain([("voor", &*before)])))
    }
}

/// One way to look at the list.
struct Tab {
    href: String,
    label: &'static str,
    count: Option<String>,
    is_current: bool,
}

#[derive(Template)]
#[template(path = "staff/mails.html")]
struct MailsPage {
    frame: Frame,
    nav: Nav,
    typed: MailsQuery,
    tabs: Vec<Tab>,
    kinds: Vec<Choice>,
    rows: Vec<MailRow>,
    /// The connection that the list is about; empty when it is about all.
    school: String,
    /// Where its page is.
    school_href: String,
    /// The text finds more connections than are looked at.
    is_cut: bool,
    most_schools: usize,
    has_filter: bool,
    /// The list without a filter.
    all: &'static str,
    /// The first page; empty when this is it.
    first: String,
    /// The next page; empty when this is the last.
    next: String,
}

/// Lists mails.
pub(super) async fn list(
    State(web): State<WebState>,
    staff: Staff,
    query: Result<Query<MailsQuery>, QueryRejection>,
) -> Result<Response, PageError> {
    let typed = query.map(|Query(typed)| typed).unwrap_or_default().tidied();
    let before = typed.voor.parse().ok();
    let listed = post_office::list(&web.context, &typed.query(), before).await?;
    let Listed { mails, schools, addresses, next, is_cut } = listed;
    let waiting = post_office::count(&web.context, MailStatus::Waiting).await?;
    let failed = post_office::count(&web.context, MailStatus::Failed).await?;
    let reader = MailReader { can_act: staff.can_act(), now: staff.visit.now };
    let about =
        |school: Option<ConnectionId>| school.and_then(|school| schools.get(&school)).cloned().unwrap_or_default();
    let row = |mail: &Reading| match mail {
        Ok(mail) => {
            let address = mail.contact.and_then(|contact| addresses.get(&contact));
            mail_row(mail, about(mail.connection), reader)
                .with_address(address.map(EmailAddress::shown).unwrap_or_default())
        }
        Err(unreadable) => unreadable_row(unreadable, about(unreadable.connection), reader.can_act),
    };
    let one = typed.query().connection;
    let page = MailsPage {
        frame: pressed::frame_that_names(&web, &staff).await?,
        nav: Nav::new(&staff, links::STAFF_MAILS),
        tabs: tabs(&typed, waiting, failed),
        kinds: choices("Alle", MailKind::iter().map(|kind| (kind.as_str(), mail_name(kind)))),
        rows: mails.iter().map(row).collect(),
        school: one.and_then(|school| schools.get(&school)).cloned().unwrap_or_default(),
        school_href: one.map(|school| links::staff_school(links::STAFF_SCHOOL, school)).unwrap_or_default(),
        is_cut,
        most_schools: MOST_SCHOOLS,
        has_filter: typed.query() != MailQuery::default(),
        all: links::STAFF_MAILS,
        first: before.map_or_else(String::new, |_: MailId| typed.href()),
        next: next.map_or_else(String::new, |last| typed.href_before(Some(last))),
        typed,
    };
    page::show(&page)
}

fn tabs(typed: &MailsQuery, waiting: u64, failed: u64) -> Vec<Tab> {
    let tab = |status: Option<MailStatus>, label, count: Option<u64>| {
        let stand = status.map_or("", MailStatus::as_str);
        let href = MailsQuery { stand: stand.to_owned(), ..typed.clone() }.href();
        Tab { href, label, count: count.map(counted), is_current: typed.stand == stand }
    };
    vec![
        tab(None, "Alle", None),
        tab(Some(MailStatus::Waiting), "Wacht op verzending", Some(waiting)),
        tab(Some(MailStatus::Failed), "Mislukt", Some(failed)),
        tab(Some(MailStatus::Sent), "Verstuurd", None),
        tab(Some(MailStatus::Skipped), "Niet meer nodig", None),
        tab(Some(MailStatus::Dropped), "Niet verstuurd", None),
    ]
}

/// Puts all mails back in line that failed.
pub(super) async fn retry_all(
    State(web): State<WebState>,
    ActingStaff(staff): ActingStaff,
    Posted(Pressed {}): Posted<Pressed>,
) -> Result<Response, PageError> {
    let retried = dispatch::retry_all_failed(&web.context, &staff.call()).await?;
    let said = if retried > 0 { Flash::MailsRetried } else { Flash::AlreadySo };
    Ok(flash::redirect(&web, links::STAFF, said))
}
