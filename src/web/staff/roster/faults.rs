//! The rows that somebody has to look at as a file, with the explanation beside them, to mend in one's own.

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};

use super::{list_id, rows};
use crate::services::roster::{dry_run, lists};
use crate::web::WebState;
use crate::web::error::PageError;
use crate::web::extract::ActingStaff;
use crate::web::staff::export::as_text;

/// The rows as CSV.
pub(in crate::web::staff) async fn csv(
    State(web): State<WebState>,
    ActingStaff(staff): ActingStaff,
    Path(list): Path<String>,
) -> Result<Response, PageError> {
    let list = lists::open(&web.context, &staff.call(), list_id(&list)?).await?;
    let dry = dry_run(&web.context, &list.sheet, &list.mapping).await?;
    let wanted = rows::numbers_to_look_at(&dry);
    let mut writer = csv::WriterBuilder::new()
        .delimiter(b';')
        .terminator(csv::Terminator::CRLF)
        .flexible(true)
        .from_writer(b"\xef\xbb\xbf".to_vec());
    let failed = |_| PageError::Broken("a list could not be written");
    let head = ["Rij"].into_iter().chain(list.sheet.headers.iter().map(String::as_str)).chain(["Uitleg"]);
    writer.write_record(head.map(as_text)).map_err(failed)?;
    for row in list.sheet.rows.iter().filter(|row| wanted.contains(&row.number)) {
        let cells = (0..list.sheet.headers.len()).map(|column| row.entry(column).text().to_owned());
        let number = [row.number.to_string()];
        let said = [rows::sentences_of(&dry, row.number)];
        let record: Vec<String> = number.into_iter().chain(cells).chain(said).map(|cell| as_text(&cell)).collect();
        writer.write_record(record).map_err(failed)?;
    }
    let bytes = writer.into_inner().map_err(|_| PageError::Broken("a list could not be written"))?;
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"rijen-om-na-te-kijken.csv\""),
    ];
    Ok((headers, bytes).into_response())
}
