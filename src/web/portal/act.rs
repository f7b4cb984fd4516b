//! What stands beside the instructions of a step: the one thing to do there and the one after it, or for whom it waits.

use crate::domain::audit::{Action, Entry};
use crate::domain::onboarding::{Party, Step};
use crate::web::portal::ask_kurve::{Ask, Question};
use crate::web::portal::hold::Seen;
use crate::web::portal::step_parts::{Allowed, CredentialsPanel};
use crate::words;

/// The box.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Act {
    /// `do`, `ask` (a colleague), `wait` or `done`.
    pub(super) kind: &'static str,
    pub(super) title: &'static str,
    /// How long what it waits for usually takes; empty while too little is known.
    pub(super) usual: String,
    /// A question to Kurve, where it waits for Kurve or this visitor for access.
    pub(super) ask: Option<Ask>,
    /// The query can be downloaded, or is what comes first.
    pub(super) has_query: bool,
    /// The password can be looked at, or a new one asked for.
    pub(super) has_password: bool,
}

pub(super) fn of(seen: &Seen<'_>, step: Step, can: &Allowed, panel: Option<&CredentialsPanel>) -> Act {
    let holder = seen.truths.holder(step);
    let is_done = seen.truths.state.is_yes(step);
    let is_vouched = panel.is_some_and(|panel| panel.is_vouched);
    let lacks_access = panel.is_some_and(|panel| !panel.is_vouched) && can.is_open;
    let kind = match holder {
        _ if !can.role_refusal.is_empty() => "ask",
        _ if lacks_access => "wait",
        _ if can.can_claim || !can.claim_refusal.is_empty() => "do",
        Some(Party::School) if step.can_school_report() => "do",
        Some(_) => "wait",
        None if is_done => "done",
        None => "",
    };
    let waits_for_kurve = holder == Some(Party::Kurve);
    Act {
        kind,
        title: match kind {
            "ask" => "Vraag een collega",
            "do" => "Wat je hier doet",
            "done" => "Deze stap is klaar",
            "wait" if lacks_access => "Je hebt nog geen toegang",
            _ => "Nu niets te doen",
        },
        usual: holder.and_then(|party| seen.usual.of(party)).map(words::usual).unwrap_or_default(),
        ask: match (lacks_access, waits_for_kurve) {
            (true, _) => Some(Ask::access(seen.me)),
            (false, true) => Some(Ask::new(seen.me, Question::Progress, Some(step))),
            (false, false) => None,
        },
        has_query: is_vouched && step == Step::QueryExecuted,
        has_password: is_vouched && step == Step::PasswordSet,
    }
}

/// What the visitor does first here; the other buttons stand back.
pub(super) fn first_button(
    step: Step,
    can: &Allowed,
    panel: Option<&CredentialsPanel>,
    was_downloaded: bool,
) -> &'static str {
    if !can.role_refusal.is_empty() {
        return "hand_over";
    }
    // Who cannot pick up what the step is done with has nothing to report yet.
    let waits_for_kurve = panel.is_some_and(|panel| !panel.is_vouched);
    // A password that nobody saw is looked at before it can be reported.
    if waits_for_kurve || !can.can_claim && can.claim_refusal.is_empty() {
        return "";
    }
    let is_to_pick_up = match step {
        Step::DetailsSubmitted => return "details",
        Step::QueryExecuted => panel.is_some_and(|panel| panel.query_refusal.is_empty() && !was_downloaded),
        Step::PasswordSet => panel.is_some_and(|panel| panel.password_refusal.is_empty() && !panel.password_used),
        Step::ConsentGiven
        | Step::CredentialsIssued
        | Step::PermissionsChecked
        | Step::AllowlistingRequested
        | Step::AllowlistingConfirmed
        | Step::ActivationConfirmed => false,
    };
    match (is_to_pick_up, can.can_claim) {
        (true, _) => "panel",
        (false, true) => "claim",
        (false, false) => "",
    }
}

pub(super) fn was_downloaded(lines: &[Entry], current: u32) -> bool {
    lines.iter().any(|line| line.action == Action::QueryDownloaded { version: current })
}
