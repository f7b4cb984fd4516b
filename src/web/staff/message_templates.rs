//! Kurve's templates of messages: all of them, and one with every text that it had.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::ask::{Ask, AskField, Weight};
use super::desk::{self, Nav};
use crate::domain::ids::MessageTemplateId;
use crate::domain::message::{Placeholder, check};
use crate::domain::text::{MessageText, TemplateName};
use crate::links;
use crate::services::ServiceError;
use crate::services::messages::templates::{self, Seen, Wording};
use crate::services::people::staff_accounts;
use crate::store::onboarding::message_templates::Template as Stored;
use crate::web::error::PageError;
use crate::web::extract::{ActingStaff, Staff};
use crate::web::flash::{self, CrewDone, Flash};
use crate::web::form::{FieldErrors, Posted, Pressed};
use crate::web::page::Frame;
use crate::web::{WebState, page};
use crate::words;

/// How many signs of a template the list shows.
const EXCERPT_SIGNS: usize = 140;

/// A template in the list, or one of the texts that it had.
struct TemplateRow {
    name: String,
    href: String,
    text: String,
    who: String,
}

#[derive(Template)]
#[template(path = "staff/message_templates.html")]
struct TemplatesPage {
    frame: Frame,
    nav: Nav,
    rows: Vec<TemplateRow>,
    errors: FieldErrors,
    /// A new one; none for a reader.
    ask: Option<Ask>,
}

#[derive(Template)]
#[template(path = "staff/message_template.html")]
struct TemplatePage {
    frame: Frame,
    nav: Nav,
    name: String,
    text: String,
    back: &'static str,
    /// Whether somebody was first.
    is_conflict: bool,
    errors: FieldErrors,
    change: Option<Ask>,
    remove: Option<Ask>,
    /// Every text that it had, newest first.
    versions: Vec<TemplateRow>,
}

/// A template as typed.
#[derive(Debug, Default, Clone, Deserialize)]
pub(super) struct TemplateForm {
    #[serde(default)]
    name: String,
    #[serde(default)]
    text: String,
    #[serde(default)]
    version: String,
}

impl TemplateForm {
    /// What the template is to be; what is wrong is noted at its field.
    fn read(&self, errors: &mut FieldErrors) -> Option<Wording> {
        let name = errors.take("name", TemplateName::parse(&self.name));
        let text = errors.take("text", MessageText::parse(&self.text));
        let unknown = text.as_ref().and_then(|text| check(text.as_str()).err());
        if let Some(unknown) = &unknown {
            errors.add("text", words::messages::unknown_placeholder(unknown));
        }
        Some(Wording { name: name?, text: text.filter(|_| unknown.is_none())? })
    }
}

fn form(key: &'static str, verb: &str, title: &str, action: String) -> Ask {
    let known = Placeholder::all_as_typed().join(", ");
    Ask::new(key, verb, title, action).note(format!("Dit kun je laten invullen: {known}."))
}

fn filled(ask: Ask, typed: &TemplateForm) -> Ask {
    ask.field(AskField::line("name", "Naam", &typed.name)).field(
        AskField::area("text", "Tekst", &typed.text)
            .hint("De aanhef met de naam komt er in de mail vanzelf boven. Zet er geen namen van leerlingen in."),
    )
}

fn path(path: &str, id: MessageTemplateId) -> String {
    links::fill(path, &[&id.to_string()])
}

/// Shows all templates.
pub(super) async fn list(State(web): State<WebState>, staff: Staff) -> Result<Response, PageError> {
    page::show(&list_page(&web, &staff, &TemplateForm::default(), FieldErrors::default()).await?)
}

async fn list_page(
    web: &WebState,
    staff: &Staff,
    typed: &TemplateForm,
    errors: FieldErrors,
) -> Result<TemplatesPage, PageError> {
    let names = staff_accounts::list(&web.context).await?;
    let by = |template: &Stored| names.iter().find(|one| one.id == template.by).map(|one| one.name.to_string());
    let rows = templates::list(&web.context).await?.into_iter().map(|template| TemplateRow {
        name: template.name.to_string(),
        href: path(links::STAFF_TEMPLATE, template.id),
        text: excerpt(template.text.as_str()),
        who: who(&template, by(&template)),
    });
    let ask = form("add_template", "Sjabloon maken", "Sjabloon maken", links::STAFF_TEMPLATES.to_owned());
    let rows: Vec<TemplateRow> = rows.collect();
    Ok(TemplatesPage {
        frame: desk::frame(web, staff),
        nav: Nav::new(staff, links::STAFF_SCHOOLS),
        rows,
        ask: staff.can_act().then(|| filled(ask, typed).alone(&errors)),
        errors,
    })
}

fn who(template: &Stored, name: Option<String>) -> String {
    let name = name.unwrap_or_else(|| "een collega".to_owned());
    format!("versie {}, {name}, {}", template.version, words::moment_nl(template.at))
}

fn excerpt(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(EXCERPT_SIGNS) {
        Some((end, _)) => format!("{}…", line[..end].trim_end()),
        None => line,
    }
}

/// Makes a template.
pub(super) async fn create(
    State(web): State<WebState>,
    ActingStaff(staff): ActingStaff,
    Posted(typed): Posted<TemplateForm>,
) -> Result<Response, PageError> {
    let mut errors = FieldErrors::default();
    if let Some(wording) = typed.read(&mut errors) {
        match templates::add(&web.context, &staff.call(), wording).await {
            Ok(()) => {
                return Ok(flash::redirect(&web, links::STAFF_TEMPLATES, Flash::Crew(CrewDone::TemplateSaved)));
            }
            Err(error) => refuse(error, &mut errors)?,
        }
    }
    page::show_with(StatusCode::UNPROCESSABLE_ENTITY, &list_page(&web, &staff, &typed, errors).await?)
}

/// Notes at a field why a template was refused; what is no refusal stays an error.
fn refuse(error: ServiceError, errors: &mut FieldErrors) -> Result<(), PageError> {
    let field = match &error {
        ServiceError::TemplateNameTaken | ServiceError::TooManyTemplates => "name",
        _ => return Err(error.into()),
    };
    match PageError::from(error) {
        PageError::Refused(sentence) => errors.add(field, sentence),
        other => return Err(other),
    }
    Ok(())
}

fn template_id(text: &str) -> Result<MessageTemplateId, PageError> {
    text.parse().map_err(|_| PageError::NotFound)
}

/// Shows one template.
pub(super) async fn show(
    State(web): State<WebState>,
    staff: Staff,
    Path(template): Path<String>,
) -> Result<Response, PageError> {
    let id = template_id(&template)?;
    page::show(&page_of(&web, &staff, id, Again::default()).await?)
}

/// How a form comes back.
#[derive(Default)]
struct Again {
    typed: Option<TemplateForm>,
    errors: FieldErrors,
    is_conflict: bool,
}

async fn page_of(
    web: &WebState,
    staff: &Staff,
    id: MessageTemplateId,
    again: Again,
) -> Result<TemplatePage, PageError> {
    let stored = templates::find(&web.context, id).await?.ok_or(PageError::NotFound)?;
    let names = staff_accounts::list(&web.context).await?;
    let by = |template: &Stored| names.iter().find(|one| one.id == template.by).map(|one| one.name.to_string());
    let versions = templates::list_versions(&web.context, id).await?.into_iter().map(|one| TemplateRow {
        name: one.name.to_string(),
        href: String::new(),
        text: one.text.as_str().to_owned(),
        who: who(&one, by(&one)),
    });
    let typed = again.typed.unwrap_or_else(|| TemplateForm {
        name: stored.name.to_string(),
        text: stored.text.as_str().to_owned(),
        version: String::new(),
    });
    let change = || {
        let ask = form("change_template", "Opslaan", "Sjabloon wijzigen", path(links::STAFF_TEMPLATE, id));
        filled(ask.hidden("version", stored.version), &typed).alone(&again.errors)
    };
    let remove = || {
        let action = path(links::STAFF_TEMPLATE_REMOVE, id);
        Ask::new("remove_template", "Verwijderen", "Sjabloon verwijderen", action)
            .note("Berichten die ermee zijn geschreven, blijven staan.")
            .weight(Weight::Warning)
    };
    let versions: Vec<TemplateRow> = versions.collect();
    Ok(TemplatePage {
        frame: desk::frame(web, staff),
        nav: Nav::new(staff, links::STAFF_SCHOOLS),
        name: stored.name.to_string(),
        text: stored.text.as_str().to_owned(),
        back: links::STAFF_TEMPLATES,
        is_conflict: again.is_conflict,
        change: staff.can_act().then(change),
        remove: staff.can_act().then(remove),
        errors: again.errors,
        versions,
    })
}

/// Gives a template another name or text.
pub(super) async fn update(
    State(web): State<WebState>,
    ActingStaff(staff): ActingStaff,
    Path(template): Path<String>,
    Posted(typed): Posted<TemplateForm>,
) -> Result<Response, PageError> {
    let id = template_id(&template)?;
    let version = desk::seen(&typed.version)?;
    let mut again = Again::default();
    if let Some(wording) = typed.read(&mut again.errors) {
        match templates::change(&web.context, &staff.call(), Seen { id, version }, wording).await {
            Ok(did) => {
                let done = if did { Flash::Crew(CrewDone::TemplateSaved) } else { Flash::AlreadySo };
                return Ok(flash::redirect(&web, &path(links::STAFF_TEMPLATE, id), done));
            }
            Err(ServiceError::Conflict) => again.is_conflict = true,
            Err(error) => refuse(error, &mut again.errors)?,
        }
    }
    again.typed = Some(typed);
    let status = if again.is_conflict { StatusCode::CONFLICT } else { StatusCode::UNPROCESSABLE_ENTITY };
    page::show_with(status, &page_of(&web, &staff, id, again).await?)
}

/// Takes a template out of use.
pub(super) async fn delete(
    State(web): State<WebState>,
    ActingStaff(staff): ActingStaff,
    Path(template): Path<String>,
    Posted(Pressed {}): Posted<Pressed>,
) -> Result<Response, PageError> {
    let did = templates::remove(&web.context, &staff.call(), template_id(&template)?).await?;
    let done = if did { Flash::Crew(CrewDone::TemplateRemoved) } else { Flash::AlreadySo };
    Ok(flash::redirect(&web, links::STAFF_TEMPLATES, done))
}
