//! Why a visitor gets no page: the only place where errors become statuses. The page they see is [`super::error_page`].
//!
//! The visitor never sees a cause; the log gets the whole chain once, from the request middleware.

use std::sync::Arc;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::domain::join::MOST_OPEN_REQUESTS;
use crate::domain::onboarding::Refusal;
use crate::domain::stranger::Full;
use crate::services::onboarding::room::{MOST_CONTACTS, MOST_NEW_CONTACTS};
use crate::services::{ServiceError, chain};
use crate::web::flash::{self, see_other};
use crate::web::rate_limit::TooOften;
use crate::words;

/// Why there is no page.
#[derive(Debug)]
pub enum PageError {
    /// It does not exist, or the visitor may not know that it does.
    NotFound,
    /// The visitor's role does not allow it.
    Forbidden,
    /// Someone else was first.
    Conflict,
    /// The rules refuse it, in a Dutch sentence that says what to do.
    Refused(String),
    /// Too often.
    TooOften {
        /// How long to wait.
        retry_after_seconds: u64,
    },
    /// The form is older than the browser's secret, or comes from elsewhere.
    StaleForm,
    /// The form cannot be read.
    BadForm,
    /// Sign in first, there.
    SignIn {
        /// The page to sign in at.
        at: &'static str,
        /// Cookies for that page and for after it, such as the one that remembers where to go on.
        cookies: Vec<String>,
    },
    /// Something failed; the cause is for the log.
    Service(ServiceError),
    /// Something that should hold does not.
    Broken(&'static str),
}

impl From<ServiceError> for PageError {
    fn from(error: ServiceError) -> Self {
        match error {
            ServiceError::NotFound => Self::NotFound,
            ServiceError::Forbidden => Self::Forbidden,
            ServiceError::Conflict => Self::Conflict,
            ServiceError::Refused(Refusal::UnknownSchool) => Self::NotFound,
            ServiceError::Refused(refusal) => Self::Refused(words::refusal(&refusal)),
            ServiceError::NotHandedOut(refusal) => Self::Refused(words::reveal_refusal(&refusal)),
            ServiceError::NotChecked(refusal) => Self::Refused(words::check_refusal(&refusal).to_owned()),
            ServiceError::TableChanged => Self::Conflict,
            ServiceError::HoldsPassword => Self::Refused(words::HOLDS_PASSWORD.to_owned()),
            ServiceError::NobodyVouched => Self::Refused(
                "Geef eerst minstens één contactpersoon toegang. Dat doe je bij Contactpersonen op de pagina van de school.".to_owned(),
            ),
            ServiceError::LastContact => Self::Refused(
                "Een school houdt altijd minstens één contactpersoon. Voeg eerst iemand anders toe.".to_owned(),
            ),
            ServiceError::ContactExists => Self::Refused(
                "Dit e-mailadres hoort al bij een contactpersoon van deze school. Wijzig die contactpersoon, of vul een ander adres in."
                    .to_owned(),
            ),
            ServiceError::BadSnooze(refusal) => Self::Refused(words::snooze_refusal(refusal)),
            ServiceError::BadOwnDays(refusal) => Self::Refused(words::own_days_refusal(refusal)),
            ServiceError::AddedByOneself => Self::Refused(
                "Je hebt deze contactpersoon zelf toegevoegd, of de collega via wie die erbij kwam. Daarom moet een collega van \
                 Kurve de school terugbellen en toegang geven."
                    .to_owned(),
            ),
            ServiceError::HandOverToSelf => Self::Refused(words::HAND_OVER_TO_SELF.to_owned()),
            ServiceError::TooManyContacts => Self::Refused(words::too_many_contacts(MOST_CONTACTS, MOST_NEW_CONTACTS)),
            ServiceError::TooManyMessages => Self::Refused(words::messages::TOO_MANY_MESSAGES.to_owned()),
            ServiceError::UnknownReceiver => Self::Refused(words::messages::UNKNOWN_RECEIVER.to_owned()),
            ServiceError::TemplateNameTaken => Self::Refused(words::messages::TEMPLATE_NAME_TAKEN.to_owned()),
            ServiceError::TooManyTemplates => Self::Refused(words::messages::TOO_MANY_TEMPLATES.to_owned()),
            ServiceError::TooManyItems => Self::Refused(words::too_many_items()),
            ServiceError::BrinTaken => Self::Refused(
                "Dit BRIN-nummer hoort al bij een andere school in Koppelklaar. Controleer het nummer.".to_owned(),
            ),
            ServiceError::DomainTaken { name } => Self::Refused(format!(
                "Dit schooldomein hoort bij de koppeling van {name}. Verplaats de school daarheen."
            )),
            ServiceError::TooManyRequests => Self::Refused(words::too_many_requests(MOST_OPEN_REQUESTS)),
            ServiceError::RequestOpen => Self::Refused(
                "Er staat nog een aanmelding open over het schooldomein of het BRIN-nummer. Beslis daar eerst over."
                    .to_owned(),
            ),
            ServiceError::MoveFirst => Self::Refused(
                "Een van deze scholen staat nog bij een andere koppeling. Verplaats die school eerst hierheen.".to_owned(),
            ),
            ServiceError::BrinInUse => Self::Refused(
                "Deze school is geactiveerd met dit BRIN-nummer. Stuur eerst het activeren van deze school terug.".to_owned(),
            ),
            ServiceError::MovesNowhere => {
                Self::Refused("De school hoort al bij dit schooldomein. Kies een ander schooldomein.".to_owned())
            }
            ServiceError::NobodyGoesAlong => Self::Refused(
                "Daar is nog geen contactpersoon. Kies minstens één contactpersoon die meegaat.".to_owned(),
            ),
            ServiceError::TooOften { retry_after_seconds } | ServiceError::Full { retry_after_seconds, .. } => {
                Self::TooOften { retry_after_seconds }
            }
            other @ (ServiceError::Store(_) | ServiceError::Broken(_) | ServiceError::Sealed(_)) => {
                Self::Service(other)
            }
        }
    }
}

impl From<TooOften> for PageError {
    fn from(TooOften { retry_after_seconds }: TooOften) -> Self {
        Self::TooOften { retry_after_seconds }
    }
}

/// The cause of a failure, for the request middleware to log.
#[derive(Debug, Clone)]
pub struct Cause(pub Arc<str>);

/// The texts of an error page.
#[derive(Debug, Clone)]
pub struct ErrorText {
    /// The heading.
    pub title: &'static str,
    /// What to do.
    pub advice: String,
}

impl PageError {
    fn status(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Forbidden | Self::StaleForm => StatusCode::FORBIDDEN,
            Self::Conflict => StatusCode::CONFLICT,
            Self::Refused(_) | Self::BadForm => StatusCode::UNPROCESSABLE_ENTITY,
            Self::TooOften { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::SignIn { .. } => StatusCode::SEE_OTHER,
            Self::Service(_) if self.retry_after_seconds().is_some() => StatusCode::SERVICE_UNAVAILABLE,
            Self::Service(_) | Self::Broken(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// After how long it may be tried again, where that is known.
    fn retry_after_seconds(&self) -> Option<u64> {
        match self {
            Self::TooOften { retry_after_seconds } => Some(*retry_after_seconds),
            Self::Service(error) => error.retry_after_seconds(),
            Self::NotFound
            | Self::Forbidden
            | Self::Conflict
            | Self::Refused(_)
            | Self::StaleForm
            | Self::BadForm
            | Self::SignIn { .. }
            | Self::Broken(_) => None,
        }
    }

    /// What the visitor reads.
    pub(super) fn text(&self) -> ErrorText {
        let (title, advice) = match self {
            Self::NotFound => ("Deze pagina bestaat niet", "Controleer het adres, of ga terug naar het begin.".to_owned()),
            Self::Forbidden => ("Je hebt geen rechten voor deze pagina", "Vraag een collega van Kurve met de rol Beheerder.".to_owned()),
            Self::StaleForm => (
                "Deze pagina is verlopen",
                "Er is niets opgeslagen. Laad de pagina opnieuw en vul het nog een keer in. Gebeurt dit weer? Sta dan cookies toe voor deze website.".to_owned(),
            ),
            Self::Conflict => (
                "Deze pagina is net gewijzigd",
                "Een collega heeft net iets veranderd. Laad de pagina opnieuw en kijk of je wijziging nog nodig is.".to_owned(),
            ),
            Self::Refused(sentence) => ("Dat kan nu niet", sentence.clone()),
            Self::BadForm => ("Het formulier kon niet worden gelezen", "Ga terug, laad de pagina opnieuw en vul het formulier nog eens in.".to_owned()),
            Self::TooOften { retry_after_seconds } => (
                "Even wachten",
                too_often(*retry_after_seconds),
            ),
            Self::SignIn { .. } => ("Log eerst in", String::new()),
            Self::Service(error) if error.retry_after_seconds().is_some() => (
                "Koppelklaar is even niet bereikbaar",
                "We kunnen nu niet bij onze gegevens. Wacht een minuut en laad de pagina opnieuw. Had je iets verstuurd? Kijk dan eerst of het is opgeslagen.".to_owned(),
            ),
            Self::Service(_) | Self::Broken(_) => (
                "Er ging iets mis bij ons",
                "Laad de pagina opnieuw en kijk of je wijziging is opgeslagen. Gaat het weer mis? Mail de code hieronder naar Kurve: het adres staat onderaan deze pagina.".to_owned(),
            ),
        };
        ErrorText { title, advice }
    }

    fn cause(&self) -> Option<Cause> {
        let chain = match self {
            Self::Service(error) => chain(error),
            Self::Broken(what) => (*what).to_owned(),
            Self::NotFound
            | Self::Forbidden
            | Self::Conflict
            | Self::Refused(_)
            | Self::TooOften { .. }
            | Self::StaleForm
            | Self::BadForm
            | Self::SignIn { .. } => return None,
        };
        Some(Cause(chain.into()))
    }
}

/// What somebody reads who must wait.
pub fn too_often(retry_after_seconds: u64) -> String {
    format!("Dit is te vaak geprobeerd. Wacht {} en probeer het dan opnieuw.", waiting_time(retry_after_seconds))
}

/// What somebody reads whose code is not looked at for a while.
pub fn codes_unheard(retry_after_seconds: u64) -> String {
    format!(
        "Er zijn te veel verkeerde codes ingevuld, misschien door iemand anders. Open de link uit de mail: die werkt wel. Of wacht \
         {} en vul de code dan opnieuw in.",
        waiting_time(retry_after_seconds)
    )
}

/// What somebody reads behind a cap on the mails that strangers can have us write.
pub fn mails_full(full: Full, support_email: &str) -> String {
    let why = match full {
        Full::Address => "Naar dit e-mailadres zijn vandaag al zo veel mails gegaan dat we er geen meer sturen.",
        Full::Network => "Vanaf deze plek zijn vandaag al zo veel mails aangevraagd dat we er geen meer sturen.",
        Full::All => "Er zijn vandaag zo veel mails aangevraagd dat we er nu geen meer sturen. Kurve weet ervan.",
    };
    format!("{why} Er is niets verstuurd. Probeer het later opnieuw, of mail {support_email}.")
}

/// Adds how long to wait.
pub fn with_retry_after(mut response: Response, seconds: u64) -> Response {
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    response
}

/// How long somebody has to wait, in words.
pub fn waiting_time(seconds: u64) -> String {
    match seconds.div_ceil(60) {
        0 | 1 => "een minuut".to_owned(),
        more if more > 120 => format!("{} uur", more.div_ceil(60)),
        more => format!("{more} minuten"),
    }
}

/// The error is written as a page by the middleware, which knows the site and the request's id.
impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        if let Self::SignIn { at, cookies } = self {
            return cookies.iter().fold(see_other(at), |response, cookie| flash::with_cookie(response, cookie));
        }
        let mut response = self.status().into_response();
        if let Some(retry_after_seconds) = self.retry_after_seconds() {
            response = with_retry_after(response, retry_after_seconds);
        }
        if let Some(cause) = self.cause() {
            response.extensions_mut().insert(cause);
        }
        response.extensions_mut().insert(self.text());
        response
    }
}
