//! The first step: a file is brought. What is in it is kept sealed, and shown on the next page.

use askama::Template;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::path;
use crate::domain::roster::{FileName, MOST_ROWS, Sheet, Unreadable};
use crate::links;
use crate::services::roster::lists::{self, KEEP_HOURS};
use crate::web::error::PageError;
use crate::web::extract::{ActingStaff, Staff};
use crate::web::flash::see_other;
use crate::web::form::FieldErrors;
use crate::web::page::Frame;
use crate::web::staff::desk::{self, Nav};
use crate::web::upload::Uploaded;
use crate::web::{WebState, assets, page};
use crate::words;

/// Says that a text is UTF-8, to spreadsheets.
const MARK: &[u8] = b"\xef\xbb\xbf";

/// An example of a file, as Dutch spreadsheets read it.
const SAMPLE: &str = "School;BRIN;Schooldomein;Regio;Contactpersoon;E-mail;Rol;Stand\r\n\
    Bonhoeffer College;12AB;bonhoeffer;Midden;Joke Jansen;j.jansen@school.example;superbeheerder;\r\n\
    Het Molenveld;34CD;molenveld;Zuid;Bo Bos;b.bos@molenveld.example;applicatiebeheerder;\
    \"consent gegeven, allowlisting bevestigd\"\r\n";

/// Where a file is chosen.
#[derive(Template)]
#[template(path = "staff/roster/bring.html")]
struct BringPage {
    frame: Frame,
    nav: Nav,
    asset_roster: String,
    errors: FieldErrors,
    most_rows: usize,
    keep_hours: i64,
}

impl BringPage {
    fn new(web: &WebState, staff: &Staff, errors: FieldErrors) -> Self {
        Self {
            frame: desk::frame(web, staff),
            nav: Nav::new(staff, links::STAFF_SCHOOLS),
            asset_roster: assets::address("roster.css"),
            errors,
            most_rows: MOST_ROWS,
            keep_hours: KEEP_HOURS,
        }
    }
}

/// Shows where a file is chosen.
pub(in crate::web::staff) async fn new(
    State(web): State<WebState>,
    ActingStaff(staff): ActingStaff,
) -> Result<Response, PageError> {
    page::show(&BringPage::new(&web, &staff, FieldErrors::default()))
}

/// Takes a file.
pub(in crate::web::staff) async fn create(
    State(web): State<WebState>,
    ActingStaff(staff): ActingStaff,
    file: Uploaded,
) -> Result<Response, PageError> {
    let mut errors = FieldErrors::default();
    if file.name.is_empty() && file.bytes.is_empty() {
        errors.add("file", "Kies een bestand.");
    } else {
        match read(file.bytes.to_vec()).await? {
            Ok(sheet) => {
                let id = lists::bring(&web.context, &staff.call(), FileName::of(&file.name), sheet).await?;
                return Ok(see_other(&path(links::STAFF_ROSTER, id)));
            }
            Err(why) => errors.add("file", words::roster::unreadable(why)),
        }
    }
    page::show_with(StatusCode::UNPROCESSABLE_ENTITY, &BringPage::new(&web, &staff, errors))
}

/// Reading a large workbook takes a moment, in which other visitors go on.
async fn read(bytes: Vec<u8>) -> Result<Result<Sheet, Unreadable>, PageError> {
    let reading = tokio::task::spawn_blocking(move || Sheet::read(&bytes));
    reading.await.map_err(|_| PageError::Broken("a file could not be read to its end"))
}

/// An example to begin from.
pub(in crate::web::staff) async fn sample(_: Staff) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"voorbeeld-scholen.csv\""),
    ];
    (headers, [MARK, SAMPLE.as_bytes()].concat()).into_response()
}
