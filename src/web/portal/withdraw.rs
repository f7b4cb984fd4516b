//! Stopping: one or more schools choose Optie B, or do not go on.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use crate::domain::onboarding::{Command, Refusal};
use crate::domain::text::Reason;
use crate::links;
use crate::services::ServiceError;
use crate::services::onboarding::onboardings;
use crate::web::WebState;
use crate::web::error::PageError;
use crate::web::extract::SchoolContact;
use crate::web::flash::{self, Flash};
use crate::web::form::{FieldErrors, Posted};
use crate::web::kept;
use crate::web::page::{self, Frame};
use crate::web::portal::ask_kurve::{Ask, Question};
use crate::web::portal::opened::{Around, Opened, open};
use crate::web::portal::school_boxes::{NONE_NAMED, SchoolBox, SchoolBoxes};
use crate::web::portal::step_parts::Choice;
use crate::words;

/// What a visitor reads when somebody else was first.
const ONE_STOPPED: &str =
    "Een collega liet net een van deze scholen stoppen. Kijk na welke er nog zijn, en druk dan opnieuw.";

const OPTION_B: &str = "optie_b";
const STOP: &str = "stoppen";

#[derive(Debug, Default, Deserialize)]
pub(super) struct WithdrawForm {
    #[serde(flatten)]
    schools: SchoolBoxes,
    #[serde(default)]
    choice: String,
    #[serde(default)]
    reason: String,
}

#[derive(Template)]
#[template(path = "portal/withdraw.html")]
struct WithdrawPage {
    frame: Frame,
    around: Around,
    form: WithdrawForm,
    errors: FieldErrors,
    choices: Vec<Choice>,
    /// The schools that can stop; one of them is stopped without a choice.
    boxes: Vec<SchoolBox>,
    is_withdrawn: bool,
    /// To go on all the same, where they stopped.
    ask: Ask,
    /// Why this visitor may not; empty when they may.
    refusal: String,
    path: String,
    pause_path: String,
    option_b_path: &'static str,
}

pub(super) async fn show(State(web): State<WebState>, who: SchoolContact) -> Result<Response, PageError> {
    let kept: Option<WithdrawForm> = kept::typed(&web, &who.visit, &who.at(links::SCHOOL_WITHDRAW)).await?;
    let came_back = kept.is_some();
    let page = build(&web, &who, kept.unwrap_or_default(), FieldErrors::default()).await?;
    page::show(&WithdrawPage { frame: kept::say(page.frame.clone(), came_back), ..page })
}

pub(super) async fn create(
    State(web): State<WebState>,
    who: SchoolContact,
    Posted(mut form): Posted<WithdrawForm>,
) -> Result<Response, PageError> {
    let file = onboardings::load_file(&web.context, who.connection()).await?;
    let mut errors = FieldErrors::default();
    let named = Some(form.schools.named_in(&file)).filter(|named| !named.is_empty());
    let named = errors.choose("schools", named, NONE_NAMED);
    let choice = errors.choose("choice", said(&form.choice), "Kies wat jullie gaan doen.");
    let whole = choice.map(|choice| format!("{choice} {}", form.reason));
    let reason = whole.and_then(|whole| errors.take("reason", Reason::parse(&whole)));
    if let (Some(named), Some(reason)) = (named, reason) {
        let goes_on = file.state.live().any(|(school, _)| !named.contains(&school));
        let chose_option_b = form.choice == OPTION_B;
        let one = |school| Command::Withdraw { school, reason: reason.clone(), chose_option_b };
        let commands: Vec<Command> = named.into_iter().map(one).collect();
        let flash = match onboardings::act_all(&web.context, &who.call(), who.connection(), &commands, None).await {
            Ok(_) if goes_on => Some(Flash::SchoolsWithdrawn),
            Ok(_) => Some(Flash::Withdrawn),
            Err(ServiceError::Refused(Refusal::IsWithdrawn)) if commands.len() == 1 => Some(Flash::AlreadySo),
            // A colleague stopped one of them a moment ago, and so nothing was done.
            Err(ServiceError::Refused(Refusal::IsWithdrawn)) => {
                errors.add("schools", ONE_STOPPED);
                None
            }
            // The page says so.
            Err(ServiceError::Refused(Refusal::NotVouched)) => None,
            Err(ServiceError::HoldsPassword) => {
                errors.add("reason", words::HOLDS_PASSWORD);
                form.reason.clear();
                None
            }
            Err(error) => return Err(error.into()),
        };
        if let Some(flash) = flash {
            let then = if chose_option_b { links::SCHOOL_OPTION_B } else { links::SCHOOL };
            return Ok(flash::redirect(&web, &who.at(then), flash));
        }
    }
    page::show_with(StatusCode::UNPROCESSABLE_ENTITY, &build(&web, &who, form, errors).await?)
}

/// How a choice opens the reason that is kept.
fn said(choice: &str) -> Option<&'static str> {
    match choice {
        OPTION_B => Some("We kiezen Optie B."),
        STOP => Some("We stoppen."),
        _ => None,
    }
}

async fn build(
    web: &WebState,
    who: &SchoolContact,
    form: WithdrawForm,
    errors: FieldErrors,
) -> Result<WithdrawPage, PageError> {
    let Opened { frame, around, file } = open(web, who, "").await?;
    let choices = vec![
        Choice::new(
            OPTION_B,
            "We kiezen Optie B",
            "Je maakt zelf een export uit Magister en importeert dat bestand in Numo. Daarna kom je op de pagina die daarbij helpt.",
        ),
        Choice::new(STOP, "We stoppen", "Jullie koppelen Magister niet aan Numo."),
    ];
    Ok(WithdrawPage {
        frame,
        around,
        boxes: form.schools.boxes(&file),
        form,
        errors,
        choices,
        is_withdrawn: file.state.lifecycle().is_withdrawn(),
        ask: Ask::new(&who.contact, Question::GoOn, None),
        refusal: if who.contact.is_vouched() { String::new() } else { words::refusal(&Refusal::NotVouched) },
        path: who.at(links::SCHOOL_WITHDRAW),
        pause_path: who.at(links::SCHOOL_PAUSE),
        option_b_path: links::OPTION_B,
    })
}
