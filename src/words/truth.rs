//! The truth about a step in words: what the newest check saw and when, and the one thing to do now. One place for the
//! pages of the school and of Kurve, the worklist and the mails.

use strum::IntoEnumIterator;

use super::checks::{check_short, check_title};
use super::dates::{date_nl, moment_nl};
use super::names::{evidence_sentence, step_name};
use crate::domain::check::{Advice, CheckCode, Newest, Sight, Stand, StepTruth, Truths};
use crate::domain::onboarding::decide::amsterdam_date;
use crate::domain::onboarding::{Party, Step, StepState};

/// What a step that is done as far as was said is called, where it is not simply done; none where it is, or is open.
pub fn not_simply_done(stand: Stand) -> Option<&'static str> {
    match stand {
        Stand::NotSeenYet => Some("Nog niet gezien"),
        Stand::NotSeenNow => Some("Nu niet gezien"),
        Stand::Doubted => Some("Klopt nu niet"),
        Stand::Waiting | Stand::Open(_) | Stand::Stuck | Stand::Done => None,
    }
}

/// The answer to a question, said and seen together.
pub fn gate_answer(answer: Option<Stand>) -> &'static str {
    match answer {
        None => "Nog niet",
        Some(Stand::NotSeenYet) => "Ja, nog niet gezien",
        Some(Stand::NotSeenNow) => "Ja, nu niet gezien",
        Some(Stand::Doubted) => "Klopt nu niet",
        Some(Stand::Done | Stand::Waiting | Stand::Open(_) | Stand::Stuck) => "Ja",
    }
}

/// How many of the nine steps are ready.
pub fn done_sentence(truths: &Truths<'_>) -> String {
    format!("{} van {} stappen klaar", truths.done().len(), Step::iter().len())
}

/// What the newest check did not see of them, and what it denies; empty where it sees them all.
pub fn not_seen_sentence(truths: &Truths<'_>) -> String {
    let stands = |those: &[Stand]| Step::iter().filter(|step| those.contains(&truths.of(*step).stand)).count();
    let counted = |count: usize, one: &str, more: &str| match count {
        0 => None,
        1 => Some(format!("1 {one}.")),
        _ => Some(format!("{count} {more}.")),
    };
    let said = [
        counted(stands(&[Stand::NotSeenYet]), "daarvan is nog niet gezien", "daarvan zijn nog niet gezien"),
        counted(stands(&[Stand::NotSeenNow]), "daarvan is nu niet gezien", "daarvan zijn nu niet gezien"),
        counted(stands(&[Stand::Doubted]), "stap klopt nu niet", "stappen kloppen nu niet"),
    ];
    said.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// What the newest check saw of a step, and when; empty where it says nothing of it that was not said already.
pub fn sight_sentence(truth: &StepTruth<'_>) -> String {
    match truth.sight {
        Sight::Unchecked | Sight::Seen(_) => String::new(),
        Sight::Later(newest) => format!("De laatste controle was daarvoor, {}.", op(newest)),
        Sight::Unseen(newest) => match truth.stand {
            // What was proven stays so: the check did not come to it.
            Stand::Done | Stand::Waiting => String::new(),
            Stand::NotSeenYet | Stand::NotSeenNow | Stand::Doubted | Stand::Open(_) | Stand::Stuck => {
                check_sentence(newest)
            }
        },
        Sight::Refused(newest) => check_sentence(newest),
    }
}

/// How the newest check ended, when, and since when that is so.
pub fn check_sentence(newest: Newest) -> String {
    let said = format!("Controle van {}: {}.", moment_nl(newest.at), check_short(newest.code).to_lowercase());
    if amsterdam_date(newest.since) < amsterdam_date(newest.at) {
        format!("{said} Dat is zo sinds {}.", date_nl(newest.since))
    } else {
        said
    }
}

fn op(newest: Newest) -> String {
    format!("op {}", moment_nl(newest.at))
}

/// When the newest check saw a step; none when it did not.
pub fn seen_at(truth: &StepTruth<'_>) -> Option<chrono::DateTime<chrono::Utc>> {
    match truth.sight {
        Sight::Seen(newest) => Some(newest.at),
        Sight::Unchecked | Sight::Later(_) | Sight::Unseen(_) | Sight::Refused(_) => None,
    }
}

/// How sure a yes is, by whom, and what the newest check says against it, as a sentence; empty for a step that is no yes.
pub fn truth_sentence(truth: &StepTruth<'_>) -> String {
    let StepState::Yes { answer } = truth.said else { return String::new() };
    let seen = sight_sentence(truth);
    match truth.stand {
        Stand::NotSeenYet => format!("{} {seen}", evidence_sentence(answer)),
        Stand::NotSeenNow | Stand::Doubted if answer.is_proven() => format!("Eerder werkte dit, nu niet. {seen}"),
        Stand::NotSeenNow | Stand::Doubted => format!("{} {seen}", evidence_sentence(answer)),
        Stand::Waiting | Stand::Open(_) | Stand::Stuck | Stand::Done => evidence_sentence(answer).to_owned(),
    }
}

/// The steps that were said and not seen, beside how the newest check ended; empty where there are none.
pub fn unseen_sentence(truths: &Truths<'_>) -> String {
    let names: Vec<String> = truths.unseen().into_iter().map(|step| format!("“{}”", step_name(step))).collect();
    match truths.newest {
        Some(newest) if !names.is_empty() => format!("Niet gezien: {}. {}", names.join(", "), check_sentence(newest)),
        Some(_) | None => String::new(),
    }
}

/// How a check ended, as a heading for the school, by what went before.
pub fn advice_title(advice: Advice) -> &'static str {
    match advice {
        Advice::Plain(code) => check_title(code),
        Advice::QueryFirst | Advice::PasswordFirst | Advice::VouchFirst(_) => "Kurve kan nog niet inloggen",
        Advice::PasswordAgain | Advice::PasswordGone | Advice::RefusedNow => check_title(CheckCode::LoginRefused),
        Advice::QueryAgain => check_title(CheckCode::ListOutdated),
        Advice::AskAllowlisting | Advice::AskMagister => check_title(CheckCode::PortSilent),
        Advice::SilentNow | Advice::SilentForGood => "Magister geeft geen antwoord meer",
        Advice::DomainGone => "Het schooldomein is niet meer te vinden",
        Advice::DomainByKurve => check_title(CheckCode::HostUnknown),
        Advice::Stuck { code, .. } | Advice::Paused(code) | Advice::Stopped(code) => check_short(code),
    }
}

/// What is wrong and what to do, in one or two sentences for the school.
pub fn advice_sentence(advice: Advice) -> &'static str {
    match advice {
        Advice::Plain(code) => code.sentence(),
        Advice::QueryFirst => {
            "Kurve kan nog niet inloggen. Dat klopt, want de query is nog niet uitgevoerd. Voer eerst de query uit in \
             Decibel. Vul daarna het wachtwoord in."
        }
        Advice::PasswordFirst => {
            "Kurve kan nog niet inloggen. Dat klopt, want het wachtwoord is nog niet ingevuld. Vul het 2 keer in bij \
             Beheer > Webservices > Gebruikers > Kurve."
        }
        Advice::QueryAgain => {
            "In de lijst KurveLeerlingData ontbrak een kolom. Voer de query die nu klaarstaat uit in Decibel."
        }
        Advice::PasswordAgain => {
            "Magister weigert het wachtwoord. De gebruiker Kurve was er eerder wel. Vul het wachtwoord opnieuw 2 keer \
             in bij Beheer > Webservices > Gebruikers > Kurve."
        }
        Advice::PasswordGone => {
            "Magister weigert het wachtwoord, en je kunt het hier niet meer bekijken. Kurve maakt een nieuw wachtwoord. Jullie \
             hoeven nu niets te doen."
        }
        Advice::RefusedNow => {
            "Magister weigert nu het wachtwoord dat eerder werkte. We proberen het vanzelf opnieuw. Blijft het zo, dan maakt \
             Kurve een nieuw wachtwoord."
        }
        Advice::VouchFirst(_) => {
            "Kurve kan nog niet inloggen. Kurve controleert eerst wie er bij jullie school hoort. Daarna kunnen jullie verder."
        }
        Advice::AskAllowlisting => {
            "Magister geeft nog geen antwoord. Dat klopt, want de allowlisting moet nog worden aangevraagd. Doe dat met \
             een ticket bij Magister."
        }
        Advice::AskMagister => {
            "Jullie meldden dat Magister de allowlisting heeft bevestigd. Toch krijgt Kurve nog geen antwoord. Vraag \
             Magister in je ticket of de adressen van Kurve erop staan."
        }
        Advice::SilentNow => {
            "Magister gaf eerder wel antwoord en nu niet. We proberen het vanzelf opnieuw. Je hoeft nu niets te doen."
        }
        Advice::SilentForGood => {
            "Magister gaf eerder wel antwoord en nu al een paar keer niet. Vraag Magister of de allowlisting nog geldt."
        }
        Advice::DomainGone => {
            "Op dit schooldomein vonden we eerder wel een Magister en nu niet. Is jullie schooldomein veranderd? Stuur \
             het nieuwe dan in een bericht aan Kurve."
        }
        Advice::DomainByKurve => {
            "We vinden geen Magister op dit schooldomein. De koppeling is al geactiveerd, dus je kunt het hier niet meer \
             verbeteren. Stuur het goede schooldomein in een bericht aan Kurve."
        }
        Advice::Stuck { .. } => {
            "Jullie meldden dat een stap niet lukt. Kurve zoekt het uit. Het antwoord lees je bij die stap."
        }
        Advice::Paused(_) => "De koppeling staat op pauze. Jullie hoeven nu niets te doen.",
        Advice::Stopped(_) => "De koppeling is gestopt. Jullie hoeven hier niets meer mee te doen.",
    }
}

/// The one thing to do now, in a few words; empty when there is nothing to do.
pub fn advice_short(advice: Advice) -> &'static str {
    match advice {
        Advice::QueryFirst => "Voer eerst de query uit.",
        Advice::QueryAgain => "Voer de nieuwe query uit.",
        Advice::PasswordFirst => "Vul het wachtwoord in.",
        Advice::PasswordAgain => "Vul het wachtwoord opnieuw in.",
        Advice::PasswordGone => "Kurve maakt een nieuw wachtwoord.",
        Advice::VouchFirst(_) => "Kurve controleert eerst wie er bij de school hoort.",
        Advice::AskAllowlisting => "Vraag de allowlisting aan.",
        Advice::AskMagister => "Vraag Magister of de adressen van Kurve erop staan.",
        Advice::SilentNow | Advice::RefusedNow => "We proberen het vanzelf opnieuw.",
        Advice::SilentForGood => "Vraag Magister of de allowlisting nog geldt.",
        Advice::DomainGone => "Kijk na of het schooldomein veranderd is.",
        Advice::DomainByKurve => "Stuur het goede schooldomein aan Kurve.",
        Advice::Stuck { .. } => "Kurve zoekt uit wat er niet lukt.",
        Advice::Paused(_) => "De koppeling staat op pauze.",
        Advice::Stopped(_) => "De koppeling is gestopt.",
        Advice::Plain(code) => match code {
            CheckCode::Ok => "",
            CheckCode::HostUnknown => "Kijk na of het schooldomein klopt.",
            CheckCode::PortSilent => "Wacht op de bevestiging van Magister.",
            CheckCode::LoginRefused => "Kijk of Kurve in Magister staat en vul het wachtwoord opnieuw in.",
            CheckCode::ListNotGranted => "Vink de lijst aan.",
            CheckCode::ServiceNotGranted => "Kijk bij Services en bij Lijsten.",
            CheckCode::ListEmpty | CheckCode::ListShrunk => "Kijk in Magister of de lijst klopt.",
            CheckCode::ListOutdated | CheckCode::ListFailed => "Kurve kijkt naar de query.",
            CheckCode::PortRefused
            | CheckCode::TlsFailed
            | CheckCode::CertificateInvalid
            | CheckCode::NoRoute
            | CheckCode::TooSlow
            | CheckCode::UnexpectedAnswer => "Kurve zoekt uit waarom.",
        },
    }
}

/// What Kurve does about how a check ended, in a few words.
pub fn kurve_to_do(code: CheckCode) -> &'static str {
    match code {
        CheckCode::Ok => "",
        CheckCode::ListOutdated | CheckCode::ListFailed => "Kijk welke query deze school nodig heeft.",
        // The host is Magister's, and the school reads that it has nothing to do.
        CheckCode::CertificateInvalid => "Vraag Magister om een goed certificaat.",
        CheckCode::NoRoute => "Kijk naar de verbinding van deze installatie.",
        CheckCode::HostUnknown
        | CheckCode::PortSilent
        | CheckCode::PortRefused
        | CheckCode::TlsFailed
        | CheckCode::LoginRefused
        | CheckCode::ListNotGranted
        | CheckCode::ServiceNotGranted
        | CheckCode::ListEmpty
        | CheckCode::ListShrunk
        | CheckCode::TooSlow
        | CheckCode::UnexpectedAnswer => "Zoek uit waarom.",
    }
}

/// Who has to act after a check, to the school.
pub fn advice_turn(advice: Advice) -> &'static str {
    match (advice, advice.holder()) {
        (Advice::Paused(_), _) => "De koppeling staat op pauze",
        (Advice::Stopped(_), _) => "De koppeling is gestopt",
        (_, None) => "Niemand hoeft iets te doen",
        (_, Some(Party::School)) => "Jullie zijn aan de beurt",
        (_, Some(Party::Kurve)) => "Kurve is aan de beurt",
        (_, Some(Party::Magister)) => "Magister is aan de beurt",
    }
}

/// What of a step the newest check saw and what to do now, in one breath: for a list.
pub fn now_sentence(truth: &StepTruth<'_>) -> String {
    let to_do = truth.to_do.map(advice_short).unwrap_or_default();
    [sight_sentence(truth), to_do.to_owned()].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
#[path = "truth_tests.rs"]
mod tests;
