//! Who said that a step is done and on what ground, why a step fell, and who has had the ball since when: in sentences.

use strum::IntoEnumIterator;

use crate::domain::actor::Actor;
use crate::domain::audit::{Action, Entry};
use crate::domain::check::{Stand, StepTruth, Truths};
use crate::domain::onboarding::{Evidence, FallCause, Given, Ground, Lifecycle, Onboarding, Party, Step, StepState};
use crate::domain::text::Reason;
use crate::words::{self, Names};

/// How much of a reason fits in a list; the step's own page has the whole of it.
const SHORT_REASON: usize = 140;

/// A name with a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fact {
    pub(super) name: String,
    pub(super) value: String,
}

/// One line of a timeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TimelineRow {
    pub(super) when: String,
    pub(super) machine: String,
    pub(super) what: String,
    pub(super) who: String,
    pub(super) is_mark: bool,
}

/// What stands under a step in the list: why it fell, and who has the ball since when; or who did it.
pub(super) fn step_meta(truths: &Truths<'_>, names: &Names, step: Step) -> String {
    let state = truths.state;
    let has_several = !names.schools.is_empty() && state.live().count() > 1;
    if step == Step::ActivationConfirmed && has_several && *state.step(step) != StepState::Waiting {
        let count = activated_text(state).map(|said| format!("{said}."));
        return joined([count, Some(holder_sentence(truths, names, step))]);
    }
    own_meta(truths, names, step)
}

/// "2 van 4 scholen geactiveerd", of those that go on; none where one does, of which the step itself tells.
pub(super) fn activated_text(state: &Onboarding) -> Option<String> {
    let activated = state.live().filter(|(_, school)| school.is_activated()).count();
    let live = state.live().count();
    (live > 1).then(|| format!("{activated} van {live} scholen geactiveerd"))
}

/// The same of an onboarding with one school, or of what all share.
pub(super) fn own_meta(truths: &Truths<'_>, names: &Names, step: Step) -> String {
    let state = truths.state;
    let truth = truths.of(step);
    let now = words::now_sentence(&truth);
    match truth.said {
        StepState::Waiting => format!("Eerst: {}", first_needed(state, step)),
        StepState::Yes { .. } if step == Step::CredentialsIssued && state.credential_version() > 1 => {
            format!("Vernieuwd door Kurve: dit is versie {}.", state.credential_version())
        }
        StepState::Yes { answer } => {
            let (evidence, given) = answer.strongest();
            let turn = holder_sentence(truths, names, step);
            joined([Some(statement(&truth, evidence, given, names)), Some(now), Some(turn)])
        }
        StepState::Stuck { .. } => joined([Some(holder_sentence(truths, names, step)), Some(now)]),
        StepState::Open { fallen, answer, .. } => {
            let why = fallen.as_ref().map(|fallen| short_cause(&fallen.cause, &truth));
            let answered = answer.as_ref().map(|_| "Kurve heeft geantwoord op de melding.".to_owned());
            joined([why, answered, Some(now), Some(holder_sentence(truths, names, step))])
        }
    }
}

fn joined<const PARTS: usize>(parts: [Option<String>; PARTS]) -> String {
    parts.into_iter().flatten().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

/// One statement, seen beside the newest check: what a check saw works as far as the newest one says.
fn statement(truth: &StepTruth<'_>, evidence: Evidence, given: &Given, names: &Names) -> String {
    match (evidence, truth.stand) {
        (Evidence::Proven, Stand::NotSeenNow | Stand::Doubted) => {
            format!("Gecontroleerd op {}: toen werkte dit.", words::date_nl(given.at))
        }
        (Evidence::Proven, Stand::Waiting | Stand::Open(_) | Stand::Stuck | Stand::Done | Stand::NotSeenYet) => {
            let at = words::seen_at(truth).unwrap_or(given.at);
            given_sentence(evidence, &Given { at, ..given.clone() }, names)
        }
        (Evidence::Claimed | Evidence::Confirmed, _) => given_sentence(evidence, given, names),
    }
}

fn first_needed(state: &Onboarding, step: Step) -> String {
    if step == Step::ActivationConfirmed {
        return "de vier vragen hierboven".to_owned();
    }
    let needed = state.missing_for(step).into_iter().map(|need| words::step_short(need).to_lowercase());
    needed.collect::<Vec<_>>().join(", ")
}

/// Who has the ball since when; empty when nobody has.
pub(super) fn holder_sentence(truths: &Truths<'_>, names: &Names, step: Step) -> String {
    let state = truths.state;
    match (state.step(step), state.lifecycle()) {
        (StepState::Waiting, _) | (_, Lifecycle::Withdrawn { .. }) => String::new(),
        // Done as far as was said, and a check asks for something all the same.
        (StepState::Yes { .. }, _) => {
            truths.holder(step).map(|party| format!("{}.", party_phrase(party))).unwrap_or_default()
        }
        (StepState::Stuck { since, .. }, _) => {
            format!("Gemeld dat het niet lukt. Kurve is aan zet sinds {}.", words::date_nl(*since))
        }
        (StepState::Open { .. }, Lifecycle::Paused { until, .. }) => {
            format!("Op pauze tot {}.", words::date_only_nl(until))
        }
        (StepState::Open { since, .. }, Lifecycle::Active | Lifecycle::Completed { .. }) => {
            let party = truths.holder(step).unwrap_or(step.party());
            let handed = state.handed_to(step).and_then(|id| Some((id, names.contact_of_today(id)?)));
            let handed = handed.map(|(id, name)| if names.is_reader(id) { "jou" } else { name });
            let mut said: Vec<String> = handed.map(|name| format!("Doorgegeven aan {name}.")).into_iter().collect();
            said.extend(state.obstacles(step).iter().map(|obstacle| words::obstacle_sentence(obstacle, names)));
            said.push(format!("{} sinds {}.", party_phrase(party), words::date_nl(*since)));
            said.join(" ")
        }
    }
}

pub(super) fn party_phrase(party: Party) -> &'static str {
    match party {
        Party::School => "Jullie zijn aan zet",
        Party::Kurve => "Kurve is aan zet",
        Party::Magister => "Magister is aan zet",
    }
}

/// One statement that a step is done: "Gemeld door Anna de Wit, superbeheerder, op maandag 3 november 2025."
pub(super) fn given_sentence(evidence: Evidence, given: &Given, names: &Names) -> String {
    let who = words::actor_name(&given.by, names);
    let when = words::date_nl(given.at);
    let said = match (evidence, &given.by, &given.ground) {
        (Evidence::Proven, _, _) => format!("Gecontroleerd op {when}: dit werkt."),
        (Evidence::Confirmed, Actor::Staff { .. }, Ground::Credentials(_)) => {
            format!("Klaargezet door {who} op {when}.")
        }
        (Evidence::Claimed, _, _) | (Evidence::Confirmed, Actor::Contact { .. }, _) => {
            format!("Gemeld door {who}, op {when}.")
        }
        (
            Evidence::Confirmed,
            Actor::Staff { .. } | Actor::Check | Actor::Clock | Actor::Operator | Actor::Visitor,
            _,
        ) => {
            format!("Bevestigd door {who}, op {when}.")
        }
    };
    match &given.ground {
        Ground::Word | Ground::Credentials(_) => said,
        Ground::Ticket(ticket) => format!("{said} Ticket bij Magister: {ticket}."),
        Ground::Remark(remark) => format!("{said} Opmerking: {}", one_line(remark.as_str())),
        Ground::Despite(despite) => format!("{said} {}", one_line(&words::despite(despite))),
    }
}

/// The number of the ticket at Magister, once the school gave it with its request; empty before.
pub(super) fn ticket_given(state: &Onboarding) -> String {
    let given =
        state.answer(Step::AllowlistingRequested).map(|answer| Evidence::iter().map(move |kind| answer.with(kind)));
    let ticket = given.into_iter().flatten().flatten().find_map(|given| match &given.ground {
        Ground::Ticket(ticket) => Some(ticket.to_string()),
        Ground::Word | Ground::Remark(_) | Ground::Despite(_) | Ground::Credentials(_) => None,
    });
    ticket.unwrap_or_default()
}

/// Every statement behind a step, the strongest first.
pub(super) fn evidence_sentences(truth: &StepTruth<'_>, names: &Names) -> Vec<String> {
    let Some(answer) = truth.said.answer() else { return vec![] };
    let kinds = Evidence::iter().rev();
    let given = kinds.filter_map(|evidence| answer.with(evidence).map(|given| (evidence, given)));
    given.map(|(evidence, given)| statement(truth, evidence, given, names)).collect()
}

/// Why a step fell, with what Kurve wrote, cut short for a list.
fn short_cause(cause: &FallCause, truth: &StepTruth<'_>) -> String {
    let said = words::why_open(cause, truth);
    let Some(reason) = words::fall_reason(cause) else { return said };
    format!("{said} {}", short_reason(reason))
}

/// What somebody wrote, cut short for a list.
pub(super) fn short_reason(reason: &Reason) -> String {
    let reason = one_line(reason.as_str());
    let mut short: String = reason.chars().take(SHORT_REASON).collect();
    if short.len() < reason.len() {
        short.push('…');
    } else if short.ends_with(char::is_alphanumeric) {
        short.push('.');
    }
    format!("Reden: {short}")
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A line of the timeline.
pub(super) fn timeline_row(entry: &Entry, names: &Names) -> TimelineRow {
    TimelineRow {
        when: words::moment_nl(entry.at),
        machine: entry.at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
        what: words::entry_sentence(entry, names),
        who: words::actor_name(&entry.by, names),
        is_mark: matches!(entry.action, Action::ImportOpened | Action::ImportClosed),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::domain::onboarding::Command;
    use crate::domain::onboarding::testing::{
        Walk, claim, confirm, contact_id, reason, superbeheerder, support, ticket,
    };

    fn names() -> Names {
        let contacts = BTreeMap::from([(contact_id(1), "Anna de Wit".into()), (contact_id(2), "Bram Yılmaz".into())]);
        Names { contacts, ..Names::default() }
    }

    fn meta(walk: &Walk, step: Step) -> String {
        step_meta(&Truths::said(&walk.state), &names(), step)
    }

    #[test]
    fn a_done_step_says_who_when_and_on_what_ground() {
        let mut walk = Walk::start();
        let step = Step::AllowlistingRequested;
        walk.does(superbeheerder(), &claim(step));
        assert_eq!(meta(&walk, step), "Gemeld door Anna de Wit, superbeheerder, op maandag 31 augustus 2026.");

        walk.does(superbeheerder(), &Command::Claim { step, ground: ticket(), credential_version: None });
        assert!(meta(&walk, step).ends_with("Ticket bij Magister: MAG-2026/0815."));

        walk.does(support(), &confirm(Step::ConsentGiven));
        assert_eq!(meta(&walk, Step::ConsentGiven), "Bevestigd door Kurve, op maandag 31 augustus 2026.");
        let issued = Walk::all_but(&[Step::QueryExecuted]);
        assert_eq!(meta(&issued, Step::CredentialsIssued), "Klaargezet door Kurve op maandag 31 augustus 2026.");
        assert_eq!(evidence_sentences(&Truths::said(&walk.state).of(step), &names()).len(), 2);
    }

    #[test]
    fn an_open_step_says_who_has_the_ball_and_why_it_fell() {
        let mut walk = Walk::all_but(&[]);
        let step = Step::PermissionsChecked;
        assert_eq!(holder_sentence(&Truths::said(&walk.state), &names(), step), "");

        walk.does(support(), &Command::SendBack { step, reason: reason("Er staat\neen vinkje te veel.") });
        assert_eq!(
            meta(&walk, step),
            "Kurve vroeg om deze stap opnieuw te doen. Reden: Er staat een vinkje te veel. Jullie zijn aan zet sinds maandag 31 augustus 2026."
        );
        assert_eq!(meta(&walk, Step::ActivationConfirmed), "Eerst: de vier vragen hierboven");

        walk.does(superbeheerder(), &Command::HandOver { step, to: contact_id(2) });
        assert!(meta(&walk, step).contains("Doorgegeven aan Bram Yılmaz."));

        walk.does(superbeheerder(), &Command::ReportStuck { step, reason: reason("Tabblad ontbreekt") });
        assert_eq!(meta(&walk, step), "Gemeld dat het niet lukt. Kurve is aan zet sinds maandag 31 augustus 2026.");

        walk.does(support(), &Command::AnswerStuck { step, answer: reason("Kijk bij Lijsten") });
        let both =
            "Reden: Er staat een vinkje te veel. Kurve heeft geantwoord op de melding. Doorgegeven aan Bram Yılmaz.";
        assert!(meta(&walk, step).contains(both), "{}", meta(&walk, step));
    }

    #[test]
    fn a_long_reason_is_cut_in_the_list() {
        let mut walk = Walk::all_but(&[]);
        walk.does(support(), &Command::SendBack { step: Step::ConsentGiven, reason: reason(&"é".repeat(900)) });

        let meta = meta(&walk, Step::ConsentGiven);

        assert!(meta.contains('…') && meta.chars().count() < 300, "{meta}");
    }

    #[test]
    fn renewed_credentials_name_their_version() {
        let mut walk = Walk::all_but(&[]);
        walk.does(support(), &Command::IssueCredentials);

        assert_eq!(meta(&walk, Step::CredentialsIssued), "Vernieuwd door Kurve: dit is versie 2.");
        assert!(meta(&walk, Step::PasswordSet).starts_with("Kurve heeft een nieuw wachtwoord klaargezet."));
    }
}
