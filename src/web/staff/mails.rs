//! Mails that could not be sent, over all schools, and a second chance for them.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;

use super::desk::{self, Nav};
use crate::domain::ids::MailId;
use crate::links;
use crate::services::{mail_dispatch, schools};
use crate::store::outbox::{Fate, OutboxMail};
use crate::web::error::PageError;
use crate::web::extract::{ActingStaff, Staff};
use crate::web::flash::{self, Flash};
use crate::web::form::Posted;
use crate::web::page::Frame;
use crate::web::{Site, page};
use crate::words::{mail_name, moment_nl};

/// What the school page posts along, to come back to it.
pub(super) const BACK_TO_SCHOOL: &str = "school";

/// A mail in a list.
pub(super) struct MailRow {
    pub(super) id: String,
    pub(super) name: &'static str,
    pub(super) when: String,
    /// The stored name of what became of it.
    pub(super) fate: &'static str,
    pub(super) kind: &'static str,
    pub(super) words: &'static str,
    /// Why it failed, in the words of the mail server; empty if it did not.
    pub(super) reason: String,
    /// Where a retry is posted; empty where there is none.
    pub(super) retry: String,
    /// Whether it failed and can only be asked for anew by who was to get it.
    pub(super) is_lost: bool,
    /// To whom, or which school's.
    pub(super) about: String,
    /// The school's page; empty when it is about none.
    pub(super) href: String,
}

/// A mail with what became of it; `about` says to whom, or which school's.
pub(super) fn mail_row(mail: &OutboxMail, about: String, can_act: bool) -> MailRow {
    let (kind, words) = match (mail.fate, mail.attempts) {
        (Fate::Waiting, 0) => ("neutral", "In de rij"),
        (Fate::Waiting, _) => ("neutral", "Wordt opnieuw geprobeerd"),
        (Fate::Sent, _) => ("ready", "Verstuurd"),
        (Fate::Skipped, _) => ("blocked", "Niet meer nodig"),
        (Fate::Failed, _) => ("stuck", "Mislukt"),
        (Fate::Dropped, _) => ("blocked", "Uit de rij gehaald"),
    };
    let has_reason = matches!(mail.fate, Fate::Failed | Fate::Waiting | Fate::Dropped);
    let can_retry = can_act && mail.fate == Fate::Failed && !mail.kind.carries_token();
    MailRow {
        id: mail.id.to_string(),
        name: mail_name(mail.kind),
        when: moment_nl(mail.sent_at.unwrap_or(mail.created_at)),
        fate: mail.fate.as_str(),
        kind,
        words,
        reason: mail.last_error.clone().filter(|_| has_reason).unwrap_or_default(),
        retry: if can_retry { links::staff_mail(mail.id) } else { String::new() },
        is_lost: mail.fate == Fate::Failed && mail.kind.carries_token(),
        about,
        href: mail.school.map(|school| links::staff_school(links::STAFF_SCHOOL, school)).unwrap_or_default(),
    }
}

#[derive(Template)]
#[template(path = "staff/mails.html")]
struct MailsPage {
    frame: Frame,
    nav: Nav,
    rows: Vec<MailRow>,
}

/// Lists failed mails.
pub(super) async fn list(State(site): State<Site>, staff: Staff) -> Result<Response, PageError> {
    let failed = schools::list_failed_mails(&site.office).await?;
    let names = schools::find_names(&site.office, failed.iter().filter_map(|mail| mail.school)).await?;
    let row = |mail: &OutboxMail| {
        let school = mail.school.and_then(|school| names.get(&school)).cloned().unwrap_or_default();
        mail_row(mail, school, staff.can_act())
    };
    let rows = failed.iter().map(row).collect();
    page::show(&MailsPage { frame: desk::frame(&site, &staff), nav: Nav::new(&staff, links::STAFF_MAILS), rows })
}

/// "Opnieuw proberen", with where it was pressed.
#[derive(Debug, Default, Deserialize)]
pub(super) struct RetryForm {
    #[serde(default)]
    back: String,
}

/// Puts a failed mail back in line.
pub(super) async fn retry(
    State(site): State<Site>,
    ActingStaff(staff): ActingStaff,
    Path(mail): Path<String>,
    Posted(form): Posted<RetryForm>,
) -> Result<Response, PageError> {
    let id: MailId = mail.parse().map_err(|_| PageError::NotFound)?;
    let mail = mail_dispatch::find(&site.office, id).await?;
    let to = match mail.school.filter(|_| form.back == BACK_TO_SCHOOL) {
        Some(school) => links::staff_school(links::STAFF_SCHOOL, school),
        None => links::STAFF_MAILS.to_owned(),
    };
    if mail.fate != Fate::Failed {
        return Ok(flash::redirect(&site, &to, Flash::AlreadySo));
    }
    mail_dispatch::retry_by_hand(&site.office, &staff.call(), id).await?;
    Ok(flash::redirect(&site, &to, Flash::MailRetried))
}
