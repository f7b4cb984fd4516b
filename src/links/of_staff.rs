//! Paths of pages for Kurve, at a place of their page or filtered.

use super::fill::fill;
use super::{SCHOOL_CONNECTION, SCHOOL_MESSAGES, STAFF_CONNECTIONS, STAFF_MAILS, STAFF_SCHOOL, STAFF_SCHOOLS};
use crate::domain::ids::{CheckId, ConnectionId, ContactId, MailId};
use crate::domain::onboarding::Step;

/// The path of a connection's page for Kurve, at one step.
pub fn staff_school_step(connection: ConnectionId, step: Step) -> String {
    format!("{}#stap-{}", staff_school(STAFF_SCHOOL, connection), step.as_str())
}

/// The path of a connection's page for Kurve, at the requests to join.
pub fn staff_requests(connection: ConnectionId) -> String {
    format!("{}#aanvragen", staff_school(STAFF_SCHOOL, connection))
}

/// The place where a contact corrects the school domain.
pub fn correct_domain(connection: ConnectionId) -> String {
    format!("{}#schooldomein", SCHOOL_CONNECTION.at(connection))
}

/// Where a school writes to Kurve.
pub fn write_to_kurve(connection: ConnectionId) -> String {
    format!("{}#schrijven", SCHOOL_MESSAGES.at(connection))
}

/// The path of a connection's page for Kurve, or of a form on it.
pub fn staff_school(path: &str, connection: ConnectionId) -> String {
    fill(path, &[&connection.to_string()])
}

/// The path of a form about a contact.
pub fn staff_contact(path: &str, connection: ConnectionId, contact: ContactId) -> String {
    fill(path, &[&connection.to_string(), &contact.to_string()])
}

/// The path of a connection's check for Kurve.
pub fn staff_check(path: &str, connection: ConnectionId, check: CheckId) -> String {
    fill(path, &[&connection.to_string(), &check.to_string()])
}

/// The mails that were given up, on the page of all mails.
pub fn failed_mails() -> String {
    format!("{STAFF_MAILS}?stand=failed")
}

/// The schools that do not answer their reminders, on the page of all schools.
pub fn silent_schools() -> String {
    format!("{STAFF_SCHOOLS}?state=no_answer")
}

/// The connections that are lost, on the page of all connections.
pub fn lost_connections() -> String {
    format!("{STAFF_CONNECTIONS}?uitkomst=kwijt")
}

/// The connections whose last check failed, on the page of all connections.
pub fn failing_connections() -> String {
    format!("{STAFF_CONNECTIONS}?uitkomst=mis")
}

/// The path of a mail's page for Kurve, or of a form on it.
pub fn staff_mail(path: &str, mail: MailId) -> String {
    fill(path, &[&mail.to_string()])
}
