//! Who reads a mailbox that several people share, such as `info@`: asked once after each sign-in, and kept in the timeline
//! beside what is done from there. Nothing else is kept of them.

use crate::domain::actor::Actor;
use crate::domain::audit::Action;
use crate::domain::ids::ConnectionId;
use crate::domain::text::PersonName;
use crate::services::unit_of_work::UnitOfWork;
use crate::services::{Call, Context, ServiceError};

/// Notes who reads.
///
/// # Errors
/// `HoldsPassword`, `Forbidden` for who is no contact.
pub async fn note(
    context: &Context,
    call: &Call,
    connection: ConnectionId,
    name: PersonName,
) -> Result<(), ServiceError> {
    let Actor::Contact { id, .. } = call.actor else { return Err(ServiceError::Forbidden) };
    let mut work = UnitOfWork::begin(context, call).await?;
    work.note(Some(connection), Action::ReaderNamed { contact: id, name });
    work.finish().await
}
