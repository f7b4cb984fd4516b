//! What is to be done now at a connection, above its steps: a card for each thing that waits on Kurve, with its form
//! in it. The form leaves the place where it stands otherwise, so that no form is on the page twice.

use std::collections::BTreeSet;

use strum::IntoEnumIterator;

use super::ask::Ask;
use super::panels::{ContactRow, CredentialsPanel, LifePanel};
use super::view::GateRow;
use crate::domain::check::Truths;
use crate::domain::ids::ContactId;
use crate::domain::onboarding::progress::{KurveTask, TaskKind};
use crate::domain::onboarding::{Lifecycle, Party, Step, StepState};
use crate::domain::school::School;
use crate::services::onboarding::onboardings::ConnectionFile;
use crate::words::{self, Names};

/// A contact, as a link to their place on the page.
pub(super) struct PersonLink {
    pub(super) href: String,
    pub(super) name: String,
}

/// One thing that waits on Kurve.
pub(super) struct NowCard {
    /// Its name for tests.
    pub(super) key: &'static str,
    /// The step that it is about.
    pub(super) step: &'static str,
    /// Where links to it lead; empty where they lead elsewhere.
    pub(super) place: String,
    pub(super) title: String,
    /// What the school wrote; empty unless it is stuck.
    pub(super) said: String,
    pub(super) lines: Vec<String>,
    /// Those of whom one is enough, each with a form at their own place.
    pub(super) people: Vec<PersonLink>,
    /// The form, which stands open; none for a reader.
    pub(super) ask: Option<Ask>,
}

/// What is to be done now.
pub(super) struct NowPanel {
    /// `kurve`, `others`, `paused`, `stopped` or `done`.
    pub(super) key: &'static str,
    pub(super) cards: Vec<NowCard>,
    /// What is said where nothing waits on Kurve.
    pub(super) lines: Vec<String>,
    /// Why it is laid aside or stopped; empty while it is neither.
    pub(super) reason: String,
    /// What takes it up again.
    pub(super) asks: Vec<Ask>,
}

/// The parts of the page that have the forms.
pub(super) struct Homes<'a> {
    pub(super) gates: &'a mut [GateRow],
    pub(super) credentials: &'a mut CredentialsPanel,
    pub(super) contacts: &'a mut [ContactRow],
    pub(super) life: &'a mut LifePanel,
}

/// What is to be done now, with the forms taken from their homes.
pub(super) fn panel(truths: &Truths<'_>, file: &ConnectionFile, names: &Names, mut homes: Homes<'_>) -> NowPanel {
    let nothing = |key, lines| NowPanel { key, cards: vec![], lines, reason: String::new(), asks: vec![] };
    match truths.state.lifecycle() {
        Lifecycle::Paused { .. } => homes.rest("paused", "De koppeling staat op pauze. "),
        Lifecycle::Withdrawn { .. } => homes.rest("stopped", ""),
        lifecycle @ (Lifecycle::Active | Lifecycle::Completed { .. }) => {
            let tasks = truths.kurve_tasks();
            let cards: Vec<NowCard> = tasks.iter().map(|task| homes.card(task, file, names)).collect();
            match (cards.is_empty(), lifecycle) {
                (false, _) => NowPanel { cards, ..nothing("kurve", vec![]) },
                (true, Lifecycle::Completed { .. }) => nothing("done", vec!["De import is gedaan.".to_owned()]),
                (true, _) => nothing("others", others(truths)),
            }
        }
    }
}

/// Whose turn it is where nothing waits on Kurve, with which steps.
fn others(truths: &Truths<'_>) -> Vec<String> {
    let mut lines = vec!["Kurve hoeft nu niets te doen.".to_owned()];
    for party in Party::iter().filter(|party| *party != Party::Kurve) {
        let open = truths.open_steps();
        let steps: Vec<&str> =
            open.iter().filter(|open| open.holder == party).map(|open| words::step_short(open.step)).collect();
        if !steps.is_empty() {
            lines.push(format!("{} is aan de beurt: {}.", turn_of(party), steps.join(", ")));
        }
    }
    lines
}

fn turn_of(party: Party) -> &'static str {
    match party {
        Party::School => "De school",
        Party::Kurve => "Kurve",
        Party::Magister => "Magister",
    }
}

impl Homes<'_> {
    /// What is said of a connection of which no step can be done, with the form that takes it up again.
    fn rest(&mut self, key: &'static str, said: &str) -> NowPanel {
        let line = format!("{said}{}", self.life.line);
        let asks = take(&mut self.life.asks, "resume").or_else(|| take(&mut self.life.asks, "reopen"));
        NowPanel {
            key,
            cards: vec![],
            lines: vec![line],
            reason: self.life.reason.clone(),
            asks: asks.into_iter().collect(),
        }
    }

    fn card(&mut self, task: &KurveTask, file: &ConnectionFile, names: &Names) -> NowCard {
        let plain = NowCard {
            key: "do",
            step: task.step.as_str(),
            place: String::new(),
            title: words::task_name(task, names),
            said: String::new(),
            lines: vec![],
            people: vec![],
            ask: None,
        };
        match &task.kind {
            TaskKind::Vouch(people) => self.vouch(plain, people),
            TaskKind::NewPassword(_) => self.issue(NowCard { key: "new_password", ..plain }),
            TaskKind::NewQuery => self.issue(NowCard { key: "new_query", ..plain }),
            TaskKind::Do if task.step == Step::CredentialsIssued => self.issue(plain),
            TaskKind::Do => {
                let title = activation_title(file).filter(|_| !task.step.is_shared());
                let title = title.unwrap_or_else(|| plain.title.clone());
                self.at_step(NowCard { title, ..plain }, task.step, "confirm")
            }
            TaskKind::Answer => {
                let said = match file.state.step(task.step) {
                    StepState::Stuck { reason, .. } => reason.to_string(),
                    StepState::Waiting | StepState::Open { .. } | StepState::Yes { .. } => String::new(),
                };
                let title = format!("Antwoorden: {}", plain.title);
                self.at_step(NowCard { key: "answer", title, said, ..plain }, task.step, "answer")
            }
        }
    }

    /// A card with a form of a step, to which links to the step lead.
    fn at_step(&mut self, card: NowCard, step: Step, key: &str) -> NowCard {
        let mut rows = self.gates.iter_mut().flat_map(|gate| &mut gate.steps);
        let Some(row) = rows.find(|row| row.step == step) else { return card };
        row.stuck_reason.clear();
        let lines = std::iter::once(row.lines.first().cloned()).flatten().collect();
        NowCard { place: std::mem::take(&mut row.place), ask: take(&mut row.asks, key), lines, ..card }
    }

    /// A card with the form that makes password and query, to which links to those lead.
    fn issue(&mut self, card: NowCard) -> NowCard {
        let place = std::mem::take(&mut self.credentials.place);
        NowCard { place, ask: take(&mut self.credentials.asks, "issue"), ..card }
    }

    /// A card with the form to vouch for the only one; of several each has their own.
    fn vouch(&mut self, card: NowCard, people: &BTreeSet<ContactId>) -> NowCard {
        let card = NowCard { key: "vouch", ..card };
        let is_of = |row: &ContactRow| people.iter().any(|id| row.id == id.to_string());
        if people.len() == 1 {
            let Some(row) = self.contacts.iter_mut().find(|row| is_of(row)) else { return card };
            let ask = take(&mut row.urgent, "vouch");
            let lines = vec![format!("{}, {}", row.role, row.email)];
            let place = if row.unreached.is_empty() { std::mem::take(&mut row.place) } else { String::new() };
            return NowCard { lines, place, ask, ..card };
        }
        let rows = self.contacts.iter().filter(|row| is_of(row));
        let link = |row: &ContactRow| PersonLink { href: format!("#{}", row.place), name: row.name.clone() };
        NowCard { people: rows.map(link).collect(), ..card }
    }
}

/// Which of several schools wait to be activated; none where there is one school.
fn activation_title(file: &ConnectionFile) -> Option<String> {
    let waits = |school: &&School| {
        let progress = file.state.school(school.id).filter(|progress| progress.is_live());
        progress.is_some_and(|progress| !progress.is_activated())
    };
    let waiting: Vec<&School> = file.schools.iter().filter(waits).collect();
    match &*waiting {
        _ if !file.connection.has_many() => None,
        [only] => Some(format!("{} activeren", only.details.name)),
        several => Some(format!("{} scholen activeren", several.len())),
    }
}

/// Takes a form from its home.
fn take(asks: &mut Vec<Ask>, key: &str) -> Option<Ask> {
    let place = asks.iter().position(|ask| ask.key == key)?;
    Some(asks.remove(place))
}
