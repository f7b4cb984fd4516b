//! What a colleague reads whose sign-in with the account of their organisation did not succeed.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use crate::domain::identity::{ProviderFault, TRIP_MINUTES};
use crate::links;
use crate::services::people::staff_identity::IdentityError;
use crate::web::error::PageError;
use crate::web::extract::Visit;
use crate::web::page::Frame;
use crate::web::{WebState, page};
use crate::words::{FaultWords, provider_fault};

#[derive(Template)]
#[template(path = "staff/identity_fault.html")]
struct IdentityFaultPage {
    frame: Frame,
    title: &'static str,
    advice: String,
    /// What an admin sets; empty where there is nothing to set.
    to_set: &'static str,
    /// The name of the fault, as in the log.
    name: &'static str,
    request_id: String,
    sign_in: &'static str,
    account: Option<&'static str>,
}

/// The frame of a page at the door.
pub(super) fn frame(web: &WebState, visit: &Visit) -> Frame {
    Frame { home: links::STAFF.to_owned(), ..visit.frame(web) }
}

/// The page for what went wrong.
pub(super) fn show(web: &WebState, visit: &Visit, error: IdentityError) -> Result<Response, PageError> {
    let plain = |title, advice: String| (FaultWords { title, advice: "", to_set: "" }, advice);
    let mut account = None;
    let (status, name, (words, advice)) = match error {
        // Without the settings there is no such page.
        IdentityError::NotOffered => return Err(PageError::NotFound),
        IdentityError::Service(error) => return Err(error.into()),
        IdentityError::Gone => {
            let advice = format!(
                "Dat gebeurt als je de pagina opnieuw opent, of als het langer dan {TRIP_MINUTES} minuten duurde. Ben je al \
                 ingelogd? Dan kun je gewoon verder. Begin anders opnieuw."
            );
            (
                StatusCode::UNPROCESSABLE_ENTITY,
                "gone",
                plain("Deze poging om in te loggen is al gebruikt of verlopen", advice),
            )
        }
        IdentityError::OtherBrowser => {
            let advice = "Je bent niet ingelogd. Ga verder in de browser waarin je begon, of begin hier opnieuw. Sta cookies toe voor \
                          deze website.";
            let words = plain("Je begon in een andere browser", advice.to_owned());
            (StatusCode::UNPROCESSABLE_ENTITY, "other_browser", words)
        }
        IdentityError::Unknown => {
            let advice = "Je account bij je organisatie is goed, maar het hoort bij geen collega in Koppelklaar. Je e-mailadres is daarvoor \
                          niet genoeg. Vraag een collega die beheerder is om een uitnodiging. Op die pagina koppel je het account.";
            (StatusCode::FORBIDDEN, "unknown", plain("Dit account heeft hier geen toegang", advice.to_owned()))
        }
        IdentityError::Taken => {
            let advice = "Er is niets gekoppeld. Kies bij de inlogdienst je eigen account. Klopt het niet? Vraag een collega die beheerder \
                          is.";
            let words = plain("Dit account hoort al bij een andere collega", advice.to_owned());
            (StatusCode::UNPROCESSABLE_ENTITY, "taken", words)
        }
        IdentityError::AlreadyLinked => {
            account = Some(links::STAFF_ACCOUNT);
            let advice = "Er is niets veranderd. Wil je een ander account? Koppel dan eerst het oude los.".to_owned();
            let words = plain("Je account is al gekoppeld", advice);
            (StatusCode::UNPROCESSABLE_ENTITY, "already_linked", words)
        }
        IdentityError::SignInFirst => {
            let advice = "Er is niets gekoppeld. Log in met je wachtwoord en begin opnieuw bij Je account.".to_owned();
            let words = plain("Je bent niet meer ingelogd", advice);
            (StatusCode::UNPROCESSABLE_ENTITY, "sign_in_first", words)
        }
        IdentityError::InviteGone => {
            let advice = "De link is al gebruikt, vervangen door een nieuwe, of te oud. Er is niets gekoppeld. Vraag een collega die \
                          beheerder is om een nieuwe.";
            (StatusCode::NOT_FOUND, "invite_gone", plain("Deze uitnodiging werkt niet meer", advice.to_owned()))
        }
        IdentityError::Provider(fault) => {
            let words = provider_fault(fault);
            (status_of(fault), fault.as_str(), (words, words.advice.to_owned()))
        }
    };
    let page = IdentityFaultPage {
        frame: frame(web, visit),
        title: words.title,
        advice,
        to_set: words.to_set,
        name,
        request_id: visit.request_id.clone(),
        sign_in: links::STAFF_SIGN_IN,
        account,
    };
    page::show_with(status, &page)
}

fn status_of(fault: ProviderFault) -> StatusCode {
    match fault {
        ProviderFault::Away => StatusCode::SERVICE_UNAVAILABLE,
        ProviderFault::Denied => StatusCode::FORBIDDEN,
        ProviderFault::CodeRefused | ProviderFault::OtherNonce => StatusCode::UNPROCESSABLE_ENTITY,
        ProviderFault::NoDocument
        | ProviderFault::OtherIssuer
        | ProviderFault::Unfit
        | ProviderFault::WrongSecret
        | ProviderFault::WrongRedirect
        | ProviderFault::UnknownKey
        | ProviderFault::BadToken
        | ProviderFault::ClockOff
        | ProviderFault::Refused => StatusCode::BAD_GATEWAY,
    }
}
