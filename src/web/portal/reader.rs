//! Who reads a mailbox that several people share: asked on every page until it is said, once after each sign-in.

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;

use crate::domain::text::PersonName;
use crate::links;
use crate::services::ServiceError;
use crate::services::people::readers;
use crate::web::WebState;
use crate::web::error::PageError;
use crate::web::extract::SchoolContact;
use crate::web::flash::{self, CrewDone, Flash, with_cookie};
use crate::web::form::Posted;
use crate::web::session::Jar;
use crate::words;

/// A name as typed. Without `Debug`: it names somebody.
#[derive(Default, Deserialize)]
pub(super) struct ReaderForm {
    #[serde(default)]
    reader: String,
}

/// Keeps who reads.
pub(super) async fn create(
    State(web): State<WebState>,
    who: SchoolContact,
    Posted(form): Posted<ReaderForm>,
) -> Result<Response, PageError> {
    let to = who.at(links::SCHOOL);
    if !who.asks_reader() {
        return Ok(flash::redirect(&web, &to, Flash::AlreadySo));
    }
    // The form stands on every page, so it does not come back on one: what is wrong is said on its own.
    let name =
        PersonName::parse_typed(&form.reader).map_err(|error| PageError::Refused(error.sentence().to_owned()))?;
    match readers::note(&web.context, &who.call(), who.connection(), name).await {
        Ok(()) => {
            let said = flash::redirect(&web, &to, Flash::Crew(CrewDone::ReaderNamed));
            Ok(with_cookie(said, &Jar::Reader.write(&web, who.reader_mark())))
        }
        Err(ServiceError::HoldsPassword) => Err(PageError::Refused(words::HOLDS_PASSWORD.to_owned())),
        Err(error) => Err(error.into()),
    }
}
