//! The import closed again, to the school and, where Kurve does not know, to support.

use std::collections::BTreeSet;

use super::facts::{AboutSchool, SchoolFacts, sent_back_reason};
use super::{Mail, bodies, phrases, subject};
use crate::domain::check::CheckCode;
use crate::domain::ids::SchoolId;
use crate::domain::import_gate::open_schools;
use crate::domain::onboarding::{FallCause, Step};
use crate::domain::unsent::UnsentReason;
use crate::services::mail::draft::{Draft, DraftRequest, NotSent};
use crate::words;

pub(super) struct ImportClosed {
    /// Empty when Kurve reads it.
    name: String,
    school: SchoolFacts,
    /// The names of the schools, where they are several.
    names: Vec<String>,
    step: Option<Step>,
    cause: String,
    /// May be empty.
    reason: String,
    /// The school stopped, so that no step leads on.
    is_stopped: bool,
    /// All schools of the connection stopped, and so it did.
    has_all_stopped: bool,
    /// What Kurve does before the step can be done; empty where nothing.
    kurve_first: String,
    /// What to look at where a list holds the import; empty where something else closed it.
    look_at: &'static str,
    link: String,
}

impl ImportClosed {
    /// The step that the reader can do first, if there is one.
    fn to_do(&self) -> Option<&Step> {
        let step = self.step.as_ref()?;
        let is_theirs = phrases::is_of_kurve(step) == self.name.is_empty();
        Some(step).filter(|_| is_theirs && !self.is_stopped && self.kurve_first.is_empty() && self.look_at.is_empty())
    }

    /// The step that somebody else does.
    fn other_step(&self) -> Option<&Step> {
        self.step.as_ref().filter(|_| self.to_do().is_none())
    }
}

impl Mail for ImportClosed {
    const NAME: &'static str = "Importeren kan niet meer";

    async fn draft(request: DraftRequest<'_>) -> Result<Draft, NotSent> {
        let about = AboutSchool::load(request).await?;
        let asked: BTreeSet<SchoolId> = request.mail.about.schools.iter().copied().collect();
        let closed = &asked - &open_schools(&about.state);
        if closed.is_empty() {
            return Err(NotSent::NotNeeded(UnsentReason::ImportOpened));
        }
        let (step, cause) = about.root_fall().await?.unzip();
        // Where a school came from elsewhere nothing fell: who came along with it is told here.
        let cause = cause.or_else(|| request.mail.about.version.map(|_| FallCause::Moved));
        let is_stopped = cause == Some(FallCause::Withdrawn);
        // Whoever stopped or went elsewhere has no step to do.
        let step = step.or(request.mail.about.step).filter(|_| !is_stopped && cause != Some(FallCause::Moved));
        about.draft(&Self {
            name: about.reader(),
            school: about.facts_of(&closed),
            names: about.names_of(&closed),
            step,
            kurve_first: step.map(|step| about.kurve_first(step)).unwrap_or_default(),
            look_at: look_at(cause.as_ref(), about.receiver.is_none()),
            cause: cause.as_ref().map(words::fall_cause).unwrap_or_default(),
            reason: sent_back_reason(cause.as_ref()),
            is_stopped,
            has_all_stopped: about.state.lifecycle().is_withdrawn(),
            link: if about.receiver.is_some() { about.portal() } else { about.staff() },
        })
    }

    fn subject(&self) -> String {
        if self.name.is_empty() {
            let what = match self.step {
                _ if self.is_stopped => "Importeren kan niet meer, gestopt".to_owned(),
                _ if !self.look_at.is_empty() => "Importeren kan niet meer, kijk of de lijst klopt".to_owned(),
                Some(step) => format!("Importeren kan niet meer, eerst {}", words::step_short(step)),
                None => "Importeren kan niet meer, kijk waarom".to_owned(),
            };
            return subject::for_kurve(&self.school, &what);
        }
        let what = match self.step {
            _ if self.is_stopped && self.has_all_stopped => {
                "De koppeling is gestopt, importeer niet in Numo".to_owned()
            }
            _ if self.is_stopped => "De school is gestopt, importeer niet in Numo".to_owned(),
            _ if !self.look_at.is_empty() => "Importeer nu niet in Numo, kijk of de lijst klopt".to_owned(),
            Some(_) if !self.kurve_first.is_empty() => "Importeer nu niet in Numo, Kurve is aan de beurt".to_owned(),
            Some(step) => format!("Importeer nu niet in Numo. Eerst: {}", words::step_short(step)),
            None => "Importeer nu niet in Numo, kijk waarom".to_owned(),
        };
        subject::about(&self.school, &what)
    }

    bodies!(ImportClosed, "mail/import_closed.txt", "mail/import_closed.html");

    fn reader(&self) -> &str {
        &self.name
    }

    #[cfg(test)]
    fn sample() -> Self {
        use super::samples;

        Self {
            name: samples::NAME.into(),
            school: samples::school(),
            names: vec![],
            step: Some(Step::PasswordSet),
            cause: "Kurve vroeg om deze stap opnieuw te doen.".into(),
            reason: "Het wachtwoord werkt niet.".into(),
            is_stopped: false,
            has_all_stopped: false,
            kurve_first: String::new(),
            look_at: "",
            link: samples::LINK.into(),
        }
    }
}

/// What to look at where a list holds the import: it is open again by itself once the list is whole.
fn look_at(cause: Option<&FallCause>, is_to_kurve: bool) -> &'static str {
    let Some(FallCause::ConnectionLost { code }) = cause else { return "" };
    let code: Option<CheckCode> = code.parse().ok();
    match (code == Some(CheckCode::ListEmpty), code == Some(CheckCode::ListShrunk), is_to_kurve) {
        (true, _, true) | (_, true, true) => {
            "Kijk met de school of de lijst klopt. Klopt het? Activeer de koppeling dan met een reden."
        }
        (true, _, false) => {
            "Kijk in Magister of de lijst klopt. Staan er weer leerlingen in? Dan kunnen jullie vanzelf weer importeren."
        }
        (_, true, false) => {
            "Kijk in Magister of de lijst klopt. Klopt het? Antwoord dan op deze mail: dan kunnen jullie toch importeren."
        }
        (false, false, _) => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::mail::mails::samples::{self, as_text};

    #[test]
    fn kurve_reads_that_the_school_has_to_do_the_step() {
        let mail = ImportClosed {
            name: String::new(),
            step: Some(Step::ConsentGiven),
            cause: "Iemand van de school meldde dat deze stap toch niet klaar is.".into(),
            reason: String::new(),
            ..ImportClosed::sample()
        };

        insta::assert_snapshot!(as_text(&mail));
    }

    #[test]
    fn of_several_schools_it_says_how_many_and_which() {
        let school =
            SchoolFacts { name: "Rivierenland".into(), brin: "2 scholen".into(), ..ImportClosed::sample().school };
        let names = vec!["Rivierenland Noord (12AB)".into(), "Rivierenland Zuid (34CD)".into()];

        insta::assert_snapshot!(as_text(&ImportClosed { school, names, ..ImportClosed::sample() }));
    }

    #[test]
    fn of_a_list_that_holds_the_import_both_read_what_to_look_at() {
        for code in ["list_empty", "list_shrunk"] {
            for name in [samples::NAME, ""] {
                let cause = FallCause::ConnectionLost { code: code.into() };
                let mail = ImportClosed {
                    name: name.into(),
                    step: Some(Step::ActivationConfirmed),
                    cause: words::fall_cause(&cause),
                    reason: String::new(),
                    look_at: look_at(Some(&cause), name.is_empty()),
                    ..ImportClosed::sample()
                };

                let said = as_text(&mail).split_whitespace().collect::<Vec<_>>().join(" ");

                assert!(said.contains("Waarom: In de lijst staa") && said.contains(mail.look_at), "{said}");
                assert!(!said.contains("werkt niet meer") && !said.contains("Je hoeft nu niets te doen"), "{said}");
                assert!(mail.subject().contains("kijk of de lijst klopt"), "{}", mail.subject());
            }
        }
    }

    #[test]
    fn of_a_school_that_stopped_no_step_is_asked() {
        let mail = |name: &str| ImportClosed {
            name: name.into(),
            step: None,
            cause: "De school stopte met de koppeling.".into(),
            reason: String::new(),
            is_stopped: true,
            has_all_stopped: true,
            ..ImportClosed::sample()
        };

        insta::assert_snapshot!(as_text(&mail(samples::NAME)));
        insta::assert_snapshot!(as_text(&mail("")));
    }
}
