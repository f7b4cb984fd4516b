//! Optie B for the contacts of a school that chose it: the page that makes the file, with what is kept of the school.

use askama::Template;
use axum::extract::{FromRequestParts, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use serde::Deserialize;

use crate::domain::ids::SchoolId;
use crate::domain::option_b::{LONGEST_CODE, LONGEST_STUDY, MOST_STUDIES, OptionB, Said, StudyCode, StudyTable};
use crate::domain::school::{School, SchoolRef};
use crate::links::{self, OfConnection};
use crate::services::ServiceError;
use crate::services::onboarding::onboardings::ConnectionFile;
use crate::services::onboarding::option_b::{self as service, OptionBCommand};
use crate::web::WebState;
use crate::web::error::PageError;
use crate::web::extract::{SchoolContact, path_value};
use crate::web::flash::{self, Flash};
use crate::web::form::{FieldErrors, Posted, Pressed};
use crate::web::option_b::{self as converter, Converter, Kept};
use crate::web::page::{self, Frame};
use crate::web::portal::opened::{Around, Opened, open};
use crate::words;

/// The school in a path; what is no id is a page that is not there.
#[derive(Debug, Clone, Copy)]
pub(super) struct SchoolPath(SchoolId);

impl FromRequestParts<WebState> for SchoolPath {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, web: &WebState) -> Result<Self, PageError> {
        path_value(parts, web, "school").await?.parse().map(Self).map_err(|_| PageError::NotFound)
    }
}

#[derive(Template)]
#[template(path = "portal/option_b.html")]
struct OptionBPage {
    frame: Frame,
    around: Around,
    converter: Converter,
    /// The other schools of the connection that chose Optie B.
    others: Vec<SchoolLink>,
    /// The page on which the table is changed as a text.
    table: String,
}

/// A school with its page.
struct SchoolLink {
    name: String,
    href: String,
}

/// The table as a text, for who pastes one or has no JavaScript.
#[derive(Template)]
#[template(path = "portal/option_b_table.html")]
struct TablePage {
    frame: Frame,
    around: Around,
    name: String,
    brin: String,
    typed: String,
    /// The table that the typed one is made from.
    version: String,
    /// The table as a colleague kept it meanwhile.
    now: Option<Vec<StudyCode>>,
    errors: FieldErrors,
    path: String,
    back: String,
}

/// The table as typed.
#[derive(Debug, Default, Deserialize)]
pub(super) struct TableForm {
    #[serde(default)]
    studies: String,
    #[serde(default)]
    version: String,
}

/// Optie B of the first school that chose it, by name; the page leads to the others.
pub(super) async fn show_first(State(web): State<WebState>, who: SchoolContact) -> Result<Response, PageError> {
    show_of(&web, &who, None).await
}

pub(super) async fn show(
    State(web): State<WebState>,
    who: SchoolContact,
    SchoolPath(school): SchoolPath,
) -> Result<Response, PageError> {
    show_of(&web, &who, Some(school)).await
}

async fn show_of(web: &WebState, who: &SchoolContact, named: Option<SchoolId>) -> Result<Response, PageError> {
    let Opened { frame, around, file } = open(web, who, "option_b").await?;
    let kept = service::list(&web.context, &file).await?;
    let chose: Vec<&School> = file.schools.iter().filter(|school| kept.contains_key(&school.id)).collect();
    let school = match named {
        Some(named) => chose.iter().copied().find(|school| school.id == named),
        None => chose.first().copied(),
    };
    let school = school.ok_or(PageError::NotFound)?;
    let kept = kept.get(&school.id).ok_or(PageError::NotFound)?;
    let at = |path: OfConnection, of: &School| path.school(SchoolRef { connection: who.connection(), school: of.id });
    let others = chose
        .into_iter()
        .filter(|other| other.id != school.id)
        .map(|other| SchoolLink { name: other.details.name.to_string(), href: at(links::SCHOOL_OPTION_B_OF, other) });
    let converter = Converter {
        studies: kept.studies.rows().to_vec(),
        codes: converter::known_codes(web),
        kept: Some(Kept {
            school: school.details.name.to_string(),
            brin: school.details.brin.to_string(),
            save_table: at(links::SCHOOL_OPTION_B_TABLE, school),
            file_made: at(links::SCHOOL_OPTION_B_MADE, school),
            cleaned_up: at(links::SCHOOL_OPTION_B_CLEANED, school),
            table_saved: kept.table_kept.map(|said| words::date_nl(said.at)),
            made: kept.file_made.map(words::date_nl),
            cleaned: cleaned(kept, &file),
            reader: who.contact.name.to_string(),
            version: kept.version(),
        }),
    };
    let table = at(links::SCHOOL_OPTION_B_TABLE, school);
    let page = OptionBPage { frame, around, converter, others: others.collect(), table };
    converter::show(&page)
}

/// When all was cleaned up and by whom.
fn cleaned(kept: &OptionB, file: &ConnectionFile) -> Option<String> {
    kept.cleaned_up.map(|said| format!("{}, door {}", words::date_nl(said.at), name_of(said, file)))
}

fn name_of(said: Said, file: &ConnectionFile) -> String {
    file.contact(said.by).map_or_else(|| "een contactpersoon".to_owned(), |contact| contact.name.to_string())
}

pub(super) async fn show_table(
    State(web): State<WebState>,
    who: SchoolContact,
    SchoolPath(school): SchoolPath,
) -> Result<Response, PageError> {
    page::show(&table_page(&web, &who, school).await?.0)
}

/// The page with the table as it is kept, and that table's last keeping in words.
async fn table_page(web: &WebState, who: &SchoolContact, school: SchoolId) -> Result<(TablePage, String), PageError> {
    let Opened { frame, around, file } = open(web, who, "option_b").await?;
    let kept = service::list(&web.context, &file).await?.remove(&school).ok_or(PageError::NotFound)?;
    let found = file.schools.iter().find(|one| one.id == school).ok_or(PageError::NotFound)?;
    let of = SchoolRef { connection: who.connection(), school };
    let by = kept.table_kept.map(|said| (name_of(said, &file), words::date_nl(said.at)));
    let changed = match by {
        Some((name, on)) => format!(
            "{name} bewaarde intussen een andere tabel, op {on}. Vergelijk de twee. Bewaar je nog een keer, dan vervangt \
             jouw tabel die andere."
        ),
        None => String::new(),
    };
    let page = TablePage {
        frame,
        around,
        name: found.details.name.to_string(),
        brin: found.details.brin.to_string(),
        typed: kept.studies.to_text(),
        version: kept.version(),
        now: None,
        errors: FieldErrors::default(),
        path: links::SCHOOL_OPTION_B_TABLE.school(of),
        back: links::SCHOOL_OPTION_B_OF.school(of),
    };
    Ok((page, changed))
}

/// Keeps the table of the school.
pub(super) async fn keep_table(
    State(web): State<WebState>,
    who: SchoolContact,
    SchoolPath(school): SchoolPath,
    Posted(mut form): Posted<TableForm>,
) -> Result<Response, PageError> {
    let mut errors = FieldErrors::default();
    match StudyTable::parse(&form.studies) {
        Err(fault) => errors.add("studies", fault.sentence()),
        Ok(studies) => {
            let command = OptionBCommand::KeepTable { studies, over: form.version.clone() };
            match say(&web, &who, school, command).await {
                Ok(answer) => return Ok(answer),
                Err(ServiceError::TableChanged) => return show_changed(&web, &who, school, form).await,
                Err(ServiceError::HoldsPassword) => {
                    errors.add("studies", words::HOLDS_PASSWORD);
                    form.studies.clear();
                }
                Err(error) => return Err(error.into()),
            }
        }
    }
    let (page, _) = table_page(&web, &who, school).await?;
    let page = TablePage { typed: form.studies, version: form.version, errors, ..page };
    page::show_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

/// Shows the typed table beside the one that was kept meanwhile; kept once more it takes its place.
async fn show_changed(
    web: &WebState,
    who: &SchoolContact,
    school: SchoolId,
    form: TableForm,
) -> Result<Response, PageError> {
    let (page, changed) = table_page(web, who, school).await?;
    let now = StudyTable::parse(&page.typed).map(|table| table.rows().to_vec()).unwrap_or_default();
    let mut errors = FieldErrors::default();
    errors.add("studies", changed);
    page::show_with(StatusCode::CONFLICT, &TablePage { typed: form.studies, now: Some(now), errors, ..page })
}

/// Notes that the file for Numo is made.
pub(super) async fn file_made(
    State(web): State<WebState>,
    who: SchoolContact,
    SchoolPath(school): SchoolPath,
    Posted(Pressed {}): Posted<Pressed>,
) -> Result<Response, PageError> {
    Ok(say(&web, &who, school, OptionBCommand::FileMade).await?)
}

/// Notes that all files with pupils are gone.
pub(super) async fn cleaned_up(
    State(web): State<WebState>,
    who: SchoolContact,
    SchoolPath(school): SchoolPath,
    Posted(Pressed {}): Posted<Pressed>,
) -> Result<Response, PageError> {
    Ok(say(&web, &who, school, OptionBCommand::CleanedUp).await?)
}

/// Keeps what the contact says, and goes on to the page of Optie B.
async fn say(
    web: &WebState,
    who: &SchoolContact,
    school: SchoolId,
    command: OptionBCommand,
) -> Result<Response, ServiceError> {
    let of = SchoolRef { connection: who.connection(), school };
    let is_new = service::say(&web.context, &who.call(), of, command).await?;
    let flash = if is_new { Flash::OptionBKept } else { Flash::AlreadySo };
    Ok(flash::redirect(web, &links::SCHOOL_OPTION_B_OF.school(of), flash))
}
