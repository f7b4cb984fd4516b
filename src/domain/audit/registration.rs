//! What was done about requests for schools that are not here and wait for Kurve. By ids: what was typed is not kept in the audit.

use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantNames};

use crate::domain::ids::RegistrationId;
use crate::domain::text::Reason;

/// Something about such a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[derive(IntoStaticStr, VariantNames)]
#[serde(tag = "what", rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum RegistrationDone {
    /// Somebody asked, and waits.
    RegistrationWaits {
        /// Which request.
        registration: RegistrationId,
    },
    /// Kurve let the school begin.
    RegistrationAccepted {
        /// Which request.
        registration: RegistrationId,
    },
    /// Kurve declined it.
    RegistrationDeclined {
        /// Which request.
        registration: RegistrationId,
        /// Why.
        reason: Reason,
    },
}
