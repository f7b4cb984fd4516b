//! What mails about requests to join are written from.

use crate::domain::join::JoinRequest;
use crate::domain::school::NewContact;
use crate::domain::unsent::UnsentReason;
use crate::services::ServiceError;
use crate::services::mail::draft::{DraftRequest, NotSent};
use crate::services::onboarding::joins::waiting::person_of;
use crate::store::onboarding::joins;

/// The request of a mail, with who asks.
pub(super) struct Asked {
    pub(super) first: JoinRequest,
    pub(super) person: NewContact,
}

impl Asked {
    /// Loads it.
    pub(super) async fn load(request: DraftRequest<'_>) -> Result<Self, NotSent> {
        let conn = request.context.db.reader();
        let id = request.mail.about.request.ok_or(ServiceError::Broken("a mail about a request without one"))?;
        let first = joins::find(conn, id).await?.ok_or(NotSent::NotNeeded(UnsentReason::NothingAsked))?;
        let person = person_of(conn, &first).await?;
        Ok(Self { first, person })
    }

    /// What the same person asks of the same connection and stands just so: open, or decided in the same press.
    pub(super) async fn together(&self, request: DraftRequest<'_>) -> Result<Vec<JoinRequest>, NotSent> {
        let key = request.context.keys.email_key(&self.person.email.key_form());
        let mut all = joins::list_of_asker(request.context.db.reader(), self.first.connection, &key).await?;
        all.retain(|one| one.decision == self.first.decision);
        Ok(all)
    }
}

/// Schools as a list names them.
pub(super) fn named(requests: &[JoinRequest]) -> Vec<String> {
    requests.iter().map(|one| format!("{} ({})", one.school.name, one.school.brin)).collect()
}
