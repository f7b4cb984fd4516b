//! The confirmation of the request, to the contact, with the steps that the school can begin with.

use super::facts::{AboutSchool, SchoolFacts};
use super::{Mail, bodies, phrases, subject};
use crate::domain::onboarding::{Party, Step};
use crate::services::mail::draft::{Draft, DraftRequest, NotSent};

pub(super) struct RequestConfirmed {
    name: String,
    school: SchoolFacts,
    steps: Vec<Step>,
    /// The reader can do few steps: who does the others is said.
    involves_others: bool,
    link: String,
}

impl Mail for RequestConfirmed {
    const NAME: &'static str = "Aanmelding ontvangen";

    async fn draft(request: DraftRequest<'_>) -> Result<Draft, NotSent> {
        let about = AboutSchool::load(request).await?;
        // Details that are given again may find these done.
        let mut steps = vec![Step::ConsentGiven, Step::AllowlistingRequested];
        steps.retain(|step| about.state.holder(*step) == Some(Party::School));
        let involves_others = about.is_neither_administrator();
        about.draft(&Self { name: about.reader(), school: about.facts(), steps, involves_others, link: about.portal() })
    }

    fn subject(&self) -> String {
        let begins = |step| self.steps.contains(&step);
        let what = match (begins(Step::ConsentGiven), begins(Step::AllowlistingRequested)) {
            (true, true) => "Begin nu: geef consent en vraag allowlisting aan",
            (true, false) => "Begin nu: geef consent in Magister",
            (false, true) => "Begin nu: vraag allowlisting aan bij Magister",
            (false, false) => "Aanmelding ontvangen",
        };
        subject::about(&self.school, what)
    }

    bodies!(RequestConfirmed, "mail/request_confirmed.txt", "mail/request_confirmed.html");

    fn reader(&self) -> &str {
        &self.name
    }

    #[cfg(test)]
    fn sample() -> Self {
        use super::samples;

        Self {
            name: samples::NAME.into(),
            school: samples::school(),
            steps: vec![Step::ConsentGiven, Step::AllowlistingRequested],
            involves_others: true,
            link: samples::LINK.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::mail::mails::samples::rendered;

    #[test]
    fn who_did_the_first_steps_before_the_request_was_confirmed_is_not_asked_for_them() {
        for (steps, said) in [
            (vec![Step::ConsentGiven], vec!["één stap doen", "“Consent geven in Magister”"]),
            (vec![Step::AllowlistingRequested], vec!["één stap doen", "Begin op tijd"]),
            (vec![], vec![]),
        ] {
            let asked = steps.len();
            let mail = rendered(&RequestConfirmed { steps, ..RequestConfirmed::sample() });

            assert_eq!(mail.text.matches("Zo doe je de stap").count(), asked, "{}", mail.text);
            assert_eq!(mail.html.matches("Zo doe je de stap").count(), asked, "{}", mail.html);
            assert!(said.iter().all(|said| mail.text.contains(said)), "{}", mail.text);
            assert!(!mail.text.contains("\n\n\n"), "{}", mail.text);
        }
    }
}
