//! What Numo asks: may this school import?

use crate::domain::ids::SchoolId;
use crate::domain::import_gate::{Verdict, verdict};
use crate::domain::text::Brin;
use crate::services::checks::{self, ActivationAnswer};
use crate::services::{Context, ServiceError};
use crate::store::onboarding::{onboardings, schools};

/// The verdict with what it rests on.
#[derive(Debug, Clone)]
pub struct GateAnswer {
    /// Which school.
    pub school: SchoolId,
    /// The school's BRIN as it is registered.
    pub brin: Brin,
    /// The verdict.
    pub verdict: Verdict,
    /// How far the school is.
    pub state: crate::domain::onboarding::Onboarding,
    /// The version of that.
    pub version: i32,
    /// What the connection check says, and what activation asks of it.
    pub activation: ActivationAnswer,
}

/// The verdict over the school with this BRIN.
///
/// # Errors
/// `NotFound` when there is no such school.
pub async fn answer(context: &Context, brin: &Brin) -> Result<GateAnswer, ServiceError> {
    let conn = context.db.reader();
    let school = schools::find_by_brin(conn, brin).await?.ok_or(ServiceError::NotFound)?;
    let onboardings::Versioned { state, version } = onboardings::load(conn, school.connection).await?;
    let activation = checks::activation(context, school.connection).await?;
    let state = state.only(school.id).ok_or(ServiceError::NotFound)?;
    let verdict = verdict(&state, school.id);
    Ok(GateAnswer { school: school.id, brin: school.details.brin, verdict, state, version, activation })
}
