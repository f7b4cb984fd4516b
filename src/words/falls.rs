//! Why a step that was ready is open again: what people said, what Kurve wrote, and what a check saw.

use super::names::step_name;
use super::truth::sight_sentence;
use crate::domain::check::StepTruth;
use crate::domain::onboarding::FallCause;
use crate::domain::text::Reason;

/// Why a step that was ready is open again, as a sentence; what Kurve wrote with it is in [`fall_reason`].
pub fn fall_cause(cause: &FallCause) -> String {
    match cause {
        FallCause::TakenBack => "Iemand van de school meldde dat deze stap toch niet klaar is.".into(),
        FallCause::SentBack { .. } => "Kurve vroeg om deze stap opnieuw te doen.".into(),
        FallCause::NeededStepFell { step } => format!("Eerst moet “{}” weer klaar zijn.", step_name(*step)),
        FallCause::CredentialsRenewed => {
            "Kurve heeft een nieuw wachtwoord klaargezet. Dat moet nog in Magister worden ingevuld.".into()
        }
        FallCause::ConnectionLost { code } => connection_lost(code).into(),
        FallCause::Refused { code } => refused(code).into(),
        FallCause::Withdrawn => "De school stopte met de koppeling.".into(),
        FallCause::Moved => "De school hoort nu bij een andere koppeling.".into(),
        FallCause::Undone => "Kurve maakte het activeren meteen weer ongedaan.".into(),
    }
}

/// Why a step is open again, where what the newest check saw stands beside it: what a check made fall is said once.
pub fn why_open(cause: &FallCause, truth: &StepTruth<'_>) -> String {
    let was = match cause {
        FallCause::Refused { .. } => Some("Dit was gemeld."),
        FallCause::ConnectionLost { .. } => Some("Dit werkte eerder."),
        FallCause::CredentialsRenewed => Some("Kurve heeft een nieuw wachtwoord klaargezet."),
        FallCause::TakenBack
        | FallCause::SentBack { .. }
        | FallCause::NeededStepFell { .. }
        | FallCause::Withdrawn
        | FallCause::Moved
        | FallCause::Undone => None,
    };
    match was.filter(|_| !sight_sentence(truth).is_empty()) {
        Some(was) => was.to_owned(),
        None => fall_cause(cause),
    }
}

/// What Kurve wrote when it sent the step back.
pub fn fall_reason(cause: &FallCause) -> Option<&Reason> {
    match cause {
        FallCause::SentBack { reason } => Some(reason),
        FallCause::TakenBack
        | FallCause::NeededStepFell { .. }
        | FallCause::CredentialsRenewed
        | FallCause::ConnectionLost { .. }
        | FallCause::Refused { .. }
        | FallCause::Withdrawn
        | FallCause::Moved
        | FallCause::Undone => None,
    }
}

/// What a check saw. What to do now is said beside it, by the newest check: this sentence stays when that changed.
/// Codes come from outside our enums, so one that is not known has a sentence too.
pub(super) fn connection_lost(code: &str) -> &'static str {
    match code {
        "host_unknown" => "De verbinding werkt niet meer: het schooldomein is niet te vinden.",
        "port_silent" => "De verbinding werkt niet meer: Magister geeft geen antwoord.",
        "login_refused" => "De verbinding werkt niet meer: inloggen met het wachtwoord lukt niet.",
        "list_not_granted" => "De verbinding werkt niet meer: Kurve mag de lijst niet lezen.",
        "service_not_granted" => "De verbinding werkt niet meer: Kurve mag de gegevens niet ophalen.",
        // There it works: what it shows holds the import.
        "list_empty" => "In de lijst staan geen leerlingen. Daarom kunnen jullie nu niet importeren.",
        "list_shrunk" => {
            "In de lijst staat minder dan de helft van de leerlingen van eerder. Daarom kunnen jullie nu niet importeren."
        }
        "list_failed" => "De verbinding werkt niet meer: er zit een fout in de lijst zelf. Kurve past de query aan.",
        "port_refused"
        | "tls_failed"
        | "certificate_invalid"
        | "list_outdated"
        | "no_route"
        | "too_slow"
        | "unexpected_answer" => "De verbinding met Magister werkt niet meer zoals het moet. Kurve zoekt het uit.",
        _ => "De verbinding met Magister werkt niet meer. Kurve zoekt het uit.",
    }
}

/// What a check saw of a step that somebody had reported.
fn refused(code: &str) -> &'static str {
    match code {
        "login_refused" => {
            "Dit was gemeld, maar bij de controle weigerde Magister de gebruiker Kurve of het wachtwoord."
        }
        "list_not_granted" => "Dit was gemeld, maar bij de controle mocht Kurve de lijst niet lezen.",
        "service_not_granted" => "Dit was gemeld, maar bij de controle mocht Kurve de gegevens niet ophalen.",
        _ => "Dit was gemeld, maar de controle zag het anders.",
    }
}
