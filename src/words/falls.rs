//! Why a step that was ready is open again: what people said, what Kurve wrote, and what a check saw.

use super::names::step_name;
use crate::domain::onboarding::FallCause;
use crate::domain::text::Reason;

/// Why a step that was ready is open again, as a sentence; what Kurve wrote with it is in [`fall_reason`].
pub fn fall_cause(cause: &FallCause) -> String {
    match cause {
        FallCause::TakenBack => "Iemand van de school meldde dat deze stap toch niet gereed is.".into(),
        FallCause::SentBack { .. } => "Kurve heeft deze stap teruggestuurd.".into(),
        FallCause::NeededStepFell { step } => format!("Eerst moet “{}” weer gereed zijn.", step_name(*step)),
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

/// What a check saw, and what helps. Codes come from outside our enums, so one that is not known has a sentence too.
pub(super) fn connection_lost(code: &str) -> &'static str {
    match code {
        "host_unknown" => {
            "De verbinding werkt niet meer: het schooldomein is niet te vinden. Kijk of het schooldomein klopt."
        }
        "port_silent" => {
            "De verbinding werkt niet meer: Magister geeft geen antwoord. Vraag Magister of de allowlisting nog geldt."
        }
        "login_refused" => {
            "De verbinding werkt niet meer: inloggen met het wachtwoord lukt niet. Vul het wachtwoord opnieuw in bij \
             Magister. Heb je het niet meer? Vraag Kurve om een nieuw wachtwoord."
        }
        "list_not_granted" => {
            "De verbinding werkt niet meer: Kurve mag de lijst niet lezen. Kijk bij “Lijsten” of KurveLeerlingData \
             aangevinkt is, en of de query is uitgevoerd."
        }
        "service_not_granted" => {
            "De verbinding werkt niet meer: Kurve mag de gegevens niet ophalen. Kijk bij “Services” of de 3 vinkjes \
             aanstaan, en bij “Lijsten” of KurveLeerlingData aangevinkt is."
        }
        "list_failed" => "De verbinding werkt niet meer: er zit een fout in de lijst zelf. Kurve past de query aan.",
        "port_refused"
        | "tls_failed"
        | "certificate_invalid"
        | "list_outdated"
        | "no_route"
        | "too_slow"
        | "unexpected_answer" => "De verbinding met Magister werkt niet meer zoals het moet. Kurve kijkt ernaar.",
        _ => "De verbinding met Magister werkt niet meer. Kurve kijkt ernaar.",
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
