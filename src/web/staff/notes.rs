//! Notes about a connection, for Kurve's eyes only: writing one, and changing or deleting one's own. A note that names a colleague
//! stands on their worklist, see [`super::mentions`].

use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;

use super::ask::{Ask, AskField, Weight};
use super::form_response::Desk;
use crate::domain::ids::{ConnectionId, NoteId};
use crate::domain::mention::Nameable;
use crate::domain::text::NoteText;
use crate::links;
use crate::services::onboarding::notes::{self, KeptNote, NoteRef};
use crate::services::onboarding::onboardings::ConnectionFile;
use crate::store::onboarding::notes::Note;
use crate::web::WebState;
use crate::web::error::PageError;
use crate::web::extract::{ActingStaff, Staff};
use crate::web::flash::{CrewDone, Flash};
use crate::web::form::{FieldErrors, Posted, Pressed};
use crate::words::{self, Names};

/// What a note is for, at its field.
const HINT: &str = "Alleen Kurve leest dit. Typ @ met een naam: dan staat de notitie op de werklijst van die collega.";

/// A note.
pub(super) struct NoteRow {
    pub(super) id: String,
    pub(super) text: String,
    pub(super) by: String,
    pub(super) when: String,
    /// When it was last changed; empty if it never was.
    pub(super) changed: String,
    /// How its buttons are told from those of other notes.
    pub(super) what: String,
    /// What its writer can do.
    pub(super) asks: Vec<Ask>,
}

/// A note with who wrote it.
pub(super) fn row(note: &Note, names: &Names, staff: &Staff) -> NoteRow {
    let by = names.staff.get(&note.by).map_or("Een collega", String::as_str);
    let is_own = note.by == staff.account.id && staff.can_act();
    let which = NoteRef { connection: note.connection, note: note.id };
    NoteRow {
        id: note.id.to_string(),
        text: note.text.to_string(),
        by: by.to_owned(),
        when: words::moment_nl(note.created_at),
        what: format!("notitie van {}", words::moment_nl(note.created_at)),
        changed: note.changed_at.map(words::moment_nl).unwrap_or_default(),
        asks: if is_own { vec![change_form(which, note.text.as_str()), delete_form(which)] } else { vec![] },
    }
}

/// A new note, with who can be named in it.
pub(super) fn form(connection: ConnectionId, text: &str, people: &[Nameable]) -> Ask {
    let action = links::staff_school(links::STAFF_NOTE, connection);
    let ask = Ask::new("note", "Notitie opslaan", "Notitie schrijven", action);
    with_people(ask, people).field(AskField::area("text", "Notitie", text).hint(HINT))
}

fn change_form(which: NoteRef, text: &str) -> Ask {
    Ask::new("change_note", "Wijzigen", "Notitie wijzigen", path(links::STAFF_NOTE_CHANGE, which))
        .about(&which.note.to_string())
        .field(AskField::area("text", "Notitie", text).hint(HINT))
}

fn delete_form(which: NoteRef) -> Ask {
    Ask::new("delete_note", "Verwijderen", "Notitie verwijderen", path(links::STAFF_NOTE_DELETE, which))
        .about(&which.note.to_string())
        .note("De tekst is dan weg. In de geschiedenis blijft staan dat je een notitie verwijderde.")
        .weight(Weight::Warning)
}

fn path(path: &str, which: NoteRef) -> String {
    links::fill(path, &[&which.connection.to_string(), &which.note.to_string()])
}

fn with_people(ask: Ask, people: &[Nameable]) -> Ask {
    let named: Vec<String> = people.iter().map(|person| format!("@{} ({})", person.handle, person.name)).collect();
    if named.is_empty() { ask } else { ask.note(format!("Je kunt noemen: {}.", named.join(", "))) }
}

/// A note as typed.
#[derive(Debug, Default, Deserialize)]
pub(super) struct NoteForm {
    #[serde(default)]
    text: String,
}

/// Writes a note.
pub(super) async fn create(
    State(web): State<WebState>,
    ActingStaff(staff): ActingStaff,
    Path(school): Path<String>,
    Posted(posted): Posted<NoteForm>,
) -> Result<Response, PageError> {
    let desk = Desk::at(&web, &staff, &school)?;
    let people = notes::list_nameable(&web.context).await?;
    let typed = posted.text;
    let mut errors = FieldErrors::default();
    let Some(text) = errors.take("text", NoteText::parse(&typed)) else {
        return desk.wrong(None, errors, |_| form(desk.connection, &typed, &people)).await;
    };
    match notes::add(&web.context, &staff.call(), desk.connection, text).await {
        Ok(kept) => kept_note(&desk, kept, Written { typed: &typed, flash: Flash::NoteAdded }, &people).await,
        Err(error) => desk.refuse(None, error, |_| form(desk.connection, &typed, &people)).await,
    }
}

/// The note in a path.
#[derive(Deserialize)]
pub(super) struct NotePath {
    school: String,
    note: String,
}

/// Changes one's own note.
pub(super) async fn update(
    State(web): State<WebState>,
    ActingStaff(staff): ActingStaff,
    Path(NotePath { school, note }): Path<NotePath>,
    Posted(posted): Posted<NoteForm>,
) -> Result<Response, PageError> {
    let desk = Desk::at(&web, &staff, &school)?;
    let which = NoteRef { connection: desk.connection, note: note_id(&note)? };
    let people = notes::list_nameable(&web.context).await?;
    let typed = posted.text;
    let draw = |_: &ConnectionFile| with_people(change_form(which, &typed), &people);
    let mut errors = FieldErrors::default();
    let Some(text) = errors.take("text", NoteText::parse(&typed)) else {
        return desk.wrong(None, errors, draw).await;
    };
    match notes::change(&web.context, &staff.call(), which, text).await {
        Ok(kept) => {
            let written = Written { typed: &typed, flash: Flash::Crew(CrewDone::NoteChanged) };
            kept_note(&desk, kept, written, &people).await
        }
        Err(error) => desk.refuse(None, error, draw).await,
    }
}

/// Deletes one's own note.
pub(super) async fn delete(
    State(web): State<WebState>,
    ActingStaff(staff): ActingStaff,
    Path(NotePath { school, note }): Path<NotePath>,
    Posted(Pressed {}): Posted<Pressed>,
) -> Result<Response, PageError> {
    let desk = Desk::at(&web, &staff, &school)?;
    let which = NoteRef { connection: desk.connection, note: note_id(&note)? };
    let did = notes::delete(&web.context, &staff.call(), which).await?;
    Ok(desk.done(if did { Flash::Crew(CrewDone::NoteDeleted) } else { Flash::AlreadySo }))
}

fn note_id(text: &str) -> Result<NoteId, PageError> {
    text.parse().map_err(|_| PageError::NotFound)
}

/// What was typed, and what the next page says.
struct Written<'a> {
    typed: &'a str,
    flash: Flash,
}

/// On to the connection's page; or the note to be changed, where it names nobody that is here.
async fn kept_note(
    desk: &Desk<'_>,
    kept: KeptNote,
    Written { typed, flash }: Written<'_>,
    people: &[Nameable],
) -> Result<Response, PageError> {
    if kept.unknown.is_empty() {
        return Ok(desk.done(flash));
    }
    let which = NoteRef { connection: desk.connection, note: kept.id };
    let mut errors = FieldErrors::default();
    errors.add("text", unknown_sentence(&kept.unknown));
    desk.wrong(None, errors, |_| with_people(change_form(which, typed), people)).await
}

fn unknown_sentence(unknown: &[String]) -> String {
    let named: Vec<String> = unknown.iter().map(|name| format!("@{name}")).collect();
    format!(
        "De notitie is opgeslagen, maar dit is geen collega: {}. Verbeter de naam, of druk op Wijzigen als het zo goed is.",
        named.join(", ")
    )
}
