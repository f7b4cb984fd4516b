//! The page of a mail whose row cannot be read: what is known of it, and the way to drop it.

use askama::Template;
use axum::response::Response;

use super::ask::Ask;
use super::desk::{self, Nav};
use super::mail::{Again, drop_form};
use super::mails::{MailRow, is_open, unreadable_row};
use crate::links;
use crate::services::onboarding::schools;
use crate::store::mail::outbox::{MailStatus, UnreadableMail};
use crate::web::error::PageError;
use crate::web::extract::Staff;
use crate::web::form::FieldError;
use crate::web::page::Frame;
use crate::web::{WebState, page};

#[derive(Template)]
#[template(path = "staff/mail_unreadable.html")]
struct UnreadablePage {
    frame: Frame,
    nav: Nav,
    back: &'static str,
    /// Its connection; empty when it is about none.
    school: String,
    row: MailRow,
    /// What cannot be read, for who looks after the installation; empty once it was dropped.
    detail: String,
    drop: Vec<Ask>,
    errors: Vec<FieldError>,
    /// Why what was asked cannot be; empty when nothing was.
    refusal: String,
}

/// Shows what is known of it.
pub(super) async fn show(
    web: &WebState,
    staff: &Staff,
    mail: &UnreadableMail,
    again: Again,
) -> Result<Response, PageError> {
    let names = schools::find_names(&web.context, mail.connection.into_iter()).await?;
    let school = names.into_values().next().unwrap_or_default();
    let is_again = !again.errors.is_empty();
    let form = drop_form(mail.id, &again.typed);
    let form = if is_again { form.alone(&again.errors) } else { form };
    let can_drop = staff.can_act() && is_open(mail);
    let page = UnreadablePage {
        frame: desk::frame(web, staff),
        nav: Nav::new(staff, links::STAFF_MAILS),
        back: links::STAFF_MAILS,
        row: unreadable_row(mail, school.clone(), staff.can_act()),
        school,
        detail: if mail.status == Some(MailStatus::Dropped) { String::new() } else { mail.why.clone() },
        drop: can_drop.then_some(Ask { is_open: is_again, ..form }).into_iter().collect(),
        errors: again.errors.all().to_vec(),
        refusal: again.refusal.to_owned(),
    };
    page::show_with(again.status, &page)
}
