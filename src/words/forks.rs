//! What to look at in Magister where a check leaves two causes open, and what to do by what is seen there. Facts of the manual
//! and of what Magister's answers mean; the sentence of each code is with the code itself.

use crate::domain::check::{Advice, CheckCode};
use crate::domain::onboarding::Step;

/// Where to look, and the ways from there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fork {
    /// What to look at.
    pub look: &'static str,
    /// One for each thing that can be seen.
    pub ways: &'static [Way],
}

/// One of the ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Way {
    /// What is seen.
    pub seen: &'static str,
    /// What to do then.
    pub then: &'static str,
    /// Where that is done.
    pub place: Place,
}

/// Where something is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In Magister or by waiting: nowhere on our pages, or on this one.
    Here,
    /// On the page of a step.
    Step(Step),
    /// Where the school domain is corrected.
    Domain,
    /// Where Kurve is written to.
    Kurve,
}

const LOG_IN: Fork = Fork {
    look: "Kijk in Magister bij Beheer > Webservices > Gebruikers of Kurve erbij staat.",
    ways: &[
        Way {
            seen: "Kurve staat erbij",
            then: "Dan klopt het wachtwoord waarschijnlijk niet. Vul het opnieuw 2 keer in.",
            place: Place::Step(Step::PasswordSet),
        },
        Way {
            seen: "Kurve staat er niet bij",
            then: "Dan is de query nog niet uitgevoerd. Voer die eerst uit in Decibel.",
            place: Place::Step(Step::QueryExecuted),
        },
    ],
};

const LIST: Fork = Fork {
    look: "Kijk in Magister bij Beheer > Webservices > Gebruikers > Kurve op het tabblad Lijsten.",
    ways: &[
        Way {
            seen: "KurveLeerlingData staat er, zonder vinkje",
            then: "Zet het vinkje aan.",
            place: Place::Step(Step::PermissionsChecked),
        },
        Way {
            seen: "KurveLeerlingData staat er niet",
            then: "Voer de query opnieuw uit in Decibel.",
            place: Place::Step(Step::QueryExecuted),
        },
    ],
};

const SERVICES: Fork = Fork {
    look: "Kijk in Magister bij Beheer > Webservices > Gebruikers > Kurve. Begin op het tabblad Services, en kijk dan op het \
           tabblad Lijsten.",
    ways: &[
        Way {
            seen: "Op Services ontbreekt een vinkje",
            then: "Vink Data.GetData, Algemeen.Login en Algemeen.Logout aan.",
            place: Place::Step(Step::PermissionsChecked),
        },
        Way {
            seen: "Op Lijsten staat KurveLeerlingData, zonder vinkje",
            then: "Zet het vinkje aan.",
            place: Place::Step(Step::PermissionsChecked),
        },
        Way {
            seen: "Op Lijsten staat KurveLeerlingData niet",
            then: "Dan hoort de lijst bij een ander account. Voer de query opnieuw uit in Decibel.",
            place: Place::Step(Step::QueryExecuted),
        },
    ],
};

const DOMAIN: Fork = Fork {
    look: "Kijk in de adresbalk van Magister wat er voor .swp.nl staat.",
    ways: &[
        Way { seen: "Daar staat iets anders", then: "Verbeter dan het schooldomein.", place: Place::Domain },
        Way { seen: "Daar staat hetzelfde", then: "Schrijf dat dan aan Kurve.", place: Place::Kurve },
    ],
};

const SILENCE: Fork = Fork {
    look: "Meestal komt dat doordat Magister de allowlisting nog niet heeft geregeld. Kijk of je daarvan een bevestiging van \
           Magister hebt.",
    ways: &[
        Way {
            seen: "Je hebt een bevestiging",
            then: "Meld via je ticket bij Magister dat het nog niet werkt.",
            place: Place::Here,
        },
        Way { seen: "Je hebt nog geen bevestiging", then: "Wacht op de bevestiging van Magister.", place: Place::Here },
    ],
};

/// The fork of an advice; none where there is one thing to do, or nothing.
pub fn fork(advice: Advice) -> Option<Fork> {
    match advice {
        Advice::Plain(code) => fork_of_code(code),
        Advice::QueryFirst
        | Advice::PasswordFirst
        | Advice::PasswordAgain
        | Advice::PasswordGone
        | Advice::RefusedNow
        | Advice::VouchFirst(_)
        | Advice::QueryAgain
        | Advice::AskAllowlisting
        | Advice::AskMagister
        | Advice::SilentNow
        | Advice::SilentForGood
        | Advice::DomainGone
        | Advice::DomainByKurve
        | Advice::Stuck { .. }
        | Advice::Paused(_)
        | Advice::Stopped(_) => None,
    }
}

fn fork_of_code(code: CheckCode) -> Option<Fork> {
    match code {
        CheckCode::LoginRefused => Some(LOG_IN),
        CheckCode::ListNotGranted => Some(LIST),
        CheckCode::ServiceNotGranted => Some(SERVICES),
        CheckCode::HostUnknown => Some(DOMAIN),
        CheckCode::PortSilent => Some(SILENCE),
        CheckCode::Ok
        | CheckCode::PortRefused
        | CheckCode::TlsFailed
        | CheckCode::CertificateInvalid
        | CheckCode::ListOutdated
        | CheckCode::ListEmpty
        | CheckCode::ListShrunk
        | CheckCode::ListFailed
        | CheckCode::NoRoute
        | CheckCode::TooSlow
        | CheckCode::UnexpectedAnswer => None,
    }
}

#[cfg(test)]
mod tests {
    use strum::IntoEnumIterator;

    use super::*;

    #[test]
    fn a_fork_is_about_what_the_school_or_magister_puts_right_and_each_way_is_told_apart() {
        for code in CheckCode::iter() {
            let Some(fork) = fork(Advice::Plain(code)) else { continue };

            assert!(code.holder().is_some_and(|party| party != crate::domain::onboarding::Party::Kurve), "{code:?}");
            assert!(fork.look.ends_with('.') && fork.ways.len() > 1, "{code:?}");
            for (at, way) in fork.ways.iter().enumerate() {
                assert!(way.then.ends_with('.') && !way.seen.ends_with('.'), "{}", way.seen);
                assert!(fork.ways[..at].iter().all(|other| other.seen != way.seen), "{}", way.seen);
            }
        }
    }
}
