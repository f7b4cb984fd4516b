//! What was arranged about the reminders of a connection: put off until a date, begun anew after a rest, and days of
//! its own.

use chrono::NaiveDate;

use super::calendar::OwnDays;
use crate::domain::actor::Actor;
use crate::domain::onboarding::decide::amsterdam_date;
use crate::domain::onboarding::{Change, Event, Lifecycle, Onboarding};

/// What was arranged for a connection; by default nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Arrangement {
    /// The date last asked for, "herinner mij op …", or the one on which a pause ended by itself; it may be past.
    pub snoozed_until: Option<NaiveDate>,
    /// Working days count from here for every step that was open by then: the day on which a rest was cut short.
    pub counts_from: Option<NaiveDate>,
    /// Where the school's year differs from that of its region.
    pub own_days: OwnDays,
}

impl Arrangement {
    /// Until when no reminder goes out; `None` when they go out as usual.
    pub fn rests_until(&self, today: NaiveDate) -> Option<NaiveDate> {
        self.snoozed_until.filter(|until| *until > today)
    }

    /// Reminders are put off until a date that [`super::ReminderPolicy::check_snooze`] found fit.
    #[must_use]
    pub fn snoozed(self, until: NaiveDate) -> Self {
        Self { snoozed_until: Some(until), ..self }
    }

    /// The rest is cut short: reminders go on where they were, and the days of the rest do not count. Who asks for
    /// this knows what is open, so nothing comes at once.
    #[must_use]
    pub fn woken(self, today: NaiveDate) -> Self {
        Self { snoozed_until: None, counts_from: Some(today), ..self }
    }

    /// What becomes of it when the onboarding changes: the days of a pause, or of having stopped, never count.
    ///
    /// A pause that ends on its date ends as "herinner mij op …" does, with one reminder of what is open. Where a
    /// person took the school up again, nothing comes at once, and working days count from that day.
    #[must_use]
    pub fn after(self, before: &Onboarding, events: &[Event]) -> Self {
        let was = before.lifecycle();
        events.iter().fold(self, |kept, event| {
            let today = amsterdam_date(event.at);
            match (&event.change, &was, event.by) {
                (Change::Resumed, Lifecycle::Paused { until, .. }, Actor::Clock) => {
                    Self { snoozed_until: kept.snoozed_until.max(Some(*until)), ..kept }
                }
                // One school that comes back, or comes, among others that went on is no end of a rest.
                (Change::Resumed, _, _)
                | (Change::Reopened | Change::SchoolAdded { .. }, Lifecycle::Withdrawn { .. }, _) => {
                    Self { counts_from: Some(today), ..kept }
                }
                (
                    Change::Reopened
                    | Change::StepAnswered { .. }
                    | Change::EvidenceFell { .. }
                    | Change::StepFell { .. }
                    | Change::StepRestored { .. }
                    | Change::CompletionRestored
                    | Change::CredentialsIssued { .. }
                    | Change::PasswordNoted { .. }
                    | Change::PasswordGone { .. }
                    | Change::PeopleNoted { .. }
                    | Change::PasswordAsked
                    | Change::StuckReported { .. }
                    | Change::StuckAnswered { .. }
                    | Change::StepHandedOver { .. }
                    | Change::Paused { .. }
                    | Change::Withdrawn { .. }
                    | Change::Completed
                    | Change::SchoolAdded { .. }
                    | Change::SchoolLeft { .. },
                    _,
                    _,
                ) => kept,
            }
        })
    }
}
