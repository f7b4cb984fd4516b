//! What used to end in "mail Kurve": a button that puts the question on Kurve's worklist, with what Kurve needs to know.

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use strum::{EnumString, IntoStaticStr};

use crate::domain::message::Sorted;
use crate::domain::onboarding::progress::open_steps;
use crate::domain::onboarding::{Onboarding, Step};
use crate::domain::school::Contact;
use crate::domain::text::MessageText;
use crate::links;
use crate::services::ServiceError;
use crate::services::messages::{receiving, thread};
use crate::services::onboarding::onboardings;
use crate::store::onboarding::messages::Author;
use crate::web::WebState;
use crate::web::error::PageError;
use crate::web::extract::SchoolContact;
use crate::web::flash::{self, Flash};
use crate::web::form::Posted;
use crate::words;

/// How many messages are searched for the same question.
const SEARCHED: u64 = 20;

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumString, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub(super) enum Question {
    /// How it is with a step that waits on Kurve.
    Progress,
    /// To go on after the connection was stopped.
    GoOn,
}

/// A button that asks it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ask {
    pub(super) path: String,
    pub(super) about: &'static str,
    /// Empty where it is about no step.
    pub(super) step: &'static str,
    pub(super) label: &'static str,
}

impl Ask {
    /// To be let at the password and the query: that waits on the worklist as what it is.
    pub(super) fn access(me: &Contact) -> Self {
        Self {
            path: links::SCHOOL_COLLEAGUE_ACCESS.contact(me.reference()),
            about: "",
            step: "",
            label: "Vraag Kurve mij toegang te geven",
        }
    }

    pub(super) fn new(me: &Contact, question: Question, step: Option<Step>) -> Self {
        Self {
            path: links::SCHOOL_ASK.at(me.connection),
            about: question.into(),
            step: step.map(Step::as_str).unwrap_or_default(),
            label: match question {
                Question::Progress => "Kurve vragen hoe het staat",
                Question::GoOn => "Kurve vragen om verder te gaan",
            },
        }
    }
}

/// The question as posted.
#[derive(Debug, Default, Deserialize)]
pub(super) struct AskForm {
    #[serde(default)]
    about: String,
    #[serde(default)]
    step: String,
}

/// Puts the question on Kurve's worklist, once as long as it waits there.
pub(super) async fn create(
    State(web): State<WebState>,
    who: SchoolContact,
    Posted(form): Posted<AskForm>,
) -> Result<Response, PageError> {
    web.limits.check_client(who.visit.client)?;
    let question: Question = form.about.parse().map_err(|_| PageError::NotFound)?;
    let step = form.step.parse::<Step>().ok();
    let to = step.map_or_else(|| who.at(links::SCHOOL), |step| who.at_step(links::SCHOOL_STEP, step));
    let file = onboardings::load_file(&web.context, who.connection()).await?;
    let text = text(question, step, &file.state, &who.contact);
    let text = MessageText::parse(&text).map_err(|_| PageError::Broken("a question that is no message"))?;
    let known = thread::load(&web.context, who.connection(), SEARCHED).await?;
    let is_same = |one: &thread::InThread| {
        let message = &one.message;
        let is_mine = message.author == Author::Contact(who.contact.id) && message.waits_since.is_some();
        is_mine && message.text.as_ref() == Some(&text)
    };
    if known.messages.iter().any(is_same) {
        return Ok(flash::redirect(&web, &to, Flash::AskedAlready));
    }
    match receiving::receive(&web.context, &who.call(), who.connection(), text, Sorted::default()).await {
        Ok(()) => Ok(flash::redirect(&web, &to, Flash::Asked)),
        Err(ServiceError::TooManyMessages) => Err(PageError::Refused(words::messages::TOO_MANY_MESSAGES.to_owned())),
        Err(error) => Err(error.into()),
    }
}

/// What Kurve reads.
fn text(question: Question, step: Option<Step>, state: &Onboarding, me: &Contact) -> String {
    let who = format!("{}, {}", me.name, me.roles.words_nl());
    match (question, step) {
        (Question::Progress, Some(step)) => {
            let open = open_steps(state).into_iter().find(|open| open.step == step);
            let since = open.map(|open| format!(" sinds {}", words::date_nl(open.since)));
            format!(
                "{who}, vraagt hoe het staat met de stap “{}”. Die wacht op Kurve{}.",
                words::step_name(step),
                since.unwrap_or_default()
            )
        }
        (Question::Progress, None) => format!("{who}, vraagt hoe het staat met de koppeling."),
        (Question::GoOn, _) => {
            format!("{who}, vraagt om weer verder te gaan met de koppeling van Numo met Magister, die gestopt is.")
        }
    }
}
