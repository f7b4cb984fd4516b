//! A contact takes a step over, also one that they gave away before.

use crate::domain::actor::Actor;
use crate::domain::ids::ConnectionId;
use crate::domain::onboarding::{Command, Step};
use crate::services::onboarding::{access, onboardings};
use crate::services::unit_of_work::UnitOfWork;
use crate::services::{Call, Context, ServiceError};
use crate::store;

/// Gives a step to whoever asks for it. It was so already where they have it.
///
/// # Errors
/// `Refused` when it is not open, `Forbidden` for who is no contact.
pub async fn take_over(
    context: &Context,
    call: &Call,
    connection: ConnectionId,
    step: Step,
) -> Result<(), ServiceError> {
    let to = match call.actor {
        Actor::Contact { id, .. } => id,
        Actor::Staff { .. } | Actor::Check | Actor::Clock | Actor::Operator | Actor::Visitor => {
            return Err(ServiceError::Forbidden);
        }
    };
    let mut work = UnitOfWork::begin(context, call).await?;
    let held = store::onboarding::onboardings::load_for_update(work.conn(), connection).await?;
    let people = access::people(work.conn(), connection, &held.state).await?;
    let commands = [Command::NotePeople { people }, Command::HandOver { step, to }];
    onboardings::change_all(&mut work, call, connection, held, &commands).await?;
    work.finish().await
}
