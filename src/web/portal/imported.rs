//! "Import melden": a contact reports that one or more of their schools imported.

use axum::extract::State;
use axum::response::Response;

use crate::domain::onboarding::Command;
use crate::links;
use crate::services::onboarding::onboardings;
use crate::web::WebState;
use crate::web::error::PageError;
use crate::web::extract::SchoolContact;
use crate::web::flash::{self, Flash};
use crate::web::form::{FieldErrors, Posted};
use crate::web::portal::overview;
use crate::web::portal::school_boxes::{NONE_NAMED, SchoolBoxes};

pub(super) async fn create(
    State(web): State<WebState>,
    who: SchoolContact,
    Posted(boxes): Posted<SchoolBoxes>,
) -> Result<Response, PageError> {
    let file = onboardings::load_file(&web.context, who.connection()).await?;
    let named = boxes.named_in(&file);
    if named.is_empty() {
        let mut errors = FieldErrors::default();
        errors.add("schools", NONE_NAMED);
        return overview::come_back(&web, &who, errors).await;
    }
    let commands: Vec<Command> = named.into_iter().map(|school| Command::ReportImported { school }).collect();
    onboardings::act_all(&web.context, &who.call(), who.connection(), &commands, None).await?;
    Ok(flash::redirect(&web, &who.at(links::SCHOOL), Flash::ImportReported))
}
