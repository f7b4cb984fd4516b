//! What is kept of a person, for an admin: looked up by address, handed over, and erased. The address is posted, so that it
//! stands in no address bar and no log. Below it stands what is kept for how long.

mod kept;

use askama::Template;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use self::kept::{GoingRows, KeptRow};
use super::ask::{Ask, AskField, Weight};
use super::desk::{self, Nav};
use crate::domain::text::EmailAddress;
use crate::links;
use crate::services::privacy::erase::{self, EraseError};
use crate::services::privacy::export::{self, Count, Dossier};
use crate::web::error::PageError;
use crate::web::extract::{Admin, Staff};
use crate::web::form::{FieldError, FieldErrors, Posted};
use crate::web::page::Frame;
use crate::web::{WebState, page};
use crate::words;

struct CountRow {
    name: &'static str,
    rows: u64,
}

#[derive(Template)]
#[template(path = "staff/privacy.html")]
struct PrivacyPage {
    frame: Frame,
    nav: Nav,
    errors: Vec<FieldError>,
    look: Ask,
    /// Whose; empty until somebody was looked up.
    address: String,
    counts: Vec<CountRow>,
    /// What can be done with what was found.
    presses: Vec<Ask>,
    /// Why it was not erased.
    refusal: String,
    /// Whether it was erased just now.
    is_erased: bool,
    /// What is kept for how long.
    kept: Vec<KeptRow>,
    /// Which schools go within a week.
    going: GoingRows,
}

/// An address as typed, and once more where it is to be erased.
#[derive(Debug, Default, Deserialize)]
pub(super) struct PersonForm {
    #[serde(default)]
    email: String,
    #[serde(default)]
    again: String,
}

/// Asks whose.
pub(super) async fn show(State(web): State<WebState>, Admin(staff): Admin) -> Result<Response, PageError> {
    page::show(&empty(&web, &staff, "", &FieldErrors::default()).await?)
}

async fn empty(web: &WebState, staff: &Staff, typed: &str, errors: &FieldErrors) -> Result<PrivacyPage, PageError> {
    let look = Ask::new("privacy_look", "Opzoeken", "Opzoeken", links::STAFF_PRIVACY.to_owned())
        .field(AskField::line("email", "E-mailadres van de persoon", typed).kind("email"))
        .weight(Weight::Primary);
    Ok(PrivacyPage {
        frame: desk::frame(web, staff),
        nav: Nav::new(staff, links::STAFF_COLLEAGUES),
        errors: errors.all().to_vec(),
        look: look.alone(errors),
        address: String::new(),
        counts: vec![],
        presses: vec![],
        refusal: String::new(),
        is_erased: false,
        kept: kept::rows(&web.context.retention),
        going: kept::going(&web.context).await?,
    })
}

/// Says how much is kept of a person.
pub(super) async fn look(
    State(web): State<WebState>,
    Admin(staff): Admin,
    Posted(typed): Posted<PersonForm>,
) -> Result<Response, PageError> {
    match find(&web, &staff, &typed).await? {
        Ok(dossier) => page::show(&found(&web, &staff, &dossier, &FieldErrors::default()).await?),
        Err(again) => Ok(again),
    }
}

/// Everything that is kept of the person who was typed; the page again where that is no address.
async fn find(web: &WebState, staff: &Staff, typed: &PersonForm) -> Result<Result<Dossier, Response>, PageError> {
    let mut errors = FieldErrors::default();
    match errors.take("email", EmailAddress::parse_typed(&typed.email)) {
        Some(address) => Ok(Ok(export::look(&web.context, staff.visit.now, address).await?)),
        None => {
            let page = empty(web, staff, &typed.email, &errors).await?;
            Ok(Err(page::show_with(StatusCode::UNPROCESSABLE_ENTITY, &page)?))
        }
    }
}

async fn found(
    web: &WebState,
    staff: &Staff,
    dossier: &Dossier,
    errors: &FieldErrors,
) -> Result<PrivacyPage, PageError> {
    let address = dossier.address.as_str();
    let counts = dossier.counts();
    let page = empty(web, staff, address, &FieldErrors::default()).await?;
    let refusal = match dossier.inside_the_chain {
        0 => String::new(),
        texts => refused(&EraseError::InsideTheChain(texts)),
    };
    Ok(PrivacyPage {
        errors: errors.all().to_vec(),
        address: dossier.address.shown(),
        presses: if counts.is_empty() { vec![] } else { presses(address, errors) },
        counts: counts.into_iter().map(row).collect(),
        refusal,
        ..page
    })
}

fn row(count: Count) -> CountRow {
    CountRow { name: words::privacy::kind_name(count.kind), rows: count.rows }
}

fn presses(address: &str, errors: &FieldErrors) -> Vec<Ask> {
    let ask = |key, verb, title: &str, path: &str| Ask::new(key, verb, title, path.to_owned()).hidden("email", address);
    let page = ask("privacy_page", "Als pagina", "Als pagina", links::STAFF_PRIVACY_PAGE)
        .note("Om te lezen of te geven aan wie erom vraagt. Er staan gegevens van deze persoon in.");
    let json = ask("privacy_json", "Als JSON", "Als JSON", links::STAFF_PRIVACY_JSON)
        .note("Hetzelfde, voor een ander programma.");
    let erase = ask("privacy_erase", "Wissen", "Alles wissen", links::STAFF_PRIVACY_ERASE)
        .note("Dit kun je niet terugdraaien. Wat deze persoon deed, blijft staan als gedaan door een eerdere contactpersoon.")
        .field(AskField::line("again", "Typ het adres nog een keer", "").kind("email"))
        .weight(Weight::Warning)
        .alone(errors);
    let erase = Ask { is_open: !errors.is_empty(), ..erase };
    vec![page, json, erase]
}

/// Hands everything over as a page.
pub(super) async fn as_page(
    State(web): State<WebState>,
    Admin(staff): Admin,
    Posted(typed): Posted<PersonForm>,
) -> Result<Response, PageError> {
    match find(&web, &staff, &typed).await? {
        Ok(dossier) => Ok(file("text/html; charset=utf-8", "html", dossier.to_page()?)),
        Err(again) => Ok(again),
    }
}

/// Hands everything over as JSON.
pub(super) async fn as_json(
    State(web): State<WebState>,
    Admin(staff): Admin,
    Posted(typed): Posted<PersonForm>,
) -> Result<Response, PageError> {
    match find(&web, &staff, &typed).await? {
        Ok(dossier) => Ok(file("application/json", "json", format!("{:#}", dossier.to_json()))),
        Err(again) => Ok(again),
    }
}

fn file(content_type: &'static str, ending: &str, body: String) -> Response {
    let named = format!("attachment; filename=\"gegevens.{ending}\"");
    ([(header::CONTENT_TYPE, content_type.to_owned()), (header::CONTENT_DISPOSITION, named)], body).into_response()
}

/// Erases everything that is kept of a person whose address was typed twice.
pub(super) async fn erase(
    State(web): State<WebState>,
    Admin(staff): Admin,
    Posted(typed): Posted<PersonForm>,
) -> Result<Response, PageError> {
    let dossier = match find(&web, &staff, &typed).await? {
        Ok(dossier) => dossier,
        Err(again) => return Ok(again),
    };
    let mut errors = FieldErrors::default();
    let again = EmailAddress::parse_typed(&typed.again).ok();
    let is_same = again.is_some_and(|again| again.key_form() == dossier.address.key_form());
    errors.choose("again", is_same.then_some(()), "Typ hetzelfde adres als waar je op zocht.");
    if !errors.is_empty() {
        let page = found(&web, &staff, &dossier, &errors).await?;
        return page::show_with(StatusCode::UNPROCESSABLE_ENTITY, &page);
    }
    match erase::erase(&web.context, &web.mailer, &staff.call(), &dossier.address).await {
        Ok(erased) => {
            let counts = erased.counts.into_iter().map(row).collect();
            let page = empty(&web, &staff, "", &FieldErrors::default()).await?;
            page::show(&PrivacyPage { address: dossier.address.shown(), counts, is_erased: true, ..page })
        }
        // The press arrived twice.
        Err(EraseError::Nobody) => page::show(&found(&web, &staff, &dossier, &FieldErrors::default()).await?),
        Err(EraseError::Service(error)) => Err(error.into()),
        Err(refusal) => {
            let page = found(&web, &staff, &dossier, &FieldErrors::default()).await?;
            let page = PrivacyPage { refusal: refused(&refusal), ..page };
            page::show_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}

/// Why somebody is not erased, and what to do first.
fn refused(error: &EraseError) -> String {
    match error {
        EraseError::InsideTheChain(texts) => format!(
            "Deze persoon kan niet worden gewist: {texts} teksten in de tijdlijn zijn van een eerdere versie van Koppelklaar en zitten vast in het logboek."
        ),
        EraseError::ColleagueInUse => {
            "Dit is een collega die nog kan inloggen. Zet het account eerst uit bij Collega's.".to_owned()
        }
        EraseError::OnlyContact(domain) => format!(
            "Dit is de enige contactpersoon van {domain}. Voeg daar eerst iemand anders toe, of stop de koppeling."
        ),
        EraseError::Untrue(_) | EraseError::Nobody | EraseError::Service(_) => {
            "De gegevens van een koppeling kloppen niet met het logboek. Laat de beheerder van de server ernaar kijken."
                .to_owned()
        }
    }
}
