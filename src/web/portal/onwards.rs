//! Where somebody is led who did a step: to the next one that is theirs to do, or else to the overview.

use crate::domain::check::Truths;
use crate::domain::onboarding::Step;
use crate::links;
use crate::services::checks;
use crate::services::onboarding::onboardings;
use crate::web::WebState;
use crate::web::error::PageError;
use crate::web::extract::SchoolContact;
use crate::web::portal::{next, next_of_several, view};

/// The page after a step that was done. Who was on a step that is done already, and presses once more, is led on too.
pub(super) async fn after_step(web: &WebState, who: &SchoolContact) -> Result<String, PageError> {
    let file = onboardings::load_file(&web.context, who.connection()).await?;
    let names = view::names_of(&file, who.contact.id);
    let truths = Truths { state: &file.state, newest: checks::newest(&web.context, file.connection.id).await? };
    let card = next_of_several::card(&file, &truths, &who.contact);
    let card = card.unwrap_or_else(|| next::card(&truths, &who.contact, &names));
    let mine = card.about.parse::<Step>().ok().filter(|step| next::may_do(&file.state, &who.contact, *step));
    Ok(match mine {
        Some(step) if card.kind == "now" => who.at_step(links::SCHOOL_STEP, step),
        Some(_) | None => who.at(links::SCHOOL),
    })
}
