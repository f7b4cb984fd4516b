//! Where a form leads after it was sent from the worklist: to the next row there.

use super::form_response::Desk;
use super::worklist_query::Back;
use crate::services::onboarding::takings;
use crate::services::onboarding::worklist::Worklist;
use crate::web::error::PageError;

impl Back {
    /// Where to go after it is done. Who acts from the worklist takes what nobody took.
    pub(super) async fn follow(&self, desk: &Desk<'_>) -> Result<String, PageError> {
        if self.query.is_none() {
            return Ok(desk.page());
        }
        takings::take_if_free(&desk.web.context, &desk.staff.call(), desk.connection).await?;
        self.next(desk).await
    }

    /// Where to go after something that leaves the row where it is.
    pub(super) fn stay(&self, desk: &Desk<'_>) -> String {
        match (&self.query, &self.place) {
            (Some(query), Some(place)) => query.href_at(&place.key),
            (Some(query), None) => query.href(),
            (None, _) => desk.page(),
        }
    }

    async fn next(&self, desk: &Desk<'_>) -> Result<String, PageError> {
        let Some(query) = &self.query else { return Ok(desk.page()) };
        let Some(place) = &self.place else { return Ok(query.href()) };
        let context = &desk.web.context;
        let wanted = query.wanted(context, desk.staff.account.id);
        let next = Worklist::at(context, desk.staff.visit.now).await?.find_next(&wanted, place).await?;
        let Some(next) = next else { return Ok(query.href()) };
        // One that stands before it is the first of all: nothing came after it.
        let query = if next.place() < *place { query.from(None) } else { query.clone() };
        match self.opens {
            true => Ok(query.with_open(&next.key).href_at(&next.key)),
            false => Ok(query.href_at(&next.key)),
        }
    }
}
