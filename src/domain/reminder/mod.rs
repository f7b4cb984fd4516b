//! Who is reminded of what, and when: at most a few times, in working hours, and only the one who holds the ball.
//!
//! [`plan()`] says what is due at a connection and when it needs attention next; it follows from what was sent before,
//! so it may be asked at any moment and as often as one likes. [`receivers()`] says to whom a step's reminder goes, and
//! [`one_mail_each()`] makes one mail per person out of all that is due. The calendar is in [`calendar`], what a
//! school can arrange in [`arrangement`], what can be configured in [`policy`]. Nothing is sent or stored here.

pub mod arrangement;
pub mod calendar;
mod government;
pub mod hours;
pub mod national;
pub mod own_days;
mod period;
pub mod person;
pub mod plan;
pub mod policy;
pub mod receivers;
pub mod school_holidays;
pub mod stage;
#[cfg(test)]
mod tests;
mod window;

pub use arrangement::Arrangement;
pub use calendar::{OwnDays, WorkingCalendar};
pub use hours::WorkingHours;
pub use own_days::{OwnDayKind, OwnDaysRefusal};
pub use period::Period;
pub use person::{DueAtSchool, Mailed, OneMailEach, PersonMail, Receiver, one_mail_each};
pub use plan::{DueReminder, Plan, SentReminder, Situation, Upcoming, UpcomingKind, is_still_wanted, plan, upcoming};
pub use policy::{ReminderPolicy, ReminderStages, SnoozeRefusal};
pub use receivers::receivers;
pub use school_holidays::{Holiday, HolidaysError, LoadedHolidays, SchoolHolidays};
pub use stage::ReminderStage;
pub use window::runs_out_at;
