//! The page "Woorden": what schools meet in Koppelklaar and Magister, in plain words.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use crate::links;
use crate::web::WebState;
use crate::web::error::PageError;
use crate::web::extract::Visit;
use crate::web::page::{self, Frame};
use crate::words::{GLOSSARY, Word};

/// The glossary.
#[derive(Template)]
#[template(path = "public/words.html")]
struct WordsPage {
    frame: Frame,
    words: [Word; GLOSSARY.len()],
}

/// Shows the glossary.
pub(super) async fn show(State(web): State<WebState>, visit: Visit) -> Result<Response, PageError> {
    page::show(&WordsPage { frame: visit.frame(&web), words: GLOSSARY })
}
