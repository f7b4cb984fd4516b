//! The tables of the baseline, by subject.

use crate::parts::Subject;

pub(crate) mod audit;
mod checks;
mod connections;
mod credentials;
mod joins;
mod mail;
mod operations;
mod people;
mod reminders;

/// Every subject, after those whose tables it refers to.
pub(crate) fn subjects() -> [Subject; 9] {
    [
        connections::subject(),
        people::subject(),
        joins::subject(),
        credentials::subject(),
        mail::subject(),
        audit::subject(),
        checks::subject(),
        reminders::subject(),
        operations::subject(),
    ]
}
