//! Who has a step since when, as a row of the list says it, and what can be done about that right there: taking it over, and
//! asking a colleague.

use crate::domain::check::{Stand, Truths};
use crate::domain::ids::ContactId;
use crate::domain::onboarding::{Lifecycle, Obstacle, Party, Step, StepState};
use crate::domain::school::Contact;
use crate::links;
use crate::services::operations::usual::Usual;
use crate::web::portal::choice::{self, Choice};
use crate::web::portal::next::may_do;
use crate::words::{self, Names};

/// What rows are made of: a connection, and the contact who looks at it.
#[derive(Clone, Copy)]
pub(super) struct Seen<'a> {
    pub(super) truths: &'a Truths<'a>,
    pub(super) names: &'a Names,
    pub(super) me: &'a Contact,
    /// Everybody of the connection.
    pub(super) contacts: &'a [Contact],
    pub(super) usual: Usual,
}

/// Who has a step.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Hold {
    /// "Ingrid Bakker", "Jij", "Jullie", "Kurve" or "Magister".
    pub(super) who: String,
    /// "sinds di 1 december 2026 · wacht tot Kurve toegang geeft".
    pub(super) said: String,
    /// What Kurve does first; empty if there is nothing to say.
    pub(super) note: String,
    /// The first name of the colleague who has it; empty where it is the reader, or nobody in particular.
    pub(super) colleague: String,
    /// Where taking it over is posted; empty if the reader cannot.
    pub(super) take: String,
    pub(super) take_label: &'static str,
    /// Where giving it to somebody is posted; empty if the reader cannot.
    pub(super) give: String,
    /// Those who are asked with one press.
    pub(super) colleagues: Vec<Choice>,
    /// Where somebody is asked who is no contact yet.
    pub(super) give_page: String,
}

/// Who has a step, where it can be done now.
pub(super) fn of(seen: &Seen<'_>, step: Step) -> Option<Hold> {
    let Seen { truths, names, usual, .. } = *seen;
    match truths.state.lifecycle() {
        Lifecycle::Active | Lifecycle::Completed { .. } => {}
        Lifecycle::Paused { .. } | Lifecycle::Withdrawn { .. } => return None,
    }
    let since = match truths.state.step(step) {
        StepState::Waiting => return None,
        StepState::Yes { .. } => truths.newest.map(|newest| newest.since),
        StepState::Open { since, .. } | StepState::Stuck { since, .. } => Some(*since),
    };
    let party = truths.holder(step)?;
    let is_done = matches!(truths.state.step(step), StepState::Yes { .. });
    if is_done && party == Party::School && truths.of(step).stand != Stand::Doubted {
        // Something else is to be done first: that has its own row.
        return None;
    }
    let handed = truths.state.handed_to(step).and_then(|id| Some((id, names.contact_of_today(id)?)));
    let is_stuck = matches!(truths.state.step(step), StepState::Stuck { .. });
    let obstacles = truths.state.obstacles(step);
    let waits_for_access =
        |id: ContactId| obstacles.iter().any(|one| matches!(one, Obstacle::NotVouched(people) if people.contains(&id)));
    let waiting = handed.filter(|(id, _)| !names.is_reader(*id) && waits_for_access(*id));
    let shown = handed.filter(|_| !is_stuck && (party == Party::School || waiting.is_some()));
    let mut said: Vec<String> = since.map(|at| format!("sinds {}", words::date_nl(at))).into_iter().collect();
    if waiting.is_some() {
        said.push("wacht tot Kurve toegang geeft".to_owned());
    } else if party != Party::School {
        said.extend(usual.of(party).map(words::usual));
    }
    let mut hold = Hold {
        who: match (shown, party) {
            (Some((id, _)), _) if names.is_reader(id) => "Jij".to_owned(),
            (Some((_, name)), _) => name.to_owned(),
            (None, Party::School) => "Jullie".to_owned(),
            (None, Party::Kurve) => "Kurve".to_owned(),
            (None, Party::Magister) => "Magister".to_owned(),
        },
        said: said.join(" · "),
        note: note(&obstacles, names, waiting.is_some(), is_stuck),
        colleague: shown.filter(|(id, _)| !names.is_reader(*id)).map(|(_, name)| first_of(name)).unwrap_or_default(),
        ..Hold::default()
    };
    if is_stuck || !step.can_school_report() || !matches!(truths.state.step(step), StepState::Open { .. }) {
        return Some(hold);
    }
    offer(seen, step, handed.map(|(id, _)| id), &mut hold);
    Some(hold)
}

/// What the reader can do about who has it.
fn offer(seen: &Seen<'_>, step: Step, handed: Option<ContactId>, hold: &mut Hold) {
    let Seen { contacts, truths, me, .. } = *seen;
    let has_colleagues = contacts.iter().any(|other| other.is_active() && other.id != me.id);
    let is_mine = handed == Some(me.id);
    if has_colleagues && !is_mine && may_do(truths.state, me, step) {
        hold.take = links::SCHOOL_TAKE_OVER.step(me.connection, step);
        hold.take_label = if handed.is_some() { "Overnemen" } else { "Ik doe dit" };
    }
    hold.give = links::SCHOOL_HAND_OVER.step(me.connection, step);
    hold.give_page = links::SCHOOL_STEP.step(me.connection, step) + "#doorgeven";
    let others = choice::colleagues(contacts, me, step).into_iter();
    hold.colleagues = others.filter(|other| handed.is_none_or(|id| id.to_string() != other.value)).collect();
}

fn note(obstacles: &[Obstacle], names: &Names, is_said: bool, is_stuck: bool) -> String {
    if is_stuck {
        return "Jullie meldden dat dit niet lukt. Kurve zoekt het uit.".to_owned();
    }
    let unsaid = obstacles.iter().filter(|one| !(is_said && matches!(one, Obstacle::NotVouched(_))));
    unsaid.map(|obstacle| words::obstacle_sentence(obstacle, names)).collect::<Vec<_>>().join(" ")
}

fn first_of(name: &str) -> String {
    name.split_whitespace().next().unwrap_or(name).to_owned()
}
