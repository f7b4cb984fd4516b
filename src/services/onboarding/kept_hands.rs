//! A step that is opened again goes back to the colleague at the school who had it. An answer takes it from them, and what
//! was handed over before stands in the audit.

use strum::IntoEnumIterator;

use crate::domain::audit::{Action, Entry};
use crate::domain::ids::{ConnectionId, ContactId};
use crate::domain::onboarding::{Change, Event, Onboarding, Step, StepState};
use crate::services::{Call, ServiceError};
use crate::store::ConnectionTrait;
use crate::store::operations::audit;
use crate::store::people::contacts;

/// How far back it is looked for who had a step.
const LINES: u64 = 60;

/// The hand-overs that go with a change: of each step that is open anew and fell before, to who had it, if they are still a
/// contact.
pub(super) async fn given_back(
    conn: &impl ConnectionTrait,
    call: &Call,
    connection: ConnectionId,
    before: &Onboarding,
    after: &Onboarding,
) -> Result<Vec<Event>, ServiceError> {
    let mut events = vec![];
    for step in Step::iter().filter(|step| is_open_again(before, after, *step)) {
        let lines = audit::list_of_step(conn, connection, step, LINES).await?;
        let Some(to) = lines.iter().find_map(handed_to) else { continue };
        let Some(person) = contacts::find(conn, to).await? else { continue };
        let can = step.takes_role().is_none_or(|role| person.roles.contains(role));
        if person.connection == connection && person.is_active() && can {
            let change = Change::StepHandedOver { step, to };
            events.push(Event { at: call.now, by: call.actor, school: None, change });
        }
    }
    Ok(events)
}

fn is_open_again(before: &Onboarding, after: &Onboarding, step: Step) -> bool {
    let is_open = |state: &Onboarding| match state.step(step) {
        StepState::Open { .. } | StepState::Stuck { .. } => true,
        StepState::Waiting | StepState::Yes { .. } => false,
    };
    let can = step.is_shared() && step.can_school_report() && !after.lifecycle().is_withdrawn();
    can && after.fallen(step).is_some() && is_open(after) && !is_open(before) && after.handed_to(step).is_none()
}

fn handed_to(line: &Entry) -> Option<ContactId> {
    match &line.action {
        Action::Onboarding(Change::StepHandedOver { to, .. }) => Some(*to),
        _ => None,
    }
}
