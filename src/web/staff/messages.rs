//! Messages with a school: the thread on the page of the connection and on a page of its own, and writing one, from a
//! template or not. A file is saved from here, and never shown.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::ask::Choice;
use super::desk::{self, Nav};
use super::form_response::Desk;
use crate::domain::credential::Password;
use crate::domain::ids::{AttachmentId, ConnectionId};
use crate::domain::message::{Placeholder, fill};
use crate::domain::school::Contact;
use crate::domain::text::MessageText;
use crate::links;
use crate::services::ServiceError;
use crate::services::messages::sending::{self, NewMessage};
use crate::services::messages::templates;
use crate::services::messages::thread::{self, FileRef, PAGE_MESSAGES};
use crate::services::onboarding::onboardings::{self, ConnectionFile};
use crate::web::error::PageError;
use crate::web::extract::{ActingStaff, Staff};
use crate::web::flash::{CrewDone, Flash};
use crate::web::form::{FieldErrors, Posted};
use crate::web::page::Frame;
use crate::web::thread::{MessageRow, rows};
use crate::web::{WebState, page};
use crate::words::{self, Names};

/// How many messages stand on the page of the connection.
const PANEL_MESSAGES: u64 = 3;

/// What an answer with a file may do in a browser: nothing at all.
const FILE_POLICY: &str = "sandbox; default-src 'none'";

/// The thread on a page of Kurve.
pub(super) struct MessagesPanel {
    pub(super) rows: Vec<MessageRow>,
    pub(super) has_older: bool,
    /// The page of the thread, where one is written too.
    pub(super) href: String,
    pub(super) can_act: bool,
    /// Where it is said that what waits takes no answer.
    pub(super) read: String,
    /// Up to when that is; empty where nothing waits.
    pub(super) until: String,
}

/// The thread for the page of a connection.
pub(super) async fn panel(
    web: &WebState,
    staff: &Staff,
    connection: ConnectionId,
    names: &Names,
) -> Result<MessagesPanel, PageError> {
    build_panel(web, staff, Shown { connection, limit: PANEL_MESSAGES }, names).await
}

/// How much of whose thread.
struct Shown {
    connection: ConnectionId,
    limit: u64,
}

async fn build_panel(web: &WebState, staff: &Staff, shown: Shown, names: &Names) -> Result<MessagesPanel, PageError> {
    let Shown { connection, limit } = shown;
    let thread = thread::load(&web.context, connection, limit).await?;
    // Where some of what waits is not here, all of it is read on its own page.
    let is_cut = limit < PAGE_MESSAGES
        && thread.has_older
        && thread.messages.first().is_some_and(|oldest| oldest.message.waits_since.is_some());
    let until = thread.waits_until().filter(|_| !is_cut);
    let link = |file: AttachmentId| links::fill(links::STAFF_ATTACHMENT, &[&connection.to_string(), &file.to_string()]);
    Ok(MessagesPanel {
        rows: rows(&thread, names, link),
        has_older: thread.has_older,
        href: links::staff_school(links::STAFF_MESSAGES, connection),
        can_act: staff.can_act(),
        read: links::staff_school(links::STAFF_MESSAGES_READ, connection),
        until: until.map(|until| until.to_rfc3339()).unwrap_or_default(),
    })
}

/// A contact to whom a message may go.
struct PersonBox {
    name: String,
    label: String,
    hint: String,
    is_ticked: bool,
}

#[derive(Template)]
#[template(path = "staff/messages_page.html")]
struct MessagesPage {
    frame: Frame,
    nav: Nav,
    school: String,
    brin: String,
    has_many: bool,
    back: String,
    errors: FieldErrors,
    refusal: String,
    messages: MessagesPanel,
    /// The text as the school will read it; empty where nobody asked.
    preview: String,
    people: Vec<PersonBox>,
    templates: Vec<Choice>,
    chosen: String,
    text: String,
    hint: String,
}

/// A message as typed: `to-` with the id of each ticked contact, `template`, `text`, and what to do with it.
#[derive(Debug, Default, Deserialize)]
pub(super) struct MessageForm {
    #[serde(flatten)]
    fields: BTreeMap<String, String>,
}

impl MessageForm {
    fn field(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", String::as_str)
    }

    fn has_ticked(&self, contact: &Contact) -> bool {
        self.fields.contains_key(&box_name(contact))
    }
}

/// What is on the page beside the thread.
#[derive(Default)]
struct Typed {
    /// Nothing for a page on which nothing was typed: then all contacts are ticked.
    form: Option<MessageForm>,
    /// The text that the field has.
    text: String,
    preview: String,
    errors: FieldErrors,
    refusal: String,
}

/// Shows the thread.
pub(super) async fn show(
    State(web): State<WebState>,
    staff: Staff,
    Path(school): Path<String>,
) -> Result<Response, PageError> {
    let file = onboardings::load_file(&web.context, desk::connection_id(&school)?).await?;
    page::show(&build(&web, &staff, &file, Typed::default()).await?)
}

async fn build(web: &WebState, staff: &Staff, file: &ConnectionFile, typed: Typed) -> Result<MessagesPage, PageError> {
    let connection = file.connection.id;
    let names = desk::names(web, file).await?;
    let messages = build_panel(web, staff, Shown { connection, limit: PAGE_MESSAGES }, &names).await?;
    let choice = |value: String, label: &str| Choice { value, label: label.to_owned() };
    let mut kept: Vec<Choice> =
        templates::list(&web.context).await?.iter().map(|one| choice(one.id.to_string(), one.name.as_str())).collect();
    if !kept.is_empty() {
        kept.insert(0, choice(String::new(), "Geen sjabloon"));
    }
    let person = |contact: &Contact| PersonBox {
        name: box_name(contact),
        label: contact.name.to_string(),
        hint: format!("{} · {}", contact.roles.words_nl(), contact.email),
        is_ticked: typed.form.as_ref().is_none_or(|form| form.has_ticked(contact)),
    };
    Ok(MessagesPage {
        frame: desk::frame(web, staff),
        nav: Nav::new(staff, links::STAFF_SCHOOLS),
        school: file.connection.details.name.to_string(),
        brin: file.connection.carried.to_string(),
        has_many: file.connection.has_many(),
        back: links::staff_school(links::STAFF_SCHOOL, connection),
        messages,
        people: file.contacts.iter().filter(|contact| contact.is_active()).map(person).collect(),
        templates: kept,
        chosen: typed.form.as_ref().map(|form| form.field("template").to_owned()).unwrap_or_default(),
        hint: format!(
            "De aanhef met de naam komt er vanzelf boven. Dit kun je laten invullen: {}.",
            Placeholder::all_as_typed().join(", ")
        ),
        preview: typed.preview,
        text: typed.text,
        errors: typed.errors,
        refusal: typed.refusal,
    })
}

fn box_name(contact: &Contact) -> String {
    format!("to-{}", contact.id)
}

/// Fills in a template, shows how a message will read, or sends it.
pub(super) async fn create(
    State(web): State<WebState>,
    ActingStaff(staff): ActingStaff,
    Path(school): Path<String>,
    Posted(form): Posted<MessageForm>,
) -> Result<Response, PageError> {
    let desk = Desk::at(&web, &staff, &school)?;
    let file = onboardings::load_file(&web.context, desk.connection).await?;
    let wish = form.field("do").to_owned();
    let answers_until = until(form.field("until"));
    let chosen: Vec<&Contact> = file.contacts.iter().filter(|one| one.is_active() && form.has_ticked(one)).collect();
    let template = form.field("template").to_owned();
    let mut typed = Typed { text: form.field("text").to_owned(), form: Some(form), ..Typed::default() };
    if wish == "template" {
        typed = with_template(&web, &template, typed).await?;
        return answer(&web, &staff, &file, typed).await;
    }
    let mut errors = FieldErrors::default();
    let filled = filled(&web, &staff, &file, &typed.text, &mut errors);
    if wish == "preview" {
        typed.preview = filled.map(|text| text.as_str().to_owned()).unwrap_or_default();
        typed.errors = errors;
        return answer(&web, &staff, &file, typed).await;
    }
    if chosen.is_empty() {
        errors.add("to", "Kies minstens één contactpersoon.");
    }
    let (Some(text), true) = (filled, errors.is_empty()) else {
        return answer(&web, &staff, &file, Typed { errors, ..typed }).await;
    };
    let new = NewMessage { to: chosen.iter().map(|contact| contact.id).collect(), text, answers_until };
    match sending::send(&web.context, &staff.call(), desk.connection, new).await {
        Ok(_) => desk.done_for(Flash::Crew(CrewDone::MessageSent), chosen.iter().map(|contact| &contact.email)).await,
        Err(ServiceError::HoldsPassword) => {
            errors.add("text", words::HOLDS_PASSWORD);
            if Password::could_be_in(&typed.text) {
                typed.text.clear();
            }
            answer(&web, &staff, &file, Typed { errors, ..typed }).await
        }
        Err(error @ ServiceError::UnknownReceiver) => match PageError::from(error) {
            PageError::Refused(refusal) => answer(&web, &staff, &file, Typed { refusal, ..typed }).await,
            other => Err(other),
        },
        Err(error) => Err(error.into()),
    }
}

/// The page again: as it was asked for, or with what is wrong.
async fn answer(web: &WebState, staff: &Staff, file: &ConnectionFile, typed: Typed) -> Result<Response, PageError> {
    let is_wrong = !typed.errors.is_empty() || !typed.refusal.is_empty();
    let status = if is_wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    page::show_with(status, &build(web, staff, file, typed).await?)
}

/// With the text of a template; what was typed before stays above it.
async fn with_template(web: &WebState, chosen: &str, mut typed: Typed) -> Result<Typed, PageError> {
    let found = match chosen.parse() {
        Ok(id) => templates::find(&web.context, id).await?,
        Err(_) => None,
    };
    match found {
        Some(template) if typed.text.trim().is_empty() => template.text.as_str().clone_into(&mut typed.text),
        Some(template) => typed.text = format!("{}\n\n{}", typed.text.trim_end(), template.text.as_str()),
        None => typed.errors.add("template", "Kies een sjabloon uit de lijst."),
    }
    Ok(typed)
}

/// The text as the school will read it; what is wrong with it is noted at its field.
fn filled(
    web: &WebState,
    staff: &Staff,
    file: &ConnectionFile,
    text: &str,
    errors: &mut FieldErrors,
) -> Option<MessageText> {
    let values = sending::values(&web.context, file, staff.account.name.as_str());
    match fill(text, &values) {
        Ok(filled) => errors.take("text", MessageText::parse(&filled)),
        Err(unknown) => {
            errors.add("text", words::messages::unknown_placeholder(&unknown));
            None
        }
    }
}

fn until(typed: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(typed).ok().map(|until| until.to_utc())
}

/// Until when what the school wrote was on the page.
#[derive(Debug, Deserialize)]
pub(super) struct ReadForm {
    #[serde(default)]
    until: String,
}

/// Notes that what the school wrote takes no answer.
pub(super) async fn mark_read(
    State(web): State<WebState>,
    ActingStaff(staff): ActingStaff,
    Path(school): Path<String>,
    Posted(form): Posted<ReadForm>,
) -> Result<Response, PageError> {
    let desk = Desk::at(&web, &staff, &school)?;
    let until = until(&form.until).ok_or(PageError::BadForm)?;
    let did = thread::mark_read(&web.context, &staff.call(), desk.connection, until).await?;
    Ok(desk.done(if did { Flash::Crew(CrewDone::MessagesRead) } else { Flash::AlreadySo }))
}

/// The file in a path.
#[derive(Deserialize)]
pub(super) struct FilePath {
    school: String,
    attachment: String,
}

/// Hands a file over to be saved. Whoever sent it is not known for sure, so it is never opened within the site.
pub(super) async fn attachment(
    State(web): State<WebState>,
    _: Staff,
    Path(FilePath { school, attachment }): Path<FilePath>,
) -> Result<Response, PageError> {
    let file = attachment.parse().map_err(|_| PageError::NotFound)?;
    let which = FileRef { connection: desk::connection_id(&school)?, file };
    let opened = thread::open_file(&web.context, which).await?;
    let disposition = HeaderValue::from_str(&disposition(&opened.name))
        .map_err(|_| PageError::Broken("a name that does not fit in a header"))?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(opened.media.content_type())),
        (header::CONTENT_DISPOSITION, disposition),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(FILE_POLICY)),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ];
    Ok((headers, opened.bytes.to_vec()).into_response())
}

/// To be saved under a name (RFC 6266): once in plain signs, once as it is.
fn disposition(name: &str) -> String {
    let is_plain = |sign: char| sign.is_ascii_alphanumeric() || "-_. ()".contains(sign);
    let plain: String = name.chars().map(|sign| if is_plain(sign) { sign } else { '_' }).collect();
    let whole = links::in_query(name);
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{whole}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_saved_under_its_name_whatever_signs_are_in_it() {
        for (name, header) in [
            ("scherm 1.png", "attachment; filename=\"scherm 1.png\"; filename*=UTF-8''scherm%201.png"),
            ("a\"b;c.png", "attachment; filename=\"a_b_c.png\"; filename*=UTF-8''a%22b%3Bc.png"),
            ("één.pdf", "attachment; filename=\"__n.pdf\"; filename*=UTF-8''%C3%A9%C3%A9n.pdf"),
        ] {
            assert_eq!(disposition(name), header);
        }
    }
}
