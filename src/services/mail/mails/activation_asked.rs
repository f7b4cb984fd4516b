//! Everything is ready for activation, to support.

use chrono::Duration;
use strum::IntoEnumIterator;

use super::facts::{AboutSchool, SchoolFacts};
use super::{Mail, bodies, phrases, subject};
use crate::domain::check::{Newest, Stand, Truths};
use crate::domain::ids::SchoolId;
use crate::domain::onboarding::{Gate, Onboarding, SchoolProgress, Step};
use crate::domain::unsent::UnsentReason;
use crate::services::checks;
use crate::services::mail::draft::{Draft, DraftRequest, NotSent};
use crate::words;

/// For how long the mail waits for the check that follows a step that was refused and said anew, where none comes.
const LONGEST_WAIT: Duration = Duration::minutes(10);

/// How often it looks whether that check is there.
const LOOK_AGAIN: Duration = Duration::minutes(1);

pub(super) struct ActivationAsked {
    school: SchoolFacts,
    /// The names of the schools that wait, where they are several.
    names: Vec<String>,
    /// Each question with the sentence on its evidence.
    answers: Vec<(String, String)>,
    /// How the newest check ended; empty where no checks are made.
    check: String,
    link: String,
}

impl Mail for ActivationAsked {
    const NAME: &'static str = "Klaar om te activeren (mail naar Kurve)";

    async fn draft(request: DraftRequest<'_>) -> Result<Draft, NotSent> {
        let about = AboutSchool::load(request).await?;
        let step = Step::ActivationConfirmed;
        if about.state.holder(step).is_none() {
            return Err(NotSent::NotNeeded(UnsentReason::NothingToActivate));
        }
        let newest = checks::newest(request.context, about.id()).await?;
        if let Some(newest) = newest
            && request.now < request.mail.created_at + LONGEST_WAIT
            && is_said_anew(&about.state, &newest)
        {
            return Err(NotSent::Later(request.now + LOOK_AGAIN, UnsentReason::CheckAwaited));
        }
        let facts = checks::activation(request.context, about.id()).await?.facts;
        let waits = |one: &(SchoolId, &SchoolProgress)| !one.1.is_activated();
        let waiting = about.state.live().filter(waits).map(|(school, _)| school).collect();
        about.draft(&Self {
            school: about.facts_of(&waiting),
            names: about.names_of(&waiting),
            answers: answers(&Truths { state: &about.state, newest }),
            check: words::newest_check(&facts, request.now),
            link: about.staff_step(step),
        })
    }

    fn subject(&self) -> String {
        subject::for_kurve(&self.school, "Activeer de koppeling in Numo")
    }

    bodies!(ActivationAsked, "mail/activation_asked.txt", "mail/activation_asked.html");

    #[cfg(test)]
    fn sample() -> Self {
        use super::samples;

        let answer = |question: &str, evidence: &str| (question.to_owned(), evidence.to_owned());
        Self {
            school: samples::school(),
            names: vec![],
            answers: vec![
                answer("Is de webservice van Magister actief?", "We hebben de verbinding gecontroleerd: dit werkt."),
                answer("Is er consent?", "De school meldde dat dit klaar is."),
            ],
            check: "De laatste controle is niet geslaagd: inloggen geweigerd (maandag 23 november 2026 om 11.00 uur). Activeren kan alleen \
                    met een reden."
                .into(),
            link: samples::LINK.into(),
        }
    }
}

/// Whether the newest check refused a step that was said again since: a check follows at once, and tells whether there is
/// anything to activate.
fn is_said_anew(state: &Onboarding, newest: &Newest) -> bool {
    let answer = newest.code.refuses().and_then(|step| state.answer(step));
    answer.is_some_and(|answer| !answer.is_proven() && answer.last_said_at() > newest.at)
}

/// The four questions before activation, each with what its weakest step rests on: one that the newest check does not see
/// first, then by its evidence.
fn answers(truths: &Truths<'_>) -> Vec<(String, String)> {
    let before_activation = Gate::iter().filter(|gate| *gate != Gate::Activation);
    before_activation
        .map(|gate| {
            let answered = gate.steps().iter().map(|step| truths.of(*step));
            let answered = answered.filter_map(|truth| truth.said.answer().map(|answer| (truth, answer.evidence())));
            let weakest = answered.min_by_key(|(truth, evidence)| (truth.stand == Stand::Done, *evidence));
            let said = weakest.map(|(truth, _)| words::truth_sentence(&truth)).unwrap_or_default();
            (words::gate_question(gate).to_owned(), said)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::check::testing::histories;

    proptest::proptest! {
        #[test]
        fn no_answer_says_that_a_step_works_whose_newest_check_refused_it(moments in histories()) {
            for moment in moments {
                let Some(step) = moment.refused().filter(|step| moment.state.is_yes(*step)) else { continue };
                let answers = answers(&moment.truths());
                let (_, said) = answers.iter().find(|(question, _)| question == words::gate_question(step.gate())).expect("each gate");

                assert!(said.contains("Controle van"), "{said}");
            }
        }
    }
}
