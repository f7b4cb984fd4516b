//! What Kurve and the school wrote to each other, and writing to Kurve with pictures or PDF. Files of colleagues are named
//! here, not handed out: only Kurve saves them.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use crate::domain::credential::Password;
use crate::domain::message::{LARGEST_FILE, MOST_FILES, Offered, Sorted, sort};
use crate::domain::text::MessageText;
use crate::links;
use crate::services::ServiceError;
use crate::services::mail::reach;
use crate::services::messages::receiving;
use crate::services::messages::thread::{self, PAGE_MESSAGES};
use crate::web::WebState;
use crate::web::error::PageError;
use crate::web::extract::SchoolContact;
use crate::web::flash::{self, CrewDone, Flash};
use crate::web::form::FieldErrors;
use crate::web::kept;
use crate::web::page::{self, Frame};
use crate::web::portal::opened::{Around, Opened, open};
use crate::web::portal::view;
use crate::web::thread::{MessageRow, rows};
use crate::web::upload::{PostedFiles, Uploaded};
use crate::words;

/// Bytes in a megabyte.
const MEGABYTE: usize = 1024 * 1024;

/// The field with the files.
pub(super) const FILE: &str = "file";

#[derive(Template)]
#[template(path = "portal/messages.html")]
struct MessagesPage {
    frame: Frame,
    around: Around,
    rows: Vec<MessageRow>,
    has_older: bool,
    errors: FieldErrors,
    refusal: String,
    text: String,
    action: String,
    file_hint: String,
}

/// What was typed, where it was kept.
#[derive(Deserialize)]
struct MessageForm {
    #[serde(default)]
    text: String,
}

/// What comes back on the page.
#[derive(Default)]
struct Typed {
    text: String,
    errors: FieldErrors,
    refusal: String,
}

/// Shows the thread.
pub(super) async fn show(State(web): State<WebState>, who: SchoolContact) -> Result<Response, PageError> {
    let kept: Option<MessageForm> = kept::typed(&web, &who.visit, &who.at(links::SCHOOL_MESSAGES)).await?;
    let came_back = kept.is_some();
    let text = kept.map(|form| form.text).unwrap_or_default();
    let page = build(&web, &who, Typed { text, ..Typed::default() }).await?;
    page::show(&MessagesPage { frame: kept::say(page.frame.clone(), came_back), ..page })
}

async fn build(web: &WebState, who: &SchoolContact, typed: Typed) -> Result<MessagesPage, PageError> {
    let Opened { frame, around, file } = open(web, who, "messages").await?;
    let thread = thread::load(&web.context, who.connection(), PAGE_MESSAGES).await?;
    let names = view::names_of(&file, who.contact.id);
    Ok(MessagesPage {
        frame,
        around,
        rows: rows(&thread, &names, |_| String::new()),
        has_older: thread.has_older,
        errors: typed.errors,
        refusal: typed.refusal,
        text: typed.text,
        action: who.at(links::SCHOOL_MESSAGES),
        file_hint: format!(
            "Hoogstens {MOST_FILES} plaatjes of PDF's van {} MB. Zorg dat er geen namen van leerlingen op staan, en geen \
             wachtwoord.",
            LARGEST_FILE / MEGABYTE
        ),
    })
}

/// The files of a form, where each of them is one that we keep; what is wrong is noted at the field.
pub(super) fn files(posted: Vec<Uploaded>, errors: &mut FieldErrors) -> Option<Sorted> {
    let chosen = posted.into_iter().filter(|file| !(file.name.is_empty() && file.bytes.is_empty()));
    let offered = |file: Uploaded| Offered { name: file.name, bytes: file.bytes.to_vec(), is_inline: false };
    let sorted = sort(chosen.map(offered).collect());
    match sorted.left_out.first() {
        Some((why, _)) => {
            errors.add(FILE, words::messages::wrong_file(*why));
            None
        }
        None => Some(sorted),
    }
}

/// Writes to Kurve.
pub(super) async fn create(
    State(web): State<WebState>,
    who: SchoolContact,
    form: PostedFiles,
) -> Result<Response, PageError> {
    let mut typed = Typed { text: form.field("text").to_owned(), ..Typed::default() };
    if web.limits.check_client(who.visit.client).is_err() {
        typed.refusal = words::TOO_MANY_FORMS.to_owned();
        return come_back(&web, &who, typed).await;
    }
    let text = typed.errors.take("text", MessageText::parse(&typed.text));
    let files = files(form.files, &mut typed.errors);
    let (Some(text), Some(files)) = (text, files) else { return come_back(&web, &who, typed).await };
    match receiving::receive(&web.context, &who.call(), who.connection(), text, files).await {
        Ok(()) => {
            let reach = reach::of_addresses(&web.context, [&who.contact.email]).await?;
            let done = Flash::Crew(CrewDone::MessageReceived).reaching(reach);
            Ok(flash::redirect(&web, &who.at(links::SCHOOL_MESSAGES), done))
        }
        Err(ServiceError::HoldsPassword) => {
            typed.errors.add("text", words::HOLDS_PASSWORD);
            if Password::could_be_in(&typed.text) {
                typed.text.clear();
            }
            come_back(&web, &who, typed).await
        }
        Err(ServiceError::TooManyMessages) => {
            typed.refusal = words::messages::TOO_MANY_MESSAGES.to_owned();
            come_back(&web, &who, typed).await
        }
        Err(error) => Err(error.into()),
    }
}

async fn come_back(web: &WebState, who: &SchoolContact, typed: Typed) -> Result<Response, PageError> {
    page::show_with(StatusCode::UNPROCESSABLE_ENTITY, &build(web, who, typed).await?)
}
