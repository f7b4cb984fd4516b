//! Schools as machines that keep a copy read them.

use crate::domain::ids::SchoolId;
use crate::services::{Context, ServiceError};
use crate::store::Page;
use crate::store::onboarding::school_changes::{self, AfterChange, ChangedFilter, ChangedSchool};

/// How many schools one answer has at most.
pub const MOST_CHANGED: u64 = 500;

/// By when they changed, the longest ago first.
pub async fn list(
    context: &Context,
    filter: &ChangedFilter,
    after: Option<&AfterChange>,
    limit: u64,
) -> Result<Page<ChangedSchool, AfterChange>, ServiceError> {
    Ok(school_changes::list(context.db.reader(), filter, after, limit.min(MOST_CHANGED)).await?)
}

/// One school.
///
/// # Errors
/// `NotFound` when there is no such school.
pub async fn load(context: &Context, school: SchoolId) -> Result<ChangedSchool, ServiceError> {
    school_changes::find(context.db.reader(), school).await?.ok_or(ServiceError::NotFound)
}
